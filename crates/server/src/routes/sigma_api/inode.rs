//! What an id names: workspaces, folders and workbooks; connections, what is read over them, and models.

use crate::app::App;
use crate::callers::Viewer;
use crate::problem::Problem;
use crate::routes::tree::{self, Spot};
use crate::routes::workbook;
use authz::permit::CreateContent;
use authz::{decide_home, is_owned_by};
use model::access::{Granted, SchemaPath};
use model::assertion::{ContentKind, ForeignContent};
use model::dialect::{Dialect, ForeignId, KnownAs};
use model::name::{ModelName, TableName, WorkbookId, WorkbookName};
use model::publication::TablePath;
use model::semantic::Model;
use model::snapshot::Kind;
use model::workbook::{Place, VersionName};
use std::collections::BTreeSet;

/// The thing of that id: the one that it has here, or for workbooks and connections the one that it had in Sigma.
pub(super) fn found(viewer: &Viewer, id: &str) -> Option<Granted> {
    let ids = &viewer.organization.ids;
    let named = |kind: Kind| ids.name(kind, id).map(str::to_owned);
    let content = named(Kind::Workspace).and_then(|name| name.parse().ok()).map(Granted::Workspace);
    let content = content.or_else(|| named(Kind::Folder)?.try_into().ok().map(Granted::Folder));
    let content = content.or_else(|| workbook_called(viewer, id).map(Granted::Workbook));
    let data = content.or_else(|| connection(viewer, id));
    let data = data.or_else(|| named(Kind::Model)?.parse().ok().map(Granted::Model));
    data.or_else(|| path(viewer, id))
}

/// The workbook of that id, here or in Sigma: also the one that is built in.
pub(super) fn workbook_called(viewer: &Viewer, id: &str) -> Option<WorkbookName> {
    let snapshot = &viewer.organization.snapshot;
    let own = snapshot.workbooks.name(&WorkbookId::new(id)).filter(|name| name.tag.is_none());
    let foreign = ForeignContent { dialect: Dialect::Sigma, kind: ContentKind::Workbook, id: ForeignId::new(id) };
    let foreign = || snapshot.known_as(&foreign).map(|(workbook, ..)| workbook.clone());
    own.map(|name| name.workbook.clone()).or_else(foreign)
}

fn connection(viewer: &Viewer, id: &str) -> Option<Granted> {
    let organization = &viewer.organization;
    let own = organization.ids.name(Kind::Connection, id).and_then(|name| name.parse().ok());
    let is_called = |known_as: &KnownAs| {
        known_as.get(&Dialect::Sigma).is_some_and(|known| known.iter().any(|other| other.as_str() == id))
    };
    let foreign = || organization.definitions.connections.iter().find(|it| is_called(&it.known_as));
    own.or_else(|| foreign().map(|connection| connection.name.clone())).map(Granted::Connection)
}

/// A table of a model, or a schema of a connection's database, by the ids that [`id`] tells.
fn path(viewer: &Viewer, text: &str) -> Option<Granted> {
    let (of, name) = text.split_once('~')?;
    match found(viewer, of)? {
        Granted::Model(model) => {
            let table: TableName = name.parse().ok()?;
            let there = viewer.organization.definitions.models.get(&model)?.tables.contains_key(&table);
            there.then_some(Granted::Table(TablePath { model, table }))
        }
        Granted::Connection(connection) => {
            let path = SchemaPath { connection, schema: name.to_owned() };
            schemas(viewer).contains(&path).then_some(Granted::Schema(path))
        }
        _ => None,
    }
}

/// The schemas of databases from which tables of models are read.
pub(super) fn schemas(viewer: &Viewer) -> BTreeSet<SchemaPath> {
    let models = viewer.organization.definitions.models.values();
    models.flat_map(|model| model.tables.keys().filter_map(|table| schema(viewer, model, table))).collect()
}

