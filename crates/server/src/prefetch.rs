//! What browsers fetch before somebody goes there.

use axum::http::HeaderMap;

/// Whether a browser asks for a page in advance: nothing may come of it.
#[must_use]
pub fn is_prefetch(headers: &HeaderMap) -> bool {
    let says = |name: &str| {
        headers.get_all(name).iter().any(|value| value.to_str().is_ok_and(|text| text.contains("prefetch")))
    };
    says("sec-purpose") || says("purpose") || says("x-moz")
}
