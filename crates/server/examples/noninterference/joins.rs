//! How tags are joined: to one or to many, to events themselves or by way of their places.

use crate::data::Of;
use rand::Rng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

/// How tags are joined to events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Join {
    /// Not at all.
    Absent,
    /// Each event meets the tag of its own number.
    OneToOne,
    /// Each event meets the tags that are about it.
    OneToMany,
    /// Events and tags meet that are about one place.
    ByLink,
    /// Events and tags meet that are called the same.
    ByLabel,
    /// Each place meets the tags that are about it.
    OfPlaces,
}

impl Join {
    pub(crate) fn random(random: &mut StdRng) -> Self {
        match random.random_range(0..8) {
            0 => Self::Absent,
            1 => Self::OneToOne,
            2 | 3 => Self::OneToMany,
            4 => Self::ByLink,
            5 => Self::ByLabel,
            _ => Self::OfPlaces,
        }
    }

    /// The column before the join and the one of tags, which are equal.
    pub(crate) const fn on(self) -> Option<((Of, &'static str), &'static str)> {
        match self {
            Self::Absent => None,
            Self::OneToOne => Some(((Of::Events, "id"), "tag")),
            Self::OneToMany => Some(((Of::Events, "id"), "about")),
            Self::ByLink => Some(((Of::Events, "link"), "about")),
            Self::ByLabel => Some(((Of::Events, "label"), "word")),
            Self::OfPlaces => Some(((Of::Places, "key"), "about")),
        }
    }

    /// The columns without which nothing of tags exists.
    pub(crate) const fn rests_on(self) -> &'static [&'static str] {
        match self {
            Self::Absent => &[],
            Self::OneToOne => &["id", "tag"],
            Self::OneToMany => &["id", "about"],
            Self::ByLink => &["link", "about"],
            Self::ByLabel => &["label", "word"],
            Self::OfPlaces => &["link", "key", "about"],
        }
    }

    /// Whether a tag meets one event at most.
    pub(crate) const fn is_from_one_event(self) -> bool {
        matches!(self, Self::OneToOne | Self::OneToMany)
    }

    const fn relationship(self) -> &'static str {
        match self {
            Self::OneToOne => "one_to_one",
            Self::ByLink | Self::ByLabel => "many_to_many",
            _ => "one_to_many",
        }
    }

    /// As definitions have it.
    pub(crate) fn written(self) -> Option<Value> {
        let ((of, left), right) = self.on()?;
        let left = format!("{}.{left}", of.name());
        Some(json!({"table": "tags", "on": {left: right}, "relationship": self.relationship()}))
    }

    /// For the count of what was tried.
    pub(crate) const fn feature(self) -> &'static str {
        match self {
            Self::Absent => "join: to one only",
            Self::OneToOne => "join: one_to_one",
            Self::OneToMany => "join: one_to_many",
            Self::ByLink => "join: many_to_many",
            Self::ByLabel => "join: many_to_many, by texts",
            Self::OfPlaces => "join: one_to_many behind many_to_one",
        }
    }
}
