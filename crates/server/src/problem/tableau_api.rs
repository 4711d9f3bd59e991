//! What is wrong, as Tableau's REST API tells it: a code of six digits, of which the first three are the status.

use super::Problem;
use crate::tableau::{Element, Form};
use axum::extract::Request;
use dialect::tableau::TableauRefusal;

/// A request of Tableau's REST API: where to, and in what the answer is written.
pub(super) struct Asked {
    path: String,
    form: Form,
}

/// What of a request counts for its refusals; `None`: it is of another API.
pub(super) fn asked(request: &Request) -> Option<Asked> {
    let path = request.uri().path();
    is_of_api(path).then(|| Asked { path: path.to_owned(), form: Form::of(request.headers()) })
}

/// Whether a path is of Tableau's REST API: below any version of it, which are `2.x` and `3.x`.
pub(crate) fn is_of_api(path: &str) -> bool {
    let version = path.strip_prefix("/api/").and_then(|rest| rest.split('/').next());
    let parts = version.and_then(|version| version.split_once('.'));
    parts.is_some_and(|(major, minor)| {
        matches!(major, "2" | "3") && (1..=3).contains(&minor.len()) && minor.bytes().all(|it| it.is_ascii_digit())
    })
}

/// Media type and body.
pub(super) fn body(problem: &Problem, asked: &Asked) -> (&'static str, String) {
    let (code, summary) = told(problem, &asked.path);
    let (detail, more) = match problem {
        Problem::TokenRefused(refusal) => of_token(refusal),
        _ => (problem.to_string(), Vec::new()),
    };
    (asked.form.media_type(), error(asked.form, code, summary, &detail, &more))
}

/// The sentence that clients look for the code in, with what is wrong behind it; and for programs the reason as a word and by how
/// many seconds the host's clock is ahead.
fn of_token(refusal: &TableauRefusal) -> (String, Vec<(&'static str, String)>) {
    let skew = refusal.clock_skew_seconds().map(|seconds| ("clockSkewSeconds", seconds.to_string()));
    let more = [("reason", refusal.reason().to_owned())].into_iter().chain(skew);
    (format!("Error signing in to Tableau Server ({}): {refusal}", refusal.code()), more.collect())
}

/// An error as clients read it. `more`: attributes beside those that Tableau's errors have.
fn error(form: Form, code: u32, summary: &'static str, detail: &str, more: &[(&'static str, String)]) -> String {
    let error = Element::new("error").with("code", format!("{code:06}"));
    let error = more.iter().fold(error, |error, (name, value)| error.with(*name, value.clone()));
    form.written(vec![error.holding([Element::of_text("summary", summary), Element::of_text("detail", detail)])])
}

/// Code and summary. Hidden and absent are the same, so that an address says what was not found, and nothing else does.
fn told(problem: &Problem, path: &str) -> (u32, &'static str) {
    let of = kind(path);
    match problem {
        Problem::NotFound => (404_000 + absent(of), "Resource Not Found"),
        Problem::HostUnknown | Problem::TokenRefused(_) => (401_001, "Signin Error"),
        Problem::SessionEnded => (401_002, "Unauthorized Access"),
        Problem::Invalid { code: "invalid_page_number", .. } => (400_006, "Bad Request"),
        Problem::Invalid { code: "invalid_page_size", .. } => (400_007, "Bad Request"),
        Problem::Invalid { code: "invalid_body", .. } => (400_000, "Bad Request"),
        Problem::Invalid { .. } => (400_003, "Bad Request"),
        Problem::Forbidden { code: "same_site", .. } => (403_070, "Forbidden"),
        Problem::Forbidden { .. } => (403_004, "Forbidden"),
        Problem::MethodNotAllowed => (405_000, "Method Not Allowed"),
        Problem::Conflict { .. } => (409_000 + taken(of), "Resource Conflict"),
        other => {
            let status = other.status();
            let summary = status.canonical_reason().unwrap_or("Internal Server Error");
            (u32::from(status.as_u16()) * 1000, summary)
        }
    }
}

/// The last kind of thing that an address names.
fn kind(path: &str) -> &str {
    let kinds = ["sites", "users", "groups", "projects", "workbooks", "views"];
    if path.ends_with("/auth/switchSite") {
        return "sites";
    }
    path.rsplit('/').find(|part| kinds.contains(part)).unwrap_or_default()
}

const fn absent(kind: &str) -> u32 {
    match kind.as_bytes() {
        b"sites" => 0,
        b"users" => 2,
        b"projects" => 5,
        b"workbooks" => 6,
        b"views" => 11,
        b"groups" => 12,
        _ => 3,
    }
}

const fn taken(kind: &str) -> u32 {
    match kind.as_bytes() {
        b"projects" => 6,
        b"groups" => 9,
        b"users" => 17,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_tableau_are_two_and_three() {
        assert!(["/api/2.4/serverInfo", "/api/3.27/none", "/api/3.0"].into_iter().all(is_of_api));
        let others = ["/api/4.0/users", "/api/v1/users", "/api/3/x", "/api/3.x/y", "/api/3.1234/x", "/api/", "/3.1/x"];
        assert!(!others.into_iter().any(is_of_api));
    }

    #[test]
    fn codes_begin_with_the_status_and_say_of_what_kind_it_is() {
        let code = |problem: &Problem, path: &str| told(problem, path).0;
        for (path, expected) in [
            ("/api/3.27/sites/a", 404_000),
            ("/api/3.27/sites/a/users/b", 404_002),
            ("/api/3.27/sites/a/none", 404_000),
            ("/api/3.27/none", 404_003),
            ("/api/3.27/sites/a/groups/b/users/c", 404_002),
            ("/api/3.27/sites/a/views/b/data", 404_011),
        ] {
            assert_eq!(code(&Problem::NotFound, path), expected, "{path}");
        }
        let taken = Problem::Conflict { code: "name_taken", detail: String::new() };
        assert_eq!(code(&taken, "/api/3.27/sites/a/groups"), 409_009);
        assert_eq!(code(&Problem::TooOften(1), "/api/3.27/sites/a/groups"), 429_000);
        assert_eq!(code(&Problem::Internal, "/api/3.27/sites/a/groups"), 500_000);
    }

    #[test]
    fn a_token_is_refused_with_its_code_its_reason_and_the_skew_of_the_clock() {
        let asked = Asked { path: "/api/3.27/auth/signin".to_owned(), form: Form::Json };
        let told = body(&Problem::TokenRefused(TableauRefusal::Expired { ahead: -90 }), &asked).1;
        let told: serde_json::Value = serde_json::from_str(&told).unwrap_or_default();
        let expected = serde_json::json!({"error": {
            "code": "401001", "reason": "token_expired", "clockSkewSeconds": "-90", "summary": "Signin Error",
            "detail": "Error signing in to Tableau Server (10084): `exp` has passed, 90 seconds ago",
        }});
        assert_eq!(told, expected);
    }

    #[test]
    fn an_error_is_told_in_both_forms() {
        let more = [("reason", "token_expired".to_owned())];
        assert_eq!(
            error(Form::Json, 401_001, "Signin Error", "no", &more),
            r#"{"error":{"code":"401001","reason":"token_expired","summary":"Signin Error","detail":"no"}}"#
        );
        assert!(error(Form::Xml, 401_001, "Signin Error", "<no>", &[]).ends_with(
            "<error code=\"401001\"><summary>Signin Error</summary><detail>&lt;no&gt;</detail></error></tsResponse>"
        ));
    }
}
