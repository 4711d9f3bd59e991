//! Periods that move with the calendar: `today`, `this month`, `last 7 days`, `2 weeks ago`, `3 months from now`, also behind
//! `before` and `after`. They are written as the days that they are, so that nothing behind here needs to know what day it is.

use crate::semantic::Calendar;
use chrono::NaiveDate;

/// The most periods that one may reach back or ahead.
const MOST: i64 = 10_000;

/// A period in lower case as days; `None`: it is none that moves.
pub(super) fn settled(text: &str, today: NaiveDate) -> Option<String> {
    for side in ["before", "after"] {
        if let Some(rest) = text.strip_prefix(side).and_then(|rest| rest.strip_prefix(' ')) {
            let (from, _) = days(rest.trim(), today)?;
            return Some(format!("{side} {from}"));
        }
    }
    let (from, until) = days(text, today)?;
    Some(format!("{from} to {until}"))
}

/// Its first day, and the first one behind it. What is counted without `ago` has the present period.
fn days(text: &str, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (grain, from, until) = match *words.as_slice() {
        ["today"] => (Calendar::Day, 0, 1),
        ["yesterday"] => (Calendar::Day, -1, 0),
        ["tomorrow"] => (Calendar::Day, 1, 2),
        ["this", unit] => (grain(unit)?, 0, 1),
        ["last", unit] => (grain(unit)?, -1, 0),
        ["next", unit] => (grain(unit)?, 1, 2),
        [count, unit] | ["last", count, unit] => (grain(unit)?, 1 - number(count)?, 1),
        [count, unit, "ago"] => counted(unit, -number(count)?, 1)?,
        [count, unit, "from", "now"] => counted(unit, number(count)?, 1)?,
        [count, unit, "ago", "for", length, same] if grain(unit) == grain(same) => {
            counted(unit, -number(count)?, number(length)?)?
        }
        [count, unit, "from", "now", "for", length, same] if grain(unit) == grain(same) => {
            counted(unit, number(count)?, number(length)?)?
        }
        _ => return None,
    };
    let present = grain.start(today)?;
    Some((grain.after(present, from)?, grain.after(present, until)?))
}

/// So many periods from the one that is `from` periods away.
fn counted(unit: &str, from: i64, length: i64) -> Option<(Calendar, i64, i64)> {
    Some((grain(unit)?, from, from.checked_add(length)?))
}

fn number(text: &str) -> Option<i64> {
    let all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| text.parse().ok()).flatten().filter(|number| (1..=MOST).contains(number))
}

fn grain(unit: &str) -> Option<Calendar> {
    Calendar::of_word(unit.strip_suffix('s').unwrap_or(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Looker's documentation has it, of a Friday.
    #[test]
    fn periods_are_the_days_that_they_are() {
        let today = NaiveDate::from_ymd_opt(2018, 5, 18).expect("a day");
        for (text, expected) in [
            ("today", "2018-05-18 to 2018-05-19"),
            ("yesterday", "2018-05-17 to 2018-05-18"),
            ("tomorrow", "2018-05-19 to 2018-05-20"),
            ("2 days", "2018-05-17 to 2018-05-19"),
            ("last 3 days", "2018-05-16 to 2018-05-19"),
            ("1 day ago", "2018-05-17 to 2018-05-18"),
            ("7 days ago for 7 days", "2018-05-11 to 2018-05-18"),
            ("1 week", "2018-05-14 to 2018-05-21"),
            ("this week", "2018-05-14 to 2018-05-21"),
            ("2 weeks", "2018-05-07 to 2018-05-21"),
            ("last week", "2018-05-07 to 2018-05-14"),
            ("1 week ago", "2018-05-07 to 2018-05-14"),
            ("next week", "2018-05-21 to 2018-05-28"),
            ("before this week", "before 2018-05-14"),
            ("after this week", "after 2018-05-14"),
            ("1 month", "2018-05-01 to 2018-06-01"),
            ("2 months", "2018-04-01 to 2018-06-01"),
            ("last month", "2018-04-01 to 2018-05-01"),
            ("2 months ago", "2018-03-01 to 2018-04-01"),
            ("before 2 months ago", "before 2018-03-01"),
            ("2 months from now", "2018-07-01 to 2018-08-01"),
            ("6 months from now for 3 months", "2018-11-01 to 2019-02-01"),
            ("this quarter", "2018-04-01 to 2018-07-01"),
            ("last quarter", "2018-01-01 to 2018-04-01"),
            ("2 years", "2017-01-01 to 2019-01-01"),
            ("last year", "2017-01-01 to 2018-01-01"),
            ("2 years ago", "2016-01-01 to 2017-01-01"),
            ("before 3 days ago", "before 2018-05-15"),
        ] {
            assert_eq!(settled(text, today).as_deref(), Some(expected), "{text}");
        }
        for odd in [
            "",
            "2018-05-18",
            "0 days",
            "-1 days",
            "3",
            "3 hours",
            "days",
            "this",
            "this 3 days",
            "3 months ago for 2 days",
            "99999999999 days",
            "last 10001 days",
            "before 2018-05-18",
            "monday",
        ] {
            assert_eq!(settled(odd, today), None, "{odd}");
        }
    }

    #[test]
    fn what_leaves_the_calendar_is_none() {
        assert_eq!(settled("10000 years ago", NaiveDate::MIN), None);
        assert_eq!(settled("tomorrow", NaiveDate::MAX), None);
    }
}
