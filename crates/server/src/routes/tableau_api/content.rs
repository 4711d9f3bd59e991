//! Content as the caller sees it: a workbook is a workbook, and a view is a page of one, or an element that Tableau knew as a view.

use super::asked::Asked;
use super::named::One;
use super::told::told;
use crate::app::App;
use crate::callers::{TableauProgram, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::sharing;
use crate::routes::{shelf, tree, workbook};
use crate::tableau::Element;
use authz::access::knows;
use axum::extract::State;
use axum::response::Response;
use model::access::{Grantee, Owner};
use model::dialect::{Dialect, KnownAs};
use model::name::{ElementName, PageName};
use model::snapshot::Kind;
use model::workbook::{Place, VersionName, Workbook};
use serde_json::Value;
use std::collections::BTreeMap;

/// What lists of content are filtered and sorted by.
const OF_LISTS: [&str; 2] = ["name", "contentUrl"];

/// A view: what it is here, and what clients are told of it.
pub(in crate::routes) struct View {
    /// Stands in addresses.
    pub(in crate::routes) id: String,
    /// What it is here: a page as a whole, or an element of it. Only what is published is told.
    pub(in crate::routes) place: (VersionName, PageName, Option<ElementName>),
    /// Shown to people, as the caller reads it.
    pub(in crate::routes) title: String,
    url_name: String,
    content_url: String,
}

/// The view of that id, if the caller sees it.
pub(in crate::routes) async fn view(app: &App, viewer: &Viewer, id: &str) -> Result<View, Problem> {
    let (workbook, _) = id.split_once('~').ok_or(Problem::NotFound)?;
    let (name, workbook) = published(viewer, workbook)?;
    let found = views_of(app, viewer, &name, workbook).await?.into_iter().find(|view| view.id == id);
    found.ok_or(Problem::NotFound)
}

/// The published workbook of that id. Whether the caller sees it is for whoever asks on.
pub(super) fn published<'a>(viewer: &'a Viewer, id: &str) -> Result<(VersionName, &'a Workbook), Problem> {
    let name: VersionName = viewer
        .organization
        .ids
        .name(Kind::Workbook, id)
        .and_then(|name| name.parse().ok())
        .filter(|name: &VersionName| name.tag.is_none())
        .ok_or(Problem::NotFound)?;
    let workbook = viewer.organization.snapshot.workbooks.named(&name).ok_or(Problem::NotFound)?;
    Ok((name, workbook))
}

/// The views of a workbook that the caller is shown.
pub(super) async fn views_of(
    app: &App,
    viewer: &Viewer,
    name: &VersionName,
    workbook: &Workbook,
) -> Result<Vec<View>, Problem> {
    // As a page would show it, so that what is not shown to the caller is not told.
    let axum::Json(shown) = workbook::answer(app, viewer, name.clone()).await?;
    let shown = serde_json::to_value(shown).map_err(|_| Problem::Internal)?;
    let titles = titles(&shown);
    let id = viewer.organization.ids.get(Kind::Workbook, &name.to_string()).ok_or(Problem::NotFound)?;
    let of_workbook = url_name(&workbook.known_as).unwrap_or_else(|| name.workbook.to_string());
    let view = |page: &PageName, element: Option<&ElementName>, url: String, title: &str| View {
        id: [Some(id), Some(page.as_str()), element.map(ElementName::as_str)]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("~"),
        place: (name.clone(), page.clone(), element.cloned()),
        title: title.to_owned(),
        content_url: format!("{of_workbook}/sheets/{url}"),
        url_name: url,
    };
    let mut views = Vec::new();
    for page in &workbook.pages {
        let Some((title, elements)) = titles.get(page.name.as_str()) else { continue };
        let url = url_name(&page.known_as).unwrap_or_else(|| page.name.to_string());
        views.push(view(&page.name, None, url, title));
        for element in &page.elements {
            let known = url_name(&element.known_as).zip(elements.get(element.name.as_str()));
            views.extend(known.map(|(url, title)| view(&page.name, Some(&element.name), url, title)));
        }
    }
    Ok(views)
}

/// Titles of pages, and of the elements of each, by name.
type Titles<'a> = BTreeMap<&'a str, (&'a str, BTreeMap<&'a str, &'a str>)>;

fn titles(shown: &Value) -> Titles<'_> {
    let pages = shown.get("pages").and_then(Value::as_array).into_iter().flatten();
    let titled = pages.filter_map(|page| {
        let (name, title) = pair(page)?;
        let elements = page.get("elements").and_then(Value::as_array).into_iter().flatten();
        Some((name, (title, elements.filter_map(pair).collect())))
    });
    titled.collect()
}

fn pair(item: &Value) -> Option<(&str, &str)> {
    Some((item.get("name")?.as_str()?, item.get("title")?.as_str()?))
}

/// What stood in Tableau's addresses for something: of a view the part behind the workbook's.
fn url_name(known_as: &KnownAs) -> Option<String> {
    let id = known_as.get(&Dialect::Tableau).and_then(|ids| ids.first())?.as_str();
    Some(id.split_once('/').map_or(id, |(_, view)| view).to_owned())
}

