//! Who is in a team: told to and said by whoever administers members, and by the team's own administrators.

use super::members::change::may_set;
use super::members::not_written;
use super::nouns::tenant_of_team;
use super::sharing::person;
use crate::app::App;
use crate::audit;
use crate::body::{Definition, of_json};
use crate::callers::{Author, Viewer};
use crate::page::{Page, Paging, Parameters};
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use authz::{Denial, Mandate, Matter, Member, Place, administer, administer_team};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::access::{Grantee, MemberKind, Owner, Permission};
use model::name::{MemberId, TeamId, TeamName, TenantName};
use model::snapshot::Kind;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Somebody in a team.
#[derive(Serialize, ToSchema)]
#[schema(as = TeamMember)]
pub(super) struct TeamMemberAnswer {
    /// For ever.
    id: String,
    /// `internal` or `embed`
    #[schema(value_type = String)]
    kind: MemberKind,
    /// What their issuer calls them; of internal members, their e-mail address.
    subject: String,
    /// Their tenant; null: none.
    #[schema(required = true)]
    tenant: Option<TenantName>,
    /// E-mail address.
    #[schema(required = true)]
    email: Option<String>,
    /// Given name.
    #[schema(required = true)]
    first_name: Option<String>,
    /// Family name.
    #[schema(required = true)]
    last_name: Option<String>,
}

impl TeamMemberAnswer {
    fn of(member: Member, viewer: &Viewer) -> Self {
        let tenant = member.tenant.as_ref().and_then(|id| viewer.organization.snapshot.tenants.name(id)).cloned();
        let Member { id, kind, subject, email, first_name, last_name, .. } = member;
        Self { id: id.to_string(), kind, subject, tenant, email, first_name, last_name }
    }
}

/// A page of them.
#[derive(Serialize, ToSchema)]
#[schema(as = TeamMembers)]
pub(super) struct TeamMembersAnswer {
    /// In the order of their ids.
    items: Vec<TeamMemberAnswer>,
    /// Behind which the next page begins; absent: this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    next: Option<String>,
}

/// Who is in a team, not counting those who are in it by another team. For whoever administers members, and the team's
/// own administrators; whoever is of a tenant is told of that tenant's people.
#[utoipa::path(
    get, operation_id = "list_team_members", path = "/api/v1/teams/{id}/members", tag = "/api/v1/teams",
    params(("id" = String, Path), Paging),
    responses((status = 200, body = TeamMembersAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn list(
    caller: Author,
    State(app): State<App>,
    Named(id): Named<TeamId>,
    Parameters(paging): Parameters<Paging>,
) -> Result<Json<TeamMembersAnswer>, Problem> {
    let viewer = &caller.viewer;
    may_list(&app, viewer, &id).await?;
    let (limit, after) = (paging.limit()?, paging.after()?);
    let tenant = viewer.principal.facts().tenant.as_ref();
    let found = app.store.members_of(&id, tenant, &after, limit + 1).await?;
    let told = found.into_iter().map(|member| {
        let id = member.id.to_string();
        (TeamMemberAnswer::of(member, viewer), id)
    });
    let Page { items, next } = Page::of(told.collect(), limit);
    Ok(Json(TeamMembersAnswer { items, next }))
}

/// Decides whether the caller is told who is in the team, and records it.
async fn may_list(app: &App, viewer: &Viewer, id: &TeamId) -> Result<(), Problem> {
    let (matter, mandate) = decided(app, viewer, id, None).await?;
    let (resource, event) = (resource(viewer, id), "team_members_listed");
    audit::reading_administration(app, viewer, &matter, &resource, event, &mandate).await
}

/// Everybody who is in a team, within the caller's reach, once that is decided.
pub(in crate::routes) async fn every(app: &App, viewer: &Viewer, id: &TeamId) -> Result<Vec<Member>, Problem> {
    may_list(app, viewer, id).await?;
    let tenant = viewer.principal.facts().tenant.as_ref();
    let mut found: Vec<Member> = Vec::new();
    loop {
        let after = found.last().map_or("", |member| member.id.as_str());
        let page = app.store.members_of(id, tenant, after, AT_ONCE).await?;
        let is_last = page.len() < AT_ONCE as usize;
        found.extend(page);
        if is_last {
            return Ok(found);
        }
    }
}

/// How many are read at once.
const AT_ONCE: u32 = 200;

/// Puts somebody into a team: `{"member": "…"}` with an e-mail address, or `{"embed_member": {…}}` with an identity. Their
/// sessions end. Whom tokens describe is put into teams by tokens.
#[utoipa::path(
    post, operation_id = "add_team_member", path = "/api/v1/teams/{id}/members", tag = "/api/v1/teams",
    request_body = Object, params(("id" = String, Path)),
    responses(
        (status = 200, body = TeamMemberAnswer, description = "They are in it already."),
        (status = 201, body = TeamMemberAnswer),
        (status = "default", body = ProblemBody),
    ),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn add(
    caller: Author,
    State(app): State<App>,
    Named(id): Named<TeamId>,
    Definition(body): Definition,
) -> Result<(StatusCode, Json<TeamMemberAnswer>), Problem> {
    let viewer = &caller.viewer;
    let to = Grantee::from(of_json::<Owner>(body)?);
    drop(decided(&app, viewer, &id, None).await?);
    let before = person(&app, viewer, &to).await?;
    let (member, is_new) = put_in(&app, viewer, &id, before).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(TeamMemberAnswer::of(member, viewer))))
}

