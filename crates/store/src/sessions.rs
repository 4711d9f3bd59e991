//! Sessions: opening, finding and ending them.

use crate::apply::Changes;
use crate::database::known;
use crate::members::{MemberRow, by_id, is_bound, is_linked, is_taken, write_profile};
use crate::time::{instant, micros};
use crate::{Store, StoreError, TokenHash};
use authz::{Facts, Member, ProfileWrite, Who};
use chrono::{DateTime, Utc};
use model::assertion::Once;
use model::enforcement::{Point, enforced};
use model::name::{IssuerId, KeyId, MemberId, ProviderId, SessionId, TenantId};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, FromRow, Row};

/// A session to be opened.
#[derive(Debug, Clone, Copy)]
pub struct OpenSession<'a> {
    /// The revision at which it was decided what is pinned.
    pub revision: u64,
    /// What is pinned.
    pub facts: &'a Facts,
    /// The person as they were found, if they were there.
    pub found: Option<&'a Member>,
    /// Whether they come by an identity that is linked to them.
    pub linked: bool,
    /// What its token says about the person.
    pub profile: &'a ProfileWrite,
    /// The id of its token, if that counts once.
    pub once: Option<&'a Once>,
    /// What its frame has to show.
    pub credential: Credential,
}

/// What a frame has to show for its session.
#[derive(Debug, Clone, Copy)]
pub enum Credential {
    /// A one-time code, which it redeems.
    Code {
        /// The code's hash.
        hash: TokenHash,
        /// When it can no longer be redeemed.
        expires_at: DateTime<Utc>,
    },
    /// A handle, at once.
    Handle {
        /// The handle's hash.
        hash: TokenHash,
        /// The hash of the handle that the new session takes the place of.
        replaces: Option<TokenHash>,
    },
}

/// A session that was opened.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenedSession {
    /// The facts as they are kept.
    pub facts: Facts,
    /// What was pinned in the session of the same issuer that it takes the place of, and that has ended now.
    pub replaced: Option<Facts>,
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
    /// The person as they are now, if they are a member.
    pub member: Option<Member>,
    /// When somebody who has logged in was last there, if they have been since.
    pub seen_at: Option<DateTime<Utc>>,
    /// The revision in force.
    pub revision: u64,
}

/// The query for a session with everything that [`found`] reads.
macro_rules! found_sessions {
    ($which:literal) => {
        concat!(
            "SELECT sessions.id AS session, sessions.member, sessions.facts, sessions.ended_at, sessions.seen_at, members.*, ",
            "(SELECT COALESCE(MAX(revision), 0) FROM revisions) AS revision FROM sessions ",
            $which
        )
    };
}
pub(crate) use found_sessions;

impl Store {
    /// Writes the person, the session and its credential in one transaction, and that its token was used. Returns the
    /// facts as they are kept: where somebody else made the same identity meanwhile, the member is that one.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if another revision is in force meanwhile, or the person is not as they were found: what was
    /// changed could not end a session that was not there yet, so the person must be identified again. [`StoreError::TokenUsed`] if the token was used
    /// before. Or the database fails. Nothing is written then.
    pub async fn open_session(&self, session: OpenSession<'_>) -> Result<OpenedSession, StoreError> {
        self.opener.open(session).await
    }

    /// The session of a handle, its person and the revision in force, in one round trip: what anybody committed
    /// before the call began is in the answer.
    ///
    /// # Errors
    /// The database fails.
    pub async fn session(&self, handle: TokenHash) -> Result<FoundSession, StoreError> {
        let row = sqlx::query(found_sessions!(
            "LEFT JOIN members ON members.id = sessions.member WHERE sessions.handle_hash = $1"
        ))
        .bind(handle.to_hex());
        let row = known(async { Ok(row.fetch_optional(self.database.readers()).await?) }).await?;
        row.map_or(Ok(FoundSession::Unknown), |row| found(&row))
    }

