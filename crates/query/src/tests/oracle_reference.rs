//! The reference: plain loops over plain values, no engine.

use super::world::{PLACES, Row, SALES};
use crate::answer::Cell;
use chrono::{DateTime, Datelike, NaiveDate, Offset as _, TimeDelta, Timelike, Weekday};
use chrono_tz::Tz;
use model::filter::{Condition, RowFilter};
use model::name::FieldName;
use model::query::{Filter, FilterOperator, Query};
use model::rule::Comparison;
use model::value::{ColumnType, Scalar};
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

type Value = Option<Scalar>;

/// The rows of the answer, and whether a limit has cut them.
pub(super) fn answer(
    sales: &[Row],
    on_sales: &RowFilter,
    places: &[Row],
    on_places: &RowFilter,
    query: &Query,
) -> Vec<Vec<Cell>> {
    let sales: Vec<&Row> = sales.iter().filter(|row| is_visible(on_sales, &SALES, row)).collect();
    let places: Vec<&Row> = places.iter().filter(|row| is_visible(on_places, &PLACES, row)).collect();
    let zone = query.time_zone.map_or(chrono_tz::UTC, |zone| zone.0);
    let joined = match query.explore.explore.as_str() {
        "sales" => sales_at_places(&sales, &places, zone),
        "places" => places_with_sales(&sales, &places, query, zone),
        other => panic!("`{other}` is no explore"),
    };
    let kept: Vec<Joined<'_>> = joined
        .into_iter()
        .filter(|row| query.filters.iter().all(|filter| passes(filter, &row.dimension(&filter.field), zone)))
        .collect();

    let mut rows = grouped(query, &kept);
    rows.sort_by(|left, right| compare_rows(query, left, right));
    let limit = usize::try_from(query.limit.unwrap_or(1000)).expect("a limit");
    rows.truncate(limit);
    rows.into_iter().map(|row| query.fields.iter().zip(row).map(cell).collect()).collect()
}

fn sales_at_places<'a>(sales: &[&'a Row], places: &[&'a Row], zone: Tz) -> Vec<Joined<'a>> {
    let place = |sale: &Row| places.iter().copied().find(|place| is_at(sale, place));
    sales.iter().map(|sale| Joined { sale: Some(sale), place: place(sale), namesake: None, zone }).collect()
}

/// The namesakes of sales only if somebody asks for them.
fn places_with_sales<'a>(sales: &[&'a Row], places: &[&'a Row], query: &Query, zone: Tz) -> Vec<Joined<'a>> {
    let asked = query.fields.iter().chain(query.filters.iter().map(|filter| &filter.field));
    let of_namesakes = asked.into_iter().any(|field| ["other", "namesakes"].contains(&field.as_str()));
    let is_named_so = |sale: &Row, other: &Row| of_namesakes && sale[2].is_some() && sale[2] == other[2];
    let mut joined = Vec::new();
    for place in places {
        for sale in or_none(sales.iter().filter(|sale| is_at(sale, place))) {
            for namesake in or_none(sales.iter().filter(|other| sale.is_some_and(|sale| is_named_so(sale, other)))) {
                joined.push(Joined { sale, place: Some(place), namesake, zone });
            }
        }
    }
    joined
}

/// The rows, or none once.
fn or_none<'a, 'b: 'a>(rows: impl Iterator<Item = &'a &'b Row>) -> Vec<Option<&'b Row>> {
    let found: Vec<Option<&Row>> = rows.map(|row| Some(*row)).collect();
    if found.is_empty() { vec![None] } else { found }
}

fn is_at(sale: &Row, place: &Row) -> bool {
    sale[1].is_some() && sale[1] == place[0]
}

/// A sale, its place and another sale to somebody of that name, as far as they are visible.
struct Joined<'a> {
    sale: Option<&'a Row>,
    place: Option<&'a Row>,
    namesake: Option<&'a Row>,
    zone: Tz,
}

