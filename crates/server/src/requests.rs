//! What headers say of a request: that it is done once, and what it expects to find.

use crate::app::App;
use crate::callers::Viewer;
use crate::problem::Problem;
use axum::http::HeaderMap;
use model::access::Permission;
use store::TokenHash;
use store::idempotency::Once;

/// Whether the caller may be told what else there is by name: administrators who are of no tenant. To others it may be
/// another tenant's, or hidden.
pub(crate) fn is_told_names(viewer: &Viewer) -> bool {
    viewer.principal.tenant().is_none() && viewer.principal.permissions().contains(&Permission::Administer)
}

/// What of a check's message its caller may read.
pub(crate) fn message_for<'a>(viewer: &Viewer, message: &'a str) -> &'a str {
    if is_told_names(viewer) { message } else { without_names(message) }
}

/// A message about an unknown name says after it what would be expected, which may be one name or many; others list names
/// after `one of`.
fn without_names(message: &str) -> &str {
    let ends_with = if message.starts_with("unknown ") { ": expected " } else { ": expected one of" };
    message.split(ends_with).next().unwrap_or_default()
}

/// What the header `Idempotency-Key` says, for a request that asks for `request`.
pub(crate) fn once(headers: &HeaderMap, viewer: &Viewer, request: &str) -> Result<Option<Once>, Problem> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let key = key.to_str().ok().filter(|key| (1..=200).contains(&key.len()));
    let key = key.ok_or_else(|| Problem::Invalid {
        code: "invalid_idempotency_key",
        detail: "`Idempotency-Key`: expected 1 to 200 printable characters".to_owned(),
    })?;
    let facts = viewer.principal.facts();
    let caller = facts.member().map_or_else(|| facts.session.to_string(), ToString::to_string);
    Ok(Some(Once { caller, key: key.to_owned(), request: TokenHash::of(request) }))
}

/// The id of what an equal request has made before; `None`: it is to be done.
pub(crate) async fn made_before(app: &App, once: Option<&Once>) -> Result<Option<String>, Problem> {
    let Some(once) = once else { return Ok(None) };
    match app.store.done_before(once, app.clock.now()).await? {
        Some(before) if before.is_same => Ok(Some(before.made)),
        Some(_) => Err(Problem::Conflict {
            code: "idempotency_key_reused",
            detail: "`Idempotency-Key`: it was sent with another request before".to_owned(),
        }),
        None => Ok(None),
    }
}

/// Whether `If-Match` names what is there; without it, anything does (RFC 9110, section 13.1.1).
pub(crate) fn matches(headers: &HeaderMap, tag: &str) -> Result<(), Problem> {
    let Some(wanted) = headers.get("if-match") else { return Ok(()) };
    let wanted = wanted.to_str().unwrap_or_default();
    let is_there = wanted.trim() == "*" || wanted.split(',').any(|one| one.trim() == tag);
    if is_there { Ok(()) } else { Err(Problem::Changed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_other_things_are_cut_from_a_message() {
        for (message, expected) in [
            ("unknown team `A`: expected one of `B`, `C` and 7 more", "unknown team `A`"),
            ("unknown team `A`: expected `B`", "unknown team `A`"),
            (
                "`A` is a tenant's own team: expected one of the organization's, one of `B`",
                "`A` is a tenant's own team",
            ),
            ("found string `low`: expected a whole number", "found string `low`: expected a whole number"),
        ] {
            assert_eq!(without_names(message), expected);
        }
    }
}
