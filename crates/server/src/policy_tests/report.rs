//! What came of all expectations, as lines for people.

use super::compare::Faults;
use std::fmt::Write as _;

/// What came of one expectation.
#[derive(Debug)]
pub struct Outcome {
    /// Its file.
    pub file: String,
    /// The line on which it begins.
    pub line: u64,
    /// The sentence.
    pub name: String,
    /// What was otherwise; nothing if it holds.
    pub faults: Faults,
}

impl Outcome {
    /// Whether it holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.faults.is_empty()
    }
}

/// What came of all of them.
#[derive(Debug, Default)]
pub struct Report {
    /// In the order of files and lines.
    pub outcomes: Vec<Outcome>,
    /// What no expectation has exercised.
    pub unexercised: Vec<String>,
}

impl Report {
    /// How many do not hold.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.outcomes.iter().filter(|outcome| !outcome.holds()).count()
    }

    /// The outcomes of each file.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, Vec<&Outcome>)> {
        let of_a_file = self.outcomes.chunk_by(|one, next| one.file == next.file);
        of_a_file.filter_map(|outcomes| Some((outcomes.first()?.file.as_str(), outcomes.iter().collect())))
    }

    /// A line for each expectation, and under one that does not hold what was expected and what came.
    #[must_use]
    pub fn lines(&self) -> String {
        let mut lines = String::new();
        for Outcome { file, line, name, faults } in &self.outcomes {
            let verdict = if faults.is_empty() { "ok    " } else { "FAILED" };
            let _written = writeln!(lines, "{verdict} {file}:{line}: {name}");
            for fault in faults {
                let _written = writeln!(lines, "       {fault}");
            }
        }
        lines
    }

    /// How many there are and how many hold.
    #[must_use]
    pub fn summary(&self) -> String {
        let (all, failed) = (self.outcomes.len(), self.failed());
        match failed {
            0 => format!("{all} expectations, all hold"),
            _ => format!("{all} expectations, {failed} FAILED"),
        }
    }

    /// What no expectation has exercised, a line for each.
    #[must_use]
    pub fn coverage(&self) -> String {
        match self.unexercised.as_slice() {
            [] => "coverage: everything is exercised".to_owned(),
            some => format!("coverage: not exercised by any expectation:\n  {}", some.join("\n  ")),
        }
    }

    /// The whole of it as JUnit XML.
    #[must_use]
    pub fn junit(&self) -> String {
        super::junit::document(self)
    }
}
