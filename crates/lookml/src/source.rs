//! The tables that views are of.

use crate::sql::{Token, tokens};
use model::name::ColumnName;
use model::value::ColumnType;
use std::collections::BTreeMap;

/// What a connection has, by how models write it: files, or tables of a database; with those columns that have an exact type.
pub type Sources = BTreeMap<String, BTreeMap<ColumnName, ColumnType>>;

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) written: &'a str,
    pub(crate) columns: &'a BTreeMap<ColumnName, ColumnType>,
}

impl<'a> Source<'a> {
    /// What `sql_table_name` means: `schema.table` or `table`, or a file of that name.
    pub(crate) fn of(sources: &'a Sources, sql: &str) -> Result<Self, String> {
        let name = name(sql)?;
        let table = name.strip_prefix("public.").unwrap_or(&name);
        let path = table.replace('.', "/");
        let names = [table.to_owned(), format!("public.{table}"), format!("{path}.parquet"), format!("{path}.csv")];
        let mut found = sources.iter().filter(|(source, _)| names.contains(source));
        match (found.next(), found.next()) {
            (Some((written, columns)), None) => Ok(Self { written, columns }),
            (None, _) => Err(format!("the connection has no table or file `{name}` that can be read")),
            (Some(_), Some(_)) => Err(format!("the connection has several files that `{name}` could be")),
        }
    }

    /// A column of it.
    pub(crate) fn column(&self, name: &str) -> Result<(ColumnName, ColumnType), String> {
        let found = ColumnName::new(name).ok().and_then(|name| self.columns.get_key_value(&name));
        let found = found.map(|(name, kind)| (name.clone(), *kind));
        found.ok_or_else(|| format!("`{}` has no column `{name}` of an exact type", self.written))
    }
}

/// One or two names with a point between.
fn name(sql: &str) -> Result<String, String> {
    let parts = tokens(sql)?;
    match parts.as_slice() {
        [Token::Word(table) | Token::Quoted(table)] => Ok(table.clone()),
        [
            Token::Word(schema) | Token::Quoted(schema),
            Token::Symbol("."),
            Token::Word(table) | Token::Quoted(table),
        ] => Ok(format!("{schema}.{table}")),
        _ => Err(format!("`{sql}` is not understood: expected `table` or `schema.table`")),
    }
}
