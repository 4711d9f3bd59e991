//! The organization as this process knows it: one revision's snapshot and the catalog of its data.

use crate::activity_trail::StoreTrail;
use crate::apply::take_key_again;
use crate::problem::Problem;
use crate::secrets;
use model::access::{Definitions, EmbedKey};
use model::dialect::Dialect;
use model::name::{ClientId, KeyId, ProviderId};
use model::snapshot::{Ids, Snapshot};
use query::{ActivityTrail, Catalog, MaskSecret, Pieces};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use store::{Loaded, LoadedSince, Secret, Store, StoreError};

/// One revision of the organization, ready for decisions and queries.
pub struct Organization {
    /// What decisions are made from.
    pub snapshot: Snapshot,
    /// What administrators have written, without members.
    pub definitions: Definitions,
    /// The ids of what has a name.
    pub ids: Ids,
    /// What queries are made of.
    pub catalog: Arc<Catalog>,
    /// The secrets of embed keys and identity providers: no id is of both.
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

    /// The secrets of every enabled identity provider that signs tokens.
    pub fn secrets_of_providers(&self) -> impl Iterator<Item = (&ProviderId, &[u8])> {
        let signing =
            self.snapshot.providers.iter().filter(|(.., provider)| !provider.disabled && provider.jwt.is_some());
        signing.flat_map(|(id, ..)| {
            let held = self.secrets.get(&KeyId::new(id.as_str())).into_iter().flatten();
            held.map(move |secret| (id, secret.expose().as_bytes()))
        })
    }

    /// Vitrine's secret at an identity provider, if it has one.
    #[must_use]
    pub fn secret_at(&self, provider: &ProviderId) -> Option<&str> {
        self.secrets.get(&KeyId::new(provider.as_str()))?.first().map(|secret| secret.expose())
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
    loaded: Arc<RwLock<Option<Arc<Organization>>>>,
    loading: Arc<tokio::sync::Mutex<()>>,
}

impl Latest {
    /// Nothing is loaded yet. Tables will be read in such pieces.
    pub(crate) fn in_pieces(pieces: Pieces) -> Self {
        Self { pieces, loaded: Arc::default(), loading: Arc::default() }
    }

    /// The organization at `revision` or later, and whether it was loaded just now. 503 if it cannot be built: an older one may
    /// show too much. Loading goes on when whoever asked first stops waiting.
    pub async fn at(
        &self,
        store: &Store,
        data_dir: &Path,
        revision: u64,
    ) -> Result<(Arc<Organization>, bool), Problem> {
        if let Some(organization) = at_least(&self.loaded, revision) {
            return Ok((organization, false));
        }
        let (loaded, loading, pieces) = (Arc::clone(&self.loaded), Arc::clone(&self.loading), self.pieces);
        let (store, data_dir) = (store.clone(), data_dir.to_owned());
        let task = tokio::spawn(async move {
            let _one_at_a_time = loading.lock().await;
            if let Some(organization) = at_least(&loaded, revision) {
                return Ok((organization, false));
            }
            let before = loaded.read().unwrap_or_else(PoisonError::into_inner).clone();
            let trail: Arc<dyn ActivityTrail> = Arc::new(StoreTrail::new(store.clone(), Arc::downgrade(&loaded)));
            let organization = Arc::new(load(&store, &data_dir, pieces, before, &trail).await?);
            *loaded.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&organization));
            Ok((organization, true))
        });
        task.await.map_err(|_| Problem::Internal)?
    }
}

fn at_least(loaded: &RwLock<Option<Arc<Organization>>>, revision: u64) -> Option<Arc<Organization>> {
    let loaded = loaded.read().unwrap_or_else(PoisonError::into_inner).clone();
    loaded.filter(|organization| organization.snapshot.revision >= revision)
}

