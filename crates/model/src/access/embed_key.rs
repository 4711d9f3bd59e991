//! Embed keys: what a host signs or calls with, and the most it can vouch for.

use super::{AnyOf, ContentName, Permission, TableauTrust};
use crate::dialect::Dialect;
use crate::name::{AccountTypeName, AttributeName, ClientId, ControlName, IssuerName, TeamName, TenantName};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A client id with one or two secrets: what a host signs or calls with, and the most it can vouch for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmbedKey {
    /// Public; stands in addresses.
    pub client_id: ClientId,
    /// Whose identities it vouches for.
    pub issuer: IssuerName,
    /// The dialect its tokens are written in. They are refused at every other door.
    #[serde(default)]
    pub dialect: Dialect,
    /// How much of what its dialect allows is accepted.
    #[serde(default)]
    pub mode: Mode,
    /// The hash of its signatures, in dialects that leave it to the key.
    #[serde(default, skip_serializing_if = "SignatureHash::is_usual")]
    pub signature_hash: SignatureHash,
    /// Where its secrets are: one, or two while rotating; none with `trust`.
    #[serde(default)]
    pub secrets: Vec<SecretReference>,
    /// Of Tableau's dialect: who signs with keys of its own. Absent: the host signs with the secrets (direct trust).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust: Option<TableauTrust>,
    /// Whether it is refused.
    #[serde(default)]
    pub disabled: bool,
    /// Whether an e-mail of a trusted domain may be an internal member's.
    #[serde(default)]
    pub bind_internal_by_email: bool,
    /// Whether that member may be an administrator.
    #[serde(default)]
    pub bind_administrators: bool,
    /// Tokens that were issued earlier are refused, and so are those that do not say when.
    #[serde(default)]
    pub not_before: Option<DateTime<Utc>>,
    /// Locked parameters that are attributes of its guests.
    #[serde(default)]
    pub guest_attributes: BTreeMap<ControlName, AttributeName>,
    /// The most its sessions can be. Empty: of type View, and nothing else.
    #[serde(default)]
    pub ceiling: Ceiling,
}

impl EmbedKey {
    /// What tokens of Tableau's dialect call it: the issuer of its trust, or its client id.
    #[must_use]
    pub fn named_by_tokens(&self) -> &str {
        self.trust.as_ref().map_or(self.client_id.as_str(), |trust| trust.issuer())
    }
}

/// How much of what a dialect allows is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Tokens must expire, soon, and may claim nothing that is not understood.
    #[default]
    Strict,
    /// What the dialect's own product accepts, as far as closed by default allows.
    Compatible,
}

/// The hash with which signatures are made (HMAC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignatureHash {
    /// SHA-256.
    #[default]
    #[serde(rename = "sha_256")]
    Sha256,
    /// SHA-1, with which older hosts of Looker sign. As a part of HMAC it is sound.
    #[serde(rename = "sha_1")]
    Sha1,
}

impl SignatureHash {
    /// Whether it is the usual one.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// The name for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "HMAC-SHA-256",
            Self::Sha1 => "HMAC-SHA-1",
        }
    }
}

/// Where a secret is kept. Never the secret itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SecretReference {
    /// A file, relative to the data folder unless absolute.
    SecretFile(String),
    /// An environment variable.
    SecretEnv(String),
    /// The store, which made it and shows it once, or was given it by the API: `stored`. It is in no file.
    Stored,
}

/// The most a key's sessions can be. It bounds the session, not only its claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Ceiling {
    /// Tenants. If any is named, a token must name one of them.
    pub tenants: AnyOf<TenantName>,
    /// Teams.
    pub teams: AnyOf<TeamName>,
    /// Account types.
    pub account_types: BTreeSet<AccountTypeName>,
    /// Permissions.
    pub permissions: BTreeSet<Permission>,
    /// Attributes and, for each, its values as written.
    pub attributes: BTreeMap<AttributeName, AnyOf<WrittenValue>>,
    /// Content.
    pub content: Vec<ContentName>,
    /// Origins of host pages: exact, or `https://*.host` with one leading label.
    pub origins: BTreeSet<String>,
    /// The longest session, in seconds.
    pub session_seconds: u32,
    /// The most requests a minute that show a secret of the key or what was signed with one. Absent: any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<u32>,
}

impl Default for Ceiling {
    fn default() -> Self {
        Self {
            tenants: AnyOf::default(),
            teams: AnyOf::default(),
            account_types: BTreeSet::from([AccountTypeName::view()]),
            permissions: BTreeSet::from([Permission::View]),
            attributes: BTreeMap::new(),
            content: Vec::new(),
            origins: BTreeSet::new(),
            session_seconds: 3600,
            rate: None,
        }
    }
}

/// One value in a ceiling: its JSON spelling, so that `7` and `"7"` differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(from = "serde_json::Value", into = "serde_json::Value")]
pub struct WrittenValue(String);

impl From<serde_json::Value> for WrittenValue {
    fn from(json: serde_json::Value) -> Self {
        Self(json.to_string())
    }
}

impl From<WrittenValue> for serde_json::Value {
    fn from(value: WrittenValue) -> Self {
        value.0.parse().unwrap_or(Self::Null)
    }
}
