//! The reference: what must be answered, as the documents say it, in plain loops over the rows. It uses nothing of the server.
//!
//! First the rows that the person does not see are left out and cells are masked; then all is looked up, filtered, grouped,
//! added up, filtered again, put in order and cut.

mod fields;
mod masks;
mod value;

use crate::data::{EVENTS, PLACES};
use crate::requests::Request;
use crate::world::World;
use chrono_tz::Tz;
use fields::{FIELDS, Field, Row};
use serde_json::{Value as Json, json};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use value::{Held, Kind, Value, fits, neutral, written};

/// What must be answered: a status and a body, or of a refusal its code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.body)
    }
}

/// What one person sees.
pub(crate) struct Reference {
    rows: Vec<Row>,
    /// Columns that do not exist for them.
    hidden: BTreeSet<&'static str>,
}

/// A row of an answer: the values of its fields, and of the measures that are needed besides.
type Line = BTreeMap<&'static str, Held>;

impl Reference {
    pub(crate) fn of(world: &World) -> Self {
        let places: Vec<Row> = world.seen.places.iter().map(|place| masks::place(world, place)).collect();
        let joined = world.seen.events.iter().map(|event| {
            let mut row = masks::event(world, event);
            // A row that is not found, or hidden, is NULL; NULL finds nothing.
            let place = places.iter().find(|place| place["key"].is_some() && place["key"] == row["link"]);
            row.insert("key", place.and_then(|place| place["key"].clone()));
            row.extend(PLACES.iter().map(|column| (column.name, place.and_then(|place| place[column.name].clone()))));
            row
        });
        Self { rows: joined.collect(), hidden: masks::hidden(world) }
    }

    /// `None`: that is not modelled.
    pub(crate) fn answer(&self, request: &Request) -> Option<Expected> {
        let (query, is_file) = match request {
            Request::Query(query) => (query, false),
            Request::Csv(query) => (query, true),
            Request::Values { control, search } => return self.offered(control, search),
        };
        let asked = Asked::of(query)?;
        if asked.fields.iter().chain(asked.filters.iter().map(|(field, _)| field)).any(|field| self.hides(field)) {
            return Some(refused(400, "unknown_field"));
        }
        let lines = asked.cut(self.lines(&asked));
        let is_small = |line: &Line| asked.fields.iter().all(|field| fits(field.kind, &line[field.name]));
        if !lines.iter().all(is_small) {
            return Some(refused(422, "too_large"));
        }
        let body = if is_file { file(&asked, &lines) } else { document(&asked, &lines) };
        Some(Expected { status: 200, body })
    }

    fn hides(&self, field: &Field) -> bool {
        field.rests_on.iter().any(|column| self.hidden.contains(column))
    }

    /// The values of a control's field that begin so, whatever the case.
    fn offered(&self, control: &str, search: &str) -> Option<Expected> {
        let field = Field::named(control.strip_prefix("main/")?)?;
        if self.hides(field) {
            return Some(refused(400, "unknown_field"));
        }
        let values: BTreeSet<String> =
            self.rows.iter().filter_map(|row| field.dimension(row, Tz::UTC)?.text()).collect();
        let found = values.iter().filter(|value| value::folded(value).starts_with(&value::folded(search)));
        let body = json!({"values": found.collect::<Vec<_>>(), "truncated": false}).to_string();
        (values.len() <= 200).then_some(Expected { status: 200, body })
    }

    /// The lines of the answer in their order, before a limit.
    fn lines(&self, asked: &Asked) -> Vec<Line> {
        let zone = asked.zone;
        let on_rows = |row: &&Row| {
            asked
                .filters
                .iter()
                .all(|(field, filter)| field.is_measure || holds(filter, field, &field.dimension(row, zone), zone))
        };
        let mut lines = asked.grouped(self.rows.iter().filter(on_rows).collect());
        lines.retain(|line| asked.keeps(line, |field| field.is_measure && !field.is_over_answer()));
        // In the order of the answer; where that is by the total itself, in the order of the other fields.
        lines.sort_by(|left, right| asked.order(left, right, |field| field.is_over_answer()));
        add_shares(&mut lines);
        lines.sort_by(|left, right| asked.order(left, right, |field| field.name == "so_far"));
        add_running_total(&mut lines);
        lines.retain(|line| asked.keeps(line, Field::is_over_answer));
        lines.sort_by(|left, right| asked.order(left, right, |_| false));
        lines
    }
}

