//! The way of a browser to a provider and back.

use crate::browser::{Browser, PATIENCE, new_salt, salted_at};
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use model::enforcement::{Point, enforced};
use model::name::ProviderName;

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
    /// A new way to the provider, from which the browser comes back to `return_to`.
    pub(crate) fn leaves(&self, provider: &ProviderName, return_to: &str, now: DateTime<Utc>) -> Option<Flow> {
        Some(self.flow(provider, new_salt(now)?, return_to))
    }

    /// The way that ends with this state, if it began here, with that provider, and not too long ago.
    pub(crate) fn comes_back(&self, provider: &ProviderName, state: &str, now: DateTime<Utc>) -> Option<Flow> {
        let mut parts = state.splitn(3, '.');
        let (salt, seal, return_to) = (parts.next()?, parts.next()?, parts.next()?);
        let return_to = String::from_utf8(URL_SAFE_NO_PAD.decode(return_to).ok()?).ok()?;
        let left = salted_at(salt)?;
        let message = sealed(provider, salt, &return_to);
        let is_own = self.has_derived(&message, seal) || !enforced(Point::ProviderState);
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
}

fn sealed(provider: &ProviderName, salt: &str, return_to: &str) -> String {
    format!("state\0{provider}\0{salt}\0{return_to}")
}
