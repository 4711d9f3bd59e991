//! What every handler shares.

use crate::admission::Admission;
use crate::clock::Clock;
use crate::config::Limits;
use crate::metrics::Metrics;
use crate::organization::{Latest, Organization};
use crate::problem::Problem;
use query::{Engine, Pieces};
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use store::Store;
use store::audit::refusals::RefusalCounter;

/// What every handler shares; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts.
pub struct Parts {
    /// Members, sessions, keys and the audit trail.
    pub store: Store,
    /// Runs secured plans.
    pub engine: Engine,
    /// Says whose turn it is to ask.
    pub admission: Admission,
    /// Tells the time.
    pub clock: Clock,
    /// The origin browsers reach this server at, without a slash at the end.
    pub public_origin: String,
    /// The folder in which secrets are that connections name.
    pub data_dir: PathBuf,
    /// What is counted.
    pub metrics: Metrics,
    /// Refusals of strangers in this minute.
    pub refusals: Mutex<RefusalCounter>,
    latest: Latest,
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(
        store: Store,
        engine: Engine,
        clock: Clock,
        public_origin: String,
        limits: &Limits,
        data_dir: PathBuf,
        pieces: Pieces,
    ) -> Self {
        let (admission, refusals) = (Admission::new(limits), Mutex::default());
        let latest = Latest::in_pieces(pieces);
        let metrics = Metrics::default();
        Self(Arc::new(Parts { store, engine, admission, clock, public_origin, data_dir, metrics, refusals, latest }))
    }

    /// The organization at the store's present revision.
    pub async fn organization_now(&self) -> Result<Arc<Organization>, Problem> {
        let revision = self.store.revision().await?;
        self.organization_at(revision).await
    }

    /// The organization at a revision that was read from the store during this request.
    pub async fn organization_at(&self, revision: u64) -> Result<Arc<Organization>, Problem> {
        let (organization, is_new) = self.latest.at(&self.store, &self.data_dir, revision).await?;
        if is_new {
            self.metrics.revision(organization.snapshot.revision, self.clock.now());
        }
        Ok(organization)
    }
}
