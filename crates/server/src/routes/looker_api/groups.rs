//! Groups: the teams.

use super::asked::{Asked, is_like};
use super::user::user;
use crate::app::App;
use crate::body::Definition;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::{noun, team_members};
use crate::routes::written::{expect_only, needed, written};
use authz::Principal;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use model::access::Team;
use model::name::{MemberId, TeamId, TeamName};
use model::snapshot::Kind;
use serde_json::{Value, json};

/// What of a group is told, and cannot be written.
const TOLD: [&str; 8] = [
    "can",
    "id",
    "contains_current_user",
    "external_group_id",
    "externally_managed",
    "include_by_default",
    "user_count",
    "externally_orphaned",
];

/// A group.
fn told(id: &str, team: &Team, caller: &Principal) -> Value {
    json!({
        "id": id,
        "name": team.name,
        "can_add_to_content_metadata": true,
        "contains_current_user": caller.teams().contains(&team.name),
        "externally_managed": false,
        "include_by_default": false,
    })
}

/// The groups within the caller's reach.
pub(super) async fn list(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&["ids"])?;
    let ids = asked.texts("ids");
    let all = noun::every::<Team>(&app, &caller.viewer).await?;
    let wanted = all.iter().filter(|(id, _)| ids.as_ref().is_none_or(|ids| ids.contains(id.as_str())));
    Ok(Json(asked.list(wanted.map(|(id, team)| told(id, team, &caller.viewer.principal)).collect())?))
}

/// The groups within the caller's reach of that id and name: patterns, of which with `filter_or` one is enough.
pub(super) async fn search(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    let found = sought(&app, &caller.viewer, &asked).await?;
    Ok(Json(asked.list(found.iter().map(|(id, team)| told(id, team, &caller.viewer.principal)).collect())?))
}

/// The same, with the roles that groups have: none, for roles are given to users alone.
pub(super) async fn search_with_roles(
    caller: Program,
    State(app): State<App>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    let found = sought(&app, &caller.viewer, &asked).await?;
    let told = found.iter().map(|(id, team)| with(told(id, team, &caller.viewer.principal), "roles", json!([])));
    Ok(Json(asked.list(told.collect())?))
}

/// The same, with the groups that each is in.
pub(super) async fn search_with_hierarchy(
    caller: Program,
    State(app): State<App>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    let viewer = &caller.viewer;
    let found = sought(&app, viewer, &asked).await?;
    let id_of = |name: &TeamName| viewer.organization.ids.get(Kind::Team, name.as_str());
    let told = found.iter().map(|(id, team)| {
        let parents: Vec<&str> = team.members_of.iter().filter_map(id_of).collect();
        with(with(told(id, team, &viewer.principal), "parent_group_ids", json!(parents)), "role_ids", json!([]))
    });
    Ok(Json(asked.list(told.collect())?))
}

fn with(mut group: Value, member: &str, value: Value) -> Value {
    if let Some(members) = group.as_object_mut() {
        members.insert(member.to_owned(), value);
    }
    group
}

async fn sought(app: &App, viewer: &Viewer, asked: &Asked) -> Result<Vec<(String, Team)>, Problem> {
    asked.expect_of_list(&["id", "name", "filter_or"])?;
    let any = asked.flag("filter_or")?.unwrap_or_default();
    let mut all = noun::every::<Team>(app, viewer).await?;
    all.retain(|(id, team)| {
        let of = [("id", id.as_str()), ("name", team.name.as_str())];
        let mut asked =
            of.into_iter().filter_map(|(name, text)| Some(is_like(asked.text(name)?, Some(text)))).peekable();
        if any && asked.peek().is_some() { asked.any(|it| it) } else { asked.all(|it| it) }
    });
    Ok(all)
}

/// A group.
pub(super) async fn show(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let team = noun::read::<Team>(&app, &caller.viewer, &id).await?;
    Ok(Json(asked.told(told(&id, &team, &caller.viewer.principal))))
}

/// Makes one.
pub(super) async fn make(
    caller: Program,
    State(app): State<App>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &["name", "can_add_to_content_metadata"], &TOLD)?;
    let why = "whatever there is can be granted to any group";
    expect_only(&sent, "can_add_to_content_metadata", &json!(true), why)?;
    let new = json!({ "name": needed(&sent, "name")? });
    let principal = caller.viewer.principal.clone();
    let (id, team, _) = noun::made::<Team>(&app, caller, None, new).await?;
    Ok(Json(asked.told(told(&id, &team, &principal))))
}

/// Deletes one.
pub(super) async fn remove(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
) -> Result<Response, Problem> {
    noun::remove::<Team>(&app, caller.administrator(), &id, &HeaderMap::new()).await
}

/// The groups that are in one.
pub(super) async fn groups(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let viewer = &caller.viewer;
    let whole = noun::read::<Team>(&app, viewer, &id).await?;
    let all = noun::every::<Team>(&app, viewer).await?;
    let inside = all.iter().filter(|(_, team)| team.members_of.contains(&whole.name));
    Ok(Json(asked.told(inside.map(|(id, team)| told(id, team, &viewer.principal)).collect())))
}

/// Who is in a group, not counting those who are in it by another.
pub(super) async fn users(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<TeamId>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let viewer = &caller.viewer;
    let found = team_members::every(&app, viewer, &id).await?;
    Ok(Json(asked.list(found.iter().map(|member| user(member, None, viewer)).collect())?))
}

/// Puts a user into a group.
pub(super) async fn add_user(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<TeamId>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &["user_id"], &[])?;
    let member = MemberId::new(needed(&sent, "user_id")?);
    let viewer = &caller.viewer;
    let member = team_members::put_in_called(&app, viewer, &id, &member).await?;
    Ok(Json(asked.told(user(&member, None, viewer))))
}

/// Takes a user out of a group.
pub(super) async fn remove_user(
    caller: Program,
    app: State<App>,
    names: Named<(TeamId, MemberId)>,
) -> Result<StatusCode, Problem> {
    team_members::remove(caller.author(), app, names).await
}
