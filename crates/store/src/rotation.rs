//! Another encryption key in place of the one that a store has.

use crate::apply::secrets::place;
use crate::audit::{self, AuditEvent};
use crate::encryption::{EncryptionKeyError, MASK_SECRET, WITNESS, is_its_own};
use crate::{EncryptionKey, Store, StoreError, second_factors};
use data_encoding::HEXLOWER;
use sqlx::AnyConnection;
use std::sync::{Arc, PoisonError};

impl Store {
    /// Encrypts everything anew that is kept encrypted, with the event that tells of it. From then on the store opens with
    /// `next` only: it must be on disk before. Pseudonyms stay as they are.
    ///
    /// # Errors
    /// The store's key is another one by now, something stored cannot be read, or the database fails. Nothing is written then.
    pub async fn rotate(&self, next: EncryptionKey, event: AuditEvent) -> Result<(), StoreError> {
        let key = self.encryption();
        let mut transaction = self.database.write().await?;
        if !is_its_own(&mut transaction, &key).await? {
            return Err(EncryptionKeyError::Different.into());
        }
        seal_secrets(&mut transaction, &key, &next).await?;
        second_factors::seal_anew(&mut transaction, &key, &next).await?;
        keep(&mut transaction, WITNESS, &next.seal(WITNESS, WITNESS)?).await?;
        keep(&mut transaction, MASK_SECRET, &next.seal(&HEXLOWER.encode(&self.mask_secret), MASK_SECRET)?).await?;
        audit::insert(&mut transaction, &self.node, &event).await?;
        transaction.commit().await?;
        self.put(next);
        Ok(())
    }

    /// Goes on with another key, if it is the store's.
    ///
    /// # Errors
    /// It is not, or the database fails.
    pub async fn take_key(&self, key: EncryptionKey) -> Result<(), StoreError> {
        if !is_its_own(&mut *self.database.readers().acquire().await?, &key).await? {
            return Err(EncryptionKeyError::Different.into());
        }
        self.put(key);
        Ok(())
    }

    /// Whether the store's key is still the one that this process knows.
    ///
    /// # Errors
    /// The database fails.
    pub async fn has_its_key(&self) -> Result<bool, StoreError> {
        match is_its_own(&mut *self.database.readers().acquire().await?, &self.encryption()).await {
            Err(StoreError::EncryptionKey(EncryptionKeyError::Different)) => Ok(false),
            known => known,
        }
    }

    fn put(&self, key: EncryptionKey) {
        *self.encryption.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(key);
    }
}

async fn seal_secrets(
    connection: &mut AnyConnection,
    key: &EncryptionKey,
    next: &EncryptionKey,
) -> Result<(), StoreError> {
    let kept: Vec<(String, i64, String)> =
        sqlx::query_as("SELECT key_id, ordinal, sealed FROM key_secrets").fetch_all(&mut *connection).await?;
    for (key_id, ordinal, sealed) in kept {
        let place = place(&key_id);
        let secret = key.unseal(&sealed, &place).ok_or(StoreError::Unreadable("secret"))?;
        sqlx::query("UPDATE key_secrets SET sealed = $3 WHERE key_id = $1 AND ordinal = $2")
            .bind(key_id)
            .bind(ordinal)
            .bind(next.seal(secret.expose(), &place)?)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn keep(connection: &mut AnyConnection, name: &str, value: &str) -> Result<(), StoreError> {
    let insert = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2";
    sqlx::query(insert).bind(name).bind(value).execute(connection).await?;
    Ok(())
}
