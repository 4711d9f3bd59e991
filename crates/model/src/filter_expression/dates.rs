//! Days and instants: `2013`, `2013-01`, `2013-01-31`, `before 2013-02`, `after 2013`, `2013-01 to 2013-03`, `NULL`.
//! Instants are those of UTC, and the end of `to` is excluded. Relative periods are not read: they move with the clock, and
//! whoever may use them settles them first.

use super::{FilterExpressionError, Parts, relative};
use crate::filter::Condition;
use crate::rule::Comparison;
use crate::semantic::Calendar;
use crate::value::{ColumnType, Scalar};
use chrono::{NaiveDate, NaiveTime};

const EXPECTED: &str =
    "days such as `2013-01-31`, `2013-01`, `before 2013`, `after 2013-01-31`, `2013-01 to 2013-03` or `NULL`";

pub(super) fn read(text: &str, kind: ColumnType, parts: &mut Parts<'_>) -> Result<(), FilterExpressionError> {
    for item in text.split(',').map(str::trim) {
        let lower = item.to_ascii_lowercase();
        if parts.null(&lower).is_some() {
            continue;
        }
        let (excluded, body) = match lower.strip_prefix("not ") {
            Some(body) => (true, body.trim_start()),
            None => (false, lower.as_str()),
        };
        let bounds = bounds(body, kind).ok_or_else(|| FilterExpressionError::of(item, EXPECTED))?;
        let term = || parts.term.clone();
        let all = bounds.map(|bound| bound.map(|(op, value)| Condition::Compare { term: term(), op, value }));
        parts.condition_of(Condition::And(all.into_iter().flatten().collect()), excluded);
    }
    Ok(())
}

/// The expression without relative periods.
pub(super) fn settled(text: &str, today: NaiveDate) -> String {
    let item = |item: &str| {
        let lower = item.to_ascii_lowercase();
        let (not, body) = match lower.strip_prefix("not ") {
            Some(body) => ("not ", body.trim_start()),
            None => ("", lower.as_str()),
        };
        relative::settled(body, today).map_or_else(|| item.to_owned(), |days| format!("{not}{days}"))
    };
    text.split(',').map(str::trim).map(item).collect::<Vec<_>>().join(", ")
}

type Bound = Option<(Comparison, Scalar)>;

fn bounds(text: &str, kind: ColumnType) -> Option<[Bound; 2]> {
    let from = |day| Some((Comparison::GreaterOrEqual, value(day, kind)?));
    let until = |day| Some((Comparison::Less, value(day, kind)?));
    if let Some(rest) = text.strip_prefix("before ") {
        return Some([None, Some(until(period(rest.trim())?.0)?)]);
    }
    if let Some(rest) = text.strip_prefix("after ") {
        return Some([Some(from(period(rest.trim())?.0)?), None]);
    }
    let (start, end) = match text.split_once(" to ") {
        Some((start, end)) => (period(start.trim())?.0, period(end.trim())?.0),
        None => period(text)?,
    };
    Some([Some(from(start)?), Some(until(end)?)])
}

/// The first day of a day, month or year, and that of the next one.
fn period(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let numbers = text.split(['-', '/']).map(digits).collect::<Option<Vec<(usize, u32)>>>()?;
    let (grain, year, month, day) = match *numbers.as_slice() {
        [(4, year)] => (Calendar::Year, year, 1, 1),
        [(4, year), (2, month)] => (Calendar::Month, year, month, 1),
        [(4, year), (2, month), (2, day)] => (Calendar::Day, year, month, day),
        _ => return None,
    };
    let start = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    Some((start, grain.after(start, 1)?))
}

/// How many digits a text has, and their number; `None`: it has something else.
fn digits(text: &str) -> Option<(usize, u32)> {
    let all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| text.parse().ok()).flatten().map(|number| (text.len(), number))
}

fn value(day: NaiveDate, kind: ColumnType) -> Option<Scalar> {
    match kind {
        ColumnType::Date => Some(Scalar::Date(day)),
        ColumnType::Timestamp => Some(Scalar::Timestamp(day.and_time(NaiveTime::MIN).and_utc())),
        _ => None,
    }
}
