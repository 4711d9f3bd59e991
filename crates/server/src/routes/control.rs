//! Suggested values of a control, under the same policies as everything else.

use crate::app::App;
use crate::body::Json;
use crate::callers::Viewer;
use crate::controls::{ControlValues, Wanted, offered};
use crate::path::Named;
use crate::present;
use crate::problem::{Problem, ProblemBody};
use axum::extract::State;
use axum::response::Response;
use model::name::{ControlName, PageName};
use model::workbook::VersionName;
use query::Search;
use serde::Deserialize;
use utoipa::ToSchema;

/// Most values of one answer.
const MOST: u32 = 200;

/// What the page sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SuggestionQuestion)]
pub(super) struct Asked {
    /// The beginning of the values that are looked for, ignoring case.
    #[serde(default)]
    search: Option<String>,
}

/// Values that a control offers.
#[utoipa::path(
    post,
    operation_id = "suggest_values",
    path = "/api/v1/workbooks/{workbook}/pages/{page}/controls/{control}/values",
    params(("workbook" = String, Path), ("page" = String, Path), ("control" = String, Path)),
    request_body = Asked,
    responses((status = 200, body = present::Values), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn values(
    viewer: Viewer,
    State(app): State<App>,
    Named((workbook, page, control)): Named<(VersionName, PageName, ControlName)>,
    Json(asked): Json<Asked>,
) -> Result<Response, Problem> {
    let place = (viewer.version(workbook), page, control);
    answer(&app, &viewer, place, &asked).await
}

/// What a control offers, decided and recorded.
pub(super) async fn answer(
    app: &App,
    viewer: &Viewer,
    place: (VersionName, PageName, ControlName),
    asked: &Asked,
) -> Result<Response, Problem> {
    let search = Search::Beginning(asked.search.as_deref().unwrap_or_default());
    let chosen = &ControlValues::new();
    present::values(offered(app, viewer, Wanted { place, search, chosen, only: None, most: MOST }).await?)
}
