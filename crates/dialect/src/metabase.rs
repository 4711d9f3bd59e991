//! Guest tokens of Metabase: a signed JWT that names a dashboard or a question, and parameters.
//!
//! A dashboard is a workbook, a question an element. The token is its own credential: it is verified with every
//! request, and nobody is signed in by it. After the signature has been verified, errors are Metabase's sentences.

use crate::jwt::Signed;
use crate::members::Members;
use crate::vitrine::vouched;
use chrono::{DateTime, Duration, Utc};
use model::access::{EmbedKey, Mode};
use model::assertion::{Assertion, Claimant, Claims, ContentClaim, ContentKind, ForeignContent};
use model::dialect::{Dialect, ForeignId};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Seconds by which clocks may differ.
const LEEWAY: i64 = 60;

/// The claims that a guest token may have; a compatible key ignores others.
pub const CLAIMS: &[&str] = &["resource", "params", "exp", "iat", "nbf"];

/// What a token names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// A workbook.
    Dashboard,
    /// An element.
    Question,
}

impl Resource {
    /// Both.
    const ALL: [Self; 2] = [Self::Dashboard, Self::Question];

    /// The name in tokens.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dashboard => "dashboard",
            Self::Question => "question",
        }
    }

    const fn kind(self) -> ContentKind {
        match self {
            Self::Dashboard => ContentKind::Workbook,
            Self::Question => ContentKind::Element,
        }
    }
}

/// Why a token that somebody signed is not accepted. The text is what the caller reads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuestRefusal {
    /// It has expired.
    #[error("Token is expired ({0})")]
    Expired(i64),
    /// It is not valid yet.
    #[error("Token is not yet valid ({0})")]
    NotYetValid(i64),
    /// Something that must be there is not.
    #[error("Token is missing value for keypath [{0}]")]
    Missing(&'static str),
    /// What it names has no id.
    #[error("Invalid input: [\"value must be an integer greater than zero, or an entity id, got: {0}\"]")]
    Id(String),
    /// A claim of another type.
    #[error("Invalid input: [\"{claim} must be {expected}\"]")]
    Type {
        /// The claim.
        claim: &'static str,
        /// What was expected.
        expected: &'static str,
    },
    /// A token for the preview of administrators.
    #[error("Preview tokens are not accepted here.")]
    Preview,
    /// A strict key: it never expires, or not soon.
    #[error("Token must expire within {0} seconds (`exp`).")]
    LivesTooLong(u32),
    /// It was issued before the key's tokens count, or does not say when it was.
    #[error("Token was issued too early (`iat`).")]
    IssuedTooEarly,
    /// A strict key: a claim nobody knows.
    #[error("Unknown claim `{0}`: expected `resource`, `params`, `exp`, `iat` or `nbf`.")]
    UnknownClaim(String),
}

/// Reads a guest token. `wanted`: what the address is about; `None`: whatever the token names.
///
/// # Errors
/// It is not accepted, with the sentence for the caller.
pub fn guest(
    signed: Signed,
    wanted: Option<Resource>,
    key: &EmbedKey,
    now: DateTime<Utc>,
) -> Result<Assertion, GuestRefusal> {
    let (verified, claims) = signed.into_parts();
    Ok(vouched(&verified, read(claims, wanted, key, now)?))
}

/// Reads the claims of a guest token.
pub(crate) fn read(
    claims: Map<String, Value>,
    wanted: Option<Resource>,
    key: &EmbedKey,
    now: DateTime<Utc>,
) -> Result<Claims, GuestRefusal> {
    let mut members = Members::of_claims(claims);
    let expires_at = in_time(&mut members, key, now)?;
    if members.is_given("_embedding_params") {
        return Err(GuestRefusal::Preview);
    }
    let content = content(members.any("resource"), wanted)?;
    let parameters = parameters(members.any("params"))?;
    if key.mode == Mode::Strict {
        only_known(&members)?;
    }
    Ok(Claims {
        claimant: Claimant::Guest,
        content: Some(ContentClaim::Foreign(content)),
        locked_parameters: parameters,
        expires_at,
        ..Claims::default()
    })
}

