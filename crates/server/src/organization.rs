//! The organization as this process knows it: one revision's snapshot and the catalog of its data.

use crate::problem::Problem;
use model::snapshot::Snapshot;
use query::Catalog;
use std::sync::{Arc, PoisonError, RwLock};
use store::Store;

/// One revision of the organization, ready for decisions and queries.
pub struct Organization {
    /// What decisions are made from.
    pub snapshot: Snapshot,
    /// What queries are made of.
    pub catalog: Catalog,
}

/// The latest revision this process has loaded. Whoever asks names the revision the store was at during the same
/// request, so a change is seen by the very next request.
#[derive(Default)]
pub struct Latest {
    loaded: RwLock<Option<Arc<Organization>>>,
    loading: tokio::sync::Mutex<()>,
}

impl Latest {
    fn loaded(&self) -> Option<Arc<Organization>> {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The organization at `revision` or later. 503 if it cannot be built: an older one may show too much.
    pub async fn at(&self, store: &Store, revision: u64) -> Result<Arc<Organization>, Problem> {
        let fresh = |organization: &Arc<Organization>| organization.snapshot.revision >= revision;
        if let Some(organization) = self.loaded().filter(fresh) {
            return Ok(organization);
        }
        let _one_at_a_time = self.loading.lock().await;
        if let Some(organization) = self.loaded().filter(fresh) {
            return Ok(organization);
        }
        let organization = Arc::new(load(store).await?);
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&organization));
        Ok(organization)
    }
}

async fn load(store: &Store) -> Result<Organization, Problem> {
    let Some(loaded) = store.load().await? else {
        tracing::error!("nothing has been applied yet: run `vitrine apply DIR`");
        return Err(Problem::Unavailable);
    };
    let snapshot = Snapshot::build(loaded.definitions, &loaded.ids, loaded.revision).map_err(|problems| {
        let first = problems.first().map(ToString::to_string);
        tracing::error!(revision = loaded.revision, problems = problems.len(), first, "stored definitions do not hold");
        Problem::Unavailable
    })?;
    let catalog = Catalog::open(&snapshot).await.map_err(|problems| {
        let first = problems.first().map(ToString::to_string);
        tracing::error!(
            revision = loaded.revision,
            problems = problems.len(),
            first,
            "the data does not fit the models"
        );
        Problem::Unavailable
    })?;
    tracing::info!(revision = snapshot.revision, "organization loaded");
    Ok(Organization { snapshot, catalog })
}
