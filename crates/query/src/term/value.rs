//! One value of one row, as the engine holds it.

use crate::arrow_type::arrow_type;
use chrono::{DateTime, NaiveDate, NaiveTime};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Decimal128Array, Int64Array, StringViewArray,
    TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Int64Type, TimeUnit, TimestampMicrosecondType,
};
use datafusion::common::Result;
use model::value::{ColumnType, Scalar};
use rust_decimal::Decimal;
use std::sync::Arc;

/// A value that is there: NULL is the absence of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    /// All its digits, and how many of them stand behind the point.
    Decimal(i128, u8),
    Boolean(bool),
    Date(NaiveDate),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Timestamp(i64),
}

/// The type of ours whose columns are held so.
pub(crate) fn kind_of(held: &DataType) -> Option<ColumnType> {
    Some(match held {
        DataType::Utf8View => ColumnType::Text,
        DataType::Int64 => ColumnType::Integer,
        DataType::Decimal128(precision, scale) => {
            ColumnType::Decimal { precision: *precision, scale: u8::try_from(*scale).ok()? }
        }
        DataType::Boolean => ColumnType::Boolean,
        DataType::Date32 => ColumnType::Date,
        DataType::Timestamp(TimeUnit::Microsecond, _) => ColumnType::Timestamp,
        _ => return None,
    })
}

/// The power of ten, if 128 bits hold it.
pub(crate) fn power(exponent: u8) -> Option<i128> {
    10_i128.checked_pow(exponent.into())
}

impl Value {
    /// A value that a rule's author wrote.
    pub(crate) fn of(scalar: &Scalar) -> Option<Self> {
        Some(match scalar {
            Scalar::Text(text) => Self::Text(text.clone()),
            Scalar::Integer(number) => Self::Integer(*number),
            Scalar::Decimal(number) => Self::Decimal(number.mantissa(), u8::try_from(number.scale()).ok()?),
            Scalar::Boolean(truth) => Self::Boolean(*truth),
            Scalar::Date(day) => Self::Date(*day),
            Scalar::Timestamp(at) => Self::Timestamp(at.timestamp_micros()),
        })
    }

    /// The value in our own words, if those have room for its digits.
    pub(crate) fn scalar(self) -> Option<Scalar> {
        Some(match self {
            Self::Text(text) => Scalar::Text(text),
            Self::Integer(number) => Scalar::Integer(number),
            Self::Decimal(digits, scale) => {
                Scalar::Decimal(Decimal::try_from_i128_with_scale(digits, scale.into()).ok()?.normalize())
            }
            Self::Boolean(truth) => Scalar::Boolean(truth),
            Self::Date(day) => Scalar::Date(day),
            Self::Timestamp(at) => Scalar::Timestamp(DateTime::from_timestamp_micros(at)?),
        })
    }

    /// The value in a row of an array.
    pub(crate) fn read(values: &ArrayRef, row: usize) -> Option<Self> {
        if values.is_null(row) {
            return None;
        }
        match values.data_type() {
            DataType::Utf8View => Some(Self::Text(values.as_string_view().value(row).to_owned())),
            DataType::Int64 => Some(Self::Integer(values.as_primitive::<Int64Type>().value(row))),
            DataType::Decimal128(_, scale) => {
                Some(Self::Decimal(values.as_primitive::<Decimal128Type>().value(row), u8::try_from(*scale).ok()?))
            }
            DataType::Boolean => Some(Self::Boolean(values.as_boolean().value(row))),
            DataType::Date32 => {
                Date32Type::to_naive_date_opt(values.as_primitive::<Date32Type>().value(row)).map(Self::Date)
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                Some(Self::Timestamp(values.as_primitive::<TimestampMicrosecondType>().value(row)))
            }
            _ => None,
        }
    }

    /// The number with those digits, if `kind` is a decimal that has room for them.
    pub(crate) fn decimal(digits: i128, kind: ColumnType) -> Option<Self> {
        let ColumnType::Decimal { precision, scale } = kind else { return None };
        let limit = power(precision)?.unsigned_abs();
        (digits.unsigned_abs() < limit).then_some(Self::Decimal(digits, scale))
    }

