use super::*;
use proptest::prelude::*;
use proptest::sample::select;

fn zone(name: &str) -> TimeZone {
    TimeZone::try_from(name.to_owned()).expect("a zone")
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

#[test]
fn zones_are_those_of_the_database() {
    assert_eq!(zone("Europe/Zurich").name(), "Europe/Zurich");
    assert_eq!(TimeZone::default(), TimeZone::UTC);
    for odd in ["", "Mars", "europe/zurich ", "UTC+1", "../etc/passwd"] {
        assert!(TimeZone::try_from(odd.to_owned()).is_err(), "{odd}");
    }
    let long = TimeZone::try_from("x".repeat(1000)).expect_err("no zone");
    assert!(long.len() < 200, "{long}");
}

#[test]
fn days_begin_where_the_clocks_of_the_place_say() {
    for (name, date, begins) in [
        ("UTC", "2013-01-31", vec!["2013-01-31T00:00:00Z"]),
        ("Europe/Zurich", "2013-07-01", vec!["2013-06-30T22:00:00Z"]),
        ("America/New_York", "2013-01-31", vec!["2013-01-31T05:00:00Z"]),
        ("Asia/Kolkata", "2013-01-31", vec!["2013-01-30T18:30:00Z"]),
        ("Pacific/Kiritimati", "2013-01-31", vec!["2013-01-30T10:00:00Z"]),
        // Midnight is left out: the day begins at 01:00.
        ("America/Sao_Paulo", "2018-11-04", vec!["2018-11-04T03:00:00Z"]),
        ("Asia/Beirut", "2022-03-27", vec!["2022-03-26T22:00:00Z"]),
        // Midnight is there twice: 24:00 of the day before is its 23:00.
        ("America/Sao_Paulo", "2018-02-18", vec!["2018-02-18T03:00:00Z"]),
        // A day is left out: it ends where it begins.
        ("Pacific/Apia", "2011-12-30", vec!["2011-12-30T10:00:00Z"]),
        ("Pacific/Apia", "2011-12-31", vec!["2011-12-30T10:00:00Z"]),
        // A minute after midnight it is 23:01 once more.
        (
            "America/St_Johns",
            "2010-11-07",
            vec!["2010-11-07T02:30:00Z", "2010-11-07T02:31:00Z", "2010-11-07T03:30:00Z"],
        ),
        // A day that is there twice.
        ("America/Juneau", "1867-10-19", vec!["1867-10-18T08:57:41Z", "1867-10-19T00:31:13Z", "1867-10-19T08:57:41Z"]),
        // By the sun, 34 minutes and 8 seconds ahead of Greenwich.
        ("Europe/Zurich", "1800-01-01", vec!["1799-12-31T23:25:52Z"]),
    ] {
        let expected: Vec<_> = begins.into_iter().map(instant).collect();
        assert_eq!(zone(name).begins(day(date)), Some(expected), "{date} in {name}");
    }
    for end in [NaiveDate::MIN, NaiveDate::MAX] {
        assert_eq!(zone("Europe/Zurich").begins(end), None, "the calendar has no such instants");
    }
}

#[test]
fn hours_begin_anew_where_clocks_are_changed() {
    for (name, at, begins) in [
        ("UTC", "2013-01-31T05:59:59.999999Z", "2013-01-31T05:00:00Z"),
        ("Asia/Kolkata", "2013-01-31T05:59:59Z", "2013-01-31T05:30:00Z"),
        ("Asia/Kathmandu", "2013-01-31T05:10:00Z", "2013-01-31T04:15:00Z"),
        // 02:30 twice: two hours.
        ("Europe/Zurich", "2013-10-27T00:30:00Z", "2013-10-27T00:00:00Z"),
        ("Europe/Zurich", "2013-10-27T01:30:00Z", "2013-10-27T01:00:00Z"),
        // From 02:00 to 01:30, and half a year later from 02:00 to 02:30.
        ("Australia/Lord_Howe", "2019-04-06T14:45:00Z", "2019-04-06T14:00:00Z"),
        ("Australia/Lord_Howe", "2019-04-06T15:10:00Z", "2019-04-06T15:00:00Z"),
        ("Australia/Lord_Howe", "2019-04-06T15:40:00Z", "2019-04-06T15:30:00Z"),
        ("Australia/Lord_Howe", "2019-10-05T15:45:00Z", "2019-10-05T15:30:00Z"),
        ("Australia/Lord_Howe", "2019-10-05T16:15:00Z", "2019-10-05T16:00:00Z"),
        // From the sun's time to that of Berne, 4 minutes and 22 seconds apart, at midnight.
        ("Europe/Zurich", "1853-07-15T23:30:00Z", "1853-07-15T23:25:52Z"),
        ("Europe/Zurich", "1800-01-01T00:00:00Z", "1799-12-31T23:25:52Z"),
        ("America/Sao_Paulo", "2018-11-04T03:10:00Z", "2018-11-04T03:00:00Z"),
    ] {
        assert_eq!(zone(name).start_of(3600, instant(at)), Some(instant(begins)), "{at} in {name}");
    }
    let at = instant("1969-12-31T23:59:59.999999Z");
    assert_eq!(zone("Asia/Kolkata").start_of(1, at), Some(instant("1969-12-31T23:59:59Z")));
    assert_eq!(zone("Asia/Kolkata").start_of(60, at), Some(instant("1969-12-31T23:59:00Z")));
    let end = DateTime::<Utc>::MAX_UTC;
    assert_eq!((zone("Asia/Tokyo").local(end), zone("Asia/Tokyo").start_of(60, end)), (None, None));
    assert_eq!(zone("America/Lima").local(DateTime::<Utc>::MIN_UTC), None);
}

/// Zones with every oddity there is, and instants close to when it happened.
fn moment() -> impl Strategy<Value = (TimeZone, DateTime<Utc>)> {
    let odd = [
        ("America/St_Johns", "2010-11-07T03:00:00Z"),
        ("America/Juneau", "1867-10-19T00:31:13Z"),
        ("America/Sao_Paulo", "2018-11-04T03:00:00Z"),
        ("Australia/Lord_Howe", "2019-04-06T15:00:00Z"),
        ("Asia/Beirut", "2022-03-26T22:00:00Z"),
        ("Asia/Kolkata", "1945-10-14T17:30:00Z"),
        ("Pacific/Apia", "2011-12-30T10:00:00Z"),
        ("Pacific/Kwajalein", "1993-08-21T12:00:00Z"),
        ("Europe/Zurich", "2013-10-27T01:00:00Z"),
        ("Africa/Monrovia", "1972-01-07T00:44:30Z"),
        ("Africa/Casablanca", "2030-01-06T02:00:00Z"),
    ];
    let near = (select(odd.to_vec()), -200_000_000_000_i64..200_000_000_000);
    let near = near.prop_map(|((name, at), away)| (zone(name), instant(at) + TimeDelta::microseconds(away)));
    let any = (select(chrono_tz::TZ_VARIANTS.to_vec()), -5_000_000_000_000_000_i64..5_000_000_000_000_000);
    let any =
        any.prop_map(|(zone, at)| (TimeZone(zone), DateTime::from_timestamp_micros(at).expect("in the calendar")));
    prop_oneof![2 => near, 1 => any]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Against chrono's own reading of the clock.
    #[test]
    fn days_are_begun_exactly_when_the_clock_says((zone, at) in moment(), away in -2_i64..=2) {
        let local = at.with_timezone(&zone.0).naive_local();
        prop_assert_eq!(zone.local(at), Some(local));
        let day = local.date() + TimeDelta::days(away);
        let turns = zone.begins(day).expect("in the calendar");
        let is_begun = turns.iter().filter(|turn| **turn <= at).count() % 2 == 1;
        prop_assert_eq!(is_begun, local.date() >= day, "{:?} of {} in {:?}", turns, day, zone);
        prop_assert!(turns.len() % 2 == 1 && turns.is_sorted(), "{:?}", turns);
    }

    /// From its first instant on, and not before, the clocks have shown that hour without a change.
    #[test]
    fn hours_are_all_that_clocks_show_in_one_run((zone, at) in moment(), length in select(vec![1_i64, 60, 3600])) {
        let shown = |at: DateTime<Utc>| {
            let local = at.with_timezone(&zone.0);
            (local.naive_local().and_utc().timestamp().div_euclid(length), local.offset().fix())
        };
        let start = zone.start_of(length, at).expect("in the calendar");
        prop_assert!(start <= at && at - start < TimeDelta::seconds(length));
        for part in 0..=8 {
            prop_assert_eq!(shown(start + (at - start) * part / 8), shown(at));
        }
        prop_assert_ne!(shown(start - TimeDelta::microseconds(1)), shown(at));
    }
}
