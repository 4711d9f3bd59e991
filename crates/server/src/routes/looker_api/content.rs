//! Content that is published: a dashboard is a workbook, and a look is an element that Looker has known by an id. The caller
//! sees what the member for whom the credential acts sees, with the rows that policies leave them.

use super::asked::Asked;
use crate::app::App;
use crate::asking::Answered;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::present::{self, FileForm, FileFormat};
use crate::problem::Problem;
use crate::routes::element::{self, Address};
use crate::routes::{shelf, workbook};
use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use model::assertion::{ContentKind, ForeignContent};
use model::dialect::{Dialect, ForeignId, KnownAs};
use model::name::WorkbookName;
use model::snapshot::{ContentAddress, Kind};
use model::workbook::{Place, VersionName, Workbook};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The id by which something was known in Looker.
fn known(known_as: &KnownAs) -> Option<&ForeignId> {
    known_as.get(&Dialect::Looker).and_then(|ids| ids.first())
}

/// The id of a dashboard: the one that Looker knew it by, or else its name. Addresses of embeds take both.
fn id_of(name: &VersionName, workbook: &Workbook) -> String {
    known(&workbook.known_as).map_or_else(|| name.to_string(), |id| id.as_str().to_owned())
}

fn foreign(viewer: &Viewer, kind: ContentKind, id: &str) -> Option<ContentAddress> {
    let content = ForeignContent { dialect: Dialect::Looker, kind, id: ForeignId::new(id) };
    viewer.organization.snapshot.known_as(&content).cloned()
}

/// Where a workbook is: in a folder, or in a workspace, which is a folder at the top.
fn folder(viewer: &Viewer, place: &Place) -> Option<Value> {
    let ids = &viewer.organization.ids;
    let (workspace, folder) = match place {
        Place::Workspace(workspace) => (workspace, None),
        Place::Folder(folder) => (&folder.workspace, Some(folder)),
    };
    let top = ids.get(Kind::Workspace, workspace.as_str())?;
    let definitions = &viewer.organization.definitions.workspaces;
    let found = definitions.iter().find(|one| one.name == *workspace)?;
    let Some(folder) = folder else {
        return Some(json!({"id": top, "name": found.title, "parent_id": null, "content_metadata_id": top}));
    };
    let title = &found.folders.iter().find(|one| one.name == folder.folder)?.title;
    let id = ids.get(Kind::Folder, &folder.to_string())?;
    Some(json!({"id": id, "name": title, "parent_id": top, "content_metadata_id": id}))
}

/// The folders in which the caller sees something, and those that these are in.
pub(super) async fn folders(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let found = every_folder(&app, &caller.viewer).await?;
    Ok(Json(asked.list(found.into_values().collect())?))
}

/// One of them.
pub(super) async fn show_folder(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let found = every_folder(&app, &caller.viewer).await?.remove(&id);
    Ok(Json(asked.told(found.ok_or(Problem::NotFound)?)))
}

async fn every_folder(app: &App, viewer: &Viewer) -> Result<BTreeMap<String, Value>, Problem> {
    Ok(folders_of(viewer, &shelf::seen(app, viewer).await?))
}

fn folders_of(viewer: &Viewer, seen: &[(&VersionName, &Workbook)]) -> BTreeMap<String, Value> {
    let places = seen.iter().flat_map(|(_, workbook)| {
        let top = match &workbook.place {
            Place::Folder(folder) => Some(Place::Workspace(folder.workspace.clone())),
            Place::Workspace(_) => None,
        };
        top.into_iter().chain([workbook.place.clone()])
    });
    let told = places.filter_map(|place| folder(viewer, &place));
    told.filter_map(|folder| Some((folder.get("id")?.as_str()?.to_owned(), folder))).collect()
}

