//! Column policies: which cells are hidden or masked, and what stands in place of them.

use crate::data::Of;
use crate::person::{GUESTS, Person, TEAMS};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

/// How wide the buckets of prices are.
pub(crate) const BUCKET: i64 = 100;

/// A policy on columns of one table.
#[derive(Debug, Clone)]
pub(crate) struct ColumnPolicy {
    pub(crate) columns: Vec<&'static str>,
    /// The permit policy that it goes with, by its place.
    pub(crate) with: Option<usize>,
    /// `None`: nobody.
    visible_to: Option<&'static str>,
    pub(crate) otherwise: Otherwise,
}

/// What others see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Otherwise {
    Hide,
    Null,
    Partial,
    Hash,
    Constant(&'static str),
    /// Ranges of numbers, so wide.
    Range(i64),
    Month,
}

impl ColumnPolicy {
    /// Whether it leaves the values to that person.
    pub(crate) fn shows(&self, person: &Person) -> bool {
        self.visible_to.is_some_and(|team| person.teams.contains(&team))
    }

    /// As definitions have it.
    pub(crate) fn written(&self) -> Value {
        let visible_to = match self.visible_to {
            None => json!("nobody"),
            Some(GUESTS) => json!({"guests_of": ["portal"]}),
            Some(team) => json!({"teams": [team]}),
        };
        let otherwise = match self.otherwise {
            Otherwise::Hide => json!("hide"),
            Otherwise::Null => json!({"mask": "null"}),
            Otherwise::Partial => json!({"mask": "partial"}),
            Otherwise::Hash => json!({"mask": "hash"}),
            Otherwise::Constant(text) => json!({"mask": {"constant": text}}),
            Otherwise::Range(width) => json!({"mask": {"bucket": width}}),
            Otherwise::Month => json!({"mask": {"bucket": "month"}}),
        };
        let mut policy = json!({"columns": self.columns, "visible_to": visible_to, "otherwise": otherwise});
        if let Some(index) = self.with {
            policy["with"] = json!(format!("p{index}"));
        }
        policy
    }
}

/// Policies on columns of a table. To people of a tenant nobody outside can tell the pseudonyms, so they have none.
pub(crate) fn random(random: &mut StdRng, of: Of, is_of_tenant: bool) -> Vec<ColumnPolicy> {
    let mut policies = match of {
        Of::Events => of_events(random),
        Of::Places => of_places(random),
        Of::Tags => of_tags(random),
    };
    for policy in policies.iter_mut().filter(|policy| is_of_tenant && policy.otherwise == Otherwise::Hash) {
        policy.otherwise = Otherwise::Null;
    }
    policies
}

/// Policies on events: of one group of columns or another, and of prices by themselves.
fn of_events(random: &mut StdRng) -> Vec<ColumnPolicy> {
    let visible_to = someone(random);
    let text = *[Otherwise::Null, Otherwise::Hash, Otherwise::Partial].choose(random).expect("masks");
    let policy = |columns: &[&'static str], otherwise| ColumnPolicy {
        columns: columns.to_vec(),
        with: None,
        visible_to,
        otherwise,
    };
    let mut policies: Vec<ColumnPolicy> = match random.random_range(0..10) {
        0 => vec![policy(&["label"], Otherwise::Hide)],
        1 => vec![policy(&["label", "code"], text)],
        2 => vec![policy(&["label"], Otherwise::Constant("masked"))],
        3 | 4 => vec![ColumnPolicy { with: Some(0), ..policy(&["label"], text) }],
        5 => vec![policy(
            &["link"],
            *[Otherwise::Range(2), Otherwise::Hash, Otherwise::Hide].choose(random).expect("masks"),
        )],
        6 => vec![policy(
            &["number"],
            *[Otherwise::Range(10), Otherwise::Hash, Otherwise::Null].choose(random).expect("masks"),
        )],
        7 => vec![policy(&["day", "at"], Otherwise::Month)],
        _ => Vec::new(),
    };
    let otherwise = if random.random_ratio(1, 6) { Otherwise::Hide } else { Otherwise::Range(BUCKET) };
    if random.random_ratio(1, 4) {
        policies.push(ColumnPolicy { columns: vec!["price"], with: None, visible_to: None, otherwise });
    }
    policies
}

/// Policies on places.
fn of_places(random: &mut StdRng) -> Vec<ColumnPolicy> {
    let otherwise = *[Otherwise::Null, Otherwise::Hash, Otherwise::Partial].choose(random).expect("masks");
    let policy = ColumnPolicy { columns: vec!["name"], with: None, visible_to: someone(random), otherwise };
    if random.random_ratio(1, 6) { vec![policy] } else { Vec::new() }
}

/// Policies on tags, of what they are joined by too.
fn of_tags(random: &mut StdRng) -> Vec<ColumnPolicy> {
    let text = *[Otherwise::Null, Otherwise::Hash, Otherwise::Partial, Otherwise::Hide].choose(random).expect("masks");
    let number = *[Otherwise::Range(10), Otherwise::Hash, Otherwise::Null].choose(random).expect("masks");
    let key = *[Otherwise::Range(2), Otherwise::Hash, Otherwise::Hide].choose(random).expect("masks");
    let (column, otherwise) = match random.random_range(0..8) {
        0 => ("word", text),
        1 => ("weight", number),
        2 => ("about", key),
        _ => return Vec::new(),
    };
    vec![ColumnPolicy { columns: vec![column], with: None, visible_to: someone(random), otherwise }]
}

fn someone(random: &mut StdRng) -> Option<&'static str> {
    if random.random() { None } else { [TEAMS[0], TEAMS[1], GUESTS].choose(random).copied() }
}
