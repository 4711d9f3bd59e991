//! Periods of the calendar and of the clock, and parts of both.

use crate::value::ColumnType;
use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, Timelike};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What people group dates and instants by: the period they are in, or one part of the date or time. Of instants both are those
/// of the question's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// A second, by its first instant.
    Second,
    /// A minute, by its first instant.
    Minute,
    /// An hour, by its first instant.
    Hour,
    /// A day.
    Day,
    /// A week, beginning on Monday, by its first day.
    Week,
    /// A month, by its first day.
    Month,
    /// A quarter, by its first day.
    Quarter,
    /// A year, by its first day.
    Year,
    /// The hour of the day, from 0 to 23.
    HourOfDay,
    /// The day of the week, from 1 (Monday) to 7.
    DayOfWeek,
    /// The day of the month, from 1 to 31.
    DayOfMonth,
    /// The week of the year, from 1 to 53, as ISO 8601 counts: the first one has the year's first Thursday.
    WeekOfYear,
    /// The month of the year, from 1 to 12.
    MonthOfYear,
    /// The quarter of the year, from 1 to 4.
    QuarterOfYear,
}

/// What a grain makes of a date or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grained {
    /// A period of days, by the first of them.
    Days(Calendar),
    /// A period of so many seconds, by its first instant.
    Seconds(i64),
    /// A part, as a number.
    Part(DatePart),
}

/// A part of a date or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DatePart {
    /// Of the time: 0 to 23.
    HourOfDay,
    /// 1 (Monday) to 7.
    DayOfWeek,
    /// 1 to 31.
    DayOfMonth,
    /// 1 to 53.
    WeekOfYear,
    /// 1 to 12.
    MonthOfYear,
    /// 1 to 4.
    QuarterOfYear,
}

impl Grain {
    /// What it makes of a date or an instant.
    #[must_use]
    pub const fn grained(self) -> Grained {
        match self {
            Self::Second => Grained::Seconds(1),
            Self::Minute => Grained::Seconds(60),
            Self::Hour => Grained::Seconds(3600),
            Self::Day => Grained::Days(Calendar::Day),
            Self::Week => Grained::Days(Calendar::Week),
            Self::Month => Grained::Days(Calendar::Month),
            Self::Quarter => Grained::Days(Calendar::Quarter),
            Self::Year => Grained::Days(Calendar::Year),
            Self::HourOfDay => Grained::Part(DatePart::HourOfDay),
            Self::DayOfWeek => Grained::Part(DatePart::DayOfWeek),
            Self::DayOfMonth => Grained::Part(DatePart::DayOfMonth),
            Self::WeekOfYear => Grained::Part(DatePart::WeekOfYear),
            Self::MonthOfYear => Grained::Part(DatePart::MonthOfYear),
            Self::QuarterOfYear => Grained::Part(DatePart::QuarterOfYear),
        }
    }

    /// The type of its values.
    #[must_use]
    pub const fn kind(self) -> ColumnType {
        match self.grained() {
            Grained::Days(_) => ColumnType::Date,
            Grained::Seconds(_) => ColumnType::Timestamp,
            Grained::Part(_) => ColumnType::Integer,
        }
    }

    /// Whether columns of a type have it: dates have no hours.
    #[must_use]
    pub const fn fits(self, column: ColumnType) -> bool {
        let is_of_clock = matches!(self.grained(), Grained::Seconds(_) | Grained::Part(DatePart::HourOfDay));
        matches!((column, is_of_clock), (ColumnType::Timestamp, _) | (ColumnType::Date, false))
    }
}

impl DatePart {
    /// The part of a date and time.
    #[must_use]
    pub fn of(self, at: NaiveDateTime) -> u32 {
        match self {
            Self::HourOfDay => at.hour(),
            Self::DayOfWeek => at.weekday().number_from_monday(),
            Self::DayOfMonth => at.day(),
            Self::WeekOfYear => at.iso_week().week(),
            Self::MonthOfYear => at.month(),
            Self::QuarterOfYear => at.month0() / 3 + 1,
        }
    }
}

/// A period of whole days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Calendar {
    /// A day.
    Day,
    /// A week, beginning on Monday.
    Week,
    /// A month.
    Month,
    /// A quarter.
    Quarter,
    /// A year.
    Year,
}

impl Calendar {
    /// The period of an English word, in lower case and the singular.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        match word {
            "day" => Some(Self::Day),
            "week" => Some(Self::Week),
            "month" => Some(Self::Month),
            "quarter" => Some(Self::Quarter),
            "year" => Some(Self::Year),
            _ => None,
        }
    }

    /// The first day of the period that has `day`; `None` outside of the calendar.
    #[must_use]
    pub fn start(self, day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Day => Some(day),
            Self::Week => day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())),
            Self::Month => day.with_day(1),
            Self::Quarter => NaiveDate::from_ymd_opt(day.year(), day.month0() / 3 * 3 + 1, 1),
            Self::Year => NaiveDate::from_ymd_opt(day.year(), 1, 1),
        }
    }

    /// The first day of the period `count` periods after the one that begins on `start`, or before it.
    #[must_use]
    pub fn after(self, start: NaiveDate, count: i64) -> Option<NaiveDate> {
        let days = |length: u64| {
            let days = Days::new(count.unsigned_abs().checked_mul(length)?);
            if count < 0 { start.checked_sub_days(days) } else { start.checked_add_days(days) }
        };
        let months = |length: u64| {
            let months = Months::new(u32::try_from(count.unsigned_abs().checked_mul(length)?).ok()?);
            if count < 0 { start.checked_sub_months(months) } else { start.checked_add_months(months) }
        };
        match self {
            Self::Day => days(1),
            Self::Week => days(7),
            Self::Month => months(1),
            Self::Quarter => months(3),
            Self::Year => months(12),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_are_those_of_iso_8601() {
        for (at, parts) in [
            ("2012-12-31T23:59:59", [23, 1, 31, 1, 12, 4]),
            ("2010-01-03T00:00:00", [0, 7, 3, 53, 1, 1]),
            ("2013-08-14T05:30:00", [5, 3, 14, 33, 8, 3]),
            ("0001-01-01T12:00:00", [12, 1, 1, 1, 1, 1]),
        ] {
            let at: NaiveDateTime = at.parse().expect("a time");
            let all = [
                DatePart::HourOfDay,
                DatePart::DayOfWeek,
                DatePart::DayOfMonth,
                DatePart::WeekOfYear,
                DatePart::MonthOfYear,
                DatePart::QuarterOfYear,
            ];
            assert_eq!(all.map(|part| part.of(at)), parts, "{at}");
        }
    }
}
