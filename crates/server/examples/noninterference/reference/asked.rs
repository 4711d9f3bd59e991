//! Questions, taken apart.

use super::fields::{FIELDS, Field, Seen};
use super::filters::Filter;
use super::rows::Row;
use super::value::{Held, Value, written};
use super::{Line, Reference};
use crate::formulas::Parameters;
use crate::world::World;
use chrono_tz::Tz;
use serde_json::{Value as Json, json};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A question, taken apart.
pub(super) struct Asked<'a> {
    reference: &'a Reference,
    pub(super) fields: Vec<&'static Field>,
    pub(super) filters: Vec<Filter>,
    /// What the order is by first, and whether it falls.
    sort: Option<(&'static Field, bool)>,
    limit: Option<usize>,
    after: Option<&'a [Json]>,
    /// Whose days and hours those of instants are.
    pub(super) zone: Tz,
    parameters: Parameters,
    /// Whether a parameter is set to what it may not be.
    pub(super) sets_wrongly: bool,
    /// Whether a parameter is set that does not exist for the person.
    pub(super) names_unknown: bool,
}

impl<'a> Asked<'a> {
    /// A question of one's own, with every field to choose from.
    pub(super) fn of(query: &'a Json, reference: &'a Reference) -> Option<Self> {
        let mut asked = Self::without_filters(query, reference)?;
        let all: Vec<&Field> = FIELDS.iter().collect();
        let zone = asked.zone;
        for filter in list(query, "filters") {
            asked.filter(filter["field"].as_str()?, filter, zone, &all)?;
        }
        Some(asked)
    }

    /// The question of an element, with filters of its own.
    pub(super) fn without_filters(query: &'a Json, reference: &'a Reference) -> Option<Self> {
        let field = |json: &Json| Field::named(json.as_str()?);
        let sort = match list(query, "sorts") {
            [] => None,
            [one] => Some((field(&one["field"])?, one["descending"] == true)),
            _ => return None,
        };
        let own = query["time_zone"].as_str();
        let World { person, zone_of_tenants, zone, .. } = &reference.world;
        let of_tenant = zone_of_tenants.filter(|_| person.tenant.is_some());
        let zone = own.or(person.zone).or(of_tenant).or(*zone).unwrap_or("UTC");
        Some(Self {
            reference,
            fields: list(query, "fields").iter().map(field).collect::<Option<_>>()?,
            filters: Vec::new(),
            sort,
            limit: query["limit"].as_u64().and_then(|limit| usize::try_from(limit).ok()),
            after: query["after"].as_array().map(Vec::as_slice),
            zone: zone.parse().ok()?,
            parameters: reference.world.formulas.defaults(),
            sets_wrongly: false,
            names_unknown: false,
        })
    }

    /// A filter, or on a parameter a value, which counts if something reads it that is offered.
    pub(super) fn filter(&mut self, field: &str, written: &Json, zone: Tz, offered: &[&Field]) -> Option<()> {
        if !self.parameters.contains_key(field) {
            self.filters.push(Filter { field: Field::named(field)?, written: written.clone(), zone });
            return Some(());
        }
        let formulas = &self.reference.world.formulas;
        let reads = |one: &&&Field| one.reads(field, formulas) && !self.reference.hides(one);
        if !offered.iter().any(|one| reads(&one)) {
            self.names_unknown = true;
            return Some(());
        }
        let values = written["values"].as_array().map(Vec::as_slice).unwrap_or_default();
        match values {
            [value] if formulas.admits(field, value) => {
                let value = match value {
                    Json::String(text) => Value::Text(text.clone()),
                    number => Value::Integer(number.as_i64()?.into()),
                };
                self.parameters
                    .iter_mut()
                    .filter(|(name, _)| **name == field)
                    .for_each(|(_, held)| *held = Some(value.clone()));
            }
            _ => self.sets_wrongly = true,
        }
        Some(())
    }

