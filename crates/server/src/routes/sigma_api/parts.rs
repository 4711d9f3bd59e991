//! What is in a workbook, as the caller is shown it: pages, elements, their columns, and controls.

use super::asked::Asked;
use super::inode;
use super::workbooks::known;
use crate::app::App;
use crate::audit;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::workbook;
use authz::permit::RunQuery;
use authz::{Resource, decide};
use axum::Json;
use axum::extract::State;
use model::workbook::{Element, Page, VersionName, Workbook};
use query::offered;
use serde_json::{Map, Value, json};

/// A workbook as the caller is shown it: names and titles, and what stands behind them.
struct Shown<'a> {
    name: VersionName,
    workbook: &'a Workbook,
    pages: Vec<Value>,
}

impl<'a> Shown<'a> {
    /// The workbook of that id. As a page would show it, so that what is not shown to the caller is not told.
    async fn of(app: &App, viewer: &'a Viewer, id: &str) -> Result<Self, Problem> {
        let name = VersionName::from(&inode::workbook_called(viewer, id).ok_or(Problem::NotFound)?);
        let Json(shown) = workbook::answer(app, viewer, name.clone()).await?;
        let shown = serde_json::to_value(shown).map_err(|_| Problem::Internal)?;
        let workbook = viewer.organization.snapshot.workbooks.named(&name).ok_or(Problem::NotFound)?;
        Ok(Self { name, workbook, pages: items(&shown, "pages") })
    }

    /// Its pages, each with what the caller is shown of it.
    fn pages(&self) -> impl Iterator<Item = (&'a Page, &Value)> {
        self.pages.iter().filter_map(move |shown| {
            let page = self.workbook.pages.iter().find(|page| page.name.as_str() == text(shown, "name"))?;
            Some((page, shown))
        })
    }

    /// The elements of some pages.
    fn elements(&self, on: impl Fn(&Page) -> bool) -> Vec<Placed<'a>> {
        let mut all = Vec::new();
        for (page, shown) in self.pages().filter(|(page, _)| on(page)) {
            for item in items(shown, "elements") {
                let element = page.elements.iter().find(|element| element.name.as_str() == text(&item, "name"));
                all.extend(element.map(|element| Placed { page, element, shown: item }));
            }
        }
        all
    }
}

/// An element where it is.
struct Placed<'a> {
    page: &'a Page,
    element: &'a Element,
    shown: Value,
}

impl Placed<'_> {
    /// Stands in addresses. Elements of two pages may have one name.
    fn id(&self) -> String {
        known(&self.element.known_as).map_or_else(|| format!("{}~{}", self.page.name, self.element.name), str::to_owned)
    }
}

fn page_id(page: &Page) -> &str {
    known(&page.known_as).unwrap_or(page.name.as_str())
}

