//! One table: a file, rows in memory, or a table of a database.

use super::activity::ActivityTable;
use super::problem::Fault;
use super::{csv_file, parquet_file};
use crate::cache::TableState;
use crate::postgres::table::PostgresTable;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{Expr, TableSource};
use model::name::ColumnName;
use model::semantic::Table;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// A table that can be read.
pub(crate) enum CatalogTable {
    /// Its rows are in memory.
    Memory(Arc<dyn TableProvider>),
    /// Each query reads the file.
    File {
        /// What reads it.
        provider: Arc<dyn TableProvider>,
        /// Where it is.
        file: PathBuf,
    },
    /// A database answers.
    Postgres(PostgresTable),
    /// What the server itself records.
    Activity(ActivityTable),
}

impl CatalogTable {
    /// The declared columns, as they are held.
    pub(crate) fn schema(&self) -> SchemaRef {
        match self {
            Self::Memory(provider) | Self::File { provider, .. } => provider.schema(),
            Self::Postgres(table) => table.schema(),
            Self::Activity(table) => table.schema(),
        }
    }

    /// The table itself, for tests that open a file and build a catalog of it.
    #[cfg(test)]
    pub(crate) fn provider(&self) -> Option<Arc<dyn TableProvider>> {
        match self {
            Self::Memory(provider) | Self::File { provider, .. } => Some(Arc::clone(provider)),
            Self::Postgres(_) | Self::Activity(_) => None,
        }
    }

    /// The table itself, without any policy, read as that role of its database: for [`crate::barrier::scan::place`], the
    /// check of keys and entitlements alone.
    pub(crate) fn source(&self, role: Option<&str>) -> Arc<dyn TableSource> {
        self.source_within(role, std::iter::empty())
    }

    /// The same, of which only rows are needed for which all `conditions` hold: others may be there.
    pub(crate) fn source_within<'a>(
        &self,
        role: Option<&str>,
        conditions: impl Iterator<Item = &'a Expr>,
    ) -> Arc<dyn TableSource> {
        match self {
            Self::Memory(provider) | Self::File { provider, .. } => provider_as_source(Arc::clone(provider)),
            Self::Postgres(table) => table.source(role.map(str::to_owned)),
            Self::Activity(table) => provider_as_source(table.within(conditions)),
        }
    }

    /// As which roles of its database it is read; `None`: as the one that there is.
    pub(super) fn read_as(&self) -> Vec<Option<&str>> {
        match self {
            Self::Memory(_) | Self::File { .. } | Self::Activity(_) => vec![None],
            Self::Postgres(table) => table.read_as(),
        }
    }

    /// Whether its database sees to it that the key is of one row.
    pub(super) fn sees_to_unique<'a>(&self, key: impl Iterator<Item = &'a ColumnName>) -> bool {
        match self {
            Self::Memory(_) | Self::File { .. } | Self::Activity(_) => false,
            Self::Postgres(table) => table.is_unique(&key.map(ColumnName::as_str).collect()),
        }
    }

    /// Whether a database answers.
    pub(crate) const fn is_remote(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// How it is now; `None`: that cannot be known, or not for any time.
    pub(super) fn state(&self) -> Option<TableState> {
        match self {
            Self::Memory(_) => Some(TableState::Constant),
            Self::File { file, .. } => {
                let found = file.metadata().ok()?;
                Some(TableState::File(found.len(), found.modified().ok()?))
            }
            Self::Postgres(table) => table.server.period().map(TableState::Period),
            Self::Activity(_) => None,
        }
    }
}

/// What is wrong with a table, and with which column of it.
pub(crate) type Faults = Vec<(Option<ColumnName>, Fault)>;

/// Opens the table's file in `folder`, without a check of keys.
pub(crate) fn open_table(folder: &Path, table: &Table) -> Result<CatalogTable, Faults> {
    let source = table.source.as_deref().unwrap_or_default();
    let file = within(folder, source).map_err(|fault| vec![(None, fault)])?;
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("parquet") => {
            let provider = parquet_file::open(&file, &table.columns)?;
            Ok(CatalogTable::File { provider, file })
        }
        Some("csv") => csv_file::open(&file, &table.columns).map(CatalogTable::Memory),
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
