//! Whoever signs for people: a host, an issuer that a key trusts, or an identity provider.

use super::pair::Pair;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dialect::looker::SignedUrl;
use model::access::SignatureHash;
use serde_json::{Map, Value, json};
use url::form_urlencoded::Serializer;

/// With what is signed.
#[derive(Clone, Copy)]
pub(super) enum With<'a> {
    /// A secret that signer and server share.
    Secret(&'a str),
    /// A pair, of which the server has the public key.
    Pair(&'a Pair),
}

/// Whoever signs.
pub(crate) struct Signer<'a> {
    pub(super) with: With<'a>,
    /// What tokens call them. `None`: nothing, of identity providers.
    pub(crate) name: Option<&'a str>,
    /// What else stands in the header of their tokens.
    pub(super) header: Map<String, Value>,
}

impl Signer<'_> {
    /// A token with these claims.
    pub(crate) fn token(&self, claims: &Map<String, Value>) -> Option<String> {
        let mut header = Map::from_iter([("typ".to_owned(), json!("JWT"))]);
        header.extend(self.header.clone());
        header.extend(match self.with {
            With::Secret(_) => Map::from_iter([("alg".to_owned(), json!("HS256"))]),
            With::Pair(pair) => pair.header(),
        });
        let signed = format!("{}.{}", encoded(&header), encoded(claims));
        let signature = match self.with {
            With::Secret(secret) => hmac(secret, hmac::HMAC_SHA256, &signed),
            With::Pair(pair) => pair.sign(&signed)?,
        };
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The address of a login of Looker's, with its parameters.
    pub(crate) fn looker(
        &self,
        (path, host): (&str, &str),
        pairs: &[(String, String)],
        hash: SignatureHash,
    ) -> Option<String> {
        let with = |signature: &str| {
            let mut search = Serializer::new(String::new());
            search.extend_pairs(pairs).append_pair("signature", signature).finish()
        };
        let text = SignedUrl::parse(path, &with("")).ok()?.string_to_sign(host);
        let hash = match hash {
            SignatureHash::Sha256 => hmac::HMAC_SHA256,
            SignatureHash::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        };
        Some(format!("{path}?{}", with(&STANDARD.encode(hmac(self.secret()?, hash, &text)))))
    }

    /// What Sigma's hosts wrote behind an address that they signed.
    pub(crate) fn hexadecimal(&self, text: &str) -> Option<String> {
        Some(data_encoding::HEXLOWER.encode(&hmac(self.secret()?, hmac::HMAC_SHA256, text)))
    }

    /// What addresses are signed with.
    const fn secret(&self) -> Option<&str> {
        match self.with {
            With::Secret(secret) => Some(secret),
            With::Pair(_) => None,
        }
    }
}

fn hmac(secret: &str, algorithm: hmac::Algorithm, text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(algorithm, secret.as_bytes()), text.as_bytes()).as_ref().to_vec()
}

fn encoded(part: &Map<String, Value>) -> String {
    URL_SAFE_NO_PAD.encode(json!(part).to_string())
}
