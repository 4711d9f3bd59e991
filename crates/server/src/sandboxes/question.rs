//! The saved question of a policy → conditions on rows, and the columns that it keeps. Only what means the same here is read.

use super::columns::{Column, Columns};
use super::statement;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What a policy lets through of its table.
#[derive(Debug, Default)]
pub(crate) struct Through {
    /// Rules, all of which must hold.
    pub(crate) rules: Vec<String>,
    /// The columns, by the ids of fields; `None`: all of them.
    pub(crate) columns: Option<BTreeSet<u64>>,
    /// Variables of SQL, each of which an attribute must set: what is compared with it, and how.
    pub(crate) variables: BTreeMap<String, Vec<(Column, &'static str)>>,
}

/// Reads a `dataset_query`.
pub(crate) fn read(query: &Value, columns: &Columns<'_>) -> Result<Through, String> {
    match query["type"].as_str() {
        Some("query") => built(&query["query"], columns),
        Some("native") => statement::read(&query["native"], columns),
        _ => Err("the question's form is not known: expected `type` `query` or `native`".to_owned()),
    }
}

/// A question of the query builder.
fn built(query: &Value, columns: &Columns<'_>) -> Result<Through, String> {
    let Value::Object(query) = query else { return Err("the question has no `query`".to_owned()) };
    // An order takes no row away, as there is no limit.
    let known = ["source-table", "filter", "fields", "order-by"];
    if let Some(other) = query.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(format!("`{other}` of the question is not translated"));
    }
    if query.get("source-table").and_then(Value::as_u64) != Some(columns.table.id) {
        return Err("the question is of another table".to_owned());
    }
    let rules = query.get("filter").map(|filter| condition(filter, columns)).transpose()?;
    Ok(Through { rules: rules.into_iter().collect(), columns: kept(query, columns)?, ..Through::default() })
}

/// The fields that it keeps. Those of other tables would be added, and a policy adds nothing.
fn kept(query: &Map<String, Value>, columns: &Columns<'_>) -> Result<Option<BTreeSet<u64>>, String> {
    let Some(fields) = query.get("fields") else { return Ok(None) };
    let fields = fields.as_array().ok_or("`fields` of the question is no list")?;
    let mut kept = BTreeSet::new();
    for field in fields {
        let is_of_another = field.pointer("/2/source-field").is_some_and(Value::is_u64);
        if field[0] == "field" && is_of_another {
            continue;
        }
        kept.insert(columns.of_clause(field)?.id);
    }
    Ok(Some(kept))
}

fn condition(filter: &Value, columns: &Columns<'_>) -> Result<String, String> {
    let clause = filter.as_array().map(Vec::as_slice).unwrap_or_default();
    let [Value::String(operator), arguments @ ..] = clause else {
        return Err(format!("the filter `{filter}` is not translated"));
    };
    match (operator.as_str(), arguments) {
        ("and" | "or", [_, ..]) => {
            let parts = arguments.iter().map(|it| condition(it, columns)).collect::<Result<Vec<_>, _>>()?;
            Ok(format!("({})", parts.join(&format!(" {} ", operator.to_ascii_uppercase()))))
        }
        ("=", [field, values @ ..]) if !values.is_empty() => {
            let column = columns.of_clause(field)?;
            let values = values.iter().map(|value| column.literal(value)).collect::<Result<Vec<_>, _>>()?;
            Ok(format!("{} IN ({})", column.written(), values.join(", ")))
        }
        ("<" | "<=" | ">" | ">=", [field, value]) => {
            let column = columns.of_clause(field)?.ordered()?;
            Ok(format!("{} {operator} {}", column.written(), column.literal(value)?))
        }
        ("between", [field, least, most]) => {
            let column = columns.of_clause(field)?.ordered()?;
            Ok(format!("{} BETWEEN {} AND {}", column.written(), column.literal(least)?, column.literal(most)?))
        }
        ("is-null", [field]) => Ok(format!("{} IS NULL", columns.of_clause(field)?.written())),
        ("not-null", [field]) => Ok(format!("{} IS NOT NULL", columns.of_clause(field)?.written())),
        _ => Err(format!("the filter `{filter}` is not translated")),
    }
}
