//! Derived tables: the answer to a question of an explore, as a table of the model.
//!
//! The question is asked for each viewer anew, and sees what that viewer sees. What the table's own policies say comes on top.

use super::{Explore, Model, Table};
use crate::name::{ColumnName, ExploreName, FieldName, TableName};
use crate::query::Filter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a derived table is the answer to: those fields of an explore that its columns are called like. Its days and hours are
/// those of UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Derived {
    /// An explore of the same model.
    pub explore: ExploreName,
    /// All of them must hold: those on dimensions of each row, those on measures of what the rows add up to. One on a
    /// parameter sets it.
    #[serde(default)]
    pub filters: Vec<Filter>,
}

impl Explore {
    /// The field that a column of a table derived from the explore is called like.
    #[must_use]
    pub fn field_called(&self, column: &ColumnName) -> Option<&FieldName> {
        let name = FieldName::new(column.as_str()).ok()?;
        let dimension = self.dimensions.get_key_value(&name).map(|(name, _)| name);
        dimension.or_else(|| self.measures.get_key_value(&name).map(|(name, _)| name))
    }
}

impl Model {
    /// The explore of which a table is derived. `None`: it has a source, or there is no such explore.
    #[must_use]
    pub fn derived_of<'a>(&'a self, table: &'a Table) -> Option<(&'a Derived, &'a Explore)> {
        let derived = table.derived.as_ref()?;
        Some((derived, self.explores.get(&derived.explore)?))
    }

    /// Those tables, and the ones of which the derived among them are made, down to those with a source.
    #[must_use]
    pub fn with_origins<'a>(&'a self, tables: BTreeSet<&'a TableName>) -> BTreeSet<&'a TableName> {
        let (mut all, mut left) = (BTreeSet::new(), Vec::from_iter(tables));
        while let Some(name) = left.pop() {
            if all.insert(name) {
                left.extend(self.tables.get(name).map(|table| self.made_of(table)).unwrap_or_default());
            }
        }
        all
    }

    /// The tables of which a table is made by itself; none if it has a source.
    #[must_use]
    pub fn made_of<'a>(&'a self, table: &'a Table) -> BTreeSet<&'a TableName> {
        let Some((derived, explore)) = self.derived_of(table) else { return BTreeSet::new() };
        let columns = table.columns.keys().filter_map(|column| explore.field_called(column));
        explore.tables_of(columns.chain(derived.filters.iter().map(|filter| &filter.field)))
    }

    /// The explores that tables of an explore are derived of, and so on.
    #[must_use]
    pub fn explores_behind<'a>(&'a self, explore: &'a Explore) -> BTreeSet<&'a ExploreName> {
        let tables = self.with_origins(explore.tables()).into_iter().filter_map(|table| self.tables.get(table));
        tables.filter_map(|table| table.derived.as_ref()).map(|derived| &derived.explore).collect()
    }

    /// Whether a key has at most one row of a derived table, whoever looks: it has every dimension that the rows are groups of.
    #[must_use]
    pub fn groups_by(&self, table: &Table, key: &BTreeSet<&ColumnName>) -> bool {
        self.derived_of(table).is_some_and(|(_, explore)| {
            let is_dimension = |column: &ColumnName| {
                explore.field_called(column).is_some_and(|field| explore.dimensions.contains_key(field))
            };
            table.columns.keys().filter(|column| is_dimension(column)).all(|column| key.contains(column))
        })
    }
}
