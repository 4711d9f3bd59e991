//! Values: how they compare, and how they are written and read.

use crate::data::Cell;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::{Value as Json, json};

/// A value that is there. Two of one field are of one kind, and of one scale.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    Text(String),
    Integer(i128),
    /// All digits, and how many of them stand behind the point.
    Decimal(i128, u32),
    Flag(bool),
    Day(NaiveDate),
    Instant(DateTime<Utc>),
}

/// A value, or NULL.
pub(crate) type Held = Option<Value>;

/// What a field's values are: decimals with so many digits behind the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Integer,
    Decimal(u32),
    Flag,
    Day,
    Instant,
}

impl Value {
    pub(crate) fn of(cell: Cell) -> Held {
        Some(match cell {
            Cell::Null => return None,
            Cell::Text(text) => Self::Text(text.to_owned()),
            Cell::Integer(number) => Self::Integer(number.into()),
            Cell::Cents(cents) => Self::Decimal(cents.into(), 2),
            Cell::Day(day) => Self::Day(day),
            Cell::Instant(at) => Self::Instant(at),
            Cell::Flag(flag) => Self::Flag(flag),
        })
    }

    /// A value of a filter. One of these checks fits its field.
    pub(crate) fn read(json: &Json, kind: Kind) -> Self {
        let text = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
        match kind {
            Kind::Text => Self::Text(text),
            Kind::Integer => Self::Integer(text.parse().expect("an integer")),
            Kind::Decimal(scale) => {
                let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
                let digits = format!("{whole}{rest:0<width$}", width = scale as usize);
                Self::Decimal(digits.parse().expect("a decimal"), scale)
            }
            Kind::Flag => Self::Flag(text == "true"),
            Kind::Day => Self::Day(text.parse().expect("a date")),
            Kind::Instant => Self::Instant(text.parse().expect("an instant")),
        }
    }

    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<String> {
        if let Self::Text(text) = self { Some(text.clone()) } else { None }
    }

    /// The digits of a number.
    pub(crate) fn digits(&self) -> i128 {
        match self {
            Self::Integer(digits) | Self::Decimal(digits, _) => *digits,
            other => panic!("{other:?} is no number"),
        }
    }
}

/// As an answer has it: decimals, and integers that JSON readers would round, are texts.
pub(crate) fn written(value: &Held) -> Json {
    match value {
        None => Json::Null,
        Some(Value::Integer(number)) if number.abs() <= 1 << 53 => json!(*number as i64),
        Some(Value::Flag(flag)) => json!(flag),
        Some(other) => json!(spelled(other)),
    }
}

/// As a file has it.
pub(crate) fn neutral(value: &Held) -> String {
    match value {
        None => String::new(),
        Some(Value::Text(text)) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        Some(value) => spelled(value),
    }
}

fn spelled(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(digits, scale) => {
            let sign = if *digits < 0 { "-" } else { "" };
            let unit = 10_u128.pow(*scale);
            let (whole, rest) = (digits.unsigned_abs() / unit, digits.unsigned_abs() % unit);
            format!("{sign}{whole}.{rest:0width$}", width = *scale as usize)
        }
        Value::Flag(flag) => flag.to_string(),
        Value::Day(day) => day.to_string(),
        Value::Instant(at) => at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
    }
}

/// Whether the type of a field has room for the value. Of these fields only integers can outgrow theirs.
pub(crate) fn fits(kind: Kind, value: &Held) -> bool {
    match (kind, value) {
        (Kind::Integer, Some(value)) => i64::try_from(value.digits()).is_ok(),
        _ => true,
    }
}

/// Without regard to case: each letter as the one it is paired with.
pub(crate) fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(|letter| if letter == 'ſ' { 's' } else { letter }).collect()
}
