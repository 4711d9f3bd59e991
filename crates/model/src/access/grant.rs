//! Grants: who may reach what, how far, and what is allowed or denied there.

use super::{FolderPath, Permission};
use crate::item::{Revised, grant_named};
use crate::name::{
    ClientId, ConnectionName, IssuerName, ModelName, TeamName, TenantName, WorkbookName, WorkspaceName, fold_email,
    fold_subject,
};
use crate::publication::TablePath;
use crate::shared::{Shared, SharedMap};
use crate::workbook::TagPath;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

/// Somebody may reach something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Who.
    pub to: Grantee,
    /// What.
    pub on: Granted,
    /// How far: `view`, `explore`, `contribute` or `manage` on content, `use` or `use_and_annotate` on data. Absent: it only
    /// allows or denies.
    #[serde(default)]
    pub level: Option<Level>,
    /// On content: permissions that they have there whatever the level, as far as their account type holds them.
    #[serde(default)]
    pub allow: BTreeSet<Permission>,
    /// On content: permissions that they have not there, whatever the level.
    #[serde(default)]
    pub deny: BTreeSet<Permission>,
}

/// Who is granted something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grantee {
    /// An internal member, by e-mail address.
    Member(String),
    /// An embed member, by identity.
    EmbedMember(EmbedIdentity),
    /// Everybody in a team.
    Team(TeamName),
    /// Everybody of a tenant.
    Tenant(TenantName),
    /// Everybody who comes with that key and is somebody: members and people on demand. Guests see what is published.
    Key(ClientId),
}

impl Grantee {
    /// The same as it is compared: e-mail addresses folded.
    #[must_use]
    pub fn folded(self) -> Self {
        match self {
            Self::Member(email) => Self::Member(fold_email(&email)),
            Self::EmbedMember(one) => Self::EmbedMember(EmbedIdentity { subject: fold_subject(&one.subject), ..one }),
            others => others,
        }
    }

    /// Whether it is one person rather than many.
    #[must_use]
    pub const fn is_person(&self) -> bool {
        matches!(self, Self::Member(_) | Self::EmbedMember(_))
    }
}

/// Who an embed member is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmbedIdentity {
    /// Who vouches for them.
    pub issuer: IssuerName,
    /// Their tenant, if any.
    #[serde(default)]
    pub tenant: Option<TenantName>,
    /// What the issuer calls them.
    pub subject: String,
}

/// Whose something is: the person manages it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// An internal member, by e-mail address.
    Member(String),
    /// An embed member, by identity.
    EmbedMember(EmbedIdentity),
}

impl From<Owner> for Grantee {
    fn from(owner: Owner) -> Self {
        match owner {
            Owner::Member(email) => Self::Member(email).folded(),
            Owner::EmbedMember(identity) => Self::EmbedMember(identity).folded(),
        }
    }
}

/// What is granted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Granted {
    /// A workspace and everything in it.
    Workspace(WorkspaceName),
    /// A folder and everything in it.
    Folder(FolderPath),
    /// A workbook as it is published; who may change it sees its other versions too.
    Workbook(WorkbookName),
    /// The version of a workbook under a tag, as `workbook@tag`.
    Tag(TagPath),
    /// Everything over a connection.
    Connection(ConnectionName),
    /// Everything that is read from a schema of a database, as `connection/schema`.
    Schema(SchemaPath),
    /// A model.
    Model(ModelName),
    /// A table of a model, as `model.table`.
    Table(TablePath),
}

impl Granted {
    /// Whether it is data rather than content.
    #[must_use]
    pub const fn is_data(&self) -> bool {
        matches!(self, Self::Connection(_) | Self::Schema(_) | Self::Model(_) | Self::Table(_))
    }
}

/// A schema of a database, written `connection/schema`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = "^[a-z0-9][a-z0-9_-]{0,62}/.+$"))]
pub struct SchemaPath {
    /// The connection.
    pub connection: ConnectionName,
    /// The schema, spelled as in the database.
    pub schema: String,
}

