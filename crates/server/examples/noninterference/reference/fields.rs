//! The fields of the one explore, each as the model defines it.

use super::masks::{lower_end, month};
use super::value::{Held, Kind, Value, folded};
use chrono::{DateTime, Datelike as _, TimeDelta, Timelike as _, Weekday};
use chrono_tz::Tz;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// An event with its place: masked values by column. Those of places have no names in common with those of events.
pub(super) type Row = BTreeMap<&'static str, Held>;

/// A field of the explore.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) is_measure: bool,
    /// The columns without which it does not exist.
    pub(super) rests_on: &'static [&'static str],
}

const fn dimension(name: &'static str, kind: Kind, rests_on: &'static [&'static str]) -> Field {
    Field { name, kind, is_measure: false, rests_on }
}

const fn measure(name: &'static str, kind: Kind, rests_on: &'static [&'static str]) -> Field {
    Field { name, kind, is_measure: true, rests_on }
}

/// Every field. What is of a place is found by `link`.
pub(super) const FIELDS: &[Field] = &[
    dimension("id", Kind::Integer, &["id"]),
    dimension("label", Kind::Text, &["label"]),
    dimension("code", Kind::Text, &["code"]),
    dimension("number", Kind::Integer, &["number"]),
    dimension("price", Kind::Decimal(2), &["price"]),
    dimension("day", Kind::Day, &["day"]),
    dimension("month", Kind::Day, &["day"]),
    dimension("at", Kind::Instant, &["at"]),
    dimension("week", Kind::Day, &["at"]),
    dimension("hour", Kind::Instant, &["at"]),
    dimension("date", Kind::Day, &["at"]),
    dimension("clock", Kind::Integer, &["at"]),
    dimension("weekday", Kind::Integer, &["at"]),
    dimension("flag", Kind::Flag, &["flag"]),
    dimension("link", Kind::Integer, &["link"]),
    dimension("place", Kind::Text, &["link", "name"]),
    dimension("size", Kind::Integer, &["link", "size"]),
    dimension("open", Kind::Flag, &["link", "open"]),
    dimension("tens", Kind::Integer, &["number"]),
    dimension("sort", Kind::Text, &["label"]),
    measure("events", Kind::Integer, &[]),
    measure("total", Kind::Decimal(2), &["price"]),
    measure("numbers", Kind::Integer, &["number"]),
    measure("labels", Kind::Integer, &["label"]),
    measure("last", Kind::Text, &["code"]),
    measure("middle", Kind::Decimal(3), &["price"]),
    measure("most", Kind::Integer, &["number"]),
    measure("mean", Kind::Decimal(6), &["price"]),
    measure("first", Kind::Day, &["day"]),
    measure("usual", Kind::Instant, &["at"]),
    measure("sizes", Kind::Integer, &["link", "size"]),
    measure("flagged", Kind::Integer, &["flag"]),
    measure("share", Kind::Decimal(6), &["flag"]),
    measure("per", Kind::Decimal(6), &["price", "number"]),
    measure("so_far", Kind::Integer, &[]),
    measure("part", Kind::Decimal(6), &["price"]),
];

impl Field {
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.name == name)
    }

    /// Whether it is made of other lines of the answer too.
    pub(super) fn is_over_answer(&self) -> bool {
        matches!(self.name, "so_far" | "part")
    }

    /// What an answer says of its column.
    pub(super) fn column(&self) -> Json {
        let kind = match self.kind {
            Kind::Text => "text",
            Kind::Integer => "integer",
            Kind::Decimal(_) => "decimal",
            Kind::Flag => "boolean",
            Kind::Day => "date",
            Kind::Instant => "timestamp",
        };
        let mut column = json!({"name": self.name, "label": self.name, "type": kind, "format": "plain"});
        let grain = match self.name {
            "month" | "week" | "hour" => Some(self.name),
            "date" => Some("day"),
            "clock" => Some("hour_of_day"),
            "weekday" => Some("day_of_week"),
            _ => None,
        };
        if let Some(grain) = grain {
            column["grain"] = json!(grain);
        }
        if self.is_measure {
            column["measure"] = json!(true);
        }
        column
    }

    /// Its value in a row, with days and hours of that zone.
    pub(super) fn dimension(&self, row: &Row, zone: Tz) -> Held {
        match (self.name, row.get(self.name)) {
            ("place", _) => row["name"].clone(),
            ("month", _) => match row["day"] {
                Some(Value::Day(day)) => Some(Value::Day(month(day))),
                _ => None,
            },
            ("week" | "hour" | "date" | "clock" | "weekday", _) => match row["at"] {
                Some(Value::Instant(at)) => Some(grained(self.name, at.with_timezone(&zone))),
                _ => None,
            },
            ("tens", _) => lower_end(row["number"].as_ref()?.digits(), 10).map(Value::Integer),
            ("sort", _) => Some(Value::Text(case(&row["label"]).to_owned())),
            (_, Some(value)) => value.clone(),
            (name, None) => panic!("`{name}` is no dimension"),
        }
    }

    /// Its value over rows. What is over the answer is none of it.
    pub(super) fn measure(&self, rows: &[&Row]) -> Held {
        let all = |column: &str| rows.iter().filter_map(|row| row[column].clone()).collect::<Vec<Value>>();
        let flagged = rows.iter().filter(|row| row["flag"] == Some(Value::Flag(true))).count();
        match self.name {
            "events" => counted(rows.len()),
            "flagged" => counted(flagged),
            "labels" => counted(all("label").into_iter().collect::<BTreeSet<_>>().len()),
            "total" => sum(&all("price")).map(|digits| Value::Decimal(digits, 2)),
            "numbers" => sum(&all("number")).map(Value::Integer),
            "sizes" => {
                // Each place once, however many events lead to it.
                let places: BTreeMap<&Held, &Held> = rows.iter().map(|row| (&row["key"], &row["size"])).collect();
                sum(&places.into_values().flatten().cloned().collect::<Vec<_>>()).map(Value::Integer)
            }
            "last" => all("code").into_iter().max(),
            "first" => all("day").into_iter().min(),
            "middle" => middle(all("price")),
            "most" => share_of(all("number"), 9, 10),
            "usual" => share_of(all("at"), 1, 2),
            "mean" => {
                let prices = all("price");
                quotient(sum(&prices)?, 2, i128::try_from(prices.len()).expect("a count"))
            }
            "share" => quotient(flagged.try_into().expect("a count"), 0, rows.len().try_into().expect("a count")),
            "per" => quotient(sum(&all("price"))?, 2, sum(&all("number"))?),
            other => panic!("`{other}` is no measure of rows"),
        }
    }
}

