//! Statements as trees, and how they are written. Whatever can be written is a form of these types; names are quoted, and
//! values are parameters.

mod print;

use model::rule::Comparison;
use model::semantic::Grain;

/// The first and the last day that statements speak of, in days since 1970-01-01: from year -4700, where PostgreSQL's calendar
/// has begun, to the last one of ours.
pub(crate) const CALENDAR: [i32; 2] = [-2_436_168, 95_026_236];

/// `SELECT`, in this order: rows, conditions, groups, order, limit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Select {
    /// What it gives; called by their places.
    pub(crate) columns: Vec<Expression>,
    /// Of what.
    pub(crate) from: From,
    /// Of which rows: those on which all of these hold.
    pub(crate) conditions: Vec<Expression>,
    /// Whether it aggregates, and then by how many of its first columns it groups.
    pub(crate) grouped: Option<usize>,
    /// In which order.
    pub(crate) order: Vec<Order>,
    /// At most so many rows.
    pub(crate) limit: Option<usize>,
    /// Whether nothing around it is evaluated within it.
    pub(crate) fenced: bool,
}

impl Select {
    /// Everything of `from`.
    pub(crate) const fn of(from: From, columns: Vec<Expression>) -> Self {
        Self { columns, from, conditions: Vec::new(), grouped: None, order: Vec::new(), limit: None, fenced: false }
    }

    /// `columns` of the rows of this one.
    pub(crate) fn around(self, columns: Vec<Expression>) -> Self {
        Self::of(From::Query(Box::new(self)), columns)
    }

    /// All columns, seen from the query around it.
    pub(crate) fn outputs(&self) -> Vec<Expression> {
        (0..self.columns.len()).map(|place| Expression::Column(Side::Only, place)).collect()
    }

    /// Whether every table in it is read behind a fence.
    pub(crate) fn is_fenced(&self) -> bool {
        match &self.from {
            From::Table { .. } => self.fenced && self.grouped.is_none() && self.limit.is_none(),
            From::Query(inner) => inner.is_fenced(),
            From::Join { left, right, .. } => left.is_fenced() && right.is_fenced(),
        }
    }
}

/// What rows are taken from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum From {
    /// A table or view.
    Table {
        /// Its schema.
        schema: String,
        /// Its name.
        name: String,
    },
    /// Another query.
    Query(Box<Select>),
    /// Two of them.
    Join {
        /// Which rows without a partner stay.
        kind: JoinKind,
        /// On the left.
        left: Box<Select>,
        /// On the right.
        right: Box<Select>,
        /// Pairs of columns that are equal.
        on: Vec<(usize, usize)>,
    },
}

/// Which rows without a partner stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum JoinKind {
    /// None.
    Inner,
    /// Those of the left.
    Left,
    /// Those of the right.
    Right,
    /// All.
    Full,
}

/// A column and a direction. NULL comes last.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Order {
    pub(crate) by: Expression,
    pub(crate) descending: bool,
}

/// Which of the queries below a column is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Side {
    /// The one that there is.
    Only,
    /// The left one of a join.
    Left,
    /// The right one of a join.
    Right,
}

/// A type of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Text,
    Integer,
    Decimal,
    Boolean,
    Date,
    /// An instant.
    Timestamp,
    /// A date and time of no zone, which we read as UTC.
    LocalTimestamp,
}

/// A value, as it is sent beside a statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Value {
    /// Without NUL, which PostgreSQL has not.
    Text(String),
    Integer(i64),
    /// In digits.
    Decimal(String),
    Boolean(bool),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01, in UTC.
    Timestamp(i64),
    /// The same without a zone.
    LocalTimestamp(i64),
}

impl Value {
    /// Its type.
    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::Text(_) => Kind::Text,
            Self::Integer(_) => Kind::Integer,
            Self::Decimal(_) => Kind::Decimal,
            Self::Boolean(_) => Kind::Boolean,
            Self::Date(_) => Kind::Date,
            Self::Timestamp(_) => Kind::Timestamp,
            Self::LocalTimestamp(_) => Kind::LocalTimestamp,
        }
    }
}

/// What can be computed. No form fails on any value, but for sums beyond all digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Expression {
    /// A column of the table.
    Named(String),
    /// A column of a query below.
    Column(Side, usize),
    /// A value.
    Value(Value),
    /// NULL of a type.
    Null(Kind),
    /// A wider number.
    Widened(Box<Expression>, Kind),
    /// A text that is put in order by its bytes.
    Bytewise(Box<Expression>),
    /// A number, and NULL in place of what is none.
    WithoutNan(Box<Expression>),
    /// `left op right`.
    Compare(Box<Expression>, Comparison, Box<Expression>),
    /// Whether it is one of some values of a type.
    OneOf(Box<Expression>, Kind, Vec<Value>),
    /// Whether values are together one of some keys: of each column the value, its type, and its part of every key.
    OneOfKeys(Vec<(Expression, Kind, Vec<Value>)>),
    /// Whether a text fits a pattern; `\` takes away what the next character means.
    Like(Box<Expression>, String),
    /// Whether it is NULL.
    IsNull(Box<Expression>),
    /// Not that.
    Not(Box<Expression>),
    /// Both.
    And(Box<Expression>, Box<Expression>),
    /// Any of both.
    Or(Box<Expression>, Box<Expression>),
    /// What stands beside the first condition that holds, or the other.
    Case(Vec<(Expression, Expression)>, Option<Box<Expression>>),
    /// What a grain makes of a date or, in UTC, of a time; NULL for days that the calendar has not.
    GrainOf(Grain, Box<Expression>, Kind),
    /// The lower end of the range that a number is in; NULL where that is below all numbers of its type.
    RangeStart {
        /// The number.
        of: Box<Expression>,
        /// How wide ranges are; one begins at 0.
        width: Value,
        /// The least number of the type.
        least: Value,
        /// The type.
        kind: Kind,
    },
    /// How many rows, or how many of them have a value, or how many values there are.
    Count {
        /// Of what; `None`: rows.
        of: Option<Box<Expression>>,
        /// Each value once.
        distinct: bool,
    },
    /// The sum.
    Sum(Box<Expression>),
    /// The sum divided by the count, cut to so many digits behind the point.
    Average(Box<Expression>, u8),
    /// The least.
    Min(Box<Expression>),
    /// The greatest.
    Max(Box<Expression>),
}

/// A parameter of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Parameter {
    /// One value.
    One(Value),
    /// Values of a type.
    Many(Kind, Vec<Value>),
}

/// A statement as it is sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// The text, with `$1` and so on for parameters.
    pub(crate) text: String,
    /// The parameters.
    pub(crate) parameters: Vec<Parameter>,
}

impl Select {
    /// As it is sent.
    pub(crate) fn statement(&self) -> Statement {
        print::statement(self)
    }
}
