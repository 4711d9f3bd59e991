//! Who may call a route. A handler names one of these types first; extracting it is the check.

use crate::app::App;
use crate::audit::{Refusal, refuse};
use crate::correlation::CorrelationId;
use crate::organization::Organization;
use crate::problem::Problem;
use authz::{Denial, Principal};
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use dialect::credentials::{Credentials, Refused, VerifiedKey};
use model::name::SessionId;
use std::convert::Infallible;
use std::sync::Arc;
use store::TokenHash;
use store::sessions::FoundSession;

/// The kinds of callers, for the route inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallerKind {
    /// Whoever can reach the server. Reviewed one by one.
    Anyone,
    /// A host's back end.
    Host,
    /// A person in an open session.
    Viewer,
}

/// A type whose extraction proves who calls.
pub trait Caller: FromRequestParts<App> {
    /// For the route inventory.
    const KIND: CallerKind;
}

/// Whoever can reach the server: nothing was checked.
pub struct Anyone;

impl Caller for Anyone {
    const KIND: CallerKind = CallerKind::Anyone;
}

impl FromRequestParts<App> for Anyone {
    type Rejection = Infallible;

    async fn from_request_parts(_parts: &mut Parts, _app: &App) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

/// A host's back end that has shown a secret of an enabled embed key.
pub struct Host {
    /// The key.
    pub key: VerifiedKey,
    /// The organization now.
    pub organization: Arc<Organization>,
    /// The request's id.
    pub correlation: CorrelationId,
}

impl Caller for Host {
    const KIND: CallerKind = CallerKind::Host;
}

impl FromRequestParts<App> for Host {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Ok(correlation) = CorrelationId::from_request_parts(parts, app).await;
        let organization = app.organization_now().await?;
        match verify_host(parts, app, &organization).await? {
            Ok(key) => Ok(Self { key, organization, correlation }),
            Err(reason) => {
                let refusal = Refusal { route: route(parts), kind: reason.code(), session: None };
                refuse(app, &correlation, refusal).await?;
                Err(Problem::HostUnknown)
            }
        }
    }
}

async fn verify_host(
    parts: &Parts,
    app: &App,
    organization: &Organization,
) -> Result<Result<VerifiedKey, Refused>, Problem> {
    let credentials = match Credentials::from_header(authorization(parts)) {
        Ok(credentials) => credentials,
        Err(reason) => return Ok(Err(reason)),
    };
    let keys = &organization.snapshot.keys;
    let enabled = keys.named(credentials.client_id()).is_some_and(|key| !key.disabled);
    let key = keys.id(credentials.client_id()).filter(|_| enabled);
    let secrets = match key {
        Some(key) => app.store.key_secrets(key).await?,
        None => Vec::new(),
    };
    Ok(credentials.verify(key, secrets.iter().map(|secret| secret.expose().as_bytes())))
}

/// The pattern of the matched route: never the address as sent.
fn route(parts: &Parts) -> String {
    parts.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default()
}

fn authorization(parts: &Parts) -> Option<&str> {
    parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok())
}

/// A person in a session that is open now: their facts were pinned when it was opened, all else is as it is now.
pub struct Viewer {
    /// Who is looking.
    pub principal: Principal,
    /// The organization now.
    pub organization: Arc<Organization>,
    /// The request's id.
    pub correlation: CorrelationId,
}

impl Caller for Viewer {
    const KIND: CallerKind = CallerKind::Viewer;
}

impl FromRequestParts<App> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Ok(correlation) = CorrelationId::from_request_parts(parts, app).await;
        match resume(parts, app).await? {
            Ok((principal, organization)) => Ok(Self { principal, organization, correlation }),
            Err((kind, session)) => {
                refuse(app, &correlation, Refusal { route: route(parts), kind, session }).await?;
                Err(Problem::SessionEnded)
            }
        }
    }
}

/// Why there is no session to take up: a word for the audit trail, and the session if there was one.
type NoSession = (&'static str, Option<SessionId>);

async fn resume(parts: &Parts, app: &App) -> Result<Result<(Principal, Arc<Organization>), NoSession>, Problem> {
    let Some(handle) = authorization(parts).and_then(bearer) else { return Ok(Err(("no_handle", None))) };
    let record = match app.store.session(TokenHash::of(handle)).await? {
        FoundSession::Open(record) => *record,
        FoundSession::Ended(session) => return Ok(Err(("session_ended", Some(session)))),
        FoundSession::Unknown => return Ok(Err(("unknown_handle", None))),
    };
    let organization = app.organization_at(record.revision).await?;
    let (snapshot, now) = (&organization.snapshot, app.clock.now());
    let session = record.facts.session.clone();
    let resumed = authz::resume(record.facts, snapshot, Some(&record.member), now);
    let missing = |denial: Denial| denial.reasons.first().map_or(denial.code, |reason| reason.missing);
    Ok(resumed.map(|principal| (principal, organization)).map_err(|denial| (missing(denial), Some(session))))
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, rest) = header.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && rest.starts_with("vh_") && rest.len() <= 200).then_some(rest)
}
