//! Writing roles: account types, as far as Looker has names for what they hold.

use super::asked::Asked;
use super::models;
use super::roles::{ALL, named, names_of, role};
use super::user::user;
use super::users::every;
use crate::app::App;
use crate::body::Definition;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::members::{self, change};
use crate::routes::administration::noun;
use crate::routes::written::{expect_only, invalid, needed, written};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use dialect::looker::permission_needed;
use model::access::{AccountType, Permission};
use model::name::MemberId;
use model::snapshot::Kind;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const WRITABLE: [&str; 5] = ["name", "permission_set", "permission_set_id", "model_set", "model_set_id"];
const TOLD: [&str; 4] = ["can", "id", "url", "users_url"];
/// What of sets is told, and cannot be written here.
const TOLD_OF_SETS: [&str; 6] = ["can", "id", "name", "all_access", "built_in", "url"];

/// Makes a role with a permission set of its own.
pub(super) async fn make(
    caller: Program,
    State(app): State<App>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &WRITABLE, &TOLD)?;
    let why = "a role has a set of its own, which is sent as `permission_set`";
    expect_only(&sent, "permission_set_id", &Value::Null, why)?;
    expect_all_models(&sent)?;
    let held = permissions(&sent)?.ok_or_else(|| invalid("permission_set", "expected an object with `permissions`"))?;
    let new = json!({"name": needed(&sent, "name")?, "permissions": held});
    let models = models::names(&app, &caller.viewer).await?;
    let (id, made, _) = noun::made::<AccountType>(&app, caller, None, new).await?;
    Ok(Json(asked.told(role(&id, &made, &models))))
}

/// Changes what a role holds. What it holds that none of its names tells stays.
pub(super) async fn change(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &WRITABLE, &TOLD)?;
    let before = noun::read::<AccountType>(&app, &caller.viewer, &id).await?;
    expect_only(&sent, "name", &json!(before.name), "the name stays")?;
    expect_only(&sent, "permission_set_id", &json!(id), "a role has a set of its own")?;
    expect_all_models(&sent)?;
    let models = models::names(&app, &caller.viewer).await?;
    let patch = patch(&before, permissions(&sent)?);
    let after = noun::changed::<AccountType>(&app, caller, &id, &HeaderMap::new(), patch).await?;
    Ok(Json(asked.told(role(&id, &after, &models))))
}

/// Changes the permission set of a role, which is what it holds.
pub(super) async fn change_permission_set(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let before = noun::read::<AccountType>(&app, &caller.viewer, &id).await?;
    let sent = written(body, &["name", "permissions"], &TOLD_OF_SETS)?;
    expect_only(&sent, "name", &json!(before.name), "it is that of the role")?;
    let patch = patch(&before, of_set(&sent)?);
    let after = noun::changed::<AccountType>(&app, caller, &id, &HeaderMap::new(), patch).await?;
    Ok(Json(asked.told(super::roles::permission_set(&id, &after))))
}

/// Deletes a role. Whoever has it does not come in until they are given another one.
pub(super) async fn remove(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
) -> Result<Response, Problem> {
    noun::remove::<AccountType>(&app, caller.administrator(), &id, &HeaderMap::new()).await
}

/// Gives a role to users. Somebody who has it and is not among them would have none: they are given another one first.
pub(super) async fn set_users(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let viewer = &caller.viewer;
    let given = noun::read::<AccountType>(&app, viewer, &id).await?;
    let wanted = ids(body)?;
    let is_about = |member: &authz::Member| wanted.contains(member.id.as_str()) || member.account_type == given.name;
    let found = every(&app, viewer, &asked, is_about).await?;
    let there: BTreeSet<&str> = found.iter().map(|person| person.member.id.as_str()).collect();
    if let Some(absent) = wanted.iter().find(|id| !there.contains(id.as_str())) {
        let shown: String = absent.chars().take(80).collect();
        return Err(invalid("body", &format!("`{shown}`: expected the id of a user")));
    }
    if found.iter().any(|person| !wanted.contains(person.member.id.as_str())) {
        let detail = "a user has one role: whoever is to lose this one is given another".to_owned();
        return Err(Problem::Conflict { code: "one_role", detail });
    }
    let new = found.iter().map(|person| &person.member).filter(|member| member.account_type != given.name);
    let new: Vec<MemberId> = new.map(|member| member.id.clone()).collect();
    change::all_changed(&app, viewer, &new, &json!({"account_type": given.name})).await?;
    let told = found.into_iter().map(|person| {
        let member = authz::Member { account_type: given.name.clone(), ..person.member };
        user(&member, Some(person.made_at), viewer)
    });
    Ok(Json(asked.told(told.collect::<Vec<_>>().into())))
}

