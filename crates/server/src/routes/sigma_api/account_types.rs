//! Account types. Sigma has no names for permissions outside its own pages: what one holds is told and written by [our
//! own](model::access::Permission).

use super::asked::Asked;
use super::names::of_sigma;
use crate::app::App;
use crate::body::Definition;
use crate::callers::Program;
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::noun;
use crate::routes::written::{expect_only, needed, written};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use model::access::AccountType;
use serde_json::{Value, json};

/// What of a type is told, and cannot be written.
const TOLD: [&str; 3] = ["accountTypeId", "accountTypeName", "isCustom"];

fn told(id: &str, kind: &AccountType) -> Value {
    let is_custom = AccountType::defaults().iter().all(|usual| usual.name != kind.name);
    json!({ "accountTypeId": id, "accountTypeName": kind.name, "description": "", "isCustom": is_custom })
}

/// The account types.
pub(super) async fn list(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_tokens(&[])?;
    let all = noun::every::<AccountType>(&app, &caller.viewer).await?;
    asked.list_by_token(all.iter().map(|(id, kind)| told(id, kind)).collect()).map(Json)
}

/// What the holders of one may.
pub(super) async fn permissions(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let kind = noun::read::<AccountType>(&app, &caller.viewer, &id).await?;
    Ok(Json(json!({ "accountTypeId": id, "permissions": kind.permissions })))
}

/// Makes one.
pub(super) async fn make(
    caller: Program,
    State(app): State<App>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &["name", "description", "permissions"], &TOLD)?;
    expect_only(&sent, "description", &json!(""), "account types have none here")?;
    let new = json!({ "name": needed(&sent, "name")?, "permissions": sent.get("permissions") });
    let (id, made, _) = noun::made::<AccountType>(&app, &caller, None, new).await.map_err(of_sigma)?;
    Ok(Json(told(&id, &made)))
}

/// Deletes one. Whoever has it does not come in until they are given another one.
pub(super) async fn remove(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    noun::remove::<AccountType>(&app, caller.administrator(), &id, &HeaderMap::new()).await?;
    Ok(Json(json!({})))
}
