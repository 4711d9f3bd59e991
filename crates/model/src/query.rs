//! Questions to the semantic layer: fields of an explore, filters, sorts and a limit. Never SQL.

mod totals;

use crate::filter::Condition;
use crate::filter_expression::{self, FilterExpressionError};
use crate::name::{ColumnName, FieldName};
use crate::rule::Comparison;
use crate::semantic::ExplorePath;
use crate::term::Term;
use crate::time_zone::TimeZone;
use crate::value::{ColumnType, Literal, Scalar};
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub use totals::TotalsError;
use utoipa::ToSchema;

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// What is asked of, as `model.explore`.
    #[schema(value_type = String)]
    pub explore: ExplorePath,
    /// Columns of the answer, in this order. Dimensions group, measures aggregate; at least one.
    pub fields: Vec<FieldName>,
    /// All of them must hold: those on dimensions of each row, those on measures of what the rows add up to. One on a
    /// parameter sets it.
    #[serde(default)]
    pub filters: Vec<Filter>,
    /// Order of the answer. Fields of the answer that are not named break ties, ascending, nulls last.
    #[serde(default)]
    pub sorts: Vec<Sort>,
    /// At most so many rows; at most the server's limit.
    #[serde(default)]
    #[schema(nullable = false)]
    pub limit: Option<u32>,
    /// Only the rows behind this one, in the order of the answer: the last row of the page before, cell by cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<Option<Literal>>, nullable = false, required = false)]
    pub after: Option<Vec<serde_json::Value>>,
    /// Whose days, hours and so on are meant where instants are grouped or compared with days, such as `Europe/Zurich`; absent:
    /// those of whoever asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub time_zone: Option<TimeZone>,
    /// Whether its grand total is asked for too: its measures over all rows, whatever the limit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub totals: bool,
    /// Whether its subtotals are asked for too: its measures for each beginning of its dimensions that is shorter than all of
    /// them, whatever the limit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub subtotals: bool,
}

impl Query {
    /// Those fields of an explore, and nothing else.
    #[must_use]
    pub const fn of(explore: ExplorePath, fields: Vec<FieldName>) -> Self {
        Self {
            explore,
            fields,
            filters: Vec::new(),
            sorts: Vec::new(),
            limit: None,
            after: None,
            time_zone: None,
            totals: false,
            subtotals: false,
        }
    }
}

/// A condition on one field.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// The dimension, or the measure.
    pub field: FieldName,
    /// How it is compared; `is_any_of` unless said otherwise.
    #[serde(default)]
    pub operator: FilterOperator,
    /// JSON values of the field's type: texts, numbers, booleans, dates as `2013-01-31`. An instant may also be compared with a
    /// day, by the day that it is then in the question's time zone. With `matches` a filter expression, which is a text.
    #[serde(default)]
    #[schema(value_type = Vec<Literal>)]
    pub values: Vec<serde_json::Value>,
}

impl Filter {
    /// What the one filter expression among the values says of values of `kind`; `None`: there is not one, and a text. Of
    /// instants it says it by their days.
    #[must_use]
    pub fn expression(&self, kind: ColumnType) -> Option<Result<Condition, FilterExpressionError>> {
        let [serde_json::Value::String(text)] = self.values.as_slice() else { return None };
        let kind = if kind == ColumnType::Timestamp { ColumnType::Date } else { kind };
        // Names of fields and of columns have one form.
        let term = Term::Column(ColumnName::new(self.field.as_str()).ok()?);
        Some(filter_expression::read(text, &term, kind))
    }

    /// The day that instants are compared with, if the filter compares values of `kind` with one.
    #[must_use]
    pub fn day(&self, kind: ColumnType) -> Option<NaiveDate> {
        let ([value], ColumnType::Timestamp, Some(_)) = (self.values.as_slice(), kind, self.operator.comparison())
        else {
            return None;
        };
        match Scalar::parse(value.as_str()?, ColumnType::Date)? {
            Scalar::Date(day) => Some(day),
            _ => None,
        }
    }
}

/// How a dimension is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FilterOperator {
    /// Equal to any of the values; to none if there are none.
    #[default]
    IsAnyOf,
    /// Equal to any of the values but for the case of letters. Only texts.
    IsAnyOfIgnoringCase,
    /// Contains any of the values, whatever the case of letters. Only texts.
    Contains,
    /// Present and equal to none of the values.
    IsNoneOf,
    /// Less than the one value.
    Less,
    /// At most the one value.
    LessOrEqual,
    /// Greater than the one value.
    Greater,
    /// At least the one value.
    GreaterOrEqual,
    /// Fits the one value, which is a filter expression such as `West%,-West`, `>5` or `2013-01 to 2013-03`.
    Matches,
    /// Absent. No values.
    IsNull,
    /// Present. No values.
    IsNotNull,
}

impl FilterOperator {
    /// The comparison with the one value, where that is what the operator means.
    #[must_use]
    pub const fn comparison(self) -> Option<Comparison> {
        match self {
            Self::Less => Some(Comparison::Less),
            Self::LessOrEqual => Some(Comparison::LessOrEqual),
            Self::Greater => Some(Comparison::Greater),
            Self::GreaterOrEqual => Some(Comparison::GreaterOrEqual),
            Self::IsAnyOf
            | Self::IsAnyOfIgnoringCase
            | Self::Contains
            | Self::IsNoneOf
            | Self::Matches
            | Self::IsNull
            | Self::IsNotNull => None,
        }
    }
}

/// One key of the order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sort {
    /// A field of the answer.
    pub field: FieldName,
    /// Greatest first.
    #[serde(default)]
    pub descending: bool,
}
