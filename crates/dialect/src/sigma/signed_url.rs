//! Signed addresses, which Sigma's hosts used before the JWT: the whole address is signed, byte for byte.

use super::{AHEAD, Code, LONGEST, SigmaRefusal, email};
use crate::jwt::LONGEST as LONGEST_ADDRESS;
use crate::key::{Refused, VerifiedKey};
use crate::vitrine::vouched;
use aws_lc_rs::hmac;
use chrono::{DateTime, Duration, Utc};
use data_encoding::HEXLOWER;
use model::access::{EmbedKey, Mode};
use model::assertion::{Assertion, Claimant, Claims};
use model::name::KeyId;
use serde_json::Value;
use std::collections::BTreeMap;
use url::form_urlencoded;

/// The longest `:nonce`, in characters.
const LONGEST_NONCE: usize = 255;

/// The parameters that say who is looking, beside `:ua_…` for attributes.
pub const PARAMETERS: &[&str] = &[
    ":nonce",
    ":email",
    ":external_user_id",
    ":client_id",
    ":time",
    ":session_length",
    ":mode",
    ":external_user_team",
    ":account_type",
    ":first_name",
    ":last_name",
    ":eval_connection_id",
    ":signature",
];

/// An address as a stranger sent it: it has the shape of a signed one, and nothing is verified.
#[derive(Debug)]
pub struct SignedUrl<'a> {
    signed: &'a str,
    signature: Vec<u8>,
    embed: &'a str,
    parameters: BTreeMap<String, String>,
}

/// An address that was signed with a secret of a key.
#[derive(Debug)]
pub struct SignedEmbed {
    key: VerifiedKey,
    embed: String,
    parameters: BTreeMap<String, String>,
}

impl<'a> SignedUrl<'a> {
    /// Reads an address with `/embed/1-ID` in its path that ends with its signature.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(address: &'a str) -> Result<Self, Refused> {
        if address.len() > LONGEST_ADDRESS {
            return Err(Refused::TokenTooLong);
        }
        let (signed, signature) = split_signature(address).ok_or(Refused::MalformedToken)?;
        let (path, query) = signed.split_once('?').ok_or(Refused::MalformedToken)?;
        let (_, embed) = path.rsplit_once("/embed/1-").ok_or(Refused::MalformedToken)?;
        let signature = HEXLOWER.decode(signature.as_bytes()).map_err(|_| Refused::MalformedToken)?;
        Ok(Self { signed, signature, embed, parameters: parameters(query)? })
    }

    /// The client id it names: whose secrets to try, nothing more.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.parameters.get(":client_id").map(String::as_str)
    }

    /// What the address says, if it is signed with one of the secrets.
    ///
    /// # Errors
    /// It is not; without secrets, because no key is meant.
    pub fn verify<'k>(self, secrets: impl IntoIterator<Item = (&'k KeyId, &'k [u8])>) -> Result<SignedEmbed, Refused> {
        let mut refused = Refused::UnknownKey;
        for (key, secret) in secrets {
            let secret = hmac::Key::new(hmac::HMAC_SHA256, secret);
            if hmac::verify(&secret, self.signed.as_bytes(), &self.signature).is_ok() {
                let (embed, parameters) = (self.embed.to_owned(), self.parameters);
                return Ok(SignedEmbed { key: VerifiedKey::shown(key), embed, parameters });
            }
            refused = Refused::WrongSignature;
        }
        Err(refused)
    }
}

/// The signed part and the signature. The colon of its name may be written as `%3A`, as some hosts do.
fn split_signature(address: &str) -> Option<(&str, &str)> {
    address.rsplit_once("&:signature=").or_else(|| address.rsplit_once("&%3Asignature="))
}

/// The parameters by name, each at most once.
fn parameters(query: &str) -> Result<BTreeMap<String, String>, Refused> {
    let mut found = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if found.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(Refused::MalformedToken);
        }
    }
    Ok(found)
}

