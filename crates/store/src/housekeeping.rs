//! Sweeping out what nobody can use any more.

use crate::time::micros;
use crate::{Store, StoreError};
use chrono::{DateTime, TimeDelta, Utc};

/// How long a used or expired code and an ended or expired session stay, so that their use is still told apart from
/// that of unknown ones in the audit trail.
const KEPT: TimeDelta = TimeDelta::days(1);

/// How much was swept out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Codes.
    pub codes: u64,
    /// Sessions.
    pub sessions: u64,
    /// Notes that a token was used.
    pub used_tokens: u64,
}

impl Store {
    /// Deletes codes, used tokens, access tokens, tokens of sessions, links and idempotency keys that expired, what was tried in vain, and sessions that expired or were ended, more than a day before
    /// `now`.
    ///
    /// # Errors
    /// The database fails.
    pub async fn sweep(&self, now: DateTime<Utc>) -> Result<Swept, StoreError> {
        let before = micros(now - KEPT);
        let mut transaction = self.database.write_beside().await?;
        let codes = sqlx::query("DELETE FROM codes WHERE expires_at < $1").bind(before);
        let codes = codes.execute(&mut *transaction).await?.rows_affected();
        let sessions = sqlx::query("DELETE FROM sessions WHERE expires_at < $1 OR ended_at < $1").bind(before);
        let sessions = sessions.execute(&mut *transaction).await?.rows_affected();
        let used_tokens = sqlx::query("DELETE FROM used_tokens WHERE expires_at < $1").bind(before);
        let used_tokens = used_tokens.execute(&mut *transaction).await?.rows_affected();
        for sweep in [
            "DELETE FROM session_tokens WHERE expires_at < $1",
            "DELETE FROM login_links WHERE expires_at < $1",
            "DELETE FROM access_tokens WHERE expires_at < $1",
            "DELETE FROM idempotency_keys WHERE expires_at < $1",
            "DELETE FROM login_attempts WHERE tried_at < $1",
        ] {
            sqlx::query(sweep).bind(before).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(Swept { codes, sessions, used_tokens })
    }
}
