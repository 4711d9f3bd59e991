//! People nobody knows: what their token or link opens, taken anew with every request.

use crate::callers::Shown;
use crate::organization::Organization;
use authz::{Answer, Denial, Opening, Principal};
use chrono::{DateTime, Utc};
use dialect::jwt::Token;
use dialect::key::Refused;
use dialect::metabase::{GuestRefusal, Resource, guest};
use model::dialect::Dialect;
use model::name::MemberId;
use model::publication::LinkId;
use store::TokenHash;

/// Why a token or a link opens nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AnonymousRefusal {
    /// Nobody who may has signed it.
    #[error(transparent)]
    Unverified(#[from] Refused),
    /// It was signed, and is not accepted as it is.
    #[error(transparent)]
    Token(#[from] GuestRefusal),
    /// What it names is not to be had with it.
    #[error(transparent)]
    Refused(#[from] authz::Refusal),
    /// What it rests on is gone.
    #[error("{0}")]
    Ended(Denial),
}

impl AnonymousRefusal {
    /// There is no such content.
    #[must_use]
    pub fn no_such_content() -> Self {
        Self::Refused(authz::Refusal::no_such_content())
    }

    /// The word by which refusals are counted.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unverified(refused) => refused.code(),
            Self::Token(GuestRefusal::Expired(_)) => "token_expired",
            Self::Token(_) => "token_refused",
            Self::Refused(refusal) => match refusal.answer {
                Answer::NoSuchContent => "no_such_content",
                Answer::NotPublished => "not_published",
                Answer::Parameter(_) => "parameter_refused",
                _ => "guest_refused",
            },
            Self::Ended(_) => "session_ended",
        }
    }
}

/// Whoever has a token or a link.
///
/// # Errors
/// It opens nothing. A handle is neither, and no cookie.
pub fn enter(organization: &Organization, shown: &Shown, now: DateTime<Utc>) -> Result<Principal, AnonymousRefusal> {
    match shown {
        Shown::Link(link) => by_link(organization, link, now),
        Shown::Token(text, wanted) => by_token(organization, text, *wanted, now),
        Shown::Handle(_)
        | Shown::SessionToken(_)
        | Shown::Cookie(..)
        | Shown::Credential(_)
        | Shown::AccessToken(_) => Err(Refused::MalformedToken.into()),
    }
}

/// Whoever has a guest token. `wanted`: what the address is about; `None`: whatever the token names.
///
/// # Errors
/// The token opens nothing.
pub fn by_token(
    organization: &Organization,
    text: &str,
    wanted: Option<Resource>,
    now: DateTime<Utc>,
) -> Result<Principal, AnonymousRefusal> {
    let signed = Token::parse(text)?.verify(organization.secrets_in(Dialect::Metabase))?;
    let key = organization.snapshot.keys.get(signed.key().id()).ok_or(Refused::UnknownKey)?;
    let assertion = guest(signed, wanted, key, now)?;
    let opening = opening("guest", text, now);
    let identified = authz::identify(&assertion, &organization.snapshot, &authz::Directory::default(), opening)?;
    authz::resume(identified.facts, &organization.snapshot, None, now).map_err(AnonymousRefusal::Ended)
}

/// Whoever has a public link.
///
/// # Errors
/// There is no such link.
pub fn by_link(organization: &Organization, link: &LinkId, now: DateTime<Utc>) -> Result<Principal, AnonymousRefusal> {
    let facts = authz::open_link(link, &organization.snapshot, opening("link", link.as_str(), now))?;
    authz::resume(facts, &organization.snapshot, None, now).map_err(AnonymousRefusal::Ended)
}

/// All requests with one token or link are of one session in the audit trail. Nobody becomes a member.
fn opening(kind: &str, credential: &str, now: DateTime<Utc>) -> Opening {
    Opening { session: TokenHash::of(credential).session_id(kind), new_member: MemberId::new(""), now }
}
