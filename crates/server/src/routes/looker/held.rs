//! Filters of Looker's as values of controls. A filter is an expression, and a control holds a list of values: what it cannot hold
//! is refused, because whoever reads the page would believe that it counts.

use super::refusal;
use crate::callers::today_in;
use crate::problem::Problem;
use authz::{Principal, Reader, settable_controls};
use chrono::{Days, NaiveDate};
use model::filter::Condition;
use model::filter_expression::settled;
use model::name::ElementName;
use model::query::{Filter, FilterOperator};
use model::rule::Comparison;
use model::snapshot::Snapshot;
use model::value::{ColumnType, Scalar};
use model::workbook::{Control, ControlKind, Workbook};
use serde_json::Value;
use std::collections::BTreeMap;
use url::form_urlencoded;

/// Values by the names of controls, of those that the person can set. A filter is the control of its name, of its title, of its
/// title's words in lower case with `_` between, or of the field that it names as `f[view.field]` or `view.field`; what names none
/// is nothing, as with Looker, but for `f[…]` of a look.
pub(super) fn controls(
    (principal, snapshot): (&Principal, &Snapshot),
    (workbook, element): (&Workbook, Option<&ElementName>),
    search: &str,
) -> Result<BTreeMap<String, Vec<Value>>, Problem> {
    let (reader, settable) = (Reader::new(principal, snapshot), settable_controls(principal, snapshot));
    let today = today_in(principal, reader.presentation().time_zone.unwrap_or_default());
    let pages = workbook.pages.iter().filter(|page| page.shown_when.as_ref().is_none_or(|it| it.holds_for(&reader)));
    let controls = pages.flat_map(|page| &page.controls);
    let controls: Vec<&Control> = controls
        .filter(|it| settable.admit(&it.name) && it.shown_when.as_ref().is_none_or(|shown| shown.holds_for(&reader)))
        .collect();
    let mut found = BTreeMap::new();
    for (name, text) in form_urlencoded::parse(search.as_bytes()) {
        let words = in_words(&name);
        let is_it = |control: &&&Control| {
            let own = control.name.as_str();
            own == name || own == words || control.title.read_by(&reader) == name || is_of_field(control, &name)
        };
        let Some(control) = controls.iter().find(is_it) else {
            if element.is_some() && name.starts_with("f[") && !text.trim().is_empty() {
                return Err(refusal::parameter_refused(&name, "no control filters by this field"));
            }
            continue;
        };
        let values = values(snapshot, control, &text, today);
        let values = values.map_err(|detail| refusal::parameter_refused(&name, detail))?;
        found.insert(control.name.to_string(), values);
    }
    Ok(found)
}

/// Whether a filter names the field of a control, as filters of looks do.
fn is_of_field(control: &Control, name: &str) -> bool {
    let inner = name.strip_prefix("f[").and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    inner.split_once('.').is_some_and(|(_, field)| field == control.field.as_str())
}

fn in_words(title: &str) -> String {
    let fit = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    title.trim().chars().map(fit).collect()
}

/// What a control holds if it lets pass what the expression does; nothing, where any value passes.
fn values(snapshot: &Snapshot, control: &Control, text: &str, today: NaiveDate) -> Result<Vec<Value>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let model = snapshot.models.named(&control.explore.model);
    let kind = model.and_then(|model| {
        let explore = model.explores.get(&control.explore.explore)?;
        model.dimension_type(explore, explore.dimensions.get(&control.field)?)
    });
    let kind = kind.unwrap_or(ColumnType::Text);
    let values = vec![Value::String(settled(text, kind, today))];
    let filter = Filter { field: control.field.clone(), operator: FilterOperator::Matches, values };
    let read = filter.expression(kind).ok_or_else(|| expected(control.kind, kind))?;
    let held = held(control, kind, &read.map_err(|error| error.to_string())?);
    held.ok_or_else(|| expected(control.kind, kind))
}

fn expected(control: ControlKind, kind: ColumnType) -> String {
    let expected = match (control, kind) {
        (ControlKind::Text, _) => "a text that values contain, such as `%land%`",
        (ControlKind::NumberRange, _) => "one range of numbers with its ends, such as `[5,10]`, `>=5` or `5`",
        (ControlKind::Toggle, _) => "the values that it sets",
        (_, ColumnType::Date | ColumnType::Timestamp) => "one period, such as `2013-01`, `last 7 days` or `after 2013`",
        _ => "values that commas part",
    };
    format!("no filter that this control can hold: expected {expected}")
}

