//! What the credential of a page opens.

use crate::app::App;
use crate::callers::Viewer;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use model::name::{ElementName, PageName, WorkbookName};
use serde::Serialize;

/// The session as its page needs to know it.
#[derive(Serialize)]
pub(super) struct Session {
    workbook: Option<WorkbookName>,
    page: Option<PageName>,
    element: Option<ElementName>,
    expires_in: i64,
    anonymous: bool,
}

/// `GET /api/v1/session`: the content that the session is for, and how many seconds are left.
pub(super) async fn show(viewer: Viewer, State(app): State<App>) -> Result<Json<Session>, Problem> {
    let facts = viewer.principal.facts();
    let scope = facts.scope.clone();
    Ok(Json(Session {
        workbook: scope.as_ref().map(|scope| scope.workbook.clone()),
        page: scope.as_ref().and_then(|scope| scope.page.clone()),
        element: scope.and_then(|scope| scope.element),
        expires_in: (facts.expires_at - app.clock.now()).num_seconds().max(0),
        anonymous: facts.is_anonymous(),
    }))
}
