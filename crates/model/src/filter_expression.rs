//! Filter expressions: `West,East`, `%land`, `>10`, `[5, 90)`, `NOT NULL`, as Looker's attributes of type advanced filter
//! and the filters of its addresses are written. Of attributes only those of type `filter` are ever read as one, and of filters
//! only those with the operator `matches`; every other text is the text it is.
//!
//! What is listed adds up, and what is excluded is taken away from it: `A%, -AB` begins with A and is not AB. An
//! expression that only excludes admits everything else. A value is excluded only where there is one: NULL is admitted
//! by `NULL` alone, so that `%, NULL` and `<0, >=0, NULL` are what admits every row.

mod dates;
mod numbers;
mod relative;
mod texts;

use crate::filter::Condition;
use crate::term::Term;
use crate::value::{ColumnType, Scalar};
use chrono::NaiveDate;

/// The longest expression, in bytes.
pub const MAX_LENGTH: usize = 10_000;

/// Why a text is no filter expression of the type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{part}`: expected {expected}")]
pub struct FilterExpressionError {
    part: String,
    expected: &'static str,
}

impl FilterExpressionError {
    fn of(part: &str, expected: &'static str) -> Self {
        Self { part: part.chars().take(80).collect(), expected }
    }
}

/// The condition that an expression puts on a term whose values are of `kind`.
///
/// # Errors
/// The part that cannot be read. Nothing of an expression counts then.
pub fn read(text: &str, term: &Term, kind: ColumnType) -> Result<Condition, FilterExpressionError> {
    if text.len() > MAX_LENGTH {
        return Err(FilterExpressionError::of(text, "at most 10,000 bytes"));
    }
    let mut parts = Parts::new(term);
    match kind {
        ColumnType::Text => texts::read(text, &mut parts)?,
        ColumnType::Integer | ColumnType::Decimal { .. } => numbers::read(text, kind, &mut parts)?,
        ColumnType::Date | ColumnType::Timestamp => dates::read(text, kind, &mut parts)?,
        ColumnType::Boolean => booleans(text, &mut parts)?,
    }
    Ok(parts.condition())
}

/// The expression with each period that moves with the calendar as the days that it is on one day. Policies never say it:
/// what somebody may see does not change with the clock.
#[must_use]
pub fn settled(text: &str, kind: ColumnType, today: NaiveDate) -> String {
    match kind {
        ColumnType::Date | ColumnType::Timestamp => dates::settled(text, today),
        _ => text.to_owned(),
    }
}

fn booleans(text: &str, parts: &mut Parts<'_>) -> Result<(), FilterExpressionError> {
    for item in text.split(',').map(str::trim) {
        match item.to_ascii_lowercase().as_str() {
            "yes" | "true" => parts.value(Scalar::Boolean(true), false),
            "no" | "false" => parts.value(Scalar::Boolean(false), false),
            word => {
                parts.null(word).ok_or_else(|| FilterExpressionError::of(item, "`yes`, `no`, `NULL` or `NOT NULL`"))?
            }
        }
    }
    Ok(())
}

/// What has been read so far.
struct Parts<'a> {
    term: &'a Term,
    values: Vec<Scalar>,
    admitted: Vec<Condition>,
    excluded: Vec<Condition>,
}

impl<'a> Parts<'a> {
    const fn new(term: &'a Term) -> Self {
        Self { term, values: Vec::new(), admitted: Vec::new(), excluded: Vec::new() }
    }

    /// One value.
    fn value(&mut self, value: Scalar, excluded: bool) {
        if excluded {
            let is_value = Condition::OneOf { term: self.term.clone(), values: vec![value] };
            self.excluded.push(Condition::Not(Box::new(is_value)));
        } else {
            self.values.push(value);
        }
    }

    fn condition_of(&mut self, condition: Condition, excluded: bool) {
        if excluded {
            self.excluded.push(Condition::Not(Box::new(condition)));
        } else {
            self.admitted.push(condition);
        }
    }

    /// `null` and `not null`, in lower case; `None`: it is neither.
    fn null(&mut self, word: &str) -> Option<()> {
        match word {
            "null" => self.admitted.push(self.is_null(false)),
            "not null" | "-null" => self.excluded.push(self.is_null(true)),
            _ => return None,
        }
        Some(())
    }

    fn is_null(&self, negated: bool) -> Condition {
        Condition::IsNull { term: self.term.clone(), negated }
    }

    fn condition(mut self) -> Condition {
        if !self.values.is_empty() {
            let values = std::mem::take(&mut self.values);
            self.admitted.push(Condition::OneOf { term: self.term.clone(), values });
        }
        let admitted = (!self.admitted.is_empty()).then_some(Condition::Or(self.admitted));
        Condition::And(admitted.into_iter().chain(self.excluded).collect())
    }
}

#[cfg(test)]
mod tests;
