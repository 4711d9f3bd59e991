//! `vitrine check` and `vitrine apply`: definitions from files, all or nothing.

use crate::clock::Clock;
use crate::config::Config;
use crate::definitions::{self, DefinitionsError};
use crate::secrets::{self, SecretError, Secrets};
use model::access::Definitions;
use model::snapshot::{Ids, Snapshot};
use model::widening::widening;
use query::Catalog;
use std::path::Path;
use store::apply::{Application, Applied, Holder};
use store::encryption::EncryptionKeyError;
use store::{Store, StoreError};

/// Why definitions were not applied. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The files do not hold.
    #[error(transparent)]
    Definitions(#[from] DefinitionsError),
    /// The data does not fit the models.
    #[error("{0}")]
    Data(String),
    /// A secret cannot be had.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The store refuses or does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A folder of definitions that holds.
pub struct Checked {
    /// The definitions, with absolute folders.
    pub definitions: Definitions,
    /// What is allowed, and somebody should know.
    pub notes: Vec<String>,
}

/// Checks a folder without a server: the files as a whole, then that the data fits the models. Secrets that connections name
/// are looked for in the data folder.
pub async fn check(folder: &Path, data_dir: &Path) -> Result<Checked, ApplyError> {
    let written = definitions::read(folder)?;
    written.check().map_err(DefinitionsError::Problems)?;
    let definitions = definitions::anchor(written.definitions().clone(), folder)?;
    let ids = Ids::from_names(&definitions);
    let snapshot = Snapshot::build(definitions.clone(), &ids, 0).map_err(DefinitionsError::Problems)?;
    let passwords = secrets::of_connections(definitions.connections.iter(), data_dir)?;
    let catalog = Catalog::open(&snapshot, &passwords).await.map_err(|problems| {
        ApplyError::Data(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })?;
    let notes = notes(&snapshot).into_iter().chain(catalog.warnings().iter().cloned()).collect();
    Ok(Checked { definitions, notes })
}

/// Defaults that open rows, and links that open data: an id is a credential, so it is not told.
fn notes(snapshot: &Snapshot) -> Vec<String> {
    let defaults = snapshot.policy_defaults();
    let defaults =
        defaults.map(|name| format!("attribute `{name}`: whoever has no value sees the rows of its default"));
    let links = snapshot.public_links().map(|(workbook, element)| {
        let what = element.map_or_else(|| workbook.to_string(), |element| format!("{workbook}/{element}"));
        format!("`{what}`: whoever has its public link sees all of its data; filters in the address hide nothing")
    });
    defaults.chain(links).collect()
}

/// Where a folder may show somebody more than an earlier one, which must hold too.
pub fn widening_since(earlier: &Path, folder: &Path) -> Result<Vec<String>, DefinitionsError> {
    let of = |folder: &Path| definitions::read(folder).map(|written| written.definitions().clone());
    Ok(widening(&of(earlier)?, &of(folder)?))
}

/// What was put in force.
pub struct InForce {
    /// The revision.
    pub applied: Applied,
    /// Where it may show somebody more than the one before; nothing if there was none.
    pub widening: Vec<String>,
}

/// Checks a folder and makes it the organization, in one transaction.
pub async fn apply(folder: &Path, config: &Config, clock: &Clock) -> Result<InForce, ApplyError> {
    let data_dir = &config.data_dir;
    let Checked { definitions, .. } = check(folder, data_dir).await?;
    let store = open_store(config).await?;
    let earlier = written(&store).await?;
    let widening = earlier.map(|earlier| widening(&earlier, &definitions)).unwrap_or_default();
    let loaded = store.load().await?;
    let held = |holder: &Holder| secrets::held(loaded.as_ref()?, holder);
    let Secrets { of_keys: secrets, of_providers: provider_secrets } = Secrets::of(&definitions, data_dir, held)?;
    let event = crate::audit::applying(clock.now(), folder);
    let application = Application { definitions, secrets, provider_secrets, now: clock.now() };
    let applied = store.apply(application, event).await?;
    Ok(InForce { applied, widening })
}

/// What administrators have written, members too; `None` while nothing has been applied.
pub async fn written(store: &Store) -> Result<Option<Definitions>, StoreError> {
    let Some(loaded) = store.load().await? else { return Ok(None) };
    Ok(Some(Definitions { members: store.written_members().await?, ..loaded.definitions }))
}

/// Takes the encryption key from its file again, if the store has another one by now.
pub async fn take_key_again(store: &Store, data_dir: &Path) -> Result<(), ApplyError> {
    if store.has_its_key().await? {
        return Ok(());
    }
    store.take_key(secrets::kept_encryption_key(data_dir)?).await?;
    tracing::info!("the encryption key was replaced");
    Ok(())
}

/// Opens the store that is configured, with its encryption key, as the node that is configured. A new store gets a new key; one
/// that is not new is not opened without its own.
pub async fn open_store(config: &Config) -> Result<Store, ApplyError> {
    let address = secrets::store_address(config)?;
    let (key, made) = secrets::encryption_key(&config.data_dir)?;
    match Store::open_as(&config.node, &address, key).await {
        Err(StoreError::EncryptionKey(EncryptionKeyError::Different)) if made => {
            Err(secrets::forget_encryption_key(&config.data_dir).into())
        }
        Err(different @ StoreError::EncryptionKey(EncryptionKeyError::Different)) => {
            let Some(next) = secrets::next_key(&config.data_dir)? else { return Err(different.into()) };
            // Whoever was replacing the key did not come to the end.
            let store = Store::open(&address, next).await?;
            secrets::take_next_key(&config.data_dir)?;
            Ok(store)
        }
        opened => Ok(opened?),
    }
}
