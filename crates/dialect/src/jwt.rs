//! Compact tokens signed with HMAC-SHA256 (RFC 7515, RFC 7519), as hosts send them.
//!
//! Stricter than the standards where two readers could see two tokens: one algorithm, canonical base64url, no member
//! twice, no critical extensions.

use crate::key::{Refused, VerifiedKey};
use crate::strict_json;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use model::name::KeyId;
use serde_json::{Map, Value};

/// The longest token, in bytes: more than any address can hold.
pub const LONGEST: usize = 16 * 1024;

/// A token as a stranger sent it: it has the shape of one, and nothing is verified.
#[derive(Debug)]
pub struct Token<'a> {
    signed: &'a str,
    signature: &'a str,
    kid: Option<String>,
    claims: Map<String, Value>,
}

/// The parts of a token of any algorithm: read, and nothing is verified.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    signed: &'a str,
    signature: &'a str,
    /// The header.
    pub(crate) header: Map<String, Value>,
    /// The claims.
    pub(crate) claims: Map<String, Value>,
}

impl<'a> Parts<'a> {
    /// Reads the three parts of a token.
    pub(crate) fn read(text: &'a str) -> Result<Self, Refused> {
        if text.len() > LONGEST {
            return Err(Refused::TokenTooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Refused::MalformedToken)?;
        let (header, claims) = signed.split_once('.').ok_or(Refused::MalformedToken)?;
        Ok(Self { signed, signature, header: object(header)?, claims: object(claims)? })
    }
}

/// The claims of a token that was signed with a secret of a key.
#[derive(Debug, Clone, PartialEq)]
pub struct Signed {
    key: VerifiedKey,
    claims: Map<String, Value>,
}

impl<'a> Token<'a> {
    /// Reads the three parts of a token.
    ///
    /// # Errors
    /// It is none, or one of an algorithm other than HS256.
    pub fn parse(text: &'a str) -> Result<Self, Refused> {
        Self::of_parts(Parts::read(text)?)
    }

    /// The same, of one whose parts have been read.
    pub(crate) fn of_parts(Parts { signed, signature, header, claims }: Parts<'a>) -> Result<Self, Refused> {
        let kid = key_id(&header)?;
        Ok(Self { signed, signature, kid, claims })
    }

    /// The key id in the header: whose secrets to try, nothing more.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The issuer that the token names: whose secrets to try, nothing more.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.claims.get("iss").and_then(Value::as_str)
    }

    /// The claims, if the token is signed with one of the secrets.
    ///
    /// # Errors
    /// It is not; without secrets, because no key is meant.
    pub fn verify<'k>(self, secrets: impl IntoIterator<Item = (&'k KeyId, &'k [u8])>) -> Result<Signed, Refused> {
        let (key, claims) = self.signed_by(secrets)?;
        Ok(Signed { key: VerifiedKey::shown(key), claims })
    }

    /// Whose secret it is signed with, and the claims.
    pub(crate) fn signed_by<'k, H>(
        self,
        secrets: impl IntoIterator<Item = (H, &'k [u8])>,
    ) -> Result<(H, Map<String, Value>), Refused> {
        let mut refused = Refused::UnknownKey;
        for (holder, secret) in secrets {
            if self.is_signed_with(secret) {
                return Ok((holder, self.claims));
            }
            refused = Refused::WrongSignature;
        }
        Err(refused)
    }

    fn is_signed_with(&self, secret: &[u8]) -> bool {
        let key = DecodingKey::from_secret(secret);
        crypto::verify(self.signature, self.signed.as_bytes(), &key, Algorithm::HS256).unwrap_or(false)
    }
}

impl Signed {
    /// The key.
    #[must_use]
    pub const fn key(&self) -> &VerifiedKey {
        &self.key
    }

    /// The claims.
    #[must_use]
    pub const fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// The key and the claims.
    pub(crate) fn into_parts(self) -> (VerifiedKey, Map<String, Value>) {
        (self.key, self.claims)
    }
}

/// A time in seconds since 1970, as tokens write it (RFC 7519, section 2). Parts of a second are cut.
pub(crate) fn moment(value: &Value) -> Option<DateTime<Utc>> {
    let whole =
        value.as_i64().or_else(|| value.as_f64().map(f64::floor).filter(|it| it.abs() < 1e15).map(|it| it as i64));
    whole.filter(|seconds| (0..=FARTHEST).contains(seconds)).and_then(|seconds| DateTime::from_timestamp(seconds, 0))
}

/// The end of the year 9999.
const FARTHEST: i64 = 253_402_300_799;

fn object(part: &str) -> Result<Map<String, Value>, Refused> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Refused::MalformedToken)?;
    match strict_json::parse(&bytes) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(Refused::MalformedToken),
    }
}

/// The key id of a header that names the one algorithm and demands nothing that is not understood.
fn key_id(header: &Map<String, Value>) -> Result<Option<String>, Refused> {
    if header.get("alg").and_then(Value::as_str) != Some("HS256") {
        return Err(Refused::AlgorithmRefused);
    }
    if header.contains_key("crit") || header.contains_key("b64") {
        return Err(Refused::MalformedToken);
    }
    match header.get("kid") {
        None => Ok(None),
        Some(Value::String(kid)) => Ok(Some(kid.clone())),
        Some(_) => Err(Refused::MalformedToken),
    }
}
