//! Secrets of embed keys: which are acceptable, and how they are kept.

use crate::encryption::is_its_own;
use crate::{EncryptionKey, Secret, StoreError};
use model::access::EmbedKey;
use model::name::{ClientId, KeyId};
use sqlx::AnyConnection;
use std::collections::{BTreeMap, BTreeSet};

const AT_MOST: usize = 2;
const SHORTEST: usize = 32;
const FEWEST_DIFFERENT: usize = 8;

/// Why the secrets of the embed keys are not acceptable. Names the key, never the secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// None is given.
    #[error("key `{0}` has no secret: expected one, or two while rotating")]
    Missing(ClientId),
    /// More than two are given.
    #[error("key `{0}` has more than two secrets: expected one, or two while rotating")]
    TooMany(ClientId),
    /// One can be guessed.
    #[error("a secret of key `{0}` is weak: expected at least 32 characters, 8 of them different")]
    Weak(ClientId),
    /// One is given twice.
    #[error("a secret of key `{0}` is given twice, to it or to another key: expected a secret of its own")]
    Repeated(ClientId),
    /// Some are of no key.
    #[error("there are secrets for the unknown key `{0}`")]
    UnknownKey(ClientId),
}

/// Whether every key has one or two secrets, strong and its own.
pub(super) fn check(keys: &[EmbedKey], secrets: &BTreeMap<ClientId, Vec<Secret>>) -> Result<(), SecretError> {
    let mut seen = BTreeSet::new();
    for (client_id, secrets) in secrets {
        if !keys.iter().any(|key| key.client_id == *client_id) {
            return Err(SecretError::UnknownKey(client_id.clone()));
        }
        if secrets.len() > AT_MOST {
            return Err(SecretError::TooMany(client_id.clone()));
        }
        if secrets.iter().any(is_weak) {
            return Err(SecretError::Weak(client_id.clone()));
        }
        if !secrets.iter().all(|secret| seen.insert(secret.expose())) {
            return Err(SecretError::Repeated(client_id.clone()));
        }
    }
    let without = keys.iter().find(|key| secrets.get(&key.client_id).is_none_or(Vec::is_empty));
    without.map_or(Ok(()), |key| Err(SecretError::Missing(key.client_id.clone())))
}

fn is_weak(secret: &Secret) -> bool {
    let different: BTreeSet<char> = secret.expose().chars().collect();
    secret.expose().chars().count() < SHORTEST || different.len() < FEWEST_DIFFERENT
}

#[derive(sqlx::FromRow)]
struct Row {
    key_id: String,
    sealed: String,
}

impl Row {
    fn open(&self, encryption: &EncryptionKey) -> Result<Secret, StoreError> {
        encryption.unseal(&self.sealed, &place(&self.key_id)).ok_or(StoreError::Unreadable("secret"))
    }
}

/// What a ciphertext is bound to.
pub(crate) fn place(key: &str) -> String {
    format!("key_secrets/{key}")
}

/// Every key's secrets.
pub(crate) async fn stored(
    connection: &mut AnyConnection,
    encryption: &EncryptionKey,
) -> Result<BTreeMap<KeyId, Vec<Secret>>, StoreError> {
    let rows: Vec<Row> =
        sqlx::query_as("SELECT key_id, sealed FROM key_secrets ORDER BY key_id, ordinal").fetch_all(connection).await?;
    let mut secrets: BTreeMap<KeyId, Vec<Secret>> = BTreeMap::new();
    for row in rows {
        secrets.entry(KeyId::new(&row.key_id)).or_default().push(row.open(encryption)?);
    }
    Ok(secrets)
}

/// Whether both hold the same secrets in the same order.
pub(super) fn same(stored: &BTreeMap<KeyId, Vec<Secret>>, given: &BTreeMap<KeyId, &[Secret]>) -> bool {
    let agree = |secrets: &[Secret], others: &[Secret]| {
        secrets.iter().map(Secret::expose).eq(others.iter().map(Secret::expose))
    };
    let equal = |(key, secrets): (&KeyId, &Vec<Secret>)| given.get(key).is_some_and(|given| agree(given, secrets));
    stored.len() == given.len() && stored.iter().all(equal)
}

/// Keeps these secrets and no others.
pub(super) async fn replace(
    connection: &mut AnyConnection,
    encryption: &EncryptionKey,
    secrets: &BTreeMap<KeyId, &[Secret]>,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM key_secrets").execute(&mut *connection).await?;
    for (key, secrets) in secrets {
        put(connection, encryption, key, secrets).await?;
    }
    Ok(())
}

/// Whether secrets are one or two, strong, and of no other key.
pub(crate) async fn acceptable(
    connection: &mut AnyConnection,
    encryption: &EncryptionKey,
    key: &KeyId,
    client_id: &str,
    given: &[Secret],
) -> Result<(), StoreError> {
    let client_id = ClientId::new(client_id).map_err(|_| StoreError::Unreadable("client id"))?;
    if given.is_empty() {
        return Err(SecretError::Missing(client_id).into());
    }
    if given.len() > AT_MOST {
        return Err(SecretError::TooMany(client_id).into());
    }
    if given.iter().any(is_weak) {
        return Err(SecretError::Weak(client_id).into());
    }
    let others = stored(connection, encryption).await?;
    let mut seen: BTreeSet<&str> =
        others.iter().filter(|(other, _)| *other != key).flat_map(|(_, held)| held).map(Secret::expose).collect();
    if given.iter().all(|secret| seen.insert(secret.expose())) {
        Ok(())
    } else {
        Err(SecretError::Repeated(client_id).into())
    }
}

/// Keeps these secrets of a key and no others.
pub(crate) async fn put(
    connection: &mut AnyConnection,
    encryption: &EncryptionKey,
    key: &KeyId,
    secrets: &[Secret],
) -> Result<(), StoreError> {
    // A process that still has the key before the last one must not write what nobody can read.
    is_its_own(connection, encryption).await?;
    sqlx::query("DELETE FROM key_secrets WHERE key_id = $1").bind(key.as_str()).execute(&mut *connection).await?;
    for (ordinal, secret) in (0_i64..).zip(secrets) {
        sqlx::query("INSERT INTO key_secrets (key_id, ordinal, sealed) VALUES ($1, $2, $3)")
            .bind(key.as_str())
            .bind(ordinal)
            .bind(encryption.seal(secret.expose(), &place(key.as_str()))?)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
