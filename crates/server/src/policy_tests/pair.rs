//! Keys in place of those that others sign with, whom keys of Tableau's dialect trust.

use super::PolicyTestError;
use crate::app::App;
use crate::oidc::Publisher;
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dialect::jwk::KeySet;
use model::access::{Definitions, EmbedKey, TableauTrust, UnifiedAccess};
use serde_json::{Map, Value, json};

/// What tokens call the key.
const ID: &str = "stand-in";

/// Bytes of one coordinate on the curve.
const COORDINATE: usize = 32;

/// A pair of keys that is made here.
pub(super) struct Pair(EcdsaKeyPair);

impl Pair {
    pub(super) fn generate() -> Result<Self, PolicyTestError> {
        Ok(Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| PolicyTestError::Keys)?))
    }

    /// What a token's header says of it.
    pub(super) fn header(&self) -> Map<String, Value> {
        Map::from_iter([("alg".to_owned(), json!("ES256")), ("kid".to_owned(), json!(ID))])
    }

    pub(super) fn sign(&self, text: &str) -> Option<Vec<u8>> {
        Some(self.0.sign(&SystemRandom::new(), text.as_bytes()).ok()?.as_ref().to_vec())
    }

    /// Definitions in which this stands for every public key of whom keys trust.
    pub(super) fn put_into(&self, mut definitions: Definitions) -> Result<Definitions, PolicyTestError> {
        let der: PublicKeyX509Der<'_> = self.0.public_key().as_der().map_err(|_| PolicyTestError::Keys)?;
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der.as_ref()));
        for key in &mut definitions.embed_keys {
            if let Some(TableauTrust::UnifiedAccess(UnifiedAccess { public_key: Some(key), .. })) = &mut key.trust {
                key.clone_from(&pem);
            }
        }
        Ok(definitions)
    }

    /// Lets a server believe that this is what those publish whom keys trust.
    pub(super) async fn publish(&self, app: &App, keys: &[EmbedKey]) -> Result<(), PolicyTestError> {
        // 4, and both coordinates.
        let point = self.0.public_key().as_ref();
        let coordinates =
            point.get(1..).unwrap_or_default().split_at_checked(COORDINATE).ok_or(PolicyTestError::Keys)?;
        let [x, y] = <[&[u8]; 2]>::from(coordinates).map(|coordinate| URL_SAFE_NO_PAD.encode(coordinate));
        let published = json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": ID, "x": x, "y": y}]});
        let published = KeySet::parse(published.to_string().as_bytes(), false).map_err(|_| PolicyTestError::Keys)?;
        for trust in keys.iter().filter_map(|key| key.trust.as_ref()) {
            app.providers.believe(Publisher::from(trust), published.clone()).await;
        }
        Ok(())
    }
}
