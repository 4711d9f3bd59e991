//! Built files: the SDK for host pages and the fingerprinted assets of Vitrine's own pages.

use crate::assets::{self, Asset};
use crate::callers::Anyone;
use crate::headers::CROSS_ORIGIN_RESOURCE_POLICY;
use crate::path::Named;
use crate::problem::Problem;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

/// `GET /sdk/v1.js`: a script that any host page may load. Its address stays, so it is asked for again after an hour.
pub(super) async fn sdk(_: Anyone) -> Result<Response, Problem> {
    for_host_pages("sdk/v1.js")
}

/// `GET /app/embed.js`: the same for pages that were written for Metabase's.
pub(super) async fn embed(_: Anyone) -> Result<Response, Problem> {
    for_host_pages("sdk/embed.js")
}

fn for_host_pages(path: &str) -> Result<Response, Problem> {
    let Asset { bytes, media_type } = assets::find(path).ok_or(Problem::NotFound)?;
    let headers = [
        (CONTENT_TYPE, media_type.as_str()),
        (CACHE_CONTROL, "public, max-age=3600"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin"),
    ];
    Ok((headers, bytes).into_response())
}

/// `GET /assets/{file}`: files of one flat folder whose names carry a fingerprint, cacheable for ever.
pub(super) async fn asset(_: Anyone, Named(file): Named<String>) -> Result<Response, Problem> {
    let plain = file.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let path = plain.then(|| format!("viewer/assets/{file}"));
    let Asset { bytes, media_type } = path.and_then(|path| assets::find(&path)).ok_or(Problem::NotFound)?;
    let headers = [(CONTENT_TYPE, media_type.as_str()), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, bytes).into_response())
}

/// `GET /api/v1/openapi.json`: what there is to ask, the same for everybody.
pub(super) async fn openapi(_: Anyone) -> axum::Json<serde_json::Value> {
    axum::Json(crate::openapi::document())
}
