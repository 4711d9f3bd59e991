//! Secrets by reference: the store's encryption key, the secrets of embed keys and the passwords of databases.

use model::access::{Connection, EmbedKey, PostgresPlace, SecretReference};
use query::Passwords;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use store::{EncryptionKey, Secret};

/// Why a secret cannot be had. Names the place, never the secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// A file cannot be read or written.
    #[error("secret file `{path}`: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Others can read a file.
    #[error("secret file `{0}` can be read by others: expected mode 0600")]
    Open(PathBuf),
    /// A variable is not set.
    #[error("environment variable `{0}` is not set")]
    Variable(String),
    /// The store was to have made a secret, and has not.
    #[error("embed key `{0}` has a secret that is `stored`, and this store has none: expected a file or a variable")]
    NotHeld(String),
    /// The password of a database was to be in the store.
    #[error("a password that is `stored`: expected a file or a variable")]
    NotOfDatabases,
    /// The encryption key is not one.
    #[error("encryption key file `{0}` is not valid: expected 64 hexadecimal digits")]
    NotAKey(PathBuf),
}

/// The store's encryption key, in `store.key` of the data folder; made there at first use, mode 0600.
pub fn encryption_key(data_dir: &Path) -> Result<EncryptionKey, SecretError> {
    let path = data_dir.join("store.key");
    if !path.exists() {
        create(&path).map_err(|error| SecretError::File { path: path.clone(), error })?;
    }
    let text = read(&path)?;
    EncryptionKey::from_hex(&text).map_err(|_| SecretError::NotAKey(path))
}

fn create(path: &Path) -> io::Result<()> {
    let key = EncryptionKey::generate().map_err(io::Error::other)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{}", key.to_hex().expose())?;
    file.sync_all()
}

fn read(path: &Path) -> Result<String, SecretError> {
    let failed = |error| SecretError::File { path: path.to_owned(), error };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(SecretError::Open(path.to_owned()));
    }
    fs::read_to_string(path).map(|text| text.trim_end_matches(['\r', '\n']).to_owned()).map_err(failed)
}

/// A secret in a file that only its owner can read.
pub fn from_file(path: &Path) -> Result<Secret, SecretError> {
    read(path).map(Secret::new)
}

/// The secrets of a key. A relative file is relative to the data folder; of `stored` ones, which the store has made,
/// `held` are taken in their order.
pub fn of_key(key: &EmbedKey, data_dir: &Path, held: &[Secret]) -> Result<Vec<Secret>, SecretError> {
    let secret = |(place, reference): (usize, &SecretReference)| match reference {
        SecretReference::Stored => {
            let held = held.get(place).cloned();
            held.ok_or_else(|| SecretError::NotHeld(key.client_id.to_string()))
        }
        elsewhere => resolve(elsewhere, data_dir),
    };
    key.secrets.iter().enumerate().map(secret).collect()
}

/// The passwords of connections to databases. A relative file is relative to the data folder.
pub fn of_connections<'a>(
    connections: impl Iterator<Item = &'a Connection>,
    data_dir: &Path,
) -> Result<Passwords, SecretError> {
    let password = |connection: &Connection| -> Option<Result<_, SecretError>> {
        let password = of_database(connection.postgres.as_ref()?, data_dir).transpose()?;
        Some(password.map(|password| (connection.name.clone(), password.expose().to_owned())))
    };
    connections.filter_map(password).collect()
}

/// The password of a database, if it has one.
pub fn of_database(place: &PostgresPlace, data_dir: &Path) -> Result<Option<Secret>, SecretError> {
    place.password.as_ref().map(|reference| resolve(reference, data_dir)).transpose()
}

fn resolve(reference: &SecretReference, data_dir: &Path) -> Result<Secret, SecretError> {
    match reference {
        SecretReference::Stored => Err(SecretError::NotOfDatabases),
        SecretReference::SecretFile(path) => read(&data_dir.join(path)).map(Secret::new),
        SecretReference::SecretEnv(name) =>
        {
            #[expect(clippy::disallowed_methods, reason = "a secret by reference names its variable")]
            std::env::var(name).map(Secret::new).map_err(|_| SecretError::Variable(name.clone()))
        }
    }
}
