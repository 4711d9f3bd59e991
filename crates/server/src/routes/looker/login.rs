//! `GET /login/embed/{target}?…`: somebody comes with a signed address.

use super::{address, cookieless, refusal};
use crate::app::App;
use crate::audit::{self, Refusal};
use crate::callers::Exchanging;
use crate::opening;
use crate::organization::Organization;
use crate::prefetch::is_prefetch;
use crate::problem::Problem;
use authz::Facts;
use axum::extract::{OriginalUri, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use chrono::Duration;
use dialect::looker::{SignedEmbed, SignedUrl};
use model::access::{EmbedKey, SignatureHash};
use model::dialect::Dialect;
use model::name::KeyId;
use store::TokenHash;
use store::session_tokens::{Purpose, SessionToken};
use store::sessions::Credential;
use url::{Url, form_urlencoded};

const ROUTE: &str = "/login/embed/{target}";

/// How long the browser may take to the page, in seconds.
pub(super) const CODE_SECONDS: i64 = 60;

/// The parameter by which the page is framed by the origins of the key.
pub(super) const KEY: &str = "embed_key";

/// Opens the session, and sends the browser on.
pub(super) async fn log_in(
    caller: Exchanging,
    State(app): State<App>,
    method: Method,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    if method == Method::HEAD {
        return Err(Problem::MethodNotAllowed);
    }
    // What a browser fetches before somebody goes there must use nothing up.
    if is_prefetch(caller.headers()) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let search = uri.query().unwrap_or_default();
    if let Some(token) = address::parameter(search, cookieless::AUTHENTICATION_TOKEN) {
        return cookieless::log_in(&app, &caller, uri.path(), &token).await;
    }
    let url = match SignedUrl::parse(uri.path(), search) {
        Ok(url) => url,
        Err(refused) => return refuse(&app, &caller, "malformed_token", refusal::refused(&refused)).await,
    };
    let organization = app.organization_now().await?;
    let signed = match url.verify(&host(&app), secrets(&organization)) {
        Ok(signed) => signed,
        Err(refused) => return refuse(&app, &caller, refused.code(), refusal::unverified()).await,
    };
    caller.with_key(&app, signed.key().id(), &organization).await?;
    match open(&app, &organization, &signed).await {
        Ok((key, code, cookie)) => {
            let location = format!("{}#{code}", with_key(signed.target(), key.client_id.as_str()));
            let mut response = sent_on(&location)?;
            response.headers_mut().extend(cookie.map(|cookie| (SET_COOKIE, cookie)));
            Ok(response)
        }
        Err(problem) => refuse(&app, &caller, problem.code(), problem).await,
    }
}

/// The browser goes on to an address.
pub(super) fn sent_on(location: &str) -> Result<Response, Problem> {
    let location = HeaderValue::from_str(location).map_err(|_| refusal::not_found())?;
    Ok((StatusCode::FOUND, [(LOCATION, location)]).into_response())
}

pub(super) async fn refuse(
    app: &App,
    caller: &Exchanging,
    kind: &'static str,
    problem: Problem,
) -> Result<Response, Problem> {
    let refusal = Refusal { route: ROUTE.to_owned(), kind, session: None };
    audit::refuse(app, &caller.correlation, refusal).await?;
    Err(problem)
}

/// The host that hosts sign, with its port unless it is the usual one.
pub(in crate::routes) fn host(app: &App) -> String {
    let url = Url::parse(app.origin_of_embeds()).ok();
    let host = url.as_ref().and_then(|url| Some((url.host_str()?, url.port())));
    host.map_or_else(String::new, |(host, port)| port.map_or(host.to_owned(), |port| format!("{host}:{port}")))
}

/// No key is named, so that each secret of the dialect is tried.
fn secrets(organization: &Organization) -> impl Iterator<Item = (&KeyId, SignatureHash, &[u8])> {
    let hash = |id: &KeyId| organization.snapshot.keys.get(id).map(|key| key.signature_hash).unwrap_or_default();
    organization.secrets_in(Dialect::Looker).map(move |(id, secret)| (id, hash(id), secret))
}

/// A session with a one-time code, and with a cookie for frames that come later, where browsers keep one.
async fn open<'a>(
    app: &App,
    organization: &'a Organization,
    signed: &SignedEmbed,
) -> Result<(&'a EmbedKey, String, Option<HeaderValue>), Problem> {
    let now = app.clock.now();
    let key = organization.snapshot.keys.get(signed.key().id()).ok_or_else(refusal::unverified)?;
    let assertion = signed.assertion(key, now).map_err(|refused| refusal::refused(&refused))?;
    if !address::is_served(signed.target()) {
        return Err(refusal::not_served());
    }
    let code = store::new_code()?;
    let expires_at = now + Duration::seconds(CODE_SECONDS);
    let credential = Credential::Code { hash: TokenHash::of(code.expose()), expires_at };
    let opened = opening::open(app, &assertion, credential).await.map_err(refusal::not_opened)?;
    let cookie = cookie(app, &opened.session.facts).await?;
    Ok((key, code.expose().to_owned(), cookie))
}

/// The cookie of a session.
pub(super) async fn cookie(app: &App, facts: &Facts) -> Result<Option<HeaderValue>, Problem> {
    let Some(cookie) = &app.embed_cookie else { return Ok(None) };
    let value = cookie.new_value()?;
    let hash = TokenHash::of(value.expose());
    let token = SessionToken { hash, purpose: Purpose::Cookie, expires_at: facts.expires_at };
    app.store.give_tokens(&facts.session, &[token], app.clock.now()).await?;
    Ok(cookie.kept(value.expose()))
}

/// The target with the key's client id, which is public.
pub(in crate::routes) fn with_key(target: &str, client_id: &str) -> String {
    let target = target.split('#').next().unwrap_or_default();
    let mark = if target.contains('?') { '&' } else { '?' };
    let key: String = form_urlencoded::byte_serialize(client_id.as_bytes()).collect();
    format!("{}{mark}{KEY}={key}", in_ascii(target))
}

/// What hosts write as it is, and browsers escape.
pub(super) fn in_ascii(target: &str) -> String {
    percent_encoding::utf8_percent_encode(target, percent_encoding::CONTROLS).to_string().replace(' ', "%20")
}
