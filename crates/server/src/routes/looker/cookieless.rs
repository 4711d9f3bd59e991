//! Sessions without cookies: the host's back end acquires one, and a frame shows what the host's page has been given of it.

use super::login::{self, sent_on, with_key};
use super::{address, owner, refusal};
use crate::app::App;
use crate::audit;
use crate::callers::{Exchanging, by_token};
use crate::problem::Problem;
use authz::Facts;
use axum::response::Response;
use dialect::looker;
use store::TokenHash;
use store::redeem::{Redeem, Redemption};
use store::session_tokens::Purpose;

/// The parameter of the first frame's address. It counts once.
pub(super) const AUTHENTICATION_TOKEN: &str = "embed_authentication_token";

/// `GET /login/embed/{target}?embed_authentication_token=…`: the first frame. What it gets to ask with comes from the page
/// around it.
pub(super) async fn log_in(app: &App, caller: &Exchanging, path: &str, token: &str) -> Result<Response, Problem> {
    let target = match looker::target(path) {
        Ok(target) if address::is_served(&target) => target,
        Ok(_) => return login::refuse(app, caller, "malformed_token", refusal::not_served()).await,
        Err(refused) => return login::refuse(app, caller, "malformed_token", refusal::refused(&refused)).await,
    };
    let search = target.split_once('?').map_or("", |(_, search)| search);
    let Some(navigation) = address::navigation_token(search) else {
        return owner::log_in(app, caller, &target, token).await;
    };
    let (principal, organization) = match by_token(app, navigation, Purpose::Navigation).await? {
        Ok(named) => named,
        Err((kind, _)) => return login::refuse(app, caller, kind, refusal::token()).await,
    };
    let key = principal.facts().key.as_ref().and_then(|id| Some((id, organization.snapshot.keys.get(id)?)));
    let Some((id, key)) = key.filter(|(_, key)| !key.disabled) else {
        return login::refuse(app, caller, "key_disabled", refusal::token()).await;
    };
    caller.with_key(app, id, &organization).await?;
    let redeem = Redeem { code: TokenHash::of(token), key: id, handle: None, replaces: None, now: app.clock.now() };
    let same = |facts: &Facts| {
        if facts.session == *principal.session() { Ok(()) } else { Err("code_of_other_session") }
    };
    match app.store.redeem(redeem, same).await? {
        Redemption::Opened(redeemed) => {
            audit::handle_given(app, &caller.correlation, &redeemed.facts, "code_redeemed").await?;
            sent_on(&with_key(&target, key.client_id.as_str()))
        }
        Redemption::Refused(refused) => login::refuse(app, caller, refused.reason, refusal::token()).await,
    }
}
