//! How columns of a table are drawn.

use super::LinkTemplate;
use crate::name::FieldName;
use crate::semantic::NumberFormat;
use crate::value::Literal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use utoipa::ToSchema;

/// How one column is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TableColumn {
    /// The column.
    pub field: FieldName,
    /// How its numbers are written, in place of the measure's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub format: Option<NumberFormat>,
    /// The first that fits colors the cell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub colors: Vec<ColorRule>,
    /// Whether a number colors its cell, from faint at the least to strong at the greatest.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shade: bool,
    /// Where a click on the cell leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, example = "https://example.com/planes/{tailnum}")]
    pub link: Option<LinkTemplate>,
}

/// Colors a cell of which everything that is given holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColorRule {
    /// Its number is at least this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, required = false)]
    pub at_least: Option<Number>,
    /// Its number is less than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64, required = false)]
    pub less: Option<Number>,
    /// It is one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Literal>)]
    pub is_any_of: Vec<Value>,
    /// The color, by what it says.
    pub color: CellColor,
}

/// Colors by what they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CellColor {
    /// As it should be.
    Good,
    /// Worth a look.
    Warning,
    /// Not as it should be.
    Bad,
    /// Worth noting, and neither good nor bad.
    Accent,
}

impl TableColumn {
    /// The fields it uses: its own, and those in its link.
    pub(super) fn fields(&self) -> impl Iterator<Item = &FieldName> {
        std::iter::once(&self.field).chain(self.link.iter().flat_map(LinkTemplate::fields))
    }
}
