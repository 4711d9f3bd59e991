//! Answers as bytes: JSON for pages and programs, files for downloads. The last step before the response.

mod arrow;
mod csv;
mod file;
mod json;
mod sending;
mod writing;
mod xlsx;

pub use file::{FileForm, FileFormat};
pub(crate) use json::{CellType, Column, Rows, Values, cell_type, number_or_value, value};
pub use sending::{answer, download};

use crate::asking::Answered;
use crate::controls::Offered;
use crate::problem::Problem;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use query::Cell;

/// The form an answer is wanted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// `application/json`
    Json,
    /// A file: `text/csv` or `application/vnd.apache.arrow.stream`.
    File(FileFormat),
}

/// Reads `Accept`: JSON unless only other forms are named, of which CSV goes before Arrow; 406 for none.
pub fn wanted(headers: &HeaderMap) -> Result<Wanted, Problem> {
    let Some(accept) = headers.get(ACCEPT) else { return Ok(Wanted::Json) };
    let accept = accept.to_str().unwrap_or_default().to_ascii_lowercase();
    let named = |types: &[&str]| {
        accept.split(',').any(|item| types.contains(&item.split(';').next().unwrap_or_default().trim()))
    };
    if named(&["application/json", "application/*", "*/*"]) {
        Ok(Wanted::Json)
    } else if named(&["text/csv", "text/*"]) {
        Ok(Wanted::File(FileFormat::Csv))
    } else if named(&[FileFormat::Arrow.media_type()]) {
        Ok(Wanted::File(FileFormat::Arrow))
    } else {
        Err(Problem::NotAcceptable)
    }
}

/// A [`json::Rows`].
pub fn json(answered: Answered) -> Result<Response, Problem> {
    let bytes = json::rows(&answered)?;
    let rows = answered.rows();
    let response = answer(bytes, rows, answered.completions, answered.watch);
    Ok(([(CONTENT_TYPE, "application/json")], response).into_response())
}

/// `{"values": […], "labels": […], "truncated": …}`: labels in the order of values, and only if there are any.
pub fn values(Offered { values, truncated, completions }: Offered) -> Result<Response, Problem> {
    let count = values.len();
    let bytes = json::values(values, truncated)?;
    Answered::complete(completions, count, bytes.len());
    Ok(([(CONTENT_TYPE, "application/json")], bytes).into_response())
}

/// A cell as text, the same in every form: `-12`, `3.50`, `true`, `2013-01-31`, `2013-01-31T05:00:00Z`.
pub(crate) fn text(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Null => None,
        Cell::Text(text) | Cell::Decimal(text) => Some(text.clone()),
        Cell::Integer(number) => Some(number.to_string()),
        Cell::Boolean(value) => Some(value.to_string()),
        Cell::Date(day) => Some(day.to_string()),
        Cell::Timestamp(at) => Some(at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)),
    }
}
