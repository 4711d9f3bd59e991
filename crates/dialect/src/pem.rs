//! Public keys as people paste them: `PUBLIC KEY` (RFC 7468, section 13) of RSA or of a curve (RFC 3279, RFC 5480).

use crate::jwk::{KeyError, KeySet};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

/// The longest text: more than a key of the largest size needs.
const LONGEST: usize = 8 * 1024;

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const ELLIPTIC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];

/// Why a text is no public key. Never quotes it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PemError {
    /// Something else.
    #[error("no public key: expected one that begins with `{BEGIN}`")]
    NoKey,
    /// What should never have left its owner.
    #[error("a private key: expected the public one, and nobody else should know this one")]
    Private,
    /// Not of a kind that is supported, or not well made.
    #[error("the public key cannot be read: expected one of RSA, or of the curve P-256 or P-384")]
    Unsupported,
    /// Too weak, or not a key after all.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Reads one public key.
///
/// # Errors
/// It is none, or one that is not good enough.
pub fn public_key(text: &str) -> Result<KeySet, PemError> {
    if text.contains("PRIVATE KEY-----") {
        return Err(PemError::Private);
    }
    let body = text.trim().strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END)).ok_or(PemError::NoKey)?;
    let body: String = body.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(body).ok().filter(|bytes| bytes.len() <= LONGEST).ok_or(PemError::NoKey)?;
    let key = jwk(&bytes).ok_or(PemError::Unsupported)?;
    Ok(KeySet::parse(key.to_string().as_bytes(), false)?)
}

/// The same key as a JSON Web Key.
fn jwk(bytes: &[u8]) -> Option<Value> {
    let mut info = Der(bytes).only_inside(SEQUENCE)?;
    let mut algorithm = Der(info.next(SEQUENCE)?);
    let key = info.next(BIT_STRING)?.strip_prefix(&[0])?;
    info.end()?;
    let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let kind = algorithm.next(OBJECT_IDENTIFIER)?;
    if kind == RSA {
        algorithm.next(NULL)?;
        algorithm.end()?;
        let mut numbers = Der(key).only_inside(SEQUENCE)?;
        let (modulus, exponent) = (numbers.natural()?, numbers.natural()?);
        numbers.end()?;
        return Some(json!({"kty": "RSA", "n": encoded(modulus), "e": encoded(exponent)}));
    }
    let curve = algorithm.next(OBJECT_IDENTIFIER).filter(|_| kind == ELLIPTIC)?;
    algorithm.end()?;
    let (name, length) =
        [(P256, "P-256", 32), (P384, "P-384", 48)].iter().find(|it| it.0 == curve).map(|it| (it.1, it.2))?;
    // A point that is not compressed (SEC 1, section 2.3.3).
    let (x, y) = key.strip_prefix(&[4])?.split_at_checked(length)?;
    Some(json!({"kty": "EC", "crv": name, "x": encoded(x), "y": encoded(y)}))
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const NULL: u8 = 0x05;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// Elements that have not been read yet (X.690, DER).
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// What is inside the only element.
    fn only_inside(mut self, tag: u8) -> Option<Self> {
        let inside = self.next(tag)?;
        self.end()?;
        Some(Self(inside))
    }

    /// What is inside the next element.
    fn next(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, rest) = self.0.split_first()?;
        let (length, rest) = length(rest)?;
        let (inside, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        (*found == tag).then_some(inside)
    }

    /// A number that is not negative, without the zero in front of it.
    fn natural(&mut self) -> Option<&'a [u8]> {
        let bytes = self.next(INTEGER)?;
        bytes.first().filter(|first| **first < 0x80)?;
        Some(bytes.strip_prefix(&[0]).unwrap_or(bytes))
    }

    fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// A length, in its shortest form.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    match first {
        0..=0x7f => Some((usize::from(*first), rest)),
        0x81 => rest.split_first().map(|(one, rest)| (usize::from(*one), rest)).filter(|(length, _)| *length >= 0x80),
        0x82 => {
            let (two, rest) = rest.split_first_chunk::<2>()?;
            Some((usize::from(u16::from_be_bytes(*two)), rest)).filter(|(length, _)| *length >= 0x100)
        }
        _ => None,
    }
}
