//! The browser of somebody who is on their way in. Nothing is kept of it here: one random value in a cookie, from which all
//! that it is asked is derived, tells that the browser which answers is the one that was asked.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};
use aws_lc_rs::rand;
use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

/// How long somebody may take.
pub(crate) const PATIENCE: TimeDelta = TimeDelta::minutes(15);

/// The random value that a browser keeps.
pub(crate) struct Browser {
    value: String,
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

    /// The one that sends these headers, if it was asked something before.
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

    fn key(&self) -> Key {
        Key::new(HMAC_SHA256, self.value.as_bytes())
    }

    /// What only this browser and whoever asks it can know of a message.
    pub(crate) fn derived(&self, message: &str) -> String {
        URL_SAFE_NO_PAD.encode(sign(&self.key(), message.as_bytes()))
    }

    /// Whether that was derived from the message for this browser.
    pub(crate) fn has_derived(&self, message: &str, derived: &str) -> bool {
        let Ok(derived) = URL_SAFE_NO_PAD.decode(derived) else { return false };
        verify(&self.key(), message.as_bytes(), &derived).is_ok()
    }
}

/// What no other has, and tells when it was made.
pub(crate) fn new_salt(now: DateTime<Utc>) -> Option<String> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).ok()?;
    Some(format!("{:x}-{}", now.timestamp(), URL_SAFE_NO_PAD.encode(bytes)))
}

/// When it was made.
pub(crate) fn salted_at(salt: &str) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(i64::from_str_radix(salt.split_once('-')?.0, 16).ok()?, 0)
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
