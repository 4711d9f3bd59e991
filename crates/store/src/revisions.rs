//! Revisions: what administrators have written, whole, each time it changed.

use crate::apply::secrets;
use crate::chance::new_id;
use crate::time::micros;
use crate::{Secret, Store, StoreError};
use chrono::{DateTime, Utc};
use model::access::Definitions;
use model::name::KeyId;
use model::snapshot::{Ids, Kind};
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use std::collections::BTreeMap;

/// What is in force.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What administrators have written.
    pub definitions: Definitions,
    /// The ids of everything in it that has a name.
    pub ids: Ids,
    /// How often it has changed.
    pub revision: u64,
    /// The secrets of every embed key, decrypted: one, or two while rotating. At least as new as the definitions.
    pub secrets: BTreeMap<KeyId, Vec<Secret>>,
}

impl Store {
    /// What is in force; `None` while nothing has been applied.
    ///
    /// # Errors
    /// The database fails, the definitions were written by a version this one does not understand, or a secret was not
    /// encrypted with this store's key for its embed key.
    pub async fn load(&self) -> Result<Option<Loaded>, StoreError> {
        let mut connection = self.database.readers().acquire().await?;
        let Some(current) = Revision::current(&mut connection).await? else { return Ok(None) };
        let definitions = current.definitions().ok_or(StoreError::Unreadable("definitions"))?;
        let ids = current.ids.tied_to(&definitions);
        let secrets = secrets::stored(&mut connection, &self.encryption).await?;
        Ok(Some(Loaded { definitions, ids, revision: current.revision, secrets }))
    }

    /// The number of what is in force; 0 while nothing has been applied.
    ///
    /// # Errors
    /// The database fails.
    pub async fn revision(&self) -> Result<u64, StoreError> {
        revision(&mut *self.database.readers().acquire().await?).await
    }
}

/// The number of what is in force; 0 while nothing has been applied.
pub(crate) async fn revision(connection: &mut AnyConnection) -> Result<u64, StoreError> {
    let revision: i64 =
        sqlx::query_scalar("SELECT COALESCE(MAX(revision), 0) FROM revisions").fetch_one(connection).await?;
    Ok(revision.cast_unsigned())
}

/// A revision as it is stored.
pub(crate) struct Revision {
    pub(crate) revision: u64,
    pub(crate) text: String,
    pub(crate) ids: NamedIds,
}

impl Revision {
    /// The one in force.
    pub(crate) async fn current(connection: &mut AnyConnection) -> Result<Option<Self>, StoreError> {
        let row: Option<(i64, String, String)> =
            sqlx::query_as("SELECT revision, definitions, ids FROM revisions ORDER BY revision DESC LIMIT 1")
                .fetch_optional(connection)
                .await?;
        let Some((revision, text, ids)) = row else { return Ok(None) };
        let ids = serde_json::from_str(&ids).map_err(|_| StoreError::Unreadable("ids"))?;
        Ok(Some(Self { revision: revision.cast_unsigned(), text, ids }))
    }

    /// The definitions, if this version understands them.
    pub(crate) fn definitions(&self) -> Option<Definitions> {
        serde_json::from_str(&self.text).ok()
    }

    /// Puts it in force.
    pub(crate) async fn insert(&self, connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<(), StoreError> {
        let ids = serde_json::to_string(&self.ids).map_err(|_| StoreError::Unwritable("ids"))?;
        sqlx::query("INSERT INTO revisions (revision, applied_at, definitions, ids) VALUES ($1, $2, $3, $4)")
            .bind(self.revision.cast_signed())
            .bind(micros(now))
            .bind(self.text.as_str())
            .bind(ids)
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// Ids by kind and name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct NamedIds(BTreeMap<String, BTreeMap<String, String>>);

impl NamedIds {
    /// The ids of `definitions`: a name that was there before keeps its id, any other gets a new one.
    pub(crate) fn assign(definitions: &Definitions, before: &Self) -> Result<Self, StoreError> {
        let mut ids = Self::default();
        for (kind, name) in definitions.named() {
            let id = before.get(kind, &name).map_or_else(|| new_id(kind.as_str()), |id| Ok(id.to_owned()))?;
            ids.0.entry(kind.as_str().to_owned()).or_default().insert(name, id);
        }
        Ok(ids)
    }

    /// The id of the thing of that kind and name.
    pub(crate) fn get(&self, kind: Kind, name: &str) -> Option<&str> {
        self.0.get(kind.as_str())?.get(name).map(String::as_str)
    }

    fn tied_to(&self, definitions: &Definitions) -> Ids {
        let known =
            |(kind, name): (Kind, String)| self.get(kind, &name).map(str::to_owned).map(|id| ((kind, name), id));
        Ids::new(definitions.named().filter_map(known))
    }
}
