//! All of some things, or those that are listed.

use schemars::JsonSchema;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, Deserializer, IntoDeserializer, Visitor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

/// All of them, written `any`, or those listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum AnyOf<T: Ord> {
    /// The word `any`.
    Any(AnyWord),
    /// These.
    These(BTreeSet<T>),
}

/// By hand, so that an error inside the list says where it is.
impl<'de, T: Ord + Deserialize<'de>> Deserialize<'de> for AnyOf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyOfVisitor(PhantomData))
    }
}

struct AnyOfVisitor<T>(PhantomData<T>);

impl<'de, T: Ord + Deserialize<'de>> Visitor<'de> for AnyOfVisitor<T> {
    type Value = AnyOf<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or the word `any`")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Self::Value, E> {
        AnyWord::deserialize(word.into_deserializer()).map(AnyOf::Any)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        BTreeSet::deserialize(SeqAccessDeserializer::new(items)).map(AnyOf::These)
    }
}

/// The word `any`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum AnyWord {
    /// `any`
    #[serde(rename = "any")]
    Any,
}

impl<T: Ord> Default for AnyOf<T> {
    fn default() -> Self {
        Self::These(BTreeSet::new())
    }
}

impl<T: Ord> AnyOf<T> {
    /// Whether all of them are meant, whichever there will be.
    pub const fn is_any(&self) -> bool {
        matches!(self, Self::Any(_))
    }

    /// Whether nothing is meant.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::These(items) if items.is_empty())
    }

    /// Whether `item` is one of them.
    pub fn admits(&self, item: &T) -> bool {
        match self {
            Self::Any(_) => true,
            Self::These(items) => items.contains(item),
        }
    }
}
