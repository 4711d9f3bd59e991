//! Secrets by reference: the store's encryption key, the secrets of embed keys and identity providers, and the passwords of
//! databases.

use crate::config::Config;
use model::access::{Connection, Definitions, PostgresPlace, SecretReference};
use model::name::{ClientId, KeyId, ProviderName};
use query::Passwords;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use store::apply::Holder;
use store::{Address, AddressError, EncryptionKey, Loaded, Secret};

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
    #[error("{0} has a secret that is `stored`, and this store has none: expected a file or a variable")]
    NotHeld(String),
    /// The password of a database was to be in the store.
    #[error("a password that is `stored`: expected a file or a variable")]
    NotOfDatabases,
    /// The encryption key is not one.
    #[error("encryption key file `{0}` is not valid: expected 64 hexadecimal digits")]
    NotAKey(PathBuf),
    /// The store is not new, and there is no encryption key.
    #[error("there is no `{0}`, and the store was made with an encryption key: copy the file from where that was")]
    NoKey(PathBuf),
    /// The store's password is said twice.
    #[error("the store's password is in `store_password_file` and in `VITRINE_STORE_PASSWORD`: expected one of them")]
    Twice,
    /// The store's address is none.
    #[error("`store` is not valid: {0}")]
    Address(AddressError),
}

/// The store's encryption key, in `store.key` of the data folder, and whether it was made there now, mode 0600.
pub fn encryption_key(data_dir: &Path) -> Result<(EncryptionKey, bool), SecretError> {
    let path = data_dir.join(KEY_FILE);
    let made = !path.exists();
    if made {
        create(&path).map_err(|error| SecretError::File { path: path.clone(), error })?;
    }
    Ok((key_in(path)?, made))
}

/// The store's encryption key, which must be there.
pub(crate) fn kept_encryption_key(data_dir: &Path) -> Result<EncryptionKey, SecretError> {
    let path = data_dir.join(KEY_FILE);
    if path.exists() { key_in(path) } else { Err(SecretError::NoKey(path)) }
}

fn key_in(path: PathBuf) -> Result<EncryptionKey, SecretError> {
    let text = read(&path)?;
    EncryptionKey::from_hex(&text).map_err(|_| SecretError::NotAKey(path))
}

/// The key that is to take the place of the present one, if somebody was about to do that.
pub(crate) fn next_key(data_dir: &Path) -> Result<Option<EncryptionKey>, SecretError> {
    let path = data_dir.join(NEXT_KEY_FILE);
    if path.exists() { key_in(path).map(Some) } else { Ok(None) }
}

/// Waits until nobody else replaces the key of this folder.
pub(crate) fn turn_to_rotate(data_dir: &Path) -> Result<fs::File, SecretError> {
    let path = data_dir.join("store.key.lock");
    let locked = fs::OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
    let locked = locked.and_then(|file| file.lock().map(|()| file));
    locked.map_err(|error| SecretError::File { path, error })
}

/// Puts a key beside the present one.
pub(crate) fn write_next_key(data_dir: &Path, key: &EncryptionKey) -> Result<(), SecretError> {
    let path = data_dir.join(NEXT_KEY_FILE);
    let written = match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => write_key(&path, key),
    };
    written.map_err(|error| SecretError::File { path, error })
}

/// Puts that key in the place of the present one; nothing, if somebody else has done so.
pub(crate) fn take_next_key(data_dir: &Path) -> Result<(), SecretError> {
    let path = data_dir.join(KEY_FILE);
    let taken = match fs::rename(data_dir.join(NEXT_KEY_FILE), &path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => fs::File::open(data_dir).and_then(|folder| folder.sync_all()),
    };
    taken.map_err(|error| SecretError::File { path, error })
}

const NEXT_KEY_FILE: &str = "store.key.next";

/// Takes a key away that was made for a store which has another one; what to say of it.
pub(crate) fn forget_encryption_key(data_dir: &Path) -> SecretError {
    let path = data_dir.join(KEY_FILE);
    match fs::remove_file(&path) {
        Ok(()) => SecretError::NoKey(path),
        Err(error) => SecretError::File { path, error },
    }
}

