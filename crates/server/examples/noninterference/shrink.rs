//! A difference with as little around it as it takes: fewer fields and filters, fewer policies, fewer rows.

use crate::data::{Row, Tables};
use crate::reference::Reference;
use crate::requests::Request;
use crate::rules::Rule;
use crate::run::{Against, Unseen, differing, told};
use crate::served::{Place, Served};
use crate::storage::Table;
use crate::world::{Policy, World};
use crate::{Outcome, data};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt;

/// How many smaller cases are tried.
const ATTEMPTS: usize = 120;

/// Everything that makes a difference come again.
#[derive(Clone)]
pub(crate) struct Case {
    seed: u64,
    world: World,
    unseen: Unseen,
    against: Against,
    request: Request,
}

/// The smallest case that was found, and what it answers.
pub(crate) struct Smallest {
    case: Case,
    texts: (String, String),
    attempts: usize,
}

impl Case {
    pub(crate) fn new(seed: u64, world: &World, unseen: &Unseen, against: Against, request: &Request) -> Self {
        Self { seed, world: world.clone(), unseen: unseen.clone(), against, request: request.clone() }
    }

    /// Makes it smaller as long as the difference stays. `None`: it does not come again.
    pub(crate) async fn shrunk(self) -> Outcome<Option<Smallest>> {
        let Some(texts) = self.differs().await? else { return Ok(None) };
        let mut smallest = Smallest { case: self, texts, attempts: 1 };
        while smallest.attempts < ATTEMPTS && smallest.takes_a_step().await? {}
        Ok(Some(smallest))
    }

    /// What is answered on either side, if it is not the same.
    async fn differs(&self) -> Outcome<Option<(String, String)>> {
        let random = &mut StdRng::seed_from_u64(self.seed);
        let own = (self.world.seen.events.as_slice(), &self.world.hidden);
        let one = Served::start(&self.world, Place::Files, own, random).await?;
        let other = self.unseen.serve(&self.world, self.against, random).await?;
        let (reference, answer) = (Reference::of(&self.world), one.answer(&self.request).await?);
        let told = told(&reference, other.as_ref(), &self.request).await?;
        Ok(told.and_then(|told| differing(&answer, &told)))
    }

    /// The same with something left out, the largest parts first.
    fn smaller(&self) -> Vec<Self> {
        let requests = self.request.smaller().into_iter().map(|request| Self { request, ..self.clone() });
        requests.chain(self.with_fewer_rows()).chain(self.with_fewer_policies()).collect()
    }

    /// Without a half, a quarter, an eighth of the rows, down to one.
    fn with_fewer_rows(&self) -> Vec<Self> {
        let mut smaller = Vec::new();
        let events = ids(&[&self.world.seen.events, &self.world.hidden.events, &self.unseen.hidden.events]);
        let places = ids(&[&self.world.seen.places, &self.world.hidden.places, &self.unseen.hidden.places]);
        for (ids, is_place) in [(events, false), (places, true)] {
            let mut size = ids.len().div_ceil(2);
            while size > 0 {
                smaller.extend(ids.chunks(size).map(|gone| self.without(gone, is_place)));
                size = if size == 1 { 0 } else { size.div_ceil(2) };
            }
        }
        smaller
    }

    fn without(&self, gone: &[i64], is_place: bool) -> Self {
        let mut case = self.clone();
        let keep = |rows: &mut Vec<Row>| rows.retain(|row| !gone.contains(&row.id));
        for tables in [&mut case.world.seen, &mut case.world.hidden, &mut case.unseen.hidden] {
            keep(if is_place { &mut tables.places } else { &mut tables.events });
        }
        if !is_place {
            keep(&mut case.unseen.masked);
        }
        case
    }

