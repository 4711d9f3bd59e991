//! Finding an explore's fields, through what the viewer may see.

use crate::arrow_type::arrow_type;
use crate::error::QueryError;
use crate::mask::range_start;
use crate::secure::access::Access;
use crate::secure::calculated::{FoundCalculation, Parameters};
use crate::secure::filters::Compared;
use crate::secure::grain::grain_of;
use datafusion::common::{Column, DFSchema, TableReference};
use datafusion::logical_expr::expr::Case;
use datafusion::logical_expr::{Expr, ExprSchemable, lit};
use datafusion::scalar::ScalarValue;
use model::enforcement::{Point, enforced};
use model::name::{ColumnName, FieldName, TableName};
use model::query::Filter;
use model::semantic::{Calculation, ColumnPath, Dimension, Explore, Input, Join, Measure, Model, Origin};
use model::time_zone::TimeZone;
use model::value::ColumnType;

/// An explore as one viewer finds it.
pub(crate) struct Fields<'a> {
    pub(crate) model: &'a Model,
    pub(crate) explore: &'a Explore,
    pub(crate) access: &'a Access,
    /// The values of the explore's parameters.
    pub(crate) parameters: &'a Parameters,
    /// That of the question.
    pub(crate) zone: TimeZone,
}

impl<'a> Fields<'a> {
    /// The dimension of that name.
    pub(crate) fn dimension(&self, name: &FieldName) -> Result<FoundDimension<'a>, QueryError> {
        self.admitted(name)?;
        self.dimension_in(name, self.zone)
    }

    /// The dimension of that name, whether or not the viewer may ask for it: locked filters are no question of theirs. Nor is
    /// the time zone: with another one they would see other rows.
    pub(crate) fn locked_dimension(&self, name: &FieldName) -> Result<FoundDimension<'a>, QueryError> {
        let zone = if enforced(Point::LockedTimeZone) { TimeZone::UTC } else { self.zone };
        self.dimension_in(name, zone)
    }

    /// The dimension of that name, whoever may ask for it.
    fn dimension_in(&self, name: &FieldName, zone: TimeZone) -> Result<FoundDimension<'a>, QueryError> {
        let unknown = || QueryError::UnknownField { field: name.clone() };
        let (name, dimension) = self.explore.dimensions.get_key_value(name).ok_or_else(unknown)?;
        let of = match &dimension.of {
            Origin::Column(path) => Found::Column(path, self.column_type(path).ok_or_else(unknown)?),
            Origin::Calculated(calculation) => {
                let found = self.calculated(name, calculation, zone).ok_or_else(unknown)?;
                Found::Calculated(Box::new(found))
            }
        };
        Ok(FoundDimension { name, dimension, of, zone })
    }

    /// The calculated field. All that it reads must be visible, but need not be admitted by itself, as with measures.
    fn calculated(
        &self,
        name: &FieldName,
        calculation: &'a Calculation,
        zone: TimeZone,
    ) -> Option<FoundCalculation<'a>> {
        let formula = self.access.calculated.get(name)?;
        let (mut inputs, mut parameters) = (Vec::new(), Parameters::new());
        for input in calculation.fields() {
            match self.parameters.get(&input) {
                Some(value) => {
                    parameters.insert(input, value.clone());
                }
                None => inputs.push(self.dimension_in(&input, zone).ok()?),
            }
        }
        let dimension = self.explore.dimensions.get(name)?;
        let kind = self
            .model
            .dimension_type(self.explore, &Dimension { cases: Vec::new(), grain: None, ..dimension.clone() })?;
        Some(FoundCalculation { formula, inputs, parameters, kind })
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
        let input = match measure.aggregate.input() {
            Some(Input::Column(path)) => Some(FoundInput::Column(path, self.column_type(path).ok_or_else(unknown)?)),
            Some(Input::Field(field)) => {
                Some(FoundInput::Field(self.dimension_in(field, self.zone).map_err(|_| unknown())?))
            }
            None => None,
        };
        let counted_by = self.explore.counted_by(measure);
        if !self.is_reached(counted_by.unwrap_or(&self.explore.table)) {
            return Err(unknown());
        }
        let only = measure.only.iter().map(|filter| {
            let found = self.dimension_in(&filter.field, self.zone).map_err(|_| unknown())?;
            Ok(Condition { filter: filter.clone(), found })
        });
        let only = only.collect::<Result<Vec<_>, QueryError>>()?;
        let parts = measure.aggregate.measures().iter().map(|part| self.found_measure(part, asked));
        let parts = parts.collect::<Result<Vec<_>, QueryError>>()?;
        Ok(FoundMeasure { measure, input, counted_by, only, parts })
    }

    /// Whether anything that the viewer may ask for reads a parameter. One that nothing reads does not exist for them, nor do
    /// its values: what reads it may be hidden.
    pub(crate) fn reads(&self, parameter: &FieldName) -> bool {
        let read = |name: &FieldName| match (self.dimension(name), self.measure(name)) {
            (Ok(dimension), _) => dimension.reads(parameter),
            (Err(_), Ok(measure)) => measure.reads(parameter),
            (Err(_), Err(_)) => false,
        };
        self.explore.parameters.contains_key(parameter) && self.access.fields.iter().any(read)
    }

    fn admitted(&self, name: &FieldName) -> Result<(), QueryError> {
        if self.access.fields.contains(name) { Ok(()) } else { Err(QueryError::UnknownField { field: name.clone() }) }
    }

    /// The type of a column that the viewer can reach and see.
    fn column_type(&self, path: &ColumnPath) -> Option<ColumnType> {
        self.reach(path, &self.explore.joins)
    }

    /// Whether the viewer can reach a table.
    fn is_reached(&self, table: &TableName) -> bool {
        if *table == self.explore.table {
            return self.access.tables.contains_key(table);
        }
        self.way(table, &self.explore.joins).is_some_and(|join| self.access.tables.contains_key(&join.table))
    }

    /// The type of a column, through joins that stand before the ones being looked at.
    fn reach(&self, path: &ColumnPath, joins: &[Join]) -> Option<ColumnType> {
        if path.table == self.explore.table {
            return self.exposed(&self.explore.table, &path.column);
        }
        self.exposed(&self.way(&path.table, joins)?.table, &path.column)
    }

    /// The join that fields call so, if the viewer sees the keys of all that lead to it.
    fn way<'j>(&self, table: &TableName, joins: &'j [Join]) -> Option<&'j Join> {
        let position = joins.iter().position(|join| join.name() == table)?;
        let (before, join) = (joins.get(..position)?, joins.get(position)?);
        let key_is_visible = |(left, right): (&ColumnPath, &ColumnName)| {
            self.reach(left, before).is_some() && self.exposed(&join.table, right).is_some()
        };
        join.on.iter().all(key_is_visible).then_some(join)
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
    of: Found<'a>,
    zone: TimeZone,
}

