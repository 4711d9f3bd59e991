//! Which rows of a table one person may see, once every attribute has become a literal.

use crate::name::{ColumnName, ModelName, TableName};
use crate::rule::Comparison;
use crate::term::Term;
use crate::value::Scalar;
use std::collections::BTreeSet;

/// The rows of one table that are visible to one person.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RowFilter {
    /// Every row: the table says `rows: shared`.
    Everything,
    /// No row.
    Nothing,
    /// The rows on which the condition is true (not NULL, not false).
    Where(Condition),
}

/// A condition over columns and typed literals. Three-valued, as SQL.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Condition {
    /// True or false on every row.
    Constant(bool),
    /// `term op value`.
    Compare {
        /// What is compared.
        term: Term,
        /// The operator.
        op: Comparison,
        /// A literal of exactly the term's type.
        value: Scalar,
    },
    /// `left op right`, two terms of the same type.
    CompareTerms {
        /// Left of the operator.
        left: Term,
        /// The operator.
        op: Comparison,
        /// Right of the operator.
        right: Term,
    },
    /// `term IN (values)`; false on every row if there are none.
    OneOf {
        /// What is looked for.
        term: Term,
        /// Literals of exactly the term's type.
        values: Vec<Scalar>,
    },
    /// `term LIKE pattern`, of a text.
    Like {
        /// What is matched.
        term: Term,
        /// `%` stands for any characters, `_` for one; behind `\` each stands for itself.
        pattern: String,
    },
    /// Some row of another table has the values of these columns. Never NULL: where one of them is, there is none.
    Exists(Box<Existence>),
    /// The values of these columns are one of the keys: an existence that was looked up. False on every row if there
    /// are none, and where one of the columns is NULL.
    Keys {
        /// The columns.
        columns: Vec<ColumnName>,
        /// Literals of exactly the columns' types, one for each column.
        keys: BTreeSet<Vec<Scalar>>,
    },
    /// `term IS [NOT] NULL`.
    IsNull {
        /// What is asked about.
        term: Term,
        /// Whether `IS NOT NULL` is meant.
        negated: bool,
    },
    /// All of them.
    And(Vec<Condition>),
    /// Any of them.
    Or(Vec<Condition>),
    /// Not that.
    Not(Box<Condition>),
    /// Neither true nor false. Only of calculated fields: in a policy, what cannot be said denies.
    Unknown,
}

impl Condition {
    /// The columns of the row that it reads.
    #[must_use]
    pub fn columns(&self) -> BTreeSet<&ColumnName> {
        match self {
            Self::Constant(_) | Self::Unknown => BTreeSet::new(),
            Self::Compare { term, .. }
            | Self::OneOf { term, .. }
            | Self::Like { term, .. }
            | Self::IsNull { term, .. } => term.columns(),
            Self::CompareTerms { left, right, .. } => left.columns().into_iter().chain(right.columns()).collect(),
            Self::Exists(existence) => existence.on.iter().map(|(_, outer)| outer).collect(),
            Self::Keys { columns, .. } => columns.iter().collect(),
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::columns).collect(),
            Self::Not(part) => part.columns(),
        }
    }
}

/// What a calculated field is for one person. The columns in it are fields and parameters of the explore.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Calculated {
    /// Whether something holds.
    Condition(Condition),
    /// A value.
    Value(Term),
    /// NULL: they have no value of what it rests on.
    Nothing,
}

/// That a row of an entitlement table fits the row that is judged.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Existence {
    /// The model of the entitlement table.
    pub model: ModelName,
    /// The entitlement table.
    pub table: TableName,
    /// Pairs of columns that are equal: the entitlement table's, and that of the row that is judged.
    pub on: Vec<(ColumnName, ColumnName)>,
    /// Which rows of the entitlement table count.
    pub only: RowFilter,
}
