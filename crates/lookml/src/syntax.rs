//! What LookML is made of, and the one way to look into it.
//!
//! A block can be looked into by [`Block::read`] alone. Whoever reads takes properties out; what is left then is reported, so that
//! nothing is dropped silently.

use crate::finding::Findings;
use crate::level::Level;
use std::fmt;
use std::sync::Arc;

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) file: Arc<str>,
    pub(crate) line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// `name: value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Property {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) value: Value,
}

/// What stands behind a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// `yes`, `left_outer`, `orders.region`.
    Word(String),
    /// `"a text"`.
    Text(String),
    /// What ends with `;;`.
    Sql(String),
    /// `[…]`.
    List(Vec<Item>),
    /// `{…}`, or `label {…}`.
    Block(Block),
}

/// One of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    /// A word or a text.
    One(String),
    /// `name: value`, of words or texts.
    Pair(String, String),
}

/// What stands in braces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Block {
    /// What stands before the brace.
    pub(crate) label: Option<String>,
    properties: Vec<Property>,
}

impl Block {
    pub(crate) const fn new(label: Option<String>, properties: Vec<Property>) -> Self {
        Self { label, properties }
    }

    /// For those that put blocks together, and look at nothing.
    pub(crate) fn into_properties(self) -> Vec<Property> {
        self.properties
    }

    /// Reads the block. What `read` does not take is noted where the level knows that it is harmless, and otherwise closes
    /// what stands at the level.
    pub(crate) fn read<T>(
        self,
        level: &Level,
        findings: &mut Findings,
        read: impl FnOnce(&mut Properties, &mut Findings) -> T,
    ) -> Read<T> {
        let name = self.label.unwrap_or_default();
        let mut properties = Properties { left: self.properties };
        let value = read(&mut properties, findings);
        let mut understood = true;
        for property in properties.left {
            understood &= level.report(&name, &property, findings);
        }
        Read { value, understood }
    }
}

/// What was read of a block.
#[derive(Debug)]
#[must_use]
pub(crate) struct Read<T> {
    pub(crate) value: T,
    /// Whether nothing was left that is not known to be harmless.
    pub(crate) understood: bool,
}

/// The properties of a block that nobody has taken yet.
#[derive(Debug)]
pub(crate) struct Properties {
    left: Vec<Property>,
}

impl Properties {
    /// The last property of that name whose value is what is asked for. One that is not stays, and is reported.
    pub(crate) fn take<T>(&mut self, name: &str, of: impl Fn(&Value) -> Option<T>) -> Option<(T, Place)> {
        let found = self.left.iter().rposition(|property| property.name == name)?;
        let value = of(&self.left.get(found)?.value)?;
        Some((value, self.left.remove(found).place))
    }

    /// All properties of that name whose values are what is asked for.
    pub(crate) fn take_all<T>(&mut self, name: &str, of: impl Fn(&Value) -> Option<T>) -> Vec<(T, Place)> {
        let (mut taken, mut left) = (Vec::new(), Vec::new());
        for property in self.left.drain(..) {
            match (property.name == name).then(|| of(&property.value)).flatten() {
                Some(value) => taken.push((value, property.place)),
                None => left.push(property),
            }
        }
        self.left = left;
        taken
    }

    /// A word or a text.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        self.take(name, Value::as_text).map(|(text, _)| text)
    }

    /// `yes` or `no`.
    pub(crate) fn truth(&mut self, name: &str) -> Option<bool> {
        let truth = |value: &Value| match value.as_text()?.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        self.take(name, truth).map(|(truth, _)| truth)
    }

    /// All lists of that name, one after another.
    pub(crate) fn names(&mut self, name: &str) -> Vec<String> {
        self.take_all(name, Value::as_names).into_iter().flat_map(|(names, _)| names).collect()
    }

    /// All blocks of that name.
    pub(crate) fn blocks(&mut self, name: &str) -> Vec<(Block, Place)> {
        self.take_all(name, Value::as_block)
    }
}

impl Value {
    pub(crate) fn as_text(&self) -> Option<String> {
        match self {
            Self::Word(text) | Self::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    pub(crate) fn as_sql(&self) -> Option<String> {
        match self {
            Self::Sql(text) => Some(text.clone()),
            _ => None,
        }
    }

    pub(crate) fn as_block(&self) -> Option<Block> {
        match self {
            Self::Block(block) => Some(block.clone()),
            _ => None,
        }
    }

    pub(crate) fn as_names(&self) -> Option<Vec<String>> {
        let Self::List(items) = self else { return None };
        let name = |item: &Item| match item {
            Item::One(name) => Some(name.clone()),
            Item::Pair(..) => None,
        };
        items.iter().map(name).collect()
    }

    pub(crate) fn as_pairs(&self) -> Option<Vec<(String, String)>> {
        let Self::List(items) = self else { return None };
        let pair = |item: &Item| match item {
            Item::Pair(name, value) => Some((name.clone(), value.clone())),
            Item::One(_) => None,
        };
        items.iter().map(pair).collect()
    }
}