    /// Without a policy, or with a part of a rule in place of it.
    fn with_fewer_policies(&self) -> Vec<Self> {
        let mut smaller = Vec::new();
        for index in 0..self.world.columns.0.len() {
            smaller.push(self.with(|world| drop(world.columns.0.remove(index))));
        }
        if !self.world.columns.1.is_empty() {
            smaller.push(self.with(|world| world.columns.1.clear()));
        }
        let with = self.world.columns.0.iter().filter_map(|policy| policy.with).max();
        for of in [events as fn(&mut World) -> &mut Vec<Policy>, places] {
            let policies = of(&mut self.world.clone()).clone();
            for (index, Policy { rule, .. }) in policies.iter().enumerate() {
                if with.is_none_or(|with| with < index) {
                    smaller.push(self.with(|world| drop(of(world).remove(index))));
                }
                let parts = match rule {
                    Rule::All(parts) | Rule::Any(parts) => parts.clone(),
                    Rule::Not(part) => vec![part.as_ref().clone()],
                    Rule::Always => Vec::new(),
                    _ => vec![Rule::Always],
                };
                smaller.extend(parts.into_iter().map(|part| self.with(|world| of(world)[index].rule = part.clone())));
            }
        }
        smaller
    }

    /// The same after a change of policies: rows are judged again, and hidden rows of others stay as far as they are hidden.
    fn with(&self, change: impl FnOnce(&mut World)) -> Self {
        let mut case = self.clone();
        change(&mut case.world);
        case.world.judge_again();
        case.unseen.hidden = case.world.only_hidden(case.unseen.hidden);
        let has_other_values = |row: &Row| self.unseen.masked.iter().find(|other| other.id == row.id).cloned();
        let seen = case.world.seen.events.iter();
        let is_masked = !case.world.columns.0.is_empty();
        case.unseen.masked =
            seen.map(|row| has_other_values(row).filter(|_| is_masked).unwrap_or_else(|| row.clone())).collect();
        case
    }
}

const fn events(world: &mut World) -> &mut Vec<Policy> {
    &mut world.events
}

const fn places(world: &mut World) -> &mut Vec<Policy> {
    &mut world.places
}

fn ids(rows: &[&Vec<Row>]) -> Vec<i64> {
    let ids: BTreeSet<i64> = rows.iter().flat_map(|rows| rows.iter().map(|row| row.id)).collect();
    ids.into_iter().collect()
}

impl Smallest {
    /// Takes the first smaller case in which the difference is still there.
    async fn takes_a_step(&mut self) -> Outcome<bool> {
        for smaller in self.case.smaller() {
            if self.attempts >= ATTEMPTS {
                return Ok(false);
            }
            self.attempts += 1;
            if let Some(texts) = smaller.differs().await? {
                (self.case, self.texts) = (smaller, texts);
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl fmt::Display for Smallest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Case { seed, world, unseen, against, request } = &self.case;
        writeln!(f, "the smallest case that was found with seed {seed}, after {} attempts:", self.attempts)?;
        writeln!(f, "person {}, entitled to {:?}", world.person.session(), world.person.entitled)?;
        for table in ["events", "places"] {
            let (rows, columns) = world.policies(table);
            writeln!(f, "policies of {table}: {} {}", json!(rows), json!(columns))?;
        }
        writeln!(f, "tables in {:?} files; visible rows:\n{}", world.storage, shown(&world.seen))?;
        writeln!(f, "hidden rows:\n{}", shown(&world.hidden))?;
        if matches!(against, Against::OtherHidden | Against::OtherInPostgres) {
            let masked = Tables { events: unseen.masked.clone(), places: Vec::new() };
            writeln!(f, "elsewhere, visible events:\n{}", shown(&masked))?;
            writeln!(f, "elsewhere, hidden rows:\n{}", shown(&unseen.hidden))?;
        }
        writeln!(f, "{request:?}\n  {}\nwith {}\n  {}", self.texts.0, against.name(), self.texts.1)
    }
}

fn shown(tables: &Tables) -> String {
    let events = Table::of("events", "id", data::EVENTS, &tables.events);
    let places = Table::of("places", "key", data::PLACES, &tables.places);
    [events, places].iter().filter(|table| !table.rows.is_empty()).map(|table| table.csv(false)).collect()
}