/// The schema that a table is read from; `None`: it is read from no database.
pub(super) fn schema(viewer: &Viewer, model: &Model, table: &TableName) -> Option<SchemaPath> {
    viewer.organization.snapshot.connections.named(&model.connection)?.postgres.as_ref()?;
    let (schema, _) = model.tables.get(table)?.relation()?;
    Some(SchemaPath { connection: model.connection.clone(), schema: schema.to_owned() })
}

/// The id of a thing; of a version under a tag that of its workbook.
pub(super) fn id(viewer: &Viewer, thing: &Granted) -> Option<String> {
    let ids = &viewer.organization.ids;
    let of_model = |model: &ModelName| ids.get(Kind::Model, model.as_str());
    match thing {
        Granted::Workspace(name) => ids.get(Kind::Workspace, name.as_str()).map(str::to_owned),
        Granted::Folder(path) => ids.get(Kind::Folder, &path.to_string()).map(str::to_owned),
        Granted::Workbook(name) => ids.get(Kind::Workbook, name.as_str()).map(str::to_owned),
        Granted::Tag(path) => ids.get(Kind::Workbook, path.workbook.as_str()).map(str::to_owned),
        Granted::Connection(name) => ids.get(Kind::Connection, name.as_str()).map(str::to_owned),
        Granted::Model(name) => of_model(name).map(str::to_owned),
        Granted::Table(path) => Some(format!("{}~{}", of_model(&path.model)?, path.table)),
        Granted::Schema(path) => {
            Some(format!("{}~{}", ids.get(Kind::Connection, path.connection.as_str())?, path.schema))
        }
    }
}

/// What Sigma calls such a thing.
pub(super) const fn kind(thing: &Granted) -> &'static str {
    match thing {
        Granted::Workspace(_) => "workspace",
        Granted::Folder(_) => "folder",
        Granted::Workbook(_) | Granted::Tag(_) => "workbook",
        Granted::Connection(_) => "connection",
        Granted::Schema(_) => "scope",
        Granted::Model(_) => "data-model",
        Granted::Table(_) => "table",
    }
}

/// The workspaces and folders that are there for the caller: those in which they see something or may make a workbook, and
/// what these are in; all of them for whoever administers them.
pub(super) async fn places<'a>(app: &App, viewer: &'a Viewer) -> Result<Vec<Spot<'a>>, Problem> {
    let seen = tree::seen(app, viewer).await?;
    let seen: BTreeSet<&str> = seen.iter().map(|spot| spot.id).collect();
    let snapshot = &viewer.organization.snapshot;
    let mut all = tree::all(viewer);
    let is_home = |spot: &&Spot<'_>| {
        is_owned_by(&viewer.principal, spot.owner)
            || decide_home::<CreateContent>(&viewer.principal, snapshot, &spot.place, false).is_ok()
    };
    let homes = all.iter().filter(is_home).flat_map(|spot| [Some(spot.id), spot.parent]).flatten();
    let homes: BTreeSet<&str> = homes.collect();
    all.retain(|spot| seen.contains(spot.id) || homes.contains(spot.id));
    Ok(all)
}

/// The workspace or folder of that id, if it is there for the caller.
pub(super) async fn place<'a>(app: &App, viewer: &'a Viewer, id: &str) -> Result<Spot<'a>, Problem> {
    places(app, viewer).await?.into_iter().find(|spot| spot.id == id).ok_or(Problem::NotFound)
}

/// The content of that id, if it is there for the caller: what is hidden reads like what is absent.
pub(super) async fn seen(app: &App, viewer: &Viewer, id: &str) -> Result<Granted, Problem> {
    match found(viewer, id) {
        Some(Granted::Workbook(name)) => {
            drop(workbook::answer(app, viewer, VersionName::from(&name)).await?);
            Ok(Granted::Workbook(name))
        }
        _ => Ok(match place(app, viewer, id).await?.place {
            Place::Workspace(name) => Granted::Workspace(name),
            Place::Folder(path) => Granted::Folder(path),
        }),
    }
}
