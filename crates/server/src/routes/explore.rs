//! Questions of one's own, for those who may explore.

use crate::app::App;
use crate::asking::{ask, permitted};
use crate::audit;
use crate::body::Json;
use crate::callers::Viewer;
use crate::present::{self, Wanted};
use crate::problem::Problem;
use authz::Resource;
use authz::permit::Export;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use model::query::Query;
use query::secure;

/// `POST /api/v1/query`: JSON, or CSV with `Accept: text/csv` for those who may also export.
pub(super) async fn query(
    viewer: Viewer,
    State(app): State<App>,
    headers: HeaderMap,
    Json(query): Json<Query>,
) -> Result<Response, Problem> {
    let wanted = present::wanted(&headers)?;
    let resource = Resource::Explore(query.explore.clone());
    let exporting = match wanted {
        Wanted::Json => None,
        Wanted::Csv => {
            let permit = permitted::<Export>(&app, &viewer, &resource).await?;
            Some(audit::allowed(&app, &viewer, &resource, &permit).await?)
        }
    };
    let answered = ask(&app, &viewer, &resource, |permit| {
        Ok(secure(&viewer.organization.catalog, &query, &permit, app.engine.limits())?)
    })
    .await?;
    match exporting {
        None => present::json(answered),
        Some(exporting) => present::csv(answered.and(exporting), query.explore.explore.as_str()),
    }
}
