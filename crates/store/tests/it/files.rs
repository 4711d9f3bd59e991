//! What is SQLite's alone: its file, and the committed schema.

use crate::place::{KEY, Kind, Outcome, Place};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use store::{Address, EncryptionKey, Store};

#[tokio::test]
async fn migrating_from_empty_equals_the_committed_schema() -> Outcome {
    let place = Place::new(Kind::Sqlite)?;
    place.open().await?;
    let statements: Vec<String> = sqlx::query_scalar(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_sqlx%' ESCAPE '\\' ORDER BY rowid",
    )
    .fetch_all(&place.behind().await?)
    .await?;
    let schema: String = statements.iter().map(|statement| format!("{statement};\n\n")).collect();
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.sql");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&committed, &schema)?;
    }
    assert_eq!(schema, std::fs::read_to_string(&committed)?, "see migrations/README.md");
    Ok(())
}

#[tokio::test]
async fn files_are_their_owners_alone() -> Outcome {
    let place = Place::new(Kind::Sqlite)?;
    let _store = place.open().await?;
    let Place::File(folder) = &place else { return Err("expected a file".into()) };
    for file in std::fs::read_dir(folder.path())? {
        let file = file?;
        assert_eq!(file.metadata()?.permissions().mode() & 0o077, 0, "{}", file.path().display());
    }
    Ok(())
}

#[tokio::test]
async fn a_name_with_odd_characters_is_a_name() -> Outcome {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("a b?mode=ro#%41é.db");
    let store = Store::open(&Address::file(&file), EncryptionKey::from_bytes(KEY)).await?;
    assert_eq!(store.revision().await?, 0);
    assert!(file.metadata()?.len() > 0, "the tables are in that file");
    Ok(())
}
