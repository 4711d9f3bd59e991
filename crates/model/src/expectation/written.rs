//! Expectations as they are written: one mapping each, whose members depend on what is looked at.

use super::{
    Allowance, Cells, ControlPath, Credential, Demands, ElementPath, ElementQuestion, ExportFormat, Is, LooksAt,
    PagePath, Published,
};
use crate::name::{ClientId, ControlName, FieldName, ProviderName};
use crate::query::{Filter, Query, Sort};
use crate::semantic::ExplorePath;
use crate::time_zone::TimeZone;
use crate::workbook::VersionName;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A file of `tests/`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenFile {
    /// Kinds of viewers, by name, known in every file.
    #[serde(default)]
    pub(crate) personas: BTreeMap<String, WrittenPersona>,
    /// What they see, and what not.
    #[serde(default)]
    pub(crate) expectations: Vec<WrittenExpectation>,
}

/// A persona: `key` with `session` or `token`, `provider` with `token`, or `public_link` alone.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenPersona {
    /// The key of the host that lets them in.
    #[serde(default)]
    pub(crate) key: Option<ClientId>,
    /// The session object, as the host would send it.
    #[serde(default)]
    pub(crate) session: Option<Map<String, Value>>,
    /// The identity provider that logs them in.
    #[serde(default)]
    pub(crate) provider: Option<ProviderName>,
    /// The claims of a token; of the dialect `looker` the parameters of an address.
    #[serde(default)]
    pub(crate) token: Option<Map<String, Value>>,
    /// The address that the host puts into its page, from its path on: of the dialects `sigma`, `looker` and `tableau`.
    #[serde(default)]
    pub(crate) address: Option<String>,
    /// What has a public link: `workbook`, or `workbook/page/element`.
    #[serde(default)]
    pub(crate) public_link: Option<Published>,
    /// Texts that may stand in nothing that they receive.
    #[serde(default)]
    pub(crate) never: Vec<String>,
}

impl WrittenPersona {
    /// How they get in; `None` if the members do not go together. A link is looked up elsewhere.
    pub(crate) fn credential(&self) -> Option<Credential> {
        let Self { key, session, provider, token, address, public_link, .. } = self;
        match (key.clone(), provider.clone(), session.clone(), token.clone(), address.clone(), public_link) {
            (Some(key), None, Some(session), None, None, None) => Some(Credential::Session { key, session }),
            (Some(key), None, None, Some(claims), address, None) => Some(Credential::Token { key, address, claims }),
            (None, Some(provider), None, Some(claims), None, None) => Some(Credential::SignOn { provider, claims }),
            _ => None,
        }
    }

    /// Whether nothing says how they get in but a link, if there is one.
    pub(crate) const fn has_nothing_but_a_link(&self) -> bool {
        self.key.is_none()
            && self.provider.is_none()
            && self.session.is_none()
            && self.token.is_none()
            && self.address.is_none()
    }
}

/// An expectation: exactly one of `session`, `workbook`, `page`, `element`, `control` and `explore`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenExpectation {
    /// A sentence.
    pub(crate) name: String,
    /// The personas, one or a list.
    #[serde(rename = "as")]
    pub(crate) personas: OneOrMore,
    /// Whether they get in.
    #[serde(default)]
    pub(crate) session: Option<Entry>,
    /// A workbook.
    #[serde(default)]
    pub(crate) workbook: Option<VersionName>,
    /// A page, as `workbook/page`.
    #[serde(default)]
    pub(crate) page: Option<PagePath>,
    /// An element, as `workbook/page/element`.
    #[serde(default)]
    pub(crate) element: Option<ElementPath>,
    /// A control, as `workbook/page/control`.
    #[serde(default)]
    pub(crate) control: Option<ControlPath>,
    /// An explore, as `model.explore`.
    #[serde(default)]
    pub(crate) explore: Option<ExplorePath>,
    /// Values of controls.
    #[serde(default)]
    controls: BTreeMap<ControlName, Vec<Value>>,
    /// The values into which they drill, from the coarsest.
    #[serde(default)]
    drill: Vec<Value>,
    /// Whether they look at the rows underneath.
    #[serde(default)]
    underlying: bool,
    /// The cell whose rows are underneath.
    #[serde(default)]
    at: Vec<Value>,
    /// What they type into the control.
    #[serde(default)]
    search: Option<String>,
    /// The fields they ask for.
    #[serde(default)]
    fields: Option<Vec<FieldName>>,
    /// The filters they set.
    #[serde(default)]
    filters: Vec<Filter>,
    /// The order they ask for.
    #[serde(default)]
    sorts: Vec<Sort>,
    /// The most rows they ask for.
    #[serde(default)]
    limit: Option<u32>,
    /// The time zone they ask in.
    #[serde(default)]
    time_zone: Option<TimeZone>,
    /// Whether it is seen.
    #[serde(default)]
    is: Option<Is>,
    /// The code of the refusal.
    #[serde(default)]
    code: Option<String>,
    /// Exactly these rows, in this order.
    #[serde(default)]
    rows: Option<Vec<Vec<Value>>>,
    /// So many rows.
    #[serde(default)]
    row_count: Option<usize>,
    /// Single cells.
    #[serde(default)]
    cells: Vec<Cells>,
    /// Values that are somewhere in it.
    #[serde(default)]
    contains: Vec<Value>,
    /// Exactly these values, in this order.
    #[serde(default)]
    values: Option<Vec<Value>>,
    /// Texts that are nowhere in it.
    #[serde(default)]
    never: Vec<String>,
    /// Which downloads they get.
    #[serde(default)]
    exports: BTreeMap<ExportFormat, Allowance>,
    /// Fields that exist for them.
    #[serde(default)]
    known_fields: Vec<FieldName>,
    /// Fields that do not exist for them.
    #[serde(default)]
    unknown_fields: Vec<FieldName>,
}

