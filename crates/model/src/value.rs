//! Typed values: what columns hold, what attributes are, what rules compare.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, OneOf, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// The most digits a decimal has.
pub const MAX_DIGITS: u8 = 38;

/// How a column type is written, as a regular expression.
const COLUMN_TYPE: &str =
    "^(text|integer|boolean|date|timestamp|decimal\\( *([1-9]|[12][0-9]|3[0-8]) *, *([0-9]|[12][0-9]|3[0-8]) *\\))$";

/// The type of a column. Written as `text`, `integer`, `decimal(10,2)`, `boolean`, `date` or `timestamp`.
///
/// Floating point is absent on purpose: sums of floats depend on their order, so hidden rows could be felt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = COLUMN_TYPE))]
pub enum ColumnType {
    /// UTF-8 text, compared byte for byte.
    Text,
    /// A signed 64-bit integer.
    Integer,
    /// An exact decimal number.
    Decimal {
        /// All digits, 1 to 38.
        precision: u8,
        /// Digits behind the point, 0 to `precision`.
        scale: u8,
    },
    /// True or false.
    Boolean,
    /// A day without a time zone.
    Date,
    /// An instant in microseconds since 1970-01-01T00:00:00Z.
    Timestamp,
}

/// A text that is no column type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a type: expected `text`, `integer`, `decimal(precision,scale)`, `boolean`, `date` or `timestamp`"
)]
pub struct ColumnTypeError(pub String);

impl FromStr for ColumnType {
    type Err = ColumnTypeError;

    fn from_str(text: &str) -> Result<Self, ColumnTypeError> {
        match text {
            "text" => Ok(Self::Text),
            "integer" => Ok(Self::Integer),
            "boolean" => Ok(Self::Boolean),
            "date" => Ok(Self::Date),
            "timestamp" => Ok(Self::Timestamp),
            _ => decimal(text).ok_or_else(|| ColumnTypeError(text.chars().take(80).collect())),
        }
    }
}

fn decimal(text: &str) -> Option<ColumnType> {
    let inner = text.strip_prefix("decimal(")?.strip_suffix(')')?;
    let (precision, scale) = inner.split_once(',')?;
    let (precision, scale): (u8, u8) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
    ((1..=MAX_DIGITS).contains(&precision) && scale <= precision).then_some(ColumnType::Decimal { precision, scale })
}

impl ColumnType {
    /// Whether its values are numbers.
    #[must_use]
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal { .. })
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("text"),
            Self::Integer => f.write_str("integer"),
            Self::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            Self::Boolean => f.write_str("boolean"),
            Self::Date => f.write_str("date"),
            Self::Timestamp => f.write_str("timestamp"),
        }
    }
}

impl TryFrom<String> for ColumnType {
    type Error = ColumnTypeError;
    fn try_from(text: String) -> Result<Self, ColumnTypeError> {
        text.parse()
    }
}

impl From<ColumnType> for String {
    fn from(kind: ColumnType) -> String {
        kind.to_string()
    }
}

/// How a value looks in JSON: a text, a number, `true` or `false`. It documents members whose type depends on a field.
#[derive(Debug, Clone, Copy)]
pub struct Literal;

impl PartialSchema for Literal {
    fn schema() -> RefOr<Schema> {
        let item = |kind| Object::builder().schema_type(SchemaType::new(kind));
        OneOf::builder().item(item(Type::String)).item(item(Type::Number)).item(item(Type::Boolean)).into()
    }
}

impl ToSchema for Literal {}

/// One typed value, never NULL. It enters a query as a typed literal, never as text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scalar {
    /// UTF-8 text.
    Text(String),
    /// A signed 64-bit integer.
    Integer(i64),
    /// An exact decimal number.
    Decimal(Decimal),
    /// True or false.
    Boolean(bool),
    /// A day.
    Date(NaiveDate),
    /// An instant.
    Timestamp(DateTime<Utc>),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Decimal(number) => write!(f, "{}", number.normalize()),
            Self::Boolean(truth) => write!(f, "{truth}"),
            Self::Date(day) => write!(f, "{day}"),
            Self::Timestamp(at) => f.write_str(&at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        }
    }
}

