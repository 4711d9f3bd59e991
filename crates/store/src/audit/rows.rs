//! Audit events as rows.

use super::chain::{self, Chain, CompletionContent, EventContent};
use super::{AuditEvent, AuditPrincipal, Completion, EventId, RecordedEvent, Verdict};
use crate::StoreError;
use crate::database::take_trail;
use crate::time::{instant, micros};
use model::name::{KeyId, MemberId, SessionId, TenantId};
use sqlx::AnyConnection;

impl Verdict {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
        }
    }
}

/// Adds an event at the end of the trail and of the node's chain, as the last thing that a transaction does.
pub(crate) async fn insert(
    connection: &mut AnyConnection,
    node: &str,
    event: &AuditEvent,
) -> Result<EventId, StoreError> {
    take_trail(connection).await?;
    let mut chain = Chain::take(connection, node).await?;
    let id = insert_link(connection, &mut chain, event).await?;
    chain.keep(connection).await?;
    Ok(id)
}

/// Adds an event to a chain that the transaction holds.
pub(super) async fn insert_link(
    connection: &mut AnyConnection,
    chain: &mut Chain,
    event: &AuditEvent,
) -> Result<EventId, StoreError> {
    let reasons = serde_json::to_string(&event.reasons).map_err(|_| StoreError::Unwritable("reasons"))?;
    let (detail, occurred_at, sequence) = (event.detail.to_string(), micros(event.at), chain.next_sequence());
    let who = &event.principal;
    let (subject, acting_for) = (who.subject.as_deref().map(kept), event.acting_for.as_deref().map(kept));
    let link = chain.link(|position, previous| {
        chain::hash(&EventContent {
            previous,
            node: &chain.node,
            position,
            sequence,
            occurred_at,
            correlation_id: &event.correlation_id,
            event: &event.event,
            key_id: who.key.as_ref().map(KeyId::as_str),
            session: who.session.as_ref().map(SessionId::as_str),
            member: who.member.as_ref().map(MemberId::as_str),
            tenant: who.tenant.as_ref().map(TenantId::as_str),
            subject: subject.as_deref(),
            acting_for: acting_for.as_deref(),
            action: event.action.as_deref(),
            resource: event.resource.as_deref(),
            verdict: event.verdict.as_str(),
            revision: event.revision.cast_signed(),
            reasons: &reasons,
            detail: &detail,
        })
    })?;
    sqlx::query(
        "INSERT INTO audit_events (sequence, occurred_at, correlation_id, event, key_id, session, member, tenant, \
         subject, acting_for, action, resource, verdict, revision, reasons, detail, node, position, previous, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
    )
    .bind(sequence)
    .bind(occurred_at)
    .bind(event.correlation_id.as_str())
    .bind(event.event.as_str())
    .bind(who.key.as_ref().map(KeyId::as_str))
    .bind(who.session.as_ref().map(SessionId::as_str))
    .bind(who.member.as_ref().map(MemberId::as_str))
    .bind(who.tenant.as_ref().map(TenantId::as_str))
    .bind(subject.as_deref())
    .bind(acting_for.as_deref())
    .bind(event.action.as_deref())
    .bind(event.resource.as_deref().map(kept))
    .bind(event.verdict.as_str())
    .bind(event.revision.cast_signed())
    .bind(reasons)
    .bind(detail)
    .bind(link.node.as_str())
    .bind(link.position)
    .bind(link.previous.as_str())
    .bind(link.hash.as_str())
    .execute(connection)
    .await?;
    chain.advance(link);
    Ok(EventId(sequence))
}

