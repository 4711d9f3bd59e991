//! Elements under locks and controls, what controls offer, who may download how much, and whom a token lets in.

use super::asked::Asked;
use super::fields::Field;
use super::filters::{Filter, of_values};
use super::rows::Row;
use super::value::{self, Kind};
use super::{Expected, Line, Reference, refused};
use crate::content::CONTROLS;
use crate::data::Of;
use chrono_tz::Tz;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// The most rows underneath that a page shows.
const ROWS_BENEATH: usize = 1000;

impl Reference {
    /// An element with what is set. Who sees its page is told that it does not answer.
    pub(super) fn element(
        &self,
        element: usize,
        controls: &Json,
        at: Option<&Json>,
        is_file: bool,
    ) -> Option<Expected> {
        let (one, person) = (&self.world.content.elements[element], &self.world.person);
        if self.escapes_a_lock(&one.controls) || (at.is_some() && !person.looks_beneath()) {
            return Some(refused(403, "forbidden"));
        }
        let named = |field: &Json| Field::named(field.as_str()?);
        let fields = one.query["fields"].as_array().into_iter().flatten().filter_map(named);
        let filtered =
            one.query["filters"].as_array().into_iter().flatten().filter_map(|filter| named(&filter["field"]));
        let controlled = one.controls.iter().filter_map(|control| Field::named(control));
        let beneath = one.beneath.iter().filter(|_| at.is_some()).filter_map(|name| Field::named(name));
        let offered: Vec<&Field> = fields.chain(filtered).chain(controlled).chain(beneath).collect();
        let reads = |of: &Of| *of == Of::Events || offered.iter().any(|field| field.tables(&self.world).contains(of));
        let is_open = || Of::ALL.iter().filter(|of| reads(of)).all(|of| self.may_download(*of));
        if is_file && !(person.may_download && is_open()) {
            return Some(refused(403, "forbidden"));
        }
        let set = controls.as_object()?;
        if set.keys().any(|control| !self.is_settable(control)) {
            return Some(refused(400, "unknown_control"));
        }
        let mut asked = Asked::without_filters(&one.query, self)?;
        let zone = asked.zone;
        for filter in one.query["filters"].as_array().into_iter().flatten() {
            asked.filter(filter["field"].as_str()?, filter, zone, &offered)?;
        }
        for control in &one.controls {
            let (values, zone) = match (self.world.person.locked.get(control), set.get(*control)) {
                (Some(locked), _) => (locked.clone(), Tz::UTC),
                (None, Some(chosen)) => (chosen.as_array()?.clone(), zone),
                (None, None) => (self.default(control), zone),
            };
            let kind = Field::named(control).map_or(Kind::Integer, |field| field.kind);
            let filters = if values.is_empty() { Vec::new() } else { of_values(&values, kind) };
            for filter in &filters {
                asked.filter(control, filter, zone, &offered)?;
            }
        }
        let Some(mark) = at else { return self.told(&asked, is_file) };
        asked.beneath(&one.beneath, mark, &offered)?;
        self.presented(&asked, is_file, ROWS_BENEATH, || self.rows_beneath(&asked))
    }

    /// The rows underneath as often as they are there: each event, and with fields of tags each tag that it meets.
    fn rows_beneath(&self, asked: &Asked<'_>) -> Vec<Line> {
        let with_tag = asked.all_fields().any(|field| field.tables(&self.world).contains(&Of::Tags));
        let rows = self.rows.iter().filter(|row| asked.filters.iter().all(|filter| filter.keeps(row, asked)));
        let rows: BTreeMap<_, &Row> = rows.map(|row| (row.identity(with_tag), row)).collect();
        let seen = asked.seen(asked.zone);
        let line = |row: &Row| asked.fields.iter().map(|field| (field.name, field.dimension(row, &seen))).collect();
        let mut lines: Vec<Line> = rows.into_values().map(line).collect();
        lines.sort_by(|left, right| asked.order(left, right, |_| false));
        lines
    }

    /// Whether something is locked that does not keep rows away: no control of that name, or one that sets a parameter. What
    /// a guest's token sets of itself need not, nor what is an attribute.
    fn escapes_a_lock(&self, controls: &[&str]) -> bool {
        let person = &self.world.person;
        let must_filter = |control: &str| match person.is_unknown() {
            true => {
                let is_attribute = person.is_label_attribute && control == "label";
                self.world.content.locks.get(control) == Some(&true) && !is_attribute
            }
            false => true,
        };
        let filters = |control: &str| controls.contains(&control) && control != "least";
        person.locked.keys().any(|control| must_filter(control) && !filters(control))
    }

