//! Figures for whoever watches the server, in the text format of Prometheus, on an address of their own.
//!
//! A label is a word of this program: the pattern of a route, an action, a verdict, a reason. No label and no name has anything
//! of a person, a tenant, content or data.

use crate::app::App;
use authz::{Facts, Who};
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use chrono::{DateTime, Utc};
use model::access::MemberKind;
use prometheus::core::Collector;
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TEXT_FORMAT,
    TextEncoder,
};
use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::audit::{AuditEvent, Verdict};

/// Upper ends of the classes of durations, in seconds.
const SECONDS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Upper ends of the classes of answers, in rows.
const ROWS: [f64; 7] = [0.0, 1.0, 10.0, 100.0, 1_000.0, 10_000.0, 100_000.0];

/// How often the store did not do what it was asked, in this process.
static STORE_ERRORS: AtomicU64 = AtomicU64::new(0);

/// Notes that the store did not do what it was asked.
pub(crate) fn store_failed() {
    STORE_ERRORS.fetch_add(1, Ordering::Relaxed);
}

/// What is counted. Nothing is, if the figures cannot be set up; the log says so.
pub struct Metrics(Option<Figures>);

struct Figures {
    registry: Registry,
    requests: HistogramVec,
    decisions: IntCounterVec,
    events: IntCounterVec,
    refusals: IntCounterVec,
    sessions_opened: IntCounterVec,
    sessions_ended: IntCounterVec,
    query_seconds: HistogramVec,
    query_rows: Histogram,
    answers: IntCounterVec,
    audit_seconds: Histogram,
    audit_waiting: IntGauge,
    store_errors: IntCounter,
    passwords: IntCounter,
    revision: IntGauge,
    revision_loaded: IntGauge,
    memory: IntGauge,
}

impl Figures {
    fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let seconds = |name: &str, help: &str| HistogramOpts::new(name, help).buckets(SECONDS.to_vec());
        let counters = |name: &str, help: &str, labels: &[&str]| {
            registered(&registry, IntCounterVec::new(Opts::new(name, help), labels)?)
        };
        let gauge = |name: &str, help: &str| registered(&registry, IntGauge::new(name, help)?);
        Ok(Self {
            requests: registered(
                &registry,
                HistogramVec::new(
                    seconds("vitrine_request_seconds", "Requests by the pattern of their route, until the first byte."),
                    &["method", "route", "status"],
                )?,
            )?,
            decisions: counters("vitrine_decisions_total", "Decisions.", &["action", "verdict"])?,
            events: counters("vitrine_audit_events_total", "Events of the audit trail.", &["event", "verdict"])?,
            refusals: counters("vitrine_refusals_total", "Refusals of people nobody knows yet.", &["reason"])?,
            sessions_opened: counters("vitrine_sessions_opened_total", "Sessions that were opened.", &["kind"])?,
            sessions_ended: counters("vitrine_sessions_ended_total", "Sessions that were ended.", &["cause"])?,
            query_seconds: registered(
                &registry,
                HistogramVec::new(
                    seconds("vitrine_query_seconds", "Questions, until their rows are there."),
                    &["outcome"],
                )?,
            )?,
            query_rows: registered(
                &registry,
                Histogram::with_opts(
                    HistogramOpts::new("vitrine_query_rows", "Rows of answers.").buckets(ROWS.to_vec()),
                )?,
            )?,
            answers: counters("vitrine_answers_total", "Answers that were at hand, or were computed.", &["kept"])?,
            audit_seconds: registered(
                &registry,
                Histogram::with_opts(seconds(
                    "vitrine_audit_record_seconds",
                    "Events of the audit trail, until they are on disk.",
                ))?,
            )?,
            audit_waiting: gauge("vitrine_audit_waiting", "Entries that wait to be written to the audit trail.")?,
            store_errors: registered(
                &registry,
                IntCounter::new("vitrine_store_errors_total", "How often the store did not do what it was asked.")?,
            )?,
            passwords: registered(
                &registry,
                IntCounter::new("vitrine_passwords_compared_total", "Passwords that were compared with a hash.")?,
            )?,
            revision: gauge("vitrine_revision", "The revision of the organization that this server has loaded.")?,
            revision_loaded: gauge(
                "vitrine_revision_loaded_timestamp_seconds",
                "When this server loaded its revision, in seconds since 1970.",
            )?,
            memory: gauge("process_resident_memory_bytes", "Memory of the process that is in use.")?,
            registry,
        })
    }
}

