//! What a rule may name, and the check that it makes sense: after it every literal has exactly the type of the term it
//! stands against.

use super::{Formula, Operand, Rule, RuleError, parser};
use crate::attribute::{AttributeDefinition, AttributeKind};
use crate::name::{AttributeName, ColumnName, ModelName, TableName, TeamName};
use crate::problem::unknown;
use crate::term::Term;
use crate::value::{ColumnType, MAX_DIGITS};
use std::collections::{BTreeMap, BTreeSet};

/// The columns of every table of the organization.
pub type Tables<'a> = BTreeMap<(&'a ModelName, &'a TableName), &'a BTreeMap<ColumnName, ColumnType>>;

/// The columns of one table, and the attributes, teams and tables of the organization.
#[derive(Debug, Clone, Copy)]
pub struct Vocabulary<'a> {
    /// Columns of the table the rule is for.
    pub columns: &'a BTreeMap<ColumnName, ColumnType>,
    /// Attributes by name.
    pub attributes: &'a BTreeMap<&'a AttributeName, &'a AttributeDefinition>,
    /// Teams.
    pub teams: &'a BTreeSet<&'a TeamName>,
    /// The model of the table the rule is for.
    pub model: &'a ModelName,
    /// Tables.
    pub tables: &'a Tables<'a>,
    /// Inside of `exists_in`: the columns of the table whose row is judged.
    pub row: Option<&'a BTreeMap<ColumnName, ColumnType>>,
    /// What it is for.
    pub purpose: Purpose,
}

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Rules of policies, over columns: what is *none* denies, so nothing may stand where its absence would open rows.
    Policy,
    /// Formulas, over fields: what is *none* is NULL or false.
    Formula,
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

impl<'a> Vocabulary<'a> {
    /// Reads a rule of the table, with every literal converted to the type of what it stands against.
    ///
    /// Refused besides unknown names and unequal types: `in_team`, `user_attribute_includes`, `user_attribute_matches`,
    /// `exists_in` and `IN` with a list attribute under `NOT`, which would open rows to whoever leaves a claim out; a
    /// comparison without a column; a list attribute in one.
    ///
    /// # Errors
    /// The first thing that is wrong, and at which character the condition begins in which it is.
    pub fn read(&self, text: &str) -> Result<Rule, RuleError> {
        parser::read(text, Some(*self))
    }

