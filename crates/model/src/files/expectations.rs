//! Files of `tests/` → [`Expectations`], as strictly as definitions are read.

use super::tree::{self, Node, Value};
use super::{MAX_LENGTH, located, name_in, typed};
use crate::access::Definitions;
use crate::expectation::Expectations;
use crate::expectation::check::{Given, check};
use crate::expectation::written::WrittenFile;
use crate::problem::{Position, Problem, Report, unknown};
use std::collections::BTreeMap;

/// Reads the texts of the files of `tests/`, by names such as `tests/stations.yaml`, and checks that what they name is
/// in `definitions`, which hold.
///
/// # Errors
/// Everything that is wrong, at its file, line and member.
pub fn read_expectations(
    files: &BTreeMap<String, String>,
    definitions: &Definitions,
) -> Result<Expectations, Vec<Problem>> {
    let (mut trees, mut written, mut report) = (BTreeMap::new(), BTreeMap::new(), Report::default());
    for (file, text) in files {
        let Some(tree) = parse(file, text, &mut report) else { continue };
        written.extend(read(&tree, file, &mut report).map(|read| (file.clone(), read)));
        trees.insert(file.clone(), tree);
    }
    let given: Given = trees.iter().map(|(file, tree)| (file.clone(), given(tree))).collect();
    let mut checked = check(written, &given, definitions, &mut report);
    for (file, expectations) in &mut checked.files {
        let list = Position::top(file).member("expectations");
        for (index, expectation) in expectations.iter_mut().enumerate() {
            let steps = list.item(index);
            expectation.line = trees.get(file).map_or(0, |tree| tree.line(steps.steps()));
        }
    }
    report.finish(checked).map_err(|problems| located(problems, &trees))
}

fn parse(file: &str, text: &str, report: &mut Report) -> Option<Node> {
    let top = Position::top(file);
    if name_in("tests", file).is_none() {
        report.add(&top, unknown("file", file, ["tests/NAME.yaml"]));
        return None;
    }
    if text.len() > MAX_LENGTH {
        report.add(&top, format!("{} bytes: expected at most {MAX_LENGTH}", text.len()));
        return None;
    }
    tree::parse(text).map_err(|error| report.add_at(&top, error.line, error.message)).ok()
}

/// An empty file expects nothing.
fn read(tree: &Node, file: &str, report: &mut Report) -> Option<WrittenFile> {
    match tree.value() {
        Value::Scalar(serde_json::Value::Null) => Some(WrittenFile::default()),
        _ => typed(tree, &Position::top(file), report),
    }
}

/// The members of each expectation, by which it is seen what does not belong together.
fn given(tree: &Node) -> Vec<Vec<String>> {
    let Value::Mapping(members) = tree.value() else { return Vec::new() };
    let list = members.iter().find(|member| member.name == "expectations").map(|member| member.node.value());
    let Some(Value::List(items)) = list else { return Vec::new() };
    let names = |item: &Node| match item.value() {
        Value::Mapping(members) => members.iter().map(|member| member.name.clone()).collect(),
        _ => Vec::new(),
    };
    items.iter().map(names).collect()
}
