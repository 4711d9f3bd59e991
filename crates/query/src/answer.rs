//! Answers: typed columns and cells, out of the engine's batches.

use crate::error::QueryError;
use chrono::{DateTime, NaiveDate, Utc};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Decimal256Type, DecimalType, Int64Type, TimeUnit, TimestampMicrosecondType,
};
use model::name::FieldName;
use model::semantic::{Dimension, Grain, Measure, NumberFormat};
use model::value::ColumnType;

/// The answer to a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// One for each field of the query, in its order.
    pub columns: Vec<OutputColumn>,
    /// In the query's order; each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
    /// Whether a limit has cut rows off.
    pub truncated: bool,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OutputColumn {
    /// The field.
    pub name: FieldName,
    /// For people.
    pub label: String,
    /// The type of its cells; those of an integer sum are integers too.
    pub kind: ColumnType,
    /// How numbers are written for people.
    pub format: NumberFormat,
    /// The period that its cells begin, or the part of dates and times that they are, if they are such.
    pub grain: Option<Grain>,
    /// Whether it aggregates.
    pub is_measure: bool,
}

impl OutputColumn {
    pub(crate) fn dimension(name: &FieldName, dimension: &Dimension, kind: ColumnType) -> Self {
        let label = dimension.label.clone().unwrap_or_else(|| name.to_string());
        Self { name: name.clone(), label, kind, format: NumberFormat::Plain, grain: dimension.grain, is_measure: false }
    }

    pub(crate) fn measure(name: &FieldName, measure: &Measure, kind: ColumnType) -> Self {
        let label = measure.label.clone().unwrap_or_else(|| name.to_string());
        Self { name: name.clone(), label, kind, format: measure.format, grain: None, is_measure: true }
    }
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// None.
    Null,
    /// UTF-8 text.
    Text(String),
    /// A signed 64-bit integer.
    Integer(i64),
    /// An exact decimal number with all digits of its column's scale, such as `1.50`.
    Decimal(String),
    /// True or false.
    Boolean(bool),
    /// A day.
    Date(NaiveDate),
    /// An instant.
    Timestamp(DateTime<Utc>),
}

impl Answer {
    /// Reads more rows, as long as there are fewer than `limit`; one more says that some are cut off. Returns how many bytes
    /// their texts take.
    pub(crate) fn read(&mut self, batch: &RecordBatch, limit: usize) -> Result<u64, QueryError> {
        let mut bytes = 0_u64;
        for index in 0..batch.num_rows() {
            if self.rows.len() >= limit {
                self.truncated = true;
                break;
            }
            let row = row(&self.columns, batch, index)?;
            bytes = bytes.saturating_add(row.iter().map(|cell| cell.text_bytes() as u64).sum());
            self.rows.push(row);
        }
        Ok(bytes)
    }
}

impl Cell {
    /// How many bytes its text takes, if it is held as one.
    pub(crate) const fn text_bytes(&self) -> usize {
        match self {
            Self::Text(text) | Self::Decimal(text) => text.len(),
            _ => 0,
        }
    }
}

/// The cells of a row. Errors as [`cell`], or if there are not as many columns.
pub(crate) fn row(columns: &[OutputColumn], batch: &RecordBatch, index: usize) -> Result<Vec<Cell>, QueryError> {
    if batch.num_columns() != columns.len() {
        return Err(QueryError::Internal);
    }
    columns.iter().zip(batch.columns()).map(|(column, values)| cell(column, values, index)).collect()
}

/// The value in `row`. Errors if it is too large for the column's type, or the engine gave another type.
fn cell(column: &OutputColumn, values: &ArrayRef, row: usize) -> Result<Cell, QueryError> {
    if values.is_null(row) {
        return Ok(Cell::Null);
    }
    let cell = match (column.kind, values.data_type()) {
        (ColumnType::Text, DataType::Utf8View) => Some(Cell::Text(values.as_string_view().value(row).to_owned())),
        (ColumnType::Integer, DataType::Int64) => Some(Cell::Integer(values.as_primitive::<Int64Type>().value(row))),
        (ColumnType::Integer, DataType::Decimal128(_, 0)) => {
            i64::try_from(values.as_primitive::<Decimal128Type>().value(row)).ok().map(Cell::Integer)
        }
        (ColumnType::Decimal { .. }, DataType::Decimal128(precision, scale)) => {
            let digits = values.as_primitive::<Decimal128Type>().value(row);
            Some(Cell::Decimal(Decimal128Type::format_decimal(digits, *precision, *scale)))
        }
        (ColumnType::Decimal { precision, .. }, DataType::Decimal256(_, scale)) => {
            let digits = values.as_primitive::<Decimal256Type>().value(row);
            let fits = Decimal256Type::is_valid_decimal_precision(digits, precision);
            fits.then(|| Cell::Decimal(Decimal256Type::format_decimal(digits, precision, *scale)))
        }
        (ColumnType::Boolean, DataType::Boolean) => Some(Cell::Boolean(values.as_boolean().value(row))),
        (ColumnType::Date, DataType::Date32) => {
            Date32Type::to_naive_date_opt(values.as_primitive::<Date32Type>().value(row)).map(Cell::Date)
        }
        (ColumnType::Timestamp, DataType::Timestamp(TimeUnit::Microsecond, _)) => {
            let at = values.as_primitive::<TimestampMicrosecondType>().value(row);
            DateTime::from_timestamp_micros(at).map(Cell::Timestamp)
        }
        _ => return Err(QueryError::Internal),
    };
    cell.ok_or_else(|| QueryError::TooLarge { field: column.name.clone() })
}
