//! Files of definitions → [`Definitions`], with every problem at its file, line and field.
//!
//! One file a kind of thing, named after it and holding a list under that name; one file for each model and each
//! workbook, named after it. Only `vitrine.yaml` must be there.

mod expectations;
mod lean;
mod schema;
mod tree;
mod write;

pub use self::expectations::read_expectations;
pub use self::schema::{schema, schema_kind, schema_kinds};
use self::tree::{Node, Value};
pub use self::write::{is_of_definitions, write};
use crate::access::Definitions;
use crate::name::NameError;
use crate::problem::{Position, Problem, Report, one_of, unknown};
use crate::snapshot::{Ids, Snapshot};
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use std::collections::BTreeMap;

/// Files that hold a list under their own name.
const LISTS: &[&str] = &[
    "account_types",
    "attributes",
    "connections",
    "embed_keys",
    "grants",
    "identity_providers",
    "issuers",
    "members",
    "teams",
    "tenants",
    "workspaces",
];

const ORGANIZATION: &str = "vitrine.yaml";

/// The largest folder of definitions, all files together, in bytes.
pub const LARGEST_FOLDER: usize = 64_000_000;

/// How large a file may be.
#[derive(Debug, Clone, Copy)]
struct Limit {
    /// In bytes.
    bytes: usize,
    /// In values: texts, numbers, lists, mappings, and names of members.
    nodes: usize,
}

/// Of one thing: a model, a workbook, the organization, what is expected of them.
const OF_A_THING: Limit = Limit { bytes: 1_000_000, nodes: 100_000 };

/// Of a list, which may be all that there is.
const OF_A_LIST: Limit = Limit { bytes: LARGEST_FOLDER, nodes: 10_000_000 };

/// Definitions as they were written, which still know their lines.
#[derive(Debug, Clone)]
pub struct Written {
    definitions: Definitions,
    trees: BTreeMap<String, Node>,
}

/// Reads the texts of all `.yaml` files of a folder, by their names relative to it with `/` between folders.
///
/// Whether the things they name exist is seen afterwards, by [`Written::check`].
pub fn read(files: &BTreeMap<String, String>) -> Result<Written, Vec<Problem>> {
    let mut reader = Reader::default();
    let mut bytes = 0_usize;
    for (file, text) in files {
        bytes = bytes.saturating_add(text.len());
        if bytes > LARGEST_FOLDER {
            return Err(vec![too_large(file)]);
        }
        reader.parse(file, text);
    }
    let definitions = reader.definitions();
    let problems = reader.report.into_problems();
    match definitions {
        Some(definitions) if problems.is_empty() => Ok(Written { definitions, trees: reader.trees }),
        _ => Err(located(problems, &reader.trees)),
    }
}

/// A text of YAML as JSON, as strictly as files are read; `None`: it is no YAML that is read.
#[must_use]
pub fn to_json(text: &str) -> Option<serde_json::Value> {
    tree::parse(text, OF_A_LIST.nodes).ok().map(|tree| tree.to_json())
}

/// What is said of a folder that is too large, at the file with which it becomes so.
#[must_use]
pub fn too_large(file: &str) -> Problem {
    let message = format!("all files together are too long: expected at most {LARGEST_FOLDER} bytes");
    Problem { position: Position::top(file), line: None, message }
}

impl Limit {
    /// Of a file of definitions of that name.
    fn of(file: &str) -> Self {
        if list_in(file).is_some() { OF_A_LIST } else { OF_A_THING }
    }

    /// The tree of a text that is within it.
    fn parse(self, top: &Position, text: &str, report: &mut Report) -> Option<Node> {
        let Self { bytes, nodes } = self;
        if text.len() > bytes {
            report.add(top, format!("{} bytes: expected at most {bytes}", text.len()));
            return None;
        }
        tree::parse(text, nodes).map_err(|error| report.add_at(top, error.line, error.message)).ok()
    }
}

/// `teams` of `teams.yaml`, if such a list there is.
fn list_in(file: &str) -> Option<&str> {
    file.strip_suffix(".yaml").filter(|name| LISTS.contains(name))
}

impl Written {
    /// What was written.
    #[must_use]
    pub const fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    /// Checks everything, as loading would, with ids made from names.
    pub fn check(&self) -> Result<Snapshot, Vec<Problem>> {
        let ids = Ids::from_names(&self.definitions);
        let strangers = crate::check::strangers(&self.definitions).err().unwrap_or_default();
        match Snapshot::build(self.definitions.clone(), &ids, 0) {
            Ok(snapshot) if strangers.is_empty() => Ok(snapshot),
            Ok(_) => Err(located(strangers, &self.trees)),
            Err(problems) => Err(located(problems.into_iter().chain(strangers).collect(), &self.trees)),
        }
    }
}

/// The problems with their lines, in the order of files and lines.
fn located(mut problems: Vec<Problem>, trees: &BTreeMap<String, Node>) -> Vec<Problem> {
    for problem in &mut problems {
        let tree = trees.get(problem.position.file());
        problem.line = problem.line.or_else(|| tree.map(|tree| tree.line(problem.position.steps())));
    }
    problems.sort_by(|a, b| (a.position.file(), a.line).cmp(&(b.position.file(), b.line)));
    problems
}

#[derive(Default)]
struct Reader {
    trees: BTreeMap<String, Node>,
    report: Report,
    /// How many there are in all trees until now.
    nodes: usize,
}

