//! Looker's signed addresses: `/login/embed/TARGET?…`. Of the parameters some are signed, each as the text that was sent; the
//! names and the time zone are not, so nothing is made of them.

mod mistakes;
mod permissions;

use crate::jwt::LONGEST as LONGEST_ADDRESS;
use crate::key::{Refused, VerifiedKey};
use crate::strict_json;
use crate::vitrine::vouched;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Duration, Utc};
pub use mistakes::Mistake;
use model::access::{EmbedKey, Mode, SignatureHash};
use model::assertion::{Assertion, Claimant, Claims};
use model::name::KeyId;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
pub use permissions::needed as permission_needed;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use url::form_urlencoded;

/// Where signed addresses begin, after the host.
pub const BEGINNING: &str = "/login/embed/";

/// The parameters that must be there, in the order in which those that are signed are.
const REQUIRED: [&str; 9] = [
    "nonce",
    "time",
    "session_length",
    "external_user_id",
    "permissions",
    "models",
    "access_filters",
    "force_logout_login",
    "signature",
];

/// What is signed, in its order, of what is there.
const SIGNED: [&str; 10] = [
    "nonce",
    "time",
    "session_length",
    "external_user_id",
    "permissions",
    "models",
    "group_ids",
    "external_group_id",
    "user_attributes",
    "access_filters",
];

/// What is not signed, beside the signature.
const UNSIGNED: [&str; 4] = ["first_name", "last_name", "user_timezone", "force_logout_login"];

/// How long an address counts, in seconds.
const LIVES: i64 = 300;

/// How far ahead of ours a host's clock may be, in seconds.
const AHEAD: i64 = 60;

/// How long a nonce counts once, in seconds.
const NONCE_SECONDS: i64 = 3_600;

/// The longest session, in seconds.
const LONGEST: i64 = 2_592_000;

/// The longest nonce and the longest name of a person, in characters.
const LONGEST_NAME: usize = 255;

/// Why an address is not accepted, in the words of Looker's validator where it has any.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookerRefusal {
    /// It is no address of an embed.
    #[error("Embed URI is not valid: expected `{BEGINNING}`, and behind it a target that begins with `/embed/`")]
    NoEmbed,
    /// It is to another host than this one.
    #[error("Embed URI is not valid: Invalid host: {0}  (Use {1} instead)")]
    Host(String, String),
    /// It is longer than any address needs to be.
    #[error("Embed URI is not valid: it is too long")]
    TooLong,
    /// Something that must be there is not.
    #[error("Missing required parameter: {0}")]
    Missing(&'static str),
    /// Parameters that nobody knows.
    #[error("This request includes invalid params: {}", listed(.0))]
    Unknown(Vec<String>),
    /// A parameter that is given twice.
    #[error("Embed URI is not valid: '{0}' param is given twice")]
    Twice(String),
    /// A parameter of another kind.
    #[error("Embed URI is not valid: '{0}' param is not valid: expected {1}")]
    Invalid(&'static str, &'static str),
    /// It was made too long ago.
    #[error("Embed URI is not valid: 'time' param is {0} seconds old: expected at most {LIVES}")]
    Old(i64),
    /// It was made in time to come.
    #[error("Embed URI is not valid: 'time' param is {0} seconds ahead: expected at most {AHEAD}")]
    Ahead(i64),
    /// It was signed with another secret, or is not what was signed.
    #[error("Embed URI is not valid: 'signature' param failed to authenticate")]
    Signature,
    /// Somebody has come with it before.
    #[error("Embed URI is not valid: 'nonce' param already used this hour")]
    Used,
}

fn listed(names: &[String]) -> String {
    Value::from(names.to_vec()).to_string()
}

/// An address as a stranger sent it: it has the shape of a signed one, and nothing is verified.
#[derive(Debug)]
pub struct SignedUrl {
    path: String,
    target: String,
    parameters: BTreeMap<String, String>,
    signature: Vec<u8>,
}