impl Joined<'_> {
    fn sale(&self, column: usize) -> Value {
        self.sale.and_then(|sale| sale[column].clone())
    }

    fn place(&self, column: usize) -> Value {
        self.place.and_then(|place| place[column].clone())
    }

    /// What clocks in the zone of the question show.
    fn local(&self) -> Option<DateTime<Tz>> {
        let Scalar::Timestamp(at) = self.sale(6)? else { panic!("no instant") };
        Some(at.with_timezone(&self.zone))
    }

    fn dimension(&self, field: &FieldName) -> Value {
        match field.as_str() {
            "id" => self.sale(0),
            "name" => self.sale(2),
            "amount" => self.sale(3),
            "day" => self.sale(4),
            "month" => self.sale(4).map(first_of_month),
            "paid" => self.sale(5),
            "at" => self.sale(6),
            "hour" => self.local().map(first_of_hour),
            "date" => self.local().map(|local| Scalar::Date(local.date_naive())),
            "clock" => self.local().map(|local| Scalar::Integer(local.hour().into())),
            "weekday" => self.local().map(|local| weekday(local.date_naive())),
            "weekday_of_day" => self.sale(4).map(|day| if let Scalar::Date(day) = day { weekday(day) } else { day }),
            "city" => self.place(1),
            "size" => self.place(2),
            "other" => self.namesake.and_then(|sale| sale[0].clone()),
            other => panic!("`{other}` is no dimension"),
        }
    }
}

fn weekday(day: NaiveDate) -> Scalar {
    Scalar::Integer(match day.weekday() {
        Weekday::Mon => 1,
        Weekday::Tue => 2,
        Weekday::Wed => 3,
        Weekday::Thu => 4,
        Weekday::Fri => 5,
        Weekday::Sat => 6,
        Weekday::Sun => 7,
    })
}

/// Back, minute by minute, as long as the clock has shown that hour and was not changed.
fn first_of_hour(local: DateTime<Tz>) -> Scalar {
    let shown = |at: &DateTime<Tz>| (at.date_naive(), at.hour(), at.offset().fix());
    let mut first = local - TimeDelta::microseconds(local.timestamp_micros().rem_euclid(60_000_000));
    loop {
        let before = first - TimeDelta::minutes(1);
        if shown(&before) != shown(&local) {
            return Scalar::Timestamp(first.to_utc());
        }
        first = before;
    }
}

fn first_of_month(value: Scalar) -> Scalar {
    let Scalar::Date(day) = value else { panic!("no date") };
    Scalar::Date(NaiveDate::from_ymd_opt(day.year(), day.month(), 1).expect("a date"))
}

fn is_dimension(field: &FieldName) -> bool {
    let of_times = ["at", "hour", "date", "clock", "weekday", "weekday_of_day"].contains(&field.as_str());
    of_times || ["id", "name", "amount", "day", "month", "paid", "city", "size", "other"].contains(&field.as_str())
}

fn is_visible(policy: &RowFilter, columns: &[(&str, ColumnType)], row: &Row) -> bool {
    match policy {
        RowFilter::Everything => true,
        RowFilter::Nothing => false,
        RowFilter::Where(condition) => truth(condition, columns, row) == Some(true),
    }
}

/// Three-valued truth, as SQL has it.
fn truth(condition: &Condition, columns: &[(&str, ColumnType)], row: &Row) -> Option<bool> {
    let value = |term: &model::term::Term| {
        let column = term.as_column().expect("a bare column");
        let index = columns.iter().position(|(name, _)| *name == column.as_str()).expect("a column");
        row[index].clone()
    };
    match condition {
        Condition::Constant(truth) => Some(*truth),
        Condition::Compare { term, op, value: literal } => Some(holds(*op, value(term)?.cmp(literal))),
        Condition::CompareTerms { left, op, right } => Some(holds(*op, value(left)?.cmp(&value(right)?))),
        Condition::OneOf { values, .. } if values.is_empty() => Some(false),
        Condition::OneOf { term, values } => Some(values.contains(&value(term)?)),
        Condition::IsNull { term, negated } => Some(value(term).is_none() != *negated),
        Condition::Like { .. } | Condition::Exists(_) | Condition::Keys { .. } | Condition::Unknown => {
            panic!("not generated")
        }
        Condition::And(parts) => all(parts.iter().map(|part| truth(part, columns, row))),
        Condition::Or(parts) => {
            all(parts.iter().map(|part| truth(part, columns, row).map(|truth| !truth))).map(|all| !all)
        }
        Condition::Not(inner) => truth(inner, columns, row).map(|truth| !truth),
    }
}

fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let parts: Vec<Option<bool>> = parts.collect();
    if parts.contains(&Some(false)) {
        return Some(false);
    }
    if parts.contains(&None) { None } else { Some(true) }
}

fn holds(op: Comparison, order: Ordering) -> bool {
    match op {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    }
}

fn passes(filter: &Filter, value: &Value, zone: Tz) -> bool {
    let literal = |json: &serde_json::Value| match value {
        Some(Scalar::Text(_)) => Scalar::Text(json.as_str().expect("a text").to_owned()),
        Some(Scalar::Integer(_)) => Scalar::Integer(json.as_i64().expect("an integer")),
        Some(Scalar::Decimal(_)) => Scalar::Decimal(json.as_str().expect("a text").parse().expect("a decimal")),
        Some(Scalar::Boolean(_)) => Scalar::Boolean(json.as_bool().expect("a boolean")),
        Some(Scalar::Timestamp(_)) => Scalar::Timestamp(json.as_str().expect("a text").parse().expect("an instant")),
        _ => Scalar::Date(json.as_str().expect("a text").parse().expect("a date")),
    };
    let order = |present: &Scalar, json: &serde_json::Value| match (present, json.as_str().map(str::parse::<NaiveDate>))
    {
        (Scalar::Timestamp(at), Some(Ok(day))) => at.with_timezone(&zone).date_naive().cmp(&day),
        (present, _) => present.cmp(&literal(json)),
    };
    let Some(present) = value else { return filter.operator == FilterOperator::IsNull };
    match (filter.operator, filter.operator.comparison()) {
        (FilterOperator::IsNull, _) => false,
        (FilterOperator::IsNotNull, _) => true,
        (FilterOperator::IsAnyOf, _) => filter.values.iter().any(|json| literal(json) == *present),
        (FilterOperator::IsNoneOf, _) => filter.values.iter().all(|json| literal(json) != *present),
        (_, Some(op)) => holds(op, order(present, &filter.values[0])),
        _ => panic!("no such operator"),
    }
}

