//! Each row once: measures of tables whose rows a join has multiplied.
//!
//! The joined rows are grouped by the question's groups and, in one grouping set for each table that counts, by the number of
//! its row; what a measure counts of such a row is there once, and aggregated from there.

use crate::barrier::scan::row_number;
use crate::error::QueryError;
use crate::secure::fields::{Fields, FoundMeasure};
use datafusion::common::{Column, TableReference};
use datafusion::functions_aggregate::expr_fn::min;
use datafusion::logical_expr::{Expr, GroupingSet, LogicalPlanBuilder, when};
use model::name::{FieldName, TableName};
use model::semantic::Join;
use std::collections::BTreeSet;

/// The tables whose rows must be told apart for the measures, for they stand more than once among the joined ones. None: each
/// row is counted where it stands.
pub(super) fn counted_apart<'a>(
    fields: &Fields<'a>,
    joins: &[&Join],
    measures: &[(FieldName, FoundMeasure<'a>)],
) -> BTreeSet<&'a TableName> {
    let leaves = || measures.iter().flat_map(|(name, found)| found.leaves(name)).map(|(_, leaf)| leaf);
    let is_apart = |leaf: &FoundMeasure<'_>| {
        // What is read of other rows is there also where an outer join has found no row to count.
        let is_read_elsewhere = |table: &TableName| !leaf.input.as_ref().is_some_and(|input| input.is_of(table));
        let counts_joined = |table: &TableName| *table != fields.explore.table && is_read_elsewhere(table);
        let stands_often = |table: &TableName| leaf.tells_rows_apart() && fields.explore.multiplies(joins, table);
        leaf.counted_by.is_some_and(|table| counts_joined(table) || stands_often(table))
    };
    if leaves().any(is_apart) { leaves().filter_map(|leaf| leaf.counted_by).collect() } else { BTreeSet::new() }
}

/// Rows in which each row of those tables stands once for each group, with what the measures count of it under the names of
/// [`FoundMeasure::leaves`].
pub(super) fn once(
    rows: LogicalPlanBuilder,
    groups: &[Expr],
    leaves: &[(String, &FoundMeasure<'_>)],
    tables: &BTreeSet<&TableName>,
) -> Result<LogicalPlanBuilder, QueryError> {
    let numbers = tables.iter().map(|table| {
        let number = row_number(&TableReference::bare(table.as_str()));
        Expr::Column(number).alias(number_name(table))
    });
    let counted = leaves.iter().map(|(name, leaf)| Ok(leaf.counted(rows.schema())?.alias(name.as_str())));
    let all = groups.iter().cloned().chain(numbers).map(Ok).chain(counted);
    let all = all.collect::<Result<Vec<Expr>, QueryError>>()?;
    let rows = rows.project(all)?;

    let grouped: Vec<Expr> = groups.iter().map(|group| named(group.qualified_name().1)).collect();
    let sets = tables.iter().map(|table| grouped.iter().cloned().chain([named(number_name(table))]).collect());
    // All joined rows of one row have the same value, or NULL where it does not count.
    let values = leaves.iter().map(|(name, _)| min(named(name.clone())).alias(once_name(name)));
    let rows = rows.aggregate(one_or_several(sets.collect()), values)?;

    let values = leaves.iter().map(|(name, leaf)| {
        let table = leaf.counted_by.ok_or(QueryError::Internal)?;
        let value = when(named(number_name(table)).is_not_null(), named(once_name(name))).end()?;
        Ok(value.alias(name.as_str()))
    });
    let all = grouped.into_iter().map(Ok).chain(values).collect::<Result<Vec<Expr>, QueryError>>()?;
    Ok(rows.project(all)?)
}

/// One set of groups as it is, several as grouping sets.
fn one_or_several(sets: Vec<Vec<Expr>>) -> Vec<Expr> {
    match <[Vec<Expr>; 1]>::try_from(sets) {
        Ok([groups]) => groups,
        Err(sets) => vec![Expr::GroupingSet(GroupingSet::GroupingSets(sets))],
    }
}

fn named(name: String) -> Expr {
    Expr::Column(Column::new_unqualified(name))
}

/// What the numbers of a table's rows are called: no field can be called so.
fn number_name(table: &TableName) -> String {
    format!("{table} row number")
}

/// What a measure counts of one row.
fn once_name(name: &str) -> String {
    format!("{name} once")
}
