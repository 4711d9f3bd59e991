//! A member as Looker's API tells of a user. A role is an account type, a group is a team.

use crate::callers::Viewer;
use authz::Member;
use chrono::{DateTime, SecondsFormat, Utc};
use model::access::MemberKind;
use model::snapshot::Kind;
use serde_json::{Value, json};

/// A user; `made_at`: when they were made, if that is known.
pub(super) fn user(member: &Member, made_at: Option<DateTime<Utc>>, viewer: &Viewer) -> Value {
    let role = viewer.organization.ids.get(Kind::AccountType, member.account_type.as_str());
    let mut user = json!({
        "id": member.id,
        "display_name": display_name(member),
        "first_name": member.first_name,
        "last_name": member.last_name,
        "email": member.email,
        "is_disabled": !member.active,
        "group_ids": member.teams,
        "role_ids": role.into_iter().collect::<Vec<_>>(),
        "credentials_embed": embed_credentials(member, made_at, viewer).into_iter().collect::<Vec<_>>(),
    });
    if let (MemberKind::Internal, Some(user)) = (member.kind, user.as_object_mut()) {
        let credentials = json!({ "type": "email", "email": member.email, "is_disabled": !member.active });
        user.insert("credentials_email".to_owned(), credentials);
    }
    user
}

/// What everybody may be told of a user.
pub(super) fn public(member: &Member) -> Value {
    json!({
        "id": member.id,
        "first_name": member.first_name,
        "last_name": member.last_name,
        "display_name": display_name(member),
    })
}

/// By what an embed member comes in: the identity that makes them who they are, so that it has their id.
pub(super) fn embed_credentials(member: &Member, made_at: Option<DateTime<Utc>>, viewer: &Viewer) -> Option<Value> {
    if member.kind != MemberKind::Embed {
        return None;
    }
    let tenant = member.tenant.as_ref().and_then(|id| viewer.organization.snapshot.tenants.name(id));
    Some(json!({
        "id": member.id,
        "type": "embed",
        "external_user_id": member.subject,
        "external_group_id": tenant,
        "is_disabled": !member.active,
        "created_at": made_at.map(instant),
    }))
}

/// As the clients read instants.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn display_name(member: &Member) -> String {
    let names: Vec<&str> = [&member.first_name, &member.last_name].into_iter().flatten().map(String::as_str).collect();
    if names.is_empty() { member.subject.clone() } else { names.join(" ") }
}
