//! Signatures that are checked with public keys (RFC 7515, RFC 7517, RFC 7518), as identity providers publish them.
//!
//! A key says by which algorithms it can have signed; what a token says is only compared with that. Keys inside tokens, or
//! at addresses that tokens name, count for nothing.

use crate::jwt::LONGEST;
use crate::strict_json;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, crypto};
use serde_json::{Map, Value};

/// The algorithms that are supported, in the words of RFC 7518 and RFC 8037.
pub const ALGORITHMS: [(&str, Algorithm); 12] = [
    ("HS256", Algorithm::HS256),
    ("HS384", Algorithm::HS384),
    ("HS512", Algorithm::HS512),
    ("RS256", Algorithm::RS256),
    ("RS384", Algorithm::RS384),
    ("RS512", Algorithm::RS512),
    ("PS256", Algorithm::PS256),
    ("PS384", Algorithm::PS384),
    ("PS512", Algorithm::PS512),
    ("ES256", Algorithm::ES256),
    ("ES384", Algorithm::ES384),
    ("EdDSA", Algorithm::EdDSA),
];

/// The most keys of a set. Each may be tried, and compared with each.
pub const MOST_KEYS: usize = 50;

/// Keys with which signatures are checked.
#[derive(Debug, Clone)]
pub struct KeySet {
    keys: Vec<Key>,
}

#[derive(Debug, Clone)]
struct Key {
    kid: Option<String>,
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

/// Why keys cannot be read. Never quotes them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The document is none.
    #[error("no key: expected a JSON Web Key, or an object with `keys`")]
    NoKey,
    /// A member is not what it must be.
    #[error("`{0}` of the key is not valid: expected {1}")]
    Member(&'static str, &'static str),
    /// A set in which it is open what kind of key a token means.
    #[error("secrets and public keys in one set: expected keys of one kind")]
    Mixed,
    /// A set in which it is open which key a token means.
    #[error("two keys of a kind have the same `kid`")]
    Ambiguous,
    /// A set that takes too long to try.
    #[error("more than {MOST_KEYS} keys in one set")]
    TooMany,
}

/// Why a token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// It is none.
    #[error("not a compact JWS")]
    Malformed,
    /// It is signed in a way that is not supported.
    #[error("the algorithm is not supported")]
    Unsupported,
    /// It demands something that is not understood.
    #[error("the header has critical parameters, and none is understood")]
    Critical,
    /// It names a key that is not there.
    #[error("there is no key of that `kid`")]
    UnknownKey,
    /// No key is for that algorithm.
    #[error("the key is not for that algorithm")]
    WrongAlgorithm,
    /// The signature is not that of the key.
    #[error("the signature is not that of the key")]
    WrongSignature,
}

/// What was signed with one of the keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// The header.
    pub header: Map<String, Value>,
    /// What it is about.
    pub payload: Vec<u8>,
}

impl Verified {
    /// The claims, if it is about claims.
    #[must_use]
    pub fn claims(&self) -> Option<Map<String, Value>> {
        match strict_json::parse(&self.payload) {
            Ok(Value::Object(claims)) => Some(claims),
            _ => None,
        }
    }
}

impl KeySet {
    /// Reads one key, or a set of which it keeps those that can have signed. `secrets`: whether keys may be secrets, with
    /// which whoever checks can sign as well.
    ///
    /// # Errors
    /// There is no key, the only one cannot be used, there are too many, or a token could mean several keys of a set.
    pub fn parse(text: &[u8], secrets: bool) -> Result<Self, KeyError> {
        let Ok(Value::Object(document)) = strict_json::parse(text) else { return Err(KeyError::NoKey) };
        let Some(keys) = document.get("keys") else {
            return Ok(Self { keys: vec![Key::read(&document, secrets)?] });
        };
        let keys = keys.as_array().ok_or(KeyError::NoKey)?;
        if keys.len() > MOST_KEYS {
            return Err(KeyError::TooMany);
        }
        let keys: Vec<_> = keys.iter().filter_map(Value::as_object).collect();
        let mut others = keys.iter();
        while let Some(key) = others.next() {
            if others.clone().any(|other| is_mistaken_for(key, other)) {
                return Err(KeyError::Ambiguous);
            }
        }
        let keys: Vec<Key> = keys.into_iter().filter_map(|key| Key::read(key, secrets).ok()).collect();
        if keys.is_empty() {
            return Err(KeyError::NoKey);
        }
        if keys.iter().any(Key::is_secret) && !keys.iter().all(Key::is_secret) {
            return Err(KeyError::Mixed);
        }
        Ok(Self { keys })
    }

