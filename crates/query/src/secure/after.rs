//! The rows behind a given one, in the order of an answer: how its next page is asked for. The order has no ties, so every row
//! stands on one page.

use crate::answer::OutputColumn;
use crate::error::QueryError;
use crate::secure::filters::Compared;
use crate::secure::plan::output;
use datafusion::common::DFSchema;
use datafusion::logical_expr::{Expr, ExprSchemable, SortExpr, lit};
use model::name::FieldName;
use model::query::Query;
use model::time_zone::TimeZone;
use serde_json::Value;

/// Whether a row of the answer stands behind the one with those cells. NULL stands behind everything.
pub(super) fn behind(
    query: &Query,
    cells: &[Value],
    columns: &[OutputColumn],
    order: &[(&FieldName, SortExpr)],
    rows: &DFSchema,
) -> Result<Expr, QueryError> {
    if cells.len() != query.fields.len() {
        return Err(QueryError::WrongCursor { expected: query.fields.len() });
    }
    let mut behind = lit(false);
    for (field, key) in order.iter().rev() {
        let place = query.fields.iter().position(|one| one == *field).ok_or(QueryError::Internal)?;
        let (cell, column) = cells.get(place).zip(columns.get(place)).ok_or(QueryError::Internal)?;
        let value = output(field);
        if cell.is_null() {
            behind = value.is_null().and(behind);
            continue;
        }
        let held = value.get_type(rows)?;
        let compared = Compared { field, value: value.clone(), kind: column.kind, held, zone: TimeZone::UTC };
        let cell = compared.literal(cell)?;
        let is_later = if key.asc { value.clone().gt(cell.clone()) } else { value.clone().lt(cell.clone()) };
        behind = is_later.or(value.clone().is_null()).or(value.eq(cell).and(behind));
    }
    Ok(behind)
}
