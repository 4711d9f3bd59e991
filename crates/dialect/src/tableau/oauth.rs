//! OAuth 2.0 trust: tokens are signed by an authorization server that publishes its keys.

use crate::jwk::{JwsError, KeySet};
use crate::key::VerifiedKey;
use crate::tableau::claims::{Unread, missing};
use crate::tableau::{Presented, SignedIn, TableauRefusal};
use crate::vitrine::vouched;
use chrono::{DateTime, Utc};
use model::access::EmbedKey;
use model::name::KeyId;
use serde_json::{Map, Value};

/// An external authorization server (EAS).
#[derive(Debug, Clone, Copy)]
pub struct AuthorizationServer<'a> {
    /// The id of the key.
    pub id: &'a KeyId,
    /// The key.
    pub key: &'a EmbedKey,
    /// The server's own name, byte for byte as in `iss`.
    pub issuer: &'a str,
    /// The keys that it publishes, as last fetched.
    pub keys: &'a KeySet,
}

impl AuthorizationServer<'_> {
    /// Verifies a token with the key that it names, and reads it. It counts once. `server`: the enabled one of
    /// [`Presented::issuer`], if there is one.
    ///
    /// # Errors
    /// It is not accepted. `UnknownSigningKey`: perhaps the server has a new key, and fetching them again helps.
    pub fn verify(
        presented: Presented<'_>,
        server: Option<&AuthorizationServer<'_>>,
        now: DateTime<Utc>,
    ) -> Result<SignedIn, TableauRefusal> {
        presented.key_id().ok_or(TableauRefusal::KeyIdMissing)?;
        let server = server.filter(|server| !server.key.disabled).ok_or(TableauRefusal::UnknownTrust)?;
        let mut claims = Unread::new(signed(&presented, server.issuer, server.keys)?);
        claims.audience()?;
        let times = claims.times(server.key, now)?;
        let jti = claims.required("jti")?;
        let scopes = claims.scopes(&["scp", "scope"], true)?;
        let (subject, email) = (claims.text("sub")?, claims.text("email")?);
        let name = subject.or(email).ok_or_else(|| missing("sub", "a text, or `email`"))?;
        let (claims, ignored) = claims.rest(name, server.key.mode)?;
        let assertion = vouched(&VerifiedKey::shown(server.id), claims).once(jti, times.expires_at);
        Ok(SignedIn { assertion, scopes, site: None, expires_at: times.expires_at, ignored })
    }
}

/// The claims of a token that one of the public keys has signed and that is of that issuer.
pub(super) fn signed(
    presented: &Presented<'_>,
    issuer: &str,
    keys: &KeySet,
) -> Result<Map<String, Value>, TableauRefusal> {
    let algorithm = presented.parts.header.get("alg").and_then(Value::as_str).unwrap_or_default();
    if !["RS256", "RS384", "RS512", "ES256", "ES384"].contains(&algorithm) {
        return Err(TableauRefusal::AlgorithmRefused);
    }
    if presented.issuer() != issuer {
        return Err(TableauRefusal::UnknownTrust);
    }
    let verified = keys.verify(presented.text)?;
    let mut claims = verified.claims().ok_or(TableauRefusal::MalformedToken)?;
    // Providers put it nowhere else, and it is what the signature is worth.
    if claims.shift_remove("iss").as_ref().and_then(Value::as_str) != Some(issuer) {
        return Err(TableauRefusal::IssuerMissing);
    }
    Ok(claims)
}

impl From<JwsError> for TableauRefusal {
    fn from(error: JwsError) -> Self {
        match error {
            JwsError::Malformed | JwsError::Critical => Self::MalformedToken,
            JwsError::Unsupported | JwsError::WrongAlgorithm => Self::AlgorithmRefused,
            JwsError::UnknownKey => Self::UnknownSigningKey,
            JwsError::WrongSignature => Self::WrongSignature,
        }
    }
}
