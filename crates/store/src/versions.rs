//! Versions of workbooks by number: what they showed, since when, and who published it. A number is given once.

use crate::audit::{self, AuditEvent};
use crate::chance::new_id;
use crate::database::Database;
use crate::revisions::RowChange;
use crate::time::{instant, micros};
use crate::{Store, StoreError};
use chrono::{DateTime, Utc};
use model::name::{MemberId, WorkbookId};
use model::snapshot::Kind;
use model::workbook::{VersionBody, Workbook};
use sqlx::AnyConnection;

/// A version of a workbook that was published once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// From 1 on; the highest is the published one.
    pub number: u64,
    /// Since when it was published.
    pub made_at: DateTime<Utc>,
    /// Who published it. `None`: it came with files.
    pub maker: Option<MemberId>,
}

/// What a workbook is to show, which only its authors see.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// What it shows.
    pub body: VersionBody,
    /// The number of the version that it began with.
    pub based_on: u64,
    /// Another one with each time that it is saved.
    pub state: String,
    /// When it was saved last.
    pub edited_at: DateTime<Utc>,
    /// Who saved it last.
    pub editor: MemberId,
}

/// What somebody expects of a draft whom another may have been faster than.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected<'a> {
    /// Whatever there is.
    Anything,
    /// There is none.
    Nothing,
    /// It is in one of these states.
    Any(&'a [String]),
}

impl Expected<'_> {
    fn fits(self, state: Option<&str>) -> bool {
        match (self, state) {
            (Self::Anything, _) | (Self::Nothing, None) => true,
            (Self::Any(states), Some(state)) => states.iter().any(|one| one == state),
            (Self::Nothing, Some(_)) | (Self::Any(_), None) => false,
        }
    }
}

impl Store {
    /// The versions of a workbook before a number, the latest first, at most so many.
    ///
    /// # Errors
    /// The database fails.
    pub async fn versions(&self, of: &WorkbookId, before: u64, most: u32) -> Result<Vec<Version>, StoreError> {
        let rows: Vec<(i64, i64, Option<String>)> = sqlx::query_as(
            "SELECT number, made_at, maker FROM versions WHERE workbook = $1 AND number < $2 \
             ORDER BY number DESC LIMIT $3",
        )
        .bind(of.as_str())
        .bind(i64::try_from(before).unwrap_or(i64::MAX))
        .bind(i64::from(most))
        .fetch_all(self.database.readers())
        .await?;
        let read = |(number, made_at, maker): (i64, i64, Option<String>)| {
            let maker = maker.map(MemberId::new);
            Ok(Version { number: number.cast_unsigned(), made_at: instant(made_at)?, maker })
        };
        rows.into_iter().map(read).collect()
    }

    /// What a version of a workbook showed; `None`: there is no such version.
    ///
    /// # Errors
    /// The database fails.
    pub async fn version(&self, of: &WorkbookId, number: u64) -> Result<Option<VersionBody>, StoreError> {
        let body: Option<String> = sqlx::query_scalar("SELECT body FROM versions WHERE workbook = $1 AND number = $2")
            .bind(of.as_str())
            .bind(i64::try_from(number).unwrap_or(i64::MAX))
            .fetch_optional(self.database.readers())
            .await?;
        body.map(|body| serde_json::from_str(&body).map_err(|_| StoreError::Unreadable("version"))).transpose()
    }

    /// The draft of a workbook, if it has one.
    ///
    /// # Errors
    /// The database fails.
    pub async fn draft(&self, of: &WorkbookId) -> Result<Option<Draft>, StoreError> {
        let row: Option<(String, i64, String, i64, String)> =
            sqlx::query_as("SELECT body, based_on, state, edited_at, editor FROM drafts WHERE workbook = $1")
                .bind(of.as_str())
                .fetch_optional(self.database.readers())
                .await?;
        let read = |(body, based_on, state, edited_at, editor): (String, i64, String, i64, String)| {
            Ok(Draft {
                body: serde_json::from_str(&body).map_err(|_| StoreError::Unreadable("draft"))?,
                based_on: based_on.cast_unsigned(),
                state,
                edited_at: instant(edited_at)?,
                editor: MemberId::new(editor),
            })
        };
        row.map(read).transpose()
    }

    /// Saves what a workbook is to show, in place of what was saved before; `None`: the draft is not as expected.
    ///
    /// # Errors
    /// The database fails. Nothing is written then.
    pub async fn save_draft(
        &self,
        of: &WorkbookId,
        (body, based_on): (&VersionBody, u64),
        expected: Expected<'_>,
        editor: &MemberId,
        event: AuditEvent,
    ) -> Result<Option<Draft>, StoreError> {
        let text = serde_json::to_string(body).map_err(|_| StoreError::Unwritable("draft"))?;
        let mut transaction = self.database.write().await?;
        if !expected.fits(state_of(&mut transaction, of).await?.as_deref()) {
            return Ok(None);
        }
        let (state, edited_at) = (new_id("draft")?, event.at);
        sqlx::query(
            "INSERT INTO drafts (workbook, body, based_on, state, edited_at, editor) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (workbook) DO UPDATE SET body = $2, based_on = $3, state = $4, edited_at = $5, editor = $6",
        )
        .bind(of.as_str())
        .bind(text)
        .bind(based_on.cast_signed())
        .bind(state.as_str())
        .bind(micros(edited_at))
        .bind(editor.as_str())
        .execute(&mut *transaction)
        .await?;
        audit::insert(&mut transaction, &self.node, &event).await?;
        transaction.commit().await?;
        Ok(Some(Draft { body: body.clone(), based_on, state, edited_at, editor: editor.clone() }))
    }

