//! Connections, and what is read over them: the tables of models, and the schemas that these are in.

use super::asked::Asked;
use super::data::{self, Seen};
use super::{inode, organization};
use crate::app::App;
use crate::body::Definition;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::written::{invalid, written};
use axum::Json;
use axum::extract::State;
use model::access::{Connection, Granted, Place};
use model::name::ConnectionName;
use model::publication::TablePath;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Those that the caller sees.
pub(super) async fn list(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let viewer = &caller.viewer;
    let seen = data::seen(&app, viewer).await?;
    let there = viewer.organization.definitions.connections.iter().filter(|it| seen.connections.contains(&it.name));
    Ok(Json(asked.list(there.filter_map(|connection| told(viewer, connection)).collect())?))
}

/// One of them.
pub(super) async fn show(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let (connection, _) = found(&app, &caller.viewer, &id).await?;
    Ok(Json(told(&caller.viewer, connection).ok_or(Problem::NotFound)?))
}

/// The connection of that id, if it is there for the caller, with what else is.
async fn found<'a>(app: &App, viewer: &'a Viewer, id: &str) -> Result<(&'a Connection, Seen), Problem> {
    let seen = data::seen(app, viewer).await?;
    let Some(Granted::Connection(name)) = inode::found(viewer, id) else { return Err(Problem::NotFound) };
    let mut all = viewer.organization.definitions.connections.iter();
    let connection = all.find(|it| it.name == name && seen.connections.contains(&name)).ok_or(Problem::NotFound)?;
    Ok((connection, seen))
}

fn told(viewer: &Viewer, connection: &Connection) -> Option<Value> {
    let kind = match connection.place()? {
        Place::Folder(_) => "files",
        Place::Postgres(_) => "postgres",
        Place::Activity => return None,
    };
    Some(json!({
        "connectionId": inode::id(viewer, &Granted::Connection(connection.name.clone()))?,
        "organizationId": organization::id(viewer),
        "name": connection.name,
        "type": kind,
    }))
}

/// What can be granted below connections: schemas of databases, and the tables of models.
pub(super) async fn paths(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&["connectionId"])?;
    let viewer = &caller.viewer;
    let of = match asked.text("connectionId") {
        Some(id) => Some(found(&app, viewer, id).await?.0.name.clone()),
        None => None,
    };
    let all = every(viewer, &data::seen(&app, viewer).await?, of.as_ref());
    Ok(Json(asked.list(all.iter().filter_map(|path| path_told(viewer, path)).collect())?))
}

/// Something below a connection: over which it is read, and by which names it is looked up.
struct Below {
    connection: ConnectionName,
    names: Vec<String>,
    thing: Granted,
}

fn every(viewer: &Viewer, seen: &Seen, of: Option<&ConnectionName>) -> Vec<Below> {
    let models = &viewer.organization.definitions.models;
    let mut all = Vec::new();
    let mut schemas = BTreeSet::new();
    for (name, tables) in &seen.models {
        let Some(model) = models.get(name) else { continue };
        for table in tables {
            schemas.extend(inode::schema(viewer, model, table));
            all.push(Below {
                connection: model.connection.clone(),
                names: vec![name.to_string(), table.to_string()],
                thing: Granted::Table(TablePath { model: name.clone(), table: table.clone() }),
            });
        }
    }
    let schemas = schemas.into_iter().map(|path| Below {
        connection: path.connection.clone(),
        names: vec![path.schema.clone()],
        thing: Granted::Schema(path),
    });
    let all = schemas.chain(all).filter(|below| of.is_none_or(|of| below.connection == *of));
    all.collect()
}

fn path_told(viewer: &Viewer, below: &Below) -> Option<Value> {
    let id = inode::id(viewer, &below.thing)?;
    Some(json!({
        "connectionId": inode::id(viewer, &Granted::Connection(below.connection.clone()))?,
        "path": below.names,
        "inodeId": id,
        "type": inode::kind(&below.thing),
    }))
}

/// The id of what is at a path below a connection: `[SCHEMA]`, or `[MODEL, TABLE]`.
pub(super) async fn look_up(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &["path"], &[])?;
    let names: Option<Vec<&str>> =
        sent.get("path").and_then(Value::as_array).and_then(|path| path.iter().map(Value::as_str).collect());
    let names = names.ok_or_else(|| invalid("path", "expected a list of names, such as `[MODEL, TABLE]`"))?;
    let (connection, seen) = found(&app, &caller.viewer, &id).await?;
    let below = every(&caller.viewer, &seen, Some(&connection.name)).into_iter().find(|below| below.names == names);
    let below = below.ok_or(Problem::NotFound)?;
    let id = inode::id(&caller.viewer, &below.thing).ok_or(Problem::NotFound)?;
    Ok(Json(json!({"inodeId": id, "kind": inode::kind(&below.thing)})))
}