fn registered<C: Collector + Clone + 'static>(registry: &Registry, collector: C) -> prometheus::Result<C> {
    registry.register(Box::new(collector.clone()))?;
    Ok(collector)
}

impl Default for Metrics {
    fn default() -> Self {
        let figures = Figures::new();
        Self(figures.inspect_err(|error| tracing::error!(%error, "there are no figures for `metrics_listen`")).ok())
    }
}

impl Metrics {
    /// Counts a request. Methods that no route has are one.
    pub fn request(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let Some(figures) = &self.0 else { return };
        let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD];
        let method = if known.contains(method) { method.as_str() } else { "other" };
        figures.requests.with_label_values(&[method, route, status.as_str()]).observe(took.as_secs_f64());
    }

    /// Counts an event that is on disk, and the decision it is of.
    pub fn event(&self, event: &AuditEvent, took: Duration) {
        let Some(figures) = &self.0 else { return };
        let verdict = match event.verdict {
            Verdict::Allowed => "allowed",
            Verdict::Refused => "refused",
        };
        figures.events.with_label_values(&[event.event.as_str(), verdict]).inc();
        if let Some(action) = &event.action {
            figures.decisions.with_label_values(&[action.as_str(), verdict]).inc();
        }
        figures.audit_seconds.observe(took.as_secs_f64());
    }

    /// Counts a refusal of somebody nobody knows yet.
    pub fn refusal(&self, reason: &'static str) {
        let Some(figures) = &self.0 else { return };
        figures.refusals.with_label_values(&[reason]).inc();
    }

    /// Counts a session.
    pub fn opened(&self, facts: &Facts) {
        let Some(figures) = &self.0 else { return };
        figures.sessions_opened.with_label_values(&[kind(&facts.who)]).inc();
    }

    /// Counts the end of a session.
    pub fn ended(&self, cause: &'static str) {
        let Some(figures) = &self.0 else { return };
        figures.sessions_ended.with_label_values(&[cause]).inc();
    }

    /// Counts a question, with the rows of its answer or the kind of its failure.
    pub fn query(&self, outcome: Result<usize, &'static str>, took: Duration) {
        let Some(figures) = &self.0 else { return };
        let word = outcome.err().unwrap_or("answered");
        figures.query_seconds.with_label_values(&[word]).observe(took.as_secs_f64());
        if let Ok(rows) = outcome {
            // Exact up to 2^53, and no answer has as many rows.
            #[expect(clippy::cast_precision_loss, reason = "no answer has as many rows as would lose any")]
            figures.query_rows.observe(rows as f64);
        }
    }

    /// Notes which revision answers are made from.
    pub fn revision(&self, revision: u64, now: DateTime<Utc>) {
        let Some(figures) = &self.0 else { return };
        figures.revision.set(revision.cast_signed());
        figures.revision_loaded.set(now.timestamp());
    }

    /// The text.
    fn text(&self, app: &App) -> Option<String> {
        let figures = self.0.as_ref()?;
        let kept = app.engine.cache_figures();
        for (word, count) in [("yes", kept.hits), ("no", kept.misses)] {
            raise(&figures.answers.with_label_values(&[word]), count);
        }
        raise(&figures.store_errors, STORE_ERRORS.load(Ordering::Relaxed));
        raise(&figures.passwords, app.passwords.compared());
        figures.audit_waiting.set(i64::try_from(app.store.audit_waiting()).unwrap_or(i64::MAX));
        figures.memory.set(resident_memory().unwrap_or_default());
        TextEncoder::new().encode_to_string(&figures.registry.gather()).ok()
    }
}

/// Brings a counter to what is counted elsewhere.
fn raise(counter: &IntCounter, to: u64) {
    counter.inc_by(to.saturating_sub(counter.get()));
}

const fn kind(who: &Who) -> &'static str {
    match who {
        Who::Member { kind: MemberKind::Internal, .. } => "internal_member",
        Who::Member { kind: MemberKind::Embed, .. } => "embed_member",
        Who::OnDemand => "on_demand_viewer",
        Who::Guest => "guest",
        Who::Public(_) => "public_viewer",
    }
}

/// As Linux tells it, in bytes.
fn resident_memory() -> Option<i64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// What answers at the address of the figures: they, and nothing else.
pub(crate) fn router(app: App) -> Router {
    Router::new().route("/metrics", get(show)).with_state(app)
}

async fn show(State(app): State<App>) -> Response {
    match app.metrics.text(&app) {
        Some(text) => ([(CONTENT_TYPE, TEXT_FORMAT)], text).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
