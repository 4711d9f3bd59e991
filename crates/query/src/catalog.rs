//! The tables of every model, opened and checked.
//!
//! A catalog is opened once for a snapshot and then only read. Its files must not change while it is in use: new data
//! are new files and a new catalog.

mod csv_file;
mod first_look;
mod keys;
mod parquet_file;
mod problem;
#[cfg(test)]
mod tests;

pub use first_look::{FoundColumn, FoundTable, look_into};
pub use problem::{Fault, Problem};

use crate::cache::Source;
use crate::mask::{MaskSecret, Pseudonyms};
use crate::session;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::datasource::provider_as_source;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::TableSource;
use model::name::{ColumnName, ModelName, TableName};
use model::semantic::{ExplorePath, Model, Table};
use model::snapshot::Snapshot;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The tables of every model of one snapshot.
pub struct Catalog {
    pub(crate) state: Arc<SessionState>,
    models: BTreeMap<ModelName, Model>,
    tables: BTreeMap<(ModelName, TableName), Arc<CatalogTable>>,
    mask_secret: Option<MaskSecret>,
    /// Its number among the catalogs of this process.
    number: u64,
}

/// How many catalogs were opened.
static OPENED: AtomicU64 = AtomicU64::new(0);

fn next_number() -> u64 {
    OPENED.fetch_add(1, Ordering::Relaxed) + 1
}

impl Catalog {
    /// Opens the files of every model's tables and checks that they hold what the model declares: each column with its
    /// type, and one row at most for each key of a joined table, so that a join never counts a row twice.
    ///
    /// # Errors
    ///
    /// Everything that was found, for the administrator: model, table, column, what was expected and what was found;
    /// never a path or a value.
    pub async fn open(snapshot: &Snapshot) -> Result<Self, Vec<Problem>> {
        let models: Vec<Opening<'_>> =
            snapshot.models.iter().map(|(_, name, model)| Opening::of(snapshot, name, model)).collect();
        Self::open_models(&models).await
    }

    async fn open_models(models: &[Opening<'_>]) -> Result<Self, Vec<Problem>> {
        let state = Arc::new(session::state(session::config()));
        let number = next_number();
        let mut catalog = Self { state, models: BTreeMap::new(), tables: BTreeMap::new(), mask_secret: None, number };
        let mut problems = Vec::new();
        for opening in models {
            problems.extend(catalog.open_tables(opening));
            catalog.models.insert(opening.name.clone(), opening.model.clone());
        }
        if problems.is_empty() {
            problems = keys::problems(&catalog).await;
        }
        if problems.is_empty() { Ok(catalog) } else { Err(problems) }
    }

    fn open_tables(&mut self, opening: &Opening<'_>) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (name, table) in &opening.model.tables {
            match opening.open(table) {
                Ok(table) => {
                    self.tables.insert((opening.name.clone(), name.clone()), Arc::new(table));
                }
                Err(faults) => problems.extend(opening.problems(name, faults)),
            }
        }
        problems
    }

    /// A catalog of one model over tables that the test has made.
    #[cfg(test)]
    pub(crate) fn of(
        model: (ModelName, Model),
        tables: impl IntoIterator<Item = (TableName, Arc<dyn TableProvider>)>,
    ) -> Self {
        Self::of_opened(model, tables.into_iter().map(|(table, provider)| (table, CatalogTable::new(provider))))
    }

    /// A catalog of one model over tables that the test has opened.
    #[cfg(test)]
    pub(crate) fn of_opened(
        (name, model): (ModelName, Model),
        tables: impl IntoIterator<Item = (TableName, CatalogTable)>,
    ) -> Self {
        let tables = tables.into_iter().map(|(table, opened)| ((name.clone(), table), Arc::new(opened))).collect();
        let (state, models) = (Arc::new(session::state(session::config())), BTreeMap::from([(name, model)]));
        Self { state, models, tables, mask_secret: None, number: next_number() }
    }

    /// The same catalog, in which pseudonyms are made with that secret. Without one there are none.
    #[must_use]
    pub fn with_mask_secret(self, secret: MaskSecret) -> Self {
        Self { mask_secret: Some(secret), ..self }
    }

    /// The pseudonyms of a tenant, or of no tenant for the empty text.
    pub(crate) fn pseudonyms(&self, tenant: &str) -> Option<Pseudonyms> {
        self.mask_secret.as_ref().map(|secret| secret.pseudonyms(tenant))
    }

