//! Refusals of `/auth/sso`, in Metabase's words.

use crate::problem::Problem;
use authz::NotSignedOn;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dialect::sso;
use model::access::IdentityProvider;
use serde_json::json;

/// A refusal.
#[derive(Debug)]
pub(super) enum SsoRefusal {
    /// There is no provider that takes tokens, or not that one.
    Disabled,
    /// There are several providers, and none is named.
    Several,
    /// Something is said twice.
    Twice,
    /// The address to come back to is somebody else's.
    ForeignTarget,
    /// The browser only looks ahead.
    Prefetch,
    /// No host of the provider may have the application in a frame.
    NoFrames,
    /// The provider lets no programs exchange tokens.
    NoPrograms,
    /// Nobody who may has signed the token.
    Unverified,
    /// It was signed, and does not count now.
    Token(sso::SsoRefusal),
    /// It was used before.
    TokenUsed,
    /// Whoever it is of does not come in.
    Person(StatusCode, String),
    /// Vitrine's own: something is not available.
    Problem(Problem),
}

impl<E: Into<Problem>> From<E> for SsoRefusal {
    fn from(error: E) -> Self {
        Self::Problem(error.into())
    }
}

impl SsoRefusal {
    /// What somebody reads who does not come in. Hidden and absent tenants read the same, as do people.
    pub(super) fn of(refused: NotSignedOn, site: &str, provider: &IdentityProvider) -> Self {
        let forbidden = |text: &str| Self::Person(StatusCode::FORBIDDEN, text.to_owned());
        match refused {
            NotSignedOn::NoProvider => Self::Disabled,
            NotSignedOn::NoEmail => {
                let text = format!("JWT token missing {} claim", provider.claims.email);
                Self::Person(StatusCode::UNAUTHORIZED, text)
            }
            NotSignedOn::OddTenant => {
                let claim = provider.claims.tenant.as_deref().unwrap_or_default();
                Self::Person(StatusCode::UNAUTHORIZED, format!("Value of `{claim}` must be a string"))
            }
            NotSignedOn::NotAMember(_) | NotSignedOn::NoSubject => {
                let text = format!(
                    "Sorry, but you'll need a {site} account to view this page. Please contact your administrator."
                );
                Self::Person(StatusCode::UNAUTHORIZED, text)
            }
            NotSignedOn::TenantsOff => forbidden("Tenants are not enabled"),
            NotSignedOn::NoSuchTenant | NotSignedOn::TenantDeactivated => forbidden("Tenant is not active"),
            NotSignedOn::TenantRequired => forbidden("Tenant claim required for external user"),
            NotSignedOn::TenantNotTheirs => forbidden("Cannot add tenant claim to internal user"),
            NotSignedOn::AnotherTenant => forbidden("Tenant ID mismatch with existing user"),
        }
    }
}

impl IntoResponse for SsoRefusal {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::Disabled => {
                let body = json!({
                    "status": "error-sso-disabled", "message": "SSO has not been enabled and/or configured"
                });
                return (StatusCode::BAD_REQUEST, Json(body)).into_response();
            }
            Self::Problem(problem) => return problem.into_response(),
            Self::Several => (StatusCode::BAD_REQUEST, "Several providers: expected `provider`".to_owned()),
            Self::Twice => (StatusCode::BAD_REQUEST, "A parameter is given twice".to_owned()),
            Self::ForeignTarget => (StatusCode::BAD_REQUEST, "Invalid redirect URL".to_owned()),
            Self::Prefetch => (StatusCode::SERVICE_UNAVAILABLE, "Not before somebody goes there".to_owned()),
            Self::NoFrames => (StatusCode::FORBIDDEN, "Not in a frame".to_owned()),
            Self::NoPrograms => (StatusCode::PAYMENT_REQUIRED, "SDK Embedding is disabled".to_owned()),
            Self::Unverified => (StatusCode::UNAUTHORIZED, "Message seems corrupt or manipulated".to_owned()),
            Self::Token(refusal) => (StatusCode::UNAUTHORIZED, refusal.to_string()),
            Self::TokenUsed => (StatusCode::UNAUTHORIZED, "Token was used before".to_owned()),
            Self::Person(status, text) => (status, text),
        };
        (status, text).into_response()
    }
}
