//! Pages of guest embeds and public links. Static: what they show they ask for with the credential in their address.

use crate::app::App;
use crate::callers::Anyone;
use crate::organization::Organization;
use crate::problem::Problem;
use crate::routes::document;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use dialect::jwt::Token;
use model::dialect::Dialect;
use std::collections::BTreeSet;

/// Ends of addresses that ask for a file.
const FILES: [&str; 3] = ["csv", "xlsx", "json"];

/// `GET /embed/dashboard/{token}`
pub(super) async fn dashboard(
    _: Anyone,
    State(app): State<App>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    guest_page(&app, &token).await
}

/// `GET /embed/question/{token}`; `…/{token}.csv` and the like are files of the API.
pub(super) async fn question(
    _: Anyone,
    State(app): State<App>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    match token.rsplit_once('.').filter(|(_, end)| FILES.contains(end)) {
        None => guest_page(&app, &token).await,
        Some((token, file)) => {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || ['-', '_', '.', '='].contains(&c);
            if !token.chars().all(is_plain) {
                return Err(Problem::NotFound);
            }
            let search = query.map(|query| format!("?{query}")).unwrap_or_default();
            let address = format!("/api/embed/card/{token}/query/{file}{search}");
            Ok((StatusCode::FOUND, [(LOCATION, address)]).into_response())
        }
    }
}

/// `GET /public/dashboard/{link}` and `GET /public/question/{link}`: the same for every link, known or not.
pub(super) async fn public(_: Anyone, State(app): State<App>) -> Result<Response, Problem> {
    let organization = app.organization_now().await?;
    document::page_for(&organization.snapshot.organization.allowed_origins, None)
}

async fn guest_page(app: &App, token: &str) -> Result<Response, Problem> {
    let organization = app.organization_now().await?;
    document::page_for(&origins(&organization, token), None)
}

/// The origins of the key that has signed the token, whether or not it still counts: a page that has expired can say so.
fn origins(organization: &Organization, token: &str) -> BTreeSet<String> {
    let signed = Token::parse(token).and_then(|token| token.verify(organization.secrets_in(Dialect::Metabase)));
    let key = signed.ok().and_then(|signed| organization.snapshot.keys.get(signed.key().id()).cloned());
    key.map(|key| key.ceiling.origins).unwrap_or_default()
}
