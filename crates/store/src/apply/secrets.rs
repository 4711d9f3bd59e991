//! Secrets of embed keys and identity providers: which are acceptable, and how they are kept.

use super::Application;
use crate::encryption::is_its_own;
use crate::{EncryptionKey, Secret, StoreError};
use model::access::IdentityProvider;
use model::name::{ClientId, KeyId, ProviderName};
use model::snapshot::Kind;
use sqlx::AnyConnection;
use std::collections::{BTreeMap, BTreeSet};

const AT_MOST: usize = 2;
const SHORTEST: usize = 32;
const FEWEST_DIFFERENT: usize = 8;
/// The longest secret of Vitrine's at an identity provider, in bytes.
pub const LONGEST_CLIENT_SECRET: usize = 4096;

/// Whose secrets they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// An embed key's.
    Key(ClientId),
    /// An identity provider's, which signs with them.
    Provider(ProviderName),
    /// Vitrine's own at an identity provider, which has made it.
    Client(ProviderName),
}

impl Holder {
    /// Who holds the secrets of an identity provider.
    #[must_use]
    pub fn of(provider: &IdentityProvider) -> Self {
        let name = provider.name.clone();
        if provider.oidc.is_some() { Self::Client(name) } else { Self::Provider(name) }
    }

    /// The kind and name of whom they are.
    #[must_use]
    pub fn place(&self) -> (Kind, &str) {
        match self {
            Self::Key(client_id) => (Kind::Key, client_id.as_str()),
            Self::Provider(name) | Self::Client(name) => (Kind::IdentityProvider, name.as_str()),
        }
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key(client_id) => write!(f, "key `{client_id}`"),
            Self::Provider(name) | Self::Client(name) => write!(f, "identity provider `{name}`"),
        }
    }
}

/// Why the secrets of embed keys and identity providers are not acceptable. Names whose, never the secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// None is given.
    #[error("{0} has no secret: expected one, or two while rotating")]
    Missing(Holder),
    /// More than two are given.
    #[error("{0} has more than two secrets: expected one, or two while rotating")]
    TooMany(Holder),
    /// One can be guessed.
    #[error("a secret of {0} is weak: expected at least 32 characters, 8 of them different")]
    Weak(Holder),
    /// One that somebody else has made can be none.
    #[error("the secret of {0} is empty or too long: expected 1 to {LONGEST_CLIENT_SECRET} bytes")]
    NoClientSecret(Holder),
    /// One is given twice.
    #[error("a secret of {0} is given twice, to it or to another: expected a secret of its own")]
    Repeated(Holder),
    /// Some are of nobody.
    #[error("there are secrets for the unknown {0}")]
    Unknown(Holder),
}

/// Whether everybody who needs secrets has one or two, good enough and their own.
pub(super) fn check(application: &Application) -> Result<(), SecretError> {
    let Application { definitions, secrets, provider_secrets, .. } = application;
    let keys = definitions.embed_keys.iter().map(|key| Holder::Key(key.client_id.clone()));
    let providers = definitions.identity_providers.iter().filter(|it| !it.secrets().is_empty());
    let providers: BTreeMap<&ProviderName, Holder> = providers.map(|it| (&it.name, Holder::of(it))).collect();
    let holders: BTreeSet<Holder> = keys.chain(providers.values().cloned()).collect();
    let of_keys = secrets.iter().map(|(name, secrets)| (Holder::Key(name.clone()), secrets));
    let of_providers = provider_secrets.iter().map(|(name, secrets)| {
        (providers.get(name).cloned().unwrap_or_else(|| Holder::Provider(name.clone())), secrets)
    });
    let given: BTreeMap<Holder, &Vec<Secret>> = of_keys.chain(of_providers).collect();
    let mut seen = BTreeSet::new();
    for (holder, secrets) in &given {
        if !holders.contains(holder) {
            return Err(SecretError::Unknown(holder.clone()));
        }
        expect_fit(holder, secrets)?;
        if !secrets.iter().all(|secret| seen.insert(secret.expose())) {
            return Err(SecretError::Repeated(holder.clone()));
        }
    }
    // Tokens of a key that trusts somebody are signed with theirs.
    let trusting = definitions.embed_keys.iter().filter(|key| key.trust.is_some());
    let trusting: BTreeSet<Holder> = trusting.map(|key| Holder::Key(key.client_id.clone())).collect();
    let mut needing = holders.into_iter().filter(|holder| !trusting.contains(holder));
    let without = needing.find(|holder| given.get(holder).is_none_or(|secrets| secrets.is_empty()));
    without.map_or(Ok(()), |holder| Err(SecretError::Missing(holder)))
}

/// Whether there are not too many, and each is good enough. How strong one is that a provider has made is for the provider to
/// say.
fn expect_fit(holder: &Holder, given: &[Secret]) -> Result<(), SecretError> {
    if given.len() > AT_MOST {
        return Err(SecretError::TooMany(holder.clone()));
    }
    match holder {
        Holder::Client(_) if !given.iter().all(is_client_secret) => Err(SecretError::NoClientSecret(holder.clone())),
        Holder::Key(_) | Holder::Provider(_) if given.iter().any(is_weak) => Err(SecretError::Weak(holder.clone())),
        Holder::Client(_) | Holder::Key(_) | Holder::Provider(_) => Ok(()),
    }
}

fn is_client_secret(secret: &Secret) -> bool {
    (1..=LONGEST_CLIENT_SECRET).contains(&secret.expose().len())
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

/// The secrets of every embed key and of every identity provider: no id is of both.
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
    stored.len() == given.values().filter(|secrets| !secrets.is_empty()).count() && stored.iter().all(equal)
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

/// Whether secrets are one or two, good enough, and nobody else's.
pub(crate) async fn acceptable(
    connection: &mut AnyConnection,
    encryption: &EncryptionKey,
    key: &KeyId,
    holder: &Holder,
    given: &[Secret],
) -> Result<(), StoreError> {
    if given.is_empty() {
        return Err(SecretError::Missing(holder.clone()).into());
    }
    expect_fit(holder, given)?;
    let others = stored(connection, encryption).await?;
    let mut seen: BTreeSet<&str> =
        others.iter().filter(|(other, _)| *other != key).flat_map(|(_, held)| held).map(Secret::expose).collect();
    if given.iter().all(|secret| seen.insert(secret.expose())) {
        Ok(())
    } else {
        Err(SecretError::Repeated(holder.clone()).into())
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
