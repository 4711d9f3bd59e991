//! One id for each request: in its log lines, in its audit events, in the answer's `x-request-id` and in problems.

use axum::extract::{FromRequestParts, Request};
use axum::http::HeaderValue;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use std::convert::Infallible;

/// The id of one request: 32 hexadecimal digits, ordered by time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrelationId(pub String);

impl<S: Sync> FromRequestParts<S> for CorrelationId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(Self::new))
    }
}

impl CorrelationId {
    fn new() -> Self {
        Self(uuid::Uuid::now_v7().simple().to_string())
    }
}

/// Gives the request its id and the answer its header. What a caller sends under that name is ignored.
pub async fn correlate(mut request: Request, next: Next) -> Response {
    let id = CorrelationId::new();
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert("x-request-id", value);
    }
    response.extensions_mut().insert(id);
    response
}