async fn load(
    store: &Store,
    data_dir: &Path,
    pieces: Pieces,
    before: Option<Arc<Organization>>,
    trail: &Arc<dyn ActivityTrail>,
) -> Result<Organization, Problem> {
    let written = match written(store, before.as_deref()).await {
        Err(StoreError::EncryptionKey(_)) => {
            take_key_again(store, data_dir).await.map_err(|error| {
                tracing::error!(%error, "the store was given another encryption key");
                Problem::Unavailable
            })?;
            self::written(store, before.as_deref()).await?
        }
        written => written?,
    };
    let Some(Written { definitions, ids, secrets, snapshot }) = written else {
        tracing::error!("nothing has been applied yet: run `vitrine apply DIR`");
        return Err(Problem::Unavailable);
    };
    let snapshot = snapshot.map_err(|problems| {
        let first = problems.first().map(ToString::to_string);
        tracing::error!(problems = problems.len(), first, "stored definitions do not hold");
        Problem::Unavailable
    })?;
    // What is read, and how, is the same: so is what was opened. New data are new files, and a new model or a restart.
    let kept = before.filter(|before| {
        before.definitions.models == definitions.models && before.definitions.connections == definitions.connections
    });
    if let Some(before) = kept {
        tracing::info!(revision = snapshot.revision, "organization loaded, its data as before");
        return Ok(Organization { snapshot, definitions, ids, catalog: Arc::clone(&before.catalog), secrets });
    }
    let catalog = Arc::new(open(&snapshot, store, data_dir, pieces).await?.with_activity(trail));
    tracing::info!(revision = snapshot.revision, "organization loaded");
    Ok(Organization { snapshot, definitions, ids, catalog, secrets })
}

/// What the store has, before the data is looked at.
struct Written {
    definitions: Definitions,
    ids: Ids,
    secrets: BTreeMap<KeyId, Vec<Secret>>,
    snapshot: Result<Snapshot, Vec<model::problem::Problem>>,
}

/// What is in force. Of what this process knows already, only what has changed is read, checked and made anew
/// ([decision 64](../../../docs/decisions/0064-a-revision-is-made-of-the-one-before.md)).
async fn written(store: &Store, before: Option<&Organization>) -> Result<Option<Written>, StoreError> {
    let Some(before) = before else {
        let Some(loaded) = store.load().await? else { return Ok(None) };
        let Loaded { definitions, ids, revision, secrets } = loaded;
        let snapshot = Snapshot::build(definitions.clone(), &ids, revision);
        return Ok(Some(Written { definitions, ids, secrets, snapshot }));
    };
    let LoadedSince { revised, revision, secrets } = store.load_since(before.snapshot.revision).await?;
    let (mut definitions, mut ids) = (before.definitions.clone(), before.ids.clone());
    definitions.revise(&revised).map_err(|_| StoreError::Unreadable("definitions"))?;
    ids.revise(&revised);
    let snapshot = before.snapshot.revised(&definitions, &ids, &revised, revision);
    Ok(Some(Written { definitions, ids, secrets, snapshot }))
}

/// Whether the data fits the models of a snapshot that is not in force yet; if not, what is wrong first.
pub async fn look_at_data(snapshot: &Snapshot, data_dir: &Path) -> Result<(), String> {
    let connections = snapshot.connections.iter().map(|(.., connection)| connection);
    let passwords = secrets::of_connections(connections, data_dir).map_err(|error| error.to_string())?;
    let opened = Catalog::open(snapshot, &passwords).await;
    opened.map(drop).map_err(|problems| problems.first().map(ToString::to_string).unwrap_or_default())
}

/// Opens the data of every model.
async fn open(snapshot: &Snapshot, store: &Store, data_dir: &Path, pieces: Pieces) -> Result<Catalog, Problem> {
    let revision = snapshot.revision;
    let connections = snapshot.connections.iter().map(|(.., connection)| connection);
    let passwords = secrets::of_connections(connections, data_dir).map_err(|error| {
        tracing::error!(revision, %error, "the password of a connection cannot be had");
        Problem::Unavailable
    })?;
    let catalog = Catalog::open(snapshot, &passwords).await.map_err(|problems| {
        let first = problems.first().map(ToString::to_string);
        tracing::error!(revision, problems = problems.len(), first, "the data does not fit the models");
        Problem::Unavailable
    })?;
    catalog.warnings().iter().for_each(|warning| tracing::warn!(warning, "a connection should be looked after"));
    Ok(catalog.in_pieces(pieces).with_mask_secret(MaskSecret::new(store.mask_secret())))
}
