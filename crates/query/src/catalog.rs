//! The tables of every model, opened and checked.
//!
//! A catalog is opened once for a snapshot and then only read. Its files must not change while it is in use: new data
//! are new files and a new catalog. Databases may change at any time.

mod activity;
mod csv_file;
mod first_look;
mod keys;
mod opening;
mod parquet_file;
mod passwords;
mod problem;
mod table;
#[cfg(test)]
mod tests;

pub use activity::{ActivityBounds, ActivityPage, ActivityTrail};
pub use first_look::{FoundColumn, FoundTable, look_into};
pub use passwords::Passwords;
pub use problem::{Fault, Problem};
#[cfg(test)]
pub(crate) use table::open_table;
pub(crate) use table::{CatalogTable, Faults};

use crate::cache::{Source, TableState};
use crate::mask::{MaskSecret, Pseudonyms};
use crate::secure::kept::Plans;
use crate::session::{self, Pieces};
use authz::permit::Destination;
#[cfg(test)]
use datafusion::catalog::TableProvider;
use datafusion::execution::session_state::SessionState;
use model::access::Connection;
use model::name::{ConnectionName, ModelName, TableName};
use model::semantic::{ExplorePath, Model};
use model::snapshot::Snapshot;
use opening::Opening;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The tables of every model of one snapshot.
pub struct Catalog {
    pub(crate) state: Arc<SessionState>,
    models: BTreeMap<ModelName, Model>,
    /// By the connection that is read, too: one model may be read of several.
    tables: BTreeMap<(ModelName, TableName, ConnectionName), Arc<CatalogTable>>,
    mask_secret: Option<MaskSecret>,
    /// Those that were made of it.
    pub(crate) plans: Plans,
    warnings: Vec<String>,
    /// Its number among the catalogs of this process.
    number: u64,
}

/// How many catalogs were opened.
static OPENED: AtomicU64 = AtomicU64::new(0);

impl Catalog {
    /// Opens the files of every model's tables, or looks at them in their databases, and checks that they hold what the
    /// model declares: each column with its type, and one row at most for each key of a joined table, so that a join never
    /// counts a row twice. Databases are logged in to with `passwords`, and refused where policies would not hold.
    ///
    /// # Errors
    ///
    /// Everything that was found, for the administrator: model, table, column, what was expected and what was found;
    /// never a path or a value.
    pub async fn open(snapshot: &Snapshot, passwords: &Passwords) -> Result<Self, Vec<Problem>> {
        let models: Vec<_> = snapshot.models.iter().map(|(_, name, model)| (name, model)).collect();
        let connections: Vec<_> = snapshot.connections.iter().map(|(.., connection)| connection).collect();
        Self::open_models(&models, &connections, passwords).await
    }

    async fn open_models(
        models: &[(&ModelName, &Model)],
        connections: &[&Connection],
        passwords: &Passwords,
    ) -> Result<Self, Vec<Problem>> {
        let opening = Opening::of(models, connections, passwords).await?;
        let mut catalog = Self::empty(models.iter().map(|(name, model)| ((*name).clone(), (*model).clone())).collect());
        catalog.tables = opening.tables().await?;
        let problems = keys::problems(&catalog).await;
        catalog.warnings = opening.warnings(&catalog.tables);
        if problems.is_empty() { Ok(catalog) } else { Err(problems) }
    }

    fn empty(models: BTreeMap<ModelName, Model>) -> Self {
        let number = OPENED.fetch_add(1, Ordering::Relaxed) + 1;
        let state = Arc::new(session::state(session::config(Pieces::default())));
        Self {
            state,
            models,
            tables: BTreeMap::new(),
            mask_secret: None,
            plans: Plans::default(),
            warnings: Vec::new(),
            number,
        }
    }

    /// What is allowed, and an administrator should know.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// A catalog of one model over a connection that the test has made.
    #[cfg(test)]
    pub(crate) async fn over(
        (name, model): (&ModelName, &Model),
        connection: &Connection,
        passwords: &Passwords,
    ) -> Result<Self, Vec<Problem>> {
        Self::open_models(&[(name, model)], &[connection], passwords).await
    }

