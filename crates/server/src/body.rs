//! Request bodies: JSON of bounded size that has one meaning, read into a type that refuses unknown members.

use crate::problem::Problem;
use axum::body::Bytes;
use axum::body::HttpBody as _;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use http_body_util::{BodyExt, Limited};
use serde::de::DeserializeOwned;

/// The largest body of any route, in bytes.
pub const LARGEST_BODY: usize = 64 * 1024;

/// The body's bytes, at most [`LARGEST_BODY`] of them, declared as `application/json`.
pub struct JsonBytes(pub Bytes);

impl<S: Sync> FromRequest<S> for JsonBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::NotJson);
        }
        let body = Limited::new(request.into_body(), LARGEST_BODY).collect().await;
        body.map(|body| Self(body.to_bytes())).map_err(|_| Problem::TooLarge(LARGEST_BODY))
    }
}

/// The same, or no body at all.
pub struct MaybeJsonBytes(pub Option<Bytes>);

impl<S: Sync> FromRequest<S> for MaybeJsonBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if request.body().is_end_stream() {
            return Ok(Self(None));
        }
        JsonBytes::from_request(request, state).await.map(|JsonBytes(bytes)| Self(Some(bytes)))
    }
}

/// What is said in a form of at most [`LARGEST_BODY`] bytes; empty: it is not declared as one, or is none.
pub struct Form(pub String);

impl<S: Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        if !is_declared(request.headers(), "application/x-www-form-urlencoded") {
            return Ok(Self(String::new()));
        }
        let body = Limited::new(request.into_body(), LARGEST_BODY).collect().await;
        let bytes = body.map_err(|_| Problem::TooLarge(LARGEST_BODY))?.to_bytes();
        Ok(Self(String::from_utf8(bytes.into()).unwrap_or_default()))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    is_declared(headers, "application/json")
}

fn is_declared(headers: &HeaderMap, media_type: &str) -> bool {
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    declared.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(media_type))
}

/// The largest definition, in bytes: as large as a file of definitions.
const LARGEST_DEFINITION: usize = 1_000_000;

/// A definition as JSON, at most a million bytes.
pub struct Definition(pub serde_json::Value);

impl<S: Sync> FromRequest<S> for Definition {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::NotJson);
        }
        let body = Limited::new(request.into_body(), LARGEST_DEFINITION).collect().await;
        let bytes = body.map_err(|_| Problem::TooLarge(LARGEST_DEFINITION))?.to_bytes();
        parse(&bytes).map(Self)
    }
}

/// The same, or no body at all, which is an object without members.
pub struct MaybeDefinition(pub serde_json::Value);

impl<S: Sync> FromRequest<S> for MaybeDefinition {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if request.body().is_end_stream() {
            return Ok(Self(serde_json::json!({})));
        }
        Definition::from_request(request, state).await.map(|Definition(body)| Self(body))
    }
}

/// A JSON body of type `T`. Everything else is 400 and names the member.
pub struct Json<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let JsonBytes(bytes) = JsonBytes::from_request(request, state).await?;
        read(&bytes).map(Self)
    }
}

fn parse(bytes: &[u8]) -> Result<serde_json::Value, Problem> {
    dialect::strict_json::parse(bytes)
        .map_err(|error| Problem::Invalid { code: "invalid_json", detail: format!("the body is not valid: {error}") })
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    of_json(parse(bytes)?)
}

/// Reads what was sent into a type, and names what is wrong with it.
pub fn of_json<T: DeserializeOwned>(document: serde_json::Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(document).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.inner().to_string());
        let field = if path == "." { "body".to_owned() } else { path };
        Problem::Invalid { code: "invalid_member", detail: format!("`{}`: {}", short(&field), short(&inner)) }
    })
}

fn short(text: &str) -> String {
    text.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::query::Query;

    #[test]
    fn errors_name_the_member() {
        let detail = |body: &str| read::<Query>(body.as_bytes()).map(|_| ()).map_err(|problem| problem.to_string());
        assert_eq!(detail(r#"{"explore": "a.b", "fields": []}"#), Ok(()));
        assert_eq!(
            detail(r#"{"explore": "a.b", "fields": [], "sql": "x"}"#)
                .map_err(|e| e.starts_with("`sql`: unknown field `sql`")),
            Err(true)
        );
        assert_eq!(
            detail(r#"{"explore": "a", "fields": []}"#),
            Err("`explore`: `a` is not an explore: expected `model.explore`".into())
        );
        assert_eq!(
            detail(r#"{"explore": "a.b", "fields": [], "filters": [{"field": "f", "operator": "like"}]}"#)
                .map_err(|e| e.starts_with("`filters[0].operator`: unknown variant")),
            Err(true)
        );
        assert_eq!(
            detail(r#"{"a": 1, "a": 1}"#),
            Err("the body is not valid: a member is given twice, at line 1 column 16".into())
        );
    }
}
