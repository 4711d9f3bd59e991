//! What is wrong, as Sigma's REST API tells it; at its token endpoint as OAuth 2.0 does (RFC 6749, section 5.2).

use super::Problem;
use crate::correlation::CorrelationId;
use axum::http::StatusCode;
use serde::Serialize;

/// A part of the API, of which each tells in its own way what is wrong.
#[derive(Clone, Copy)]
pub(super) enum Asked {
    /// The token endpoint.
    Token,
    /// Everything else.
    Api,
}

/// What of the API a path is; `None`: it is of another one.
pub(super) fn asked(path: &str) -> Option<Asked> {
    match path {
        "/v2/auth/token" => Some(Asked::Token),
        _ => is_of_api(path).then_some(Asked::Api),
    }
}

/// Whether a path is of Sigma's API.
pub(crate) fn is_of_api(path: &str) -> bool {
    path == "/v2" || path.starts_with("/v2/")
}

/// A refusal.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody<'a> {
    /// That of the answer's header `x-request-id`.
    request_id: Option<&'a str>,
    message: String,
    code: &'a str,
}

/// A refusal of the token endpoint.
#[derive(Serialize)]
struct OauthError {
    error: &'static str,
    error_description: String,
}

/// The body.
pub(super) fn body(problem: &Problem, asked: Asked, correlation: Option<&CorrelationId>) -> String {
    let oauth = match asked {
        Asked::Token => oauth(problem),
        Asked::Api => None,
    };
    let written = match oauth {
        Some(error) => serde_json::to_string(&OauthError { error, error_description: problem.to_string() }),
        None => serde_json::to_string(&ErrorBody {
            request_id: correlation.map(|id| id.0.as_str()),
            message: message(&problem.to_string()),
            code: code(problem),
        }),
    };
    written.unwrap_or_default()
}

/// The word of OAuth's, if it has one.
fn oauth(problem: &Problem) -> Option<&'static str> {
    match problem {
        Problem::HostUnknown => Some("invalid_client"),
        Problem::Invalid { code: code @ ("unsupported_grant_type" | "invalid_scope"), .. } => Some(code),
        Problem::Invalid { .. } => Some("invalid_request"),
        _ => None,
    }
}

/// Sigma's word for what is wrong; where it is not known, that of the rest of the API.
fn code(problem: &Problem) -> &'static str {
    match problem.status() {
        StatusCode::BAD_REQUEST => "invalid_request",
        StatusCode::UNAUTHORIZED => "unauthorized",
        StatusCode::FORBIDDEN => "forbidden",
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::CONFLICT => "conflict",
        StatusCode::TOO_MANY_REQUESTS => "too_many_requests",
        _ => problem.code(),
    }
}

/// A sentence that begins with the name of a field and what was expected of it, in Sigma's order.
fn message(text: &str) -> String {
    let named = text.strip_prefix('`').and_then(|rest| rest.split_once("`: "));
    match named.and_then(|(field, rest)| Some((field, rest.strip_prefix("expected ")?))) {
        Some((field, expected)) => format!("Expecting at `{field}`: {expected}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn told(problem: &Problem, asked: Asked) -> Value {
        serde_json::from_str(&body(problem, asked, None)).unwrap_or_default()
    }

    fn invalid(code: &'static str, detail: &str) -> Problem {
        Problem::Invalid { code, detail: detail.to_owned() }
    }

    #[test]
    fn a_field_that_does_not_fit_is_named_in_the_message() {
        let of = |detail: &str| told(&invalid("invalid_member", detail), Asked::Api)["message"].clone();
        assert_eq!(of("`name`: expected a text"), "Expecting at `name`: a text");
        assert_eq!(of("`name`: there is a team of that name already"), "`name`: there is a team of that name already");
        assert_eq!(
            told(&Problem::NotFound, Asked::Api),
            json!({"requestId": null, "message": "there is nothing here for you", "code": "not_found"})
        );
        let taken = Problem::Conflict { code: "name_taken", detail: "x".to_owned() };
        assert_eq!(told(&taken, Asked::Api)["code"], "conflict");
        assert_eq!(told(&Problem::Unavailable, Asked::Token)["code"], "unavailable");
    }

    #[test]
    fn the_token_endpoint_speaks_oauth() {
        for (problem, error) in [
            (Problem::HostUnknown, "invalid_client"),
            (invalid("unsupported_grant_type", "x"), "unsupported_grant_type"),
            (invalid("invalid_scope", "x"), "invalid_scope"),
            (invalid("invalid_parameter", "x"), "invalid_request"),
        ] {
            assert_eq!(told(&problem, Asked::Token)["error"], error);
        }
    }

    #[test]
    fn it_is_of_sigma_what_begins_so() {
        assert!(["/v2", "/v2/members", "/v2/none", "/v2/auth/token"].into_iter().all(|path| asked(path).is_some()));
        assert!(["/v21", "/api/v2/x", "/", "/v2x/members"].into_iter().all(|path| asked(path).is_none()));
    }
}
