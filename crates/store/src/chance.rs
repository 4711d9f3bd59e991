//! Chance: the one place where random bytes come from, and what is made of them.

use crate::{Secret, StoreError};
use data_encoding::{BASE32, BASE32_DNSSEC, HEXLOWER};
use model::name::{MemberId, SessionId};
use model::publication::LinkId;
use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};
use std::fmt;

/// Bytes of an id: 128 bits, unique.
const ID_BYTES: usize = 16;
/// Bytes of a credential: 256 bits, not to be guessed.
const CREDENTIAL_BYTES: usize = 32;

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).map_err(|_| StoreError::Chance)?;
    Ok(bytes)
}

fn random_text<const N: usize>(prefix: &str) -> Result<String, StoreError> {
    Ok(format!("{prefix}_{}", BASE32_DNSSEC.encode(&random::<N>()?)))
}

/// A new id that begins with `prefix` and is never made again.
pub(crate) fn new_id(prefix: &str) -> Result<String, StoreError> {
    random_text::<ID_BYTES>(prefix)
}

/// What makes a name another one than all others: lower-case letters and digits.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn new_name_ending() -> Result<String, StoreError> {
    Ok(BASE32_DNSSEC.encode(&random::<ID_BYTES>()?))
}

/// A new one-time code, `vc_…`.
///
/// # Errors
/// The operating system gives no random bytes; so for all functions of this kind.
pub fn new_code() -> Result<Secret, StoreError> {
    random_text::<CREDENTIAL_BYTES>("vc").map(Secret::new)
}

/// A new session handle, `vh_…`.
///
/// # Errors
/// As [`new_code`].
pub fn new_handle() -> Result<Secret, StoreError> {
    random_text::<CREDENTIAL_BYTES>("vh").map(Secret::new)
}

/// What the cookie of a session of the application holds, `vi_…`. It is no handle, which a page shows by itself.
///
/// # Errors
/// As [`new_code`].
pub fn new_login_cookie() -> Result<Secret, StoreError> {
    random_text::<CREDENTIAL_BYTES>("vi").map(Secret::new)
}

/// What the cookie of a session of the application in a frame holds, `vf_…`.
///
/// # Errors
/// As [`new_code`].
pub fn new_frame_cookie() -> Result<Secret, StoreError> {
    random_text::<CREDENTIAL_BYTES>("vf").map(Secret::new)
}

/// A new token of a session, `ve_…`, for any purpose.
///
/// # Errors
/// As [`new_code`].
pub fn new_session_token() -> Result<Secret, StoreError> {
    random_text::<CREDENTIAL_BYTES>("ve").map(Secret::new)
}

/// A new session of a program that has exchanged a token, which it knows by that: 128 bits, written as a UUID is.
///
/// # Errors
/// As [`new_code`].
pub fn new_program_session() -> Result<Secret, StoreError> {
    let hex = HEXLOWER.encode(&random::<ID_BYTES>()?);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| hex.get(part).unwrap_or_default());
    Ok(Secret::new(parts.join("-")))
}

/// A new access token of Tableau's API, `vb_…`, which stands for an API credential there.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn new_tableau_token() -> Result<Secret, StoreError> {
    random_text::<CREDENTIAL_BYTES>("vb").map(Secret::new)
}

/// A new access token of Sigma's API, `vg_…`, which stands for an API credential there.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn new_sigma_token() -> Result<Secret, StoreError> {
    random_text::<CREDENTIAL_BYTES>("vg").map(Secret::new)
}

/// A new code of a link into the application, `vl_…`.
///
/// # Errors
/// As [`new_code`].
pub fn new_login_code() -> Result<Secret, StoreError> {
    random_text::<CREDENTIAL_BYTES>("vl").map(Secret::new)
}

/// What a password is hashed with.
///
/// # Errors
/// As [`new_code`].
pub fn new_salt() -> Result<[u8; 16], StoreError> {
    random()
}

/// A new secret of time-based codes, in base 32: 160 bits, as long as the digest (RFC 4226, section 4).
///
/// # Errors
/// As [`new_code`].
pub fn new_factor_secret() -> Result<Secret, StoreError> {
    Ok(Secret::new(BASE32.encode(&random::<20>()?)))
}

/// What a recovery code is made of: 120 bits, not to be guessed even by whoever has its hash.
///
/// # Errors
/// As [`new_code`].
pub fn new_recovery_bytes() -> Result<[u8; 15], StoreError> {
    random()
}

/// A new secret of an API credential, `va_…`.
///
/// # Errors
/// As [`new_code`].
pub fn new_credential_secret() -> Result<Secret, StoreError> {
    random_text::<CREDENTIAL_BYTES>("va").map(Secret::new)
}

