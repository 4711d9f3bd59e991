//! Definitions as files, by the program: written, compared, described, and put back without changing anything.

use crate::program::{run, text};
use crate::support::{Outcome, copy_of, edit, write_secrets};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use testkit::callers::CallError;
use testkit::world;

const WORLDS: [fn() -> PathBuf; 5] = [world::folder, world::demo, world::insurance, world::accounts, world::venues];

/// A data folder with every secret, in which `folder` is in force.
fn applied(folder: &Path) -> Result<tempfile::TempDir, CallError> {
    let data = tempfile::tempdir()?;
    write_secrets(data.path())?;
    let (output, _, err) = run(&["apply", &text(folder), "--data-dir", &text(data.path())])?;
    assert!(output.status.success(), "{err}");
    Ok(data)
}

fn export(to: &Path, data: &Path, more: &[&str]) -> Result<(bool, String, String), CallError> {
    let (output, out, err) = run(&[&["export", &text(to), "--data-dir", &text(data)], more].concat())?;
    Ok((output.status.success(), out, err))
}

/// Every file below a folder, by its path in it.
fn files(folder: &Path) -> Result<BTreeMap<String, String>, CallError> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(text(path.strip_prefix(folder)?), String::from_utf8_lossy(&fs::read(&path)?).into_owned());
            }
        }
    }
    Ok(found)
}

#[test]
fn what_was_exported_changes_nothing_when_applied() -> Outcome {
    for world in WORLDS {
        let (data, exported) = (applied(&world())?, tempfile::tempdir()?);
        let (fine, out, err) = export(exported.path(), data.path(), &[])?;
        assert!(fine && out.ends_with("files, revision 1\n"), "{out}{err}");
        let (_, out, err) = run(&["apply", &text(exported.path()), "--data-dir", &text(data.path())])?;
        assert!(out.ends_with("nothing changed, revision 1\n"), "{out}{err}");
        let (output, out, err) = run(&["diff", &text(exported.path()), "--data-dir", &text(data.path())])?;
        assert_eq!((output.status.code(), out.as_str()), (Some(0), ""), "{err}");

        let (elsewhere, again) = (applied(exported.path())?, tempfile::tempdir()?);
        export(again.path(), elsewhere.path(), &[])?;
        assert_eq!(files(exported.path())?, files(again.path())?, "an organization is always written the same");
    }
    Ok(())
}

/// 2,000 teams and 20,000 grants beside the demo's.
fn enlarge(folder: &Path) -> Outcome {
    let (mut teams, mut grants) = (String::new(), String::new());
    let content = ["workspace: operations", "folder: operations/flights", "folder: customers/accounts"];
    let workbooks = ["workbook: flights", "workbook: accounts", "workbook: sales", "workspace: customers"];
    let data = ["model: flights", "model: accounts", "model: sales"];
    for number in 0..2_000 {
        writeln!(teams, "  - name: Team {number}")?;
        for on in content.iter().chain(&workbooks) {
            writeln!(grants, "  - {{to: {{team: Team {number}}}, on: {{{on}}}, level: view}}")?;
        }
        for on in data {
            writeln!(grants, "  - {{to: {{team: Team {number}}}, on: {{{on}}}, level: use}}")?;
        }
    }
    for (file, lines) in [("teams.yaml", teams), ("grants.yaml", grants)] {
        let before = fs::read_to_string(folder.join(file))?;
        fs::write(folder.join(file), format!("{}\n{lines}", before.trim_end()))?;
    }
    Ok(())
}

#[test]
fn a_large_organization_is_exported_and_applied_again() -> Outcome {
    let folder = copy_of(&world::demo())?;
    enlarge(folder.path())?;
    let (data, exported) = (applied(folder.path())?, tempfile::tempdir()?);
    let (fine, out, err) = export(exported.path(), data.path(), &[])?;
    assert!(fine, "{out}{err}");
    let written = fs::read_to_string(exported.path().join("grants.yaml"))?;
    assert!(written.len() > 1_400_000 && written.matches("level:").count() > 20_000, "{}", written.len());
    let (_, out, err) = run(&["apply", &text(exported.path()), "--data-dir", &text(data.path())])?;
    assert!(out.ends_with("nothing changed, revision 1\n"), "{out}{err}");

    edit(&exported.path().join("grants.yaml"), "team: Team 1711\n", "team: Team 17110\n")?;
    let (output, _, err) = run(&["check", &text(exported.path())])?;
    assert!(!output.status.success() && err.lines().count() == 1, "{err}");
    assert!(err.contains("unknown team `Team 17110`: expected one of ") && err.contains("`Team 1711`"), "{err}");
    assert!(err.contains(" more") && err.len() < 500, "of two thousand names some are told: {err}");
    Ok(())
}

