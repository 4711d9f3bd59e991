//! The data of one element, under the page's controls.

use crate::app::App;
use crate::asking::{Answered, ask, export_permitted, permitted};
use crate::body::Json;
use crate::callers::Viewer;
use crate::controls::{ControlValues, filtered};
use crate::path::Named;
use crate::present::{self, FileFormat};
use crate::problem::Problem;
use authz::Resource;
use authz::permit::{Permit, RunQuery};
use axum::extract::State;
use axum::response::Response;
use model::name::{ElementName, PageName, WorkbookName};
use model::workbook::{Element, Show};
use query::secure;
use serde::Deserialize;

type Address = Named<(WorkbookName, PageName, ElementName)>;

/// What the page sends to see rows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// Values by control; a control that is absent has its default.
    #[serde(default)]
    controls: ControlValues,
}

/// What the page sends to download them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exported {
    #[serde(default)]
    controls: ControlValues,
    format: FileFormat,
}

/// `POST …/elements/{element}/query`: rows as JSON.
pub(super) async fn query(
    viewer: Viewer,
    State(app): State<App>,
    Named(address): Address,
    Json(asked): Json<Asked>,
) -> Result<Response, Problem> {
    let answered = rows(&app, &viewer, address, &asked.controls).await?;
    present::json(answered)
}

/// `POST …/elements/{element}/export`: the same rows as a file, for those who may take them away.
pub(super) async fn export(
    viewer: Viewer,
    State(app): State<App>,
    Named(address): Address,
    Json(exported): Json<Exported>,
) -> Result<Response, Problem> {
    let (workbook, page, element) = address.clone();
    let name = format!("{workbook}-{element}");
    let resource = Resource::Element { workbook, page, element };
    let exporting = export_permitted(&app, &viewer, &resource, exported.format).await?;
    let answered = rows(&app, &viewer, address, &exported.controls).await?.and(exporting);
    present::file(answered, exported.format, &name)
}

/// The rows of an element, decided, recorded and filtered.
pub(super) async fn rows(
    app: &App,
    viewer: &Viewer,
    (workbook, page, element): (WorkbookName, PageName, ElementName),
    values: &ControlValues,
) -> Result<Answered, Problem> {
    let resource = Resource::Element { workbook: workbook.clone(), page: page.clone(), element: element.clone() };
    let found = viewer.organization.snapshot.workbooks.named(&workbook).and_then(|workbook| {
        let page = workbook.pages.iter().find(|candidate| candidate.name == page)?;
        page.elements.iter().find(|candidate| candidate.name == element).map(|element| (page, element))
    });
    let Some((page, Element { show: Show::Data(data), .. })) = found else {
        let _no_data = permitted::<RunQuery>(app, viewer, &resource).await?;
        return Err(Problem::NotFound);
    };
    let plan = |permit: Permit<RunQuery>| {
        let query = filtered(&viewer.organization.snapshot, page, data, values, permit.controls())?;
        Ok(secure(&viewer.organization.catalog, &query, &permit, app.engine.limits())?)
    };
    ask(app, viewer, &resource, plan).await
}
