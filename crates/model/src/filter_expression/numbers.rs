//! Numbers: `5`, `NOT 5`, `<>5`, `>1 AND <100`, `5 to 10`, `(1, 7]`, `NULL`.

use super::{FilterExpressionError, Parts};
use crate::filter::Condition;
use crate::rule::Comparison;
use crate::value::{ColumnType, Scalar};

const EXPECTED: &str =
    "numbers of the column's type, such as `5`, `NOT 5`, `>1 AND <100`, `5 to 10`, `(1, 7]` or `NULL`";

pub(super) fn read(text: &str, kind: ColumnType, parts: &mut Parts<'_>) -> Result<(), FilterExpressionError> {
    let mut excluding = false;
    for item in items(text) {
        let wrong = || FilterExpressionError::of(item, EXPECTED);
        let lower = item.to_ascii_lowercase();
        if parts.null(&lower).is_some() {
            continue;
        }
        let (negated, body) = match lower.strip_prefix("not ") {
            Some(body) => (true, body.trim_start()),
            None => (false, lower.as_str()),
        };
        // `NOT 66, 99, 4` excludes all three.
        let number = number(body, kind);
        excluding = number.is_some() && (negated || excluding);
        match number {
            Some(number) => parts.value(number, excluding),
            None => {
                let (condition, excluded) = condition(body, kind, parts).ok_or_else(wrong)?;
                parts.condition_of(condition, negated != excluded);
            }
        }
    }
    Ok(())
}

/// The items between commas and `OR`; a comma inside of brackets is part of an interval.
fn items(text: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let (mut start, mut open) = (0, false);
    for (at, character) in text.char_indices() {
        match character {
            '(' | '[' => open = true,
            ')' | ']' => open = false,
            ',' if !open => {
                items.push(text.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(text.get(start..).unwrap_or_default());
    items.into_iter().flat_map(|item| parted(item, " or ")).collect()
}

/// The parts between a word with blanks around it, whatever its case.
fn parted<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let lower = text.to_ascii_lowercase();
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, found) in lower.match_indices(word) {
        parts.push(text.get(start..at).unwrap_or_default().trim());
        start = at + found.len();
    }
    parts.push(text.get(start..).unwrap_or_default().trim());
    parts
}

/// The condition, and whether it is excluded by its own operator.
fn condition(text: &str, kind: ColumnType, parts: &Parts<'_>) -> Option<(Condition, bool)> {
    for operator in ["<>", "!="] {
        if let Some(rest) = text.strip_prefix(operator) {
            let value = number(rest.trim(), kind)?;
            return Some((Condition::OneOf { term: parts.term.clone(), values: vec![value] }, true));
        }
    }
    let all = parted(text, " and ").into_iter().map(|part| bounds(part, kind, parts)).collect::<Option<Vec<_>>>()?;
    Some((Condition::And(all.concat()), false))
}

/// The bounds of one part.
fn bounds(text: &str, kind: ColumnType, parts: &Parts<'_>) -> Option<Vec<Condition>> {
    use Comparison::{Greater, GreaterOrEqual, Less, LessOrEqual};
    let compare = |op, value| Condition::Compare { term: parts.term.clone(), op, value };
    for (operator, op) in [(">=", GreaterOrEqual), ("<=", LessOrEqual), (">", Greater), ("<", Less)] {
        if let Some(rest) = text.strip_prefix(operator) {
            return Some(vec![compare(op, number(rest.trim(), kind)?)]);
        }
    }
    let (inner, from, to) = match (text.chars().next()?, text.chars().last()?) {
        ('(', ')') => (inside(text)?, Greater, Less),
        ('(', ']') => (inside(text)?, Greater, LessOrEqual),
        ('[', ')') => (inside(text)?, GreaterOrEqual, Less),
        ('[', ']') => (inside(text)?, GreaterOrEqual, LessOrEqual),
        _ => {
            let (from, to) = text.split_once(" to ")?;
            let (from, to) = (number(from.trim(), kind)?, number(to.trim(), kind)?);
            return Some(vec![compare(GreaterOrEqual, from), compare(LessOrEqual, to)]);
        }
    };
    let (low, high) = inner.split_once(',')?;
    let bound = |text: &str, infinite: &str, op| match text.trim() {
        infinity if infinity == infinite => Some(None),
        text => Some(Some(compare(op, number(text, kind)?))),
    };
    let bounds: Vec<Condition> = [bound(low, "-inf", from)?, bound(high, "inf", to)?].into_iter().flatten().collect();
    (!bounds.is_empty()).then_some(bounds)
}

/// What stands between brackets of one byte.
fn inside(text: &str) -> Option<&str> {
    text.get(1..text.len().checked_sub(1)?)
}

fn number(text: &str, kind: ColumnType) -> Option<Scalar> {
    Scalar::parse(text, kind)
}
