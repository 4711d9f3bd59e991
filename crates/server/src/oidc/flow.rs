//! The way of a browser to a provider and back. Nothing is kept of it here: one random value in a cookie, from which all else
//! is derived, tells that the browser which comes back is the one that was sent.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};
use aws_lc_rs::{digest, rand};
use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use model::enforcement::{Point, enforced};
use model::name::ProviderName;
use url::Url;

/// How long somebody may take to log in at the provider.
pub(crate) const PATIENCE: TimeDelta = TimeDelta::minutes(15);

/// The random value that a browser keeps.
pub(crate) struct Browser {
    value: String,
}

/// One way there and back.
pub(crate) struct Flow {
    /// Its id, which no other has.
    pub(crate) salt: String,
    /// Goes there and comes back.
    pub(crate) state: String,
    /// Comes back in what is signed.
    pub(crate) nonce: String,
    /// Shows that it is we who asked for the code (RFC 7636).
    pub(crate) verifier: String,
    /// Where the browser is to be sent in the end.
    pub(crate) return_to: String,
}

impl Flow {
    /// The hash of the verifier, which goes there first.
    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.verifier.as_bytes()))
    }
}

impl Browser {
    /// The one that sends these headers, or a new one.
    pub(crate) fn of(headers: &HeaderMap, public_origin: &str) -> Option<Self> {
        Self::known(headers, public_origin).or_else(|| {
            let mut bytes = [0; 32];
            rand::fill(&mut bytes).ok()?;
            Some(Self { value: URL_SAFE_NO_PAD.encode(bytes) })
        })
    }

    /// The one that sends these headers, if it was sent to a provider before.
    pub(crate) fn known(headers: &HeaderMap, public_origin: &str) -> Option<Self> {
        let name = cookie_name(public_origin)?;
        let sent = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = sent.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut values = pairs.filter(|(other, _)| *other == name).map(|(_, value)| value);
        let value = values.next().filter(|value| URL_SAFE_NO_PAD.decode(value).is_ok_and(|it| it.len() == 32))?;
        values.next().is_none().then(|| Self { value: value.to_owned() })
    }

    /// The header that has the browser keep it for as long as somebody may take.
    pub(crate) fn kept(&self, public_origin: &str) -> Option<HeaderValue> {
        let name = cookie_name(public_origin)?;
        let (value, seconds) = (&self.value, PATIENCE.num_seconds());
        let text = format!("{name}={value}; Max-Age={seconds}; Path=/; Secure; HttpOnly; SameSite=Lax");
        let mut header = HeaderValue::from_str(&text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// A new way to the provider, from which the browser comes back to `return_to`.
    pub(crate) fn leaves(&self, provider: &ProviderName, return_to: &str, now: DateTime<Utc>) -> Option<Flow> {
        let mut bytes = [0; 16];
        rand::fill(&mut bytes).ok()?;
        let salt = format!("{:x}-{}", now.timestamp(), URL_SAFE_NO_PAD.encode(bytes));
        Some(self.flow(provider, salt, return_to))
    }

    /// The way that ends with this state, if it began here, with that provider, and not too long ago.
    pub(crate) fn comes_back(&self, provider: &ProviderName, state: &str, now: DateTime<Utc>) -> Option<Flow> {
        let mut parts = state.splitn(3, '.');
        let (salt, seal, return_to) = (parts.next()?, parts.next()?, parts.next()?);
        let return_to = String::from_utf8(URL_SAFE_NO_PAD.decode(return_to).ok()?).ok()?;
        let seconds = i64::from_str_radix(salt.split_once('-')?.0, 16).ok()?;
        let left = DateTime::from_timestamp(seconds, 0)?;
        let seal = URL_SAFE_NO_PAD.decode(seal).ok()?;
        let message = sealed(provider, salt, &return_to);
        let is_own = verify(&self.key(), message.as_bytes(), &seal).is_ok() || !enforced(Point::ProviderState);
        (is_own && now < left + PATIENCE).then(|| self.flow(provider, salt.to_owned(), &return_to))
    }

    fn flow(&self, provider: &ProviderName, salt: String, return_to: &str) -> Flow {
        let seal = self.derived(&sealed(provider, &salt, return_to));
        Flow {
            state: format!("{salt}.{seal}.{}", URL_SAFE_NO_PAD.encode(return_to)),
            nonce: self.derived(&format!("nonce\0{provider}\0{salt}")),
            verifier: self.derived(&format!("verifier\0{provider}\0{salt}")),
            return_to: return_to.to_owned(),
            salt,
        }
    }

    fn key(&self) -> Key {
        Key::new(HMAC_SHA256, self.value.as_bytes())
    }

    fn derived(&self, message: &str) -> String {
        URL_SAFE_NO_PAD.encode(sign(&self.key(), message.as_bytes()))
    }
}

fn sealed(provider: &ProviderName, salt: &str, return_to: &str) -> String {
    format!("state\0{provider}\0{salt}\0{return_to}")
}

/// As the cookie of the application: all ports of one's own machine share their cookies.
fn cookie_name(public_origin: &str) -> Option<String> {
    let url = Url::parse(public_origin).ok()?;
    let port = url.port_or_known_default()?;
    Some(if url.scheme() == "https" {
        "__Host-vitrine-sign-on".to_owned()
    } else {
        format!("__Host-vitrine-sign-on-{port}")
    })
}