/// A period of an instant, or a part of its date or time. In these zones no clock is changed within an hour.
fn grained(name: &str, at: DateTime<Tz>) -> Value {
    let day = at.date_naive();
    match name {
        "week" => Value::Day(day.week(Weekday::Mon).first_day()),
        "date" => Value::Day(day),
        "clock" => Value::Integer(at.hour().into()),
        "weekday" => Value::Integer(day.weekday().number_from_monday().into()),
        _ => {
            let since = TimeDelta::minutes(at.minute().into()) + TimeDelta::seconds(at.second().into());
            Value::Instant(at.to_utc() - since - TimeDelta::nanoseconds(at.nanosecond().into()))
        }
    }
}

/// The first case that holds.
fn case(label: &Held) -> &'static str {
    match label.as_ref().and_then(Value::text) {
        Some(label) if folded(&label).contains("th") => "pole",
        Some(label) if label == "0" || label == "7" => "digit",
        _ => "other",
    }
}

fn counted(count: usize) -> Held {
    Some(Value::Integer(count.try_into().expect("a count")))
}

/// Of nothing there is no sum.
fn sum(values: &[Value]) -> Option<i128> {
    (!values.is_empty()).then(|| values.iter().map(Value::digits).sum())
}

/// Digits of a scale divided by a whole number, cut to six; by zero it is NULL.
fn quotient(digits: i128, scale: u32, by: i128) -> Held {
    (digits * 10_i128.pow(6 - scale)).checked_div(by).map(|digits| Value::Decimal(digits, 6))
}

/// The value in the middle, or half of the sum of two, with one digit more.
fn middle(mut values: Vec<Value>) -> Held {
    values.sort();
    let upper = values.get(values.len() / 2)?.digits();
    let lower = if values.len() % 2 == 1 { upper } else { values[values.len() / 2 - 1].digits() };
    Some(Value::Decimal((lower + upper) * 5, 3))
}

/// The smallest value that is not below so large a part of all.
fn share_of(mut values: Vec<Value>, part: usize, of: usize) -> Held {
    values.sort();
    let rank = (values.len() * part).div_ceil(of);
    values.get(rank.checked_sub(1)?).cloned()
}
