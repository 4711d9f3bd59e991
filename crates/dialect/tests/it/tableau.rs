//! Tableau's tokens: of connected apps, of authorization servers, and unified access tokens.

mod direct;
mod forged;
mod permissions;
mod scopes;
mod unified;
mod vectors;

use crate::keys::{Outcome, id};
use chrono::{DateTime, Utc};
use dialect::jwk::KeySet;
use dialect::tableau::{
    AuthorizationServer, ConnectedApp, Presented, Resources, Scope, Secret, SignedIn, Signer, TableauRefusal,
    UnifiedAccess,
};
use model::access::{EmbedKey, Mode};
use serde_json::Value;

/// The three trusts of the vectors.
pub(crate) struct Trusts {
    vectors: Value,
    app: EmbedKey,
    oauth: EmbedKey,
    unified: EmbedKey,
    oauth_keys: KeySet,
    unified_keys: KeySet,
    scopes: Vec<Scope>,
    resources: Resources,
}

impl Trusts {
    pub(crate) fn new(mode: Mode) -> Outcome<Self> {
        let vectors = testkit::vectors::of("tableau");
        let flavours = &vectors["flavours"];
        let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("a text");
        let key = |client: &str| crate::keys::key("vitrine", client, mode);
        let keys = |flavour: &str| KeySet::parse(flavours[flavour]["jwks"].to_string().as_bytes(), false);
        let uat = &flavours["tableau_uat"];
        let scopes = uat["config_scopes"].as_array().ok_or("scopes")?;
        Ok(Self {
            app: key(&text(&flavours["tableau_direct_trust"]["client_id"])?)?,
            oauth: key("eas")?,
            unified: key("uat")?,
            oauth_keys: keys("tableau_oauth_trust_eas")?,
            unified_keys: keys("tableau_uat")?,
            scopes: scopes.iter().map(|it| Scope::parse(it.as_str().unwrap_or_default())).collect::<Result<_, _>>()?,
            resources: Resources { tenants: [text(&uat["tenant_id"])?].into(), sites: [text(&uat["site_id"])?].into() },
            vectors,
        })
    }

    pub(crate) fn flavour(&self, name: &str) -> &Value {
        &self.vectors["flavours"][name]
    }

    fn text(&self, flavour: &str, member: &str) -> &str {
        self.flavour(flavour)[member].as_str().unwrap_or_default()
    }

    /// What the connected app answers.
    pub(crate) fn direct(&self, token: &str, now: DateTime<Utc>) -> Result<SignedIn, TableauRefusal> {
        let text = |member| self.text("tableau_direct_trust", member);
        let secrets = [
            Secret { id: "another", value: b"another value, of a secret that is being replaced" },
            Secret { id: text("secret_id"), value: text("secret_value").as_bytes() },
        ];
        let app = ConnectedApp { id: &id(), key: &self.app, secrets: &secrets };
        ConnectedApp::verify(Presented::parse(token)?, Some(&app), now)
    }

    /// What the trust in the authorization server answers.
    pub(crate) fn oauth(&self, token: &str, now: DateTime<Utc>) -> Result<SignedIn, TableauRefusal> {
        let issuer = self.text("tableau_oauth_trust_eas", "issuer");
        let server = AuthorizationServer { id: &id(), key: &self.oauth, issuer, keys: &self.oauth_keys };
        AuthorizationServer::verify(Presented::parse(token)?, Some(&server), now)
    }

    /// What the trust in unified access tokens answers.
    pub(crate) fn unified(&self, token: &str, now: DateTime<Utc>) -> Result<SignedIn, TableauRefusal> {
        self.unified_with(token, Signer::Published(&self.unified_keys), now)
    }

    fn unified_with(&self, token: &str, signer: Signer<'_>, now: DateTime<Utc>) -> Result<SignedIn, TableauRefusal> {
        let access = UnifiedAccess {
            id: &id(),
            key: &self.unified,
            issuer: self.text("tableau_uat", "issuer"),
            signer,
            username_claim: "email",
            scopes: &self.scopes,
            resources: &self.resources,
        };
        UnifiedAccess::verify(Presented::parse(token)?, Some(&access), now)
    }

    /// The token of a vector.
    pub(crate) fn token(&self, flavour: &str, id: &str) -> &str {
        let all = self.flavour(flavour)["vectors"].as_array();
        let found = all.and_then(|all| all.iter().find(|it| it["id"] == id));
        found.and_then(|it| it["token"].as_str()).unwrap_or_default()
    }

    /// A token of the connected app.
    fn signed(&self, header: &Value, claims: &Value) -> String {
        testkit::sign::token(header, claims, self.text("tableau_direct_trust", "secret_value"))
    }

    /// A token that is signed with the private key of a flavour.
    fn signed_by(&self, flavour: &str, header: &Value, claims: &Value) -> String {
        testkit::sign::rs256(header, claims, self.text(flavour, "private_key_pem_test_only"))
    }
}

/// The clock of the vectors.
pub(crate) fn frozen() -> DateTime<Utc> {
    crate::keys::at(1_767_225_600)
}

/// What is left of an answer, for comparing.
pub(crate) fn told<T>(answer: &Result<T, TableauRefusal>) -> (u32, &'static str) {
    answer.as_ref().map_or_else(|refusal| (refusal.code(), refusal.reason()), |_| (0, "accepted"))
}

/// The value with one member changed; null removes it.
pub(crate) fn with(value: &Value, name: &str, member: Value) -> Value {
    let mut value = value.clone();
    if let Some(object) = value.as_object_mut() {
        if member.is_null() {
            object.shift_remove(name);
        } else {
            object.insert(name.to_owned(), member);
        }
    }
    value
}
