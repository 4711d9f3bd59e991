//! Questions by chance: fields, filters on rows and on what they add up to, values of parameters, sorts, limits.

use crate::data::{INSTANTS, LABELS};
use crate::joins::Join;
use crate::person::ZONES;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, IteratorRandom};
use serde_json::{Value, json};

const DIMENSIONS: &[&str] = &[
    "id", "label", "code", "number", "price", "day", "month", "at", "week", "flag", "link", "place", "size", "open",
    "tens", "sort", "hour", "date", "clock", "weekday",
];
const CALCULATED: &[&str] = &["mine", "theirs", "figure", "dozens", "quota", "gain", "own", "class"];
const MEASURES: &[&str] = &[
    "events",
    "total",
    "numbers",
    "labels",
    "last",
    "middle",
    "most",
    "mean",
    "first",
    "usual",
    "sizes",
    "flagged",
    "share",
    "per",
    "so_far",
    "part",
    "sizes_met",
    "spots",
    "mines",
];
const DIMENSIONS_OF_TAGS: &[&str] = &["tag", "word", "weight", "set", "noted"];
const MEASURES_OF_TAGS: &[&str] = &["tags", "weights", "words", "heaviest", "weigh", "heavy", "tagged"];

/// Measures that are made of other lines of the answer.
const OVER_ANSWER: [&str; 2] = ["so_far", "part"];

/// The fields that there are to ask for.
#[derive(Debug, Clone)]
pub(crate) struct Offered {
    dimensions: Vec<&'static str>,
    measures: Vec<&'static str>,
    has_tags: bool,
}

impl Offered {
    pub(crate) fn with(join: Join) -> Self {
        let has_tags = join != Join::Absent;
        let (mut dimensions, mut measures) = ([DIMENSIONS, CALCULATED].concat(), MEASURES.to_vec());
        if has_tags {
            dimensions.extend(DIMENSIONS_OF_TAGS);
            measures.extend(MEASURES_OF_TAGS);
        }
        if join.is_from_one_event() {
            measures.push("tag_mean");
        }
        Self { dimensions, measures, has_tags }
    }

    /// Some of the dimensions.
    pub(crate) fn dimensions(&self, random: &mut StdRng) -> Vec<&'static str> {
        let many = random.random_range(1..=3);
        self.dimensions.iter().copied().choose_multiple(random, many)
    }

    /// A question; of one that an author writes down, parameters have values that they may have.
    pub(crate) fn query(&self, of_author: bool, random: &mut StdRng) -> Value {
        let (dimensions, measures) = (random.random_range(0..=3), random.random_range(0..=2));
        let mut fields: Vec<&str> = self.dimensions.iter().copied().choose_multiple(random, dimensions);
        if random.random_ratio(1, 12) {
            fields.extend(OVER_ANSWER);
        } else {
            fields.extend(self.measures.iter().copied().choose_multiple(random, measures));
        }
        if fields.is_empty() {
            fields.push("events");
        }
        let filters: Vec<Value> = (0..random.random_range(0..=2)).map(|_| self.filter(of_author, random)).collect();
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

    fn filter(&self, of_author: bool, random: &mut StdRng) -> Value {
        match random.random_range(0..10) {
            0 | 1 => on_calculated(random),
            2 => on_parameter(of_author, random),
            3 | 4 if self.has_tags => on_tags(random),
            _ => on_columns(random),
        }
    }
}

fn filter(field: &str, operator: &str, values: Value) -> Value {
    json!({"field": field, "operator": operator, "values": values})
}

fn compared(random: &mut StdRng) -> &'static str {
    ["less", "less_or_equal", "greater", "greater_or_equal"].choose(random).expect("operators")
}

fn on_calculated(random: &mut StdRng) -> Value {
    let number = *[0, 1, 3, 5, 100].choose(random).expect("numbers");
    match random.random_range(0..7) {
        0 => filter("mine", "is_any_of", json!([random.random::<bool>()])),
        1 => filter("theirs", "is_any_of", json!([random.random::<bool>()])),
        2 => filter("figure", compared(random), json!([number])),
        3 => filter("quota", compared(random), json!([format!("{number}.25")])),
        4 => filter("gain", compared(random), json!([format!("{number}.50")])),
        5 => filter("own", "is_any_of", json!([LABELS.choose(random), "south"])),
        _ => {
            let field = ["mine", "figure", "own", "dozens", "class"].choose(random).expect("fields");
            filter(field, if random.random() { "is_null" } else { "is_not_null" }, json!([]))
        }
    }
}

fn on_parameter(of_author: bool, random: &mut StdRng) -> Value {
    let least: &[i64] = if of_author { &[0, 1, 2, 5] } else { &[0, 1, 2, 5, 7] };
    if random.random() {
        filter("least", "is_any_of", json!([least.choose(random)]))
    } else {
        filter("wanted", "is_any_of", json!([LABELS.choose(random)]))
    }
}

fn on_tags(random: &mut StdRng) -> Value {
    let label = *LABELS.choose(random).expect("labels");
    let number = *[0, 1, 3, 5, 100].choose(random).expect("numbers");
    match random.random_range(0..7) {
        0 => filter("word", "is_any_of", json!([label, "north"])),
        1 => filter("word", "is_none_of", json!([label])),
        2 => filter("weight", compared(random), json!([number])),
        3 => filter("set", "is_any_of", json!([true])),
        4 => filter("tags", compared(random), json!([number])),
        5 => filter("noted", "is_any_of", json!([random.random::<bool>()])),
        _ => filter("tag", if random.random() { "is_null" } else { "is_not_null" }, json!([])),
    }
}

fn on_columns(random: &mut StdRng) -> Value {
    let label = *LABELS.choose(random).expect("labels");
    let number = *[0, 1, 3, 5, 100].choose(random).expect("numbers");
    let compared = compared(random);
    match random.random_range(0..22) {
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
        19 => {
            let expression = *["-south", "%o%,-south", "north,0"].choose(random).expect("expressions");
            filter("label", "matches", json!([expression]))
        }
        20 => filter("number", "matches", json!([format!(">{number},-1")])),
        _ => filter("size", "is_any_of", json!([number])),
    }
}

/// The same with less in it: a filter, the sort, the limit, the page or a field fewer.
pub(crate) fn smaller(query: &Value) -> Vec<Value> {
    let mut smaller = Vec::new();
    for name in ["limit", "after", "sorts", "time_zone"] {
        let mut query = query.clone();
        if query.as_object_mut().is_some_and(|members| members.remove(name).is_some()) {
            smaller.push(query);
        }
    }
    for (name, least) in [("filters", 0), ("fields", 1)] {
        let items = query[name].as_array().map_or(0, Vec::len);
        for index in (0..items).filter(|_| items > least) {
            let mut query = query.clone();
            query[name].as_array_mut().map(|items| items.remove(index));
            smaller.push(query);
        }
    }
    smaller
}
