//! The account of whoever has logged in: their password, their second factor, and where else they are in.

pub(crate) mod login;
pub(crate) mod passkeys;
pub(crate) mod password;
pub(crate) mod reset;
pub(crate) mod second_factor;
pub(crate) mod sessions;
pub(crate) mod ways;

use super::{Route, delete, get, post, put};
use crate::app::App;
use crate::audit;
use crate::callers::{Shown, Viewer};
use crate::mail::{Letter, Linked};
use crate::problem::{Problem, ProblemBody};
use authz::Member;
use axum::Json;
use axum::extract::State;
use model::access::MemberKind;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/login", ways::list),
        post("/api/v1/login", login::login),
        post("/api/v1/login/passkey", passkeys::ask),
        post("/api/v1/login/reset", reset::reset),
        get("/api/v1/account", show),
        put("/api/v1/account/password", password::change),
        get("/api/v1/account/sessions", sessions::list),
        delete("/api/v1/account/sessions/{session}", sessions::end),
        post("/api/v1/account/second-factor", second_factor::begin),
        post("/api/v1/account/second-factor/confirm", second_factor::confirm),
        post("/api/v1/account/second-factor/remove", second_factor::remove),
        get("/api/v1/account/passkeys", passkeys::list),
        post("/api/v1/account/passkeys", passkeys::begin),
        post("/api/v1/account/passkeys/confirm", passkeys::add),
        post("/api/v1/account/passkeys/{passkey}/remove", passkeys::remove),
    ]
}

#[derive(OpenApi)]
#[openapi(paths(
    ways::list,
    login::login,
    passkeys::ask,
    reset::reset,
    show,
    password::change,
    sessions::list,
    sessions::end,
    second_factor::begin,
    second_factor::confirm,
    second_factor::remove,
    passkeys::list,
    passkeys::begin,
    passkeys::add,
    passkeys::remove,
))]
struct Document;

/// What the routes are, for the OpenAPI document.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// What somebody logs in with.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
pub(super) struct AccountAnswer {
    /// The address they log in with.
    #[schema(required = true)]
    email: Option<String>,
    /// Whether they have a password.
    has_password: bool,
    /// Whether they may have one: the organization lets people log in with passwords, and nobody else vouches for them.
    may_have_password: bool,
    /// Whether they may have passkeys: the public address has a host name, and nobody else vouches for them.
    may_have_passkeys: bool,
    /// Whether they are asked for a second factor.
    has_second_factor: bool,
    /// How many recovery codes are left.
    recovery_codes: u32,
    /// Whether what they may administer waits for a second factor, with which they log in.
    needs_second_factor: bool,
}

/// What whoever has logged in logs in with: never any of it.
#[utoipa::path(
    get, operation_id = "show_account", path = "/api/v1/account", tag = "/api/v1/account",
    responses((status = 200, body = AccountAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn show(viewer: Viewer, State(app): State<App>) -> Result<Json<AccountAnswer>, Problem> {
    let member = owner(&app, &viewer).await?;
    audit::listed(&app, &viewer, "account_read").await?;
    let factor = app.store.second_factor(&member.id).await?.filter(|factor| factor.confirmed);
    let snapshot = &viewer.organization.snapshot;
    Ok(Json(AccountAnswer {
        has_password: app.store.password(&member.id).await?.is_some(),
        may_have_password: authz::may_have_password(&member, snapshot),
        may_have_passkeys: authz::may_have_passkeys(&member) && crate::passkeys::party(&app).is_some(),
        has_second_factor: factor.is_some(),
        recovery_codes: factor.map_or(0, |factor| factor.recovery_codes),
        needs_second_factor: authz::needs_second_factor(viewer.principal.facts(), snapshot),
        email: member.email,
    }))
}

/// The member whose account it is: an internal one who has logged in. Neither a host's sessions nor programs have one, and
/// none is in a frame.
async fn owner(app: &App, viewer: &Viewer) -> Result<Member, Problem> {
    let facts = viewer.principal.facts();
    let internal = matches!(&viewer.shown, Shown::Cookie(cookie) if cookie.frame.is_none())
        && facts.kind() == Some(MemberKind::Internal);
    let member = facts.member().filter(|_| internal).ok_or_else(|| Problem::Forbidden {
        code: "not_logged_in",
        detail: "only somebody who has logged in has an account here".to_owned(),
    })?;
    Ok(app.store.person(member).await?.ok_or(Problem::SessionEnded)?.member)
}

/// 403 unless passwords are for this member.
fn expect_may_have_password(member: &Member, snapshot: &model::snapshot::Snapshot) -> Result<(), Problem> {
    if authz::may_have_password(member, snapshot) {
        return Ok(());
    }
    let detail = "people log in to this organization, or as this person, without a password".to_owned();
    Err(Problem::Forbidden { code: "no_passwords", detail })
}

/// Tells somebody that something they log in with was changed.
pub(crate) fn letter_of_change(app: &App, viewer: &Viewer, member: &Member, what: &str) {
    let organization = &viewer.organization.snapshot.organization.name;
    send(app, member, organization, "/login", |linked, to| linked.changed(to, what));
}

/// Sends a letter to a member while they are answered already: how long that takes tells nobody anything.
fn send(app: &App, member: &Member, organization: &str, page: &str, letter: impl FnOnce(&Linked<'_>, &str) -> Letter) {
    let Some(to) = &member.email else { return };
    let link = format!("{}{page}", app.public_origin);
    let letter = letter(&Linked { organization, link: &link }, to);
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = app.mailer.send(letter, app.clock.now()).await {
            tracing::warn!(%error, "a mail was not sent");
        }
    });
}
