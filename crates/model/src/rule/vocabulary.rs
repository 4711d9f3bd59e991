//! What a rule may name, and the check that it makes sense: after it every literal has exactly its column's type.

use super::{Operand, Rule, RuleError};
use crate::attribute::{AttributeDefinition, AttributeKind};
use crate::name::{AttributeName, ColumnName, TeamName};
use crate::problem::unknown;
use crate::value::{ColumnType, Scalar};
use std::collections::{BTreeMap, BTreeSet};

/// The columns of one table, and the attributes and teams of the organization.
#[derive(Debug, Clone, Copy)]
pub struct Vocabulary<'a> {
    /// Columns of the table the rule is for.
    pub columns: &'a BTreeMap<ColumnName, ColumnType>,
    /// Attributes by name.
    pub attributes: &'a BTreeMap<&'a AttributeName, &'a AttributeDefinition>,
    /// Teams.
    pub teams: &'a BTreeSet<&'a TeamName>,
}

/// Where a value stands.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// Beside a comparison operator.
    Comparison,
    /// In `IN (…)`.
    List,
    /// In `NOT IN (…)`, or in `IN (…)` under `NOT`.
    NegatedList,
}

impl Vocabulary<'_> {
    /// The rule with every literal converted to its column's type, or the first reason why it cannot be a policy.
    ///
    /// Refused besides unknown names and unequal types: `in_team`, `user_attribute_includes` and `IN` with a list
    /// attribute under `NOT`, which would open rows to whoever leaves a claim out; a comparison without a column; a
    /// list attribute in one.
    pub fn typed(&self, rule: Rule) -> Result<Rule, RuleError> {
        self.rule(rule, false)
    }

    fn rule(&self, rule: Rule, under_not: bool) -> Result<Rule, RuleError> {
        match rule {
            Rule::Constant(_) => Ok(rule),
            Rule::IsNull { ref column, .. } => self.column(column).map(|_| rule),
            Rule::Includes { .. } if under_not => Err(leaves_open("user_attribute_includes")),
            Rule::InTeam(_) if under_not => Err(leaves_open("in_team")),
            Rule::Includes { ref attribute, ref column } => self.includes(attribute, column).map(|()| rule),
            Rule::InTeam(ref teams) => self.known_teams(teams).map(|()| rule),
            Rule::Compare { left, op, right } => {
                let (left, right) = self.sides(left, right)?;
                Ok(Rule::Compare { left, op, right })
            }
            Rule::In { column, values, negated } => {
                let place = if negated || under_not { Place::NegatedList } else { Place::List };
                let values = values.into_iter().map(|value| self.value(value, &column, place));
                Ok(Rule::In { values: values.collect::<Result<_, _>>()?, column, negated })
            }
            Rule::And(rules) => self.rules(rules, under_not).map(Rule::And),
            Rule::Or(rules) => self.rules(rules, under_not).map(Rule::Or),
            Rule::Not(rule) => self.rule(*rule, true).map(|rule| Rule::Not(Box::new(rule))),
        }
    }

    fn rules(&self, rules: Vec<Rule>, under_not: bool) -> Result<Vec<Rule>, RuleError> {
        rules.into_iter().map(|rule| self.rule(rule, under_not)).collect()
    }

    fn sides(&self, left: Operand, right: Operand) -> Result<(Operand, Operand), RuleError> {
        match (left, right) {
            (Operand::Column(left), Operand::Column(right)) => {
                self.same_type(&left, &right)?;
                Ok((Operand::Column(left), Operand::Column(right)))
            }
            (Operand::Column(column), value) => {
                let value = self.value(value, &column, Place::Comparison)?;
                Ok((Operand::Column(column), value))
            }
            (value, Operand::Column(column)) => {
                let value = self.value(value, &column, Place::Comparison)?;
                Ok((value, Operand::Column(column)))
            }
            _ => Err(meaning("a comparison without a column: expected a column on one side")),
        }
    }

    fn same_type(&self, left: &ColumnName, right: &ColumnName) -> Result<(), RuleError> {
        let (left_kind, right_kind) = (self.column(left)?, self.column(right)?);
        if left_kind == right_kind {
            return Ok(());
        }
        Err(meaning(format!("column `{right}` is {right_kind}: expected {left_kind}, the type of column `{left}`")))
    }

    fn value(&self, value: Operand, column: &ColumnName, place: Place) -> Result<Operand, RuleError> {
        let kind = self.column(column)?;
        match value {
            Operand::Literal(literal) => literal.exactly_as(kind).map(Operand::Literal).ok_or_else(|| {
                meaning(format!("`{}`: expected {kind}, the type of column `{column}`", spelled(&literal)))
            }),
            Operand::Attribute { ref name, cast } => {
                let attribute = self.attribute(name)?;
                if attribute.list {
                    list_allowed(name, place)?;
                }
                comparable(attribute, cast, column, kind).map(|()| value)
            }
            Operand::UserEmail | Operand::UserId | Operand::Tenant if kind == ColumnType::Text => Ok(value),
            Operand::UserEmail | Operand::UserId | Operand::Tenant => Err(meaning(format!(
                "column `{column}` is {kind}: expected text, the type of `user_email()`, `user_id()` and `tenant()`"
            ))),
            Operand::Column(other) => {
                Err(meaning(format!("column `{other}` in a list: expected values and attributes")))
            }
        }
    }

    fn includes(&self, attribute: &AttributeName, column: &ColumnName) -> Result<(), RuleError> {
        comparable(self.attribute(attribute)?, None, column, self.column(column)?)
    }

    fn column(&self, column: &ColumnName) -> Result<ColumnType, RuleError> {
        let known = self.columns.get(column).copied();
        known.ok_or_else(|| meaning(unknown("column", column, self.columns.keys())))
    }

    fn attribute(&self, name: &AttributeName) -> Result<&AttributeDefinition, RuleError> {
        let known = self.attributes.get(name).copied();
        known.ok_or_else(|| meaning(unknown("attribute", name, self.attributes.keys())))
    }

    fn known_teams(&self, teams: &[TeamName]) -> Result<(), RuleError> {
        match teams.iter().find(|team| !self.teams.contains(team)) {
            Some(team) => Err(meaning(unknown("team", team, self.teams))),
            None => Ok(()),
        }
    }
}

