//! What is wrong with the definitions, and where.

use crate::built_in::ACTIVITY;
use std::cmp::Reverse;
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
    let name = name.to_string();
    let expected = one_of_like(&name, known);
    format!("unknown {what} `{name}`: expected {}", expected.unwrap_or_else(none))
}

/// ``one of `a`, `b` ``, or the only one.
pub(crate) fn one_of(names: impl IntoIterator<Item: fmt::Display>) -> String {
    one_of_like("", names).unwrap_or_else(none)
}

fn none() -> String {
    "none, for there are none".to_owned()
}

/// ``one of `a`, `b` ``, or the only one: at most twenty. Of more, the ten that are written most like `sought`, and how many
/// there are beside them. `None`: there are none. What is built in is nobody's to name.
pub fn one_of_like(sought: &str, names: impl IntoIterator<Item: fmt::Display>) -> Option<String> {
    const MOST: usize = 20;
    const NEAREST: usize = 10;
    let mut nearest: Vec<(Reverse<isize>, usize, String)> = Vec::new();
    let mut count = 0;
    for name in names.into_iter().map(|name| name.to_string()).filter(|name| name != ACTIVITY) {
        nearest.push((Reverse(alikeness(sought, &name)), count, name));
        count += 1;
        if nearest.len() > 2 * MOST {
            nearest.sort();
            nearest.truncate(MOST);
        }
    }
    nearest.sort();
    let told = if count > MOST { NEAREST } else { count };
    nearest.truncate(told);
    nearest.sort_by_key(|(_, place, _)| *place);
    let names = nearest.iter().map(|(.., name)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match count - nearest.len() {
        0 if count == 0 => None,
        0 if count == 1 => Some(names),
        0 => Some(format!("one of {names}")),
        others => Some(format!("one of {names} and {others} more")),
    }
}

/// How much of two names is the same at their beginnings and ends, whatever the case of letters; longer and shorter ones less.
fn alikeness(one: &str, other: &str) -> isize {
    let same = |(one, other): &(u8, u8)| one.eq_ignore_ascii_case(other);
    let begins = one.bytes().zip(other.bytes()).take_while(same).count();
    let most = one.len().min(other.len()) - begins;
    let ends = one.bytes().rev().zip(other.bytes().rev()).take(most).take_while(same).count();
    let difference = one.len().abs_diff(other.len());
    2 * isize::try_from(begins + ends).unwrap_or(isize::MAX / 2) - isize::try_from(difference).unwrap_or(isize::MAX / 2)
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
    fn of_many_names_the_nearest_are_told() {
        assert!(one_of(0..20).ends_with("`18`, `19`"));
        assert_eq!(one_of(["a"]), "`a`");
        assert_eq!(one_of([0; 0]), "none, for there are none");
        let teams = || (0..10_000).map(|number| format!("Team {number}"));
        let told = one_of_like("Taem 4711", teams()).unwrap();
        assert!(told.starts_with("one of ") && told.ends_with(" and 9990 more"), "{told}");
        assert!(told.contains("`Team 4711`") && told.matches('`').count() == 20, "{told}");
        let told = one_of_like("team 47110", teams()).unwrap();
        assert!(told.contains("`Team 4711`"), "{told}");
        assert!(unknown("team", "", teams()).len() < 200);
    }
}
