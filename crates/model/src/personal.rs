//! What of content depends on who looks: words in texts, defaults of controls, whether something is shown at all.
//!
//! All of it is for display: nothing is protected by it, and a value that is *none* shows nothing of its own.

use crate::attribute::AttributeValue;
use crate::name::AttributeName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::fmt;

/// The attributes of whoever looks, as far as they are for display.
pub trait Person {
    /// The value of an attribute; `None` is *none*.
    fn attribute(&self, name: &AttributeName) -> Option<AttributeValue>;
}

/// A text with attributes of whoever reads it: `Flights of {{airline|your airline}}`. What stands behind `|` is for
/// people who have no value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct PersonalText {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Attribute { name: AttributeName, otherwise: String },
}

/// Why a text is none with attributes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{{{{{0}`: expected `{{{{attribute}}}}` or `{{{{attribute|what people without a value read}}}}`")]
pub struct PersonalTextError(String);

impl PersonalText {
    /// The text as one person reads it.
    #[must_use]
    pub fn read_by(&self, person: &impl Person) -> String {
        self.written(person, str::to_owned)
    }

    /// The Markdown as one person reads it: what their attributes say stands in it as text, never as markup.
    #[must_use]
    pub fn markdown_read_by(&self, person: &impl Person) -> String {
        self.written(person, escaped)
    }

    /// The attributes in it.
    pub fn attributes(&self) -> impl Iterator<Item = &AttributeName> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Attribute { name, .. } => Some(name),
        })
    }

    /// The text as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn written(&self, person: &impl Person, value: impl Fn(&str) -> String) -> String {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Attribute { name, otherwise } => {
                person.attribute(name).map_or_else(|| otherwise.clone(), |held| value(&held.to_string()))
            }
        });
        pieces.collect()
    }
}

/// Every character of ASCII that Markdown may take for markup, and every line break, made harmless.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => escaped.push(' '),
            c if c.is_ascii_punctuation() => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

impl TryFrom<String> for PersonalText {
    type Error = PersonalTextError;

    fn try_from(text: String) -> Result<Self, PersonalTextError> {
        let mut parts = text.split("{{");
        let mut pieces = vec![Piece::Text(parts.next().unwrap_or_default().to_owned())];
        for part in parts {
            let error = || PersonalTextError(part.chars().take(80).collect());
            let (inner, rest) = part.split_once("}}").ok_or_else(error)?;
            let (name, otherwise) = inner.split_once('|').unwrap_or((inner, ""));
            let name = AttributeName::new(name.trim()).map_err(|_| error())?;
            pieces.push(Piece::Attribute { name, otherwise: otherwise.trim().to_owned() });
            pieces.push(Piece::Text(rest.to_owned()));
        }
        pieces.retain(|piece| *piece != Piece::Text(String::new()));
        Ok(Self { text, pieces })
    }
}

impl From<PersonalText> for String {
    fn from(text: PersonalText) -> Self {
        text.text
    }
}

impl fmt::Display for PersonalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whom something is shown: people with one of these values. Who has none is not shown it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShownWhen {
    /// The attribute that decides.
    pub attribute: AttributeName,
    /// Values of its type.
    pub is_any_of: Vec<Json>,
}

impl ShownWhen {
    /// Whether it is shown to a person. A list shows if one of its entries does.
    #[must_use]
    pub fn holds_for(&self, person: &impl Person) -> bool {
        let held = person.attribute(&self.attribute).map(|value| value.to_json()).unwrap_or_default();
        held.iter().any(|one| self.is_any_of.contains(one))
    }
}

/// The values a control has before anybody has set it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ControlDefault {
    /// The same for everybody. None: no filter.
    Values(Vec<Json>),
    /// What the person's attribute says; no filter for people without a value.
    OfPerson(OfPerson),
}

/// An attribute of whoever looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfPerson {
    /// The attribute.
    pub attribute: AttributeName,
}

impl Default for ControlDefault {
    fn default() -> Self {
        Self::Values(Vec::new())
    }
}

impl ControlDefault {
    /// The values for one person.
    #[must_use]
    pub fn for_person(&self, person: &impl Person) -> Vec<Json> {
        match self {
            Self::Values(values) => values.clone(),
            Self::OfPerson(OfPerson { attribute }) => {
                person.attribute(attribute).map(|value| value.to_json()).unwrap_or_default()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Scalar;
    use serde_json::json;

    struct Somebody(Option<AttributeValue>);

    impl Person for Somebody {
        fn attribute(&self, name: &AttributeName) -> Option<AttributeValue> {
            self.0.clone().filter(|_| name.as_str() == "airline")
        }
    }

    fn somebody(airline: &str) -> Somebody {
        Somebody(Some(AttributeValue::One(Scalar::Text(airline.to_owned()))))
    }

    #[test]
    fn texts_have_the_readers_words_in_them() {
        let text = PersonalText::try_from("Flights of {{ airline | your airline }} {{other}}!".to_owned()).unwrap();
        assert_eq!(text.read_by(&somebody("Delta")), "Flights of Delta !");
        assert_eq!(text.read_by(&Somebody(None)), "Flights of your airline !");
        assert_eq!(text.attributes().map(AttributeName::as_str).collect::<Vec<_>>(), ["airline", "other"]);
        for odd in ["{{", "{{airline", "{{}}", "{{not a name}}", "a {{air{line}}"] {
            assert!(PersonalText::try_from(odd.to_owned()).is_err(), "{odd}");
        }
        let plain = PersonalText::try_from("{a} }} b".to_owned()).unwrap();
        assert_eq!(plain.read_by(&Somebody(None)), "{a} }} b");
    }

    #[test]
    fn an_attribute_is_never_markup() {
        let text = PersonalText::try_from("**{{airline}}**".to_owned()).unwrap();
        assert_eq!(
            text.markdown_read_by(&somebody("<b>[x](javascript:1)\n# y")),
            r"**\<b\>\[x\]\(javascript\:1\) \# y**"
        );
    }

    #[test]
    fn who_has_no_value_is_shown_nothing_of_it() {
        let shown = ShownWhen { attribute: AttributeName::new("airline").unwrap(), is_any_of: vec![json!("Delta")] };
        assert!(shown.holds_for(&somebody("Delta")));
        assert!(!shown.holds_for(&somebody("United")));
        assert!(!shown.holds_for(&Somebody(None)));
        let list = AttributeValue::Many(vec![Scalar::Text("United".into()), Scalar::Text("Delta".into())]);
        assert!(shown.holds_for(&Somebody(Some(list))));
    }
}