    /// The rows underneath, as they are: those dimensions of them, under filters on rows and the mark's values, of which each
    /// is of a field that is offered.
    pub(super) fn beneath(&mut self, dimensions: &[&str], mark: &Json, offered: &[&Field]) -> Option<()> {
        self.fields = dimensions.iter().map(|name| Field::named(name)).collect::<Option<_>>()?;
        self.filters.retain(|filter| !filter.field.is_measure);
        (self.sort, self.limit) = (None, None);
        for step in mark.as_array()? {
            let (field, value) = (Field::named(step["field"].as_str()?)?, &step["value"]);
            self.names_unknown |= !offered.iter().any(|one| one.name == field.name);
            let written = match value {
                Json::Null => json!({"operator": "is_null"}),
                value => json!({"operator": "is_any_of", "values": [value]}),
            };
            self.filters.push(Filter { field, written, zone: self.zone });
        }
        Some(())
    }

    /// Everything that it names.
    pub(super) fn all_fields(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().copied().chain(self.filters.iter().map(|filter| filter.field))
    }

    /// What fields are computed with.
    pub(super) fn seen(&self, zone: Tz) -> Seen<'_> {
        Seen { parameters: self.parameters.clone(), ..self.reference.seen(zone) }
    }

    /// One line for each group of rows; one line at all where nothing groups.
    pub(super) fn grouped(&self, rows: Vec<&Row>) -> Vec<Line> {
        let seen = self.seen(self.zone);
        let dimensions: Vec<&Field> = self.fields.iter().copied().filter(|field| !field.is_measure).collect();
        let mut groups: BTreeMap<Vec<Held>, Vec<&Row>> = BTreeMap::new();
        if dimensions.is_empty() {
            groups.insert(Vec::new(), Vec::new());
        }
        for row in rows {
            groups.entry(dimensions.iter().map(|field| field.dimension(row, &seen)).collect()).or_default().push(row);
        }
        let line = |(key, rows): (Vec<Held>, Vec<&Row>)| {
            let measures = FIELDS.iter().filter(|field| field.is_measure && !field.is_over_answer());
            let measures = measures.map(|field| (field.name, field.measure(&rows, &seen)));
            dimensions.iter().map(|field| field.name).zip(key).chain(measures).collect()
        };
        groups.into_iter().map(line).collect()
    }

    /// Whether a line fits the filters on those fields.
    pub(super) fn keeps(&self, line: &Line, on: impl Fn(&Field) -> bool) -> bool {
        self.filters.iter().filter(|filter| on(filter.field)).all(|filter| filter.admits(&line[filter.field.name]))
    }

    /// The sort, then every other field ascending, NULL last always; without some of the fields.
    pub(super) fn order(&self, left: &Line, right: &Line, without: impl Fn(&Field) -> bool) -> Ordering {
        let others = self.fields.iter().filter(|field| self.sort.is_none_or(|(sorted, _)| sorted.name != field.name));
        let keys = self.sort.into_iter().chain(others.map(|field| (*field, false)));
        let orders = keys.filter(|(field, _)| !without(field)).map(|(field, falls)| {
            match (&left[field.name], &right[field.name]) {
                (Some(left), Some(right)) if falls => right.cmp(left),
                (Some(left), Some(right)) => left.cmp(right),
                (left, right) => left.is_none().cmp(&right.is_none()),
            }
        });
        orders.fold(Ordering::Equal, Ordering::then)
    }

    /// The lines behind the one that the question names, as many as it wants.
    pub(super) fn cut(&self, lines: Vec<Line>) -> Vec<Line> {
        let behind = self.after.map_or(0, |after| {
            let is_it =
                |line: &Line| self.fields.iter().zip(after).all(|(field, cell)| written(&line[field.name]) == *cell);
            lines.iter().position(is_it).map_or(lines.len(), |index| index + 1)
        });
        lines.into_iter().skip(behind).take(self.limit.unwrap_or(usize::MAX)).collect()
    }
}

fn list<'a>(query: &'a Json, name: &str) -> &'a [Json] {
    query[name].as_array().map(Vec::as_slice).unwrap_or_default()
}
