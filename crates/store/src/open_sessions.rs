//! Sessions as administrators see and end them.

use crate::audit::{self, AuditEvent};
use crate::sessions::{end, read_facts};
use crate::time::micros;
use crate::{Store, StoreError};
use authz::Facts;
use chrono::{DateTime, Utc};
use model::name::{MemberId, SessionId, TenantId};

impl Store {
    /// What is pinned in the sessions that are open, behind `after` in the order of their ids: of one member, of one
    /// tenant, or of everybody.
    ///
    /// # Errors
    /// The database fails.
    pub async fn open_sessions(
        &self,
        member: Option<&MemberId>,
        tenant: Option<&TenantId>,
        after: &str,
        limit: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<Facts>, StoreError> {
        let rows: Vec<String> = sqlx::query_scalar(
            "SELECT facts FROM sessions WHERE ended_at IS NULL AND expires_at > $1 AND id > $2 \
             AND ($3 = '' OR member = $3) AND ($4 = '' OR tenant = $4) ORDER BY id LIMIT $5",
        )
        .bind(micros(now))
        .bind(after)
        .bind(member.map_or("", MemberId::as_str))
        .bind(tenant.map_or("", TenantId::as_str))
        .bind(i64::from(limit))
        .fetch_all(self.database.readers())
        .await?;
        Ok(rows.iter().filter_map(|facts| read_facts(facts)).collect())
    }

    /// What is pinned in a session, if it is open.
    ///
    /// # Errors
    /// The database fails.
    pub async fn open_session_called(&self, id: &SessionId, now: DateTime<Utc>) -> Result<Option<Facts>, StoreError> {
        let facts: Option<String> =
            sqlx::query_scalar("SELECT facts FROM sessions WHERE id = $1 AND ended_at IS NULL AND expires_at > $2")
                .bind(id.as_str())
                .bind(micros(now))
                .fetch_optional(self.database.readers())
                .await?;
        Ok(facts.as_deref().and_then(read_facts))
    }

    /// Ends a session, with the event that tells of it; `false`: there was none to end.
    ///
    /// # Errors
    /// The database fails.
    pub async fn end_session_called(
        &self,
        id: &SessionId,
        reason: &str,
        event: AuditEvent,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.write().await?;
        if !end(&mut transaction, id.as_str(), reason, event.at).await? {
            return Ok(false);
        }
        audit::insert(&mut transaction, &self.node, &event).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
