//! What Metabase's API tells of groups, tables, questions and policies, in one document.

use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The document. Members of its own are named here; of what Metabase tells, others count for nothing, but those of policies.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Export {
    /// `GET /api/permissions/group`
    pub(crate) groups: Vec<Group>,
    /// The tables of `GET /api/database/ID/metadata`
    pub(crate) tables: Vec<Table>,
    /// `GET /api/card/ID`, of those that policies name
    #[serde(default)]
    pub(crate) cards: Vec<Card>,
    /// `GET /api/mt/gtap`
    pub(crate) policies: Vec<Policy>,
    /// `impersonations` of `GET /api/permissions/graph`
    #[serde(default)]
    pub(crate) impersonations: Vec<Impersonation>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Group {
    pub(crate) id: u64,
    pub(crate) name: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Table {
    pub(crate) id: u64,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) schema: Option<String>,
    pub(crate) fields: Vec<Field>,
    /// Ours: whoever may use the model sees all of it.
    #[serde(default)]
    pub(crate) rows: Option<Rows>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rows {
    Shared,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Field {
    pub(crate) id: u64,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) semantic_type: Option<String>,
    #[serde(default)]
    pub(crate) fk_target_field_id: Option<u64>,
    #[serde(default)]
    pub(crate) visibility_type: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Card {
    pub(crate) id: u64,
    pub(crate) dataset_query: Value,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Policy {
    pub(crate) group_id: u64,
    pub(crate) table_id: u64,
    #[serde(default)]
    pub(crate) card_id: Option<u64>,
    /// What each attribute is compared with.
    #[serde(default)]
    pub(crate) attribute_remappings: Option<BTreeMap<String, Value>>,
    /// Whatever else it says.
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Impersonation {
    pub(crate) group_id: u64,
    pub(crate) attribute: String,
}

impl Export {
    /// Reads the document.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let export: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let twice = |what: &str, ids: Vec<u64>| {
            let again = ids.iter().enumerate().find(|(at, id)| ids.iter().take(*at).any(|other| other == *id));
            again.map_or(Ok(()), |(_, id)| Err(format!("two {what} with the id {id}: expected one")))
        };
        twice("groups", export.groups.iter().map(|it| it.id).collect())?;
        twice("tables", export.tables.iter().map(|it| it.id).collect())?;
        twice("cards", export.cards.iter().map(|it| it.id).collect())?;
        twice("fields", export.tables.iter().flat_map(|it| &it.fields).map(|it| it.id).collect())?;
        Ok(export)
    }
}
