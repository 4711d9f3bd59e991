//! Sessions of the application, and the links that open one once: for the first administrator, and for whoever is invited.

use crate::audit::{self, AuditEvent};
use crate::members::{MemberRow, by_id};
use crate::sessions::{Credential, insert, insert_credential};
use crate::time::micros;
use crate::{Store, StoreError, TokenHash};
use authz::{Facts, Member};
use chrono::{DateTime, Utc};
use model::name::MemberId;
use sqlx::AnyConnection;

/// How somebody has shown that they are the member whose session is to be opened.
#[derive(Debug, Clone, Copy)]
pub enum Proof {
    /// By the code of a link, which is burnt.
    Link(TokenHash),
    /// By what was verified before, and counts no less a second time.
    Vouched,
}

/// A session of the application to be opened.
#[derive(Debug)]
pub struct Entering<'a> {
    /// How they have shown who they are.
    pub proof: Proof,
    /// The revision at which it was decided what is pinned.
    pub revision: u64,
    /// The member as they were found.
    pub found: &'a Member,
    /// What is pinned.
    pub facts: &'a Facts,
    /// The hash of what the cookie holds.
    pub cookie: TokenHash,
    /// The hash of what the browser's cookie held: that session ends.
    pub replaces: Option<TokenHash>,
    /// What is told of it.
    pub event: AuditEvent,
}

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

    /// Opens a session of the application: the member has logged in.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if another revision is in force, or the member is not as they were found;
    /// [`StoreError::TokenUsed`] if what they have shown does not count any more, or the database fails. Nothing is written
    /// then.
    pub async fn enter(&self, entering: Entering<'_>) -> Result<(), StoreError> {
        let Entering { proof, revision, found, facts, cookie, replaces, event } = entering;
        let now = facts.opened_at;
        let mut transaction = self.database.write().await?;
        let is_as_found = by_id(&mut transaction, &found.id).await?.as_ref() == Some(found);
        if !is_as_found || crate::revisions::revision(&mut transaction).await? != revision {
            return Err(StoreError::Stale { opened_at: revision });
        }
        if !use_up(&mut transaction, proof, &found.id, now).await? {
            return Err(StoreError::TokenUsed);
        }
        sqlx::query("UPDATE members SET has_logged_in = 1 WHERE id = $1")
            .bind(found.id.as_str())
            .execute(&mut *transaction)
            .await?;
        insert(&mut transaction, facts).await?;
        insert_credential(&mut transaction, facts, Credential::Handle { hash: cookie, replaces }, now).await?;
        audit::insert(&mut transaction, &self.node, &event).await?;
        Ok(transaction.commit().await?)
    }
}

/// Uses up what counts once; `false`: it does not count.
async fn use_up(
    connection: &mut AnyConnection,
    proof: Proof,
    member: &MemberId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let Proof::Link(code) = proof else { return Ok(true) };
    let burnt = sqlx::query(
        "UPDATE login_links SET used_at = $3 \
         WHERE hash = $1 AND member = $2 AND used_at IS NULL AND expires_at > $3",
    )
    .bind(code.to_hex())
    .bind(member.as_str())
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(burnt.rows_affected() > 0)
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
