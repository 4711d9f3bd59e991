//! Somebody who has logged in gets a second factor, or gives it up.

use super::login::LoginAnswer;
use super::password::{expect_password, renewed};
use super::{letter_of_change, owner};
use crate::app::App;
use crate::audit;
use crate::body::Json;
use crate::callers::Viewer;
use crate::logging_in::{self, Way};
use crate::problem::{Problem, ProblemBody};
use crate::second_factor::{address, recovery_codes, shown};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use store::second_factors::FactorShown;
use utoipa::ToSchema;

/// The password of whoever asks.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordShown)]
pub(super) struct PasswordShown {
    /// The one they log in with; absent: they have none.
    #[serde(default)]
    pub(super) password: Option<String>,
}

/// A secret for an app that makes time-based codes.
#[derive(Serialize, ToSchema)]
#[schema(as = NewSecondFactor)]
pub(super) struct SecretAnswer {
    /// The secret in base 32, to be typed into an app. Shown once.
    secret: String,
    /// The same as an address (`otpauth://…`), which apps read.
    address: String,
}

/// Makes a secret for an app, in place of one that was not confirmed. It counts when a code of it is shown.
#[utoipa::path(
    post, operation_id = "begin_second_factor", path = "/api/v1/account/second-factor", tag = "/api/v1/account",
    request_body = PasswordShown,
    responses((status = 201, body = SecretAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn begin(
    viewer: Viewer,
    State(app): State<App>,
    Json(PasswordShown { password }): Json<PasswordShown>,
) -> Result<Response, Problem> {
    let member = owner(&app, &viewer).await?;
    expect_password(&app, &viewer, &member, password).await?;
    let secret = store::new_factor_secret()?;
    let event = audit::account_changed(&app, &viewer, "second_factor_begun");
    if !app.store.begin_second_factor(&member.id, &secret, event).await? {
        let detail = "you have a second factor already: give it up first".to_owned();
        return Err(Problem::Conflict { code: "has_second_factor", detail });
    }
    let organization = &viewer.organization.snapshot.organization.name;
    let address = address(&secret, organization, member.email.as_deref().unwrap_or(&member.subject));
    Ok((StatusCode::CREATED, axum::Json(SecretAnswer { secret: secret.expose().to_owned(), address })).into_response())
}

/// A code of the app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SecondFactorConfirmation)]
pub(super) struct Confirmation {
    /// Six digits.
    code: String,
}

/// What stands in for the app, and the session as which this one goes on.
#[derive(Serialize, ToSchema)]
#[schema(as = SecondFactorConfirmed)]
pub(super) struct Confirmed {
    /// Each counts once. Shown once.
    recovery_codes: Vec<String>,
    #[serde(flatten)]
    logged_in: LoginAnswer,
}

/// The second factor counts from now on. Other sessions of the person end, and this one goes on as another, with another cookie.
#[utoipa::path(
    post, operation_id = "confirm_second_factor", path = "/api/v1/account/second-factor/confirm", tag = "/api/v1/account",
    request_body = Confirmation,
    responses((status = 201, body = Confirmed), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn confirm(
    viewer: Viewer,
    State(app): State<App>,
    headers: HeaderMap,
    Json(Confirmation { code }): Json<Confirmation>,
) -> Result<Response, Problem> {
    let member = owner(&app, &viewer).await?;
    let begun = app.store.second_factor(&member.id).await?.filter(|factor| !factor.confirmed);
    let period = match begun.and_then(|factor| shown(&factor, &code, app.clock.now())) {
        Some(FactorShown::Code { period }) => period,
        _ => return Err(wrong_code()),
    };
    let (written, kept) = recovery_codes()?;
    let event = audit::account_changed(&app, &viewer, "second_factor_confirmed");
    let session = viewer.principal.session();
    if !app.store.confirm_second_factor(&member.id, period, &kept, session, event).await? {
        return Err(wrong_code());
    }
    letter_of_change(&app, &viewer, &member, "second factor");
    let way = Way::vouched("renewed", true);
    let logged_in = logging_in::open_for(&app, (&headers, &viewer.correlation), &member.id, way).await?;
    let logged_in = logged_in.ok_or(Problem::SessionEnded)?;
    let answer = Confirmed { recovery_codes: written, logged_in: LoginAnswer::of(&logged_in) };
    Ok((StatusCode::CREATED, logged_in.headers(), axum::Json(answer)).into_response())
}

fn wrong_code() -> Problem {
    let detail = "`code`: expected the six digits that the app shows now, which were not used before".to_owned();
    Problem::Invalid { code: "wrong_code", detail }
}

/// Gives the second factor up. Other sessions of the person end, and this one goes on as another, with another cookie.
#[utoipa::path(
    post, operation_id = "remove_second_factor", path = "/api/v1/account/second-factor/remove", tag = "/api/v1/account",
    request_body = PasswordShown,
    responses((status = 201, body = LoginAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn remove(
    viewer: Viewer,
    State(app): State<App>,
    headers: HeaderMap,
    Json(PasswordShown { password }): Json<PasswordShown>,
) -> Result<Response, Problem> {
    let member = owner(&app, &viewer).await?;
    expect_password(&app, &viewer, &member, password).await?;
    let event = audit::account_changed(&app, &viewer, "second_factor_removed");
    if !app.store.remove_second_factor(&member.id, viewer.principal.session(), event).await? {
        let detail = "you have no second factor".to_owned();
        return Err(Problem::Conflict { code: "no_second_factor", detail });
    }
    letter_of_change(&app, &viewer, &member, "second factor");
    renewed(&app, &viewer, &headers, &member, false).await
}
