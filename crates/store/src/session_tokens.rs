//! Tokens of sessions: what opens a session, or something of it, beside its handle. A session may have many, each for one purpose
//! and for so long; none of them opens anything when the session has ended.

use crate::database::known;
use crate::sessions::{FoundSession, found, found_sessions, insert_code};
use crate::time::micros;
use crate::{Store, StoreError, TokenHash};
use chrono::{DateTime, Utc};
use model::enforcement::{Point, enforced};
use model::name::{KeyId, SessionId};

/// What a token is for. One for one purpose is none for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// A page asks with it, as with a handle.
    Access,
    /// It stands in the address of a page, and says of which session that is.
    Navigation,
    /// A host's back end knows the session by it, and no browser sees it.
    Reference,
    /// A browser keeps it, for frames that come later.
    Cookie,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Navigation => "navigation",
            Self::Reference => "reference",
            Self::Cookie => "cookie",
        }
    }
}

/// A token of a session.
#[derive(Debug, Clone, Copy)]
pub struct SessionToken {
    /// Its hash.
    pub hash: TokenHash,
    /// What it is for.
    pub purpose: Purpose,
    /// When it stops to count.
    pub expires_at: DateTime<Utc>,
}

impl Store {
    /// Gives a session more tokens; `false`: it has ended, or there is none, and nothing is kept.
    ///
    /// # Errors
    /// The database fails.
    pub async fn give_tokens(
        &self,
        session: &SessionId,
        tokens: &[SessionToken],
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.write_beside().await?;
        for token in tokens {
            let given = sqlx::query(
                "INSERT INTO session_tokens (hash, session, purpose, expires_at) \
                 SELECT $1, id, $3, $4 FROM sessions WHERE id = $2 AND ended_at IS NULL AND expires_at > $5",
            )
            .bind(token.hash.to_hex())
            .bind(session.as_str())
            .bind(token.purpose.as_str())
            .bind(micros(token.expires_at))
            .bind(micros(now))
            .execute(&mut *transaction)
            .await?;
            if given.rows_affected() == 0 {
                return Ok(false);
            }
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// The session of a token that counts for that purpose, with everything live, as [`Store::session`] finds that of a handle.
    ///
    /// # Errors
    /// The database fails.
    pub async fn session_of_token(
        &self,
        token: TokenHash,
        purpose: Purpose,
        now: DateTime<Utc>,
    ) -> Result<FoundSession, StoreError> {
        let now = if enforced(Point::TokenExpiry) { micros(now) } else { 0 };
        let row = sqlx::query(found_sessions!(
            "JOIN session_tokens ON session_tokens.session = sessions.id \
             LEFT JOIN members ON members.id = sessions.member \
             WHERE session_tokens.hash = $1 AND session_tokens.expires_at > $2 AND session_tokens.purpose LIKE $3"
        ))
        .bind(token.to_hex())
        .bind(now)
        .bind(if enforced(Point::TokenPurpose) { purpose.as_str() } else { "%" });
        let row = known(async { Ok(row.fetch_optional(self.database.readers()).await?) }).await?;
        row.map_or(Ok(FoundSession::Unknown), |row| found(&row))
    }

    /// Whether a token is of that session, for that purpose, or was until it expired, at most a day ago.
    ///
    /// # Errors
    /// The database fails.
    pub async fn was_token_of(
        &self,
        token: TokenHash,
        purpose: Purpose,
        session: &SessionId,
    ) -> Result<bool, StoreError> {
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM session_tokens WHERE hash = $1 AND purpose = $2 AND session = $3")
                .bind(token.to_hex())
                .bind(purpose.as_str())
                .bind(session.as_str())
                .fetch_one(self.database.readers())
                .await?;
        Ok(count > 0)
    }

    /// Gives an open session one more one-time code, which is redeemed with that key.
    ///
    /// # Errors
    /// The database fails.
    pub async fn give_code(
        &self,
        session: &SessionId,
        key: &KeyId,
        code: TokenHash,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.write_beside().await?;
        insert_code(&mut transaction, session, key.as_str(), code, expires_at).await?;
        Ok(transaction.commit().await?)
    }

    /// Whether a token that counts once was used, of which this is the hash of the id.
    ///
    /// # Errors
    /// The database fails.
    pub async fn is_token_used(&self, signer: &str, id: TokenHash) -> Result<bool, StoreError> {
        let used: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM used_tokens WHERE key_id = $1 AND hash = $2")
            .bind(signer)
            .bind(id.to_hex())
            .fetch_one(self.database.readers())
            .await?;
        Ok(used > 0)
    }
}
