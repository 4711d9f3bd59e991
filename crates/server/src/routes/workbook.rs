//! The structure of a workbook: its pages, controls and elements as one person is shown them, without data.

use crate::app::App;
use crate::audit;
use crate::callers::Viewer;
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use authz::permit::{SettableControls, ViewContent};
use authz::{Reader, Resource, decide, settable_controls};
use axum::Json;
use axum::extract::State;
use model::access::Permission;
use model::chart::Chart;
use model::name::{ControlName, ElementName, FieldName, PageName};
use model::personal::ShownWhen;
use model::presentation::Presentation;
use model::value::Literal;
use model::workbook::{Control, ControlKind, DataElement, Element, Page, Show, VersionName};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// A workbook as one person is shown it.
#[derive(Serialize, ToSchema)]
#[schema(as = Workbook)]
pub(crate) struct WorkbookAnswer {
    /// With the tag of the version, if it is not the published one: `sales@production`.
    #[schema(value_type = String)]
    name: VersionName,
    title: String,
    /// What this person may do besides looking.
    actions: BTreeSet<Permission>,
    /// How pages look and how they write.
    presentation: Presentation,
    pages: Vec<PageAnswer>,
}

/// A page of it.
#[derive(Serialize, ToSchema)]
#[schema(as = Page)]
struct PageAnswer {
    name: PageName,
    title: String,
    controls: Vec<ControlAnswer>,
    elements: Vec<ElementAnswer>,
}

/// Something that people set.
#[derive(Serialize, ToSchema)]
#[schema(as = Control)]
struct ControlAnswer {
    name: ControlName,
    title: String,
    r#type: ControlKind,
    /// The values it has before anybody has set it; none: no filter.
    #[schema(value_type = Vec<Literal>)]
    default: Vec<serde_json::Value>,
    /// Of a toggle: the values it sets when it is on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Literal>, required = false)]
    on: Vec<serde_json::Value>,
    /// Set by the session and by nobody else.
    locked: bool,
}

/// One place of a page: text, or data drawn as a chart.
#[derive(Serialize, ToSchema)]
#[schema(as = Element)]
#[serde(untagged)]
enum ElementAnswer {
    Text(TextAnswer),
    Data(DataAnswer),
}

/// Text.
#[derive(Serialize, ToSchema)]
#[schema(as = TextElement)]
struct TextAnswer {
    name: ElementName,
    title: String,
    /// How many of the page's 12 columns it spans.
    width: u8,
    /// Markdown.
    text: String,
}

/// Data drawn as a chart.
#[derive(Serialize, ToSchema)]
#[schema(as = DataElement)]
struct DataAnswer {
    name: ElementName,
    title: String,
    /// How many of the page's 12 columns it spans.
    width: u8,
    /// The controls it obeys.
    controls: Vec<ControlName>,
    chart: Chart,
    /// Field → the control that a click on one of its values sets.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, String>, required = false)]
    select: BTreeMap<FieldName, ControlName>,
    /// Fields from the one that is drawn to the finest, for people who may drill.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    drill: Vec<FieldName>,
    /// Whether this person may see the rows underneath.
    underlying: bool,
}

/// The pages that are inside the session's content.
#[utoipa::path(
    get,
    operation_id = "show_workbook",
    path = "/api/v1/workbooks/{workbook}",
    params(("workbook" = String, Path)),
    responses((status = 200, body = WorkbookAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn show(
    viewer: Viewer,
    State(app): State<App>,
    Named(name): Named<VersionName>,
) -> Result<Json<WorkbookAnswer>, Problem> {
    let name = viewer.version(name);
    answer(&app, &viewer, name).await
}

/// The structure of a version, decided and recorded.
pub(super) async fn answer(app: &App, viewer: &Viewer, name: VersionName) -> Result<Json<WorkbookAnswer>, Problem> {
    let snapshot = &viewer.organization.snapshot;
    let resource = Resource::Page { workbook: name.clone(), page: None };
    let permit = match decide::<ViewContent>(&viewer.principal, snapshot, &resource) {
        Ok(permit) => permit,
        Err(denial) => return Err(audit::denied::<ViewContent>(app, viewer, &resource, &denial).await?),
    };
    let workbook = snapshot.workbooks.named(&name).ok_or(Problem::NotFound)?;
    let inside = |page: &&Page| {
        let resource = Resource::Page { workbook: name.clone(), page: Some(page.name.clone()) };
        decide::<ViewContent>(&viewer.principal, snapshot, &resource).is_ok()
    };
    let drawn = Drawn::of(viewer, &name);
    let shown = |page: &&Page| drawn.is_shown(page.shown_when.as_ref());
    let answer = WorkbookAnswer {
        title: workbook.title.read_by(&drawn.reader),
        actions: drawn.actions.clone(),
        presentation: drawn.reader.presentation(),
        pages: workbook.pages.iter().filter(inside).filter(shown).map(|page| drawn.page(page)).collect(),
        name,
    };
    audit::allowed(app, viewer, &resource, &permit).await?.complete(0, 0);
    Ok(Json(answer))
}

/// The elements of a page that one viewer is shown: none of a page that they are not.
pub(super) fn shown_on<'p>(viewer: &Viewer, workbook: &VersionName, page: &'p Page) -> Vec<&'p Element> {
    let drawn = Drawn::of(viewer, workbook);
    if drawn.is_shown(page.shown_when.as_ref()) { drawn.elements(page) } else { Vec::new() }
}

