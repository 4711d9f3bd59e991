//! Rows as JSON.

use super::writing::{Bounded, RowWriter, Unwritten};
use crate::asking::Answered;
use crate::problem::Problem;
use chrono::SecondsFormat;
use model::semantic::{Grain, NumberFormat};
use model::time_zone::TimeZone;
use model::value::{ColumnType, Literal};
use query::{Answer, Cell, Chunk, OutputColumn};
use serde::Serialize;
use serde_json::{Map, Value};
use std::io::{self, Write as _};
use utoipa::ToSchema;

/// A cell in which decimals are numbers where a reader keeps all of their digits, and texts elsewhere.
pub(crate) fn number_or_value(cell: &Cell) -> Value {
    let Cell::Decimal(text) = cell else { return value(cell) };
    let short = text.chars().filter(char::is_ascii_digit).count() <= 15;
    let number = text.parse::<f64>().ok().filter(|_| short).and_then(serde_json::Number::from_f64);
    number.map_or_else(|| value(cell), Value::Number)
}

/// Integers beyond it lose digits in JavaScript, so they are written as text.
const LARGEST_EXACT: u64 = 1 << 53;

/// The answer to a query.
#[derive(Serialize, ToSchema)]
#[schema(as = Answer)]
pub(crate) struct Rows<'a> {
    /// One for each field of the query, in its order.
    columns: Vec<Column<'a>>,
    /// Each as long as `columns`. Decimals are texts, and so are integers beyond ±2^53, dates (`2013-01-31`) and instants
    /// (`2013-01-31T05:00:00Z`).
    #[schema(value_type = Vec<Vec<Option<Literal>>>)]
    rows: Vec<Vec<Value>>,
    /// Whether a limit that the question has not set cut rows off.
    truncated: bool,
    /// When the rows were read.
    as_of: String,
    /// Whose days, hours and so on are meant where columns are of instants, and in which these are to be written.
    time_zone: TimeZone,
    /// Of a pivot, and where totals are asked for: the answers for fewer of its dimensions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    totals: Vec<Total<'a>>,
}

/// The answer for some of a question's dimensions.
#[derive(Serialize, ToSchema)]
pub(crate) struct Total<'a> {
    /// The dimensions that are kept; none: the grand total.
    fields: Vec<&'a str>,
    /// Those dimensions, then the values.
    columns: Vec<Column<'a>>,
    /// Each as long as `columns`.
    #[schema(value_type = Vec<Vec<Option<Literal>>>)]
    rows: Vec<Vec<Value>>,
    /// Whether the server's limit cut rows off.
    truncated: bool,
}

/// A column of an answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct Column<'a> {
    /// The field.
    name: &'a str,
    /// For people.
    label: &'a str,
    /// What its cells are.
    r#type: CellType,
    /// How numbers are written for people.
    format: NumberFormat,
    /// The period that its cells begin, or the part of dates or times that they are; absent: neither.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    grain: Option<Grain>,
    /// Whether it aggregates; absent: it does not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    measure: bool,
}

/// What cells are.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CellType {
    /// UTF-8 text.
    Text,
    /// A whole number.
    Integer,
    /// An exact number, as text with all its digits.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// A day.
    Date,
    /// An instant.
    Timestamp,
}

/// Values that a control offers.
#[derive(Serialize, ToSchema)]
#[schema(as = Suggestions)]
pub(crate) struct Values {
    /// In order of what people read.
    #[schema(value_type = Vec<Literal>)]
    values: Vec<Value>,
    /// What people read, in the order of `values`; absent: the values themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<Literal>, required = false)]
    labels: Option<Vec<Value>>,
    /// Whether there are more.
    truncated: bool,
}

pub(super) fn rows(answered: &Answered) -> Result<Vec<u8>, Problem> {
    let answer = &answered.answer;
    let document = Rows {
        columns: columns(answer),
        rows: cells(answer),
        truncated: answer.truncated,
        as_of: answered.as_of.to_rfc3339_opts(SecondsFormat::Secs, true),
        time_zone: answered.time_zone,
        totals: answered.totals.iter().map(|answer| total(answer)).collect(),
    };
    let mut bytes = Few { bytes: Vec::new(), most: answered.most_bytes };
    match serde_json::to_writer(&mut bytes, &document) {
        Ok(()) => Ok(bytes.bytes),
        Err(error) if error.is_io() => Err(Problem::too_many_bytes()),
        Err(_) => Err(Problem::Internal),
    }
}

