//! Turning a rule into a condition over columns and literals, for one person.

use super::Viewer;
use crate::ceiling::scalars;
use model::attribute::{AttributeKind, AttributeValue};
use model::enforcement::{Point, enforced};
use model::filter::{Condition, Existence, RowFilter};
use model::filter_expression;
use model::name::{AttributeName, ColumnName};
use model::rule::{Comparison, ExistsIn, Operand, Purpose, Rule};
use model::term::{Term, TermError};
use model::value::{ColumnType, Scalar};

/// The rule rests on something that is *none*, unknown or of another type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Missing;

impl From<TermError> for Missing {
    fn from(_: TermError) -> Self {
        Self
    }
}

impl Viewer<'_> {
    /// What a rule demands of a row, or that something it rests on is missing, wherever that stands in it.
    pub(super) fn condition(&self, rule: &Rule) -> Result<Condition, Missing> {
        match rule {
            Rule::And(parts) => self.each(parts).map(Condition::And),
            Rule::Or(parts) => self.each(parts).map(Condition::Or),
            Rule::Not(part) => Ok(Condition::Not(Box::new(self.condition(part)?))),
            leaf => self.leaf(leaf).or_else(|missing| match self.purpose {
                Purpose::Formula => Ok(without_value(leaf)),
                Purpose::Policy if enforced(Point::NoneDenies) => Err(missing),
                Purpose::Policy => Ok(Condition::Constant(false)),
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
            Rule::In { term, values, negated } => self.one_of(term, values, *negated),
            Rule::Like { term, pattern } => match self.kind(term)? {
                ColumnType::Text => Ok(Condition::Like { term: term.clone(), pattern: pattern.clone() }),
                _ => Err(Missing),
            },
            Rule::Includes { attribute, term } => self.equals_any(term, self.attribute(attribute, None)?),
            Rule::Matches { attribute, term } => self.matches(attribute, term),
            Rule::IsNull { column, negated } => {
                let term = Term::Column(column.clone());
                self.kind(&term)?;
                Ok(Condition::IsNull { term, negated: *negated })
            }
            Rule::InTeam(teams) => self.is_in_any(teams).map(Condition::Constant),
            Rule::ExistsIn(exists) => self.exists(exists),
            Rule::And(_) | Rule::Or(_) | Rule::Not(_) => self.condition(rule),
        }
    }

    fn compare(&self, left: &Operand, op: Comparison, right: &Operand) -> Result<Condition, Missing> {
        match (left, right) {
            (Operand::Term(left), Operand::Term(right)) => self.compare_terms(left, op, right),
            (Operand::Term(term), value) => self.compare_value(term, op, value),
            (value, Operand::Term(term)) => self.compare_value(term, mirrored(op), value),
            _ => Err(Missing),
        }
    }

    fn compare_terms(&self, left: &Term, op: Comparison, right: &Term) -> Result<Condition, Missing> {
        if self.kind(left)? != self.kind(right)? {
            return Err(Missing);
        }
        Ok(Condition::CompareTerms { left: left.clone(), op, right: right.clone() })
    }

    /// One value stands against the term. A list is not one value, not even a list of one.
    fn compare_value(&self, term: &Term, op: Comparison, value: &Operand) -> Result<Condition, Missing> {
        let kind = self.kind(term)?;
        let is_list = matches!(value, Operand::Attribute { name, .. } if self.holds_list(name));
        let mut values = self.values(value, kind)?;
        match (values.pop(), values.is_empty()) {
            (Some(value), true) if !is_list => Ok(Condition::Compare { term: term.clone(), op, value }),
            _ => Err(Missing),
        }
    }

    fn one_of(&self, term: &Term, operands: &[Operand], negated: bool) -> Result<Condition, Missing> {
        let kind = self.kind(term)?;
        let values = operands.iter().map(|operand| self.values(operand, kind)).collect::<Result<Vec<_>, _>>()?.concat();
        let found = self.equals_any(term, values)?;
        Ok(if negated { Condition::Not(Box::new(found)) } else { found })
    }

    /// An empty list matches nothing, and its negation must not match everything.
    fn equals_any(&self, term: &Term, values: Vec<Scalar>) -> Result<Condition, Missing> {
        let kind = self.kind(term)?;
        let values = values.into_iter().map(|value| of_kind(&value, kind)).collect::<Result<Vec<_>, _>>()?;
        if values.is_empty() { Err(Missing) } else { Ok(Condition::OneOf { term: term.clone(), values }) }
    }

    /// The filter expression that the attribute holds. One that cannot be read of the term's type is *none*.
    fn matches(&self, attribute: &AttributeName, term: &Term) -> Result<Condition, Missing> {
        let kind = self.kind(term)?;
        match (self.attribute_kind(attribute)?, self.principal.attribute(attribute)) {
            (AttributeKind::Filter, Some(AttributeValue::One(Scalar::Text(expression)))) => {
                filter_expression::read(expression, term, kind).map_err(|_| Missing)
            }
            _ => Err(Missing),
        }
    }

    /// The entitlement table is judged like this one, with its own columns.
    fn exists(&self, exists: &ExistsIn) -> Result<Condition, Missing> {
        let model_name = exists.model.as_ref().unwrap_or(self.model);
        let model = self.snapshot.models.named(model_name).ok_or(Missing)?;
        let columns = &model.tables.get(&exists.table).ok_or(Missing)?.columns;
        let have_one_type = |(inner, outer): &(ColumnName, ColumnName)| {
            columns.get(inner).is_some_and(|kind| self.columns.get(outer) == Some(kind))
        };
        if exists.on.is_empty() || !exists.on.iter().all(have_one_type) {
            return Err(Missing);
        }
        let only = Viewer { model: model_name, columns, ..*self }.each(&exists.only)?;
        let only = if only.is_empty() { RowFilter::Everything } else { RowFilter::Where(Condition::And(only)) };
        let (model, table) = (model_name.clone(), exists.table.clone());
        Ok(Condition::Exists(Box::new(Existence { model, table, on: exists.on.clone(), only })))
    }

    /// The values of an operand that is not a column, as values of `kind`.
    pub(super) fn values(&self, operand: &Operand, kind: ColumnType) -> Result<Vec<Scalar>, Missing> {
        let found = match operand {
            Operand::Term(_) => return Err(Missing),
            Operand::Literal(literal) => return literal.exactly_as(kind).map(|value| vec![value]).ok_or(Missing),
            Operand::Attribute { name, cast } => self.attribute(name, *cast)?,
            Operand::UserEmail => vec![text(self.principal.trusted_email())?],
            Operand::UserId => vec![text(self.principal.member().map(|id| id.as_str()))?],
            Operand::FullName => vec![text(self.principal.full_name().as_deref())?],
            Operand::Tenant => vec![text(self.principal.tenant().map(|name| name.as_str()))?],
        };
        found.iter().map(|value| of_kind(value, kind)).collect()
    }

    /// The values of an attribute, exactly as the type it is cast to; at least one. A filter expression is no value.
    fn attribute(&self, name: &AttributeName, cast: Option<ColumnType>) -> Result<Vec<Scalar>, Missing> {
        if self.attribute_kind(name)? == AttributeKind::Filter {
            return Err(Missing);
        }
        let value = self.principal.attribute(name).ok_or(Missing)?;
        let as_cast = |scalar: &Scalar| cast.map_or_else(|| Some(scalar.clone()), |kind| scalar.exactly_as(kind));
        scalars(value).iter().map(|scalar| as_cast(scalar).ok_or(Missing)).collect()
    }

    fn holds_list(&self, name: &AttributeName) -> bool {
        matches!(self.principal.attribute(name), Some(AttributeValue::Many(_)))
    }

    fn attribute_kind(&self, name: &AttributeName) -> Result<AttributeKind, Missing> {
        self.snapshot.attributes.get(name).map(|definition| definition.kind).ok_or(Missing)
    }

    fn kind(&self, term: &Term) -> Result<ColumnType, Missing> {
        term.kind(&|column: &ColumnName| self.columns.get(column).copied().ok_or(Missing))
    }
}

/// What a formula says of a person who has no value of what it rests on: nobody is among them, and no comparison is known.
const fn without_value(leaf: &Rule) -> Condition {
    match leaf {
        Rule::Includes { .. } | Rule::Matches { .. } | Rule::InTeam(_) => Condition::Constant(false),
        _ => Condition::Unknown,
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
