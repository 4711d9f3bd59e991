//! An authenticator and the browser in front of it, after Web Authentication, made by hand: what is sent here can also be wrong.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use testkit::callers::CallError;

pub(super) const PRESENT: u8 = 1;
pub(super) const VERIFIED: u8 = 1 << 2;
const HAS_CREDENTIAL: u8 = 1 << 6;

/// An authenticator with one passkey, at a browser that shows pages of one origin.
pub(super) struct Authenticator {
    pub(super) key: EcdsaKeyPair,
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
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)?;
        let (origin, party) = (origin.to_owned(), "localhost".to_owned());
        let flags = PRESENT | VERIFIED;
        Ok(Self { key, id, origin, in_frame: false, party, flags, counter: 0, user_handle: None })
    }

    /// The same passkey, as whoever has copied the authenticator has it.
    pub(super) fn copy(&self) -> Result<Self, CallError> {
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, self.key.to_pkcs8v1()?.as_ref())?;
        let (origin, party, user_handle) = (self.origin.clone(), self.party.clone(), self.user_handle.clone());
        let Self { id, in_frame, flags, counter, .. } = *self;
        Ok(Self { key, id, origin, in_frame, party, flags, counter, user_handle })
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
        let point = self.key.public_key().as_ref();
        // A map of five: kind EC2, algorithm ES256, curve P-256, x and y (RFC 9052).
        let start = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        let cose = [&start, &point[1..33], &[0x22, 0x58, 0x20], &point[33..]].concat();
        let length = [0, u8::try_from(self.id.len()).unwrap_or_default()];
        let data = [&self.data(self.flags | HAS_CREDENTIAL), &[0; 16][..], &length, &self.id, &cose].concat();
        // {"fmt": "none", "attStmt": {}, "authData": data}
        let object = [b"\xa3cfmtdnonegattStmt\xa0hauthData\x58", &[data.len().to_be_bytes()[7]][..], &data].concat();
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
        let signature = self.key.sign(&SystemRandom::new(), &message)?;
        Ok(json!({
            "id": URL_SAFE_NO_PAD.encode(self.id), "rawId": URL_SAFE_NO_PAD.encode(self.id), "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
                "authenticatorData": URL_SAFE_NO_PAD.encode(data),
                "signature": URL_SAFE_NO_PAD.encode(signature.as_ref()),
                "userHandle": self.user_handle,
            },
        }))
    }
}