/// Puts a member into a team of whose members the caller is told, and says whether they were not in it before. `None`, and
/// whoever is out of reach, are refused alike.
async fn put_in(app: &App, viewer: &Viewer, id: &TeamId, before: Option<Member>) -> Result<(Member, bool), Problem> {
    let (before, matter, mandate) = known(app, viewer, id, before).await?;
    if before.teams.contains(id) {
        return Ok((before, false));
    }
    let mut after = before.clone();
    after.teams.insert(id.clone());
    let after = written(app, viewer, id, (before, after), (matter, mandate, "team_member_added")).await?;
    Ok((after, true))
}

/// The same, of a member by id.
pub(in crate::routes) async fn put_in_called(
    app: &App,
    viewer: &Viewer,
    id: &TeamId,
    member: &MemberId,
) -> Result<Member, Problem> {
    drop(decided(app, viewer, id, None).await?);
    let before = app.store.person(member).await?.map(|person| person.member);
    put_in(app, viewer, id, before).await.map(|(member, _)| member)
}

/// Somebody of whom the caller says whether they are in the team. `None`, and whoever is out of reach, are refused alike.
async fn known(
    app: &App,
    viewer: &Viewer,
    id: &TeamId,
    person: Option<Member>,
) -> Result<(Member, Matter, Mandate), Problem> {
    let unknown = || Problem::Invalid {
        code: "unknown_member",
        detail: "the body names nobody whom you may put into this team".to_owned(),
    };
    let person = person.ok_or_else(unknown)?;
    match decided(app, viewer, id, Some(&person)).await {
        Ok((matter, mandate)) => Ok((person, matter, mandate)),
        Err(Problem::NotFound) => Err(unknown()),
        Err(other) => Err(other),
    }
}

/// Puts some into a team and takes others out of it, all of them or none; who is where they are to be stays. Their sessions end.
pub(in crate::routes) async fn changed(
    app: &App,
    viewer: &Viewer,
    id: &TeamId,
    (add, remove): (&BTreeSet<MemberId>, &BTreeSet<MemberId>),
) -> Result<(), Problem> {
    let (matter, mandate) = decided(app, viewer, id, None).await?;
    let mut changes = Vec::new();
    for member in add.iter().chain(remove) {
        let person = app.store.person(member).await?.map(|person| person.member);
        let (before, ..) = known(app, viewer, id, person).await?;
        let mut after = before.clone();
        let is_change = if add.contains(member) { after.teams.insert(id.clone()) } else { after.teams.remove(id) };
        if is_change {
            expect_writable(viewer, &before, &after)?;
            changes.push((before, after));
        }
    }
    if changes.is_empty() {
        return Ok(());
    }
    let mut event = audit::administering(app, viewer, &matter, &resource(viewer, id), "team_members_changed", &mandate);
    event.detail = json!({ "added": add, "removed": remove });
    let changed = app.store.change_members(&changes, "changed by an administrator", event).await;
    changed.map(drop).map_err(|error| not_written(error, viewer))
}

