//! Values of controls as people, addresses and other products' tokens write them: numbers as texts and texts as
//! numbers where nothing is lost, ranges of numbers, and days as periods of the calendar, also relative to today.

mod period;

use crate::name::FieldName;
use crate::query::{Filter, FilterOperator};
use crate::value::{ColumnType, Scalar};
use chrono::NaiveDate;
use period::Period;
use serde_json::Value as Json;

/// The filters that let pass what equals one of the values, or lies in the one range or period. `None`: a value is none
/// of the field's type in any spelling.
#[must_use]
pub fn filters(field: &FieldName, kind: ColumnType, values: &[Json], today: NaiveDate) -> Option<Vec<Filter>> {
    let filter = |operator, values| Filter { field: field.clone(), operator, values };
    let exact = values.iter().map(|value| typed(value, kind)).collect::<Option<Vec<_>>>();
    if let Some(exact) = exact {
        return Some(vec![filter(FilterOperator::IsAnyOf, exact)]);
    }
    let [Json::String(text)] = values else { return None };
    let bounds = match kind {
        ColumnType::Date | ColumnType::Timestamp => days(text, today)?,
        ColumnType::Integer | ColumnType::Decimal { .. } => numbers(text, kind)?,
        ColumnType::Text | ColumnType::Boolean => return None,
    };
    Some(bounds.into_iter().map(|(operator, value)| filter(operator, vec![value])).collect())
}

type Bounds = Vec<(FilterOperator, Json)>;

/// Also where the field holds instants: which days these are on is for the question's time zone to say.
fn days(text: &str, today: NaiveDate) -> Option<Bounds> {
    let Period { from, until } = Period::parse(text, today)?;
    let from = from.map(|day| (FilterOperator::GreaterOrEqual, Json::String(day.to_string())));
    let until = until.map(|day| (FilterOperator::Less, Json::String(day.to_string())));
    Some(from.into_iter().chain(until).collect())
}

/// Reads `A~B`, `A~` and `~B`, where A and B belong to it.
fn numbers(text: &str, kind: ColumnType) -> Option<Bounds> {
    let (from, to) = text.split_once('~').filter(|(from, to)| !(from.is_empty() && to.is_empty()))?;
    let bound = |operator, text: &str| match text {
        "" => Some(None),
        text => typed(&Json::String(text.to_owned()), kind).map(|number| Some((operator, number))),
    };
    let from = bound(FilterOperator::GreaterOrEqual, from)?;
    let to = bound(FilterOperator::LessOrEqual, to)?;
    Some(from.into_iter().chain(to).collect())
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(kind: ColumnType, values: &[Json]) -> Option<String> {
        let today = NaiveDate::default();
        let field = FieldName::new("f").ok()?;
        let filters = filters(&field, kind, values, today)?;
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
        let day = r#"GreaterOrEqual ["2014-01-31"] and Less ["2014-02-01"]"#;
        assert_eq!(read(ColumnType::Timestamp, &[json!("2014-01-31")]).as_deref(), Some(day));
        for odd in ["Q5-2014", "Q1-14", "2014-13", "2014-1", "~", "2014-01~2014-02", "past30", ""] {
            assert_eq!(read(ColumnType::Date, &[json!(odd)]), None, "{odd}");
        }
    }
}
