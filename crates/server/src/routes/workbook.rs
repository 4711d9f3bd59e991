//! The structure of a workbook: its pages, controls and elements, without data.

use crate::app::App;
use crate::audit;
use crate::callers::Viewer;
use crate::path::Named;
use crate::problem::Problem;
use authz::permit::ViewContent;
use authz::{Resource, decide};
use axum::Json;
use axum::extract::State;
use model::access::Permission;
use model::chart::Chart;
use model::name::{ControlName, ElementName, PageName, WorkbookName};
use model::workbook::{Control, Element, Page, Show};
use serde::Serialize;
use std::collections::BTreeSet;

/// A workbook as the viewer draws it.
#[derive(Serialize)]
pub(super) struct WorkbookAnswer {
    name: WorkbookName,
    title: String,
    actions: BTreeSet<Permission>,
    pages: Vec<PageAnswer>,
}

#[derive(Serialize)]
struct PageAnswer {
    name: PageName,
    title: String,
    controls: Vec<ControlAnswer>,
    elements: Vec<ElementAnswer>,
}

#[derive(Serialize)]
struct ControlAnswer {
    name: ControlName,
    title: String,
    default: Vec<serde_json::Value>,
    locked: bool,
}

#[derive(Serialize)]
struct ElementAnswer {
    name: ElementName,
    title: String,
    width: u8,
    #[serde(flatten)]
    shows: Shows,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Shows {
    Text { text: String },
    Data { controls: Vec<ControlName>, chart: Chart },
}

/// `GET /api/v1/workbooks/{workbook}`: the pages that are inside the session's content.
pub(super) async fn show(
    viewer: Viewer,
    State(app): State<App>,
    Named(name): Named<WorkbookName>,
) -> Result<Json<WorkbookAnswer>, Problem> {
    let snapshot = &viewer.organization.snapshot;
    let resource = Resource::Page { workbook: name.clone(), page: None };
    let permit = match decide::<ViewContent>(&viewer.principal, snapshot, &resource) {
        Ok(permit) => permit,
        Err(denial) => return Err(audit::denied::<ViewContent>(&app, &viewer, &resource, &denial).await?),
    };
    let workbook = snapshot.workbooks.named(&name).ok_or(Problem::NotFound)?;
    let inside = |page: &&Page| {
        let resource = Resource::Page { workbook: name.clone(), page: Some(page.name.clone()) };
        decide::<ViewContent>(&viewer.principal, snapshot, &resource).is_ok()
    };
    let answer = WorkbookAnswer {
        title: workbook.title.clone(),
        actions: authz::allowed_actions(&viewer.principal, snapshot, &name),
        pages: workbook.pages.iter().filter(inside).map(|page| draw(page, &viewer)).collect(),
        name,
    };
    audit::allowed(&app, &viewer, &resource, &permit).await?.complete(0, 0);
    Ok(Json(answer))
}

fn draw(page: &Page, viewer: &Viewer) -> PageAnswer {
    PageAnswer {
        name: page.name.clone(),
        title: page.title.clone(),
        controls: page.controls.iter().map(|control| draw_control(control, viewer)).collect(),
        elements: page.elements.iter().map(draw_element).collect(),
    }
}

fn draw_control(control: &Control, viewer: &Viewer) -> ControlAnswer {
    ControlAnswer {
        name: control.name.clone(),
        title: control.title.clone(),
        default: control.default.clone(),
        locked: viewer.principal.facts().locked_parameters.contains_key(&control.name),
    }
}

fn draw_element(element: &Element) -> ElementAnswer {
    let shows = match &element.show {
        Show::Text(text) => Shows::Text { text: text.clone() },
        Show::Data(data) => {
            Shows::Data { controls: data.controls.keys().cloned().collect(), chart: data.chart.clone() }
        }
    };
    ElementAnswer { name: element.name.clone(), title: element.title.clone(), width: element.width, shows }
}