    /// A catalog of one model over tables that the test has made.
    #[cfg(test)]
    pub(crate) fn of(
        model: (ModelName, Model),
        tables: impl IntoIterator<Item = (TableName, Arc<dyn TableProvider>)>,
    ) -> Self {
        Self::of_opened(model, tables.into_iter().map(|(table, provider)| (table, CatalogTable::Memory(provider))))
    }

    /// A catalog of one model over tables that the test has opened.
    #[cfg(test)]
    pub(crate) fn of_opened(
        (name, model): (ModelName, Model),
        tables: impl IntoIterator<Item = (TableName, CatalogTable)>,
    ) -> Self {
        let key = |table: TableName| (name.clone(), table, model.connection.clone());
        let tables = tables.into_iter().map(|(table, opened)| (key(table), Arc::new(opened))).collect();
        Self { tables, ..Self::empty(BTreeMap::from([(name, model)])) }
    }

    /// The same catalog, in which pseudonyms are made with that secret. Without one there are none.
    #[must_use]
    pub fn with_mask_secret(self, secret: MaskSecret) -> Self {
        Self { mask_secret: Some(secret), ..self }
    }

    /// The same catalog, in which the activity is read of that trail. Without one there is no activity.
    #[must_use]
    pub fn with_activity(self, trail: &Arc<dyn ActivityTrail>) -> Self {
        let tables = self.tables.into_iter().map(|(key, table)| match table.as_ref() {
            CatalogTable::Activity(events) => (key, Arc::new(CatalogTable::Activity(events.over(Arc::clone(trail))))),
            _ => (key, table),
        });
        Self { tables: tables.collect(), ..self }
    }

    /// The same catalog, of which no plan is kept: for measuring what planning costs.
    #[must_use]
    pub fn planning_anew(self) -> Self {
        Self { plans: Plans::none(), ..self }
    }

    /// The same catalog, whose tables are read in pieces of that size.
    #[must_use]
    pub fn in_pieces(self, pieces: Pieces) -> Self {
        Self { state: Arc::new(session::state(session::config(pieces))), ..self }
    }

    /// The pseudonyms of a tenant, or of no tenant for the empty text.
    pub(crate) fn pseudonyms(&self, tenant: &str) -> Option<Pseudonyms> {
        self.mask_secret.as_ref().map(|secret| secret.pseudonyms(tenant))
    }

    /// What an explore reads at that destination, as it is now; `None`: that cannot be known, or not for any time.
    pub(crate) fn source(&self, explore: &ExplorePath, destination: &Destination) -> Option<Source> {
        let model = self.model(&explore.model)?;
        let tables = model.with_origins(model.explores.get(&explore.explore)?.tables());
        let tables = tables.into_iter().filter_map(|table| self.table(&explore.model, table, destination));
        let states = tables.map(|table| table.state()).collect::<Option<Vec<TableState>>>()?;
        Some(Source { catalog: self.number, explore: explore.clone(), states })
    }

    /// The model of that name.
    pub(crate) fn model(&self, name: &ModelName) -> Option<&Model> {
        self.models.get(name)
    }

    /// Every model.
    pub(crate) fn models(&self) -> impl Iterator<Item = (&ModelName, &Model)> {
        self.models.iter()
    }

    /// The table of that name at that destination.
    pub(crate) fn table<'a>(
        &'a self,
        model: &'a ModelName,
        table: &'a TableName,
        destination: &Destination,
    ) -> Option<&'a Arc<CatalogTable>> {
        let of = |connection: &ConnectionName| self.tables.get(&(model.clone(), table.clone(), connection.clone()));
        match destination {
            Destination::Usual => of(&self.model(model)?.connection),
            Destination::Chosen { connection, .. } => of(connection),
            // No row of it is read, so whichever there is does: they all look alike.
            Destination::Nowhere => self.tables_called(model, table).next(),
        }
    }

    /// The tables of that name at every destination.
    fn tables_called<'a>(
        &'a self,
        model: &'a ModelName,
        table: &'a TableName,
    ) -> impl Iterator<Item = &'a Arc<CatalogTable>> {
        let found = self.tables.iter().filter(move |((of, name, _), _)| of == model && name == table);
        found.map(|(_, table)| table)
    }
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog").field("tables", &self.tables.keys()).finish_non_exhaustive()
    }
}
