//! What is SQLite's alone.

use super::{Begin, Database, KNOWING, MIGRATIONS, PATIENCE, Settled, pool};
use crate::StoreError;
use sqlx::AnyConnection;
use sqlx::any::AnyConnectOptions;
use std::fs::{File, OpenOptions};
use std::io::{Error as FileError, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use url::Url;

const READERS: u32 = 4;

/// WAL lets readers go on while somebody writes; FULL syncs the log before a commit returns.
const SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                        PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;";

/// SQLite has one writer at a time. Taking its place at once, instead of at the first write, is what makes a
/// transaction that reads before it writes safe beside another process (`vitrine apply` beside `vitrine serve`).
const BEGIN_WRITING: &str = "BEGIN IMMEDIATE";

const TABLES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> '_sqlx_migrations' \
                      AND substr(name, 1, 7) <> 'sqlite_' ORDER BY rowid";

/// Opens the file, which is made and migrated where necessary.
pub(super) async fn open(path: &Path) -> Result<Database, StoreError> {
    let path = std::path::absolute(path)?;
    let turn = turn(&path).await?;
    private_file(&path)?;
    let address = address(&path)?;
    let (writers, readers) =
        (pool(1, PATIENCE, address.clone(), settle).await?, pool(READERS, KNOWING, address, settle).await?);
    MIGRATIONS.run(&writers).await?;
    turn.unlock()?;
    let begin =
        Begin { alone: BEGIN_WRITING, beside: BEGIN_WRITING, trail: BEGIN_WRITING, moment: "BEGIN", tables: TABLES };
    Ok(Database { writers, readers, begin })
}

fn settle(connection: &mut AnyConnection) -> Settled<'_> {
    Box::pin(async move { sqlx::raw_sql(SETTINGS).execute(connection).await.map(drop) })
}

/// Makes the file for its owner only; SQLite gives the files beside it the same mode.
fn private_file(path: &Path) -> Result<File, FileError> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

fn address(path: &Path) -> Result<AnyConnectOptions, StoreError> {
    let url = Url::from_file_path(path).map_err(|()| FileError::from(ErrorKind::InvalidFilename))?;
    Ok(url.as_str().replacen("file:", "sqlite:", 1).parse()?)
}

/// Waits until no other process is making or migrating the store.
async fn turn(path: &Path) -> Result<File, StoreError> {
    let file = private_file(&path.with_added_extension("lock"))?;
    let locked = tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await;
    Ok(locked.map_err(FileError::other)??)
}

#[cfg(test)]
mod tests {
    use crate::{Address, EncryptionKey, Store, StoreError};
    use authz::{Lookup, Member};
    use chrono::{DateTime, Utc};
    use model::name::{AccountTypeName, IssuerId, MemberId};
    use std::collections::{BTreeMap, BTreeSet};

    fn member(number: usize) -> Member {
        Member {
            id: MemberId::new(format!("member_{number}")),
            issuer: Some(IssuerId::new("issuer_1")),
            tenant: None,
            subject: format!("{number} {}", "x".repeat(500)),
            kind: model::access::MemberKind::Embed,
            automatic: true,
            active: true,
            has_logged_in: false,
            email: None,
            first_name: None,
            last_name: None,
            account_type: AccountTypeName::new("View").unwrap(),
            teams: BTreeSet::new(),
            attributes: BTreeMap::new(),
        }
    }

    /// Writes members until one cannot be written; how many were.
    async fn fill(store: &Store, from: usize) -> (usize, StoreError) {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let mut number = from;
        loop {
            let written = async {
                let mut transaction = store.database.write_beside().await?;
                crate::members::insert(&mut transaction, &member(number), crate::members::WrittenBy::Embed, now)
                    .await?;
                Ok::<_, StoreError>(transaction.commit().await?)
            };
            if let Err(error) = written.await {
                return (number, error);
            }
            number += 1;
        }
    }

    /// A database that has no room refuses, keeps what it has, and goes on when it has room: a failed commit leaves nothing
    /// behind that later transactions trip over.
    #[tokio::test]
    async fn a_full_database_goes_on_when_there_is_room() {
        let folder = tempfile::tempdir().unwrap();
        let address = Address::file(folder.path().join("vitrine.db"));
        let store = Store::open(&address, EncryptionKey::from_bytes([7; 32])).await.unwrap();
        let mut first = 0;
        for _ in 0..3 {
            let mut connection = store.database.writers.acquire().await.unwrap();
            let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut *connection).await.unwrap();
            let most = format!("PRAGMA max_page_count = {}", pages + 4);
            sqlx::raw_sql(sqlx::AssertSqlSafe(most)).execute(&mut *connection).await.unwrap();
            drop(connection);
            let (full_at, error) = fill(&store, first).await;
            assert!(error.to_string().ends_with("database or disk is full (code 13)"), "{error}");
            let again = store.mark_logged_in("nobody@vitrine.example").await;
            assert!(matches!(again, Ok(false)), "{again:?}");
            for number in 0..=full_at {
                let lookup = Lookup {
                    issuer: IssuerId::new("issuer_1"),
                    tenant: None,
                    subject: member(number).subject,
                    emails: BTreeSet::new(),
                };
                let found = store.find(&lookup).await.unwrap().embed.is_some();
                assert_eq!(found, number < full_at, "member {number} of {full_at}");
            }
            let mut connection = store.database.writers.acquire().await.unwrap();
            sqlx::raw_sql("PRAGMA max_page_count = 1000000").execute(&mut *connection).await.unwrap();
            drop(connection);
            first = full_at;
        }
        assert!(first > 2, "some were written");
    }
}
