//! Sessions without cookies. The host's back end acquires one and has its page hand tokens to the frame, again and again: when it
//! stops, the frame's come to their end.

use super::{Said, Signing, mandated, said, unfit_for};
use crate::app::App;
use crate::audit;
use crate::body::{Definition, of_json};
use crate::callers::{Program, by_token};
use crate::opening;
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::looker::not_opened;
use authz::{Facts, Principal};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use store::session_tokens::{Purpose, SessionToken};
use store::sessions::Credential;
use store::{TokenHash, new_code, new_session_token};

/// How long the first frame may take to come, in seconds.
const FIRST_FRAME: TimeDelta = TimeDelta::seconds(30);

/// How long tokens of frames count, in seconds.
const FRAMES: TimeDelta = TimeDelta::seconds(600);

/// What a session without cookies is known by.
#[derive(Default, Serialize)]
pub(crate) struct Tokens {
    #[serde(skip_serializing_if = "Option::is_none")]
    authentication_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authentication_token_ttl: Option<i64>,
    navigation_token: Option<String>,
    navigation_token_ttl: Option<i64>,
    api_token: Option<String>,
    api_token_ttl: Option<i64>,
    session_reference_token: Option<String>,
    session_reference_token_ttl: i64,
}

#[derive(Deserialize)]
struct Wanted {
    session_reference_token: Option<String>,
    #[serde(flatten)]
    said: Said,
}

/// Where the first frame might go: it says so itself.
const ANYWHERE: &str = "/embed/dashboards/any";

/// `POST /api/4.0/embed/cookieless_session/acquire`: opens a session, or lets the first frame of one that is open come again.
pub(crate) async fn acquire(
    caller: Program,
    State(app): State<App>,
    Definition(body): Definition,
) -> Result<Json<Tokens>, Problem> {
    let wanted: Wanted = said(body, &["session_reference_token"])?;
    let signing = Signing::with(&app, &caller.viewer, None).await?;
    signing.expect_domain(wanted.said.embed_domain.as_deref())?;
    let address = signing.address(&app, ANYWHERE, &wanted.said)?;
    let read = signing.read(&app, &address)?;
    let now = app.clock.now();
    let assertion = read.assertion(&signing.key, now).map_err(|refused| unfit_for(&refused))?;
    let code = new_code()?;
    let once = SessionCode { hash: TokenHash::of(code.expose()), expires_at: now + FIRST_FRAME };
    let (facts, reference) = match again(&app, &wanted, &signing).await? {
        Some((facts, reference)) => {
            app.store.give_code(&facts.session, &signing.id, once.hash, once.expires_at).await?;
            (facts, reference)
        }
        None => {
            let credential = Credential::Code { hash: once.hash, expires_at: once.expires_at };
            let opened = opening::open(&app, &assertion, credential).await.map_err(not_opened)?;
            let facts = opened.session.facts;
            let reference = given(&app, &facts, Purpose::Reference, facts.expires_at, now).await?;
            (facts, reference)
        }
    };
    let resource = format!("session/{}", facts.session);
    let event =
        audit::administering(&app, &caller.viewer, &signing.matter, &resource, "session_acquired", &signing.mandate);
    app.store.record(event).await?;
    let mut tokens = of_frames(&app, &facts, reference).await?;
    tokens.authentication_token = Some(code.expose().to_owned());
    tokens.authentication_token_ttl = Some(FIRST_FRAME.num_seconds());
    Ok(Json(tokens))
}

struct SessionCode {
    hash: TokenHash,
    expires_at: DateTime<Utc>,
}

