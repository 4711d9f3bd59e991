//! The hash chain of a node: each link has the hash of the one before it and of its own content, so that nothing can be
//! changed, taken away, put in or moved without that being seen. Events are links, and so are completions.
//!
//! The hash is SHA-256, in lower-case hexadecimal digits, of the content as JSON: the members of [`EventContent`] or
//! [`CompletionContent`] in their order, without blanks. No secret goes into it, so anybody who has the rows can verify them;
//! whoever could write all rows of all nodes could also make all chains anew, which is what a head noted elsewhere is for.

use super::{AuditEvent, AuditPrincipal, Completion, EventId, Verdict, linked, rows};
use crate::database::Database;
use crate::time::instant;
use crate::{Store, StoreError};
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use sqlx::AnyConnection;
use std::sync::PoisonError;

/// The event that counts and hashes the rows from before there were chains.
pub(super) const BEGAN: &str = "chain_began";
/// The event that holds the heads of the other nodes' chains.
pub(super) const ANCHORED: &str = "chain_anchored";

/// Rows that are read at a time.
pub(super) const PAGE: i64 = 1_000;

/// A link of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) node: String,
    pub(super) position: i64,
    pub(super) previous: String,
    pub(super) hash: String,
}

/// What the hash of an event is of.
#[derive(Serialize)]
pub(super) struct EventContent<'a> {
    pub(super) previous: &'a str,
    pub(super) node: &'a str,
    pub(super) position: i64,
    pub(super) sequence: i64,
    pub(super) occurred_at: i64,
    pub(super) correlation_id: &'a str,
    pub(super) event: &'a str,
    pub(super) key_id: Option<&'a str>,
    pub(super) session: Option<&'a str>,
    pub(super) member: Option<&'a str>,
    pub(super) tenant: Option<&'a str>,
    pub(super) subject: Option<&'a str>,
    pub(super) acting_for: Option<&'a str>,
    pub(super) action: Option<&'a str>,
    pub(super) resource: Option<&'a str>,
    pub(super) verdict: &'a str,
    pub(super) revision: i64,
    pub(super) reasons: &'a str,
    pub(super) detail: &'a str,
}

/// What the hash of a completion is of.
#[derive(Serialize)]
pub(super) struct CompletionContent<'a> {
    pub(super) previous: &'a str,
    pub(super) node: &'a str,
    pub(super) position: i64,
    pub(super) completes: i64,
    pub(super) completed_at: i64,
    pub(super) row_count: i64,
    pub(super) byte_count: i64,
    pub(super) aborted: i64,
}

/// The hash of a link's content.
pub(super) fn hash(content: &impl Serialize) -> Result<String, StoreError> {
    let json = serde_json::to_vec(content).map_err(|_| StoreError::Unwritable("audit event"))?;
    Ok(HEXLOWER.encode(&Sha256::digest(json)))
}

/// The end of a node's chain, held by the transaction that adds to it.
pub(super) struct Chain {
    pub(super) node: String,
    position: i64,
    head: String,
    sequence: i64,
}

impl Chain {
    /// Takes hold of the end: nobody else adds to the chain until the transaction is over.
    pub(super) async fn take(connection: &mut AnyConnection, node: &str) -> Result<Self, StoreError> {
        let (position, head): (i64, String) = sqlx::query_as(
            "INSERT INTO audit_heads (node, position, hash) VALUES ($1, 0, '') \
             ON CONFLICT (node) DO UPDATE SET node = excluded.node RETURNING position, hash",
        )
        .bind(node)
        .fetch_one(&mut *connection)
        .await?;
        let sequence =
            sqlx::query_scalar("SELECT COALESCE(MAX(sequence), 0) FROM audit_events").fetch_one(connection).await?;
        Ok(Self { node: node.to_owned(), position, head, sequence })
    }

    /// The number of the next event.
    pub(super) const fn next_sequence(&mut self) -> i64 {
        self.sequence += 1;
        self.sequence
    }

    /// The next link, whose hash `of` makes of its place and the hash before it.
    pub(super) fn link(&self, of: impl FnOnce(i64, &str) -> Result<String, StoreError>) -> Result<Link, StoreError> {
        let (position, previous) = (self.position + 1, self.head.clone());
        let hash = of(position, &previous)?;
        Ok(Link { node: self.node.clone(), position, previous, hash })
    }

