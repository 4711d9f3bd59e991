//! Requests that may be sent twice and are done once: what came of one is kept for a day, by who sent it and the key
//! they chose.

use crate::time::micros;
use crate::{Store, StoreError, TokenHash};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::AnyConnection;

/// How long what came of a request is known.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// A request that is done once.
#[derive(Debug, Clone)]
pub struct Once {
    /// Who sends it.
    pub caller: String,
    /// What they call it.
    pub key: String,
    /// What it asks for.
    pub request: TokenHash,
}

/// What is known of a request that was done before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// Whether it asked for the same.
    pub is_same: bool,
    /// The id of what it made.
    pub made: String,
}

impl Store {
    /// What came of a request with that key, if there was one in the last day.
    ///
    /// # Errors
    /// The database fails.
    pub async fn done_before(&self, once: &Once, now: DateTime<Utc>) -> Result<Option<Before>, StoreError> {
        let row: Option<(String, String)> = sqlx::query_as(
            "SELECT request, made FROM idempotency_keys WHERE caller = $1 AND name = $2 AND expires_at > $3",
        )
        .bind(once.caller.as_str())
        .bind(once.key.as_str())
        .bind(micros(now))
        .fetch_optional(self.database.readers())
        .await?;
        Ok(row.map(|(request, made)| Before { is_same: request == once.request.to_hex(), made }))
    }
}

/// Takes the key, so that of two requests at the same time one is done.
pub(crate) async fn begin(
    connection: &mut AnyConnection,
    once: Option<&Once>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(once) = once else { return Ok(()) };
    let taken = sqlx::query(
        "INSERT INTO idempotency_keys (caller, name, request, made, expires_at) VALUES ($1, $2, $3, '', $4) \
         ON CONFLICT (caller, name) DO UPDATE SET request = $3, made = '', expires_at = $4 \
         WHERE idempotency_keys.expires_at <= $5",
    )
    .bind(once.caller.as_str())
    .bind(once.key.as_str())
    .bind(once.request.to_hex())
    .bind(micros(now + KEPT))
    .bind(micros(now))
    .execute(connection)
    .await?;
    if taken.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Done) }
}

/// Notes what the request made.
pub(crate) async fn done(connection: &mut AnyConnection, once: Option<&Once>, made: &str) -> Result<(), StoreError> {
    let Some(once) = once else { return Ok(()) };
    sqlx::query("UPDATE idempotency_keys SET made = $3 WHERE caller = $1 AND name = $2")
        .bind(once.caller.as_str())
        .bind(once.key.as_str())
        .bind(made)
        .execute(connection)
        .await?;
    Ok(())
}
