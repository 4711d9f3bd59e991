//! Sessions: opening, finding and ending them.

use crate::apply::Changes;
use crate::members::{MemberRow, write_profile};
use crate::revisions::revision;
use crate::time::micros;
use crate::{Store, StoreError, TokenHash};
use authz::{Facts, Member, ProfileWrite};
use chrono::{DateTime, Utc};
use model::enforcement::{Point, enforced};
use model::name::{IssuerId, MemberId, SessionId};
use sqlx::AnyConnection;

/// A session to be opened.
#[derive(Debug, Clone, Copy)]
pub struct OpenSession<'a> {
    /// The revision at which it was decided what is pinned.
    pub revision: u64,
    /// What is pinned.
    pub facts: &'a Facts,
    /// What its token says about the person.
    pub profile: &'a ProfileWrite,
    /// The hash of the one-time code.
    pub code: TokenHash,
    /// When the code can no longer be redeemed.
    pub code_expires_at: DateTime<Utc>,
}

/// What a handle is of.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub enum FoundSession {
    /// Of no session.
    Unknown,
    /// Of a session that was ended, or that an earlier version pinned in words this one does not know. Whether it has
    /// expired is for `authz::resume` to say.
    Ended(SessionId),
    /// Of a session that was not ended.
    Open(Box<SessionRecord>),
}

/// A session, with everything live that its next request depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionRecord {
    /// What was pinned when it was opened.
    pub facts: Facts,
    /// The person as they are now.
    pub member: Member,
    /// The revision in force.
    pub revision: u64,
}

impl Store {
    /// Writes the person, the session and its code in one transaction. Returns the facts as they are kept: where
    /// somebody else made the same identity meanwhile, the member is that one.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if another revision is in force meanwhile: what it changed could not end a session that
    /// was not there yet, so the person must be identified again. Or the database fails. Nothing is written then.
    pub async fn open_session(&self, session: OpenSession<'_>) -> Result<Facts, StoreError> {
        let now = session.facts.opened_at;
        let mut transaction = self.database.write().await?;
        if revision(&mut transaction).await? != session.revision {
            return Err(StoreError::Stale { opened_at: session.revision });
        }
        let member = write_profile(&mut transaction, session.profile, &session.facts.member, now).await?;
        let facts = Facts { member, ..session.facts.clone() };
        insert(&mut transaction, &facts).await?;
        insert_code(&mut transaction, &facts, session.code, session.code_expires_at).await?;
        transaction.commit().await?;
        Ok(facts)
    }

    /// The session of a handle, its person and the revision in force, in one round trip: what anybody committed
    /// before the call began is in the answer.
    ///
    /// # Errors
    /// The database fails.
    pub async fn session(&self, handle: TokenHash) -> Result<FoundSession, StoreError> {
        let row: Option<SessionRow> = sqlx::query_as(
            "SELECT sessions.id AS session, sessions.facts, sessions.ended_at, members.*, \
             (SELECT COALESCE(MAX(revision), 0) FROM revisions) AS revision \
             FROM sessions JOIN members ON members.id = sessions.member WHERE sessions.handle_hash = $1",
        )
        .bind(handle.to_hex())
        .fetch_optional(self.database.readers())
        .await?;
        row.map_or(Ok(FoundSession::Unknown), SessionRow::read)
    }

    /// Ends a session of an issuer; `false`: the issuer has no such session that could be ended.
    ///
    /// # Errors
    /// The database fails.
    pub async fn end_session(
        &self,
        session: &SessionId,
        issuer: &IssuerId,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.write().await?;
        let ended = sqlx::query(
            "UPDATE sessions SET ended_at = $3, ended_because = $4 \
             WHERE id = $1 AND issuer = $2 AND ended_at IS NULL AND expires_at > $3",
        )
        .bind(session.as_str())
        .bind(issuer.as_str())
        .bind(micros(now))
        .bind(reason)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(ended.rows_affected() > 0)
    }

    /// Ends every session of a member; how many that were.
    ///
    /// # Errors
    /// The database fails.
    pub async fn end_sessions_of(
        &self,
        member: &MemberId,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let mut transaction = self.database.write().await?;
        let ended = sqlx::query(
            "UPDATE sessions SET ended_at = $2, ended_because = $3 \
             WHERE member = $1 AND ended_at IS NULL AND expires_at > $2",
        )
        .bind(member.as_str())
        .bind(micros(now))
        .bind(reason)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(ended.rows_affected())
    }
}

async fn insert(connection: &mut AnyConnection, facts: &Facts) -> Result<(), StoreError> {
    let text = serde_json::to_string(facts).map_err(|_| StoreError::Unwritable("facts"))?;
    sqlx::query(
        "INSERT INTO sessions (id, member, issuer, facts, opened_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(facts.session.as_str())
    .bind(facts.member.as_str())
    .bind(facts.issuer.as_str())
    .bind(text)
    .bind(micros(facts.opened_at))
    .bind(micros(facts.expires_at))
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_code(
    connection: &mut AnyConnection,
    facts: &Facts,
    code: TokenHash,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO codes (hash, session, key_id, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(code.to_hex())
        .bind(facts.session.as_str())
        .bind(facts.key.as_str())
        .bind(micros(expires_at))
        .execute(connection)
        .await?;
    Ok(())
}

/// Facts as they are stored; `None`: as an earlier version stored them, which ends the session.
pub(crate) fn read_facts(text: &str) -> Option<Facts> {
    serde_json::from_str(text).ok()
}

/// Ends the open sessions that a new revision ends; how many that were.
pub(crate) async fn end_affected(
    connection: &mut AnyConnection,
    changes: &Changes,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    if changes.is_empty() {
        return Ok(0);
    }
    let open: Vec<(String, String)> =
        sqlx::query_as("SELECT id, facts FROM sessions WHERE ended_at IS NULL AND expires_at > $1")
            .bind(micros(now))
            .fetch_all(&mut *connection)
            .await?;
    let mut ended = 0;
    for (session, facts) in open {
        let reason = read_facts(&facts).map_or(Some("facts_unreadable"), |facts| changes.end(&facts));
        if let Some(reason) = reason {
            end(connection, &session, reason, now).await?;
            ended += 1;
        }
    }
    Ok(ended)
}

/// Ends a session, whatever state it is in.
pub(crate) async fn end(
    connection: &mut AnyConnection,
    session: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE sessions SET ended_at = $2, ended_because = $3 WHERE id = $1 AND ended_at IS NULL")
        .bind(session)
        .bind(micros(now))
        .bind(reason)
        .execute(connection)
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    session: String,
    facts: String,
    ended_at: Option<i64>,
    revision: i64,
    #[sqlx(flatten)]
    member: MemberRow,
}

impl SessionRow {
    fn read(self) -> Result<FoundSession, StoreError> {
        let facts = read_facts(&self.facts);
        let facts = facts.filter(|_| self.ended_at.is_none() || !enforced(Point::SessionEnded));
        let Some(facts) = facts else { return Ok(FoundSession::Ended(SessionId::new(self.session))) };
        let (member, revision) = (self.member.read()?, self.revision.cast_unsigned());
        Ok(FoundSession::Open(Box::new(SessionRecord { facts, member, revision })))
    }
}
