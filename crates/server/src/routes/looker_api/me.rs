//! Who is calling, and what.

use super::asked::Asked;
use super::user;
use crate::app::App;
use crate::body::{Definition, of_json};
use crate::callers::Program;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The member for whom the credential acts.
pub(super) async fn show(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let viewer = &caller.viewer;
    let id = viewer.principal.facts().member().ok_or(Problem::NotFound)?;
    let person = app.store.person(id).await?.ok_or(Problem::NotFound)?;
    Ok(Json(asked.told(user::user(&person.member, Some(person.made_at), viewer))))
}

/// The version of the API that is here.
pub(super) async fn versions(_: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let version = json!({"version": "4.0", "full_version": "4.0", "status": "current"});
    let address = &app.public_origin;
    Ok(Json(asked.told(json!({
        "current_version": version,
        "supported_versions": [version],
        "api_server_url": address,
        "web_server_url": address,
    }))))
}

/// In which workspace the program is: there is one, and nobody sees what is not published.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Session {
    workspace_id: Option<String>,
}

const PRODUCTION: &str = "production";

/// The program's session.
pub(super) async fn session(_: Program, asked: Asked) -> Result<Json<Session>, Problem> {
    asked.expect(&[])?;
    Ok(Json(Session { workspace_id: Some(PRODUCTION.to_owned()) }))
}

/// Stays where it is.
pub(super) async fn change_session(
    caller: Program,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Session>, Problem> {
    let wanted: Session = of_json(body)?;
    if wanted.workspace_id.is_some_and(|wanted| wanted != PRODUCTION) {
        let detail = format!("`workspace_id`: expected `{PRODUCTION}`: there is no other");
        return Err(Problem::Invalid { code: "invalid_member", detail });
    }
    session(caller, asked).await
}
