//! Sigma's embeds: a JWT in the address, which counts once, and the signed addresses that came before it.
//!
//! Errors have the codes that Sigma's frames send to their hosts.

mod encrypted;
mod signed_url;

pub use encrypted::decrypt;
pub use signed_url::{PARAMETERS, SignedUrl};

use crate::body::BodyError;
use crate::jwt::Signed;
use crate::members::Members;
use crate::vitrine::vouched;
use chrono::{DateTime, Duration, Utc};
use model::access::{EmbedKey, Mode};
use model::assertion::{Assertion, Claimant, Claims};
use model::name::is_email;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// The longest life of a token, in seconds.
const LONGEST: i64 = 2_592_000;

/// How far ahead of ours a host's clock may be, in seconds.
const AHEAD: i64 = 60;

/// What a frame tells its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Something about the token or the address is wrong, or they have expired.
    Invalid,
    /// The person is unknown and is not made.
    NotPermitted,
    /// There is no such workbook, or not for this person.
    NotFound,
    /// It is not shared with the person, or their account type lacks the permission.
    AccessDenied,
    /// A page, an element or a connection is gone.
    Stale,
}

impl Code {
    /// The code as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "EINVAL",
            Self::NotPermitted => "EPERM",
            Self::NotFound => "ENOENT",
            Self::AccessDenied => "EACCES",
            Self::Stale => "ESTALE",
        }
    }
}

/// Why a token or address that somebody signed is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigmaRefusal {
    /// The code.
    pub code: Code,
    /// A sentence.
    pub message: String,
}

impl SigmaRefusal {
    fn invalid(message: impl Into<String>) -> Self {
        Self { code: Code::Invalid, message: message.into() }
    }

    /// It has expired, or was used before.
    #[must_use]
    pub fn expired() -> Self {
        Self::invalid("Session expired. Reload the page.")
    }
}

impl fmt::Display for SigmaRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)
    }
}

impl std::error::Error for SigmaRefusal {}

impl From<BodyError> for SigmaRefusal {
    fn from(error: BodyError) -> Self {
        Self::invalid(error.to_string())
    }
}

/// What a token says.
#[derive(Debug, Clone, PartialEq)]
pub struct Embed {
    /// Who is looking, and that the token counts once.
    pub assertion: Assertion,
    /// The connection whose data is wanted in place of the workbook's own.
    pub connection: Option<String>,
    /// Claims that nobody knows, and that a compatible key ignores.
    pub unknown: Vec<String>,
}

/// Reads a token. Its signature and key id have been verified.
///
/// # Errors
/// It is not accepted, with the code and sentence for the host.
pub fn embed(signed: Signed, kid: &str, key: &EmbedKey, now: DateTime<Utc>) -> Result<Embed, SigmaRefusal> {
    let (verified, claims) = signed.into_parts();
    let mut members = Members::of_claims(claims);
    audience(&mut members, kid)?;
    let (issued_at, expires_at) = times(&mut members, key, now)?;
    let id = members.required_text("jti")?;
    let claims = claims_of(&mut members, expires_at)?;
    let connection = members.text("eval_connection_id")?;
    tokens_for_connections(&mut members)?;
    let unknown = members.left_over();
    if key.mode == Mode::Strict {
        members.finish()?;
        lives_briefly(issued_at, expires_at, key)?;
    }
    let assertion = vouched(&verified, claims).once(id, expires_at);
    Ok(Embed { assertion, connection, unknown })
}

fn audience(members: &mut Members, kid: &str) -> Result<(), SigmaRefusal> {
    let (issuer, audience, version) = (members.text("iss")?, members.text("aud")?, members.text("ver")?);
    if issuer.is_some_and(|issuer| issuer != kid) {
        return Err(SigmaRefusal::invalid("`iss` is not valid: expected the client id"));
    }
    match (version.as_deref().unwrap_or("1.0"), audience.as_deref()) {
        ("1.0", None) | ("1.0" | "1.1", Some("sigmacomputing")) => Ok(()),
        ("1.0" | "1.1", _) => Err(SigmaRefusal::invalid("`aud` is not valid: expected `sigmacomputing`")),
        _ => Err(SigmaRefusal::invalid("`ver` is not valid: expected `1.0` or `1.1`")),
    }
}

/// When the token was issued and when it expires.
fn times(
    members: &mut Members,
    key: &EmbedKey,
    now: DateTime<Utc>,
) -> Result<(DateTime<Utc>, DateTime<Utc>), SigmaRefusal> {
    let mut required = |name: &'static str| {
        let missing = || SigmaRefusal::invalid(format!("`{name}` is missing: expected a time in seconds since 1970"));
        members.moment(name)?.ok_or_else(missing)
    };
    let (issued_at, expires_at) = (required("iat")?, required("exp")?);
    let not_before = members.moment("nbf")?.unwrap_or(issued_at).max(issued_at);
    if expires_at <= now {
        return Err(SigmaRefusal::expired());
    }
    if expires_at > issued_at + Duration::seconds(LONGEST) {
        return Err(SigmaRefusal::invalid(format!(
            "`exp` is not valid: expected at most {LONGEST} seconds after `iat`"
        )));
    }
    if not_before > now + Duration::seconds(AHEAD) {
        return Err(SigmaRefusal::invalid("`iat` is not valid: expected a time that has come"));
    }
    if key.not_before.is_some_and(|it| issued_at < it) {
        return Err(SigmaRefusal::expired());
    }
    Ok((issued_at, expires_at))
}

fn lives_briefly(issued_at: DateTime<Utc>, expires_at: DateTime<Utc>, key: &EmbedKey) -> Result<(), SigmaRefusal> {
    let longest = key.ceiling.session_seconds;
    if expires_at <= issued_at + Duration::seconds(longest.into()) {
        return Ok(());
    }
    Err(SigmaRefusal::invalid(format!("`exp` is not valid: this key allows {longest} seconds after `iat`")))
}

fn claims_of(members: &mut Members, expires_at: DateTime<Utc>) -> Result<Claims, SigmaRefusal> {
    let email = email(members.required_text("sub")?, "sub")?;
    Ok(Claims {
        claimant: Claimant::Member(email.clone()),
        tenant: members.text("tenant")?,
        first_name: members.text("first_name")?,
        last_name: members.text("last_name")?,
        email: Some(email),
        teams: members.texts("teams")?,
        account_type: members.text("account_type")?,
        attributes: texts_only(members.values("user_attributes")?),
        expires_at: Some(expires_at),
        ..Claims::default()
    })
}

/// People are e-mail addresses here.
fn email(text: String, field: &str) -> Result<String, SigmaRefusal> {
    if is_email(&text) {
        return Ok(text);
    }
    Err(SigmaRefusal::invalid(format!("`{field}` is not valid: expected an e-mail address")))
}

/// Values of attributes are texts; anything else is there and has no value.
fn texts_only(values: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let text = |value: Value| if value.is_string() { value } else { Value::Null };
    values.into_iter().map(|(name, value)| (name, text(value))).collect()
}

/// Tokens for warehouses, which only a connection that asks people to sign in to their warehouse has use for. There is
/// none here, so they are not read; they must have the shape of what they are.
fn tokens_for_connections(members: &mut Members) -> Result<(), SigmaRefusal> {
    members.text_of_any_length("oauth_token")?;
    for (connection, token) in members.values("connection_oauth_tokens")? {
        if !token.is_string() {
            let connection: String = connection.chars().take(80).collect();
            let field = format!("`connection_oauth_tokens.{connection}`");
            return Err(SigmaRefusal::invalid(format!("{field} is not valid: expected an encrypted token")));
        }
    }
    Ok(())
}
