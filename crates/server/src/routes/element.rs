//! The data of one element, under the page's controls.

use crate::app::App;
use crate::asking::{Answered, Plans, ask, download, permitted};
use crate::body::Json;
use crate::callers::Viewer;
use crate::controls::{ControlValues, filtered};
use crate::drilling::{Step, drilled};
use crate::path::Named;
use crate::present::{self, FileForm, FileFormat};
use crate::problem::{Problem, ProblemBody};
use authz::Resource;
use authz::permit::RunQuery;
use axum::extract::State;
use axum::response::Response;
use model::chart::Chart;
use model::name::{ElementName, PageName};
use model::query::Query;
use model::snapshot::Snapshot;
use model::value::Literal;
use model::workbook::{DataElement, Page, VersionName};
use query::{Opened, QueryError, SecuredPlan, download as plan_download, secure};
use serde::Deserialize;
use utoipa::ToSchema;

pub(super) type Address = (VersionName, PageName, ElementName);

/// The address in the version that it means for whoever asks.
pub(super) fn meant(viewer: &Viewer, (workbook, page, element): Address) -> Address {
    (viewer.version(workbook), page, element)
}

/// What the page sends to see rows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ElementQuestion)]
pub(super) struct Asked {
    /// Values by control; a control that is absent has its default.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Vec<Literal>>)]
    controls: ControlValues,
    /// The values that were gone into, one after another.
    #[serde(default)]
    drill: Vec<Step>,
}

/// What the page sends to download them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ElementExport)]
pub(super) struct Exported {
    /// Values by control; a control that is absent has its default.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Vec<Literal>>)]
    controls: ControlValues,
    /// The format, for which there is a permission each.
    format: FileFormat,
}

