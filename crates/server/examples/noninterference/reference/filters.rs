//! Filters: what each lets through.

use super::asked::Asked;
use super::fields::Field;
use super::rows::Row;
use super::value::{self, Held, Kind, Value};
use chrono_tz::Tz;
use serde_json::{Value as Json, json};

/// A filter on a field.
pub(super) struct Filter {
    pub(super) field: &'static Field,
    pub(super) written: Json,
    /// Whose days are meant; those of the question, but where something is locked.
    pub(super) zone: Tz,
}

impl Filter {
    /// Whether it keeps a row.
    pub(super) fn keeps(&self, row: &Row, asked: &Asked<'_>) -> bool {
        let seen = asked.seen(self.zone);
        holds(&self.written, self.field, &self.field.dimension(row, &seen), self.zone)
    }

    /// Whether it keeps a value of its field.
    pub(super) fn admits(&self, value: &Held) -> bool {
        holds(&self.written, self.field, value, self.zone)
    }
}

/// The filters that values of a control are: equal to one of them, or in the one period, of which days and months are written
/// here.
pub(super) fn of_values(values: &[Json], kind: Kind) -> Vec<Json> {
    let is_day = |text: &str| text.len() == 10;
    let period = match values {
        [Json::String(text)] if kind == Kind::Day && !is_day(text) => Some(text),
        _ => None,
    };
    let Some(text) = period else { return vec![json!({"operator": "is_any_of", "values": values})] };
    let ((from, _), (_, until)) = match text.split_once('~') {
        Some((from, to)) => (bounds(from), bounds(to)),
        None => (bounds(text), bounds(text)),
    };
    let from = from.map(|day| json!({"operator": "greater_or_equal", "values": [day]}));
    from.into_iter().chain(until.map(|day| json!({"operator": "less", "values": [day]}))).collect()
}

/// The first day, and the first one behind it.
fn bounds(text: &str) -> (Option<String>, Option<String>) {
    let (from, until) = match text {
        "" => return (None, None),
        "2026" => ("2026-01-01", "2027-01-01"),
        "2025-12" => ("2025-12-01", "2026-01-01"),
        "2025-12-31" => ("2025-12-31", "2026-01-01"),
        "2026-01-01" => ("2026-01-01", "2026-01-02"),
        "2026-03-29" => ("2026-03-29", "2026-03-30"),
        "1970-01-01" => ("1970-01-01", "1970-01-02"),
        other => panic!("`{other}` is no period of these tests"),
    };
    (Some(from.to_owned()), Some(until.to_owned()))
}

/// Whether a value fits an expression of those that are written here: what is listed, patterns `%text%`, numbers behind `>`, and
/// what is excluded.
fn fits(expression: &str, value: &Value, kind: Kind) -> bool {
    let read = |text: &str| Value::read(&Json::String(text.to_owned()), kind);
    let is = |item: &str| match (item.strip_prefix('>'), item.strip_prefix('%')) {
        (Some(number), _) => *value > read(number),
        (_, Some(text)) => value.text().expect("a text").contains(text.trim_end_matches('%')),
        _ => *value == read(item),
    };
    let is_excluded = |item: &&str| item.starts_with('-') && kind == Kind::Text;
    let (excluded, listed): (Vec<&str>, Vec<&str>) = expression.split(',').partition(is_excluded);
    let admitted = listed.is_empty() || listed.into_iter().any(is);
    admitted && !excluded.into_iter().any(|item| is(&item[1..]))
}

/// Whether a value fits a filter. NULL fits `is_null` alone.
fn holds(filter: &Json, field: &Field, value: &Held, zone: Tz) -> bool {
    let operator = filter["operator"].as_str().unwrap_or("is_any_of");
    let Some(value) = value else { return operator == "is_null" };
    let values = filter["values"].as_array().map(Vec::as_slice).unwrap_or_default();
    // An instant is compared with a date by its day.
    let by_day = match (value, values) {
        (Value::Instant(at), [Json::String(day)]) if day.len() == 10 => {
            Some((Value::Day(at.with_timezone(&zone).date_naive()), Kind::Day))
        }
        _ => None,
    };
    let (value, kind) = by_day.as_ref().map_or((value, field.kind), |(day, kind)| (day, *kind));
    if operator == "matches" {
        return fits(values.first().and_then(Json::as_str).expect("an expression"), value, field.kind);
    }
    let literals: Vec<Value> = values.iter().map(|json| Value::read(json, kind)).collect();
    let matches = |how: fn(&str, &str) -> bool| {
        let text = value::folded(&value.text().expect("a text"));
        literals.iter().any(|literal| how(&text, &value::folded(&literal.text().expect("a text"))))
    };
    match operator {
        "is_null" => false,
        "is_not_null" => true,
        "is_any_of" => literals.contains(value),
        "is_none_of" => !literals.contains(value),
        "is_any_of_ignoring_case" => matches(|text, other| text == other),
        "contains" => matches(|text, other| text.contains(other)),
        "less" => *value < literals[0],
        "less_or_equal" => *value <= literals[0],
        "greater" => *value > literals[0],
        "greater_or_equal" => *value >= literals[0],
        other => panic!("`{other}` is no operator"),
    }
}