    /// What the token says, if one of the keys has signed it.
    ///
    /// # Errors
    /// None has.
    pub fn verify(&self, token: &str) -> Result<Verified, JwsError> {
        let parts = token.rsplit_once('.').filter(|_| token.len() <= LONGEST).ok_or(JwsError::Malformed)?;
        let (signed, signature) = parts;
        let (header, payload) = signed.split_once('.').ok_or(JwsError::Malformed)?;
        let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsError::Malformed);
        let Ok(Value::Object(header)) = strict_json::parse(&decoded(header)?) else { return Err(JwsError::Malformed) };
        let payload = decoded(payload)?;
        decoded(signature)?;
        let algorithm = header.get("alg").and_then(Value::as_str).ok_or(JwsError::Malformed)?;
        let algorithm = named(algorithm).ok_or(JwsError::Unsupported)?;
        if header.contains_key("crit") || header.contains_key("b64") {
            return Err(JwsError::Critical);
        }
        let mut refused = JwsError::UnknownKey;
        for key in self.meant(&header)? {
            if !key.algorithms.contains(&algorithm) {
                refused = JwsError::WrongAlgorithm;
                continue;
            }
            if crypto::verify(signature, signed.as_bytes(), &key.key, algorithm).unwrap_or(false) {
                return Ok(Verified { header, payload });
            }
            refused = JwsError::WrongSignature;
        }
        Err(refused)
    }

    fn meant(&self, header: &Map<String, Value>) -> Result<impl Iterator<Item = &Key> + use<'_>, JwsError> {
        let kid = match header.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.clone()),
            Some(_) => return Err(JwsError::Malformed),
        };
        // One key without a name is whatever a token calls it.
        let is_only = self.keys.len() == 1;
        Ok(self.keys.iter().filter(move |key| match (&kid, &key.kid) {
            (Some(wanted), Some(own)) => wanted == own,
            (Some(_), None) => is_only,
            (None, _) => true,
        }))
    }
}

fn named(algorithm: &str) -> Option<Algorithm> {
    ALGORITHMS.iter().find(|(name, _)| *name == algorithm).map(|(_, algorithm)| *algorithm)
}

impl Key {
    fn read(key: &Map<String, Value>, secrets: bool) -> Result<Self, KeyError> {
        let text = |name: &str| key.get(name).and_then(Value::as_str);
        expect(key.get("use").is_none_or(|it| it == "sig"), "use", "`sig`")?;
        let verifies =
            |operations: &Value| operations.as_array().is_some_and(|all| all.iter().any(|it| it == "verify"));
        expect(key.get("key_ops").is_none_or(verifies), "key_ops", "`verify` among them")?;
        let (key_of, fitting) = match text("kty") {
            Some("RSA") => rsa(key)?,
            Some("EC") => elliptic(key)?,
            Some("OKP") => {
                expect(text("crv") == Some("Ed25519"), "crv", "`Ed25519`")?;
                let x = bytes(key, "x").filter(|x| x.len() == 32);
                expect(x.is_some(), "x", "32 bytes in base64url")?;
                let made = DecodingKey::from_ed_components(text("x").unwrap_or_default());
                (made.map_err(|_| KeyError::Member("x", "32 bytes in base64url"))?, vec![Algorithm::EdDSA])
            }
            Some("oct") if secrets => secret(key)?,
            _ => return Err(KeyError::Member("kty", "`RSA`, `EC` or `OKP`")),
        };
        let algorithms = match key.get("alg") {
            None => fitting,
            Some(alg) => {
                let alg = alg.as_str().and_then(named).filter(|alg| fitting.contains(alg));
                vec![alg.ok_or(KeyError::Member("alg", "a supported algorithm that fits the key"))?]
            }
        };
        let kid = match key.get("kid") {
            None => None,
            Some(kid) => Some(kid.as_str().ok_or(KeyError::Member("kid", "a text"))?.to_owned()),
        };
        Ok(Self { kid, algorithms, key: key_of })
    }

