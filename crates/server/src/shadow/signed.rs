//! What a host signed once, signed anew: with the secret of a key that is made here, with the times and ids of now, and
//! everything else as it was.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use dialect::looker::SignedUrl;
use model::access::{EmbedKey, SignatureHash};
use serde_json::{Map, Value, json};
use url::form_urlencoded::{self, Serializer};

/// Seconds that a token counts that does not say for how long.
const LIFETIME: i64 = 300;

/// Who signs, and when.
pub(super) struct Signer<'a> {
    pub(super) key: &'a EmbedKey,
    pub(super) secret: &'a str,
    pub(super) now: DateTime<Utc>,
    /// Stands in everything that may come once.
    pub(super) id: String,
}

impl Signer<'_> {
    /// A token with the claims of one that was recorded, whoever signed that. `None`: it is none.
    pub(super) fn token(&self, recorded: &str, more_in_header: &Map<String, Value>) -> Option<String> {
        let claims = recorded.split('.').nth(1)?;
        let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
        let mut claims: Map<String, Value> = serde_json::from_slice(&claims).ok()?;
        self.renew(&mut claims);
        let mut header = Map::from_iter([("alg".to_owned(), json!("HS256")), ("typ".to_owned(), json!("JWT"))]);
        header.extend(more_in_header.clone());
        let signed = format!("{}.{}", encoded(&header), encoded(&claims));
        let signature = self.hmac(hmac::HMAC_SHA256, &signed);
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The claims as the host would say them now: as long a time, and another id. What was not there is not there.
    fn renew(&self, claims: &mut Map<String, Value>) {
        let now = self.now.timestamp();
        let time = |claims: &Map<String, Value>, name: &str| claims.get(name).and_then(Value::as_i64);
        let lifetime = time(claims, "exp").zip(time(claims, "iat")).map_or(LIFETIME, |(exp, iat)| exp - iat);
        for (name, seconds) in [("iat", 0), ("nbf", 0), ("exp", lifetime)] {
            if let Some(claim) = claims.get_mut(name) {
                *claim = json!(now + seconds);
            }
        }
        for (name, value) in [("jti", json!(self.id)), ("iss", json!(self.key.client_id))] {
            if let Some(claim) = claims.get_mut(name) {
                *claim = value;
            }
        }
    }

    /// The address of a login of Looker's.
    pub(super) fn looker(&self, recorded: &str, host: &str) -> Option<String> {
        let (path, search) = recorded.split_once('?')?;
        let pairs = form_urlencoded::parse(search.as_bytes()).filter(|(name, _)| name != "signature");
        let pairs = pairs.map(|(name, value)| match name.as_ref() {
            "nonce" => (name, json!(self.id).to_string().into()),
            "time" => (name, self.now.timestamp().to_string().into()),
            _ => (name, value),
        });
        let pairs: Vec<_> = pairs.collect();
        let with = |signature: &str| {
            let mut search = Serializer::new(String::new());
            search.extend_pairs(&pairs).append_pair("signature", signature).finish()
        };
        let text = SignedUrl::parse(path, &with("")).ok()?.string_to_sign(host);
        let hash = match self.key.signature_hash {
            SignatureHash::Sha256 => hmac::HMAC_SHA256,
            SignatureHash::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        };
        Some(format!("{path}?{}", with(&STANDARD.encode(self.hmac(hash, &text)))))
    }

    /// An address of Sigma's that has a token in it, at an origin.
    pub(super) fn sigma(&self, recorded: &str, origin: &str) -> Option<String> {
        let (path, search) = recorded.split_once('?')?;
        if path.starts_with("/embed/1-") {
            return self.sigma_signed(path, search, origin);
        }
        let header = Map::from_iter([("kid".to_owned(), json!(self.key.client_id))]);
        let renewed = search.split('&').map(|pair| match pair.split_once('=') {
            Some((name, token)) if is_named(name, ":jwt") => Some(format!(":jwt={}", self.token(token, &header)?)),
            _ => Some(pair.to_owned()),
        });
        Some(format!("{origin}{path}?{}", renewed.collect::<Option<Vec<_>>>()?.join("&")))
    }

    /// One that is signed itself.
    fn sigma_signed(&self, path: &str, search: &str, origin: &str) -> Option<String> {
        let said = search.split('&').filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let is = |wanted| is_named(name, wanted);
            let value = match () {
                () if is(":signature") => return None,
                () if is(":nonce") => self.id.replace(' ', "-"),
                () if is(":time") => self.now.timestamp().to_string(),
                () if is(":client_id") => self.key.client_id.to_string(),
                () => value.to_owned(),
            };
            Some(format!("{name}={value}"))
        });
        let text = format!("{origin}{path}?{}", said.collect::<Vec<_>>().join("&"));
        let signature = data_encoding::HEXLOWER.encode(&self.hmac(hmac::HMAC_SHA256, &text));
        Some(format!("{text}&:signature={signature}"))
    }

    fn hmac(&self, algorithm: hmac::Algorithm, text: &str) -> Vec<u8> {
        let key = hmac::Key::new(algorithm, self.secret.as_bytes());
        hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
    }
}

/// Whether that is the name, with its colon as it is or escaped.
fn is_named(written: &str, name: &str) -> bool {
    written == name || written.replace("%3A", ":").replace("%3a", ":") == name
}

fn encoded(part: &Map<String, Value>) -> String {
    URL_SAFE_NO_PAD.encode(json!(part).to_string())
}