impl SignedUrl {
    /// Reads the path and the search of an address, as they were sent.
    ///
    /// # Errors
    /// It is none of an embed, or a parameter is missing, unknown or no JSON.
    pub fn parse(path: &str, search: &str) -> Result<Self, LookerRefusal> {
        if path.len() + search.len() > LONGEST_ADDRESS {
            return Err(LookerRefusal::TooLong);
        }
        let target = target(path)?;
        let parameters = parameters(search)?;
        if let Some(missing) = REQUIRED.into_iter().find(|name| !parameters.contains_key(*name)) {
            return Err(LookerRefusal::Missing(missing));
        }
        // Some hosts do not write `+` as `%2B` here, and a form reads a blank.
        let signature = parameters.get("signature").map(|text| text.replace(' ', "+")).unwrap_or_default();
        let signature = STANDARD.decode(signature);
        let signature = signature.map_err(|_| LookerRefusal::Invalid("signature", "base64"))?;
        let read = Self { path: path.to_owned(), target, parameters, signature };
        for name in SIGNED.into_iter().chain(UNSIGNED) {
            read.json(name)?;
        }
        Ok(read)
    }

    /// What must have been signed, if the address is to that host (`host`, or `host:port`): a line for each part.
    #[must_use]
    pub fn string_to_sign(&self, host: &str) -> String {
        string_to_sign(host, &self.path, |name| self.parameters.get(name).map(String::as_str))
    }

    /// The parts of what must have been signed, with what each is: the host, the path, and parameters by their names.
    #[must_use]
    pub fn parts_to_sign<'a>(&'a self, host: &'a str) -> Vec<(&'static str, &'a str)> {
        let given = SIGNED.into_iter().filter_map(|name| Some((name, self.parameters.get(name)?.as_str())));
        [("host", host), ("path", self.path.as_str())].into_iter().chain(given).collect()
    }

    /// When it says that it was made; nothing is verified.
    #[must_use]
    pub fn says_it_was_made_at(&self) -> Option<DateTime<Utc>> {
        let time = self.json("time").ok().flatten()?;
        DateTime::from_timestamp(time.as_i64()?, 0)
    }

    /// What the address says, if it is to that host and signed with one of the secrets.
    ///
    /// # Errors
    /// It is not; without secrets, because no key is meant.
    pub fn verify<'k>(
        self,
        host: &str,
        secrets: impl IntoIterator<Item = (&'k KeyId, SignatureHash, &'k [u8])>,
    ) -> Result<SignedEmbed, Refused> {
        let text = self.string_to_sign(host);
        let mut refused = Refused::UnknownKey;
        for (key, hash, secret) in secrets {
            if hmac::verify(&key_of(hash, secret), text.as_bytes(), &self.signature).is_ok() {
                return Ok(SignedEmbed { key: VerifiedKey::shown(key), hash, url: self });
            }
            refused = Refused::WrongSignature;
        }
        Err(refused)
    }

    /// The value of a parameter; `None`: it is not there.
    fn json(&self, name: &'static str) -> Result<Option<Value>, LookerRefusal> {
        let Some(text) = self.parameters.get(name) else { return Ok(None) };
        strict_json::parse(text.as_bytes()).map(Some).map_err(|_| LookerRefusal::Invalid(name, "JSON"))
    }
}

/// A line for each part of what is signed.
fn string_to_sign<'t>(host: &'t str, path: &'t str, given: impl Fn(&str) -> Option<&'t str>) -> String {
    let given = SIGNED.into_iter().filter_map(given);
    [host, path].into_iter().chain(given).collect::<Vec<_>>().join("\n")
}

fn key_of(hash: SignatureHash, secret: &[u8]) -> hmac::Key {
    let algorithm = match hash {
        SignatureHash::Sha256 => hmac::HMAC_SHA256,
        SignatureHash::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
    };
    hmac::Key::new(algorithm, secret)
}