/// What is done with a draft beside looking at it.
const OF_DRAFTS: [Permission; 1] = [Permission::Drill];

/// What of a page is drawn for one viewer.
struct Drawn<'a> {
    viewer: &'a Viewer,
    reader: Reader<'a>,
    settable: SettableControls,
    actions: BTreeSet<Permission>,
}

impl<'a> Drawn<'a> {
    fn of(viewer: &'a Viewer, workbook: &VersionName) -> Self {
        let (principal, snapshot) = (&viewer.principal, &viewer.organization.snapshot);
        let mut actions = authz::allowed_actions(principal, snapshot, workbook);
        if viewer.preview.is_some() {
            actions.retain(|action| OF_DRAFTS.contains(action));
        }
        Self { viewer, reader: viewer.reader(), settable: settable_controls(principal, snapshot), actions }
    }

    fn page(&self, page: &Page) -> PageAnswer {
        let elements = self.elements(page).into_iter();
        PageAnswer {
            name: page.name.clone(),
            title: page.title.read_by(&self.reader),
            controls: page.controls.iter().filter(|it| self.shows(it)).map(|it| self.control(it)).collect(),
            elements: elements.map(|element| self.element(element)).collect(),
        }
    }

    /// The elements that are inside the session's content and shown to the viewer.
    fn elements<'p>(&self, page: &'p Page) -> Vec<&'p Element> {
        let wanted = self.viewer.principal.facts().scope.as_ref().and_then(|scope| scope.element.as_ref());
        let elements = page.elements.iter().filter(|element| wanted.is_none_or(|name| *name == element.name));
        elements.filter(|element| self.is_shown(element.shown_when.as_ref())).collect()
    }

    fn is_shown(&self, shown_when: Option<&ShownWhen>) -> bool {
        shown_when.is_none_or(|shown| shown.holds_for(&self.reader))
    }

    /// People nobody knows are shown only what they can set: of other parameters they do not hear.
    fn shows(&self, control: &Control) -> bool {
        let is_settable = !self.viewer.principal.facts().is_anonymous() || self.settable.admit(&control.name);
        is_settable && self.is_shown(control.shown_when.as_ref())
    }

    fn control(&self, control: &Control) -> ControlAnswer {
        ControlAnswer {
            name: control.name.clone(),
            title: control.title.read_by(&self.reader),
            r#type: control.kind,
            default: control.default.for_person(&self.reader),
            on: if control.kind == ControlKind::Toggle { control.on.clone() } else { Vec::new() },
            locked: !self.settable.admit(&control.name),
        }
    }

    fn element(&self, element: &Element) -> ElementAnswer {
        let (name, title, width) = (element.name.clone(), element.title.read_by(&self.reader), element.width);
        match &element.show {
            Show::Text(text) => {
                ElementAnswer::Text(TextAnswer { name, title, width, text: text.markdown_read_by(&self.reader) })
            }
            Show::Data(data) => ElementAnswer::Data(DataAnswer {
                name,
                title,
                width,
                controls: data.controls.keys().cloned().collect(),
                chart: data.chart.clone(),
                select: data.select.clone(),
                drill: self.way(data),
                underlying: self.may(Permission::ViewUnderlying) && self.shows_underneath(data),
            }),
        }
    }

    fn shows_underneath(&self, data: &DataElement) -> bool {
        let explore = self.viewer.organization.snapshot.explore(&data.query.explore);
        explore.is_some_and(|explore| !data.shown_underneath(explore).is_empty())
    }

    fn way(&self, data: &DataElement) -> Vec<FieldName> {
        let Some(first) = data.drilled().filter(|_| self.may(Permission::Drill)) else { return Vec::new() };
        data.drill.iter().skip_while(|field| *field != first).cloned().collect()
    }

    fn may(&self, action: Permission) -> bool {
        self.actions.contains(&action)
    }
}
