//! Members log in: with a code that counts once. Passwords and identity providers are yet to come.

use crate::app::App;
use crate::audit::{self, Refusal};
use crate::body::Json;
use crate::callers::Exchanging;
use crate::problem::{Problem, ProblemBody};
use axum::extract::State;
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use store::{StoreError, TokenHash};
use utoipa::ToSchema;

/// How long somebody stays logged in.
const SESSION: TimeDelta = TimeDelta::hours(12);
/// How often it is tried anew because the organization changes at the same time.
const ATTEMPTS: usize = 5;

/// What somebody was given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Login)]
pub(super) struct LoginRequest {
    /// `vl_…`
    code: String,
}

/// A session of the application.
#[derive(Serialize, ToSchema)]
#[schema(as = LoggedIn)]
pub(super) struct LoginAnswer {
    /// `vh_…`: the bearer token of every call that follows.
    handle: String,
    /// Seconds until it ends.
    expires_in: i64,
}

/// Burns a login code and opens a session for its member. Whatever is wrong with it, the answer is the same.
#[utoipa::path(
    post, operation_id = "log_in", path = "/api/v1/login", tag = "/api/v1/login",
    request_body = LoginRequest,
    responses((status = 201, body = LoginAnswer), (status = "default", body = ProblemBody)),
)]
pub(super) async fn login(
    Exchanging { correlation, .. }: Exchanging,
    State(app): State<App>,
    Json(LoginRequest { code }): Json<LoginRequest>,
) -> Result<(StatusCode, axum::Json<LoginAnswer>), Problem> {
    let hash = TokenHash::of(&code);
    for _ in 0..ATTEMPTS {
        let now = app.clock.now();
        let organization = app.organization_now().await?;
        let Some(member) = app.store.login_link(hash, now).await? else { break };
        let session = store::new_session_id()?;
        let Ok(facts) = authz::enter(&member, &organization.snapshot, session, now, SESSION) else { break };
        let handle = store::new_handle()?;
        let event = audit::logged_in(&app, &correlation, &facts);
        let revision = organization.snapshot.revision;
        match app.store.enter(hash, (revision, &member), &facts, TokenHash::of(handle.expose()), event).await {
            Ok(()) => {
                let handle = handle.expose().to_owned();
                let answer = LoginAnswer { handle, expires_in: SESSION.num_seconds() };
                return Ok((StatusCode::CREATED, axum::Json(answer)));
            }
            Err(StoreError::Stale { .. }) => {}
            Err(StoreError::TokenUsed) => break,
            Err(error) => return Err(error.into()),
        }
    }
    let refusal = Refusal { route: "/api/v1/login".to_owned(), kind: "login_code_refused", session: None };
    audit::refuse(&app, &correlation, refusal).await?;
    Err(Problem::LoginRefused)
}
