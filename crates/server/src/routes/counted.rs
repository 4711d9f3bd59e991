//! The rows that a measure counts, for those who may explore and see rows underneath.

use super::underlying::MOST;
use crate::app::App;
use crate::asking::{ask, download};
use crate::body::Json;
use crate::callers::Viewer;
use crate::drilling::Step;
use crate::expressions::settle;
use crate::present::{self, Wanted};
use crate::problem::{Problem, ProblemBody};
use authz::Resource;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use model::name::FieldName;
use model::query::{Filter, Query};
use model::semantic::ExplorePath;
use model::time_zone::TimeZone;
use query::{Opened, download_underlying_of, underlying_of};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which rows are wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CountedQuestion)]
pub(super) struct Asked {
    /// What is asked of, as `model.explore`.
    #[schema(value_type = String)]
    explore: ExplorePath,
    /// The measure that counts the rows.
    measure: FieldName,
    /// Those of the question that the measure was asked for with: on dimensions and parameters.
    #[serde(default)]
    filters: Vec<Filter>,
    /// The values of the line whose rows are wanted; none: all of them.
    #[serde(default)]
    at: Vec<Step>,
    /// As of a question.
    #[serde(default)]
    #[schema(nullable = false)]
    time_zone: Option<TimeZone>,
}

impl Asked {
    /// The question for them, at most so many.
    fn question(&self, viewer: &Viewer, most: Option<u32>) -> Query {
        let zone = self.time_zone.unwrap_or_else(|| viewer.time_zone());
        let mut filters: Vec<Filter> = self.filters.iter().cloned().chain(self.at.iter().map(Step::filter)).collect();
        settle(viewer, &self.explore, zone, &mut filters);
        Query { filters, limit: most, time_zone: Some(zone), ..Query::of(self.explore.clone(), Vec::new()) }
    }
}

/// The rows that a measure counts, one line for each, as its drill fields. As JSON at most 1000; as a file, as with other
/// questions, all of them.
#[utoipa::path(
    post,
    operation_id = "query_explore_underlying",
    path = "/api/v1/query/underlying",
    request_body = Asked,
    responses((status = 200, body = present::Rows), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn query(
    viewer: Viewer,
    State(app): State<App>,
    headers: HeaderMap,
    Json(asked): Json<Asked>,
) -> Result<Response, Problem> {
    let resource = Resource::ExploreUnderlying(asked.explore.clone());
    let (catalog, limits) = (&viewer.organization.catalog, app.engine.limits());
    match present::wanted(&headers)? {
        Wanted::Json => {
            let query = asked.question(&viewer, Some(MOST));
            let secured = |opened: Opened| Ok(underlying_of(catalog, (&asked.measure, &query), &opened, limits)?);
            present::json(ask(&app, &viewer, &resource, secured).await?)
        }
        Wanted::File(format) => {
            let query = asked.question(&viewer, None);
            let secured = |opened: &Opened, permit: &_| {
                Ok(download_underlying_of(catalog, (&asked.measure, &query), opened, permit, limits)?)
            };
            let downloading = download(&app, &viewer, &resource, format, secured).await?;
            present::download(downloading, format.into(), &format!("{}-rows", asked.explore.explore)).await
        }
    }
}
