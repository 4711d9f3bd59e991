//! Measures: exact, whatever the order in which rows come.

use crate::arrow_type::signed;
use crate::secure::fields::{FoundMeasure, column};
use datafusion::arrow::datatypes::DataType;
use datafusion::functions_aggregate::expr_fn::{avg, count, count_distinct, max, min, sum};
use datafusion::logical_expr::{Expr, cast, lit};
use model::semantic::{Aggregate, ColumnPath};
use model::value::ColumnType;

/// The most digits an answer's decimal has.
const DIGITS: u8 = 38;

/// The most digits of a column whose sums cannot outgrow 128 bits: ten more are for the rows, four for an average.
const SUMMED_IN_128_BITS: u8 = 24;

/// The digits of a 64-bit integer.
const INTEGER_DIGITS: u8 = 19;

/// The digits an average has behind those of its column, as the engine computes it: cut, not rounded.
const AVERAGE_DIGITS: u8 = 4;

/// The measure and the type of its values. `None`: a sum or average of what is no number, which no checked model has.
pub(crate) fn aggregate(found: &FoundMeasure<'_>) -> Option<(Expr, ColumnType)> {
    let Some((path, kind)) = found.column else {
        return Some((count(lit(1_i64)), ColumnType::Integer));
    };
    match &found.measure.aggregate {
        Aggregate::Count(_) => None,
        Aggregate::CountDistinct(_) => Some((count_distinct(column(path)), ColumnType::Integer)),
        Aggregate::Min(_) => Some((min(column(path)), kind)),
        Aggregate::Max(_) => Some((max(column(path)), kind)),
        Aggregate::Sum(_) => Some((sum(widened(path, kind)?), summed(kind)?)),
        Aggregate::Average(_) => Some((avg(widened(path, kind)?), averaged(kind)?)),
    }
}

/// The column as a decimal that is wide enough for exact sums.
fn widened(path: &ColumnPath, kind: ColumnType) -> Option<Expr> {
    match kind {
        ColumnType::Integer => Some(cast(column(path), DataType::Decimal128(INTEGER_DIGITS, 0))),
        ColumnType::Decimal { precision, .. } if precision <= SUMMED_IN_128_BITS => Some(column(path)),
        ColumnType::Decimal { precision, scale } => {
            Some(cast(column(path), DataType::Decimal256(precision, signed(scale))))
        }
        _ => None,
    }
}

fn summed(kind: ColumnType) -> Option<ColumnType> {
    match kind {
        ColumnType::Integer => Some(ColumnType::Integer),
        ColumnType::Decimal { precision, scale } => {
            Some(ColumnType::Decimal { precision: precision.saturating_add(10).min(DIGITS), scale })
        }
        _ => None,
    }
}

fn averaged(kind: ColumnType) -> Option<ColumnType> {
    let (precision, scale) = match kind {
        ColumnType::Integer => (INTEGER_DIGITS, 0),
        ColumnType::Decimal { precision, scale } => (precision, scale),
        _ => return None,
    };
    let wider = |digits: u8| digits.saturating_add(AVERAGE_DIGITS).min(DIGITS);
    Some(ColumnType::Decimal { precision: wider(precision), scale: wider(scale) })
}