/// A text as both databases can keep it: PostgreSQL has no NUL in texts, and one event must not keep others from the trail.
fn kept(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Adds to an event how its answer ended, as a link of a chain that the transaction holds, unless that is known already.
pub(super) async fn insert_completion(
    connection: &mut AnyConnection,
    chain: &mut Chain,
    event: EventId,
    completion: &Completion,
) -> Result<(), StoreError> {
    let completed_at = micros(completion.at);
    let link = chain.link(|position, previous| {
        let place = (previous, chain.node.as_str(), position);
        chain::hash(&CompletionContent::of(place, event, completion, completed_at))
    })?;
    let inserted = sqlx::query(
        "INSERT INTO audit_completions (sequence, completed_at, row_count, byte_count, aborted, node, position, \
         previous, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (sequence) DO NOTHING",
    )
    .bind(event.0)
    .bind(completed_at)
    .bind(completion.rows.cast_signed())
    .bind(completion.bytes.cast_signed())
    .bind(i64::from(completion.aborted))
    .bind(link.node.as_str())
    .bind(link.position)
    .bind(link.previous.as_str())
    .bind(link.hash.as_str())
    .execute(connection)
    .await?;
    if inserted.rows_affected() > 0 {
        chain.advance(link);
    }
    Ok(())
}

macro_rules! select_events {
    ($which:literal) => {
        concat!(
            "SELECT audit_events.*, completed_at, row_count, byte_count, aborted FROM audit_events \
             LEFT JOIN audit_completions ON audit_completions.sequence = audit_events.sequence ",
            $which
        )
    };
}

/// Events with their completions.
pub(super) const SELECT: &str = select_events!("");

/// The events of one request, in their order.
pub(super) async fn of_request(
    connection: &mut AnyConnection,
    correlation_id: &str,
) -> Result<Vec<RecordedEvent>, StoreError> {
    let rows = sqlx::query_as(select_events!("WHERE correlation_id = $1 ORDER BY audit_events.sequence"))
        .bind(correlation_id)
        .fetch_all(connection)
        .await?;
    read_all(rows)
}

/// Rows as events.
pub(super) fn read_all(rows: Vec<EventRow>) -> Result<Vec<RecordedEvent>, StoreError> {
    rows.into_iter().map(EventRow::read).collect()
}

#[derive(sqlx::FromRow)]
pub(super) struct EventRow {
    sequence: i64,
    occurred_at: i64,
    correlation_id: String,
    event: String,
    key_id: Option<String>,
    session: Option<String>,
    member: Option<String>,
    tenant: Option<String>,
    subject: Option<String>,
    acting_for: Option<String>,
    action: Option<String>,
    resource: Option<String>,
    verdict: String,
    revision: i64,
    reasons: String,
    detail: String,
    #[sqlx(flatten)]
    completion: CompletionRow,
}

#[derive(sqlx::FromRow)]
struct CompletionRow {
    completed_at: Option<i64>,
    row_count: Option<i64>,
    byte_count: Option<i64>,
    aborted: Option<i64>,
}

impl EventRow {
    fn read(self) -> Result<RecordedEvent, StoreError> {
        let verdicts = [Verdict::Allowed, Verdict::Refused];
        let verdict = verdicts.into_iter().find(|verdict| verdict.as_str() == self.verdict);
        let principal = AuditPrincipal {
            key: self.key_id.map(KeyId::new),
            session: self.session.map(SessionId::new),
            member: self.member.map(MemberId::new),
            tenant: self.tenant.map(TenantId::new),
            subject: self.subject,
        };
        let event = AuditEvent {
            at: instant(self.occurred_at)?,
            correlation_id: self.correlation_id,
            event: self.event,
            principal,
            acting_for: self.acting_for,
            action: self.action,
            resource: self.resource,
            verdict: verdict.ok_or(StoreError::Unreadable("verdict"))?,
            revision: self.revision.cast_unsigned(),
            reasons: serde_json::from_str(&self.reasons).map_err(|_| StoreError::Unreadable("reasons"))?,
            detail: self.detail.parse().map_err(|_| StoreError::Unreadable("detail"))?,
        };
        Ok(RecordedEvent { id: EventId(self.sequence), event, completion: self.completion.read()? })
    }
}

impl CompletionRow {
    fn read(self) -> Result<Option<Completion>, StoreError> {
        let Some(completed_at) = self.completed_at else { return Ok(None) };
        Ok(Some(Completion {
            at: instant(completed_at)?,
            rows: self.row_count.unwrap_or_default().cast_unsigned(),
            bytes: self.byte_count.unwrap_or_default().cast_unsigned(),
            aborted: self.aborted.is_some_and(|aborted| aborted != 0),
        }))
    }
}
