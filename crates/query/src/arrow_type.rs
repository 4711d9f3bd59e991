//! How our types and values look in Arrow.

use datafusion::arrow::datatypes::{DataType, TimeUnit, i256};
use datafusion::scalar::ScalarValue;
use model::value::{ColumnType, MAX_DIGITS, Scalar};
use rust_decimal::Decimal;

/// The time zone of every timestamp that says one.
const UTC: &str = "UTC";

/// The Arrow type with which a column of `kind` is held, unless its file has an equivalent one.
pub(crate) fn arrow_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Text => DataType::Utf8View,
        ColumnType::Integer => DataType::Int64,
        ColumnType::Decimal { precision, scale } => DataType::Decimal128(precision, signed(scale)),
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Date => DataType::Date32,
        ColumnType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into())),
    }
}

/// A number of digits, at most 38, as Arrow writes a scale.
pub(crate) fn signed(scale: u8) -> i8 {
    i8::try_from(scale).unwrap_or(i8::MAX)
}

/// The Arrow type with which a column is held that is declared as `kind` and is `found` in a file. `None`: it does
/// not fit. Every reading is total and exact: narrower integers are widened, the encodings of text are one, and a
/// timestamp without a zone is taken as UTC by its microseconds, without a cast.
pub(crate) fn held_type(kind: ColumnType, found: &DataType) -> Option<DataType> {
    let fits = match kind {
        ColumnType::Text => matches!(found, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View),
        ColumnType::Integer => {
            matches!(found, DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64)
        }
        ColumnType::Timestamp => return utc(found).then(|| found.clone()),
        ColumnType::Decimal { .. } | ColumnType::Boolean | ColumnType::Date => *found == arrow_type(kind),
    };
    fits.then(|| arrow_type(kind))
}

fn utc(found: &DataType) -> bool {
    match found {
        DataType::Timestamp(TimeUnit::Microsecond, None) => true,
        DataType::Timestamp(TimeUnit::Microsecond, Some(zone)) => matches!(zone.as_ref(), UTC | "+00:00"),
        _ => false,
    }
}

/// A literal of exactly the type `held`. `None`: the value is of another type, or does not fit without rounding.
pub(crate) fn literal(value: &Scalar, held: &DataType) -> Option<ScalarValue> {
    match (value, held) {
        (Scalar::Text(text), DataType::Utf8View) => Some(ScalarValue::Utf8View(Some(text.clone()))),
        (Scalar::Integer(number), DataType::Int64) => Some(ScalarValue::Int64(Some(*number))),
        (Scalar::Decimal(number), DataType::Decimal128(precision, scale)) => {
            let digits = digits(*number, *precision, *scale)?;
            Some(ScalarValue::Decimal128(Some(digits), *precision, *scale))
        }
        // What is added up of long numbers: a value that one is compared with is no longer than the numbers are.
        (Scalar::Decimal(number), DataType::Decimal256(precision, scale)) => {
            let digits = digits(*number, (*precision).min(MAX_DIGITS), *scale)?;
            Some(ScalarValue::Decimal256(Some(i256::from_i128(digits)), *precision, *scale))
        }
        (Scalar::Boolean(truth), DataType::Boolean) => Some(ScalarValue::Boolean(Some(*truth))),
        (Scalar::Date(day), DataType::Date32) => {
            let epoch = chrono::NaiveDate::default();
            Some(ScalarValue::Date32(i32::try_from(day.signed_duration_since(epoch).num_days()).ok()))
        }
        (Scalar::Timestamp(at), DataType::Timestamp(TimeUnit::Microsecond, zone)) => {
            Some(ScalarValue::TimestampMicrosecond(Some(at.timestamp_micros()), zone.clone()))
        }
        _ => None,
    }
}

/// The digits of `number` with `scale` of them behind the point, if that rounds nothing and is not too long.
fn digits(number: Decimal, precision: u8, scale: i8) -> Option<i128> {
    let number = number.normalize();
    let missing = u32::try_from(scale).ok()?.checked_sub(number.scale())?;
    let digits = number.mantissa().checked_mul(10_i128.checked_pow(missing)?)?;
    let limit = 10_i128.checked_pow(u32::from(precision))?;
    (digits.abs() < limit).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_have_exactly_the_held_type_or_do_not_exist() {
        let decimal = DataType::Decimal128(5, 2);
        let literal = |value: Decimal| literal(&Scalar::Decimal(value), &decimal);
        assert_eq!(literal(Decimal::new(15, 1)), Some(ScalarValue::Decimal128(Some(150), 5, 2)));
        assert_eq!(literal(Decimal::new(1555, 3)), None, "would round");
        assert_eq!(literal(Decimal::new(1000, 0)), None, "too long");
        let wide = super::literal(&Scalar::Decimal(Decimal::new(15, 1)), &DataType::Decimal256(48, 2));
        assert_eq!(wide, Some(ScalarValue::Decimal256(Some(i256::from_i128(150)), 48, 2)));
        assert_eq!(super::literal(&Scalar::Integer(1), &decimal), None, "another type");
        assert_eq!(super::literal(&Scalar::Integer(1), &DataType::Int32), None, "another width");
    }

    #[test]
    fn narrow_integers_are_widened_and_nothing_is_narrowed() {
        assert_eq!(held_type(ColumnType::Integer, &DataType::Int16), Some(DataType::Int64));
        for odd in [DataType::UInt64, DataType::Float64, DataType::Utf8] {
            assert_eq!(held_type(ColumnType::Integer, &odd), None);
        }
        let decimal = ColumnType::Decimal { precision: 10, scale: 2 };
        assert_eq!(held_type(decimal, &DataType::Decimal128(10, 2)), Some(DataType::Decimal128(10, 2)));
        assert_eq!(held_type(decimal, &DataType::Decimal128(12, 2)), None);
        let naive = DataType::Timestamp(TimeUnit::Microsecond, None);
        assert_eq!(held_type(ColumnType::Timestamp, &naive), Some(naive));
        let nanoseconds = DataType::Timestamp(TimeUnit::Nanosecond, None);
        assert_eq!(held_type(ColumnType::Timestamp, &nanoseconds), None);
    }
}