    fn is_settable(&self, control: &str) -> bool {
        let person = &self.world.person;
        let is_there = CONTROLS.contains(&control);
        let is_enabled = !person.is_unknown() || self.world.content.locks.get(control) == Some(&false);
        is_there && is_enabled && !person.locked.contains_key(control)
    }

    fn default(&self, control: &str) -> Vec<Json> {
        let default = self.world.content.default.filter(|_| control == "place");
        default.into_iter().map(|label| json!(label)).collect()
    }

    /// The values of a control's field that begin so, whatever the case, under what is locked.
    pub(super) fn offered(&self, control: &str, search: &str) -> Option<Expected> {
        let person = &self.world.person;
        let name = control.strip_prefix("main/")?;
        // Guests hear of what they may set themselves.
        let is_enabled = self.world.content.locks.get(name) == Some(&false) && !person.locked.contains_key(name);
        let field = Field::named(name)?;
        if (person.is_unknown() && !is_enabled) || (name == "word" && field.columns(&self.world).is_none()) {
            return Some(refused(404, "not_found"));
        }
        // What only sets a parameter keeps no row away: where it is locked, nothing is offered, and of a token it is no filter.
        let only_sets = self.world.content.elements.iter().any(|element| element.controls.contains(&"least"));
        if only_sets && person.locked.contains_key("least") && !person.is_unknown() {
            return Some(refused(403, "forbidden"));
        }
        let mut filters = Vec::new();
        for (control, values) in person.locked.iter().filter(|(_, values)| !values.is_empty()) {
            let locked = match *control {
                "least" if only_sets => continue,
                "least" => Field::named("number")?,
                control => Field::named(control)?,
            };
            let written = of_values(values, locked.kind).into_iter();
            filters.extend(written.map(|written| Filter { field: locked, written, zone: Tz::UTC }));
        }
        if self.hides(field) || filters.iter().any(|filter| self.hides(filter.field)) {
            return Some(refused(400, "unknown_field"));
        }
        let asked = Asked::without_filters(&Json::Null, self)?;
        let rows = self.rows.iter().filter(|row| filters.iter().all(|filter| filter.keeps(row, &asked)));
        let seen = self.seen(asked.zone);
        let values: BTreeSet<String> = rows.filter_map(|row| field.dimension(row, &seen)?.text()).collect();
        let found = values.iter().filter(|value| value::folded(value).starts_with(&value::folded(search)));
        let body = json!({"values": found.collect::<Vec<_>>(), "truncated": false}).to_string();
        (values.len() <= 200).then_some(Expected { status: 200, body })
    }

    /// The most rows of a table that the person may download: the highest limit that is for them. `None`: there is none.
    fn limit(&self, of: Of) -> Option<usize> {
        let limits = &self.world.limits[of];
        let theirs = limits.iter().filter(|(to, _)| self.world.person.is_in(*to)).map(|(_, rows)| *rows);
        (!limits.is_empty()).then(|| theirs.max().unwrap_or(0) as usize)
    }

    /// Whether the person may download anything that reads the table.
    pub(super) fn may_download(&self, of: Of) -> bool {
        self.limit(of) != Some(0)
    }

    /// The most rows of the answer that may be downloaded: as many as each table that is read has.
    pub(super) fn most(&self, asked: &Asked<'_>) -> Option<usize> {
        let read: BTreeSet<Of> =
            asked.all_fields().flat_map(|field| field.tables(&self.world)).chain([Of::Events]).collect();
        read.into_iter().filter_map(|of| self.limit(of)).min()
    }

    /// Whether a guest's token is taken: it sets what it must and nothing that nobody may.
    pub(super) fn opened(&self, session: &Json) -> Expected {
        let is_blank = |value: &Json| value.as_str().is_some_and(|text| text.trim().is_empty());
        let sets_nothing = |json: &Json| match json {
            Json::Array(values) => values.is_empty() || values.iter().any(is_blank),
            value => is_blank(value),
        };
        let is_refused = |control: &&str| {
            let set = session["locked_parameters"].get(*control);
            match self.world.content.locks.get(*control) {
                Some(true) => set.is_none_or(sets_nothing),
                Some(false) => false,
                None => set.is_some(),
            }
        };
        match CONTROLS.iter().any(is_refused) {
            true => refused(400, "parameter_refused"),
            false => Expected { status: 201, body: String::new() },
        }
    }
}
