//! Values of controls as people, addresses and other products' tokens write them: numbers as texts and texts as
//! numbers where nothing is lost, and days as periods of the calendar.

use crate::name::FieldName;
use crate::query::{Filter, FilterOperator};
use crate::value::{ColumnType, Scalar};
use chrono::{Days, Months, NaiveDate};
use serde_json::Value as Json;

/// The filters that let pass what equals one of the values, or lies in the one period. `None`: a value is none of the
/// field's type in any spelling.
#[must_use]
pub fn filters(field: &FieldName, kind: ColumnType, values: &[Json]) -> Option<Vec<Filter>> {
    let filter = |operator, values| Filter { field: field.clone(), operator, values };
    let exact = values.iter().map(|value| typed(value, kind)).collect::<Option<Vec<_>>>();
    if let Some(exact) = exact {
        return Some(vec![filter(FilterOperator::IsAnyOf, exact)]);
    }
    let (ColumnType::Date | ColumnType::Timestamp, [Json::String(text)]) = (kind, values) else { return None };
    let Period { from, until } = Period::parse(text)?;
    let bound = |operator, day: Option<NaiveDate>| day.map(|day| filter(operator, vec![written(day, kind)]));
    let bounds = [bound(FilterOperator::GreaterOrEqual, from), bound(FilterOperator::Less, until)];
    Some(bounds.into_iter().flatten().collect())
}

/// The value in the spelling that queries take.
fn typed(value: &Json, kind: ColumnType) -> Option<Json> {
    let spelled = match (kind, value) {
        (ColumnType::Text, Json::Number(number)) => Json::String(number.to_string()),
        (ColumnType::Text, Json::Bool(truth)) => Json::String(truth.to_string()),
        (ColumnType::Boolean, Json::String(text)) => Json::Bool(text.parse().ok()?),
        (ColumnType::Integer | ColumnType::Decimal { .. }, Json::Number(number)) => Json::String(number.to_string()),
        (_, other) => other.clone(),
    };
    let fits = match &spelled {
        Json::String(text) => Scalar::parse(text, kind).is_some(),
        Json::Bool(_) => kind == ColumnType::Boolean,
        Json::Null | Json::Number(_) | Json::Array(_) | Json::Object(_) => false,
    };
    fits.then_some(spelled)
}

fn written(day: NaiveDate, kind: ColumnType) -> Json {
    Json::String(if kind == ColumnType::Timestamp { format!("{day}T00:00:00Z") } else { day.to_string() })
}

/// Days from one to before another; open at an end that is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Period {
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
}

impl Period {
    /// Reads `2014-01-31`, `2014-01`, `Q1-2014`, `2014`, and `A~B`, `A~`, `~B` of days, where B belongs to it.
    fn parse(text: &str) -> Option<Self> {
        let next = |day: NaiveDate| day.checked_add_days(Days::new(1));
        let bounded = |from: NaiveDate, until: Option<NaiveDate>| Some(Self { from: Some(from), until: Some(until?) });
        match text.split_once('~') {
            Some((from, "")) => Some(Self { from: Some(day(from)?), until: None }),
            Some(("", until)) => Some(Self { from: None, until: Some(next(day(until)?)?) }),
            Some((from, until)) => bounded(day(from)?, next(day(until)?)),
            None => match months(text) {
                Some((from, months)) => bounded(from, from.checked_add_months(Months::new(months))),
                None => bounded(day(text)?, next(day(text)?)),
            },
        }
    }
}

/// A day in its one spelling.
fn day(text: &str) -> Option<NaiveDate> {
    text.parse::<NaiveDate>().ok().filter(|day| day.to_string() == text)
}

/// A month, a quarter or a year: where it begins, and how many months it has.
fn months(text: &str) -> Option<(NaiveDate, u32)> {
    if let Some((quarter, year)) = text.strip_prefix('Q').and_then(|rest| rest.split_once('-')) {
        let quarter = quarter.parse::<u32>().ok().filter(|quarter| (1..=4).contains(quarter))?;
        return Some((day(&format!("{year}-{:02}-01", quarter * 3 - 2))?, 3));
    }
    match text.len() {
        4 => Some((day(&format!("{text}-01-01"))?, 12)),
        7 => Some((day(&format!("{text}-01"))?, 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(kind: ColumnType, values: &[Json]) -> Option<String> {
        let field = FieldName::new("f").ok()?;
        let filters = filters(&field, kind, values)?;
        let told = filters.iter().map(|filter| format!("{:?} {}", filter.operator, json!(filter.values)));
        Some(told.collect::<Vec<_>>().join(" and "))
    }

    #[test]
    fn spellings_of_one_value_are_one() {
        for (kind, given, expected) in [
            (ColumnType::Text, json!("a"), r#"IsAnyOf ["a"]"#),
            (ColumnType::Text, json!(7), r#"IsAnyOf ["7"]"#),
            (ColumnType::Integer, json!("7"), r#"IsAnyOf ["7"]"#),
            (ColumnType::Integer, json!(7), r#"IsAnyOf ["7"]"#),
            (ColumnType::Boolean, json!("true"), "IsAnyOf [true]"),
            (ColumnType::Date, json!("2014-01-31"), r#"IsAnyOf ["2014-01-31"]"#),
        ] {
            assert_eq!(read(kind, std::slice::from_ref(&given)).as_deref(), Some(expected), "{given}");
        }
        for (kind, given) in [
            (ColumnType::Integer, json!("7.5")),
            (ColumnType::Integer, json!("1 OR 1=1")),
            (ColumnType::Integer, json!(7.5)),
            (ColumnType::Boolean, json!("yes")),
            (ColumnType::Date, json!("31.1.2014")),
            (ColumnType::Text, json!(null)),
            (ColumnType::Text, json!({})),
        ] {
            assert_eq!(read(kind, std::slice::from_ref(&given)), None, "{given}");
        }
    }

    #[test]
    fn periods_end_before_the_next_day() {
        for (given, from, until) in [
            ("Q1-2014", "2014-01-01", "2014-04-01"),
            ("Q4-2014", "2014-10-01", "2015-01-01"),
            ("2014-12", "2014-12-01", "2015-01-01"),
            ("2014", "2014-01-01", "2015-01-01"),
            ("2014-01-01~2014-01-31", "2014-01-01", "2014-02-01"),
        ] {
            let expected = format!(r#"GreaterOrEqual ["{from}"] and Less ["{until}"]"#);
            assert_eq!(read(ColumnType::Date, &[json!(given)]), Some(expected), "{given}");
        }
        assert_eq!(
            read(ColumnType::Date, &[json!("2014-01-01~")]).as_deref(),
            Some(r#"GreaterOrEqual ["2014-01-01"]"#)
        );
        assert_eq!(read(ColumnType::Date, &[json!("~2014-01-31")]).as_deref(), Some(r#"Less ["2014-02-01"]"#));
        let day = r#"GreaterOrEqual ["2014-01-31T00:00:00Z"] and Less ["2014-02-01T00:00:00Z"]"#;
        assert_eq!(read(ColumnType::Timestamp, &[json!("2014-01-31")]).as_deref(), Some(day));
        for odd in ["Q5-2014", "Q1-14", "2014-13", "2014-1", "~", "2014-01~2014-02", "past30days", ""] {
            assert_eq!(read(ColumnType::Date, &[json!(odd)]), None, "{odd}");
        }
    }
}
