//! What goes into the audit trail, and when: before the first byte of the answer it is about.

mod authors;
mod looking;

pub(crate) use self::authors::{changing, not_changing, reading_content};
pub use self::authors::{listing_trash, nothing_thrown};
pub use self::looking::{LooksAs, inspecting, not_inspecting};

use crate::app::App;
use crate::callers::{Host, Viewer};
use crate::correlation::CorrelationId;
use crate::problem::Problem;
use crate::rates::RateOf;
use crate::routes::Plan;
use authz::permit::{Action, Permit};
use authz::principal::Facts;
use authz::{Denial, Mandate, Matter, Member, Resource};
use chrono::{DateTime, Utc};
use model::access::Permission;
use model::name::{ProviderName, SessionId};
use serde_json::{Value as Json, json};
use std::path::Path;
use std::sync::PoisonError;
use std::time::Instant;
use store::audit::refusals::CountedRefusals;
use store::audit::{AuditEvent, AuditPrincipal, EventId, Verdict};

/// A refusal of somebody nobody knows yet.
pub struct Refusal {
    /// The route's pattern.
    pub route: String,
    /// One of a few words, by which refusals are counted.
    pub kind: &'static str,
    /// The session that was meant, if one was.
    pub session: Option<SessionId>,
}

/// Puts an event on disk, and counts it.
async fn record(app: &App, event: AuditEvent) -> Result<EventId, Problem> {
    let started = Instant::now();
    let id = app.store.record(event.clone()).await?;
    app.metrics.event(&event, started.elapsed());
    Ok(id)
}

/// Records a refusal of a stranger, or counts it if there are many.
pub async fn refuse(app: &App, correlation: &CorrelationId, refusal: Refusal) -> Result<(), Problem> {
    let who = AuditPrincipal { session: refusal.session, ..AuditPrincipal::default() };
    refuse_sparingly(app, correlation, (refusal.kind, refusal.kind, refusal.route), who).await
}

