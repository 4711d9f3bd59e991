//! Identities that are linked to a member: whoever comes by one of them is that member.

use crate::audit::{self, AuditEvent};
use crate::chance::new_id;
use crate::members::{MemberRow, by_id};
use crate::people::{NotWritten, erase};
use crate::time::{instant, micros};
use crate::{Store, StoreError, sessions};
use authz::Member;
use chrono::{DateTime, Utc};
use model::name::{IssuerId, MemberId, TenantId};
use sqlx::AnyConnection;

/// An identity of a member beside their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// For ever.
    pub id: String,
    /// Who vouches.
    pub issuer: IssuerId,
    /// The tenant, if any.
    pub tenant: Option<TenantId>,
    /// What the issuer calls them.
    pub subject: String,
    /// When it was linked.
    pub linked_at: DateTime<Utc>,
}

impl Store {
    /// The identities that are linked to a member, in the order of their ids.
    ///
    /// # Errors
    /// The database fails.
    pub async fn identities(&self, member: &MemberId) -> Result<Vec<Identity>, StoreError> {
        let rows: Vec<(String, String, String, String, i64)> = sqlx::query_as(
            "SELECT id, issuer, tenant, subject, linked_at FROM identities WHERE member = $1 ORDER BY id",
        )
        .bind(member.as_str())
        .fetch_all(self.database.readers())
        .await?;
        let read = |(id, issuer, tenant, subject, linked_at): (String, String, String, String, i64)| {
            Ok(Identity {
                id,
                issuer: IssuerId::new(issuer),
                tenant: Some(tenant).filter(|id| !id.is_empty()).map(TenantId::new),
                subject,
                linked_at: instant(linked_at)?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Makes the identity of an embed member, and those that are linked to them, identities of another member, with the
    /// bookmarks and favourites. The first member is no more; the sessions of both end.
    ///
    /// # Errors
    /// [`NotWritten::Changed`] if either is not as they were. Nothing is written then.
    pub async fn link(&self, from: &Member, to: &Member, event: AuditEvent) -> Result<String, NotWritten> {
        let mut transaction = self.database.write().await?;
        for member in [from, to] {
            if by_id(&mut transaction, &member.id).await?.as_ref() != Some(member) {
                return Err(NotWritten::Changed);
            }
        }
        let issuer = from.issuer.as_ref().ok_or(StoreError::Unreadable("member"))?;
        let identity = (issuer, from.tenant.as_ref(), from.subject.as_str());
        let id = insert(&mut transaction, identity, &to.id, event.at).await?;
        for statement in [
            "UPDATE identities SET member = $2 WHERE member = $1",
            "UPDATE bookmarks SET owner = $2 WHERE owner = $1",
            "UPDATE favourites SET member = $2 WHERE member = $1 \
             AND workbook NOT IN (SELECT workbook FROM favourites WHERE member = $2)",
        ] {
            let moved = sqlx::query(statement).bind(from.id.as_str()).bind(to.id.as_str());
            moved.execute(&mut *transaction).await?;
        }
        sessions::end_all_of(&mut transaction, &to.id, "identities were linked", event.at).await?;
        if !erase(&mut transaction, &from.id).await? {
            return Err(NotWritten::Changed);
        }
        audit::insert(&mut transaction, &self.node, &event).await.map_err(NotWritten::Store)?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Takes an identity away from a member, and ends their sessions; `false`: they have no such one. Whoever comes by it
    /// later is somebody new.
    ///
    /// # Errors
    /// The database fails.
    pub async fn unlink(&self, member: &MemberId, identity: &str, event: AuditEvent) -> Result<bool, StoreError> {
        let mut transaction = self.database.write().await?;
        let gone = sqlx::query("DELETE FROM identities WHERE id = $1 AND member = $2")
            .bind(identity)
            .bind(member.as_str())
            .execute(&mut *transaction)
            .await?;
        if gone.rows_affected() == 0 {
            return Ok(false);
        }
        sessions::end_all_of(&mut transaction, member, "an identity was unlinked", event.at).await?;
        audit::insert(&mut transaction, &self.node, &event).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// Writes an identity of a member; its id.
pub(crate) async fn insert(
    connection: &mut AnyConnection,
    (issuer, tenant, subject): (&IssuerId, Option<&TenantId>, &str),
    member: &MemberId,
    now: DateTime<Utc>,
) -> Result<String, StoreError> {
    let id = new_id("identity")?;
    sqlx::query(
        "INSERT INTO identities (id, issuer, tenant, subject, member, linked_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&id)
    .bind(issuer.as_str())
    .bind(tenant.map_or("", TenantId::as_str))
    .bind(subject)
    .bind(member.as_str())
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(id)
}

/// Whether an identity of that issuer is linked to a member.
pub(crate) async fn has_identity_of(
    connection: &mut AnyConnection,
    member: &MemberId,
    issuer: &IssuerId,
) -> Result<bool, StoreError> {
    let found: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM identities WHERE member = $1 AND issuer = $2")
        .bind(member.as_str())
        .bind(issuer.as_str())
        .fetch_one(connection)
        .await?;
    Ok(found > 0)
}

/// The member to whom an identity is linked.
pub(crate) async fn linked(
    connection: &mut AnyConnection,
    issuer: Option<&IssuerId>,
    tenant: Option<&TenantId>,
    subject: &str,
) -> Result<Option<Member>, StoreError> {
    let row: Option<MemberRow> = sqlx::query_as(
        "SELECT members.* FROM identities JOIN members ON members.id = identities.member \
         WHERE identities.issuer = $1 AND identities.tenant = $2 AND identities.subject = $3",
    )
    .bind(issuer.map_or("", IssuerId::as_str))
    .bind(tenant.map_or("", TenantId::as_str))
    .bind(subject)
    .fetch_optional(connection)
    .await?;
    row.map(MemberRow::read).transpose()
}
