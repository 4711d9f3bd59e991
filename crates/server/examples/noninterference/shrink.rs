//! A difference with as little around it as it takes: fewer fields and filters, fewer policies, fewer rows.

use crate::Outcome;
use crate::asked;
use crate::data::{Of, Row, Tables};
use crate::definitions::policies;
use crate::policies::Policy;
use crate::reference::Reference;
use crate::requests::Request;
use crate::run::{Against, Unseen, differing, told};
use crate::served::{Place, Served};
use crate::storage::Table;
use crate::world::World;
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
        let own = (self.world.seen[Of::Events].as_slice(), &self.world.hidden);
        let one = Served::start(&self.world, Place::Files, own, random).await?;
        let other = self.unseen.serve(&self.world, self.against, random).await?;
        let (reference, answer) = (Reference::of(&self.world), one.answer(&self.request).await?);
        let told = told(&reference, other.as_ref(), &self.request).await?;
        Ok(told.and_then(|told| differing(&answer, &told)))
    }

    /// The same with something left out, the largest parts first.
    fn smaller(&self) -> Vec<Self> {
        let requests = self.request.smaller().into_iter().map(|request| Self { request, ..self.clone() });
        let around = self.with_a_smaller_element().into_iter().chain(self.with_less_around());
        requests.chain(around).chain(self.with_fewer_rows()).chain(self.with_fewer_policies()).collect()
    }

    /// Without a half, a quarter, an eighth of the rows, down to one.
    fn with_fewer_rows(&self) -> Vec<Self> {
        let mut smaller = Vec::new();
        for of in Of::ALL {
            let tables = [&self.world.seen, &self.world.hidden, &self.unseen.hidden];
            let ids: BTreeSet<i64> = tables.iter().flat_map(|tables| tables[of].iter().map(|row| row.id)).collect();
            let ids: Vec<i64> = ids.into_iter().collect();
            let mut size = ids.len().div_ceil(2);
            while size > 0 {
                smaller.extend(ids.chunks(size).map(|gone| self.without(gone, of)));
                size = if size == 1 { 0 } else { size.div_ceil(2) };
            }
        }
        smaller
    }

    fn without(&self, gone: &[i64], of: Of) -> Self {
        let mut case = self.clone();
        let keep = |rows: &mut Vec<Row>| rows.retain(|row| !gone.contains(&row.id));
        for tables in [&mut case.world.seen, &mut case.world.hidden, &mut case.unseen.hidden] {
            keep(&mut tables[of]);
        }
        if of == Of::Events {
            keep(&mut case.unseen.masked);
        }
        case
    }

    /// Without a policy, or with a part of a rule in place of it.
    fn with_fewer_policies(&self) -> Vec<Self> {
        let mut smaller = Vec::new();
        for of in Of::ALL {
            for index in 0..self.world.columns[of].len() {
                smaller.push(self.with(|world| drop(world.columns[of].remove(index))));
            }
            let with = self.world.columns[of].iter().filter_map(|policy| policy.with).max();
            for (index, Policy { rule, .. }) in self.world.policies[of].iter().enumerate() {
                if with.is_none_or(|with| with < index) {
                    smaller.push(self.with(|world| drop(world.policies[of].remove(index))));
                }
                let parts = rule.smaller().into_iter();
                smaller.extend(parts.map(|part| self.with(|world| world.policies[of][index].rule = part.clone())));
            }
        }
        smaller
    }

    /// Without limits, zones, locks and parts of formulas.
    fn with_less_around(&self) -> Vec<Self> {
        let mut smaller = Vec::new();
        for of in Of::ALL.into_iter().filter(|of| !self.world.limits[*of].is_empty()) {
            smaller.push(self.with(|world| world.limits[of].clear()));
        }
        if self.world.has_zone() {
            smaller
                .push(self.with(|world| (world.zone, world.zone_of_tenants, world.person.zone) = (None, None, None)));
        }
        for control in self.world.person.locked.keys().filter(|_| !self.world.person.is_unknown()) {
            smaller.push(self.with(|world| drop(world.person.locked.remove(control))));
        }
        for (name, formula) in &self.world.formulas.fields {
            let parts = formula.smaller().into_iter();
            smaller.extend(parts.map(|part| self.with(|world| drop(world.formulas.fields.insert(name, part.clone())))));
        }
        smaller
    }

    /// With less in the question of the element that is asked, and in those of no other.
    fn with_a_smaller_element(&self) -> Vec<Self> {
        let Request::Element { element, .. } = self.request else { return Vec::new() };
        let one = &self.world.content.elements[element];
        let queries = asked::smaller(&one.query).into_iter();
        let queries = queries.map(|query| self.with(|world| world.content.elements[element].query = query.clone()));
        let must_stay = |control: &str| self.world.person.locked.contains_key(control);
        let controls = one.controls.iter().filter(|control| !must_stay(control));
        let controls = controls
            .map(|gone| self.with(|world| world.content.elements[element].controls.retain(|control| control != gone)));
        queries.chain(controls).collect()
    }

    /// The same after a change: rows are judged again, and hidden rows of others stay as far as they are hidden.
    fn with(&self, change: impl FnOnce(&mut World)) -> Self {
        let mut case = self.clone();
        change(&mut case.world);
        case.world.judge_again();
        case.unseen.hidden = case.world.only_hidden(case.unseen.hidden);
        let has_other_values = |row: &Row| self.unseen.masked.iter().find(|other| other.id == row.id).cloned();
        let seen = case.world.seen[Of::Events].iter();
        let is_masked = !case.world.columns[Of::Events].is_empty();
        case.unseen.masked =
            seen.map(|row| has_other_values(row).filter(|_| is_masked).unwrap_or_else(|| row.clone())).collect();
        case
    }
}

impl Smallest {
    /// Takes the first smaller case in which the difference is still there.
    async fn takes_a_step(&mut self) -> Outcome<bool> {
        for smaller in self.case.smaller() {
            if self.attempts >= ATTEMPTS {
                return Ok(false);
            }
            self.attempts += 1;
            // What is no organization any more is no smaller case.
            if let Ok(Some(texts)) = smaller.differs().await {
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
        for of in Of::ALL {
            let (rows, columns) = policies(world, of);
            writeln!(f, "policies of {}: {} {} {:?}", of.name(), json!(rows), json!(columns), world.limits[of])?;
        }
        if let Request::Element { element, .. } = request {
            let one = &world.content.elements[*element];
            writeln!(f, "the element asks {} under {:?}; {:?}", one.query, one.controls, world.content.locks)?;
        }
        writeln!(f, "{:?} {:?}", world.join, world.formulas)?;
        writeln!(f, "tables in {:?} files; visible rows:\n{}", world.storage, shown(&world.seen))?;
        writeln!(f, "hidden rows:\n{}", shown(&world.hidden))?;
        if matches!(against, Against::OtherHidden | Against::OtherInPostgres) {
            writeln!(f, "elsewhere, visible events:\n{}", Table::of(Of::Events, &unseen.masked).csv(false))?;
            writeln!(f, "elsewhere, hidden rows:\n{}", shown(&unseen.hidden))?;
        }
        writeln!(f, "{request:?}\n  {}\nwith {}\n  {}", self.texts.0, against.name(), self.texts.1)
    }
}

fn shown(tables: &Tables) -> String {
    let tables = Of::ALL.iter().map(|of| Table::of(*of, &tables[*of]));
    tables.filter(|table| !table.rows.is_empty()).map(|table| table.csv(false)).collect()
}