/// Where its values come from.
enum Found<'a> {
    /// A column, with its type.
    Column(&'a ColumnPath, ColumnType),
    Calculated(Box<FoundCalculation<'a>>),
}

impl<'a> FoundDimension<'a> {
    /// Its name.
    pub(crate) const fn name(&self) -> &'a FieldName {
        self.name
    }

    /// The tables, or the joins' aliases, that it is read from.
    pub(crate) fn tables(&self) -> Vec<&'a TableName> {
        match &self.of {
            Found::Column(path, _) => vec![&path.table],
            Found::Calculated(calculation) => calculation.tables(),
        }
    }

    pub(crate) fn reads(&self, parameter: &FieldName) -> bool {
        matches!(&self.of, Found::Calculated(calculation) if calculation.parameters.contains_key(parameter))
    }

    /// The type of what its values are made of.
    fn of_kind(&self) -> ColumnType {
        match &self.of {
            Found::Column(_, kind) => *kind,
            Found::Calculated(calculation) => calculation.kind,
        }
    }

    /// The type of its values.
    pub(crate) fn kind(&self) -> ColumnType {
        self.dimension.kind(self.of_kind())
    }

    /// Its value.
    pub(crate) fn expression(&self) -> Result<Expr, QueryError> {
        let value = match &self.of {
            Found::Column(path, _) => column(path),
            Found::Calculated(calculation) => calculation.expression()?,
        };
        if let Some(grain) = self.dimension.grain {
            return Ok(grain_of(grain, self.zone, self.of_kind(), value));
        }
        if self.dimension.bins.is_some() {
            let width = self.dimension.width(self.of_kind()).ok_or(QueryError::Internal)?;
            return Ok(range_start(width, &arrow_type(self.of_kind()), &value));
        }
        if self.dimension.cases.is_empty() { Ok(value) } else { self.case(value) }
    }

    /// The text of the first case that holds.
    fn case(&self, value: Expr) -> Result<Expr, QueryError> {
        let text = |text: Option<&String>| lit(ScalarValue::Utf8View(text.cloned()));
        let mut branches = Vec::with_capacity(self.dimension.cases.len());
        for case in &self.dimension.cases {
            let filter = case.filter(self.name.clone());
            let kind = self.of_kind();
            let (field, zone) = (self.name, self.zone);
            let compared = Compared { field, value: value.clone(), kind, held: arrow_type(kind), zone };
            branches.push((Box::new(compared.predicate(&filter)?), Box::new(text(Some(&case.is)))));
        }
        let otherwise = Box::new(text(self.dimension.otherwise.as_ref()));
        Ok(Expr::Case(Case::new(None, branches, Some(otherwise))))
    }
}