/// Records that somebody has not logged in, or gets no mail, and why; or counts it if there is much of that, whatever the cause:
/// how long it takes tells no cause.
pub async fn login_refused(
    app: &App,
    correlation: &CorrelationId,
    (route, cause): (&str, &'static str),
    member: Option<&Member>,
) -> Result<(), Problem> {
    let who = member.map(of_member).unwrap_or_default();
    refuse_sparingly(app, correlation, ("login_refused", cause, route.to_owned()), who).await
}

/// The event of a mail with which somebody chooses a password anew.
pub fn password_reset_asked(app: &App, correlation: &CorrelationId, member: &Member) -> AuditEvent {
    let mut event = event(app, correlation, "password_reset_asked", Verdict::Allowed);
    event.principal = of_member(member);
    event
}

/// The event of somebody who changes what they log in with, or where they are in.
pub fn account_changed(app: &App, viewer: &Viewer, name: &str) -> AuditEvent {
    let mut event = event(app, &viewer.correlation, name, Verdict::Allowed);
    event.principal = of_facts(viewer.principal.facts());
    event.revision = viewer.principal.revision();
    event
}

fn of_member(member: &Member) -> AuditPrincipal {
    AuditPrincipal {
        member: Some(member.id.clone()),
        tenant: member.tenant.clone(),
        subject: Some(member.subject.clone()),
        ..AuditPrincipal::default()
    }
}

/// Records that somebody comes more often than they may, or counts it if there is much of it.
pub async fn too_often(app: &App, correlation: &CorrelationId, route: String, of: &RateOf) -> Result<(), Problem> {
    let mut who = AuditPrincipal::default();
    match of {
        RateOf::Key(key) => who.key = Some(key.clone()),
        RateOf::Session(session) | RateOf::Credential(session) => who.session = Some(session.clone()),
        RateOf::Address(_) => {}
    }
    refuse_sparingly(app, correlation, (of.word(), of.word(), route), who).await
}

async fn refuse_sparingly(
    app: &App,
    correlation: &CorrelationId,
    (kind, cause, route): (&'static str, &'static str, String),
    who: AuditPrincipal,
) -> Result<(), Problem> {
    let noted = app.refusals.lock().unwrap_or_else(PoisonError::into_inner).note(kind, app.clock.now());
    if let Some(counted) = noted.finished {
        record_counted(app, counted).await?;
    }
    app.metrics.refusal(kind);
    if noted.is_event {
        let mut event = event(app, correlation, "refused", Verdict::Refused);
        event.resource = Some(route);
        event.reasons = vec![cause.to_owned()];
        event.principal = who;
        record(app, event).await?;
    }
    Ok(())
}

/// Records how many refusals of a minute that is over were only counted.
pub async fn record_counted(app: &App, counted: CountedRefusals) -> Result<(), Problem> {
    let mut event = event(app, &CorrelationId(String::new()), "refusals_counted", Verdict::Refused);
    event.detail = json!({ "minute": counted.minute, "counts": counted.counts });
    record(app, event).await?;
    Ok(())
}

/// Records that a host asked for a session it does not get.
pub async fn refuse_host(app: &App, host: &Host, reason: &str) -> Result<(), Problem> {
    let mut event = of_host(app, host, "session_refused", Verdict::Refused);
    event.reasons = vec![reason.to_owned()];
    record(app, event).await?;
    Ok(())
}

/// Records that a session was opened.
pub async fn opened(app: &App, host: &Host, facts: &Facts) -> Result<(), Problem> {
    let mut event = of_host(app, host, "session_opened", Verdict::Allowed);
    event.principal = of_facts(facts);
    record(app, event).await?;
    app.metrics.opened(facts);
    Ok(())
}

/// Records that a host asked to end a session, and whether there was one to end.
pub async fn ending(app: &App, host: &Host, session: &SessionId, verdict: Verdict) -> Result<(), Problem> {
    let mut event = of_host(app, host, "session_ended", verdict);
    event.principal.session = Some(session.clone());
    record(app, event).await?;
    if verdict == Verdict::Allowed {
        app.metrics.ended("host");
    }
    Ok(())
}

/// Records that a page got a handle: `name` says for what.
pub async fn handle_given(app: &App, correlation: &CorrelationId, facts: &Facts, name: &str) -> Result<(), Problem> {
    let mut event = event(app, correlation, name, Verdict::Allowed);
    event.principal = of_facts(facts);
    record(app, event).await?;
    if name == TOKEN_EXCHANGED {
        app.metrics.opened(facts);
    }
    Ok(())
}

/// The event of a handle that is given for a token: the session is opened with it.
pub const TOKEN_EXCHANGED: &str = "token_exchanged";

/// Records that something is about to be let out. The future does not hold the permit.
pub fn allowed<A: Action>(
    app: &App,
    viewer: &Viewer,
    resource: &Resource,
    permit: &Permit<A>,
) -> impl Future<Output = Result<Completion, Problem>> + use<A> {
    let mut event = of_viewer::<A>(app, viewer, resource, Verdict::Allowed);
    event.revision = permit.revision();
    event.reasons = permit.reasons().to_vec();
    let app = app.clone();
    async move {
        let event = record(&app, event).await?;
        Ok(Completion { app: Some(app), event, rows: 0, bytes: 0 })
    }
}

/// Records a denial and says what its caller may know of it.
pub async fn denied<A: Action>(
    app: &App,
    viewer: &Viewer,
    resource: &Resource,
    denial: &Denial,
) -> Result<Problem, Problem> {
    let mut event = of_viewer::<A>(app, viewer, resource, Verdict::Refused);
    event.reasons = denial.reasons.iter().map(ToString::to_string).collect();
    record(app, event).await?;
    Ok(Problem::from(denial))
}

/// The event of a change of the organization; the store adds the revision.
pub(crate) fn edited(app: &App, viewer: &Viewer, plan: &Plan) -> AuditEvent {
    let mut event = event(app, &viewer.correlation, &plan.event, Verdict::Allowed);
    event.principal = of_facts(viewer.principal.facts());
    event.action = Some(plan.warrant.action().to_owned());
    event.resource = Some(plan.resource.clone());
    event.revision = plan.warrant.revision();
    event.reasons = plan.warrant.reasons().to_vec();
    event.detail = json!({ "fields": plan.fields });
    event
}

/// The event of something that is administered one by one, rather than by definitions.
pub fn administering(
    app: &App,
    viewer: &Viewer,
    matter: &Matter,
    resource: &str,
    name: &str,
    mandate: &Mandate,
) -> AuditEvent {
    let mut event = administration(app, viewer, matter, resource, name, Verdict::Allowed);
    event.revision = mandate.revision();
    event.reasons = mandate.reasons().to_vec();
    event
}

/// Records that somebody is told something of the organization.
pub async fn reading_administration(
    app: &App,
    viewer: &Viewer,
    matter: &Matter,
    resource: &str,
    name: &str,
    mandate: &Mandate,
) -> Result<(), Problem> {
    app.store.record(administering(app, viewer, matter, resource, name, mandate)).await?;
    Ok(())
}

/// Records that somebody may not administer something, and says what they may know of it.
pub async fn not_administering(
    app: &App,
    viewer: &Viewer,
    matter: &Matter,
    resource: &str,
    denial: &Denial,
) -> Result<Problem, Problem> {
    let mut event = administration(app, viewer, matter, resource, "administration_refused", Verdict::Refused);
    event.reasons = denial.reasons.iter().map(ToString::to_string).collect();
    app.store.record(event).await?;
    if denial.hidden {
        return Ok(Problem::NotFound);
    }
    let is_by = |rule: &str| denial.reasons.iter().any(|reason| reason.rule == rule);
    // What something gives is said of what there is, so that it is told only to those who may administer such things.
    let holds = [Permission::Administer, matter.needs].iter().all(|it| viewer.principal.permissions().contains(it));
    let detail = if is_by(authz::TEAMS_OF_POLICIES) {
        "what people see rests on this team: only administrators of the organization say who is in it".to_owned()
    } else if holds && is_by("give_what_one_holds") {
        "you may not give, or change somebody who holds, a permission that you do not hold yourself".to_owned()
    } else {
        format!("this needs the permissions `administer` and `{}`", matter.needs.as_str())
    };
    Ok(Problem::Forbidden { code: "forbidden", detail })
}

/// The event of something that needs a permission for a matter.
pub(crate) fn administration(
    app: &App,
    viewer: &Viewer,
    matter: &Matter,
    resource: &str,
    name: &str,
    verdict: Verdict,
) -> AuditEvent {
    let mut event = event(app, &viewer.correlation, name, verdict);
    event.principal = of_facts(viewer.principal.facts());
    event.action = Some(matter.needs.as_str().to_owned());
    event.resource = Some(resource.to_owned());
    event.revision = viewer.principal.revision();
    event
}

/// Records that somebody logged in, and by what; the store writes it with the session.
pub fn logged_in(app: &App, correlation: &CorrelationId, facts: &Facts, way: &str) -> AuditEvent {
    let mut event = event(app, correlation, "logged_in", Verdict::Allowed);
    event.principal = of_facts(facts);
    event.detail = json!({ "by": way });
    event
}

/// Records that somebody whom an identity provider has brought is let in.
pub async fn signed_on(app: &App, correlation: &CorrelationId, facts: &Facts, provider: &str) -> Result<(), Problem> {
    let mut event = logged_in(app, correlation, facts, "identity_provider");
    event.detail = json!({ "by": "identity_provider", "provider": provider });
    record(app, event).await?;
    app.metrics.opened(facts);
    Ok(())
}

/// Records that a provider has logged somebody out, and how many sessions ended by that.
pub async fn logged_out_by_provider(
    app: &App,
    correlation: &CorrelationId,
    provider: &ProviderName,
    ended: u64,
) -> Result<(), Problem> {
    let mut event = event(app, correlation, "sessions_ended", Verdict::Allowed);
    event.reasons = vec!["back_channel_logout".to_owned()];
    event.detail = json!({ "provider": provider, "sessions": ended });
    record(app, event).await.map(drop)
}

/// The event of something that an identity provider makes for whoever it brings; the store adds the revision.
pub fn made_by_provider(app: &App, correlation: &CorrelationId, resource: &str, provider: &str) -> AuditEvent {
    let mut event = event(app, correlation, "tenant_made", Verdict::Allowed);
    event.resource = Some(resource.to_owned());
    event.reasons = vec!["provisioning.tenants".to_owned()];
    event.detail = json!({ "provider": provider });
    event
}

/// Records that somebody may have nothing sent to them, and says what they may know of it.
pub async fn not_subscribing(app: &App, viewer: &Viewer, denial: &Denial) -> Result<Problem, Problem> {
    let mut event = event(app, &viewer.correlation, "subscription_refused", Verdict::Refused);
    event.principal = of_facts(viewer.principal.facts());
    event.revision = viewer.principal.revision();
    event.reasons = denial.reasons.iter().map(ToString::to_string).collect();
    app.store.record(event).await?;
    let detail = "this needs the permission `subscribe`".to_owned();
    Ok(Problem::Forbidden { code: "forbidden", detail })
}

/// Records that somebody is told which workbooks they see.
pub async fn listing(app: &App, viewer: &Viewer) -> Result<(), Problem> {
    listed(app, viewer, "workbooks_listed").await
}

/// Records that somebody is told a list of what is theirs to see.
pub async fn listed(app: &App, viewer: &Viewer, name: &str) -> Result<(), Problem> {
    let mut event = event(app, &viewer.correlation, name, Verdict::Allowed);
    event.principal = of_facts(viewer.principal.facts());
    event.revision = viewer.principal.revision();
    app.store.record(event).await?;
    Ok(())
}

/// The event of something that is kept for somebody; the store writes it with that.
pub fn keeping<A: Action>(
    app: &App,
    viewer: &Viewer,
    resource: &Resource,
    permit: &Permit<A>,
    name: &str,
) -> AuditEvent {
    let mut event = of_viewer::<A>(app, viewer, resource, Verdict::Allowed);
    event.event = name.to_owned();
    event.reasons = permit.reasons().to_vec();
    event
}

/// Somebody has ended their own session.
pub fn logged_out(app: &App, correlation: &CorrelationId, facts: &Facts) -> AuditEvent {
    let mut event = event(app, correlation, "logged_out", Verdict::Allowed);
    event.principal = of_facts(facts);
    event
}

/// The event of definitions that are applied from a folder; the store adds the revision.
#[must_use]
pub fn applying(now: DateTime<Utc>, folder: &Path) -> AuditEvent {
    let mut event = blank(now, "definitions_applied", Verdict::Allowed);
    event.principal.subject = Some("command line".to_owned());
    event.resource = Some(folder.display().to_string());
    event
}

/// The event of something that is done on the command line about a member.
#[must_use]
pub fn on_the_command_line(now: DateTime<Utc>, name: &str, email: &str) -> AuditEvent {
    let mut event = blank(now, name, Verdict::Allowed);
    event.principal.subject = Some("command line".to_owned());
    event.resource = Some(format!("member/{email}"));
    event
}

/// Something that is done to the store as a whole.
#[must_use]
pub fn of_the_store(now: DateTime<Utc>, name: &str) -> AuditEvent {
    let mut event = blank(now, name, Verdict::Allowed);
    event.principal.subject = Some("command line".to_owned());
    event
}

fn event(app: &App, correlation: &CorrelationId, name: &str, verdict: Verdict) -> AuditEvent {
    AuditEvent { correlation_id: correlation.0.clone(), ..blank(app.clock.now(), name, verdict) }
}

fn blank(at: DateTime<Utc>, name: &str, verdict: Verdict) -> AuditEvent {
    AuditEvent {
        at,
        correlation_id: String::new(),
        event: name.to_owned(),
        principal: AuditPrincipal::default(),
        acting_for: None,
        action: None,
        resource: None,
        verdict,
        revision: 0,
        reasons: Vec::new(),
        detail: Json::Null,
    }
}

fn of_host(app: &App, host: &Host, name: &str, verdict: Verdict) -> AuditEvent {
    let mut event = event(app, &host.correlation, name, verdict);
    event.principal.key = Some(host.key.id().clone());
    event.revision = host.organization.snapshot.revision;
    event
}

fn of_viewer<A: Action>(app: &App, viewer: &Viewer, resource: &Resource, verdict: Verdict) -> AuditEvent {
    let mut event = of_action(app, viewer, A::NAME, &resource.to_string(), verdict);
    if viewer.preview.is_some() {
        event.detail = json!({ "draft": true });
    }
    event
}

fn of_action(app: &App, viewer: &Viewer, action: &str, resource: &str, verdict: Verdict) -> AuditEvent {
    let mut event = event(app, &viewer.correlation, action, verdict);
    event.principal = of_facts(viewer.principal.facts());
    event.action = Some(action.to_owned());
    event.resource = Some(resource.to_owned());
    event.revision = viewer.principal.revision();
    event
}

fn of_facts(facts: &Facts) -> AuditPrincipal {
    AuditPrincipal {
        key: facts.key.clone(),
        session: Some(facts.session.clone()),
        member: facts.member().cloned(),
        tenant: facts.tenant.clone(),
        subject: Some(facts.subject.clone().unwrap_or_else(|| EXTERNAL_USER.to_owned())),
    }
}

/// What people nobody knows are called in the audit trail.
pub const EXTERNAL_USER: &str = "External user";

/// To be told how an answer ended. Dropped without that, the answer was aborted.
#[must_use = "an answer that is not completed counts as aborted"]
pub struct Completion {
    app: Option<App>,
    event: EventId,
    /// What went out so far.
    rows: usize,
    bytes: u64,
}

impl Completion {
    /// So many rows and bytes went out.
    pub fn complete(mut self, rows: usize, bytes: usize) {
        self.note(rows, bytes as u64);
        self.end();
    }

    /// So many rows and bytes went out so far. If it is dropped now, that is what the answer came to.
    pub const fn note(&mut self, rows: usize, bytes: u64) {
        (self.rows, self.bytes) = (rows, bytes);
    }

    /// What went out so far was all.
    pub fn end(mut self) {
        self.write(false);
    }

    fn write(&mut self, aborted: bool) {
        let (Some(app), Ok(runtime)) = (self.app.take(), tokio::runtime::Handle::try_current()) else { return };
        let event = self.event;
        let completion =
            store::audit::Completion { at: app.clock.now(), rows: self.rows as u64, bytes: self.bytes, aborted };
        runtime.spawn(async move {
            if let Err(error) = app.store.complete(event, completion).await {
                tracing::error!(%error, "a completion is missing from the audit trail");
            }
        });
    }
}

impl Drop for Completion {
    fn drop(&mut self) {
        self.write(true);
    }
}
