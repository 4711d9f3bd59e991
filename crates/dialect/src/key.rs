//! The key whose secret somebody has shown, or why nobody has.

use model::name::KeyId;

/// The key whose secret a caller has shown, or signed with. Only this crate makes one.
///
/// ```compile_fail,E0451
/// let forged = dialect::key::VerifiedKey { id: model::name::KeyId::new("k") };
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedKey {
    id: KeyId,
}

impl VerifiedKey {
    /// States that a secret of the key was shown.
    pub(crate) fn shown(id: &KeyId) -> Self {
        Self { id: id.clone() }
    }

    /// The key.
    #[must_use]
    pub const fn id(&self) -> &KeyId {
        &self.id
    }
}

/// Why nobody has shown a secret. The caller reads one refusal, whatever was wrong; the reason is for the audit trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No credentials of a kind that counts here.
    #[error("no credentials")]
    NoCredentials,
    /// Not base64 of `client id:secret` in UTF-8.
    #[error("malformed basic credentials")]
    Malformed,
    /// Not a compact token of two JSON objects that each have one meaning, or not a signed address.
    #[error("malformed token")]
    MalformedToken,
    /// More bytes than any token needs.
    #[error("token too long")]
    TokenTooLong,
    /// Not signed with HMAC-SHA256, or signed not at all.
    #[error("algorithm refused")]
    AlgorithmRefused,
    /// No enabled key of the dialect is meant.
    #[error("unknown or disabled key")]
    UnknownKey,
    /// The secret is none of the key's.
    #[error("wrong secret")]
    WrongSecret,
    /// Signed with none of the secrets that come into question.
    #[error("wrong signature")]
    WrongSignature,
    /// The token has expired, is not valid yet, lives too long, or does not say when it was issued.
    #[error("token out of time")]
    OutOfTime,
    /// The token has been used.
    #[error("token used before")]
    UsedBefore,
}

impl Refused {
    /// The word by which refusals are counted.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoCredentials => "no_credentials",
            Self::Malformed => "malformed_credentials",
            Self::MalformedToken => "malformed_token",
            Self::TokenTooLong => "token_too_long",
            Self::AlgorithmRefused => "algorithm_refused",
            Self::UnknownKey => "unknown_key",
            Self::WrongSecret => "wrong_secret",
            Self::WrongSignature => "wrong_signature",
            Self::OutOfTime => "token_out_of_time",
            Self::UsedBefore => "token_used",
        }
    }
}