    /// The link is written.
    pub(super) fn advance(&mut self, link: Link) {
        (self.position, self.head) = (link.position, link.hash);
    }

    /// Writes down where the chain ends now.
    pub(super) async fn keep(self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        sqlx::query("UPDATE audit_heads SET position = $2, hash = $3 WHERE node = $1")
            .bind(self.node)
            .bind(self.position)
            .bind(self.head)
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// The last link of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Whose chain it is.
    pub node: String,
    /// How many links it has.
    pub position: i64,
    /// The hash of the last one.
    pub hash: String,
}

/// Every chain's last link, by node.
pub(super) async fn heads(connection: &mut AnyConnection) -> Result<Vec<Head>, StoreError> {
    let rows: Vec<(String, i64, String)> =
        sqlx::query_as("SELECT node, position, hash FROM audit_heads ORDER BY node").fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(node, position, hash)| Head { node, position, hash }).collect())
}

/// What the rows are that are in no chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Unchained {
    pub(super) events: u64,
    pub(super) completions: u64,
    pub(super) hash: String,
}

/// Begins the first chain of a store that has rows from before: its first link counts and hashes them. It has the time of the
/// last of them.
pub(crate) async fn begin(database: &Database, node: &str) -> Result<(), StoreError> {
    if !heads(&mut *database.readers().acquire().await?).await?.is_empty() {
        return Ok(());
    }
    let mut transaction = database.write().await?;
    let last: Option<i64> =
        sqlx::query_scalar("SELECT MAX(occurred_at) FROM audit_events").fetch_one(&mut *transaction).await?;
    let is_first = heads(&mut transaction).await?.is_empty() && linked::nodes(&mut transaction).await?.is_empty();
    if let (Some(last), true) = (last, is_first) {
        let unchained = linked::unchained(&mut transaction).await?;
        let mut event = own_event(instant(last)?, BEGAN);
        event.detail = serde_json::to_value(unchained).map_err(|_| StoreError::Unwritable("audit event"))?;
        rows::insert(&mut transaction, node, &event).await?;
    }
    transaction.commit().await?;
    Ok(())
}

impl Store {
    /// Records the heads of the other nodes' chains in this node's, if any of them has moved since it last did; `false`: none
    /// has. A head that is such a record itself counts as one that has not moved.
    ///
    /// # Errors
    /// The database fails.
    pub async fn anchor(&self, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut connection = self.database.readers().acquire().await?;
        let mut others = heads(&mut connection).await?;
        others.retain(|head| *head.node != *self.node && head.position > 0);
        let mut moved = Vec::new();
        for head in others {
            if !linked::is_anchor(&mut connection, &head).await? {
                moved.push(head);
            }
        }
        drop(connection);
        let is_known = |anchored: &Vec<Head>| moved.iter().all(|head| anchored.contains(head));
        if is_known(&self.anchored.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(false);
        }
        let mut event = own_event(now, ANCHORED);
        event.detail = json!({ "heads": moved });
        self.record(event).await?;
        *self.anchored.lock().unwrap_or_else(PoisonError::into_inner) = moved;
        Ok(true)
    }
}

/// An event of the trail itself.
fn own_event(at: DateTime<Utc>, name: &str) -> AuditEvent {
    AuditEvent {
        at,
        correlation_id: String::new(),
        event: name.to_owned(),
        principal: AuditPrincipal { subject: Some("audit trail".to_owned()), ..AuditPrincipal::default() },
        acting_for: None,
        action: None,
        resource: None,
        verdict: Verdict::Allowed,
        revision: 0,
        reasons: Vec::new(),
        detail: serde_json::Value::Null,
    }
}

impl CompletionContent<'_> {
    /// Of a completion on its way.
    pub(super) const fn of<'a>(
        (previous, node, position): (&'a str, &'a str, i64),
        event: EventId,
        completion: &Completion,
        completed_at: i64,
    ) -> CompletionContent<'a> {
        CompletionContent {
            previous,
            node,
            position,
            completes: event.0,
            completed_at,
            row_count: completion.rows.cast_signed(),
            byte_count: completion.bytes.cast_signed(),
            aborted: if completion.aborted { 1 } else { 0 },
        }
    }
}