impl Reader {
    fn parse(&mut self, file: &str, text: &str) {
        let top = Position::top(file);
        if !is_of_definitions(file) {
            let lists = LISTS.iter().map(|name| format!("{name}.yaml"));
            let others =
                [ORGANIZATION, "models/NAME.yaml", "workbooks/NAME.yaml", "workbooks/NAME@TAG.yaml"].map(str::to_owned);
            return self.report.add(&top, unknown("file", file, lists.chain(others)));
        }
        let limit = Limit::of(file);
        let left = Limit { nodes: limit.nodes.min(OF_A_LIST.nodes.saturating_sub(self.nodes)), ..limit };
        if let Some(tree) = left.parse(&top, text, &mut self.report) {
            self.nodes = self.nodes.saturating_add(tree.count());
            self.trees.insert(file.to_owned(), tree);
        }
    }

    fn definitions(&mut self) -> Option<Definitions> {
        let organization = self.organization();
        Some(Definitions {
            issuers: self.list("issuers").into(),
            tenants: self.list("tenants").into(),
            teams: self.list("teams").into(),
            account_types: self.list("account_types").into(),
            attributes: self.list("attributes").into(),
            members: self.list("members"),
            workspaces: self.list("workspaces").into(),
            grants: self.list("grants").into(),
            embed_keys: self.list("embed_keys").into(),
            identity_providers: self.list("identity_providers").into(),
            connections: self.list("connections").into(),
            models: self.folder("models", |_| true).into(),
            workbooks: self.folder("workbooks", |name| !name.contains('@')).into(),
            tags: self.folder("workbooks", |name| name.contains('@')).into(),
            organization: organization?,
        })
    }

    fn organization<T: DeserializeOwned>(&mut self) -> Option<T> {
        let top = Position::top(ORGANIZATION);
        match self.trees.get(ORGANIZATION) {
            Some(tree) => typed(tree, &top, &mut self.report),
            None => {
                self.report.add(&top, "no such file: expected the organization's name and switches");
                None
            }
        }
    }

    fn list<T: DeserializeOwned>(&mut self, name: &str) -> Vec<T> {
        let list = Position::list(name);
        let Some(tree) = self.trees.get(list.file()) else { return Vec::new() };
        let items = only_member(tree, name, &list, &mut self.report).unwrap_or_default();
        let typed = items.iter().enumerate().map(|(index, item)| typed(item, &list.item(index), &mut self.report));
        typed.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    fn folder<N, T>(&mut self, folder: &str, fits: fn(&str) -> bool) -> BTreeMap<N, T>
    where
        N: TryFrom<String, Error = NameError> + Ord,
        T: DeserializeOwned,
    {
        let mut things = BTreeMap::new();
        for (file, tree) in &self.trees {
            let Some(name) = name_in(folder, file).filter(|name| fits(name)) else { continue };
            let top = Position::top(file);
            let name = self.report.value(&top, N::try_from(name.to_owned()));
            let thing = typed(tree, &top, &mut self.report);
            things.extend(name.zip(thing));
        }
        things
    }
}

/// `flights` of `models/flights.yaml`.
fn name_in<'a>(folder: &str, file: &'a str) -> Option<&'a str> {
    let name = file.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(".yaml")?;
    (!name.contains('/')).then_some(name)
}

/// The items under the one member that a list's file may have. Nothing written is an empty list.
fn only_member<'t>(tree: &'t Node, name: &str, list: &Position, report: &mut Report) -> Option<&'t [Node]> {
    let top = Position::top(list.file());
    let Value::Mapping(members) = tree.value() else {
        let empty = matches!(tree.value(), Value::Scalar(serde_json::Value::Null));
        report.expect(empty, &top, || format!("no mapping: expected {} with a list", one_of([name])));
        return None;
    };
    for member in members.iter().filter(|member| member.name != name) {
        report.add(&top.member(&member.name), unknown("member", &member.name, [name]));
    }
    match members.iter().find(|member| member.name == name)?.node.value() {
        Value::List(items) => Some(items),
        Value::Scalar(serde_json::Value::Null) => None,
        _ => {
            report.add(list, "no list: expected items that begin with `-`");
            None
        }
    }
}

/// The tree as a value of our own types.
fn typed<T: DeserializeOwned>(tree: &Node, position: &Position, report: &mut Report) -> Option<T> {
    let error = match serde_path_to_error::deserialize(tree.to_json()) {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    let position = error.path().iter().fold(position.clone(), |position, segment| match segment {
        Segment::Seq { index } => position.item(*index),
        Segment::Map { key } | Segment::Enum { variant: key } => position.member(key),
        Segment::Unknown => position,
    });
    report.add(&position, reworded(&error.into_inner().to_string()));
    None
}

/// Serde's message in the words of YAML: found in backticks, and what was expected.
fn reworded(message: &str) -> String {
    let found_and_expected = message.split_once(", expected ");
    let (found, expected) = found_and_expected.map_or((message, None), |(found, expected)| (found, Some(expected)));
    let found = match found.strip_prefix("invalid type: ").or_else(|| found.strip_prefix("invalid value: ")) {
        Some(found) => format!("found {}", found.replace('"', "`")),
        _ => found.replacen(" field ", " member ", 1).replacen("unknown variant ", "unknown word ", 1),
    };
    match expected {
        Some(expected) => format!("{found}: expected {}", expected_in_yaml(expected)),
        None => found,
    }
}

fn expected_in_yaml(expected: &str) -> &str {
    match expected {
        "a sequence" => "a list",
        "map with a single key" => "a mapping with one member",
        "string or map" => "a word or a mapping",
        "u8" | "u32" | "usize" => "a whole number",
        _ if expected.starts_with("struct ") => "a mapping",
        _ => expected,
    }
}

#[cfg(test)]
mod tests;
