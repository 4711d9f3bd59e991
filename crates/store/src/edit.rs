//! One change at a time, as administrators make it while the server runs: rows, and what goes with them, in one
//! transaction with the event that tells of it.

use crate::apply::{Changes, Holder, secrets};
use crate::audit::{self, AuditEvent};
use crate::idempotency::{self, Once};
use crate::revisions::{self, Change, revision};
use crate::trash::{self, Thrown};
use crate::{Secret, Store, StoreError, sessions, versions};
use chrono::{DateTime, Utc};
use model::name::{KeyId, MemberId, WorkbookId};
use model::snapshot::Kind;
use sqlx::AnyConnection;
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of definitions.
#[derive(Debug)]
pub struct Edit<'a> {
    /// The revision at which it was decided and checked.
    pub revision: u64,
    /// What becomes of which thing. Checked, so that no name is unknown afterwards.
    pub changes: Vec<Change>,
    /// The secrets that somebody has from now on; who is not named keeps theirs.
    pub secrets: BTreeMap<Holder, Vec<Secret>>,
    /// What goes with it beside definitions.
    pub aside: Option<Aside>,
    /// So that the same request, sent twice, is done once.
    pub once: Option<&'a Once>,
    /// The present.
    pub now: DateTime<Utc>,
}

/// What an edit does beside definitions.
#[derive(Debug, Clone)]
pub enum Aside {
    /// A draft in that state is what is published now.
    Publish(WorkbookId, String),
    /// What goes is in the trash from now on.
    Throw(Thrown),
    /// What comes was in the trash.
    PutBack(WorkbookId),
}

impl Aside {
    async fn done(&self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        match self {
            Self::Publish(workbook, state) => versions::published(connection, workbook, state).await,
            Self::Throw(thrown) => trash::throw(connection, thrown).await,
            Self::PutBack(workbook) => match trash::take_out(connection, workbook).await? {
                true => Ok(()),
                false => Err(StoreError::NotInTrash),
            },
        }
    }
}

/// What came of an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The revision in force.
    pub revision: u64,
    /// How many sessions were ended by what changed.
    pub ended_sessions: u64,
    /// The ids of what was written, in the order of the changes; what changed nothing is not among them.
    pub ids: Vec<String>,
}

impl Store {
    /// Writes an edit with `event`, which gets the resulting revision. An edit that changes nothing makes no revision.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if another revision is in force meanwhile, [`StoreError::Done`] if a request with the same
    /// idempotency key was done before, [`StoreError::DraftChanged`] or [`StoreError::NotInTrash`] if what goes with it is
    /// not there. Or the secrets are not acceptable, or the database fails. Nothing is written then.
    pub async fn edit(&self, edit: Edit<'_>, event: AuditEvent) -> Result<Edited, StoreError> {
        let mut transaction = self.database.write().await?;
        let before = revision(&mut transaction).await?;
        if before != edit.revision {
            return Err(StoreError::Stale { opened_at: edit.revision });
        }
        idempotency::begin(&mut transaction, edit.once, edit.now).await?;
        if let Some(aside) = &edit.aside {
            aside.done(&mut transaction).await?;
        }
        let written = revisions::write(&mut transaction, before + 1, &edit.changes).await?;
        versions::keep(&mut transaction, &written, (event.principal.member.as_ref(), edit.now)).await?;
        let has_changed = !written.is_empty() || !edit.secrets.is_empty();
        let holds = |kind: Kind| matches!(kind, Kind::Key | Kind::IdentityProvider);
        for change in written.iter().filter(|change| holds(change.kind) && change.after.is_none()) {
            secrets::put(&mut transaction, &self.encryption(), &KeyId::new(&change.id), &[]).await?;
        }
        for (holder, given) in &edit.secrets {
            let (kind, name) = holder.place();
            let id = revisions::id_of(&mut transaction, kind, name).await?;
            let id = KeyId::new(id.ok_or(StoreError::Unreadable("holder of a secret"))?);
            secrets::acceptable(&mut transaction, &self.encryption(), &id, holder, given).await?;
            secrets::put(&mut transaction, &self.encryption(), &id, given).await?;
        }
        let revision = if has_changed { before + 1 } else { before };
        if has_changed {
            revisions::begin(&mut transaction, revision, edit.now).await?;
        }
        let changes = Changes::of(&written, BTreeSet::<MemberId>::new());
        let changes = changes.with_teams_below(&written, &mut transaction).await?;
        let ended_sessions = sessions::end_affected(&mut transaction, &changes, edit.now).await?;
        let ids: Vec<String> = written.into_iter().map(|change| change.id).collect();
        idempotency::done(&mut transaction, edit.once, ids.first().map_or("", String::as_str)).await?;
        audit::insert(&mut transaction, &self.node, &AuditEvent { revision, ..event }).await?;
        transaction.commit().await?;
        Ok(Edited { revision, ended_sessions, ids })
    }
}