fn items(value: &Value, name: &str) -> Vec<Value> {
    value.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Its pages.
pub(super) async fn pages(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let shown = Shown::of(&app, &caller.viewer, &id).await?;
    let told = shown.pages().map(|(page, shown)| json!({"pageId": page_id(page), "name": text(shown, "title")}));
    Ok(Json(asked.list(told.collect())?))
}

/// The elements of one page.
pub(super) async fn elements_of_page(
    caller: Program,
    State(app): State<App>,
    Named((id, page)): Named<(String, String)>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let shown = Shown::of(&app, &caller.viewer, &id).await?;
    if shown.pages().all(|(other, _)| page_id(other) != page) {
        return Err(Problem::NotFound);
    }
    let told = elements_on(&app, &caller.viewer, &shown, |other| page_id(other) == page).await?;
    Ok(Json(asked.list(told)?))
}

/// The elements of all pages.
pub(super) async fn elements(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let shown = Shown::of(&app, &caller.viewer, &id).await?;
    Ok(Json(asked.list(elements_on(&app, &caller.viewer, &shown, |_| true).await?)?))
}

async fn elements_on(
    app: &App,
    viewer: &Viewer,
    shown: &Shown<'_>,
    is_wanted: impl Fn(&Page) -> bool,
) -> Result<Vec<Value>, Problem> {
    let mut told = Vec::new();
    for one in shown.elements(is_wanted) {
        told.push(element(app, viewer, shown, &one).await?);
    }
    Ok(told)
}

async fn element(app: &App, viewer: &Viewer, shown: &Shown<'_>, one: &Placed<'_>) -> Result<Value, Problem> {
    let chart = one.shown.get("chart").map(|chart| text(chart, "type"));
    let kind = match chart {
        None => "text",
        Some("table") => "table",
        Some("pivot") => "pivot-table",
        Some(_) => "visualization",
    };
    let columns: Vec<Value> =
        columns(app, viewer, shown, one).await?.iter().map(|it| json!(text(it, "name"))).collect();
    let mut told = Map::new();
    told.insert("elementId".to_owned(), json!(one.id()));
    told.insert("pageId".to_owned(), json!(page_id(one.page)));
    told.insert("name".to_owned(), json!(text(&one.shown, "title")));
    told.insert("type".to_owned(), json!(kind));
    told.insert("columns".to_owned(), json!(columns));
    if let (Some(chart), "visualization") = (chart, kind) {
        told.insert("vizualizationType".to_owned(), json!(chart));
    }
    Ok(Value::Object(told))
}

/// The columns of all elements.
pub(super) async fn all_columns(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let shown = Shown::of(&app, &caller.viewer, &id).await?;
    let mut told = Vec::new();
    for one in shown.elements(|_| true) {
        told.extend(columns(&app, &caller.viewer, &shown, &one).await?);
    }
    Ok(Json(asked.list(told)?))
}

/// The columns of one element.
pub(super) async fn columns_of_element(
    caller: Program,
    State(app): State<App>,
    Named((id, element)): Named<(String, String)>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let shown = Shown::of(&app, &caller.viewer, &id).await?;
    let one = shown.elements(|_| true).into_iter().find(|one| one.id() == element).ok_or(Problem::NotFound)?;
    Ok(Json(asked.list(columns(&app, &caller.viewer, &shown, &one).await?)?))
}

/// The columns of an element that exist for the caller: none where its data is not theirs.
async fn columns(app: &App, viewer: &Viewer, shown: &Shown<'_>, one: &Placed<'_>) -> Result<Vec<Value>, Problem> {
    let Some(data) = one.element.show.data() else { return Ok(Vec::new()) };
    let (workbook, page, element) = (shown.name.clone(), one.page.name.clone(), one.element.name.clone());
    let resource = Resource::Element { workbook, page, element };
    let Ok(permit) = decide::<RunQuery>(&viewer.principal, &viewer.organization.snapshot, &resource) else {
        return Ok(Vec::new());
    };
    let there = offered(&viewer.organization.catalog, &permit)?;
    audit::allowed(app, viewer, &resource, &permit).await?.complete(0, 0);
    let asked = data.query.fields.iter().filter_map(|field| there.fields.iter().find(|column| column.name == *field));
    let told = |column: &query::OutputColumn| {
        json!({
            "columnId": format!("{}/{}", one.id(), column.name),
            "elementId": one.id(),
            "name": column.name,
            "label": column.label,
        })
    };
    Ok(asked.map(told).collect())
}

/// Its controls.
pub(super) async fn controls(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let shown = Shown::of(&app, &caller.viewer, &id).await?;
    let mut told = Vec::new();
    for (page, on) in shown.pages() {
        told.extend(items(on, "controls").iter().map(|control| {
            json!({
                "controlId": text(control, "name"),
                "pageId": page_id(page),
                "name": text(control, "title"),
                "controlType": text(control, "type"),
            })
        }));
    }
    Ok(Json(asked.list(told)?))
}
