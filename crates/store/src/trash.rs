//! Workbooks that were thrown away, with their tags and what was granted on them, until they are put back or deleted.

use crate::audit::{self, AuditEvent};
use crate::time::{instant, micros};
use crate::{Store, StoreError};
use chrono::{DateTime, Utc};
use model::name::{MemberId, WorkbookId};
use model::snapshot::Kind;
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;

/// A workbook in the trash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thrown {
    /// The id that it has again when it is put back.
    pub workbook: WorkbookId,
    /// Its name.
    pub name: String,
    /// The workbook, its tags, and the grants on all of them.
    pub items: Vec<ThrownItem>,
    /// When it was thrown away.
    pub at: DateTime<Utc>,
    /// Who threw it away.
    pub by: MemberId,
}

/// A definition as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThrownItem {
    /// The kind's name in the store.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// JSON.
    pub body: String,
}

impl ThrownItem {
    /// What it is of.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        Kind::from_name(&self.kind)
    }
}

type Row = (String, String, String, i64, String);

impl Store {
    /// What is in the trash, by id behind `after`, at most so much.
    ///
    /// # Errors
    /// The database fails.
    pub async fn trash(&self, after: &str, most: u32) -> Result<Vec<Thrown>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT workbook, name, items, thrown_at, thrower FROM trash WHERE workbook > $1 ORDER BY workbook LIMIT $2",
        )
        .bind(after)
        .bind(i64::from(most))
        .fetch_all(self.database.readers())
        .await?;
        rows.into_iter().map(read).collect()
    }

    /// The workbook of that id, if it is in the trash.
    ///
    /// # Errors
    /// The database fails.
    pub async fn thrown(&self, workbook: &WorkbookId) -> Result<Option<Thrown>, StoreError> {
        let row: Option<Row> =
            sqlx::query_as("SELECT workbook, name, items, thrown_at, thrower FROM trash WHERE workbook = $1")
                .bind(workbook.as_str())
                .fetch_optional(self.database.readers())
                .await?;
        row.map(read).transpose()
    }

    /// Deletes a workbook in the trash for ever, with its versions, its draft, and what people kept of it; `false`: it is
    /// not there.
    ///
    /// # Errors
    /// The database fails. Nothing is written then.
    pub async fn purge(&self, workbook: &WorkbookId, event: AuditEvent) -> Result<bool, StoreError> {
        let mut transaction = self.database.write().await?;
        if !take_out(&mut transaction, workbook).await? {
            return Ok(false);
        }
        for statement in [
            "DELETE FROM versions WHERE workbook = $1",
            "DELETE FROM drafts WHERE workbook = $1",
            "DELETE FROM bookmarks WHERE workbook = $1",
            "DELETE FROM favourites WHERE workbook = $1",
        ] {
            sqlx::query(statement).bind(workbook.as_str()).execute(&mut *transaction).await?;
        }
        audit::insert(&mut transaction, &self.node, &event).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// Puts a workbook into the trash.
pub(crate) async fn throw(connection: &mut AnyConnection, thrown: &Thrown) -> Result<(), StoreError> {
    let items = serde_json::to_string(&thrown.items).map_err(|_| StoreError::Unwritable("trash"))?;
    sqlx::query("INSERT INTO trash (workbook, name, items, thrown_at, thrower) VALUES ($1, $2, $3, $4, $5)")
        .bind(thrown.workbook.as_str())
        .bind(thrown.name.as_str())
        .bind(items)
        .bind(micros(thrown.at))
        .bind(thrown.by.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes a workbook out of the trash; `false`: it is not there.
pub(crate) async fn take_out(connection: &mut AnyConnection, workbook: &WorkbookId) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM trash WHERE workbook = $1").bind(workbook.as_str()).execute(connection).await?;
    Ok(done.rows_affected() > 0)
}

fn read((workbook, name, items, thrown_at, thrower): Row) -> Result<Thrown, StoreError> {
    Ok(Thrown {
        workbook: WorkbookId::new(workbook),
        name,
        items: serde_json::from_str(&items).map_err(|_| StoreError::Unreadable("trash"))?,
        at: instant(thrown_at)?,
        by: MemberId::new(thrower),
    })
}
