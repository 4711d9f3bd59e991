//! What a host would say, read as the door reads it, for whoever asks what would come of it. Nothing is verified here, so
//! what is read opens no session.

use crate::body::BodyError;
use crate::members::Members;
use crate::metabase::GuestRefusal;
use crate::{metabase, vitrine};
use chrono::{DateTime, Utc};
use model::access::EmbedKey;
use model::assertion::Supposed;
use model::name::KeyId;
use serde_json::{Map, Value};

/// Seconds that a guest's token lives, if its key does not want it shorter.
const TOKEN_SECONDS: u32 = 600;

/// The session object that the holder of `key` would send.
///
/// # Errors
/// It is no session object; the error names the member.
pub fn session(key: &KeyId, object: Map<String, Value>) -> Result<Supposed, BodyError> {
    Ok(Supposed::claimed_with(key.clone(), vitrine::read(Members::of_document(Value::Object(object))?)?))
}

/// The claims of the guest token that the holder of `key` would sign now.
///
/// # Errors
/// The token would not be accepted, with the sentence for its holder.
pub fn guest(
    (id, key): (&KeyId, &EmbedKey),
    claims: &Map<String, Value>,
    now: DateTime<Utc>,
) -> Result<Supposed, GuestRefusal> {
    let claims = signed_now(claims, Some(key), now);
    Ok(Supposed::claimed_with(id.clone(), metabase::read(claims, None, key, now)?))
}

/// The claims of a guest token, with the times at which a host would sign it now, unless they are there.
#[must_use]
pub fn signed_now(claims: &Map<String, Value>, key: Option<&EmbedKey>, now: DateTime<Utc>) -> Map<String, Value> {
    let longest = key.map_or(TOKEN_SECONDS, |key| key.ceiling.session_seconds.min(TOKEN_SECONDS));
    let mut claims = claims.clone();
    claims.entry("iat").or_insert_with(|| now.timestamp().into());
    claims.entry("exp").or_insert_with(|| (now.timestamp() + i64::from(longest)).into());
    claims
}