/// A new access token of Looker's API, `vt_…`, which stands for an API credential there.
///
/// # Errors
/// As [`new_code`].
pub fn new_access_token() -> Result<Secret, StoreError> {
    random_text::<CREDENTIAL_BYTES>("vt").map(Secret::new)
}

/// A new secret of an embed key: as long as any, and of letters and digits alone.
///
/// # Errors
/// As [`new_code`].
pub fn new_key_secret() -> Result<Secret, StoreError> {
    random_text::<CREDENTIAL_BYTES>("vk").map(Secret::new)
}

/// A new session id, `vs_…`: public, never a credential.
///
/// # Errors
/// As [`new_code`].
pub fn new_session_id() -> Result<SessionId, StoreError> {
    new_id("vs").map(SessionId::new)
}

/// The id of a new public link: a random UUID (RFC 9562, version 4), not to be guessed.
///
/// # Errors
/// As [`new_code`].
pub fn new_link_id() -> Result<LinkId, StoreError> {
    let mut bytes = random::<16>()?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = HEXLOWER.encode(&bytes);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| hex.get(part).unwrap_or_default());
    LinkId::try_from(parts.join("-")).map_err(|_| StoreError::Chance)
}

/// A new member id, `member_…`.
///
/// # Errors
/// As [`new_code`].
pub fn new_member_id() -> Result<MemberId, StoreError> {
    new_id("member").map(MemberId::new)
}

/// SHA-256 of a code or a handle: all that is kept of one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of a code or a handle as it was received.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// An id for all that happens with the token, which does not tell it.
    #[must_use]
    pub fn session_id(self, kind: &str) -> SessionId {
        let digits = self.to_hex();
        SessionId::new(format!("{kind}_{}", digits.get(..32).unwrap_or_default()))
    }

    /// As it is stored: 64 digits of lower-case hexadecimal.
    pub(crate) fn to_hex(self) -> String {
        HEXLOWER.encode(&self.0)
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_long_prefixed_and_never_the_same() -> Result<(), StoreError> {
        let (code, other) = (new_code()?, new_code()?);
        assert!(code.expose().starts_with("vc_") && new_handle()?.expose().starts_with("vh_"));
        assert_eq!(code.expose().len(), "vc_".len() + 52, "256 bits in base 32");
        assert_ne!(code.expose(), other.expose());
        assert!(new_session_id()?.as_str().starts_with("vs_"));
        assert_ne!(new_session_id()?, new_session_id()?);
        let link = new_link_id()?.to_string();
        assert_eq!((&link[14..15], link.len()), ("4", 36), "{link}");
        assert!("89ab".contains(&link[19..20]), "{link}");
        Ok(())
    }

    /// How often each bit is set in what 2,000 calls have made.
    fn bits(make: impl Fn() -> Result<Vec<u8>, StoreError>) -> Result<Vec<usize>, StoreError> {
        let mut set = Vec::new();
        for _ in 0..2_000 {
            let bytes = make()?;
            set.resize(bytes.len() * 8, 0);
            for (place, count) in set.iter_mut().enumerate() {
                *count += usize::from(bytes[place / 8] >> (place % 8) & 1);
            }
        }
        Ok(set)
    }

    fn decoded(secret: &Secret) -> Result<Vec<u8>, StoreError> {
        let text = secret.expose().split('_').next_back().unwrap_or_default();
        BASE32_DNSSEC.decode(text.as_bytes()).map_err(|_| StoreError::Chance)
    }

    #[test]
    fn every_bit_of_what_opens_something_is_left_to_chance() -> Result<(), StoreError> {
        let program = || {
            let hex = new_program_session()?.expose().replace('-', "");
            HEXLOWER.decode(hex.as_bytes()).map_err(|_| StoreError::Chance)
        };
        let factor = || BASE32.decode(new_factor_secret()?.expose().as_bytes()).map_err(|_| StoreError::Chance);
        for (set, length) in [
            (bits(|| decoded(&new_code()?))?, 256),
            (bits(|| decoded(&new_handle()?))?, 256),
            (bits(|| decoded(&new_login_cookie()?))?, 256),
            (bits(|| decoded(&new_frame_cookie()?))?, 256),
            (bits(|| decoded(&new_login_code()?))?, 256),
            (bits(|| decoded(&new_credential_secret()?))?, 256),
            (bits(program)?, 128),
            (bits(factor)?, 160),
            (bits(|| new_recovery_bytes().map(Vec::from))?, 120),
        ] {
            assert_eq!(set.len(), length);
            // Seven standard deviations from the middle.
            assert!(set.iter().all(|count| (843..=1_157).contains(count)), "{set:?}");
        }
        Ok(())
    }

    #[test]
    fn hashes_are_sha_256() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(TokenHash::of("").to_hex(), empty, "FIPS 180-4, the empty message");
        assert_eq!(format!("{:?}", TokenHash::of("vc_1")), "TokenHash(…)");
    }
}
