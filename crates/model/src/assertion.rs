//! What a verified token claims. `dialect` makes assertions; `authz` decides what they are worth.

use crate::dialect::{Dialect, ForeignId};
use crate::name::{KeyId, ProviderId};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// The claims of a token or call whose key has been verified. Nothing in it has been decided yet: names may be
/// unknown, values mistyped.
#[derive(Debug, Clone, PartialEq)]
pub struct Assertion {
    key: KeyId,
    claims: Claims,
    once: Option<Once>,
}

/// The id of a token that counts once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// The id, of its key.
    pub id: String,
    /// Until when the token would count: the id is kept as long.
    pub until: DateTime<Utc>,
}

impl Assertion {
    /// States that `claims` were vouched for by the holder of `key`. Only `dialect`, which has verified that,
    /// may say so; a lint refuses it elsewhere.
    #[must_use]
    pub const fn vouched_for(key: KeyId, claims: Claims) -> Self {
        Self { key, claims, once: None }
    }

    /// The same, from a token that counts once.
    #[must_use]
    pub fn once(self, id: String, until: DateTime<Utc>) -> Self {
        Self { once: Some(Once { id, until }), ..self }
    }

    /// The same, for no more than those permissions.
    #[must_use]
    pub fn narrowed_to(mut self, permissions: Vec<String>) -> Self {
        let held = self.claims.permissions.take();
        let both = permissions.into_iter().filter(|one| held.as_ref().is_none_or(|held| held.contains(one)));
        self.claims.permissions = Some(both.collect());
        self
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

    /// The id of the token, if it counts once.
    #[must_use]
    pub const fn counts_once(&self) -> Option<&Once> {
        self.once.as_ref()
    }
}

/// What an identity provider says about whoever logs in, in the words of the provider. What it comes to is for `authz`.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderAssertion {
    provider: ProviderId,
    claims: Map<String, Json>,
    once: Option<Once>,
}

impl ProviderAssertion {
    /// States that the provider vouched for `claims`. Only `dialect`, which has verified that, may say so; a lint refuses it
    /// elsewhere.
    #[must_use]
    pub const fn vouched_for(provider: ProviderId, claims: Map<String, Json>) -> Self {
        Self { provider, claims, once: None }
    }

    /// The same, from a token that counts once.
    #[must_use]
    pub fn once(self, id: String, until: DateTime<Utc>) -> Self {
        Self { once: Some(Once { id, until }), ..self }
    }

    /// The provider.
    #[must_use]
    pub const fn provider(&self) -> &ProviderId {
        &self.provider
    }

    /// What it said.
    #[must_use]
    pub const fn claims(&self) -> &Map<String, Json> {
        &self.claims
    }

    /// The id of the token, if it counts once.
    #[must_use]
    pub const fn counts_once(&self) -> Option<&Once> {
        self.once.as_ref()
    }
}

/// Claims for which nobody vouched: what a host would say. No session opens with them; `authz::suppose` says who somebody
/// would be who came with them.
#[derive(Debug, Clone, PartialEq)]
pub struct Supposed(Assertion);

impl Supposed {
    /// Supposes that the holder of `key` claimed that.
    #[must_use]
    pub const fn claimed_with(key: KeyId, claims: Claims) -> Self {
        Self(Assertion { key, claims, once: None })
    }

    /// What would be claimed.
    #[must_use]
    pub const fn claims(&self) -> &Claims {
        &self.0.claims
    }

    /// The assertion that it would be. Only `authz::suppose`, which opens nothing, may ask for it; a lint refuses it
    /// elsewhere.
    #[must_use]
    pub const fn as_if_vouched_for(&self) -> &Assertion {
        &self.0
    }
}

/// Who a token is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Claimant {
    /// A person whom the issuer calls that.
    Member(String),
    /// A person whom the issuer calls that, known by the groups the token asserts and only for the session.
    OnDemand(String),
    /// Nobody: whoever has the token.
    #[default]
    Guest,
}

impl Claimant {
    /// What the issuer calls the person; `None` of guests.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        match self {
            Self::Member(subject) | Self::OnDemand(subject) => Some(subject),
            Self::Guest => None,
        }
    }
}

/// What a host says about whom it opens a session for. An absent claim is `None`; a claim that is present but null
/// is there.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Claims {
    /// Who.
    pub claimant: Claimant,
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
    /// Filters that the viewer cannot change, by control name; of guests, every parameter that the token sets.
    pub locked_parameters: BTreeMap<String, Json>,
    /// Names of permissions to which the session is narrowed.
    pub permissions: Option<Vec<String>>,
    /// Names of models: of no other one any data is read. Absent: of any.
    pub models: Option<Vec<String>>,
    /// The origin of the host page. Absent: any of the key's.
    pub origin: Option<String>,
    /// Seconds the session lasts. Absent: the key's ceiling.
    pub session_seconds: Option<u32>,
    /// When the token stops to count, where the session must not outlive it.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The content a session is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContentClaim {
    /// By its names here.
    Named {
        /// The workbook's name.
        workbook: String,
        /// The page's name. Absent: every page.
        page: Option<String>,
        /// The tag of the version. Absent: the published one.
        tag: Option<String>,
    },
    /// By what another product called it.
    Foreign(ForeignContent),
}

/// A piece of content, by what another product called it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForeignContent {
    /// Whose name it is.
    pub dialect: Dialect,
    /// What it is of.
    pub kind: ContentKind,
    /// The name.
    pub id: ForeignId,
}

/// Kinds of content that other products have names for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContentKind {
    /// A workbook: Metabase calls it a dashboard.
    Workbook,
    /// A page: Metabase calls it a tab.
    Page,
    /// An element: Metabase calls it a question or card.
    Element,
}
