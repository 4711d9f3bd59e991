//! Row policies: who they are for and the rule they state.
//!
//! A [`Rule`] is our own closed tree. It is parsed from text once, when a model is loaded, and never becomes text
//! again on its way into a query.

mod asked;
mod cursor;
mod formula;
mod lexer;
mod parser;
mod vocabulary;

pub use asked::Asked;
pub use formula::{Formula, parse_formula};
pub use parser::{MAX_DEPTH, MAX_LENGTH, MAX_OPERATORS, parse};
pub use vocabulary::{Purpose, Tables, Vocabulary};

use crate::name::{AttributeName, ClientId, ColumnName, ModelName, PolicyName, TableName, TeamName};
use crate::term::{Term, TermError};
use crate::value::{ColumnType, Scalar};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A policy on the rows of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowPolicy {
    /// Named in reasons and explanations.
    pub name: PolicyName,
    /// Whether it opens rows or closes them, and for whom.
    pub applies: Applies,
    /// Which rows.
    pub rule: Rule,
}

/// Who a policy is for. A policy never restricts *by* team: leaving out a claim must not lift it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applies {
    /// Opens rows for everybody, guests and public viewers included.
    PermitAll,
    /// Opens rows for members of any of these teams.
    PermitTeams(Vec<TeamName>),
    /// Opens rows for guests of any of these keys.
    PermitGuestsOf(Vec<ClientId>),
    /// Closes rows for everybody.
    RestrictAll,
    /// Closes rows for everybody but members of these teams.
    RestrictExceptTeams(Vec<TeamName>),
}

/// A condition on a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// `TRUE` or `FALSE`.
    Constant(bool),
    /// `left op right`; `BETWEEN` is two of them.
    Compare {
        /// Left of the operator.
        left: Operand,
        /// The operator.
        op: Comparison,
        /// Right of the operator.
        right: Operand,
    },
    /// `term [NOT] IN (…)`.
    In {
        /// What is looked for.
        term: Term,
        /// Literals and attributes; an attribute that holds a list counts as each of its values.
        values: Vec<Operand>,
        /// Whether `NOT IN` was written.
        negated: bool,
    },
    /// `term LIKE 'pattern'`. The pattern is a constant: a claim of `%` would show everything.
    Like {
        /// What is matched.
        term: Term,
        /// `%` stands for any characters, `_` for one; behind `\` each stands for itself.
        pattern: String,
    },
    /// `user_attribute_includes('a', term)`: any value of the attribute equals the term.
    Includes {
        /// The attribute.
        attribute: AttributeName,
        /// What is looked for.
        term: Term,
    },
    /// `user_attribute_matches('a', term)`: the term fits the attribute's filter expression.
    Matches {
        /// The attribute, of type `filter`.
        attribute: AttributeName,
        /// What is filtered.
        term: Term,
    },
    /// `column IS [NOT] NULL`.
    IsNull {
        /// The column.
        column: ColumnName,
        /// Whether `IS NOT NULL` was written.
        negated: bool,
    },
    /// `in_team('A', …)`: member of any of them.
    InTeam(Vec<TeamName>),
    /// `exists_in(table, …)`: some row of an entitlement table fits.
    ExistsIn(Box<ExistsIn>),
    /// All of them.
    And(Vec<Rule>),
    /// Any of them.
    Or(Vec<Rule>),
    /// Not that.
    Not(Box<Rule>),
}

/// `exists_in(table, column = row.column AND …)`. The entitlement table is read as it is, without policies of its own:
/// nobody sees its rows, only that there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExistsIn {
    /// The model of the entitlement table; without one, the rule's own.
    pub model: Option<ModelName>,
    /// The entitlement table.
    pub table: TableName,
    /// Pairs of columns that are equal, at least one: the entitlement table's, and that of the row that is judged.
    pub on: Vec<(ColumnName, ColumnName)>,
    /// What else holds of the entitlement table's row; its columns are those of that table.
    pub only: Vec<Rule>,
}

impl Rule {
    /// Whether it depends on who is looking.
    #[must_use]
    pub fn asks_for_person(&self) -> bool {
        !self.asks_for().is_empty()
    }
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// A column of the table, or what is computed from columns.
    Term(Term),
    /// A value written in the rule.
    Literal(Scalar),
    /// `user_attribute('a' [as type])`. The cast happens when the attribute is resolved, and is exact.
    Attribute {
        /// The attribute.
        name: AttributeName,
        /// The type after `as`.
        cast: Option<ColumnType>,
    },
    /// `user_email()`: *none* unless the issuer is trusted for the e-mail's domain.
    UserEmail,
    /// `user_id()`: the member's id; *none* for who has none.
    UserId,
    /// `user_full_name()`: given and family name; *none* for who has neither. In formulas alone: a name is no identity.
    FullName,
    /// `tenant()`: the tenant's name; *none* for who has none.
    Tenant,
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// Why a text is not a rule, or why a rule cannot be a policy of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    character: Option<usize>,
    message: String,
}

impl RuleError {
    fn at(text: &str, offset: usize, message: impl Into<String>) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        Self { character: Some(before.chars().count() + 1), message: message.into() }
    }

    /// About what a leaf of the rule means, which stands where the parser says.
    fn meaning(message: impl Into<String>) -> Self {
        Self { character: None, message: message.into() }
    }

    fn with(self, message: String) -> Self {
        Self { message, ..self }
    }

    /// The same error where `other` is, unless it has a place.
    fn placed(self, other: &Self) -> Self {
        Self { character: self.character.or(other.character), ..self }
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.character {
            Some(character) => write!(f, "at character {character}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for RuleError {}

impl From<TermError> for RuleError {
    fn from(error: TermError) -> Self {
        Self::meaning(error.to_string())
    }
}

#[cfg(test)]
mod tests;
