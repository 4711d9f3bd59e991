//! Applying what administrators have written: all of it or nothing, and nothing where nothing changed.

mod changes;
mod members;
pub(crate) mod secrets;

pub use secrets::SecretError;

use crate::audit::{self, AuditEvent};
use crate::revisions::{NamedIds, Revision};
use crate::sessions;
use crate::{Secret, Store, StoreError};
pub(crate) use changes::Changes;
use chrono::{DateTime, Utc};
use model::access::Definitions;
use model::name::{ClientId, KeyId};
use model::snapshot::Kind;
use sqlx::AnyConnection;
use std::collections::BTreeMap;

/// What is to be in force.
#[derive(Debug)]
pub struct Application {
    /// What administrators have written: checked, and so without unknown names.
    pub definitions: Definitions,
    /// The secrets of every embed key: one, or two while rotating.
    pub secrets: BTreeMap<ClientId, Vec<Secret>>,
    /// The present.
    pub now: DateTime<Utc>,
}

/// What came of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// The revision in force.
    pub revision: u64,
    /// Whether it is a new one.
    pub changed: bool,
    /// How many sessions were ended by what changed.
    pub ended_sessions: u64,
}

impl Store {
    /// Puts definitions and secrets in force, in one transaction with `event`, which gets the resulting revision.
    ///
    /// - Equal definitions and secrets change nothing.
    /// - A name that was there before keeps its id; one that comes back after it was gone gets a new one.
    /// - Members of the definitions are written over by identity, internal ones by e-mail address. Members that
    ///   earlier definitions wrote and these do not are deactivated.
    /// - Sessions that may have resolved something from what changed end: see "Pinned and live" in ARCHITECTURE.md.
    ///
    /// # Errors
    /// The secrets are not acceptable, a member's definition names something unknown or is there twice, or the
    /// database fails. Nothing is written then.
    pub async fn apply(&self, application: Application, event: AuditEvent) -> Result<Applied, StoreError> {
        secrets::check(&application.definitions.embed_keys, &application.secrets)?;
        let text =
            serde_json::to_string(&application.definitions).map_err(|_| StoreError::Unwritable("definitions"))?;
        let mut transaction = self.database.write().await?;
        let before = Revision::current(&mut transaction).await?;
        let applied = match &before {
            Some(before) if self.is_in_force(&mut transaction, before, &text, &application).await? => {
                Applied { revision: before.revision, changed: false, ended_sessions: 0 }
            }
            _ => self.put_in_force(&mut transaction, before, text, &application).await?,
        };
        audit::insert(&mut transaction, &AuditEvent { revision: applied.revision, ..event }).await?;
        transaction.commit().await?;
        Ok(applied)
    }

    async fn is_in_force(
        &self,
        connection: &mut AnyConnection,
        before: &Revision,
        text: &str,
        application: &Application,
    ) -> Result<bool, StoreError> {
        if before.text != text {
            return Ok(false);
        }
        let stored = secrets::stored(connection, &self.encryption).await?;
        Ok(secrets::same(&stored, &by_key(&application.secrets, &before.ids)))
    }

    async fn put_in_force(
        &self,
        connection: &mut AnyConnection,
        before: Option<Revision>,
        text: String,
        Application { definitions, secrets, now }: &Application,
    ) -> Result<Applied, StoreError> {
        let earlier = before.as_ref().and_then(Revision::definitions);
        let (number, ids) = before.map_or_else(Default::default, |before| (before.revision, before.ids));
        let ids = NamedIds::assign(definitions, &ids)?;
        let members = members::write(connection, &definitions.members, &ids, *now).await?;
        secrets::replace(connection, &self.encryption, &by_key(secrets, &ids)).await?;
        let changes = Changes::between(earlier.as_ref(), definitions, &ids, members);
        let ended_sessions = sessions::end_affected(connection, &changes, *now).await?;
        let revision = Revision { revision: number + 1, text, ids };
        revision.insert(connection, *now).await?;
        Ok(Applied { revision: revision.revision, changed: true, ended_sessions })
    }
}

/// Secrets by the ids of their keys. Every client id has one: [`secrets::check`] has seen to it.
fn by_key<'a>(secrets: &'a BTreeMap<ClientId, Vec<Secret>>, ids: &NamedIds) -> BTreeMap<KeyId, &'a [Secret]> {
    let key = |client_id: &ClientId| ids.get(Kind::Key, client_id.as_str()).map(KeyId::new);
    secrets.iter().filter_map(|(client_id, secrets)| Some((key(client_id)?, secrets.as_slice()))).collect()
}