    /// Discards the draft of a workbook; `false`: it is not as expected.
    ///
    /// # Errors
    /// The database fails. Nothing is written then.
    pub async fn discard_draft(
        &self,
        of: &WorkbookId,
        expected: Expected<'_>,
        event: AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.write().await?;
        let state = state_of(&mut transaction, of).await?;
        if state.is_none() || !expected.fits(state.as_deref()) {
            return Ok(false);
        }
        remove_draft(&mut transaction, of.as_str()).await?;
        audit::insert(&mut transaction, &self.node, &event).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

async fn state_of(connection: &mut AnyConnection, of: &WorkbookId) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT state FROM drafts WHERE workbook = $1")
        .bind(of.as_str())
        .fetch_optional(connection)
        .await?)
}

/// A draft is what is published now, and no draft any more.
///
/// # Errors
/// [`StoreError::DraftChanged`] if it is not in that state, or if another version than the one that it is based on is
/// published.
pub(crate) async fn published(
    connection: &mut AnyConnection,
    workbook: &WorkbookId,
    state: &str,
) -> Result<(), StoreError> {
    let is_next: Option<i64> = sqlx::query_scalar(
        "SELECT based_on FROM drafts WHERE workbook = $1 AND state = $2 \
         AND based_on = (SELECT MAX(number) FROM versions WHERE versions.workbook = $1)",
    )
    .bind(workbook.as_str())
    .bind(state)
    .fetch_optional(&mut *connection)
    .await?;
    if is_next.is_none() {
        return Err(StoreError::DraftChanged);
    }
    remove_draft(connection, workbook.as_str()).await
}

async fn remove_draft(connection: &mut AnyConnection, workbook: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM drafts WHERE workbook = $1").bind(workbook).execute(connection).await?;
    Ok(())
}

/// Keeps what workbooks show from now on as their next version, where that is something else. Of workbooks that are
/// gone nothing is kept, unless they are in the trash.
pub(crate) async fn keep(
    connection: &mut AnyConnection,
    rows: &[RowChange],
    (maker, now): (Option<&MemberId>, DateTime<Utc>),
) -> Result<(), StoreError> {
    for row in rows.iter().filter(|row| row.kind == Kind::Workbook) {
        match &row.after {
            Some(body) => keep_one(connection, (&row.id, body), maker, now).await?,
            None => forget(connection, &row.id).await?,
        }
    }
    Ok(())
}

async fn keep_one(
    connection: &mut AnyConnection,
    (id, workbook): (&str, &str),
    maker: Option<&MemberId>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let body = body_of(workbook)?;
    let last: Option<(i64, String)> =
        sqlx::query_as("SELECT number, body FROM versions WHERE workbook = $1 ORDER BY number DESC LIMIT 1")
            .bind(id)
            .fetch_optional(&mut *connection)
            .await?;
    if last.as_ref().is_some_and(|(_, last)| *last == body) {
        return Ok(());
    }
    sqlx::query("INSERT INTO versions (workbook, number, body, made_at, maker) VALUES ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(last.map_or(1, |(number, _)| number + 1))
        .bind(body)
        .bind(micros(now))
        .bind(maker.map(MemberId::as_str))
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets versions and draft of a workbook, unless it is in the trash.
async fn forget(connection: &mut AnyConnection, id: &str) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM versions WHERE workbook = $1 AND NOT EXISTS (SELECT 1 FROM trash WHERE trash.workbook = $1)",
        "DELETE FROM drafts WHERE workbook = $1 AND NOT EXISTS (SELECT 1 FROM trash WHERE trash.workbook = $1)",
    ] {
        sqlx::query(statement).bind(id).execute(&mut *connection).await?;
    }
    Ok(())
}

fn body_of(workbook: &str) -> Result<String, StoreError> {
    let workbook: Workbook = serde_json::from_str(workbook).map_err(|_| StoreError::Unreadable("definitions"))?;
    serde_json::to_string(&VersionBody::of(&workbook)).map_err(|_| StoreError::Unwritable("version"))
}

/// Begins the versions of workbooks that an earlier version of this program has published.
pub(crate) async fn begin(database: &Database) -> Result<(), StoreError> {
    const WITHOUT: &str = "SELECT id, body, applied_at FROM definitions \
         JOIN revisions ON revisions.revision = definitions.revision \
         WHERE kind = 'workbook' AND body IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM versions WHERE versions.workbook = definitions.id)";
    let without: Vec<(String, String, i64)> = sqlx::query_as(WITHOUT).fetch_all(database.readers()).await?;
    if without.is_empty() {
        return Ok(());
    }
    let mut transaction = database.write().await?;
    let without: Vec<(String, String, i64)> = sqlx::query_as(WITHOUT).fetch_all(&mut *transaction).await?;
    for (id, body, applied_at) in without {
        keep_one(&mut transaction, (&id, &body), None, instant(applied_at)?).await?;
    }
    Ok(transaction.commit().await?)
}
