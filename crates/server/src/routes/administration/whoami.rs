//! Who is calling, and what they may.

use crate::callers::Viewer;
use crate::problem::{Problem, ProblemBody};
use axum::Json;
use model::access::Permission;
use model::name::{AccountTypeName, TeamName, TenantName};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// The caller as the organization knows them.
#[derive(Serialize, ToSchema)]
#[schema(as = Whoami)]
pub(super) struct WhoamiAnswer {
    /// The member's id; null: nobody the store knows.
    #[schema(required = true)]
    member: Option<String>,
    /// What the person is called.
    #[schema(required = true)]
    subject: Option<String>,
    /// E-mail address.
    #[schema(required = true)]
    email: Option<String>,
    /// Their tenant; null: none. Whoever is of one administers that one only.
    #[schema(required = true)]
    tenant: Option<TenantName>,
    /// Their account type.
    #[schema(required = true)]
    account_type: Option<AccountTypeName>,
    /// The teams that count.
    teams: BTreeSet<TeamName>,
    /// The permissions that count.
    permissions: BTreeSet<Permission>,
}

/// Who is calling, and which permissions count.
#[utoipa::path(
    get, operation_id = "whoami", path = "/api/v1/whoami", tag = "/api/v1/whoami",
    responses((status = 200, body = WhoamiAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn show(viewer: Viewer) -> Result<Json<WhoamiAnswer>, Problem> {
    let (principal, facts) = (&viewer.principal, viewer.principal.facts());
    Ok(Json(WhoamiAnswer {
        member: facts.member().map(ToString::to_string),
        subject: facts.subject.clone(),
        email: facts.email.clone(),
        tenant: principal.tenant().cloned(),
        account_type: facts.account_type.clone(),
        teams: principal.teams().clone(),
        permissions: principal.permissions().clone(),
    }))
}
