//! What was signed once, signed anew: by somebody who is here, with the times and ids of now, and everything else as it was.

use crate::policy_tests::Signer;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use model::access::SignatureHash;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

/// Seconds that a token counts that does not say for how long.
const LIFETIME: i64 = 300;

/// Who signs anew, and when.
pub(super) struct Anew<'a> {
    pub(super) signer: Signer<'a>,
    pub(super) now: DateTime<Utc>,
    /// Stands in everything that may come once.
    pub(super) id: String,
}

impl Anew<'_> {
    /// A token with the claims of one that was recorded, whoever signed that. `None`: it is none.
    pub(super) fn token(&self, recorded: &str) -> Option<String> {
        let claims = recorded.split('.').nth(1)?;
        let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
        let mut claims: Map<String, Value> = serde_json::from_slice(&claims).ok()?;
        self.renew(&mut claims);
        self.signer.token(&claims)
    }

    /// The claims as they would be said now: as long a time, and another id. What was not there is not there.
    fn renew(&self, claims: &mut Map<String, Value>) {
        let now = self.now.timestamp();
        let time = |claims: &Map<String, Value>, name: &str| claims.get(name).and_then(Value::as_i64);
        let lifetime = time(claims, "exp").zip(time(claims, "iat")).map_or(LIFETIME, |(exp, iat)| exp - iat);
        for (name, seconds) in [("iat", 0), ("nbf", 0), ("exp", lifetime)] {
            if let Some(claim) = claims.get_mut(name) {
                *claim = json!(now + seconds);
            }
        }
        for (name, value) in [("jti", Some(self.id.as_str())), ("iss", self.signer.name)] {
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
            "nonce" => (name.into_owned(), json!(self.id).to_string()),
            "time" => (name.into_owned(), self.now.timestamp().to_string()),
            _ => (name.into_owned(), value.into_owned()),
        });
        self.signer.looker((path, host), &pairs.collect::<Vec<_>>(), hash)
    }

    /// An address of Sigma's that has a token in it, at an origin.
    pub(super) fn sigma(&self, recorded: &str, origin: &str) -> Option<String> {
        let (path, search) = recorded.split_once('?')?;
        if path.starts_with("/embed/1-") {
            return self.sigma_signed(path, search, origin);
        }
        Some(format!("{origin}{path}?{}", self.with_token(search, ":jwt")?))
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
                () if is(":client_id") => self.signer.name.unwrap_or(value).to_owned(),
                () => value.to_owned(),
            };
            Some(format!("{name}={value}"))
        });
        let text = format!("{origin}{path}?{}", said.collect::<Vec<_>>().join("&"));
        let signature = self.signer.hexadecimal(&text)?;
        Some(format!("{text}&:signature={signature}"))
    }

    /// An address of Metabase's single sign-on, with the token in it or beside it.
    pub(super) fn sign_on(&self, recorded: &str, token: Option<&str>) -> Option<String> {
        let (path, search) = recorded.split_once('?').unwrap_or((recorded, ""));
        let search = match token {
            Some(token) => format!("{search}&jwt={token}"),
            None => search.to_owned(),
        };
        Some(format!("{path}?{}", self.with_token(&search, "jwt")?))
    }

    /// The parameters of an address, of which one is a token.
    fn with_token(&self, search: &str, parameter: &str) -> Option<String> {
        let is_token = |pair: &&str| pair.split_once('=').is_some_and(|(name, _)| is_named(name, parameter));
        let recorded = search.split('&').find(is_token)?.split_once('=')?.1;
        let renewed = format!("{parameter}={}", self.token(recorded)?);
        let others = search.split('&').filter(|pair| !is_token(pair) && !pair.is_empty());
        Some(others.chain([renewed.as_str()]).collect::<Vec<_>>().join("&"))
    }
}

/// Whether that is the name, with its colon as it is or escaped.
fn is_named(written: &str, name: &str) -> bool {
    written == name || written.replace("%3A", ":").replace("%3a", ":") == name
}
