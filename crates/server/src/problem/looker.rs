//! What is wrong, as Looker's API tells it: its clients make their errors of that.

use super::Problem;
use axum::http::StatusCode;
use serde::Serialize;

/// Whether a path is of Looker's API.
pub(super) fn is_asked(path: &str) -> bool {
    path.starts_with("/api/4.0/") || path == "/api/4.0" || path == "/api/logout"
}

/// A refusal.
#[derive(Serialize)]
struct ErrorBody {
    message: String,
    errors: Vec<Detail>,
    /// Empty: one of Looker's clients fetches what stands here, from others.
    documentation_url: &'static str,
}

/// What is wrong with one field.
#[derive(Serialize)]
struct Detail {
    field: String,
    code: &'static str,
    message: String,
    documentation_url: &'static str,
}

/// Status and body.
pub(super) fn body(problem: &Problem) -> (StatusCode, String) {
    let (status, message) = match problem {
        Problem::NotFound => (StatusCode::NOT_FOUND, "Not found".to_owned()),
        Problem::SessionEnded => (StatusCode::UNAUTHORIZED, "Requires authentication.".to_owned()),
        // A body that could be read, and does not fit.
        Problem::Invalid { code, .. } if !matches!(*code, "invalid_json" | "invalid_parameter") => {
            (StatusCode::UNPROCESSABLE_ENTITY, "Validation Failed".to_owned())
        }
        Problem::Conflict { code: "name_taken", .. } => {
            (StatusCode::UNPROCESSABLE_ENTITY, "Validation Failed".to_owned())
        }
        other => (other.status(), other.to_string()),
    };
    let is_of_field = matches!(problem, Problem::Invalid { .. } | Problem::Conflict { .. });
    let errors = if is_of_field { vec![detail(problem)] } else { Vec::new() };
    let body = ErrorBody { message, errors, documentation_url: "" };
    (status, serde_json::to_string(&body).unwrap_or_default())
}

/// Of a sentence that begins with the name of a field, that and the rest.
fn detail(problem: &Problem) -> Detail {
    let text = problem.to_string();
    let named = text.strip_prefix('`').and_then(|rest| rest.split_once("`: "));
    let (field, message) = named.map_or(("", text.as_str()), |(field, rest)| (field, rest));
    Detail { field: field.to_owned(), code: problem.code(), message: message.to_owned(), documentation_url: "" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn told(problem: &Problem) -> (u16, Value) {
        let (status, text) = body(problem);
        (status.as_u16(), serde_json::from_str(&text).unwrap_or_default())
    }

    #[test]
    fn a_field_that_does_not_fit_is_named() {
        let invalid = |code, detail: &str| Problem::Invalid { code, detail: detail.to_owned() };
        let error = |field: &str, code: &str, message: &str| json!({"field": field, "code": code, "message": message, "documentation_url": ""});
        assert_eq!(
            told(&invalid("invalid_member", "`name`: expected a text")),
            (
                422,
                json!({"message": "Validation Failed", "documentation_url": "", "errors": [error("name", "invalid_member", "expected a text")]})
            )
        );
        let (status, json) = told(&invalid("invalid_json", "the body is not valid: it ends too early"));
        assert_eq!((status, &json["errors"][0]["field"]), (400, &json!("")));
        let taken = Problem::Conflict { code: "name_taken", detail: "`name`: there is a team of that name".to_owned() };
        assert_eq!(told(&taken).0, 422);
        let in_use = Problem::Conflict { code: "in_use", detail: "something names it".to_owned() };
        assert_eq!(told(&in_use).0, 409);
    }

    #[test]
    fn whatever_else_is_told_in_the_words_of_looker_and_without_an_address() {
        assert_eq!(
            told(&Problem::NotFound),
            (404, json!({"message": "Not found", "errors": [], "documentation_url": ""}))
        );
        assert_eq!(told(&Problem::SessionEnded).1["message"], "Requires authentication.");
        assert_eq!(told(&Problem::TooOften(3)).0, 429);
    }

    #[test]
    fn it_is_of_looker_what_begins_so() {
        assert!(["/api/4.0", "/api/4.0/users", "/api/4.0/none", "/api/logout"].into_iter().all(is_asked));
        assert!(!["/api/4.01", "/api/v1/users", "/api/logout/x", "/"].into_iter().any(is_asked));
    }
}
