//! Single sign-on with tokens (JWT) as Metabase takes them: a host signs who somebody is, and they log in with it.
//!
//! What the claims come to is for `authz`: here is only whether the token counts, and now. After the signature has been
//! verified, errors are Metabase's sentences.

use crate::jwt::{Token, moment};
use crate::key::Refused;
use chrono::{DateTime, TimeDelta, Utc};
use model::access::Mode;
use model::assertion::ProviderAssertion;
use model::name::ProviderId;
use serde_json::{Map, Value};

/// How old a token may be, in seconds.
const MAX_AGE: i64 = 180;
/// Seconds by which a strict provider's clock may be ahead.
const LEEWAY: i64 = 60;

/// A token that is signed with a secret of an identity provider.
#[derive(Debug)]
pub struct SignedOn {
    provider: ProviderId,
    claims: Map<String, Value>,
    /// What no other token is like.
    text: String,
}

/// Why a token that a provider signed does not count. The text is what the caller reads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SsoRefusal {
    /// It was issued too long ago.
    #[error("Token is older than max-age ({MAX_AGE})")]
    TooOld,
    /// It has expired.
    #[error("Token is expired ({0})")]
    Expired(i64),
    /// It does not count yet.
    #[error("Token is not yet valid ({0})")]
    NotYetValid(i64),
    /// One of its times is none.
    #[error("Message seems corrupt or manipulated")]
    OddTime,
    /// A strict provider: it does not say when it was issued.
    #[error("Token must say when it was issued (`iat`).")]
    NoIssueTime,
}

/// Reads a token and finds the provider that signed it.
///
/// # Errors
/// It is none, or no provider has signed it. The caller reads one sentence, whatever was wrong.
pub fn verify<'a>(
    text: &str,
    secrets: impl IntoIterator<Item = (&'a ProviderId, &'a [u8])>,
) -> Result<SignedOn, Refused> {
    let (provider, claims) = Token::parse(text)?.signed_by(secrets)?;
    Ok(SignedOn { provider: provider.clone(), claims, text: text.to_owned() })
}

impl SignedOn {
    /// The provider.
    #[must_use]
    pub const fn provider(&self) -> &ProviderId {
        &self.provider
    }

    /// The claims, whatever they are worth.
    #[must_use]
    pub const fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// When the token stops to count by its own word.
    #[must_use]
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.claims.get("exp").and_then(moment)
    }

    /// What the provider vouches for, if the token counts now. A strict provider's counts once.
    ///
    /// # Errors
    /// It does not count.
    pub fn assertion(self, mode: Mode, now: DateTime<Utc>) -> Result<ProviderAssertion, SsoRefusal> {
        let time = |claim: &str| match self.claims.get(claim) {
            None => Ok(None),
            Some(value) => moment(value).map(Some).ok_or(SsoRefusal::OddTime),
        };
        let (issued_at, expires_at, valid_from) = (time("iat")?, time("exp")?, time("nbf")?);
        if issued_at.is_some_and(|it| now > it + TimeDelta::seconds(MAX_AGE)) {
            return Err(SsoRefusal::TooOld);
        }
        if let Some(expired) = expires_at.filter(|it| *it <= now) {
            return Err(SsoRefusal::Expired(expired.timestamp()));
        }
        if let Some(later) = valid_from.filter(|it| *it > now) {
            return Err(SsoRefusal::NotYetValid(later.timestamp()));
        }
        if mode == Mode::Compatible {
            return Ok(vouched(self.provider, self.claims));
        }
        let issued_at = issued_at.ok_or(SsoRefusal::NoIssueTime)?;
        if issued_at > now + TimeDelta::seconds(LEEWAY) {
            return Err(SsoRefusal::NotYetValid(issued_at.timestamp()));
        }
        let named = self.claims.get("jti").and_then(Value::as_str).filter(|id| !id.trim().is_empty());
        let id = named.map_or_else(|| format!("token {}", self.text), |id| format!("jti {id}"));
        let until = issued_at + TimeDelta::seconds(MAX_AGE + 1);
        Ok(vouched(self.provider, self.claims).once(id, until))
    }
}

fn vouched(provider: ProviderId, claims: Map<String, Value>) -> ProviderAssertion {
    #[expect(clippy::disallowed_methods, reason = "a secret of the provider has been verified")]
    ProviderAssertion::vouched_for(provider, claims)
}