/// Bytes in memory, of which there may be so many.
struct Few {
    bytes: Vec<u8>,
    most: u64,
}

impl io::Write for Few {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if (self.bytes.len() as u64).saturating_add(bytes.len() as u64) > self.most {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn total(answer: &Answer) -> Total<'_> {
    let kept = answer.columns.iter().filter(|column| !column.is_measure);
    Total {
        fields: kept.map(|column| column.name.as_str()).collect(),
        columns: columns(answer),
        rows: cells(answer),
        truncated: answer.truncated,
    }
}

fn columns(answer: &Answer) -> Vec<Column<'_>> {
    answer.columns.iter().map(Column::of).collect()
}

impl<'a> Column<'a> {
    /// The column as pages read it.
    pub(crate) fn of(column: &'a OutputColumn) -> Self {
        Self {
            name: column.name.as_str(),
            label: &column.label,
            r#type: cell_type(column.kind),
            format: column.format,
            grain: column.grain,
            measure: column.is_measure,
        }
    }
}

fn cells(answer: &Answer) -> Vec<Vec<Value>> {
    answer.rows.iter().map(|row| row.iter().map(value).collect()).collect()
}

pub(super) fn values(offered: Vec<(Value, Option<Value>)>, truncated: bool) -> Result<Vec<u8>, Problem> {
    let labels = offered.iter().any(|(_, label)| label.is_some());
    let labels = labels.then(|| offered.iter().map(|(value, label)| label.as_ref().unwrap_or(value).clone()).collect());
    let values = offered.into_iter().map(|(value, _)| value).collect();
    serde_json::to_vec(&Values { values, labels, truncated }).map_err(|_| Problem::Internal)
}

/// A list of objects, one for each row, whose members are the labels of columns. Where two columns have one label, the
/// later one is told apart by its name.
pub(super) struct Objects {
    file: Bounded,
    names: Vec<String>,
    value: fn(&Cell) -> Value,
    is_first: bool,
}

impl Objects {
    pub(super) fn begin(
        mut file: Bounded,
        columns: &[OutputColumn],
        value: fn(&Cell) -> Value,
    ) -> Result<Self, Unwritten> {
        let mut names: Vec<String> = Vec::with_capacity(columns.len());
        for column in columns {
            let taken = names.contains(&column.label);
            names.push(if taken { format!("{} ({})", column.label, column.name) } else { column.label.clone() });
        }
        file.write_all(b"[")?;
        Ok(Self { file, names, value, is_first: true })
    }
}

impl RowWriter for Objects {
    fn write(&mut self, chunk: &Chunk) -> Result<(), Unwritten> {
        for row in chunk.cells() {
            if !std::mem::take(&mut self.is_first) {
                self.file.write_all(b",")?;
            }
            let members = self.names.iter().cloned().zip(row?.iter().map(self.value)).collect::<Map<String, Value>>();
            serde_json::to_writer(&mut self.file, &members)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), Unwritten> {
        self.file.write_all(b"]")?;
        Ok(self.file.flush()?)
    }
}

/// A value of an object, as rows have it.
pub(super) fn object_value(cell: &Cell) -> Value {
    value(cell)
}

/// A value of an object, as people read it.
pub(super) fn people_read(cell: &Cell) -> Value {
    super::text(cell).map_or(Value::Null, Value::String)
}

pub(crate) const fn cell_type(kind: ColumnType) -> CellType {
    match kind {
        ColumnType::Text => CellType::Text,
        ColumnType::Integer => CellType::Integer,
        ColumnType::Decimal { .. } => CellType::Decimal,
        ColumnType::Boolean => CellType::Boolean,
        ColumnType::Date => CellType::Date,
        ColumnType::Timestamp => CellType::Timestamp,
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
