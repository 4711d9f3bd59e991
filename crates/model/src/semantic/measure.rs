//! Measures: what is aggregated of which rows.

use super::written::{WrittenMeasure, WrittenPercentile};
use super::{ColumnPath, Explore, Model, NumberFormat};
use crate::name::{AccessGrantName, FieldName, TableName};
use crate::query::Filter;
use crate::value::{ColumnType, exact_number};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// The members of which a measure has exactly one.
const AGGREGATES: [&str; 11] = [
    "count",
    "count_distinct",
    "sum",
    "average",
    "min",
    "max",
    "median",
    "percentile",
    "running_total",
    "percent_of_total",
    "ratio",
];

/// A field that aggregates, written `{sum: flights.distance, label: Miles, format: integer}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "WrittenMeasure", into = "WrittenMeasure")]
#[schemars(extend("oneOf" = AGGREGATES.map(|name| serde_json::json!({"required": [name]}))))]
pub struct Measure {
    /// How.
    pub aggregate: Aggregate,
    /// The table whose rows count, each of them once; that of the column unless said otherwise, of a field the most detailed
    /// one that it reads, and of `count: rows` the explore's. Of a measure of measures: none, its measures have their own.
    pub per: Option<TableName>,
    /// Which rows count, of those that the viewer sees; all of them must hold. Of a measure of measures: none, likewise.
    pub only: Vec<Filter>,
    /// Shown to people; the field's name unless said otherwise.
    pub label: Option<String>,
    /// How numbers are written.
    pub format: NumberFormat,
    /// Whether it is offered to nobody by name. It protects nothing.
    pub hidden: bool,
    /// The dimensions that are shown of the rows it counts; the explore's unless said otherwise. Of a measure of measures: none,
    /// likewise.
    pub drill_fields: Option<Vec<FieldName>>,
    /// The access grants that it is absent without: all of them.
    pub required_access_grants: BTreeSet<AccessGrantName>,
}

/// How a measure aggregates: written as one member, such as `sum: flights.distance`, `sum: net` or `count: rows`. What is
/// aggregated is a column, or a dimension of the explore, with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aggregate {
    /// `count: rows`: rows of the explore's table, or of the one they are counted by.
    Count(Rows),
    /// `count_distinct: table.column`, or a dimension: distinct values, NULL not counted.
    CountDistinct(Input),
    /// `sum: table.column`, exact, of integers or decimals.
    Sum(Input),
    /// `average: table.column`, exact to 4 digits behind its own, of integers or decimals.
    Average(Input),
    /// `min: table.column`.
    Min(Input),
    /// `max: table.column`.
    Max(Input),
    /// `median: table.column`, exact: the value in the middle, or half of the sum of the two that are.
    Median(Input),
    /// `percentile: {column: table.column, at: 0.9}`: the smallest value that is not below so large a part of all
    /// (nearest rank).
    Percentile(Percentile),
    /// `running_total: measure`: the sum of a measure's values so far, in the order of the answer.
    RunningTotal(FieldName),
    /// `percent_of_total: measure`: a measure's value divided by the sum of all its values in the answer, whatever its limit.
    PercentOfTotal(FieldName),
    /// `ratio: [measure, measure]`: the one divided by the other, cut to six digits or those of its parts; NULL where that
    /// is zero.
    Ratio([FieldName; 2]),
}

/// What a measure aggregates, written `table.column`, or as the name of a dimension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = "^[A-Za-z_][A-Za-z0-9_]{0,62}(\\.[A-Za-z_][A-Za-z0-9_]{0,62})?$"))]
pub enum Input {
    /// A column of one of the explore's tables.
    Column(ColumnPath),
    /// A dimension of the explore, calculated or not.
    Field(FieldName),
}

impl TryFrom<String> for Input {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if text.contains('.') {
            return text.try_into().map(Self::Column);
        }
        let field = text.parse();
        field.map(Self::Field).map_err(|_| format!("`{text}`: expected `table.column`, or the name of a dimension"))
    }
}

impl From<Input> for String {
    fn from(input: Input) -> Self {
        match input {
            Input::Column(path) => path.to_string(),
            Input::Field(field) => field.to_string(),
        }
    }
}

/// With what it is: `` column `orders.amount` `` or `` field `net` ``.
impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(path) => write!(f, "column `{path}`"),
            Self::Field(field) => write!(f, "field `{field}`"),
        }
    }
}

