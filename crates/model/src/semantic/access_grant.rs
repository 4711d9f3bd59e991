//! Access grants: parts of a model that exist for whoever has a value of an attribute.

use crate::name::AttributeName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who has it: whoever has one of the values. What requires an access grant is absent without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessGrant {
    /// The attribute that is looked at.
    pub user_attribute: AttributeName,
    /// The values of which the person has one; of an attribute that holds a list, any of theirs counts.
    pub allowed_values: Vec<serde_json::Value>,
}
