//! What a verified token claims. `dialect` makes assertions; `authz` decides what they are worth.

use crate::name::KeyId;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The claims of a token or call whose key has been verified. Nothing in it has been decided yet: names may be
/// unknown, values mistyped.
#[derive(Debug, Clone, PartialEq)]
pub struct Assertion {
    key: KeyId,
    claims: Claims,
}

impl Assertion {
    /// States that `claims` were vouched for by the holder of `key`. Only `dialect`, which has verified that,
    /// may say so; a lint refuses it elsewhere.
    #[must_use]
    pub const fn vouched_for(key: KeyId, claims: Claims) -> Self {
        Self { key, claims }
    }

    /// The key whose secret was used.
    #[must_use]
    pub const fn key(&self) -> &KeyId {
        &self.key
    }

    /// What was claimed.
    #[must_use]
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }
}

/// What a host says about the person it opens a session for. An absent claim is `None`; a claim that is present but
/// null is there.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Claims {
    /// What the issuer calls the person.
    pub subject: String,
    /// The tenant's name.
    pub tenant: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Language tag.
    pub locale: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// Team names.
    pub teams: Option<Vec<String>>,
    /// The account type's name.
    pub account_type: Option<String>,
    /// Attribute values, as sent.
    pub attributes: BTreeMap<String, Json>,
    /// The content the session is for. Absent: all that the key's ceiling names.
    pub content: Option<ContentClaim>,
    /// Filters that the viewer cannot change, by control name.
    pub locked_parameters: BTreeMap<String, Json>,
    /// Names of permissions to which the session is narrowed.
    pub permissions: Option<Vec<String>>,
    /// The origin of the host page. Absent: any of the key's.
    pub origin: Option<String>,
    /// Seconds the session lasts. Absent: the key's ceiling.
    pub session_seconds: Option<u32>,
}

/// The content a session is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentClaim {
    /// The workbook's name.
    pub workbook: String,
    /// The page's name. Absent: every page.
    pub page: Option<String>,
}