impl Scalar {
    /// Whether it is a number above zero.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        match self {
            Self::Integer(number) => *number > 0,
            Self::Decimal(number) => number.is_sign_positive() && !number.is_zero(),
            _ => false,
        }
    }

    /// The narrowest type that it is a value of.
    #[must_use]
    pub fn kind(&self) -> ColumnType {
        match self {
            Self::Text(_) => ColumnType::Text,
            Self::Integer(_) => ColumnType::Integer,
            Self::Decimal(number) => {
                let digits = number.mantissa().unsigned_abs().checked_ilog10().map_or(1, |last| last.saturating_add(1));
                let scale = u8::try_from(number.scale()).unwrap_or(MAX_DIGITS);
                ColumnType::Decimal { precision: u8::try_from(digits).unwrap_or(MAX_DIGITS).max(scale), scale }
            }
            Self::Boolean(_) => ColumnType::Boolean,
            Self::Date(_) => ColumnType::Date,
            Self::Timestamp(_) => ColumnType::Timestamp,
        }
    }

    /// The value as rules write it.
    #[must_use]
    pub fn spelled(&self) -> String {
        match self {
            Self::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Self::Date(day) => format!("date '{day}'"),
            Self::Timestamp(instant) => format!("timestamp '{}'", instant.to_rfc3339()),
            Self::Decimal(number) => number.to_string(),
            Self::Integer(_) | Self::Boolean(_) => self.to_string(),
        }
    }

    /// The value in JSON: a truth and a whole number as such, all else as text.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Boolean(truth) => serde_json::Value::from(*truth),
            Self::Integer(number) => serde_json::Value::from(*number),
            Self::Decimal(number) if number.is_integer() && number.to_i64().is_some() => {
                serde_json::Value::from(number.to_i64())
            }
            other => serde_json::Value::from(other.to_string()),
        }
    }

    /// The value as a value of `kind`, where that loses nothing: a text in canonical spelling, an integer that is
    /// a decimal, a decimal without a fraction that is an integer. `None` otherwise; never a rounded value.
    #[must_use]
    pub fn exactly_as(&self, kind: ColumnType) -> Option<Self> {
        match (kind, self) {
            (ColumnType::Text, Self::Text(_))
            | (ColumnType::Integer, Self::Integer(_))
            | (ColumnType::Boolean, Self::Boolean(_))
            | (ColumnType::Date, Self::Date(_))
            | (ColumnType::Timestamp, Self::Timestamp(_)) => Some(self.clone()),
            (_, Self::Text(text)) => Self::parse(text, kind),
            (ColumnType::Integer, Self::Decimal(number)) => integer(*number).map(Self::Integer),
            (ColumnType::Decimal { .. }, Self::Integer(number)) => fits(Decimal::from(*number), kind),
            (ColumnType::Decimal { .. }, Self::Decimal(number)) => fits(*number, kind),
            _ => None,
        }
    }

    /// Reads a JSON value as `kind`: texts, dates and timestamps from texts, booleans from booleans, numbers from
    /// numbers or, where they are beyond 2^53, from texts in canonical spelling.
    #[must_use]
    pub fn from_json(json: &serde_json::Value, kind: ColumnType) -> Option<Self> {
        use serde_json::Value as Json;
        match (kind, json) {
            (ColumnType::Boolean, Json::Bool(value)) => Some(Self::Boolean(*value)),
            (ColumnType::Boolean, _) => None,
            (_, Json::Number(number)) if kind.is_number() => Self::Decimal(exact_number(number)?).exactly_as(kind),
            (_, Json::String(text)) => Self::parse(text, kind),
            _ => None,
        }
    }

    /// Reads the one canonical spelling of a value of `kind`: `-12`, `3.50`, `true`, `2013-01-31`,
    /// `2013-01-31T05:00:00Z`. No blanks, no plus sign, no exponent, no leading zeros.
    #[must_use]
    pub fn parse(text: &str, kind: ColumnType) -> Option<Self> {
        match kind {
            ColumnType::Text => Some(Self::Text(text.to_owned())),
            ColumnType::Integer if canonical_number(text) => text.parse().ok().map(Self::Integer),
            ColumnType::Decimal { .. } if canonical_number(text) => fits(Decimal::from_str_exact(text).ok()?, kind),
            ColumnType::Integer | ColumnType::Decimal { .. } => None,
            ColumnType::Boolean => text.parse().ok().map(Self::Boolean),
            ColumnType::Date if text.len() == 10 => text.parse().ok().map(Self::Date),
            ColumnType::Date => None,
            ColumnType::Timestamp => instant(text).map(Self::Timestamp),
        }
    }
}

