//! What somebody has lost: an administrator takes it away from them, so that they get in without.

use super::{resource, touched};
use crate::app::App;
use crate::audit;
use crate::callers::Administrator;
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use crate::routes::account::letter_of_change;
use axum::extract::State;
use axum::http::StatusCode;
use model::name::MemberId;

/// Takes an internal member's second factor, its recovery codes and their passkeys away. Their sessions end; they are told so by
/// mail, and log in with their password, or by an invitation.
#[utoipa::path(
    delete, operation_id = "reset_second_factor", path = "/api/v1/members/{member}/second-factor", tag = "/api/v1/members",
    params(("member" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(in super::super) async fn reset(
    caller: Administrator,
    State(app): State<App>,
    Named(id): Named<MemberId>,
) -> Result<StatusCode, Problem> {
    let viewer = &caller.viewer;
    let (person, matter, mandate) = touched(&app, viewer, &id).await?;
    let event = audit::administering(&app, viewer, &matter, &resource(&id), "second_factor_reset", &mandate);
    if !app.store.reset_factors(&id, event).await? {
        let detail = "this person has neither a second factor nor passkeys".to_owned();
        return Err(Problem::Conflict { code: "no_second_factor", detail });
    }
    letter_of_change(&app, viewer, &person.member, "second factor");
    Ok(StatusCode::NO_CONTENT)
}
