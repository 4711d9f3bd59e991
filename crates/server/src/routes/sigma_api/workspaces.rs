//! Workspaces: made, renamed and deleted by whoever administers them.

use super::asked::Asked;
use super::{grantee, inode};
use crate::app::App;
use crate::body::Definition;
use crate::callers::{Again, Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::noun::{self, matter_of};
use crate::routes::content;
use crate::routes::tree::{self, Spot, name_of};
use crate::routes::written::{expect_only, invalid, needed, text, written};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use model::access::Workspace;
use model::snapshot::Kind;
use serde_json::{Map, Value, json};

/// What is told of one, and sent back.
const TOLD: [&str; 2] = ["workspaceId", "ownerId"];

/// Those that are there for the caller.
pub(super) async fn list(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&["name"])?;
    let viewer = &caller.viewer;
    let mut all = Vec::new();
    for spot in inode::places(&app, viewer).await? {
        if spot.parent.is_none() && asked.text("name").is_none_or(|name| name == spot.title) {
            all.push(told(&app, viewer, &spot).await?);
        }
    }
    Ok(Json(asked.list(all)?))
}

/// One of them.
pub(super) async fn show(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let spot = found(&app, &caller.viewer, &id).await?;
    Ok(Json(told(&app, &caller.viewer, &spot).await?))
}

async fn found<'a>(app: &App, viewer: &'a Viewer, id: &str) -> Result<Spot<'a>, Problem> {
    let spot = inode::place(app, viewer, id).await?;
    if spot.parent.is_none() { Ok(spot) } else { Err(Problem::NotFound) }
}

/// Makes one. It is the caller's.
pub(super) async fn make(
    caller: Program,
    State(app): State<App>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &["name", "noDuplicates", "description"], &[])?;
    let title = needed(&sent, "name")?;
    expect_no_description(&sent)?;
    let viewer = &caller.viewer;
    noun::allow(&app, viewer, &matter_of::<Workspace>(viewer, None), Kind::Workspace.as_str(), "definitions_listed")
        .await?;
    match sent.get("noDuplicates") {
        None | Some(Value::Null | Value::Bool(false)) => {}
        Some(Value::Bool(true)) => expect_no_other(viewer, title)?,
        Some(_) => return Err(invalid("noDuplicates", "expected `true` or `false`")),
    }
    let new = json!({"name": name_of(title, "workspace")?, "title": title, "owner": content::owner(viewer)});
    let (id, ..) = noun::made::<Workspace>(&app, &caller, None, new).await?;
    told_now(&app, &caller, &id).await
}

fn expect_no_other(viewer: &Viewer, title: &str) -> Result<(), Problem> {
    if viewer.organization.definitions.workspaces.iter().all(|other| other.title != title) {
        return Ok(());
    }
    let detail = "`name`: there is a workspace of that name already".to_owned();
    Err(Problem::Conflict { code: "name_taken", detail })
}

/// Workspaces, folders and workbooks are described by what is in them.
pub(super) fn expect_no_description(sent: &Map<String, Value>) -> Result<(), Problem> {
    expect_only(sent, "description", &json!(""), "nothing is kept of one")
}

/// Renames one.
pub(super) async fn change(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &["name", "description"], &TOLD)?;
    let title = text(&sent, "name")?;
    expect_no_description(&sent)?;
    drop(found(&app, &caller.viewer, &id).await?);
    let patch = title.map_or_else(|| json!({}), |title| json!({ "title": title }));
    noun::changed::<Workspace>(&app, &caller, &id, &HeaderMap::new(), patch).await?;
    told_now(&app, &caller, &id).await
}

/// Deletes one. Refused while something is in it.
pub(super) async fn remove(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    drop(found(&app, &caller.viewer, &id).await?);
    drop(noun::remove::<Workspace>(&app, caller.administrator(), &id, &HeaderMap::new()).await?);
    Ok(Json(json!({})))
}

/// One as it is now that it has been written.
async fn told_now(app: &App, caller: &Program, id: &str) -> Result<Json<Value>, Problem> {
    let now = Again::from(caller).again(app).await?;
    let spot = tree::all(&now.viewer).into_iter().find(|spot| spot.id == id).ok_or(Problem::NotFound)?;
    Ok(Json(told(app, &now.viewer, &spot).await?))
}

async fn told(app: &App, viewer: &Viewer, spot: &Spot<'_>) -> Result<Value, Problem> {
    let owner = grantee::owner_id(app, viewer, spot.owner).await?;
    Ok(json!({"workspaceId": spot.id, "name": spot.title, "ownerId": owner}))
}
