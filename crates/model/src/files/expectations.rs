//! Files of `tests/` → [`Expectations`], as strictly as definitions are read.

use super::tree::{Node, Value};
use super::{OF_A_THING, located, name_in, typed};
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
    OF_A_THING.parse(&top, text, report)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::read as definitions;
    use proptest::prelude::*;

    fn problems(text: &str) -> Vec<String> {
        let file = |name: &str, text: &str| BTreeMap::from([(name.to_owned(), text.to_owned())]);
        let organization = definitions(&file("vitrine.yaml", "name: Contrail\n")).unwrap();
        let outcome = read_expectations(&file("tests/a.yaml", text), organization.definitions());
        outcome.err().unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn nothing_written_expects_nothing_and_lists_are_read_strictly() {
        assert_eq!(problems("# none yet\n"), Vec::<String>::new());
        for (text, expected) in [
            ("personas: []\n", "tests/a.yaml:1: personas: found sequence: expected a map"),
            ("expectations:\n  - as: a\n", "tests/a.yaml:2: expectations[0]: missing member `name`"),
            (
                "expectations:\n  - {name: a, as: []}\n",
                "tests/a.yaml:2: expectations[0].as: no persona: expected its name, or a list",
            ),
            (
                "expectations: []\nexpectations: []\n",
                "tests/a.yaml:2: duplicate mapping key `expectations` is not allowed here",
            ),
        ] {
            assert_eq!(problems(text), [expected]);
        }
        assert_eq!(problems(&" ".repeat(OF_A_THING.bytes + 1)).len(), 1);
    }

    proptest! {
        #[test]
        fn no_text_stops_the_reader(text in "(\\PC|[-:,#'\"\\[\\]{}&*!\n ])*") {
            let _answered = problems(&text);
        }
    }
}
