//! What hosts and identity providers sign of a persona, with what every token says of itself.

use super::PolicyTestError;
use super::doors::{Entered, SIGN_ON};
use super::stage::Server;
use dialect::supposed;
use model::access::{EmbedKey, IdentityProvider, TableauTrust};
use model::dialect::Dialect;
use model::expectation::Credential;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Seconds that a session of Looker's lasts.
const SESSION: i64 = 300;

type Claims = Map<String, Value>;

impl Server {
    /// Hands in what the host of a key signs of somebody: for a page at an address, but for guests.
    pub(super) async fn enter_with_token(&self, key: &EmbedKey, address: Option<&str>, said: &Claims) -> Entered {
        let (signer, address, origin) = (self.signer(key), address.unwrap_or_default(), &self.app.public_origin);
        let signed = |claims: &Claims| signer.token(claims).ok_or(PolicyTestError::Keys);
        let now = self.app.clock.now();
        let claims = supposed::signed_now(said, Some(key), now);
        match key.dialect {
            Dialect::Metabase => self.enter_anonymously(signed(&claims)?, "").await,
            Dialect::Sigma => {
                let between = if address.contains('?') { '&' } else { '?' };
                let token = signed(&with(claims, [("jti", json!(Uuid::new_v4()))]))?;
                self.enter_by_sigma(key, &format!("{origin}{address}{between}:jwt={token}")).await
            }
            Dialect::Tableau => {
                let of_app = [("aud", json!("tableau"))];
                let is_unified = matches!(key.trust, Some(TableauTrust::UnifiedAccess(_)));
                let claims = with(claims, of_app.into_iter().filter(|_| !is_unified));
                let usual = [
                    ("iss", json!(key.named_by_tokens())),
                    ("jti", json!(Uuid::new_v4())),
                    ("scp", json!(["tableau:views:embed"])),
                ];
                self.enter_by_tableau(key, address, &signed(&with(claims, usual))?).await
            }
            Dialect::Looker => {
                let usual = [
                    ("nonce", json!(Uuid::new_v4())),
                    ("time", json!(now.timestamp())),
                    ("session_length", json!(SESSION.min(key.ceiling.session_seconds.into()))),
                    ("access_filters", json!({})),
                    ("force_logout_login", json!(true)),
                ];
                // Looker's hosts write each value as JSON.
                let pairs = with(said.clone(), usual).into_iter().map(|(name, value)| (name, value.to_string()));
                let path = format!("/login/embed/{}", utf8_percent_encode(address, NON_ALPHANUMERIC));
                let host = origin.rsplit('/').next().unwrap_or_default();
                let signed = signer.looker((&path, host), &pairs.collect::<Vec<_>>(), key.signature_hash);
                self.enter_by_looker(key, &signed.ok_or(PolicyTestError::Keys)?).await
            }
            Dialect::Vitrine => Err(PolicyTestError::Keys),
        }
    }

    /// Hands in what an identity provider signs of somebody.
    pub(super) async fn log_in(&self, provider: &IdentityProvider, said: &Claims) -> Entered {
        let claims = supposed::signed_now(said, None, self.app.clock.now());
        let claims = with(claims, [("jti", json!(Uuid::new_v4()))]);
        let token = self.signer_of_provider(provider).token(&claims).ok_or(PolicyTestError::Keys)?;
        self.sign_on(&format!("{SIGN_ON}?jwt={token}&provider={}", provider.name)).await
    }
}

/// Claims with others, unless they are there.
fn with<'a>(mut claims: Claims, usual: impl IntoIterator<Item = (&'a str, Value)>) -> Claims {
    for (name, value) in usual {
        claims.entry(name).or_insert(value);
    }
    claims
}

/// What hosts call the members that say who somebody is.
const WHO: [&str; 4] = ["subject", "sub", "external_user_id", "email"];

/// By what a server might remember somebody: two who have one of these in common may be one person.
pub(super) fn names(credential: &Credential) -> BTreeSet<String> {
    let (said, is_name): (_, fn(&str) -> bool) = match credential {
        Credential::Session { session, .. } => (session, |name| WHO.contains(&name)),
        Credential::Token { claims, .. } => (claims, |name| WHO.contains(&name)),
        // Each provider says which of its claims it is.
        Credential::SignOn { claims, .. } => (claims, |_| true),
        Credential::PublicLink(_) => return BTreeSet::new(),
    };
    let texts = said.iter().filter(|(name, _)| is_name(name)).filter_map(|(_, value)| value.as_str());
    texts.map(str::to_lowercase).collect()
}