/// Where a percentile lies, written `{column: flights.delay, at: 0.9}` or `{field: net, at: 0.9}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "WrittenPercentile", into = "WrittenPercentile")]
#[schemars(extend("oneOf" = [{"required": ["column"]}, {"required": ["field"]}]))]
pub struct Percentile {
    /// Of what: numbers, dates or timestamps.
    pub of: Input,
    /// The part of all values.
    pub at: Part,
}

/// A part of a whole, above 0 and at most 1, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "serde_json::Number", into = "serde_json::Number")]
#[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))]
pub struct Part(u32);

impl Part {
    /// Millionths of one.
    const WHOLE: u32 = 1_000_000;

    /// How many of `count` things are the part, the last one of them counted in whole.
    #[must_use]
    pub fn of(self, count: u64) -> u64 {
        let millionths = u128::from(count) * u128::from(self.0);
        u64::try_from(millionths.div_ceil(u128::from(Self::WHOLE))).unwrap_or(count)
    }
}

impl TryFrom<serde_json::Number> for Part {
    type Error = String;

    fn try_from(number: serde_json::Number) -> Result<Self, String> {
        let millionths = exact_number(&number).and_then(|part| part.checked_mul(Decimal::from(Self::WHOLE)));
        let whole = millionths.filter(Decimal::is_integer).and_then(|part| part.to_u32());
        let fitting = whole.filter(|part| (1..=Self::WHOLE).contains(part));
        fitting.map(Self).ok_or_else(|| format!("`{number}`: expected a part above 0 and at most 1, such as `0.95`"))
    }
}

impl From<Part> for serde_json::Number {
    fn from(Part(millionths): Part) -> Self {
        Self::from_f64(f64::from(millionths) / f64::from(Part::WHOLE)).unwrap_or_else(|| Self::from(1))
    }
}

impl Aggregate {
    /// What it aggregates, unless it counts rows or is made of other measures.
    #[must_use]
    pub const fn input(&self) -> Option<&Input> {
        match self {
            Self::Count(_) | Self::RunningTotal(_) | Self::PercentOfTotal(_) | Self::Ratio(_) => None,
            Self::CountDistinct(input)
            | Self::Sum(input)
            | Self::Average(input)
            | Self::Min(input)
            | Self::Max(input)
            | Self::Median(input)
            | Self::Percentile(Percentile { of: input, .. }) => Some(input),
        }
    }

    /// The measures it is made of.
    #[must_use]
    pub const fn measures(&self) -> &[FieldName] {
        match self {
            Self::Ratio(measures) => measures,
            Self::RunningTotal(measure) | Self::PercentOfTotal(measure) => std::slice::from_ref(measure),
            _ => &[],
        }
    }

    /// Whether its values depend on the other rows of the answer.
    #[must_use]
    pub const fn is_over_answer(&self) -> bool {
        matches!(self, Self::RunningTotal(_) | Self::PercentOfTotal(_))
    }
}

/// The word `rows`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    /// `rows`
    Rows,
}

impl Explore {
    /// The columns that a measure aggregates: by themselves, or as a field shows them.
    #[must_use]
    pub fn aggregated_by<'a>(&'a self, measure: &'a Measure) -> Vec<&'a ColumnPath> {
        match measure.aggregate.input() {
            None => Vec::new(),
            Some(Input::Column(path)) => vec![path],
            Some(Input::Field(name)) => {
                self.dimensions.get(name).map(|dimension| self.shown_by(dimension)).unwrap_or_default()
            }
        }
    }

    /// The dimensions that are shown of the rows that a measure counts: those that it names, or else the explore's. A running
    /// total and a share have those of the measure they are made of, and a ratio has none.
    #[must_use]
    pub fn drill_fields(&self, measure: &FieldName) -> &[FieldName] {
        let found = self.measures.get(measure);
        let counting = found.and_then(|measure| match measure.aggregate.measures() {
            [] => Some(measure),
            [part] => self.measures.get(part).filter(|part| part.aggregate.measures().is_empty()),
            _ => None,
        });
        counting.map(|measure| measure.drill_fields.as_deref().unwrap_or(&self.drill_fields)).unwrap_or_default()
    }
}

impl Model {
    /// The type of what a measure aggregates.
    #[must_use]
    pub fn input_type(&self, explore: &Explore, input: &Input) -> Option<ColumnType> {
        match input {
            Input::Column(path) => self.column_type(explore, path),
            Input::Field(name) => self.dimension_type(explore, explore.dimensions.get(name)?),
        }
    }
}
