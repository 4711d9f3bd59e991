//! Values as people read them, in English.

use crate::columns::{Cell, Column, Kind};
use crate::number::exact;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike, Utc};
use model::semantic::{Grain, NumberFormat};
use model::time_zone::TimeZone;

/// What stands where there is no value.
pub(crate) const NOTHING: &str = "–";

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// How the cells of one column are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Written {
    kind: Kind,
    format: NumberFormat,
    grain: Option<Grain>,
    time_zone: TimeZone,
}

impl Written {
    pub(crate) fn new(column: &Column, cells: &[&Cell], time_zone: TimeZone) -> Self {
        let grain = column.grain.or_else(|| (column.kind == Kind::Date).then(|| grain_of(cells)));
        Self { kind: column.kind, format: column.format, grain, time_zone }
    }

    /// The same, with another format of numbers.
    pub(crate) const fn formatted(self, format: NumberFormat) -> Self {
        Self { format, ..self }
    }

    pub(crate) fn write(&self, cell: &Cell) -> String {
        match cell {
            Cell::Nothing => NOTHING.to_owned(),
            Cell::Boolean(true) => "Yes".to_owned(),
            Cell::Boolean(false) => "No".to_owned(),
            Cell::Text(text) => self.of_text(text).unwrap_or_else(|| text.clone()),
        }
    }

    /// Whether what is written depends on whose clocks are meant.
    pub(crate) fn is_of_clocks(&self) -> bool {
        self.kind == Kind::Timestamp && !is_of_days(self.grain)
    }

    fn of_text(&self, text: &str) -> Option<String> {
        match self.kind {
            Kind::Text | Kind::Boolean => None,
            Kind::Integer | Kind::Decimal => {
                let part = self.grain.and_then(|grain| part(grain, text.parse().ok()?));
                Some(part.unwrap_or_else(|| exact(text, self.format)))
            }
            Kind::Date => Some(day(text.parse().ok()?, self.grain)),
            Kind::Timestamp => {
                let local = self.time_zone.local(text.parse::<DateTime<Utc>>().ok()?)?;
                Some(if is_of_days(self.grain) { day(local.date(), self.grain) } else { self.instant(local) })
            }
        }
    }

    fn instant(&self, at: NaiveDateTime) -> String {
        let seconds = if self.grain == Some(Grain::Second) { format!(":{:02}", at.second()) } else { String::new() };
        let zone = if self.time_zone == TimeZone::UTC && self.grain.is_none() { " UTC" } else { "" };
        format!("{}, {:02}:{:02}{seconds}{zone}", day(at.date(), None), at.hour(), at.minute())
    }
}

const fn is_of_days(grain: Option<Grain>) -> bool {
    matches!(grain, Some(Grain::Day | Grain::Week | Grain::Month | Grain::Quarter | Grain::Year))
}

fn day(day: NaiveDate, grain: Option<Grain>) -> String {
    let (year, month) = (day.year(), name(&MONTHS, day.month0() as usize));
    match grain {
        Some(Grain::Year) => year.to_string(),
        Some(Grain::Quarter) => format!("Q{} {year}", day.month0() / 3 + 1),
        Some(Grain::Month) => format!("{month} {year}"),
        _ => format!("{} {month} {year}", day.day()),
    }
}

/// A part of dates or times that has a name; other parts are numbers to people too.
fn part(grain: Grain, number: usize) -> Option<String> {
    match grain {
        Grain::HourOfDay => Some(format!("{number:02}:00")),
        Grain::DayOfWeek => Some(name(&DAYS, number.checked_sub(1)?).to_owned()).filter(|name| !name.is_empty()),
        Grain::MonthOfYear => Some(name(&MONTHS, number.checked_sub(1)?).to_owned()).filter(|name| !name.is_empty()),
        Grain::QuarterOfYear => Some(format!("Q{number}")),
        _ => None,
    }
}

fn name<'n>(names: &[&'n str], at: usize) -> &'n str {
    names.get(at).copied().unwrap_or_default()
}

/// The grain of dates that do not say theirs: years if all begin one, months if all begin one, else days. One is a day.
fn grain_of(cells: &[&Cell]) -> Grain {
    let days = cells.iter().filter_map(|cell| match cell {
        Cell::Text(text) => text.parse::<NaiveDate>().ok(),
        Cell::Nothing | Cell::Boolean(_) => None,
    });
    let days: std::collections::BTreeSet<NaiveDate> = days.collect();
    if days.len() < 2 || days.iter().any(|day| day.day() != 1) {
        return Grain::Day;
    }
    if days.iter().all(|day| day.month() == 1) { Grain::Year } else { Grain::Month }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(kind: Kind, grain: Option<Grain>, zone: &str, cells: &[&str]) -> Vec<String> {
        let column = Column { name: "c".into(), label: "C".into(), kind, format: NumberFormat::Plain, grain };
        let cells: Vec<Cell> = cells.iter().map(|text| Cell::Text((*text).to_owned())).collect();
        let zone = zone.to_owned().try_into().expect("a zone");
        let written = Written::new(&column, &cells.iter().collect::<Vec<_>>(), zone);
        cells.iter().map(|cell| written.write(cell)).collect()
    }

    #[test]
    fn days_are_written_by_their_grain() {
        let of = |grain, cells: &[&str]| written(Kind::Date, grain, "UTC", cells);
        assert_eq!(of(None, &["2013-01-31", "2013-02-01"]), ["31 Jan 2013", "1 Feb 2013"]);
        assert_eq!(of(None, &["2013-01-01", "2013-02-01"]), ["Jan 2013", "Feb 2013"]);
        assert_eq!(of(None, &["2013-01-01", "2014-01-01"]), ["2013", "2014"]);
        assert_eq!(of(None, &["2013-01-01"]), ["1 Jan 2013"]);
        assert_eq!(of(Some(Grain::Quarter), &["2013-04-01"]), ["Q2 2013"]);
        assert_eq!(of(None, &["someday"]), ["someday"]);
    }

    #[test]
    fn instants_are_those_of_the_zone() {
        let of = |grain, zone| written(Kind::Timestamp, grain, zone, &["2013-07-31T23:05:09Z"]);
        assert_eq!(of(None, "UTC"), ["31 Jul 2013, 23:05 UTC"]);
        assert_eq!(of(None, "Europe/Zurich"), ["1 Aug 2013, 01:05"]);
        assert_eq!(of(Some(Grain::Second), "Europe/Zurich"), ["1 Aug 2013, 01:05:09"]);
        assert_eq!(of(Some(Grain::Month), "Europe/Zurich"), ["Aug 2013"]);
    }

    #[test]
    fn parts_have_names() {
        let of = |grain, cell| written(Kind::Integer, Some(grain), "UTC", &[cell]);
        assert_eq!(of(Grain::DayOfWeek, "7"), ["Sun"]);
        assert_eq!(of(Grain::DayOfWeek, "8"), ["8"]);
        assert_eq!(of(Grain::MonthOfYear, "1"), ["Jan"]);
        assert_eq!(of(Grain::HourOfDay, "5"), ["05:00"]);
        assert_eq!(of(Grain::WeekOfYear, "53"), ["53"]);
    }
}
