//! Answers as bytes: JSON for pages and programs, CSV for spreadsheets. The last step before the response.

mod csv;
mod json;

use crate::asking::Answered;
use crate::problem::Problem;
use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use query::Cell;

/// The form an answer is wanted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// `application/json`
    Json,
    /// `text/csv`
    Csv,
}

/// Reads `Accept`: JSON unless CSV is named and JSON is not; 406 for neither.
pub fn wanted(headers: &HeaderMap) -> Result<Wanted, Problem> {
    let Some(accept) = headers.get(ACCEPT) else { return Ok(Wanted::Json) };
    let accept = accept.to_str().unwrap_or_default().to_ascii_lowercase();
    let named = |types: &[&str]| {
        accept.split(',').any(|item| types.contains(&item.split(';').next().unwrap_or_default().trim()))
    };
    if named(&["application/json", "application/*", "*/*"]) {
        Ok(Wanted::Json)
    } else if named(&["text/csv", "text/*"]) {
        Ok(Wanted::Csv)
    } else {
        Err(Problem::NotAcceptable)
    }
}

/// `{"columns": […], "rows": […], "truncated": …}`
pub fn json(Answered { answer, completions }: Answered) -> Result<Response, Problem> {
    let bytes = json::rows(&answer)?;
    Answered::complete(completions, answer.rows.len(), bytes.len());
    Ok(([(CONTENT_TYPE, "application/json")], bytes).into_response())
}

/// `{"values": […], "truncated": …}`: the one column of the answer, nulls left out.
pub fn values(Answered { answer, completions }: Answered) -> Result<Response, Problem> {
    let bytes = json::values(&answer)?;
    Answered::complete(completions, answer.rows.len(), bytes.len());
    Ok(([(CONTENT_TYPE, "application/json")], bytes).into_response())
}

/// A download: RFC 4180 with a header line of labels, UTF-8. A file cannot say that rows are missing, so an answer that
/// the row limit has cut is 422.
pub fn csv(Answered { answer, completions }: Answered, name: &str) -> Result<Response, Problem> {
    if answer.truncated {
        let detail = "the download has more rows than this server allows: narrow it with a filter";
        return Err(Problem::Unanswerable { code: "too_many_rows", detail });
    }
    let bytes = csv::rows(&answer).map_err(|_| Problem::Internal)?;
    Answered::complete(completions, answer.rows.len(), bytes.len());
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
    ];
    Ok((headers, Body::from(bytes)).into_response())
}

/// A cell as text, the same in every form: `-12`, `3.50`, `true`, `2013-01-31`, `2013-01-31T05:00:00Z`.
fn text(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Null => None,
        Cell::Text(text) | Cell::Decimal(text) => Some(text.clone()),
        Cell::Integer(number) => Some(number.to_string()),
        Cell::Boolean(value) => Some(value.to_string()),
        Cell::Date(day) => Some(day.to_string()),
        Cell::Timestamp(at) => Some(at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)),
    }
}
