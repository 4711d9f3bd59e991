//! What a permit opens, in the planner's words.

use crate::catalog::Catalog;
use crate::error::QueryError;
use authz::permit::{Permit, RunQuery, TableAccess};
use model::name::{FieldName, TableName};
use model::query::Filter;
use model::semantic::ExplorePath;
use std::collections::{BTreeMap, BTreeSet};

/// Everything a question may touch. Outside of tests it is made from a permit only.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    /// The explore that may be asked of.
    pub(crate) explore: ExplorePath,
    /// Rows and columns of the model's tables; a table that is absent does not exist.
    pub(crate) tables: BTreeMap<TableName, TableAccess>,
    /// The fields that may be asked for, filtered and sorted by.
    pub(crate) fields: BTreeSet<FieldName>,
    /// Filters that are always added.
    pub(crate) locked: Vec<Filter>,
    /// The most rows of an answer.
    pub(crate) row_cap: u32,
}

impl Access {
    /// What `permit` opens of the tables in `catalog`.
    pub(crate) fn of(catalog: &Catalog, permit: &Permit<RunQuery>) -> Result<Self, QueryError> {
        let path = permit.explore();
        let model = catalog.model(&path.model).ok_or(QueryError::OtherExplore)?;
        let explore = model.explores.get(&path.explore).ok_or(QueryError::OtherExplore)?;
        let table = |name: &TableName| Some((name.clone(), permit.table(&path.model, name)?.clone()));
        let fields = explore.dimensions.keys().chain(explore.measures.keys());
        Ok(Self {
            explore: path.clone(),
            tables: model.tables.keys().filter_map(table).collect(),
            fields: fields.filter(|field| permit.admits(field)).cloned().collect(),
            locked: permit.locked_filters().to_vec(),
            row_cap: permit.row_cap(),
        })
    }
}
