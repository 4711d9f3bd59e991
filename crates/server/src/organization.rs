//! The organization as this process knows it: one revision's snapshot and the catalog of its data.

use crate::problem::Problem;
use crate::secrets;
use model::access::EmbedKey;
use model::dialect::Dialect;
use model::name::{ClientId, KeyId};
use model::snapshot::Snapshot;
use query::{Catalog, MaskSecret, Pieces};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use store::{Secret, Store};

/// One revision of the organization, ready for decisions and queries.
pub struct Organization {
    /// What decisions are made from.
    pub snapshot: Snapshot,
    /// What queries are made of.
    pub catalog: Catalog,
    /// The secrets of embed keys.
    pub secrets: BTreeMap<KeyId, Vec<Secret>>,
}

impl Organization {
    /// The enabled key of that client id, if it speaks the dialect.
    #[must_use]
    pub fn key(&self, dialect: Dialect, client_id: &str) -> Option<(&KeyId, &EmbedKey)> {
        let client_id = ClientId::new(client_id).ok()?;
        let found = self.snapshot.keys.id(&client_id).zip(self.snapshot.keys.named(&client_id));
        found.filter(|(_, key)| !key.disabled && key.dialect == dialect)
    }

    /// The secrets of a key, as bytes.
    pub fn secrets_of<'a>(&'a self, key: &KeyId) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.secrets.get(key).into_iter().flatten().map(|secret| secret.expose().as_bytes())
    }

    /// The secrets of every enabled key that speaks the dialect: for tokens that name no key.
    pub fn secrets_in(&self, dialect: Dialect) -> impl Iterator<Item = (&KeyId, &[u8])> {
        let speaking = self.snapshot.keys.iter().filter(move |(_, _, key)| !key.disabled && key.dialect == dialect);
        speaking.flat_map(|(id, ..)| self.secrets_of(id).map(move |secret| (id, secret)))
    }
}

/// The latest revision this process has loaded. Whoever asks names the revision the store was at during the same
/// request, so a change is seen by the very next request.
pub struct Latest {
    pieces: Pieces,
    loaded: RwLock<Option<Arc<Organization>>>,
    loading: tokio::sync::Mutex<()>,
}

impl Latest {
    /// Nothing is loaded yet. Tables will be read in such pieces.
    pub(crate) fn in_pieces(pieces: Pieces) -> Self {
        Self { pieces, loaded: RwLock::default(), loading: tokio::sync::Mutex::default() }
    }

    fn loaded(&self) -> Option<Arc<Organization>> {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The organization at `revision` or later. 503 if it cannot be built: an older one may show too much.
    pub async fn at(&self, store: &Store, data_dir: &Path, revision: u64) -> Result<Arc<Organization>, Problem> {
        let fresh = |organization: &Arc<Organization>| organization.snapshot.revision >= revision;
        if let Some(organization) = self.loaded().filter(fresh) {
            return Ok(organization);
        }
        let _one_at_a_time = self.loading.lock().await;
        if let Some(organization) = self.loaded().filter(fresh) {
            return Ok(organization);
        }
        let organization = Arc::new(load(store, data_dir, self.pieces).await?);
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&organization));
        Ok(organization)
    }
}

async fn load(store: &Store, data_dir: &Path, pieces: Pieces) -> Result<Organization, Problem> {
    let Some(loaded) = store.load().await? else {
        tracing::error!("nothing has been applied yet: run `vitrine apply DIR`");
        return Err(Problem::Unavailable);
    };
    let snapshot = Snapshot::build(loaded.definitions, &loaded.ids, loaded.revision).map_err(|problems| {
        let first = problems.first().map(ToString::to_string);
        tracing::error!(revision = loaded.revision, problems = problems.len(), first, "stored definitions do not hold");
        Problem::Unavailable
    })?;
    let connections = snapshot.connections.iter().map(|(.., connection)| connection);
    let passwords = secrets::of_connections(connections, data_dir).map_err(|error| {
        tracing::error!(revision = loaded.revision, %error, "the password of a connection cannot be had");
        Problem::Unavailable
    })?;
    let catalog = Catalog::open(&snapshot, &passwords).await.map_err(|problems| {
        let first = problems.first().map(ToString::to_string);
        tracing::error!(
            revision = loaded.revision,
            problems = problems.len(),
            first,
            "the data does not fit the models"
        );
        Problem::Unavailable
    })?;
    catalog.warnings().iter().for_each(|warning| tracing::warn!(warning, "a connection should be looked after"));
    let catalog = catalog.in_pieces(pieces).with_mask_secret(MaskSecret::new(store.mask_secret()));
    tracing::info!(revision = snapshot.revision, "organization loaded");
    Ok(Organization { snapshot, catalog, secrets: loaded.secrets })
}
