//! The tables.

use crate::fixtures::{KEY, Outcome, World, open};
use sqlx::any::AnyPoolOptions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use store::encryption::EncryptionKeyError;
use store::{EncryptionKey, Store, StoreError};

async fn schema_of(file: &Path) -> Outcome<String> {
    sqlx::any::install_default_drivers();
    let pool = AnyPoolOptions::new().max_connections(1).connect(&format!("sqlite://{}", file.display())).await?;
    let statements: Vec<String> = sqlx::query_scalar(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_sqlx%' ESCAPE '\\' ORDER BY rowid",
    )
    .fetch_all(&pool)
    .await?;
    pool.close().await;
    Ok(statements.iter().map(|statement| format!("{statement};\n\n")).collect())
}

#[tokio::test]
async fn migrating_from_empty_equals_the_committed_schema() -> Outcome {
    let world = World::empty().await?;
    let schema = schema_of(&world.folder.path().join("vitrine.db")).await?;
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.sql");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&committed, &schema)?;
    }
    assert_eq!(schema, std::fs::read_to_string(&committed)?, "see migrations/README.md");
    Ok(())
}

#[tokio::test]
async fn a_store_opens_again_and_beside_itself() -> Outcome {
    let world = World::new().await?;
    let beside = open(&world.folder).await?;
    assert_eq!(beside.revision().await?, 1);
    let world = world.restarted().await?;
    assert_eq!(world.store.revision().await?, 1);
    Ok(())
}

#[tokio::test]
async fn many_open_a_new_store_at_once() -> Outcome {
    let folder = tempfile::tempdir()?;
    for store in futures::future::join_all((0..8).map(|_| open(&folder))).await {
        assert_eq!(store?.revision().await?, 0);
    }
    Ok(())
}

#[tokio::test]
async fn files_are_their_owners_alone() -> Outcome {
    let world = World::new().await?;
    for file in std::fs::read_dir(world.folder.path())? {
        let file = file?;
        assert_eq!(file.metadata()?.permissions().mode() & 0o077, 0, "{}", file.path().display());
    }
    Ok(())
}

#[tokio::test]
async fn another_encryption_key_does_not_open_it() -> Outcome {
    let world = World::empty().await?;
    let file = world.folder.path().join("vitrine.db");
    let refused = Store::open(&file, EncryptionKey::from_bytes([8; 32])).await;
    assert!(matches!(refused, Err(StoreError::EncryptionKey(EncryptionKeyError::Different))));
    assert!(Store::open(&file, EncryptionKey::from_bytes(KEY)).await.is_ok());
    Ok(())
}

#[tokio::test]
async fn a_name_with_odd_characters_is_a_name() -> Outcome {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("a b?mode=ro#%41é.db");
    let store = Store::open(&file, EncryptionKey::from_bytes(KEY)).await?;
    assert_eq!(store.revision().await?, 0);
    assert!(file.metadata()?.len() > 0, "the tables are in that file");
    Ok(())
}