/// What of the content that the caller sees access is given to, by its id: folders and dashboards. Access to what something is
/// in is access to it.
pub(super) async fn every_metadata(app: &App, viewer: &Viewer) -> Result<BTreeMap<String, Value>, Problem> {
    let seen = shelf::seen(app, viewer).await?;
    let mut all = BTreeMap::new();
    for (id, folder) in folders_of(viewer, &seen) {
        let told = json!({
            "id": id,
            "name": folder.get("name"),
            "content_type": "folder",
            "folder_id": id,
            "parent_id": folder.get("parent_id"),
            "inheriting_id": folder.get("parent_id"),
            "inherits": folder.get("parent_id").is_some_and(|parent| !parent.is_null()),
        });
        all.insert(id, told);
    }
    for (name, workbook) in seen {
        let Some(id) = viewer.organization.ids.get(Kind::Workbook, &name.to_string()) else { continue };
        let place = folder(viewer, &workbook.place);
        let parent = place.as_ref().and_then(|folder| folder.get("id"));
        let told = json!({
            "id": id,
            "name": workbook.title.read_by(&viewer.reader()),
            "content_type": "dashboard",
            "dashboard_id": id_of(name, workbook),
            "parent_id": parent,
            "inheriting_id": parent,
            "inherits": true,
        });
        all.insert(id.to_owned(), told);
    }
    Ok(all)
}

/// The dashboards that the caller sees.
pub(super) async fn dashboards(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let viewer = &caller.viewer;
    let seen = shelf::seen(&app, viewer).await?;
    let told = seen.into_iter().map(|(name, workbook)| dashboard(viewer, name, workbook));
    Ok(Json(asked.list(told.collect())?))
}

fn dashboard(viewer: &Viewer, name: &VersionName, workbook: &Workbook) -> Value {
    json!({
        "id": id_of(name, workbook),
        "title": workbook.title.read_by(&viewer.reader()),
        "folder": folder(viewer, &workbook.place),
        "content_metadata_id": viewer.organization.ids.get(Kind::Workbook, &name.to_string()),
        "hidden": false,
        "readonly": true,
    })
}

/// A dashboard with its elements and filters.
pub(super) async fn show_dashboard(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let viewer = &caller.viewer;
    let named = || WorkbookName::new(id.as_str()).ok();
    let name = foreign(viewer, ContentKind::Workbook, &id).map(|(name, ..)| name).or_else(named);
    let name = VersionName::from(name.ok_or(Problem::NotFound)?);
    let Json(shown) = workbook::answer(&app, viewer, name.clone()).await?;
    let shown = serde_json::to_value(shown).map_err(|_| Problem::Internal)?;
    let workbook = viewer.organization.snapshot.workbooks.named(&name).ok_or(Problem::NotFound)?;
    let mut told = dashboard(viewer, &name, workbook);
    if let Some(members) = told.as_object_mut() {
        members.insert("dashboard_elements".to_owned(), of_pages(&shown, "elements", element_of));
        members.insert("dashboard_filters".to_owned(), of_pages(&shown, "controls", filter_of));
    }
    Ok(Json(asked.told(told)))
}

/// What stands in a list of every page that is shown, each told with the id of its place.
fn of_pages(shown: &Value, list: &str, told: impl Fn(String, &Value) -> Value) -> Value {
    let items = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let name = |value: &Value| value.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut all = Vec::new();
    for page in items(shown, "pages") {
        let of_page = items(&page, list);
        all.extend(of_page.iter().map(|item| told(format!("{}/{}", name(&page), name(item)), item)));
    }
    Value::Array(all)
}

fn element_of(id: String, element: &Value) -> Value {
    let (title, text) = (element.get("title"), element.get("text"));
    json!({"id": id, "title": title, "type": if text.is_some() { "text" } else { "vis" }, "body_text": text})
}

fn filter_of(id: String, control: &Value) -> Value {
    json!({"id": id, "name": control.get("name"), "title": control.get("title"), "type": "field_filter"})
}

