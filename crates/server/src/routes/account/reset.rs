//! A mail with which a password is chosen anew.

use super::send;
use crate::app::App;
use crate::audit;
use crate::body::Json;
use crate::callers::Exchanging;
use crate::problem::{Problem, ProblemBody};
use crate::routes::redeem::comes_from_own_page;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::TimeDelta;
use serde::Deserialize;
use store::TokenHash;
use store::logins::Purpose;
use store::passwords::Trying;
use utoipa::ToSchema;

/// How long the link counts.
const COUNTS: TimeDelta = TimeDelta::minutes(30);

const ROUTE: &str = "/api/v1/login/reset";

/// Whose password is forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordReset)]
pub(super) struct ResetRequest {
    /// The address they log in with.
    email: String,
}

/// Sends a link to an address with which its member chooses a password. Whether there is such a member, the answer is the same.
/// For pages of Vitrine's own, by their `Origin`.
#[utoipa::path(
    post, operation_id = "reset_password", path = "/api/v1/login/reset", tag = "/api/v1/login",
    request_body = ResetRequest,
    responses((status = 204), (status = "default", body = ProblemBody)),
)]
pub(super) async fn reset(
    caller: Exchanging,
    State(app): State<App>,
    Json(ResetRequest { email }): Json<ResetRequest>,
) -> Result<StatusCode, Problem> {
    comes_from_own_page(&app, &caller, ROUTE).await?;
    let now = app.clock.now();
    let may_try = app.store.try_account(Trying::Reset, &email, now).await?;
    let member = app.store.account(&email).await?.member;
    let organization = app.organization_now().await?;
    let snapshot = &organization.snapshot;
    let (code, session) = (store::new_login_code()?, store::new_session_id()?);
    let cause = match &member {
        None => Some("unknown_address"),
        Some(_) if !may_try => Some("too_often"),
        Some(member) if !authz::may_have_password(member, snapshot) => Some("no_passwords"),
        Some(member) => authz::enter(member, snapshot, session, now, false).is_err().then_some("not_let_in"),
    };
    match (member, cause) {
        (Some(member), None) => {
            let event = audit::password_reset_asked(&app, &caller.correlation, &member);
            let link = (Purpose::Reset, TokenHash::of(code.expose()));
            app.store.make_login_link(&member.id, link, now + COUNTS, event).await?;
            let page = format!("/reset#{}", code.expose());
            send(&app, &member, &snapshot.organization.name, &page, |linked, to| linked.reset(to));
        }
        (member, cause) => {
            let cause = cause.unwrap_or("unknown_address");
            audit::login_refused(&app, &caller.correlation, (ROUTE, cause), member.as_ref()).await?;
        }
    }
    Ok(StatusCode::NO_CONTENT)
}
