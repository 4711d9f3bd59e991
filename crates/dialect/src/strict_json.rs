//! JSON as strangers send it: a member given twice is refused, because two readers would see two documents.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Reads one JSON document (RFC 8259) of at most 128 levels. Refuses bytes that are not UTF-8, members given twice
/// and anything behind the document. The error has a position and never quotes the document.
pub fn parse(bytes: &[u8]) -> Result<Value, NotJson> {
    serde_json::from_slice::<Strict>(bytes).map(|strict| strict.0).map_err(|error| NotJson {
        line: error.line(),
        column: error.column(),
        duplicate: error.to_string().starts_with(DUPLICATE),
    })
}

const DUPLICATE: &str = "duplicate member";

/// Why bytes are not a JSON document that has one meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotJson {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1.
    pub column: usize,
    /// Whether the reason is a member given twice.
    pub duplicate: bool,
}

impl fmt::Display for NotJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.duplicate { "a member is given twice" } else { "expected one JSON document in UTF-8" };
        write!(f, "{what}, at line {} column {}", self.line, self.column)
    }
}

impl std::error::Error for NotJson {}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let Strict(value) = members.next_value()?;
            if map.insert(name, value).is_some() {
                return Err(A::Error::custom(DUPLICATE));
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn one_meaning_or_none() {
        assert_eq!(parse(br#"{"a": [1, "x", null, {"b": 1.5}]}"#), Ok(json!({"a": [1, "x", null, {"b": 1.5}]})));
        for bad in [r#"{"a": 1, "a": 1}"#, r#"{"o": {"a": 1, "\u0061": 2}}"#, r#"[{"a": 1, "b": 2, "a": 3}]"#] {
            assert!(parse(bad.as_bytes()).is_err_and(|error| error.duplicate), "{bad}");
        }
        for bad in
            [&b"{\"a\": \"\xff\"}"[..], b"", b"{} {}", b"{'a': 1}", b"{\"a\": 1e999}", "[".repeat(10_000).as_bytes()]
        {
            assert!(parse(bad).is_err_and(|error| !error.duplicate), "{bad:?}");
        }
    }

    #[test]
    fn errors_quote_nothing() {
        let error = parse(br#"{"subject": "hush" oops}"#).map_err(|error| error.to_string());
        assert_eq!(error, Err("expected one JSON document in UTF-8, at line 1 column 20".to_owned()));
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn agrees_with_serde_json_where_nothing_is_doubled(text in "\\PC*") {
            let document = json!({"text": text});
            prop_assert_eq!(parse(document.to_string().as_bytes()), Ok(document));
        }
    }
}
