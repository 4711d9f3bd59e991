//! All that a store holds as a file, which a new store of either database is made of.
//!
//! Lines of JSON: what it is; then for each table its name and columns, and its rows; at last how many rows there are and
//! the SHA-256 of everything before. What is encrypted in the store is encrypted in the file, and the key is not in it.

use crate::address::Address;
use crate::audit::{self, AuditEvent};
use crate::database::Database;
use crate::encryption::is_its_own;
use crate::time::micros;
use crate::{EncryptionKey, Store, StoreError, encryption::EncryptionKeyError};
use data_encoding::HEXLOWER;
use futures::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::any::{AnyRow, AnyTypeInfoKind};
use sqlx::{AnyConnection, AssertSqlSafe, Column as _, Row as _, ValueRef as _};
use std::io::{self, BufRead, Write};

/// Why a file is no backup that a store can be made of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackupError {
    /// It is something else, or was changed.
    #[error("line {0} is not as `vitrine backup` writes it")]
    Malformed(usize),
    /// It does not end as it should.
    #[error("the backup is not whole")]
    Cut,
    /// It was made by another version.
    #[error(
        "the backup has the tables of migration {of}, and this program has {here}: restore it with the version that made it"
    )]
    Tables {
        /// The backup's last migration.
        of: i64,
        /// This program's.
        here: i64,
    },
    /// There is something in the store.
    #[error("the store is not empty: expected a new one")]
    NotEmpty,
}

/// A line, but for rows, which are lists.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    Backup { of: String, migration: i64 },
    Table { name: String, columns: Vec<(String, Kind)> },
    End { rows: u64, sha256: String },
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Text,
    Bigint,
}

const OF: &str = "vitrine";

impl Store {
    /// Writes all that the store holds at one moment, while it is in use; how many rows that are.
    ///
    /// # Errors
    /// The database fails, or the file cannot be written.
    pub async fn back_up(&self, file: &mut (dyn Write + Send)) -> Result<u64, StoreError> {
        let mut moment = self.database.moment().await?;
        let mut out = Hashed { file, digest: Sha256::new() };
        let (migration, mut rows) = (self.database.migration(), 0);
        out.line(&Line::Backup { of: OF.to_owned(), migration })?;
        for table in self.database.tables(&mut moment).await? {
            rows += out.table(&mut moment, &table).await?;
        }
        let sha256 = HEXLOWER.encode(&out.digest.clone().finalize());
        out.line(&Line::End { rows, sha256 })?;
        out.file.flush()?;
        Ok(rows)
    }

    /// Makes the store at an address, which must be empty, of a backup; how many rows it has. Sessions are ended, and codes and
    /// links are burnt, since some of them may have been so after the backup.
    ///
    /// # Errors
    /// The store is not empty, the file is no whole backup of this version's tables, or the key is not the one that the backup's
    /// secrets are encrypted with. The store is empty then.
    pub async fn restore(
        address: &Address,
        encryption: &EncryptionKey,
        file: &mut (dyn BufRead + Send),
        event: AuditEvent,
    ) -> Result<u64, StoreError> {
        let database = Database::open(address).await?;
        let mut transaction = database.write().await?;
        let tables = database.tables(&mut transaction).await?;
        for table in &tables {
            let one = sqlx::query(AssertSqlSafe(format!("SELECT * FROM {table} LIMIT 1")));
            if one.fetch_optional(&mut *transaction).await?.is_some() {
                return Err(BackupError::NotEmpty.into());
            }
        }
        let mut reading =
            Reading { tables: &tables, here: database.migration(), digest: Sha256::new(), number: 0, rows: 0 };
        reading.all(&mut transaction, file).await?;
        if !is_its_own(&mut transaction, encryption).await? {
            return Err(EncryptionKeyError::Different.into());
        }
        for end in [
            "UPDATE sessions SET ended_at = $1, ended_because = 'restored' WHERE ended_at IS NULL",
            "UPDATE codes SET used_at = $1 WHERE used_at IS NULL",
            "UPDATE login_links SET used_at = $1 WHERE used_at IS NULL",
            "UPDATE access_tokens SET expires_at = $1 WHERE expires_at > $1",
        ] {
            sqlx::query(end).bind(micros(event.at)).execute(&mut *transaction).await?;
        }
        audit::insert(&mut transaction, crate::NODE, &event).await?;
        transaction.commit().await?;
        database.close().await;
        Ok(reading.rows)
    }
}

/// A file, and the digest of what is in it.
struct Hashed<'a> {
    file: &'a mut (dyn Write + Send),
    digest: Sha256,
}

