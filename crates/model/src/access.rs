//! Who there is and what they may reach: organization, issuers, tenants, teams, account types, members, keys, grants.
//!
//! The types are as an administrator writes them in files: by name. [`crate::snapshot`] ties them to ids.

mod any_of;
mod connection;
mod embed_key;
mod permission;

pub use self::any_of::{AnyOf, AnyWord};
pub use self::connection::{Connection, Encryption, Place, PostgresPlace, RoleChoice, Route};
pub use self::embed_key::{Ceiling, EmbedKey, Mode, SecretReference, WrittenValue};
pub use self::permission::Permission;
use crate::attribute::AttributeDefinition;
use crate::name::{
    AccountTypeName, AttributeName, ConnectionName, FolderName, IssuerName, ModelName, TeamName, TenantName,
    WorkbookName, WorkspaceName,
};
use crate::presentation::Presentation;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Values of attributes as written: typed by their definitions when resolved.
pub type WrittenAttributes = BTreeMap<AttributeName, serde_json::Value>;

/// One deployment's account and its switches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    /// Shown to people.
    pub name: String,
    /// Whether a first valid embed of a new identity creates an embed member.
    #[serde(default)]
    pub automatic_creation: bool,
    /// With automatic creation off: whether members it once created may still open embeds.
    #[serde(default)]
    pub keep_automatic_members: bool,
    /// Whether attribute claims count. Off: as if the token carried none.
    #[serde(default)]
    pub capture_attributes: bool,
    /// Whether people without an account get in by the teams their token asserts.
    #[serde(default)]
    pub on_demand_access: bool,
    /// Whether content is shown to guests of a key, as far as it is published to them.
    #[serde(default)]
    pub guest_embeds: bool,
    /// Whether content is shown to whoever has a link to it.
    #[serde(default)]
    pub public_links: bool,
    /// Origins of pages that may frame public links: exact, or `https://*.host` with one leading label.
    #[serde(default)]
    pub allowed_origins: BTreeSet<String>,
    /// How pages look and write, unless the person's tenant or session says otherwise.
    #[serde(default)]
    pub presentation: Presentation,
}

/// Who vouches for identities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Named by keys.
    pub name: IssuerName,
    /// E-mail domains this issuer is believed for, lower case. For others `user_email()` is *none*.
    #[serde(default)]
    pub trusted_domains: BTreeSet<String>,
}

/// A customer company of the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// Named by tokens.
    pub name: TenantName,
    /// Shown to people.
    #[serde(default)]
    pub title: String,
    /// Values every member of the tenant has, unless they have one of their own.
    #[serde(default)]
    pub attributes: WrittenAttributes,
    /// How pages look and write for people of the tenant, unless their session says otherwise.
    #[serde(default)]
    pub presentation: Presentation,
}

/// A set of members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Named by tokens, grants and policies.
    pub name: TeamName,
    /// Whose attribute values win where a person is in several teams: the lowest number.
    #[serde(default)]
    pub rank: u32,
    /// Whether a token that asserts the team lets people in who have no account.
    #[serde(default)]
    pub on_demand: bool,
    /// Values every member of the team has, unless they have one of their own.
    #[serde(default)]
    pub attributes: WrittenAttributes,
}

/// A named set of permissions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountType {
    /// Named by members, keys and tokens.
    pub name: AccountTypeName,
    /// What its holders may do.
    pub permissions: BTreeSet<Permission>,
}

impl AccountType {
    /// Whether its holders may change the organization.
    #[must_use]
    pub fn administers(&self) -> bool {
        self.permissions.contains(&Permission::Administer)
    }
}

/// Whether a member may log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberKind {
    /// May log in.
    Internal,
    /// May not; made by an embed or by hand.
    Embed,
}

/// A member as an administrator writes one by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberDefinition {
    /// What the issuer calls the person. For internal members, their e-mail address.
    pub subject: String,
    /// Who vouches for an embed member. Internal members are vouched for by Vitrine itself.
    #[serde(default)]
    pub issuer: Option<IssuerName>,
    /// The tenant, if any.
    #[serde(default)]
    pub tenant: Option<TenantName>,
    /// Whether the person may log in.
    pub kind: MemberKind,
    /// The person's e-mail address. Internal members without one use their subject.
    #[serde(default)]
    pub email: Option<String>,
    /// Given name.
    #[serde(default)]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default)]
    pub last_name: Option<String>,
    /// What the person may do.
    pub account_type: AccountTypeName,
    /// The person's teams.
    #[serde(default)]
    pub teams: BTreeSet<TeamName>,
    /// The person's own attribute values.
    #[serde(default)]
    pub attributes: WrittenAttributes,
    /// Whether an internal member has logged in at least once (story S3).
    #[serde(default)]
    pub has_logged_in: bool,
    /// Whether the person gets in nowhere.
    #[serde(default)]
    pub deactivated: bool,
}

