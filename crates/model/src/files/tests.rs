//! What files of definitions may look like, and what is said about those that may not.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn files<const N: usize>(files: [(&str, &str); N]) -> BTreeMap<String, String> {
    let organization = (ORGANIZATION, "name: Contrail\n");
    [organization].into_iter().chain(files).map(|(file, text)| (file.to_owned(), text.to_owned())).collect()
}

/// The problems of one file beside a `vitrine.yaml` that has none.
fn problems(file: &str, text: &str) -> Vec<String> {
    let outcome = read(&files([(file, text)]));
    outcome.err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn files_that_are_absent_or_empty_define_nothing() {
    let written =
        read(&files([("teams.yaml", ""), ("tenants.yaml", "tenants:\n"), ("issuers.yaml", "# none yet\n")])).unwrap();
    assert!(written.definitions().teams.is_empty());
    assert!(written.check().is_ok());
}

#[test]
fn an_organization_is_required() {
    let problems = read(&BTreeMap::new()).unwrap_err();
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["vitrine.yaml: no such file: expected the organization's name and switches"]);
}

#[test]
fn what_cannot_be_read_is_found_with_file_line_and_field() {
    for (file, text, expected) in [
        ("team.yaml", "", "team.yaml: unknown file `team.yaml`: expected one of `account_types.yaml`, "),
        ("models/a/b.yaml", "", "models/a/b.yaml: unknown file `models/a/b.yaml`: expected one of "),
        ("teams.yaml", "teams: [", "teams.yaml:1: "),
        ("teams.yaml", "- name: A\n", "teams.yaml:1: no mapping: expected `teams` with a list"),
        ("teams.yaml", "teams: {name: A}\n", "teams.yaml:1: teams: no list: expected items that begin with `-`"),
        ("teams.yaml", "teams: []\n\nteam: []\n", "teams.yaml:3: team: unknown member `team`: expected `teams`"),
        (
            "teams.yaml",
            "teams:\n  - name: A\n    ranks: 1\n",
            "teams.yaml:3: teams[0].ranks: unknown member `ranks`: expected one of `name`, `rank`, `on_demand`, `members_of`, `administrators`, `attributes`",
        ),
        ("teams.yaml", "teams:\n  - rank: 1\n", "teams.yaml:2: teams[0]: missing member `name`"),
        (
            "teams.yaml",
            "teams:\n  - name: A\n    rank: low\n",
            "teams.yaml:3: teams[0].rank: found string `low`: expected a whole number",
        ),
        ("teams.yaml", "teams:\n  - A\n", "teams.yaml:2: teams[0]: found string `A`: expected a mapping"),
        (
            "tenants.yaml",
            "tenants:\n  - name: Delta\n",
            "tenants.yaml:2: tenants[0].name: `Delta` is not a valid tenant name: expected 1 to 63 ",
        ),
        (
            "account_types.yaml",
            "account_types:\n  - {name: View, permissions: [views]}\n",
            "account_types.yaml:2: account_types[0].permissions[0]: unknown word `views`: expected one of `view`, `explore`, ",
        ),
        (
            "grants.yaml",
            "grants:\n  - to: {teams: A}\n    on: {workbook: a}\n    level: view\n",
            "grants.yaml:2: grants[0].to: unknown word `teams`: expected one of `member`, `embed_member`, `team`, `tenant`, `key`",
        ),
        (
            "embed_keys.yaml",
            "embed_keys:\n  - client_id: a\n    issuer: a\n    secrets: []\n    ceiling:\n      teams:\n        - A\n        - ' '\n",
            "embed_keys.yaml:8: embed_keys[0].ceiling.teams[1]: ` ` is not a valid team name: expected ",
        ),
        (
            "embed_keys.yaml",
            "embed_keys:\n  - {client_id: a, issuer: a, secrets: [], ceiling: {tenants: all}}\n",
            "embed_keys.yaml:2: embed_keys[0].ceiling.tenants: unknown word `all`: expected `any`",
        ),
        (
            "models/a.yaml",
            "connection: files\ntables:\n  a:\n    source: a.csv\n    columns: {a: float}\n",
            "models/a.yaml:5: tables.a.columns.a: `float` is not a type: expected ",
        ),
        (
            "models/a.yaml",
            "connection: files\ntables: {}\nexplores:\n  a:\n    table: a\n    measures:\n      total: {sum: a.b, mean: a.b}\n",
            "models/a.yaml:7: explores.a.measures.total.mean: unknown member `mean`: expected one of `count`, `count_distinct`, ",
        ),
        (
            "models/a.yaml",
            "connection: files\ntables: {}\nexplores:\n  a:\n    table: a\n    measures:\n      total: {sum: a.b, max: a.b}\n",
            "models/a.yaml:7: explores.a.measures.total: 2 aggregates: expected exactly one of `count`, ",
        ),
        (
            "workbooks/a.yaml",
            "title: A\nin: {folder: b}\npages: []\n",
            "workbooks/a.yaml:2: in.folder: `b` is not a folder: expected `workspace/folder`",
        ),
        (
            "workbooks/A.yaml",
            "title: A\nin: {workspace: b}\npages: []\n",
            "workbooks/A.yaml:1: `A` is not a valid workbook name: expected ",
        ),
    ] {
        let found = problems(file, text);
        assert_eq!(found.len(), 1, "{file} {text}: {found:?}");
        assert!(found.iter().all(|problem| problem.starts_with(expected)), "{text}: {found:?}");
    }
}

