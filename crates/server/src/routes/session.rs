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
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use store::TokenHash;
use store::audit::Verdict;
use store::sessions::Credential;
use utoipa::ToSchema;

/// Seconds a code lives.
pub(super) const CODE_SECONDS: i64 = 60;

/// The answer to an opened session.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenedSession)]
pub(super) struct Opened {
    /// `vc_…`: the page in the frame redeems it, once.
    code: String,
    /// Seconds in which it must.
    expires_in: i64,
    /// Names the session in the audit trail, and when it is ended. No credential.
    #[schema(value_type = String)]
    session: SessionId,
    /// Whom it is of; null: a guest.
    #[schema(required = true)]
    subject: Option<String>,
    /// Attributes that were claimed with values that cannot be used: they are none in the session.
    warnings: Vec<String>,
}

/// What a host says of whoever looks. It is read by `dialect::vitrine`; this describes it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SessionObject)]
#[expect(dead_code, reason = "it describes what another crate reads")]
struct SessionObject {
    /// What the host calls the person. It must be there, or `guest`.
    subject: Option<String>,
    /// Nobody is known: what is seen is what is published to the key's guests.
    guest: Option<bool>,
    /// A person without an account, known for this session by teams that admit people on demand.
    on_demand: Option<bool>,
    /// The tenant's name.
    tenant: Option<String>,
    /// For display.
    first_name: Option<String>,
    /// For display.
    last_name: Option<String>,
    /// An e-mail address.
    email: Option<String>,
    /// How numbers and dates are written, such as `en-GB`.
    locale: Option<String>,
    /// Whose days they are, such as `Europe/Zurich`.
    time_zone: Option<String>,
    /// The person's teams, in place of those before.
    teams: Option<Vec<String>>,
    /// What the person may do at all; `View` unless said otherwise.
    account_type: Option<String>,
    /// Values by name.
    attributes: Option<BTreeMap<String, Value>>,
    /// What the session is for; everything else is closed.
    content: Option<SessionContent>,
    /// Values, or lists of values, by the name of a control: filters that the viewer cannot change.
    locked_parameters: Option<BTreeMap<String, Value>>,
    /// Narrows what the account type gives.
    permissions: Option<Vec<String>>,
    /// The origin of the host's page. Absent: any of the key's.
    origin: Option<String>,
    /// How long it lasts, from 60 up to the key's ceiling.
    #[schema(minimum = 60)]
    session_seconds: Option<u32>,
}

/// What a session is for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SessionContent)]
#[expect(dead_code, reason = "it describes what another crate reads")]
struct SessionContent {
    workbook: String,
    page: Option<String>,
}

/// Opens a session for whoever looks, and answers with the code that the page in the frame redeems. Instead of client id and
/// secret the host may show a token that it has signed, whose claim `session` is the session object; the body is empty then.
#[utoipa::path(
    post, operation_id = "open_session", path = "/api/v1/embed/sessions", tag = "/api/v1/embed/sessions",
    request_body(content = SessionObject, description = "None beside a signed token."),
    responses((status = 201, body = Opened)),
    security(("host" = [])),
)]
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

/// Ends a session of a key of the same issuer, at once.
#[utoipa::path(
    delete, operation_id = "close_session", path = "/api/v1/embed/sessions/{session}", tag = "/api/v1/embed/sessions",
    params(("session" = String, Path)),
    responses((status = 204)),
    security(("host" = [])),
)]
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
