//! YAML as a tree that remembers lines.
//!
//! The YAML library sees to the dangers of the format: duplicate keys, anchors, aliases, merge keys and unknown tags
//! are errors, size and depth have limits, and only `true` and `false` are booleans (YAML 1.2).

use crate::problem::Step;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::MergeKeyPolicy;
use serde_saphyr::{MessageFormatter, Options, Spanned, UserMessageFormatter};
use std::fmt;

/// A value and the line on which it begins.
#[derive(Debug, Clone)]
pub(super) struct Node {
    line: u64,
    value: Value,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    /// A text, a number, a boolean or null.
    Scalar(Json),
    List(Vec<Node>),
    Mapping(Vec<Member>),
}

#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) name: String,
    line: u64,
    pub(super) node: Node,
}

/// Why a text is not YAML that we take, and the line.
pub(super) struct SyntaxError {
    pub(super) line: Option<u64>,
    pub(super) message: String,
}

/// Reads one YAML document of at most so many nodes.
pub(super) fn parse(text: &str, nodes: usize) -> Result<Node, SyntaxError> {
    serde_saphyr::from_str_with_options(text, options(nodes)).map_err(|error| SyntaxError {
        line: error.location().map(|location| location.line()),
        message: message(&error, nodes),
    })
}

/// What was found and what was expected, without the place, which is told apart.
fn message(error: &serde_saphyr::Error, nodes: usize) -> String {
    match error.without_snippet() {
        serde_saphyr::Error::Budget { breach: BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. }, .. } => {
            "found an anchor or alias: expected every value to be written out".to_owned()
        }
        serde_saphyr::Error::Budget { breach: BudgetBreach::Documents { .. }, .. } => {
            "found a second document: expected one".to_owned()
        }
        serde_saphyr::Error::Budget { breach: BudgetBreach::Nodes { .. }, .. } => {
            format!("too many values: expected at most {nodes}")
        }
        error => UserMessageFormatter.format_message(error).chars().filter(|c| !c.is_control()).collect(),
    }
}

fn options(nodes: usize) -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_aliases: 0,
            max_anchors: 0,
            max_depth: 32,
            max_documents: 1,
            max_nodes: nodes,
            // A list or mapping begins and ends; so do document and stream.
            max_events: nodes.saturating_mul(2).saturating_add(10),
        },
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

impl Node {
    pub(super) const fn value(&self) -> &Value {
        &self.value
    }

    /// How many nodes there are, with names of members.
    pub(super) fn count(&self) -> usize {
        1 + match &self.value {
            Value::Scalar(_) => 0,
            Value::List(items) => items.iter().map(Self::count).sum(),
            Value::Mapping(members) => members.iter().map(|member| 1 + member.node.count()).sum(),
        }
    }

    /// The line of the value at the end of `steps`, or of the last one on the way that exists.
    pub(super) fn line(&self, steps: &[Step]) -> u64 {
        let mut line = self.line;
        let mut node = self;
        for step in steps {
            let Some((next, at)) = node.step(step) else { break };
            (node, line) = (next, at);
        }
        line
    }

    fn step(&self, step: &Step) -> Option<(&Self, u64)> {
        match (&self.value, step) {
            (Value::List(items), Step::Item(index)) => items.get(*index).map(|item| (item, item.line)),
            (Value::Mapping(members), Step::Member(name)) => {
                members.iter().find(|member| member.name == *name).map(|member| (&member.node, member.line))
            }
            (Value::List(items), Step::Entry(written)) => {
                items.iter().find(|item| item.is_written(written)).map(|item| (item, item.line))
            }
            _ => None,
        }
    }

    fn is_written(&self, text: &str) -> bool {
        match &self.value {
            Value::Scalar(Json::String(found)) => found == text,
            Value::Scalar(found) => text.parse::<Json>().is_ok_and(|json| json == *found),
            Value::List(_) | Value::Mapping(_) => false,
        }
    }

    pub(super) fn to_json(&self) -> Json {
        match &self.value {
            Value::Scalar(scalar) => scalar.clone(),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Mapping(members) => {
                members.iter().map(|member| (member.name.clone(), member.node.to_json())).collect()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value, referenced, .. } = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Self { line: referenced.line(), value })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, a boolean, a list or a mapping")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Scalar(Json::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Scalar(value.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Scalar(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Scalar(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Scalar(number.into()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Scalar(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut mapping: A) -> Result<Value, A::Error> {
        let mut members = Vec::new();
        while let Some((name, node)) = mapping.next_entry::<Spanned<String>, Node>()? {
            members.push(Member { line: name.referenced.line(), name: name.value, node });
        }
        Ok(Value::Mapping(members))
    }
}
