//! Our own chart spec: it names fields of the element's query, so the server authorizes every field a chart uses.

use crate::name::FieldName;
use serde::{Deserialize, Serialize};

/// How an element draws the answer to its query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Chart {
    /// One number.
    Kpi {
        /// The number.
        value: FieldName,
    },
    /// A line over an ordered field.
    Line {
        /// Along the bottom.
        x: FieldName,
        /// One line each.
        y: Vec<FieldName>,
    },
    /// Bars over a field.
    Bar {
        /// Along the bottom.
        x: FieldName,
        /// One group of bars each.
        y: Vec<FieldName>,
    },
    /// Rows and columns, every field of the query in its order.
    Table {},
}

impl Chart {
    /// The fields the chart uses.
    pub fn fields(&self) -> impl Iterator<Item = &FieldName> {
        let (one, many): (Option<&FieldName>, &[FieldName]) = match self {
            Self::Kpi { value } => (Some(value), &[]),
            Self::Line { x, y } | Self::Bar { x, y } => (Some(x), y),
            Self::Table {} => (None, &[]),
        };
        one.into_iter().chain(many)
    }
}
