//! An authenticator and the browser in front of it, after Web Authentication, made by hand: what is sent here can also be wrong.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::sync::Arc;
use testkit::callers::CallError;

pub(super) const PRESENT: u8 = 1;
pub(super) const VERIFIED: u8 = 1 << 2;
const HAS_CREDENTIAL: u8 = 1 << 6;

/// The key pair of a passkey.
pub(super) enum Key {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl Key {
    fn p256() -> Result<Self, CallError> {
        Ok(Self::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)?))
    }

    pub(super) fn ed25519() -> Result<Self, CallError> {
        Ok(Self::Ed25519(Ed25519KeyPair::generate()?))
    }

    pub(super) fn rsa() -> Result<Self, CallError> {
        Ok(Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048)?))
    }

    /// Its public half, as COSE writes it (RFC 9053, sections 7.1 and 7.2; RFC 8230, section 4): kind, algorithm, the rest.
    fn cose(&self) -> Vec<u8> {
        match self {
            Self::P256(pair) => {
                let point = pair.public_key().as_ref();
                let start = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
                [&start, &point[1..33], &[0x22, 0x58, 0x20], &point[33..]].concat()
            }
            Self::Ed25519(pair) => {
                let start = [0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20];
                [&start, pair.public_key().as_ref()].concat()
            }
            Self::Rsa(pair) => {
                let start = [0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20];
                let (modulus, exponent) = (pair.public_key().modulus(), pair.public_key().exponent());
                let parts = [bytes(modulus.big_endian_without_leading_zero()), vec![0x21]];
                [&start, parts.concat().as_slice(), &bytes(exponent.big_endian_without_leading_zero())].concat()
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CallError> {
        Ok(match self {
            Self::P256(pair) => pair.sign(&SystemRandom::new(), message)?.as_ref().to_vec(),
            Self::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)?;
                signature
            }
        })
    }
}

/// A string of bytes in CBOR.
fn bytes(content: &[u8]) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    let head = match (high, low) {
        (0, 0..=23) => vec![0x40 | low],
        (0, _) => vec![0x58, low],
        _ => vec![0x59, high, low],
    };
    [head.as_slice(), content].concat()
}

/// An authenticator with one passkey, at a browser that shows pages of one origin.
pub(super) struct Authenticator {
    pub(super) key: Arc<Key>,
    pub(super) id: [u8; 16],
    /// What the browser says of the page.
    pub(super) origin: String,
    /// Whether the browser says that the page is in a frame of another site.
    pub(super) in_frame: bool,
    /// For whose pages the passkey is.
    pub(super) party: String,
    /// What the authenticator says of whoever uses it.
    pub(super) flags: u8,
    /// How often it has signed; 0: it does not count.
    pub(super) counter: u32,
    /// Whose passkey it says it is.
    pub(super) user_handle: Option<String>,
}

impl Authenticator {
    /// A new one, for pages of that origin.
    pub(super) fn new(origin: &str) -> Result<Self, CallError> {
        let mut id = [0; 16];
        aws_lc_rs::rand::fill(&mut id)?;
        let key = Arc::new(Key::p256()?);
        let (origin, party) = (origin.to_owned(), "localhost".to_owned());
        let flags = PRESENT | VERIFIED;
        Ok(Self { key, id, origin, in_frame: false, party, flags, counter: 0, user_handle: None })
    }

    /// The same passkey, as whoever has copied the authenticator has it.
    pub(super) fn copy(&self) -> Self {
        let key = Arc::clone(&self.key);
        let (origin, party, user_handle) = (self.origin.clone(), self.party.clone(), self.user_handle.clone());
        let Self { id, in_frame, flags, counter, .. } = *self;
        Self { key, id, origin, in_frame, party, flags, counter, user_handle }
    }

    fn client_data(&self, kind: &str, challenge: &str) -> Vec<u8> {
        let said = json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.in_frame});
        said.to_string().into_bytes()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let party = digest(&SHA256, self.party.as_bytes());
        [party.as_ref(), &[flags], &self.counter.to_be_bytes()].concat()
    }

    /// What the browser says of the passkey that it was to have made.
    pub(super) fn makes(&mut self, wanted: &Value) -> Value {
        self.user_handle = wanted["user"]["id"].as_str().map(str::to_owned);
        let length = [0, u8::try_from(self.id.len()).unwrap_or_default()];
        let data =
            [&self.data(self.flags | HAS_CREDENTIAL), &[0; 16][..], &length, &self.id, &self.key.cose()].concat();
        // {"fmt": "none", "attStmt": {}, "authData": data}
        let object = [b"\xa3cfmtdnonegattStmt\xa0hauthData", bytes(&data).as_slice()].concat();
        let challenge = wanted["challenge"].as_str().unwrap_or_default();
        json!({
            "id": URL_SAFE_NO_PAD.encode(self.id), "rawId": URL_SAFE_NO_PAD.encode(self.id), "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": URL_SAFE_NO_PAD.encode(self.client_data("webauthn.create", challenge)),
                "attestationObject": URL_SAFE_NO_PAD.encode(object),
                "transports": ["internal"],
            },
        })
    }

    /// What the browser says of what the passkey has signed.
    pub(super) fn signs(&self, question: &Value) -> Result<Value, CallError> {
        self.signs_as("webauthn.get", question)
    }

    /// The same, of another ceremony.
    pub(super) fn signs_as(&self, kind: &str, question: &Value) -> Result<Value, CallError> {
        let client = self.client_data(kind, question["challenge"].as_str().unwrap_or_default());
        let data = self.data(self.flags);
        let message = [data.as_slice(), digest(&SHA256, &client).as_ref()].concat();
        let signature = self.key.sign(&message)?;
        Ok(json!({
            "id": URL_SAFE_NO_PAD.encode(self.id), "rawId": URL_SAFE_NO_PAD.encode(self.id), "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
                "authenticatorData": URL_SAFE_NO_PAD.encode(data),
                "signature": URL_SAFE_NO_PAD.encode(signature),
                "userHandle": self.user_handle,
            },
        }))
    }
}
