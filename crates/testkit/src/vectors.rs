//! Tokens that customers' libraries have made, and questions with their answers: read from `vectors/` and `cases/`.

use serde_json::Value;
use std::path::Path;

/// The vectors of a dialect.
#[must_use]
pub fn of(dialect: &str) -> Value {
    read(&format!("vectors/{dialect}.json"))
}

/// The cases of a dialect.
#[must_use]
pub fn cases(dialect: &str) -> Value {
    read(&format!("cases/{dialect}.json"))
}

fn read(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = std::fs::read_to_string(path).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}