/// An address (path and search) that leads to a target at a host, with these parameters, signed with a secret: as hosts sign
/// them.
#[must_use]
pub fn signed_address(
    host: &str,
    target: &str,
    parameters: &[(&'static str, Value)],
    hash: SignatureHash,
    secret: &[u8],
) -> String {
    let path = login_path(target);
    let texts: BTreeMap<&str, String> = parameters.iter().map(|(name, value)| (*name, value.to_string())).collect();
    let text = string_to_sign(host, &path, |name| texts.get(name).map(String::as_str));
    let signature = STANDARD.encode(hmac::sign(&key_of(hash, secret), text.as_bytes()));
    let mut search = form_urlencoded::Serializer::new(String::new());
    for (name, value) in texts {
        search.append_pair(name, &value);
    }
    format!("{path}?{}", search.append_pair("signature", &signature).finish())
}

/// The path of the login that leads to a target.
#[must_use]
pub fn login_path(target: &str) -> String {
    format!("{BEGINNING}{}", utf8_percent_encode(target, COMPONENT))
}

/// What a part of a path has escaped in it: all but letters, digits and what RFC 3986 leaves free.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The address behind a login: a path that begins with `/embed/`, and its search.
///
/// # Errors
/// It is no login of an embed.
pub fn target(path: &str) -> Result<String, LookerRefusal> {
    let target = path.strip_prefix(BEGINNING).ok_or(LookerRefusal::NoEmbed)?;
    let target = percent_decode_str(target).decode_utf8().map_err(|_| LookerRefusal::NoEmbed)?.into_owned();
    let is_one = target.starts_with("/embed/") && !target.chars().any(char::is_control);
    if is_one { Ok(target) } else { Err(LookerRefusal::NoEmbed) }
}

/// The parameters by name, each at most once, and none that is not known.
fn parameters(search: &str) -> Result<BTreeMap<String, String>, LookerRefusal> {
    let mut found = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(search.as_bytes()) {
        let name: String = name.chars().take(80).collect();
        if found.insert(name.clone(), value.into_owned()).is_some() {
            return Err(LookerRefusal::Twice(name));
        }
    }
    let known =
        |name: &&String| SIGNED.contains(&name.as_str()) || UNSIGNED.contains(&name.as_str()) || *name == "signature";
    let unknown: Vec<String> = found.keys().filter(|name| !known(name)).cloned().collect();
    if unknown.is_empty() { Ok(found) } else { Err(LookerRefusal::Unknown(unknown)) }
}

/// An address that was signed with a secret of a key.
#[derive(Debug)]
pub struct SignedEmbed {
    key: VerifiedKey,
    hash: SignatureHash,
    url: SignedUrl,
}

impl SignedEmbed {
    /// The key whose secret it is signed with.
    #[must_use]
    pub const fn key(&self) -> &VerifiedKey {
        &self.key
    }

    /// The hash with which it is signed.
    #[must_use]
    pub const fn hash(&self) -> SignatureHash {
        self.hash
    }

    /// The address behind the login: a path that begins with `/embed/`, and its search.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.url.target
    }

    /// Reads who is looking. The nonce counts once.
    ///
    /// # Errors
    /// It is not accepted, with the sentence for the host.
    pub fn assertion(&self, key: &EmbedKey, now: DateTime<Utc>) -> Result<Assertion, LookerRefusal> {
        let issued_at = self.issued_at(key, now)?;
        let nonce = self.name("nonce")?;
        let claims = self.claims(key, now)?;
        Ok(vouched(&self.key, claims).once(nonce, issued_at + Duration::seconds(NONCE_SECONDS)))
    }

    /// How long the address still counts at that time, in seconds.
    #[must_use]
    pub fn seconds_left(&self, now: DateTime<Utc>) -> Option<i64> {
        let time = self.value("time").ok()?.as_i64()?;
        Some(time + LIVES - now.timestamp())
    }

    /// The names of permissions that are nothing here.
    ///
    /// # Errors
    /// It is not accepted, with the sentence for the host.
    pub fn unknown_permissions(&self) -> Result<Vec<String>, LookerRefusal> {
        let names = self.texts("permissions")?.unwrap_or_default();
        Ok(names.into_iter().filter(|name| !permissions::is_known(name)).collect())
    }

    fn issued_at(&self, key: &EmbedKey, now: DateTime<Utc>) -> Result<DateTime<Utc>, LookerRefusal> {
        let time = self.value("time")?.as_i64().and_then(|time| DateTime::from_timestamp(time, 0));
        let time = time.ok_or(LookerRefusal::Invalid("time", "a time in seconds since 1970"))?;
        let age = (now - time).num_seconds();
        if age > LIVES || key.not_before.is_some_and(|it| time < it) {
            return Err(LookerRefusal::Old(age));
        }
        if age < -AHEAD { Err(LookerRefusal::Ahead(-age)) } else { Ok(time) }
    }

    fn claims(&self, key: &EmbedKey, now: DateTime<Utc>) -> Result<Claims, LookerRefusal> {
        let length = self.value("session_length")?.as_i64().filter(|it| (0..=LONGEST).contains(it));
        let length = length.ok_or(LookerRefusal::Invalid("session_length", "0 to 2592000 seconds"))?;
        let strict = key.mode == Mode::Strict;
        let filters = self.value("access_filters")?;
        let filters = filters.as_object().ok_or(LookerRefusal::Invalid("access_filters", "an object"))?;
        if strict && !filters.is_empty() {
            return Err(LookerRefusal::Invalid("access_filters", "`{}`: nothing is filtered by them"));
        }
        self.display_only()?;
        let models = self.texts("models")?.unwrap_or_default();
        if models.is_empty() {
            return Err(LookerRefusal::Invalid("models", "at least one model"));
        }
        Ok(Claims {
            claimant: Claimant::Member(self.name("external_user_id")?),
            tenant: self.group()?,
            teams: self.texts("group_ids")?,
            attributes: self.attributes()?,
            permissions: Some(self.permissions(key)?),
            models: Some(models),
            session_seconds: strict.then(|| u32::try_from(length).unwrap_or(u32::MAX)),
            expires_at: Some(now + Duration::seconds(length)),
            ..Claims::default()
        })
    }

    /// What the permissions are here. A strict key is told of those beyond its ceiling; a compatible one leaves them out, as
    /// Looker does.
    fn permissions(&self, key: &EmbedKey) -> Result<Vec<String>, LookerRefusal> {
        let names = self.texts("permissions")?.unwrap_or_default();
        if names.is_empty() {
            return Err(LookerRefusal::Invalid("permissions", "at least one permission"));
        }
        let inside =
            |held: &model::access::Permission| key.mode == Mode::Strict || key.ceiling.permissions.contains(held);
        let names: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        let held = permissions::held(&names).into_iter().filter(inside);
        Ok(held.map(|held| held.as_str().to_owned()).collect())
    }

    /// The customer to whom somebody belongs; none where it is empty.
    fn group(&self) -> Result<Option<String>, LookerRefusal> {
        match self.url.json("external_group_id")? {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(_) => self.name("external_group_id").map(Some),
        }
    }

    fn attributes(&self) -> Result<BTreeMap<String, Value>, LookerRefusal> {
        match self.url.json("user_attributes")? {
            None | Some(Value::Null) => Ok(BTreeMap::new()),
            Some(Value::Object(values)) => Ok(values.into_iter().collect()),
            Some(_) => Err(LookerRefusal::Invalid("user_attributes", "an object of names and values")),
        }
    }

    /// What is not signed must be of its kind. Nothing else is made of it.
    fn display_only(&self) -> Result<(), LookerRefusal> {
        for name in ["first_name", "last_name", "user_timezone"] {
            let given = self.url.json(name)?;
            if given.is_some_and(|given| !given.is_string() && !given.is_null()) {
                return Err(LookerRefusal::Invalid(name, "a text or null"));
            }
        }
        let forced = self.value("force_logout_login")?;
        if forced.is_boolean() { Ok(()) } else { Err(LookerRefusal::Invalid("force_logout_login", "true or false")) }
    }

    /// A parameter that must be there, and is: whoever lacks one was not read.
    fn value(&self, name: &'static str) -> Result<Value, LookerRefusal> {
        self.url.json(name)?.ok_or(LookerRefusal::Missing(name))
    }

    /// A name: a text, or a number, which is its digits.
    fn name(&self, name: &'static str) -> Result<String, LookerRefusal> {
        let text = written(&self.value(name)?)
            .filter(|text| (1..=LONGEST_NAME).contains(&text.chars().count()) && !text.chars().any(char::is_control));
        text.ok_or(LookerRefusal::Invalid(name, "a text of 1 to 255 characters, or a whole number"))
    }

    /// A list of names; `None`: it is not there, or null.
    fn texts(&self, name: &'static str) -> Result<Option<Vec<String>>, LookerRefusal> {
        let items = match self.url.json(name)? {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Array(items)) if items.len() <= 1_000 => items,
            Some(_) => return Err(LookerRefusal::Invalid(name, "a list of at most 1000 names")),
        };
        let texts = items.iter().map(written).collect::<Option<_>>();
        texts.map(Some).ok_or(LookerRefusal::Invalid(name, "a list of at most 1000 names"))
    }
}

fn written(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}
