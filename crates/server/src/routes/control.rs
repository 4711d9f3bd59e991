//! Suggested values of a control, under the same policies as everything else.

use crate::app::App;
use crate::asking::ask;
use crate::body::Json;
use crate::callers::Viewer;
use crate::path::Named;
use crate::present;
use crate::problem::Problem;
use authz::Resource;
use axum::extract::State;
use axum::response::Response;
use model::name::{ControlName, PageName, WorkbookName};
use model::workbook::Control;
use query::suggestions;
use serde::Deserialize;

/// Most values of one answer.
const MOST: u32 = 200;

/// What the page sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// The beginning of the values that are looked for, ignoring case.
    #[serde(default)]
    search: Option<String>,
}

/// `POST …/controls/{control}/values`
pub(super) async fn values(
    viewer: Viewer,
    State(app): State<App>,
    Named((workbook, page, name)): Named<(WorkbookName, PageName, ControlName)>,
    Json(asked): Json<Asked>,
) -> Result<Response, Problem> {
    let control = find(&viewer, &workbook, &page, &name).cloned();
    let resource = Resource::Control { workbook, page, control: name };
    let answered = ask(&app, &viewer, &resource, |permit| {
        let control = control.as_ref().ok_or(Problem::NotFound)?;
        let search = asked.search.as_deref().unwrap_or_default();
        Ok(suggestions(&viewer.organization.catalog, &control.field, search, MOST, &permit, app.engine.limits())?)
    })
    .await?;
    present::values(answered)
}

fn find<'a>(viewer: &'a Viewer, workbook: &WorkbookName, page: &PageName, name: &ControlName) -> Option<&'a Control> {
    let workbook = viewer.organization.snapshot.workbooks.named(workbook)?;
    let page = workbook.pages.iter().find(|candidate| &candidate.name == page)?;
    page.controls.iter().find(|candidate| &candidate.name == name)
}