impl TryFrom<String> for SchemaPath {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts = text.split_once('/').filter(|(_, schema)| !schema.is_empty());
        let (connection, schema) =
            parts.ok_or_else(|| format!("`{text}` is not a schema: expected `connection/schema`"))?;
        let connection = connection.parse().map_err(|error: crate::name::NameError| error.to_string())?;
        Ok(Self { connection, schema: schema.to_owned() })
    }
}

impl From<SchemaPath> for String {
    fn from(path: SchemaPath) -> Self {
        path.to_string()
    }
}

impl fmt::Display for SchemaPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.connection, self.schema)
    }
}

/// How far a grant reaches. Content: `view < explore < contribute < manage`; data: `use < use_and_annotate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Data: ask questions.
    Use,
    /// Data: also describe it.
    UseAndAnnotate,
    /// Content: look.
    View,
    /// Content: also ask questions of one's own.
    Explore,
    /// Content: also change.
    Contribute,
    /// Content: also share and delete.
    Manage,
}

impl Level {
    /// The name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Use => "use",
            Self::UseAndAnnotate => "use_and_annotate",
            Self::View => "view",
            Self::Explore => "explore",
            Self::Contribute => "contribute",
            Self::Manage => "manage",
        }
    }

    /// Whether the level is one of data rather than content.
    #[must_use]
    pub const fn is_of_data(self) -> bool {
        matches!(self, Self::Use | Self::UseAndAnnotate)
    }

    /// As the rules count it: of content from 1, view, to 4, manage; of data 1, use, and 2, use and annotate.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::Use | Self::View => 1,
            Self::UseAndAnnotate | Self::Explore => 2,
            Self::Contribute => 3,
            Self::Manage => 4,
        }
    }
}

/// Grants as decisions look for them: by what is granted, then by who has it. A decision looks up as many as there are
/// places above what is asked times sets that the person is in, however many grants there are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grants {
    places: SharedMap<Granted, Shared<HashMap<Grantee, Arc<Grant>>>>,
}

impl Grants {
    /// Puts grants in order. Of two for the same grantee on the same thing, which `check` refuses, the last counts.
    #[must_use]
    pub fn new(all: impl IntoIterator<Item = Grant>) -> Self {
        let mut grants = Self::default();
        all.into_iter().for_each(|grant| grants.put(grant));
        grants
    }

    /// What some have on one thing. The grantees are folded.
    pub fn of<'a>(
        &'a self,
        on: &Granted,
        grantees: impl IntoIterator<Item = &'a Grantee>,
    ) -> impl Iterator<Item = (&'a Grantee, &'a Grant)> {
        let there = self.places.get(on);
        grantees.into_iter().filter_map(move |to| Some((to, &**there?.get(to)?)))
    }

    /// Everything that is granted on one thing, in the order of who has it.
    pub fn on(&self, on: &Granted) -> impl Iterator<Item = &Grant> {
        let mut there: Vec<(&Grantee, &Arc<Grant>)> =
            self.places.get(on).into_iter().flat_map(|there| there.iter()).collect();
        there.sort_unstable_by_key(|(to, _)| *to);
        there.into_iter().map(|(_, grant)| &**grant)
    }

    /// Takes over what has become of one. What is no grant is none.
    pub(crate) fn revise(&mut self, change: &Revised) {
        if let Some((to, on)) = grant_named(&change.name) {
            self.remove(&to, &on);
        }
        if let Some(grant) = change.body.as_deref().and_then(|body| serde_json::from_str(body).ok()) {
            self.put(grant);
        }
    }

    fn put(&mut self, grant: Grant) {
        self.places.entry(&grant.on).insert(grant.to.clone().folded(), Arc::new(grant));
    }

    fn remove(&mut self, to: &Grantee, on: &Granted) {
        let there = self.places.entry(on);
        there.remove(to);
        if there.is_empty() {
            self.places.remove(on);
        }
    }
}
