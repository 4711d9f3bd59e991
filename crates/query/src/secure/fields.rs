//! Finding an explore's fields, through what the viewer may see.

use crate::arrow_type::arrow_type;
use crate::error::QueryError;
use crate::mask::range_start;
use crate::secure::access::Access;
use crate::secure::filters::Compared;
use crate::secure::period::period_start;
use datafusion::common::{Column, DFSchema, TableReference};
use datafusion::logical_expr::expr::Case;
use datafusion::logical_expr::{Expr, ExprSchemable, lit};
use datafusion::scalar::ScalarValue;
use model::enforcement::{Point, enforced};
use model::name::{ColumnName, FieldName, TableName};
use model::query::Filter;
use model::semantic::{ColumnPath, Dimension, Explore, Join, Measure, Model};
use model::value::ColumnType;
use std::collections::BTreeSet;

/// An explore as one viewer finds it.
pub(crate) struct Fields<'a> {
    pub(crate) model: &'a Model,
    pub(crate) explore: &'a Explore,
    pub(crate) access: &'a Access,
}

impl<'a> Fields<'a> {
    /// The dimension of that name.
    pub(crate) fn dimension(&self, name: &FieldName) -> Result<FoundDimension<'a>, QueryError> {
        self.admitted(name)?;
        self.locked_dimension(name)
    }

    /// The dimension of that name, whether or not the viewer may ask for it: locked filters are no question of theirs.
    pub(crate) fn locked_dimension(&self, name: &FieldName) -> Result<FoundDimension<'a>, QueryError> {
        let unknown = || QueryError::UnknownField { field: name.clone() };
        let (name, dimension) = self.explore.dimensions.get_key_value(name).ok_or_else(unknown)?;
        let column = self.column_type(&dimension.column).ok_or_else(unknown)?;
        Ok(FoundDimension { name, dimension, column })
    }

    /// The measure of that name, with everything it rests on.
    pub(crate) fn measure(&self, name: &FieldName) -> Result<FoundMeasure<'a>, QueryError> {
        self.admitted(name)?;
        self.found_measure(name, name)
    }

    /// The measure, for whoever asks for `asked`, which may be made of it. What it rests on is the author's to say, so it
    /// need not be admitted by itself; but it must be visible.
    fn found_measure(&self, name: &FieldName, asked: &FieldName) -> Result<FoundMeasure<'a>, QueryError> {
        let unknown = || QueryError::UnknownField { field: asked.clone() };
        let measure = self.explore.measures.get(name).ok_or_else(unknown)?;
        let column = match measure.aggregate.column() {
            Some(path) => Some((path, self.column_type(path).ok_or_else(unknown)?)),
            None if self.access.tables.contains_key(&self.explore.table) => None,
            None => return Err(unknown()),
        };
        let only = measure.only.iter().map(|filter| {
            let found = self.locked_dimension(&filter.field).map_err(|_| unknown())?;
            Ok(Condition { filter: filter.clone(), found })
        });
        let only = only.collect::<Result<Vec<_>, QueryError>>()?;
        let parts = measure.aggregate.measures().iter().map(|part| self.found_measure(part, asked));
        let parts = parts.collect::<Result<Vec<_>, QueryError>>()?;
        Ok(FoundMeasure { measure, column, only, parts })
    }

    /// The joins needed to reach `tables`, in the explore's order.
    pub(crate) fn joins(&self, tables: &BTreeSet<&TableName>) -> Vec<&'a Join> {
        let mut needed: BTreeSet<&TableName> = tables.clone();
        let mut joins: Vec<&Join> = Vec::new();
        for join in self.explore.joins.iter().rev().filter(|join| *join.name() != self.explore.table) {
            if needed.contains(join.name()) {
                needed.extend(join.on.keys().map(|left| &left.table));
                joins.push(join);
            }
        }
        joins.reverse();
        joins
    }

    fn admitted(&self, name: &FieldName) -> Result<(), QueryError> {
        if self.access.fields.contains(name) { Ok(()) } else { Err(QueryError::UnknownField { field: name.clone() }) }
    }

    /// The type of a column that the viewer can reach and see.
    fn column_type(&self, path: &ColumnPath) -> Option<ColumnType> {
        self.reach(path, &self.explore.joins)
    }

    /// The same, through joins that stand before the ones being looked at.
    fn reach(&self, path: &ColumnPath, joins: &[Join]) -> Option<ColumnType> {
        if path.table == self.explore.table {
            return self.exposed(&self.explore.table, &path.column);
        }
        let position = joins.iter().position(|join| *join.name() == path.table)?;
        let (before, join) = (joins.get(..position)?, joins.get(position)?);
        let key_is_visible = |(left, right): (&ColumnPath, &ColumnName)| {
            self.reach(left, before).is_some() && self.exposed(&join.table, right).is_some()
        };
        join.on.iter().all(key_is_visible).then(|| self.exposed(&join.table, &path.column))?
    }

    /// The type of a column that the model declares and the viewer's access exposes.
    fn exposed(&self, table: &TableName, column: &ColumnName) -> Option<ColumnType> {
        let access = self.access.tables.get(table)?;
        if enforced(Point::ExposedColumns) && !access.columns.contains_key(column) {
            return None;
        }
        self.model.tables.get(table)?.columns.get(column).copied()
    }
}

