//! Whom a key of Tableau's dialect trusts, where hosts do not sign with a secret.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Who signs tokens of Tableau's dialect with keys of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TableauTrust {
    /// An authorization server (OAuth 2.0 trust).
    AuthorizationServer(AuthorizationServer),
    /// Whoever makes unified access tokens.
    UnifiedAccess(UnifiedAccess),
}

/// An authorization server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorizationServer {
    /// Its name (`iss`), byte for byte. Without `jwks_url` its configuration is read at
    /// `…/.well-known/openid-configuration` below it.
    pub issuer: String,
    /// Where its keys are.
    #[serde(default)]
    pub jwks_url: Option<String>,
    /// Whether its addresses may be of a private network, or of this machine.
    #[serde(default)]
    pub private_network: bool,
}

/// A configuration of unified access tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnifiedAccess {
    /// Who makes them (`iss`), byte for byte.
    pub issuer: String,
    /// The key that verifies them, as PEM: this, or `jwks_url`.
    #[serde(default)]
    pub public_key: Option<String>,
    /// Where the issuer's keys are.
    #[serde(default)]
    pub jwks_url: Option<String>,
    /// Whether that may be of a private network, or of this machine.
    #[serde(default)]
    pub private_network: bool,
    /// The claim that says who somebody is.
    #[serde(default = "usual_claim")]
    pub username_claim: String,
    /// The scopes that tokens can have, such as `tableau:views:embed`; `*` stands for every resource or action.
    pub scopes: BTreeSet<String>,
    /// The ids of tenants for which tokens can be (`https://tableau.com/tenantId`).
    #[serde(default)]
    pub tenants: BTreeSet<String>,
    /// The ids of sites for which they can be (`https://tableau.com/siteId`).
    #[serde(default)]
    pub sites: BTreeSet<String>,
}

fn usual_claim() -> String {
    "email".to_owned()
}

impl TableauTrust {
    /// The issuer whose tokens count.
    #[must_use]
    pub const fn issuer(&self) -> &String {
        match self {
            Self::AuthorizationServer(server) => &server.issuer,
            Self::UnifiedAccess(access) => &access.issuer,
        }
    }
}
