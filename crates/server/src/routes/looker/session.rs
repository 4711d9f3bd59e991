//! The page exchanges for a handle what the login gave it: a code, once, whatever comes of it; or, in frames that come later, the
//! cookie, if the page says of which session it is.

use super::shown::{Shown, shown};
use super::{address, refusal};
use crate::app::App;
use crate::audit::{self, Refusal};
use crate::body::Json;
use crate::callers::{Exchanging, by_handle, by_token};
use crate::problem::Problem;
use crate::routes::redeem::comes_from;
use authz::{Facts, origin_admitted};
use axum::extract::State;
use model::dialect::Dialect;
use model::enforcement::{Point, enforced};
use model::name::{IssuerId, KeyId, SessionId};
use model::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use store::redeem::{Redeem, Redemption};
use store::session_tokens::{Purpose, SessionToken};
use store::{Secret, TokenHash, new_handle, new_session_token};

const ROUTE: &str = "/api/v1/looker/sessions";

/// What the page sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    /// What stood behind the `#`; without it, the cookie counts.
    code: Option<String>,
    /// The session of which a page without a code says that it is.
    session: Option<SessionId>,
    /// The path and the search of the address.
    address: String,
    /// The origin of the page around it, if the browser says.
    #[serde(default)]
    parent_origin: String,
}

/// What it gets.
#[derive(Serialize)]
pub(super) struct Opened {
    handle: String,
    session: SessionId,
    expires_in: i64,
    #[serde(flatten)]
    shown: Shown,
}

/// Something to ask with, and what is pinned in its session.
struct Given {
    handle: Secret,
    facts: Facts,
}

/// `POST /api/v1/looker/sessions`
pub(super) async fn open(
    caller: Exchanging,
    State(app): State<App>,
    Json(request): Json<Request>,
) -> Result<axum::Json<Opened>, Problem> {
    comes_from(&app, &caller, app.origin_of_embeds(), ROUTE).await?;
    let (given, resumed) = match &request.code {
        Some(code) => {
            let given = by_code(&app, &caller, code, &request).await?;
            let resumed = by_handle(&app, TokenHash::of(given.handle.expose())).await?;
            (given, resumed)
        }
        None => {
            let given = by_cookie(&app, &caller, &request).await?;
            let resumed = by_token(&app, TokenHash::of(given.handle.expose()), Purpose::Access).await?;
            (given, resumed)
        }
    };
    let found = match resumed {
        Ok((principal, organization)) => shown(&principal, &organization, &request.address),
        Err(_) => Err(refusal::not_found()),
    };
    let found = match found {
        Ok(found) => found,
        Err(refused) => {
            // A session that was just opened for nothing else is over.
            if request.code.is_some() {
                // That of the owner of a credential has no issuer.
                let issuer = given.facts.issuer.clone().unwrap_or_else(|| IssuerId::new(""));
                app.store.end_session(&given.facts.session, &issuer, "shows nothing", app.clock.now()).await?;
            }
            return Err(refused);
        }
    };
    let expires_in = (given.facts.expires_at - app.clock.now()).num_seconds().max(0);
    let handle = given.handle.expose().to_owned();
    Ok(axum::Json(Opened { handle, session: given.facts.session, expires_in, shown: found }))
}

/// The session of a code, which is burnt.
async fn by_code(app: &App, caller: &Exchanging, code: &str, request: &Request) -> Result<Given, Problem> {
    let organization = app.organization_now().await?;
    let search = request.address.split_once('?').map_or("", |(_, search)| search);
    let key =
        address::key(&organization, search).and_then(|key| organization.key(Dialect::Looker, key.client_id.as_str()));
    let key = key.map_or_else(|| KeyId::new(""), |(id, _)| id.clone());
    let handle = new_handle()?;
    let redeem = Redeem {
        code: TokenHash::of(code),
        key: &key,
        handle: Some(TokenHash::of(handle.expose())),
        replaces: None,
        now: app.clock.now(),
    };
    let check = |facts: &Facts| expect_parent(facts, &organization.snapshot, &request.parent_origin);
    match app.store.redeem(redeem, check).await? {
        Redemption::Opened(redeemed) => {
            audit::handle_given(app, &caller.correlation, &redeemed.facts, "code_redeemed").await?;
            Ok(Given { handle, facts: redeemed.facts })
        }
        Redemption::Refused(refused) => {
            let refusal = Refusal { route: ROUTE.to_owned(), kind: refused.reason, session: refused.session };
            audit::refuse(app, &caller.correlation, refusal).await?;
            Err(Problem::CodeRefused)
        }
    }
}

/// The session of the cookie, if it is the one of which the page says that it is.
async fn by_cookie(app: &App, caller: &Exchanging, request: &Request) -> Result<Given, Problem> {
    let cookie = app.embed_cookie.as_ref().and_then(|cookie| cookie.shown(caller.headers()));
    let resumed = match cookie {
        Some(cookie) => by_token(app, cookie, Purpose::Cookie).await?,
        None => Err(("no_handle", None)),
    };
    let judged = resumed.and_then(|(principal, organization)| {
        let (facts, session) = (principal.facts(), principal.session());
        let said = request.session.as_ref();
        if said != Some(session) && enforced(Point::PageSession) {
            return Err(("page_of_other_session", Some(session.clone())));
        }
        let admitted = expect_parent(facts, &organization.snapshot, &request.parent_origin);
        admitted.map(|()| facts.clone()).map_err(|reason| (reason, Some(session.clone())))
    });
    let facts = match judged {
        Ok(facts) => facts,
        Err((kind, session)) => {
            audit::refuse(app, &caller.correlation, Refusal { route: ROUTE.to_owned(), kind, session }).await?;
            return Err(Problem::SessionEnded);
        }
    };
    let handle = new_session_token()?;
    let hash = TokenHash::of(handle.expose());
    let token = SessionToken { hash, purpose: Purpose::Access, expires_at: facts.expires_at };
    if !app.store.give_tokens(&facts.session, &[token], app.clock.now()).await? {
        return Err(Problem::SessionEnded);
    }
    audit::handle_given(app, &caller.correlation, &facts, "cookie_exchanged").await?;
    Ok(Given { handle, facts })
}

fn expect_parent(facts: &Facts, snapshot: &Snapshot, parent: &str) -> Result<(), &'static str> {
    let admitted = match facts.framed_by() {
        Some(id) => {
            let key = snapshot.keys.get(id).filter(|key| !key.disabled).ok_or("key_disabled")?;
            origin_admitted(&key.ceiling, parent)
        }
        None => parent.is_empty(),
    };
    if admitted || !enforced(Point::OriginCheck) { Ok(()) } else { Err("parent_not_admitted") }
}
