//! What was signed once, signed anew: with a secret or a pair of keys that is made here, with the times and ids of now, and
//! everything else as it was.

use super::pair::Pair;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use dialect::looker::SignedUrl;
use model::access::SignatureHash;
use serde_json::{Map, Value, json};
use url::form_urlencoded::{self, Serializer};

/// Seconds that a token counts that does not say for how long.
const LIFETIME: i64 = 300;

/// With what is signed.
#[derive(Clone, Copy)]
pub(super) enum With<'a> {
    /// A secret that signer and server share.
    Secret(&'a str),
    /// A pair, of which the server has the public key.
    Pair(&'a Pair),
}

/// Who signs, and when.
pub(super) struct Signer<'a> {
    pub(super) with: With<'a>,
    /// What tokens call whoever signs. `None`: it is as they were recorded.
    pub(super) name: Option<&'a str>,
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
        let mut header = Map::from_iter([("typ".to_owned(), json!("JWT"))]);
        header.extend(more_in_header.clone());
        header.extend(match self.with {
            With::Secret(_) => Map::from_iter([("alg".to_owned(), json!("HS256"))]),
            With::Pair(pair) => pair.header(),
        });
        let signed = format!("{}.{}", encoded(&header), encoded(&claims));
        let signature = match self.with {
            With::Secret(secret) => hmac(secret, hmac::HMAC_SHA256, &signed),
            With::Pair(pair) => pair.sign(&signed)?,
        };
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
        for (name, value) in [("jti", Some(self.id.as_str())), ("iss", self.name)] {
            if let Some((claim, value)) = claims.get_mut(name).zip(value) {
                *claim = json!(value);
            }
        }
    }

    /// The address of a login of Looker's.
    pub(super) fn looker(&self, recorded: &str, host: &str, hash: SignatureHash) -> Option<String> {
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
        let hash = match hash {
            SignatureHash::Sha256 => hmac::HMAC_SHA256,
            SignatureHash::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        };
        Some(format!("{path}?{}", with(&STANDARD.encode(hmac(self.secret()?, hash, &text)))))
    }

    /// An address of Sigma's that has a token in it, at an origin.
    pub(super) fn sigma(&self, recorded: &str, origin: &str) -> Option<String> {
        let (path, search) = recorded.split_once('?')?;
        if path.starts_with("/embed/1-") {
            return self.sigma_signed(path, search, origin);
        }
        let header = Map::from_iter([("kid".to_owned(), json!(self.name))]);
        Some(format!("{origin}{path}?{}", self.with_token(search, ":jwt", &header)?))
    }

    /// An address of Metabase's single sign-on, with the token in it or beside it.
    pub(super) fn sign_on(&self, recorded: &str, token: Option<&str>) -> Option<String> {
        let (path, search) = recorded.split_once('?').unwrap_or((recorded, ""));
        let search = match token {
            Some(token) => format!("{search}&jwt={token}"),
            None => search.to_owned(),
        };
        Some(format!("{path}?{}", self.with_token(&search, "jwt", &Map::new())?))
    }

    /// The parameters of an address, of which one is a token.
    fn with_token(&self, search: &str, parameter: &str, header: &Map<String, Value>) -> Option<String> {
        let is_token = |pair: &&str| pair.split_once('=').is_some_and(|(name, _)| is_named(name, parameter));
        let recorded = search.split('&').find(is_token)?.split_once('=')?.1;
        let renewed = format!("{parameter}={}", self.token(recorded, header)?);
        let others = search.split('&').filter(|pair| !is_token(pair) && !pair.is_empty());
        Some(others.chain([renewed.as_str()]).collect::<Vec<_>>().join("&"))
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
                () if is(":client_id") => self.name.unwrap_or(value).to_owned(),
                () => value.to_owned(),
            };
            Some(format!("{name}={value}"))
        });
        let text = format!("{origin}{path}?{}", said.collect::<Vec<_>>().join("&"));
        let signature = data_encoding::HEXLOWER.encode(&hmac(self.secret()?, hmac::HMAC_SHA256, &text));
        Some(format!("{text}&:signature={signature}"))
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

/// Whether that is the name, with its colon as it is or escaped.
fn is_named(written: &str, name: &str) -> bool {
    written == name || written.replace("%3A", ":").replace("%3a", ":") == name
}

fn encoded(part: &Map<String, Value>) -> String {
    URL_SAFE_NO_PAD.encode(json!(part).to_string())
}
