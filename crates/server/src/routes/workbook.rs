//! The structure of a workbook: its pages, controls and elements, without data.

use crate::app::App;
use crate::audit;
use crate::callers::Viewer;
use crate::path::Named;
use crate::problem::Problem;
use authz::permit::{SettableControls, ViewContent};
use authz::{Resource, decide, settable_controls};
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
    let drawn = Drawn::of(&viewer);
    let answer = WorkbookAnswer {
        title: workbook.title.clone(),
        actions: authz::allowed_actions(&viewer.principal, snapshot, &name),
        pages: workbook.pages.iter().filter(inside).map(|page| drawn.page(page)).collect(),
        name,
    };
    audit::allowed(&app, &viewer, &resource, &permit).await?.complete(0, 0);
    Ok(Json(answer))
}

/// What of a page is drawn for one viewer.
struct Drawn<'a> {
    viewer: &'a Viewer,
    settable: SettableControls,
}

impl<'a> Drawn<'a> {
    fn of(viewer: &'a Viewer) -> Self {
        Self { viewer, settable: settable_controls(&viewer.principal, &viewer.organization.snapshot) }
    }

    fn page(&self, page: &Page) -> PageAnswer {
        let wanted = self.viewer.principal.facts().scope.as_ref().and_then(|scope| scope.element.as_ref());
        let elements = page.elements.iter().filter(|element| wanted.is_none_or(|name| *name == element.name));
        PageAnswer {
            name: page.name.clone(),
            title: page.title.clone(),
            controls: page.controls.iter().filter(|it| self.shows(it)).map(|it| self.control(it)).collect(),
            elements: elements.map(draw_element).collect(),
        }
    }

    /// People nobody knows are shown only what they can set: of other parameters they do not hear.
    fn shows(&self, control: &Control) -> bool {
        !self.viewer.principal.facts().is_anonymous() || self.settable.admit(&control.name)
    }

    fn control(&self, control: &Control) -> ControlAnswer {
        ControlAnswer {
            name: control.name.clone(),
            title: control.title.clone(),
            default: control.default.clone(),
            locked: !self.settable.admit(&control.name),
        }
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
