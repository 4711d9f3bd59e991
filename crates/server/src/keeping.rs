//! What operators do with a store as a whole: `vitrine backup`, `vitrine restore`, `vitrine rotate-encryption-key`.

use crate::apply::{ApplyError, open_store};
use crate::audit;
use crate::clock::Clock;
use crate::config::Config;
use crate::secrets::{self, SecretError};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use store::{EncryptionKey, Store, StoreError};

/// Why it was not done. Nothing has changed then, unless it says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum KeepingError {
    /// The store or its key.
    #[error(transparent)]
    Store(#[from] ApplyError),
    /// A file.
    #[error("`{path}`: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl From<StoreError> for KeepingError {
    fn from(error: StoreError) -> Self {
        Self::Store(error.into())
    }
}

impl From<SecretError> for KeepingError {
    fn from(error: SecretError) -> Self {
        Self::Store(error.into())
    }
}

/// Writes everything that the store holds into a new file, for its owner only; how many rows that are.
pub async fn back_up(config: &Config, path: &Path) -> Result<u64, KeepingError> {
    let failed = |error| KeepingError::File { path: path.to_owned(), error };
    let store = open_store(config).await?;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    let mut out = BufWriter::new(file);
    let written = match store.back_up(&mut out).await {
        Ok(rows) => out.flush().and_then(|()| out.get_ref().sync_all()).map(|()| rows).map_err(failed),
        Err(error) => Err(error.into()),
    };
    if written.is_err() {
        // What is not whole is of no use. Why it is not is what there is to say.
        let _ = fs::remove_file(path);
    }
    written
}

/// Makes the configured store, which must be empty, of such a file; how many rows it has.
pub async fn restore(config: &Config, path: &Path, clock: &Clock) -> Result<u64, KeepingError> {
    let file = File::open(path).map_err(|error| KeepingError::File { path: path.to_owned(), error })?;
    let key = secrets::kept_encryption_key(&config.data_dir)?;
    let event = audit::of_the_store(clock.now(), "store_restored");
    Ok(Store::restore(&secrets::store_address(config)?, &key, &mut BufReader::new(file), event).await?)
}

/// Encrypts what is kept encrypted with a new key, which takes the place of the one before in its file. The new key is on disk
/// beside the old one before the store is written, and takes its place afterwards; whoever opens the store in between does that.
pub async fn rotate_encryption_key(config: &Config, clock: &Clock) -> Result<(), KeepingError> {
    let _turn = secrets::turn_to_rotate(&config.data_dir)?;
    let store = open_store(config).await?;
    let next = EncryptionKey::generate()?;
    secrets::write_next_key(&config.data_dir, &next)?;
    store.rotate(next, audit::of_the_store(clock.now(), "encryption_key_rotated")).await?;
    secrets::take_next_key(&config.data_dir)?;
    store.close().await;
    Ok(())
}
