//! Second factors: the secrets of time-based codes, and the codes that stand in for them once.

use crate::audit::{self, AuditEvent};
use crate::passwords::end_others;
use crate::time::micros;
use crate::{EncryptionKey, Secret, Store, StoreError, TokenHash};
use chrono::{DateTime, Utc};
use model::enforcement::{Point, enforced};
use model::name::{MemberId, SessionId};
use sqlx::AnyConnection;

/// The secret of a member's time-based codes.
#[derive(Debug, Clone)]
pub struct SecondFactor {
    /// The secret, in base 32 (RFC 4648).
    pub secret: Secret,
    /// Whether the member has shown that they have it: until then it is not asked for.
    pub confirmed: bool,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
}

/// By what a member has shown that they have their second factor.
#[derive(Debug, Clone, Copy)]
pub enum FactorShown {
    /// By the code of a period, which is used up with those before it.
    Code {
        /// The number of the period.
        period: i64,
    },
    /// By a recovery code, which is used up.
    Recovery(TokenHash),
}

impl Store {
    /// The second factor that a member has, or is about to have.
    ///
    /// # Errors
    /// The database fails, or what is kept does not open with the store's key.
    pub async fn second_factor(&self, member: &MemberId) -> Result<Option<SecondFactor>, StoreError> {
        let row: Option<(String, Option<i64>, i64)> = sqlx::query_as(
            "SELECT sealed, confirmed_at, (SELECT COUNT(*) FROM recovery_codes WHERE member = $1) \
             FROM second_factors WHERE member = $1",
        )
        .bind(member.as_str())
        .fetch_optional(self.database.readers())
        .await?;
        let Some((sealed, confirmed_at, codes)) = row else { return Ok(None) };
        let secret = self.encryption().unseal(&sealed, &place(member.as_str()));
        let secret = secret.ok_or(StoreError::Unreadable("second factor"))?;
        let recovery_codes = u32::try_from(codes).unwrap_or_default();
        Ok(Some(SecondFactor { secret, confirmed: confirmed_at.is_some(), recovery_codes }))
    }

    /// Keeps a secret that the member has yet to confirm, in place of one that they have not; `false`: they have a second factor.
    ///
    /// # Errors
    /// The database fails.
    pub async fn begin_second_factor(
        &self,
        member: &MemberId,
        secret: &Secret,
        event: AuditEvent,
    ) -> Result<bool, StoreError> {
        let sealed = self.encryption().seal(secret.expose(), &place(member.as_str()))?;
        let mut transaction = self.database.write().await?;
        let written = sqlx::query(
            "INSERT INTO second_factors (member, sealed, last_period) VALUES ($1, $2, 0) \
             ON CONFLICT (member) DO UPDATE SET sealed = $2 WHERE second_factors.confirmed_at IS NULL",
        )
        .bind(member.as_str())
        .bind(sealed)
        .execute(&mut *transaction)
        .await?;
        if written.rows_affected() == 0 {
            return Ok(false);
        }
        audit::insert(&mut transaction, &self.node, &event).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// From now on the member is asked for their second factor, of which they have shown the code of `period`; other sessions
    /// of theirs end. `false`: there is none to confirm, or the code was used.
    ///
    /// # Errors
    /// The database fails.
    pub async fn confirm_second_factor(
        &self,
        member: &MemberId,
        period: i64,
        recovery_codes: &[TokenHash],
        but: &SessionId,
        event: AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.write().await?;
        let confirmed = sqlx::query(
            "UPDATE second_factors SET confirmed_at = $2, last_period = $3 \
             WHERE member = $1 AND confirmed_at IS NULL AND last_period < $3",
        )
        .bind(member.as_str())
        .bind(micros(event.at))
        .bind(period)
        .execute(&mut *transaction)
        .await?;
        if confirmed.rows_affected() == 0 {
            return Ok(false);
        }
        forget_recovery_codes(&mut transaction, member).await?;
        for code in recovery_codes {
            sqlx::query("INSERT INTO recovery_codes (member, hash) VALUES ($1, $2)")
                .bind(member.as_str())
                .bind(code.to_hex())
                .execute(&mut *transaction)
                .await?;
        }
        end_others(&mut transaction, member, but, event.at).await?;
        audit::insert(&mut transaction, &self.node, &event).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Takes a member's second factor away, and ends their other sessions; `false`: they have none.
    ///
    /// # Errors
    /// The database fails.
    pub async fn remove_second_factor(
        &self,
        member: &MemberId,
        but: &SessionId,
        event: AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.write().await?;
        if !forget(&mut transaction, member).await? {
            return Ok(false);
        }
        end_others(&mut transaction, member, but, event.at).await?;
        audit::insert(&mut transaction, &self.node, &event).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// Takes a member's second factor away; `false`: they have none.
pub(crate) async fn forget(connection: &mut AnyConnection, member: &MemberId) -> Result<bool, StoreError> {
    forget_recovery_codes(connection, member).await?;
    let delete = sqlx::query("DELETE FROM second_factors WHERE member = $1").bind(member.as_str());
    Ok(delete.execute(connection).await?.rows_affected() > 0)
}

async fn forget_recovery_codes(connection: &mut AnyConnection, member: &MemberId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM recovery_codes WHERE member = $1").bind(member.as_str()).execute(connection).await?;
    Ok(())
}

/// Uses up what a member has shown, in the transaction that lets them in; `false`: it does not count.
pub(crate) async fn use_up(
    connection: &mut AnyConnection,
    member: &MemberId,
    shown: FactorShown,
) -> Result<bool, StoreError> {
    let used = match shown {
        FactorShown::Code { period } => {
            let update = sqlx::query(
                "UPDATE second_factors SET last_period = $2 \
                 WHERE member = $1 AND confirmed_at IS NOT NULL AND last_period < $3",
            );
            let before = if enforced(Point::FactorOnce) { period } else { i64::MAX };
            update.bind(member.as_str()).bind(period).bind(before).execute(connection).await?
        }
        FactorShown::Recovery(code) => {
            let delete = sqlx::query("DELETE FROM recovery_codes WHERE member = $1 AND hash = $2");
            delete.bind(member.as_str()).bind(code.to_hex()).execute(connection).await?
        }
    };
    Ok(used.rows_affected() == 1)
}

/// Whether a member is asked for a second factor.
pub(crate) async fn is_asked_for(connection: &mut AnyConnection, member: &MemberId) -> Result<bool, StoreError> {
    let found: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM second_factors WHERE member = $1 AND confirmed_at IS NOT NULL")
            .bind(member.as_str())
            .fetch_one(connection)
            .await?;
    Ok(found > 0)
}

/// Encrypts every secret anew.
pub(crate) async fn seal_anew(
    connection: &mut AnyConnection,
    key: &EncryptionKey,
    next: &EncryptionKey,
) -> Result<(), StoreError> {
    let kept: Vec<(String, String)> =
        sqlx::query_as("SELECT member, sealed FROM second_factors").fetch_all(&mut *connection).await?;
    for (member, sealed) in kept {
        let place = place(&member);
        let secret = key.unseal(&sealed, &place).ok_or(StoreError::Unreadable("second factor"))?;
        sqlx::query("UPDATE second_factors SET sealed = $2 WHERE member = $1")
            .bind(member)
            .bind(next.seal(secret.expose(), &place)?)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// To what a secret is bound.
fn place(member: &str) -> String {
    format!("second factor of {member}")
}

/// The number of the period in which an instant is: periods have 30 seconds (RFC 6238, section 4.2).
#[must_use]
pub fn period_of(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(30)
}
