//! Workbooks that the caller sees, as they are published: made, copied, and told.

use super::asked::Asked;
use super::files_written::home;
use super::workspaces::expect_no_description;
use super::{grantee, inode, organization};
use crate::app::App;
use crate::body::Definition;
use crate::callers::{Again, Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::content::drafts::latest;
use crate::routes::content::places;
use crate::routes::written::{expect_only, needed, written};
use crate::routes::{shelf, sigma, tree, workbook};
use axum::Json;
use axum::extract::State;
use model::dialect::{Dialect, KnownAs};
use model::name::WorkbookName;
use model::snapshot::Kind;
use model::workbook::{Place, VersionName, Workbook};
use serde_json::{Value, json};

/// What Sigma called something, if it was there before.
pub(super) fn known(known_as: &KnownAs) -> Option<&str> {
    known_as.get(&Dialect::Sigma).and_then(|ids| ids.first()).map(|id| id.as_str())
}

/// What stands in addresses for a workbook: what it was called in Sigma, or its name.
pub(super) fn url_id<'a>(name: &'a VersionName, workbook: &'a Workbook) -> &'a str {
    known(&workbook.known_as).unwrap_or(name.workbook.as_str())
}

/// The titles of what something is in, from the workspace on.
pub(super) fn path_of(viewer: &Viewer, place: &Place) -> String {
    let title = tree::of_place(viewer, place).map(|(_, title)| title).unwrap_or_default();
    match place {
        Place::Workspace(_) => title,
        Place::Folder(_) => format!("{}/{title}", path_around(viewer, place)),
    }
}

/// The titles of what a folder is in.
pub(super) fn path_around(viewer: &Viewer, place: &Place) -> String {
    match place {
        Place::Workspace(_) => String::new(),
        Place::Folder(path) => path_of(viewer, &Place::Workspace(path.workspace.clone())),
    }
}

/// Those that the caller sees.
pub(super) async fn list(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&["name"])?;
    let viewer = &caller.viewer;
    let mut all = Vec::new();
    for (name, workbook) in shelf::seen(&app, viewer).await? {
        let title = workbook.title.read_by(&viewer.reader());
        if asked.text("name").is_none_or(|wanted| wanted == title) {
            all.push(told(&app, viewer, name, workbook).await?);
        }
    }
    Ok(Json(asked.list(all)?))
}

/// One of them, with the number of the version that is published.
pub(super) async fn show(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let name = inode::workbook_called(&caller.viewer, &id).ok_or(Problem::NotFound)?;
    Ok(Json(shown(&app, &caller.viewer, &name).await?))
}

/// A workbook that the caller sees: what is hidden reads like what is absent.
async fn shown(app: &App, viewer: &Viewer, name: &WorkbookName) -> Result<Value, Problem> {
    let version = VersionName::from(name);
    drop(workbook::answer(app, viewer, version.clone()).await?);
    let workbooks = &viewer.organization.snapshot.workbooks;
    let found = workbooks.id(&version).zip(workbooks.named(&version));
    let (id, workbook) = found.ok_or(Problem::NotFound)?;
    let mut told = told(app, viewer, &version, workbook).await?;
    let number = match latest(app, id).await {
        Ok(number) => Some(number),
        // What is built in has no versions.
        Err(Problem::NotFound) => None,
        Err(problem) => return Err(problem),
    };
    if let Some(members) = told.as_object_mut() {
        members.insert("latestVersion".to_owned(), json!(number));
    }
    Ok(told)
}

async fn told(app: &App, viewer: &Viewer, name: &VersionName, workbook: &Workbook) -> Result<Value, Problem> {
    let owner = grantee::owner_id(app, viewer, workbook.owner.as_ref()).await?;
    let url_id = url_id(name, workbook);
    Ok(json!({
        "workbookId": viewer.organization.ids.get(Kind::Workbook, &name.to_string()),
        "workbookUrlId": url_id,
        "organizationId": organization::id(viewer),
        "name": workbook.title.read_by(&viewer.reader()),
        "url": sigma::address::of_workbook(app, &viewer.organization.snapshot.organization.name, url_id),
        "path": path_of(viewer, &workbook.place),
        "folderId": tree::of_place(viewer, &workbook.place).map(|(id, _)| id),
        "ownerId": owner,
    }))
}

/// Makes one, with one page and nothing on it. It is the caller's, and published at once.
pub(super) async fn make(
    caller: Program,
    State(app): State<App>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &["name", "folderId", "description", "dryRun"], &[])?;
    let (title, folder) = (needed(&sent, "name")?, needed(&sent, "folderId")?);
    expect_no_description(&sent)?;
    expect_only(&sent, "dryRun", &json!(false), "what would be made is not told before")?;
    let place = home(&app, &caller.viewer, "folderId", folder).await?;
    let new = json!({"title": title, "in": place});
    let made = places::make_of(&app, caller.author(), None, new).await;
    told_now(&app, &caller, &made.map_err(as_sent)?.1).await
}

/// Copies what is published of one. Neither grants nor tags are copied.
pub(super) async fn copy(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let name = inode::workbook_called(&caller.viewer, &id).map(|name| VersionName::from(&name));
    copied(&app, &caller, name, body).await
}

/// Copies what a version under a tag shows.
pub(super) async fn copy_tagged(
    caller: Program,
    State(app): State<App>,
    Named((id, tag)): Named<(String, String)>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let tag = super::tags::name_of(&tag).ok();
    let name = inode::workbook_called(&caller.viewer, &id).zip(tag);
    let name = name.map(|(workbook, tag)| VersionName { workbook, tag: Some(tag) });
    copied(&app, &caller, name, body).await
}

async fn copied(app: &App, caller: &Program, name: Option<VersionName>, body: Value) -> Result<Json<Value>, Problem> {
    let sent = written(body, &["name", "destinationFolderId", "description"], &[])?;
    let (title, folder) = (needed(&sent, "name")?, needed(&sent, "destinationFolderId")?);
    expect_no_description(&sent)?;
    // What somebody does not see is no matter of where they want it.
    let name = name.ok_or(Problem::NotFound)?;
    drop(workbook::answer(app, &caller.viewer, name.clone()).await?);
    let place = home(app, &caller.viewer, "destinationFolderId", folder).await?;
    let new = json!({"title": title, "in": place});
    let made = places::copy_of(app, caller.author(), name, None, new).await;
    told_now(app, caller, &made.map_err(as_sent)?.1).await
}

/// A title is called a name here.
fn as_sent(problem: Problem) -> Problem {
    match problem {
        Problem::Invalid { code, detail } => Problem::Invalid { code, detail: detail.replacen("`title`", "`name`", 1) },
        other => other,
    }
}

/// One as it is now that it has been written.
async fn told_now(app: &App, caller: &Program, name: &WorkbookName) -> Result<Json<Value>, Problem> {
    let now = Again::from(caller).again(app).await?;
    Ok(Json(shown(app, &now.viewer, name).await?))
}
