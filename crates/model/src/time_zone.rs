//! Time zones: what the clocks of a place show at an instant. Every answer is total: there is none only where the calendar
//! ends.
//!
//! What clocks show neither rises all the time nor takes every value. An hour may be there twice or not at all, a day may
//! begin at 01:00, and where clocks are put back over midnight some minutes of a day lie behind the next one.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeDelta, TimeZone as _, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Seconds between two looks at a clock: nobody has changed the clocks of a place twice within so short a time.
const STEP: i64 = 900;

/// A time zone of the IANA database; UTC unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("enum" = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).collect::<Vec<_>>()))]
#[schema(value_type = String, example = "Europe/Zurich")]
pub struct TimeZone(pub chrono_tz::Tz);

impl TryFrom<String> for TimeZone {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let unknown = |_| {
            let text: String = text.chars().take(80).collect();
            format!("`{text}` is no time zone: expected one such as `Europe/London`")
        };
        text.parse().map(Self).map_err(unknown)
    }
}

impl From<TimeZone> for String {
    fn from(zone: TimeZone) -> Self {
        zone.name().to_owned()
    }
}

impl TimeZone {
    /// The zone of what is of no place: of policies, and of whoever says no other.
    pub const UTC: Self = Self(chrono_tz::Tz::UTC);

    /// Its name in the IANA database.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// What its clocks show at an instant.
    #[must_use]
    pub fn local(self, at: DateTime<Utc>) -> Option<NaiveDateTime> {
        at.naive_utc().checked_add_signed(self.offset(at))
    }

    /// The day that it is there at an instant.
    #[must_use]
    pub fn day(self, at: DateTime<Utc>) -> Option<NaiveDate> {
        Some(self.local(at)?.date())
    }

    /// The first instant of the hour, minute or second, of `length` seconds, that is shown at an instant. One in which the
    /// clocks are changed ends with that, and what they show afterwards begins with it.
    #[must_use]
    pub fn start_of(self, length: i64, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let local = self.local(at)?.and_utc();
        let within = local.timestamp().checked_rem_euclid(length)?;
        let start = at.checked_sub_signed(TimeDelta::try_seconds(within)?)?;
        let start = DateTime::from_timestamp(start.timestamp(), 0)?;
        if self.offset(start) == self.offset(at) { Some(start) } else { self.changed(start, at) }
    }

    /// The instants at which it becomes `day` or a later one, and an earlier one again, by turns. There is one but where
    /// clocks are put back over midnight: then three, or more. `None` where the calendar ends.
    #[must_use]
    pub fn begins(self, day: NaiveDate) -> Option<Vec<DateTime<Utc>>> {
        let midnight = day.and_time(NaiveTime::MIN).and_utc();
        let (mut from, end) = (midnight.checked_sub_days(Days::new(2))?, midnight.checked_add_days(Days::new(2))?);
        let (mut is_begun, mut turns) = (false, Vec::new());
        while from < end {
            // Until then the clocks are not changed.
            let until = self.next_change(from, end)?;
            let begins = midnight.checked_sub_signed(self.offset(from))?.max(from);
            match (is_begun, begins < until) {
                (false, true) => turns.push(begins),
                (true, false) => turns.push(from),
                (true, true) if begins > from => turns.extend([from, begins]),
                _ => {}
            }
            is_begun = begins < until;
            from = until;
        }
        Some(turns)
    }

    /// How far its clocks are ahead of UTC.
    fn offset(self, at: DateTime<Utc>) -> TimeDelta {
        TimeDelta::seconds(self.0.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc().into())
    }

    /// When its clocks are changed for the first time after an instant; `end` if not before.
    fn next_change(self, from: DateTime<Utc>, end: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut before = from;
        while before < end {
            let next = before.checked_add_signed(TimeDelta::try_seconds(STEP)?)?.min(end);
            if self.offset(next) != self.offset(before) {
                return self.changed(before, next);
            }
            before = next;
        }
        Some(end)
    }

    /// The second with which what its clocks show at `after` begins, if they were changed once since `before`.
    fn changed(self, before: DateTime<Utc>, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let offset = self.offset(after);
        let (mut before, mut after) = (before.timestamp(), after.timestamp());
        while after.checked_sub(before)? > 1 {
            let middle = before.checked_add(after.checked_sub(before)? / 2)?;
            if self.offset(DateTime::from_timestamp(middle, 0)?) == offset { after = middle } else { before = middle }
        }
        DateTime::from_timestamp(after, 0)
    }
}

#[cfg(test)]
mod tests;
