//! Periods of the calendar.

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A period of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
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

impl Grain {
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
