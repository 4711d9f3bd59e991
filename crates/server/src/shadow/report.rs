//! What came of everything that was recorded.

use serde_json::{Value, json};

/// What came of one look.
#[derive(Debug)]
pub struct Outcome {
    /// The line on which it was recorded.
    pub line: usize,
    /// What it is called.
    pub name: String,
    /// What came, if something did.
    pub came: Option<String>,
    /// What was otherwise; nothing if it is the same.
    pub faults: Vec<String>,
}

impl Outcome {
    /// For people: a line, and under one that differs what was expected and what came.
    #[must_use]
    pub fn lines(&self) -> String {
        let Self { line, name, came, faults } = self;
        match (faults.as_slice(), came) {
            ([], Some(came)) => format!("same    line {line}: {name}: {came}"),
            ([], None) => format!("same    line {line}: {name}"),
            (faults, _) => format!("DIFFERS line {line}: {name}\n        {}", faults.join("\n        ")),
        }
    }
}

/// What came of all of them.
#[derive(Debug, Default)]
pub struct Report {
    /// In the order of the file.
    pub outcomes: Vec<Outcome>,
}

impl Report {
    /// How many differ.
    #[must_use]
    pub fn different(&self) -> usize {
        self.outcomes.iter().filter(|outcome| !outcome.faults.is_empty()).count()
    }

    /// How many there are, and how many differ.
    #[must_use]
    pub fn summary(&self) -> String {
        let (all, different) = (self.outcomes.len(), self.different());
        match different {
            0 => format!("{all} recorded, all the same"),
            _ => format!("{all} recorded, {different} DIFFER"),
        }
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let outcome = |Outcome { line, name, came, faults }: &Outcome| json!({"line": line, "name": name, "same": faults.is_empty(), "came": came, "differences": faults});
        let outcomes: Vec<Value> = self.outcomes.iter().map(outcome).collect();
        json!({"recorded": self.outcomes.len(), "different": self.different(), "outcomes": outcomes})
    }
}
