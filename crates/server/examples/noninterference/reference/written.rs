//! How answers are written: documents and files.

use super::Line;
use super::asked::Asked;
use super::value::{neutral, written};
use serde_json::{Value as Json, json};

pub(super) fn document(asked: &Asked<'_>, lines: &[Line], truncated: bool) -> String {
    let columns: Vec<Json> = asked.fields.iter().map(|field| field.column()).collect();
    let cells = |line: &Line| asked.fields.iter().map(|field| written(&line[field.name])).collect::<Vec<Json>>();
    let rows: Vec<_> = lines.iter().map(cells).collect();
    json!({"columns": columns, "rows": rows, "truncated": truncated, "as_of": "2026-01-01T00:00:00Z", "time_zone": asked.zone.name()}).to_string()
}

/// Lines of CSV, with what spreadsheets would run behind an apostrophe.
pub(super) fn file(asked: &Asked<'_>, lines: &[Line]) -> String {
    let head: Vec<String> = asked.fields.iter().map(|field| field.name.to_owned()).collect();
    let cells = |line: &Line| asked.fields.iter().map(|field| neutral(&line[field.name])).collect();
    let record = |cells: Vec<String>| {
        // A line with nothing in it would be none.
        let only = cells.len() == 1;
        let quoted = cells.into_iter().map(|cell| {
            let quotes = cell.contains([',', '"', '\r', '\n']) || (only && cell.is_empty());
            if quotes { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
        });
        quoted.collect::<Vec<_>>().join(",") + "\r\n"
    };
    std::iter::once(head).chain(lines.iter().map(cells)).map(record).collect()
}