    /// Reads a formula, likewise.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_formula(&self, text: &str) -> Result<Formula, RuleError> {
        parser::read_formula(text, Some(*self))
    }

    /// Whether a value makes sense by itself.
    pub(super) fn formula_value(&self, value: &Operand) -> Result<(), RuleError> {
        match value {
            Operand::Term(term) => self.kind(term).map(|_| ()),
            Operand::Literal(_) | Operand::UserEmail | Operand::UserId | Operand::FullName | Operand::Tenant => Ok(()),
            Operand::Attribute { name, cast } => {
                let attribute = self.attribute(name)?;
                if attribute.list {
                    let message = format!("attribute `{name}` holds a list: expected one with one value");
                    return Err(RuleError::meaning(message));
                }
                let is_text = attribute.kind == AttributeKind::Text;
                let fits = cast.map_or(is_text, |cast| is_text || natural(attribute.kind, cast));
                let is = attribute.kind.as_str();
                let message = || {
                    format!(
                        "attribute `{name}` is {is}: expected `user_attribute('{name}' as type)`, of a type that it can be"
                    )
                };
                if fits { Ok(()) } else { Err(RuleError::meaning(message())) }
            }
        }
    }

    /// The same for the rules of another table, in `exists_in`.
    pub(super) fn inside(
        &self,
        model: Option<&ModelName>,
        table: &TableName,
        under_not: bool,
    ) -> Result<Self, RuleError> {
        if self.purpose == Purpose::Formula {
            return Err(RuleError::meaning("`exists_in` in a formula: expected it in a policy"));
        }
        if under_not {
            return Err(leaves_open("exists_in"));
        }
        if self.row.is_some() {
            return Err(RuleError::meaning("`exists_in` inside of `exists_in`: expected one table"));
        }
        let model = model.unwrap_or(self.model);
        let own = self.tables.keys().filter(|(of, _)| *of == model).map(|(_, table)| table);
        let found = self.tables.get(&(model, table)).copied();
        let columns =
            found.ok_or_else(|| RuleError::meaning(unknown(&format!("table of model `{model}`"), table, own)));
        Ok(Self { columns: columns?, row: Some(self.columns), ..*self })
    }

    /// Whether a column of an entitlement table can equal a column of the row.
    pub(super) fn pair(&self, inner: &ColumnName, outer: &ColumnName) -> Result<(), RuleError> {
        let row = self.row.unwrap_or(self.columns);
        let outer_kind = row.get(outer).copied();
        let outer_kind =
            outer_kind.ok_or_else(|| RuleError::meaning(unknown("column of the row", outer, row.keys())))?;
        let inner_kind = self.column(inner)?;
        if inner_kind == outer_kind {
            return Ok(());
        }
        let message =
            format!("column `{inner}` is {inner_kind}: expected {outer_kind}, the type of column `row.{outer}`");
        Err(RuleError::meaning(message))
    }

    /// One condition, checked. What joins conditions needs no check.
    pub(super) fn leaf(&self, rule: Rule, under_not: bool) -> Result<Rule, RuleError> {
        let under_not = under_not && self.purpose == Purpose::Policy;
        match rule {
            Rule::Includes { .. } if under_not => Err(leaves_open("user_attribute_includes")),
            Rule::Matches { .. } if under_not => Err(leaves_open("user_attribute_matches")),
            Rule::InTeam(_) if under_not => Err(leaves_open("in_team")),
            Rule::IsNull { ref column, .. } => self.column(column).map(|_| rule),
            Rule::Includes { ref attribute, ref term } => {
                comparable(self.attribute(attribute)?, None, term, self.of_row(term)?).map(|()| rule)
            }
            Rule::Matches { ref attribute, ref term } => {
                self.of_row(term)?;
                self.filter(attribute).map(|()| rule)
            }
            Rule::InTeam(ref teams) => self.known_teams(teams).map(|()| rule),
            Rule::Like { ref term, .. } => match self.of_row(term)? {
                ColumnType::Text => Ok(rule),
                kind => Err(RuleError::meaning(format!("{} is {kind}: expected text before `LIKE`", described(term)))),
            },
            Rule::Compare { left, op, right } => {
                let (left, right) = self.sides(left, right)?;
                Ok(Rule::Compare { left, op, right })
            }
            Rule::In { term, values, negated } => {
                let place = if under_not || negated && self.purpose == Purpose::Policy {
                    Place::NegatedList
                } else {
                    Place::List
                };
                let kind = self.of_row(&term)?;
                let values = values.into_iter().map(|value| self.value(value, &term, kind, place));
                Ok(Rule::In { values: values.collect::<Result<_, _>>()?, term, negated })
            }
            Rule::Constant(_) | Rule::ExistsIn(_) | Rule::And(_) | Rule::Or(_) | Rule::Not(_) => Ok(rule),
        }
    }

    fn sides(&self, left: Operand, right: Operand) -> Result<(Operand, Operand), RuleError> {
        match (left, right) {
            (Operand::Term(left), Operand::Term(right)) => {
                let (left, right) = self.of_one_type(left, right)?;
                Ok((Operand::Term(left), Operand::Term(right)))
            }
            (Operand::Term(term), value) => {
                let value = self.value(value, &term, self.of_row(&term)?, Place::Comparison)?;
                Ok((Operand::Term(term), value))
            }
            (value, Operand::Term(term)) => {
                let value = self.value(value, &term, self.of_row(&term)?, Place::Comparison)?;
                Ok((value, Operand::Term(term)))
            }
            _ => Err(without_column()),
        }
    }

    /// Two terms of one type: numbers of which one is computed get the type that holds both.
    fn of_one_type(&self, left: Term, right: Term) -> Result<(Term, Term), RuleError> {
        if left.columns().is_empty() && right.columns().is_empty() {
            return Err(without_column());
        }
        let (left_kind, right_kind) = (self.kind(&left)?, self.kind(&right)?);
        if left_kind == right_kind {
            return Ok((left, right));
        }
        let is_computed = left.as_column().is_none() || right.as_column().is_none();
        match wider(left_kind, right_kind).filter(|_| is_computed) {
            Some(wider) => Ok((as_kind(left, left_kind, wider), as_kind(right, right_kind, wider))),
            None => Err(RuleError::meaning(format!(
                "{} is {right_kind}: expected {left_kind}, the type of {}",
                described(&right),
                described(&left)
            ))),
        }
    }

    fn value(&self, value: Operand, term: &Term, kind: ColumnType, place: Place) -> Result<Operand, RuleError> {
        match value {
            Operand::Literal(literal) => literal.exactly_as(kind).map(Operand::Literal).ok_or_else(|| {
                let of = described(term);
                RuleError::meaning(format!("`{}`: expected {kind}, the type of {of}", literal.spelled()))
            }),
            Operand::Attribute { ref name, cast } => {
                let attribute = self.attribute(name)?;
                if attribute.list {
                    list_allowed(name, place)?;
                }
                comparable(attribute, cast, term, kind).map(|()| value)
            }
            Operand::FullName if self.purpose == Purpose::Policy => Err(RuleError::meaning(
                "a full name is no identity, as two people may have one: expected `user_email()`, `user_id()` or an attribute"
                    .to_owned(),
            )),
            Operand::UserEmail | Operand::UserId | Operand::FullName | Operand::Tenant if kind == ColumnType::Text => {
                Ok(value)
            }
            Operand::UserEmail | Operand::UserId | Operand::FullName | Operand::Tenant => Err(RuleError::meaning(format!(
                "{} is {kind}: expected text, the type of `user_email()`, `user_id()` and `tenant()`",
                described(term)
            ))),
            Operand::Term(other) => {
                Err(RuleError::meaning(format!("{} in a list: expected values and attributes", described(&other))))
            }
        }
    }

    /// The type of a term that reads the row.
    fn of_row(&self, term: &Term) -> Result<ColumnType, RuleError> {
        if term.columns().is_empty() { Err(without_column()) } else { self.kind(term) }
    }

    fn kind(&self, term: &Term) -> Result<ColumnType, RuleError> {
        term.kind(&|column: &ColumnName| self.column(column))
    }

    fn column(&self, column: &ColumnName) -> Result<ColumnType, RuleError> {
        let known = self.columns.get(column).copied();
        let what = if self.purpose == Purpose::Policy { "column" } else { "field" };
        known.ok_or_else(|| RuleError::meaning(unknown(what, column, self.columns.keys())))
    }

    fn attribute(&self, name: &AttributeName) -> Result<&'a AttributeDefinition, RuleError> {
        let known = self.attributes.get(name).copied();
        known.ok_or_else(|| RuleError::meaning(unknown("attribute", name, self.attributes.keys())))
    }

    fn filter(&self, name: &AttributeName) -> Result<(), RuleError> {
        let attribute = self.attribute(name)?;
        if attribute.kind == AttributeKind::Filter {
            return Ok(());
        }
        let is = attribute.kind.as_str();
        Err(RuleError::meaning(format!(
            "attribute `{name}` is {is}: expected one of type filter, which is read as one"
        )))
    }

    fn known_teams(&self, teams: &[TeamName]) -> Result<(), RuleError> {
        match teams.iter().find(|team| !self.teams.contains(team)) {
            Some(team) if team.tenant().is_some() => {
                let message = format!("`{team}` is a tenant's own team: expected one of the organization's");
                Err(RuleError::meaning(message))
            }
            Some(team) => Err(RuleError::meaning(unknown("team", team, self.teams))),
            None => Ok(()),
        }
    }
}

