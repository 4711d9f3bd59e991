//! The audit trail, read by administrators: each tenant's by its own.

use super::noun::allow_page;
use crate::app::App;
use crate::callers::Administrator;
use crate::page::{Paging, Parameters, cursor};
use crate::problem::{Problem, ProblemBody};
use authz::Matter;
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use model::access::Permission;
use model::name::{ClientId, MemberId, SessionId, TenantId, TenantName};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::audit::{AuditFilter, Completion, EventId, RecordedEvent, Verdict};
use utoipa::{IntoParams, ToSchema};

/// Which events. All that is said must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Listing {
    /// At most so many, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Of that kind, such as `run_query`.
    event: Option<String>,
    /// Of a tenant's people, by its name.
    tenant: Option<TenantName>,
    /// Of a member, by id.
    member: Option<String>,
    /// Of whoever their issuer calls that.
    subject: Option<String>,
    /// Of a session.
    session: Option<String>,
    /// About that, or something in it: `flights` is also of `flights/overview`.
    resource: Option<String>,
    /// Not earlier.
    since: Option<DateTime<Utc>>,
    /// Earlier.
    until: Option<DateTime<Utc>>,
}

/// An event.
#[derive(Serialize, ToSchema)]
#[schema(as = Activity)]
struct ActivityAnswer {
    /// Its place in the trail.
    number: i64,
    at: DateTime<Utc>,
    /// What happened.
    event: String,
    /// What its caller was told to quote.
    correlation_id: String,
    /// Whether it was let through.
    allowed: bool,
    #[schema(required = true)]
    member: Option<String>,
    /// What the person is called; guests are `External user`.
    #[schema(required = true)]
    subject: Option<String>,
    /// Their tenant; null: none, or one that is gone.
    #[schema(required = true)]
    tenant: Option<TenantName>,
    #[schema(required = true)]
    session: Option<String>,
    /// The embed key; null: none, or one that is gone.
    #[schema(required = true)]
    embed_key: Option<ClientId>,
    /// On whose behalf, where that is somebody else.
    #[schema(required = true)]
    acting_for: Option<String>,
    /// What was asked for, such as `run_query`.
    #[schema(required = true)]
    action: Option<String>,
    /// Of what.
    #[schema(required = true)]
    resource: Option<String>,
    /// The revision it was decided at.
    revision: u64,
    /// Why.
    reasons: Vec<String>,
    /// Whatever else belongs to such events.
    detail: Value,
    /// How the answer ended; null: it was none, or has not ended.
    #[schema(required = true)]
    completion: Option<CompletionAnswer>,
}

/// How an answer ended.
#[derive(Serialize, ToSchema)]
#[schema(as = Completion)]
struct CompletionAnswer {
    at: DateTime<Utc>,
    rows: u64,
    bytes: u64,
    /// Whether it ended early.
    aborted: bool,
}

impl From<Completion> for CompletionAnswer {
    fn from(Completion { at, rows, bytes, aborted }: Completion) -> Self {
        Self { at, rows, bytes, aborted }
    }
}

/// A page of the trail.
#[derive(Serialize, ToSchema)]
#[schema(as = Activities)]
pub(super) struct ActivitiesAnswer {
    /// The last one first.
    items: Vec<ActivityAnswer>,
    /// Behind which the next page begins; absent: this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    next: Option<String>,
}

/// What was done and decided, the last first. Whoever is of a tenant reads that tenant's.
#[utoipa::path(
    get, operation_id = "list_activity", path = "/api/v1/activity", tag = "/api/v1/activity", params(Listing),
    responses((status = 200, body = ActivitiesAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn list(
    caller: Administrator,
    State(app): State<App>,
    Parameters(listing): Parameters<Listing>,
) -> Result<Json<ActivitiesAnswer>, Problem> {
    let viewer = &caller.viewer;
    let snapshot = &viewer.organization.snapshot;
    let tenant = listing.tenant.as_ref().or_else(|| viewer.principal.tenant());
    let matter = Matter::of(Permission::SeeActivity, tenant);
    let list = ("activity", "activity_listed");
    let (limit, after) = allow_page(&app, viewer, &matter, list, (listing.limit, listing.after)).await?;
    let after = match after.as_str() {
        "" => None,
        number => Some(EventId::of(number.parse().map_err(|_| Paging::not_a_cursor())?)),
    };
    // A tenant that there is not has no people.
    let tenant = tenant.map(|name| snapshot.tenants.id(name).cloned().unwrap_or_else(|| TenantId::new("-")));
    let filter = AuditFilter {
        event: listing.event,
        tenant,
        member: listing.member.map(MemberId::new),
        subject: listing.subject,
        session: listing.session.map(SessionId::new),
        resource: listing.resource,
        since: listing.since,
        until: listing.until,
    };
    let page = app.store.audit_page(&filter, after, limit).await?;
    let told = |RecordedEvent { id, event, completion }| {
        let store::audit::AuditEvent { principal, .. } = &event;
        let tenant = principal.tenant.as_ref().and_then(|id| snapshot.tenants.name(id)).cloned();
        let embed_key = principal.key.as_ref().and_then(|id| snapshot.keys.name(id)).cloned();
        ActivityAnswer {
            number: id.number(),
            at: event.at,
            event: event.event,
            correlation_id: event.correlation_id,
            allowed: event.verdict == Verdict::Allowed,
            member: event.principal.member.map(|id| id.to_string()),
            subject: event.principal.subject,
            tenant,
            session: event.principal.session.map(|id| id.to_string()),
            embed_key,
            acting_for: event.acting_for,
            action: event.action,
            resource: event.resource,
            revision: event.revision,
            reasons: event.reasons,
            detail: event.detail,
            completion: completion.map(CompletionAnswer::from),
        }
    };
    let next = page.next.map(|next| cursor(&next.number().to_string()));
    Ok(Json(ActivitiesAnswer { items: page.events.into_iter().map(told).collect(), next }))
}
