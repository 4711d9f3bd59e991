//! The reference: what must be answered, as the documents say it, in plain loops over the rows. It uses nothing of the server.
//!
//! First the rows that the person does not see are left out and cells are masked; then all is looked up, filtered, grouped,
//! added up, filtered again, put in order and cut.

mod asked;
mod content;
mod fields;
mod filters;
mod masks;
mod rows;
pub(crate) mod value;
mod written;

use crate::data::Of;
use crate::requests::Request;
use crate::world::World;
use asked::Asked;
use chrono_tz::Tz;
use fields::{Field, Seen};
use rows::Row;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use value::{Held, Value, fits};

/// What must be answered: a status and a body, or of a refusal its code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.body)
    }
}

/// What one person sees.
pub(crate) struct Reference {
    /// For policies, people and content; its rows are not looked at again.
    world: World,
    rows: Vec<Row>,
    /// Columns that do not exist for them.
    hidden: BTreeSet<&'static str>,
}

/// A row of an answer: the values of its fields, and of the measures that are needed besides.
type Line = BTreeMap<&'static str, Held>;

impl Reference {
    pub(crate) fn of(world: &World) -> Self {
        Self { rows: rows::joined(world), hidden: masks::hidden(world), world: world.clone() }
    }

    /// `None`: that is not modelled.
    pub(crate) fn answer(&self, request: &Request) -> Option<Expected> {
        match request {
            Request::Query(query) => self.own(query, false),
            Request::Csv(query) => self.own(query, true),
            Request::Element { element, controls, at, is_file } => {
                self.element(*element, controls, at.as_ref(), *is_file)
            }
            Request::Values { control, search } => self.offered(control, search),
            Request::Opening(session) => Some(self.opened(session)),
        }
    }

    /// A question of one's own, which is for whoever may ask such. To others the explore is hidden.
    fn own(&self, query: &Json, is_file: bool) -> Option<Expected> {
        if !self.world.person.explores() {
            return Some(refused(404, "not_found"));
        }
        if is_file && !(self.world.person.may_download && self.may_download(Of::Events)) {
            return Some(refused(403, "forbidden"));
        }
        let asked = Asked::of(query, self)?;
        self.told(&asked, is_file)
    }

    /// What is answered to a question, once it may be asked.
    fn told(&self, asked: &Asked<'_>, is_file: bool) -> Option<Expected> {
        self.presented(asked, is_file, usize::MAX, || asked.cut(self.lines(asked)))
    }

    /// The lines, unless something that is asked for does not exist; on a page at most so many.
    fn presented(
        &self,
        asked: &Asked<'_>,
        is_file: bool,
        on_page: usize,
        lines: impl FnOnce() -> Vec<Line>,
    ) -> Option<Expected> {
        if asked.all_fields().any(|field| self.hides(field)) || asked.names_unknown {
            return (!asked.sets_wrongly).then(|| refused(400, "unknown_field"));
        }
        if asked.sets_wrongly {
            return Some(refused(400, "wrong_value"));
        }
        let mut lines = lines();
        let is_too_long = is_file && self.most(asked).is_some_and(|most| lines.len() > most);
        let is_truncated = !is_file && lines.len() > on_page;
        lines.truncate(if is_truncated { on_page } else { usize::MAX });
        let is_small = |line: &Line| asked.fields.iter().all(|field| fits(field.kind, &line[field.name]));
        match (lines.iter().all(is_small), is_too_long) {
            (false, true) => return None,
            (false, false) => return Some(refused(422, "too_large")),
            (true, true) => return Some(refused(422, "too_many_rows")),
            (true, false) => {}
        }
        let body = match is_file {
            true => written::file(asked, &lines),
            false => written::document(asked, &lines, is_truncated),
        };
        Some(Expected { status: 200, body })
    }

    /// Whether the field does not exist for the person, or for anybody.
    fn hides(&self, field: &Field) -> bool {
        let columns = field.columns(&self.world);
        columns.is_none_or(|columns| columns.iter().any(|column| self.hidden.contains(column)))
    }

    /// What fields are computed with, but for what a question says.
    fn seen(&self, zone: Tz) -> Seen<'_> {
        Seen { world: &self.world, zone, parameters: self.world.formulas.defaults() }
    }

    /// The lines of the answer in their order, before a limit.
    fn lines(&self, asked: &Asked<'_>) -> Vec<Line> {
        let on_rows =
            |row: &&Row| asked.filters.iter().all(|filter| filter.field.is_measure || filter.keeps(row, asked));
        let mut lines = asked.grouped(self.rows.iter().filter(on_rows).collect());
        lines.retain(|line| asked.keeps(line, |field| field.is_measure && !field.is_over_answer()));
        // In the order of the answer; where that is by the total itself, in the order of the other fields.
        lines.sort_by(|left, right| asked.order(left, right, |field| field.is_over_answer()));
        add_shares(&mut lines);
        lines.sort_by(|left, right| asked.order(left, right, |field| field.name == "so_far"));
        add_running_total(&mut lines);
        lines.retain(|line| asked.keeps(line, Field::is_over_answer));
        lines.sort_by(|left, right| asked.order(left, right, |_| false));
        lines
    }
}

/// Parts of the sum of all lines, cut to six digits.
fn add_shares(lines: &mut [Line]) {
    let digits = |line: &Line| line["total"].as_ref().map(Value::digits);
    let all: i128 = lines.iter().filter_map(digits).sum();
    for line in lines {
        let part = digits(line).and_then(|own| (own * 1_000_000).checked_div(all));
        line.insert("part", part.map(|part| Value::Decimal(part, 6)));
    }
}

fn add_running_total(lines: &mut [Line]) {
    let mut so_far = 0;
    for line in lines {
        so_far += line["events"].as_ref().map_or(0, Value::digits);
        line.insert("so_far", Some(Value::Integer(so_far)));
    }
}

fn refused(status: u16, code: &str) -> Expected {
    Expected { status, body: code.to_owned() }
}
