//! Rows of a statement as batches of arrays.

use crate::error::QueryError;
use datafusion::arrow::array::{
    ArrayBuilder, ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Decimal256Builder, Int64Builder,
    RecordBatch, RecordBatchOptions, StringViewBuilder, TimestampMicrosecondBuilder,
};
use datafusion::arrow::datatypes::{DataType, Decimal256Type, DecimalType, SchemaRef, TimeUnit, i256};
use sqlx::Row as _;
use sqlx::ValueRef as _;
use sqlx::postgres::PgRow;
use std::sync::Arc;

/// Days from PostgreSQL's epoch, 2000-01-01, to ours.
const EPOCH_DAYS: i32 = 10_957;

/// Microseconds of the same.
const EPOCH_MICROSECONDS: i64 = 946_684_800_000_000;

/// Rows on their way into a batch.
pub(super) struct Batch {
    schema: SchemaRef,
    columns: Vec<Column>,
    rows: usize,
}

impl Batch {
    pub(super) fn new(schema: &SchemaRef) -> Result<Self, QueryError> {
        let columns = schema.fields().iter().map(|field| Column::new(field.data_type())).collect::<Option<_>>();
        Ok(Self { schema: Arc::clone(schema), columns: columns.ok_or(QueryError::Internal)?, rows: 0 })
    }

    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn push(&mut self, row: &PgRow) -> Result<(), QueryError> {
        if row.len() != self.columns.len() {
            return Err(QueryError::Internal);
        }
        for (index, column) in self.columns.iter_mut().enumerate() {
            let value = row.try_get_raw(index).map_err(|_| QueryError::Internal)?;
            let bytes = if value.is_null() { None } else { Some(value.as_bytes().map_err(|_| QueryError::Internal)?) };
            column.push(bytes)?;
        }
        self.rows += 1;
        Ok(())
    }

    /// The rows so far; there are none afterwards.
    pub(super) fn take(&mut self) -> Result<RecordBatch, QueryError> {
        let arrays = self.columns.iter_mut().map(Column::finish).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        self.rows = 0;
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options).map_err(|_| QueryError::Internal)
    }
}

/// The values of one column, read from PostgreSQL's binary format.
enum Column {
    Text(StringViewBuilder),
    Integer(Int64Builder),
    Decimal(Decimal128Builder, u8, i8),
    LongDecimal(Decimal256Builder, u8, i8),
    Boolean(BooleanBuilder),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
}

impl Column {
    fn new(held: &DataType) -> Option<Self> {
        Some(match held {
            DataType::Utf8View => Self::Text(StringViewBuilder::new()),
            DataType::Int64 => Self::Integer(Int64Builder::new()),
            DataType::Decimal128(precision, scale) => {
                Self::Decimal(Decimal128Builder::new().with_data_type(held.clone()), *precision, *scale)
            }
            DataType::Decimal256(precision, scale) => {
                Self::LongDecimal(Decimal256Builder::new().with_data_type(held.clone()), *precision, *scale)
            }
            DataType::Boolean => Self::Boolean(BooleanBuilder::new()),
            DataType::Date32 => Self::Date(Date32Builder::new()),
            DataType::Timestamp(TimeUnit::Microsecond, zone) => {
                Self::Timestamp(TimestampMicrosecondBuilder::new().with_timezone_opt(zone.clone()))
            }
            _ => return None,
        })
    }

