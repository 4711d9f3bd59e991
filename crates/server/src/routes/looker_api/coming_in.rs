//! How users come in: the credentials of embed users, and sessions that are open.

use super::asked::Asked;
use super::user::{embed_credentials, instant};
use crate::app::App;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::{members, sessions};
use authz::{Facts, Who};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::access::MemberKind;
use model::name::{MemberId, SessionId};
use serde_json::{Value, json};
use store::people::Person;

fn credentials(person: &Person, viewer: &Viewer) -> Option<Value> {
    embed_credentials(&person.member, Some(person.made_at), viewer)
}

/// The credentials of an embed user; of others none.
pub(super) async fn list_credentials(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<MemberId>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let person = members::read(&app, &caller.viewer, &id).await?;
    Ok(Json(asked.told(credentials(&person, &caller.viewer).into_iter().collect())))
}

/// One of them.
pub(super) async fn show_credentials(
    caller: Program,
    State(app): State<App>,
    Named((id, credential)): Named<(MemberId, String)>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let person = members::read(&app, &caller.viewer, &id).await?;
    let found = credentials(&person, &caller.viewer).filter(|_| credential == id.as_str());
    Ok(Json(asked.told(found.ok_or(Problem::NotFound)?)))
}

/// Says why they stay: they are the identity that makes the user who they are.
pub(super) async fn remove_credentials(
    caller: Program,
    State(app): State<App>,
    Named((id, credential)): Named<(MemberId, String)>,
) -> Result<StatusCode, Problem> {
    let (person, ..) = members::touched(&app, &caller.viewer, &id).await?;
    credentials(&person, &caller.viewer).filter(|_| credential == id.as_str()).ok_or(Problem::NotFound)?;
    let detail = "the external id makes this user who they are: disable the user, or delete them".to_owned();
    Err(Problem::Conflict { code: "makes_who_they_are", detail })
}

/// The open sessions of a user.
pub(super) async fn list_sessions(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<MemberId>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    members::read(&app, &caller.viewer, &id).await?;
    let found = sessions::open_of(&app, &caller.viewer, &id).await?;
    Ok(Json(asked.told(found.iter().map(session).collect())))
}

/// One of them.
pub(super) async fn show_session(
    caller: Program,
    State(app): State<App>,
    Named((id, one)): Named<(MemberId, SessionId)>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    members::read(&app, &caller.viewer, &id).await?;
    let found = sessions::open_of(&app, &caller.viewer, &id).await?;
    let found = found.iter().find(|facts| facts.session == one).ok_or(Problem::NotFound)?;
    Ok(Json(asked.told(session(found))))
}

/// Ends one of them at once.
pub(super) async fn end_session(
    caller: Program,
    State(app): State<App>,
    Named((id, session)): Named<(MemberId, SessionId)>,
) -> Result<StatusCode, Problem> {
    sessions::ended(&app, &caller.viewer, &session, Some(&id)).await
}

fn session(facts: &Facts) -> Value {
    let is_embed = matches!(facts.who, Who::Member { kind: MemberKind::Embed, .. });
    json!({
        "id": facts.session,
        "credentials_type": if is_embed { "embed" } else { "email" },
        "created_at": instant(facts.opened_at),
        "expires_at": instant(facts.expires_at),
    })
}
