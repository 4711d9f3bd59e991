//! Suggested values of a control, under the same policies as everything else.

use crate::app::App;
use crate::body::Json;
use crate::callers::Viewer;
use crate::controls::{ControlValues, Wanted, offered};
use crate::path::Named;
use crate::present;
use crate::problem::Problem;
use axum::extract::State;
use axum::response::Response;
use model::name::{ControlName, PageName, WorkbookName};
use query::Search;
use serde::Deserialize;

/// Most values of one answer.
const MOST: u32 = 200;

/// What the page sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// The beginning of the values that are looked for, ignoring case.
    #[serde(default)]
    search: Option<String>,
}

/// `POST …/controls/{control}/values`
pub(super) async fn values(
    viewer: Viewer,
    State(app): State<App>,
    Named(place): Named<(WorkbookName, PageName, ControlName)>,
    Json(asked): Json<Asked>,
) -> Result<Response, Problem> {
    let search = Search::Beginning(asked.search.as_deref().unwrap_or_default());
    let chosen = &ControlValues::new();
    present::values(offered(&app, &viewer, Wanted { place, search, chosen, only: None, most: MOST }).await?)
}
