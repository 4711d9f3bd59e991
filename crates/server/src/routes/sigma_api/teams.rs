//! Teams.

use super::asked::Asked;
use super::member::{member, with};
use crate::app::App;
use crate::body::Definition;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::noun::{self, Noun as _};
use crate::routes::administration::team_members;
use crate::routes::written::{expect_only, invalid, needed, written};
use authz::Place;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use model::access::Team;
use model::name::{MemberId, TeamId, TeamName};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The most members of one request.
const MOST: usize = 1000;

const WRITABLE: [&str; 5] = ["name", "description", "visibility", "members", "createWorkspace"];

/// What of a team is told, and cannot be written.
const TOLD: [&str; 7] = ["teamId", "isArchived", "createdBy", "updatedBy", "createdAt", "updatedAt", "workspaceId"];

/// A team. It has no description here, and everybody who may administer teams sees it.
pub(super) fn team(id: &str, team: &Team) -> Value {
    json!({ "teamId": id, "name": team.name, "description": "", "isArchived": false })
}

/// The name of a team by its id, if the caller may put people into it.
pub(super) fn named(viewer: &Viewer, id: &str) -> Option<TeamName> {
    let teams = &viewer.organization.snapshot.teams;
    let name = teams.name(&TeamId::new(id))?;
    let place = Team::place(name.as_str(), &viewer.organization.snapshot);
    let is_reached = viewer.principal.tenant().is_none_or(|own| place == Place::Tenant(own.clone()));
    is_reached.then(|| name.clone())
}

/// The teams within the caller's reach; with `name`, the one of that name.
pub(super) async fn list(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&["name"])?;
    let all = noun::every::<Team>(&app, &caller.viewer).await?;
    let wanted = all.iter().filter(|(_, team)| asked.text("name").is_none_or(|name| team.name.as_str() == name));
    asked.list(wanted.map(|(id, one)| team(id, one)).collect()).map(Json)
}

/// A team.
pub(super) async fn show(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    Ok(Json(team(&id, &noun::read::<Team>(&app, &caller.viewer, &id).await?)))
}

/// Makes one, in which nobody is yet.
pub(super) async fn make(
    caller: Program,
    State(app): State<App>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = sent(body)?;
    let new = json!({ "name": needed(&sent, "name")? });
    let (id, made, _) = noun::made::<Team>(&app, &caller, None, new).await?;
    Ok(Json(team(&id, &made)))
}

/// Changes nothing but what stays: a team has a name only, which it keeps.
pub(super) async fn change(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = sent(body)?;
    let patch = sent.get("name").map_or_else(|| json!({}), |name| json!({ "name": name }));
    let changed = noun::changed::<Team>(&app, &caller, &id, &HeaderMap::new(), patch).await?;
    Ok(Json(team(&id, &changed)))
}

/// Deletes one.
pub(super) async fn remove(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    noun::remove::<Team>(&app, caller.administrator(), &id, &HeaderMap::new()).await?;
    Ok(Json(json!({})))
}

/// What is sent of a team.
fn sent(body: Value) -> Result<Map<String, Value>, Problem> {
    let sent = written(body, &WRITABLE, &TOLD)?;
    expect_only(&sent, "description", &json!(""), "teams have none here")?;
    expect_only(&sent, "members", &json!([]), "who is in it is said at its `members`")?;
    expect_only(&sent, "createWorkspace", &json!(false), "workspaces are made by themselves")?;
    match sent.get("visibility") {
        None | Some(Value::Null) => Ok(sent),
        Some(_) => Err(invalid("visibility", "expected none: whoever may administer teams sees them")),
    }
}

/// Who is in a team, not counting those who are in it by another one.
pub(super) async fn members(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<TeamId>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let viewer = &caller.viewer;
    let found = team_members::every(&app, viewer, &id).await?;
    let team = viewer.organization.snapshot.teams.get(&id).ok_or(Problem::NotFound)?;
    let told = found.iter().map(|one| {
        let administers = one.email.as_ref().is_some_and(|email| team.administrators.contains(email));
        with(member(one, viewer), [("userId", json!(one.id)), ("isTeamAdmin", administers.into())])
    });
    asked.list(told.collect()).map(Json)
}

/// Puts some in and takes others out, all of them or none.
pub(super) async fn change_members(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<TeamId>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &["add", "remove"], &[])?;
    let (add, remove) = (ids(&sent, "add")?, ids(&sent, "remove")?);
    if !add.is_disjoint(&remove) {
        return Err(invalid("remove", "expected nobody who is in `add`"));
    }
    team_members::changed(&app, &caller.viewer, &id, (&add, &remove)).await?;
    Ok(Json(json!({})))
}

fn ids(sent: &Map<String, Value>, name: &str) -> Result<BTreeSet<MemberId>, Problem> {
    let entries = match sent.get(name) {
        None | Some(Value::Null) => return Ok(BTreeSet::new()),
        Some(Value::Array(entries)) if entries.len() <= MOST => entries,
        Some(_) => return Err(invalid(name, &format!("expected a list of at most {MOST} ids of members"))),
    };
    let read = |entry: &Value| entry.as_str().map(MemberId::new);
    let ids: Option<_> = entries.iter().map(read).collect();
    ids.ok_or_else(|| invalid(name, "expected a list of ids of members"))
}
