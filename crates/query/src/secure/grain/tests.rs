use super::*;
use datafusion::arrow::array::{Date32Array, TimestampMicrosecondArray};

fn function(grain: Grain, zone: &str) -> GrainOf {
    let zone = TimeZone::try_from(zone.to_owned()).expect("a zone");
    GrainOf { grain, zone, name: name(grain, zone), signature: Signature::any(1, Volatility::Immutable) }
}

fn of_dates(grain: Grain, dates: &[i32]) -> ArrayRef {
    let dates: ArrayRef = Arc::new(Date32Array::from(dates.to_vec()));
    function(grain, "UTC").of_all(&dates).expect("values")
}

fn of_instants(grain: Grain, zone: &str, instants: &[i64]) -> ArrayRef {
    let instants: ArrayRef = Arc::new(TimestampMicrosecondArray::from(instants.to_vec()).with_timezone("UTC"));
    function(grain, zone).of_all(&instants).expect("values")
}

fn day(text: &str) -> i32 {
    Date32Type::from_naive_date(text.parse().expect("a date"))
}

fn at(text: &str) -> i64 {
    text.parse::<DateTime<Utc>>().expect("an instant").timestamp_micros()
}

#[test]
fn periods_begin_where_the_calendar_says() {
    for (grain, inside, first) in [
        (Grain::Day, "2013-08-14", "2013-08-14"),
        (Grain::Week, "2013-08-14", "2013-08-12"),
        (Grain::Week, "2013-08-12", "2013-08-12"),
        (Grain::Week, "2013-08-18", "2013-08-12"),
        (Grain::Week, "2014-01-01", "2013-12-30"),
        (Grain::Month, "2013-08-31", "2013-08-01"),
        (Grain::Quarter, "2013-08-31", "2013-07-01"),
        (Grain::Quarter, "1969-12-31", "1969-10-01"),
        (Grain::Year, "9999-12-31", "9999-01-01"),
    ] {
        let found = of_dates(grain, &[day(inside)]);
        assert_eq!(found.as_primitive::<Date32Type>().values(), &[day(first)], "{grain:?} of {inside}");
    }
    assert!(of_dates(Grain::Month, &[i32::MAX]).is_null(0), "outside of the calendar");
    assert!(of_dates(Grain::DayOfWeek, &[i32::MIN]).is_null(0), "outside of the calendar");
}

/// Days are those of the zone; what has no such day or hour is NULL, and never an error.
#[test]
fn days_and_parts_of_instants_are_those_of_the_zone() {
    for (zone, instant, first, hour) in [
        ("UTC", "2013-12-31T23:30:00Z", "2013-12-31", 23),
        ("Europe/Zurich", "2013-12-31T23:30:00Z", "2014-01-01", 0),
        ("America/New_York", "2014-01-01T04:59:59.999999Z", "2013-12-31", 23),
        ("Asia/Kolkata", "1969-12-31T18:30:00Z", "1970-01-01", 0),
        ("America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-04", 1),
    ] {
        let days = of_instants(Grain::Day, zone, &[at(instant)]);
        assert_eq!(days.as_primitive::<Date32Type>().values(), &[day(first)], "{instant} in {zone}");
        let hours = of_instants(Grain::HourOfDay, zone, &[at(instant)]);
        assert_eq!(hours.as_primitive::<Int64Type>().values(), &[hour], "{instant} in {zone}");
    }
    let edges = [i64::MIN, i64::MAX, DateTime::<Utc>::MAX_UTC.timestamp_micros()];
    for grain in [Grain::Second, Grain::Hour, Grain::Week, Grain::WeekOfYear] {
        assert_eq!(of_instants(grain, "Asia/Tokyo", &edges).null_count(), 3, "{grain:?}");
    }
}

/// Values of a file may say no zone: they are instants in UTC, and their hours are held as they are.
#[test]
fn hours_are_held_as_their_instants() {
    let instants: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![at("2013-10-27T01:30:00Z")]));
    let hours = function(Grain::Hour, "Europe/Zurich").of_all(&instants).expect("values");
    assert_eq!(hours.data_type(), instants.data_type());
    assert_eq!(hours.as_primitive::<Instants>().values(), &[at("2013-10-27T01:00:00Z")]);
    assert!(function(Grain::Hour, "UTC").of_all(&(Arc::new(Date32Array::from(vec![0])) as ArrayRef)).is_err());
}
