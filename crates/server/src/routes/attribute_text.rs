//! Values of user attributes as texts, whatever their type: as the APIs of Looker and Sigma have them.

use crate::problem::Problem;
use crate::routes::written::invalid;
use model::attribute::{AttributeDefinition, AttributeKind};
use serde_json::Value;

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
