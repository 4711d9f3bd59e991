//! User attributes: typed facts about a person, used in policies and defaults.

use crate::name::AttributeName;
use crate::value::{ColumnType, Scalar, exact_number};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The type of one value of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttributeKind {
    /// UTF-8 text.
    Text,
    /// An exact decimal number.
    Number,
    /// True or false.
    Boolean,
    /// A day, `2013-01-31`.
    Date,
    /// An instant, `2013-01-31T05:00:00Z`.
    Timestamp,
    /// A [filter expression](crate::filter_expression), such as `West,East` or `>10`.
    Filter,
}

impl AttributeKind {
    /// The name in files and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Filter => "filter",
        }
    }
}

/// What an attribute is. Values are set elsewhere: on members, teams and tenants, or by a session's claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeDefinition {
    /// The name rules use.
    pub name: AttributeName,
    /// The type of each value.
    #[serde(rename = "type")]
    pub kind: AttributeKind,
    /// Whether the attribute holds a list. One value given for a list attribute is a list of one.
    #[serde(default)]
    pub list: bool,
    /// A sentence for people.
    #[serde(default)]
    pub description: String,
    /// What holds where nobody set a value. Guests and public viewers have no defaults.
    #[serde(default)]
    pub default: Option<serde_json::Value>,
    /// Whether policies may use the default. Without it the default only serves display.
    #[serde(default)]
    pub default_in_policies: bool,
}

/// A typed value of an attribute. *None* is the absence of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeValue {
    /// The value of an attribute that holds one.
    One(Scalar),
    /// The values of a list attribute: at least one.
    Many(Vec<Scalar>),
}

impl AttributeValue {
    /// The values, one or many.
    #[must_use]
    pub fn scalars(&self) -> &[Scalar] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }

    /// The values in JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<serde_json::Value> {
        self.scalars().iter().map(Scalar::to_json).collect()
    }
}

/// For people to read; the values of a list one after another.
impl fmt::Display for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.scalars().iter().map(Scalar::to_string).collect();
        f.write_str(&texts.join(", "))
    }
}

impl AttributeDefinition {
    /// Types a JSON value as this attribute: `None` where it is null, blank, empty, of another type, or holds one
    /// entry that is. A number is never read from a text nor a text from a number.
    #[must_use]
    pub fn read(&self, json: &serde_json::Value) -> Option<AttributeValue> {
        match (self.list, json) {
            (true, serde_json::Value::Array(items)) if !items.is_empty() => {
                items.iter().map(|item| self.read_one(item)).collect::<Option<Vec<_>>>().map(AttributeValue::Many)
            }
            (_, serde_json::Value::Array(_)) => None,
            (true, one) => self.read_one(one).map(|one| AttributeValue::Many(vec![one])),
            (false, one) => self.read_one(one).map(AttributeValue::One),
        }
    }

    /// A value in which texts may stand for whatever the attribute holds, as hosts write it who have nothing but texts: digits,
    /// `yes` and `no`, and for a list what stands between commas (`^,` is one). `None`: a text is nothing of the kind.
    #[must_use]
    pub fn of_texts(&self, json: &serde_json::Value) -> Option<serde_json::Value> {
        use serde_json::Value as Json;
        match json {
            Json::String(text) if self.list => {
                let entries = text.replace("^,", "\u{1}");
                let entries = entries.split(',').map(|entry| entry.trim().replace('\u{1}', ","));
                let entries = entries.filter(|entry| !entry.is_empty()).map(|entry| self.kind.of_text(&entry));
                entries.collect::<Option<_>>().map(Json::Array)
            }
            Json::String(text) => self.kind.of_text(text),
            Json::Array(items) => {
                let entry =
                    |item: &Json| item.as_str().map_or_else(|| Some(item.clone()), |text| self.kind.of_text(text));
                items.iter().map(entry).collect::<Option<_>>().map(Json::Array)
            }
            other => Some(other.clone()),
        }
    }

