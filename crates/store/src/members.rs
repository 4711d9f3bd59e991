//! Members: finding and writing them.

use crate::identities::{self, has_identity_of, linked};
use crate::people::{write_first_terms, write_terms};
use crate::time::micros;
use crate::{Store, StoreError};
use authz::{Directory, Facts, Lookup, Member, ProfileWrite};
use chrono::{DateTime, Utc};
use model::access::MemberKind;
use model::name::{AccountTypeName, IssuerId, MemberId, TenantId, fold_email};
use sqlx::AnyConnection;
use std::collections::BTreeSet;

/// Who wrote a member, and so may write over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrittenBy {
    /// An administrator's files.
    Files,
    /// An administrator, one member at a time.
    Api,
    /// An embed, by itself.
    Embed,
    /// Files that no longer define them.
    Past,
}

impl WrittenBy {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Api => "api",
            Self::Embed => "embed",
            Self::Past => "past",
        }
    }

    /// As the column says that cannot hold all of them, and that is no longer read.
    const fn formerly(self) -> &'static str {
        match self {
            Self::Files | Self::Api | Self::Past => "files",
            Self::Embed => "embed",
        }
    }
}

impl Store {
    /// What is known about an identity that a token claims.
    ///
    /// # Errors
    /// The database fails.
    pub async fn find(&self, lookup: &Lookup) -> Result<Directory, StoreError> {
        let mut connection = self.database.readers().acquire().await?;
        let embed = by_identity(&mut connection, Some(&lookup.issuer), lookup.tenant.as_ref(), &lookup.subject).await?;
        let mut internal = Vec::new();
        for email in &lookup.emails {
            internal.extend(internal_by_email(&mut connection, email).await?);
        }
        let linked = match embed {
            Some(_) => None,
            None => linked(&mut connection, Some(&lookup.issuer), lookup.tenant.as_ref(), &lookup.subject).await?,
        };
        let mut bound = BTreeSet::new();
        for member in &internal {
            if has_identity_of(&mut connection, &member.id, &lookup.issuer).await? {
                bound.insert(member.id.clone());
            }
        }
        Ok(Directory { embed, internal, linked, bound })
    }

    /// At most `limit` members with ids behind `after`, in the order of ids: to walk through all of them without holding
    /// them all.
    ///
    /// # Errors
    /// The database fails.
    pub async fn members_behind(&self, after: Option<&MemberId>, limit: u32) -> Result<Vec<Member>, StoreError> {
        let mut connection = self.database.readers().acquire().await?;
        let rows: Vec<MemberRow> = sqlx::query_as("SELECT * FROM members WHERE id > $1 ORDER BY id LIMIT $2")
            .bind(after.map_or("", MemberId::as_str))
            .bind(i64::from(limit))
            .fetch_all(&mut *connection)
            .await?;
        rows.into_iter().map(MemberRow::read).collect()
    }

    /// Notes that an internal member has logged in; `false`: there is none with that e-mail address.
    ///
    /// # Errors
    /// The database fails.
    pub async fn mark_logged_in(&self, email: &str) -> Result<bool, StoreError> {
        let mut transaction = self.database.write_beside().await?;
        let written = sqlx::query("UPDATE members SET has_logged_in = 1 WHERE kind = 'internal' AND email = $1")
            .bind(fold_email(email))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(written.rows_affected() > 0)
    }
}

/// Writes what a new session says about its person; the id of whoever that is.
pub(crate) async fn write_profile(
    connection: &mut AnyConnection,
    profile: &ProfileWrite,
    facts: &Facts,
    member: &MemberId,
) -> Result<MemberId, StoreError> {
    let now = facts.opened_at;
    match profile {
        ProfileWrite::None => Ok(member.clone()),
        ProfileWrite::Create(new) if insert(connection, new, WrittenBy::Embed, now).await? => Ok(new.id.clone()),
        ProfileWrite::Create(new) => {
            let existing = by_identity(connection, new.issuer.as_ref(), new.tenant.as_ref(), &new.subject).await?;
            existing.map(|existing| existing.id).ok_or(StoreError::Unreadable("member"))
        }
        ProfileWrite::SignOn(known) => {
            update_signed_on(connection, known, now).await?;
            Ok(known.id.clone())
        }
        ProfileWrite::Bind(known) => {
            update_signed_on(connection, known, now).await?;
            link(connection, facts, &known.id).await?;
            Ok(known.id.clone())
        }
        ProfileWrite::Update(known) => {
            update_profile(connection, known, now).await?;
            Ok(known.id.clone())
        }
    }
}

/// Links the identity by which a session is opened; stale if it is somebody's by now.
async fn link(connection: &mut AnyConnection, facts: &Facts, member: &MemberId) -> Result<(), StoreError> {
    let (Some(issuer), Some(subject)) = (&facts.issuer, &facts.subject) else {
        return Err(StoreError::Unwritable("identity"));
    };
    let identity = (issuer, facts.tenant.as_ref(), subject.as_str());
    identities::insert(connection, identity, member, facts.opened_at).await.map(drop)
}

