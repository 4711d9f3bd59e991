//! The one workbook: elements with questions by chance, controls that filter them, and what is published to guests.

use crate::asked::Offered;
use crate::data::{LABELS, Of};
use crate::person::{Kind, Person};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What can be set for elements. The last one sets a parameter.
pub(crate) const CONTROLS: &[&str] = &["label", "place", "date", "least"];

/// The public link, where there is one.
pub(crate) const LINK: &str = "5f0c3c52-7d3b-4d8e-9a44-0b1d2e3f4a5b";

/// How many elements there are.
const ELEMENTS: usize = 8;

/// What shows the answer to a question.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    pub(crate) query: Value,
    /// The controls that it obeys; each filters or sets what it is called after.
    pub(crate) controls: Vec<&'static str>,
    /// The dimensions of the rows underneath; none: they are not shown.
    pub(crate) beneath: Vec<&'static str>,
}

/// What there is to look at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Content {
    /// The last one shows the events' numbers.
    pub(crate) elements: Vec<Element>,
    /// With what the control `place` begins.
    pub(crate) default: Option<&'static str>,
    /// Of controls that guests have to do with: whether these are locked, or else enabled.
    pub(crate) locks: BTreeMap<&'static str, bool>,
}

impl Content {
    pub(crate) fn random(person: &Person, offered: &Offered, random: &mut StdRng) -> Self {
        let locks = if person.is_unknown() { locks(person, random) } else { BTreeMap::new() };
        // What is published obeys each lock; of others some do not, and are not shown.
        let must_obey = |control: &str| match person.kind {
            Kind::Guest | Kind::Link => locks.get(control) == Some(&true),
            Kind::Locked => person.locked.contains_key(control),
            _ => false,
        };
        let obeys = |control: &str, is_careless: bool, random: &mut StdRng| {
            (must_obey(control) && !is_careless) || random.random_ratio(1, 3)
        };
        let mut elements: Vec<Element> = Vec::new();
        for _ in 0..ELEMENTS {
            let query = offered.query(true, random);
            let is_careless = person.kind == Kind::Locked && random.random_ratio(1, 4);
            let controls = CONTROLS.iter().copied().filter(|control| obeys(control, is_careless, random)).collect();
            let beneath = if random.random() { offered.dimensions(random) } else { Vec::new() };
            elements.push(Element { query, controls, beneath });
        }
        let numbers = json!({"explore": "m.events", "fields": ["id"]});
        let controls = CONTROLS.iter().copied().filter(|control| must_obey(control)).collect();
        elements.push(Element { query: numbers, controls, beneath: Vec::new() });
        Self { elements, default: LABELS.choose(random).copied().filter(|_| random.random_ratio(1, 4)), locks }
    }

    /// Which element shows the events' numbers.
    pub(crate) const fn numbers(&self) -> usize {
        self.elements.len() - 1
    }

    /// As definitions have it.
    pub(crate) fn written(&self, kind: Kind, has_tags: bool) -> Value {
        let control = |name: &str, kind: &str, field: &str| json!({"name": name, "title": name, "type": kind, "explore": "m.events", "field": field});
        let mut controls = vec![
            control("label", "multi_list", "label"),
            control("place", "multi_list", "place"),
            control("date", "date_range", "date"),
            control("least", "list", "number"),
            control("own", "multi_list", "own"),
        ];
        if let Some(label) = self.default {
            controls[1]["default"] = json!([label]);
        }
        if has_tags {
            controls.push(control("word", "multi_list", "word"));
        }
        let elements: Vec<Value> = self.elements.iter().enumerate().map(|(index, one)| one.written(index)).collect();
        let mut workbook = json!({
            "title": "W", "in": {"workspace": "all"},
            "pages": [{"name": "main", "title": "Main", "controls": controls, "elements": elements}],
        });
        if !self.locks.is_empty() {
            let state = |is_locked: &bool| if *is_locked { "locked" } else { "enabled" };
            let states: Map<String, Value> =
                self.locks.iter().map(|(name, lock)| ((*name).to_owned(), json!(state(lock)))).collect();
            let to = if kind == Kind::Link { json!({"public_link": LINK}) } else { json!({"guests_of": "portal"}) };
            let data: Vec<String> = Of::ALL.iter().map(|of| format!("m.{}", of.name())).collect();
            workbook["publications"] = json!([{"to": to, "parameters": states, "data": data}]);
        }
        workbook
    }
}

impl Element {
    fn written(&self, index: usize) -> Value {
        let fields = self.query["fields"].as_array().map(Vec::as_slice).unwrap_or_default();
        let columns: Vec<Value> = fields.iter().map(|field| json!({"field": field})).collect();
        let controls: Map<String, Value> = self.controls.iter().map(|name| ((*name).to_owned(), json!(name))).collect();
        json!({"name": format!("e{index}"), "show": {"data": {
            "query": self.query, "chart": {"type": "table", "columns": columns}, "controls": controls,
            "underlying": self.beneath,
        }}})
    }
}

/// Of a publication to a guest with such a token: what the token sets is locked or enabled, and of everything else some is
/// enabled. A parameter keeps no rows away and cannot be locked, nor can what the token frees of a filter.
fn locks(person: &Person, random: &mut StdRng) -> BTreeMap<&'static str, bool> {
    let mut locks = BTreeMap::from([("own", false)]);
    for control in CONTROLS {
        match person.locked.get(control) {
            Some(values) => {
                let may_lock = !values.is_empty() && *control != "least";
                locks.insert(control, may_lock && random.random_ratio(2, 3));
            }
            None if random.random() => drop(locks.insert(control, false)),
            None => {}
        }
    }
    locks
}

/// The mark under which somebody looks: a value of a dimension, perhaps of one that the element does not have.
pub(crate) fn mark(element: &Element, random: &mut StdRng) -> Value {
    let text = |random: &mut StdRng| json!([LABELS.choose(random).copied(), Some("north"), None].choose(random));
    let is_marked = random.random_ratio(2, 3);
    let field = *["label", "place", "own", "word", "flag", "mine", "set"].choose(random).expect("fields");
    let reads = |field: &str| element.query["fields"].as_array().is_some_and(|all| all.contains(&json!(field)));
    if !is_marked || !(reads(field) || element.beneath.contains(&field) || random.random_ratio(1, 10)) {
        return json!([]);
    }
    let value = match field {
        "flag" | "mine" | "set" => json!([Some(true), Some(false), None].choose(random)),
        _ => text(random),
    };
    json!([{"field": field, "value": value}])
}

/// What somebody sets with controls, by chance.
pub(crate) fn chosen(content: &Content, person: &Person, random: &mut StdRng) -> Value {
    let is_settable = |control: &str| {
        !person.locked.contains_key(control) && (!person.is_unknown() || content.locks.contains_key(control))
    };
    let mut chosen = json!({});
    for control in CONTROLS {
        // Now and then what may not be set.
        let wanted = if is_settable(control) { random.random_ratio(1, 3) } else { random.random_ratio(1, 40) };
        if wanted {
            chosen[control] = value(control, random);
        }
    }
    chosen
}

fn value(control: &str, random: &mut StdRng) -> Value {
    if random.random_ratio(1, 10) {
        return json!([]);
    }
    match control {
        "date" => {
            let days = ["2026-01-01", "2025-12", "2025-12-31~2026-01-01", "2026-03-29~", "~1970-01-01", "2026"];
            json!([days.choose(random)])
        }
        "least" => {
            let number = [0, 1, 2, 5, 7].choose(random);
            json!([number])
        }
        _ => json!([LABELS.choose(random), "north"]),
    }
}
