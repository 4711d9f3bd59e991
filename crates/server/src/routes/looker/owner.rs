//! Embeds in which the owner of an API credential looks: a program has had the session opened, and its address lets in once.

use super::login::{self, sent_on};
use super::{address, refusal};
use crate::app::App;
use crate::callers::Exchanging;
use crate::problem::Problem;
use authz::Facts;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use chrono::Duration;
use dialect::looker;
use model::dialect::Dialect;
use model::name::KeyId;
use store::TokenHash;
use store::redeem::{Redeem, Redemption};

/// `GET /login/embed/{target}?embed_authentication_token=…`, where the target names no session: the token is used up, and the
/// browser sent on with a code that its page exchanges, as after the login of a signed address.
pub(super) async fn log_in(app: &App, caller: &Exchanging, target: &str, token: &str) -> Result<Response, Problem> {
    let organization = app.organization_now().await?;
    let search = target.split_once('?').map_or("", |(_, search)| search);
    let key = address::key(&organization, search);
    let key = key.and_then(|key| organization.key(Dialect::Looker, key.client_id.as_str()).map(|(id, _)| id.clone()));
    if let Some(key) = &key {
        caller.with_key(app, key, &organization).await?;
    }
    let key = key.unwrap_or_else(|| KeyId::new(""));
    let now = app.clock.now();
    let redeem = Redeem { code: TokenHash::of(token), key: &key, handle: None, replaces: None, now };
    let of_owner = |facts: &Facts| facts.opened_with.as_ref().map(|_| ()).ok_or(OF_NO_OWNER);
    match app.store.redeem(redeem, of_owner).await? {
        Redemption::Opened(redeemed) => {
            let (session, code) = (&redeemed.facts.session, store::new_code()?);
            let until = now + Duration::seconds(login::CODE_SECONDS);
            app.store.give_code(session, &key, TokenHash::of(code.expose()), until).await?;
            let cookie = login::cookie(app, &redeemed.facts).await?;
            let mut response = sent_on(&format!("{}#{}", login::in_ascii(target), code.expose()))?;
            response.headers_mut().extend(cookie.map(|cookie| (SET_COOKIE, cookie)));
            Ok(response)
        }
        Redemption::Refused(refused) => {
            let problem = match refused.reason {
                OF_NO_OWNER | "code_of_other_key" => refusal::no_navigation(),
                _ => refusal::token(),
            };
            login::refuse(app, caller, refused.reason, problem).await
        }
    }
}

/// Why a token is refused that is of a session without cookies.
const OF_NO_OWNER: &str = "code_of_other_session";

/// An address here that lets somebody in with a token, once.
pub(in crate::routes) fn address(app: &App, target: &str, token: &str) -> String {
    let (origin, path) = (app.origin_of_embeds(), looker::login_path(target));
    format!("{origin}{path}?{}={token}", super::cookieless::AUTHENTICATION_TOKEN)
}
