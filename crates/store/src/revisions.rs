//! Revisions: what administrators have written, and how often it has changed.
//!
//! A revision is a number and a time. The things themselves are rows of their own, each with the revision that wrote it
//! last; what is gone stays as a row without a body.

use crate::apply::secrets;
use crate::chance::new_id;
use crate::database::{Database, known};
use crate::encryption;
use crate::time::micros;
use crate::{Secret, Store, StoreError};
use chrono::{DateTime, Utc};
use model::access::Definitions;
use model::item::{Item, Revised};
use model::name::KeyId;
use model::snapshot::{Ids, Kind};
use serde::Deserialize;
use sqlx::AnyConnection;
use std::collections::BTreeMap;

/// What is in force.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What administrators have written. Members are not in it: see [`Store::written_members`].
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
        let (revision, rows) = in_force(&mut connection).await?;
        if revision == 0 {
            return Ok(None);
        }
        let ids = Ids::new(rows.iter().map(|row| ((row.item.kind, row.item.name.clone()), row.id.clone())));
        let definitions = definitions_of(rows)?;
        let secrets = self.secrets_of_keys(&mut connection).await?;
        Ok(Some(Loaded { definitions, ids, revision, secrets }))
    }

    /// What has changed since a revision that was in force; no other rows are read.
    ///
    /// # Errors
    /// As [`Store::load`].
    pub async fn load_since(&self, revision: u64) -> Result<LoadedSince, StoreError> {
        let mut connection = self.database.readers().acquire().await?;
        let (revision, revised) = since(&mut connection, revision).await?;
        let secrets = self.secrets_of_keys(&mut connection).await?;
        Ok(LoadedSince { revised, revision, secrets })
    }

    /// Those of every embed key, at least as new as what was read before on the connection.
    async fn secrets_of_keys(
        &self,
        connection: &mut AnyConnection,
    ) -> Result<BTreeMap<KeyId, Vec<Secret>>, StoreError> {
        match secrets::stored(connection, &self.encryption()).await {
            // Or was the encryption key replaced meanwhile?
            Err(error @ StoreError::Unreadable(_)) => {
                encryption::is_its_own(connection, &self.encryption()).await?;
                Err(error)
            }
            secrets => secrets,
        }
    }

    /// The number of what is in force; 0 while nothing has been applied.
    ///
    /// # Errors
    /// The database fails.
    pub async fn revision(&self) -> Result<u64, StoreError> {
        known(async { revision(&mut *self.database.readers().acquire().await?).await }).await
    }
}

/// What revisions behind one have made of what was there.
#[derive(Debug, Clone)]
pub struct LoadedSince {
    /// What has become of things, in the order of kinds and names.
    pub revised: Vec<Revised>,
    /// How often what is in force has changed.
    pub revision: u64,
    /// As in [`Loaded`]: of every embed key.
    pub secrets: BTreeMap<KeyId, Vec<Secret>>,
}

/// The number of what is in force; 0 while nothing has been applied.
pub(crate) async fn revision(connection: &mut AnyConnection) -> Result<u64, StoreError> {
    let revision: i64 =
        sqlx::query_scalar("SELECT COALESCE(MAX(revision), 0) FROM revisions").fetch_one(connection).await?;
    Ok(revision.cast_unsigned())
}

