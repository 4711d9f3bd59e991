//! What a viewer sets in the address: `?slug=v&slug=w`, or `?parameters={…}` in its place.

use super::caller::Guest;
use super::refusal::{Door, MetabaseRefusal};
use crate::controls::ControlValues;
use axum::extract::{FromRequestParts, RawQuery};
use axum::http::request::Parts;
use dialect::strict_json;
use model::name::ControlName;
use serde_json::Value;
use std::collections::BTreeMap;
use std::convert::Infallible;
use url::form_urlencoded;

/// Parameters of the address that set none.
const OPTIONS: &[&str] = &["parameters", "format_rows", "pivot_results", "value"];

/// What the address says behind its question mark.
pub(super) struct Chosen {
    /// Values by the names of parameters.
    pub(super) values: Result<BTreeMap<String, Vec<Value>>, WrongShape>,
    /// Whether a download's values are written as people read them.
    pub(super) format_rows: bool,
    /// The value whose label is wanted.
    pub(super) value: Option<String>,
}

/// `parameters` is JSON, and no object of values.
#[derive(Debug, Clone, Copy)]
pub(super) struct WrongShape;

impl<S: Send + Sync> FromRequestParts<S> for Chosen {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let RawQuery(query) = RawQuery::from_request_parts(parts, state).await?;
        Ok(Self::read(query.as_deref().unwrap_or_default()))
    }
}

impl Chosen {
    fn read(query: &str) -> Self {
        let mut loose: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let mut options: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if OPTIONS.contains(&name.as_ref()) {
                options.insert(name.into_owned(), value.into_owned());
            } else {
                // A blank value clears: the parameter is set, and there is no filter.
                let values = loose.entry(name.into_owned()).or_default();
                values.extend(Some(value).filter(|value| !value.is_empty()).map(|it| Value::String(it.into_owned())));
            }
        }
        let typed = options.get("parameters").and_then(|text| strict_json::parse(text.as_bytes()).ok());
        Self {
            values: typed.map_or(Ok(loose), typed_values),
            format_rows: options.get("format_rows").is_some_and(|value| value == "true"),
            value: options.remove("value"),
        }
    }

    /// The values, if they are set as the token and what was published let them be.
    pub(super) fn judged(&self, guest: &Guest) -> Result<ControlValues, MetabaseRefusal> {
        let invalid = |WrongShape| MetabaseRefusal::Sentence(guest.door, "Invalid parameter values".to_owned());
        judged(guest, self.values.clone().map_err(invalid)?)
    }
}

/// Whether whoever looks may set these; as values of controls.
pub(super) fn judged(guest: &Guest, values: BTreeMap<String, Vec<Value>>) -> Result<ControlValues, MetabaseRefusal> {
    let (principal, snapshot) = (&guest.viewer.principal, &guest.viewer.organization.snapshot);
    let names = values.keys().map(String::as_str);
    authz::judge_parameters(principal, snapshot, names)
        .map_err(|fault| MetabaseRefusal::parameter(guest.door, &fault))?;
    // What is left has been found among the names of parameters.
    Ok(values.into_iter().filter_map(|(name, values)| Some((ControlName::new(name).ok()?, values))).collect())
}

fn typed_values(json: Value) -> Result<BTreeMap<String, Vec<Value>>, WrongShape> {
    let Value::Object(object) = json else { return Err(WrongShape) };
    let values = |value: Value| match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(items) if items.iter().all(|item| !item.is_array() && !item.is_object()) => {
            Ok(items.into_iter().filter(|item| !item.is_null()).collect())
        }
        Value::Array(_) | Value::Object(_) => Err(WrongShape),
        one => Ok(vec![one]),
    };
    object.into_iter().map(|(name, value)| Ok((name, values(value)?))).collect()
}

/// The door's word for a request that names nothing here.
pub(super) fn nothing_here(door: Door) -> MetabaseRefusal {
    MetabaseRefusal::not_found(door)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(query: &str) -> Option<Value> {
        Chosen::read(query).values.ok().map(|values| json!(values))
    }

    #[test]
    fn values_are_texts_or_typed() {
        assert_eq!(read("a=1&a=2&b="), Some(json!({"a": ["1", "2"], "b": []})));
        assert_eq!(read("format_rows=true&value=3"), Some(json!({})));
        assert_eq!(read("a=1&parameters=%7B%22b%22%3A5%7D"), Some(json!({"b": [5]})), "it replaces all others");
        assert_eq!(read("a=1&parameters=%7B"), Some(json!({"a": ["1"]})), "it is no JSON");
        assert_eq!(read("parameters=%5B%5D"), None);
        assert_eq!(read("parameters=%7B%22a%22%3A%7B%7D%7D"), None);
        assert!(Chosen::read("format_rows=true").format_rows);
    }
}
