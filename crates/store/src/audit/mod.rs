//! The audit trail: one event for every decision that lets data out and for every write.
//!
//! An event is on disk before [`Store::record`] returns, and so before the first byte of the answer it is about. How
//! the answer ended is added afterwards. Both are links of the hash chain of the node that writes them.

pub(crate) mod chain;
mod linked;
mod page;
pub mod refusals;
mod rows;
mod verify;
pub(crate) mod writer;

pub use chain::Head;
pub use page::{AuditFilter, AuditPage};
pub(crate) use rows::insert;
pub use verify::{Breach, Broken, Verified};

use crate::{Store, StoreError};
use chrono::{DateTime, Utc};
use model::name::{KeyId, MemberId, SessionId, TenantId};
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
    /// The tenant of whoever it is.
    pub tenant: Option<TenantId>,
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

impl EventId {
    /// The event of that number.
    #[must_use]
    pub const fn of(number: i64) -> Self {
        Self(number)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }
}

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

    /// How many entries wait to be written.
    #[must_use]
    pub fn audit_waiting(&self) -> usize {
        self.audit.waiting()
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
        Ok(self.audit_page(&AuditFilter::default(), None, limit).await?.events)
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
