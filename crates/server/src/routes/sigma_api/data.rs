//! What of data somebody sees: the models and tables of which they may ask, and the connections that these are read over.

use crate::app::App;
use crate::callers::Viewer;
use crate::problem::Problem;
use crate::routes::administration::noun;
use crate::routes::catalogue;
use authz::{Matter, administer};
use model::access::Permission;
use model::name::{ConnectionName, ModelName, TableName};
use model::semantic::Model;
use model::snapshot::Kind;
use std::collections::{BTreeMap, BTreeSet};

/// Whoever administers one of these is told of all data: its connections and tables, and never its rows.
const ALL: [(Permission, Kind); 3] = [
    (Permission::ManageConnections, Kind::Connection),
    (Permission::ManageModels, Kind::Model),
    (Permission::ManageGrants, Kind::Grant),
];

/// Data that is there for somebody.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) connections: BTreeSet<ConnectionName>,
    pub(super) models: BTreeMap<ModelName, BTreeSet<TableName>>,
}

/// What is there for the caller. Decided and recorded.
pub(super) async fn seen(app: &App, viewer: &Viewer) -> Result<Seen, Problem> {
    let definitions = &viewer.organization.definitions;
    let snapshot = &viewer.organization.snapshot;
    for (needs, kind) in ALL {
        let matter = Matter::of_organization(needs);
        if administer(&viewer.principal, snapshot, &matter).is_ok() {
            noun::allow(app, viewer, &matter, kind.as_str(), "definitions_listed").await?;
            let tables = |(name, model): (&ModelName, &Model)| (name.clone(), model.tables.keys().cloned().collect());
            return Ok(Seen {
                connections: definitions.connections.iter().map(|it| it.name.clone()).collect(),
                models: definitions.models.iter().map(tables).collect(),
            });
        }
    }
    let mut seen = Seen::default();
    for (path, explore, offered) in catalogue::every(app, viewer).await? {
        // What is built in is no data of the organization's.
        let Some(model) = definitions.models.get(&path.model) else { continue };
        let tables = explore.tables_of(offered.fields.iter().map(|column| &column.name));
        seen.connections.insert(model.connection.clone());
        seen.models.entry(path.model).or_default().extend(tables.into_iter().cloned());
    }
    Ok(seen)
}
