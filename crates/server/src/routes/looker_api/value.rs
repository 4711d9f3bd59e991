//! Values of user attributes, which are texts in Looker's API whatever their type.

use super::written::invalid;
use crate::problem::Problem;
use model::attribute::{AttributeDefinition, AttributeKind};
use serde_json::Value;

/// What Looker calls the type of an attribute.
pub(super) const fn kind_told(kind: AttributeKind) -> &'static str {
    match kind {
        AttributeKind::Text => "string",
        AttributeKind::Number => "number",
        AttributeKind::Boolean => "yesno",
        AttributeKind::Date | AttributeKind::Timestamp => "datetime",
        AttributeKind::Filter => "advanced_filter_string",
    }
}

/// The type of that name; of Looker's instants only those that are instants here.
pub(super) fn kind_read(name: &str) -> Result<AttributeKind, Problem> {
    match name {
        "string" | "zipcode" => Ok(AttributeKind::Text),
        "number" => Ok(AttributeKind::Number),
        "yesno" => Ok(AttributeKind::Boolean),
        "datetime" => Ok(AttributeKind::Timestamp),
        "advanced_filter_string" | "advanced_filter_number" => Ok(AttributeKind::Filter),
        _ => Err(invalid(
            "type",
            "expected `string`, `number`, `yesno`, `zipcode`, `datetime`, `advanced_filter_string` or `advanced_filter_number`",
        )),
    }
}

/// A value as it is told: the entries of a list stand between commas.
pub(super) fn told(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Object(_) => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(true) => Some("yes".to_owned()),
        Value::Bool(false) => Some("no".to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(entries) => {
            let entries: Vec<String> = entries.iter().filter_map(told).map(|text| text.replace(',', "^,")).collect();
            Some(entries.join(","))
        }
    }
}

/// What was sent as `field`, as a value of the attribute; null takes it away.
pub(super) fn read(definition: &AttributeDefinition, field: &str, sent: &Value) -> Result<Value, Problem> {
    // What is of no kind otherwise is for the check of what is written to refuse, which names what was expected.
    definition.of_texts(sent).ok_or_else(|| match definition.kind {
        AttributeKind::Boolean => invalid(field, "expected `yes` or `no`"),
        _ => invalid(field, "expected a number"),
    })
}
