//! Every refusal and failure as RFC 9457 `application/problem+json`. Status codes are known here and nowhere else.

mod looker;
pub(crate) mod sigma_api;
mod sources;
mod tableau;
pub(crate) mod tableau_api;

use crate::correlation::CorrelationId;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use dialect::tableau::TableauRefusal;
use serde::Serialize;
use std::borrow::Cow;
use utoipa::ToSchema;

/// What a caller is told. The log and the audit trail keep more; this holds no data, path, SQL or stack trace.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// 400: the request is wrong in a way that its sender can mend.
    #[error("{detail}")]
    Invalid {
        /// Stable, for programs.
        code: &'static str,
        /// Names the member and what was expected.
        detail: String,
    },
    /// 401: credentials of a host's back end. One text, whatever was wrong with them.
    #[error("the client id or the secret is not valid")]
    HostUnknown,
    /// 401: a handle. One text, whether it was never given, has ended or has expired.
    #[error("this session has ended: ask the host for a new code")]
    SessionEnded,
    /// 401: a code. One text, whatever was wrong with it.
    #[error("this code is not valid: ask the host for a new one")]
    CodeRefused,
    /// 401: a password or a login code. One text, whatever was wrong with it, and whoever it is of.
    #[error("this does not let anybody in")]
    LoginRefused,
    /// 401: all that was shown is right, and a second factor is missing.
    #[error("`second_factor`: expected a code of your app, or a recovery code")]
    SecondFactorNeeded,
    /// 401: a token of Tableau's. Before its signature is verified it says what anybody can see of it.
    #[error(transparent)]
    TokenRefused(#[from] TableauRefusal),
    /// 403: a person who is known but may not do this.
    #[error("{detail}")]
    Forbidden {
        /// Stable, for programs.
        code: &'static str,
        /// A sentence.
        detail: String,
    },
    /// 404: hidden or absent, the same to the byte.
    #[error("there is nothing here for you")]
    NotFound,
    /// 409: it does not fit what there is.
    #[error("{detail}")]
    Conflict {
        /// Stable, for programs.
        code: &'static str,
        /// Names what stands in the way.
        detail: String,
    },
    /// 412: it is not any more what the caller has seen.
    #[error("this has changed since you read it: read it again")]
    Changed,
    /// 405: known address, other method.
    #[error("this address does not answer that method")]
    MethodNotAllowed,
    /// 413.
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    /// 415.
    #[error("the body must be `application/json`")]
    NotJson,
    /// 406.
    #[error("this answer comes as `application/json`, `text/csv` or `application/vnd.apache.arrow.stream`")]
    NotAcceptable,
    /// 422: the question is valid, its answer is not to be had.
    #[error("{detail}")]
    Unanswerable {
        /// Stable, for programs.
        code: &'static str,
        /// A sentence.
        detail: Cow<'static, str>,
    },
    /// 429: as many questions of this person, of their tenant or of all run already as may.
    #[error("too many questions at once: try again in a few seconds")]
    Busy,
    /// 429: more requests than this caller may make; in so many seconds it may again.
    #[error("too many requests: try again in {0} seconds")]
    TooOften(u32),
    /// 501: it is meant to be here, and is not built yet.
    #[error("{0}")]
    NotBuilt(&'static str),
    /// 503: what the caller may see changed while the answer was under way.
    #[error("what you may see here has just changed: ask again")]
    AccessChanged,
    /// 503: the store or the data cannot be reached.
    #[error("Vitrine cannot answer right now: try again in a few seconds")]
    Unavailable,
    /// 500.
    #[error("something went wrong in Vitrine: the correlation id tells its operators where to look")]
    Internal,
}

impl Problem {
    /// An answer has more bytes than it may.
    #[must_use]
    pub const fn too_many_bytes() -> Self {
        let detail =
            Cow::Borrowed("the answer has more bytes than this server allows: narrow it with a filter or a limit");
        Self::Unanswerable { code: "too_many_bytes", detail }
    }

    /// A picture of a size that is not drawn.
    #[must_use]
    pub const fn picture_size(detail: String) -> Self {
        Self::Invalid { code: "picture_size", detail }
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Invalid { .. } => StatusCode::BAD_REQUEST,
            Self::HostUnknown
            | Self::SessionEnded
            | Self::CodeRefused
            | Self::LoginRefused
            | Self::SecondFactorNeeded
            | Self::TokenRefused(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict { .. } => StatusCode::CONFLICT,
            Self::Changed => StatusCode::PRECONDITION_FAILED,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unanswerable { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotBuilt(_) => StatusCode::NOT_IMPLEMENTED,
            Self::Busy | Self::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::AccessChanged | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Invalid { code, .. }
            | Self::Forbidden { code, .. }
            | Self::Conflict { code, .. }
            | Self::Unanswerable { code, .. } => code,
            Self::Changed => "changed",
            Self::HostUnknown => "host_unknown",
            Self::SessionEnded => "session_ended",
            Self::CodeRefused => "code_refused",
            Self::LoginRefused => "login_refused",
            Self::SecondFactorNeeded => "second_factor_needed",
            Self::TokenRefused(_) => "token_refused",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::NotAcceptable => "not_acceptable",
            Self::TooLarge(_) => "body_too_large",
            Self::NotJson => "not_json",
            Self::NotBuilt(_) => "not_built",
            Self::Busy => "busy",
            Self::TooOften(_) => "rate_limited",
            Self::AccessChanged => "access_changed",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    pub(crate) fn body(&self, correlation: Option<&CorrelationId>) -> String {
        let body = ProblemBody {
            r#type: "about:blank",
            title: self.status().canonical_reason(),
            status: self.status().as_u16(),
            code: self.code(),
            detail: self.to_string(),
            correlation_id: correlation.map(|id| id.0.as_str()),
        };
        let written = match self {
            Self::TokenRefused(refusal) => serde_json::to_string(&tableau::of_token(body, refusal)),
            _ => serde_json::to_string(&body),
        };
        written.unwrap_or_default()
    }

    /// In how many seconds it is worth another try.
    const fn retry_after(&self) -> Option<u32> {
        match self {
            Self::TooOften(seconds) => Some(*seconds),
            Self::Busy | Self::AccessChanged | Self::Unavailable => Some(1),
            _ => None,
        }
    }

    const fn challenge(&self) -> Option<&'static str> {
        match self {
            Self::HostUnknown => Some("Basic realm=\"vitrine\", charset=\"UTF-8\""),
            Self::SessionEnded => Some("Bearer realm=\"vitrine\""),
            _ => None,
        }
    }
}

/// What is wrong, after RFC 9457.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    r#type: &'static str,
    /// The status in words.
    title: Option<&'static str>,
    /// The status.
    status: u16,
    /// Stable, for programs.
    code: &'static str,
    /// A sentence for people.
    detail: String,
    /// Tells operators where to look.
    correlation_id: Option<&'a str>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the body of a [`Problem`], now that the request's id is known; also for a status that axum itself chose.
pub async fn write_problems(request: Request, next: Next) -> Response {
    let correlation = request.extensions().get::<CorrelationId>().cloned();
    let is_of_looker = looker::is_asked(request.uri().path());
    let of_tableau = tableau_api::asked(&request);
    let of_sigma = sigma_api::asked(request.uri().path());
    let mut response = next.run(request).await;
    let status = response.status();
    let chosen_by_axum = || match status {
        StatusCode::NOT_FOUND => Some(Problem::NotFound),
        StatusCode::METHOD_NOT_ALLOWED => Some(Problem::MethodNotAllowed),
        status if status.is_server_error() => Some(Problem::Internal),
        _ => None,
    };
    let Some(problem) = response.extensions_mut().remove::<Problem>().or_else(chosen_by_axum) else { return response };
    let (media_type, body) = if is_of_looker {
        let (status, body) = looker::body(&problem);
        *response.status_mut() = status;
        ("application/json", body)
    } else if let Some(asked) = of_tableau {
        tableau_api::body(&problem, &asked)
    } else if let Some(asked) = of_sigma {
        ("application/json", sigma_api::body(&problem, asked, correlation.as_ref()))
    } else {
        ("application/problem+json", problem.body(correlation.as_ref()))
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.remove(axum::http::header::CONTENT_LENGTH);
    if let Some(challenge) = problem.challenge() {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    if let Some(seconds) = problem.retry_after() {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    *response.body_mut() = Body::from(body);
    response
}
