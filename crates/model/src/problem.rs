//! What is wrong with the definitions, and where.

use std::fmt;

/// One step from a value to a value inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The member of that name.
    Member(String),
    /// The item at that index, from zero.
    Item(usize),
    /// The entry of a set, whose order is not that of the file, by what is written there.
    Entry(String),
}

/// A place in the definitions: a file, and the way from its top to one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    file: String,
    steps: Vec<Step>,
}

impl Position {
    /// The top of a file, named relative to the folder of definitions.
    pub fn top(file: impl Into<String>) -> Self {
        Self { file: file.into(), steps: Vec::new() }
    }

    /// The list that fills the file of its own name, such as `teams` in `teams.yaml`.
    #[must_use]
    pub fn list(name: &str) -> Self {
        Self::top(format!("{name}.yaml")).member(name)
    }

    /// The member of that name of the value that stands here.
    #[must_use]
    pub fn member(&self, name: impl fmt::Display) -> Self {
        self.step(Step::Member(name.to_string()))
    }

    /// The item at that index of the value that stands here.
    #[must_use]
    pub fn item(&self, index: usize) -> Self {
        self.step(Step::Item(index))
    }

    /// The entry of the set that stands here, as written.
    #[must_use]
    pub fn entry(&self, written: impl fmt::Display) -> Self {
        self.step(Step::Entry(written.to_string()))
    }

    /// The file's name relative to the folder of definitions.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The way from the top of the file.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The way as people write it: `tables.flights.row_policies[0].rule`. Empty for the file as a whole.
    #[must_use]
    pub fn field(&self) -> String {
        let mut field = String::new();
        for step in &self.steps {
            match step {
                Step::Item(index) => field.push_str(&format!("[{index}]")),
                Step::Entry(name) => field.push_str(&format!("[{name}]")),
                Step::Member(name) if name.contains('.') => field.push_str(&format!("[{name}]")),
                Step::Member(name) if field.is_empty() => field.push_str(name),
                Step::Member(name) => field.push_str(&format!(".{name}")),
            }
        }
        field
    }

    fn step(&self, step: Step) -> Self {
        let steps = self.steps.iter().cloned().chain([step]).collect();
        Self { file: self.file.clone(), steps }
    }
}

/// One thing that is wrong with the definitions. Written as
/// ``models/flights.yaml:12: tables.flights.row_policies[0].rule: unknown column `carier`: expected one of …``.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub position: Position,
    /// The line of the file, from one. `None` where the definitions were not read from files.
    pub line: Option<u64>,
    /// What was found, in backticks, and what was expected.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.position.file())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        let field = self.position.field();
        if !field.is_empty() {
            write!(f, ": {field}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for Problem {}

/// Gathers problems, so that one run finds as many as it can.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<Problem>);

impl Report {
    /// Notes a problem.
    pub(crate) fn add(&mut self, position: &Position, message: impl Into<String>) {
        self.add_at(position, None, message);
    }

    /// Notes a problem whose line is known already.
    pub(crate) fn add_at(&mut self, position: &Position, line: Option<u64>, message: impl Into<String>) {
        self.0.push(Problem { position: position.clone(), line, message: message.into() });
    }

    /// Notes a problem unless `fine`.
    pub(crate) fn expect(&mut self, fine: bool, position: &Position, message: impl FnOnce() -> String) {
        if !fine {
            self.add(position, message());
        }
    }

    /// Notes the problem of an error. `None` if there was one.
    pub(crate) fn value<T, E: fmt::Display>(&mut self, position: &Position, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.add(position, error.to_string())).ok()
    }

    /// All of them, or `outcome` if there are none.
    pub(crate) fn finish<T>(self, outcome: T) -> Result<T, Vec<Problem>> {
        if self.0.is_empty() { Ok(outcome) } else { Err(self.0) }
    }

    /// All of them.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.0
    }
}

/// The message about a name that nothing has, with the names there are.
pub(crate) fn unknown(what: &str, name: impl fmt::Display, known: impl IntoIterator<Item: fmt::Display>) -> String {
    format!("unknown {what} `{name}`: expected {}", one_of(known))
}

/// `one of `a`, `b``, at most twenty of them.
pub(crate) fn one_of(names: impl IntoIterator<Item: fmt::Display>) -> String {
    const MOST: usize = 20;
    let mut names: Vec<String> = names.into_iter().take(MOST + 1).map(|name| format!("`{name}`")).collect();
    if names.len() > MOST {
        names.truncate(MOST);
        names.push("…".to_owned());
    }
    match names.as_slice() {
        [] => "none, for there are none".to_owned(),
        [only] => only.clone(),
        several => format!("one of {}", several.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_file_line_field_and_message() {
        let position =
            Position::top("models/flights.yaml").member("explores").member("flights").member("joins").item(1);
        let position = position.member("on").member("flights.carrier");
        let message = unknown("column", "cod", ["carrier", "name"]);
        let mut problem = Problem { position, line: None, message };
        let rest =
            "explores.flights.joins[1].on[flights.carrier]: unknown column `cod`: expected one of `carrier`, `name`";
        assert_eq!(problem.to_string(), format!("models/flights.yaml: {rest}"));
        problem.line = Some(12);
        assert_eq!(problem.to_string(), format!("models/flights.yaml:12: {rest}"));
    }

    #[test]
    fn long_lists_of_names_are_cut() {
        assert!(one_of(0..21).ends_with("`19`, …"));
        assert!(one_of(0..20).ends_with("`19`"));
        assert_eq!(one_of([0; 0]), "none, for there are none");
    }
}
