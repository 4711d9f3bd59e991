//! API credentials: what a host's back end shows to act for the member who owns it.

use crate::audit::{self, AuditEvent};
use crate::chance::new_id;
use crate::idempotency::{self, Once};
use crate::members::MemberRow;
use crate::time::{instant, micros};
use crate::{Store, StoreError, TokenHash};
use authz::Member;
use authz::principal::Credential;
use model::name::{CredentialId, MemberId};
use sqlx::any::AnyRow;
use sqlx::{FromRow as _, Row as _};

/// A credential, and everything that a request made with it depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct CredentialRecord {
    /// The credential.
    pub credential: Credential,
    /// Its owner as they are now.
    pub owner: Member,
    /// The revision in force.
    pub revision: u64,
}

impl Store {
    /// The credential of that secret, its owner and the revision in force, in one round trip. `None`: of no credential, or
    /// of one that was ended. Whether it has expired is for `authz` to say.
    ///
    /// # Errors
    /// The database fails.
    pub async fn credential(&self, secret: TokenHash) -> Result<Option<CredentialRecord>, StoreError> {
        let row = sqlx::query(
            "SELECT api_credentials.id AS credential, name, owner, scopes, made_at, expires_at, members.*, \
             (SELECT COALESCE(MAX(revision), 0) FROM revisions) AS revision \
             FROM api_credentials JOIN members ON members.id = api_credentials.owner \
             WHERE secret_hash = $1 AND ended_at IS NULL",
        )
        .bind(secret.to_hex())
        .fetch_optional(self.database.readers())
        .await?;
        row.as_ref().map(read_record).transpose()
    }

    /// A credential that was not ended.
    ///
    /// # Errors
    /// The database fails.
    pub async fn credential_called(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        let row = sqlx::query("SELECT *, id AS credential FROM api_credentials WHERE id = $1 AND ended_at IS NULL")
            .bind(id.as_str())
            .fetch_optional(self.database.readers())
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Credentials that were not ended, of one owner or of everybody, behind `after` in the order of their ids.
    ///
    /// # Errors
    /// The database fails.
    pub async fn credentials(
        &self,
        owner: Option<&MemberId>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Credential>, StoreError> {
        let rows = sqlx::query(
            "SELECT *, id AS credential FROM api_credentials \
             WHERE ended_at IS NULL AND id > $1 AND ($2 = '' OR owner = $2) ORDER BY id LIMIT $3",
        )
        .bind(after)
        .bind(owner.map_or("", MemberId::as_str))
        .bind(i64::from(limit))
        .fetch_all(self.database.readers())
        .await?;
        rows.iter().map(read).collect()
    }

    /// Keeps a new credential of which `secret` is the hash.
    ///
    /// # Errors
    /// [`StoreError::Done`], or the database fails. Nothing is written then.
    pub async fn make_credential(
        &self,
        credential: &Credential,
        secret: TokenHash,
        once: Option<&Once>,
        event: AuditEvent,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.write().await?;
        idempotency::begin(&mut transaction, once, event.at).await?;
        let scopes = serde_json::to_string(&credential.scopes).map_err(|_| StoreError::Unwritable("scopes"))?;
        sqlx::query(
            "INSERT INTO api_credentials (id, secret_hash, name, owner, scopes, made_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(credential.id.as_str())
        .bind(secret.to_hex())
        .bind(credential.name.as_str())
        .bind(credential.owner.as_str())
        .bind(scopes)
        .bind(micros(credential.made_at))
        .bind(micros(credential.expires_at))
        .execute(&mut *transaction)
        .await?;
        idempotency::done(&mut transaction, once, credential.id.as_str()).await?;
        audit::insert(&mut transaction, &self.node, &event).await?;
        Ok(transaction.commit().await?)
    }

    /// Ends a credential; `false`: there is none that could be ended.
    ///
    /// # Errors
    /// The database fails.
    pub async fn end_credential(&self, id: &CredentialId, event: AuditEvent) -> Result<bool, StoreError> {
        let mut transaction = self.database.write().await?;
        let ended = sqlx::query("UPDATE api_credentials SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL")
            .bind(id.as_str())
            .bind(micros(event.at))
            .execute(&mut *transaction)
            .await?;
        if ended.rows_affected() == 0 {
            return Ok(false);
        }
        audit::insert(&mut transaction, &self.node, &event).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// A new credential id, `credential_…`: public, never a secret.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn new_credential_id() -> Result<CredentialId, StoreError> {
    new_id("credential").map(CredentialId::new)
}

/// A credential with its owner and the revision in force.
pub(crate) fn read_record(row: &AnyRow) -> Result<CredentialRecord, StoreError> {
    let revision: i64 = row.try_get("revision")?;
    let (credential, owner) = (read(row)?, MemberRow::from_row(row)?.read()?);
    Ok(CredentialRecord { credential, owner, revision: revision.cast_unsigned() })
}

fn read(row: &AnyRow) -> Result<Credential, StoreError> {
    let scopes: String = row.try_get("scopes")?;
    Ok(Credential {
        id: CredentialId::new(row.try_get::<String, _>("credential")?),
        name: row.try_get("name")?,
        owner: MemberId::new(row.try_get::<String, _>("owner")?),
        scopes: serde_json::from_str(&scopes).map_err(|_| StoreError::Unreadable("scopes"))?,
        made_at: instant(row.try_get("made_at")?)?,
        expires_at: instant(row.try_get::<i64, _>("expires_at")?)?,
    })
}
