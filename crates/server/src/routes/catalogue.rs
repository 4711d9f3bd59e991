//! What questions of one's own can be asked of, and with which fields.

use crate::app::App;
use crate::audit;
use crate::callers::Viewer;
use crate::present::{CellType, Column, cell_type};
use crate::problem::{Problem, ProblemBody};
use authz::permit::RunQuery;
use authz::{Resource, decide, may_look_underneath};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use model::name::FieldName;
use model::semantic::{Explore, ExplorePath, Parameter};
use model::value::Literal;
use query::{Offered, offered};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
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
    /// What filters can set for those of them that read it.
    parameters: Vec<ParameterAnswer<'a>>,
    /// The measures whose rows the viewer may look at.
    #[schema(value_type = Vec<String>)]
    underlying: &'a [FieldName],
}

/// A value that a filter on it sets.
#[derive(Serialize, ToSchema)]
#[schema(as = Parameter)]
pub(super) struct ParameterAnswer<'a> {
    /// As filters name it.
    #[schema(value_type = String)]
    name: &'a FieldName,
    /// For people.
    label: &'a str,
    /// The type of its value.
    r#type: CellType,
    /// Its value without a filter.
    #[schema(value_type = Option<Literal>)]
    default: Option<&'a Value>,
    /// The only values it may have; none: all of its type.
    #[schema(value_type = Vec<Literal>)]
    allowed_values: &'a [Value],
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
    let found = every(&app, &viewer).await?;
    let explores = found.iter().map(|(path, explore, offered)| ExploreAnswer {
        explore: path,
        title: &explore.title,
        fields: offered.fields.iter().map(Column::of).collect(),
        parameters: parameters(explore, &offered.parameters),
        underlying: &offered.underlying,
    });
    Ok(axum::Json(CatalogueAnswer { explores: explores.collect() }).into_response())
}

/// The explores that the viewer may ask questions of, each with what it offers them. Each decision is recorded.
pub(super) async fn every<'a>(
    app: &App,
    viewer: &'a Viewer,
) -> Result<Vec<(ExplorePath, &'a Explore, Offered)>, Problem> {
    let (snapshot, catalog) = (&viewer.organization.snapshot, &viewer.organization.catalog);
    let mut found = Vec::new();
    for (_, model, definition) in snapshot.models.iter() {
        for (name, explore) in &definition.explores {
            let path = ExplorePath { model: model.clone(), explore: name.clone() };
            let resource = Resource::Explore(path.clone());
            let Ok(permit) = decide::<RunQuery>(&viewer.principal, snapshot, &resource) else { continue };
            let mut offered = offered(catalog, &permit)?;
            if !may_look_underneath(&viewer.principal, snapshot, &path) {
                offered.underlying.clear();
            }
            audit::allowed(app, viewer, &resource, &permit).await?.complete(0, 0);
            found.push((path, explore, offered));
        }
    }
    Ok(found)
}

/// The parameters that the fields read.
fn parameters<'a>(explore: &'a Explore, read: &BTreeSet<FieldName>) -> Vec<ParameterAnswer<'a>> {
    let parameters = explore.parameters.iter().filter(|(name, _)| read.contains(*name));
    let answer = |(name, parameter): (&'a FieldName, &'a Parameter)| ParameterAnswer {
        name,
        label: parameter.label.as_deref().unwrap_or(name.as_str()),
        r#type: cell_type(parameter.kind),
        default: parameter.default.as_ref(),
        allowed_values: &parameter.allowed_values,
    };
    parameters.map(answer).collect()
}