/// What a measure aggregates, as the viewer finds it.
pub(crate) enum FoundInput<'a> {
    /// A column, with its type.
    Column(&'a ColumnPath, ColumnType),
    Field(FoundDimension<'a>),
}

impl<'a> FoundInput<'a> {
    /// The type of its values.
    pub(crate) fn kind(&self) -> ColumnType {
        match self {
            Self::Column(_, kind) => *kind,
            Self::Field(found) => found.kind(),
        }
    }

    /// Its value.
    pub(crate) fn expression(&self) -> Result<Expr, QueryError> {
        match self {
            Self::Column(path, _) => Ok(column(path)),
            Self::Field(found) => found.expression(),
        }
    }

    /// Whether it is NULL wherever there is no row of the table.
    pub(crate) fn is_of(&self, table: &TableName) -> bool {
        match self {
            Self::Column(path, _) => path.table == *table,
            // A text may stand in place of NULL, and a formula may say something of it.
            Self::Field(found) => match &found.of {
                Found::Column(path, _) => path.table == *table && found.dimension.cases.is_empty(),
                Found::Calculated(_) => false,
            },
        }
    }

    fn tables(&self) -> Vec<&'a TableName> {
        match self {
            Self::Column(path, _) => vec![&path.table],
            Self::Field(found) => found.tables(),
        }
    }

    fn reads(&self, parameter: &FieldName) -> bool {
        matches!(self, Self::Field(found) if found.reads(parameter))
    }
}

/// A measure that exists for the viewer.
pub(crate) struct FoundMeasure<'a> {
    pub(crate) measure: &'a Measure,
    /// What it aggregates; `None` for rows.
    pub(crate) input: Option<FoundInput<'a>>,
    /// The table, or the join's alias, whose rows count; `None` if it is made of other measures.
    pub(crate) counted_by: Option<&'a TableName>,
    /// Which rows count.
    pub(crate) only: Vec<Condition<'a>>,
    /// The measures it is made of.
    pub(crate) parts: Vec<FoundMeasure<'a>>,
}

impl<'a> FoundMeasure<'a> {
    pub(crate) fn reads(&self, parameter: &FieldName) -> bool {
        self.input.iter().any(|input| input.reads(parameter))
            || self.only.iter().any(|condition| condition.found.reads(parameter))
            || self.parts.iter().any(|part| part.reads(parameter))
    }

    /// The tables, or the joins' aliases, that it is read from.
    pub(crate) fn tables(&self) -> Vec<&'a TableName> {
        let own = self.input.iter().flat_map(FoundInput::tables).chain(self.counted_by);
        let told_by = self.only.iter().flat_map(|condition| condition.found.tables());
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
        let (kind, zone) = (self.found.kind(), self.found.zone);
        Compared { field: &self.filter.field, value, kind, held, zone }.predicate(&self.filter)
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
