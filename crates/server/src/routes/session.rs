//! A host's back end opens and ends sessions.

use crate::app::App;
use crate::audit::{self, Refusal};
use crate::body::MaybeJsonBytes;
use crate::callers::{Host, OpeningHost};
use crate::opening::{self, NotOpened};
use crate::path::Named;
use crate::problem::Problem;
use authz::Facts;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::Duration;
use model::name::SessionId;
use serde::Serialize;
use store::TokenHash;
use store::audit::Verdict;
use store::sessions::Credential;

/// Seconds a code lives.
pub(super) const CODE_SECONDS: i64 = 60;

/// The answer to an opened session.
#[derive(Serialize)]
pub(super) struct Opened {
    code: String,
    expires_in: i64,
    session: SessionId,
    subject: Option<String>,
    warnings: Vec<String>,
}

/// `POST /api/v1/embed/sessions`: verify, identify, keep. The session object is the body, or in the bearer token.
pub(super) async fn open(
    OpeningHost { host, bearer }: OpeningHost,
    State(app): State<App>,
    MaybeJsonBytes(body): MaybeJsonBytes,
) -> Result<(StatusCode, Json<Opened>), Problem> {
    let read = match (bearer, body) {
        (Some(_), Some(_)) => return Err(body_beside_token()),
        (Some(bearer), None) => bearer.assertion(),
        (None, body) => dialect::vitrine::assertion(&host.key, &body.unwrap_or_default()),
    };
    let assertion = match read {
        Ok(assertion) => assertion,
        Err(error) => {
            audit::refuse_host(&app, &host, &error.to_string()).await?;
            return Err(Problem::Invalid { code: error.code(), detail: error.to_string() });
        }
    };
    let code = store::new_code()?;
    let expires_at = app.clock.now() + Duration::seconds(CODE_SECONDS);
    let credential = Credential::Code { hash: TokenHash::of(code.expose()), expires_at };
    match opening::open(&app, &assertion, credential).await {
        Ok(opened) => {
            audit::opened(&app, &host, &opened.session.facts).await?;
            Ok((StatusCode::CREATED, Json(answer(opened, code.expose()))))
        }
        Err(refused) => Err(refuse(&app, &host, refused).await?),
    }
}

fn body_beside_token() -> Problem {
    let detail = "the session object is in the token: expected an empty body".to_owned();
    Problem::Invalid { code: "body_beside_token", detail }
}

fn answer(opening::Opened { session, warnings }: opening::Opened, code: &str) -> Opened {
    let Facts { session, subject, .. } = session.facts;
    Opened { code: code.to_owned(), expires_in: CODE_SECONDS, session, subject, warnings }
}

async fn refuse(app: &App, host: &Host, refused: NotOpened) -> Result<Problem, Problem> {
    match refused {
        NotOpened::Problem(problem) => Ok(problem),
        NotOpened::Refused(refusal) => {
            audit::refuse_host(app, host, &refusal.reason).await?;
            Ok(refusal.into())
        }
        NotOpened::TokenUsed => {
            let kind = dialect::key::Refused::UsedBefore.code();
            let route = "/api/v1/embed/sessions".to_owned();
            audit::refuse(app, &host.correlation, Refusal { route, kind, session: None }).await?;
            Ok(Problem::HostUnknown)
        }
    }
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
