//! Somebody who has logged in changes their password.

use super::login::LoginAnswer;
use super::{expect_may_have_password, letter_of_change, owner};
use crate::app::App;
use crate::audit;
use crate::body::Json;
use crate::callers::Viewer;
use crate::logging_in::{self, Way};
use crate::passwords::expect_strong;
use crate::problem::{Problem, ProblemBody};
use authz::Member;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use store::Secret;
use store::passwords::Trying;
use utoipa::ToSchema;

/// The password that somebody has, and the one that they want.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordChange)]
pub(super) struct PasswordRequest {
    /// The one they have; absent: they have none yet.
    #[serde(default)]
    password: Option<String>,
    /// The one that is to be theirs: 12 characters at least, and none that is soon guessed.
    new_password: String,
}

/// Changes the password. Other sessions of the person end, and this one goes on as another, with another cookie.
#[utoipa::path(
    put, operation_id = "change_password", path = "/api/v1/account/password", tag = "/api/v1/account",
    request_body = PasswordRequest,
    responses((status = 201, body = LoginAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn change(
    viewer: Viewer,
    State(app): State<App>,
    headers: HeaderMap,
    Json(PasswordRequest { password, new_password }): Json<PasswordRequest>,
) -> Result<Response, Problem> {
    let member = owner(&app, &viewer).await?;
    let organization = &viewer.organization.snapshot.organization;
    expect_may_have_password(&member, &viewer.organization.snapshot)?;
    let found = expect_password(&app, &viewer, &member, password).await?;
    let new_password = Secret::new(new_password);
    expect_strong(&new_password, &member, &organization.name)?;
    let next = app.passwords.hash(new_password).await?;
    let event = audit::account_changed(&app, &viewer, "password_changed");
    let session = viewer.principal.session();
    if !app.store.change_password(&member.id, (found.as_deref(), &next), session, event).await? {
        return Err(Problem::Changed);
    }
    letter_of_change(&app, &viewer, &member, "password");
    renewed(&app, &viewer, &headers, &member, viewer.principal.facts().second_factor).await
}

/// The hash of the member's password, if what they have sent is it; nothing, if they have none.
pub(super) async fn expect_password(
    app: &App,
    viewer: &Viewer,
    member: &Member,
    sent: Option<String>,
) -> Result<Option<String>, Problem> {
    let Some(hash) = app.store.password(&member.id).await? else { return Ok(None) };
    let address = member.email.as_deref().unwrap_or_default();
    let may_try = app.store.try_account(Trying::Login, address, app.clock.now()).await?;
    let sent = Secret::new(sent.unwrap_or_default());
    if app.passwords.is(sent, Some(hash.clone())).await? && may_try {
        app.store.forgive(member).await?;
        return Ok(Some(hash));
    }
    audit::login_refused(app, &viewer.correlation, ("/api/v1/account/password", "wrong_password"), Some(member))
        .await?;
    let detail = "`password`: expected the one that you log in with".to_owned();
    Err(Problem::Forbidden { code: "wrong_password", detail })
}

/// The session of whoever asks goes on as another one.
pub(super) async fn renewed(
    app: &App,
    viewer: &Viewer,
    headers: &HeaderMap,
    member: &Member,
    second_factor: bool,
) -> Result<Response, Problem> {
    let way = Way::vouched("renewed", second_factor);
    let logged_in = logging_in::open_for(app, (headers, &viewer.correlation), &member.id, way).await?;
    Ok(LoginAnswer::to(&logged_in.ok_or(Problem::SessionEnded)?))
}
