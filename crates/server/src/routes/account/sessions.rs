//! Where somebody who has logged in is in.

use super::owner;
use crate::app::App;
use crate::audit;
use crate::callers::Viewer;
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use model::name::SessionId;
use serde::Serialize;
use utoipa::ToSchema;

/// At most so many are told of.
const MOST: u32 = 200;

/// A session in which the person has logged in.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnSession)]
pub(super) struct OwnSession {
    id: String,
    /// Whether it is the one of the page that asks.
    current: bool,
    opened_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

/// Sessions of the person.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnSessions)]
pub(super) struct OwnSessions {
    /// The last one that was opened first. At most 200.
    items: Vec<OwnSession>,
}

/// The sessions in which whoever asks has logged in. Those that a host opened for them are the host's.
#[utoipa::path(
    get, operation_id = "list_own_sessions", path = "/api/v1/account/sessions", tag = "/api/v1/account",
    responses((status = 200, body = OwnSessions), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn list(viewer: Viewer, State(app): State<App>) -> Result<Json<OwnSessions>, Problem> {
    let member = owner(&app, &viewer).await?;
    audit::listed(&app, &viewer, "own_sessions_listed").await?;
    let found = app.store.open_sessions(Some(&member.id), None, "", MOST, app.clock.now()).await?;
    let own = found.into_iter().filter(authz::Facts::is_of_application);
    let mut items: Vec<OwnSession> = own
        .map(|facts| OwnSession {
            current: facts.session == *viewer.principal.session(),
            id: facts.session.to_string(),
            opened_at: facts.opened_at,
            expires_at: facts.expires_at,
        })
        .collect();
    items.sort_by(|one, other| other.opened_at.cmp(&one.opened_at).then_with(|| one.id.cmp(&other.id)));
    Ok(Json(OwnSessions { items }))
}

/// Ends a session in which whoever asks has logged in.
#[utoipa::path(
    delete, operation_id = "end_own_session", path = "/api/v1/account/sessions/{session}", tag = "/api/v1/account",
    params(("session" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn end(
    viewer: Viewer,
    State(app): State<App>,
    Named(session): Named<SessionId>,
) -> Result<StatusCode, Problem> {
    let member = owner(&app, &viewer).await?;
    let facts = app.store.open_session_called(&session, app.clock.now()).await?;
    let is_own = |facts: &authz::Facts| facts.is_of_application() && facts.member() == Some(&member.id);
    if !facts.is_some_and(|facts| is_own(&facts)) {
        return Err(Problem::NotFound);
    }
    let mut event = audit::account_changed(&app, &viewer, "own_session_ended");
    event.resource = Some(format!("session/{session}"));
    let ended = app.store.end_session_called(&session, "ended by its person", event).await?;
    if ended { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::NotFound) }
}
