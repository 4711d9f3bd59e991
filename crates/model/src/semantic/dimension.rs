//! Dimensions: a column as it is, by periods or parts of dates, by ranges, or with a text in place of its values.

use super::{Calculation, ColumnPath, Grain};
use crate::name::{AccessGrantName, FieldName};
use crate::query::{Filter, FilterOperator};
use crate::value::{ColumnType, Scalar};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A field to group and filter by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "WrittenDimension", into = "WrittenDimension")]
#[schemars(extend("oneOf" = [{"required": ["column"]}, {"required": ["calculated"]}]))]
pub struct Dimension {
    /// Where its values come from.
    pub of: Origin,
    /// Shown to people; the field's name unless said otherwise.
    pub label: Option<String>,
    /// For dates and timestamps: the period that they are in, or a part of them. Those of timestamps are of the question's time
    /// zone.
    pub grain: Option<Grain>,
    /// For numbers: how wide the ranges are, one of which begins at 0. The value is the lower end of its range.
    pub bins: Option<serde_json::Value>,
    /// What stands in place of which values: the first case that holds, or `otherwise`.
    pub cases: Vec<Case>,
    /// The text where no case holds; NULL unless said otherwise.
    pub otherwise: Option<String>,
    /// Whether it is offered to nobody by name. It protects nothing.
    pub hidden: bool,
    /// The access grants that it is absent without: all of them.
    pub required_access_grants: BTreeSet<AccessGrantName>,
}

/// Where the values of a dimension come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// `column: table.column`.
    Column(ColumnPath),
    /// `calculated: formula`, of other dimensions that are not calculated, parameters, and who asks.
    Calculated(Calculation),
}

/// Every member a dimension may have.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct WrittenDimension {
    /// The column, as `table.column`.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<ColumnPath>,
    /// A formula of other dimensions, parameters, and who asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    calculated: Option<Calculation>,
    /// Shown to people; the field's name unless said otherwise.
    label: Option<String>,
    /// How coarse its days or instants are.
    grain: Option<Grain>,
    /// How wide the ranges are into which numbers fall.
    bins: Option<serde_json::Value>,
    /// Texts in place of values, the first that fits.
    cases: Vec<Case>,
    /// The text where no case fits.
    otherwise: Option<String>,
    /// Whether it is offered to nobody by name. It protects nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    hidden: bool,
    /// The access grants that it is absent without: all of them.
    required_access_grants: BTreeSet<AccessGrantName>,
}

impl TryFrom<WrittenDimension> for Dimension {
    type Error = String;

    fn try_from(written: WrittenDimension) -> Result<Self, String> {
        let of = match (written.column, written.calculated) {
            (Some(column), None) => Origin::Column(column),
            (None, Some(calculation)) => Origin::Calculated(calculation),
            _ => return Err("expected exactly one of `column` and `calculated`".to_owned()),
        };
        let WrittenDimension { label, grain, bins, cases, otherwise, hidden, required_access_grants, .. } = written;
        Ok(Self { of, label, grain, bins, cases, otherwise, hidden, required_access_grants })
    }
}

impl From<Dimension> for WrittenDimension {
    fn from(dimension: Dimension) -> Self {
        let Dimension { of, label, grain, bins, cases, otherwise, hidden, required_access_grants } = dimension;
        let (column, calculated) = match of {
            Origin::Column(column) => (Some(column), None),
            Origin::Calculated(calculation) => (None, Some(calculation)),
        };
        Self { column, calculated, label, grain, bins, cases, otherwise, hidden, required_access_grants }
    }
}

/// A text for some values of a column, written `{is: Small, operator: less, values: [100]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// The column that it shows; `None`: it is calculated.
    #[must_use]
    pub const fn column(&self) -> Option<&ColumnPath> {
        match &self.of {
            Origin::Column(path) => Some(path),
            Origin::Calculated(_) => None,
        }
    }

    /// How it is calculated; `None`: it shows a column.
    #[must_use]
    pub const fn calculation(&self) -> Option<&Calculation> {
        match &self.of {
            Origin::Column(_) => None,
            Origin::Calculated(calculation) => Some(calculation),
        }
    }

    /// The type of its values, of a column of that type.
    #[must_use]
    pub const fn kind(&self, column: ColumnType) -> ColumnType {
        match (self.cases.is_empty(), self.grain) {
            (false, _) => ColumnType::Text,
            (true, Some(grain)) => grain.kind(),
            (true, None) => column,
        }
    }

    /// How wide its ranges are, in the column's type; `None`: it has none, or they are not of that type.
    #[must_use]
    pub fn width(&self, column: ColumnType) -> Option<Scalar> {
        Scalar::from_json(self.bins.as_ref()?, column).filter(Scalar::is_positive)
    }
}
