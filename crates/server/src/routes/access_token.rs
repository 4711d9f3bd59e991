//! Access tokens: an API credential becomes one, which stands for it for an hour at most, at one API alone: Looker's or Sigma's.

use crate::app::App;
use crate::audit::{self, Refusal};
use crate::callers::{Exchanging, Shown, Viewer, resume};
use crate::problem::Problem;
use chrono::TimeDelta;
use model::name::CredentialId;
use serde::Serialize;
use std::sync::Arc;
use store::{Secret, TokenHash};

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

/// What a program shows of an API credential.
pub(super) struct Login {
    pub(super) client_id: String,
    pub(super) client_secret: String,
}

/// Gives `token` for the id and the secret of an API credential, at a route; else [`Problem::HostUnknown`], whatever is wrong.
pub(super) async fn given(
    app: &App,
    caller: &Exchanging,
    route: &str,
    (login, token): (&Login, Secret),
) -> Result<AccessToken, Problem> {
    let viewer = match known(app, caller, login).await? {
        Ok(viewer) => viewer,
        Err(kind) => return Err(refused(app, caller, route, kind).await?),
    };
    caller.with_viewer(app, &viewer).await?;
    let (facts, now) = (viewer.principal.facts(), app.clock.now());
    let expires_at = facts.expires_at.min(now + LIVES);
    let credential = CredentialId::new(facts.session.as_str());
    let event = audit::account_changed(app, &viewer, "access_token_made");
    let hash = TokenHash::of(token.expose());
    if !app.store.make_access_token(hash, &credential, expires_at, event).await? {
        return Err(refused(app, caller, route, "unknown_credential").await?);
    }
    let expires_in = (expires_at - now).num_seconds();
    Ok(AccessToken { access_token: token.expose().to_owned(), token_type: "Bearer", expires_in })
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

/// One refusal, which is recorded.
pub(super) async fn refused(
    app: &App,
    caller: &Exchanging,
    route: &str,
    kind: &'static str,
) -> Result<Problem, Problem> {
    let refusal = Refusal { route: route.to_owned(), kind, session: None };
    audit::refuse(app, &caller.correlation, refusal).await?;
    Ok(Problem::HostUnknown)
}