/// Integers are exact; a fraction is taken by its shortest decimal spelling, and beyond 2^53 not at all.
pub(crate) fn exact_number(number: &serde_json::Number) -> Option<Decimal> {
    if let Some(integer) = number.as_i64() {
        return Some(Decimal::from(integer));
    }
    let float = number.as_f64().filter(|float| float.abs() < 9_007_199_254_740_992.0)?;
    Decimal::from_str_exact(&float.to_string()).ok()
}

fn canonical_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole) && all_digits(fraction) && (whole == "0" || !whole.starts_with('0')) && text != "-0"
}

fn integer(number: Decimal) -> Option<i64> {
    if number.fract().is_zero() {
        i64::try_from(number.trunc().mantissa() / 10_i128.checked_pow(number.trunc().scale())?).ok()
    } else {
        None
    }
}

/// Whole microseconds only, as columns hold them, and no leap second.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let instant = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
    let nanoseconds = instant.timestamp_subsec_nanos();
    (nanoseconds % 1_000 == 0 && nanoseconds < 1_000_000_000).then_some(instant)
}

fn fits(number: Decimal, kind: ColumnType) -> Option<Scalar> {
    let ColumnType::Decimal { precision, scale } = kind else { return None };
    let number = number.normalize();
    let fraction_fits = number.scale() <= u32::from(scale);
    let limit = Decimal::try_from_i128_with_scale(10_i128.checked_pow(u32::from(precision - scale))?, 0);
    let whole_fits = limit.map_or(true, |limit| number.abs() < limit);
    (fraction_fits && whole_fits).then_some(Scalar::Decimal(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn column_types_round_trip() -> Result<(), ColumnTypeError> {
        for text in ["text", "integer", "decimal(10,2)", "boolean", "date", "timestamp"] {
            assert_eq!(text.parse::<ColumnType>()?.to_string(), text);
        }
        for bad in ["float", "decimal", "decimal(39,0)", "decimal(2,3)", "Text", ""] {
            assert!(bad.parse::<ColumnType>().is_err(), "{bad}");
        }
        Ok(())
    }

    #[test]
    fn casts_are_exact_or_nothing() {
        let integer = |text: &str| Scalar::Text(text.into()).exactly_as(ColumnType::Integer);
        assert_eq!(integer("42"), Some(Scalar::Integer(42)));
        assert_eq!(integer("9007199254740993"), Some(Scalar::Integer(9_007_199_254_740_993)));
        for odd in ["", " 1", "1 ", "+1", "01", "1.0", "1e3", "-0", "0x1", "٣", "9223372036854775808"] {
            assert_eq!(integer(odd), None, "{odd:?}");
        }
        let whole = Scalar::Decimal(Decimal::new(700, 2));
        assert_eq!(whole.exactly_as(ColumnType::Integer), Some(Scalar::Integer(7)));
        assert_eq!(Scalar::Decimal(Decimal::new(705, 2)).exactly_as(ColumnType::Integer), None);
        assert_eq!(Scalar::Boolean(true).exactly_as(ColumnType::Text), None);
    }

    #[test]
    fn instants_are_whole_microseconds() {
        let instant = |text: &str| Scalar::parse(text, ColumnType::Timestamp);
        assert!(instant("2013-01-31T05:00:00.000001Z").is_some());
        assert_eq!(instant("2013-01-31T07:00:00+02:00"), instant("2013-01-31T05:00:00Z"));
        for odd in ["2013-01-31T05:00:00.0000001Z", "2016-12-31T23:59:60Z", "2013-01-31T05:00:00", "2013-01-31"] {
            assert_eq!(instant(odd), None, "{odd}");
        }
    }

    #[test]
    fn json_is_read_as_the_column_type_or_not_at_all() {
        use serde_json::json;
        let big = json!("9007199254740993");
        assert_eq!(Scalar::from_json(&big, ColumnType::Integer), Some(Scalar::Integer(9_007_199_254_740_993)));
        assert_eq!(Scalar::from_json(&json!(7.0), ColumnType::Integer), Some(Scalar::Integer(7)));
        for (odd, kind) in [
            (json!(7), ColumnType::Text),
            (json!("true"), ColumnType::Boolean),
            (json!(7.5), ColumnType::Integer),
            (json!(null), ColumnType::Text),
            (json!(["JFK"]), ColumnType::Text),
            (json!(20130131), ColumnType::Date),
        ] {
            assert_eq!(Scalar::from_json(&odd, kind), None, "{odd}");
        }
    }
}