/// Whether the identity of a new member leads to somebody else.
pub(crate) async fn is_linked(connection: &mut AnyConnection, new: &Member) -> Result<bool, StoreError> {
    let member = linked(connection, new.issuer.as_ref(), new.tenant.as_ref(), &new.subject).await?;
    Ok(member.is_some())
}

/// Whether a member is known by another identity of the issuer already.
pub(crate) async fn is_bound(
    connection: &mut AnyConnection,
    member: &MemberId,
    facts: &Facts,
) -> Result<bool, StoreError> {
    match &facts.issuer {
        Some(issuer) => has_identity_of(connection, member, issuer).await,
        None => Ok(false),
    }
}

/// Whether the address of a new internal member is that of another one by now.
pub(crate) async fn is_taken(connection: &mut AnyConnection, new: &Member) -> Result<bool, StoreError> {
    let (MemberKind::Internal, Some(email)) = (new.kind, &new.email) else { return Ok(false) };
    Ok(internal_by_email(connection, email).await?.is_some())
}

/// The member with that identity.
pub(crate) async fn by_identity(
    connection: &mut AnyConnection,
    issuer: Option<&IssuerId>,
    tenant: Option<&TenantId>,
    subject: &str,
) -> Result<Option<Member>, StoreError> {
    let row: Option<MemberRow> =
        sqlx::query_as("SELECT * FROM members WHERE issuer = $1 AND tenant = $2 AND subject = $3")
            .bind(issuer.map_or("", IssuerId::as_str))
            .bind(tenant.map_or("", TenantId::as_str))
            .bind(subject)
            .fetch_optional(connection)
            .await?;
    row.map(MemberRow::read).transpose()
}

/// The member with that id.
pub(crate) async fn by_id(connection: &mut AnyConnection, id: &MemberId) -> Result<Option<Member>, StoreError> {
    let row: Option<MemberRow> =
        sqlx::query_as("SELECT * FROM members WHERE id = $1").bind(id.as_str()).fetch_optional(connection).await?;
    row.map(MemberRow::read).transpose()
}

/// The internal member with that folded e-mail address.
pub(crate) async fn internal_by_email(
    connection: &mut AnyConnection,
    email: &str,
) -> Result<Option<Member>, StoreError> {
    let row: Option<MemberRow> = sqlx::query_as("SELECT * FROM members WHERE kind = 'internal' AND email = $1")
        .bind(email)
        .fetch_optional(connection)
        .await?;
    row.map(MemberRow::read).transpose()
}

/// Every member that was last written so.
pub(crate) async fn written_by(connection: &mut AnyConnection, by: WrittenBy) -> Result<Vec<Member>, StoreError> {
    let rows: Vec<MemberRow> = sqlx::query_as("SELECT * FROM members WHERE maker = $1 ORDER BY id")
        .bind(by.as_str())
        .fetch_all(connection)
        .await?;
    rows.into_iter().map(MemberRow::read).collect()
}

/// Writes a new member; `false`: somebody with that identity is there already and stays as they are.
pub(crate) async fn insert(
    connection: &mut AnyConnection,
    member: &Member,
    by: WrittenBy,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let inserted = sqlx::query(
        "INSERT INTO members (id, issuer, tenant, subject, kind, written_by, active, has_logged_in, email, first_name, \
         last_name, account_type, teams, attributes, created_at, changed_at, maker) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16) \
         ON CONFLICT (issuer, tenant, subject) DO NOTHING",
    )
    .bind(member.id.as_str())
    .bind(member.issuer.as_ref().map_or("", IssuerId::as_str))
    .bind(member.tenant.as_ref().map_or("", TenantId::as_str))
    .bind(member.subject.as_str())
    .bind(kind_text(member.kind))
    .bind(by.formerly())
    .bind(i64::from(member.active))
    .bind(i64::from(member.has_logged_in))
    .bind(member.email.as_deref())
    .bind(member.first_name.as_deref())
    .bind(member.last_name.as_deref())
    .bind(member.account_type.as_str())
    .bind(json("teams", &member.teams)?)
    .bind(json("attributes", &member.attributes)?)
    .bind(micros(now))
    .bind(by.as_str())
    .execute(&mut *connection)
    .await?;
    let is_new = inserted.rows_affected() > 0;
    if is_new {
        write_first_terms(connection, member).await?;
    }
    Ok(is_new)
}

