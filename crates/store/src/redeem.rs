//! Redeeming a one-time code: exactly once, whatever happens at the same time.

use crate::sessions::{give_handle, read_facts};
use crate::time::micros;
use crate::{Store, StoreError, TokenHash};
use authz::Facts;
use chrono::{DateTime, Utc};
use model::enforcement::{Point, enforced};
use model::name::{KeyId, SessionId};
use sqlx::AnyConnection;

/// A code to be redeemed.
#[derive(Debug, Clone, Copy)]
pub struct Redeem<'a> {
    /// The hash of the code.
    pub code: TokenHash,
    /// The key whose client id came with it.
    pub key: &'a KeyId,
    /// The hash of the handle that the session gets; without one it keeps what else opens it.
    pub handle: Option<TokenHash>,
    /// The hash of the handle that the new session takes the place of.
    pub replaces: Option<TokenHash>,
    /// The present.
    pub now: DateTime<Utc>,
}

/// What came of a code.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub enum Redemption {
    /// The session has its handle.
    Opened(Box<Redeemed>),
    /// The code is burnt for nothing.
    Refused(RedeemRefusal),
}

/// A session that has got its handle.
#[derive(Debug, Clone, PartialEq)]
pub struct Redeemed {
    /// What is pinned in it.
    pub facts: Facts,
    /// What was pinned in the session of the same issuer that it takes the place of, and that has ended now.
    pub replaced: Option<Facts>,
}

/// A refused code. For the audit trail: callers learn nothing but that it was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedeemRefusal {
    /// The session the code was made for, if there is one.
    pub session: Option<SessionId>,
    /// Why: `code_unknown`, `code_used`, `code_expired`, `code_of_other_key`, `session_ended`, `facts_unreadable`, or
    /// what the check said.
    pub reason: &'static str,
}

impl Store {
    /// Redeems a code. It is burnt in the same transaction whatever the answer; `check` is asked last whether the
    /// facts fit the caller, and its error becomes the reason.
    ///
    /// Of callers that come at the same time with the same code one at most is served; also across restarts.
    ///
    /// # Errors
    /// The database fails; the code is as it was.
    pub async fn redeem(
        &self,
        redeem: Redeem<'_>,
        check: impl FnOnce(&Facts) -> Result<(), &'static str> + Send,
    ) -> Result<Redemption, StoreError> {
        let mut transaction = self.database.write_beside().await?;
        let redemption = match burn(&mut transaction, &redeem).await? {
            None => refused(None, "code_unknown"),
            Some(code) => match judge(&code, &redeem, check) {
                Err(reason) => refused(Some(SessionId::new(code.session)), reason),
                Ok(facts) => open(&mut transaction, &redeem, facts).await?,
            },
        };
        transaction.commit().await?;
        Ok(redemption)
    }
}

fn refused(session: Option<SessionId>, reason: &'static str) -> Redemption {
    Redemption::Refused(RedeemRefusal { session, reason })
}

/// A code that was just burnt.
struct Burnt {
    session: String,
    key: String,
    facts: String,
    expires_at: i64,
    session_ended: bool,
    /// Whether this was the first time. The update that says so is atomic in every database.
    first: bool,
}

/// Marks a code as used; `None`: there is no such code.
async fn burn(connection: &mut AnyConnection, redeem: &Redeem<'_>) -> Result<Option<Burnt>, StoreError> {
    let burnt = sqlx::query("UPDATE codes SET used_at = $2 WHERE hash = $1 AND used_at IS NULL")
        .bind(redeem.code.to_hex())
        .bind(micros(redeem.now))
        .execute(&mut *connection)
        .await?;
    let row: Option<(String, String, String, i64, Option<i64>)> = sqlx::query_as(
        "SELECT codes.session, codes.key_id, sessions.facts, codes.expires_at, sessions.ended_at \
         FROM codes JOIN sessions ON sessions.id = codes.session WHERE codes.hash = $1",
    )
    .bind(redeem.code.to_hex())
    .fetch_optional(connection)
    .await?;
    let first = burnt.rows_affected() == 1;
    Ok(row.map(|(session, key, facts, expires_at, ended_at)| Burnt {
        session,
        key,
        facts,
        expires_at,
        session_ended: ended_at.is_some(),
        first,
    }))
}

/// The facts of the session the code opens, or why it opens none.
fn judge(
    code: &Burnt,
    redeem: &Redeem<'_>,
    check: impl FnOnce(&Facts) -> Result<(), &'static str>,
) -> Result<Facts, &'static str> {
    let fault = [
        (!code.first && enforced(Point::CodeOnce), "code_used"),
        (code.key != redeem.key.as_str(), "code_of_other_key"),
        (code.expires_at <= micros(redeem.now), "code_expired"),
        (code.session_ended, "session_ended"),
    ];
    if let Some((_, reason)) = fault.into_iter().find(|(found, _)| *found) {
        return Err(reason);
    }
    let facts = read_facts(&code.facts).ok_or("facts_unreadable")?;
    check(&facts).map(|()| facts)
}

/// Gives the session its handle, if it gets one, and ends the one it takes the place of.
async fn open(connection: &mut AnyConnection, redeem: &Redeem<'_>, facts: Facts) -> Result<Redemption, StoreError> {
    let replaced = match redeem.handle {
        Some(handle) => give_handle(connection, &facts, handle, redeem.replaces, redeem.now).await?,
        None => None,
    };
    Ok(Redemption::Opened(Box::new(Redeemed { facts, replaced })))
}