/// Whether a persona gets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Entry {
    Opened,
    Refused,
}

/// A persona's name, or a list of such.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(try_from = "Value")]
#[schemars(extend("anyOf" = [
    {"type": "string"},
    {"type": "array", "items": {"type": "string"}, "minItems": 1},
]))]
pub(crate) struct OneOrMore(pub(crate) Vec<String>);

impl TryFrom<Value> for OneOrMore {
    type Error = &'static str;

    fn try_from(written: Value) -> Result<Self, &'static str> {
        let text = |value: Value| if let Value::String(text) = value { Some(text) } else { None };
        let names = match written {
            Value::Array(items) => items.into_iter().map(text).collect(),
            other => text(other).map(|name| vec![name]),
        };
        names.filter(|names: &Vec<_>| !names.is_empty()).map(Self).ok_or("no persona: expected its name, or a list")
    }
}

/// Which members may stand beside what is looked at.
pub(crate) const KINDS: &[(&str, &[&str])] = &[
    ("session", &["code"]),
    ("workbook", &["is", "never"]),
    ("page", &["is", "never"]),
    (
        "element",
        &[
            "is",
            "code",
            "controls",
            "drill",
            "underlying",
            "at",
            "rows",
            "row_count",
            "cells",
            "contains",
            "never",
            "exports",
        ],
    ),
    ("control", &["is", "code", "search", "values", "contains", "never"]),
    (
        "explore",
        &[
            "is",
            "code",
            "fields",
            "filters",
            "sorts",
            "limit",
            "time_zone",
            "rows",
            "row_count",
            "cells",
            "contains",
            "never",
            "exports",
            "known_fields",
            "unknown_fields",
        ],
    ),
];

impl WrittenExpectation {
    /// What is looked at; `None` if nothing is, or more than one thing.
    pub(crate) fn looks_at(&self) -> Option<LooksAt> {
        let question = || ElementQuestion {
            controls: self.controls.clone(),
            drill: self.drill.clone(),
            underlying: self.underlying.then(|| self.at.clone()),
        };
        let mut found = [
            self.session.map(|_| LooksAt::Session),
            self.workbook.clone().map(LooksAt::Workbook),
            self.page.clone().map(LooksAt::Page),
            self.element.clone().map(|path| LooksAt::Element(path, question())),
            self.control.clone().map(|path| LooksAt::Control(path, self.search.clone())),
            self.explore.clone().map(|explore| self.asked_of(explore)),
        ]
        .into_iter()
        .flatten();
        found.next().filter(|_| found.next().is_none())
    }

    fn asked_of(&self, explore: ExplorePath) -> LooksAt {
        let Some(fields) = self.fields.clone() else { return LooksAt::Explore(explore) };
        let (filters, sorts) = (self.filters.clone(), self.sorts.clone());
        let (limit, time_zone) = (self.limit, self.time_zone);
        LooksAt::Query(Box::new(Query { filters, sorts, limit, time_zone, ..Query::of(explore, fields) }))
    }

    /// What must come of it.
    pub(crate) fn demands(&self) -> Demands {
        let entry = self.session.map(|entry| if entry == Entry::Opened { Is::Seen } else { Is::Refused });
        Demands {
            is: entry.or(self.is),
            code: self.code.clone(),
            rows: self.rows.clone(),
            row_count: self.row_count,
            cells: self.cells.clone(),
            contains: self.contains.clone(),
            values: self.values.clone(),
            never: self.never.clone(),
            exports: self.exports.clone(),
            known_fields: self.known_fields.clone(),
            unknown_fields: self.unknown_fields.clone(),
        }
    }
}
