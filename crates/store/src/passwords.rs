//! Passwords of internal members, and how often somebody tries in vain.

use crate::audit::{self, AuditEvent};
use crate::members::internal_by_email;
use crate::time::{instant, micros};
use crate::{Store, StoreError, TokenHash};
use authz::Member;
use chrono::{DateTime, TimeDelta, Utc};
use model::enforcement::{Point, enforced};
use model::name::{MemberId, SessionId};
use sqlx::AnyConnection;

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trying {
    /// To log in.
    Login,
    /// To have a mail sent with which a password is chosen anew.
    Reset,
}

impl Trying {
    const fn word(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Reset => "reset",
        }
    }

    /// How long nobody may try after so many that came to nothing.
    fn pause(self, failures: i64) -> TimeDelta {
        match self {
            // Five go without; then half a minute, which doubles up to a quarter of an hour.
            Self::Login if failures < 5 => TimeDelta::zero(),
            Self::Login => TimeDelta::seconds(30 << (failures - 5).min(5)).min(TimeDelta::minutes(15)),
            // Three mails, and then one each quarter of an hour.
            Self::Reset if failures < 3 => TimeDelta::zero(),
            Self::Reset => TimeDelta::minutes(15),
        }
    }
}

/// After so long without a try, what came to nothing before is forgotten.
const FORGOTTEN: TimeDelta = TimeDelta::days(1);

/// Who has an address, and by what they log in.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// The internal member with that address.
    pub member: Option<Member>,
    /// The hash of their password, as a PHC text.
    pub password: Option<String>,
}

impl Store {
    /// Notes that something is tried with an address, as if it came to nothing; `false`: it may not be tried now, and is not
    /// noted. It is written and waited for alike, whether there is somebody of that address or not.
    ///
    /// # Errors
    /// The database fails.
    pub async fn try_account(&self, trying: Trying, address: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let account = account_of(address);
        let mut transaction = self.database.write_beside().await?;
        let before: Option<(i64, i64)> =
            sqlx::query_as("SELECT failures, tried_at FROM login_attempts WHERE kind = $1 AND account = $2")
                .bind(trying.word())
                .bind(&account)
                .fetch_optional(&mut *transaction)
                .await?;
        let (failures, tried_at) = match before {
            Some((failures, tried_at)) if now - instant(tried_at)? < FORGOTTEN => (failures, instant(tried_at)?),
            _ => (0, DateTime::UNIX_EPOCH),
        };
        let may = now - tried_at >= trying.pause(failures) || !enforced(Point::LoginPause);
        let (failures, tried_at) = if may { (failures + 1, now) } else { (failures, tried_at) };
        sqlx::query(
            "INSERT INTO login_attempts (kind, account, failures, tried_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (kind, account) DO UPDATE SET failures = $3, tried_at = $4",
        )
        .bind(trying.word())
        .bind(account)
        .bind(failures)
        .bind(micros(tried_at))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(may)
    }

    /// Who has an address, in one round trip whether there is somebody or not.
    ///
    /// # Errors
    /// The database fails.
    pub async fn account(&self, address: &str) -> Result<Account, StoreError> {
        let mut connection = self.database.readers().acquire().await?;
        let member = internal_by_email(&mut connection, &model::name::fold_email(address)).await?;
        let id = member.as_ref().map_or("", |member| member.id.as_str());
        Ok(Account { password: password_of(&mut connection, id).await?, member })
    }

    /// The hash of a member's password, if they have one.
    ///
    /// # Errors
    /// The database fails.
    pub async fn password(&self, member: &MemberId) -> Result<Option<String>, StoreError> {
        let mut connection = self.database.readers().acquire().await?;
        password_of(&mut connection, member.as_str()).await
    }

    /// Forgets what came to nothing before: they have shown who they are.
    ///
    /// # Errors
    /// The database fails.
    pub async fn forgive(&self, member: &Member) -> Result<(), StoreError> {
        let mut transaction = self.database.write_beside().await?;
        forgive(&mut transaction, member).await?;
        Ok(transaction.commit().await?)
    }

    /// Puts a password in the place of the one that was found, and ends the member's other sessions; `false`: it is another one
    /// by now, and stays.
    ///
    /// # Errors
    /// The database fails.
    pub async fn change_password(
        &self,
        member: &MemberId,
        (found, next): (Option<&str>, &str),
        but: &SessionId,
        event: AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.write().await?;
        if password_of(&mut transaction, member.as_str()).await?.as_deref() != found {
            return Ok(false);
        }
        write_password(&mut transaction, member, next, event.at).await?;
        end_others(&mut transaction, member, but, event.at).await?;
        audit::insert(&mut transaction, &self.node, &event).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// What stands for an address: one in another case is the same.
fn account_of(address: &str) -> String {
    TokenHash::of(&model::name::fold_email(address.trim())).to_hex()
}

/// Forgets what came to nothing before.
pub(crate) async fn forgive(connection: &mut AnyConnection, member: &Member) -> Result<(), StoreError> {
    let Some(address) = &member.email else { return Ok(()) };
    sqlx::query("DELETE FROM login_attempts WHERE account = $1").bind(account_of(address)).execute(connection).await?;
    Ok(())
}

/// The hash of a member's password, if they have one.
pub(crate) async fn password_of(connection: &mut AnyConnection, member: &str) -> Result<Option<String>, StoreError> {
    let found = sqlx::query_scalar("SELECT hash FROM passwords WHERE member = $1").bind(member);
    Ok(found.fetch_optional(connection).await?)
}

/// Writes a password in place of the one that the member has.
pub(crate) async fn write_password(
    connection: &mut AnyConnection,
    member: &MemberId,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO passwords (member, hash, set_at) VALUES ($1, $2, $3) \
         ON CONFLICT (member) DO UPDATE SET hash = $2, set_at = $3",
    )
    .bind(member.as_str())
    .bind(hash)
    .bind(micros(now))
    .execute(&mut *connection)
    .await?;
    // A link that was made before would choose another one.
    sqlx::query("DELETE FROM login_links WHERE member = $1").bind(member.as_str()).execute(connection).await?;
    Ok(())
}

/// Ends the sessions of the application of a member, but one.
pub(crate) async fn end_others(
    connection: &mut AnyConnection,
    member: &MemberId,
    but: &SessionId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE sessions SET ended_at = $3, ended_because = 'credentials changed' \
         WHERE member = $1 AND id <> $2 AND issuer = '' AND ended_at IS NULL AND expires_at > $3",
    )
    .bind(member.as_str())
    .bind(but.as_str())
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(())
}
