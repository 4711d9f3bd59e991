//! Where attributes come from: the first place that says something counts, even if what it says is nothing.

use crate::data::LABELS;
use crate::person::TEAMS;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Tenants whose names are labels too.
pub(crate) const TENANTS: &[&str] = &["north", "south"];

/// What is said of the two attributes in one place; `None` is a null, which can be used for nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    label: Option<Option<&'static str>>,
    number: Option<Option<i64>>,
}

/// What is said of somebody's `label` and `number`, and where.
#[derive(Debug, Clone)]
pub(crate) struct Sources {
    claims: Said,
    /// With their ranks.
    teams: BTreeMap<&'static str, (i64, Said)>,
    pub(crate) tenant: Option<&'static str>,
    of_tenant: Said,
    /// Where nobody says anything, and whether policies may use it.
    default: Option<(&'static str, bool)>,
}

impl Said {
    /// Each with that probability.
    fn random(often: f64, random: &mut StdRng) -> Self {
        let label = *LABELS.choose(random).expect("labels");
        let number = random.random_range(0..8);
        Self {
            label: random.random_bool(often).then_some(Some(label)),
            number: random.random_bool(often).then_some(Some(number)),
        }
    }

    /// As definitions and claims have it.
    fn written(&self) -> Value {
        let label = self.label.map(|label| ("label".to_owned(), json!(label)));
        let number = self.number.map(|number| ("number".to_owned(), json!(number)));
        json!(label.into_iter().chain(number).collect::<Map<_, _>>())
    }
}

impl Sources {
    pub(crate) fn random(random: &mut StdRng) -> Self {
        let mut claims = Said::random(0.6, random);
        if random.random_ratio(1, 8) {
            claims.label = Some(None);
        }
        let of_teams =
            TEAMS.iter().map(|team| (*team, (random.random_range(0..2), Said::random(0.3, random)))).collect();
        let tenant = TENANTS.choose(random).copied().filter(|_| random.random_ratio(1, 3));
        let default = random.random_ratio(1, 3).then(|| (*LABELS.choose(random).expect("labels"), random.random()));
        Self { claims, teams: of_teams, tenant, of_tenant: Said::random(0.5, random), default }
    }

    /// Every place in its order, for a member of those teams.
    fn places(&self, teams: &[&'static str]) -> Vec<&Said> {
        let mut theirs: Vec<_> = self.teams.iter().filter(|(team, _)| teams.contains(team)).collect();
        theirs.sort_by_key(|(team, (rank, _))| (*rank, **team));
        let of_teams = theirs.into_iter().map(|(_, (_, said))| said);
        let of_tenant = self.tenant.map(|_| &self.of_tenant);
        std::iter::once(&self.claims).chain(of_teams).chain(of_tenant).collect()
    }

    /// What `label` is for policies and formulas.
    pub(crate) fn label(&self, teams: &[&'static str]) -> Option<&'static str> {
        let default = || self.default.filter(|(_, is_for_policies)| *is_for_policies).map(|(label, _)| label);
        self.places(teams).into_iter().find_map(|said| said.label).unwrap_or_else(default)
    }

    pub(crate) fn number(&self, teams: &[&'static str]) -> Option<i64> {
        self.places(teams).into_iter().find_map(|said| said.number).flatten()
    }

    /// What the host claims.
    pub(crate) fn claimed(&self) -> Value {
        self.claims.written()
    }

    pub(crate) fn teams(&self) -> Vec<Value> {
        let written = self.teams.iter().map(
            |(team, (rank, said))| json!({"name": team, "on_demand": true, "rank": rank, "attributes": said.written()}),
        );
        written.collect()
    }

    /// With that zone for people of tenants.
    pub(crate) fn tenants(&self, zone: Option<&str>) -> Vec<Value> {
        let presentation = zone.map_or_else(|| json!({}), |zone| json!({"time_zone": zone}));
        let written = TENANTS.iter().map(|name| {
            // Other tenants have other values.
            let of_it = if Some(*name) == self.tenant { self.of_tenant.written() } else { json!({"label": "0"}) };
            json!({"name": name, "attributes": of_it, "presentation": presentation})
        });
        written.collect()
    }

    /// The definition of `label`.
    pub(crate) fn attribute(&self) -> Value {
        let mut attribute = json!({"name": "label", "type": "text"});
        if let Some((label, is_for_policies)) = self.default {
            attribute["default"] = json!(label);
            attribute["default_in_policies"] = json!(is_for_policies);
        }
        attribute
    }

    /// For the count of what was tried: where `label` comes from.
    pub(crate) fn feature(&self, teams: &[&'static str]) -> &'static str {
        let places = self.places(teams);
        let of_teams = places.len() - usize::from(self.tenant.is_some());
        match places.iter().position(|said| said.label.is_some()) {
            Some(0) if self.claims.label == Some(None) => "attribute: claimed as null",
            Some(0) => "attribute: claimed",
            Some(place) if place < of_teams => "attribute: of a team",
            Some(_) => "attribute: of the tenant",
            None if self.default.is_some_and(|(_, is_for_policies)| is_for_policies) => {
                "attribute: a default for policies"
            }
            None if self.default.is_some() => "attribute: a default for display",
            None => "attribute: nowhere",
        }
    }
}
