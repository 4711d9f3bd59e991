//! What the credential of a page opens, and its end.

use crate::app::App;
use crate::audit;
use crate::callers::Viewer;
use crate::problem::{Problem, ProblemBody};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::name::{ElementName, PageName, TagName, WorkbookName};
use serde::Serialize;
use utoipa::ToSchema;

/// The session as its page needs to know it.
#[derive(Serialize, ToSchema)]
pub(super) struct Session {
    /// The workbook it is for; null: any that its key opens.
    #[schema(required = true)]
    workbook: Option<WorkbookName>,
    /// The tag of its version; null: the published one.
    #[schema(required = true, value_type = Option<String>)]
    tag: Option<TagName>,
    /// The page it is for; null: every page.
    #[schema(required = true)]
    page: Option<PageName>,
    /// The element it is for; null: every element.
    #[schema(required = true)]
    element: Option<ElementName>,
    /// Seconds until it ends.
    expires_in: i64,
    /// Whether nobody is known.
    anonymous: bool,
}

/// The content that the session is for, and how many seconds are left.
#[utoipa::path(
    get,
    operation_id = "show_session",
    path = "/api/v1/session",
    responses((status = 200, body = Session), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn show(viewer: Viewer, State(app): State<App>) -> Result<Json<Session>, Problem> {
    let facts = viewer.principal.facts();
    let scope = facts.scope.clone();
    Ok(Json(Session {
        workbook: scope.as_ref().map(|scope| scope.workbook.clone()),
        tag: scope.as_ref().and_then(|scope| scope.tag.clone()),
        page: scope.as_ref().and_then(|scope| scope.page.clone()),
        element: scope.and_then(|scope| scope.element),
        expires_in: (facts.expires_at - app.clock.now()).num_seconds().max(0),
        anonymous: facts.is_anonymous(),
    }))
}

/// Ends the caller's own session at once: that of somebody who has logged in. Sessions that a host opened are its to end, and
/// API credentials are ended by their id.
#[utoipa::path(
    delete,
    operation_id = "log_out",
    path = "/api/v1/session",
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn end(viewer: Viewer, State(app): State<App>) -> Result<StatusCode, Problem> {
    let facts = viewer.principal.facts();
    let event = audit::logged_out(&app, &viewer.correlation, facts);
    // Of a credential there is no session of that id.
    if facts.key.is_none() && app.store.end_session_called(&facts.session, "logged out", event).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    let detail = "only a session that was opened by logging in is ended here".to_owned();
    Err(Problem::Forbidden { code: "not_logged_in", detail })
}
