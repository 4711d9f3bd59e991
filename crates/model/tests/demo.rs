//! The demo passes every check; each way to break it is found, with file, line, field and what was expected.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot build its own input should stop")]

use model::access::Definitions;
use model::files::{Written, read, schema, schema_kind, to_json};
use model::name::{ModelName, TableName};
use model::problem::Problem;
use model::rule::{Applies, RowPolicy};
use model::snapshot::{Ids, Kind, Snapshot};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The texts of `demo/*.yaml`, `demo/models/*.yaml` and `demo/workbooks/*.yaml`.
fn demo() -> BTreeMap<String, String> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo"));
    ["", "models", "workbooks"].into_iter().flat_map(|part| texts(&folder, part)).collect()
}

fn texts(folder: &Path, part: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder.join(part)).unwrap().map(|entry| entry.unwrap().path());
    let yaml = entries.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    let name = |path: &Path| path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
    yaml.map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect()
}

fn fine<T>(outcome: Result<T, Vec<Problem>>) -> T {
    outcome.unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn written() -> Written {
    fine(read(&demo()))
}

fn policies<'a>(snapshot: &'a Snapshot, model: &str, table: &str) -> &'a [RowPolicy] {
    let table = (ModelName::new(model).unwrap(), TableName::new(table).unwrap());
    snapshot.policies.get(&table).unwrap()
}

#[test]
fn the_demo_passes() {
    let snapshot = fine(written().check());
    let accounts = policies(&snapshot, "accounts", "accounts");
    let names: Vec<&str> = accounts.iter().map(|policy| policy.name.as_str()).collect();
    assert_eq!(names, ["customers_see_their_account", "tenants_see_their_accounts", "nobody_sees_deleted"]);
    assert_eq!(accounts.last().map(|policy| &policy.applies), Some(&Applies::RestrictAll));
    assert_eq!(policies(&snapshot, "flights", "flights").len(), 2);
    assert_eq!(snapshot.policies.len(), 3, "shared tables have no policies");
    assert_eq!(snapshot.tenants.iter().count(), 19);
}

#[test]
fn definitions_are_the_same_after_a_journey_through_json() {
    let definitions = written().definitions().clone();
    let json = serde_json::to_string(&definitions).unwrap();
    assert_eq!(serde_json::from_str::<Definitions>(&json).unwrap(), definitions);
}

#[test]
fn a_name_without_an_id_builds_nothing() {
    let definitions = written().definitions().clone();
    let all = definitions.named().map(|(kind, name)| ((kind, name.clone()), name));
    let some = Ids::new(all.filter(|((kind, name), _)| (*kind, name.as_str()) != (Kind::Team, "Auditors")));
    let problems = Snapshot::build(definitions, &some, 1).unwrap_err();
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["teams.yaml: team `Auditors` has no id: expected one for it"]);
}

#[test]
fn defaults_that_open_rows_are_listed() {
    assert_eq!(fine(written().check()).policy_defaults().count(), 0);
    let mut files = demo();
    let attributes = files.get_mut("attributes.yaml").unwrap();
    attributes.push_str("    default: South\n    default_in_policies: true\n");
    let snapshot = fine(read(&files).and_then(|written| written.check()));
    let names: Vec<&str> = snapshot.policy_defaults().map(|name| name.as_str()).collect();
    assert_eq!(names, ["region"]);
}

/// Policies and keys know the organization's teams only, so that no tenant decides who sees rows.
#[test]
fn a_tenants_own_team_stands_in_no_policy_and_no_key() {
    let expected = "`delta/Crew` is a tenant's own team: expected one of the organization's";
    for (file, old, new) in [
        ("models/flights.yaml", "teams: [Station managers, Analysts]", "teams: [Station managers, delta/Crew]"),
        ("models/flights.yaml", "rule: carrier =", "rule: in_team('delta/Crew') AND carrier ="),
        ("embed_keys.yaml", "      teams: any", "      teams: [delta/Crew]"),
        ("members.yaml", "teams: [Analysts]", "teams: [delta/Crew]"),
    ] {
        let mut files = demo();
        files.get_mut("teams.yaml").unwrap().push_str("  - name: delta/Crew\n");
        assert!(read(&files).and_then(|written| written.check().map(drop)).is_ok());
        let text = files.get_mut(file).unwrap();
        assert!(text.contains(old), "{old}");
        *text = text.replacen(old, new, 1);
        let problems = read(&files).and_then(|written| written.check().map(drop)).err().unwrap_or_default();
        assert!(problems.iter().any(|problem| problem.message.contains(expected)), "{file}: {problems:?}");
    }
}

#[test]
fn every_way_to_break_the_demo_is_found() {
    for case in include_str!("broken_demo.txt").split("\n\n").skip(1) {
        let found = problems_after(case);
        let expected = lines(case, '!').join("\n");
        assert!(found.contains(&expected), "{case}\n\nfound {found:#?}");
    }
}

/// Texts in a language of their own, which reading takes apart and a schema cannot: templates, formulas, links.
const TAKEN_APART: &[&str] = &["`{{", "at character ", "is no address with fields"];

/// What reading by itself finds, before anything is looked up, an editor finds too by the schema of the file.
#[test]
fn schemas_refuse_every_break_of_shape() {
    let (mut refused, mut unseen, mut validators) = (0, Vec::new(), BTreeMap::new());
    for case in include_str!("broken_demo.txt").split("\n\n").skip(1) {
        let (file, _) = case.split_once('\n').unwrap();
        let files = broken(case);
        let kind = schema_kind(file).unwrap();
        let validator =
            validators.entry(kind).or_insert_with(|| jsonschema::draft7::new(&schema(kind).unwrap()).unwrap());
        let Some(value) = to_json(&files[file]) else { continue };
        let Err(problems) = read(&files) else { continue };
        let is_taken_apart = |problem: &Problem| TAKEN_APART.iter().any(|text| problem.message.contains(text));
        let seen = !validator.is_valid(&value);
        if !seen && !problems.iter().any(is_taken_apart) {
            unseen.push(problems.iter().map(ToString::to_string).collect::<Vec<_>>());
        }
        refused += usize::from(seen);
    }
    assert!(unseen.is_empty(), "{unseen:#?}");
    assert!(refused > 20, "{refused}");
}

/// The problems of the demo with one text of one file replaced.
fn problems_after(case: &str) -> Vec<String> {
    let files = broken(case);
    let problems = read(&files).and_then(|written| written.check().map(drop)).err().unwrap_or_default();
    problems.iter().map(ToString::to_string).collect()
}

/// The demo with one text of one file replaced.
fn broken(case: &str) -> BTreeMap<String, String> {
    let mut files = demo();
    let (file, _) = case.split_once('\n').unwrap();
    let (old, new) = (lines(case, '-').join("\n"), lines(case, '+').join("\n"));
    let text = files.get_mut(file).unwrap_or_else(|| panic!("no file {file}"));
    assert!(text.contains(&old), "`{old}` is not in {file}");
    *text = text.replacen(&old, &new, 1);
    files
}

/// What follows the mark, and one blank, on the lines of a case that begin with it.
fn lines(case: &str, mark: char) -> Vec<&str> {
    let marked = case.lines().filter_map(|line| line.strip_prefix(mark));
    marked.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect()
}