    fn read_one(&self, json: &serde_json::Value) -> Option<Scalar> {
        use serde_json::Value as Json;
        match (self.kind, json) {
            (AttributeKind::Text | AttributeKind::Filter, Json::String(text)) if !text.trim().is_empty() => {
                Some(Scalar::Text(text.clone()))
            }
            (AttributeKind::Number, Json::Number(number)) => exact_number(number).map(Scalar::Decimal),
            (AttributeKind::Boolean, Json::Bool(value)) => Some(Scalar::Boolean(*value)),
            (AttributeKind::Date, Json::String(text)) => Scalar::parse(text, ColumnType::Date),
            (AttributeKind::Timestamp, Json::String(text)) => Scalar::parse(text, ColumnType::Timestamp),
            _ => None,
        }
    }
}

impl AttributeKind {
    /// What a text says, if it can say something of this kind.
    fn of_text(self, text: &str) -> Option<serde_json::Value> {
        use serde_json::Value as Json;
        match self {
            Self::Number => serde_json::from_str(text.trim()).ok().filter(Json::is_number),
            Self::Boolean => match text.trim().to_ascii_lowercase().as_str() {
                "yes" | "true" => Some(Json::Bool(true)),
                "no" | "false" => Some(Json::Bool(false)),
                _ => None,
            },
            Self::Text | Self::Date | Self::Timestamp | Self::Filter => Some(Json::String(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;
    use serde_json::json;

    fn attribute(kind: AttributeKind, list: bool) -> Option<AttributeDefinition> {
        let name = AttributeName::new("a").ok()?;
        Some(AttributeDefinition {
            name,
            kind,
            list,
            description: String::new(),
            default: None,
            default_in_policies: false,
        })
    }

    #[test]
    fn texts_stand_for_what_the_attribute_holds() -> Result<(), &'static str> {
        let read = |kind, list, json| attribute(kind, list).map(|it| it.of_texts(&json)).ok_or("name");
        let (number, boolean, text) = (AttributeKind::Number, AttributeKind::Boolean, AttributeKind::Text);
        assert_eq!(read(number, false, json!(" 25.50 "))?, Some(serde_json::from_str("25.50").unwrap_or_default()));
        assert_eq!(read(number, true, json!("1, 2,"))?, Some(json!([1, 2])));
        assert_eq!(read(number, true, json!(["1", 2]))?, Some(json!([1, 2])));
        assert_eq!(read(boolean, false, json!("Yes"))?, Some(json!(true)));
        assert_eq!(read(text, true, json!("West^, North,East"))?, Some(json!(["West, North", "East"])));
        assert_eq!(read(AttributeKind::Filter, false, json!("West,East"))?, Some(json!("West,East")));
        for (kind, odd) in
            [(number, "much"), (number, ""), (number, "true"), (number, "1 2"), (boolean, "1"), (boolean, "")]
        {
            assert_eq!(read(kind, false, json!(odd))?, None, "{odd}");
        }
        assert_eq!(read(number, false, json!(7))?, Some(json!(7)));
        assert_eq!(read(text, false, json!(7))?, Some(json!(7)), "it is no text, and stays what it is");
        Ok(())
    }

    #[test]
    fn odd_values_are_none() -> Result<(), &'static str> {
        let text = attribute(AttributeKind::Text, false).ok_or("name")?;
        for odd in [json!(null), json!(""), json!("  "), json!([]), json!(["South"]), json!(7), json!(true), json!({})]
        {
            assert_eq!(text.read(&odd), None, "{odd}");
        }
        let list = attribute(AttributeKind::Text, true).ok_or("name")?;
        for odd in [json!(null), json!(""), json!([]), json!([""]), json!(["South", 7]), json!([["South"]])] {
            assert_eq!(list.read(&odd), None, "{odd}");
        }
        assert_eq!(list.read(&json!("South")), Some(AttributeValue::Many(vec![Scalar::Text("South".into())])));
        let number = attribute(AttributeKind::Number, false).ok_or("name")?;
        for odd in [json!("7"), json!(1e300), json!(18_446_744_073_709_551_615_u64)] {
            assert_eq!(number.read(&odd), None, "{odd}");
        }
        let big = AttributeValue::One(Scalar::Decimal(Decimal::from(9_007_199_254_740_993_i64)));
        assert_eq!(number.read(&json!(9_007_199_254_740_993_i64)), Some(big));
        Ok(())
    }
}