/// `None`: it holds nothing that means that.
fn held(control: &Control, kind: ColumnType, condition: &Condition) -> Option<Vec<Value>> {
    // What is excluded stands behind what is admitted, and no control excludes.
    let Condition::And(parts) = condition else { return None };
    let [Condition::Or(admitted)] = parts.as_slice() else { return None };
    match (control.kind, kind) {
        (ControlKind::Text, _) => contained(admitted).map(|text| vec![Value::String(text)]),
        (ControlKind::NumberRange, _) => range(admitted).map(|range| vec![Value::String(range)]),
        (ControlKind::Toggle, _) => listed(admitted).filter(|values| *values == control.on),
        (control, ColumnType::Date | ColumnType::Timestamp) => periods(admitted, control == ControlKind::DateRange),
        _ => listed(admitted),
    }
}

fn listed(admitted: &[Condition]) -> Option<Vec<Value>> {
    let [Condition::OneOf { values, .. }] = admitted else { return None };
    Some(values.iter().map(Scalar::to_json).collect())
}

/// The text in `%text%`.
fn contained(admitted: &[Condition]) -> Option<String> {
    let [Condition::Like { pattern, .. }] = admitted else { return None };
    let mut text = String::new();
    let mut characters = pattern.strip_prefix('%')?.strip_suffix('%')?.chars();
    while let Some(character) = characters.next() {
        match character {
            '%' => return None,
            '\\' => text.push(characters.next()?),
            other => text.push(other),
        }
    }
    Some(text)
}

/// `A~B`, `A~` or `~B`, where A and B belong to it.
fn range(admitted: &[Condition]) -> Option<String> {
    let (mut from, mut to) = (None, None);
    match admitted {
        [Condition::OneOf { values, .. }] => {
            let [one] = values.as_slice() else { return None };
            (from, to) = (Some(one.to_string()), Some(one.to_string()));
        }
        [Condition::And(bounds)] => {
            for bound in bounds {
                let Condition::Compare { op, value, .. } = bound else { return None };
                let (end, away) = match op {
                    Comparison::GreaterOrEqual => (&mut from, 0),
                    Comparison::Greater => (&mut from, 1),
                    Comparison::LessOrEqual => (&mut to, 0),
                    Comparison::Less => (&mut to, -1),
                    Comparison::Equal | Comparison::NotEqual => return None,
                };
                let value = match value {
                    Scalar::Integer(number) => number.checked_add(away)?.to_string(),
                    // Between decimals there is no next one.
                    value if away == 0 => value.to_string(),
                    _ => return None,
                };
                if end.replace(value).is_some() {
                    return None;
                }
            }
        }
        _ => return None,
    }
    let is_one = from.is_some() || to.is_some();
    is_one.then(|| format!("{}~{}", from.unwrap_or_default(), to.unwrap_or_default()))
}

/// One period as `A~B`, or several days.
fn periods(admitted: &[Condition], is_range: bool) -> Option<Vec<Value>> {
    let found = admitted.iter().map(days).collect::<Option<Vec<_>>>()?;
    let is_day = |(from, to): &(Option<NaiveDate>, Option<NaiveDate>)| from.is_some() && from == to;
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    match found.as_slice() {
        [(from, to)] if is_range || from != to => Some(vec![Value::String(format!("{}~{}", day(*from), day(*to)))]),
        days if !is_range && days.iter().all(is_day) => {
            Some(days.iter().map(|(from, _)| Value::String(day(*from))).collect())
        }
        _ => None,
    }
}

