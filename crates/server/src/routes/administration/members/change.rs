//! Changing and deleting a member.

use super::answer::MemberAnswer;
use super::written::{expect_own_domain, with_id};
use super::{answered, not_written, permissions, resource, tag, touched};
use crate::app::App;
use crate::audit;
use crate::body::{Definition, of_json};
use crate::callers::{Administrator, Viewer};
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use crate::requests::matches;
use crate::routes::administration::edit::{self, Plan};
use crate::routes::administration::noun::merge;
use crate::routes::administration::nouns::{tenant_of_team, without_grants};
use authz::{Mandate, Matter, Member, Place, administer};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use model::access::{Definitions, EmbedIdentity, Grant, Grantee, MemberDefinition, MemberKind, Owner};
use model::name::{MemberId, TeamId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use store::audit::AuditEvent;
use store::people::Person;

/// What of a member is told and cannot be set.
const TOLD: [&str; 4] = ["id", "automatic", "made_at", "changed_at"];
/// What makes a member who they are.
const IDENTITY: [&str; 4] = ["subject", "issuer", "tenant", "kind"];

/// Changes the members that are sent; null takes one away (RFC 7396). The person's sessions end. Whoever an embed made is
/// by hand from then on: tokens describe them no more.
#[utoipa::path(
    patch, operation_id = "change_member", path = "/api/v1/members/{member}", tag = "/api/v1/members",
    request_body = Object,
    params(
        ("member" = String, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that was read."),
    ),
    responses((status = 200, body = MemberAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(in super::super) async fn change(
    caller: Administrator,
    State(app): State<App>,
    Named(id): Named<MemberId>,
    headers: HeaderMap,
    Definition(patch): Definition,
) -> Result<Response, Problem> {
    answered(&changed(&app, &caller.viewer, &id, &headers, patch).await?, &caller.viewer)
}

/// The member as they are after the change.
pub(in crate::routes) async fn changed(
    app: &App,
    viewer: &Viewer,
    id: &MemberId,
    headers: &HeaderMap,
    patch: Value,
) -> Result<Person, Problem> {
    let planned = planned(app, viewer, id, headers, patch).await?;
    let mut event = planned.event(app, viewer, &resource(id));
    event.detail = json!({ "fields": planned.fields });
    written(app, viewer, &[(planned.before, planned.after)], event).await?;
    app.store.person(id).await?.ok_or(Problem::NotFound)
}

/// Changes several members alike, all of them or none.
pub(in crate::routes) async fn all_changed(
    app: &App,
    viewer: &Viewer,
    ids: &[MemberId],
    patch: &Value,
) -> Result<(), Problem> {
    let mut all = Vec::new();
    for id in ids {
        all.push(planned(app, viewer, id, &HeaderMap::new(), patch.clone()).await?);
    }
    let Some(first) = all.first() else { return Ok(()) };
    let mut event = first.event(app, viewer, "members");
    event.detail = json!({ "fields": first.fields, "members": ids });
    let changes: Vec<_> = all.into_iter().map(|planned| (planned.before, planned.after)).collect();
    written(app, viewer, &changes, event).await
}

async fn written(app: &App, viewer: &Viewer, changes: &[(Member, Member)], event: AuditEvent) -> Result<(), Problem> {
    let written = app.store.change_members(changes, "changed by an administrator", event).await;
    written.map(drop).map_err(|error| not_written(error, viewer))
}

/// A change of a member that its author may make.
struct Planned {
    before: Member,
    after: Member,
    fields: Vec<String>,
    matter: Matter,
    mandate: Mandate,
}

impl Planned {
    fn event(&self, app: &App, viewer: &Viewer, resource: &str) -> AuditEvent {
        audit::administering(app, viewer, &self.matter, resource, "member_changed", &self.mandate)
    }
}

async fn planned(
    app: &App,
    viewer: &Viewer,
    id: &MemberId,
    headers: &HeaderMap,
    patch: Value,
) -> Result<Planned, Problem> {
    let (person, matter, _) = touched(app, viewer, id).await?;
    let told = serde_json::to_value(MemberAnswer::of(&person, viewer)).map_err(|_| Problem::Internal)?;
    matches(headers, &tag(&told)?)?;
    let (definition, fields) = merged(told, patch)?;
    let before = person.member;
    let had = permissions(viewer, &before.account_type);
    let new = permissions(viewer, &definition.account_type).difference(&had).copied().collect();
    let matter = matter.giving(&new);
    let mandate = match administer(&viewer.principal, &viewer.organization.snapshot, &matter) {
        Ok(mandate) => mandate,
        Err(denial) => return Err(audit::not_administering(app, viewer, &matter, &resource(id), &denial).await?),
    };
    let after = with_id(viewer, &definition, id.clone())?;
    if after.email != before.email {
        expect_own_domain(viewer, &after)?;
    }
    may_set(viewer, &before.teams, &after, after.attributes != before.attributes)?;
    Ok(Planned { before, after, fields, matter, mandate })
}

/// A told member with a patch, as administrators write one; and which members were sent.
pub(in super::super) fn merged(before: Value, patch: Value) -> Result<(MemberDefinition, Vec<String>), Problem> {
    let mut json = before.clone();
    let fields = merge(&mut json, patch)?;
    if let Some(field) = fields.iter().find(|field| TOLD.contains(&field.as_str())) {
        return Err(invalid(field, "expected what can be set: this is told only"));
    }
    if let Some(field) = IDENTITY.iter().find(|field| json.get(**field) != before.get(**field)) {
        return Err(invalid(field, "expected the one they have: it makes them who they are"));
    }
    Ok((of_json(settable(json)?)?, fields))
}

/// Deletes a member for good: their sessions end, their credentials too, and whoever comes with the same identity later is
/// somebody new. To keep them, deactivate them.
#[utoipa::path(
    delete, operation_id = "delete_member", path = "/api/v1/members/{member}", tag = "/api/v1/members",
    params(("member" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(in crate::routes) async fn remove(
    caller: Administrator,
    State(app): State<App>,
    Named(id): Named<MemberId>,
) -> Result<StatusCode, Problem> {
    let (person, matter, mandate) = touched(&app, &caller.viewer, &id).await?;
    let viewer = match alone(&person.member, &caller.viewer) {
        Some(alone) => without_grants_to(&app, caller, &alone, &matter).await?,
        None => caller.viewer,
    };
    let event = audit::administering(&app, &viewer, &matter, &resource(&id), "member_deleted", &mandate);
    app.store.delete_member(&id, event).await.map_err(|error| not_written(error, &viewer))?;
    Ok(StatusCode::NO_CONTENT)
}

/// As whom something is granted to a member alone; `None`: who vouches for them is gone, so that nothing is.
pub(in crate::routes) fn alone(member: &Member, viewer: &Viewer) -> Option<Grantee> {
    let snapshot = &viewer.organization.snapshot;
    let to = match member.kind {
        MemberKind::Internal => Grantee::Member(member.email.clone()?),
        MemberKind::Embed => Grantee::EmbedMember(EmbedIdentity {
            issuer: snapshot.issuers.name(member.issuer.as_ref()?)?.clone(),
            tenant: member.tenant.as_ref().and_then(|id| snapshot.tenants.name(id)).cloned(),
            subject: member.subject.clone(),
        }),
    };
    Some(to.folded())
}

/// Takes away what is granted to a member alone, so that nobody who comes with the same identity has it. What is theirs, or
/// administered by them, must be somebody else's before.
async fn without_grants_to(
    app: &App,
    caller: Administrator,
    alone: &Grantee,
    matter: &Matter,
) -> Result<Viewer, Problem> {
    let definitions = &caller.viewer.organization.definitions;
    if let Some(what) = named_by(definitions, alone) {
        let detail = format!("{what} names this member as its owner or administrator: name somebody else first");
        return Err(Problem::Conflict { code: "in_use", detail });
    }
    let is_theirs = |grant: &Grant| grant.to.clone().folded() == *alone;
    if !definitions.grants.iter().any(is_theirs) {
        return Ok(caller.viewer);
    }
    let written = edit::write(app, caller, None, |viewer| {
        let mut after = viewer.organization.definitions.clone();
        let changes = without_grants(&mut after, is_theirs);
        Ok(Plan {
            warrant: edit::expect_mandate(viewer, matter, "grants")?,
            aside: None,
            after,
            changes,
            secrets: BTreeMap::new(),
            resource: "grants".to_owned(),
            event: "grants_deleted".to_owned(),
            fields: Vec::new(),
            at: "nothing stands there".to_owned(),
        })
    })
    .await?;
    Ok(written.0)
}

/// What names somebody as its owner or administrator, if anything does.
pub(super) fn named_by(definitions: &Definitions, alone: &Grantee) -> Option<String> {
    let is_them = |owner: &Owner| Grantee::from(owner.clone()) == *alone;
    let workbooks = definitions.workbooks.iter().filter(|(_, workbook)| workbook.owner.as_ref().is_some_and(is_them));
    let workbooks = workbooks.map(|(name, _)| format!("the workbook `{name}`"));
    let folders = definitions.workspaces.iter().flat_map(|workspace| {
        let theirs = workspace.folders.iter().filter(|folder| folder.owner.as_ref().is_some_and(is_them));
        let all = workspace.owner.as_ref().is_some_and(is_them).then(|| format!("the workspace `{}`", workspace.name));
        all.into_iter().chain(theirs.map(|folder| format!("the folder `{}/{}`", workspace.name, folder.name)))
    });
    let is_administrator = |email: &String| Grantee::Member(email.clone()).folded() == *alone;
    let teams = definitions.teams.iter().filter(|team| team.administrators.iter().any(is_administrator));
    let teams = teams.map(|team| format!("the team `{}`", team.name));
    workbooks.chain(folders).chain(teams).next()
}

/// What of a told member can be written.
fn settable(json: Value) -> Result<Value, Problem> {
    let Value::Object(mut members) = json else { return Err(Problem::Internal) };
    TOLD.iter().for_each(|name| drop(members.remove(*name)));
    Ok(Value::Object(members))
}

/// Whoever is of a tenant puts people into that tenant's own teams only, and sets no attributes: policies of the
/// organization may rest on both.
pub(in super::super) fn may_set(
    viewer: &Viewer,
    before: &BTreeSet<TeamId>,
    after: &Member,
    sets_attributes: bool,
) -> Result<(), Problem> {
    let Some(own) = viewer.principal.tenant() else { return Ok(()) };
    let snapshot = &viewer.organization.snapshot;
    let is_own = |id: &TeamId| {
        let name = snapshot.teams.name(id);
        name.is_none_or(|name| tenant_of_team(name.as_str(), snapshot) == Place::Tenant(own.clone()))
    };
    if !before.symmetric_difference(&after.teams).all(is_own) {
        return Err(forbidden(&format!("`teams`: you may put people into teams of `{own}/…` only")));
    }
    if sets_attributes {
        return Err(forbidden("`attributes`: only administrators of the organization set these"));
    }
    Ok(())
}

fn forbidden(detail: &str) -> Problem {
    Problem::Forbidden { code: "forbidden", detail: detail.to_owned() }
}

fn invalid(field: &str, expected: &str) -> Problem {
    Problem::Invalid { code: "invalid_member", detail: format!("`{field}`: {expected}") }
}
