//! Sessions that are opened at the same time share a transaction, and so a sync, where a database has one writer at a time.
//!
//! As in the audit trail nobody waits for a timer: a session on an idle server is written at once, and on a busy one with
//! those that have come while the one before it was synced. Where transactions go on beside each other, each session has its
//! own: in a common one two could wait for each other's people.

use crate::StoreError;
use crate::database::Database;
use crate::revisions::revision;
use crate::sessions::{Credential, OpenSession, OpenedSession, open_in};
use authz::{Facts, Member, ProfileWrite};
use model::assertion::Once;
use tokio::sync::{mpsc, oneshot};

/// How many sessions may wait before callers do.
const QUEUE: usize = 1024;
/// How many share a transaction at most.
const BATCH: usize = 64;

/// A session to be opened, and who waits for it to be on disk.
struct Request {
    revision: u64,
    facts: Facts,
    found: Option<Member>,
    linked: bool,
    profile: ProfileWrite,
    once: Option<Once>,
    credential: Credential,
    opened: oneshot::Sender<Result<OpenedSession, StoreError>>,
}

impl Request {
    fn session(&self) -> OpenSession<'_> {
        OpenSession {
            revision: self.revision,
            facts: &self.facts,
            found: self.found.as_ref(),
            linked: self.linked,
            profile: &self.profile,
            once: self.once.as_ref(),
            credential: self.credential,
        }
    }
}

/// Opens sessions. Its task ends when the last clone is dropped.
#[derive(Clone)]
pub(crate) struct Opener {
    database: Database,
    /// To the one task that opens them together, where there is one.
    together: Option<mpsc::Sender<Request>>,
}

impl Opener {
    pub(crate) fn start(database: Database) -> Self {
        let together = database.has_one_writer().then(|| {
            let (sender, requests) = mpsc::channel(QUEUE);
            tokio::spawn(open_batches(database.clone(), requests));
            sender
        });
        Self { database, together }
    }

    pub(crate) async fn open(&self, session: OpenSession<'_>) -> Result<OpenedSession, StoreError> {
        let Some(together) = &self.together else { return alone(&self.database, session).await };
        let (opened, is_opened) = oneshot::channel();
        let request = Request {
            revision: session.revision,
            facts: session.facts.clone(),
            found: session.found.cloned(),
            linked: session.linked,
            profile: session.profile.clone(),
            once: session.once.cloned(),
            credential: session.credential,
            opened,
        };
        together.send(request).await.map_err(|_| StoreError::TooSlow)?;
        is_opened.await.map_err(|_| StoreError::TooSlow)?
    }
}

/// What goes wrong with one session is no matter of the others: then each is tried by itself.
async fn open_batches(database: Database, mut requests: mpsc::Receiver<Request>) {
    let mut batch = Vec::with_capacity(BATCH);
    while requests.recv_many(&mut batch, BATCH).await > 0 {
        let outcomes = if batch.len() > 1 { together(&database, &batch).await.ok() } else { None };
        let mut outcomes = outcomes.map(Vec::into_iter);
        for request in batch.drain(..) {
            let outcome = match outcomes.as_mut().and_then(Iterator::next) {
                Some(outcome) => outcome,
                None => alone(&database, request.session()).await,
            };
            // Whoever has stopped waiting needs no answer.
            let _ = request.opened.send(outcome);
        }
    }
}

/// One outcome for each, in their order. A session that is refused has written nothing.
async fn together(
    database: &Database,
    batch: &[Request],
) -> Result<Vec<Result<OpenedSession, StoreError>>, StoreError> {
    let mut transaction = database.write_beside().await?;
    let revision = revision(&mut transaction).await?;
    let mut outcomes = Vec::with_capacity(batch.len());
    for request in batch {
        match open_in(&mut transaction, request.session(), revision).await {
            Err(error) if !matches!(error, StoreError::Stale { .. } | StoreError::TokenUsed) => return Err(error),
            outcome => outcomes.push(outcome),
        }
    }
    transaction.commit().await?;
    Ok(outcomes)
}

async fn alone(database: &Database, session: OpenSession<'_>) -> Result<OpenedSession, StoreError> {
    let mut transaction = database.write_beside().await?;
    let revision = revision(&mut transaction).await?;
    let opened = open_in(&mut transaction, session, revision).await?;
    transaction.commit().await?;
    Ok(opened)
}
