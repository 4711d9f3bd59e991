//! How a catalog is opened: each database once, then every table of every model at each of its destinations.

use super::activity::ActivityTable;
use super::passwords::Passwords;
use super::problem::{Fault, Problem};
use super::table::{CatalogTable, Faults, open_table};
use crate::postgres::server::{Connected, Roles, Server};
use crate::postgres::table;
use model::access::{Connection, Place};
use model::name::{ConnectionName, ModelName, TableName};
use model::semantic::{Model, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// The tables of a catalog, by model, name and connection.
type Tables = BTreeMap<(ModelName, TableName, ConnectionName), Arc<CatalogTable>>;

/// A catalog on its way.
pub(super) struct Opening<'a> {
    /// Each model, and a connection that it is read of.
    reads: Vec<(&'a ModelName, &'a Model, &'a Connection)>,
    databases: BTreeMap<&'a ConnectionName, Database>,
}

/// A database that was logged in to.
struct Database {
    server: Arc<Server>,
    roles: Roles,
    warnings: Vec<String>,
}

impl<'a> Opening<'a> {
    /// Logs in to the databases.
    pub(super) async fn of(
        models: &[(&'a ModelName, &'a Model)],
        connections: &[&'a Connection],
        passwords: &Passwords,
    ) -> Result<Self, Vec<Problem>> {
        let mut reads = Vec::new();
        for (name, model) in models {
            reads.extend(destinations(connections, model).into_iter().map(|connection| (*name, *model, connection)));
        }
        let mut opening = Self { reads, databases: BTreeMap::new() };
        let mut problems = Vec::new();
        let connections: BTreeMap<_, _> =
            opening.reads.iter().map(|(.., connection)| (&connection.name, *connection)).collect();
        for (name, connection) in connections {
            let Some(Place::Postgres(place)) = connection.place() else { continue };
            match Server::open(place, passwords.of(name), &opening.relations(name)).await {
                Ok(Connected { server, roles, warnings }) => {
                    let warnings = warnings.into_iter().map(|warning| format!("connection `{name}`: {warning}"));
                    let database = Database { server: Arc::new(server), roles, warnings: warnings.collect() };
                    opening.databases.insert(name, database);
                }
                Err(fault) => problems.push(Problem::Connection { connection: name.clone(), fault }),
            }
        }
        if problems.is_empty() { Ok(opening) } else { Err(problems) }
    }

    /// What is read of a database.
    fn relations(&self, connection: &ConnectionName) -> BTreeSet<(String, String)> {
        let models = self.reads.iter().filter(|(.., read)| read.name == *connection);
        let tables = models.flat_map(|(_, model, _)| model.tables.values());
        let relations = tables.filter_map(Table::relation);
        relations.map(|(schema, name)| (schema.to_owned(), name.to_owned())).collect()
    }

    /// Opens every table.
    pub(super) async fn tables(&self) -> Result<Tables, Vec<Problem>> {
        let (mut tables, mut problems) = (Tables::new(), Vec::new());
        for (model_name, model, connection) in &self.reads {
            for (name, table) in model.tables.iter().filter(|(_, table)| table.derived.is_none()) {
                match self.table(connection, table).await {
                    Ok(table) => {
                        let key = ((*model_name).clone(), name.clone(), connection.name.clone());
                        tables.insert(key, Arc::new(table));
                    }
                    Err(faults) => problems.extend(faults.into_iter().map(|(column, fault)| Problem::Table {
                        model: (*model_name).clone(),
                        table: name.clone(),
                        column,
                        fault,
                    })),
                }
            }
        }
        if problems.is_empty() { Ok(tables) } else { Err(problems) }
    }

    async fn table(&self, connection: &Connection, table: &Table) -> Result<CatalogTable, Faults> {
        let nowhere = || vec![(None, Fault::Unreadable)];
        match connection.place() {
            Some(Place::Folder(folder)) => open_table(Path::new(folder), table),
            Some(Place::Postgres(_)) => {
                let database = self.databases.get(&connection.name).ok_or_else(nowhere)?;
                table::open(&database.server, table, &database.roles).await.map(CatalogTable::Postgres)
            }
            Some(Place::Activity) => Ok(CatalogTable::Activity(ActivityTable::new(&table.columns))),
            None => Err(nowhere()),
        }
    }

    /// What an administrator should know of the databases and their tables.
    pub(super) fn warnings(self, tables: &Tables) -> Vec<String> {
        let of_tables = tables.iter().filter_map(|((model, table, _), opened)| match opened.as_ref() {
            CatalogTable::Postgres(found) => Some(format!("model `{model}`, table `{table}`: {}", found.warning()?)),
            CatalogTable::Memory(_) | CatalogTable::File { .. } | CatalogTable::Activity(_) => None,
        });
        self.databases.into_values().flat_map(|database| database.warnings).chain(of_tables).collect()
    }
}

/// The connections that a model is read of: its own, or those to which that one leads.
fn destinations<'a>(connections: &[&'a Connection], model: &Model) -> Vec<&'a Connection> {
    let named = |name: &ConnectionName| connections.iter().copied().find(|connection| connection.name == *name);
    let Some(own) = named(&model.connection) else { return Vec::new() };
    match &own.route {
        None => vec![own],
        Some(route) => {
            let ends: BTreeSet<&ConnectionName> = route.to.values().collect();
            ends.into_iter().filter_map(named).collect()
        }
    }
}
