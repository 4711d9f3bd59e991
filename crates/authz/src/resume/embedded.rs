//! An embed in which the owner of an API credential looks: it is theirs, cut to what the credential may, and ends with it.

use super::{Principal, application};
use crate::denial::Denial;
use crate::living;
use crate::principal::{Credential, Facts, Member, OpenedWith};
use chrono::{DateTime, TimeDelta, Utc};
use model::enforcement::{Point, enforced};
use model::name::{KeyId, SessionId};
use model::snapshot::Snapshot;

/// What is pinned to an embed for `seconds` at most, in which the owner of a credential looks: who they are now, and what the
/// credential may, but for what is of administration. `principal` is who acts with the credential; pages of `framed_by` may
/// have it in frames.
#[must_use]
pub fn embed_owner(
    principal: &Principal,
    credential: &Credential,
    snapshot: &Snapshot,
    (session, framed_by, seconds): (SessionId, Option<KeyId>, u32),
) -> Facts {
    let now = principal.now();
    let length = TimeDelta::seconds(living::longest_session(snapshot, seconds).into());
    let permissions = principal.permissions().iter().copied().filter(|held| !held.is_of_administration());
    Facts {
        session,
        permissions: Some(permissions.collect()),
        opened_with: Some(OpenedWith { credential: credential.id.clone(), framed_by }),
        second_factor: false,
        opened_at: now,
        expires_at: (now + length.min(living::login_session(snapshot))).min(credential.expires_at),
        ..principal.facts().clone()
    }
}

/// Takes up such a session again for one request. `credential` is the one it was opened with, if it counts still, and
/// `owner` is its owner as stored now.
///
/// # Errors
/// A [`Denial`] with the code `session_ended` if it is over, or if whoever or whatever it rests on is gone.
pub fn resume_with_credential(
    facts: Facts,
    credential: Option<&Credential>,
    owner: Option<&Member>,
    snapshot: &Snapshot,
    now: DateTime<Utc>,
) -> Result<Principal, Denial> {
    let opened_with = facts.opened_with.as_ref().map(|opened| &opened.credential);
    let counts = credential.is_some_and(|it| opened_with == Some(&it.id) && now < it.expires_at);
    if opened_with.is_none() || (!counts && enforced(Point::CredentialOfSession)) {
        return Err(Denial::session_ended("the credential that it was opened with"));
    }
    if now >= facts.expires_at && enforced(Point::SessionExpiry) {
        return Err(Denial::session_ended("time left"));
    }
    application::resume(facts, now, snapshot, owner)
}
