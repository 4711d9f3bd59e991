//! Derived tables: the answer to their question as one person would get it, in place of a scan.

use crate::arrow_type::arrow_type;
use crate::catalog::Catalog;
use crate::error::QueryError;
use crate::secure::access::Access;
use crate::secure::calculated::parameters;
use crate::secure::fields::Fields;
use crate::secure::plan::{Purpose, compile, output};
use datafusion::common::TableReference;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder, try_cast};
use model::filter::RowFilter;
use model::name::{ColumnName, ExploreName, FieldName, TableName};
use model::query::Query;
use model::semantic::{Derived, Explore, ExplorePath, Model, Table};
use model::time_zone::TimeZone;

impl Access {
    /// The same person's access to an explore that a derived table is of.
    fn behind(&self, name: &ExploreName) -> Option<Self> {
        let found = self.behind.get(name)?;
        Some(Self {
            explore: ExplorePath { model: self.explore.model.clone(), explore: name.clone() },
            fields: found.fields.clone(),
            calculated: found.calculated.clone(),
            locked: Vec::new(),
            ..self.clone()
        })
    }

    /// Leaves of each derived table the columns whose fields exist, and no row where a policy would read another. Without one of
    /// them, or of what it is told by, the table does not exist.
    pub(crate) fn derive(&mut self, model: &Model) -> Result<(), QueryError> {
        let is_derived = |name: &&TableName| model.tables.get(*name).is_some_and(|table| table.derived.is_some());
        let derived: Vec<TableName> = self.tables.keys().filter(is_derived).cloned().collect();
        // Some may be made of others, to any depth; what is left only grows less.
        let mut is_settled = derived.is_empty();
        while !is_settled {
            is_settled = true;
            for name in &derived {
                is_settled &= !self.derive_one(model, name)?;
            }
        }
        Ok(())
    }

    /// Whether anything of the table went away.
    fn derive_one(&mut self, model: &Model, name: &TableName) -> Result<bool, QueryError> {
        let Some((table, before)) = model.tables.get(name).zip(self.tables.get(name)) else { return Ok(false) };
        let found = self.asked(model, table)?.unwrap_or_default();
        let exists = |column: &ColumnName| found.iter().any(|field| field.as_str() == column.as_str());
        let mut after = before.clone();
        after.columns.retain(|column, _| exists(column));
        if let RowFilter::Where(condition) = &after.rows
            && !condition.columns().into_iter().all(exists)
        {
            after.rows = RowFilter::Nothing;
        }
        if after == *before {
            return Ok(false);
        }
        if after.columns.is_empty() {
            self.tables.remove(name)
        } else {
            self.tables.insert(name.clone(), after)
        };
        Ok(true)
    }

    /// The fields of a derived table's question that exist for the person; `None`: not all that it is told by does.
    fn asked(&self, model: &Model, table: &Table) -> Result<Option<Vec<FieldName>>, QueryError> {
        let Some((derived, explore)) = model.derived_of(table) else { return Ok(None) };
        let Some(access) = self.behind(&derived.explore) else { return Ok(None) };
        let parameters = parameters([], explore)?;
        let fields = Fields { model, explore, access: &access, parameters: &parameters, zone: TimeZone::UTC };
        let exists = |field: &FieldName| fields.dimension(field).is_ok() || fields.measure(field).is_ok();
        let mut told_by = derived.filters.iter().map(|filter| &filter.field);
        if !told_by.all(|field| exists(field) || explore.parameters.contains_key(field)) {
            return Ok(None);
        }
        let called = table.columns.keys().filter_map(|column| explore.field_called(column));
        Ok(Some(called.filter(|field| exists(field)).cloned().collect()))
    }
}

/// The rows of a derived table within `access`, called `name`: with all columns whose fields exist, for a policy of its own reads also
/// what another one hides. What does not fit the type of its column is NULL.
pub(super) fn rows(
    catalog: &Catalog,
    access: &Access,
    (table, derived, explore): (&Table, &Derived, &Explore),
    model: &Model,
    name: &TableName,
) -> Result<LogicalPlan, QueryError> {
    let found = access.asked(model, table)?.ok_or(QueryError::Internal)?;
    let access = access.behind(&derived.explore).ok_or(QueryError::Internal)?;
    let shown = table.columns.iter().filter_map(|(column, kind)| {
        let field = explore.field_called(column).filter(|field| found.contains(*field))?;
        Some((column, field, *kind))
    });
    let shown: Vec<_> = shown.collect();
    let fields = shown.iter().map(|(_, field, _)| (*field).clone()).collect();
    let query = Query {
        filters: derived.filters.clone(),
        time_zone: Some(TimeZone::UTC),
        ..Query::of(access.explore.clone(), fields)
    };
    let answer = compile(catalog, &query, &access, None, Purpose::Derived)?;
    let name = TableReference::bare(name.as_str());
    let values = shown.into_iter().map(|(column, field, kind)| {
        try_cast(output(field), arrow_type(kind)).alias_qualified(Some(name.clone()), column.as_str())
    });
    Ok(LogicalPlanBuilder::from(answer.plan).project(values)?.build()?)
}