/// When the token stops to count, leeway included; `None`: never.
fn in_time(members: &mut Members, key: &EmbedKey, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, GuestRefusal> {
    let mut moment = |claim| {
        members.moment(claim).map_err(|_| GuestRefusal::Type { claim, expected: "a time in seconds since 1970" })
    };
    let (expires_at, valid_from, issued_at) = (moment("exp")?, moment("nbf")?, moment("iat")?);
    let leeway = Duration::seconds(LEEWAY);
    if let Some(expired) = expires_at.filter(|it| *it + leeway <= now) {
        return Err(GuestRefusal::Expired(expired.timestamp()));
    }
    if let Some(later) = valid_from.filter(|it| *it > now + leeway) {
        return Err(GuestRefusal::NotYetValid(later.timestamp()));
    }
    if key.not_before.is_some_and(|it| issued_at.is_none_or(|issued_at| issued_at < it)) {
        return Err(GuestRefusal::IssuedTooEarly);
    }
    let longest = key.ceiling.session_seconds;
    let latest = now + Duration::seconds(longest.into()) + leeway;
    if key.mode == Mode::Strict && expires_at.is_none_or(|it| it > latest) {
        return Err(GuestRefusal::LivesTooLong(longest));
    }
    Ok(expires_at.map(|it| it + leeway))
}

fn content(resource: Option<Value>, wanted: Option<Resource>) -> Result<ForeignContent, GuestRefusal> {
    let missing = || match wanted {
        Some(Resource::Dashboard) => GuestRefusal::Missing(":resource :dashboard"),
        Some(Resource::Question) => GuestRefusal::Missing(":resource :question"),
        None => GuestRefusal::Missing(":resource"),
    };
    let Some(Value::Object(resource)) = resource else { return Err(missing()) };
    let mut named = Resource::ALL.iter().filter_map(|kind| Some((*kind, resource.get(kind.as_str())?)));
    let (kind, id) = match (named.next(), named.next()) {
        (Some(named), None) => named,
        (None, _) => return Err(missing()),
        (Some(_), Some(_)) => {
            return Err(GuestRefusal::Type { claim: "resource", expected: "a dashboard or a question, not both" });
        }
    };
    if wanted.is_some_and(|wanted| wanted != kind) {
        return Err(missing());
    }
    Ok(ForeignContent { dialect: Dialect::Metabase, kind: kind.kind(), id: foreign_id(id)? })
}

/// A number, or the 21 characters of an entity id; digits in quotes are neither.
fn foreign_id(id: &Value) -> Result<ForeignId, GuestRefusal> {
    let read = match id {
        Value::Number(number) => Some(ForeignId::new(number.to_string())).filter(|id| id.number().is_some()),
        Value::String(text) if text.len() == 21 => Some(ForeignId::new(text.as_str())),
        _ => None,
    };
    let read = read.filter(|id| Dialect::Metabase.admits(id));
    read.ok_or_else(|| GuestRefusal::Id(id.to_string().chars().take(40).collect()))
}

fn parameters(params: Option<Value>) -> Result<BTreeMap<String, Value>, GuestRefusal> {
    let is_value = |value: &Value| match value {
        Value::Array(items) => items.iter().all(|item| !item.is_array() && !item.is_object()),
        Value::Object(_) => false,
        _ => true,
    };
    match params {
        None | Some(Value::Null) => Err(GuestRefusal::Missing(":params")),
        Some(Value::Object(params)) if params.values().all(is_value) => Ok(by_name(params)),
        Some(_) => Err(GuestRefusal::Type { claim: "params", expected: "a map of values and lists of values" }),
    }
}

fn by_name(params: Map<String, Value>) -> BTreeMap<String, Value> {
    params.into_iter().collect()
}

fn only_known(members: &Members) -> Result<(), GuestRefusal> {
    members.left_over().into_iter().next().map_or(Ok(()), |name| Err(GuestRefusal::UnknownClaim(name)))
}
