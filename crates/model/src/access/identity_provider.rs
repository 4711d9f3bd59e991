//! Identity providers: who brings people that have an account here, and what becomes of what it claims of them.
//!
//! One mapping language, whatever the provider speaks: it names claims, and says what their values come to.

use super::{AnyOf, Ceiling, Mode, SecretReference, WrittenValue};
use crate::name::{AccountTypeName, AttributeName, IssuerName, ProviderName, TeamName, TenantName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

/// Who brings internal members, as whom they log in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityProvider {
    /// Stands in addresses.
    pub name: ProviderName,
    /// Whose identities it vouches for.
    pub issuer: IssuerName,
    /// Whether it is refused.
    #[serde(default)]
    pub disabled: bool,
    /// It signs tokens with a secret: JWT single sign-on.
    #[serde(default)]
    pub jwt: Option<JwtSignOn>,
    /// It speaks OpenID Connect.
    #[serde(default)]
    pub oidc: Option<OidcSignOn>,
    /// Which claim is what.
    #[serde(default)]
    pub claims: ClaimNames,
    /// What the claim of teams comes to.
    #[serde(default)]
    pub teams: TeamMapping,
    /// What the claim of the account type comes to.
    #[serde(default)]
    pub account_types: AccountTypeMapping,
    /// Who and what is made that is not there.
    #[serde(default)]
    pub provisioning: Provisioning,
    /// Whether a member whom Vitrine itself vouches for comes in by their e-mail address, if its domain is one for which
    /// the issuer is believed.
    #[serde(default)]
    pub bind_internal_by_email: bool,
    /// Exact origins of hosts that may have the application in a frame, for the people whom this provider brings. Empty: none.
    #[serde(default)]
    pub frame_origins: BTreeSet<String>,
    /// The most it can give. Empty: the account type View, and nothing else. No administrator comes in by it.
    #[serde(default)]
    pub ceiling: ProviderCeiling,
}

/// Single sign-on with tokens (JWT, HS256) that a host signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JwtSignOn {
    /// Where a browser goes that brings no token: `return_to` says where it is to come back to.
    pub sign_in: String,
    /// Where its secrets are: one, or two while rotating.
    pub secrets: Vec<SecretReference>,
    /// How much of what other products take is accepted.
    #[serde(default)]
    pub mode: Mode,
    /// Whether a program may exchange a token for a session that lasts as long as the token.
    #[serde(default)]
    pub sdk_sessions: bool,
}

/// Single sign-on by OpenID Connect: the authorization code flow with PKCE.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcSignOn {
    /// The provider's own name (`iss`), byte for byte. Its configuration is read at
    /// `…/.well-known/openid-configuration` below it.
    pub discovery: String,
    /// As whom Vitrine is registered there.
    pub client_id: String,
    /// Where Vitrine's secret there is. Empty: it is registered without one, and PKCE alone binds the code.
    #[serde(default)]
    pub secrets: Vec<SecretReference>,
    /// What is asked for beside `openid`.
    #[serde(default = "usual_scopes")]
    pub scopes: Vec<String>,
    /// Whether claims are asked of its UserInfo endpoint as well; those of the ID token go first.
    #[serde(default)]
    pub userinfo: bool,
    /// Whether an address counts of which it does not say `email_verified`.
    #[serde(default)]
    pub unverified_email: bool,
    /// Whether its addresses may be of a private network, or of this machine.
    #[serde(default)]
    pub private_network: bool,
}

fn usual_scopes() -> Vec<String> {
    ["email", "profile"].map(str::to_owned).to_vec()
}

/// Which claim is what. A name that begins with `/` is a JSON pointer (RFC 6901) into the claims; null: no claim is that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClaimNames {
    /// The e-mail address, by which a person is known.
    pub email: String,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// The tenant's name.
    pub tenant: Option<String>,
    /// Values of attributes for a tenant that is made.
    pub tenant_attributes: Option<String>,
    /// A text, or a list of texts, that come to teams.
    pub teams: Option<String>,
    /// A text that comes to an account type.
    pub account_type: Option<String>,
    /// Of attributes in the ceiling, the claims that are not called like them.
    pub attributes: BTreeMap<AttributeName, String>,
}

impl Default for ClaimNames {
    /// As Metabase calls them.
    fn default() -> Self {
        let name = |text: &str| Some(text.to_owned());
        Self {
            email: "email".to_owned(),
            first_name: name("first_name"),
            last_name: name("last_name"),
            tenant: name("@tenant"),
            tenant_attributes: name("@tenant.attributes"),
            teams: name("groups"),
            account_type: None,
            attributes: BTreeMap::new(),
        }
    }
}

/// Claims that are about the token, and no facts about a person. Nor is one that begins with `@`.
pub const RESERVED_CLAIMS: [&str; 7] = ["iss", "iat", "sub", "aud", "exp", "nbf", "jti"];

/// Whether no attribute can be read from a claim of that name.
#[must_use]
pub fn is_reserved(claim: &str) -> bool {
    let first = claim.trim_start_matches('/').split('/').next().unwrap_or_default();
    RESERVED_CLAIMS.contains(&first) || first.starts_with('@')
}