/// Gives a user the one role that they have.
pub(super) async fn set_of_user(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<MemberId>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let viewer = &caller.viewer;
    // What is not seen is no matter of what is sent.
    let _ = members::touched(&app, viewer, &id).await?;
    let wanted: Vec<String> = ids(body)?.into_iter().collect();
    let [role_id] = wanted.as_slice() else {
        return Err(invalid("body", "expected the id of one role: a user has one"));
    };
    let found = viewer.organization.ids.name(Kind::AccountType, role_id);
    let types = &viewer.organization.definitions.account_types;
    let given = found.and_then(|name| types.iter().find(|kind| kind.name.as_str() == name));
    let given = given.ok_or_else(|| invalid("body", "expected the id of a role"))?;
    give(&app, viewer, &id, given).await?;
    let models = models::names(&app, viewer).await?;
    Ok(Json(asked.told(json!([role(role_id, given, &models)]))))
}

async fn give(
    app: &App,
    viewer: &Viewer,
    member: &MemberId,
    given: &AccountType,
) -> Result<store::people::Person, Problem> {
    change::changed(app, viewer, member, &HeaderMap::new(), json!({"account_type": given.name})).await
}

/// A list of ids.
fn ids(body: Value) -> Result<BTreeSet<String>, Problem> {
    serde_json::from_value(body).map_err(|_| invalid("body", "expected a list of ids"))
}

/// Models are granted here, and no role narrows them.
fn expect_all_models(sent: &Map<String, Value>) -> Result<(), Problem> {
    let why = "what somebody reaches with a role is granted to them and their groups";
    expect_only(sent, "model_set_id", &json!(ALL), why)?;
    match sent.get("model_set") {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Object(set)) if set.get("id") == Some(&json!(ALL)) => Ok(()),
        Some(_) => Err(invalid("model_set", &format!("expected none, or that with the id `{ALL}`: {why}"))),
    }
}

/// What the permission set comes to that is sent with a role; `None`: none is.
fn permissions(sent: &Map<String, Value>) -> Result<Option<BTreeSet<Permission>>, Problem> {
    match sent.get("permission_set") {
        None | Some(Value::Null) => Ok(None),
        Some(set) => of_set(&written(set.clone(), &["permissions"], &TOLD_OF_SETS)?),
    }
}

fn of_set(sent: &Map<String, Value>) -> Result<Option<BTreeSet<Permission>>, Problem> {
    let Some(names) = sent.get("permissions") else { return Ok(None) };
    let unfit = |expected: &str| invalid("permissions", expected);
    let names: BTreeSet<String> =
        serde_json::from_value(names.clone()).map_err(|_| unfit("expected a list of names"))?;
    let mut held = BTreeSet::new();
    for name in &names {
        let shown: String = name.chars().take(80).collect();
        let here = named().find(|(known, _)| known == name).map(|(_, here)| here);
        held.extend(here.ok_or_else(|| unfit(&format!("`{shown}`: expected a name that `GET /permissions` has")))?);
        if let Some(needed) = permission_needed(name).filter(|needed| !names.contains(*needed)) {
            return Err(unfit(&format!("`{shown}`: expected `{needed}` beside it, without which it has no effect")));
        }
    }
    Ok(Some(held))
}

/// The change of a role into one that holds these, and whatever else it holds that no name tells which it has.
fn patch(before: &AccountType, held: Option<BTreeSet<Permission>>) -> Value {
    let Some(held) = held else { return json!({}) };
    let told: BTreeSet<Permission> = names_of(before).flat_map(|(_, here)| here.iter().copied()).collect();
    let kept = before.permissions.difference(&told).copied();
    json!({"permissions": held.into_iter().chain(kept).collect::<BTreeSet<_>>()})
}
