//! `vitrine backup`, `vitrine restore` and `vitrine rotate-encryption-key`, beside a server that runs.

use crate::support::{Outcome, Vitrine, buyer, copy_of, edit, write_secrets};
use reqwest::StatusCode;
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use testkit::callers::CallError;
use testkit::world;

/// Runs the program; whether it succeeded, and what it said.
fn vitrine(arguments: &[&str], data: &Path, store: Option<&str>) -> Result<(bool, String), CallError> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    command.env_clear().args(arguments).arg("--data-dir").arg(data);
    let output = command.envs(store.map(|store| ("VITRINE_STORE", store))).output()?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.success(), String::from_utf8(said)?))
}

/// The same organization, at another place and in the other database, with every session ended.
#[tokio::test]
async fn a_backup_of_a_running_server_is_restored_elsewhere() -> Outcome {
    let one = Vitrine::world().await?;
    let viewer = one.buyer("acme").await?;
    let rows = viewer.element("main/list", &json!({})).await?.rows();
    let elsewhere = tempfile::tempdir()?;
    let file = elsewhere.path().join("backup");
    let path = file.to_string_lossy().into_owned();
    let (done, said) = vitrine(&["backup", &path], one.data.path(), None)?;
    assert!(done && said.contains("the encryption key is not in it"), "{said}");
    assert_eq!(fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);
    let key = fs::read_to_string(one.data.path().join("store.key"))?;
    let text = fs::read_to_string(&file)?;
    assert!(!text.contains(key.trim()) && !text.contains(world::secret("portal")) && text.contains("buyers_see"));
    let (again, said) = vitrine(&["backup", &path], one.data.path(), None)?;
    assert!(!again && said.contains("exists"), "a file is not written over: {said}");

    let data = tempfile::tempdir()?;
    write_secrets(data.path())?;
    let database = testkit::postgres::shared()?;
    let (done, said) = vitrine(&["restore", &path], data.path(), Some(&database.address()))?;
    assert!(!done && said.contains("store.key"), "{said}");
    fs::copy(one.data.path().join("store.key"), data.path().join("store.key"))?;
    let (done, said) = vitrine(&["restore", &path], data.path(), Some(&database.address()))?;
    assert!(done && said.contains("every session is ended"), "{said}");
    let (done, said) = vitrine(&["restore", &path], data.path(), Some(&database.address()))?;
    assert!(!done && said.contains("the store is not empty"), "{said}");
    let two = Vitrine::found_in(data, Some(database.address())).await?;
    let stranger = two.stranger();
    let gone = testkit::callers::Viewer { stranger, ..viewer.clone() }.open_workbook().await?;
    assert_eq!(gone.status, StatusCode::UNAUTHORIZED);
    assert_eq!(two.buyer("acme").await?.element("main/list", &json!({})).await?.rows(), rows);
    assert_eq!(viewer.open_workbook().await?.status, StatusCode::OK, "the first one goes on");
    Ok(())
}

/// A running server goes on, also with what is changed afterwards, and whoever stops in between leaves a store that opens.
#[tokio::test]
async fn another_encryption_key_disturbs_nobody_wherever_it_stops() -> Outcome {
    let one = Vitrine::world().await?;
    let viewer = one.buyer("acme").await?;
    let folder = copy_of(&world::folder())?;
    let (key, next) = (one.data.path().join("store.key"), one.data.path().join("store.key.next"));
    for stops in ["at its end", "before the key is in its place", "before anything is written"] {
        let before = fs::read_to_string(&key)?;
        if stops == "before anything is written" {
            fs::write(&next, "0".repeat(64))?;
            fs::set_permissions(&next, fs::Permissions::from_mode(0o600))?;
        } else {
            let (done, said) = vitrine(&["rotate-encryption-key"], one.data.path(), None)?;
            assert!(done && said.contains("a new key"), "{said}");
            assert_ne!(fs::read_to_string(&key)?, before);
        }
        if stops == "before the key is in its place" {
            fs::rename(&key, &next)?;
            fs::write(&key, &before)?;
            fs::set_permissions(&key, fs::Permissions::from_mode(0o600))?;
        }
        assert_eq!(fs::metadata(&key)?.permissions().mode() & 0o777, 0o600);
        edit(&folder.path().join("vitrine.yaml"), "name: ", "name: New ")?;
        let (applied, said) = vitrine(&["apply", &folder.path().to_string_lossy()], one.data.path(), None)?;
        assert!(applied, "{stops}: {said}");
        assert_eq!(next.exists(), stops == "before anything is written", "{stops}");
        assert_eq!(viewer.open_workbook().await?.status, StatusCode::OK, "{stops}");
        assert_eq!(one.host("portal").open(&buyer("globex")).await?.status, StatusCode::CREATED, "{stops}");
    }
    let (done, said) = vitrine(&["rotate-encryption-key"], one.data.path(), None)?;
    assert!(done && !next.exists(), "what was left behind is no hindrance: {said}");
    Ok(())
}