/// The first and the last day.
fn days(condition: &Condition) -> Option<(Option<NaiveDate>, Option<NaiveDate>)> {
    let Condition::And(bounds) = condition else { return None };
    let (mut from, mut to) = (None, None);
    for bound in bounds {
        match bound {
            Condition::Compare { op: Comparison::GreaterOrEqual, value: Scalar::Date(day), .. } => from = Some(*day),
            Condition::Compare { op: Comparison::Less, value: Scalar::Date(day), .. } => {
                to = Some(day.checked_sub_days(Days::new(1))?);
            }
            _ => return None,
        }
    }
    // An empty period is none that a control can say.
    (from.is_none() || to.is_none() || from <= to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(control: &str, kind: ColumnType, text: &str) -> Option<Value> {
        let control = json!({
            "name": "c", "title": "C", "type": control, "explore": "shop.orders", "field": "f", "on": [true, "yes"],
        });
        let control: Control = serde_json::from_value(control).expect("a control");
        let today = NaiveDate::from_ymd_opt(2018, 5, 18).expect("a day");
        let values = vec![Value::String(settled(text, kind, today))];
        let filter = Filter { field: control.field.clone(), operator: FilterOperator::Matches, values };
        held(&control, kind, &filter.expression(kind)?.ok()?).map(Value::from)
    }

    #[test]
    fn controls_hold_what_they_can_say_and_nothing_else() {
        let decimal = ColumnType::Decimal { precision: 8, scale: 2 };
        for (control, kind, text, expected) in [
            ("multi_list", ColumnType::Text, "JFK, LGA", Some(json!(["JFK", "LGA"]))),
            ("multi_list", ColumnType::Text, "Smith^, John,Doe", Some(json!(["Smith, John", "Doe"]))),
            ("multi_list", ColumnType::Text, "\"Smith, John\"", Some(json!(["Smith, John"]))),
            ("multi_list", ColumnType::Text, "100^%,^-x", Some(json!(["100%", "-x"]))),
            ("multi_list", ColumnType::Text, "-JFK", None),
            ("multi_list", ColumnType::Text, "J%", None),
            ("multi_list", ColumnType::Text, "JFK,-LGA", None),
            ("multi_list", ColumnType::Text, "NULL", None),
            ("multi_list", ColumnType::Text, "EMPTY", None),
            ("multi_list", ColumnType::Integer, "1, 5", Some(json!([1, 5]))),
            ("multi_list", ColumnType::Integer, ">5", None),
            ("multi_list", ColumnType::Boolean, "yes", Some(json!([true]))),
            ("text", ColumnType::Text, "%land%", Some(json!(["land"]))),
            ("text", ColumnType::Text, "%100^% a_b%", Some(json!(["100% a_b"]))),
            ("text", ColumnType::Text, "land", None),
            ("text", ColumnType::Text, "land%", None),
            ("text", ColumnType::Text, "%a%b%", None),
            ("text", ColumnType::Text, "%a%,%b%", None),
            ("number_range", ColumnType::Integer, "[5,10]", Some(json!(["5~10"]))),
            ("number_range", ColumnType::Integer, "(5,10)", Some(json!(["6~9"]))),
            ("number_range", ColumnType::Integer, "5 to 10", Some(json!(["5~10"]))),
            ("number_range", ColumnType::Integer, ">5", Some(json!(["6~"]))),
            ("number_range", ColumnType::Integer, "5", Some(json!(["5~5"]))),
            ("number_range", decimal, ">=1.50 AND <=2", Some(json!(["1.5~2"]))),
            ("number_range", decimal, "<=2", Some(json!(["~2"]))),
            ("number_range", decimal, "<2", None),
            ("number_range", ColumnType::Integer, ">5 AND >7", None),
            ("number_range", ColumnType::Integer, "1,2", None),
            ("number_range", ColumnType::Integer, "<1 OR >2", None),
            ("number_range", ColumnType::Integer, "NOT 5", None),
            ("number_range", ColumnType::Integer, ">9223372036854775807", None),
            ("date_range", ColumnType::Date, "2013-01", Some(json!(["2013-01-01~2013-01-31"]))),
            ("date_range", ColumnType::Timestamp, "2013-01-31", Some(json!(["2013-01-31~2013-01-31"]))),
            ("date_range", ColumnType::Date, "last 7 days", Some(json!(["2018-05-12~2018-05-18"]))),
            ("date_range", ColumnType::Date, "last month", Some(json!(["2018-04-01~2018-04-30"]))),
            ("date_range", ColumnType::Date, "after 2013-02-01", Some(json!(["2013-02-01~"]))),
            ("date_range", ColumnType::Date, "before 2013", Some(json!(["~2012-12-31"]))),
            ("date_range", ColumnType::Date, "2013-01-02 to 2013-01-01", None),
            ("date_range", ColumnType::Date, "2013-01, 2013-03", None),
            ("date_range", ColumnType::Date, "NOT 2013", None),
            ("multi_list", ColumnType::Date, "2013-01-31, 2013-02-02", Some(json!(["2013-01-31", "2013-02-02"]))),
            ("multi_list", ColumnType::Date, "2013-01", Some(json!(["2013-01-01~2013-01-31"]))),
            ("toggle", ColumnType::Text, "yes", None),
        ] {
            assert_eq!(read(control, kind, text), expected, "{control} of {kind}: {text}");
        }
    }

    #[test]
    fn titles_are_words() {
        assert_eq!(in_words("Order Status"), "order_status");
    }
}