#[test]
fn an_export_says_no_secret_and_nothing_that_is_there_anyway() -> Outcome {
    let (data, exported) = (applied(&world::demo())?, tempfile::tempdir()?);
    export(exported.path(), data.path(), &[])?;
    let files = files(exported.path())?;
    let secrets = fs::read_dir(data.path().join("secrets"))?.map(|entry| fs::read_to_string(entry?.path()));
    for secret in secrets {
        let secret = secret?;
        assert!(files.values().all(|text| !text.contains(secret.trim())), "a secret");
    }
    assert!(files["embed_keys.yaml"].contains("secret_file: secrets/contrail-web\n"), "{}", files["embed_keys.yaml"]);
    let teams = "teams:\n  - name: Analysts\n  - name: Auditors\n";
    assert!(files["teams.yaml"].starts_with(teams), "{}", files["teams.yaml"]);
    for (file, text) in &files {
        for idle in ["\"on\":", ": null\n", ": []\n", ": {}\n", "rank: 0\n", "mode: strict\n"] {
            assert!(!text.contains(idle), "`{}` in {file}:\n{text}", idle.trim());
        }
    }
    Ok(())
}

#[test]
fn an_export_writes_over_definitions_alone_and_only_when_told_to() -> Outcome {
    let folder = copy_of(&world::demo())?;
    let data = applied(folder.path())?;
    let before = files(folder.path())?;
    let (fine, _, err) = export(folder.path(), data.path(), &[])?;
    assert!(!fine && err.contains("is not empty") && err.contains("--replace"), "{err}");
    assert!(files(folder.path())? == before, "nothing was written");

    fs::write(folder.path().join("models/stale.yaml"), "connection: files\ntables: {}\n")?;
    fs::write(folder.path().join("models/README.md"), "kept")?;
    let (fine, _, err) = export(folder.path(), data.path(), &["--replace"])?;
    assert!(fine, "{err}");
    let after = files(folder.path())?;
    assert!(!after.contains_key("models/stale.yaml") && after["models/README.md"] == "kept");
    assert_eq!(after.get("tests/stations.yaml"), before.get("tests/stations.yaml"));
    assert!(after["connections.yaml"].contains("folder: data\n"), "{}", after["connections.yaml"]);
    let (_, out, err) = run(&["apply", &text(folder.path()), "--data-dir", &text(data.path())])?;
    assert!(out.ends_with("nothing changed, revision 1\n"), "{out}{err}");

    let other = tempfile::tempdir()?;
    fs::write(other.path().join("thesis.txt"), "kept")?;
    let (fine, _, err) = export(other.path(), data.path(), &["--replace"])?;
    assert!(!fine && err.contains("holds no `vitrine.yaml`"), "{err}");
    assert_eq!(files(other.path())?.len(), 1);
    let (fine, _, err) = export(&other.path().join("new"), tempfile::tempdir()?.path(), &[])?;
    assert!(!fine && err.contains("nothing has been applied yet"), "{err}");
    Ok(())
}

fn diff(folder: &Path, data: &Path) -> Result<(Option<i32>, Value), CallError> {
    let (output, out, err) = run(&["diff", &text(folder), "--json", "--data-dir", &text(data)])?;
    Ok((output.status.code(), serde_json::from_str(&out).map_err(|error| format!("{error}: {out}{err}"))?))
}

fn right<'a>(told: &'a Value, right: &Value) -> &'a Value {
    let rights = told["people"]["rights"].as_array().into_iter().flatten();
    rights.into_iter().find(|told| told["right"] == *right).unwrap_or(&Value::Null)
}