/// Begins a revision.
pub(crate) async fn begin(connection: &mut AnyConnection, revision: u64, now: DateTime<Utc>) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO revisions (revision, applied_at, definitions, ids) VALUES ($1, $2, '', '')")
        .bind(revision.cast_signed())
        .bind(micros(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// A thing as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) item: Item,
    pub(crate) id: String,
}

/// The number in force and everything there is, in one statement: nothing of a later revision is in it.
pub(crate) async fn in_force(connection: &mut AnyConnection) -> Result<(u64, Vec<Row>), StoreError> {
    let rows: Vec<(i64, String, String, String, String)> = sqlx::query_as(
        "SELECT (SELECT COALESCE(MAX(revision), 0) FROM revisions), kind, name, id, body FROM definitions \
         WHERE body IS NOT NULL ORDER BY kind, name",
    )
    .fetch_all(connection)
    .await?;
    let revision = rows.first().map_or(0, |row| row.0.cast_unsigned());
    let read = |(_, kind, name, id, body): (i64, String, String, String, String)| {
        let kind = Kind::from_name(&kind).ok_or(StoreError::Unreadable("definitions"))?;
        Ok(Row { item: Item { kind, name, body }, id })
    };
    Ok((revision, rows.into_iter().map(read).collect::<Result<_, StoreError>>()?))
}

/// The number in force and every row that a revision behind `revision` wrote last, in one statement.
async fn since(connection: &mut AnyConnection, revision: u64) -> Result<(u64, Vec<Revised>), StoreError> {
    type Found = (i64, Option<String>, Option<String>, Option<String>, Option<String>);
    let rows: Vec<Found> = sqlx::query_as(
        "SELECT latest.revision, kind, name, id, body \
         FROM (SELECT COALESCE(MAX(revision), 0) AS revision FROM revisions) AS latest \
         LEFT JOIN definitions ON definitions.revision > $1 ORDER BY kind, name",
    )
    .bind(revision.cast_signed())
    .fetch_all(connection)
    .await?;
    let latest = rows.first().map_or(0, |row| row.0.cast_unsigned());
    let read = |(_, kind, name, id, body): Found| {
        // Without a row that was written there is one of nothing.
        let (Some(kind), Some(name), Some(id)) = (kind, name, id) else { return Ok(None) };
        let kind = Kind::from_name(&kind).ok_or(StoreError::Unreadable("definitions"))?;
        Ok(Some(Revised { kind, name, id, body }))
    };
    Ok((latest, rows.into_iter().filter_map(|row| read(row).transpose()).collect::<Result<_, StoreError>>()?))
}

/// The definitions that rows make.
pub(crate) fn definitions_of(rows: Vec<Row>) -> Result<Definitions, StoreError> {
    Definitions::from_items(rows.into_iter().map(|row| row.item)).map_err(|_| StoreError::Unreadable("definitions"))
}

/// What one row was and will be; `None`: it is not there.
#[derive(Debug, Clone)]
pub(crate) struct RowChange {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// The one it has from now on, or had.
    pub(crate) id: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// Writes what a revision changes. A name that was gone gets a new id; it stands in the changes that are returned.
pub(crate) async fn write(
    connection: &mut AnyConnection,
    revision: u64,
    changes: &[Change],
) -> Result<Vec<RowChange>, StoreError> {
    let mut written = Vec::with_capacity(changes.len());
    for change in changes {
        let before: Option<(String, Option<String>)> =
            sqlx::query_as("SELECT id, body FROM definitions WHERE kind = $1 AND name = $2")
                .bind(change.kind.as_str())
                .bind(change.name.as_str())
                .fetch_optional(&mut *connection)
                .await?;
        let (id, before) = match before {
            Some((id, Some(body))) => (id, Some(body)),
            Some((_, None)) | None => match &change.id {
                Some(id) => (id.clone(), None),
                None => (new_id(change.kind.as_str())?, None),
            },
        };
        if before == change.body {
            continue;
        }
        sqlx::query(
            "INSERT INTO definitions (kind, name, id, body, revision) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (kind, name) DO UPDATE SET id = $3, body = $4, revision = $5",
        )
        .bind(change.kind.as_str())
        .bind(change.name.as_str())
        .bind(id.as_str())
        .bind(change.body.as_deref())
        .bind(revision.cast_signed())
        .execute(&mut *connection)
        .await?;
        let (kind, name, after) = (change.kind, change.name.clone(), change.body.clone());
        written.push(RowChange { kind, name, id, before, after });
    }
    Ok(written)
}

/// The names of what there is of some kinds, by their ids.
pub(crate) async fn names(
    connection: &mut AnyConnection,
    kinds: &[Kind],
) -> Result<BTreeMap<String, String>, StoreError> {
    let mut names = BTreeMap::new();
    for kind in kinds {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT id, name FROM definitions WHERE kind = $1 AND body IS NOT NULL")
                .bind(kind.as_str())
                .fetch_all(&mut *connection)
                .await?;
        names.extend(rows);
    }
    Ok(names)
}

/// The id of what there is of that kind and name.
pub(crate) async fn id_of(
    connection: &mut AnyConnection,
    kind: Kind,
    name: &str,
) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT id FROM definitions WHERE kind = $1 AND name = $2 AND body IS NOT NULL")
        .bind(kind.as_str())
        .bind(name)
        .fetch_optional(connection)
        .await?)
}

