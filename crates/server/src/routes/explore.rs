//! Questions of one's own, for those who may explore.

use crate::app::App;
use crate::asking::{ask, export_permitted};
use crate::body::Json;
use crate::callers::Viewer;
use crate::present::{self, FileFormat, Wanted};
use crate::problem::{Problem, ProblemBody};
use authz::Resource;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use model::query::Query;
use query::secure;

/// A question of one's own, answered as JSON, or as CSV with `Accept: text/csv` for those who may also export.
#[utoipa::path(
    post,
    operation_id = "query_explore",
    path = "/api/v1/query",
    request_body = Query,
    responses((status = 200, body = present::Rows), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn query(
    viewer: Viewer,
    State(app): State<App>,
    headers: HeaderMap,
    Json(mut query): Json<Query>,
) -> Result<Response, Problem> {
    let wanted = present::wanted(&headers)?;
    query.time_zone.get_or_insert_with(|| viewer.time_zone());
    let resource = Resource::Explore(query.explore.clone());
    let exporting = match wanted {
        Wanted::Json => None,
        Wanted::Csv => Some(export_permitted(&app, &viewer, &resource, FileFormat::Csv).await?),
    };
    let answered = ask(&app, &viewer, &resource, |opened| {
        Ok(secure(&viewer.organization.catalog, &query, &opened, app.engine.limits())?)
    })
    .await?;
    match exporting {
        None => present::json(answered),
        Some(exporting) => present::file(answered.and(exporting), FileFormat::Csv, query.explore.explore.as_str()),
    }
}
