//! A slow and obvious reading of row filters, for tests.

use model::filter::{Condition, RowFilter};
use model::rule::Comparison;
use model::term::Term;
use model::value::Scalar;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A row: column to value, `None` for NULL.
pub(crate) type Row = BTreeMap<&'static str, Option<Scalar>>;

pub(crate) fn text(value: &str) -> Option<Scalar> {
    Some(Scalar::Text(value.to_owned()))
}

pub(crate) const fn integer(value: i64) -> Option<Scalar> {
    Some(Scalar::Integer(value))
}

/// The accounts of the stories, in the tables' own order.
pub(crate) fn accounts() -> Vec<Row> {
    let rows = [
        ("999", 1, "Active"),
        ("999", 2, "Active"),
        ("999", 3, "Inactive"),
        ("777", 4, "Inactive"),
        ("777", 5, "Active"),
    ];
    let row = |(tenant, account, status)| {
        Row::from([("tenant_id", text(tenant)), ("account_id", integer(account)), ("status", text(status))])
    };
    rows.map(row).into()
}

/// Account ids that a filter lets through.
pub(crate) fn visible_accounts(filter: &RowFilter) -> Vec<i64> {
    let visible = accounts().into_iter().filter(|row| is_visible(filter, row));
    visible.filter_map(|row| if let Some(Scalar::Integer(id)) = row["account_id"] { Some(id) } else { None }).collect()
}

/// Regional sales, and one row of no region.
pub(crate) fn sales() -> Vec<Row> {
    let rows = [(text("South"), "Fred"), (text("West"), "Sawdie"), (text("East"), "Chuck"), (None, "Nobody")];
    rows.map(|(region, manager)| Row::from([("region", region), ("manager", text(manager)), ("amount", integer(10))]))
        .into()
}

/// Managers whose sales a filter lets through.
pub(crate) fn visible_managers(filter: &RowFilter) -> Vec<String> {
    let visible = sales().into_iter().filter(|row| is_visible(filter, row));
    visible
        .filter_map(|row| if let Some(Scalar::Text(name)) = &row["manager"] { Some(name.clone()) } else { None })
        .collect()
}

pub(crate) fn is_visible(filter: &RowFilter, row: &Row) -> bool {
    match filter {
        RowFilter::Everything => true,
        RowFilter::Nothing => false,
        RowFilter::Where(condition) => holds(condition, row) == Some(true),
    }
}

/// SQL's three values: `None` is NULL.
fn holds(condition: &Condition, row: &Row) -> Option<bool> {
    let value = |term: &Term| row[term.as_column().unwrap().as_str()].as_ref();
    match condition {
        Condition::Constant(constant) => Some(*constant),
        Condition::Unknown => None,
        Condition::Compare { term, op, value: literal } => compare(value(term), *op, Some(literal)),
        Condition::CompareTerms { left, op, right } => compare(value(left), *op, value(right)),
        Condition::OneOf { term, values } => value(term).map(|one| values.contains(one)),
        Condition::Like { term, pattern } => Some(like(&value(term)?.to_string(), pattern)),
        Condition::IsNull { term, negated } => Some(value(term).is_none() != *negated),
        // The engine looks these up; without it nothing is found.
        Condition::Exists(_) | Condition::Keys { .. } => Some(false),
        Condition::And(parts) => all(parts.iter().map(|part| holds(part, row))),
        Condition::Or(parts) => all(parts.iter().map(|part| holds(part, row).map(|one| !one))).map(|none| !none),
        Condition::Not(part) => holds(part, row).map(|one| !one),
    }
}

/// SQL's LIKE, one character after the other.
fn like(text: &str, pattern: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('%') => {
            text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| like(&text[at..], rest.as_str()))
        }
        Some('_') => text.chars().next().is_some_and(|one| like(&text[one.len_utf8()..], rest.as_str())),
        Some(one) => {
            let one = if one == '\\' { rest.next().unwrap() } else { one };
            text.strip_prefix(one).is_some_and(|behind| like(behind, rest.as_str()))
        }
    }
}

fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let parts: Vec<_> = parts.collect();
    if parts.contains(&Some(false)) { Some(false) } else { parts.iter().all(Option::is_some).then_some(true) }
}

fn compare(left: Option<&Scalar>, op: Comparison, right: Option<&Scalar>) -> Option<bool> {
    let (left, right) = (left?, right?);
    assert_eq!(std::mem::discriminant(left), std::mem::discriminant(right), "literals have their column's type");
    let order = left.cmp(right);
    Some(match op {
        Comparison::Equal => order == Ordering::Equal,
        Comparison::NotEqual => order != Ordering::Equal,
        Comparison::Less => order == Ordering::Less,
        Comparison::LessOrEqual => order != Ordering::Greater,
        Comparison::Greater => order == Ordering::Greater,
        Comparison::GreaterOrEqual => order != Ordering::Less,
    })
}
