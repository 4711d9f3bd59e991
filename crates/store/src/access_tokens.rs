//! Access tokens: what a program is given for an API credential, and shows in its place for a while.

use crate::audit::{self, AuditEvent};
use crate::credentials::{CredentialRecord, read_record};
use crate::time::{instant, micros};
use crate::{Store, StoreError, TokenHash};
use chrono::{DateTime, Utc};
use model::name::CredentialId;
use sqlx::Row as _;

impl Store {
    /// The credential that a token stands for, its owner and the revision in force, in one round trip; and when the token
    /// ends by itself. `None`: there is no such token, or the credential was ended. Whether either has expired is for `authz`
    /// to say.
    ///
    /// # Errors
    /// The database fails.
    pub async fn credential_of_token(
        &self,
        token: TokenHash,
    ) -> Result<Option<(CredentialRecord, DateTime<Utc>)>, StoreError> {
        let row = sqlx::query(
            "SELECT api_credentials.id AS credential, name, owner, scopes, made_at, api_credentials.expires_at, \
             access_tokens.expires_at AS token_expires_at, members.*, \
             (SELECT COALESCE(MAX(revision), 0) FROM revisions) AS revision \
             FROM access_tokens JOIN api_credentials ON api_credentials.id = access_tokens.credential \
             JOIN members ON members.id = api_credentials.owner WHERE hash = $1 AND ended_at IS NULL",
        )
        .bind(token.to_hex())
        .fetch_optional(self.database.readers())
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some((read_record(&row)?, instant(row.try_get("token_expires_at")?)?)))
    }

    /// Keeps a new token of which this is the hash; `false`: the credential was ended meanwhile, and nothing is written.
    ///
    /// # Errors
    /// The database fails.
    pub async fn make_access_token(
        &self,
        token: TokenHash,
        credential: &CredentialId,
        expires_at: DateTime<Utc>,
        event: AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.write_beside().await?;
        let made = sqlx::query(
            "INSERT INTO access_tokens (hash, credential, expires_at) \
             SELECT $1, id, $3 FROM api_credentials WHERE id = $2 AND ended_at IS NULL",
        )
        .bind(token.to_hex())
        .bind(credential.as_str())
        .bind(micros(expires_at))
        .execute(&mut *transaction)
        .await?;
        if made.rows_affected() == 0 {
            return Ok(false);
        }
        audit::insert(&mut transaction, &self.node, &event).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Ends a token at once; `false`: there is none.
    ///
    /// # Errors
    /// The database fails.
    pub async fn end_access_token(&self, token: TokenHash, event: AuditEvent) -> Result<bool, StoreError> {
        let mut transaction = self.database.write_beside().await?;
        let ended = sqlx::query("DELETE FROM access_tokens WHERE hash = $1")
            .bind(token.to_hex())
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