#[test]
fn a_dry_run_says_what_would_change_and_for_how_many_people_and_changes_nothing() -> Outcome {
    let edited = copy_of(&world::folder())?;
    let data = applied(edited.path())?;
    assert_eq!(diff(edited.path(), data.path())?.0, Some(0));

    let members = edited.path().join("members.yaml");
    fs::write(
        &members,
        "members:\n  - {subject: ada@world.example, kind: internal, account_type: Analyze, teams: [Buyers]}\n  \
         - {subject: bob@world.example, kind: internal, account_type: View}\n",
    )?;
    run(&["apply", &text(edited.path()), "--data-dir", &text(data.path())])?;
    fs::write(
        &members,
        "members:\n  - {subject: ada@world.example, kind: internal, account_type: View, teams: [Buyers]}\n  \
         - {subject: eve@world.example, kind: internal, account_type: View, teams: [Buyers]}\n",
    )?;
    let (code, told) = diff(edited.path(), data.path())?;
    assert_eq!(code, Some(1));
    let changes: Vec<(&str, &str, &str)> = told["changes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|it| Some((it["kind"].as_str()?, it["name"].as_str()?, it["change"].as_str()?)))
        .collect();
    let expected = [
        ("member", "ada@world.example", "changed"),
        ("member", "eve@world.example", "created"),
        ("member", "bob@world.example", "deleted"),
    ];
    assert_eq!(changes, expected, "{told:#}");
    assert_eq!(told["changes"][0]["fields"], serde_json::json!(["account_type"]));
    let people = &told["people"];
    assert_eq!(people["new"], serde_json::json!({"count": 1, "first": ["eve@world.example"]}));
    assert_eq!(people["deactivated"], serde_json::json!({"count": 1, "first": ["bob@world.example"]}));
    let explore = right(&told, &serde_json::json!({"permission": "explore"}));
    assert_eq!(explore["lose"], serde_json::json!({"count": 1, "first": ["ada@world.example"]}), "{told:#}");
    let buyers = right(&told, &serde_json::json!({"team": "Buyers"}));
    assert_eq!((&buyers["gain"]["count"], &buyers["lose"]["count"]), (&1.into(), &0.into()), "{told:#}");
    let orders = right(&told, &serde_json::json!({"workbook": ["orders", "explore"]}));
    assert_eq!(orders["gain"]["first"], serde_json::json!(["eve@world.example"]), "{told:#}");

    let (output, out, err) = run(&["apply", &text(edited.path()), "--dry-run", "--data-dir", &text(data.path())])?;
    assert!(output.status.success() && out.ends_with("not applied, revision 2\n"), "{out}{err}");
    for line in [
        "change member `ada@world.example`: account_type",
        "create member `eve@world.example`",
        "delete member `bob@world.example`",
        "may show more: members.yaml: members[eve@world.example]: added",
        "deactivated: 1 person (bob@world.example)",
        "lose permission `explore`: 1 person (ada@world.example)",
        "gain team `Buyers`: 1 person (eve@world.example)",
    ] {
        assert!(out.lines().any(|found| found == line), "`{line}` in\n{out}");
    }
    let (_, out, _) = run(&["apply", &text(edited.path()), "--data-dir", &text(data.path())])?;
    assert!(out.ends_with("applied, revision 3\n"), "the dry run changed nothing: {out}");
    Ok(())
}

#[test]
fn a_diff_sees_other_secrets_the_first_definitions_and_what_cannot_be_compared() -> Outcome {
    let data = applied(&world::folder())?;
    let secret = data.path().join("secrets/rival");
    fs::write(&secret, "another-secret-0123456789abcdef0123456789")?;
    let (code, told) = diff(&world::folder(), data.path())?;
    assert_eq!(code, Some(1));
    assert_eq!(told["changes"][0]["name"], "rival", "{told:#}");
    assert!(!told.to_string().contains("another-secret"));

    let fresh = tempfile::tempdir()?;
    write_secrets(fresh.path())?;
    let (code, told) = diff(&world::folder(), fresh.path())?;
    assert_eq!((code, &told["revision"]), (Some(1), &0.into()));
    assert!(told["changes"].as_array().is_some_and(|all| all.iter().all(|change| change["change"] == "created")));
    assert!(!fresh.path().join("vitrine.db").exists(), "no store was made");

    let broken = copy_of(&world::folder())?;
    edit(&broken.path().join("grants.yaml"), "team:", "taem:")?;
    let (output, out, err) = run(&["diff", &text(broken.path()), "--data-dir", &text(data.path())])?;
    assert_eq!((output.status.code(), out.as_str()), (Some(2), ""));
    assert!(err.contains("`taem`"), "{err}");
    Ok(())
}

/// The committed schema of a kind of file.
fn committed(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas").join(format!("{kind}.json"))
}

fn validator(kind: &str) -> Result<jsonschema::Validator, CallError> {
    let schema: Value = serde_json::from_str(&fs::read_to_string(committed(kind))?)?;
    Ok(jsonschema::draft7::new(&schema).map_err(|error| error.to_string())?)
}

/// Every file with definitions or expectations of the worlds.
fn all_files(folder: &Path) -> Result<BTreeMap<String, Value>, CallError> {
    let mut texts = BTreeMap::new();
    for part in ["", "models", "workbooks", "tests"] {
        for entry in fs::read_dir(folder.join(part)).into_iter().flatten() {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "yaml") {
                let value = model::files::to_json(&fs::read_to_string(&path)?).ok_or("no YAML")?;
                texts.insert(text(path.strip_prefix(folder)?), value);
            }
        }
    }
    Ok(texts)
}