/// Parts of the sum of all lines, cut to six digits.
fn add_shares(lines: &mut [Line]) {
    let digits = |line: &Line| line["total"].as_ref().map(Value::digits);
    let all: i128 = lines.iter().filter_map(digits).sum();
    for line in lines {
        let part = digits(line).and_then(|own| (own * 1_000_000).checked_div(all));
        line.insert("part", part.map(|part| Value::Decimal(part, 6)));
    }
}

fn add_running_total(lines: &mut [Line]) {
    let mut so_far = 0;
    for line in lines {
        so_far += line["events"].as_ref().map_or(0, Value::digits);
        line.insert("so_far", Some(Value::Integer(so_far)));
    }
}

/// A question, taken apart.
struct Asked<'a> {
    fields: Vec<&'static Field>,
    filters: Vec<(&'static Field, &'a Json)>,
    /// What the order is by first, and whether it falls.
    sort: Option<(&'static Field, bool)>,
    limit: Option<usize>,
    after: Option<&'a [Json]>,
    /// Whose days and hours those of instants are.
    zone: Tz,
}

impl<'a> Asked<'a> {
    fn of(query: &'a Json) -> Option<Self> {
        let list = |name: &str| query[name].as_array().map(Vec::as_slice).unwrap_or_default();
        let field = |json: &Json| Field::named(json.as_str()?);
        let sort = match list("sorts") {
            [] => None,
            [one] => Some((field(&one["field"])?, one["descending"] == true)),
            _ => return None,
        };
        Some(Self {
            fields: list("fields").iter().map(field).collect::<Option<_>>()?,
            filters: list("filters")
                .iter()
                .map(|filter| Some((field(&filter["field"])?, filter)))
                .collect::<Option<_>>()?,
            sort,
            limit: query["limit"].as_u64().and_then(|limit| usize::try_from(limit).ok()),
            after: query["after"].as_array().map(Vec::as_slice),
            zone: query["time_zone"].as_str().unwrap_or("UTC").parse().ok()?,
        })
    }

    /// One line for each group of rows; one line at all where nothing groups.
    fn grouped(&self, rows: Vec<&Row>) -> Vec<Line> {
        let dimensions: Vec<&Field> = self.fields.iter().copied().filter(|field| !field.is_measure).collect();
        let mut groups: BTreeMap<Vec<Held>, Vec<&Row>> = BTreeMap::new();
        if dimensions.is_empty() {
            groups.insert(Vec::new(), Vec::new());
        }
        for row in rows {
            groups
                .entry(dimensions.iter().map(|field| field.dimension(row, self.zone)).collect())
                .or_default()
                .push(row);
        }
        let line = |(key, rows): (Vec<Held>, Vec<&Row>)| {
            let measures = FIELDS.iter().filter(|field| field.is_measure && !field.is_over_answer());
            let measures = measures.map(|field| (field.name, field.measure(&rows)));
            dimensions.iter().map(|field| field.name).zip(key).chain(measures).collect()
        };
        groups.into_iter().map(line).collect()
    }

    /// Whether a line fits the filters on those fields.
    fn keeps(&self, line: &Line, on: impl Fn(&Field) -> bool) -> bool {
        self.filters
            .iter()
            .filter(|(field, _)| on(field))
            .all(|(field, filter)| holds(filter, field, &line[field.name], self.zone))
    }

    /// The sort, then every other field ascending, NULL last always; without some of the fields.
    fn order(&self, left: &Line, right: &Line, without: impl Fn(&Field) -> bool) -> Ordering {
        let others = self.fields.iter().filter(|field| self.sort.is_none_or(|(sorted, _)| sorted.name != field.name));
        let keys = self.sort.into_iter().chain(others.map(|field| (*field, false)));
        let orders = keys.filter(|(field, _)| !without(field)).map(|(field, falls)| {
            match (&left[field.name], &right[field.name]) {
                (Some(left), Some(right)) if falls => right.cmp(left),
                (Some(left), Some(right)) => left.cmp(right),
                (left, right) => left.is_none().cmp(&right.is_none()),
            }
        });
        orders.fold(Ordering::Equal, Ordering::then)
    }

