//! What the credential of a page opens, and its end.

use crate::app::App;
use crate::audit;
use crate::callers::{Arriving, Shown, Viewer};
use crate::cookies::LoginCookie;
use crate::problem::{Problem, ProblemBody};
use axum::Json;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use model::name::{ElementName, PageName, TagName, WorkbookName};
use serde::Serialize;
use utoipa::ToSchema;

/// The session as its page needs to know it.
#[derive(Serialize, ToSchema)]
pub(super) struct Session {
    /// Of somebody who has logged in: what the page says with each request, in the header `Vitrine-Session`. Null: the page shows
    /// its session's own credential instead.
    #[schema(required = true)]
    session: Option<String>,
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

/// The content that the session is for, and how many seconds are left. A page of somebody who has logged in asks this first, as the
/// only thing without the header `Vitrine-Session`.
#[utoipa::path(
    get,
    operation_id = "show_session",
    path = "/api/v1/session",
    responses((status = 200, body = Session), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn show(Arriving(viewer): Arriving, State(app): State<App>) -> Result<Json<Session>, Problem> {
    let facts = viewer.principal.facts();
    let scope = facts.scope.clone();
    let by_cookie = matches!(viewer.shown, Shown::Cookie(..));
    Ok(Json(Session {
        session: by_cookie.then(|| facts.session.to_string()),
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
pub(super) async fn end(viewer: Viewer, State(app): State<App>) -> Result<Response, Problem> {
    let facts = viewer.principal.facts();
    let event = audit::logged_out(&app, &viewer.correlation, facts);
    // Of a credential there is no session of that id.
    if facts.key.is_none() && app.store.end_session_called(&facts.session, "logged out", event).await? {
        let in_frame = matches!(&viewer.shown, Shown::Cookie(cookie) if cookie.frame.is_some());
        let cookie = app.cookie.as_ref().map(|cookie| if in_frame { cookie.in_frames() } else { cookie.clone() });
        let forgotten = cookie.as_ref().and_then(LoginCookie::forgotten);
        let headers: HeaderMap = forgotten.into_iter().map(|cookie| (SET_COOKIE, cookie)).collect();
        return Ok((StatusCode::NO_CONTENT, headers).into_response());
    }
    let detail = "only a session that was opened by logging in is ended here".to_owned();
    Err(Problem::Forbidden { code: "not_logged_in", detail })
}
