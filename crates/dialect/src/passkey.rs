//! Passkeys (Web Authentication, level 3): what a browser says of a key pair that an authenticator has made, and of what it
//! has signed since.
//!
//! Nobody is asked to attest what the authenticator is, so what it attests counts for nothing. A passkey counts only if the
//! authenticator has made sure who uses it, by a PIN or a look at them: it stands for a password and a second factor.

mod public_key;

use crate::strict_json;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value as Cbor;
use model::enforcement::{Point, enforced};
use public_key::PublicKey;
use serde_json::Value;

pub use public_key::ALGORITHMS;

/// The longest of what a browser sends, in bytes of base64url.
pub const LONGEST: usize = 16 * 1024;

/// The longest id of a passkey, in bytes (section 6.1).
const LONGEST_ID: usize = 1023;

/// Arrays and maps in each other, in what an authenticator says.
const DEPTH: usize = 16;

/// Whose pages passkeys are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    /// The origin of the pages.
    pub origin: String,
    /// Its host: passkeys of one host are known to no other.
    pub id: String,
}

/// Why what a browser sends does not count. Never quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyRefusal {
    /// It is not what a browser sends.
    #[error("`{0}`: expected {1}")]
    Malformed(&'static str, &'static str),
    /// It was made for something else.
    #[error("`clientDataJSON` is for another ceremony")]
    OtherCeremony,
    /// It was made on another page.
    #[error("`clientDataJSON` or `authenticatorData` is of another origin")]
    OtherOrigin,
    /// The authenticator has not made sure who uses it.
    #[error("the authenticator has not verified who uses it")]
    NotVerified,
    /// It is for somebody else.
    #[error("`userHandle` is not of the owner of the passkey")]
    OtherOwner,
    /// The key is of a kind that is not supported.
    #[error("the algorithm of the key is not supported")]
    Unsupported,
    /// The signature is not that of the key.
    #[error("the signature is not that of the key")]
    WrongSignature,
}

/// What a browser says of what it was asked (`clientDataJSON`). Nobody has signed it yet.
#[derive(Debug, Clone)]
pub struct ClientData {
    bytes: Vec<u8>,
    kind: String,
    challenge: String,
    origin: String,
    in_frame: bool,
}

impl ClientData {
    /// Reads it.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(encoded: &str) -> Result<Self, PasskeyRefusal> {
        let bytes = decoded("clientDataJSON", encoded)?;
        let odd = PasskeyRefusal::Malformed("clientDataJSON", "an object with `type`, `challenge` and `origin`");
        let Ok(Value::Object(members)) = strict_json::parse(&bytes) else { return Err(odd) };
        let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned).ok_or(odd);
        let in_frame =
            members.get("crossOrigin").is_some_and(|it| *it != Value::Bool(false)) || members.contains_key("topOrigin");
        Ok(Self { kind: text("type")?, challenge: text("challenge")?, origin: text("origin")?, in_frame, bytes })
    }

    /// The challenge that it answers. Whether it is one's own, and for this, is for the caller to find out.
    #[must_use]
    pub fn challenge(&self) -> &str {
        &self.challenge
    }

    fn expect(&self, kind: &str, party: &RelyingParty) -> Result<(), PasskeyRefusal> {
        if self.kind != kind {
            return Err(PasskeyRefusal::OtherCeremony);
        }
        let own = self.origin == party.origin && !self.in_frame;
        if own || !enforced(Point::PasskeyOrigin) { Ok(()) } else { Err(PasskeyRefusal::OtherOrigin) }
    }
}

/// A passkey that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPasskey {
    /// Its id, in base64url, as the authenticator knows it.
    pub credential: String,
    /// The public key, as a COSE key (RFC 9052).
    pub public_key: Vec<u8>,
    /// How often it has signed, where the authenticator counts.
    pub counter: u32,
}

/// Reads what a browser says of a passkey that was made for a challenge of ours (section 7.1).
///
/// # Errors
/// It is not of this party, nobody was verified, or the key is not supported.
pub fn register(
    party: &RelyingParty,
    client: &ClientData,
    attestation_object: &str,
) -> Result<NewPasskey, PasskeyRefusal> {
    client.expect("webauthn.create", party)?;
    let odd = PasskeyRefusal::Malformed("attestationObject", "what an authenticator has made");
    let object = decoded("attestationObject", attestation_object)?;
    let object = cbor(&mut object.as_slice()).ok_or(odd)?;
    let data = member(&object, |name| name.as_text() == Some("authData")).and_then(Cbor::as_bytes).ok_or(odd)?;
    let (data, rest) = AuthenticatorData::split(data).ok_or(odd)?;
    data.expect(party)?;
    if !data.has_credential {
        return Err(odd);
    }
    // After 16 bytes of what model the authenticator is.
    let (length, rest) = rest.get(16..).and_then(|rest| rest.split_first_chunk::<2>()).ok_or(odd)?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (credential, mut rest) = rest.split_at_checked(length).filter(|_| length <= LONGEST_ID).ok_or(odd)?;
    if credential.is_empty() {
        return Err(odd);
    }
    let of_key = rest;
    let key = cbor(&mut rest).ok_or(odd)?;
    PublicKey::read(&key)?;
    let public_key = of_key.get(..of_key.len() - rest.len()).ok_or(odd)?.to_vec();
    Ok(NewPasskey { credential: URL_SAFE_NO_PAD.encode(credential), public_key, counter: data.counter })
}

