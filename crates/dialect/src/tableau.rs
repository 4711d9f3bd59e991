//! Tableau's tokens (JWT): of connected apps that are trusted directly, of authorization servers, and unified access tokens.
//!
//! A token is [`Presented`]; who made it says [`Presented::issuer`], so that the trust is found, and that trust alone verifies
//! it: [`ConnectedApp::verify`], [`AuthorizationServer::verify`] or [`UnifiedAccess::verify`]. Tokens of one trust mean nothing
//! at another. Refusals have the codes that Tableau's clients know, and a reason that says what its codes do not.

mod claims;
mod direct;
mod oauth;
mod presented;
mod refusal;
mod scope;
mod unified;

pub mod permissions;
mod purpose;

pub use direct::{ConnectedApp, Secret};
pub use oauth::AuthorizationServer;
pub use presented::Presented;
pub use refusal::TableauRefusal;
pub use scope::{Scope, ScopeError, Scopes};
pub use unified::{Resources, Signer, UnifiedAccess};

use chrono::{DateTime, Utc};
use model::assertion::Assertion;

/// The longest that a token may still count, in seconds.
pub const LONGEST: i64 = 600;

/// How far ahead of ours a host's clock may be, in seconds, where a token says when it was issued.
const AHEAD: i64 = 60;

/// What a token says whose signature has been verified.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedIn {
    /// Who it is, with user attributes and groups as sent. Of connected apps and authorization servers it counts once.
    pub assertion: Assertion,
    /// What the token is for.
    pub scopes: Scopes,
    /// The site that a unified access token is for; `None`: any of its tenant's.
    pub site: Option<String>,
    /// When the token stops to count. The session that it opens may last longer.
    pub expires_at: DateTime<Utc>,
    /// Claims in Tableau's own namespace that nobody knows, and scopes beyond the trust: a compatible key ignores them.
    pub ignored: Vec<String>,
}