/// A dimension that exists for the viewer.
pub(crate) struct FoundDimension<'a> {
    name: &'a FieldName,
    pub(crate) dimension: &'a Dimension,
    column: ColumnType,
}

impl<'a> FoundDimension<'a> {
    /// The table, or the join's alias, that it is read from.
    pub(crate) const fn table(&self) -> &'a TableName {
        &self.dimension.column.table
    }

    /// The type of its values: those with a grain are the days on which periods begin.
    pub(crate) const fn kind(&self) -> ColumnType {
        self.dimension.kind(self.column)
    }

    /// Its value.
    pub(crate) fn expression(&self) -> Result<Expr, QueryError> {
        let column = column(&self.dimension.column);
        if let Some(grain) = self.dimension.grain {
            return Ok(period_start(grain, column));
        }
        if self.dimension.bins.is_some() {
            let width = self.dimension.width(self.column).ok_or(QueryError::Internal)?;
            return Ok(range_start(width, &arrow_type(self.column), &column));
        }
        if self.dimension.cases.is_empty() { Ok(column) } else { self.case(column) }
    }

    /// The text of the first case that holds.
    fn case(&self, value: Expr) -> Result<Expr, QueryError> {
        let text = |text: Option<&String>| lit(ScalarValue::Utf8View(text.cloned()));
        let mut branches = Vec::with_capacity(self.dimension.cases.len());
        for case in &self.dimension.cases {
            let filter = case.filter(self.name.clone());
            let held = arrow_type(self.column);
            let compared = Compared { field: self.name, value: value.clone(), kind: self.column, held };
            branches.push((Box::new(compared.predicate(&filter)?), Box::new(text(Some(&case.is)))));
        }
        let otherwise = Box::new(text(self.dimension.otherwise.as_ref()));
        Ok(Expr::Case(Case::new(None, branches, Some(otherwise))))
    }
}

/// A measure that exists for the viewer.
pub(crate) struct FoundMeasure<'a> {
    pub(crate) measure: &'a Measure,
    /// What it aggregates, with its type; `None` for rows.
    pub(crate) column: Option<(&'a ColumnPath, ColumnType)>,
    /// Which rows count.
    pub(crate) only: Vec<Condition<'a>>,
    /// The measures it is made of.
    pub(crate) parts: Vec<FoundMeasure<'a>>,
}

impl<'a> FoundMeasure<'a> {
    /// The tables, or the joins' aliases, that it is read from.
    pub(crate) fn tables(&self) -> Vec<&'a TableName> {
        let own = self.column.map(|(path, _)| &path.table).into_iter();
        let told_by = self.only.iter().map(|condition| condition.found.table());
        own.chain(told_by).chain(self.parts.iter().flat_map(Self::tables)).collect()
    }
}

/// A filter, and the dimension it is on.
pub(crate) struct Condition<'a> {
    pub(crate) filter: Filter,
    pub(crate) found: FoundDimension<'a>,
}

impl Condition<'_> {
    /// What it demands of `rows`.
    pub(crate) fn predicate(&self, rows: &DFSchema) -> Result<Expr, QueryError> {
        let value = self.found.expression()?;
        let held = value.get_type(rows)?;
        Compared { field: &self.filter.field, value, kind: self.found.kind(), held }.predicate(&self.filter)
    }
}

/// The column as an expression.
pub(crate) fn column(path: &ColumnPath) -> Expr {
    Expr::Column(qualified(&path.table, &path.column))
}

/// The column of the table or alias.
pub(crate) fn qualified(table: &TableName, column: &ColumnName) -> Column {
    Column::new(Some(TableReference::bare(table.as_str())), column.as_str())
}