/// The type of numbers that has every value of both.
fn wider(left: ColumnType, right: ColumnType) -> Option<ColumnType> {
    let scale = |kind| match kind {
        ColumnType::Integer => Some(0),
        ColumnType::Decimal { scale, .. } => Some(scale),
        _ => None,
    };
    let scale = scale(left)?.max(scale(right)?);
    Some(ColumnType::Decimal { precision: MAX_DIGITS, scale })
}

fn as_kind(term: Term, kind: ColumnType, wanted: ColumnType) -> Term {
    if kind == wanted { term } else { Term::Cast { term: Box::new(term), kind: wanted } }
}

/// The term in a message.
fn described(term: &Term) -> String {
    match term {
        Term::Column(column) => format!("column `{column}`"),
        computed => format!("`{computed}`"),
    }
}

/// Whether values of the attribute, cast if so written, are values of the term's type.
fn comparable(
    attribute: &AttributeDefinition,
    cast: Option<ColumnType>,
    term: &Term,
    kind: ColumnType,
) -> Result<(), RuleError> {
    let (name, is, of) = (&attribute.name, attribute.kind.as_str(), described(term));
    if attribute.kind == AttributeKind::Filter {
        let expected = format!("`user_attribute_matches('{name}', {term})`");
        return Err(RuleError::meaning(format!("attribute `{name}` is a filter expression: expected {expected}")));
    }
    let castable = attribute.kind == AttributeKind::Text || natural(attribute.kind, kind);
    match cast {
        None if natural(attribute.kind, kind) => Ok(()),
        Some(cast) if cast == kind && castable => Ok(()),
        None | Some(_) if castable => Err(RuleError::meaning(format!(
            "attribute `{name}` is {}: expected `user_attribute('{name}' as {kind})`, the type of {of}",
            cast.map_or_else(|| is.to_owned(), |cast| format!("cast to {cast}"))
        ))),
        _ => Err(RuleError::meaning(format!("attribute `{name}` is {is}: expected {kind}, the type of {of}"))),
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
        AttributeKind::Filter => false,
    }
}

fn list_allowed(attribute: &AttributeName, place: Place) -> Result<(), RuleError> {
    match place {
        Place::List => Ok(()),
        Place::NegatedList => Err(leaves_open("IN")),
        Place::Comparison => Err(RuleError::meaning(format!(
            "attribute `{attribute}` holds a list: expected `IN` or `user_attribute_includes`"
        ))),
    }
}

fn without_column() -> RuleError {
    RuleError::meaning("a comparison without a column: expected a column on one side")
}

fn leaves_open(what: &str) -> RuleError {
    let instead = "a condition that names the rows to show";
    RuleError::meaning(format!(
        "`{what}` of a claim under `NOT` shows rows to whoever leaves it out: expected {instead}"
    ))
}
