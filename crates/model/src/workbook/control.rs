//! Controls: what people set on a page.

use crate::name::{ControlName, FieldName};
use crate::personal::{ControlDefault, PersonalText, ShownWhen};
use crate::semantic::ExplorePath;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something that people set, and that filters elements.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Named by elements, in messages, and by locked parameters.
    pub name: ControlName,
    /// Shown to people.
    pub title: PersonalText,
    /// How people set it.
    #[serde(default, rename = "type")]
    pub kind: ControlKind,
    /// Whom it is shown; absent: everybody.
    #[serde(default)]
    pub shown_when: Option<ShownWhen>,
    /// Where the suggested values come from.
    pub explore: ExplorePath,
    /// The dimension whose values are suggested.
    pub field: FieldName,
    /// A dimension of the same explore that names the values for people.
    #[serde(default)]
    pub label: Option<FieldName>,
    /// The values that are offered, in place of those of the field.
    #[serde(default)]
    pub values: Vec<OfferedValue>,
    /// Values set at first.
    #[serde(default)]
    pub default: ControlDefault,
    /// Of a toggle: the values that it sets when it is on.
    #[serde(default = "on")]
    pub on: Vec<serde_json::Value>,
    /// Whether upper and lower case are one. Only for texts, and only for what people set.
    #[serde(default)]
    pub ignore_case: bool,
}

fn on() -> Vec<serde_json::Value> {
    vec![true.into()]
}

/// How people set a control. Whatever its kind, it holds a list of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ControlKind {
    /// At most one value of a list.
    List,
    /// Any values of a list, with search.
    #[default]
    MultiList,
    /// Days: one period such as `2013-01-01~2013-03-31`, `2013-01~`, `thismonth` or `past30days`.
    DateRange,
    /// Numbers: one range such as `10~20`, `10~` or `~20`, with its ends.
    NumberRange,
    /// A text that values contain, whatever their case.
    Text,
    /// On or off: the values of `on`, or none.
    Toggle,
}

/// A value that a control offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferedValue {
    /// The value.
    pub value: serde_json::Value,
    /// What people read instead.
    #[serde(default)]
    pub label: Option<String>,
}

impl Control {
    /// The fields whose values it offers.
    pub fn fields(&self) -> impl Iterator<Item = &FieldName> {
        std::iter::once(&self.field).chain(&self.label)
    }
}