    fn push(&mut self, bytes: Option<&[u8]>) -> Result<(), QueryError> {
        match self {
            Self::Text(values) => {
                values.append_option(bytes.map(std::str::from_utf8).transpose().map_err(|_| QueryError::Internal)?);
            }
            Self::Integer(values) => values.append_option(number(bytes, i64::from_be_bytes)?),
            Self::Decimal(values, precision, scale) => {
                let digits = bytes.map(|bytes| decimal(bytes, *precision, *scale)).transpose()?;
                let narrow = digits.map(|digits| digits.to_i128().ok_or(QueryError::Internal));
                values.append_option(narrow.transpose()?);
            }
            Self::LongDecimal(values, precision, scale) => {
                values.append_option(bytes.map(|bytes| decimal(bytes, *precision, *scale)).transpose()?);
            }
            Self::Boolean(values) => values.append_option(number(bytes, |[byte]: [u8; 1]| byte != 0)?),
            Self::Date(values) => {
                values.append_option(number(bytes, i32::from_be_bytes)?.map(|day| day.saturating_add(EPOCH_DAYS)));
            }
            Self::Timestamp(values) => {
                let at = number(bytes, i64::from_be_bytes)?;
                values.append_option(at.map(|at| at.saturating_add(EPOCH_MICROSECONDS)));
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(values) => ArrayBuilder::finish(values),
            Self::Integer(values) => ArrayBuilder::finish(values),
            Self::Decimal(values, ..) => ArrayBuilder::finish(values),
            Self::LongDecimal(values, ..) => ArrayBuilder::finish(values),
            Self::Boolean(values) => ArrayBuilder::finish(values),
            Self::Date(values) => ArrayBuilder::finish(values),
            Self::Timestamp(values) => ArrayBuilder::finish(values),
        }
    }
}

fn number<const N: usize, T>(bytes: Option<&[u8]>, read: impl Fn([u8; N]) -> T) -> Result<Option<T>, QueryError> {
    bytes.map(|bytes| bytes.try_into().map(&read).map_err(|_| QueryError::Internal)).transpose()
}

/// The base of the digits in which PostgreSQL sends numbers, as a power of ten.
const GROUP: i64 = 4;

/// A number in PostgreSQL's binary format, as all digits of that scale: how many groups of four digits there are, the power of
/// the first, the sign, the digits behind the point for people, and the groups.
fn decimal(bytes: &[u8], precision: u8, scale: i8) -> Result<i256, QueryError> {
    let mut words =
        bytes.chunks_exact(2).map(|word| word.iter().fold(0_u16, |word, byte| word << 8 | u16::from(*byte)));
    let mut next = || words.next().ok_or(QueryError::Internal);
    let (groups, weight, sign, _shown) = (next()?, next()?.cast_signed(), next()?, next()?);
    if !matches!(sign, 0 | 0x4000) || words.len() != usize::from(groups) {
        return Err(QueryError::Internal);
    }
    let mut digits = i256::ZERO;
    for (place, group) in (0_i64..).zip(words) {
        let exponent = (i64::from(weight) - place) * GROUP + i64::from(scale);
        let group = i256::from(i64::from(group));
        let power = |exponent: i64| {
            let exponent = u32::try_from(exponent).map_err(|_| QueryError::Internal)?;
            i256::from(10_i64).checked_pow(exponent).ok_or(QueryError::Internal)
        };
        let part = if exponent >= 0 {
            group.checked_mul(power(exponent)?)
        } else {
            // What is behind the last digit of the scale must be nothing.
            let unit = power(exponent.checked_neg().unwrap_or_default().min(GROUP))?;
            let is_whole = group.checked_rem(unit) == Some(i256::ZERO);
            is_whole.then(|| group.checked_div(unit)).flatten()
        };
        digits = part.and_then(|part| digits.checked_add(part)).ok_or(QueryError::Internal)?;
    }
    let digits = if sign == 0 { Some(digits) } else { digits.checked_neg() };
    digits.filter(|digits| Decimal256Type::is_valid_decimal_precision(*digits, precision)).ok_or(QueryError::Internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn numbers_are_read_digit_by_digit_or_not_at_all() {
        let minus = 0x4000;
        for (words, precision, scale, expected) in [
            (vec![0, 0, 0, 2], 10, 2, Some("0")),
            (vec![1, 0, 0, 0, 7], 10, 2, Some("700")),
            (vec![2, 0, 0, 2, 12, 3400], 10, 2, Some("1234")),
            (vec![1, 0xFFFF, minus, 2, 100], 10, 2, Some("-1")),
            (vec![3, 2, minus, 0, 1, 2, 3], 20, 0, Some("-100020003")),
            (vec![1, 2, 0, 0, 5], 20, 1, Some("5000000000")),
            (vec![2, 0, 0, 3, 12, 3450], 10, 2, None),
            (vec![1, 3, 0, 0, 1], 10, 2, None),
            (vec![0, 0, 0xC000, 0], 10, 2, None),
            (vec![2, 0, 0, 0, 1], 10, 2, None),
            (vec![1, 30000, 0, 0, 1], 76, 2, None),
        ] {
            let read = decimal(&sent(&words), precision, scale).ok();
            assert_eq!(read.map(|digits| digits.to_string()).as_deref(), expected, "{words:?}");
        }
    }
}
