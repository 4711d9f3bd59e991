//! What Vitrine remembers: definitions, members, sessions, one-time codes, secrets of keys and the audit trail.
//!
//! SQL that SQLite and PostgreSQL both understand, over [`sqlx::Any`].
//!
//! - A write that was answered is on disk: every transaction is synced before its function returns.
//! - Of codes and handles only SHA-256 is kept, of keys' secrets only ciphertext.
//! - Time is a parameter everywhere; chance comes from the file `chance.rs` alone.
//! - Every session lookup reads the revision and the member in the same round trip, so a request sees revocation and
//!   changed policies at once, whichever process wrote them.

mod access_tokens;
pub mod address;
pub mod apply;
pub mod audit;
pub mod backup;
pub mod bookmarks;
mod chance;
pub mod credentials;
mod database;
pub mod edit;
pub mod encryption;
mod error;
mod housekeeping;
pub mod idempotency;
pub mod identities;
pub mod logins;
mod members;
mod open_sessions;
mod opening;
pub mod passkeys;
pub mod passwords;
pub mod people;
pub mod redeem;
mod revisions;
mod rotation;
pub mod second_factors;
pub mod session_tokens;
pub mod sessions;
mod time;
pub mod trash;
pub mod versions;

pub use address::{Address, AddressError};
pub use bookmarks::new_bookmark_id;
pub use chance::{
    TokenHash, new_access_token, new_code, new_credential_secret, new_factor_secret, new_frame_cookie, new_handle,
    new_key_secret, new_link_id, new_login_code, new_login_cookie, new_member_id, new_name_ending, new_program_session,
    new_recovery_bytes, new_salt, new_session_id, new_session_token, new_sigma_token, new_tableau_token,
};
pub use credentials::new_credential_id;
pub use encryption::{EncryptionKey, Secret};
pub use error::StoreError;
pub use housekeeping::Swept;
pub use passkeys::new_passkey_id;
pub use revisions::{Change, Loaded, LoadedSince};

use audit::Head;
use audit::writer::AuditWriter;
use database::Database;
use opening::Opener;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// One deployment's store. Cheap to clone; all clones share connections and the audit writer.
#[derive(Clone)]
pub struct Store {
    database: Database,
    encryption: Arc<RwLock<Arc<EncryptionKey>>>,
    mask_secret: [u8; 32],
    audit: AuditWriter,
    opener: Opener,
    /// Whose chain the audit trail goes on.
    node: Arc<str>,
    /// The heads of other chains that are noted in this one.
    anchored: Arc<Mutex<Vec<Head>>>,
}

/// The node that a store is opened as unless another is said.
pub const NODE: &str = "main";

impl Store {
    /// Opens the store at an address, whose tables are made and migrated where necessary. A file is made, readable for its
    /// owner only: its folder must be there, and SQLite's own files and a lock file are kept beside it. A database of
    /// PostgreSQL must be there, and its role must be allowed to make tables.
    ///
    /// Must be called inside a tokio runtime, which runs the tasks that write the audit trail and open sessions.
    ///
    /// # Errors
    /// The file cannot be made or opened, the server does not answer or refuses the role, a migration fails, or the store was
    /// made with another encryption key.
    pub async fn open(address: &Address, encryption: EncryptionKey) -> Result<Self, StoreError> {
        Self::open_as(NODE, address, encryption).await
    }

    /// The same, as one node of several, each of which has a hash chain of its own in the audit trail. Nodes of one name
    /// share a chain, and wait for each other.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_as(node: &str, address: &Address, encryption: EncryptionKey) -> Result<Self, StoreError> {
        let database = Database::open(address).await?;
        encryption::agree(&database, &encryption).await?;
        revisions::take_apart(&database).await?;
        versions::begin(&database).await?;
        let mask_secret = encryption::mask_secret(&database, &encryption).await?;
        audit::chain::begin(&database, node).await?;
        let node: Arc<str> = node.into();
        let audit = AuditWriter::start(database.clone(), Arc::clone(&node));
        let opener = Opener::start(database.clone());
        let encryption = Arc::new(RwLock::new(Arc::new(encryption)));
        Ok(Self { database, encryption, mask_secret, audit, opener, node, anchored: Arc::default() })
    }

    /// The secret that pseudonyms of masked columns are made with. It stays when the encryption key is another one.
    #[must_use]
    pub const fn mask_secret(&self) -> [u8; 32] {
        self.mask_secret
    }

    /// The encryption key as this process knows it.
    pub(crate) fn encryption(&self) -> Arc<EncryptionKey> {
        Arc::clone(&self.encryption.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits for what is being written and closes every connection. Clones can no longer be used.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Store").finish_non_exhaustive()
    }
}
