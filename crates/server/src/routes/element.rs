//! The data of one element, under the page's controls.

use crate::app::App;
use crate::asking::{Answered, ask, permitted};
use crate::audit;
use crate::body::Json;
use crate::callers::Viewer;
use crate::path::Named;
use crate::present;
use crate::problem::Problem;
use authz::Resource;
use authz::permit::{Export, RunQuery};
use axum::extract::State;
use axum::response::Response;
use model::name::{ControlName, ElementName, PageName, WorkbookName};
use model::query::{Filter, FilterOperator, Query};
use model::workbook::{DataElement, Element, Page, Show};
use query::secure;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

type Address = Named<(WorkbookName, PageName, ElementName)>;
type ControlValues = BTreeMap<ControlName, Vec<Value>>;

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
    format: Format,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Format {
    Csv,
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

/// `POST …/elements/{element}/export`: the same rows as CSV, for those who may take them away.
pub(super) async fn export(
    viewer: Viewer,
    State(app): State<App>,
    Named(address): Address,
    Json(exported): Json<Exported>,
) -> Result<Response, Problem> {
    let (workbook, page, element) = address.clone();
    let name = format!("{workbook}-{element}");
    let resource = Resource::Element { workbook, page, element };
    let permit = permitted::<Export>(&app, &viewer, &resource).await?;
    let exporting = audit::allowed(&app, &viewer, &resource, &permit).await?;
    let answered = rows(&app, &viewer, address, &exported.controls).await?.and(exporting);
    match exported.format {
        Format::Csv => present::csv(answered, &name),
    }
}

async fn rows(
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
    let locked = &viewer.principal.facts().locked_parameters;
    let plan = |permit| {
        let query = filtered(page, data, values, |control| locked.contains_key(control))?;
        Ok(secure(&viewer.organization.catalog, &query, &permit, app.engine.limits())?)
    };
    ask(app, viewer, &resource, plan).await
}

/// The element's query with the filters of its controls. Locked ones come with the permit and cannot be set.
fn filtered(
    page: &Page,
    data: &DataElement,
    values: &ControlValues,
    locked: impl Fn(&ControlName) -> bool,
) -> Result<Query, Problem> {
    for name in values.keys() {
        let settable = page.controls.iter().any(|control| &control.name == name) && !locked(name);
        if !settable {
            return Err(unsettable(page, name, &locked));
        }
    }
    let mut query = data.query.clone();
    for (name, field) in data.controls.iter().filter(|(name, _)| !locked(name)) {
        let default = || page.controls.iter().find(|control| &control.name == name).map(|control| &control.default);
        let chosen = values.get(name).or_else(default).filter(|values| !values.is_empty());
        if let Some(values) = chosen {
            let filter = Filter { field: field.clone(), operator: FilterOperator::IsAnyOf, values: values.clone() };
            query.filters.push(filter);
        }
    }
    Ok(query)
}

fn unsettable(page: &Page, name: &ControlName, locked: &impl Fn(&ControlName) -> bool) -> Problem {
    let settable = page.controls.iter().map(|control| &control.name).filter(|name| !locked(name));
    let settable = settable.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let expected = if settable.is_empty() { "none".to_owned() } else { format!("one of {settable}") };
    Problem::Invalid { code: "unknown_control", detail: format!("control `{name}` cannot be set: expected {expected}") }
}
