//! Content that is opened to people nobody knows: the guests of a key, or whoever has a link.
//!
//! A publication is a grant of its own: on the content it stands in, and on the data it names.

pub use crate::check::opened;
use crate::name::{ClientId, ControlName, IDENTIFIER, ModelName, NameError, SLUG, TableName, pattern};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Opens a workbook or an element to an audience.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// To whom.
    pub to: Audience,
    /// Who sets which parameter. One that is not named can be set by nobody.
    #[serde(default)]
    pub parameters: BTreeMap<ControlName, ParameterState>,
    /// The tables whose data is opened with it, as `model.table`: all that its elements and controls use.
    pub data: BTreeSet<TablePath>,
}

/// Who sees published content.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Whoever has a token of that key.
    GuestsOf(ClientId),
    /// Whoever has the link: a random id.
    PublicLink(LinkId),
}

/// Who sets a parameter of published content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParameterState {
    /// Nobody.
    #[default]
    Disabled,
    /// The viewer, or else the token.
    Enabled,
    /// The token, which must.
    Locked,
}

/// The random part of a public link: a UUID in lower case (RFC 9562).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"))]
pub struct LinkId(String);

impl LinkId {
    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for LinkId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let groups: Vec<&str> = text.split('-').collect();
        let is_hex = |group: &&str| group.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
        let fits = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.iter().all(is_hex);
        if fits { Ok(Self(text)) } else { Err("not the id of a link: expected a UUID in lower case".to_owned()) }
    }
}

impl From<LinkId> for String {
    fn from(id: LinkId) -> Self {
        id.0
    }
}

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A table of a model, written `model.table`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = pattern([&SLUG, &IDENTIFIER], '.')))]
pub struct TablePath {
    /// The model.
    pub model: ModelName,
    /// The table in it.
    pub table: TableName,
}

impl TryFrom<String> for TablePath {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (model, table) =
            text.split_once('.').ok_or_else(|| format!("`{text}` is not a table: expected `model.table`"))?;
        let model = model.parse().map_err(|error: NameError| error.to_string())?;
        let table = table.parse().map_err(|error: NameError| error.to_string())?;
        Ok(Self { model, table })
    }
}

impl From<TablePath> for String {
    fn from(path: TablePath) -> Self {
        path.to_string()
    }
}

impl fmt::Display for TablePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.model, self.table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_uuids() {
        assert!(LinkId::try_from("4b1a1c1e-0000-4000-8000-00000000000f".to_owned()).is_ok());
        for odd in ["", "1", "4B1A1C1E-0000-4000-8000-00000000000F", "4b1a1c1e-0000-4000-8000-00000000000g"] {
            assert!(LinkId::try_from(odd.to_owned()).is_err(), "{odd}");
        }
    }

    #[test]
    fn tables_are_written_with_their_model() {
        let path = TablePath::try_from("flights.airlines".to_owned());
        assert_eq!(path.map(|path| path.to_string()), Ok("flights.airlines".to_owned()));
        assert!(TablePath::try_from("airlines".to_owned()).is_err());
    }
}
