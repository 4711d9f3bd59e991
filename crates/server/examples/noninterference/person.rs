//! Who asks: teams and attributes, some of them missing.

use crate::data::LABELS;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, IteratorRandom};
use serde_json::{Map, Value, json};

pub(crate) const TEAMS: &[&str] = &["Reds", "Blues"];
pub(crate) const EXPRESSIONS: &[&str] = &["%, NULL", "north,south", "-north", "%th"];

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) teams: Vec<&'static str>,
    pub(crate) label: Option<&'static str>,
    pub(crate) labels: Vec<&'static str>,
    pub(crate) expression: Option<&'static str>,
    pub(crate) number: Option<i64>,
    /// What the entitlement table has of them.
    pub(crate) entitled: Vec<&'static str>,
}

impl Person {
    /// In one team at least, or nobody would be let in.
    pub(crate) fn random(random: &mut StdRng) -> Self {
        let several = random.random_range(1..=TEAMS.len());
        let maybe = |random: &mut StdRng, from: &[&'static str]| {
            if random.random_ratio(3, 4) { from.choose(random).copied() } else { None }
        };
        let few = |random: &mut StdRng| LABELS.iter().copied().choose_multiple(random, 3);
        Self {
            teams: TEAMS.iter().copied().choose_multiple(random, several),
            label: maybe(random, LABELS),
            labels: if random.random() { few(random) } else { Vec::new() },
            expression: maybe(random, EXPRESSIONS),
            number: random.random_bool(0.7).then(|| random.random_range(0..8)),
            entitled: few(random),
        }
    }

    /// Whether they are in that team; `None` is everybody.
    pub(crate) fn is_in(&self, team: Option<&str>) -> bool {
        team.is_none_or(|team| self.teams.contains(&team))
    }

    /// The same person, of whom all is said the other way round.
    pub(crate) fn said_backwards(&self) -> Value {
        let mut person = self.clone();
        person.teams.reverse();
        person.labels.reverse();
        let said = person.session();
        let backwards = |members: &Map<String, Value>| members.clone().into_iter().rev().collect::<Map<_, _>>();
        let mut session = said.as_object().map(backwards).unwrap_or_default();
        if let Some(attributes) = said["attributes"].as_object() {
            session.insert("attributes".to_owned(), json!(backwards(attributes)));
        }
        json!(session)
    }

    /// What the host says of them.
    pub(crate) fn session(&self) -> Value {
        let mut attributes = json!({});
        if let Some(label) = self.label {
            attributes["label"] = json!(label);
        }
        if !self.labels.is_empty() {
            attributes["labels"] = json!(self.labels);
        }
        if let Some(expression) = self.expression {
            attributes["expression"] = json!(expression);
        }
        if let Some(number) = self.number {
            attributes["number"] = json!(number);
        }
        json!({
            "subject": "pat@host.example", "teams": self.teams, "account_type": "Analyze",
            "attributes": attributes,
        })
    }
}
