//! What Vitrine remembers: definitions, members, sessions, one-time codes, secrets of keys and the audit trail.
//!
//! SQL that SQLite and PostgreSQL both understand, over [`sqlx::Any`]; SQLite is what is built in now.
//!
//! - A write that was answered is on disk: every transaction is synced before its function returns.
//! - Of codes and handles only SHA-256 is kept, of keys' secrets only ciphertext.
//! - Time is a parameter everywhere; chance comes from the file `chance.rs` alone.
//! - Every session lookup reads the revision and the member in the same round trip, so a request sees revocation and
//!   changed policies at once, whichever process wrote them.

pub mod apply;
pub mod audit;
pub mod bookmarks;
mod chance;
pub mod credentials;
mod database;
pub mod edit;
pub mod encryption;
mod error;
mod housekeeping;
pub mod idempotency;
mod logins;
mod members;
mod open_sessions;
pub mod people;
pub mod redeem;
mod revisions;
pub mod sessions;
mod time;

pub use bookmarks::new_bookmark_id;
pub use chance::{
    TokenHash, new_code, new_credential_secret, new_handle, new_key_secret, new_login_code, new_member_id,
    new_session_id,
};
pub use credentials::new_credential_id;
pub use encryption::{EncryptionKey, Secret};
pub use error::StoreError;
pub use housekeeping::Swept;
pub use revisions::{Change, Loaded};

use audit::writer::AuditWriter;
use database::Database;
use std::path::Path;
use std::sync::Arc;

/// One deployment's store. Cheap to clone; all clones share connections and the audit writer.
#[derive(Clone)]
pub struct Store {
    database: Database,
    encryption: Arc<EncryptionKey>,
    audit: AuditWriter,
}

impl Store {
    /// Opens the SQLite file at `path`, which is made (readable for its owner only) and migrated where necessary. The
    /// folder must be there; SQLite's own files and a lock file are kept beside it.
    ///
    /// Must be called inside a tokio runtime, which runs the audit writer.
    ///
    /// # Errors
    /// The file cannot be made or opened, a migration fails, or the store was made with another encryption key.
    pub async fn open(path: &Path, encryption: EncryptionKey) -> Result<Self, StoreError> {
        let database = Database::open(path).await?;
        encryption::agree(&database, &encryption).await?;
        let mut transaction = database.write().await?;
        revisions::take_apart(&mut transaction).await?;
        transaction.commit().await?;
        let audit = AuditWriter::start(database.clone());
        Ok(Self { database, encryption: Arc::new(encryption), audit })
    }

    /// The secret that pseudonyms of masked columns are made with. As long as the encryption key is the same, so are they.
    #[must_use]
    pub fn mask_secret(&self) -> [u8; 32] {
        self.encryption.derived("column masks")
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
