//! Terms: what a rule computes from the columns of one row, exactly or not at all.

use crate::name::ColumnName;
use crate::value::{ColumnType, MAX_DIGITS, Scalar};
use std::collections::BTreeSet;
use std::fmt;

/// The fewest digits that a quotient has behind the point; further ones are cut.
pub const QUOTIENT_DIGITS: u8 = 6;

/// A value of one row: a column, or what is computed from columns and literals. It is total: what overflows, does not
/// cast or divides by zero is NULL for its row, and never an error.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Term {
    /// A column.
    Column(ColumnName),
    /// A value that is written in the rule.
    Literal(Scalar),
    /// `left op right`, of two numbers.
    Arithmetic {
        /// Left of the operator.
        left: Box<Term>,
        /// The operator.
        op: ArithmeticOperator,
        /// Right of the operator.
        right: Box<Term>,
    },
    /// `cast(term as type)`, exact as [`Scalar::exactly_as`].
    Cast {
        /// What is cast.
        term: Box<Term>,
        /// To what.
        kind: ColumnType,
    },
}

/// An operator between two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArithmeticOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`: a decimal, of integers too; digits beyond those of its scale are cut.
    Divide,
    /// `%`: the remainder of two integers, with the sign of the first.
    Remainder,
}

impl From<ColumnName> for Term {
    fn from(column: ColumnName) -> Self {
        Self::Column(column)
    }
}

impl Term {
    /// The column, if it is nothing else.
    #[must_use]
    pub const fn as_column(&self) -> Option<&ColumnName> {
        match self {
            Self::Column(column) => Some(column),
            _ => None,
        }
    }

    /// The columns it reads.
    #[must_use]
    pub fn columns(&self) -> BTreeSet<&ColumnName> {
        match self {
            Self::Column(column) => BTreeSet::from([column]),
            Self::Literal(_) => BTreeSet::new(),
            Self::Cast { term, .. } => term.columns(),
            Self::Arithmetic { left, right, .. } => left.columns().into_iter().chain(right.columns()).collect(),
        }
    }

    /// The type of its values, where `column` knows those of columns.
    ///
    /// # Errors
    /// The column that is not known, or what cannot be computed.
    pub fn kind<E: From<TermError>>(
        &self,
        column: &impl Fn(&ColumnName) -> Result<ColumnType, E>,
    ) -> Result<ColumnType, E> {
        match self {
            Self::Column(name) => column(name),
            Self::Literal(value) => Ok(value.kind()),
            Self::Cast { term, kind } => {
                let from = term.kind(column)?;
                if is_castable(from, *kind) { Ok(*kind) } else { Err(TermError::Cast { from, to: *kind }.into()) }
            }
            Self::Arithmetic { left, op, right } => {
                let (left, right) = (left.kind(column)?, right.kind(column)?);
                op.result(left, right).ok_or_else(|| TermError::Arithmetic { left, op: *op, right }.into())
            }
        }
    }
}

/// Whether there are values of the one type that are values of the other.
const fn is_castable(from: ColumnType, to: ColumnType) -> bool {
    use ColumnType::{Date, Text, Timestamp};
    match (from, to) {
        (Text, _) | (_, Text) | (Date, Timestamp) | (Timestamp, Date) => true,
        (ColumnType::Boolean, ColumnType::Boolean) | (Date, Date) | (Timestamp, Timestamp) => true,
        _ => from.is_number() && to.is_number(),
    }
}

impl ArithmeticOperator {
    /// The type of a result: two integers give an integer unless they are divided. `None`: there is none.
    #[must_use]
    pub fn result(self, left: ColumnType, right: ColumnType) -> Option<ColumnType> {
        let scale = |kind| match kind {
            ColumnType::Integer => Some(0),
            ColumnType::Decimal { scale, .. } => Some(scale),
            _ => None,
        };
        let (left_scale, right_scale) = (scale(left)?, scale(right)?);
        let both_integers = left == ColumnType::Integer && right == ColumnType::Integer;
        if both_integers && self != Self::Divide {
            return Some(ColumnType::Integer);
        }
        let scale = match self {
            Self::Add | Self::Subtract => left_scale.max(right_scale),
            Self::Multiply => left_scale.checked_add(right_scale)?,
            Self::Divide => left_scale.max(right_scale).max(QUOTIENT_DIGITS),
            Self::Remainder => return None,
        };
        (scale <= MAX_DIGITS).then_some(ColumnType::Decimal { precision: MAX_DIGITS, scale })
    }

    /// The operator as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

/// Why a term has no type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TermError {
    /// No value of the one type is one of the other.
    #[error("a cast of {from} to {to}: expected types of which one can be written as the other")]
    Cast {
        /// Of what.
        from: ColumnType,
        /// To what.
        to: ColumnType,
    },
    /// The operator does not join these.
    #[error("`{op}` between {left} and {right}: expected {}", op.operands())]
    Arithmetic {
        /// Left of the operator.
        left: ColumnType,
        /// The operator.
        op: ArithmeticOperator,
        /// Right of the operator.
        right: ColumnType,
    },
}

impl ArithmeticOperator {
    const fn operands(self) -> &'static str {
        match self {
            Self::Remainder => "two integers",
            Self::Multiply => "two numbers with 38 digits behind the point at most",
            Self::Add | Self::Subtract | Self::Divide => "two numbers",
        }
    }
}

/// As it is written in a rule, with every parenthesis.
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |f: &mut fmt::Formatter<'_>, part: &Self| match part {
            Self::Arithmetic { .. } => write!(f, "({part})"),
            _ => write!(f, "{part}"),
        };
        match self {
            Self::Column(column) => write!(f, "{column}"),
            Self::Literal(value) => f.write_str(&value.spelled()),
            Self::Cast { term, kind } => write!(f, "cast({term} as {kind})"),
            Self::Arithmetic { left, op, right } => {
                part(f, left)?;
                write!(f, " {op} ")?;
                part(f, right)
            }
        }
    }
}

impl fmt::Display for ArithmeticOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CENTS: ColumnType = ColumnType::Decimal { precision: 10, scale: 2 };

    #[test]
    fn results_have_room_for_every_digit() {
        let decimal = |scale| Some(ColumnType::Decimal { precision: 38, scale });
        for (op, left, right, expected) in [
            (ArithmeticOperator::Add, ColumnType::Integer, ColumnType::Integer, Some(ColumnType::Integer)),
            (ArithmeticOperator::Remainder, ColumnType::Integer, ColumnType::Integer, Some(ColumnType::Integer)),
            (ArithmeticOperator::Divide, ColumnType::Integer, ColumnType::Integer, decimal(6)),
            (ArithmeticOperator::Subtract, CENTS, ColumnType::Integer, decimal(2)),
            (ArithmeticOperator::Multiply, CENTS, CENTS, decimal(4)),
            (ArithmeticOperator::Remainder, CENTS, ColumnType::Integer, None),
            (ArithmeticOperator::Add, ColumnType::Text, ColumnType::Integer, None),
            (ArithmeticOperator::Multiply, ColumnType::Decimal { precision: 38, scale: 37 }, CENTS, None),
        ] {
            assert_eq!(op.result(left, right), expected, "{left} {op} {right}");
        }
    }
}
