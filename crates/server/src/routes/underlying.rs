//! The rows underneath an element, for those who may see them.

use super::element::{Address, found, meant, nothing};
use crate::app::App;
use crate::asking::{Answered, ask, download};
use crate::body::Json;
use crate::callers::Viewer;
use crate::controls::{ControlValues, filtered};
use crate::drilling::Step;
use crate::path::Named;
use crate::present::{self, FileFormat};
use crate::problem::{Problem, ProblemBody};
use authz::Resource;
use axum::extract::State;
use axum::response::Response;
use model::query::{Filter, Query};
use model::value::Literal;
use model::workbook::{DataElement, Page};
use query::{Opened, download_underlying, known, underlying};
use serde::Deserialize;
use utoipa::ToSchema;

/// Most rows that are shown at once; downloads have as many as other answers.
pub(super) const MOST: u32 = 1000;

/// What the page sends to see the rows underneath.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UnderlyingQuestion)]
pub(super) struct Asked {
    /// Values by control; a control that is absent has its default.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Vec<Literal>>)]
    controls: ControlValues,
    /// The values of the mark whose rows are wanted; none: all rows of the element.
    #[serde(default)]
    at: Vec<Step>,
}

/// What the page sends to download them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UnderlyingExport)]
pub(super) struct Exported {
    /// Values by control; a control that is absent has its default.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Vec<Literal>>)]
    controls: ControlValues,
    /// The values of the mark whose rows are wanted; none: all rows of the element.
    #[serde(default)]
    at: Vec<Step>,
    /// The format, for which there is a permission each.
    format: FileFormat,
}

/// The rows underneath an element.
#[utoipa::path(
    post,
    operation_id = "query_underlying",
    path = "/api/v1/workbooks/{workbook}/pages/{page}/elements/{element}/underlying",
    params(("workbook" = String, Path), ("page" = String, Path), ("element" = String, Path)),
    request_body = Asked,
    responses((status = 200, body = present::Rows), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn query(
    viewer: Viewer,
    State(app): State<App>,
    Named(address): Named<Address>,
    Json(Asked { controls, at }): Json<Asked>,
) -> Result<Response, Problem> {
    let address = meant(&viewer, address);
    present::json(rows(&app, &viewer, address, (&controls, &at)).await?)
}

/// The same rows as a file.
#[utoipa::path(
    post,
    operation_id = "export_underlying",
    path = "/api/v1/workbooks/{workbook}/pages/{page}/elements/{element}/underlying/export",
    params(("workbook" = String, Path), ("page" = String, Path), ("element" = String, Path)),
    request_body = Exported,
    responses((status = 200, content_type = "application/octet-stream"), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn export(
    viewer: Viewer,
    State(app): State<App>,
    Named(address): Named<Address>,
    Json(Exported { controls, at, format }): Json<Exported>,
) -> Result<Response, Problem> {
    let address = meant(&viewer, address);
    let name = format!("{}-{}-rows", address.0, address.2);
    let secured = |opened: &Opened, permit: &_| {
        let (page, data) = found(&viewer.organization.snapshot, &address).ok_or(Problem::NotFound)?;
        let query = question(&viewer, (page, data), opened, (&controls, &at), None)?;
        Ok(download_underlying(&viewer.organization.catalog, &query, opened, permit, app.engine.limits())?)
    };
    let downloading = download(&app, &viewer, &resource(&address), format, secured).await?;
    present::download(downloading, format.into(), &name).await
}

async fn rows(
    app: &App,
    viewer: &Viewer,
    address: Address,
    set: (&ControlValues, &[Step]),
) -> Result<Answered, Problem> {
    let Some((page, data)) = found(&viewer.organization.snapshot, &address) else {
        return Err(nothing(app, viewer, resource(&address)).await);
    };
    ask(app, viewer, &resource(&address), |opened: Opened| {
        let query = question(viewer, (page, data), &opened, set, Some(MOST))?;
        Ok(underlying(&viewer.organization.catalog, &query, &opened, app.engine.limits())?)
    })
    .await
}

/// The question for the rows underneath, at most so many of them.
fn question(
    viewer: &Viewer,
    (page, data): (&Page, &DataElement),
    opened: &Opened,
    (controls, at): (&ControlValues, &[Step]),
    most: Option<u32>,
) -> Result<Query, Problem> {
    let asked = filtered(viewer, page, data, controls, opened.permit().controls())?;
    let explore = viewer.organization.snapshot.explore(&asked.explore).ok_or(Problem::NotFound)?;
    // What rows add up to says nothing of a single one.
    let of_rows = |filter: &Filter| !explore.measures.contains_key(&filter.field);
    let filters = asked.filters.into_iter().filter(of_rows).chain(at.iter().map(Step::filter)).collect();
    // What the author of the element names is shown or refused; of drill fields those are shown that there are for the viewer.
    let fields = match &data.underlying {
        Some(named) => named.clone(),
        None => known(&viewer.organization.catalog, data.shown_underneath(explore), opened)?,
    };
    Ok(Query { fields, filters, sorts: Vec::new(), limit: most, ..asked })
}

fn resource((workbook, page, element): &Address) -> Resource {
    Resource::Underlying { workbook: workbook.clone(), page: page.clone(), element: element.clone() }
}
