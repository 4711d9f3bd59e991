//! What is asked: fields, filters on rows and on what they add up to, sorts, limits; files and lists of values.

use crate::data::LABELS;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, IteratorRandom};
use serde_json::{Value, json};

const DIMENSIONS: &[&str] = &[
    "id", "label", "code", "number", "price", "day", "month", "flag", "link", "place", "size", "open", "tens", "sort",
    "at", "hour", "date", "clock", "weekday",
];
const MEASURES: &[&str] = &[
    "events", "total", "numbers", "labels", "last", "middle", "most", "mean", "sizes", "flagged", "share", "so_far",
    "part",
];

const ZONES: &[&str] = &["Europe/Zurich", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "UTC"];

#[derive(Debug, Clone)]
pub(crate) enum Request {
    Query(Value),
    Csv(Value),
    Values { control: &'static str, search: &'static str },
}

impl Request {
    pub(crate) fn random(random: &mut StdRng) -> Self {
        match random.random_range(0..10) {
            0 => Self::Values {
                control: ["main/label", "main/place"].choose(random).expect("controls"),
                search: ["", "n", "we_", "%", "NO"].choose(random).expect("texts"),
            },
            1 => Self::Csv(query(random)),
            _ => Self::Query(query(random)),
        }
    }

    /// Its kind, for the count of what was tried.
    pub(crate) fn features(&self) -> Vec<&'static str> {
        let (kind, query) = match self {
            Self::Query(query) => ("a question", Some(query)),
            Self::Csv(query) => ("a file", Some(query)),
            Self::Values { .. } => ("a list of values", None),
        };
        let has = |name: &str| query.is_some_and(|query| query[name].as_array().is_some_and(|items| !items.is_empty()));
        let limited = query.is_some_and(|query| !query["limit"].is_null());
        let zoned = query.is_some_and(|query| !query["time_zone"].is_null());
        let named =
            [("a filter", has("filters")), ("a sort", has("sorts")), ("a limit", limited), ("a time zone", zoned)];
        std::iter::once(kind).chain(named.into_iter().filter(|(_, there)| *there).map(|(name, _)| name)).collect()
    }
}

fn query(random: &mut StdRng) -> Value {
    let (dimensions, measures) = (random.random_range(0..=3), random.random_range(0..=2));
    let mut fields: Vec<&str> = DIMENSIONS.iter().copied().choose_multiple(random, dimensions);
    fields.extend(MEASURES.iter().copied().choose_multiple(random, measures));
    if fields.is_empty() {
        fields.push("events");
    }
    let filters: Vec<Value> = (0..random.random_range(0..=2)).map(|_| filter(random)).collect();
    let sorts: Vec<Value> = match fields.choose(random) {
        Some(field) if random.random() => vec![json!({"field": field, "descending": random.random::<bool>()})],
        _ => Vec::new(),
    };
    let mut query = json!({"explore": "m.events", "fields": fields, "filters": filters, "sorts": sorts});
    if random.random_ratio(1, 3) {
        query["limit"] = json!(random.random_range(1..6));
    }
    if random.random() {
        query["time_zone"] = json!(ZONES.choose(random).expect("zones"));
    }
    query
}

fn filter(random: &mut StdRng) -> Value {
    let filter =
        |field: &str, operator: &str, values: Value| json!({"field": field, "operator": operator, "values": values});
    let label = *LABELS.choose(random).expect("labels");
    let compared = *["less", "less_or_equal", "greater", "greater_or_equal"].choose(random).expect("operators");
    let number = *[0, 1, 3, 5, 100].choose(random).expect("numbers");
    match random.random_range(0..15) {
        0 => filter("label", "is_any_of", json!([label, "south"])),
        1 => filter("label", "contains", json!([label])),
        2 => filter("label", "is_none_of", json!([label])),
        3 => filter("place", "is_any_of_ignoring_case", json!([label])),
        4 => filter("number", compared, json!([number])),
        5 => filter("price", compared, json!([format!("{number}.50")])),
        6 => filter("day", compared, json!(["2026-01-05"])),
        7 => filter("flag", "is_any_of", json!([true])),
        8 => filter(["label", "number", "place", "size"].choose(random).expect("fields"), "is_null", json!([])),
        9 => filter("events", compared, json!([number])),
        10 => filter("total", compared, json!([number])),
        11 => filter("share", compared, json!(["0.5"])),
        12 => filter("at", compared, json!(["2026-03-29"])),
        13 => filter("clock", compared, json!([2])),
        _ => filter("size", "is_any_of", json!([number])),
    }
}
