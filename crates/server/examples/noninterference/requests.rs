//! What is asked: fields, filters on rows and on what they add up to, sorts, limits; files and lists of values.

use crate::data::{INSTANTS, LABELS};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, IteratorRandom};
use serde_json::{Value, json};

const DIMENSIONS: &[&str] = &[
    "id", "label", "code", "number", "price", "day", "month", "at", "week", "flag", "link", "place", "size", "open",
    "tens", "sort", "hour", "date", "clock", "weekday",
];
const MEASURES: &[&str] = &[
    "events", "total", "numbers", "labels", "last", "middle", "most", "mean", "first", "usual", "sizes", "flagged",
    "share", "per", "so_far", "part",
];

const ZONES: &[&str] = &["Europe/Zurich", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "UTC"];

/// Measures that are made of other lines of the answer.
const OVER_ANSWER: [&str; 2] = ["so_far", "part"];

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

    /// The next page of an answer with those rows, if the question is one that has pages.
    pub(crate) fn next(&self, rows: &[Value]) -> Option<Self> {
        let (Self::Query(query), Some(last)) = (self, rows.last()) else { return None };
        let mut query = query.clone();
        query["after"] = last.clone();
        Some(Self::Query(query))
    }

    /// The same with less in it: a filter, the sort, the limit, the page or a field fewer.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        let (Self::Query(query) | Self::Csv(query)) = self else { return Vec::new() };
        let of = |query| if matches!(self, Self::Csv(_)) { Self::Csv(query) } else { Self::Query(query) };
        let mut smaller = Vec::new();
        for name in ["limit", "after", "sorts", "time_zone"] {
            let mut query = query.clone();
            if query.as_object_mut().is_some_and(|members| members.remove(name).is_some()) {
                smaller.push(of(query));
            }
        }
        for (name, least) in [("filters", 0), ("fields", 1)] {
            let items = query[name].as_array().map_or(0, Vec::len);
            for index in (0..items).filter(|_| items > least) {
                let mut query = query.clone();
                query[name].as_array_mut().map(|items| items.remove(index));
                smaller.push(of(query));
            }
        }
        smaller
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
        let named = [
            ("a filter", has("filters")),
            ("a sort", has("sorts")),
            ("a limit", limited),
            ("a next page", has("after")),
            ("a time zone", zoned),
        ];
        std::iter::once(kind).chain(named.into_iter().filter(|(_, there)| *there).map(|(name, _)| name)).collect()
    }
}

fn query(random: &mut StdRng) -> Value {
    let (dimensions, measures) = (random.random_range(0..=3), random.random_range(0..=2));
    let mut fields: Vec<&str> = DIMENSIONS.iter().copied().choose_multiple(random, dimensions);
    if random.random_ratio(1, 12) {
        fields.extend(OVER_ANSWER);
    } else {
        fields.extend(MEASURES.iter().copied().choose_multiple(random, measures));
    }
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
    match random.random_range(0..20) {
        0 => filter("label", "is_any_of", json!([label, "south"])),
        1 => filter("label", "contains", json!([label])),
        2 => filter("label", "is_none_of", json!([label])),
        3 => filter("place", "is_any_of_ignoring_case", json!([label])),
        4 => filter("number", compared, json!([number])),
        5 => filter("price", compared, json!([format!("{number}.50")])),
        6 => filter("day", compared, json!(["2026-01-05"])),
        7 => filter("flag", "is_any_of", json!([true])),
        8 => {
            let field = ["label", "number", "place", "size", "at", "tens"].choose(random).expect("fields");
            filter(field, if random.random() { "is_null" } else { "is_not_null" }, json!([]))
        }
        9 => filter("events", compared, json!([number])),
        10 => filter("total", compared, json!([number])),
        11 => filter("share", compared, json!(["0.5"])),
        12 => filter("at", compared, json!([INSTANTS.choose(random)])),
        13 => filter("sort", "is_any_of", json!(["pole", "digit"])),
        14 => filter("numbers", compared, json!([number])),
        15 => filter("so_far", compared, json!([number])),
        16 => filter("part", compared, json!(["0.25"])),
        17 => {
            let day = *["2026-03-29", "2026-01-01"].choose(random).expect("days");
            filter("at", compared, json!([day]))
        }
        18 => filter("clock", compared, json!([2])),
        _ => filter("size", "is_any_of", json!([number])),
    }
}