impl Hashed<'_> {
    fn line(&mut self, line: &impl Serialize) -> Result<(), StoreError> {
        let mut text = serde_json::to_vec(line).map_err(|_| StoreError::Unwritable("backup"))?;
        text.push(b'\n');
        self.digest.update(&text);
        Ok(self.file.write_all(&text)?)
    }

    async fn table(&mut self, connection: &mut AnyConnection, table: &str) -> Result<u64, StoreError> {
        let all = AssertSqlSafe(format!("SELECT * FROM {table}"));
        let mut found = sqlx::query(all).fetch(connection);
        let mut rows = 0;
        while let Some(row) = found.try_next().await? {
            if rows == 0 {
                let columns = row.columns().iter().map(|column| {
                    let is_number = column.type_info().kind().is_integer();
                    (column.name().to_owned(), if is_number { Kind::Bigint } else { Kind::Text })
                });
                let columns = columns.collect();
                self.line(&Line::Table { name: table.to_owned(), columns })?;
            }
            self.line(&(0..row.len()).map(|column| value(&row, column)).collect::<Result<Vec<_>, _>>()?)?;
            rows += 1;
        }
        Ok(rows)
    }
}

fn value(row: &AnyRow, column: usize) -> Result<Value, StoreError> {
    let raw = row.try_get_raw(column)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    match raw.type_info().kind() {
        AnyTypeInfoKind::Text => Ok(Value::String(row.try_get(column)?)),
        AnyTypeInfoKind::BigInt | AnyTypeInfoKind::Integer => Ok(Value::from(row.try_get::<i64, _>(column)?)),
        _ => Err(StoreError::Unwritable("backup")),
    }
}

/// A backup as it is read.
struct Reading<'a> {
    tables: &'a [String],
    here: i64,
    digest: Sha256,
    number: usize,
    rows: u64,
}

impl Reading<'_> {
    async fn all(&mut self, connection: &mut AnyConnection, file: &mut (dyn BufRead + Send)) -> Result<(), StoreError> {
        let mut insert = None;
        let mut text = String::new();
        loop {
            text.clear();
            self.number += 1;
            let read = file.read_line(&mut text).map_err(|error| self.unread(&error))?;
            if read == 0 {
                return Err(BackupError::Cut.into());
            }
            let malformed = BackupError::Malformed(self.number);
            if let Ok(values) = serde_json::from_str::<Vec<Value>>(&text) {
                let (statement, columns): &(String, Vec<Kind>) = insert.as_ref().ok_or(malformed)?;
                self.insert(connection, statement, columns, values).await?;
            } else {
                match serde_json::from_str(&text).map_err(|_| malformed.clone())? {
                    Line::Backup { of, migration } if self.number == 1 && of == OF => self.same_tables(migration)?,
                    Line::Table { name, columns } if self.number > 1 => insert = Some(self.insertion(&name, &columns)?),
                    Line::End { rows, sha256 } => {
                        let is_whole = rows == self.rows && sha256 == HEXLOWER.encode(&self.digest.clone().finalize());
                        return if is_whole { Ok(()) } else { Err(BackupError::Cut.into()) };
                    }
                    Line::Backup { .. } | Line::Table { .. } => return Err(malformed.into()),
                }
            }
            self.digest.update(&text);
        }
    }

    fn unread(&self, error: &io::Error) -> StoreError {
        match error.kind() {
            io::ErrorKind::InvalidData => BackupError::Malformed(self.number).into(),
            kind => io::Error::from(kind).into(),
        }
    }

    const fn same_tables(&self, of: i64) -> Result<(), BackupError> {
        if of == self.here { Ok(()) } else { Err(BackupError::Tables { of, here: self.here }) }
    }

    /// The statement that inserts a row of a table that there is, and what its columns hold.
    fn insertion(&self, name: &str, columns: &[(String, Kind)]) -> Result<(String, Vec<Kind>), BackupError> {
        let is_word = |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !text.is_empty();
        if !self.tables.iter().any(|table| table == name) || !columns.iter().all(|(name, _)| is_word(name)) {
            return Err(BackupError::Malformed(self.number));
        }
        let (names, kinds): (Vec<&str>, Vec<Kind>) = columns.iter().map(|(name, kind)| (name.as_str(), *kind)).unzip();
        let places: Vec<String> = (1..=columns.len()).map(|number| format!("${number}")).collect();
        Ok((format!("INSERT INTO {name} ({}) VALUES ({})", names.join(", "), places.join(", ")), kinds))
    }

    async fn insert(
        &mut self,
        connection: &mut AnyConnection,
        statement: &str,
        columns: &[Kind],
        values: Vec<Value>,
    ) -> Result<(), StoreError> {
        let malformed = BackupError::Malformed(self.number);
        if values.len() != columns.len() {
            return Err(malformed.into());
        }
        let mut query = sqlx::query(AssertSqlSafe(statement.to_owned()));
        for (value, kind) in values.into_iter().zip(columns) {
            query = match (value, kind) {
                (Value::String(text), Kind::Text) => query.bind(text),
                (Value::Null, Kind::Text) => query.bind(None::<String>),
                (Value::Number(number), Kind::Bigint) => query.bind(number.as_i64().ok_or(malformed.clone())?),
                (Value::Null, Kind::Bigint) => query.bind(None::<i64>),
                _ => return Err(malformed.into()),
            };
        }
        query.execute(connection).await?;
        self.rows += 1;
        Ok(())
    }
}
