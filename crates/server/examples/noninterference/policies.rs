//! Policies on rows: whom they concern, and whether a row is visible under them.

use crate::data::{Of, Row};
use crate::person::{GUESTS, Kind, Person, TEAMS};
use crate::reference::value::Value;
use crate::rules::{Purpose, Rule};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Value as Json, json};

/// A policy on the rows of one table.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    /// `None`: it restricts.
    pub(crate) permit: Option<Option<&'static str>>,
    except: Option<&'static str>,
    pub(crate) rule: Rule,
}

impl Policy {
    /// A policy for everybody.
    pub(crate) fn to_all(permits: bool, of: Of, kind: Kind, random: &mut StdRng) -> Self {
        let rule = Rule::random(random, 1, (of, Purpose::Policy), false);
        Self { permit: permits.then_some(None), except: None, rule }.admitted(kind)
    }

    /// What is open to whoever has a link must not ask for the person: such a policy is for a team, or for nothing at all.
    fn admitted(mut self, kind: Kind) -> Self {
        if kind == Kind::Link && self.rule.asks_for_person() {
            match self.permit {
                Some(None) => self.permit = Some(Some(TEAMS[0])),
                Some(Some(_)) => {}
                None => self.rule = Rule::Missing { negated: true },
            }
        }
        self
    }

    fn is_true(&self, row: &Row, of: Of, person: &Person) -> bool {
        let cell = |name: &str| Value::of(row.cell(of, name));
        !self.rule.is_missing(person) && self.rule.holds(&cell, of.names(), person) == Some(true)
    }

    /// Whether it permits the row to the person.
    pub(crate) fn admits(&self, row: &Row, of: Of, person: &Person) -> bool {
        self.permit.is_some_and(|team| person.is_in(team)) && self.is_true(row, of, person)
    }
}

/// Policies of a table.
pub(crate) fn random(random: &mut StdRng, of: Of, kind: Kind) -> Vec<Policy> {
    let team = |random: &mut StdRng, from: &[&'static str]| {
        if random.random() { from.choose(random).copied() } else { None }
    };
    let permits = random.random_range(1..=3);
    let restricts = random.random_range(0..=1);
    let mut policies = Vec::new();
    for _ in 0..permits {
        let rule = Rule::random(random, 2, (of, Purpose::Policy), false);
        let permit = Some(team(random, &[TEAMS[0], TEAMS[1], GUESTS]));
        policies.push(Policy { permit, except: None, rule });
    }
    for _ in 0..restricts {
        let rule = Rule::random(random, 1, (of, Purpose::Policy), false);
        policies.push(Policy { permit: None, except: team(random, TEAMS), rule });
    }
    policies.into_iter().map(|policy| policy.admitted(kind)).collect()
}

/// As definitions have them.
pub(crate) fn written(policies: &[Policy], of: Of) -> Vec<Json> {
    let written = policies.iter().enumerate().map(|(index, policy)| {
        let (name, rule) = (format!("p{index}"), policy.rule.written(of.names()));
        match (&policy.permit, policy.except) {
            (Some(permit), _) => json!({"name": name, "permit": audience(*permit), "rule": rule}),
            (None, Some(team)) => json!({"name": name, "restrict": {"except_teams": [team]}, "rule": rule}),
            (None, None) => json!({"name": name, "restrict": "all", "rule": rule}),
        }
    });
    written.collect()
}

/// Whom something is for, as definitions have it; `None` is everybody.
pub(crate) fn audience(team: Option<&str>) -> Json {
    match team {
        None => json!("all"),
        Some(GUESTS) => json!({"guests_of": ["portal"]}),
        Some(team) => json!({"teams": [team]}),
    }
}

/// Whether the row is visible.
pub(crate) fn sees(policies: &[Policy], row: &Row, of: Of, person: &Person) -> bool {
    let permitted = policies.iter().any(|policy| policy.admits(row, of, person));
    let exempt = |policy: &Policy| policy.except.is_some_and(|team| person.teams.contains(&team));
    let mut binding = policies.iter().filter(|policy| policy.permit.is_none() && !exempt(policy));
    permitted && binding.all(|policy| policy.is_true(row, of, person))
}