impl SignedEmbed {
    /// The key whose secret it is signed with.
    #[must_use]
    pub const fn key(&self) -> &VerifiedKey {
        &self.key
    }

    /// The id of the embed, which stands for content.
    #[must_use]
    pub fn embed(&self) -> &str {
        &self.embed
    }

    /// When it says that it was made.
    #[must_use]
    pub fn says_it_was_made_at(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.parameters.get(":time")?.parse().ok()?, 0)
    }

    /// The connection whose data is wanted in place of the content's own.
    #[must_use]
    pub fn connection(&self) -> Option<&str> {
        self.parameters.get(":eval_connection_id").map(String::as_str)
    }

    /// Reads who is looking. The nonce counts once.
    ///
    /// # Errors
    /// It is not accepted, with the code and sentence for the host.
    pub fn assertion(&self, key: &EmbedKey, now: DateTime<Utc>) -> Result<Assertion, SigmaRefusal> {
        if !["userbacked", "view"].contains(&self.required(":mode")?) {
            return Err(SigmaRefusal::invalid("Invalid embed request."));
        }
        let nonce = self.required(":nonce")?;
        if nonce.chars().count() > LONGEST_NONCE {
            return Err(SigmaRefusal::invalid("Invalid embed request. \":nonce\" is too long"));
        }
        let expires_at = self.expires_at(key, now)?;
        Ok(vouched(&self.key, self.claims(expires_at)?).once(nonce.to_owned(), expires_at))
    }

    fn required(&self, name: &str) -> Result<&str, SigmaRefusal> {
        let given = self.parameters.get(name).map(String::as_str).filter(|value| !value.is_empty());
        given.ok_or_else(|| SigmaRefusal::invalid(format!("Invalid embed request. \"{name}\" is not valid.")))
    }

    fn expires_at(&self, key: &EmbedKey, now: DateTime<Utc>) -> Result<DateTime<Utc>, SigmaRefusal> {
        let number = |name: &str| {
            let number = self.required(name)?.parse::<i64>().ok().filter(|number| *number > 0);
            number.ok_or_else(|| SigmaRefusal::invalid(format!("Invalid embed request. \"{name}\" is not valid.")))
        };
        let issued_at = DateTime::from_timestamp(number(":time")?, 0);
        let issued_at = issued_at.filter(|it| *it <= now + Duration::seconds(AHEAD));
        let issued_at =
            issued_at.ok_or_else(|| SigmaRefusal::invalid("Invalid embed request. \":time\" is not valid."))?;
        let length = number(":session_length")?;
        let longest = if key.mode == Mode::Strict { i64::from(key.ceiling.session_seconds) } else { LONGEST };
        if length > longest {
            return Err(SigmaRefusal::invalid("Invalid embed request. \":session_length\" exceeds maximum"));
        }
        let expires_at = issued_at + Duration::seconds(length);
        if expires_at <= now || key.not_before.is_some_and(|it| issued_at < it) {
            return Err(SigmaRefusal { code: Code::Invalid, message: "Sigma embed is expired.".to_owned() });
        }
        Ok(expires_at)
    }

    fn claims(&self, expires_at: DateTime<Utc>) -> Result<Claims, SigmaRefusal> {
        let text = |name: &str| self.parameters.get(name).filter(|value| !value.is_empty()).cloned();
        let email = email(self.required(":email")?.to_owned(), ":email")
            .map_err(|_| SigmaRefusal::invalid("Invalid embed request. \":email\" is not valid."))?;
        let teams =
            text(":external_user_team").map(|teams| teams.split(',').map(|team| team.trim().to_owned()).collect());
        let attributes = self
            .parameters
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(":ua_")?.to_owned(), Value::String(value.clone()))));
        Ok(Claims {
            claimant: Claimant::Member(email.clone()),
            first_name: text(":first_name"),
            last_name: text(":last_name"),
            email: Some(email),
            teams,
            account_type: text(":account_type"),
            attributes: attributes.collect(),
            expires_at: Some(expires_at),
            ..Claims::default()
        })
    }
}
