//! The fields of the one explore, each as the model defines it.

use super::masks::{lower_end, month};
use super::rows::Row;
use super::value::{Held, Kind, Value, folded};
use crate::data::Of;
use crate::formulas::{Formulas, Parameters};
use crate::joins::Join;
use crate::world::World;
use chrono::{DateTime, Datelike as _, TimeDelta, Timelike as _, Weekday};
use chrono_tz::Tz;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// A field of the explore.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) is_measure: bool,
    /// The columns without which it does not exist.
    rests_on: &'static [&'static str],
    /// The table whose rows it counts, if it is a measure of rows.
    per: Of,
}

/// What fields are computed with, beside a row.
pub(super) struct Seen<'a> {
    pub(super) world: &'a World,
    /// Whose days and hours those of instants are.
    pub(super) zone: Tz,
    pub(super) parameters: Parameters,
}

const fn dimension(name: &'static str, kind: Kind, rests_on: &'static [&'static str]) -> Field {
    Field { name, kind, is_measure: false, rests_on, per: Of::Events }
}

const fn measure(name: &'static str, kind: Kind, rests_on: &'static [&'static str]) -> Field {
    Field { name, kind, is_measure: true, rests_on, per: Of::Events }
}

const fn measure_per(per: Of, name: &'static str, kind: Kind, rests_on: &'static [&'static str]) -> Field {
    Field { name, kind, is_measure: true, rests_on, per }
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
    measure_per(Of::Places, "sizes", Kind::Integer, &["link", "size"]),
    measure("sizes_met", Kind::Integer, &["link", "size"]),
    measure_per(Of::Places, "spots", Kind::Integer, &["link", "key"]),
    measure("flagged", Kind::Integer, &["flag"]),
    measure("share", Kind::Decimal(6), &["flag"]),
    measure("per", Kind::Decimal(6), &["price", "number"]),
    measure("so_far", Kind::Integer, &[]),
    measure("part", Kind::Decimal(6), &["price"]),
    measure("mines", Kind::Integer, &["mine"]),
    // Calculated: what they rest on is for their formulas to say.
    dimension("mine", Kind::Flag, &[]),
    dimension("theirs", Kind::Flag, &[]),
    dimension("noted", Kind::Flag, &[]),
    dimension("figure", Kind::Integer, &[]),
    dimension("dozens", Kind::Integer, &[]),
    dimension("quota", Kind::Decimal(6), &[]),
    dimension("gain", Kind::Decimal(2), &[]),
    dimension("own", Kind::Text, &[]),
    dimension("class", Kind::Text, &[]),
    dimension("tag", Kind::Integer, &["tag"]),
    dimension("word", Kind::Text, &["word"]),
    dimension("weight", Kind::Integer, &["weight"]),
    dimension("set", Kind::Flag, &["set"]),
    measure_per(Of::Tags, "tags", Kind::Integer, &["tag"]),
    measure_per(Of::Tags, "weights", Kind::Integer, &["weight"]),
    measure_per(Of::Tags, "words", Kind::Integer, &["word"]),
    measure_per(Of::Tags, "heaviest", Kind::Integer, &["weight"]),
    measure_per(Of::Tags, "weigh", Kind::Decimal(1), &["weight"]),
    measure_per(Of::Tags, "tag_mean", Kind::Decimal(6), &["tag", "price"]),
    measure("heavy", Kind::Integer, &["weight"]),
    measure("tagged", Kind::Decimal(6), &["tag"]),
];

impl Field {
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.name == name)
    }

    /// The columns that it rests on, with those on the way to them. `None`: there is no such field.
    pub(super) fn columns(&self, world: &World) -> Option<Vec<&'static str>> {
        if self.name == "tag_mean" && !world.join.is_from_one_event() {
            return None;
        }
        let mut columns = Vec::new();
        for name in self.rests_on.iter().copied().chain(self.inputs(&world.formulas)?) {
            match Self::named(name) {
                // What a formula reads is a field itself, and so is what a measure only counts where it holds.
                Some(field) if field.name != self.name => columns.extend(field.columns(world)?),
                _ => columns.push(name),
            }
        }
        let of_tags = |column: &str| Of::Tags.names_of_columns().any(|one| one == column);
        if columns.iter().any(|column| of_tags(column)) {
            if world.join == Join::Absent {
                return None;
            }
            columns.extend(world.join.rests_on());
        }
        Some(columns)
    }

    /// The fields that its formula reads, without parameters. `None`: it has no formula here, and ought to.
    fn inputs(&self, formulas: &Formulas) -> Option<Vec<&'static str>> {
        let is_calculated = !self.is_measure && self.rests_on.is_empty();
        if !is_calculated {
            return Some(Vec::new());
        }
        let formula = formulas.fields.get(self.name)?;
        Some(formula.reads().into_iter().filter(|name| Self::named(name).is_some()).collect())
    }

    /// Whether its value depends on that parameter.
    pub(super) fn reads(&self, parameter: &str, formulas: &Formulas) -> bool {
        let own = formulas.fields.get(self.name).is_some_and(|formula| formula.reads().contains(&parameter));
        own || self
            .rests_on
            .iter()
            .filter_map(|name| formulas.fields.get(name))
            .any(|one| one.reads().contains(&parameter))
    }

    /// The tables that are read for it, those on the way among them.
    pub(super) fn tables(&self, world: &World) -> Vec<Of> {
        let columns = self.columns(world).unwrap_or_default();
        let is_read = |of: &Of| of.names_of_columns().any(|name| columns.contains(&name));
        Of::ALL.into_iter().filter(is_read).collect()
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

    /// Its value in a row.
    pub(super) fn dimension(&self, row: &Row, seen: &Seen<'_>) -> Held {
        if let Some(formula) = seen.world.formulas.fields.get(self.name) {
            let of = |name: &str| match (seen.parameters.get(name), Self::named(name)) {
                (Some(value), _) => value.clone(),
                (None, Some(field)) => field.dimension(row, seen),
                (None, None) => panic!("`{name}` is no field"),
            };
            let value = formula.value(&of, &seen.world.person);
            return match self.name {
                "dozens" => lower_end(value?.digits(), 12).map(Value::Integer),
                "class" => Some(Value::Text(case(&value).to_owned())),
                _ => value,
            };
        }
        let cells = &row.cells;
        match (self.name, cells.get(self.name)) {
            ("place", _) => cells["name"].clone(),
            ("month", _) => match cells["day"] {
                Some(Value::Day(day)) => Some(Value::Day(month(day))),
                _ => None,
            },
            ("week" | "hour" | "date" | "clock" | "weekday", _) => match cells["at"] {
                Some(Value::Instant(at)) => Some(grained(self.name, at.with_timezone(&seen.zone))),
                _ => None,
            },
            ("tens", _) => lower_end(cells["number"].as_ref()?.digits(), 10).map(Value::Integer),
            ("sort", _) => Some(Value::Text(case(&cells["label"]).to_owned())),
            (_, Some(value)) => value.clone(),
            (name, None) => panic!("`{name}` is no dimension"),
        }
    }

    /// Its value over rows, of which each counts once that the measure is of. What is over the answer is none of it.
    pub(super) fn measure(&self, rows: &[&Row], seen: &Seen<'_>) -> Held {
        let of = |name: &str| Self::named(name).expect("a measure").measure(rows, seen);
        match self.name {
            "share" => return ratio(of("flagged"), 0, of("events")),
            "tagged" => return ratio(of("tags"), 0, of("events")),
            "per" => return ratio(of("total"), 2, of("numbers")),
            _ => {}
        }
        let counts = |row: &&&Row| match self.name {
            "flagged" => row.cells["flag"] == Some(Value::Flag(true)),
            "heavy" => matches!(row.cells.get("weight"), Some(Some(Value::Integer(weight))) if *weight > 2),
            "mines" => Self::named("mine").expect("a field").dimension(row, seen) == Some(Value::Flag(true)),
            _ => true,
        };
        let counted = rows.iter().filter(counts).filter_map(|row| Some((row.number(self.per)?, *row)));
        let once: BTreeMap<usize, &Row> = counted.collect();
        let all = |column: &str| once.values().filter_map(|row| row.cells.get(column)?.clone()).collect::<Vec<Value>>();
        let distinct = |column: &str| counted_up(all(column).into_iter().collect::<BTreeSet<_>>().len());
        match self.name {
            "events" | "flagged" | "spots" | "mines" | "tags" | "heavy" => counted_up(once.len()),
            "labels" => distinct("label"),
            "words" => distinct("word"),
            "total" => sum(&all("price")).map(|digits| Value::Decimal(digits, 2)),
            "numbers" => sum(&all("number")).map(Value::Integer),
            "sizes" | "sizes_met" => sum(&all("size")).map(Value::Integer),
            "weights" => sum(&all("weight")).map(Value::Integer),
            "last" => all("code").into_iter().max(),
            "heaviest" => all("weight").into_iter().max(),
            "first" => all("day").into_iter().min(),
            "middle" => middle(all("price"), 2),
            "weigh" => middle(all("weight"), 0),
            "most" => share_of(all("number"), 9, 10),
            "usual" => share_of(all("at"), 1, 2),
            "mean" | "tag_mean" => {
                let prices = all("price");
                quotient(sum(&prices)?, 2, i128::try_from(prices.len()).expect("a count"))
            }
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

fn counted_up(count: usize) -> Held {
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

/// One measure divided by another.
fn ratio(of: Held, scale: u32, by: Held) -> Held {
    quotient(of?.digits(), scale, by?.digits())
}

/// The value in the middle, or half of the sum of two, with one digit more than the scale.
fn middle(mut values: Vec<Value>, scale: u32) -> Held {
    values.sort();
    let upper = values.get(values.len() / 2)?.digits();
    let lower = if values.len() % 2 == 1 { upper } else { values[values.len() / 2 - 1].digits() };
    Some(Value::Decimal((lower + upper) * 5, scale + 1))
}

/// The smallest value that is not below so large a part of all.
fn share_of(mut values: Vec<Value>, part: usize, of: usize) -> Held {
    values.sort();
    let rank = (values.len() * part).div_ceil(of);
    values.get(rank.checked_sub(1)?).cloned()
}
