//! As whom somebody may look, and by what they may look for a row.

use crate::ceiling::holds_tenant;
use crate::permit::{ColumnAccess, Destination, InspectAs, Permit, TableAccess};
use model::access::{Ceiling, EmbedKey};
use model::enforcement::{Point, enforced};
use model::filter::RowFilter;
use model::name::{ColumnName, FieldName, IssuerName, ModelName, TableName, TenantName};
use model::semantic::{ColumnPath, Explore, Model};
use std::collections::{BTreeMap, BTreeSet};

/// What looking as somebody else must stay within.
#[derive(Debug, PartialEq)]
pub struct Inspection {
    /// Who vouches for the asker.
    pub(crate) issuer: IssuerName,
    /// The asker's own tenant.
    pub(crate) tenant: Option<TenantName>,
    /// The ceiling of the asker's key.
    pub(crate) ceiling: Ceiling,
    /// The fields that exist for the asker.
    pub(crate) fields: BTreeSet<FieldName>,
    /// What the asker sees of the model's tables by themselves.
    pub(crate) tables: BTreeMap<(ModelName, TableName), TableAccess>,
    /// Where the asker's own questions are answered.
    pub(crate) destinations: BTreeMap<ModelName, Destination>,
}

/// What the asker sees of one model, of which a name may be told that exists for them.
pub(crate) struct Own<'a> {
    pub(crate) name: &'a ModelName,
    pub(crate) model: &'a Model,
    pub(crate) tables: &'a BTreeMap<(ModelName, TableName), TableAccess>,
}

impl Own<'_> {
    /// Whether all that a field of an explore reads exists for them, with the keys of the joins on the way to it.
    pub(crate) fn sees_field(&self, explore: &Explore, field: &FieldName) -> bool {
        let columns = explore.columns_of(field);
        let joins = explore.joins_to(&columns.iter().map(|path| &path.table).collect());
        let left = joins.iter().flat_map(|join| join.on.keys()).all(|path| self.sees_path(explore, path));
        let right = joins.iter().all(|join| join.on.values().all(|key| self.sees_column(&join.table, key)));
        left && right && columns.into_iter().all(|path| self.sees_path(explore, path))
    }

    fn sees_path(&self, explore: &Explore, path: &ColumnPath) -> bool {
        explore.table_called(&path.table).is_some_and(|table| self.sees_column(table, &path.column))
    }

    /// Whether a column exists for them: that of a derived table also by the field that it is called like.
    pub(crate) fn sees_column(&self, table: &TableName, column: &ColumnName) -> bool {
        let access = self.tables.get(&(self.name.clone(), table.clone()));
        let below = || {
            let defined = self.model.tables.get(table)?;
            if defined.derived.is_none() {
                return Some(true);
            }
            let (_, explore) = self.model.derived_of(defined)?;
            Some(self.sees_field(explore, explore.field_called(column)?))
        };
        access.is_some_and(|access| access.columns.contains_key(column)) && below().unwrap_or(false)
    }
}

impl Permit<InspectAs> {
    /// Whether they may look as somebody whom the holder of that key vouches for: a key of the same issuer.
    #[must_use]
    pub fn admits_key(&self, key: &EmbedKey) -> bool {
        !enforced(Point::InspectTenancy) || self.bounds.issuer == key.issuer
    }

    /// Whether they may look as somebody of that tenant, or of none: of their own, if they have one, and inside the ceiling
    /// of their key.
    #[must_use]
    pub fn admits_tenant(&self, tenant: Option<&TenantName>) -> bool {
        let is_own = self.bounds.tenant.is_none() || self.bounds.tenant.as_ref() == tenant;
        !enforced(Point::InspectTenancy) || (is_own && holds_tenant(&self.bounds.ceiling, tenant))
    }

    /// Whether a field of what is asked about exists for them.
    #[must_use]
    pub fn sees_field(&self, field: &FieldName) -> bool {
        self.bounds.fields.contains(field)
    }

    /// Whether a table exists for them.
    #[must_use]
    pub fn sees_table(&self, model: &ModelName, table: &TableName) -> bool {
        self.table(model, table).is_some()
    }

    /// Whether a column of it exists for them, be it masked.
    #[must_use]
    pub fn sees_column(&self, model: &ModelName, table: &TableName, column: &ColumnName) -> bool {
        self.table(model, table).is_some_and(|table| table.columns.contains_key(column))
    }

    /// Whether they may look for a row by a column: one whose values they are shown, so that looking tells them none.
    #[must_use]
    pub fn looks_by(&self, model: &ModelName, table: &TableName, column: &ColumnName) -> bool {
        let access = self.table(model, table).and_then(|table| table.columns.get(column));
        !enforced(Point::InspectColumns) || access == Some(&ColumnAccess::Shown)
    }

    /// The rows to which they are bound as well. `None`: to none in particular, because they are of no tenant.
    #[must_use]
    pub fn only_rows(&self, model: &ModelName, table: &TableName) -> Option<&RowFilter> {
        let is_bound = self.bounds.tenant.is_some() && enforced(Point::InspectTenancy);
        let own = || self.table(model, table).map_or(&RowFilter::Nothing, |table| &table.rows);
        is_bound.then(own)
    }

    /// Where their own questions of a model are answered.
    #[must_use]
    pub fn destination(&self, model: &ModelName) -> &Destination {
        self.bounds.destinations.get(model).unwrap_or(&Destination::Usual)
    }

    fn table(&self, model: &ModelName, table: &TableName) -> Option<&TableAccess> {
        self.bounds.tables.get(&(model.clone(), table.clone()))
    }
}
