//! Who asks: teams and attributes, some of them missing; what is locked for them; or nobody who is known, with a token.

use crate::data::LABELS;
use crate::sources::Sources;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, IteratorRandom};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(crate) const TEAMS: &[&str] = &["Reds", "Blues"];

/// The guests of the one key: in no team, and a set that policies name just as they name teams.
pub(crate) const GUESTS: &str = "guests of portal";

pub(crate) const EXPRESSIONS: &[&str] = &["%, NULL", "north,south", "-north", "%th"];

pub(crate) const ZONES: &[&str] = &["Europe/Zurich", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "UTC"];

/// How somebody comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A member, who asks whatever they like.
    Member,
    /// A member in a session with locked parameters, who sees elements.
    Locked,
    /// Somebody without an account, who looks and does nothing else.
    OnDemand,
    /// Whoever has a token that names the workbook.
    Guest,
    /// Whoever has the public link.
    Link,
}

impl Kind {
    pub(crate) fn random(random: &mut StdRng) -> Self {
        match random.random_range(0..20) {
            0..3 => Self::Locked,
            3..6 => Self::OnDemand,
            6..9 => Self::Guest,
            9 => Self::Link,
            _ => Self::Member,
        }
    }

    /// For the count of what was tried.
    pub(crate) const fn feature(self) -> &'static str {
        match self {
            Self::Member => "who: a member",
            Self::Locked => "who: a member with locked parameters",
            Self::OnDemand => "who: somebody on demand",
            Self::Guest => "who: a guest",
            Self::Link => "who: whoever has a public link",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) kind: Kind,
    /// Of guests the one set that they are in.
    pub(crate) teams: Vec<&'static str>,
    /// Where the attributes of those come from who are known.
    pub(crate) sources: Sources,
    pub(crate) tenant: Option<&'static str>,
    pub(crate) label: Option<&'static str>,
    pub(crate) labels: Vec<&'static str>,
    pub(crate) expression: Option<&'static str>,
    pub(crate) number: Option<i64>,
    /// What the entitlement table has of them.
    pub(crate) entitled: Vec<&'static str>,
    /// What stands above each label, if anything does.
    pub(crate) above: BTreeMap<&'static str, &'static str>,
    /// Values by control that they cannot change. A control that the token sets to none is free of a filter.
    pub(crate) locked: BTreeMap<&'static str, Vec<Value>>,
    /// Whether the control `label` is the attribute, for guests.
    pub(crate) is_label_attribute: bool,
    /// What the host says of their zone.
    pub(crate) zone: Option<&'static str>,
    pub(crate) may_download: bool,
}

impl Person {
    /// In one team at least, or nobody would be let in; guests are in none.
    pub(crate) fn random(kind: Kind, random: &mut StdRng) -> Self {
        let several = random.random_range(1..=TEAMS.len());
        let maybe = |random: &mut StdRng, from: &[&'static str]| {
            if random.random_ratio(3, 4) { from.choose(random).copied() } else { None }
        };
        let few = |random: &mut StdRng| LABELS.iter().copied().choose_multiple(random, 3);
        let (teams, sources) = (TEAMS.iter().copied().choose_multiple(random, several), Sources::random(random));
        let person = Self {
            kind,
            label: sources.label(&teams),
            number: sources.number(&teams),
            tenant: sources.tenant,
            teams,
            sources,
            labels: if random.random() { few(random) } else { Vec::new() },
            expression: maybe(random, EXPRESSIONS),
            entitled: few(random),
            above: forest(random),
            locked: BTreeMap::new(),
            is_label_attribute: false,
            zone: if random.random_ratio(1, 3) { ZONES.choose(random).copied() } else { None },
            may_download: random.random_ratio(4, 5),
        };
        match kind {
            Kind::Guest => Self { locked: locked(random, true), ..person }.nobody(random),
            Kind::Link => Self { may_download: true, zone: None, ..person }.nobody(random),
            Kind::Locked => Self { locked: locked(random, false), ..person },
            Kind::OnDemand => Self { may_download: false, ..person },
            Kind::Member => person,
        }
    }

    /// Nothing is known of them but what a guest's token sets.
    fn nobody(self, random: &mut StdRng) -> Self {
        let is_guest = self.kind == Kind::Guest;
        let mut locked = self.locked;
        let is_label_attribute = is_guest && random.random();
        if is_label_attribute {
            // An attribute of one text is of one value.
            locked.entry("label").and_modify(|values| values.truncate(1));
        }
        let value = locked.get("label").and_then(|values| values.first()).and_then(Value::as_str);
        let label = LABELS.iter().copied().find(|label| is_label_attribute && Some(*label) == value);
        Self {
            teams: if is_guest { vec![GUESTS] } else { Vec::new() },
            tenant: None,
            label,
            labels: Vec::new(),
            expression: None,
            number: None,
            locked,
            is_label_attribute,
            ..self
        }
    }