#[test]
fn the_dangers_of_yaml_are_refused() {
    for (text, expected) in [
        ("teams:\n  - name: A\n    name: B\n", "teams.yaml:3: duplicate mapping key `name` is not allowed here"),
        ("teams: []\nteams: []\n", "teams.yaml:2: duplicate mapping key `teams` is not allowed here"),
        (
            "teams:\n  - &a {name: A}\n",
            "teams.yaml:2: found an anchor or alias: expected every value to be written out",
        ),
        ("teams:\n  - *a\n", "teams.yaml:2: "),
        ("teams:\n  - {<<: {rank: 1}, name: A}\n", "teams.yaml:2: merge key not allowed here"),
        ("teams:\n  - !team {name: A}\n", "teams.yaml:2: unsupported tag `!team`"),
        ("teams: []\n---\nteams: []\n", "teams.yaml:2: found a second document: expected one"),
        ("teams:\n\t- name: A\n", "teams.yaml:2: tabs disallowed within this context (block indentation)"),
    ] {
        let found = problems("teams.yaml", text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found.iter().all(|problem| problem.starts_with(expected)), "{text}: {found:?}");
    }
    let deep = format!("teams: {}{}", "[".repeat(2_000), "]".repeat(2_000));
    assert_eq!(problems("teams.yaml", &deep).len(), 1);
}

#[test]
fn what_is_too_large_is_refused() {
    let of_a_model = |text: &str| problems("models/a.yaml", text);
    assert_eq!(
        of_a_model(&" ".repeat(OF_A_THING.bytes + 1)),
        ["models/a.yaml: 1000001 bytes: expected at most 1000000"]
    );
    let many = format!("tables: [{}]", "[],".repeat(OF_A_THING.nodes));
    assert_eq!(of_a_model(&many), ["models/a.yaml:1: too many values: expected at most 100000"]);
    let blank = " ".repeat(LARGEST_FOLDER - 8);
    let outcome = read(&files([("members.yaml", "members: []\n"), ("teams.yaml", &blank)]));
    let found: Vec<String> = outcome.unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(found, ["teams.yaml: all files together are too long: expected at most 64000000 bytes"]);
}

proptest! {
    #[test]
    fn no_text_stops_the_reader(text in "(\\PC|[-:,#'\"\\[\\]{}&*!\n ])*") {
        let _answered = problems("teams.yaml", &text);
    }
}

#[test]
fn only_true_and_false_are_booleans_and_numbers_are_as_written() {
    let found = problems(ORGANIZATION, "name: Contrail\nautomatic_creation: yes\n");
    assert_eq!(found, ["vitrine.yaml:2: automatic_creation: found string `yes`: expected a boolean"]);
    let tenants = "tenants:\n  - name: norway\n    attributes: {a: no, b: 007, c: 1_000, d: '7', e: 7, f: 1.50}\n";
    let written = read(&files([("tenants.yaml", tenants)])).unwrap();
    let values = serde_json::to_value(&written.definitions().tenants).unwrap();
    let expected = json!({"a": "no", "b": "007", "c": "1_000", "d": "7", "e": 7, "f": 1.5});
    assert_eq!(values.pointer("/0/attributes"), Some(&expected));
}

#[test]
fn every_problem_is_found_in_the_order_of_files_and_lines() {
    let found = read(&files([
        ("teams.yaml", "teams:\n  - name: ' A'\n  - name: B\n  - nam: C\n"),
        ("issuers.yaml", "issuers: 7\n"),
        ("models/a.yaml", "connection: [\n"),
    ]))
    .unwrap_err();
    let places: Vec<(&str, Option<u64>)> =
        found.iter().map(|problem| (problem.position.file(), problem.line)).collect();
    assert_eq!(
        places,
        [("issuers.yaml", Some(1)), ("models/a.yaml", Some(1)), ("teams.yaml", Some(2)), ("teams.yaml", Some(4))]
    );
}

/// 100,000 grants are 7 MB. `write` reads what it has written, and compares.
#[test]
fn a_hundred_thousand_grants_are_written_and_read() {
    let written = read(&files([])).unwrap();
    let mut definitions = written.definitions().clone();
    let grants = (0..100_000).map(|number| {
        let (team, place) = (format!("Team {}", number / 10), format!("place-{}/folder-{number}", number % 10));
        json!({"to": {"team": team}, "on": {"folder": place}, "level": "explore"})
    });
    definitions.grants = grants.map(|grant| serde_json::from_value(grant).unwrap()).collect();
    let files = write(&definitions).unwrap();
    assert!(files["grants.yaml"].len() > 7_000_000, "{}", files["grants.yaml"].len());
    assert_eq!(files["grants.yaml"].matches("level: explore").count(), 100_000);
}
