//! The audit trail: one event for every decision that lets data out and for every write.
//!
//! An event is on disk before [`Store::record`] returns, and so before the first byte of the answer it is about. How
//! the answer ended is added afterwards.

pub mod refusals;
mod rows;
pub(crate) mod writer;

pub(crate) use rows::insert;

use crate::{Store, StoreError};
use chrono::{DateTime, Utc};
use model::name::{KeyId, MemberId, SessionId};
use serde::Serialize;
use serde_json::Value as Json;
use writer::Entry;

/// Something that was decided or done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// What the caller was told to quote.
    pub correlation_id: String,
    /// What happened, such as `session_opened`.
    pub event: String,
    /// By whom.
    pub principal: AuditPrincipal,
    /// On whose behalf, where that is somebody else.
    pub acting_for: Option<String>,
    /// What was asked for, such as `run_query`.
    pub action: Option<String>,
    /// Of what, such as `workbook/flights/overview/total`.
    pub resource: Option<String>,
    /// Whether it was let through.
    pub verdict: Verdict,
    /// The revision it was decided at.
    pub revision: u64,
    /// Why.
    pub reasons: Vec<String>,
    /// Whatever else belongs to such events. Never a secret, never a value from a row.
    pub detail: Json,
}

/// Who did something, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct AuditPrincipal {
    /// The embed key.
    pub key: Option<KeyId>,
    /// The session.
    pub session: Option<SessionId>,
    /// The member.
    pub member: Option<MemberId>,
    /// What the issuer calls the person, or what the system calls itself.
    pub subject: Option<String>,
}

/// Whether something was let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It was.
    Allowed,
    /// It was not.
    Refused,
}

/// An event's place in the trail: later events have greater ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct EventId(i64);

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Completion {
    /// When.
    pub at: DateTime<Utc>,
    /// Rows in it.
    pub rows: u64,
    /// Bytes of it.
    pub bytes: u64,
    /// Whether it ended early.
    pub aborted: bool,
}

/// An event as it stands in the trail.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordedEvent {
    /// Its place.
    pub id: EventId,
    /// The event.
    pub event: AuditEvent,
    /// How the answer ended, if there was one and it has.
    pub completion: Option<Completion>,
}

impl Store {
    /// Commits an event. Events that arrive while others are being written share one transaction, in their order.
    ///
    /// # Errors
    /// The event is not on disk: whatever it is about must be refused.
    pub async fn record(&self, event: AuditEvent) -> Result<EventId, StoreError> {
        self.audit.write(Entry::Event(Box::new(event))).await
    }

    /// Adds to an event how its answer ended. The first completion of an event stands.
    ///
    /// # Errors
    /// It is not on disk.
    pub async fn complete(&self, event: EventId, completion: Completion) -> Result<(), StoreError> {
        self.audit.write(Entry::Completion(event, completion)).await.map(drop)
    }

    /// The latest events, the last one first.
    ///
    /// # Errors
    /// The database fails.
    pub async fn recent_audit(&self, limit: u32) -> Result<Vec<RecordedEvent>, StoreError> {
        let mut connection = self.database.readers().acquire().await?;
        rows::recent(&mut connection, limit).await
    }

    /// The events of the request whose caller was told to quote this correlation id, in their order.
    ///
    /// # Errors
    /// The database fails.
    pub async fn audit_of(&self, correlation_id: &str) -> Result<Vec<RecordedEvent>, StoreError> {
        let mut connection = self.database.readers().acquire().await?;
        rows::of_request(&mut connection, correlation_id).await
    }
}