/// `UPDATE_SCHEMAS=1` writes them.
#[test]
fn the_committed_schemas_are_those_of_the_program() -> Outcome {
    let (_, kinds, _) = run(&["schema"])?;
    assert_eq!(kinds.lines().count(), 16, "{kinds}");
    for kind in kinds.lines() {
        let (output, printed, err) = run(&["schema", kind])?;
        assert!(output.status.success(), "{err}");
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            fs::create_dir_all(committed(kind).parent().ok_or("no folder")?)?;
            fs::write(committed(kind), &printed)?;
        }
        let committed = fs::read_to_string(committed(kind)).unwrap_or_default();
        assert!(committed == printed, "docs/schemas/{kind}.json: run with UPDATE_SCHEMAS=1 and look at what changed");
    }
    let (output, _, err) = run(&["schema", "team"])?;
    assert!(!output.status.success() && err.contains("unknown kind of file `team`: expected one of `"), "{err}");
    Ok(())
}

#[test]
fn every_file_of_the_worlds_is_valid_by_its_schema_and_so_is_its_export() -> Outcome {
    let mut count = 0;
    for world in WORLDS {
        let (data, exported) = (applied(&world())?, tempfile::tempdir()?);
        export(exported.path(), data.path(), &[])?;
        for (file, value) in all_files(&world())?.into_iter().chain(all_files(exported.path())?) {
            let kind = model::files::schema_kind(&file).ok_or(file.clone())?;
            let validator = validator(kind)?;
            let faults: Vec<String> =
                validator.iter_errors(&value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
            assert!(faults.is_empty(), "{file} of {}: {faults:#?}", world().display());
            count += 1;
        }
    }
    assert!(count > 100, "{count} files");
    Ok(())
}

/// Mistakes that a file by itself shows are seen by its schema too. What it cannot see, `check` alone finds: names of
/// nothing, names that are there twice, rules and formulas, and what must agree with something elsewhere.
#[test]
fn a_schema_refuses_what_has_another_shape() -> Outcome {
    let teams = validator("teams")?;
    for (text, fine) in [
        ("teams: [{name: A}]", true),
        ("", true),
        ("teams:", true),
        ("team: [{name: A}]", false),
        ("teams: {name: A}", false),
        ("teams: [{name: ' A'}]", false),
        ("teams: [{nam: A}]", false),
        ("teams: [{name: A, rank: low}]", false),
        ("teams: [{name: A, rank: -1}]", false),
        ("teams: [{name: A, attributes: {a-b: 1}}]", false),
    ] {
        let value = model::files::to_json(text).ok_or(text)?;
        assert_eq!(teams.is_valid(&value), fine, "{text}");
    }
    for (kind, text) in [
        ("account_types", "account_types: [{name: A, permissions: [views]}]"),
        ("grants", "grants: [{to: {teams: A}, on: {workbook: a}, level: view}]"),
        ("grants", "grants: [{to: {team: A}, on: {folder: a}, level: view}]"),
        ("grants", "grants: [{to: {team: A}, on: {workbook: a}, level: look}]"),
        ("connections", "connections: [{name: a}]"),
        ("connections", "connections: [{name: a, folder: b, postgres: {host: h, database: d, user: u}}]"),
        ("embed_keys", "embed_keys: [{client_id: a, issuer: a, secrets: [], ceiling: {tenants: all}}]"),
        ("embed_keys", "embed_keys: [{client_id: a, issuer: a, secrets: [{secret: abc}]}]"),
        ("model", "{connection: a, tables: {a: {source: b, columns: {a: float}}}}"),
        ("model", "{connection: a, tables: {a: {source: b, columns: {a: 'decimal(39,2)'}}}}"),
        ("model", "{connection: a, tables: {}, explores: {a: {table: a, measures: {b: {sum: a.b, max: a.b}}}}}"),
        ("model", "{connection: a, tables: {}, explores: {a: {table: a, dimensions: {b: {}}}}}"),
        ("workbook", "{title: A, in: {workspace: a}, pages: [{name: A, title: A, elements: []}]}"),
        ("workbook", "{title: A, pages: []}"),
        ("vitrine", "{name: A, automatic_creation: yes}"),
        ("test", "{expectations: [{name: a, as: []}]}"),
    ] {
        let value = model::files::to_json(text).ok_or(text)?;
        assert!(!validator(kind)?.is_valid(&value), "{kind}: {text}");
    }
    Ok(())
}