    /// Whether they see what is published, and nothing else.
    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self.kind, Kind::Guest | Kind::Link)
    }

    /// Whether they may ask questions of their own.
    pub(crate) fn explores(&self) -> bool {
        self.kind == Kind::Member
    }

    /// Whether they may look at the rows underneath.
    pub(crate) fn looks_beneath(&self) -> bool {
        matches!(self.kind, Kind::Member | Kind::Locked) && self.may_download
    }

    /// Whether they are in that team; `None` is everybody.
    pub(crate) fn is_in(&self, team: Option<&str>) -> bool {
        team.is_none_or(|team| self.teams.contains(&team))
    }

    /// How many steps their own label is above that one.
    fn steps_above(&self, label: &str) -> Option<i64> {
        let mut at = LABELS.iter().copied().find(|one| *one == label)?;
        for steps in 0.. {
            if Some(at) == self.label {
                return Some(steps);
            }
            at = self.above.get(at)?;
        }
        None
    }

    /// Whether their own label is that one or above it, at most so many steps.
    pub(crate) fn is_above(&self, label: &str, most: Option<i64>) -> bool {
        self.steps_above(label).is_some_and(|steps| most.is_none_or(|most| steps <= most))
    }

    /// What is beneath them, and how many steps; their own label too.
    pub(crate) fn beneath(&self) -> Vec<(&'static str, i64)> {
        LABELS.iter().filter_map(|label| Some((*label, self.steps_above(label)?))).collect()
    }

    /// The same person, of whom all is said the other way round.
    pub(crate) fn said_backwards(&self) -> Value {
        let mut person = self.clone();
        person.teams.reverse();
        person.labels.reverse();
        let said = person.session();
        let backwards = |members: &Map<String, Value>| members.clone().into_iter().rev().collect::<Map<_, _>>();
        let mut session = said.as_object().map(backwards).unwrap_or_default();
        for name in ["attributes", "locked_parameters"] {
            if let Some(members) = said[name].as_object() {
                session.insert(name.to_owned(), json!(backwards(members)));
            }
        }
        json!(session)
    }

    /// What the host says of them.
    pub(crate) fn session(&self) -> Value {
        let mut session = if self.is_unknown() { self.token() } else { self.claims() };
        if !self.locked.is_empty() {
            let written = |(name, values): (&&str, &Vec<Value>)| match values.as_slice() {
                [only] => ((*name).to_owned(), only.clone()),
                values => ((*name).to_owned(), json!(values)),
            };
            session["locked_parameters"] = json!(self.locked.iter().map(written).collect::<Map<_, _>>());
        }
        if let Some(zone) = self.zone {
            session["time_zone"] = json!(zone);
        }
        session
    }

    fn token(&self) -> Value {
        let permissions: &[&str] = if self.may_download { &["view", "export_csv"] } else { &["view"] };
        json!({"guest": true, "content": {"workbook": "w"}, "permissions": permissions})
    }

    fn claims(&self) -> Value {
        let mut attributes = self.sources.claimed();
        if !self.labels.is_empty() {
            attributes["labels"] = json!(self.labels);
        }
        if let Some(expression) = self.expression {
            attributes["expression"] = json!(expression);
        }
        let mut session = json!({"subject": "pat@host.example", "teams": self.teams, "attributes": attributes});
        if let Some(tenant) = self.tenant {
            session["tenant"] = json!(tenant);
        }
        match self.kind {
            Kind::OnDemand => session["on_demand"] = json!(true),
            _ => session["account_type"] = json!(if self.may_download { "Analyze" } else { "Explore" }),
        }
        session
    }
}

/// What stands beneath what: every second label beneath one that comes before it.
fn forest(random: &mut StdRng) -> BTreeMap<&'static str, &'static str> {
    let beneath = |(index, label): (usize, &&'static str)| {
        let above = LABELS[..index].choose(random).copied().filter(|_| random.random());
        above.map(|above| (*label, above))
    };
    LABELS.iter().enumerate().filter_map(beneath).collect()
}

/// What is locked: of members always a filter, of guests perhaps nothing.
fn locked(random: &mut StdRng, of_guest: bool) -> BTreeMap<&'static str, Vec<Value>> {
    let mut locked = BTreeMap::new();
    let labels = LABELS.iter().copied().choose_multiple(random, 3);
    if random.random_ratio(2, 3) {
        locked.insert("label", labels.iter().take(random.random_range(1..=3)).map(|label| json!(label)).collect());
    }
    if random.random_ratio(1, 3) {
        locked.insert("place", labels.iter().map(|label| json!(label)).collect());
    }
    if random.random() {
        // Of guests also a period; a member's must be of the field's own type.
        let days: &[&str] =
            if of_guest { &["2026-01-01", "2025-12", "2026-01-01~"] } else { &["2026-01-01", "2025-12-31"] };
        locked.insert("date", vec![json!(days.choose(random))]);
    }
    if random.random_ratio(1, if of_guest { 3 } else { 12 }) {
        locked.insert("least", vec![json!(2)]);
    }
    if locked.is_empty() && !of_guest {
        locked.insert("label", vec![json!(labels[0])]);
    }
    if of_guest && random.random_ratio(1, 6) {
        locked.insert("place", Vec::new());
    }
    locked
}
