//! Where the stores of tests are: a file or a database of their own.

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{AnyPool, AssertSqlSafe};
use std::error::Error;
use std::path::PathBuf;
use store::{Address, EncryptionKey, Store};
use tempfile::TempDir;
use testkit::postgres;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

pub(crate) const KEY: [u8; 32] = [7; 32];

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// A place for one store, which goes when this is dropped.
pub(crate) enum Place {
    File(TempDir),
    Database(postgres::Database),
    /// Of the process that has started this one.
    Given(String),
}

impl Place {
    pub(crate) fn new(kind: Kind) -> Outcome<Self> {
        Ok(match kind {
            Kind::Sqlite => Self::File(tempfile::tempdir()?),
            Kind::Postgres => Self::Database(postgres::shared()?),
        })
    }

    pub(crate) fn address(&self) -> Outcome<Address> {
        Ok(match self {
            Self::File(folder) => Address::file(folder.path().join("vitrine.db")),
            Self::Database(database) => Address::postgres(&database.address(), None)?,
            Self::Given(text) => Address::postgres(text, None).unwrap_or_else(|_| Address::file(text)),
        })
    }

    /// The address as a text, for another process.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::File(folder) => folder.path().join("vitrine.db").display().to_string(),
            Self::Database(database) => database.address(),
            Self::Given(text) => text.clone(),
        }
    }

    /// Opens the store as another process would.
    pub(crate) async fn open(&self) -> Outcome<Store> {
        self.open_with(EncryptionKey::from_bytes(KEY)).await
    }

    pub(crate) async fn open_with(&self, key: EncryptionKey) -> Outcome<Store> {
        Ok(Store::open(&self.address()?, key).await?)
    }

    /// Connections behind the store's back.
    pub(crate) async fn behind(&self) -> Outcome<AnyPool> {
        install_default_drivers();
        let address = match self {
            Self::File(folder) => format!("sqlite://{}", folder.path().join("vitrine.db").display()),
            Self::Database(database) => format!("{}&sslmode=disable", database.address()),
            Self::Given(_) => return Err("it is another process's".into()),
        };
        Ok(AnyPoolOptions::new().max_connections(1).connect(&address).await?)
    }

    /// Runs a statement behind the store's back.
    pub(crate) async fn run(&self, statement: &str) -> Outcome {
        let pool = self.behind().await?;
        sqlx::query(AssertSqlSafe(statement)).execute(&pool).await?;
        pool.close().await;
        Ok(())
    }

    /// Everything that is kept, as bytes: what somebody could read who has the file or a copy of the database.
    pub(crate) fn bytes(&self) -> Outcome<Vec<u8>> {
        match self {
            Self::File(folder) => {
                let files = std::fs::read_dir(folder.path())?.map(|file| file.map(|file| file.path()));
                let files: Vec<PathBuf> = files.collect::<Result<_, _>>()?;
                Ok(files.iter().map(std::fs::read).collect::<Result<Vec<_>, _>>()?.concat())
            }
            Self::Database(database) => {
                let list = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
                let tables = database.run(list)?;
                let copies = tables.lines().map(|table| format!("COPY \"{table}\" TO STDOUT;\n"));
                Ok(database.run(&copies.collect::<String>())?.into_bytes())
            }
            Self::Given(_) => Err("it is another process's".into()),
        }
    }
}