/// The session that a host has already, if it is open and the same person's.
async fn again(app: &App, wanted: &Wanted, signing: &Signing) -> Result<Option<(Facts, String)>, Problem> {
    let Some(reference) = &wanted.session_reference_token else { return Ok(None) };
    let Some(principal) = referred(app, reference).await? else { return Ok(None) };
    let facts = principal.facts();
    let subject = wanted.said.external_user_id.as_ref().map(|id| id.as_str().map_or(id.to_string(), str::to_owned));
    if facts.key.as_ref() != Some(&signing.id) || facts.subject != subject {
        return Err(Problem::NotFound);
    }
    Ok(Some((facts.clone(), reference.clone())))
}

/// Whoever is in the session that a host's back end knows by this.
async fn referred(app: &App, reference: &str) -> Result<Option<Principal>, Problem> {
    let found = by_token(app, TokenHash::of(reference), Purpose::Reference).await?;
    Ok(found.ok().map(|(principal, _)| principal))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spent {
    session_reference_token: String,
    navigation_token: Option<String>,
    api_token: Option<String>,
}

/// `PUT /api/4.0/embed/cookieless_session/generate_tokens`: new tokens for the frames of an open session.
pub(crate) async fn renew(
    caller: Program,
    State(app): State<App>,
    Definition(body): Definition,
) -> Result<Json<Tokens>, Problem> {
    let spent: Spent = of_json(body)?;
    let (_, matter, mandate) = mandated(&app, &caller.viewer).await?;
    let Some(principal) = referred(&app, &spent.session_reference_token).await? else {
        return Ok(Json(Tokens::default()));
    };
    let facts = principal.facts();
    for (token, purpose) in [(&spent.navigation_token, Purpose::Navigation), (&spent.api_token, Purpose::Access)] {
        let of_session = match token {
            Some(token) => app.store.was_token_of(TokenHash::of(token), purpose, &facts.session).await?,
            None => false,
        };
        if !of_session {
            let detail = "Invalid input tokens provided".to_owned();
            return Err(Problem::Invalid { code: "invalid_parameter", detail });
        }
    }
    let resource = format!("session/{}", facts.session);
    app.store.record(audit::administering(&app, &caller.viewer, &matter, &resource, "tokens_given", &mandate)).await?;
    of_frames(&app, facts, spent.session_reference_token).await.map(Json)
}

/// `DELETE /api/4.0/embed/cookieless_session/{session_reference_token}`: ends a session, at once and in every frame.
pub(crate) async fn end(
    caller: Program,
    State(app): State<App>,
    Named(reference): Named<String>,
) -> Result<StatusCode, Problem> {
    let (_, matter, mandate) = mandated(&app, &caller.viewer).await?;
    let principal = referred(&app, &reference).await?.ok_or(Problem::NotFound)?;
    let session = principal.session();
    let resource = format!("session/{session}");
    let event = audit::administering(&app, &caller.viewer, &matter, &resource, "session_ended", &mandate);
    let ended = app.store.end_session_called(session, "ended by the host", event).await?;
    if ended { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::NotFound) }
}

/// New tokens for frames of a session.
async fn of_frames(app: &App, facts: &Facts, reference: String) -> Result<Tokens, Problem> {
    let now = app.clock.now();
    let until = facts.expires_at.min(now + FRAMES);
    let seconds = (until - now).num_seconds();
    Ok(Tokens {
        navigation_token: Some(given(app, facts, Purpose::Navigation, until, now).await?),
        navigation_token_ttl: Some(seconds),
        api_token: Some(given(app, facts, Purpose::Access, until, now).await?),
        api_token_ttl: Some(seconds),
        session_reference_token: Some(reference),
        session_reference_token_ttl: (facts.expires_at - now).num_seconds(),
        ..Tokens::default()
    })
}

/// A new token of a session.
async fn given(
    app: &App,
    facts: &Facts,
    purpose: Purpose,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<String, Problem> {
    let token = new_session_token()?;
    let kept = SessionToken { hash: TokenHash::of(token.expose()), purpose, expires_at };
    let open = app.store.give_tokens(&facts.session, &[kept], now).await?;
    if open { Ok(token.expose().to_owned()) } else { Err(Problem::NotFound) }
}
