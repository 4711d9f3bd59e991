//! Encryption of secrets at rest: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), whose 192-bit nonces may be random.
//!
//! A ciphertext is bound to the place it is stored at as associated data: moved to another key's row, it does not open.

use crate::StoreError;
use crate::chance::random;
use crate::database::Database;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;
use std::fmt;
use zeroize::Zeroizing;

const NONCE_BYTES: usize = 24;

/// A text that must not be seen: never printed, wiped from memory when dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a secret text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// Why an encryption key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncryptionKeyError {
    /// It is no key.
    #[error("the encryption key is malformed: expected 64 hexadecimal digits")]
    Malformed,
    /// It is a key, but not this store's.
    #[error("the encryption key is not the one this store was made with")]
    Different,
}

/// The key that encrypts what the store must keep secret: 256 bits.
pub struct EncryptionKey(Zeroizing<[u8; 32]>);

impl EncryptionKey {
    /// Takes the key's bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads 64 hexadecimal digits; blanks around them do not count.
    ///
    /// # Errors
    /// The text is anything else.
    pub fn from_hex(text: &str) -> Result<Self, EncryptionKeyError> {
        let bytes = HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).map(Zeroizing::new);
        let bytes = bytes.map_err(|_| EncryptionKeyError::Malformed)?;
        <[u8; 32]>::try_from(bytes.as_slice()).map(Self::from_bytes).map_err(|_| EncryptionKeyError::Malformed)
    }

    /// Makes a new key.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub fn generate() -> Result<Self, StoreError> {
        random().map(Self::from_bytes)
    }

    /// The key as 64 hexadecimal digits, for the file it is kept in.
    #[must_use]
    pub fn to_hex(&self) -> Secret {
        Secret::new(HEXLOWER.encode(self.0.as_slice()))
    }

    /// A secret that is made from the key and tells nothing of it: for `purpose` alone.
    pub(crate) fn derived(&self, purpose: &str) -> [u8; 32] {
        let mut digest = Sha256::new_with_prefix(self.0.as_slice());
        digest.update(purpose.as_bytes());
        digest.finalize().into()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.0.as_slice().into())
    }

    /// Encrypts a text for `place`: hexadecimal of nonce and ciphertext.
    pub(crate) fn seal(&self, text: &str, place: &str) -> Result<String, StoreError> {
        let nonce = random::<NONCE_BYTES>()?;
        let payload = Payload { msg: text.as_bytes(), aad: place.as_bytes() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| StoreError::Unwritable("secret"))?;
        Ok(HEXLOWER.encode(&[nonce.as_slice(), &sealed].concat()))
    }

    /// Decrypts what [`Self::seal`] made for the same place; `None` for anything else.
    pub(crate) fn unseal(&self, sealed: &str, place: &str) -> Option<Secret> {
        let bytes = HEXLOWER.decode(sealed.as_bytes()).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        let text = self.cipher().decrypt(&XNonce::from(*nonce), payload).ok()?;
        String::from_utf8(text).ok().map(Secret::new)
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EncryptionKey(…)")
    }
}

/// Something that only the store's key opens.
pub(crate) const WITNESS: &str = "encryption_witness";

/// Kept once the encryption key has been replaced: from then on it is not made from that.
pub(crate) const MASK_SECRET: &str = "mask_secret";

/// Makes sure that the store is opened with the key it was made with, rather than to fail at the first secret.
pub(crate) async fn agree(database: &Database, key: &EncryptionKey) -> Result<(), StoreError> {
    if is_its_own(&mut *database.readers().acquire().await?, key).await? {
        return Ok(());
    }
    let mut transaction = database.write().await?;
    if !is_its_own(&mut transaction, key).await? {
        let insert = sqlx::query("INSERT INTO meta (name, value) VALUES ($1, $2)").bind(WITNESS);
        insert.bind(key.seal(WITNESS, WITNESS)?).execute(&mut *transaction).await?;
    }
    Ok(transaction.commit().await?)
}

/// Whether the store has a key, and it is this one; an error if it is another.
pub(crate) async fn is_its_own(connection: &mut AnyConnection, key: &EncryptionKey) -> Result<bool, StoreError> {
    let kept = sqlx::query_scalar("SELECT value FROM meta WHERE name = $1").bind(WITNESS);
    let kept: Option<String> = kept.fetch_optional(connection).await?;
    let Some(sealed) = kept else { return Ok(false) };
    Ok(key.unseal(&sealed, WITNESS).map(|_| true).ok_or(EncryptionKeyError::Different)?)
}

/// The secret that pseudonyms are made with: what the store was made with, whatever its key is now.
pub(crate) async fn mask_secret(database: &Database, key: &EncryptionKey) -> Result<[u8; 32], StoreError> {
    let kept = sqlx::query_scalar("SELECT value FROM meta WHERE name = $1").bind(MASK_SECRET);
    let kept: Option<String> = kept.fetch_optional(database.readers()).await?;
    let Some(sealed) = kept else { return Ok(key.derived(MASKS)) };
    let opened = key.unseal(&sealed, MASK_SECRET).ok_or(EncryptionKeyError::Different)?;
    let bytes = HEXLOWER.decode(opened.expose().as_bytes()).ok();
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(StoreError::Unreadable("mask secret"))
}

/// What the mask secret is made from the first key for.
const MASKS: &str = "column masks";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_texts_open_only_with_their_key_at_their_place() -> Result<(), StoreError> {
        let key = EncryptionKey::from_bytes([7; 32]);
        let sealed = key.seal("attack at dawn", "key_1")?;
        assert_eq!(
            key.unseal(&sealed, "key_1").map(|secret| secret.expose().to_owned()).as_deref(),
            Some("attack at dawn")
        );
        assert!(key.unseal(&sealed, "key_2").is_none(), "another place");
        assert!(EncryptionKey::from_bytes([8; 32]).unseal(&sealed, "key_1").is_none(), "another key");
        assert_ne!(sealed, key.seal("attack at dawn", "key_1")?, "a nonce is used once");
        for broken in ["", "00", "zz", sealed.trim_end_matches(|last| last != '_')] {
            assert!(key.unseal(broken, "key_1").is_none(), "{broken}");
        }
        Ok(())
    }

    #[test]
    fn keys_are_read_from_64_digits_and_never_printed() -> Result<(), StoreError> {
        let key = EncryptionKey::generate()?;
        let again = EncryptionKey::from_hex(&format!(" {}\n", key.to_hex().expose().to_uppercase()))?;
        assert_eq!(again.to_hex().expose(), key.to_hex().expose());
        for bad in ["", "00", &"0".repeat(63), &"g".repeat(64), &"0".repeat(66)] {
            assert_eq!(EncryptionKey::from_hex(bad).err(), Some(EncryptionKeyError::Malformed), "{bad}");
        }
        assert_eq!(format!("{key:?} {:?}", key.to_hex()), "EncryptionKey(…) Secret(…)");
        Ok(())
    }
}