    /// Notes that somebody who has logged in is there.
    ///
    /// # Errors
    /// The database fails.
    pub async fn note_presence(&self, session: &SessionId, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut transaction = self.database.write_beside().await?;
        sqlx::query("UPDATE sessions SET seen_at = $2 WHERE id = $1 AND ended_at IS NULL")
            .bind(session.as_str())
            .bind(micros(now))
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
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
        let mut transaction = self.database.write_beside().await?;
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

    /// Ends the sessions that a provider opened for a person, in one of its own sessions if one is named; how many that
    /// were. The id of the provider's message counts once.
    ///
    /// # Errors
    /// [`StoreError::TokenUsed`] if it was used before; nothing is written then. The database fails.
    pub async fn end_sessions_of_provider(
        &self,
        provider: &ProviderId,
        (subject, session): (Option<&str>, Option<&str>),
        once: &Once,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let mut transaction = self.database.write().await?;
        use_token(&mut transaction, provider.as_str(), once).await?;
        let ended = sqlx::query(
            "UPDATE sessions SET ended_at = $4, ended_because = 'the identity provider logged the person out' \
             WHERE provider = $1 AND (provider_subject = $2 OR $2 IS NULL) \
             AND (provider_session = $3 OR $3 IS NULL) AND ended_at IS NULL AND expires_at > $4",
        )
        .bind(provider.as_str())
        .bind(subject)
        .bind(session)
        .bind(micros(now))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(ended.rows_affected())
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
        let ended = end_all_of(&mut transaction, member, reason, now).await?;
        transaction.commit().await?;
        Ok(ended)
    }
}

/// Opens a session in a transaction at the revision that is in force in it. Whatever refuses it comes before anything is
/// written.
pub(crate) async fn open_in(
    connection: &mut AnyConnection,
    session: OpenSession<'_>,
    in_force: u64,
) -> Result<OpenedSession, StoreError> {
    let now = session.facts.opened_at;
    if in_force != session.revision {
        return Err(StoreError::Stale { opened_at: session.revision });
    }
    if let Some(found) = session.found
        && by_id(connection, &found.id).await?.as_ref() != Some(found)
    {
        return Err(StoreError::Stale { opened_at: session.revision });
    }
    if session.linked && !is_still_linked(connection, &session).await? {
        return Err(StoreError::Stale { opened_at: session.revision });
    }
    // It was linked to somebody after it was looked up: who that is must be asked anew.
    if let ProfileWrite::Create(new) = session.profile
        && is_linked(connection, new).await?
    {
        return Err(StoreError::Stale { opened_at: session.revision });
    }
    if let ProfileWrite::Create(new) = session.profile
        && is_taken(connection, new).await?
    {
        return Err(StoreError::Stale { opened_at: session.revision });
    }
    // It was bound to somebody else's name after it was looked up.
    if let ProfileWrite::Bind(member) = session.profile
        && is_bound(connection, &member.id, session.facts).await?
    {
        return Err(StoreError::Stale { opened_at: session.revision });
    }
    let (key, provider) = (&session.facts.key, &session.facts.provider);
    let signer = key.as_ref().map(KeyId::as_str).or(provider.as_ref().map(ProviderId::as_str));
    if let (Some(once), Some(signer)) = (session.once, signer) {
        use_token(connection, signer, once).await?;
    }
    let facts = with_member(connection, &session).await?;
    insert(connection, &facts).await?;
    let replaced = insert_credential(connection, &facts, session.credential, now).await?;
    Ok(OpenedSession { facts, replaced })
}

/// Ends every session of a member; how many that were.
pub(crate) async fn end_all_of(
    connection: &mut AnyConnection,
    member: &MemberId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let ended = sqlx::query(
        "UPDATE sessions SET ended_at = $2, ended_because = $3 \
         WHERE member = $1 AND ended_at IS NULL AND expires_at > $2",
    )
    .bind(member.as_str())
    .bind(micros(now))
    .bind(reason)
    .execute(connection)
    .await?;
    Ok(ended.rows_affected())
}

/// Notes that a token was used.
async fn use_token(connection: &mut AnyConnection, signer: &str, once: &Once) -> Result<(), StoreError> {
    let first = use_once(connection, signer, once).await? || !enforced(Point::TokenOnce);
    if first { Ok(()) } else { Err(StoreError::TokenUsed) }
}

/// The same; whether it was the first time.
pub(crate) async fn use_once(connection: &mut AnyConnection, signer: &str, once: &Once) -> Result<bool, StoreError> {
    let insert = "INSERT INTO used_tokens (key_id, hash, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let inserted = sqlx::query(insert)
        .bind(signer)
        .bind(TokenHash::of(&once.id).to_hex())
        .bind(micros(once.until))
        .execute(connection)
        .await?;
    Ok(inserted.rows_affected() == 1)
}

/// The facts with the member as stored, where the person is one.
async fn with_member(connection: &mut AnyConnection, session: &OpenSession<'_>) -> Result<Facts, StoreError> {
    let Who::Member { id, kind } = &session.facts.who else { return Ok(session.facts.clone()) };
    let id = write_profile(connection, session.profile, session.facts, id).await?;
    Ok(Facts { who: Who::Member { id, kind: *kind }, ..session.facts.clone() })
}

/// Writes a session.
pub(crate) async fn insert(connection: &mut AnyConnection, facts: &Facts) -> Result<(), StoreError> {
    let text = serde_json::to_string(facts).map_err(|_| StoreError::Unwritable("facts"))?;
    sqlx::query(
        "INSERT INTO sessions (id, member, issuer, facts, opened_at, expires_at, tenant, provider, provider_subject, \
         provider_session) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(facts.session.as_str())
    .bind(facts.member().map(MemberId::as_str))
    .bind(facts.issuer.as_ref().map_or("", IssuerId::as_str))
    .bind(text)
    .bind(micros(facts.opened_at))
    .bind(micros(facts.expires_at))
    .bind(facts.tenant.as_ref().map_or("", TenantId::as_str))
    .bind(facts.provider.as_ref().map(ProviderId::as_str))
    .bind(facts.provider.as_ref().and(facts.subject.as_deref()))
    .bind(facts.provider_session.as_deref())
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes what the frame has to show; what was pinned in the session that the new one takes the place of.
pub(crate) async fn insert_credential(
    connection: &mut AnyConnection,
    facts: &Facts,
    credential: Credential,
    now: DateTime<Utc>,
) -> Result<Option<Facts>, StoreError> {
    match credential {
        Credential::Handle { hash, replaces } => give_handle(connection, facts, hash, replaces, now).await,
        Credential::Code { hash, expires_at } => {
            let key = facts.framed_by().map_or("", KeyId::as_str);
            insert_code(connection, &facts.session, key, hash, expires_at).await?;
            Ok(None)
        }
    }
}

/// Writes a one-time code of a session.
pub(crate) async fn insert_code(
    connection: &mut AnyConnection,
    session: &SessionId,
    key: &str,
    hash: TokenHash,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO codes (hash, session, key_id, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(hash.to_hex())
        .bind(session.as_str())
        .bind(key)
        .bind(micros(expires_at))
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives a session its handle and ends the one it takes the place of; what was pinned in that.
pub(crate) async fn give_handle(
    connection: &mut AnyConnection,
    facts: &Facts,
    handle: TokenHash,
    replaces: Option<TokenHash>,
    now: DateTime<Utc>,
) -> Result<Option<Facts>, StoreError> {
    sqlx::query("UPDATE sessions SET handle_hash = $2 WHERE id = $1")
        .bind(facts.session.as_str())
        .bind(handle.to_hex())
        .execute(&mut *connection)
        .await?;
    match replaces {
        Some(replaced) => replace(connection, replaced, facts, now).await,
        None => Ok(None),
    }
}

/// Ends the session of a handle, if its issuer is the same; what was pinned in it.
async fn replace(
    connection: &mut AnyConnection,
    handle: TokenHash,
    by: &Facts,
    now: DateTime<Utc>,
) -> Result<Option<Facts>, StoreError> {
    let replaced: Option<(String, String)> =
        sqlx::query_as("SELECT id, facts FROM sessions WHERE handle_hash = $1 AND issuer = $2")
            .bind(handle.to_hex())
            .bind(by.issuer.as_ref().map_or("", IssuerId::as_str))
            .fetch_optional(&mut *connection)
            .await?;
    let Some((session, facts)) = replaced else { return Ok(None) };
    end(connection, &session, "replaced", now).await?;
    Ok(read_facts(&facts))
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

/// Ends a session, whatever state it is in; `false`: it was ended before, or there is none.
pub(crate) async fn end(
    connection: &mut AnyConnection,
    session: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let ended = sqlx::query("UPDATE sessions SET ended_at = $2, ended_because = $3 WHERE id = $1 AND ended_at IS NULL")
        .bind(session)
        .bind(micros(now))
        .bind(reason)
        .execute(connection)
        .await?;
    Ok(ended.rows_affected() > 0)
}

/// Whether the identity is still one of the person's.
async fn is_still_linked(connection: &mut AnyConnection, session: &OpenSession<'_>) -> Result<bool, StoreError> {
    let found: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM identities WHERE issuer = $1 AND subject = $2 AND member = $3")
            .bind(session.facts.issuer.as_ref().map_or("", IssuerId::as_str))
            .bind(session.facts.subject.as_deref().unwrap_or_default())
            .bind(session.found.map_or("", |member| member.id.as_str()))
            .fetch_one(connection)
            .await?;
    Ok(found > 0)
}

/// Reads a session with its person, where there is one.
pub(crate) fn found(row: &AnyRow) -> Result<FoundSession, StoreError> {
    let (session, facts): (String, String) = (row.try_get("session")?, row.try_get("facts")?);
    let (ended_at, revision): (Option<i64>, i64) = (row.try_get("ended_at")?, row.try_get("revision")?);
    let is_open = ended_at.is_none() || !enforced(Point::SessionEnded);
    let Some(facts) = read_facts(&facts).filter(|_| is_open) else {
        return Ok(FoundSession::Ended(SessionId::new(session)));
    };
    let member = row.try_get::<Option<String>, _>("member")?;
    let member = member.map(|_| MemberRow::from_row(row)?.read()).transpose()?;
    let seen_at = row.try_get::<Option<i64>, _>("seen_at")?.map(instant).transpose()?;
    Ok(FoundSession::Open(Box::new(SessionRecord { facts, member, seen_at, revision: revision.cast_unsigned() })))
}
