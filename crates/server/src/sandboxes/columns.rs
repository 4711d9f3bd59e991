//! The columns of a table of Metabase's, as the connection has them.

use super::export::{Field, Table};
use model::name::ColumnName;
use model::value::ColumnType;
use serde_json::Value;
use std::collections::BTreeMap;

/// Options of a field that say only of which type it is.
const TYPES: [&str; 4] = ["base-type", "base_type", "effective-type", "effective_type"];

/// A column with an exact type.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// The field's id.
    pub(crate) id: u64,
    pub(crate) name: ColumnName,
    pub(crate) kind: ColumnType,
}

impl Column {
    fn of(field: &Field, has: &BTreeMap<ColumnName, ColumnType>) -> Option<Self> {
        let (name, kind) = has.get_key_value(&ColumnName::new(field.name.as_str()).ok()?)?;
        Some(Self { id: field.id, name: name.clone(), kind: *kind })
    }

    /// In the rule language, in which it may be a keyword.
    pub(crate) fn written(&self) -> String {
        format!("[{}]", self.name)
    }

    /// Itself, unless databases differ in how its values are ordered.
    pub(crate) fn ordered(&self) -> Result<&Self, String> {
        match self.kind {
            ColumnType::Text => Err("the order of texts is not translated: databases differ in it".to_owned()),
            _ => Ok(self),
        }
    }

    /// A value in the rule language.
    pub(crate) fn literal(&self, value: &Value) -> Result<String, String> {
        match (value, self.kind) {
            (Value::String(text), ColumnType::Text) => Ok(text_literal(text)),
            (Value::String(text), ColumnType::Date) => Ok(format!("DATE {}", text_literal(text))),
            (Value::Number(number), ColumnType::Integer | ColumnType::Decimal { .. }) => Ok(number.to_string()),
            (Value::Bool(value), ColumnType::Boolean) => Ok(value.to_string().to_ascii_uppercase()),
            _ => Err(format!("the value `{value}` is not translated for column `{}`", self.name)),
        }
    }
}

fn text_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The columns of a table that Metabase shows and the connection has.
#[derive(Debug)]
pub(crate) struct Columns<'a> {
    pub(crate) table: &'a Table,
    /// What the connection calls the table.
    pub(crate) source: &'a str,
    pub(crate) all: Vec<Column>,
}

impl<'a> Columns<'a> {
    pub(crate) fn of(table: &'a Table, source: &'a str, has: &BTreeMap<ColumnName, ColumnType>) -> Self {
        // What Metabase shows to nobody.
        let shown = |field: &&Field| !matches!(field.visibility_type.as_deref(), Some("sensitive" | "retired"));
        let all = table.fields.iter().filter(shown).filter_map(|field| Column::of(field, has)).collect();
        Self { table, source, all }
    }

    pub(crate) fn with_id(&self, id: u64) -> Option<&Column> {
        self.all.iter().find(|column| column.id == id)
    }

    /// What `["field", 7, null]` means.
    pub(crate) fn of_clause(&self, clause: &Value) -> Result<&Column, String> {
        let options_are_plain = match &clause[2] {
            Value::Null => true,
            Value::Object(options) => options.keys().all(|key| TYPES.contains(&key.as_str())),
            _ => false,
        };
        let is_field = clause[0] == "field" && clause.as_array().is_some_and(|it| it.len() <= 3);
        let id = clause[1].as_u64().filter(|_| is_field && options_are_plain);
        let found = id.and_then(|id| self.with_id(id));
        found.ok_or_else(|| format!("`{clause}` is no column of the table: expected `[\"field\", ID, null]`"))
    }

    /// What a name in SQL means: unquoted names ignore case.
    pub(crate) fn called(&self, name: &str, quoted: bool) -> Result<&Column, String> {
        let exact = self.all.iter().find(|column| column.name.as_str() == name);
        let mut folded = self.all.iter().filter(|it| !quoted && it.name.as_str().eq_ignore_ascii_case(name));
        let folded = folded.next().filter(|_| folded.next().is_none());
        exact.or(folded).ok_or_else(|| format!("`{name}` is no column of the table"))
    }
}