/// One row for each group; one row at all if nothing groups.
fn grouped(query: &Query, rows: &[Joined<'_>]) -> Vec<Vec<Value>> {
    let dimensions: Vec<&FieldName> = query.fields.iter().filter(|field| is_dimension(field)).collect();
    let mut groups: BTreeMap<Vec<Value>, Vec<&Joined<'_>>> = BTreeMap::new();
    if dimensions.is_empty() {
        groups.insert(vec![], vec![]);
    }
    for row in rows {
        groups.entry(dimensions.iter().map(|field| row.dimension(field)).collect()).or_default().push(row);
    }
    let value = |field: &FieldName, key: &[Value], rows: &[&Joined<'_>]| match dimensions
        .iter()
        .position(|dimension| *dimension == field)
    {
        Some(position) => key[position].clone(),
        None => measure(field, rows),
    };
    groups.iter().map(|(key, rows)| query.fields.iter().map(|field| value(field, key, rows)).collect()).collect()
}

fn measure(field: &FieldName, rows: &[&Joined<'_>]) -> Value {
    let (sold, namesakes) = (each(rows, |row| row.sale), each(rows, |row| row.namesake));
    let places = each(rows, |row| row.place);
    let of = |rows: &[&Row], column: usize| rows.iter().filter_map(|row| row[column].clone()).collect::<Vec<Scalar>>();
    let sales = |column: usize| of(&sold, column);
    let count = |count: usize| Some(Scalar::Integer(i64::try_from(count).expect("a count")));
    match field.as_str() {
        "rows" => count(sold.len()),
        "places" => count(places.len()),
        "namesakes" => count(namesakes.len()),
        "early" => {
            let early: Vec<_> =
                rows.iter().copied().filter(|row| row.local().is_some_and(|local| local.hour() < 6)).collect();
            count(each(&early, |row| row.sale).len())
        }
        "last_at" => sales(6).into_iter().max(),
        "total" => sum(&sales(3), 2).map(Scalar::Decimal),
        "mean" => mean(&sales(3), 2),
        "ids" => sum(&sales(0), 0).map(whole),
        "mean_id" => mean(&sales(0), 0),
        "names" => count(sales(2).into_iter().collect::<BTreeSet<_>>().len()),
        "first_name" => sales(2).into_iter().min(),
        "last_day" => sales(4).into_iter().max(),
        "sizes" => sum(&of(&places, 2), 0).map(whole),
        "sizes_seen" => {
            let place =
                |sale: &Row| rows.iter().find(|row| row.sale.is_some_and(|one| std::ptr::eq(one, sale)))?.place(2);
            sum(&sold.iter().filter_map(|sale| place(sale)).collect::<Vec<_>>(), 0).map(whole)
        }
        "usual_size" => {
            let mut sizes = of(&places, 2);
            sizes.sort();
            sizes.get(sizes.len().saturating_sub(1) / 2).cloned()
        }
        "paid_sizes" => {
            let paid: Vec<_> = rows.iter().copied().filter(|row| row.sale(5) == Some(Scalar::Boolean(true))).collect();
            sum(&of(&each(&paid, |row| row.place), 2), 0).map(whole)
        }
        other => panic!("`{other}` is no measure"),
    }
}

/// Each row of a table once.
fn each<'a>(rows: &[&Joined<'a>], table: impl Fn(&Joined<'a>) -> Option<&'a Row>) -> Vec<&'a Row> {
    let mut found: Vec<&Row> = Vec::new();
    for row in rows.iter().filter_map(|row| table(row)) {
        if !found.iter().any(|one| std::ptr::eq(*one, row)) {
            found.push(row);
        }
    }
    found
}

fn whole(number: Decimal) -> Scalar {
    Scalar::Integer(i64::try_from(number.mantissa()).expect("an integer"))
}

fn sum(values: &[Scalar], scale: u32) -> Option<Decimal> {
    let number = |value: &Scalar| match value {
        Scalar::Integer(number) => Decimal::from(*number),
        Scalar::Decimal(number) => *number,
        _ => panic!("no number"),
    };
    let mut sum: Decimal = values.iter().map(number).sum();
    sum.rescale(scale);
    (!values.is_empty()).then_some(sum)
}

/// Four digits behind those of the column, cut.
fn mean(values: &[Scalar], scale: u32) -> Value {
    let digits = sum(values, scale)?.mantissa() * 10_000 / i128::try_from(values.len()).expect("a count");
    Some(Scalar::Decimal(Decimal::from_i128_with_scale(digits, scale + 4)))
}

/// The sorts, then every field ascending; nulls last always.
fn compare_rows(query: &Query, left: &[Value], right: &[Value]) -> Ordering {
    let position = |field: &FieldName| query.fields.iter().position(|other| other == field).expect("a field");
    let sorts = query.sorts.iter().map(|sort| (position(&sort.field), sort.descending));
    let ties = (0..query.fields.len()).map(|position| (position, false));
    let orders = sorts.chain(ties).map(|(position, descending)| match (&left[position], &right[position]) {
        (Some(left), Some(right)) if descending => right.cmp(left),
        (Some(left), Some(right)) => left.cmp(right),
        (left, right) => left.is_none().cmp(&right.is_none()),
    });
    orders.fold(Ordering::Equal, Ordering::then)
}

fn cell((field, value): (&FieldName, Value)) -> Cell {
    let scale = if ["mean", "mean_id"].contains(&field.as_str()) { 4 } else { 0 };
    match value {
        None => Cell::Null,
        Some(Scalar::Text(text)) => Cell::Text(text),
        Some(Scalar::Integer(number)) => Cell::Integer(number),
        Some(Scalar::Decimal(mut number)) => {
            number.rescale(if field.as_str() == "mean_id" { scale } else { scale + 2 });
            Cell::Decimal(number.to_string())
        }
        Some(Scalar::Boolean(truth)) => Cell::Boolean(truth),
        Some(Scalar::Date(day)) => Cell::Date(day),
        Some(Scalar::Timestamp(at)) => Cell::Timestamp(at),
    }
}
