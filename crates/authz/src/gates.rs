//! Access grants: what of a model exists for somebody.

use crate::ceiling::scalars;
use crate::resume::Principal;
use model::enforcement::{Point, enforced};
use model::name::{AccessGrantName, ColumnName, FieldName, TableName};
use model::semantic::{AccessGrant, Calculation, Derived, Dimension, Explore, Input, Measure, Model, Table};
use model::snapshot::Snapshot;
use std::collections::{BTreeMap, BTreeSet};

/// A person before the access grants of a model.
#[derive(Clone, Copy)]
pub(crate) struct Gates<'a> {
    principal: &'a Principal,
    snapshot: &'a Snapshot,
    model: &'a Model,
}

impl<'a> Gates<'a> {
    pub(crate) const fn new(principal: &'a Principal, snapshot: &'a Snapshot, model: &'a Model) -> Self {
        Self { principal, snapshot, model }
    }

    /// Whether the person has all of them. One that does not exist nobody has.
    pub(crate) fn open<'n>(&self, names: impl IntoIterator<Item = &'n AccessGrantName>) -> bool {
        let has = |name| self.model.access_grants.get(name).is_some_and(|grant| self.has(grant));
        !enforced(Point::AccessGrants) || names.into_iter().all(has)
    }

    /// Values compare as the attribute's type. Who has none, has none that is allowed.
    fn has(&self, grant: &AccessGrant) -> bool {
        let definition = self.snapshot.attributes.get(&grant.user_attribute);
        let Some((definition, value)) = definition.zip(self.principal.attribute(&grant.user_attribute)) else {
            return false;
        };
        let allowed: Vec<_> = grant.allowed_values.iter().filter_map(|value| definition.read(value)).collect();
        scalars(value).iter().any(|one| allowed.iter().any(|value| scalars(value).contains(one)))
    }

    /// Whether the explore exists.
    pub(crate) fn open_explore(&self, explore: &Explore) -> bool {
        let grants = self.model.required_access_grants.iter().chain(&explore.required_access_grants);
        self.open(grants) && self.open_table(&explore.table)
    }

    /// Whether the table exists: by itself, and if it is derived, by the explore and all that it is told by.
    pub(crate) fn open_table(&self, table: &TableName) -> bool {
        let Some(table) = self.model.tables.get(table) else { return false };
        let derives = |(derived, explore): (&Derived, &'a Explore)| {
            let fields = self.open_fields(explore);
            let mut told_by = derived.filters.iter().map(|filter| &filter.field);
            self.open_explore(explore)
                && told_by.all(|field| explore.parameters.contains_key(field) || fields.contains(field))
        };
        let is_there = table.derived.is_none() || self.model.derived_of(table).is_some_and(derives);
        self.open(&table.required_access_grants) && is_there
    }

    /// Whether a column of a table exists: that of a derived one by the field that it is called like.
    pub(crate) fn open_column(&self, table: &'a Table, column: &ColumnName) -> bool {
        let shown = |(_, explore): (_, &'a Explore)| {
            explore.field_called(column).is_some_and(|field| self.open_fields(explore).contains(field))
        };
        table.derived.is_none() || self.model.derived_of(table).is_some_and(shown)
    }

    /// The fields of an explore that exist: by themselves, by every join on the way to them, and by all that they are made
    /// of.
    pub(crate) fn open_fields(&self, explore: &'a Explore) -> BTreeSet<&'a FieldName> {
        let reached = self.reached(explore);
        let is_reached = |table: &TableName| reached.get(table).copied().unwrap_or(false);
        let shows_open = |dimension: &Dimension| {
            let columns = explore.shown_by(dimension);
            columns.iter().all(|path| is_reached(&path.table)) && self.open(&dimension.required_access_grants)
        };
        let is_open = |dimension: &Dimension| {
            let inputs: Vec<FieldName> = dimension.calculation().into_iter().flat_map(Calculation::fields).collect();
            let mut inputs = inputs.iter().filter_map(|name| explore.dimensions.get(name));
            shows_open(dimension) && inputs.all(shows_open)
        };
        let counts = |measure: &Measure| {
            let told_by = measure.only.iter().map(|filter| explore.dimensions.get(&filter.field));
            let in_field = match measure.aggregate.input() {
                Some(Input::Field(name)) => Some(explore.dimensions.get(name)),
                Some(Input::Column(_)) | None => None,
            };
            in_field.is_none_or(|dimension| dimension.is_some_and(is_open))
                && explore.aggregated_by(measure).iter().all(|path| is_reached(&path.table))
                && measure.per.as_ref().is_none_or(is_reached)
                && self.open(&measure.required_access_grants)
                && told_by.into_iter().all(|dimension| dimension.is_some_and(is_open))
        };
        let is_made = |measure: &Measure| {
            let mut parts = measure.aggregate.measures().iter().map(|part| explore.measures.get(part));
            counts(measure) && parts.all(|part| part.is_some_and(counts))
        };
        let dimensions = explore.dimensions.iter().filter(|(_, dimension)| is_open(dimension)).map(|(name, _)| name);
        let measures = explore.measures.iter().filter(|(_, measure)| is_made(measure)).map(|(name, _)| name);
        dimensions.chain(measures).collect()
    }

    /// Which of an explore's tables are there, by what fields call them.
    fn reached(&self, explore: &'a Explore) -> BTreeMap<&'a TableName, bool> {
        let mut reached = BTreeMap::from([(&explore.table, self.open_table(&explore.table))]);
        for join in &explore.joins {
            let is_open = self.open(&join.required_access_grants) && self.open_table(&join.table);
            let before = join.on.keys().all(|left| reached.get(&left.table).copied().unwrap_or(false));
            reached.insert(join.name(), is_open && before);
        }
        reached
    }
}