/// The workbooks that the caller sees.
pub(super) async fn workbooks(
    caller: TableauProgram,
    State(app): State<App>,
    asked: Asked,
) -> Result<Response, Problem> {
    let viewer = &caller.viewer;
    let mut all = Vec::new();
    for (name, workbook) in shelf::seen(&app, viewer).await? {
        all.push(workbook_told(&app, viewer, name, workbook).await?);
    }
    Ok(told(&caller, asked.list("workbooks", all, &OF_LISTS)?))
}

/// One of them, with its views.
pub(super) async fn show_workbook(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.expect(&[])?;
    let viewer = &caller.viewer;
    let (name, workbook) = published(viewer, &id)?;
    let views = views_of(&app, viewer, &name, workbook).await?;
    let shown = workbook_told(&app, viewer, &name, workbook).await?;
    let shown = shown.with_any("defaultViewId", views.first().map(|view| view.id.clone()));
    let views = Element::list("views", views.iter().map(view_alone));
    Ok(told(&caller, vec![shown.holding([views])]))
}

/// The views of a workbook.
pub(super) async fn views_of_workbook(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.expect(&["includeUsageStatistics"])?;
    let (name, workbook) = published(&caller.viewer, &id)?;
    let views = views_of(&app, &caller.viewer, &name, workbook).await?;
    Ok(told(&caller, vec![Element::list("views", views.iter().map(view_alone))]))
}

/// The views that the caller sees.
pub(super) async fn views(caller: TableauProgram, State(app): State<App>, asked: Asked) -> Result<Response, Problem> {
    let viewer = &caller.viewer;
    let mut all = Vec::new();
    for (name, workbook) in shelf::seen(&app, viewer).await? {
        let around = around(&app, viewer, name, workbook).await?;
        let views = views_of(&app, viewer, name, workbook).await?;
        all.extend(views.iter().map(|view| view_alone(view).holding(around.clone())));
    }
    Ok(told(&caller, asked.list("views", all, &["name", "contentUrl", "viewUrlName"])?))
}

/// One of them.
pub(super) async fn show_view(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.expect(&["includeUsageStatistics"])?;
    let viewer = &caller.viewer;
    let found = view(&app, viewer, &id).await?;
    let name = &found.place.0;
    let workbook = viewer.organization.snapshot.workbooks.named(name).ok_or(Problem::NotFound)?;
    let around = around(&app, viewer, name, workbook).await?;
    Ok(told(&caller, vec![view_alone(&found).holding(around)]))
}

fn view_alone(view: &View) -> Element {
    Element::new("view")
        .with("id", view.id.clone())
        .with("name", view.title.clone())
        .with("contentUrl", view.content_url.clone())
        .with("viewUrlName", view.url_name.clone())
        .with("sheetType", if view.place.2.is_some() { "view" } else { "dashboard" })
}

/// What a view is in: its workbook, whose that is, and the project.
async fn around(app: &App, viewer: &Viewer, name: &VersionName, workbook: &Workbook) -> Result<Vec<Element>, Problem> {
    let id = viewer.organization.ids.get(Kind::Workbook, &name.to_string()).ok_or(Problem::NotFound)?;
    let of = Element::new("workbook").with("id", id);
    let owner = owner(app, viewer, workbook.owner.as_ref()).await?;
    Ok(std::iter::once(of).chain(owner).chain(project(viewer, &workbook.place)).chain([Element::new("tags")]).collect())
}

async fn workbook_told(
    app: &App,
    viewer: &Viewer,
    name: &VersionName,
    workbook: &Workbook,
) -> Result<Element, Problem> {
    let id = viewer.organization.ids.get(Kind::Workbook, &name.to_string()).ok_or(Problem::NotFound)?;
    let url = url_name(&workbook.known_as).unwrap_or_else(|| name.workbook.to_string());
    let owner = owner(app, viewer, workbook.owner.as_ref()).await?;
    Ok(Element::new("workbook")
        .with("id", id)
        .with("name", workbook.title.read_by(&viewer.reader()))
        .with("contentUrl", url)
        .with("showTabs", "true")
        .holding(project(viewer, &workbook.place))
        .holding(owner)
        .holding([Element::new("tags")]))
}

/// Whose something is, as far as the caller may know them.
pub(super) async fn owner(app: &App, viewer: &Viewer, owner: Option<&Owner>) -> Result<Option<Element>, Problem> {
    let Some(owner) = owner else { return Ok(None) };
    let to = Grantee::from(owner.clone());
    let person = sharing::person(app, viewer, &to).await?;
    let known = person.filter(|it| knows(&viewer.principal, &viewer.organization.snapshot, &to, Some(it)));
    Ok(known.map(|person| Element::new("owner").with("id", person.id.to_string())))
}

/// The project that a place is, by id and title.
fn project(viewer: &Viewer, place: &Place) -> Option<Element> {
    let (id, title) = tree::of_place(viewer, place)?;
    Some(Element::new("project").with("id", id).with("name", title))
}