/// Rows of an element.
#[utoipa::path(
    post,
    operation_id = "query_element",
    path = "/api/v1/workbooks/{workbook}/pages/{page}/elements/{element}/query",
    params(("workbook" = String, Path), ("page" = String, Path), ("element" = String, Path)),
    request_body = Asked,
    responses((status = 200, body = present::Rows), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn query(
    viewer: Viewer,
    State(app): State<App>,
    Named(address): Named<Address>,
    Json(asked): Json<Asked>,
) -> Result<Response, Problem> {
    let address = meant(&viewer, address);
    answer(&app, &viewer, address, &asked).await
}

/// What was asked of an element, decided, recorded and filtered.
pub(super) async fn answer(app: &App, viewer: &Viewer, address: Address, asked: &Asked) -> Result<Response, Problem> {
    let answered = if asked.drill.is_empty() {
        rows(app, viewer, address, &asked.controls).await?
    } else {
        drilled_rows(app, viewer, address, asked).await?
    };
    present::json(answered)
}

/// The same rows as a file, for those who may take them away.
#[utoipa::path(
    post,
    operation_id = "export_element",
    path = "/api/v1/workbooks/{workbook}/pages/{page}/elements/{element}/export",
    params(("workbook" = String, Path), ("page" = String, Path), ("element" = String, Path)),
    request_body = Exported,
    responses((status = 200, content_type = "application/octet-stream"), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn export(
    viewer: Viewer,
    State(app): State<App>,
    Named(address): Named<Address>,
    Json(exported): Json<Exported>,
) -> Result<Response, Problem> {
    let address = meant(&viewer, address);
    file(&app, &viewer, address, &exported.controls, exported.format.into()).await
}

/// The rows of an element as a file, decided, recorded and filtered.
pub(super) async fn file(
    app: &App,
    viewer: &Viewer,
    address: Address,
    values: &ControlValues,
    form: FileForm,
) -> Result<Response, Problem> {
    let name = format!("{}-{}", address.0, address.2);
    let secured = |opened: &Opened, permit: &_| {
        let (page, data) = found(&viewer.organization.snapshot, &address).ok_or(Problem::NotFound)?;
        let query = filtered(viewer, page, data, values, opened.permit().controls())?;
        Ok(plan_download(&viewer.organization.catalog, &query, opened, permit, app.engine.limits())?)
    };
    let downloading = download(app, viewer, &element(address.clone()), form.format, secured).await?;
    present::download(downloading, form, &name).await
}

/// The rows of an element, decided, recorded and filtered; of a pivot also those of its subtotals.
pub(super) async fn rows(
    app: &App,
    viewer: &Viewer,
    address: Address,
    values: &ControlValues,
) -> Result<Answered, Problem> {
    let (page, data) = match found(&viewer.organization.snapshot, &address) {
        Some(found) => found,
        None => return Err(nothing(app, viewer, element(address)).await),
    };
    ask(app, viewer, &element(address), |opened: Opened| {
        let query = filtered(viewer, page, data, values, opened.permit().controls())?;
        let planned = |query: &Query| -> Result<SecuredPlan, QueryError> {
            secure(&viewer.organization.catalog, query, &opened, app.engine.limits())
        };
        let answer = planned(&query)?;
        let totals = totals(viewer, data, &query)?.iter().map(planned).collect::<Result<_, _>>()?;
        Ok(Plans { answer, totals })
    })
    .await
}

/// The rows behind one value of an element.
async fn drilled_rows(app: &App, viewer: &Viewer, address: Address, asked: &Asked) -> Result<Answered, Problem> {
    let (workbook, page_name, element) = address.clone();
    let resource = Resource::Drill { workbook, page: page_name, element };
    let (page, data) = match found(&viewer.organization.snapshot, &address) {
        Some(found) => found,
        None => return Err(nothing(app, viewer, resource).await),
    };
    ask(app, viewer, &resource, |opened: Opened| {
        let query = filtered(viewer, page, data, &asked.controls, opened.permit().controls())?;
        let query = drilled(data, query, &asked.drill)?;
        let planned = |query: &Query| secure(&viewer.organization.catalog, query, &opened, app.engine.limits());
        let answer = planned(&query)?;
        // The subtotals of a pivot are for its own fields.
        let totals = if matches!(data.chart, Chart::Table(_)) { totals(viewer, data, &query)? } else { Vec::new() };
        Ok(Plans { answer, totals: totals.iter().map(planned).collect::<Result<_, _>>()? })
    })
    .await
}

/// The element of that address, with its page, if it shows data.
pub(super) fn found<'a>(
    snapshot: &'a Snapshot,
    (workbook, page, element): &Address,
) -> Option<(&'a Page, &'a DataElement)> {
    let page = snapshot.workbooks.named(workbook)?.pages.iter().find(|candidate| candidate.name == *page)?;
    let element = page.elements.iter().find(|candidate| candidate.name == *element)?;
    Some((page, element.show.data()?))
}

/// What is said of an element that is not there: the same as of one that is hidden, and recorded like it.
pub(super) async fn nothing(app: &App, viewer: &Viewer, resource: Resource) -> Problem {
    match permitted::<RunQuery>(app, viewer, &resource).await {
        Ok(_) => Problem::NotFound,
        Err(problem) => problem,
    }
}

fn element((workbook, page, element): Address) -> Resource {
    Resource::Element { workbook, page, element }
}

/// The questions whose answers are a pivot's subtotals, or the totals of a table.
fn totals(viewer: &Viewer, data: &DataElement, query: &Query) -> Result<Vec<Query>, Problem> {
    match &data.chart {
        Chart::Pivot(pivot) => {
            let groupings = pivot.groupings().into_iter();
            Ok(groupings.map(|kept| query.for_fewer(kept, &pivot.values)).collect())
        }
        Chart::Table(table) => {
            let explore = viewer.organization.snapshot.explore(&query.explore).ok_or(Problem::NotFound)?;
            Ok(Query { totals: table.totals, ..query.clone() }.totals(explore)?)
        }
        _ => Ok(Vec::new()),
    }
}