/// The claim of that name; `None`: it is absent, which is not the same as null.
#[must_use]
pub fn claim<'a>(claims: &'a Map<String, Json>, name: &str) -> Option<&'a Json> {
    let Some(rest) = name.strip_prefix('/') else { return claims.get(name) };
    let (first, deeper) = rest.split_once('/').map_or((rest, None), |(first, deeper)| (first, Some(deeper)));
    let first = claims.get(&first.replace("~1", "/").replace("~0", "~"))?;
    deeper.map_or(Some(first), |deeper| first.pointer(&format!("/{deeper}")))
}

/// What the claim of teams comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TeamMapping {
    /// Whether it changes which teams somebody is in. Without the claim nothing is changed.
    pub sync: TeamSync,
    /// Teams by values. Empty: a value is the name of a team.
    pub map: BTreeMap<String, BTreeSet<TeamName>>,
    /// Teams that everybody is in who is of a tenant, whatever is claimed.
    pub of_tenants: BTreeSet<TeamName>,
}

/// How a claim changes which teams somebody is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TeamSync {
    /// Not at all.
    #[default]
    Off,
    /// Of the teams that the provider can give, they are in those that the claim comes to; in all others they stay.
    Additive,
    /// They are in the teams that the claim comes to, and in no others.
    Replacing,
}

/// What the claim of the account type comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AccountTypeMapping {
    /// Of whoever is made without a claim, and of whoever has a claim that comes to none.
    pub usual: AccountTypeName,
    /// Account types by values. Empty: a value is the name of one.
    pub map: BTreeMap<String, AccountTypeName>,
}

impl Default for AccountTypeMapping {
    fn default() -> Self {
        Self { usual: AccountTypeName::view(), map: BTreeMap::new() }
    }
}

/// Who and what is made that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Provisioning {
    /// Whoever comes for the first time becomes a member.
    pub members: bool,
    /// A tenant that is claimed and unknown is made.
    pub tenants: bool,
}

/// The most a provider can give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProviderCeiling {
    /// Tenants whose people it vouches for. Empty: of people without a tenant only.
    pub tenants: AnyOf<TenantName>,
    /// Teams of the organization.
    pub teams: AnyOf<TeamName>,
    /// Account types, none of which administers.
    pub account_types: BTreeSet<AccountTypeName>,
    /// Attributes and, for each, its values as written.
    pub attributes: BTreeMap<AttributeName, AnyOf<WrittenValue>>,
    /// The longest session, in seconds.
    pub session_seconds: u32,
}

impl Default for ProviderCeiling {
    fn default() -> Self {
        Self {
            tenants: AnyOf::default(),
            teams: AnyOf::default(),
            account_types: BTreeSet::from([AccountTypeName::view()]),
            attributes: BTreeMap::new(),
            session_seconds: 43_200,
        }
    }
}

impl ProviderCeiling {
    /// As the ceiling of an embed key says the same.
    #[must_use]
    pub fn as_of_a_key(&self) -> Ceiling {
        Ceiling {
            tenants: self.tenants.clone(),
            teams: self.teams.clone(),
            account_types: self.account_types.clone(),
            attributes: self.attributes.clone(),
            session_seconds: self.session_seconds,
            ..Ceiling::default()
        }
    }
}

impl IdentityProvider {
    /// Where its secrets are, if it has any.
    #[must_use]
    pub fn secrets(&self) -> &[SecretReference] {
        match (&self.jwt, &self.oidc) {
            (Some(jwt), _) => &jwt.secrets,
            (None, Some(oidc)) => &oidc.secrets,
            (None, None) => &[],
        }
    }

    /// The claim by which it knows a person, for ever. `None`: it knows them by their e-mail address.
    #[must_use]
    pub fn subject_claim(&self) -> Option<&'static str> {
        self.oidc.as_ref().map(|_| "sub")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn claims_are_found_by_name_and_by_pointer() {
        let claims = json!({"a/b": 1, "realm": {"roles": ["x"], "n": null}, "~": 2});
        let claims = claims.as_object().cloned().unwrap_or_default();
        assert_eq!(claim(&claims, "a/b"), Some(&json!(1)));
        assert_eq!(claim(&claims, "/realm/roles"), Some(&json!(["x"])));
        assert_eq!(claim(&claims, "/realm/roles/0"), Some(&json!("x")));
        assert_eq!(claim(&claims, "/realm/n"), Some(&json!(null)));
        assert_eq!(claim(&claims, "/~0"), Some(&json!(2)));
        assert_eq!(claim(&claims, "/a~1b"), Some(&json!(1)));
        for absent in ["realm.roles", "/realm/other", "/other/roles", "roles", ""] {
            assert_eq!(claim(&claims, absent), None, "{absent}");
        }
    }

    #[test]
    fn what_is_about_the_token_is_no_fact_about_a_person() {
        for reserved in ["iss", "exp", "@tenant", "@", "/sub", "/@tenant/x", "/aud/0"] {
            assert!(is_reserved(reserved), "{reserved}");
        }
        for free in ["email", "subject", "a@b", "/realm/sub", "admin"] {
            assert!(!is_reserved(free), "{free}");
        }
    }
}
