//! Group commit: whatever arrives while one transaction is being synced shares the next one.
//!
//! Nobody waits for a timer. On an idle server an event is written at once; on a busy one it waits for the sync that
//! is under way, and the batch grows with the load.

use super::chain::Chain;
use super::rows::{insert_completion, insert_link};
use super::{AuditEvent, Completion, EventId};
use crate::StoreError;
use crate::database::{Database, in_time};
use sqlx::AnyConnection;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// How many entries may wait before callers do.
const QUEUE: usize = 1024;
/// How many entries share a transaction at most.
const BATCH: usize = 256;

/// Something to be added to the trail.
pub(super) enum Entry {
    Event(Box<AuditEvent>),
    Completion(EventId, Completion),
}

/// An entry, and who waits for it to be on disk. An answer that never comes says that it is not.
struct Request {
    entry: Entry,
    committed: oneshot::Sender<EventId>,
}

/// Hands entries to the one task that writes them. The task ends when the last clone is dropped.
#[derive(Clone)]
pub(crate) struct AuditWriter(mpsc::Sender<Request>);

impl AuditWriter {
    /// Starts the task.
    pub(crate) fn start(database: Database, node: Arc<str>) -> Self {
        let (sender, requests) = mpsc::channel(QUEUE);
        tokio::spawn(write_batches(database, node, requests));
        Self(sender)
    }

    /// How many entries wait to be taken up.
    pub(super) fn waiting(&self) -> usize {
        self.0.max_capacity() - self.0.capacity()
    }

    /// Returns once the entry is on disk.
    pub(super) async fn write(&self, entry: Entry) -> Result<EventId, StoreError> {
        let (committed, is_committed) = oneshot::channel();
        self.0.send(Request { entry, committed }).await.map_err(|_| StoreError::AuditUnavailable)?;
        is_committed.await.map_err(|_| StoreError::AuditUnavailable)
    }
}

async fn write_batches(database: Database, node: Arc<str>, mut requests: mpsc::Receiver<Request>) {
    let mut batch = Vec::with_capacity(BATCH);
    while requests.recv_many(&mut batch, BATCH).await > 0 {
        let entries = batch.len();
        if let Err(error) = in_time(commit(&database, &node, batch.drain(..))).await {
            tracing::error!(%error, entries, "audit entries could not be written");
        }
    }
}

/// Writes the entries in their order and, once they are on disk, tells those who wait. If it fails they are told
/// nothing, and so take it that the entries are not.
async fn commit(database: &Database, node: &str, batch: impl Iterator<Item = Request>) -> Result<(), StoreError> {
    let mut transaction = database.append().await?;
    let mut chain = Chain::take(&mut transaction, node).await?;
    let mut written = Vec::with_capacity(BATCH);
    for Request { entry, committed } in batch {
        written.push((committed, write(&mut transaction, &mut chain, entry).await?));
    }
    chain.keep(&mut transaction).await?;
    transaction.commit().await?;
    for (committed, id) in written {
        // Whoever has stopped waiting needs no answer.
        let _ = committed.send(id);
    }
    Ok(())
}

async fn write(connection: &mut AnyConnection, chain: &mut Chain, entry: Entry) -> Result<EventId, StoreError> {
    match entry {
        Entry::Event(event) => insert_link(connection, chain, &event).await,
        Entry::Completion(event, completion) => {
            insert_completion(connection, chain, event, &completion).await.map(|()| event)
        }
    }
}