/// What is to become of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it is.
    pub kind: Kind,
    /// Its name among those of its kind.
    pub name: String,
    /// JSON as in files; `None`: it goes.
    pub body: Option<String>,
    /// The id that it has again, of a thing that comes out of the trash. `None`: the one it has, or a new one.
    pub id: Option<String>,
}

impl From<Item> for Change {
    fn from(Item { kind, name, body }: Item) -> Self {
        Self { kind, name, body: Some(body), id: None }
    }
}

impl Change {
    /// The same thing as once, with the id that it had.
    #[must_use]
    pub fn again(self, id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), ..self }
    }

    /// A thing goes.
    #[must_use]
    pub fn gone(kind: Kind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into(), body: None, id: None }
    }
}

/// The ids of things by kind and name, as far as they are there.
pub(crate) struct NamedIds(BTreeMap<(Kind, String), String>);

impl NamedIds {
    /// Those of rows, and of what was written since.
    pub(crate) fn after(rows: Vec<Row>, written: &[RowChange]) -> Self {
        let mut ids: BTreeMap<_, _> = rows.into_iter().map(|row| ((row.item.kind, row.item.name), row.id)).collect();
        for change in written {
            let place = (change.kind, change.name.clone());
            match &change.after {
                Some(_) => drop(ids.insert(place, change.id.clone())),
                None => drop(ids.remove(&place)),
            }
        }
        Self(ids)
    }

    /// The id of the thing of that kind and name.
    pub(crate) fn get(&self, kind: Kind, name: &str) -> Option<&str> {
        self.0.get(&(kind, name.to_owned())).map(String::as_str)
    }
}

/// A revision as versions before this one stored it: whole.
#[derive(Deserialize)]
#[serde(transparent)]
struct OldIds(BTreeMap<String, BTreeMap<String, String>>);

/// Takes apart what an earlier version stored whole, once. Ids stay; what had none gets one.
pub(crate) async fn take_apart(database: &Database) -> Result<(), StoreError> {
    let is_done = "SELECT revision FROM definitions LIMIT 1";
    let applied: Option<i64> = sqlx::query_scalar(is_done).fetch_optional(database.readers()).await?;
    if applied.is_some() || revision(&mut *database.readers().acquire().await?).await? == 0 {
        return Ok(());
    }
    let mut transaction = database.write().await?;
    let connection = &mut *transaction;
    let is_done: Option<i64> = sqlx::query_scalar(is_done).fetch_optional(&mut *connection).await?;
    let whole: Option<(i64, String, String)> =
        sqlx::query_as("SELECT revision, definitions, ids FROM revisions ORDER BY revision DESC LIMIT 1")
            .fetch_optional(&mut *connection)
            .await?;
    let (None, Some((revision, definitions, ids))) = (is_done, whole) else { return Ok(()) };
    let definitions: Definitions =
        serde_json::from_str(&definitions).map_err(|_| StoreError::Unreadable("definitions"))?;
    let OldIds(ids) = serde_json::from_str(&ids).map_err(|_| StoreError::Unreadable("ids"))?;
    for Item { kind, name, body } in definitions.items().map_err(|_| StoreError::Unwritable("definitions"))? {
        let known = ids.get(kind.as_str()).and_then(|ids| ids.get(&name));
        let id = known.map_or_else(|| new_id(kind.as_str()), |id| Ok(id.clone()))?;
        sqlx::query("INSERT INTO definitions (kind, name, id, body, revision) VALUES ($1, $2, $3, $4, $5)")
            .bind(kind.as_str())
            .bind(name)
            .bind(id)
            .bind(body)
            .bind(revision)
            .execute(&mut *connection)
            .await?;
    }
    Ok(transaction.commit().await?)
}