    fn is_secret(&self) -> bool {
        self.key.family() == AlgorithmFamily::Hmac
    }
}

/// Whether both have one `kid`, and are of a kind and for a use (RFC 7517, section 4.5), whether they can be used or not.
fn is_mistaken_for(key: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    key.contains_key("kid") && ["kid", "kty", "use"].iter().all(|name| key.get(*name) == other.get(*name))
}

type Made = (DecodingKey, Vec<Algorithm>);

fn rsa(key: &Map<String, Value>) -> Result<Made, KeyError> {
    let modulus = bytes(key, "n").unwrap_or_default();
    let significant: Vec<u8> = modulus.iter().copied().skip_while(|byte| *byte == 0).collect();
    let bits = significant.len() * 8 - significant.first().map_or(0, |byte| byte.leading_zeros() as usize);
    expect((2048..=8192).contains(&bits), "n", "a modulus of 2,048 to 8,192 bits in base64url")?;
    expect(
        !is_of_weak_primes(&significant),
        "n",
        "a modulus that was not made by a generator known to be weak (ROCA)",
    )?;
    let exponent = bytes(key, "e").unwrap_or_default();
    let is_fine = exponent.last().is_some_and(|last| last % 2 == 1) && exponent.len() <= 8 && exponent != [1];
    expect(is_fine, "e", "an odd exponent of at least 3 in base64url")?;
    let made = DecodingKey::from_rsa_raw_components(&modulus, &exponent);
    use Algorithm::{PS256, PS384, PS512, RS256, RS384, RS512};
    Ok((made, vec![RS256, RS384, RS512, PS256, PS384, PS512]))
}

/// Whether a modulus is one that Infineon's library has made (CVE-2017-15361): modulo each small prime it is a power of 65537,
/// which holds of another one by chance once in a hundred million times.
fn is_of_weak_primes(modulus: &[u8]) -> bool {
    let is_prime = |number: &u32| (2..*number).all(|divisor| !number.is_multiple_of(divisor));
    (3..168).filter(is_prime).all(|prime| {
        let rest = modulus.iter().fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % prime);
        let mut power = 1;
        (0..prime).any(|_| {
            let is_power = power == rest;
            power = power * (65537 % prime) % prime;
            is_power
        })
    })
}

fn elliptic(key: &Map<String, Value>) -> Result<Made, KeyError> {
    let (length, algorithm) = match key.get("crv").and_then(Value::as_str) {
        Some("P-256") => (32, Algorithm::ES256),
        Some("P-384") => (48, Algorithm::ES384),
        _ => return Err(KeyError::Member("crv", "`P-256` or `P-384`")),
    };
    let coordinate = |name: &'static str| {
        let fits = bytes(key, name).is_some_and(|bytes| bytes.len() == length);
        expect(fits, name, "a coordinate of the curve in base64url")?;
        Ok(key.get(name).and_then(Value::as_str).unwrap_or_default())
    };
    let made = DecodingKey::from_ec_components(coordinate("x")?, coordinate("y")?);
    Ok((made.map_err(|_| KeyError::Member("x", "a coordinate of the curve in base64url"))?, vec![algorithm]))
}

/// A secret is for hashes that are no longer than it is.
fn secret(key: &Map<String, Value>) -> Result<Made, KeyError> {
    let secret = bytes(key, "k").unwrap_or_default();
    let hashes = [(32, Algorithm::HS256), (48, Algorithm::HS384), (64, Algorithm::HS512)];
    let fitting: Vec<Algorithm> = hashes.iter().filter(|(least, _)| secret.len() >= *least).map(|it| it.1).collect();
    expect(!fitting.is_empty(), "k", "at least 32 bytes in base64url")?;
    Ok((DecodingKey::from_secret(&secret), fitting))
}

fn bytes(key: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(key.get(name)?.as_str()?).ok()
}

fn expect(holds: bool, member: &'static str, expected: &'static str) -> Result<(), KeyError> {
    if holds { Ok(()) } else { Err(KeyError::Member(member, expected)) }
}