    /// The digits of a number, and how many of them stand behind the point.
    pub(crate) const fn digits(&self) -> Option<(i128, u8)> {
        match self {
            Self::Integer(number) => Some((*number as i128, 0)),
            Self::Decimal(digits, scale) => Some((*digits, *scale)),
            _ => None,
        }
    }

    /// The value as one of `kind`, where that loses nothing.
    pub(crate) fn exactly_as(self, kind: ColumnType) -> Option<Self> {
        match (self, kind) {
            (value @ Self::Text(_), ColumnType::Text)
            | (value @ Self::Boolean(_), ColumnType::Boolean)
            | (value @ Self::Date(_), ColumnType::Date)
            | (value @ Self::Timestamp(_), ColumnType::Timestamp) => Some(value),
            (Self::Text(text), kind) => Self::of(&Scalar::parse(&text, kind)?)?.exactly_as(kind),
            (value, ColumnType::Text) => value.text().map(Self::Text),
            (Self::Date(day), ColumnType::Timestamp) => {
                Some(Self::Timestamp(day.and_time(NaiveTime::MIN).and_utc().timestamp_micros()))
            }
            (Self::Timestamp(at), ColumnType::Date) => {
                DateTime::from_timestamp_micros(at).map(|at| Self::Date(at.date_naive()))
            }
            (number, ColumnType::Integer) => {
                let (digits, scale) = number.digits()?;
                let unit = power(scale)?;
                let is_whole = digits.checked_rem(unit)? == 0;
                is_whole.then(|| i64::try_from(digits / unit).ok()).flatten().map(Self::Integer)
            }
            (number, ColumnType::Decimal { scale, .. }) => {
                let (digits, from) = number.digits()?;
                if from <= scale {
                    return Self::decimal(digits.checked_mul(power(scale - from)?)?, kind);
                }
                let unit = power(from - scale)?;
                (digits.checked_rem(unit)? == 0).then(|| Self::decimal(digits / unit, kind)).flatten()
            }
            _ => None,
        }
    }

    /// The one spelling that is read back as the value.
    fn text(&self) -> Option<String> {
        Some(match self {
            Self::Text(text) => text.clone(),
            Self::Integer(number) => number.to_string(),
            Self::Decimal(digits, scale) => spelled(*digits, *scale),
            Self::Boolean(truth) => truth.to_string(),
            Self::Date(day) => day.to_string(),
            Self::Timestamp(at) => Scalar::Timestamp(DateTime::from_timestamp_micros(*at)?).to_string(),
        })
    }
}

/// A decimal without zeros at its end.
fn spelled(mut digits: i128, mut scale: u8) -> String {
    while scale > 0 && digits % 10 == 0 {
        digits /= 10;
        scale -= 1;
    }
    let places = usize::from(scale);
    let (sign, number) = (if digits < 0 { "-" } else { "" }, format!("{:0>1$}", digits.unsigned_abs(), places + 1));
    let (whole, fraction) = number.split_at(number.len().saturating_sub(places));
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// The values as an array of `kind`. One of another type is NULL.
pub(crate) fn array(kind: ColumnType, values: impl Iterator<Item = Option<Value>>) -> Result<ArrayRef> {
    macro_rules! gathered {
        ($array:ty, $value:pat => $held:expr) => {
            Arc::new(values.map(|value| if let Some($value) = value { $held } else { None }).collect::<$array>())
        };
    }
    Ok(match kind {
        ColumnType::Text => gathered!(StringViewArray, Value::Text(text) => Some(text)),
        ColumnType::Integer => gathered!(Int64Array, Value::Integer(number) => Some(number)),
        ColumnType::Boolean => gathered!(BooleanArray, Value::Boolean(truth) => Some(truth)),
        ColumnType::Date => gathered!(Date32Array, Value::Date(day) => Some(Date32Type::from_naive_date(day))),
        ColumnType::Timestamp => {
            let values = values.map(|value| if let Some(Value::Timestamp(at)) = value { Some(at) } else { None });
            Arc::new(values.collect::<TimestampMicrosecondArray>().with_data_type(arrow_type(kind)))
        }
        ColumnType::Decimal { .. } => {
            let values =
                values.map(|value| if let Some(Value::Decimal(digits, _)) = value { Some(digits) } else { None });
            Arc::new(values.collect::<Decimal128Array>().with_data_type(arrow_type(kind)))
        }
    })
}
