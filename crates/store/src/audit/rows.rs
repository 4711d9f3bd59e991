//! Audit events as rows.

use super::{AuditEvent, AuditPrincipal, Completion, EventId, RecordedEvent, Verdict};
use crate::StoreError;
use crate::time::{instant, micros};
use model::name::{KeyId, MemberId, SessionId};
use sqlx::AnyConnection;

impl Verdict {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
        }
    }
}

/// Adds an event at the end of the trail, in a transaction that holds the right to write.
pub(crate) async fn insert(connection: &mut AnyConnection, event: &AuditEvent) -> Result<EventId, StoreError> {
    let reasons = serde_json::to_string(&event.reasons).map_err(|_| StoreError::Unwritable("reasons"))?;
    let sequence = sqlx::query_scalar(
        "INSERT INTO audit_events (sequence, occurred_at, correlation_id, event, key_id, session, member, subject, \
         acting_for, action, resource, verdict, revision, reasons, detail) \
         VALUES ((SELECT COALESCE(MAX(sequence), 0) + 1 FROM audit_events), \
         $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING sequence",
    )
    .bind(micros(event.at))
    .bind(event.correlation_id.as_str())
    .bind(event.event.as_str())
    .bind(event.principal.key.as_ref().map(KeyId::as_str))
    .bind(event.principal.session.as_ref().map(SessionId::as_str))
    .bind(event.principal.member.as_ref().map(MemberId::as_str))
    .bind(event.principal.subject.as_deref())
    .bind(event.acting_for.as_deref())
    .bind(event.action.as_deref())
    .bind(event.resource.as_deref())
    .bind(event.verdict.as_str())
    .bind(event.revision.cast_signed())
    .bind(reasons)
    .bind(event.detail.to_string())
    .fetch_one(connection)
    .await?;
    Ok(EventId(sequence))
}

/// Adds to an event how its answer ended, unless that is known already.
pub(crate) async fn insert_completion(
    connection: &mut AnyConnection,
    event: EventId,
    completion: &Completion,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit_completions (sequence, completed_at, row_count, byte_count, aborted) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (sequence) DO NOTHING",
    )
    .bind(event.0)
    .bind(micros(completion.at))
    .bind(completion.rows.cast_signed())
    .bind(completion.bytes.cast_signed())
    .bind(i64::from(completion.aborted))
    .execute(connection)
    .await?;
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

/// The latest events, the last one first.
pub(super) async fn recent(connection: &mut AnyConnection, limit: u32) -> Result<Vec<RecordedEvent>, StoreError> {
    let rows: Vec<EventRow> = sqlx::query_as(select_events!("ORDER BY audit_events.sequence DESC LIMIT $1"))
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await?;
    rows.into_iter().map(EventRow::read).collect()
}

/// The events of one request, in their order.
pub(super) async fn of_request(
    connection: &mut AnyConnection,
    correlation_id: &str,
) -> Result<Vec<RecordedEvent>, StoreError> {
    let rows: Vec<EventRow> =
        sqlx::query_as(select_events!("WHERE correlation_id = $1 ORDER BY audit_events.sequence"))
            .bind(correlation_id)
            .fetch_all(connection)
            .await?;
    rows.into_iter().map(EventRow::read).collect()
}

#[derive(sqlx::FromRow)]
struct EventRow {
    sequence: i64,
    occurred_at: i64,
    correlation_id: String,
    event: String,
    key_id: Option<String>,
    session: Option<String>,
    member: Option<String>,
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
