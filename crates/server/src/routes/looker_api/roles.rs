//! Roles: the account types. Of each, its permissions are a permission set; what somebody reaches with them is granted to
//! them and their groups, so that there is one model set, of every model.

use super::asked::Asked;
use super::models;
use super::user::user;
use crate::app::App;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::{members, noun};
use axum::Json;
use axum::extract::State;
use dialect::looker::permission_needed;
use model::access::vendors::{Here, VENDOR_PERMISSIONS, Vendor};
use model::access::{AccountType, Permission};
use model::name::MemberId;
use model::snapshot::Kind;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The permissions that have a name of Looker's, with what they are here.
pub(super) fn named() -> impl Iterator<Item = (&'static str, &'static [Permission])> {
    VENDOR_PERMISSIONS.iter().filter(|one| one.vendor == Vendor::Looker).filter_map(|one| match one.here {
        Here::Permissions(here) => Some((one.name, here)),
        Here::Level(_) | Here::Nothing(_) => None,
    })
}

/// Every permission of Looker's that is something here.
pub(super) async fn permissions(_: Program, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let told = named().map(|(name, here)| {
        let sentences: Vec<&str> = here.iter().map(|permission| permission.sentence()).collect();
        json!({"permission": name, "parent": permission_needed(name), "description": sentences.join(" ")})
    });
    Ok(Json(asked.told(told.collect())))
}

/// The names of what a role holds, with what they are here.
pub(super) fn names_of(role: &AccountType) -> impl Iterator<Item = (&'static str, &'static [Permission])> {
    named().filter(|(_, here)| here.iter().all(|permission| role.permissions.contains(permission)))
}

pub(super) fn permission_set(id: &str, role: &AccountType) -> Value {
    let held: BTreeSet<&str> = names_of(role).map(|(name, _)| name).collect();
    json!({"id": id, "name": role.name, "permissions": held, "all_access": false, "built_in": false})
}

/// The id of the one model set, which Looker calls so too.
pub(super) const ALL: &str = "all";

fn model_set(models: &[String]) -> Value {
    json!({"id": ALL, "name": "All", "models": models, "all_access": true, "built_in": true})
}

pub(super) fn role(id: &str, role: &AccountType, models: &[String]) -> Value {
    json!({
        "id": id,
        "name": role.name,
        "permission_set_id": id,
        "permission_set": permission_set(id, role),
        "model_set_id": ALL,
        "model_set": model_set(models),
    })
}

/// The roles.
pub(super) async fn list(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&["ids"])?;
    let ids = asked.texts("ids");
    let all = noun::every::<AccountType>(&app, &caller.viewer).await?;
    let models = models::names(&app, &caller.viewer).await?;
    let wanted = all.iter().filter(|(id, _)| ids.as_ref().is_none_or(|ids| ids.contains(id.as_str())));
    Ok(Json(asked.list(wanted.map(|(id, one)| role(id, one, &models)).collect())?))
}

/// A role.
pub(super) async fn show(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let found = noun::read::<AccountType>(&app, &caller.viewer, &id).await?;
    let models = models::names(&app, &caller.viewer).await?;
    Ok(Json(asked.told(role(&id, &found, &models))))
}

/// The users of a role.
pub(super) async fn users(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let viewer = &caller.viewer;
    let found = noun::read::<AccountType>(&app, viewer, &id).await?;
    let people = super::users::every(&app, viewer, &asked, |member| member.account_type == found.name).await?;
    Ok(Json(asked.list(people.iter().map(|person| user(&person.member, Some(person.made_at), viewer)).collect())?))
}

/// The groups of a role: none, for roles are given to users alone.
pub(super) async fn groups(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    noun::read::<AccountType>(&app, &caller.viewer, &id).await?;
    Ok(Json(json!([])))
}

/// The role of a user.
pub(super) async fn of_user(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<MemberId>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let viewer = &caller.viewer;
    let person = members::read(&app, viewer, &id).await?;
    let models = models::names(&app, viewer).await?;
    let told = role_of(viewer, person.member.account_type.as_str()).map(|(id, found)| role(id, found, &models));
    Ok(Json(asked.told(told.into_iter().collect())))
}

fn role_of<'a>(viewer: &'a Viewer, name: &str) -> Option<(&'a str, &'a AccountType)> {
    let id = viewer.organization.ids.get(Kind::AccountType, name)?;
    let found = viewer.organization.definitions.account_types.iter().find(|role| role.name.as_str() == name)?;
    Some((id, found))
}

/// The permission sets, of which each is of the role of that id.
pub(super) async fn permission_sets(
    caller: Program,
    State(app): State<App>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let all = noun::every::<AccountType>(&app, &caller.viewer).await?;
    Ok(Json(asked.list(all.iter().map(|(id, role)| permission_set(id, role)).collect())?))
}

/// One of them.
pub(super) async fn show_permission_set(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let role = noun::read::<AccountType>(&app, &caller.viewer, &id).await?;
    Ok(Json(asked.told(permission_set(&id, &role))))
}

/// The one model set, with the models of which the caller may ask.
pub(super) async fn model_sets(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let models = models::names(&app, &caller.viewer).await?;
    Ok(Json(asked.list(vec![model_set(&models)])?))
}
