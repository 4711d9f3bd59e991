//! OpenID Connect: ID tokens and logout tokens, as a provider signs them.

use crate::jwk::{JwsError, KeySet, Verified};
use crate::jwt::moment;
use chrono::{DateTime, TimeDelta, Utc};
use model::assertion::{Once, ProviderAssertion};
use model::enforcement::{Point, enforced};
use model::name::ProviderId;
use serde_json::{Map, Value};

/// How far the provider's clock may be off, in seconds.
const LEEWAY: i64 = 60;
/// How long a logout token counts, in seconds.
const LOGOUT_AGE: i64 = 300;
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Whose tokens count, and for whom they must be made.
#[derive(Debug, Clone, Copy)]
pub struct Party<'a> {
    /// The provider's own name (`iss`).
    pub issuer: &'a str,
    /// As whom Vitrine is registered there.
    pub client_id: &'a str,
    /// The keys that the provider publishes.
    pub keys: &'a KeySet,
}

/// Why a token of a provider does not count. For the audit trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OidcRefusal {
    /// The signature.
    #[error("{0}")]
    Signature(#[from] JwsError),
    /// Not about claims.
    #[error("not claims")]
    NoClaims,
    /// Of another provider.
    #[error("of another issuer")]
    Issuer,
    /// For somebody else.
    #[error("for another client")]
    Audience,
    /// Too old, or of a time to come.
    #[error("out of time")]
    Time,
    /// Made for another log-in.
    #[error("for another log-in")]
    Nonce,
    /// Without the name of the person.
    #[error("without `sub`")]
    Subject,
    /// No logout token.
    #[error("no logout token")]
    NoLogout,
}

/// An ID token that was made for one log-in.
#[derive(Debug, Clone, PartialEq)]
pub struct IdToken {
    claims: Map<String, Value>,
}

/// Whom a provider has logged out.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedOut {
    /// What it calls the person.
    pub subject: Option<String>,
    /// What it calls its session.
    pub session: Option<String>,
    /// The token counts once.
    pub once: Once,
}

impl IdToken {
    /// Reads an ID token (OpenID Connect Core 1.0, section 3.1.3.7) that was asked for with `nonce`.
    ///
    /// # Errors
    /// It does not count.
    pub fn verify(text: &str, party: Party<'_>, nonce: &str, now: DateTime<Utc>) -> Result<Self, OidcRefusal> {
        let claims = claims(&party.keys.verify(text)?, party)?;
        let (issued, expires) = (time(&claims, "iat")?, time(&claims, "exp")?);
        let leeway = TimeDelta::seconds(LEEWAY);
        if now >= expires + leeway || issued > now + leeway {
            return Err(OidcRefusal::Time);
        }
        let is_asked = claims.get("nonce").and_then(Value::as_str) == Some(nonce);
        if !is_asked && enforced(Point::ProviderNonce) {
            return Err(OidcRefusal::Nonce);
        }
        text_of(&claims, "sub").ok_or(OidcRefusal::Subject)?;
        Ok(Self { claims })
    }

    /// What the provider calls the person.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.claims.get("sub").and_then(Value::as_str).unwrap_or_default()
    }

    /// Adds what UserInfo says, of the same person only (section 5.3.2). The token's own claims stay; that an address is
    /// verified is said of the address beside it, and of no other.
    ///
    /// # Errors
    /// It is about somebody else.
    pub fn with_userinfo(mut self, said: Map<String, Value>) -> Result<Self, OidcRefusal> {
        if said.get("sub").and_then(Value::as_str) != Some(self.subject()) {
            return Err(OidcRefusal::Subject);
        }
        let of_another = self.claims.get("email").is_some_and(|own| said.get("email") != Some(own));
        for (name, value) in said {
            if of_another && name == "email_verified" {
                continue;
            }
            self.claims.entry(name).or_insert(value);
        }
        Ok(self)
    }

    /// What the provider vouches for, in the log-in of that id, which happens once.
    #[must_use]
    pub fn assertion(self, provider: ProviderId, login: &str, until: DateTime<Utc>) -> ProviderAssertion {
        #[expect(clippy::disallowed_methods, reason = "a key of the provider has been verified")]
        let vouched = ProviderAssertion::vouched_for(provider, self.claims);
        vouched.once(format!("log-in {login}"), until)
    }
}

impl LoggedOut {
    /// Reads a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6).
    ///
    /// # Errors
    /// It does not count.
    pub fn verify(text: &str, party: Party<'_>, now: DateTime<Utc>) -> Result<Self, OidcRefusal> {
        let verified = party.keys.verify(text)?;
        let kind = verified.header.get("typ").and_then(Value::as_str).unwrap_or("logout+jwt");
        if !["logout+jwt", "jwt"].contains(&kind.to_ascii_lowercase().trim_start_matches("application/")) {
            return Err(OidcRefusal::NoLogout);
        }
        let claims = claims(&verified, party)?;
        let issued = time(&claims, "iat")?;
        let is_late = time(&claims, "exp").is_ok_and(|expires| now >= expires + TimeDelta::seconds(LEEWAY));
        let until = issued + TimeDelta::seconds(LOGOUT_AGE);
        if is_late
            || claims.contains_key("exp") && time(&claims, "exp").is_err()
            || now > until
            || issued > now + TimeDelta::seconds(LEEWAY)
        {
            return Err(OidcRefusal::Time);
        }
        let event = claims.get("events").and_then(|events| events.get(LOGOUT_EVENT));
        if !event.is_some_and(Value::is_object) || claims.contains_key("nonce") {
            return Err(OidcRefusal::NoLogout);
        }
        let (subject, session) = (text_of(&claims, "sub"), text_of(&claims, "sid"));
        let id = text_of(&claims, "jti").ok_or(OidcRefusal::NoLogout)?;
        if subject.is_none() && session.is_none() {
            return Err(OidcRefusal::NoLogout);
        }
        let once = Once { id: format!("log-out {id}"), until: until + TimeDelta::seconds(1) };
        Ok(Self { subject, session, once })
    }
}

/// The claims of a token that this provider made for this client.
fn claims(verified: &Verified, party: Party<'_>) -> Result<Map<String, Value>, OidcRefusal> {
    let claims = verified.claims().ok_or(OidcRefusal::NoClaims)?;
    if !enforced(Point::ProviderAudience) {
        return Ok(claims);
    }
    if claims.get("iss").and_then(Value::as_str) != Some(party.issuer) {
        return Err(OidcRefusal::Issuer);
    }
    let (is_meant, is_alone) = match claims.get("aud") {
        Some(Value::String(audience)) => (audience == party.client_id, true),
        Some(Value::Array(all)) => (all.iter().any(|it| it == party.client_id), all.len() == 1),
        _ => (false, false),
    };
    let authorized = claims.get("azp");
    let is_authorized = authorized.map_or(is_alone, |it| it == party.client_id);
    if is_meant && is_authorized { Ok(claims) } else { Err(OidcRefusal::Audience) }
}

fn time(claims: &Map<String, Value>, name: &str) -> Result<DateTime<Utc>, OidcRefusal> {
    claims.get(name).and_then(moment).ok_or(OidcRefusal::Time)
}

fn text_of(claims: &Map<String, Value>, name: &str) -> Option<String> {
    let text = claims.get(name)?.as_str()?;
    (1..=255).contains(&text.len()).then(|| text.to_owned())
}