/// Whether values of the attribute, cast if so written, are values of the column's type.
fn comparable(
    attribute: &AttributeDefinition,
    cast: Option<ColumnType>,
    column: &ColumnName,
    kind: ColumnType,
) -> Result<(), RuleError> {
    let (name, is) = (&attribute.name, attribute.kind.as_str());
    let castable = attribute.kind == AttributeKind::Text || natural(attribute.kind, kind);
    match cast {
        None if natural(attribute.kind, kind) => Ok(()),
        Some(cast) if cast == kind && castable => Ok(()),
        None | Some(_) if castable => Err(meaning(format!(
            "attribute `{name}` is {}: expected `user_attribute('{name}' as {kind})`, the type of column `{column}`",
            cast.map_or_else(|| is.to_owned(), |cast| format!("cast to {cast}"))
        ))),
        _ => Err(meaning(format!("attribute `{name}` is {is}: expected {kind}, the type of column `{column}`"))),
    }
}

/// Whether values of the kind are values of the type without a cast.
const fn natural(kind: AttributeKind, column: ColumnType) -> bool {
    match kind {
        AttributeKind::Text => matches!(column, ColumnType::Text),
        AttributeKind::Number => matches!(column, ColumnType::Integer | ColumnType::Decimal { .. }),
        AttributeKind::Boolean => matches!(column, ColumnType::Boolean),
        AttributeKind::Date => matches!(column, ColumnType::Date),
        AttributeKind::Timestamp => matches!(column, ColumnType::Timestamp),
    }
}

fn list_allowed(attribute: &AttributeName, place: Place) -> Result<(), RuleError> {
    match place {
        Place::List => Ok(()),
        Place::NegatedList => Err(leaves_open("IN")),
        Place::Comparison => {
            Err(meaning(format!("attribute `{attribute}` holds a list: expected `IN` or `user_attribute_includes`")))
        }
    }
}

fn leaves_open(what: &str) -> RuleError {
    let instead = "a condition that names the rows to show";
    meaning(format!("`{what}` of a claim under `NOT` shows rows to whoever leaves it out: expected {instead}"))
}

fn spelled(literal: &Scalar) -> String {
    match literal {
        Scalar::Text(text) => format!("'{text}'"),
        Scalar::Integer(number) => number.to_string(),
        Scalar::Decimal(number) => number.to_string(),
        Scalar::Boolean(value) => value.to_string(),
        Scalar::Date(day) => format!("date '{day}'"),
        Scalar::Timestamp(instant) => format!("timestamp '{}'", instant.to_rfc3339()),
    }
}

fn meaning(message: impl Into<String>) -> RuleError {
    RuleError { character: None, message: message.into() }
}
