//! Takes the members of a JSON object one by one, by name and type; what is left over is unknown.

use crate::body::BodyError;
use crate::jwt::moment;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The members of an object that have not been taken yet.
pub(crate) struct Members {
    path: String,
    map: Map<String, Value>,
    asked: Vec<&'static str>,
}

impl Members {
    /// The members of the document itself.
    pub(crate) fn of_document(document: Value) -> Result<Self, BodyError> {
        match document {
            Value::Object(map) => Ok(Self { path: String::new(), map, asked: Vec::new() }),
            _ => Err(BodyError::Invalid { field: "body".into(), expected: "a JSON object" }),
        }
    }

    /// The claims of a token.
    pub(crate) const fn of_claims(map: Map<String, Value>) -> Self {
        Self { path: String::new(), map, asked: Vec::new() }
    }

    fn field(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.asked.push(name);
        self.map.shift_remove(name)
    }

    fn typed<T>(
        &mut self,
        name: &'static str,
        expected: &'static str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<Option<T>, BodyError> {
        let Some(value) = self.take(name) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| BodyError::Invalid { field: self.field(name), expected })
    }

    /// A text of 1 to 255 characters without control characters.
    pub(crate) fn text(&mut self, name: &'static str) -> Result<Option<String>, BodyError> {
        self.typed(name, "a text of 1 to 255 characters without control characters", line)
    }

    /// A text of any length and with any characters.
    pub(crate) fn text_of_any_length(&mut self, name: &'static str) -> Result<Option<String>, BodyError> {
        self.typed(name, "a text", |value| value.as_str().map(str::to_owned))
    }

    /// A list of such texts, possibly empty.
    pub(crate) fn texts(&mut self, name: &'static str) -> Result<Option<Vec<String>>, BodyError> {
        self.typed(name, "a list of texts of 1 to 255 characters", |value| match value {
            Value::Array(items) if items.len() <= 1000 => items.into_iter().map(line).collect(),
            _ => None,
        })
    }

    /// True or false.
    pub(crate) fn boolean(&mut self, name: &'static str) -> Result<Option<bool>, BodyError> {
        self.typed(name, "true or false", |value| value.as_bool())
    }

    /// A whole number of seconds.
    pub(crate) fn seconds(&mut self, name: &'static str) -> Result<Option<u32>, BodyError> {
        self.typed(name, "a whole number of seconds", |value| value.as_u64()?.try_into().ok())
    }

    /// A time in seconds since 1970.
    pub(crate) fn moment(&mut self, name: &'static str) -> Result<Option<DateTime<Utc>>, BodyError> {
        self.typed(name, "a time in seconds since 1970", |value| moment(&value))
    }

    /// Whatever is there.
    pub(crate) fn any(&mut self, name: &'static str) -> Option<Value> {
        self.take(name)
    }

    /// Whether a member is there, whatever it holds.
    pub(crate) fn is_given(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// Whether a member is there, and not null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.map.get(name).is_some_and(|value| !value.is_null())
    }

    /// An object whose values are taken as they are.
    pub(crate) fn values(&mut self, name: &'static str) -> Result<BTreeMap<String, Value>, BodyError> {
        let object = self.typed(name, "an object of names and values", |value| match value {
            Value::Object(map) => Some(map.into_iter().collect()),
            _ => None,
        })?;
        Ok(object.unwrap_or_default())
    }

    /// An object with members of its own.
    pub(crate) fn object(&mut self, name: &'static str) -> Result<Option<Self>, BodyError> {
        let path = self.field(name);
        self.typed(name, "an object", |value| match value {
            Value::Object(map) => Some(Self { path, map, asked: Vec::new() }),
            _ => None,
        })
    }

    /// The text that must be there.
    pub(crate) fn required_text(&mut self, name: &'static str) -> Result<String, BodyError> {
        let field = self.field(name);
        self.text(name)?.ok_or(BodyError::Missing { field, expected: "a text" })
    }

    /// That a member must be there.
    pub(crate) fn missing(&self, name: &str, expected: &'static str) -> BodyError {
        BodyError::Missing { field: self.field(name), expected }
    }

    /// That a member cannot stand beside something else.
    pub(crate) fn misplaced(&self, name: &str, beside: &'static str) -> BodyError {
        BodyError::Misplaced { field: self.field(name), beside }
    }

    /// The names that nobody asked for.
    pub(crate) fn left_over(&self) -> Vec<String> {
        self.map.keys().map(|name| self.field(&name.chars().take(80).collect::<String>())).collect()
    }

    /// Refuses what nobody asked for.
    pub(crate) fn finish(self) -> Result<(), BodyError> {
        match self.map.keys().next() {
            None => Ok(()),
            Some(name) => Err(BodyError::Unknown {
                field: self.field(&name.chars().take(80).collect::<String>()),
                accepted: self.asked.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
            }),
        }
    }
}

fn line(value: Value) -> Option<String> {
    match value {
        Value::String(text) if (1..=255).contains(&text.chars().count()) && !text.chars().any(char::is_control) => {
            Some(text)
        }
        _ => None,
    }
}
