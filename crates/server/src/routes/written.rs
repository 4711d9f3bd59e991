//! What clients of Looker and Sigma send of a thing.

use crate::problem::Problem;
use serde_json::{Map, Value};

/// The members that can be written. Those that are told only are ignored, for clients send back what they have read; others
/// are refused, for nothing would come of them.
pub(in crate::routes) fn written(body: Value, writable: &[&str], told: &[&str]) -> Result<Map<String, Value>, Problem> {
    let Value::Object(members) = body else { return Err(invalid("body", "expected an object")) };
    let mut written = Map::new();
    for (name, value) in members {
        if writable.contains(&name.as_str()) {
            written.insert(name, value);
        } else if !told.contains(&name.as_str()) && !value.is_null() {
            let known: Vec<String> = writable.iter().map(|known| format!("`{known}`")).collect();
            let name: String = name.chars().take(80).collect();
            return Err(invalid(&name, &format!("expected one of {}", known.join(", "))));
        }
    }
    Ok(written)
}

/// The text of a member; none where it is absent or null.
pub(in crate::routes) fn text<'a>(written: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Problem> {
    match written.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(invalid(name, "expected a text")),
    }
}

/// The text of a member that must be there.
pub(in crate::routes) fn needed<'a>(written: &'a Map<String, Value>, name: &str) -> Result<&'a str, Problem> {
    text(written, name)?.ok_or_else(|| invalid(name, "expected a text"))
}

/// Expects a member, if it is there, to be the only thing that there is here.
pub(in crate::routes) fn expect_only(
    written: &Map<String, Value>,
    name: &str,
    only: &Value,
    why: &str,
) -> Result<(), Problem> {
    match written.get(name) {
        None | Some(Value::Null) => Ok(()),
        Some(value) if value == only => Ok(()),
        Some(_) => Err(invalid(name, &format!("expected `{only}`: {why}"))),
    }
}

/// A member that is not what was expected.
pub(in crate::routes) fn invalid(name: &str, expected: &str) -> Problem {
    Problem::Invalid { code: "invalid_member", detail: format!("`{name}`: {expected}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_can_be_written_is_read_and_what_is_told_is_ignored() {
        let read = |body: Value| written(body, &["name"], &["id"]).map(Value::Object).map_err(|it| it.to_string());
        assert_eq!(read(json!({"name": "a", "id": "1", "locale": null})), Ok(json!({"name": "a"})));
        assert_eq!(read(json!({"locale": "en"})), Err("`locale`: expected one of `name`".into()));
        assert_eq!(read(json!([])), Err("`body`: expected an object".into()));
    }
}
