//! Built files: the SDK for host pages and the fingerprinted assets of Vitrine's own pages.

use crate::assets::{self, Asset};
use crate::callers::Anyone;
use crate::headers::CROSS_ORIGIN_RESOURCE_POLICY;
use crate::path::Named;
use crate::problem::Problem;
use axum::http::HeaderMap;
use axum::http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY,
};
use axum::response::{IntoResponse, Response};

/// `GET /sdk/v1.js`: a script that any host page may load. Its address stays, so it is asked for again after an hour.
pub(super) async fn sdk(_: Anyone) -> Result<Response, Problem> {
    for_host_pages("sdk/v1.js")
}

/// `GET /app/embed.js`: the same for pages that were written for Metabase's.
pub(super) async fn embed(_: Anyone) -> Result<Response, Problem> {
    for_host_pages("sdk/embed.js")
}

/// `GET /javascripts/api/tableau.embedding.3.{version}.js`: the same for pages that were written for Tableau's library. There is
/// one, whichever version its address names.
pub(super) async fn embedding(_: Anyone, Named(file): Named<String>) -> Result<Response, Problem> {
    if is_embedding_library(&file) { for_host_pages("sdk/tableau.js") } else { Err(Problem::NotFound) }
}

/// Whether a file is called like Tableau's library: of its third version, the latest or up to three numbers, perhaps minified.
fn is_embedding_library(file: &str) -> bool {
    let version = file.strip_prefix("tableau.embedding.3.").and_then(|rest| rest.strip_suffix(".js"));
    let version = version.map(|version| version.strip_suffix(".min").unwrap_or(version));
    let is_number = |part: &str| (1..=4).contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit());
    version.is_some_and(|it| it == "latest" || (it.split('.').count() <= 3 && it.split('.').all(is_number)))
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

/// `GET /assets/{file}`: files of one flat folder whose names carry a fingerprint, cacheable for ever. Where the build
/// has put a compressed one beside it, that is given to whoever can read it.
pub(super) async fn asset(_: Anyone, headers: HeaderMap, Named(file): Named<String>) -> Result<Response, Problem> {
    fingerprinted("viewer", &headers, &file)
}

/// `GET /admin/assets/{file}`: the same of the administrators' page, which shares no file with the viewer's.
pub(super) async fn asset_of_administration(
    _: Anyone,
    headers: HeaderMap,
    Named(file): Named<String>,
) -> Result<Response, Problem> {
    fingerprinted("admin", &headers, &file)
}

fn fingerprinted(page: &str, headers: &HeaderMap, file: &str) -> Result<Response, Problem> {
    let plain = file.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let path = plain.then(|| format!("{page}/assets/{file}"));
    let found = path.as_deref().and_then(assets::find);
    let Asset { bytes, media_type } = found.ok_or(Problem::NotFound)?;
    let compressed = path.filter(|_| reads_brotli(headers)).and_then(|path| assets::find(&format!("{path}.br")));
    let headers = [
        (CONTENT_TYPE, media_type.as_str()),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (VARY, "accept-encoding"),
    ];
    match compressed {
        Some(compressed) => Ok((headers, [(CONTENT_ENCODING, "br")], compressed.bytes).into_response()),
        None => Ok((headers, bytes).into_response()),
    }
}

/// Whether the caller names Brotli among the encodings it reads, and does not refuse it.
fn reads_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        parts.next() == Some("br") && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

/// `GET /api/v1/openapi.json`: what there is to ask, the same for everybody.
pub(super) async fn openapi(_: Anyone) -> axum::Json<serde_json::Value> {
    axum::Json(crate::openapi::document())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_library_of_tableaus_hosts_has_many_names() {
        for fine in ["latest.min", "latest", "11", "11.0", "9.1.2.min", "0.3"] {
            assert!(is_embedding_library(&format!("tableau.embedding.3.{fine}.js")), "{fine}");
        }
        for odd in ["", ".min", "latest.max", "1.2.3.4", "1..2", "x", "latest.min.js", "../v1", "12345"] {
            assert!(!is_embedding_library(&format!("tableau.embedding.3.{odd}.js")), "{odd}");
        }
        assert!(!is_embedding_library("tableau.embedding.2.latest.js") && !is_embedding_library("none.js"));
    }

    #[test]
    fn only_who_reads_brotli_gets_it() {
        for (accepted, reads) in [
            ("gzip, deflate, br, zstd", true),
            ("br;q=0.5", true),
            ("br", true),
            ("br;q=0", false),
            ("br; q=0.000, gzip", false),
            ("gzip", false),
            ("brotli", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
            assert_eq!(reads_brotli(&headers), reads, "{accepted}");
        }
        assert!(!reads_brotli(&HeaderMap::new()));
    }
}
