//! What was expected against what came. Each difference is a sentence for people.

use super::answer::Answer;
use model::expectation::{Cells, Demands, Is};
use model::name::FieldName;
use serde_json::Value;

/// The most of a value that a sentence quotes, in characters.
const QUOTED: usize = 160;

/// What is wrong, in sentences; none if the expectation holds.
pub(super) type Faults = Vec<String>;

/// Rows as they came.
pub(super) struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
    truncated: bool,
}

impl Table {
    /// The rows of an answer.
    pub(super) fn of(answer: &Answer) -> Self {
        let json = answer.json();
        let list = |name: &str| json.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let name = |column: Value| column.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let cells = |row: Value| if let Value::Array(cells) = row { cells } else { Vec::new() };
        Self {
            columns: list("columns").into_iter().map(name).collect(),
            rows: list("rows").into_iter().map(cells).collect(),
            truncated: json.get("truncated") == Some(&Value::Bool(true)),
        }
    }

    /// What it has otherwise than demanded.
    pub(super) fn faults(&self, demands: &Demands) -> Faults {
        let mut faults = Vec::new();
        if let Some(expected) = demands.rows.as_ref().filter(|expected| **expected != self.rows) {
            faults.push(self.other_rows(expected));
        }
        if let Some(expected) = demands.row_count.filter(|expected| *expected != self.rows.len()) {
            faults.push(format!("expected {expected} rows; came {}: {}", self.rows.len(), quoted(&self.rows)));
        }
        if self.truncated && (demands.rows.is_some() || demands.row_count.is_some()) {
            faults.push(format!("there are more rows than the {} that the server answers with", self.rows.len()));
        }
        faults.extend(demands.cells.iter().filter_map(|cells| self.other_cells(cells)));
        let missing = demands.contains.iter().filter(|value| !self.rows.iter().any(|row| row.contains(value)));
        faults.extend(missing.map(|value| format!("expected {value} in some cell; came {}", quoted(&self.rows))));
        faults
    }

    /// The first row that differs, because two long lists are hard to compare by eye.
    fn other_rows(&self, expected: &[Vec<Value>]) -> String {
        let differs = (0..expected.len().max(self.rows.len())).find(|at| expected.get(*at) != self.rows.get(*at));
        let at = differs.unwrap_or_default();
        let row = |rows: &[Vec<Value>]| rows.get(at).map_or_else(|| "no row".to_owned(), quoted);
        let (wanted, came) = (expected.len(), self.rows.len());
        let (first, other) = (row(expected), row(&self.rows));
        format!(
            "expected {wanted} rows, the one at {at} being {first}; came {came}, that one being {other}",
            at = at + 1
        )
    }

    fn other_cells(&self, cells: &Cells) -> Option<String> {
        let cell = |row: &[Value], field: &FieldName| {
            let place = self.columns.iter().position(|column| column == field.as_str());
            place.and_then(|place| row.get(place)).cloned()
        };
        let matching = self.rows.iter().filter(|row| {
            let fits = |(field, value): (&FieldName, &Value)| cell(row, field).as_ref() == Some(value);
            cells.at.iter().all(fits)
        });
        let matching: Vec<&Vec<Value>> = matching.collect();
        if matching.is_empty() {
            return Some(format!("expected a row where {}; came {}", quoted(&cells.at), quoted(&self.rows)));
        }
        let other = matching.into_iter().flat_map(|row| {
            let differs = cells.shown.iter().filter(|(field, value)| cell(row, field).as_ref() != Some(*value));
            differs.map(|(field, value)| (field, value, cell(row, field)))
        });
        let (field, expected, came) = other.into_iter().next()?;
        let came = came.map_or_else(|| "no such column".to_owned(), |value| quoted(&value));
        let at = quoted(&cells.at);
        Some(format!("expected `{field}` to show {expected} where {at}; it shows {came}"))
    }
}

/// What a control offers otherwise than demanded.
pub(super) fn offered(answer: &Answer, demands: &Demands) -> Faults {
    let json = answer.json();
    let list = |name: &str| json.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let (values, labels) = (list("values"), list("labels"));
    let mut faults = Vec::new();
    if let Some(expected) = demands.values.as_ref().filter(|expected| **expected != values) {
        faults.push(format!("expected {} to be offered; came {}", quoted(expected), quoted(&values)));
    }
    if demands.values.is_some() && json.get("truncated") == Some(&Value::Bool(true)) {
        faults.push(format!("there are more values than the {} that are offered at once", values.len()));
    }
    let missing = demands.contains.iter().filter(|value| !values.contains(value) && !labels.contains(value));
    faults.extend(missing.map(|value| format!("expected {value} to be offered; came {}", quoted(&values))));
    faults
}

/// How something is for a persona, with the answer that says so.
pub(super) struct State<'a> {
    pub(super) is: Is,
    pub(super) answer: &'a Answer,
}

impl State<'_> {
    /// How it is otherwise than demanded.
    pub(super) fn faults(&self, demands: &Demands) -> Faults {
        let expected = demands.is.unwrap_or(Is::Seen);
        let came = || match self.answer.is_success() {
            true => format!("it is `{}`", self.is),
            false => format!("it is `{}`, {}", self.is, self.answer.refusal()),
        };
        if expected != self.is {
            return vec![format!("expected it to be `{expected}`; {}", came())];
        }
        let other = demands.code.as_ref().filter(|code| **code != self.answer.member("code"));
        other.map(|code| format!("expected the code `{code}`; {}", came())).into_iter().collect()
    }
}

/// How an answer says something is; `None` if it says nothing about that, such as when time ran out.
pub(super) fn is_by(answer: &Answer) -> Option<Is> {
    match answer.status.as_u16() {
        200..=299 => Some(Is::Seen),
        400 | 403 => Some(Is::Refused),
        404 => Some(Is::Hidden),
        _ => None,
    }
}

/// A value as JSON, cut where it gets long.
pub(super) fn quoted(value: &impl serde::Serialize) -> String {
    let text = serde_json::to_string(value).unwrap_or_default();
    let beginning: String = text.chars().take(QUOTED).collect();
    if beginning.len() < text.len() { format!("{beginning}…") } else { text }
}
