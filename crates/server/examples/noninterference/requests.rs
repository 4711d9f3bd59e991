//! What is asked: questions of one's own, elements under controls, files, lists of values, and to be let in.

use crate::asked::{self, Offered};
use crate::content::{self, Content};
use crate::person::{Kind, Person};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub(crate) enum Request {
    Query(Value),
    Csv(Value),
    /// An element by its place, with what is set; or the rows underneath a mark of it. Perhaps as a file.
    Element {
        element: usize,
        controls: Value,
        at: Option<Value>,
        is_file: bool,
    },
    Values {
        control: &'static str,
        search: &'static str,
    },
    /// A session, with something in its locked parameters that ought not to be there, or something less.
    Opening(Value),
}

impl Request {
    pub(crate) fn random(person: &Person, content: &Content, offered: &Offered, random: &mut StdRng) -> Self {
        let is_own = match person.kind {
            Kind::Member => random.random_ratio(4, 5),
            _ => random.random_ratio(1, 20),
        };
        match random.random_range(0..10) {
            0 => Self::Values {
                control: ["main/label", "main/place", "main/own", "main/word"].choose(random).expect("controls"),
                search: ["", "n", "we_", "%", "NO"].choose(random).expect("texts"),
            },
            1 if person.kind == Kind::Guest => Self::Opening(odd_session(person, random)),
            1 | 2 if is_own => Self::Csv(offered.query(false, random)),
            _ if is_own => Self::Query(offered.query(false, random)),
            number => {
                let element = random.random_range(0..content.elements.len());
                let is_beneath = !content.elements[element].beneath.is_empty() && random.random_ratio(1, 4);
                let at = is_beneath.then(|| content::mark(&content.elements[element], random));
                Self::Element { element, controls: content::chosen(content, person, random), at, is_file: number < 4 }
            }
        }
    }

    /// What shows the events' numbers.
    pub(crate) fn numbers(person: &Person, content: &Content) -> Self {
        if person.explores() {
            return Self::Query(json!({"explore": "m.events", "fields": ["id"]}));
        }
        Self::Element { element: content.numbers(), controls: json!({}), at: None, is_file: false }
    }

    /// The next page of an answer with those rows, if the question is one that has pages.
    pub(crate) fn next(&self, rows: &[Value]) -> Option<Self> {
        let (Self::Query(query), Some(last)) = (self, rows.last()) else { return None };
        let mut query = query.clone();
        query["after"] = last.clone();
        Some(Self::Query(query))
    }

    /// The same with less in it.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        match self {
            Self::Query(query) => asked::smaller(query).into_iter().map(Self::Query).collect(),
            Self::Csv(query) => asked::smaller(query).into_iter().map(Self::Csv).collect(),
            Self::Element { element, controls, at, is_file } => {
                let names: Vec<String> =
                    controls.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
                let without = names.into_iter().map(|name| {
                    let mut controls = controls.clone();
                    controls.as_object_mut().map(|controls| controls.remove(&name));
                    Self::Element { element: *element, controls, at: at.clone(), is_file: *is_file }
                });
                without.collect()
            }
            Self::Values { .. } | Self::Opening(_) => Vec::new(),
        }
    }

    /// Its kind, for the count of what was tried.
    pub(crate) fn features(&self, content: &Content) -> Vec<&'static str> {
        let (kind, query) = match self {
            Self::Query(query) => ("a question", query),
            Self::Csv(query) => ("a file", query),
            Self::Element { element, at: Some(_), .. } => ("rows underneath", &content.elements[*element].query),
            Self::Element { element, is_file: false, .. } => ("an element", &content.elements[*element].query),
            Self::Element { element, .. } => ("an element as a file", &content.elements[*element].query),
            Self::Values { .. } => ("a list of values", &Value::Null),
            Self::Opening(_) => ("a token that ought not to be taken", &Value::Null),
        };
        let has = |name: &str| query[name].as_array().is_some_and(|items| !items.is_empty());
        let text = query.to_string();
        let reads = |fields: &[&str]| fields.iter().any(|field| text.contains(&format!("\"{field}\"")));
        let sets =
            matches!(self, Self::Element { controls, .. } if controls.as_object().is_some_and(|all| !all.is_empty()));
        let named = [
            ("a filter", has("filters")),
            ("a sort", has("sorts")),
            ("a limit", !query["limit"].is_null()),
            ("a next page", has("after")),
            ("a time zone", !query["time_zone"].is_null()),
            ("a control that is set", sets),
            ("a field of a table joined to many", reads(&["word", "weight", "tags", "weights", "heavy", "tagged"])),
            ("a calculated field", reads(&["mine", "theirs", "noted", "figure", "quota", "gain", "own", "class"])),
            ("a parameter that is set", reads(&["least", "wanted"])),
        ];
        std::iter::once(kind).chain(named.into_iter().filter(|(_, there)| *there).map(|(name, _)| name)).collect()
    }
}

/// The session of a guest whose token sets what nobody may, sets what it must to nothing, or does not say it.
fn odd_session(person: &Person, random: &mut StdRng) -> Value {
    let mut session = person.session();
    let control = *content::CONTROLS.choose(random).expect("controls");
    session["locked_parameters"][control] = match random.random_range(0..3) {
        0 => json!([]),
        1 => json!(["", "north"]),
        _ => json!("north"),
    };
    session
}
