//! What questions of one's own can be asked of, and with which fields.

use crate::app::App;
use crate::audit;
use crate::callers::Viewer;
use crate::present::Column;
use crate::problem::{Problem, ProblemBody};
use authz::permit::RunQuery;
use authz::{Resource, decide};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use model::semantic::ExplorePath;
use query::offered;
use serde::Serialize;
use utoipa::ToSchema;

/// The explores that the viewer may ask questions of.
#[derive(Serialize, ToSchema)]
#[schema(as = Catalogue)]
pub(super) struct CatalogueAnswer<'a> {
    /// In the order of their names.
    explores: Vec<ExploreAnswer<'a>>,
}

/// What questions can be asked of.
#[derive(Serialize, ToSchema)]
#[schema(as = Explore)]
pub(super) struct ExploreAnswer<'a> {
    /// As queries name it.
    #[schema(value_type = String)]
    explore: &'a ExplorePath,
    /// For people.
    title: &'a str,
    /// The fields that there are for the viewer: dimensions, then measures.
    fields: Vec<Column<'a>>,
}

/// The explores that the viewer may ask questions of, and their fields. Whatever else there is, is not told.
#[utoipa::path(
    get,
    operation_id = "list_explores",
    path = "/api/v1/explores",
    responses((status = 200, body = CatalogueAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn list(viewer: Viewer, State(app): State<App>) -> Result<Response, Problem> {
    let (snapshot, catalog) = (&viewer.organization.snapshot, &viewer.organization.catalog);
    let mut found = Vec::new();
    for (_, model, definition) in snapshot.models.iter() {
        for (name, explore) in &definition.explores {
            let path = ExplorePath { model: model.clone(), explore: name.clone() };
            let resource = Resource::Explore(path.clone());
            let Ok(permit) = decide::<RunQuery>(&viewer.principal, snapshot, &resource) else { continue };
            let fields = offered(catalog, &permit)?;
            audit::allowed(&app, &viewer, &resource, &permit).await?.complete(0, 0);
            found.push((path, explore.title.as_str(), fields));
        }
    }
    let explores = found.iter().map(|(explore, title, fields)| ExploreAnswer {
        explore,
        title,
        fields: fields.iter().map(Column::of).collect(),
    });
    Ok(axum::Json(CatalogueAnswer { explores: explores.collect() }).into_response())
}
