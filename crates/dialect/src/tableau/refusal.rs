//! Why a token is not accepted, in the codes of Tableau and in words of our own.

use crate::key::Refused;
use crate::tableau::{LONGEST, Scope};

/// Why a token is not accepted. The text is for people, [`Self::code`] for clients of Tableau and [`Self::reason`] for programs
/// that want to know more than "16". None of them holds a value of a token but names of scopes and claims.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableauRefusal {
    /// Not a compact token of two JSON objects that each have one meaning, or one that demands what is not understood.
    #[error("the token cannot be read: expected a JSON Web Token of three parts")]
    MalformedToken,
    /// More bytes than any token needs.
    #[error("the token is too long")]
    TokenTooLong,
    /// Not signed in the way of this trust, or not at all.
    #[error("the token is not signed with an algorithm of this trust")]
    AlgorithmRefused,
    /// It does not say which secret or key it is signed with.
    #[error("`kid` is missing in the header: expected the secret id or key id")]
    KeyIdMissing,
    /// Header and claims name two.
    #[error("`kid` is one in the header and another one in the claims")]
    KeyIdsContradict,
    /// It does not say who made it.
    #[error("`iss` is missing: expected it in the header or the claims")]
    IssuerMissing,
    /// Header and claims name two.
    #[error("`iss` is one in the header and another one in the claims")]
    IssuersContradict,
    /// No enabled trust of this kind has that client id or issuer.
    #[error("`iss` names no connected app that is enabled here")]
    UnknownTrust,
    /// The connected app has no secret of that id.
    #[error("`kid` names no secret of the connected app")]
    UnknownSecret,
    /// The issuer publishes no key of that id, as far as is known here.
    #[error("`kid` names no key of the issuer")]
    UnknownSigningKey,
    /// The keys of the issuer could not be fetched. Whoever fetches them says so.
    #[error("the keys of the issuer cannot be fetched")]
    KeysUnavailable,
    /// Signed with something else.
    #[error("the signature is not that of the secret or key")]
    WrongSignature,
    /// It has expired.
    #[error("`exp` has passed, {} seconds ago", .ahead.abs())]
    Expired {
        /// Seconds from now to its end: zero or less.
        ahead: i64,
    },
    /// It does not count yet.
    #[error("`{claim}` is {ahead} seconds ahead of this server's clock")]
    NotYetValid {
        /// The claim.
        claim: &'static str,
        /// Seconds from now.
        ahead: i64,
    },
    /// It counts for too long.
    #[error("`exp` is not valid: expected at most {LONGEST} seconds from now")]
    LivesTooLong {
        /// How many seconds beyond that. `None`: its own times say so, and no clock is to blame.
        ahead: Option<i64>,
    },
    /// It was issued before the key stopped to accept such tokens, or does not say when.
    #[error("`iat` is not valid: tokens of this key that were issued earlier, or do not say when, are not accepted")]
    IssuedTooEarly,
    /// A claim that must be there.
    #[error("`{claim}` is missing: expected {expected}")]
    ClaimMissing {
        /// The claim.
        claim: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A claim of the wrong shape.
    #[error("`{claim}` is not valid: expected {expected}")]
    ClaimInvalid {
        /// The claim.
        claim: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A claim in Tableau's own namespace that is not known.
    #[error("unknown claim `{0}`")]
    UnknownClaim(String),
    /// Made for somebody else.
    #[error("`aud` is not valid: expected `tableau`")]
    AudienceRefused,
    /// A scope that is none.
    #[error("scope `{0}` is not valid: expected `tableau:RESOURCE:ACTION`")]
    ScopeMalformed(String),
    /// What is wanted needs a scope that the token does not have.
    #[error("the token has not the scope `{0}`")]
    ScopeMissing(Scope),
    /// The trust does not extend to any scope of the token, or not to that one.
    #[error("scope `{0}` is beyond what this trust allows")]
    ScopeRefused(String),
    /// It says neither for which tenant nor for which site it is.
    #[error("`https://tableau.com/tenantId` or `https://tableau.com/siteId` is missing")]
    ResourceMissing,
    /// It is for a tenant or a site to which the trust does not extend.
    #[error("`{0}` is not valid: expected what this trust extends to")]
    ResourceRefused(&'static str),
    /// It has been used. The store says so.
    #[error("the token has been used before")]
    UsedBefore,
    /// Nobody of that name, or nobody who gets in this way.
    #[error("the user is not known, or may not sign in with this trust")]
    UnknownUser,
    /// People without an account are not admitted here.
    #[error("on-demand access is not enabled")]
    OnDemandOff,
    /// The page is of another origin than the trust allows.
    #[error("the page is not of a domain in the allowlist of this trust")]
    DomainRefused,
}

impl TableauRefusal {
    /// The code in parentheses behind "Error signing in to Tableau Server". Source: Tableau's list of errors of connected
    /// apps, which ends at 10085; those above are as remembered.
    #[must_use]
    pub fn code(&self) -> u32 {
        match self {
            Self::LivesTooLong { .. } | Self::UnknownUser | Self::ResourceMissing | Self::ResourceRefused(_) => 16,
            Self::OnDemandOff => 67,
            Self::UnknownTrust => 126,
            Self::UnknownSecret => 127,
            Self::KeyIdMissing | Self::KeyIdsContradict | Self::IssuerMissing | Self::IssuersContradict => 10083,
            Self::KeysUnavailable => 10085,
            Self::UsedBefore => 10091,
            Self::DomainRefused => 10092,
            Self::ScopeMalformed(_) => 10099,
            Self::ScopeMissing(_) | Self::ScopeRefused(_) => 10101,
            Self::ClaimMissing { claim, .. } if claim == "jti" => 10094,
            Self::MalformedToken
            | Self::TokenTooLong
            | Self::AlgorithmRefused
            | Self::UnknownSigningKey
            | Self::WrongSignature
            | Self::Expired { .. }
            | Self::NotYetValid { .. }
            | Self::IssuedTooEarly
            | Self::ClaimMissing { .. }
            | Self::ClaimInvalid { .. }
            | Self::UnknownClaim(_)
            | Self::AudienceRefused => 10084,
        }
    }

    /// What is wrong, as one word that does not change.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::MalformedToken => "malformed_token",
            Self::TokenTooLong => "token_too_long",
            Self::AlgorithmRefused => "algorithm_refused",
            Self::KeyIdMissing => "key_id_missing",
            Self::KeyIdsContradict => "key_ids_contradict",
            Self::IssuerMissing => "issuer_missing",
            Self::IssuersContradict => "issuers_contradict",
            Self::UnknownTrust => "unknown_issuer",
            Self::UnknownSecret => "unknown_secret",
            Self::UnknownSigningKey => "unknown_signing_key",
            Self::KeysUnavailable => "keys_unavailable",
            Self::WrongSignature => "wrong_signature",
            Self::Expired { .. } => "token_expired",
            Self::NotYetValid { .. } => "token_not_yet_valid",
            Self::LivesTooLong { .. } => "token_lives_too_long",
            Self::IssuedTooEarly => "token_issued_too_early",
            Self::ClaimMissing { .. } => "claim_missing",
            Self::ClaimInvalid { .. } => "claim_invalid",
            Self::UnknownClaim(_) => "unknown_claim",
            Self::AudienceRefused => "audience_refused",
            Self::ScopeMalformed(_) => "scope_malformed",
            Self::ScopeMissing(_) => "scope_missing",
            Self::ScopeRefused(_) => "scope_refused",
            Self::ResourceMissing => "resource_missing",
            Self::ResourceRefused(_) => "resource_refused",
            Self::UsedBefore => "token_used",
            Self::UnknownUser => "unknown_user",
            Self::OnDemandOff => "on_demand_off",
            Self::DomainRefused => "domain_refused",
        }
    }

    /// By how many seconds the host's clock is ahead of ours, as far as the token shows; negative: behind. `None`: time is not
    /// the reason. A token that was kept for too long looks like one of a clock that is behind.
    #[must_use]
    pub const fn clock_skew_seconds(&self) -> Option<i64> {
        match self {
            Self::Expired { ahead } | Self::NotYetValid { ahead, .. } => Some(*ahead),
            Self::LivesTooLong { ahead } => *ahead,
            _ => None,
        }
    }
}

impl From<Refused> for TableauRefusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::TokenTooLong => Self::TokenTooLong,
            Refused::AlgorithmRefused => Self::AlgorithmRefused,
            Refused::UnknownKey => Self::UnknownTrust,
            Refused::WrongSecret | Refused::WrongSignature => Self::WrongSignature,
            Refused::UsedBefore => Self::UsedBefore,
            Refused::NoCredentials | Refused::Malformed | Refused::MalformedToken | Refused::OutOfTime => {
                Self::MalformedToken
            }
        }
    }
}
