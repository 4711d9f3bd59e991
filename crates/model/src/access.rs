//! Who there is and what they may reach: organization, issuers, tenants, teams, account types, members, keys, grants.
//!
//! The types are as an administrator writes them in files: by name. [`crate::snapshot`] ties them to ids.

mod any_of;
pub mod catalogue;
mod connection;
mod embed_key;
mod grant;
mod identity_provider;
mod permission;
mod tableau_trust;
pub mod vendors;

pub use self::any_of::{AnyOf, AnyWord};
pub use self::connection::{Connection, Encryption, Place, PostgresPlace, RoleChoice, Route};
pub use self::embed_key::{Ceiling, EmbedKey, Mode, SecretReference, SignatureHash, WrittenValue};
pub use self::grant::{EmbedIdentity, Grant, Granted, Grantee, Grants, Level, Owner, SchemaPath};
pub use self::identity_provider::{
    AccountTypeMapping, ClaimNames, IdentityProvider, JwtSignOn, OidcSignOn, ProviderCeiling, Provisioning,
    RESERVED_CLAIMS, TeamMapping, TeamSync, claim, is_reserved,
};
pub use self::permission::Permission;
pub use self::tableau_trust::{AuthorizationServer, TableauTrust, UnifiedAccess};
use crate::attribute::AttributeDefinition;
use crate::dialect::KnownAs;
use crate::name::{
    AccountTypeName, AttributeName, FolderName, IssuerName, ModelName, SLUG, TeamName, TenantName, WorkbookName,
    WorkspaceName, pattern,
};
use crate::presentation::Presentation;
use crate::shared::Shared;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Values of attributes as written: typed by their definitions when resolved.
pub type WrittenAttributes = BTreeMap<AttributeName, serde_json::Value>;

/// One deployment's account and its switches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// Whether the teams that a token of Vitrine's own dialect asserts put members into them whom tokens do not describe:
    /// for the session, beside the teams that are theirs.
    #[serde(default)]
    pub dynamic_teams: bool,
    /// The longest session, in seconds, whatever a key's ceiling says. Absent: as long as the ceiling says.
    #[serde(default)]
    pub session_seconds: Option<u32>,
    /// The longest that somebody stays logged in, in seconds: 300 to 604800.
    #[serde(default = "login_session_seconds")]
    pub login_session_seconds: u32,
    /// How long somebody who has logged in may stay away before they have to log in again, in seconds: 60 to 86400.
    #[serde(default = "login_idle_seconds")]
    pub login_idle_seconds: u32,
    /// Whether people log in with passwords.
    #[serde(default = "password_login")]
    pub password_login: bool,
    /// Whether nobody administers who has not logged in with a second factor.
    #[serde(default)]
    pub second_factor_for_administrators: bool,
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

/// Twelve hours.
const fn login_session_seconds() -> u32 {
    12 * 3600
}

/// They do.
const fn password_login() -> bool {
    true
}

/// One hour.
const fn login_idle_seconds() -> u32 {
    3600
}

/// Who vouches for identities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Named by keys.
    pub name: IssuerName,
    /// E-mail domains this issuer is believed for, lower case. For others `user_email()` is *none*.
    #[serde(default)]
    pub trusted_domains: BTreeSet<String>,
    /// Subjects of the issuer who get in nowhere; e-mail addresses in lower case.
    #[serde(default)]
    pub blocked: BTreeSet<String>,
}

/// A customer company of the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// Named by tokens.
    pub name: TenantName,
    /// Shown to people.
    #[serde(default)]
    pub title: String,
    /// Whether nobody of the tenant gets in.
    #[serde(default)]
    pub deactivated: bool,
    /// E-mail domains that are the tenant's, in lower case: its administrators make internal members with addresses of
    /// these. No domain is of two tenants.
    #[serde(default)]
    pub domains: BTreeSet<String>,
    /// Values every member of the tenant has, unless they have one of their own.
    #[serde(default)]
    pub attributes: WrittenAttributes,
    /// How pages look and write for people of the tenant, unless their session says otherwise.
    #[serde(default)]
    pub presentation: Presentation,
    /// What hosts of other products call it in what they sign.
    #[serde(default)]
    pub known_as: KnownAs,
}

/// A set of members. One that is called `tenant/…` is that tenant's own: only its people are in it, and neither policies
/// nor keys know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// The teams that its members are members of, too, and of those that these are members of.
    #[serde(default)]
    pub members_of: BTreeSet<TeamName>,
    /// Internal members, by e-mail address, who say who is in it.
    #[serde(default)]
    pub administrators: BTreeSet<String>,
    /// Values every member of the team has, unless they have one of their own.
    #[serde(default)]
    pub attributes: WrittenAttributes,
    /// What hosts of other products call it in what they sign.
    #[serde(default)]
    pub known_as: KnownAs,
}

/// A named set of permissions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

    /// Whether they may change all of it.
    #[must_use]
    pub fn administers_everything(&self) -> bool {
        let mut permissions = Permission::ALL.iter().filter(|permission| permission.is_of_administration());
        permissions.all(|permission| self.permissions.contains(permission))
    }
}

/// Whether a member may log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberKind {
    /// May log in.
    Internal,
    /// May not; made by an embed or by hand.
    Embed,
}

/// A member as an administrator writes one by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = pattern([&SLUG, &SLUG], '/')))]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workspace {
    /// Named by workbooks and grants.
    pub name: WorkspaceName,
    /// Shown to people.
    pub title: String,
    /// Its folders.
    #[serde(default)]
    pub folders: Vec<Folder>,
    /// Who manages everything in it.
    #[serde(default)]
    pub owner: Option<Owner>,
}

/// A folder of a workspace. Access is inherited from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Folder {
    /// Named by workbooks and grants, behind the workspace's name.
    pub name: FolderName,
    /// Shown to people.
    pub title: String,
    /// Who manages everything in it.
    #[serde(default)]
    pub owner: Option<Owner>,
}

/// Everything an administrator has written, before it is checked and tied to ids. A copy shares what neither changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Definitions {
    /// `vitrine.yaml`
    pub organization: Organization,
    /// `issuers.yaml`
    pub issuers: Shared<Vec<Issuer>>,
    /// `tenants.yaml`
    pub tenants: Shared<Vec<Tenant>>,
    /// `teams.yaml`
    pub teams: Shared<Vec<Team>>,
    /// `account_types.yaml`
    pub account_types: Shared<Vec<AccountType>>,
    /// `attributes.yaml`
    pub attributes: Shared<Vec<AttributeDefinition>>,
    /// `members.yaml`
    pub members: Vec<MemberDefinition>,
    /// `workspaces.yaml`
    pub workspaces: Shared<Vec<Workspace>>,
    /// `grants.yaml`
    pub grants: Shared<Vec<Grant>>,
    /// `embed_keys.yaml`
    pub embed_keys: Shared<Vec<EmbedKey>>,
    /// `identity_providers.yaml`
    #[serde(default)]
    pub identity_providers: Shared<Vec<IdentityProvider>>,
    /// `connections.yaml`
    pub connections: Shared<Vec<Connection>>,
    /// `models/NAME.yaml`
    pub models: Shared<BTreeMap<ModelName, crate::semantic::Model>>,
    /// `workbooks/NAME.yaml`
    pub workbooks: Shared<BTreeMap<WorkbookName, crate::workbook::Workbook>>,
    /// `workbooks/NAME@TAG.yaml`
    #[serde(default)]
    pub tags: Shared<BTreeMap<crate::workbook::TagPath, crate::workbook::VersionBody>>,
}