/// Where the store is, with its password.
pub(crate) fn store_address(config: &Config) -> Result<Address, SecretError> {
    let Some(store) = &config.store else { return Ok(Address::file(config.data_dir.join("vitrine.db"))) };
    let variable = resolve(&SecretReference::SecretEnv(PASSWORD_VARIABLE.to_owned()), &config.data_dir).ok();
    let password = match (&config.store_password_file, variable) {
        (Some(_), Some(_)) => return Err(SecretError::Twice),
        (Some(file), None) => Some(read(&config.data_dir.join(file)).map(Secret::new)?),
        (None, variable) => variable,
    };
    Address::postgres(store, password.as_ref()).map_err(SecretError::Address)
}

const KEY_FILE: &str = "store.key";
const PASSWORD_VARIABLE: &str = "VITRINE_STORE_PASSWORD";

fn create(path: &Path) -> io::Result<()> {
    let key = EncryptionKey::generate().map_err(io::Error::other)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    write_key(path, &key)
}

fn write_key(path: &Path, key: &EncryptionKey) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{}", key.to_hex().expose())?;
    file.sync_all()?;
    path.parent().map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
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

/// The secrets of everybody who has any.
#[derive(Debug, Default)]
pub struct Secrets {
    /// Of embed keys.
    pub of_keys: BTreeMap<ClientId, Vec<Secret>>,
    /// Of identity providers.
    pub of_providers: BTreeMap<ProviderName, Vec<Secret>>,
}

impl Secrets {
    /// Those that definitions refer to. `held` are those that the store has.
    pub fn of<'a>(
        definitions: &Definitions,
        data_dir: &Path,
        held: impl Fn(&Holder) -> Option<&'a [Secret]>,
    ) -> Result<Self, SecretError> {
        let mut secrets = Self::default();
        let get = |holder: Holder, references: &[SecretReference]| {
            of_holder(&holder, references, data_dir, held(&holder).unwrap_or_default())
        };
        for key in &definitions.embed_keys {
            let given = get(Holder::Key(key.client_id.clone()), &key.secrets)?;
            secrets.of_keys.insert(key.client_id.clone(), given);
        }
        for provider in definitions.identity_providers.iter().filter(|it| !it.secrets().is_empty()) {
            let given = get(Holder::of(provider), provider.secrets())?;
            secrets.of_providers.insert(provider.name.clone(), given);
        }
        Ok(secrets)
    }

    /// Each with whose they are.
    pub fn iter(&self) -> impl Iterator<Item = (Holder, &[Secret])> {
        let keys = self.of_keys.iter().map(|(name, secrets)| (Holder::Key(name.clone()), secrets.as_slice()));
        let providers =
            self.of_providers.iter().map(|(name, secrets)| (Holder::Provider(name.clone()), secrets.as_slice()));
        keys.chain(providers)
    }
}

/// The secrets of somebody that the store has.
pub fn held<'a>(loaded: &'a Loaded, holder: &Holder) -> Option<&'a [Secret]> {
    let (kind, name) = holder.place();
    let id = KeyId::new(loaded.ids.get(kind, name)?);
    loaded.secrets.get(&id).map(Vec::as_slice)
}

/// The secrets of somebody to whom the store has given none.
pub(crate) fn of_references(
    holder: &Holder,
    references: &[SecretReference],
    data_dir: &Path,
) -> Result<Vec<Secret>, SecretError> {
    of_holder(holder, references, data_dir, &[])
}

/// The secrets of somebody. A relative file is relative to the data folder; of `stored` ones, which the store has made,
/// `held` are taken in their order.
fn of_holder(
    holder: &Holder,
    references: &[SecretReference],
    data_dir: &Path,
    held: &[Secret],
) -> Result<Vec<Secret>, SecretError> {
    let secret = |(place, reference): (usize, &SecretReference)| match reference {
        SecretReference::Stored => {
            let held = held.get(place).cloned();
            held.ok_or_else(|| SecretError::NotHeld(holder.to_string()))
        }
        elsewhere => resolve(elsewhere, data_dir),
    };
    references.iter().enumerate().map(secret).collect()
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
