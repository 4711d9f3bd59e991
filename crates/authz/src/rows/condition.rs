//! Turning a rule into a condition over columns and literals, for one person.

use super::Viewer;
use crate::ceiling::scalars;
use model::attribute::AttributeValue;
use model::enforcement::{Point, enforced};
use model::filter::Condition;
use model::name::{AttributeName, ColumnName};
use model::rule::{Comparison, Operand, Rule};
use model::value::{ColumnType, Scalar};

/// The rule rests on something that is *none*, unknown or of another type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Missing;

impl Viewer<'_> {
    /// What a rule demands of a row, or that something it rests on is missing, wherever that stands in it.
    pub(super) fn condition(&self, rule: &Rule) -> Result<Condition, Missing> {
        match rule {
            Rule::And(parts) => self.each(parts).map(Condition::And),
            Rule::Or(parts) => self.each(parts).map(Condition::Or),
            Rule::Not(part) => Ok(Condition::Not(Box::new(self.condition(part)?))),
            leaf => self.leaf(leaf).or_else(|missing| {
                if enforced(Point::NoneDenies) { Err(missing) } else { Ok(Condition::Constant(false)) }
            }),
        }
    }

    fn each(&self, parts: &[Rule]) -> Result<Vec<Condition>, Missing> {
        parts.iter().map(|part| self.condition(part)).collect()
    }

    fn leaf(&self, rule: &Rule) -> Result<Condition, Missing> {
        match rule {
            Rule::Constant(value) => Ok(Condition::Constant(*value)),
            Rule::Compare { left, op, right } => self.compare(left, *op, right),
            Rule::In { column, values, negated } => self.one_of(column, values, *negated),
            Rule::Includes { attribute, column } => self.equals_any(column, self.attribute(attribute, None)?),
            Rule::IsNull { column, negated } => {
                self.column_type(column)?;
                Ok(Condition::IsNull { column: column.clone(), negated: *negated })
            }
            Rule::InTeam(teams) => self.is_in_any(teams).map(Condition::Constant),
            Rule::And(_) | Rule::Or(_) | Rule::Not(_) => self.condition(rule),
        }
    }

    fn compare(&self, left: &Operand, op: Comparison, right: &Operand) -> Result<Condition, Missing> {
        match (left, right) {
            (Operand::Column(left), Operand::Column(right)) => self.compare_columns(left, op, right),
            (Operand::Column(column), value) => self.compare_value(column, op, value),
            (value, Operand::Column(column)) => self.compare_value(column, mirrored(op), value),
            _ => Err(Missing),
        }
    }

    fn compare_columns(&self, left: &ColumnName, op: Comparison, right: &ColumnName) -> Result<Condition, Missing> {
        if self.column_type(left)? != self.column_type(right)? {
            return Err(Missing);
        }
        Ok(Condition::CompareColumns { left: left.clone(), op, right: right.clone() })
    }

    /// One value stands against the column. A list is not one value, not even a list of one.
    fn compare_value(&self, column: &ColumnName, op: Comparison, value: &Operand) -> Result<Condition, Missing> {
        let kind = self.column_type(column)?;
        let is_list = matches!(value, Operand::Attribute { name, .. } if self.holds_list(name));
        let mut values = self.values(value, kind)?;
        match (values.pop(), values.is_empty()) {
            (Some(value), true) if !is_list => Ok(Condition::Compare { column: column.clone(), op, value }),
            _ => Err(Missing),
        }
    }

    fn one_of(&self, column: &ColumnName, operands: &[Operand], negated: bool) -> Result<Condition, Missing> {
        let kind = self.column_type(column)?;
        let values = operands.iter().map(|operand| self.values(operand, kind)).collect::<Result<Vec<_>, _>>()?.concat();
        let found = self.equals_any(column, values)?;
        Ok(if negated { Condition::Not(Box::new(found)) } else { found })
    }

    /// An empty list matches nothing, and its negation must not match everything.
    fn equals_any(&self, column: &ColumnName, values: Vec<Scalar>) -> Result<Condition, Missing> {
        let kind = self.column_type(column)?;
        let values = values.into_iter().map(|value| of_kind(&value, kind)).collect::<Result<Vec<_>, _>>()?;
        if values.is_empty() { Err(Missing) } else { Ok(Condition::OneOf { column: column.clone(), values }) }
    }

    /// The values of an operand that is not a column, as values of `kind`.
    fn values(&self, operand: &Operand, kind: ColumnType) -> Result<Vec<Scalar>, Missing> {
        let found = match operand {
            Operand::Column(_) => return Err(Missing),
            Operand::Literal(literal) => return literal.exactly_as(kind).map(|value| vec![value]).ok_or(Missing),
            Operand::Attribute { name, cast } => self.attribute(name, *cast)?,
            Operand::UserEmail => vec![text(self.principal.trusted_email())?],
            Operand::UserId => vec![text(self.principal.member().map(|id| id.as_str()))?],
            Operand::Tenant => vec![text(self.principal.tenant().map(|name| name.as_str()))?],
        };
        found.iter().map(|value| of_kind(value, kind)).collect()
    }

    /// The values of an attribute, exactly as the type it is cast to; at least one.
    fn attribute(&self, name: &AttributeName, cast: Option<ColumnType>) -> Result<Vec<Scalar>, Missing> {
        let value = self.principal.attribute(name).ok_or(Missing)?;
        let as_cast = |scalar: &Scalar| cast.map_or_else(|| Some(scalar.clone()), |kind| scalar.exactly_as(kind));
        scalars(value).iter().map(|scalar| as_cast(scalar).ok_or(Missing)).collect()
    }

    fn holds_list(&self, name: &AttributeName) -> bool {
        matches!(self.principal.attribute(name), Some(AttributeValue::Many(_)))
    }

    fn column_type(&self, column: &ColumnName) -> Result<ColumnType, Missing> {
        self.table.columns.get(column).copied().ok_or(Missing)
    }
}

fn text(found: Option<&str>) -> Result<Scalar, Missing> {
    found.map(|text| Scalar::Text(text.to_owned())).ok_or(Missing)
}

/// What a person brings, as exactly the column's type. Numbers are numbers; a text is something else only where the
/// rule casts it.
fn of_kind(value: &Scalar, kind: ColumnType) -> Result<Scalar, Missing> {
    let needs_cast = matches!(value, Scalar::Text(_)) && kind != ColumnType::Text;
    value.exactly_as(kind).filter(|_| !needs_cast).ok_or(Missing)
}

/// The operator that says the same with the sides exchanged.
const fn mirrored(op: Comparison) -> Comparison {
    match op {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        Comparison::Equal | Comparison::NotEqual => op,
    }
}
