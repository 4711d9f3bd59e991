//! Questions of one's own, for those who may explore.

use crate::app::App;
use crate::asking::{Plans, ask, download};
use crate::body::Json;
use crate::callers::Viewer;
use crate::expressions::settle;
use crate::present::{self, Wanted};
use crate::problem::{Problem, ProblemBody};
use authz::Resource;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use model::query::Query;
use query::{Opened, download as plan_download, secure};

/// A question of one's own, answered as JSON, or as CSV or an Arrow IPC stream if `Accept` asks for that, for those who may
/// also export.
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
    let zone = *query.time_zone.get_or_insert_with(|| viewer.time_zone());
    settle(&viewer, &query.explore, zone, &mut query.filters);
    let resource = Resource::Explore(query.explore.clone());
    let (catalog, limits) = (&viewer.organization.catalog, app.engine.limits());
    match present::wanted(&headers)? {
        Wanted::Json => {
            let secured = |opened: Opened| {
                let planned = |query: &Query| secure(catalog, query, &opened, limits);
                let answer = planned(&query)?;
                let explore = viewer.organization.snapshot.explore(&query.explore).ok_or(Problem::NotFound)?;
                let totals = query.totals(explore)?.iter().map(planned).collect::<Result<_, _>>()?;
                Ok(Plans { answer, totals })
            };
            present::json(ask(&app, &viewer, &resource, secured).await?)
        }
        Wanted::File(_) if query.totals || query.subtotals => {
            let detail = "totals of a file: expected `application/json`, for files have the rows alone".to_owned();
            Err(Problem::Invalid { code: "totals_refused", detail })
        }
        Wanted::File(format) => {
            let secured = |opened: &Opened, permit: &_| Ok(plan_download(catalog, &query, opened, permit, limits)?);
            let downloading = download(&app, &viewer, &resource, format, secured).await?;
            present::download(downloading, format.into(), query.explore.explore.as_str()).await
        }
    }
}
