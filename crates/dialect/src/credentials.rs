//! HTTP Basic (RFC 7617) with the client id and a secret of an embed key.

use crate::key::{Refused, VerifiedKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::name::{ClientId, KeyId};
use subtle::ConstantTimeEq as _;

/// Credentials as a caller sent them: nothing is verified yet.
pub struct Credentials {
    client_id: ClientId,
    secret: String,
}

impl Credentials {
    /// Reads the value of an `Authorization` header.
    pub fn from_header(header: Option<&str>) -> Result<Self, Refused> {
        let (client_id, secret) = basic(header)?;
        Ok(Self { client_id: ClientId::new(client_id).map_err(|_| Refused::Malformed)?, secret })
    }

    /// The client id they claim.
    #[must_use]
    pub const fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// Compares the secret with those of the enabled key of that client id, in time that does not depend on where
    /// they differ. `None`: there is no such key.
    pub fn verify<'a>(
        &self,
        key: Option<&KeyId>,
        secrets: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<VerifiedKey, Refused> {
        let mut equal = subtle::Choice::from(0);
        for secret in secrets {
            equal |= secret.ct_eq(self.secret.as_bytes());
        }
        let id = key.ok_or(Refused::UnknownKey)?;
        if bool::from(equal) { Ok(VerifiedKey::shown(id)) } else { Err(Refused::WrongSecret) }
    }
}

/// Id and secret, as they stand in the value of an `Authorization` header.
pub fn basic(header: Option<&str>) -> Result<(String, String), Refused> {
    let encoded = header.and_then(encoded).ok_or(Refused::NoCredentials)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| Refused::Malformed)?;
    let text = String::from_utf8(bytes).map_err(|_| Refused::Malformed)?;
    let (id, secret) = text.split_once(':').ok_or(Refused::Malformed)?;
    Ok((id.to_owned(), secret.to_owned()))
}

fn encoded(header: &str) -> Option<&str> {
    let (scheme, rest) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("basic").then_some(rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    #[test]
    fn only_a_secret_of_the_key_verifies() -> Result<(), Refused> {
        let credentials = Credentials::from_header(Some(&header("contrail-web:second:secret")))?;
        assert_eq!(credentials.client_id().as_str(), "contrail-web");
        let key = KeyId::new("k1");
        let secrets: [&[u8]; 2] = [b"first", b"second:secret"];
        assert_eq!(credentials.verify(Some(&key), secrets).map(|verified| verified.id().clone()), Ok(key.clone()));
        assert_eq!(credentials.verify(Some(&key), [&b"second:secre"[..]]), Err(Refused::WrongSecret));
        assert_eq!(credentials.verify(Some(&key), [&b""[..]]), Err(Refused::WrongSecret));
        assert_eq!(credentials.verify(Some(&key), []), Err(Refused::WrongSecret));
        assert_eq!(credentials.verify(None, secrets), Err(Refused::UnknownKey));
        Ok(())
    }

    #[test]
    fn malformed_headers_are_refused() {
        let refused = |header: Option<&str>| Credentials::from_header(header).map(|_| ()).err();
        assert_eq!(refused(None), Some(Refused::NoCredentials));
        assert_eq!(refused(Some("Bearer abc")), Some(Refused::NoCredentials));
        assert_eq!(refused(Some("Basic")), Some(Refused::NoCredentials));
        for bad in ["Basic ???", "Basic ", &header("no colon"), &header(":secret"), &header("A B:secret")] {
            assert_eq!(refused(Some(bad)), Some(Refused::Malformed), "{bad}");
        }
    }
}
