//! Answers as they arrive, and what can be found in them.

use super::PolicyTestError;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt as _;
use serde_json::Value;
use std::io::{Cursor, Read as _};
use std::sync::Arc;

/// Headers that hold chance or sizes: a text of digits would be found in them by accident.
const UNSEARCHED: &[&str] = &["x-request-id", "content-length"];

/// Members that hold chance or the time.
const CHANCE: &[&str] = &["correlation_id", "as_of"];

/// An answer as it arrived.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The request.
    pub(super) what: String,
    /// The status.
    pub(super) status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Answer {
    /// Reads a response to its end.
    pub(crate) async fn read(what: String, response: Response) -> Result<Self, PolicyTestError> {
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.map_err(|error| PolicyTestError::Asking(error.to_string()))?;
        let bytes = bytes.to_bytes().to_vec();
        Ok(Self { what, status: head.status, headers: head.headers, bytes })
    }

    /// Whether the server did what it was asked.
    pub(crate) fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// The body as JSON; null if it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// A text among the members of the body.
    pub(crate) fn member(&self, name: &str) -> String {
        self.json().get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// A header's text.
    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// Status and code of a refusal, for people, or the text that stands in their place.
    pub(crate) fn refusal(&self) -> String {
        let status = self.status.as_u16();
        match self.member("code") {
            code if code.is_empty() => format!("{status} {}", String::from_utf8_lossy(&self.bytes)),
            code => format!("{status} `{code}`: {}", self.member("detail")),
        }
    }

    /// The texts in which what must never be seen is looked for: headers and body as they came, but for what is chance;
    /// of a spreadsheet the parts that are packed in it.
    pub(super) fn searched(&self) -> Vec<String> {
        let headers = self.headers.iter().filter(|(name, _)| !UNSEARCHED.contains(&name.as_str()));
        let headers = headers.map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
        headers.chain(self.parts()).collect()
    }

    fn parts(&self) -> Vec<String> {
        let kind = self.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.contains("spreadsheet") { unpacked(&self.bytes) } else { vec![self.body_without_chance()] }
    }

    fn body_without_chance(&self) -> String {
        let (mut text, json) = (String::from_utf8_lossy(&self.bytes).into_owned(), self.json());
        for (name, value) in CHANCE.iter().filter_map(|name| Some((name, json.get(*name)?))) {
            text = text.replace(&format!("\"{name}\":{value}"), "");
        }
        text
    }
}

fn unpacked(bytes: &[u8]) -> Vec<String> {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return Vec::new() };
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut text = String::new();
        let Ok(mut part) = archive.by_index(index) else { continue };
        if part.read_to_string(&mut text).is_ok() {
            parts.push(text);
        }
    }
    parts
}

/// Where a text that must never be seen stands: as it is, and as JSON, CSV and XML write it.
pub(super) fn found(text: &str, answers: &[Arc<Answer>]) -> Option<String> {
    let json = Value::from(text).to_string();
    let json = json.get(1..json.len().saturating_sub(1)).unwrap_or_default().to_owned();
    let xml = super::junit::escaped(text);
    let spellings = [text.to_owned(), json, text.replace('"', "\"\""), xml];
    let holds = |part: &String| spellings.iter().any(|spelling| part.contains(spelling.as_str()));
    let answer = answers.iter().find(|answer| answer.searched().iter().any(holds))?;
    Some(answer.what.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse as _;

    async fn answer(body: &str) -> Arc<Answer> {
        let response = (StatusCode::OK, body.to_owned()).into_response();
        Arc::new(Answer::read("GET /".to_owned(), response).await.unwrap())
    }

    #[tokio::test]
    async fn a_text_is_found_however_it_is_written() {
        let answers = [answer(r#"{"rows":[["say \"hi\""]],"as_of":"2026-01-01T00:00:00Z"}"#).await];
        assert_eq!(found("say \"hi\"", &answers), Some("GET /".to_owned()), "as JSON writes it");
        assert_eq!(found("2026-01-01", &answers), None, "the time is no data");
        assert_eq!(found("bye", &answers), None);
        assert!(found("a \"b\"", &[answer("x\r\n\"a \"\"b\"\"\"\r\n").await]).is_some(), "as CSV writes it");
    }

    #[tokio::test]
    async fn a_spreadsheet_is_unpacked_before_it_is_searched() {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        workbook.add_worksheet().write(0, 0, "CNRY <acme>").unwrap();
        let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        let response = ([(header::CONTENT_TYPE, kind)], workbook.save_to_buffer().unwrap()).into_response();
        let answers = [Arc::new(Answer::read("GET /".to_owned(), response).await.unwrap())];
        assert!(found("CNRY <acme>", &answers).is_some() && found("CNRY <globex>", &answers).is_none());
    }
}
