//! Rows as an Arrow IPC stream, with types that agree with what other formats write.

use crate::answer::OutputColumn;
use crate::download::Chunk;
use crate::error::QueryError;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, Decimal128Array, Int64Array, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, Decimal128Type, Decimal256Type, DecimalType as _, Field, Schema, SchemaRef, TimeUnit,
    TimestampMicrosecondType,
};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::writer::StreamWriter;
use model::value::ColumnType;
use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

/// The zone of instants.
const UTC: &str = "UTC";

/// Writes rows as an Arrow IPC stream: a field for each column, called as in the query, whose metadata has its `label`.
///
/// Texts are `Utf8`, integers `Int64`, decimals `Decimal128` of their column's digits, days `Date32`, and instants
/// `Timestamp` in microseconds and UTC.
pub struct ArrowStream<W: Write> {
    columns: Vec<OutputColumn>,
    schema: SchemaRef,
    writer: StreamWriter<W>,
}

/// Why a stream cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// What is wrong with the rows.
    #[error(transparent)]
    Rows(#[from] QueryError),
    /// What is wrong with the writer.
    #[error(transparent)]
    Writer(io::Error),
}

impl From<ArrowError> for StreamError {
    fn from(error: ArrowError) -> Self {
        match error {
            ArrowError::IoError(_, error) => Self::Writer(error),
            _ => Self::Rows(QueryError::Internal),
        }
    }
}

impl<W: Write> ArrowStream<W> {
    /// Writes the schema.
    ///
    /// # Errors
    ///
    /// The writer fails.
    pub fn begin(writer: W, columns: &[OutputColumn]) -> Result<Self, StreamError> {
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<Field>>()));
        Ok(Self { columns: columns.to_vec(), writer: StreamWriter::try_new(writer, &schema)?, schema })
    }

    /// Writes some rows.
    ///
    /// # Errors
    ///
    /// The writer fails, or a number is too large for its column's type.
    pub fn write(&mut self, chunk: &Chunk) -> Result<(), StreamError> {
        if chunk.batch.num_columns() != self.columns.len() {
            return Err(QueryError::Internal.into());
        }
        let columns = self.columns.iter().zip(chunk.batch.columns());
        let columns = columns.map(|(column, held)| written(column, held)).collect::<Result<Vec<ArrayRef>, _>>()?;
        self.writer.write(&RecordBatch::try_new(Arc::clone(&self.schema), columns)?)?;
        Ok(self.writer.flush()?)
    }

    /// Writes the end.
    ///
    /// # Errors
    ///
    /// The writer fails.
    pub fn finish(mut self) -> Result<(), StreamError> {
        self.writer.finish()?;
        Ok(self.writer.flush()?)
    }
}

impl<W: Write> fmt::Debug for ArrowStream<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArrowStream").field("columns", &self.columns).finish_non_exhaustive()
    }
}

fn field(column: &OutputColumn) -> Field {
    let label = HashMap::from([("label".to_owned(), column.label.clone())]);
    Field::new(column.name.as_str(), kind(column.kind), true).with_metadata(label)
}

fn kind(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Text => DataType::Utf8,
        ColumnType::Integer => DataType::Int64,
        ColumnType::Decimal { precision, scale } => DataType::Decimal128(precision, scale.cast_signed()),
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Date => DataType::Date32,
        ColumnType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into())),
    }
}

/// What the engine holds of a column, in the type that is written.
fn written(column: &OutputColumn, held: &ArrayRef) -> Result<ArrayRef, QueryError> {
    let wanted = kind(column.kind);
    let too_large = || QueryError::TooLarge { field: column.name.clone() };
    Ok(match (held.data_type(), &wanted) {
        (DataType::Utf8View, DataType::Utf8) => cast(held, &wanted).map_err(|_| QueryError::Internal)?,
        (DataType::Decimal128(_, 0), DataType::Int64) => {
            let numbers = held.as_primitive::<Decimal128Type>();
            let numbers: Int64Array = numbers.try_unary(|number| i64::try_from(number).map_err(|_| too_large()))?;
            Arc::new(numbers)
        }
        (DataType::Decimal128(_, found), DataType::Decimal128(precision, scale)) if found == scale => {
            let numbers = held.as_primitive::<Decimal128Type>().clone();
            Arc::new(numbers.with_precision_and_scale(*precision, *scale).map_err(|_| too_large())?)
        }
        (DataType::Decimal256(_, found), DataType::Decimal128(precision, scale)) if found == scale => {
            let numbers = held.as_primitive::<Decimal256Type>();
            let fits = |number: &_| Decimal256Type::is_valid_decimal_precision(*number, *precision);
            let narrow = |number| Some(number).filter(fits).and_then(|it| it.to_i128()).ok_or_else(too_large);
            let numbers: Decimal128Array = numbers.try_unary(narrow)?;
            Arc::new(numbers.with_precision_and_scale(*precision, *scale).map_err(|_| too_large())?)
        }
        (DataType::Timestamp(TimeUnit::Microsecond, _), DataType::Timestamp(..)) => {
            Arc::new(held.as_primitive::<TimestampMicrosecondType>().clone().with_timezone(UTC))
        }
        (found, wanted) if found == wanted => Arc::clone(held),
        _ => return Err(QueryError::Internal),
    })
}
