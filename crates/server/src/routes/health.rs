//! Whether the process runs, and whether it can answer.

use crate::app::App;
use crate::callers::Anyone;
use crate::problem::Problem;
use axum::extract::State;

/// `GET /healthz`: the process runs.
pub(super) async fn alive(_: Anyone) -> &'static str {
    "alive\n"
}

/// `GET /readyz`: the store answers and the present revision is loaded; 503 otherwise.
pub(super) async fn ready(_: Anyone, State(app): State<App>) -> Result<&'static str, Problem> {
    app.organization_now().await.map(|_| "ready\n")
}