    /// The lines behind the one that the question names, as many as it wants.
    fn cut(&self, lines: Vec<Line>) -> Vec<Line> {
        let behind = self.after.map_or(0, |after| {
            let is_it =
                |line: &Line| self.fields.iter().zip(after).all(|(field, cell)| written(&line[field.name]) == *cell);
            lines.iter().position(is_it).map_or(lines.len(), |index| index + 1)
        });
        lines.into_iter().skip(behind).take(self.limit.unwrap_or(usize::MAX)).collect()
    }
}

/// Whether a value fits a filter. NULL fits `is_null` alone.
fn holds(filter: &Json, field: &Field, value: &Held, zone: Tz) -> bool {
    let operator = filter["operator"].as_str().unwrap_or("is_any_of");
    let Some(value) = value else { return operator == "is_null" };
    let values = filter["values"].as_array().map(Vec::as_slice).unwrap_or_default();
    // An instant is compared with a date by its day.
    let by_day = match (value, values) {
        (Value::Instant(at), [Json::String(day)]) if day.len() == 10 => {
            Some((Value::Day(at.with_timezone(&zone).date_naive()), Kind::Day))
        }
        _ => None,
    };
    let (value, kind) = by_day.as_ref().map_or((value, field.kind), |(day, kind)| (day, *kind));
    let literals: Vec<Value> = values.iter().map(|json| Value::read(json, kind)).collect();
    let matches = |how: fn(&str, &str) -> bool| {
        let text = value::folded(&value.text().expect("a text"));
        literals.iter().any(|literal| how(&text, &value::folded(&literal.text().expect("a text"))))
    };
    match operator {
        "is_null" => false,
        "is_not_null" => true,
        "is_any_of" => literals.contains(value),
        "is_none_of" => !literals.contains(value),
        "is_any_of_ignoring_case" => matches(|text, other| text == other),
        "contains" => matches(|text, other| text.contains(other)),
        "less" => *value < literals[0],
        "less_or_equal" => *value <= literals[0],
        "greater" => *value > literals[0],
        "greater_or_equal" => *value >= literals[0],
        other => panic!("`{other}` is no operator"),
    }
}

fn refused(status: u16, code: &str) -> Expected {
    Expected { status, body: code.to_owned() }
}

fn document(asked: &Asked<'_>, lines: &[Line]) -> String {
    let columns: Vec<Json> = asked.fields.iter().map(|field| field.column()).collect();
    let cells = |line: &Line| asked.fields.iter().map(|field| written(&line[field.name])).collect::<Vec<Json>>();
    let rows: Vec<_> = lines.iter().map(cells).collect();
    json!({"columns": columns, "rows": rows, "truncated": false, "as_of": "2026-01-01T00:00:00Z", "time_zone": asked.zone.name()}).to_string()
}

/// Lines of CSV, with what spreadsheets would run behind an apostrophe.
fn file(asked: &Asked<'_>, lines: &[Line]) -> String {
    let head: Vec<String> = asked.fields.iter().map(|field| field.name.to_owned()).collect();
    let cells = |line: &Line| asked.fields.iter().map(|field| neutral(&line[field.name])).collect();
    let record = |cells: Vec<String>| {
        // A line with nothing in it would be none.
        let only = cells.len() == 1;
        let quoted = cells.into_iter().map(|cell| {
            let quotes = cell.contains([',', '"', '\r', '\n']) || (only && cell.is_empty());
            if quotes { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
        });
        quoted.collect::<Vec<_>>().join(",") + "\r\n"
    };
    std::iter::once(head).chain(lines.iter().map(cells)).map(record).collect()
}

/// The names of an event's columns, with its key.
fn event_columns() -> impl Iterator<Item = &'static str> {
    std::iter::once("id").chain(EVENTS.iter().map(|column| column.name))
}
