//! The rows that a measure counts: one line for each of them and for each set of values that is shown of what it meets.

use crate::barrier::scan::row_number;
use crate::error::QueryError;
use crate::secure::fields::{Condition, Fields, FoundMeasure};
use datafusion::common::TableReference;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use model::name::{FieldName, TableName};
use model::semantic::Join;
use std::collections::BTreeSet;

/// What tells the rows that count.
pub(super) struct Counted<'a> {
    only: Vec<Condition<'a>>,
    table: &'a TableName,
}

impl<'a> Counted<'a> {
    /// The rows of the measure, or of the one that it adds up over an answer.
    pub(super) fn of(fields: &Fields<'a>, measure: &FieldName) -> Result<Self, QueryError> {
        let found = fields.measure(measure)?;
        let counting = match <[FoundMeasure<'a>; 1]>::try_from(found.parts) {
            Ok([part]) => Some((part.only, part.counted_by)),
            Err(none) if none.is_empty() => Some((found.only, found.counted_by)),
            Err(_) => None,
        };
        let (only, table) = counting.ok_or_else(|| QueryError::NoDrillFields { measure: measure.clone() })?;
        Ok(Self { only, table: table.ok_or(QueryError::Internal)? })
    }

    /// The tables, or the joins' aliases, that say which rows count.
    pub(super) fn tables(&self) -> impl Iterator<Item = &'a TableName> {
        self.only.iter().flat_map(|condition| condition.found.tables()).chain([self.table])
    }

    /// The table, if its rows must be told apart: they may be missing, or stand more than once.
    pub(super) fn apart(&self, fields: &Fields<'a>, joins: &[&Join]) -> BTreeSet<&'a TableName> {
        let is_joined = *self.table != fields.explore.table;
        (is_joined || fields.explore.multiplies(joins, self.table)).then_some(self.table).into_iter().collect()
    }

    /// Those of the joined rows that count, as `shown`.
    pub(super) fn lines(
        &self,
        rows: LogicalPlanBuilder,
        shown: Vec<Expr>,
        apart: &BTreeSet<&TableName>,
    ) -> Result<LogicalPlanBuilder, QueryError> {
        let mut rows = rows;
        for condition in &self.only {
            let predicate = condition.predicate(rows.schema())?;
            rows = rows.filter(predicate)?;
        }
        if !apart.contains(self.table) {
            return Ok(rows.project(shown)?);
        }
        let number = Expr::Column(row_number(&TableReference::bare(self.table.as_str())));
        let rows = rows.filter(number.clone().is_not_null())?;
        Ok(rows.aggregate(std::iter::once(number).chain(shown), Vec::<Expr>::new())?)
    }
}