impl MemberDefinition {
    /// The e-mail address by which an internal member is known.
    #[must_use]
    pub fn address(&self) -> &str {
        self.email.as_deref().unwrap_or(&self.subject)
    }
}

/// A piece or a place of content.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentName {
    /// Everything in a workspace.
    Workspace(WorkspaceName),
    /// Everything in a folder, as `workspace/folder`.
    Folder(FolderPath),
    /// One workbook.
    Workbook(WorkbookName),
}

/// A folder of a workspace, written `workspace/folder`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FolderPath {
    /// The workspace.
    pub workspace: WorkspaceName,
    /// The folder in it.
    pub folder: FolderName,
}

impl TryFrom<String> for FolderPath {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let (workspace, folder) =
            text.split_once('/').ok_or_else(|| format!("`{text}` is not a folder: expected `workspace/folder`"))?;
        let workspace = workspace.parse().map_err(|error: crate::name::NameError| error.to_string())?;
        let folder = folder.parse().map_err(|error: crate::name::NameError| error.to_string())?;
        Ok(Self { workspace, folder })
    }
}

impl From<FolderPath> for String {
    fn from(path: FolderPath) -> Self {
        path.to_string()
    }
}

impl fmt::Display for FolderPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.workspace, self.folder)
    }
}

/// A top-level place for content. Access is inherited from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workspace {
    /// Named by workbooks and grants.
    pub name: WorkspaceName,
    /// Shown to people.
    pub title: String,
    /// Its folders.
    #[serde(default)]
    pub folders: Vec<Folder>,
}

/// A folder of a workspace. Access is inherited from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folder {
    /// Named by workbooks and grants, behind the workspace's name.
    pub name: FolderName,
    /// Shown to people.
    pub title: String,
}

/// Somebody may reach something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Who.
    pub to: Grantee,
    /// What.
    pub on: Granted,
    /// How far: `view`, `explore`, `contribute` or `manage` on content, `use` or `use_and_annotate` on data.
    pub level: Level,
}

/// Who is granted something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grantee {
    /// An internal member, by e-mail address.
    Member(String),
    /// Everybody in a team.
    Team(TeamName),
    /// Everybody of a tenant.
    Tenant(TenantName),
}

/// What is granted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Granted {
    /// A workspace and everything in it.
    Workspace(WorkspaceName),
    /// A folder and everything in it.
    Folder(FolderPath),
    /// A workbook.
    Workbook(WorkbookName),
    /// Everything over a connection.
    Connection(ConnectionName),
    /// A model.
    Model(ModelName),
}

/// How far a grant reaches. Content: `view < explore < contribute < manage`; data: `use < use_and_annotate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
}

/// Everything an administrator has written, before it is checked and tied to ids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definitions {
    /// `vitrine.yaml`
    pub organization: Organization,
    /// `issuers.yaml`
    pub issuers: Vec<Issuer>,
    /// `tenants.yaml`
    pub tenants: Vec<Tenant>,
    /// `teams.yaml`
    pub teams: Vec<Team>,
    /// `account_types.yaml`
    pub account_types: Vec<AccountType>,
    /// `attributes.yaml`
    pub attributes: Vec<AttributeDefinition>,
    /// `members.yaml`
    pub members: Vec<MemberDefinition>,
    /// `workspaces.yaml`
    pub workspaces: Vec<Workspace>,
    /// `grants.yaml`
    pub grants: Vec<Grant>,
    /// `embed_keys.yaml`
    pub embed_keys: Vec<EmbedKey>,
    /// `connections.yaml`
    pub connections: Vec<Connection>,
    /// `models/NAME.yaml`
    pub models: BTreeMap<ModelName, crate::semantic::Model>,
    /// `workbooks/NAME.yaml`
    pub workbooks: BTreeMap<WorkbookName, crate::workbook::Workbook>,
}
