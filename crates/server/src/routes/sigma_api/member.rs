//! A member, as Sigma's API tells of one.

use super::organization;
use crate::callers::Viewer;
use authz::Member;
use chrono::{DateTime, SecondsFormat, Utc};
use model::access::MemberKind;
use serde_json::{Value, json};
use store::people::Person;

/// Somebody, with when they were made and changed.
pub(super) fn person(person: &Person, viewer: &Viewer) -> Value {
    let dates = [("createdAt", instant(person.made_at).into()), ("updatedAt", instant(person.changed_at).into())];
    with(member(&person.member, viewer), dates)
}

/// The same, with more of it.
pub(super) fn with<const N: usize>(mut told: Value, more: [(&str, Value); N]) -> Value {
    if let Some(members) = told.as_object_mut() {
        members.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }
    told
}

/// Somebody.
pub(super) fn member(member: &Member, viewer: &Viewer) -> Value {
    json!({
        "organizationId": organization::id(viewer),
        "memberId": member.id,
        "memberType": member.account_type,
        "firstName": member.first_name,
        "lastName": member.last_name,
        "email": email(member),
        "userKind": kind(member.kind),
        "isArchived": !member.active,
    })
}

/// The address that they are known by: their own, or what a host calls them.
pub(super) fn email(member: &Member) -> Option<&str> {
    member.email.as_deref().or_else(|| Some(member.subject.as_str()).filter(|subject| subject.contains('@')))
}

/// What Sigma calls the kind.
pub(super) const fn kind(kind: MemberKind) -> &'static str {
    match kind {
        MemberKind::Internal => "internal",
        MemberKind::Embed => "embed",
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
