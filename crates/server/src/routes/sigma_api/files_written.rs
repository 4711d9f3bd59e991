//! Files written: folders made and renamed, workbooks moved, and what is thrown away.

use super::asked::Asked;
use super::grantee::owner_called;
use super::workspaces::expect_no_description;
use super::{files, inode};
use crate::app::App;
use crate::body::Definition;
use crate::callers::{Again, Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::noun::{self, matter_of};
use crate::routes::administration::nouns::PlacedFolder;
use crate::routes::content::{self, places, trash};
use crate::routes::tree::name_of;
use crate::routes::written::{invalid, needed, text, written};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use model::access::{Granted, Owner};
use model::name::WorkbookName;
use model::snapshot::Kind;
use model::workbook::Place;
use serde_json::{Map, Value, json};

/// What is told of a file, and sent back.
const TOLD: [&str; 5] = ["id", "urlId", "type", "path", "permission"];

/// Makes a folder in a workspace. It is the caller's, or another member's who is named.
pub(super) async fn make(
    caller: Program,
    State(app): State<App>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &["type", "name", "parentId", "ownerId", "description"], &[])?;
    if needed(&sent, "type")? != "folder" {
        let expected = "expected `folder`: workspaces and workbooks are made where their own lists are";
        return Err(invalid("type", expected));
    }
    let (title, parent) = (needed(&sent, "name")?, needed(&sent, "parentId")?);
    expect_no_description(&sent)?;
    let viewer = &caller.viewer;
    let home = match inode::place(&app, viewer, parent).await?.place {
        Place::Workspace(name) => name,
        Place::Folder(_) => return Err(invalid("parentId", "expected that of a workspace: folders are in no folders")),
    };
    let matter = matter_of::<PlacedFolder>(viewer, None);
    noun::allow(&app, viewer, &matter, Kind::Folder.as_str(), "definitions_listed").await?;
    let owner = match text(&sent, "ownerId")? {
        Some(id) => Some(owner_called(&app, viewer, id).await?),
        None => content::owner(viewer),
    };
    let name = format!("{home}/{}", name_of(title, "folder")?);
    let new = json!({"name": name, "title": title, "owner": owner});
    let (id, ..) = noun::made::<PlacedFolder>(&app, &caller, None, new).await?;
    told_now(&app, &caller, &id).await
}

/// Renames a folder or names its owner, or moves a workbook.
pub(super) async fn change(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &["name", "parentId", "ownerId", "description"], &TOLD)?;
    let texts = [text(&sent, "name")?, text(&sent, "parentId")?, text(&sent, "ownerId")?];
    expect_no_description(&sent)?;
    let viewer = &caller.viewer;
    // What somebody does not see is no matter of what they send.
    let before = files::of_id(&app, viewer, &id).await?;
    let stays = |name: &str| text(&sent, name).ok().flatten() == before.get(name).and_then(Value::as_str);
    let [title, parent, owner] = texts;
    let (title, parent) = (title.filter(|_| !stays("name")), parent.filter(|_| !stays("parentId")));
    let owner = owner.filter(|_| !stays("ownerId"));
    match inode::found(viewer, &id).ok_or(Problem::NotFound)? {
        Granted::Workbook(name) => {
            expect_none("name", title, "a workbook's title is part of what is published of it")?;
            expect_none("ownerId", owner, "a workbook's owner is who has made it")?;
            if let Some(parent) = parent {
                moved(&app, &caller, name, parent).await?;
            }
        }
        Granted::Folder(_) => {
            expect_none("parentId", parent, "a folder stays in its workspace")?;
            let owner = match owner {
                Some(id) => Some(owner_called(&app, viewer, id).await?),
                None => None,
            };
            renamed(&app, &caller, &id, (title, owner)).await?;
        }
        _ => return Err(invalid("id", "expected that of a folder or a workbook: workspaces have their own list")),
    }
    told_now(&app, &caller, &id).await
}

fn expect_none(name: &str, wanted: Option<&str>, why: &str) -> Result<(), Problem> {
    match wanted {
        None => Ok(()),
        Some(_) => Err(invalid(name, &format!("expected the one that it has: {why}"))),
    }
}

async fn moved(app: &App, caller: &Program, name: WorkbookName, parent: &str) -> Result<(), Problem> {
    let place = inode::place(app, &caller.viewer, parent).await?.place;
    let body = Definition(json!({ "in": place }));
    places::relocate(caller.author(), State(app.clone()), Named(name), body).await.map(|_: StatusCode| ())
}

async fn renamed(
    app: &App,
    caller: &Program,
    id: &str,
    (title, owner): (Option<&str>, Option<Owner>),
) -> Result<(), Problem> {
    let mut patch = Map::new();
    patch.extend(title.map(|title| ("title".to_owned(), json!(title))));
    // In the place of the one that it has, and not merged into that.
    if let Some(owner) = owner {
        let others = ["member", "embed_member"].map(|kind| (kind.to_owned(), Value::Null));
        let mut wanted: Map<String, Value> = others.into_iter().collect();
        if let Value::Object(owner) = json!(owner) {
            wanted.extend(owner);
        }
        patch.insert("owner".to_owned(), Value::Object(wanted));
    }
    noun::changed::<PlacedFolder>(app, caller, id, &HeaderMap::new(), Value::Object(patch)).await?;
    Ok(())
}

/// Throws a workbook into the trash, or deletes a folder in which nothing is.
pub(super) async fn remove(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    match inode::seen(&app, &caller.viewer, &id).await? {
        Granted::Workbook(name) => {
            let _: StatusCode = trash::throw(caller.author(), State(app), Named(name)).await?;
        }
        Granted::Folder(_) => {
            drop(noun::remove::<PlacedFolder>(&app, caller.administrator(), &id, &HeaderMap::new()).await?);
        }
        _ => return Err(invalid("id", "expected that of a folder or a workbook: workspaces have their own list")),
    }
    Ok(Json(json!({})))
}

/// A file as it is now that it has been written; a workbook that the caller has moved to where they do not see it is still told
/// to have been moved.
async fn told_now(app: &App, caller: &Program, id: &str) -> Result<Json<Value>, Problem> {
    let now = Again::from(caller).again(app).await?;
    match files::of_id(app, &now.viewer, id).await {
        Ok(file) => Ok(Json(file)),
        Err(Problem::NotFound) => Ok(Json(json!({ "id": id }))),
        Err(problem) => Err(problem),
    }
}

/// The place that `name` of a request names: a workspace or a folder that is there for the caller.
pub(super) async fn home(app: &App, viewer: &Viewer, name: &str, id: &str) -> Result<Place, Problem> {
    let unknown = || invalid(name, "expected that of a workspace or a folder in which you may make workbooks");
    inode::place(app, viewer, id).await.map(|spot| spot.place).map_err(|problem| match problem {
        Problem::NotFound => unknown(),
        other => other,
    })
}
