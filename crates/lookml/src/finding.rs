//! What the reader of a project has to know.

use crate::syntax::Place;
use std::collections::BTreeSet;
use std::fmt;

/// Something that is not in the models as it is in LookML.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, relative to the project.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What it comes to.
    pub weight: Weight,
    /// What was found, and what became of it.
    pub message: String,
}

/// What a finding comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Something is missing or looks different: nobody sees less or more for it.
    Note,
    /// Something is not there, or nobody sees rows of it, because it was not understood.
    Closed,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.weight {
            Weight::Note => "note",
            Weight::Closed => "closed",
        };
        write!(f, "{}:{}: {word}: {}", self.file, self.line, self.message)
    }
}

/// Gathers findings, each once, in the order of files and lines.
#[derive(Debug, Default)]
pub(crate) struct Findings(BTreeSet<Finding>);

impl Findings {
    pub(crate) fn note(&mut self, place: &Place, message: impl Into<String>) {
        self.add(place, Weight::Note, message.into());
    }

    pub(crate) fn closed(&mut self, place: &Place, message: impl Into<String>) {
        self.add(place, Weight::Closed, message.into());
    }

    fn add(&mut self, place: &Place, weight: Weight, message: String) {
        let (file, line) = (place.file.to_string(), place.line);
        self.0.insert(Finding { file, line, weight, message });
    }

    pub(crate) fn into_vec(self) -> Vec<Finding> {
        self.0.into_iter().collect()
    }
}
