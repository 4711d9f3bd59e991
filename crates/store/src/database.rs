//! Connections: some that write, some that read. What is one database's alone is in a file of its own.
//!
//! Three rights to write, which [decision 52](../../../docs/decisions/0052-three-rights-to-write.md) explains. In SQLite,
//! which has one writer at a time, they are one.

mod postgres;
mod sqlite;

use crate::StoreError;
use crate::address::{Address, Place};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::migrate::Migrator;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Transaction};
use std::time::Duration;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// How long a request waits for its turn to write before it is refused.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long it waits for what it must know first: a server that does not know whether anything has changed answers nothing.
const KNOWING: Duration = Duration::from_secs(1);

/// How long an answer of a database may take that is asked whether it is there.
const PING: Duration = Duration::from_secs(1);

/// How long a connection is taken to be there without asking.
const FRESH: Duration = Duration::from_millis(100);

/// The connections to one database.
#[derive(Clone)]
pub(crate) struct Database {
    writers: AnyPool,
    readers: AnyPool,
    begin: Begin,
}

/// How transactions begin that may write.
#[derive(Clone, Copy)]
struct Begin {
    alone: &'static str,
    beside: &'static str,
    trail: &'static str,
    /// Not to write, but to read what is there at one moment.
    moment: &'static str,
    /// Not a beginning: the tables that there are, each behind those that it refers to.
    tables: &'static str,
}

impl Database {
    /// Opens the database, whose tables are made and migrated where necessary.
    pub(crate) async fn open(address: &Address) -> Result<Self, StoreError> {
        install_default_drivers();
        match &address.0 {
            Place::Sqlite(path) => sqlite::open(path).await,
            Place::Postgres(url) => postgres::open(url).await,
        }
    }

    /// The connections that only read. What was committed before a statement begins, it sees.
    pub(crate) const fn readers(&self) -> &AnyPool {
        &self.readers
    }

    /// A transaction that may write anything: the only one, also among processes, until it is committed or dropped.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Any>, StoreError> {
        self.begin(self.begin.alone).await
    }

    /// A transaction that writes sessions and what they bring along. There may be others like it, but none of
    /// [`Self::write`]: what that has changed, this sees, and what this has written, the next of those sees.
    pub(crate) async fn write_beside(&self) -> Result<Transaction<'static, Any>, StoreError> {
        self.begin(self.begin.beside).await
    }

    /// Whether one transaction waits for another, whatever the two write.
    pub(crate) fn has_one_writer(&self) -> bool {
        self.begin.alone == self.begin.beside
    }

    /// A transaction that adds to the audit trail and nothing else: the only one that does.
    pub(crate) async fn append(&self) -> Result<Transaction<'static, Any>, StoreError> {
        self.begin(self.begin.trail).await
    }

    /// A transaction that reads everything as it is at one moment, for however long.
    pub(crate) async fn moment(&self) -> Result<Transaction<'static, Any>, StoreError> {
        Ok(self.readers.begin_with(self.begin.moment).await?)
    }

    /// The tables, each behind those that it refers to: in the order in which they were made.
    pub(crate) async fn tables(&self, connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(self.begin.tables).fetch_all(connection).await?)
    }

    /// The number of the last migration.
    pub(crate) fn migration(&self) -> i64 {
        MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
    }

    /// In a task of its own: a beginning that nobody waits for any more must still be known to have happened, or its
    /// connection would keep the right to write.
    async fn begin(&self, statement: &'static str) -> Result<Transaction<'static, Any>, StoreError> {
        let writers = self.writers.clone();
        let begun = tokio::spawn(async move { writers.begin_with(statement).await }).await;
        Ok(begun.map_err(std::io::Error::other)??)
    }

    /// Waits for what is being written and closes every connection.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

/// What a request must know before anything else, or that it cannot be known in time.
pub(crate) async fn known<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    tokio::time::timeout(KNOWING, work).await.unwrap_or(Err(StoreError::TooSlow))
}

/// What is written while somebody waits for it.
pub(crate) async fn in_time<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or(Err(StoreError::TooSlow))
}

/// Takes the right to add to the audit trail, in a transaction that does nothing afterwards but add to it.
pub(crate) async fn take_trail(connection: &mut AnyConnection) -> Result<(), StoreError> {
    if connection.backend_name() == postgres::NAME {
        sqlx::raw_sql(postgres::TAKE_TRAIL).execute(connection).await?;
    }
    Ok(())
}

/// So many connections, each with its settings. One that a failed commit has left in a transaction is never used again.
async fn pool(
    size: u32,
    patience: Duration,
    address: AnyConnectOptions,
    settle: for<'c> fn(&'c mut AnyConnection) -> Settled<'c>,
) -> Result<AnyPool, StoreError> {
    let options = AnyPoolOptions::new().max_connections(size).acquire_timeout(patience).test_before_acquire(false);
    let options = options.after_connect(move |connection, _| settle(connection)).before_acquire(|connection, about| {
        Box::pin(async move {
            if about.idle_for > FRESH {
                answers(connection).await?;
            }
            Ok(!connection.is_in_transaction())
        })
    });
    let options =
        options.after_release(|connection, _| Box::pin(async move { answers(connection).await.map(|()| true) }));
    Ok(options.connect_with(address).await?)
}

/// What [`pool`] is told to do with each new connection.
type Settled<'c> = std::pin::Pin<Box<dyn Future<Output = Result<(), sqlx::Error>> + Send + 'c>>;

async fn answers(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    tokio::time::timeout(PING, connection.ping()).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}
