//! Dimensions: a column as it is, by periods, by ranges, or with a text in place of its values.

use super::{ColumnPath, Grain};
use crate::name::{AccessGrantName, FieldName};
use crate::query::{Filter, FilterOperator};
use crate::value::{ColumnType, Scalar};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A field to group and filter by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// The column it shows.
    pub column: ColumnPath,
    /// Shown to people; the field's name unless said otherwise.
    #[serde(default)]
    pub label: Option<String>,
    /// For dates and timestamps (in UTC): the day on which the period begins.
    #[serde(default)]
    pub grain: Option<Grain>,
    /// For numbers: how wide the ranges are, one of which begins at 0. The value is the lower end of its range.
    #[serde(default)]
    pub bins: Option<serde_json::Value>,
    /// What stands in place of which values: the first case that holds, or `otherwise`.
    #[serde(default)]
    pub cases: Vec<Case>,
    /// The text where no case holds; NULL unless said otherwise.
    #[serde(default)]
    pub otherwise: Option<String>,
    /// The access grants that it is absent without: all of them.
    #[serde(default)]
    pub required_access_grants: BTreeSet<AccessGrantName>,
}

/// A text for some values of a column, written `{is: Small, operator: less, values: [100]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The text.
    pub is: String,
    /// How the column is compared; `is_any_of` unless said otherwise.
    #[serde(default)]
    pub operator: FilterOperator,
    /// With which values, of the column's type.
    #[serde(default)]
    pub values: Vec<serde_json::Value>,
}

impl Case {
    /// The same as a filter on a field.
    #[must_use]
    pub fn filter(&self, field: FieldName) -> Filter {
        Filter { field, operator: self.operator, values: self.values.clone() }
    }
}

impl Dimension {
    /// The type of its values, of a column of that type.
    #[must_use]
    pub const fn kind(&self, column: ColumnType) -> ColumnType {
        match (self.cases.is_empty(), self.grain) {
            (false, _) => ColumnType::Text,
            (true, Some(_)) => ColumnType::Date,
            (true, None) => column,
        }
    }

    /// How wide its ranges are, in the column's type; `None`: it has none, or they are not of that type.
    #[must_use]
    pub fn width(&self, column: ColumnType) -> Option<Scalar> {
        Scalar::from_json(self.bins.as_ref()?, column).filter(Scalar::is_positive)
    }
}
