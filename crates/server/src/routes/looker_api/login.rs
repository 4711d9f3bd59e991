//! An API credential becomes an access token, which stands for it for an hour at most.

use crate::app::App;
use crate::audit::{self, Refusal};
use crate::body::Form;
use crate::callers::{Exchanging, Program, Shown, Viewer, resume};
use crate::problem::Problem;
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use chrono::TimeDelta;
use model::name::CredentialId;
use serde::Serialize;
use std::sync::Arc;
use store::TokenHash;
use url::form_urlencoded;

const ROUTE: &str = "/api/4.0/login";

/// How long a token counts.
const LIVES: TimeDelta = TimeDelta::seconds(3_600);

/// The longest text that is looked up, in bytes.
const LONGEST: usize = 200;

/// A token. It has no successor without the secret, so that there is no `refresh_token`.
#[derive(Serialize)]
pub(super) struct AccessToken {
    access_token: String,
    token_type: &'static str,
    /// In seconds.
    expires_in: i64,
}

/// What a program shows.
struct Login {
    client_id: String,
    client_secret: String,
}

impl Login {
    /// In the body or in the address, as Looker takes them; each once.
    fn read(body: &str, query: Option<&str>) -> Result<Self, Problem> {
        let text = if body.is_empty() { query.unwrap_or_default() } else { body };
        let one = |wanted: &str| {
            let mut found = form_urlencoded::parse(text.as_bytes()).filter(|(name, _)| name == wanted);
            let value = found.next().map(|(_, value)| value.into_owned()).filter(|it| !it.is_empty());
            value.filter(|_| found.next().is_none()).ok_or_else(|| Problem::Invalid {
                code: "invalid_parameter",
                detail: format!("`{wanted}`: expected that of an API credential, in a form"),
            })
        };
        Ok(Self { client_id: one("client_id")?, client_secret: one("client_secret")? })
    }
}

/// Gives a token for the id and the secret of an API credential.
pub(super) async fn log_in(
    caller: Exchanging,
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Form(body): Form,
) -> Result<Json<AccessToken>, Problem> {
    let login = Login::read(&body, query.as_deref())?;
    let viewer = match known(&app, &caller, &login).await? {
        Ok(viewer) => viewer,
        Err(kind) => return refuse(&app, &caller, kind).await,
    };
    caller.with_viewer(&app, &viewer).await?;
    let (facts, now) = (viewer.principal.facts(), app.clock.now());
    let token = store::new_access_token()?;
    let expires_at = facts.expires_at.min(now + LIVES);
    let credential = CredentialId::new(facts.session.as_str());
    let event = audit::account_changed(&app, &viewer, "access_token_made");
    let hash = TokenHash::of(token.expose());
    if !app.store.make_access_token(hash, &credential, expires_at, event).await? {
        return refuse(&app, &caller, "unknown_credential").await;
    }
    let expires_in = (expires_at - now).num_seconds();
    Ok(Json(AccessToken { access_token: token.expose().to_owned(), token_type: "Bearer", expires_in }))
}

/// Whoever the credential acts for, or why it does not.
async fn known(app: &App, caller: &Exchanging, login: &Login) -> Result<Result<Viewer, &'static str>, Problem> {
    if !login.client_secret.starts_with("va_") || login.client_secret.len() > LONGEST {
        return Ok(Err("unknown_credential"));
    }
    let shown = Shown::Credential(TokenHash::of(&login.client_secret));
    let (principal, organization) = match resume(app, &shown).await? {
        Ok(known) => known,
        Err((kind, _)) => return Ok(Err(kind)),
    };
    if principal.session().as_str() != login.client_id {
        return Ok(Err("other_client_id"));
    }
    let correlation = caller.correlation.clone();
    Ok(Ok(Viewer { principal: Arc::new(principal), shown, organization, preview: None, correlation }))
}

/// One refusal, whatever was wrong.
async fn refuse(app: &App, caller: &Exchanging, kind: &'static str) -> Result<Json<AccessToken>, Problem> {
    let refusal = Refusal { route: ROUTE.to_owned(), kind, session: None };
    audit::refuse(app, &caller.correlation, refusal).await?;
    Err(Problem::HostUnknown)
}

/// Ends the token that was shown. The answer is not declared as JSON, which a client would look for in it.
pub(super) async fn log_out(caller: Program, State(app): State<App>) -> Result<StatusCode, Problem> {
    let event = audit::account_changed(&app, &caller.viewer, "access_token_ended");
    let ended = app.store.end_access_token(caller.token, event).await?;
    if ended { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::SessionEnded) }
}
