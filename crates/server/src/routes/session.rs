//! A host's back end opens and ends sessions.

use crate::app::App;
use crate::audit;
use crate::body::JsonBytes;
use crate::callers::Host;
use crate::path::Named;
use crate::problem::Problem;
use authz::principal::Facts;
use authz::{Identified, Opening};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::Duration;
use model::assertion::Assertion;
use model::name::SessionId;
use model::snapshot::Snapshot;
use serde::Serialize;
use store::audit::Verdict;
use store::sessions::OpenSession;
use store::{StoreError, TokenHash};

/// Seconds a code lives.
pub(super) const CODE_SECONDS: i64 = 60;

/// The answer to an opened session.
#[derive(Serialize)]
pub(super) struct Opened {
    code: String,
    expires_in: i64,
    session: SessionId,
    subject: String,
    warnings: Vec<String>,
}

/// `POST /api/v1/embed/sessions`: verify, identify, keep.
pub(super) async fn open(
    host: Host,
    State(app): State<App>,
    JsonBytes(body): JsonBytes,
) -> Result<(StatusCode, Json<Opened>), Problem> {
    let assertion = match dialect::vitrine::assertion(&host.key, &body) {
        Ok(assertion) => assertion,
        Err(error) => {
            audit::refuse_host(&app, &host, &error.to_string()).await?;
            return Err(Problem::Invalid { code: error.code(), detail: error.to_string() });
        }
    };
    for _ in 0..TRIES {
        let organization = app.organization_now().await?;
        match attempt(&app, &host, &assertion, &organization.snapshot).await {
            Err(Failed::Stale) => {}
            Err(Failed::Problem(problem)) => return Err(problem),
            Ok(opened) => return Ok((StatusCode::CREATED, Json(opened))),
        }
    }
    Err(Problem::Unavailable)
}

/// How often an opening begins again because the organization changed under it.
const TRIES: usize = 3;

enum Failed {
    /// The organization changed meanwhile: what was identified may not hold any more.
    Stale,
    Problem(Problem),
}

impl<E: Into<Problem>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Problem(error.into())
    }
}

async fn attempt(app: &App, host: &Host, assertion: &Assertion, snapshot: &Snapshot) -> Result<Opened, Failed> {
    let opening =
        Opening { session: store::new_session_id()?, new_member: store::new_member_id()?, now: app.clock.now() };
    let identified = match authz::lookup(assertion, snapshot) {
        Ok(lookup) => authz::identify(assertion, snapshot, &app.store.find(&lookup).await?, opening),
        Err(refusal) => Err(refusal),
    };
    match identified {
        Ok(identified) => keep(app, host, snapshot.revision, identified).await,
        Err(refusal) => {
            audit::refuse_host(app, host, &refusal.reason).await?;
            Err(Failed::from(refusal))
        }
    }
}

async fn keep(app: &App, host: &Host, revision: u64, identified: Identified) -> Result<Opened, Failed> {
    let Identified { facts, profile, warnings } = identified;
    let code = store::new_code()?;
    let kept = OpenSession {
        facts: &facts,
        profile: &profile,
        revision,
        code: TokenHash::of(code.expose()),
        code_expires_at: facts.opened_at + Duration::seconds(CODE_SECONDS),
    };
    let facts = match app.store.open_session(kept).await {
        Err(StoreError::Stale { .. }) => return Err(Failed::Stale),
        kept => kept?,
    };
    audit::opened(app, host, &facts).await?;
    let Facts { session, subject, .. } = facts;
    Ok(Opened { code: code.expose().to_owned(), expires_in: CODE_SECONDS, session, subject, warnings })
}

/// `DELETE /api/v1/embed/sessions/{session}`: ends a session of a key of the same issuer, at once.
pub(super) async fn end(
    host: Host,
    State(app): State<App>,
    Named(session): Named<SessionId>,
) -> Result<StatusCode, Problem> {
    let snapshot = &host.organization.snapshot;
    let issuer = snapshot.keys.get(host.key.id()).and_then(|key| snapshot.issuers.id(&key.issuer));
    let issuer = issuer.ok_or(Problem::HostUnknown)?;
    if app.store.end_session(&session, issuer, "ended by the host", app.clock.now()).await? {
        audit::ending(&app, &host, &session, Verdict::Allowed).await?;
        Ok(StatusCode::NO_CONTENT)
    } else {
        audit::ending(&app, &host, &session, Verdict::Refused).await?;
        Err(Problem::NotFound)
    }
}
