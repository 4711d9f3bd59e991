//! Attributes that policies compare with columns.

use super::columns::Column;
use model::attribute::{AttributeDefinition, AttributeKind};
use model::name::AttributeName;
use model::value::ColumnType;
use std::collections::BTreeSet;

/// The attributes that there are, and those that policies need beside them.
#[derive(Debug)]
pub(crate) struct Attributes<'a> {
    known: &'a [AttributeDefinition],
    /// Taken for texts.
    pub(crate) new: BTreeSet<AttributeName>,
}

impl<'a> Attributes<'a> {
    pub(crate) fn new(known: &'a [AttributeDefinition]) -> Self {
        Self { known, new: BTreeSet::new() }
    }

    /// A rule that compares a column with an attribute. A text is read exactly as what the column holds.
    pub(crate) fn compared(&mut self, column: &Column, operator: &str, attribute: &str) -> Result<String, String> {
        let name = AttributeName::new(attribute).map_err(|error| error.to_string())?;
        let known = self.known.iter().find(|one| one.name == name);
        let (kind, list) = known.map_or((AttributeKind::Text, false), |one| (one.kind, one.list));
        let written = column.written();
        let rule = match (kind, list, column.kind) {
            (AttributeKind::Filter, ..) => {
                return Err(format!("attribute `{name}` is a filter expression, and Metabase compares values"));
            }
            (_, true, _) if operator == "=" => format!("user_attribute_includes('{name}', {written})"),
            (_, true, _) => return Err(format!("attribute `{name}` is a list, which has no order")),
            (AttributeKind::Text, false, kind) if kind != ColumnType::Text => {
                format!("{written} {operator} user_attribute('{name}' as {kind})")
            }
            _ => format!("{written} {operator} user_attribute('{name}')"),
        };
        if known.is_none() {
            self.new.insert(name);
        }
        Ok(rule)
    }
}
