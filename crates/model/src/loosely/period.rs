//! Periods of the calendar, in the spellings of Metabase. Weeks begin on Monday.

use crate::semantic::Calendar;
use chrono::{Days, Months, NaiveDate};

/// Days from one to before another; open at an end that is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) from: Option<NaiveDate>,
    pub(super) until: Option<NaiveDate>,
}

impl Period {
    /// Reads `2014-01-31`, `2014-01`, `Q1-2014`, `2014`; `A~B`, `A~`, `~B` of days, where B belongs to it; and, seen from
    /// `today`, `today`, `yesterday`, `thismonth`, `lastmonth`, `past30days` and `next2weeks`, which begin or end beside
    /// the present day or week, and `past30days~` and `next2weeks~`, which have it.
    pub(super) fn parse(text: &str, today: NaiveDate) -> Option<Self> {
        Self::relative(text, today).or_else(|| Self::absolute(text))
    }

    fn absolute(text: &str) -> Option<Self> {
        match text.split_once('~') {
            Some((from, "")) => Some(Self { from: Some(day(from)?), until: None }),
            Some(("", until)) => Some(Self { from: None, until: Some(next(day(until)?)?) }),
            Some((from, until)) => Self::bounded(day(from), next(day(until)?)),
            None => match months(text) {
                Some((from, months)) => Self::bounded(Some(from), from.checked_add_months(Months::new(months))),
                None => Self::bounded(day(text), next(day(text)?)),
            },
        }
    }

    fn relative(text: &str, today: NaiveDate) -> Option<Self> {
        match text {
            "today" => return Self::around(Calendar::Day, today, 0, 1),
            "yesterday" => return Self::around(Calendar::Day, today, -1, 0),
            _ => {}
        }
        let (text, with_present) = text.strip_suffix('~').map_or((text, false), |text| (text, true));
        if let Some((count, grain)) = text.strip_prefix("past").and_then(counted) {
            return Self::around(grain, today, -count, i64::from(with_present));
        }
        if let Some((count, grain)) = text.strip_prefix("next").and_then(counted) {
            return Self::around(grain, today, i64::from(!with_present), count.checked_add(1)?);
        }
        let named = |prefix: &str| text.strip_prefix(prefix).filter(|_| !with_present).and_then(Calendar::of_word);
        match (named("this"), named("last")) {
            (Some(grain), _) => Self::around(grain, today, 0, 1),
            (None, Some(grain)) => Self::around(grain, today, -1, 0),
            (None, None) => None,
        }
    }

    /// From `from` periods after the present one to before the one `until` periods after it.
    fn around(grain: Calendar, today: NaiveDate, from: i64, until: i64) -> Option<Self> {
        let present = grain.start(today)?;
        Self::bounded(grain.after(present, from), grain.after(present, until))
    }

    fn bounded(from: Option<NaiveDate>, until: Option<NaiveDate>) -> Option<Self> {
        Some(Self { from: Some(from?), until: Some(until?) })
    }
}

fn next(day: NaiveDate) -> Option<NaiveDate> {
    day.checked_add_days(Days::new(1))
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

/// A number of periods: `30days`, `1month`.
fn counted(text: &str) -> Option<(i64, Calendar)> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = text.split_at_checked(digits)?;
    let count = count.parse::<u16>().ok().filter(|count| *count > 0)?;
    Some((count.into(), Calendar::of_word(unit.strip_suffix('s').unwrap_or(unit))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_seen_from_today() {
        let today = day("2013-08-14").expect("a Wednesday");
        for (text, from, until) in [
            ("today", "2013-08-14", "2013-08-15"),
            ("yesterday", "2013-08-13", "2013-08-14"),
            ("thisday", "2013-08-14", "2013-08-15"),
            ("thisweek", "2013-08-12", "2013-08-19"),
            ("lastweek", "2013-08-05", "2013-08-12"),
            ("thismonth", "2013-08-01", "2013-09-01"),
            ("lastmonth", "2013-07-01", "2013-08-01"),
            ("thisquarter", "2013-07-01", "2013-10-01"),
            ("lastquarter", "2013-04-01", "2013-07-01"),
            ("thisyear", "2013-01-01", "2014-01-01"),
            ("past30days", "2013-07-15", "2013-08-14"),
            ("past30days~", "2013-07-15", "2013-08-15"),
            ("past1month", "2013-07-01", "2013-08-01"),
            ("past2quarters", "2013-01-01", "2013-07-01"),
            ("past3months~", "2013-05-01", "2013-09-01"),
            ("next2weeks", "2013-08-19", "2013-09-02"),
            ("next2weeks~", "2013-08-12", "2013-09-02"),
            ("next1years", "2014-01-01", "2015-01-01"),
        ] {
            let expected = Period { from: day(from), until: day(until) };
            assert_eq!(Period::parse(text, today), Some(expected), "{text}");
        }
        for odd in [
            "past",
            "pastdays",
            "past0days",
            "past30",
            "past-3days",
            "past70000days",
            "next65536years",
            "thismonth~",
            "this",
        ] {
            assert_eq!(Period::parse(odd, today), None, "{odd}");
        }
    }
}
