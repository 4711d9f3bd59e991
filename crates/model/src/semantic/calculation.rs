//! Calculated fields, and the parameters that questions set for them.

use super::{Dimension, Explore, Model};
use crate::name::{ColumnName, FieldName};
use crate::rule::{Formula, parse_formula};
use crate::value::{ColumnType, Scalar};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A formula as it is written, and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Calculation {
    text: String,
    formula: Formula,
}

impl Calculation {
    /// As it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The fields and parameters that it reads.
    pub fn fields(&self) -> impl Iterator<Item = FieldName> {
        self.formula.fields().into_iter().filter_map(|name| FieldName::new(name.as_str()).ok())
    }
}

impl TryFrom<String> for Calculation {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let formula = parse_formula(&text).map_err(|error| error.to_string())?;
        Ok(Self { text, formula })
    }
}

impl From<Calculation> for String {
    fn from(calculation: Calculation) -> Self {
        calculation.text
    }
}

/// A value that a question may set, for calculated fields to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// The type of its value.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Shown to people; the parameter's name unless said otherwise.
    #[serde(default)]
    pub label: Option<String>,
    /// Its value where a question says none; NULL unless said otherwise.
    #[serde(default)]
    pub default: Option<serde_json::Value>,
    /// The only values it may have. None: all of its type.
    #[serde(default)]
    pub allowed_values: Vec<serde_json::Value>,
}

impl Parameter {
    /// The value as one of the parameter's. `None`: it may not have it.
    #[must_use]
    pub fn value(&self, written: &serde_json::Value) -> Option<Scalar> {
        let value = Scalar::from_json(written, self.kind)?;
        let is_allowed = |one: &serde_json::Value| Scalar::from_json(one, self.kind).as_ref() == Some(&value);
        (self.allowed_values.is_empty() || self.allowed_values.iter().any(is_allowed)).then_some(value)
    }
}

impl Model {
    /// The type of a dimension's values.
    #[must_use]
    pub fn dimension_type(&self, explore: &Explore, dimension: &Dimension) -> Option<ColumnType> {
        match dimension.calculation() {
            None => self.column_type(explore, dimension.column()?).map(|kind| dimension.kind(kind)),
            Some(calculation) => {
                let names = self.formula_names(explore);
                calculation.formula.kind(&|name| names.get(name).copied()).map(|kind| dimension.kind(kind))
            }
        }
    }

    /// What formulas of an explore may name: the fields that are not calculated, and parameters.
    #[must_use]
    pub fn formula_names(&self, explore: &Explore) -> BTreeMap<ColumnName, ColumnType> {
        let fields = explore.dimensions.iter().filter_map(|(name, dimension)| {
            let kind = self.column_type(explore, dimension.column()?)?;
            Some((name, dimension.kind(kind)))
        });
        let parameters = explore.parameters.iter().map(|(name, parameter)| (name, parameter.kind));
        let named = fields.chain(parameters);
        named.filter_map(|(name, kind)| Some((ColumnName::new(name.as_str()).ok()?, kind))).collect()
    }
}
