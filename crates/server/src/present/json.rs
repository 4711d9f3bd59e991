//! Rows as JSON.

use crate::problem::Problem;
use model::semantic::NumberFormat;
use query::{Answer, Cell};
use serde::Serialize;
use serde_json::{Map, Value};

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
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Vec<Value>>,
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

pub(super) fn values(offered: Vec<(Value, Option<Value>)>, truncated: bool) -> Result<Vec<u8>, Problem> {
    let labels = offered.iter().any(|(_, label)| label.is_some());
    let labels = labels.then(|| offered.iter().map(|(value, label)| label.as_ref().unwrap_or(value).clone()).collect());
    let values = offered.into_iter().map(|(value, _)| value).collect();
    serde_json::to_vec(&Values { values, labels, truncated }).map_err(|_| Problem::Internal)
}

/// A list of objects, one for each row, whose members are the labels of columns. Where two columns have one label, the
/// later one is told apart by its name.
pub(super) fn objects(answer: &Answer, written: impl Fn(&Cell) -> Value) -> Result<Vec<u8>, Problem> {
    let mut names: Vec<String> = Vec::with_capacity(answer.columns.len());
    for column in &answer.columns {
        let taken = names.contains(&column.label);
        names.push(if taken { format!("{} ({})", column.label, column.name) } else { column.label.clone() });
    }
    let object = |row: &Vec<Cell>| names.iter().cloned().zip(row.iter().map(&written)).collect::<Map<String, Value>>();
    serde_json::to_vec(&answer.rows.iter().map(object).collect::<Vec<_>>()).map_err(|_| Problem::Internal)
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

pub(crate) fn value(cell: &Cell) -> Value {
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
