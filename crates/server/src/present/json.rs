//! Rows as JSON.

use crate::problem::Problem;
use model::semantic::NumberFormat;
use query::{Answer, Cell};
use serde::Serialize;
use serde_json::Value;

/// Integers beyond it lose digits in JavaScript, so they are written as text.
const LARGEST_EXACT: u64 = 1 << 53;

#[derive(Serialize)]
struct Rows<'a> {
    columns: Vec<Column<'a>>,
    rows: Vec<Vec<Value>>,
    truncated: bool,
}

#[derive(Serialize)]
struct Column<'a> {
    name: &'a str,
    label: &'a str,
    r#type: &'static str,
    format: NumberFormat,
}

#[derive(Serialize)]
struct Values {
    values: Vec<Value>,
    truncated: bool,
}

pub(super) fn rows(answer: &Answer) -> Result<Vec<u8>, Problem> {
    let columns = answer.columns.iter().map(|column| Column {
        name: column.name.as_str(),
        label: &column.label,
        r#type: type_name(column.kind),
        format: column.format,
    });
    let rows = answer.rows.iter().map(|row| row.iter().map(value).collect());
    let document = Rows { columns: columns.collect(), rows: rows.collect(), truncated: answer.truncated };
    serde_json::to_vec(&document).map_err(|_| Problem::Internal)
}

pub(super) fn values(answer: &Answer) -> Result<Vec<u8>, Problem> {
    let values = answer.rows.iter().filter_map(|row| row.first()).map(value).filter(|value| !value.is_null());
    serde_json::to_vec(&Values { values: values.collect(), truncated: answer.truncated }).map_err(|_| Problem::Internal)
}

const fn type_name(kind: model::value::ColumnType) -> &'static str {
    use model::value::ColumnType;
    match kind {
        ColumnType::Text => "text",
        ColumnType::Integer => "integer",
        ColumnType::Decimal { .. } => "decimal",
        ColumnType::Boolean => "boolean",
        ColumnType::Date => "date",
        ColumnType::Timestamp => "timestamp",
    }
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Integer(number) if number.unsigned_abs() <= LARGEST_EXACT => Value::from(*number),
        Cell::Boolean(value) => Value::Bool(*value),
        other => super::text(other).map_or(Value::Null, Value::String),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_integers_stay_exact() {
        assert_eq!(value(&Cell::Integer(9_007_199_254_740_992)), Value::from(9_007_199_254_740_992_i64));
        assert_eq!(value(&Cell::Integer(9_007_199_254_740_993)), Value::from("9007199254740993"));
        assert_eq!(value(&Cell::Integer(i64::MIN)), Value::from("-9223372036854775808"));
    }
}