/// The looks that the caller sees.
pub(super) async fn looks(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let told = every_look(&app, &caller.viewer).await?;
    Ok(Json(asked.list(told.into_values().collect())?))
}

/// One of them.
pub(super) async fn show_look(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let found = every_look(&app, &caller.viewer).await?.remove(&id);
    Ok(Json(asked.told(found.ok_or(Problem::NotFound)?)))
}

async fn every_look(app: &App, viewer: &Viewer) -> Result<BTreeMap<String, Value>, Problem> {
    let mut looks = BTreeMap::new();
    for (name, _) in shelf::seen(app, viewer).await? {
        // As a page would show it, so that what is not shown to the caller is not told.
        let Json(shown) = workbook::answer(app, viewer, name.clone()).await?;
        let shown = serde_json::to_value(shown).map_err(|_| Problem::Internal)?;
        let Some(workbook) = viewer.organization.snapshot.workbooks.named(name) else { continue };
        let shown = of_pages(&shown, "elements", |id, element| json!([id, element.get("title")]));
        let pairs = shown.as_array().into_iter().flatten();
        let titles: BTreeMap<&str, &Value> =
            pairs.filter_map(|pair| Some((pair.get(0)?.as_str()?, pair.get(1)?))).collect();
        for page in &workbook.pages {
            for one in &page.elements {
                let title = titles.get(format!("{}/{}", page.name, one.name).as_str());
                let (Some(id), Some(title)) = (known(&one.known_as), title) else { continue };
                let told = json!({"id": id.as_str(), "title": title, "folder": folder(viewer, &workbook.place), "deleted": false});
                looks.insert(id.as_str().to_owned(), told);
            }
        }
    }
    Ok(looks)
}

/// The rows of a look, as JSON or as a file.
pub(super) async fn run_look(
    caller: Program,
    State(app): State<App>,
    Named((id, format)): Named<(String, String)>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.expect(&[])?;
    let viewer = &caller.viewer;
    let Some((workbook, Some(page), Some(name))) = foreign(viewer, ContentKind::Element, &id) else {
        return Err(Problem::NotFound);
    };
    let address: Address = (VersionName::from(workbook), page, name);
    let values = BTreeMap::new();
    match format.as_str() {
        "json" => rows(&app, viewer, address).await,
        "csv" => element::file(&app, viewer, address, &values, FileForm::from(FileFormat::Csv)).await,
        "xlsx" => element::file(&app, viewer, address, &values, FileForm::from(FileFormat::Xlsx)).await,
        _ => Err(super::asked::invalid("result_format", "expected `json`, `csv` or `xlsx`")),
    }
}

/// The rows of an element.
async fn rows(app: &App, viewer: &Viewer, address: Address) -> Result<Response, Problem> {
    let data = element::found(&viewer.organization.snapshot, &address);
    let explore = data.map(|(_, data)| data.query.explore.explore.to_string()).unwrap_or_default();
    lines(&explore, element::rows(app, viewer, address, &BTreeMap::new()).await?)
}

/// A line is an object of the fields, each by the name that it has in Looker.
pub(super) fn lines(explore: &str, answered: Answered) -> Result<Response, Problem> {
    let names: Vec<String> =
        answered.answer.columns.iter().map(|column| format!("{explore}.{}", column.name)).collect();
    let line = |row: &Vec<query::Cell>| -> Map<String, Value> {
        names.iter().cloned().zip(row.iter().map(present::number_or_value)).collect()
    };
    let lines: Vec<_> = answered.answer.rows.iter().map(line).collect();
    let count = lines.len();
    let bytes = serde_json::to_vec(&lines).map_err(|_| Problem::Internal)?;
    if bytes.len() as u64 > answered.most_bytes {
        return Err(Problem::too_many_bytes());
    }
    let response = present::answer(bytes, count, answered.completions, answered.watch);
    Ok(([(CONTENT_TYPE, "application/json")], response).into_response())
}
