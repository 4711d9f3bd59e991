//! How Sigma's hosts encrypt tokens for warehouses inside of their JWT.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::pbkdf2;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::num::NonZeroU32;

const ROUNDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(599_999);

/// Decrypts `salt.iv.tag.ciphertext`, each in base64: AES-256-GCM under a key that PBKDF2 with HMAC-SHA256 makes of the
/// embed secret. `None`: it is something else, or was encrypted with another secret.
#[must_use]
pub fn decrypt(encrypted: &str, secret: &[u8]) -> Option<Vec<u8>> {
    let parts: Vec<Vec<u8>> = encrypted.split('.').map(|part| STANDARD.decode(part).ok()).collect::<Option<_>>()?;
    let [salt, iv, tag, text] = <[Vec<u8>; 4]>::try_from(parts).ok()?;
    let mut key = [0; 32];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, &salt, secret, &mut key);
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).ok()?);
    let nonce = Nonce::try_assume_unique_for_key(&iv).ok()?;
    let mut sealed: Vec<u8> = text.into_iter().chain(tag).collect();
    key.open_in_place(nonce, Aad::empty(), &mut sealed).ok().map(|opened| opened.to_vec())
}
