//! Rows as texts, so that those of another product can be compared: in any order, for it may sort otherwise.

use super::recorded::Recorded;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// The most of a row that a sentence quotes, in characters.
const QUOTED: usize = 160;

/// Rows of texts.
#[derive(Debug)]
pub(super) struct Rows(Vec<Vec<String>>);

/// Why a file has no rows.
pub(super) type CsvError = csv::Error;

impl Rows {
    /// The rows of a CSV file (RFC 4180), of which the first is a header.
    pub(super) fn read(path: &Path) -> Result<Self, CsvError> {
        let mut file = csv::ReaderBuilder::new().flexible(true).from_path(path)?;
        let rows = file.records().map(|row| Ok(row?.iter().map(str::to_owned).collect()));
        rows.collect::<Result<_, CsvError>>().map(Self)
    }

    /// The rows of an answer.
    pub(super) fn of(answer: &Value) -> Self {
        let rows = answer.get("rows").and_then(Value::as_array).into_iter().flatten();
        Self(rows.map(|row| row.as_array().into_iter().flatten().map(cell).collect()).collect())
    }

    /// The rows as lines of CSV, sorted by their bytes.
    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.0.iter().map(|row| line(row)).collect();
        lines.sort_unstable();
        lines
    }

    /// The SHA-256 of those lines, each of which ends with a line feed, in hexadecimal digits.
    fn sha256(&self) -> String {
        let hash = self.lines().into_iter().fold(Sha256::new(), |hash, line| hash.chain_update(line + "\n"));
        data_encoding::HEXLOWER.encode(&hash.finalize())
    }

    /// How often each row is there; numbers that are equal are one, however they are written.
    fn counted(&self) -> BTreeMap<Vec<String>, i64> {
        let mut counted = BTreeMap::new();
        for row in &self.0 {
            *counted.entry(row.iter().map(|cell| plain(cell)).collect()).or_default() += 1;
        }
        counted
    }
}

/// What was answered.
pub(super) struct Answered {
    rows: Rows,
    truncated: bool,
}

impl Answered {
    pub(super) fn of(answer: &Value) -> Self {
        Self { rows: Rows::of(answer), truncated: answer.get("truncated") == Some(&Value::Bool(true)) }
    }

    /// How many rows came and what they hash to.
    pub(super) fn told(&self) -> String {
        let count = self.rows.0.len();
        format!("{count} {}, sha256 {}", if count == 1 { "row" } else { "rows" }, self.rows.sha256())
    }

    /// What is otherwise than was recorded, in sentences.
    pub(super) fn faults(&self, recorded: &Recorded) -> Vec<String> {
        let mut faults = Vec::new();
        if self.truncated {
            faults.push(format!("there are more rows than the {} that the server answers with", self.rows.0.len()));
        }
        if let Some(expected) = recorded.row_count.filter(|expected| *expected != self.rows.0.len()) {
            faults.push(format!("expected {expected} rows; came {}", self.rows.0.len()));
        }
        if let Some(expected) = recorded.sha256.as_ref().filter(|expected| **expected != self.rows.sha256()) {
            faults.push(format!("expected rows of sha256 {expected}; came {}", self.told()));
        }
        if let Some(expected) = &recorded.rows {
            faults.extend(others(expected, &self.rows));
        }
        faults
    }
}

/// The rows that one has and the other has not.
fn others(expected: &Rows, came: &Rows) -> Vec<String> {
    let mut differing = expected.counted();
    for (row, count) in came.counted() {
        *differing.entry(row).or_default() -= count;
    }
    let told = |what: &str, sign: i64| {
        let mut rows = differing.iter().filter(|(_, count)| **count * sign > 0).peekable();
        let first: String = rows.peek().map(|(row, _)| line(row)).unwrap_or_default().chars().take(QUOTED).collect();
        let count: i64 = rows.map(|(_, count)| count * sign).sum();
        (count > 0).then(|| format!("{what}: {count}, the first `{first}`"))
    };
    [told("rows that did not come", 1), told("rows that were not recorded", -1)].into_iter().flatten().collect()
}

/// A cell as CSV has it.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A number as it is written shortest; any other text as it is, also one of digits that begins with a zero.
fn plain(cell: &str) -> String {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let whole = digits.split('.').next().unwrap_or_default();
    let is_number = digits.len() <= 15
        && (whole == "0" || !whole.starts_with('0'))
        && digits.split('.').count() <= 2
        && digits.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let number = cell.parse::<f64>().ok().filter(|_| is_number);
    number.map_or_else(|| cell.to_owned(), |number| number.to_string())
}

/// A row as a line of CSV, quoted where it must be.
fn line(row: &[String]) -> String {
    let quoted = |cell: &String| {
        let plain = !cell.contains(['"', ',', '\n', '\r']);
        if plain { cell.clone() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
    };
    row.iter().map(quoted).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows(value: &Value) -> Rows {
        Rows::of(&json!({ "rows": value }))
    }

    #[test]
    fn the_hash_is_that_of_the_sorted_lines() {
        // printf 'JFK,2\nLGA,"1,5"\n' | sha256sum
        let expected = "3cd1f933a587df1b6ef7";
        let (one, other) = (rows(&json!([["LGA", "1,5"], ["JFK", 2]])), rows(&json!([["JFK", 2], ["LGA", "1,5"]])));
        assert_eq!(one.lines(), ["JFK,2", "LGA,\"1,5\""]);
        assert_eq!(one.sha256(), other.sha256(), "in any order");
        assert_eq!(one.sha256().get(..20), Some(expected));
        assert_ne!(one.sha256(), rows(&json!([["JFK", 2], ["JFK", 2], ["LGA", "1,5"]])).sha256(), "as often");
    }

    #[test]
    fn rows_are_compared_as_often_as_they_are_there_and_numbers_as_numbers() {
        let recorded = rows(&json!([["a", "1.50"], ["a", "1.5"], ["b", "7"], ["d", "007"]]));
        assert!(others(&recorded, &rows(&json!([["b", 7], ["a", 1.5], ["d", "007"], ["a", 1.5]]))).is_empty());
        let missing = others(&recorded, &rows(&json!([["b", 7], ["a", 1.5], ["d", "7"], ["c", null]])));
        let expected =
            ["rows that did not come: 2, the first `a,1.5`", "rows that were not recorded: 2, the first `c,`"];
        assert_eq!(missing, expected, "a code of digits is no number");
    }
}
