//! Vitrine's own pages. That in the frame: static, the same whether the workbook exists or not, framed only by its key's
//! origins; where whoever has logged in looks at one, by those of the identity provider in its address. That of
//! administrators: static, framed by nobody.

use crate::app::App;
use crate::assets;
use crate::callers::Anyone;
use crate::framing;
use crate::problem::Problem;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse, Response};
use model::access::EmbedKey;
use model::dialect::Dialect;
use model::name::ClientId;
use serde::Deserialize;
use std::collections::BTreeSet;

/// What the address says besides its path.
#[derive(Deserialize)]
pub(super) struct Address {
    /// The client id: public.
    #[serde(default)]
    key: String,
}

/// `GET /`: where whoever has logged in finds what is theirs, and whoever has not logs in.
pub(super) async fn home(_: Anyone) -> Response {
    (StatusCode::FOUND, [(LOCATION, "/admin")]).into_response()
}

/// `GET /e/{workbook}?key={client id}`
pub(super) async fn workbook(
    caller: Anyone,
    app: State<App>,
    address: Result<Query<Address>, QueryRejection>,
) -> Result<Response, Problem> {
    page(caller, app, address).await
}

/// `GET /e/{workbook}/{page}?key={client id}`
pub(super) async fn page(
    _: Anyone,
    State(app): State<App>,
    address: Result<Query<Address>, QueryRejection>,
) -> Result<Response, Problem> {
    let client_id = address.map(|Query(address)| address.key).unwrap_or_default();
    page_for(&origins(&app, &client_id).await?, None)
}

/// The page, framed by these origins only. A page that takes its token out of its address keeps the key's client id
/// there, so that it is still framed after a reload.
pub(super) fn page_for(origins: &BTreeSet<String>, key: Option<&ClientId>) -> Result<Response, Problem> {
    let asset = assets::find("viewer/index.html").ok_or(Problem::Unavailable)?;
    let html = String::from_utf8_lossy(&asset.bytes).replace(PLACEHOLDER, &meta(origins, key));
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), (CONTENT_SECURITY_POLICY, policy(origins))];
    Ok((headers, html).into_response())
}

/// The page for an address that names a key: framed by that key's origins, or by nobody.
pub(super) fn page_of(key: Option<&EmbedKey>) -> Result<Response, Problem> {
    match key {
        Some(key) => page_for(&key.ceiling.origins, Some(&key.client_id)),
        None => page_for(&BTreeSet::new(), None),
    }
}

/// What the address of a page of the application says besides its path.
#[derive(Deserialize)]
pub(super) struct InFrame {
    /// The identity provider whose hosts have it in a frame.
    pub(super) provider: Option<String>,
}

/// `GET /workbooks/{workbook}[?provider={provider}]`, and a page of it: the same page for whoever has logged in, framed by
/// the origins of the provider that its address names, or by nobody.
pub(super) async fn application(
    _: Anyone,
    State(app): State<App>,
    address: Result<Query<InFrame>, QueryRejection>,
) -> Result<Response, Problem> {
    let named = address.ok().and_then(|Query(address)| address.provider);
    let Some(provider) = named else { return page_for(&BTreeSet::new(), None) };
    page_for(&framing::origins(app.organization_now().await?.as_ref(), &provider), None)
}

/// `GET /admin`, and whatever lies below it, and the pages of whoever logs in: one page, which reads its address itself.
pub(super) async fn administration(_: Anyone) -> Result<Response, Problem> {
    let asset = assets::find("admin/index.html").ok_or(Problem::Unavailable)?;
    let headers = [(CONTENT_TYPE, asset.media_type), (CONTENT_SECURITY_POLICY, policy(&BTreeSet::new()))];
    Ok((headers, asset.bytes).into_response())
}

const PLACEHOLDER: &str = "<!--vitrine-origins-->";

/// The origins of an enabled key's ceiling; of an unknown one, none.
async fn origins(app: &App, client_id: &str) -> Result<BTreeSet<String>, Problem> {
    let organization = app.organization_now().await?;
    let key = organization.key(Dialect::Vitrine, client_id).map(|(_, key)| key.ceiling.origins.clone());
    Ok(key.unwrap_or_default())
}

/// Origins and client ids are validated when a key is applied and hold none of `"`, `<`, `>`, `;` or blanks.
fn meta(origins: &BTreeSet<String>, key: Option<&ClientId>) -> String {
    let key = key.map(|key| format!("<meta name=\"vitrine-key\" content=\"{key}\">")).unwrap_or_default();
    format!("<meta name=\"vitrine-origins\" content=\"{}\">{key}", joined(origins))
}

fn joined(origins: &BTreeSet<String>) -> String {
    origins.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn policy(origins: &BTreeSet<String>) -> String {
    let ancestors = if origins.is_empty() { "'none'".to_owned() } else { joined(origins) };
    format!("{PAGE_POLICY}; frame-ancestors {ancestors}")
}

const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    require-trusted-types-for 'script'; trusted-types svelte-trusted-html";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_for_the_origins_of_the_key_or_for_nobody() {
        let origins = BTreeSet::from(["https://*.acme.example".to_owned(), "http://localhost:8090".to_owned()]);
        assert!(policy(&origins).ends_with("; frame-ancestors http://localhost:8090 https://*.acme.example"));
        assert!(policy(&BTreeSet::new()).ends_with("; frame-ancestors 'none'"));
    }
}
