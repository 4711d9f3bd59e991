//! Open sessions, seen and ended by administrators.

use super::noun::{allow, allow_page};
use crate::app::App;
use crate::audit;
use crate::callers::{Administrator, Viewer};
use crate::page::{Page, Parameters};
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use authz::{Facts, Matter, Who, administer};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use model::access::{MemberKind, Permission};
use model::name::{ClientId, MemberId, SessionId, TenantName, WorkbookName};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Listing {
    /// At most so many, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Those of a member, by id.
    member: Option<String>,
}

/// An open session.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenSession)]
pub(super) struct SessionAnswer {
    id: String,
    /// `internal`, `embed`, `on_demand` or `guest`
    kind: &'static str,
    /// The member's id; null: nobody the store knows.
    #[schema(required = true)]
    member: Option<String>,
    /// What the person is called.
    #[schema(required = true)]
    subject: Option<String>,
    /// Their tenant; null: none, or one that is gone.
    #[schema(required = true)]
    tenant: Option<TenantName>,
    /// The embed key it was opened with; null: by logging in.
    #[schema(required = true)]
    embed_key: Option<ClientId>,
    /// The workbook it is for; null: any that its key opens.
    #[schema(required = true)]
    workbook: Option<WorkbookName>,
    opened_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl SessionAnswer {
    fn of(facts: &Facts, viewer: &Viewer) -> Self {
        let snapshot = &viewer.organization.snapshot;
        let kind = match &facts.who {
            Who::Member { kind: MemberKind::Internal, .. } => "internal",
            Who::Member { kind: MemberKind::Embed, .. } => "embed",
            Who::OnDemand => "on_demand",
            Who::Guest | Who::Public(_) => "guest",
        };
        Self {
            id: facts.session.to_string(),
            kind,
            member: facts.member().map(ToString::to_string),
            subject: facts.subject.clone(),
            tenant: tenant_of(facts, viewer).cloned(),
            embed_key: facts.key.as_ref().and_then(|id| snapshot.keys.name(id)).cloned(),
            workbook: facts.scope.as_ref().map(|scope| scope.workbook.clone()),
            opened_at: facts.opened_at,
            expires_at: facts.expires_at,
        }
    }
}

fn tenant_of<'a>(facts: &Facts, viewer: &'a Viewer) -> Option<&'a TenantName> {
    facts.tenant.as_ref().and_then(|id| viewer.organization.snapshot.tenants.name(id))
}

/// A page of sessions.
#[derive(Serialize, ToSchema)]
#[schema(as = OpenSessions)]
pub(super) struct SessionsAnswer {
    /// In the order of their ids.
    items: Vec<SessionAnswer>,
    /// Behind which the next page begins; absent: this is the last one.
    next: Option<String>,
}

/// Open sessions within the caller's reach. Guests and public viewers have none: their token or link is their session.
#[utoipa::path(
    get, operation_id = "list_sessions", path = "/api/v1/sessions", tag = "/api/v1/sessions", params(Listing),
    responses((status = 200, body = SessionsAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn list(
    caller: Administrator,
    State(app): State<App>,
    Parameters(listing): Parameters<Listing>,
) -> Result<Json<SessionsAnswer>, Problem> {
    let viewer = &caller.viewer;
    let own = viewer.principal.tenant();
    let (matter, list) = (Matter::of(Permission::ManageSessions, own), ("sessions", "sessions_listed"));
    let (limit, after) = allow_page(&app, viewer, &matter, list, (listing.limit, listing.after)).await?;
    let member = listing.member.map(MemberId::new);
    let tenant = own.and_then(|name| viewer.organization.snapshot.tenants.id(name));
    let found = app.store.open_sessions(member.as_ref(), tenant, &after, limit + 1, app.clock.now()).await?;
    let told = found.iter().map(|facts| (SessionAnswer::of(facts, viewer), facts.session.to_string()));
    let Page { items, next } = Page::of(told.collect(), limit);
    Ok(Json(SessionsAnswer { items, next }))
}

/// The open sessions of a member, once it is decided and recorded that the caller is told of them.
pub(in crate::routes) async fn open_of(app: &App, viewer: &Viewer, member: &MemberId) -> Result<Vec<Facts>, Problem> {
    let own = viewer.principal.tenant();
    let matter = Matter::of(Permission::ManageSessions, own);
    allow(app, viewer, &matter, "sessions", "sessions_listed").await?;
    let tenant = own.and_then(|name| viewer.organization.snapshot.tenants.id(name));
    let mut found: Vec<Facts> = Vec::new();
    loop {
        let after = found.last().map_or("", |facts| facts.session.as_str());
        let page = app.store.open_sessions(Some(member), tenant, after, AT_ONCE, app.clock.now()).await?;
        let is_last = page.len() < AT_ONCE as usize;
        found.extend(page);
        if is_last {
            return Ok(found);
        }
    }
}

/// How many are read at once.
const AT_ONCE: u32 = 200;

/// Ends a session at once.
#[utoipa::path(
    delete, operation_id = "end_session", path = "/api/v1/sessions/{session}", tag = "/api/v1/sessions",
    params(("session" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn end(
    caller: Administrator,
    State(app): State<App>,
    Named(session): Named<SessionId>,
) -> Result<StatusCode, Problem> {
    ended(&app, &caller.viewer, &session, None).await
}

/// Ends a session, if it is of that member where one is given.
pub(in crate::routes) async fn ended(
    app: &App,
    viewer: &Viewer,
    session: &SessionId,
    of: Option<&MemberId>,
) -> Result<StatusCode, Problem> {
    let facts = app.store.open_session_called(session, app.clock.now()).await?;
    let facts = facts.filter(|facts| of.is_none() || facts.member() == of);
    let tenant = facts.as_ref().and_then(|facts| tenant_of(facts, viewer));
    let matter = Matter::of(Permission::ManageSessions, tenant);
    let resource = format!("session/{session}");
    let mandate = match administer(&viewer.principal, &viewer.organization.snapshot, &matter) {
        Ok(mandate) => mandate,
        Err(denial) => return Err(audit::not_administering(app, viewer, &matter, &resource, &denial).await?),
    };
    if facts.is_none() {
        return Err(Problem::NotFound);
    }
    let event = audit::administering(app, viewer, &matter, &resource, "session_ended", &mandate);
    let ended = app.store.end_session_called(session, "ended by an administrator", event).await?;
    if ended { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::NotFound) }
}
