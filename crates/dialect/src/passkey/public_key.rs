//! Public keys of authenticators (RFC 9052, section 7; RFC 9053; RFC 8230), and what they have signed.

use super::{PasskeyRefusal, member};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use ciborium::Value as Cbor;

/// The algorithms that keys may be of, by their numbers in COSE, the one we would rather have first: EdDSA with Ed25519, ES256
/// with P-256, and RS256.
pub const ALGORITHMS: [i32; 3] = [-8, -7, -257];

/// A key of a supported algorithm.
pub(super) enum PublicKey<'a> {
    Ed25519(&'a [u8]),
    /// Uncompressed.
    P256([u8; 65]),
    Rsa {
        modulus: &'a [u8],
        exponent: &'a [u8],
    },
}

impl<'a> PublicKey<'a> {
    /// Reads a COSE key.
    ///
    /// # Errors
    /// It is of an algorithm or of a size that is not supported.
    pub(super) fn read(key: &'a Cbor) -> Result<Self, PasskeyRefusal> {
        let number = |label: i64| value(key, label).and_then(Cbor::as_integer).map(i128::from);
        let bytes = |label: i64| value(key, label).and_then(Cbor::as_bytes).map(Vec::as_slice);
        // Kind, algorithm, and curve where there is one.
        let read = match (number(1), number(3), number(-1)) {
            (Some(1), Some(-8), Some(6)) => bytes(-2).filter(|x| x.len() == 32).map(Self::Ed25519),
            (Some(2), Some(-7), Some(1)) => bytes(-2).zip(bytes(-3)).and_then(|(x, y)| point(x, y)).map(Self::P256),
            (Some(3), Some(-257), None) => {
                let fits = |modulus: &[u8]| (256..=1024).contains(&modulus.len());
                let parts = bytes(-1).zip(bytes(-2)).filter(|(modulus, exponent)| fits(modulus) && exponent.len() <= 8);
                parts.map(|(modulus, exponent)| Self::Rsa { modulus, exponent })
            }
            _ => None,
        };
        read.ok_or(PasskeyRefusal::Unsupported)
    }

    /// Expects the signature of a message to be that of this key.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), PasskeyRefusal> {
        let verified = match self {
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            Self::P256(key) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key).verify(message, signature),
            Self::Rsa { modulus, exponent } => {
                PublicKeyComponents { n: modulus, e: exponent }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        verified.map_err(|_| PasskeyRefusal::WrongSignature)
    }
}

fn value(key: &Cbor, label: i64) -> Option<&Cbor> {
    member(key, |name| name.as_integer().is_some_and(|name| i128::from(name) == i128::from(label)))
}

fn point(x: &[u8], y: &[u8]) -> Option<[u8; 65]> {
    let mut point = [4; 65];
    if x.len() != 32 || y.len() != 32 {
        return None;
    }
    let (first, second) = point.get_mut(1..)?.split_at_mut(32);
    first.copy_from_slice(x);
    second.copy_from_slice(y);
    Some(point)
}
