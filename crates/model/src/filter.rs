//! Which rows of a table one person may see, once every attribute has become a literal.

use crate::name::ColumnName;
use crate::rule::Comparison;
use crate::value::Scalar;

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
    /// `column op value`.
    Compare {
        /// The column.
        column: ColumnName,
        /// The operator.
        op: Comparison,
        /// A literal of exactly the column's type.
        value: Scalar,
    },
    /// `left op right`, two columns of the same type.
    CompareColumns {
        /// Left of the operator.
        left: ColumnName,
        /// The operator.
        op: Comparison,
        /// Right of the operator.
        right: ColumnName,
    },
    /// `column IN (values)`; false on every row if there are none.
    OneOf {
        /// The column.
        column: ColumnName,
        /// Literals of exactly the column's type.
        values: Vec<Scalar>,
    },
    /// `column IS [NOT] NULL`.
    IsNull {
        /// The column.
        column: ColumnName,
        /// Whether `IS NOT NULL` is meant.
        negated: bool,
    },
    /// All of them.
    And(Vec<Condition>),
    /// Any of them.
    Or(Vec<Condition>),
    /// Not that.
    Not(Box<Condition>),
}