/// Takes somebody out of a team. Their sessions end.
#[utoipa::path(
    delete, operation_id = "remove_team_member", path = "/api/v1/teams/{id}/members/{member}", tag = "/api/v1/teams",
    params(("id" = String, Path), ("member" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(in crate::routes) async fn remove(
    caller: Author,
    State(app): State<App>,
    Named((id, member)): Named<(TeamId, MemberId)>,
) -> Result<StatusCode, Problem> {
    let viewer = &caller.viewer;
    drop(decided(&app, viewer, &id, None).await?);
    let before = app.store.person(&member).await?.map(|person| person.member);
    let before = before.filter(|member| member.teams.contains(&id)).ok_or(Problem::NotFound)?;
    let (matter, mandate) = decided(&app, viewer, &id, Some(&before)).await?;
    let mut after = before.clone();
    after.teams.remove(&id);
    written(&app, viewer, &id, (before, after), (matter, mandate, "team_member_removed")).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn written(
    app: &App,
    viewer: &Viewer,
    id: &TeamId,
    (before, after): (Member, Member),
    (matter, mandate, event): (Matter, Mandate, &str),
) -> Result<Member, Problem> {
    expect_writable(viewer, &before, &after)?;
    let mut event = audit::administering(app, viewer, &matter, &resource(viewer, id), event, &mandate);
    event.detail = json!({ "member": before.id });
    let changed = app.store.change_member(&before, &after, "changed by an administrator", event).await;
    changed.map_err(|error| not_written(error, viewer))?;
    Ok(after)
}

/// Expects the caller to be one who puts people into that team, and a person whom no tokens describe.
fn expect_writable(viewer: &Viewer, before: &Member, after: &Member) -> Result<(), Problem> {
    may_set(viewer, &before.teams, after, false)?;
    if before.automatic {
        let detail = "their host says which teams they are in, with each token".to_owned();
        return Err(Problem::Conflict { code: "described_by_tokens", detail });
    }
    Ok(())
}

/// Whether the caller says who is in the team, and of a person whether they are in it: as whoever administers members, or
/// as the team's own administrator.
async fn decided(
    app: &App,
    viewer: &Viewer,
    id: &TeamId,
    person: Option<&Member>,
) -> Result<(Matter, Mandate), Problem> {
    let snapshot = &viewer.organization.snapshot;
    let team = snapshot.teams.name(id);
    let matter = matter(viewer, team, person);
    let as_administrator = administer(&viewer.principal, snapshot, &matter);
    let denial = match (as_administrator, team) {
        (Ok(mandate), Some(_)) => return Ok((matter, mandate)),
        (Ok(_), None) => return Err(Problem::NotFound),
        (Err(denial), None) => denial,
        (Err(denial), Some(team)) => match administer_team(&viewer.principal, snapshot, team, person) {
            Ok(mandate) => return Ok((matter, mandate)),
            Err(own) if is_theirs(viewer, team) => own,
            Err(_) => denial,
        },
    };
    Err(audit::not_administering(app, viewer, &matter, &resource(viewer, id), &denial).await?)
}

/// Whether what stands against it is something else than not being an administrator of the team.
fn is_theirs(viewer: &Viewer, team: &TeamName) -> bool {
    let decided = administer_team(&viewer.principal, &viewer.organization.snapshot, team, None);
    let other = |denial: &Denial| denial.reasons.iter().any(|reason| reason.rule == authz::TEAMS_OF_POLICIES);
    decided.as_ref().map_or_else(other, |_| true)
}

/// What it comes to for whoever administers members: a matter of the person's tenant, or of the team's.
fn matter(viewer: &Viewer, team: Option<&TeamName>, person: Option<&Member>) -> Matter {
    let snapshot = &viewer.organization.snapshot;
    let Some(person) = person else {
        let place = team.map_or(Place::Organization, |team| tenant_of_team(team.as_str(), snapshot));
        return Matter { needs: Permission::ManageMembers, place, gives: BTreeSet::new() };
    };
    let tenant = person.tenant.as_ref().and_then(|id| snapshot.tenants.name(id));
    let mut held =
        snapshot.account_types.get(&person.account_type).map(|kind| kind.permissions.clone()).unwrap_or_default();
    held.retain(|permission| permission.is_of_administration());
    Matter::of(Permission::ManageMembers, tenant).giving(&held)
}

fn resource(viewer: &Viewer, id: &TeamId) -> String {
    let name = viewer.organization.ids.name(Kind::Team, id.as_str());
    format!("team/{}", name.unwrap_or(id.as_str()))
}