/// What a browser says of a passkey that has signed, each in base64url.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// What the authenticator says of itself.
    pub authenticator_data: &'a str,
    /// The signature of that and of what the browser was asked.
    pub signature: &'a str,
    /// Whose passkey the authenticator says it is.
    pub user_handle: Option<&'a str>,
}

/// Verifies that `public_key`, which `owner` has registered, has signed for a challenge of ours (section 7.2); how often it has
/// signed. Whether that is more than before is for the caller to find out.
///
/// # Errors
/// It has not, or not for this party, or nobody was verified.
pub fn verify(
    party: &RelyingParty,
    client: &ClientData,
    signed: Signed<'_>,
    (owner, public_key): (&str, &[u8]),
) -> Result<u32, PasskeyRefusal> {
    client.expect("webauthn.get", party)?;
    let message = decoded("authenticatorData", signed.authenticator_data)?;
    let odd = PasskeyRefusal::Malformed("authenticatorData", "what an authenticator says");
    let (data, _) = AuthenticatorData::split(&message).ok_or(odd)?;
    data.expect(party)?;
    if let Some(handle) = signed.user_handle
        && decoded("userHandle", handle)? != owner.as_bytes()
    {
        return Err(PasskeyRefusal::OtherOwner);
    }
    let signature = decoded("signature", signed.signature)?;
    let hash = digest::digest(&digest::SHA256, &client.bytes);
    let message = [&message, hash.as_ref()].concat();
    let key = cbor(&mut &*public_key).ok_or(PasskeyRefusal::Unsupported)?;
    PublicKey::read(&key)?.verify(&message, &signature)?;
    Ok(data.counter)
}

/// The id of a passkey as it is kept, if a browser can have sent it.
///
/// # Errors
/// It cannot.
pub fn credential(id: &str) -> Result<String, PasskeyRefusal> {
    let bytes = decoded("id", id)?;
    let fits = (1..=LONGEST_ID).contains(&bytes.len());
    fits.then(|| URL_SAFE_NO_PAD.encode(&bytes)).ok_or(PasskeyRefusal::Malformed("id", "the id of a passkey"))
}

/// The first 37 bytes of what an authenticator says of itself (section 6.1).
struct AuthenticatorData {
    party_hash: [u8; 32],
    present: bool,
    verified: bool,
    has_credential: bool,
    counter: u32,
}

impl AuthenticatorData {
    /// These, and what comes after them.
    fn split(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (party_hash, rest) = bytes.split_first_chunk::<32>()?;
        let (flags, rest) = rest.split_first()?;
        let (counter, rest) = rest.split_first_chunk::<4>()?;
        let flag = |bit: u8| flags & (1 << bit) != 0;
        let data = Self {
            party_hash: *party_hash,
            present: flag(0),
            verified: flag(2),
            has_credential: flag(6),
            counter: u32::from_be_bytes(*counter),
        };
        Some((data, rest))
    }

    fn expect(&self, party: &RelyingParty) -> Result<(), PasskeyRefusal> {
        let own = digest::digest(&digest::SHA256, party.id.as_bytes());
        if own.as_ref() != self.party_hash && enforced(Point::PasskeyOrigin) {
            return Err(PasskeyRefusal::OtherOrigin);
        }
        let verified = self.present && self.verified;
        if verified || !enforced(Point::PasskeyUser) { Ok(()) } else { Err(PasskeyRefusal::NotVerified) }
    }
}

fn decoded(member: &'static str, encoded: &str) -> Result<Vec<u8>, PasskeyRefusal> {
    let fits = Some(encoded).filter(|encoded| encoded.len() <= LONGEST);
    let odd = PasskeyRefusal::Malformed(member, "base64url without padding, of at most 16,384 characters");
    fits.and_then(|encoded| URL_SAFE_NO_PAD.decode(encoded).ok()).ok_or(odd)
}

/// One value, after which `bytes` begins anew.
fn cbor(bytes: &mut &[u8]) -> Option<Cbor> {
    ciborium::de::from_reader_with_recursion_limit(bytes, DEPTH).ok()
}

fn member(map: &Cbor, is: impl Fn(&Cbor) -> bool) -> Option<&Cbor> {
    map.as_map()?.iter().find(|(name, _)| is(name)).map(|(_, value)| value)
}
