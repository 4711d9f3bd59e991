//! Connections: one that writes, a few that read. What is SQLite's alone is in this file.

use crate::StoreError;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::migrate::Migrator;
use sqlx::{Any, AnyPool, Transaction};
use std::fs::{File, OpenOptions};
use std::io::{Error as FileError, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;
use url::Url;

static MIGRATIONS: Migrator = sqlx::migrate!();

const READERS: u32 = 4;
/// How long a request waits for a connection before it is refused.
const PATIENCE: Duration = Duration::from_secs(5);

/// WAL lets readers go on while somebody writes; FULL syncs the log before a commit returns.
const SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                        PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;";

/// SQLite has one writer at a time. Taking its place at once, instead of at the first write, is what makes a
/// transaction that reads before it writes safe beside another process (`vitrine apply` beside `vitrine serve`).
const BEGIN_WRITING: &str = "BEGIN IMMEDIATE";

/// The connections to one database.
#[derive(Clone)]
pub(crate) struct Database {
    writer: AnyPool,
    readers: AnyPool,
}

impl Database {
    /// Opens the file, which is made and migrated where necessary.
    pub(crate) async fn open(path: &Path) -> Result<Self, StoreError> {
        install_default_drivers();
        let path = std::path::absolute(path)?;
        let turn = turn(&path).await?;
        private_file(&path)?;
        let address = address(&path)?;
        let database = Self { writer: pool(1, &address).await?, readers: pool(READERS, &address).await? };
        MIGRATIONS.run(&database.writer).await?;
        turn.unlock()?;
        Ok(database)
    }

    /// The connections that only read. What was committed before a statement begins, it sees.
    pub(crate) const fn readers(&self) -> &AnyPool {
        &self.readers
    }

    /// A transaction that may write: the only one, also among processes, until it is committed or dropped.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Any>, StoreError> {
        Ok(self.writer.begin_with(BEGIN_WRITING).await?)
    }

    /// Waits for what is being written and closes every connection.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Makes the file for its owner only; SQLite gives the files beside it the same mode.
fn private_file(path: &Path) -> Result<File, FileError> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

fn address(path: &Path) -> Result<AnyConnectOptions, StoreError> {
    let url = Url::from_file_path(path).map_err(|()| FileError::from(ErrorKind::InvalidFilename))?;
    Ok(url.as_str().replacen("file:", "sqlite:", 1).parse()?)
}

async fn pool(size: u32, address: &AnyConnectOptions) -> Result<AnyPool, StoreError> {
    // A file does not go away as a server does: there is nothing to test before a connection is used again.
    let options = AnyPoolOptions::new().max_connections(size).acquire_timeout(PATIENCE).test_before_acquire(false);
    let options = options.after_connect(|connection, _| {
        Box::pin(async move { sqlx::raw_sql(SETTINGS).execute(connection).await.map(drop) })
    });
    Ok(options.connect_with(address.clone()).await?)
}

/// Waits until no other process is making or migrating the store.
async fn turn(path: &Path) -> Result<File, StoreError> {
    let file = private_file(&path.with_added_extension("lock"))?;
    let locked = tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await;
    Ok(locked.map_err(FileError::other)??)
}
