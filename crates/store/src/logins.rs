//! Links that let a member into the application once: for the first administrator, and for whoever is invited.

use crate::audit::{self, AuditEvent};
use crate::members::{MemberRow, by_id};
use crate::sessions::{Credential, insert, insert_credential};
use crate::time::micros;
use crate::{Store, StoreError, TokenHash};
use authz::{Facts, Member};
use chrono::{DateTime, Utc};
use model::name::MemberId;
use sqlx::AnyConnection;

impl Store {
    /// Keeps a link that lets the member in once. Links that the member was given before stop counting.
    ///
    /// # Errors
    /// The database fails.
    pub async fn make_login_link(
        &self,
        member: &MemberId,
        code: TokenHash,
        expires_at: DateTime<Utc>,
        event: AuditEvent,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.write().await?;
        write_link(&mut transaction, member, code, expires_at).await?;
        audit::insert(&mut transaction, &self.node, &event).await?;
        Ok(transaction.commit().await?)
    }

    /// Whom a link lets in; `None`: nobody, for it is unknown, was used or has expired.
    ///
    /// # Errors
    /// The database fails.
    pub async fn login_link(&self, code: TokenHash, now: DateTime<Utc>) -> Result<Option<Member>, StoreError> {
        let row: Option<MemberRow> = sqlx::query_as(
            "SELECT members.* FROM login_links JOIN members ON members.id = login_links.member \
             WHERE hash = $1 AND used_at IS NULL AND expires_at > $2",
        )
        .bind(code.to_hex())
        .bind(micros(now))
        .fetch_optional(self.database.readers())
        .await?;
        row.map(MemberRow::read).transpose()
    }

    /// Burns the link and opens the session that it is for: the member has logged in.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if another revision is in force than `revision`, or the member is not as they were `found`;
    /// [`StoreError::TokenUsed`] if the link does not count any more, or the database fails. Nothing is written then.
    pub async fn enter(
        &self,
        code: TokenHash,
        (revision, found): (u64, &Member),
        facts: &Facts,
        handle: TokenHash,
        event: AuditEvent,
    ) -> Result<(), StoreError> {
        let now = facts.opened_at;
        let mut transaction = self.database.write().await?;
        let is_as_found = by_id(&mut transaction, &found.id).await?.as_ref() == Some(found);
        if !is_as_found || crate::revisions::revision(&mut transaction).await? != revision {
            return Err(StoreError::Stale { opened_at: revision });
        }
        let burnt = sqlx::query(
            "UPDATE login_links SET used_at = $3 \
             WHERE hash = $1 AND member = $2 AND used_at IS NULL AND expires_at > $3",
        )
        .bind(code.to_hex())
        .bind(facts.member().map_or("", MemberId::as_str))
        .bind(micros(now))
        .execute(&mut *transaction)
        .await?;
        if burnt.rows_affected() == 0 {
            return Err(StoreError::TokenUsed);
        }
        sqlx::query("UPDATE members SET has_logged_in = 1 WHERE id = $1")
            .bind(facts.member().map_or("", MemberId::as_str))
            .execute(&mut *transaction)
            .await?;
        insert(&mut transaction, facts).await?;
        insert_credential(&mut transaction, facts, Credential::Handle { hash: handle, replaces: None }, now).await?;
        audit::insert(&mut transaction, &self.node, &event).await?;
        Ok(transaction.commit().await?)
    }
}

/// Writes a link in place of those that the member has.
pub(crate) async fn write_link(
    connection: &mut AnyConnection,
    member: &MemberId,
    code: TokenHash,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM login_links WHERE member = $1").bind(member.as_str()).execute(&mut *connection).await?;
    sqlx::query("INSERT INTO login_links (hash, member, expires_at) VALUES ($1, $2, $3)")
        .bind(code.to_hex())
        .bind(member.as_str())
        .bind(micros(expires_at))
        .execute(connection)
        .await?;
    Ok(())
}
