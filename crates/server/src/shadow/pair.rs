//! Keys in place of those that others sign with, whom keys of Tableau's dialect trust.

use super::ShadowError;
use crate::oidc::Publisher;
use crate::policy_tests::Server;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dialect::jwk::KeySet;
use model::access::{Definitions, EmbedKey, TableauTrust};
use serde_json::{Map, Value, json};

/// What tokens call the key.
const ID: &str = "shadow";

/// Bytes of one coordinate on the curve.
const COORDINATE: usize = 32;

/// A pair of keys that is made here.
pub(super) struct Pair(EcdsaKeyPair);

impl Pair {
    pub(super) fn generate() -> Result<Self, ShadowError> {
        Ok(Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| ShadowError::Keys)?))
    }

    /// What a token's header says of it.
    pub(super) fn header(&self) -> Map<String, Value> {
        Map::from_iter([("alg".to_owned(), json!("ES256")), ("kid".to_owned(), json!(ID))])
    }

    pub(super) fn sign(&self, text: &str) -> Option<Vec<u8>> {
        Some(self.0.sign(&SystemRandom::new(), text.as_bytes()).ok()?.as_ref().to_vec())
    }

    /// Lets a server believe that this is the key of all whom its keys trust. The one that stands in a definition must be
    /// [taken out](without_keys) before.
    pub(super) async fn publish(&self, server: &Server, keys: &[EmbedKey]) -> Result<(), ShadowError> {
        // 4, and both coordinates.
        let point = self.0.public_key().as_ref();
        let coordinates = point.get(1..).unwrap_or_default().split_at_checked(COORDINATE).ok_or(ShadowError::Keys)?;
        let [x, y] = <[&[u8]; 2]>::from(coordinates).map(|coordinate| URL_SAFE_NO_PAD.encode(coordinate));
        let published = json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": ID, "x": x, "y": y}]});
        let published = KeySet::parse(published.to_string().as_bytes(), false).map_err(|_| ShadowError::Keys)?;
        for trust in keys.iter().filter_map(|key| key.trust.as_ref()) {
            server.app.providers.believe(Publisher::from(trust), published.clone()).await;
        }
        Ok(())
    }
}

/// Definitions in which no public key stands, so that whoever signs publishes it.
pub(super) fn without_keys(mut definitions: Definitions) -> Definitions {
    for key in &mut definitions.embed_keys {
        if let Some(TableauTrust::UnifiedAccess(access)) = &mut key.trust {
            access.public_key = None;
        }
    }
    definitions
}
