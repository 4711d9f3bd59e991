//! Why the store could not do what it was asked.

use crate::apply::SecretError;
use crate::backup::BackupError;
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
    /// The database refused.
    #[error("the store's database failed: {}", told(.0))]
    Database(#[from] sqlx::Error),
    /// The database did not answer in time.
    #[error("the store's database did not answer in time")]
    TooSlow,
    /// The tables could not be brought up to date.
    #[error("the store's tables could not be brought up to date: {}", told_of_migration(.0))]
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
    /// A store cannot be made of a backup.
    #[error(transparent)]
    Backup(#[from] BackupError),
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
    /// A definition is of an identity by which somebody else comes in.
    #[error("member `{0}`: that identity is linked to another member")]
    LinkedIdentity(String),
    /// A session was to be opened by what no longer holds.
    #[error("revision {opened_at} is no longer in force")]
    Stale {
        /// The revision it was decided at.
        opened_at: u64,
    },
    /// A draft that was to be published is not as it was.
    #[error("the draft was changed meanwhile")]
    DraftChanged,
    /// What was to be put back is not in the trash any more.
    #[error("it is not in the trash any more")]
    NotInTrash,
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

/// What operators may know of a failure: never a statement, and of what the database says, only what it says before it knows
/// a row.
fn told(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(refused) => {
            let code = refused.code().unwrap_or_default();
            let said = if is_harmless(&code) { refused.message() } else { "a statement was refused" };
            format!("{said} (code {code})")
        }
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::Tls(error) => format!("no TLS: {error}"),
        sqlx::Error::PoolTimedOut => "no connection in time".to_owned(),
        sqlx::Error::PoolClosed => "it was closed".to_owned(),
        sqlx::Error::Configuration(error) => error.to_string(),
        _ => "an answer that was not understood".to_owned(),
    }
}

/// Whether what a database says with a code is about itself: of PostgreSQL (appendix A) connecting, roles and rights, databases
/// and tables, resources and an operator's interventions; of SQLite locks, input and output, room, and the file as a whole.
fn is_harmless(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(number) if code.len() != 5 => [5, 6, 8, 10, 11, 13, 14, 26].contains(&(number & 0xff)),
        _ => ["08", "28", "3D", "42501", "42P", "53", "57"].iter().any(|class| code.starts_with(class)),
    }
}

fn told_of_migration(error: &sqlx::migrate::MigrateError) -> String {
    use sqlx::migrate::MigrateError;
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => told(error),
        other => other.to_string(),
    }
}
