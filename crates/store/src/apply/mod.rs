//! Applying what administrators have written: all of it or nothing, and nothing where nothing changed.

mod changes;
mod members;
pub(crate) mod secrets;

pub use secrets::{Holder, LONGEST_CLIENT_SECRET, SecretError};

use crate::audit::{self, AuditEvent};
use crate::revisions::{Change, NamedIds, Row};
use crate::{Secret, Store, StoreError};
use crate::{revisions, sessions, versions};
pub(crate) use changes::Changes;
use chrono::{DateTime, Utc};
use model::access::Definitions;
use model::item::Item;
use model::name::{ClientId, KeyId, ProviderName};
use model::snapshot::Kind;
use sqlx::AnyConnection;
use std::collections::{BTreeMap, BTreeSet};

/// What is to be in force.
#[derive(Debug)]
pub struct Application {
    /// What administrators have written: checked, and so without unknown names.
    pub definitions: Definitions,
    /// The secrets of every embed key: one, or two while rotating.
    pub secrets: BTreeMap<ClientId, Vec<Secret>>,
    /// The same of every identity provider that has any.
    pub provider_secrets: BTreeMap<ProviderName, Vec<Secret>>,
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
        secrets::check(&application)?;
        let mut transaction = self.database.write().await?;
        let applied = self.put_in_force(&mut transaction, &application).await?;
        if applied.changed {
            audit::insert(&mut transaction, &self.node, &AuditEvent { revision: applied.revision, ..event }).await?;
            transaction.commit().await?;
            return Ok(applied);
        }
        // Nothing of what was compared stays.
        transaction.rollback().await?;
        let mut transaction = self.database.write().await?;
        audit::insert(&mut transaction, &self.node, &AuditEvent { revision: applied.revision, ..event }).await?;
        transaction.commit().await?;
        Ok(applied)
    }

    /// Writes what differs.
    async fn put_in_force(
        &self,
        connection: &mut AnyConnection,
        Application { definitions, secrets, provider_secrets, now }: &Application,
    ) -> Result<Applied, StoreError> {
        let (before, rows) = revisions::in_force(connection).await?;
        let items = definitions.items().map_err(|_| StoreError::Unwritable("definitions"))?;
        let changes = differences(&rows, items);
        let written = revisions::write(connection, before + 1, &changes).await?;
        versions::keep(connection, &written, (None, *now)).await?;
        let ids = NamedIds::after(rows, &written);
        let people = members::write(connection, &definitions.members, &ids, *now).await?;
        let secrets = by_holder(secrets, provider_secrets, &ids);
        let has_new_secrets = !secrets::same(&secrets::stored(connection, &self.encryption()).await?, &secrets);
        if written.is_empty() && !people.have_changed && !has_new_secrets {
            return Ok(Applied { revision: before, changed: false, ended_sessions: 0 });
        }
        secrets::replace(connection, &self.encryption(), &secrets).await?;
        let changes = Changes::of(&written, people.ended).with_teams_below(&written, connection).await?;
        let ended_sessions = sessions::end_affected(connection, &changes, *now).await?;
        revisions::begin(connection, before + 1, *now).await?;
        Ok(Applied { revision: before + 1, changed: true, ended_sessions })
    }
}

/// What turns the rows into the items.
fn differences(rows: &[Row], items: Vec<Item>) -> Vec<Change> {
    let before: BTreeMap<(Kind, &str), &str> =
        rows.iter().map(|row| ((row.item.kind, row.item.name.as_str()), row.item.body.as_str())).collect();
    let after: BTreeSet<(Kind, &str)> = items.iter().map(|item| (item.kind, item.name.as_str())).collect();
    let gone = rows.iter().map(|row| &row.item).filter(|item| !after.contains(&(item.kind, item.name.as_str())));
    let gone: Vec<Change> = gone.map(|item| Change::gone(item.kind, item.name.as_str())).collect();
    let is_new = |item: &Item| before.get(&(item.kind, item.name.as_str())) != Some(&item.body.as_str());
    items.into_iter().filter(is_new).map(Change::from).chain(gone).collect()
}

/// Secrets by the ids of whose they are. Each has one: [`secrets::check`] has seen to it.
fn by_holder<'a>(
    of_keys: &'a BTreeMap<ClientId, Vec<Secret>>,
    of_providers: &'a BTreeMap<ProviderName, Vec<Secret>>,
    ids: &NamedIds,
) -> BTreeMap<KeyId, &'a [Secret]> {
    let keys = of_keys.iter().map(|(name, secrets)| (ids.get(Kind::Key, name.as_str()), secrets));
    let providers =
        of_providers.iter().map(|(name, secrets)| (ids.get(Kind::IdentityProvider, name.as_str()), secrets));
    keys.chain(providers).filter_map(|(id, secrets)| Some((KeyId::new(id?), secrets.as_slice()))).collect()
}
