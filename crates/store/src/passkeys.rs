//! Passkeys of internal members.

use crate::audit::{self, AuditEvent};
use crate::chance::new_id;
use crate::passwords::end_others;
use crate::second_factors::forget;
use crate::sessions::{end_all_of, use_once};
use crate::time::{instant, micros};
use crate::{Store, StoreError};
use chrono::{DateTime, Utc};
use data_encoding::BASE64;
use model::assertion::Once;
use model::enforcement::{Point, enforced};
use model::name::{MemberId, PasskeyId, SessionId};
use sqlx::AnyConnection;

/// How many somebody may have.
pub const MOST: usize = 20;

/// A passkey of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Its id.
    pub id: PasskeyId,
    /// Whose it is.
    pub member: MemberId,
    /// Its id as the authenticator knows it, in base64url. No two have the same.
    pub credential: String,
    /// The public key, as a COSE key.
    pub public_key: Vec<u8>,
    /// What its owner calls it.
    pub name: String,
    /// How often it has signed, where the authenticator counts; otherwise 0.
    pub counter: u32,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// When somebody last logged in with it.
    pub used_at: Option<DateTime<Utc>>,
}

/// A passkey that has signed for a challenge.
#[derive(Debug, Clone, Copy)]
pub struct PasskeyUse<'a> {
    /// Which.
    pub passkey: &'a PasskeyId,
    /// How often it has signed now, if its authenticator counts; otherwise 0.
    pub counter: u32,
    /// The challenge, which counts once.
    pub challenge: &'a Once,
}

/// What came of a passkey to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Added {
    /// It is there.
    Added,
    /// It was there before.
    Known,
    /// The member has as many as one may have.
    TooMany,
}

type Row = (String, String, String, String, String, i64, i64, Option<i64>);

impl Store {
    /// The passkeys of a member, the oldest first.
    ///
    /// # Errors
    /// The database fails.
    pub async fn passkeys(&self, member: &MemberId) -> Result<Vec<Passkey>, StoreError> {
        let select =
            sqlx::query_as("SELECT * FROM passkeys WHERE member = $1 ORDER BY made_at, id").bind(member.as_str());
        let rows: Vec<Row> = select.fetch_all(self.database.readers()).await?;
        rows.into_iter().map(read).collect()
    }

    /// The passkey that an authenticator knows by this id, in base64url.
    ///
    /// # Errors
    /// The database fails.
    pub async fn passkey(&self, credential: &str) -> Result<Option<Passkey>, StoreError> {
        let select = sqlx::query_as("SELECT * FROM passkeys WHERE credential = $1").bind(credential);
        let row: Option<Row> = select.fetch_optional(self.database.readers()).await?;
        row.map(read).transpose()
    }

    /// Adds a passkey, and ends other sessions of its owner.
    ///
    /// # Errors
    /// The database fails.
    pub async fn add_passkey(
        &self,
        passkey: &Passkey,
        but: &SessionId,
        event: AuditEvent,
    ) -> Result<Added, StoreError> {
        let mut transaction = self.database.write().await?;
        let there: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM passkeys WHERE member = $1")
            .bind(passkey.member.as_str())
            .fetch_one(&mut *transaction)
            .await?;
        if usize::try_from(there).is_ok_and(|there| there >= MOST) {
            return Ok(Added::TooMany);
        }
        let inserted = sqlx::query(
            "INSERT INTO passkeys (id, member, credential, public_key, name, counter, made_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .bind(passkey.id.as_str())
        .bind(passkey.member.as_str())
        .bind(&passkey.credential)
        .bind(BASE64.encode(&passkey.public_key))
        .bind(&passkey.name)
        .bind(i64::from(passkey.counter))
        .bind(micros(passkey.made_at))
        .execute(&mut *transaction)
        .await?;
        if inserted.rows_affected() == 0 {
            return Ok(Added::Known);
        }
        end_others(&mut transaction, &passkey.member, but, event.at).await?;
        audit::insert(&mut transaction, &self.node, &event).await?;
        transaction.commit().await?;
        Ok(Added::Added)
    }

    /// Takes a passkey away from its owner, and ends their other sessions; `false`: they have none of that id.
    ///
    /// # Errors
    /// The database fails.
    pub async fn remove_passkey(
        &self,
        (member, passkey): (&MemberId, &PasskeyId),
        but: &SessionId,
        event: AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.write().await?;
        let removed = sqlx::query("DELETE FROM passkeys WHERE id = $1 AND member = $2")
            .bind(passkey.as_str())
            .bind(member.as_str())
            .execute(&mut *transaction)
            .await?;
        if removed.rows_affected() == 0 {
            return Ok(false);
        }
        end_others(&mut transaction, member, but, event.at).await?;
        audit::insert(&mut transaction, &self.node, &event).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Takes a member's second factor and passkeys away and ends all their sessions; `false`: they have neither.
    ///
    /// # Errors
    /// The database fails.
    pub async fn reset_factors(&self, member: &MemberId, event: AuditEvent) -> Result<bool, StoreError> {
        let mut transaction = self.database.write().await?;
        let passkeys = sqlx::query("DELETE FROM passkeys WHERE member = $1")
            .bind(member.as_str())
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        if !forget(&mut transaction, member).await? && passkeys == 0 {
            return Ok(false);
        }
        end_all_of(&mut transaction, member, "credentials changed", event.at).await?;
        audit::insert(&mut transaction, &self.node, &event).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

fn read((id, member, credential, public_key, name, counter, made_at, used_at): Row) -> Result<Passkey, StoreError> {
    let odd = || StoreError::Unreadable("passkey");
    Ok(Passkey {
        id: PasskeyId::new(id),
        member: MemberId::new(member),
        credential,
        public_key: BASE64.decode(public_key.as_bytes()).map_err(|_| odd())?,
        name,
        counter: u32::try_from(counter).map_err(|_| odd())?,
        made_at: instant(made_at)?,
        used_at: used_at.map(instant).transpose()?,
    })
}

/// Uses up what a passkey has signed, in the transaction that lets its owner in; `false`: it does not count.
pub(crate) async fn use_up(
    connection: &mut AnyConnection,
    member: &MemberId,
    shown: PasskeyUse<'_>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let first = use_once(connection, "passkey", shown.challenge).await? || !enforced(Point::PasskeyOnce);
    let counter = i64::from(shown.counter);
    let before = if enforced(Point::PasskeyCounter) { counter } else { i64::MAX };
    let used = sqlx::query(
        "UPDATE passkeys SET counter = $3, used_at = $5 \
         WHERE id = $1 AND member = $2 AND (counter < $4 OR (counter = 0 AND $3 = 0))",
    )
    .bind(shown.passkey.as_str())
    .bind(member.as_str())
    .bind(counter)
    .bind(before)
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(first && used.rows_affected() == 1)
}

/// A new id of a passkey, `passkey_…`.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn new_passkey_id() -> Result<PasskeyId, StoreError> {
    new_id("passkey").map(PasskeyId::new)
}
