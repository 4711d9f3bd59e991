//! Answers as bytes: JSON for pages and programs, files for downloads. The last step before the response.

mod csv;
mod json;
mod xlsx;

pub(crate) use json::{CellType, Column, Rows, Values, cell_type, value};

use crate::asking::Answered;
use crate::controls::Offered;
use crate::problem::Problem;
use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use query::{Answer, Cell};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

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

/// A [`json::Rows`].
pub fn json(answered: Answered) -> Result<Response, Problem> {
    let bytes = json::rows(&answered)?;
    let rows = answered.rows();
    Answered::complete(answered.completions, rows, bytes.len());
    Ok(([(CONTENT_TYPE, "application/json")], bytes).into_response())
}

/// `{"values": […], "labels": […], "truncated": …}`: labels in the order of values, and only if there are any.
pub fn values(Offered { values, truncated, completions }: Offered) -> Result<Response, Problem> {
    let count = values.len();
    let bytes = json::values(values, truncated)?;
    Answered::complete(completions, count, bytes.len());
    Ok(([(CONTENT_TYPE, "application/json")], bytes).into_response())
}

/// Formats of downloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// RFC 4180 with a header line of labels, UTF-8.
    Csv,
    /// A spreadsheet of one sheet with a header line of labels.
    Xlsx,
    /// A list of objects whose members are labels.
    Json,
}

impl FileFormat {
    /// The file name's end, and the format's name in addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
        }
    }
}

/// A download.
pub fn file(answered: Answered, format: FileFormat, name: &str) -> Result<Response, Problem> {
    download(answered, format, name, |answer| bytes(format, answer))
}

fn bytes(format: FileFormat, answer: &Answer) -> Result<Vec<u8>, Problem> {
    match format {
        FileFormat::Csv => csv::rows(answer, csv::Lines::CarriageReturnLineFeed).map_err(|_| Problem::Internal),
        FileFormat::Xlsx => xlsx::rows(answer).map_err(|_| Problem::Internal),
        FileFormat::Json => json::objects(answer, value),
    }
}

/// A file cannot say that rows are missing, so an answer that the row limit has cut is 422.
fn download(
    Answered { answer, completions, .. }: Answered,
    format: FileFormat,
    name: &str,
    written: impl FnOnce(&Answer) -> Result<Vec<u8>, Problem>,
) -> Result<Response, Problem> {
    if answer.truncated {
        let detail = "the download has more rows than this server allows: narrow it with a filter";
        return Err(Problem::Unanswerable { code: "too_many_rows", detail });
    }
    let bytes = written(&answer)?;
    Answered::complete(completions, answer.rows.len(), bytes.len());
    let headers = [
        (CONTENT_TYPE, format.content_type().to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{}\"", format.as_str())),
    ];
    Ok((headers, Body::from(bytes)).into_response())
}

/// A download as Metabase writes it: lines of CSV end with a line feed alone, and values of JSON are texts where they
/// are wanted as people read them.
pub fn metabase_file(
    answered: Answered,
    format: FileFormat,
    format_rows: bool,
    name: &str,
) -> Result<Response, Problem> {
    let written = |answer: &Answer| match format {
        FileFormat::Csv => csv::rows(answer, csv::Lines::LineFeed).map_err(|_| Problem::Internal),
        FileFormat::Json if format_rows => json::objects(answer, |cell| text(cell).map_or(Value::Null, Value::String)),
        other => bytes(other, answer),
    };
    download(answered, format, name, written)
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
