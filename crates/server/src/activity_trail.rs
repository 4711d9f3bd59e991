//! The audit trail as the built-in model reads it.

use crate::audit::EXTERNAL_USER;
use crate::organization::Organization;
use async_trait::async_trait;
use authz::permit::{Action as _, ExportArrow, ExportCsv, ExportJson, ExportPage, ExportPicture, ExportXlsx, RunQuery};
use chrono::TimeDelta;
use model::built_in::ActivityEvent;
use model::name::TenantId;
use model::snapshot::Snapshot;
use query::{ActivityBounds, ActivityPage, ActivityTrail, QueryError};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use store::audit::{AuditEvent, AuditFilter, AuditPrincipal, EventId, RecordedEvent, Verdict};
use store::{Store, StoreError};

/// How many events are read at once.
const PAGE: u32 = 2_000;

/// The trail of a store, in which tenants and keys have the names of the latest revision.
pub(crate) struct StoreTrail {
    store: Store,
    /// What the process has loaded. It holds the catalog, which holds this.
    latest: Weak<RwLock<Option<Arc<Organization>>>>,
}

impl StoreTrail {
    /// The trail of that store.
    pub(crate) const fn new(store: Store, latest: Weak<RwLock<Option<Arc<Organization>>>>) -> Self {
        Self { store, latest }
    }

    fn organization(&self) -> Option<Arc<Organization>> {
        self.latest.upgrade()?.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for StoreTrail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreTrail")
    }
}

#[async_trait]
impl ActivityTrail for StoreTrail {
    async fn page(&self, bounds: &ActivityBounds, after: Option<i64>) -> Result<ActivityPage, QueryError> {
        let filter = AuditFilter {
            tenant: bounds.tenant.clone().map(TenantId::new),
            since: bounds.since,
            // Bounds have their ends, and filters have not.
            until: bounds.until.map(|until| until + TimeDelta::microseconds(1)),
            ..AuditFilter::default()
        };
        let page = self.store.audit_page(&filter, after.map(EventId::of), PAGE).await;
        let page = page.map_err(|error: StoreError| {
            tracing::error!(%error, "the activity cannot be read");
            QueryError::Unreadable
        })?;
        let organization = self.organization().ok_or(QueryError::Unreadable)?;
        let events = page.events.into_iter().map(|event| shown(event, &organization.snapshot)).collect();
        Ok(ActivityPage { events, next: page.next.map(EventId::number) })
    }
}

/// Events that are about content: what they are called is what was done with it.
const ON_CONTENT: [&str; 7] = [
    RunQuery::NAME,
    ExportCsv::NAME,
    ExportXlsx::NAME,
    ExportJson::NAME,
    ExportArrow::NAME,
    ExportPicture::NAME,
    ExportPage::NAME,
];

fn shown(RecordedEvent { id, event, completion }: RecordedEvent, snapshot: &Snapshot) -> ActivityEvent {
    let who = &event.principal;
    let tenant_id = who.tenant.as_ref().map(ToString::to_string);
    let tenant = who.tenant.as_ref().and_then(|id| snapshot.tenants.name(id)).map(ToString::to_string);
    let embed_key =
        who.key.as_ref().map(|id| snapshot.keys.name(id).map_or_else(|| id.to_string(), ToString::to_string));
    let Place { workbook, page, element, explore } = place(&event);
    let took = completion.as_ref().map(|completion| completion.at.signed_duration_since(event.at));
    ActivityEvent {
        number: id.number(),
        at: event.at,
        outcome: match event.verdict {
            Verdict::Allowed => "allowed",
            Verdict::Refused => "refused",
        },
        person: person(who),
        member: who.member.as_ref().map(ToString::to_string),
        tenant: tenant.or_else(|| tenant_id.clone()),
        tenant_id,
        session: who.session.as_ref().map(ToString::to_string),
        embed_key,
        acting_for: event.acting_for,
        action: event.action,
        resource: event.resource,
        workbook,
        page,
        element,
        explore,
        reasons: (!event.reasons.is_empty()).then(|| event.reasons.join("; ")),
        revision: event.revision.cast_signed(),
        correlation_id: (!event.correlation_id.is_empty()).then_some(event.correlation_id),
        rows: completion.map(|completion| completion.rows.cast_signed()),
        bytes: completion.map(|completion| completion.bytes.cast_signed()),
        ended_early: completion.map(|completion| completion.aborted),
        milliseconds: took.map(|took| took.num_milliseconds().max(0)),
        event: event.event,
    }
}

/// What somebody is called. Nothing is kept of on-demand viewers, so that each of their sessions is somebody.
fn person(who: &AuditPrincipal) -> Option<String> {
    let subject = who.subject.as_deref()?;
    match (&who.key, &who.member, &who.session) {
        (Some(_), None, Some(session)) if subject != EXTERNAL_USER => Some(format!("On-demand viewer {session}")),
        _ => Some(subject.to_owned()),
    }
}

/// Where something was asked.
#[derive(Default)]
struct Place {
    workbook: Option<String>,
    page: Option<String>,
    element: Option<String>,
    explore: Option<String>,
}

fn place(event: &AuditEvent) -> Place {
    let resource = event.resource.as_deref().filter(|_| ON_CONTENT.contains(&event.event.as_str()));
    let Some(resource) = resource else { return Place::default() };
    // No name of content has a point, and each explore has one.
    if resource.contains('.') {
        return Place { explore: Some(resource.to_owned()), ..Place::default() };
    }
    let mut parts = resource.split('/').map(str::to_owned);
    Place { workbook: parts.next(), page: parts.next(), element: parts.next(), explore: None }
}
