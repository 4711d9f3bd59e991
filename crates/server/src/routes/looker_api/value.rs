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
    match sent {
        Value::String(text) if definition.list => {
            let entries = text.replace("^,", "\u{1}");
            let entries = entries.split(',').map(|entry| entry.trim().replace('\u{1}', ","));
            let entries: Result<Vec<Value>, Problem> =
                entries.filter(|entry| !entry.is_empty()).map(|entry| one(definition.kind, field, &entry)).collect();
            Ok(Value::Array(entries?))
        }
        Value::String(text) => one(definition.kind, field, text),
        other => Ok(other.clone()),
    }
}

/// What is of no kind is for the check of what is written to refuse, which names what was expected.
fn one(kind: AttributeKind, field: &str, text: &str) -> Result<Value, Problem> {
    match kind {
        AttributeKind::Number => match serde_json::from_str::<Value>(text.trim()) {
            Ok(Value::Number(number)) => Ok(Value::Number(number)),
            _ => Err(invalid(field, "expected a number")),
        },
        AttributeKind::Boolean => match text.trim().to_ascii_lowercase().as_str() {
            "yes" | "true" => Ok(Value::Bool(true)),
            "no" | "false" => Ok(Value::Bool(false)),
            _ => Err(invalid(field, "expected `yes` or `no`")),
        },
        AttributeKind::Text | AttributeKind::Date | AttributeKind::Timestamp | AttributeKind::Filter => {
            Ok(Value::String(text.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_texts_there_and_typed_here() {
        for (kind, list, text, value) in [
            ("text", false, "a,b", json!("a,b")),
            ("text", true, "a, b^,c", json!(["a", "b,c"])),
            ("number", false, "12.50", json!(12.50)),
            ("number", true, "1,2", json!([1, 2])),
            ("boolean", false, "yes", json!(true)),
            ("date", false, "2026-01-01", json!("2026-01-01")),
        ] {
            let definition = json!({"name": "a", "type": kind, "list": list});
            let definition: AttributeDefinition = serde_json::from_value(definition).unwrap();
            assert_eq!(read(&definition, "value", &json!(text)).ok(), Some(value.clone()), "{kind} {text}");
        }
        assert_eq!(told(&json!(["a", "b,c"])).as_deref(), Some("a,b^,c"));
        assert_eq!(told(&json!(true)).as_deref(), Some("yes"));
        assert_eq!(told(&json!(null)), None);
        let number = json!({"name": "a", "type": "number"});
        let number: AttributeDefinition = serde_json::from_value(number).unwrap();
        let refused = read(&number, "value", &json!("many")).map_err(|problem| problem.to_string());
        assert_eq!(refused, Err("`value`: expected a number".to_owned()));
        assert_eq!(read(&number, "value", &json!(null)).ok(), Some(json!(null)));
    }
}
