//! Formulas: what a calculated field is. The same language as rules, for a value too, over fields in place of columns.

use super::{Operand, Rule, RuleError, parser};
use crate::name::ColumnName;
use crate::value::ColumnType;
use std::collections::BTreeSet;

/// What a calculated field is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Formula {
    /// Whether something holds; NULL where that cannot be said.
    Condition(Rule),
    /// A value.
    Value(Operand),
}

/// Reads a formula without looking up what it names.
///
/// # Errors
/// The first thing that is wrong, and where.
pub fn parse_formula(text: &str) -> Result<Formula, RuleError> {
    parser::read_formula(text, None)
}

impl Formula {
    /// The fields and parameters that it reads.
    #[must_use]
    pub fn fields(&self) -> BTreeSet<&ColumnName> {
        match self {
            Self::Condition(rule) => rule.columns(),
            Self::Value(operand) => operand.columns(),
        }
    }

    /// The type of its values, where `field` knows those of fields and parameters. `None`: one is not known, or something
    /// cannot be computed.
    #[must_use]
    pub fn kind(&self, field: &impl Fn(&ColumnName) -> Option<ColumnType>) -> Option<ColumnType> {
        match self {
            Self::Condition(_) => Some(ColumnType::Boolean),
            Self::Value(Operand::Term(term)) => term.kind(&|name| field(name).ok_or(Unknown)).ok(),
            Self::Value(Operand::Literal(value)) => Some(value.kind()),
            Self::Value(Operand::Attribute { cast, .. }) => Some(cast.unwrap_or(ColumnType::Text)),
            Self::Value(Operand::UserEmail | Operand::UserId | Operand::FullName | Operand::Tenant) => {
                Some(ColumnType::Text)
            }
        }
    }
}

struct Unknown;

impl From<crate::term::TermError> for Unknown {
    fn from(_: crate::term::TermError) -> Self {
        Self
    }
}

impl Rule {
    /// The columns of the row that it reads.
    fn columns(&self) -> BTreeSet<&ColumnName> {
        match self {
            Self::Constant(_) | Self::InTeam(_) => BTreeSet::new(),
            Self::Compare { left, right, .. } => left.columns().into_iter().chain(right.columns()).collect(),
            Self::In { term, values, .. } => {
                term.columns().into_iter().chain(values.iter().flat_map(Operand::columns)).collect()
            }
            Self::Like { term, .. } | Self::Includes { term, .. } | Self::Matches { term, .. } => term.columns(),
            Self::IsNull { column, .. } => BTreeSet::from([column]),
            Self::ExistsIn(exists) => exists.on.iter().map(|(_, outer)| outer).collect(),
            Self::And(rules) | Self::Or(rules) => rules.iter().flat_map(Self::columns).collect(),
            Self::Not(rule) => rule.columns(),
        }
    }
}

impl Operand {
    fn columns(&self) -> BTreeSet<&ColumnName> {
        match self {
            Self::Term(term) => term.columns(),
            _ => BTreeSet::new(),
        }
    }
}
