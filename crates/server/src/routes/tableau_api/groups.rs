//! Groups: the teams. Who does not administer them is told of their own.

use super::asked::Asked;
use super::named::{Of, One};
use super::told::{made, told};
use super::user::user;
use crate::app::App;
use crate::callers::{TableauProgram, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::{noun, team_members};
use crate::tableau::{Element, Sent, invalid_attribute};
use authz::{Matter, administer};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use model::access::{Permission, Team};
use model::name::{MemberId, TeamId};
use serde_json::json;
use std::collections::BTreeSet;

/// What lists of groups are filtered and sorted by.
pub(super) const OF_LISTS: [&str; 2] = ["name", "ondemandAccess"];

/// A group.
fn group(id: &str, team: &Team) -> Element {
    Element::new("group")
        .with("id", id)
        .with("name", team.name.to_string())
        .with("ondemandAccess", team.on_demand.to_string())
        .holding([Element::new("domain").with("name", "local")])
}

/// The groups that the caller is in, as far as they count.
pub(super) fn own(viewer: &Viewer) -> Vec<Element> {
    let teams = &viewer.organization.snapshot.teams;
    let found = viewer.principal.teams().iter().filter_map(|name| Some((teams.id(name)?, teams.named(name)?)));
    found.map(|(id, team)| group(id.as_str(), team)).collect()
}

/// The groups of these ids.
pub(super) fn of_ids(viewer: &Viewer, ids: &BTreeSet<TeamId>) -> Vec<Element> {
    let teams = &viewer.organization.snapshot.teams;
    ids.iter().filter_map(|id| Some(group(id.as_str(), teams.get(id)?))).collect()
}

/// The groups within the caller's reach.
pub(super) async fn list(caller: TableauProgram, State(app): State<App>, asked: Asked) -> Result<Response, Problem> {
    let viewer = &caller.viewer;
    let matter = Matter::of(Permission::ManageTeams, viewer.principal.tenant());
    let groups = if administer(&viewer.principal, &viewer.organization.snapshot, &matter).is_ok() {
        let all = noun::every::<Team>(&app, viewer).await?;
        all.iter().map(|(id, team)| group(id, team)).collect()
    } else {
        own(viewer)
    };
    Ok(told(&caller, asked.list("groups", groups, &OF_LISTS)?))
}

/// What is sent of a group: its name, and whether tokens that name it let people in who have no account.
fn read(sent: &Element) -> Result<(&str, Option<bool>), Problem> {
    let group = sent.only("group")?;
    if group.attribute("minimumSiteRole").is_some() {
        let expected = "expected none: what somebody may do at all is said of each user here";
        return Err(invalid_attribute("minimumSiteRole", expected));
    }
    group.expect(&["name", "ondemandAccess"], &[])?;
    Ok((group.needed("name")?, group.flag("ondemandAccess")?))
}

/// Makes one.
pub(super) async fn make(
    caller: TableauProgram,
    State(app): State<App>,
    asked: Asked,
    Sent(sent): Sent,
) -> Result<Response, Problem> {
    asked.expect(&[])?;
    let (name, on_demand) = read(&sent)?;
    let new = json!({"name": name, "on_demand": on_demand.unwrap_or_default()});
    let (id, team, _) = noun::made::<Team>(&app, &caller, None, new).await?;
    Ok(made(&caller, group(&id, &team)))
}

/// Changes whether tokens that name it let people in who have no account.
pub(super) async fn update(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
    Sent(sent): Sent,
) -> Result<Response, Problem> {
    asked.expect(&[])?;
    let (name, on_demand) = read(&sent)?;
    let patch = match on_demand {
        Some(on_demand) => json!({"name": name, "on_demand": on_demand}),
        None => json!({ "name": name }),
    };
    let team = noun::changed::<Team>(&app, &caller, &id, &HeaderMap::new(), patch).await?;
    Ok(told(&caller, vec![group(&id, &team)]))
}

/// Deletes one.
pub(super) async fn remove(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.expect(&[])?;
    noun::remove::<Team>(&app, caller.administrator(), &id, &HeaderMap::new()).await
}

/// Who is in a group, not counting those who are in it by another one.
pub(super) async fn users(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
) -> Result<Response, Problem> {
    let viewer = &caller.viewer;
    let found = team_members::every(&app, viewer, &TeamId::new(id)).await?;
    let users = found.iter().map(|member| user(member, viewer)).collect();
    Ok(told(&caller, asked.list("users", users, &["name", "siteRole"])?))
}

/// Puts one user or several into a group.
pub(super) async fn add(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
    Sent(sent): Sent,
) -> Result<Response, Problem> {
    asked.expect(&[])?;
    let (viewer, team) = (&caller.viewer, TeamId::new(id));
    let several = sent.any("users");
    let mut added = Vec::new();
    for one in named(several.unwrap_or(&sent))? {
        let member = team_members::put_in_called(&app, viewer, &team, &one).await.map_err(absent)?;
        added.push(user(&member, viewer));
    }
    let answer = if several.is_some() { vec![Element::list("users", added)] } else { added };
    Ok(told(&caller, answer))
}

/// Takes several users out of a group.
pub(super) async fn remove_several(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
    Sent(sent): Sent,
) -> Result<Response, Problem> {
    asked.expect(&[])?;
    let team = TeamId::new(id);
    for one in named(sent.only("users")?)? {
        let of = Named((team.clone(), one));
        team_members::remove(caller.author(), State(app.clone()), of).await?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Takes a user out of a group.
pub(super) async fn remove_user(
    caller: TableauProgram,
    app: State<App>,
    Named(Of { id, user }): Named<Of>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.expect(&[])?;
    let of = Named((TeamId::new(id), MemberId::new(user)));
    Ok(team_members::remove(caller.author(), app, of).await?.into_response())
}

/// The users that are named: at least one.
fn named(sent: &Element) -> Result<Vec<MemberId>, Problem> {
    let users: Vec<&Element> = sent.all("user").collect();
    if users.is_empty() {
        return Err(invalid_attribute("user", "expected at least one, with its `id`"));
    }
    users.into_iter().map(|one| Ok(MemberId::new(one.needed("id")?))).collect()
}

/// Who is absent and who is out of reach are not there.
fn absent(problem: Problem) -> Problem {
    match problem {
        Problem::Invalid { code: "unknown_member", .. } => Problem::NotFound,
        other => other,
    }
}
