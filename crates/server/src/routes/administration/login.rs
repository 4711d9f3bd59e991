//! Members log in with a code that counts once.

use crate::app::App;
use crate::audit::{self, Refusal};
use crate::body::Json;
use crate::callers::Exchanging;
use crate::logging_in::{self, LoggedIn, Way};
use crate::problem::{Problem, ProblemBody};
use crate::routes::redeem::comes_from_own_page;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use store::TokenHash;
use utoipa::ToSchema;

/// What somebody was given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Login)]
pub(super) struct LoginRequest {
    /// `vl_…`
    code: String,
}

/// A session of the application. The cookie that goes with it is its credential.
#[derive(Serialize, ToSchema)]
#[schema(as = LoggedIn)]
pub(super) struct LoginAnswer {
    /// What the page says with each request, in the header `Vitrine-Session`: of another session it is told nothing.
    session: String,
    /// Seconds until it ends.
    expires_in: i64,
}

impl LoginAnswer {
    /// The answer to whoever has logged in, with their cookie.
    pub(super) fn to(logged_in: &LoggedIn) -> Response {
        let answer = Self { session: logged_in.session.to_string(), expires_in: logged_in.expires_in };
        (StatusCode::CREATED, logged_in.headers(), axum::Json(answer)).into_response()
    }
}

const ROUTE: &str = "/api/v1/login";

/// Burns a login code and opens a session for its member, of which the answer sets a cookie; the one that the browser had
/// ends. Whatever is wrong with the code, the answer is the same. For pages of Vitrine's own, by their `Origin`.
#[utoipa::path(
    post, operation_id = "log_in", path = "/api/v1/login", tag = "/api/v1/login",
    request_body = LoginRequest,
    responses((status = 201, body = LoginAnswer), (status = "default", body = ProblemBody)),
)]
pub(super) async fn login(
    caller: Exchanging,
    State(app): State<App>,
    Json(LoginRequest { code }): Json<LoginRequest>,
) -> Result<Response, Problem> {
    comes_from_own_page(&app, &caller, ROUTE).await?;
    let hash = TokenHash::of(&code);
    if let Some(member) = app.store.login_link(hash, app.clock.now()).await? {
        if let Some(logged_in) = logging_in::open(&app, &caller, &member.id, Way::link(hash)).await? {
            return Ok(LoginAnswer::to(&logged_in));
        }
    }
    let refusal = Refusal { route: ROUTE.to_owned(), kind: "login_code_refused", session: None };
    audit::refuse(&app, &caller.correlation, refusal).await?;
    Err(Problem::LoginRefused)
}
