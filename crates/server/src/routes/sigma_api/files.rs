//! Files: workspaces, the folders in them, and workbooks, as one tree.

use super::asked::Asked;
use super::inode;
use super::workbooks::{self, url_id};
use super::{grantee, permission};
use crate::app::App;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::access;
use crate::routes::asked::invalid;
use crate::routes::shelf;
use crate::routes::tree::{self, Spot};
use axum::Json;
use axum::extract::State;
use model::access::Granted;
use model::name::MemberId;
use model::snapshot::Kind;
use model::workbook::{VersionName, Workbook};
use serde_json::{Value, json};

/// The kinds of files that there are.
const TYPES: [&str; 3] = ["workspace", "folder", "workbook"];

/// Files that are there for the caller: of some kinds, and in a workspace or folder.
pub(super) async fn list(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&["typeFilters", "parentId", "name"])?;
    let types = types(&asked, &TYPES)?;
    let viewer = &caller.viewer;
    let spots = inode::places(&app, viewer).await?;
    let parent = asked.text("parentId");
    if parent.is_some_and(|id| spots.iter().all(|spot| spot.id != id)) {
        return Err(Problem::NotFound);
    }
    let mut files = Vec::new();
    for spot in &spots {
        files.push(of_spot(&app, viewer, spot).await?);
    }
    for (name, workbook) in shelf::seen(&app, viewer).await? {
        files.push(of_workbook(&app, viewer, name, workbook).await?);
    }
    let text = |file: &Value, member: &str| file.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    files.retain(|file| {
        types.contains(&text(file, "type").as_str())
            && parent.is_none_or(|parent| text(file, "parentId") == parent)
            && asked.text("name").is_none_or(|name| text(file, "name") == name)
    });
    Ok(Json(asked.list(files)?))
}

/// The kinds of files that are asked for.
fn types<'a>(asked: &'a Asked, known: &'static [&'static str]) -> Result<Vec<&'a str>, Problem> {
    let Some(wanted) = asked.text("typeFilters") else { return Ok(known.to_vec()) };
    let wanted: Vec<&str> = wanted.split(',').map(str::trim).collect();
    if wanted.iter().all(|one| known.contains(one)) {
        return Ok(wanted);
    }
    let known: Vec<String> = known.iter().map(|one| format!("`{one}`")).collect();
    Err(invalid("typeFilters", &format!("expected {}, and commas between them", known.join(", "))))
}

/// One of them.
pub(super) async fn show(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    Ok(Json(of_id(&app, &caller.viewer, &id).await?))
}

/// The file of that id, if it is there for the caller.
pub(super) async fn of_id(app: &App, viewer: &Viewer, id: &str) -> Result<Value, Problem> {
    match inode::seen(app, viewer, id).await? {
        Granted::Workbook(name) => {
            let name = VersionName::from(&name);
            let workbook = viewer.organization.snapshot.workbooks.named(&name).ok_or(Problem::NotFound)?;
            of_workbook(app, viewer, &name, workbook).await
        }
        _ => of_spot(app, viewer, &inode::place(app, viewer, id).await?).await,
    }
}

async fn of_spot(app: &App, viewer: &Viewer, spot: &Spot<'_>) -> Result<Value, Problem> {
    let owner = grantee::owner_id(app, viewer, spot.owner).await?;
    let (kind, path) = match spot.parent {
        None => ("workspace", String::new()),
        Some(_) => ("folder", workbooks::path_around(viewer, &spot.place)),
    };
    Ok(json!({
        "id": spot.id,
        "name": spot.title,
        "type": kind,
        "parentId": spot.parent,
        "path": path,
        "ownerId": owner,
    }))
}

async fn of_workbook(app: &App, viewer: &Viewer, name: &VersionName, workbook: &Workbook) -> Result<Value, Problem> {
    let owner = grantee::owner_id(app, viewer, workbook.owner.as_ref()).await?;
    Ok(json!({
        "id": viewer.organization.ids.get(Kind::Workbook, &name.to_string()),
        "urlId": url_id(name, workbook),
        "name": workbook.title.read_by(&viewer.reader()),
        "type": "workbook",
        "parentId": tree::of_place(viewer, &workbook.place).map(|(id, _)| id),
        "path": workbooks::path_of(viewer, &workbook.place),
        "ownerId": owner,
    }))
}

/// The workbooks that a member sees, each with how far: for whoever administers that member.
pub(super) async fn of_member(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&["typeFilters"])?;
    drop(types(&asked, &["workbook"])?);
    let viewer = &caller.viewer;
    let mut files = Vec::new();
    for reached in access::reached(&app, viewer, &MemberId::new(id)).await? {
        let Granted::Workbook(name) = &reached.what else { continue };
        let name = VersionName::from(name);
        let Some(workbook) = viewer.organization.snapshot.workbooks.named(&name) else { continue };
        let mut file = of_workbook(&app, viewer, &name, workbook).await?;
        if let Some(members) = file.as_object_mut() {
            members.insert("permission".to_owned(), json!(permission::told(&reached.what, reached.level)));
        }
        files.push(file);
    }
    Ok(Json(asked.list(files)?))
}
