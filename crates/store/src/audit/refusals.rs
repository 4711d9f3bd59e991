//! Refusals of strangers: the first ten a minute of each reason are events, the rest are counted, so that nobody can
//! fill the trail without credentials.

use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::mem::take;

/// How many refusals a minute of one reason are events.
const EVENTS_A_MINUTE: u64 = 10;

/// Counts refusals by reason within a minute. Reasons are words of this program, so there are few.
#[derive(Debug, Default)]
pub struct RefusalCounter {
    minute: i64,
    counts: BTreeMap<&'static str, u64>,
}

/// What to do about a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Noted {
    /// Whether it is an event of its own.
    pub is_event: bool,
    /// What was only counted in the minute that is over, if this refusal is the first of another one.
    pub finished: Option<CountedRefusals>,
}

/// Refusals of one minute that were counted and are no events of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedRefusals {
    /// When the minute began.
    pub minute: DateTime<Utc>,
    /// How many, by reason; never zero.
    pub counts: BTreeMap<&'static str, u64>,
}

impl RefusalCounter {
    /// Counts a refusal.
    pub fn note(&mut self, reason: &'static str, now: DateTime<Utc>) -> Noted {
        let finished = self.finish(now);
        let count = self.counts.entry(reason).or_default();
        *count += 1;
        Noted { is_event: *count <= EVENTS_A_MINUTE, finished }
    }

    /// What was only counted in the minute that is over; `None` while it lasts, or if everything was an event.
    /// Called also without a refusal, so that the last minute of an attack is recorded; before the process ends, with
    /// an instant a minute ahead.
    pub fn finish(&mut self, now: DateTime<Utc>) -> Option<CountedRefusals> {
        let minute = now.timestamp().div_euclid(60);
        if minute == self.minute {
            return None;
        }
        let began = DateTime::from_timestamp(self.minute * 60, 0)?;
        self.minute = minute;
        let beyond = |(reason, count): (&'static str, u64)| Some((reason, count.checked_sub(EVENTS_A_MINUTE)?));
        let counts = take(&mut self.counts).into_iter().filter_map(beyond).filter(|(_, count)| *count > 0);
        let counts: BTreeMap<_, _> = counts.collect();
        (!counts.is_empty()).then_some(CountedRefusals { minute: began, counts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(60_000, 0).unwrap_or_default() + TimeDelta::seconds(seconds)
    }

    fn events(counter: &mut RefusalCounter, reason: &'static str, times: usize, seconds: i64) -> usize {
        (0..times).filter(|_| counter.note(reason, at(seconds)).is_event).count()
    }

    #[test]
    fn ten_a_minute_of_each_reason_are_events() {
        let mut counter = RefusalCounter::default();
        assert_eq!(events(&mut counter, "wrong_secret", 25, 0), 10);
        assert_eq!(events(&mut counter, "unknown_key", 10, 59), 10, "another reason");
        assert_eq!(counter.finish(at(59)), None, "the minute lasts");
        let first = counter.note("wrong_secret", at(60));
        let counts = BTreeMap::from([("wrong_secret", 15)]);
        assert_eq!(first, Noted { is_event: true, finished: Some(CountedRefusals { minute: at(0), counts }) });
        assert_eq!(events(&mut counter, "wrong_secret", 9, 61), 9, "another minute");
    }

    #[test]
    fn a_minute_is_finished_once_and_silently_if_all_were_events() {
        let mut counter = RefusalCounter::default();
        assert_eq!(events(&mut counter, "wrong_secret", 10, 0), 10);
        assert_eq!(counter.finish(at(60)), None);
        assert_eq!(events(&mut counter, "wrong_secret", 11, 60), 10);
        assert!(counter.finish(at(3600)).is_some_and(|counted| counted.minute == at(60)));
        assert_eq!(counter.finish(at(7200)), None);
    }
}