    /// What an explore reads, as it is now; `None`: the state of a file cannot be had.
    pub(crate) fn source(&self, explore: &ExplorePath) -> Option<Source> {
        let tables = self.model(&explore.model)?.explores.get(&explore.explore)?.tables();
        let tables = tables.into_iter().filter_map(|table| self.table(&explore.model, table)?.file.as_deref());
        let files = tables.map(|file| file.metadata().and_then(|found| Ok((found.len(), found.modified()?))).ok());
        Some(Source { catalog: self.number, explore: explore.clone(), files: files.collect::<Option<_>>()? })
    }

    /// The model of that name.
    pub(crate) fn model(&self, name: &ModelName) -> Option<&Model> {
        self.models.get(name)
    }

    /// Every model.
    pub(crate) fn models(&self) -> impl Iterator<Item = (&ModelName, &Model)> {
        self.models.iter()
    }

    /// The table of that name.
    pub(crate) fn table(&self, model: &ModelName, table: &TableName) -> Option<&Arc<CatalogTable>> {
        self.tables.get(&(model.clone(), table.clone()))
    }
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog").field("tables", &self.tables.keys()).finish_non_exhaustive()
    }
}

/// A model on its way into a catalog.
struct Opening<'a> {
    name: &'a ModelName,
    model: &'a Model,
    /// `None`: the model's connection does not exist.
    folder: Option<PathBuf>,
}

impl<'a> Opening<'a> {
    fn of(snapshot: &Snapshot, name: &'a ModelName, model: &'a Model) -> Self {
        let connection = snapshot.connections.named(&model.connection);
        Self { name, model, folder: connection.map(|connection| PathBuf::from(&connection.folder)) }
    }

    fn open(&self, table: &Table) -> Result<CatalogTable, Faults> {
        let folder = self.folder.as_deref().ok_or_else(|| vec![(None, Fault::Unreadable)])?;
        open_table(folder, table)
    }

    fn problems(&self, table: &TableName, faults: Faults) -> impl Iterator<Item = Problem> {
        let problem = |(column, fault)| Problem { model: self.name.clone(), table: table.clone(), column, fault };
        faults.into_iter().map(problem)
    }
}

/// A table that can be read.
pub(crate) struct CatalogTable {
    provider: Arc<dyn TableProvider>,
    /// The file that each query reads; `None`: its rows are in memory.
    file: Option<PathBuf>,
}

impl CatalogTable {
    /// A table whose rows are in memory.
    pub(crate) const fn new(provider: Arc<dyn TableProvider>) -> Self {
        Self { provider, file: None }
    }

    /// The declared columns, as they are held.
    pub(crate) fn schema(&self) -> SchemaRef {
        self.provider.schema()
    }

    /// The table itself, for tests that open a file and build a catalog of it.
    #[cfg(test)]
    pub(crate) fn provider(&self) -> Arc<dyn TableProvider> {
        Arc::clone(&self.provider)
    }

    /// The table itself, without any policy: for [`crate::barrier::scan::place`] and the check of keys alone.
    pub(crate) fn source(&self) -> Arc<dyn TableSource> {
        provider_as_source(Arc::clone(&self.provider))
    }
}

/// What is wrong with a table, and with which column of it.
pub(crate) type Faults = Vec<(Option<ColumnName>, Fault)>;

/// Opens the table's file in `folder`, without a check of keys.
pub(crate) fn open_table(folder: &Path, table: &Table) -> Result<CatalogTable, Faults> {
    let file = within(folder, &table.source).map_err(|fault| vec![(None, fault)])?;
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("parquet") => {
            let provider = parquet_file::open(&file, &table.columns)?;
            Ok(CatalogTable { provider, file: Some(file) })
        }
        Some("csv") => csv_file::open(&file, &table.columns).map(CatalogTable::new),
        _ => Err(vec![(None, Fault::UnknownFormat)]),
    }
}

/// The file `source` of `folder`, and not of any other: links are followed before the answer.
fn within(folder: &Path, source: &str) -> Result<PathBuf, Fault> {
    let is_plain = Path::new(source).components().all(|part| matches!(part, Component::Normal(_)));
    if source.is_empty() || !is_plain {
        return Err(Fault::OutsideFolder);
    }
    let folder = folder.canonicalize().map_err(|_| Fault::Unreadable)?;
    let file = folder.join(source).canonicalize().map_err(|_| Fault::Unreadable)?;
    if file.starts_with(&folder) { Ok(file) } else { Err(Fault::OutsideFolder) }
}
