//! What people keep of workbooks: the state of their filters, and which workbooks they like.

use crate::audit::{self, AuditEvent};
use crate::chance::new_id;
use crate::idempotency::{self, Once};
use crate::time::{instant, micros};
use crate::{Store, StoreError};
use chrono::{DateTime, Utc};
use model::name::{BookmarkId, MemberId, WorkbookId};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// The most bookmarks one person keeps of one workbook.
const MOST: i64 = 100;

/// A saved state of somebody's filters.
#[derive(Debug, Clone, PartialEq)]
pub struct Bookmark {
    /// For ever.
    pub id: BookmarkId,
    /// Of which workbook.
    pub workbook: WorkbookId,
    /// Whose.
    pub owner: MemberId,
    /// For people.
    pub title: String,
    /// Page, and values by control.
    pub state: Json,
    /// Whether others see it who see the workbook: those of the owner's tenant, or all if the owner is of none.
    pub shared: bool,
    /// When it was made.
    pub made_at: DateTime<Utc>,
}

type Row = (String, String, String, String, String, i64, i64);

impl Store {
    /// A person's bookmarks of a workbook, and those that others share with them, by title: people of their tenant, and people
    /// of none. What is chosen in a bookmark may be data.
    ///
    /// # Errors
    /// The database fails.
    pub async fn bookmarks(&self, workbook: &WorkbookId, of: &MemberId) -> Result<Vec<Bookmark>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT bookmarks.id, workbook, owner, title, state, shared, made_at FROM bookmarks \
             JOIN members ON members.id = owner \
             WHERE workbook = $1 AND (owner = $2 OR (shared = 1 AND members.tenant IN \
             ('', (SELECT tenant FROM members WHERE id = $2)))) ORDER BY title, bookmarks.id",
        )
        .bind(workbook.as_str())
        .bind(of.as_str())
        .fetch_all(self.database.readers())
        .await?;
        rows.into_iter().map(read).collect()
    }

    /// Keeps a bookmark; `false`: the person has as many of the workbook as one may.
    ///
    /// # Errors
    /// [`StoreError::Done`], or the database fails. Nothing is written then.
    pub async fn make_bookmark(
        &self,
        bookmark: &Bookmark,
        once: Option<&Once>,
        event: AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.write().await?;
        idempotency::begin(&mut transaction, once, event.at).await?;
        let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM bookmarks WHERE workbook = $1 AND owner = $2")
            .bind(bookmark.workbook.as_str())
            .bind(bookmark.owner.as_str())
            .fetch_one(&mut *transaction)
            .await?;
        if kept >= MOST {
            return Ok(false);
        }
        sqlx::query(
            "INSERT INTO bookmarks (id, workbook, owner, title, state, shared, made_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(bookmark.id.as_str())
        .bind(bookmark.workbook.as_str())
        .bind(bookmark.owner.as_str())
        .bind(bookmark.title.as_str())
        .bind(bookmark.state.to_string())
        .bind(i64::from(bookmark.shared))
        .bind(micros(bookmark.made_at))
        .execute(&mut *transaction)
        .await?;
        idempotency::done(&mut transaction, once, bookmark.id.as_str()).await?;
        audit::insert(&mut transaction, &self.node, &event).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Deletes a bookmark of a person; `false`: they have no such bookmark.
    ///
    /// # Errors
    /// The database fails.
    pub async fn delete_bookmark(
        &self,
        workbook: &WorkbookId,
        id: &BookmarkId,
        owner: &MemberId,
        event: AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.write().await?;
        let deleted = sqlx::query("DELETE FROM bookmarks WHERE workbook = $1 AND id = $2 AND owner = $3")
            .bind(workbook.as_str())
            .bind(id.as_str())
            .bind(owner.as_str())
            .execute(&mut *transaction)
            .await?;
        if deleted.rows_affected() == 0 {
            return Ok(false);
        }
        audit::insert(&mut transaction, &self.node, &event).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The workbooks that a person likes.
    ///
    /// # Errors
    /// The database fails.
    pub async fn favourites(&self, of: &MemberId) -> Result<BTreeSet<WorkbookId>, StoreError> {
        let rows: Vec<String> = sqlx::query_scalar("SELECT workbook FROM favourites WHERE member = $1")
            .bind(of.as_str())
            .fetch_all(self.database.readers())
            .await?;
        Ok(rows.into_iter().map(WorkbookId::new).collect())
    }

    /// Notes that a person likes a workbook, or no longer.
    ///
    /// # Errors
    /// The database fails.
    pub async fn set_favourite(
        &self,
        of: &MemberId,
        workbook: &WorkbookId,
        liked: bool,
        event: AuditEvent,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.write().await?;
        let statement = if liked {
            "INSERT INTO favourites (member, workbook) VALUES ($1, $2) ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM favourites WHERE member = $1 AND workbook = $2"
        };
        sqlx::query(statement).bind(of.as_str()).bind(workbook.as_str()).execute(&mut *transaction).await?;
        audit::insert(&mut transaction, &self.node, &event).await?;
        Ok(transaction.commit().await?)
    }
}

/// A new bookmark id, `bookmark_…`.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn new_bookmark_id() -> Result<BookmarkId, StoreError> {
    new_id("bookmark").map(BookmarkId::new)
}

fn read((id, workbook, owner, title, state, shared, made_at): Row) -> Result<Bookmark, StoreError> {
    Ok(Bookmark {
        id: BookmarkId::new(id),
        workbook: WorkbookId::new(workbook),
        owner: MemberId::new(owner),
        title,
        state: state.parse().map_err(|_| StoreError::Unreadable("bookmark"))?,
        shared: shared != 0,
        made_at: instant(made_at)?,
    })
}
