//! The reference: plain loops over plain values, no engine.

use super::world::{PLACES, Row, SALES};
use crate::answer::Cell;
use chrono::{Datelike, NaiveDate};
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
    let sales = sales.iter().filter(|row| is_visible(on_sales, &SALES, row));
    let places: Vec<&Row> = places.iter().filter(|row| is_visible(on_places, &PLACES, row)).collect();
    let joined = sales.map(|sale| Joined { sale, place: places.iter().copied().find(|place| matches(sale, place)) });
    let kept: Vec<Joined<'_>> =
        joined.filter(|row| query.filters.iter().all(|filter| passes(filter, &row.dimension(&filter.field)))).collect();

    let mut rows = grouped(query, &kept);
    rows.sort_by(|left, right| compare_rows(query, left, right));
    let limit = usize::try_from(query.limit.unwrap_or(1000)).expect("a limit");
    rows.truncate(limit);
    rows.into_iter().map(|row| query.fields.iter().zip(row).map(cell).collect()).collect()
}

fn matches(sale: &Row, place: &Row) -> bool {
    sale[1].is_some() && sale[1] == place[0]
}

/// A sale and its place, if it is visible.
struct Joined<'a> {
    sale: &'a Row,
    place: Option<&'a Row>,
}

impl Joined<'_> {
    fn sale(&self, column: usize) -> Value {
        self.sale[column].clone()
    }

    fn place(&self, column: usize) -> Value {
        self.place.and_then(|place| place[column].clone())
    }

    fn dimension(&self, field: &FieldName) -> Value {
        match field.as_str() {
            "id" => self.sale(0),
            "name" => self.sale(2),
            "amount" => self.sale(3),
            "day" => self.sale(4),
            "month" => self.sale(4).map(first_of_month),
            "paid" => self.sale(5),
            "city" => self.place(1),
            "size" => self.place(2),
            other => panic!("`{other}` is no dimension"),
        }
    }
}

fn first_of_month(value: Scalar) -> Scalar {
    let Scalar::Date(day) = value else { panic!("no date") };
    Scalar::Date(NaiveDate::from_ymd_opt(day.year(), day.month(), 1).expect("a date"))
}

fn is_dimension(field: &FieldName) -> bool {
    ["id", "name", "amount", "day", "month", "paid", "city", "size"].contains(&field.as_str())
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
        Condition::Like { .. } | Condition::Exists(_) | Condition::Keys { .. } => panic!("not generated"),
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

fn passes(filter: &Filter, value: &Value) -> bool {
    let literal = |json: &serde_json::Value| match value {
        Some(Scalar::Text(_)) => Scalar::Text(json.as_str().expect("a text").to_owned()),
        Some(Scalar::Integer(_)) => Scalar::Integer(json.as_i64().expect("an integer")),
        Some(Scalar::Decimal(_)) => Scalar::Decimal(json.as_str().expect("a text").parse().expect("a decimal")),
        Some(Scalar::Boolean(_)) => Scalar::Boolean(json.as_bool().expect("a boolean")),
        _ => Scalar::Date(json.as_str().expect("a text").parse().expect("a date")),
    };
    let Some(present) = value else { return filter.operator == FilterOperator::IsNull };
    match (filter.operator, filter.operator.comparison()) {
        (FilterOperator::IsNull, _) => false,
        (FilterOperator::IsNotNull, _) => true,
        (FilterOperator::IsAnyOf, _) => filter.values.iter().any(|json| literal(json) == *present),
        (FilterOperator::IsNoneOf, _) => filter.values.iter().all(|json| literal(json) != *present),
        (_, Some(op)) => holds(op, present.cmp(&literal(&filter.values[0]))),
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
    let sales = |column: usize| rows.iter().filter_map(|row| row.sale(column)).collect::<Vec<Scalar>>();
    let count = |count: usize| Some(Scalar::Integer(i64::try_from(count).expect("a count")));
    match field.as_str() {
        "rows" => count(rows.len()),
        "total" => sum(&sales(3), 2).map(Scalar::Decimal),
        "mean" => mean(&sales(3), 2),
        "ids" => sum(&sales(0), 0).map(whole),
        "mean_id" => mean(&sales(0), 0),
        "names" => count(sales(2).into_iter().collect::<BTreeSet<_>>().len()),
        "first_name" => sales(2).into_iter().min(),
        "last_day" => sales(4).into_iter().max(),
        "sizes" => sum(&rows.iter().filter_map(|row| row.place(2)).collect::<Vec<_>>(), 0).map(whole),
        other => panic!("`{other}` is no measure"),
    }
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
