//! Why the store could not do what it was asked.

use crate::apply::SecretError;
use crate::encryption::EncryptionKeyError;
use model::snapshot::Kind;

/// Why the store could not do what it was asked. Nothing was written.
///
/// The texts name no secret and no person but those an administrator wrote into the files being applied.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be made or opened.
    #[error("the store's file cannot be opened")]
    File(#[from] std::io::Error),
    /// The database refused, or did not answer in time.
    #[error("the store's database failed")]
    Database(#[from] sqlx::Error),
    /// The tables could not be brought up to date.
    #[error("the store's tables could not be brought up to date")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Something stored is not what this version writes.
    #[error("the stored {0} cannot be read")]
    Unreadable(&'static str),
    /// Something cannot be written as JSON.
    #[error("the {0} cannot be stored")]
    Unwritable(&'static str),
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    Chance,
    /// The encryption key is malformed, or not the store's.
    #[error(transparent)]
    EncryptionKey(#[from] EncryptionKeyError),
    /// The secrets of the embed keys are not acceptable.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// A member's definition names something that the definitions do not hold.
    #[error("member `{subject}` names the unknown {} `{name}`", kind.as_str())]
    UnknownName {
        /// The member's subject.
        subject: String,
        /// What it names.
        kind: Kind,
        /// By which name.
        name: String,
    },
    /// Two definitions are of one person.
    #[error("member `{0}` is defined twice")]
    DuplicateMember(String),
    /// A session was to be opened by what no longer holds.
    #[error("revision {opened_at} is no longer in force")]
    Stale {
        /// The revision it was decided at.
        opened_at: u64,
    },
    /// A token that counts once was used before.
    #[error("the token was used before")]
    TokenUsed,
    /// A request with the same idempotency key was done before, or is being done.
    #[error("the request was done before")]
    Done,
    /// An audit event could not be committed: whatever it records must be refused.
    #[error("the audit trail cannot be written")]
    AuditUnavailable,
}