/// Writes over a member as an administrator defines it.
pub(crate) async fn update(
    connection: &mut AnyConnection,
    member: &Member,
    by: WrittenBy,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE members SET written_by = $13, maker = $14, tenant = $2, subject = $3, active = $4, has_logged_in = $5, \
         email = $6, first_name = $7, last_name = $8, account_type = $9, teams = $10, attributes = $11, \
         changed_at = $12 WHERE id = $1",
    )
    .bind(member.id.as_str())
    .bind(member.tenant.as_ref().map_or("", TenantId::as_str))
    .bind(member.subject.as_str())
    .bind(i64::from(member.active))
    .bind(i64::from(member.has_logged_in))
    .bind(member.email.as_deref())
    .bind(member.first_name.as_deref())
    .bind(member.last_name.as_deref())
    .bind(member.account_type.as_str())
    .bind(json("teams", &member.teams)?)
    .bind(json("attributes", &member.attributes)?)
    .bind(micros(now))
    .bind(by.formerly())
    .bind(by.as_str())
    .execute(&mut *connection)
    .await?;
    write_terms(connection, member).await
}

/// Writes what a token says about a member that an embed made; of any other member, and of what an administrator
/// decides, nothing.
async fn update_profile(connection: &mut AnyConnection, member: &Member, now: DateTime<Utc>) -> Result<(), StoreError> {
    let found_by: Option<(Option<String>, Option<String>, Option<String>)> =
        sqlx::query_as("SELECT email, first_name, last_name FROM members WHERE id = $1 AND maker = 'embed'")
            .bind(member.id.as_str())
            .fetch_optional(&mut *connection)
            .await?;
    let Some(found_by) = found_by else { return Ok(()) };
    sqlx::query(
        "UPDATE members SET email = $2, first_name = $3, last_name = $4, account_type = $5, teams = $6, \
         changed_at = $7 WHERE id = $1 AND maker = 'embed'",
    )
    .bind(member.id.as_str())
    .bind(member.email.as_deref())
    .bind(member.first_name.as_deref())
    .bind(member.last_name.as_deref())
    .bind(member.account_type.as_str())
    .bind(json("teams", &member.teams)?)
    .bind(micros(now))
    .execute(&mut *connection)
    .await?;
    let is_found_as_before = found_by == (member.email.clone(), member.first_name.clone(), member.last_name.clone());
    if is_found_as_before { Ok(()) } else { write_terms(connection, member).await }
}

/// Writes what an identity provider says about an internal member, whoever made them, and that they have logged in.
async fn update_signed_on(
    connection: &mut AnyConnection,
    member: &Member,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE members SET first_name = $2, last_name = $3, account_type = $4, teams = $5, has_logged_in = 1, \
         changed_at = $6, email = $7, attributes = $8 WHERE id = $1 AND kind = 'internal'",
    )
    .bind(member.id.as_str())
    .bind(member.first_name.as_deref())
    .bind(member.last_name.as_deref())
    .bind(member.account_type.as_str())
    .bind(json("teams", &member.teams)?)
    .bind(micros(now))
    .bind(member.email.as_deref())
    .bind(json("attributes", &member.attributes)?)
    .execute(&mut *connection)
    .await?;
    write_terms(connection, member).await
}

fn json(what: &'static str, value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Unwritable(what))
}

pub(crate) const fn kind_text(kind: MemberKind) -> &'static str {
    match kind {
        MemberKind::Internal => "internal",
        MemberKind::Embed => "embed",
    }
}

/// A member as stored.
#[derive(sqlx::FromRow)]
pub(crate) struct MemberRow {
    id: String,
    issuer: String,
    tenant: String,
    subject: String,
    kind: String,
    maker: String,
    active: i64,
    has_logged_in: i64,
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    account_type: String,
    teams: String,
    attributes: String,
}

impl MemberRow {
    /// The member.
    pub(crate) fn read(self) -> Result<Member, StoreError> {
        let kinds = [MemberKind::Internal, MemberKind::Embed];
        let kind = kinds.into_iter().find(|kind| kind_text(*kind) == self.kind);
        Ok(Member {
            id: MemberId::new(self.id),
            issuer: Some(self.issuer).filter(|id| !id.is_empty()).map(IssuerId::new),
            tenant: Some(self.tenant).filter(|id| !id.is_empty()).map(TenantId::new),
            subject: self.subject,
            kind: kind.ok_or(StoreError::Unreadable("member"))?,
            automatic: self.maker == WrittenBy::Embed.as_str(),
            active: self.active != 0,
            has_logged_in: self.has_logged_in != 0,
            email: self.email,
            first_name: self.first_name,
            last_name: self.last_name,
            account_type: AccountTypeName::new(self.account_type)
                .map_err(|_| StoreError::Unreadable("account type"))?,
            teams: serde_json::from_str(&self.teams).map_err(|_| StoreError::Unreadable("teams"))?,
            attributes: serde_json::from_str(&self.attributes).map_err(|_| StoreError::Unreadable("attributes"))?,
        })
    }
}
