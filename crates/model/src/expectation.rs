//! Expectations: who sees what, and what they must never see, as administrators write it in `tests/*.yaml`.
//!
//! A persona is a kind of viewer, with what a host would sign for it. An expectation is one sentence about personas:
//! what they look at, and what must come of it. Both are read and checked by [`crate::files::read_expectations`];
//! whether they hold is for whoever can ask a server.

pub(crate) mod check;
mod place;
pub(crate) mod written;

pub use self::place::{InPage, PagePath, Published};
use crate::name::{ClientId, ControlName, ElementName, FieldName, ProviderName};
use crate::publication::LinkId;
use crate::query::Query;
use crate::semantic::ExplorePath;
use crate::workbook::VersionName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;

/// All that a folder expects.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectations {
    /// Kinds of viewers, known in every file.
    pub personas: BTreeMap<String, Persona>,
    /// The files, by name, with what each expects.
    pub files: BTreeMap<String, Vec<Expectation>>,
}

/// A kind of viewer.
#[derive(Debug, Clone, PartialEq)]
pub struct Persona {
    /// How they get in.
    pub credential: Credential,
    /// Texts that may stand in nothing that they receive.
    pub never: Vec<String>,
}

/// How a persona gets in.
#[derive(Debug, Clone, PartialEq)]
pub enum Credential {
    /// A host calls with the session object.
    Session {
        /// The host's key.
        key: ClientId,
        /// The session object, as the host would send it: what it says is for the server to judge.
        session: Map<String, Value>,
    },
    /// A host signs as customers of another product do: a token, or an address of Looker's.
    Token {
        /// The host's key.
        key: ClientId,
        /// The address of the page, from its path on, where there is more than one page for a token.
        address: Option<String>,
        /// What is signed. What every token says of itself is added unless it is there.
        claims: Map<String, Value>,
    },
    /// An identity provider signs a token with which somebody logs in.
    SignOn {
        /// The provider.
        provider: ProviderName,
        /// The claims. What every token says of itself is added unless it is there.
        claims: Map<String, Value>,
    },
    /// Somebody has a public link.
    PublicLink(LinkId),
}

/// One sentence about personas.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// The sentence.
    pub name: String,
    /// The line of its file on which it begins.
    pub line: u64,
    /// Of whom it must hold: of each.
    pub personas: Vec<String>,
    /// What they look at.
    pub looks_at: LooksAt,
    /// What must come of it.
    pub demands: Demands,
}

/// What a persona looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum LooksAt {
    /// Nothing yet: they get in, or they do not.
    Session,
    /// A workbook and everything on its pages.
    Workbook(VersionName),
    /// A page and everything on it.
    Page(PagePath),
    /// An element.
    Element(ElementPath, ElementQuestion),
    /// What a control offers.
    Control(ControlPath, Option<String>),
    /// Whether an explore may be asked, and which of its fields there are.
    Explore(ExplorePath),
    /// A question of one's own.
    Query(Box<Query>),
}

/// `workbook/page/element`
pub type ElementPath = InPage<ElementName>;

/// `workbook/page/control`
pub type ControlPath = InPage<ControlName>;

/// How an element is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ElementQuestion {
    /// Values by control.
    pub controls: BTreeMap<ControlName, Vec<Value>>,
    /// The values that were gone into, as the API takes them.
    pub drill: Vec<Value>,
    /// Whether the rows underneath are asked for, and those of which mark.
    pub underlying: Option<Vec<Value>>,
}

/// What must come of looking. What is absent is not demanded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Demands {
    /// How it must be for the persona. `None`: seen, for everything else needs that.
    pub is: Option<Is>,
    /// The code of the refusal.
    pub code: Option<String>,
    /// Exactly these rows, in this order.
    pub rows: Option<Vec<Vec<Value>>>,
    /// So many rows.
    pub row_count: Option<usize>,
    /// What cells show.
    pub cells: Vec<Cells>,
    /// Values each of which must stand in some cell, or be offered.
    pub contains: Vec<Value>,
    /// Exactly these values are offered, in this order.
    pub values: Option<Vec<Value>>,
    /// Texts that may stand in nothing that is received.
    pub never: Vec<String>,
    /// Downloads, by format.
    pub exports: BTreeMap<ExportFormat, Allowance>,
    /// Fields that can be asked for.
    pub known_fields: Vec<FieldName>,
    /// Fields of the explore that are unknown to the persona.
    pub unknown_fields: Vec<FieldName>,
}

/// How something is for a persona.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Is {
    /// It is there and answers. Of a session: it was opened.
    Seen,
    /// It is not drawn, but answers who asks: what depends on who looks protects nothing.
    NotShown,
    /// Its place is seen, and it does not answer. Of a session: there is none.
    Refused,
    /// As if it did not exist.
    Hidden,
}

impl fmt::Display for Is {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Seen => "seen",
            Self::NotShown => "not_shown",
            Self::Refused => "refused",
            Self::Hidden => "hidden",
        })
    }
}

/// What cells show: in each row that has the values of `at`, those of `show`. There must be such a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cells {
    /// Which rows, by values of their fields.
    #[serde(rename = "where")]
    pub at: BTreeMap<FieldName, Value>,
    /// What stands in others of their fields.
    #[serde(rename = "show")]
    pub shown: BTreeMap<FieldName, Value>,
}

/// A format of downloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// CSV.
    Csv,
    /// A spreadsheet.
    Xlsx,
    /// JSON.
    Json,
    /// An Arrow IPC stream.
    Arrow,
}

impl ExportFormat {
    /// The name in files and requests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
            Self::Arrow => "arrow",
        }
    }
}

/// Whether something may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Allowance {
    /// It is done.
    Allowed,
    /// It is refused.
    Refused,
}
