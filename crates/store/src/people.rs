//! Members one by one, as administrators find, write and delete them while the server runs. None of it makes a revision.

use crate::audit::{self, AuditEvent};
use crate::idempotency::{self, Once};
use crate::identities::linked;
use crate::logins::Purpose;
use crate::members::{MemberRow, WrittenBy, by_identity, insert, internal_by_email, update};
use crate::time::instant;
use crate::{Store, StoreError, TokenHash, logins};
use authz::Member;
use chrono::{DateTime, Utc};
use model::access::MemberKind;
use model::name::{AccountTypeName, MemberId, TeamId, TenantId};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, FromRow as _, Row as _};

/// A member and when they were written.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The member.
    pub member: Member,
    /// When they were made.
    pub made_at: DateTime<Utc>,
    /// When they were changed last.
    pub changed_at: DateTime<Utc>,
}

/// Which members are looked for.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// Those of whom the e-mail address, the subject or a name begins so, whatever its case.
    pub beginning: String,
    /// Those of a tenant; `Some(None)`: of none.
    pub tenant: Option<Option<TenantId>>,
    /// Those of a kind.
    pub kind: Option<MemberKind>,
    /// Those of an account type.
    pub account_type: Option<AccountTypeName>,
    /// Those that are active, or not.
    pub active: Option<bool>,
}

/// Why a member was not written.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// Somebody has that identity, or that address, already.
    #[error("somebody else has that identity")]
    Taken(MemberId),
    /// There is no such member any more, or they are not as they were when it was decided.
    #[error("the member has changed meanwhile")]
    Changed,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for NotWritten {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// The member with that id.
    ///
    /// # Errors
    /// The database fails.
    pub async fn person(&self, id: &MemberId) -> Result<Option<Person>, StoreError> {
        let mut connection = self.database.readers().acquire().await?;
        person(&mut connection, id).await
    }

    /// The internal member with that e-mail address.
    ///
    /// # Errors
    /// The database fails.
    pub async fn internal(&self, email: &str) -> Result<Option<Member>, StoreError> {
        let mut connection = self.database.readers().acquire().await?;
        internal_by_email(&mut connection, &model::name::fold_email(email)).await
    }

    /// Members behind `after` in the order of their ids; sought by a beginning, in that of what begins so. With each the
    /// cursor behind which the next page begins.
    ///
    /// # Errors
    /// The database fails.
    pub async fn people(&self, sought: &Sought, after: &str, limit: u32) -> Result<Vec<(Person, String)>, StoreError> {
        if sought.beginning.contains('\0') || after.contains('\0') {
            // No text holds it, and PostgreSQL takes none that does.
            return Ok(Vec::new());
        }
        let query = if sought.beginning.is_empty() { ALL } else { BEGINNING };
        let beginning = fold(&sought.beginning);
        let (term, member) = after.split_once('\n').unwrap_or(("", after));
        let tenant = sought.tenant.as_ref().map(|tenant| tenant.as_ref().map_or("", TenantId::as_str));
        let rows = sqlx::query(query)
            .bind(member)
            .bind(i64::from(tenant.is_some()))
            .bind(tenant.unwrap_or_default())
            .bind(sought.kind.map_or("", crate::members::kind_text))
            .bind(sought.account_type.as_ref().map_or("", AccountTypeName::as_str))
            .bind(sought.active.map_or(-1, i64::from))
            .bind(i64::from(limit))
            .bind(term)
            .bind(beginning.as_str())
            // Behind every text that begins so, in the order of bytes: no text holds this character.
            .bind(format!("{beginning}\u{10ffff}"))
            .fetch_all(self.database.readers())
            .await?;
        let read = |row: &AnyRow| {
            let person = read(row)?;
            let term: String = row.try_get("term")?;
            let id = person.member.id.as_str();
            let cursor = if term.is_empty() { id.to_owned() } else { format!("{term}\n{id}") };
            Ok((person, cursor))
        };
        rows.iter().map(read).collect()
    }

    /// Embed members whom their issuer calls exactly that, in whatever tenant.
    ///
    /// # Errors
    /// The database fails.
    pub async fn embed_members_called(&self, subject: &str) -> Result<Vec<Person>, StoreError> {
        if subject.contains('\0') {
            // As above.
            return Ok(Vec::new());
        }
        let rows = sqlx::query(
            "SELECT members.* FROM member_terms JOIN members ON members.id = member_terms.member \
             WHERE term = $1 AND kind = 'embed' AND subject = $2 ORDER BY members.id",
        )
        .bind(fold(subject))
        .bind(subject)
        .fetch_all(self.database.readers())
        .await?;
        rows.iter().map(read).collect()
    }

    /// Members of a team behind `after` in the order of their ids, those of a tenant if one is given.
    ///
    /// # Errors
    /// The database fails.
    pub async fn members_of(
        &self,
        team: &TeamId,
        tenant: Option<&TenantId>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Member>, StoreError> {
        let rows: Vec<MemberRow> = sqlx::query_as(
            "SELECT * FROM members WHERE id > $1 AND teams LIKE $2 ESCAPE '!' AND ($3 = '' OR tenant = $3) \
             ORDER BY id LIMIT $4",
        )
        .bind(after)
        .bind(format!("%\"{}\"%", team.as_str().replace('_', "!_")))
        .bind(tenant.map_or("", TenantId::as_str))
        .bind(i64::from(limit))
        .fetch_all(self.database.readers())
        .await?;
        rows.into_iter().map(MemberRow::read).collect()
    }

    /// How many members are of an account type.
    ///
    /// # Errors
    /// The database fails.
    pub async fn holders(&self, account_type: &AccountTypeName) -> Result<u64, StoreError> {
        let holders: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM members WHERE account_type = $1")
            .bind(account_type.as_str())
            .fetch_one(self.database.readers())
            .await?;
        Ok(holders.cast_unsigned())
    }

    /// Whether an internal member of one of these account types, active or not, has ever logged in.
    ///
    /// # Errors
    /// The database fails.
    pub async fn is_administered(&self, account_types: &[AccountTypeName]) -> Result<bool, StoreError> {
        for account_type in account_types {
            let found: i64 = sqlx::query_scalar(
                "SELECT COUNT(*) FROM members WHERE kind = 'internal' AND has_logged_in = 1 \
                 AND tenant = '' AND account_type = $1",
            )
            .bind(account_type.as_str())
            .fetch_one(self.database.readers())
            .await?;
            if found > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Writes a new member, with a link that lets them in once if one is given.
    ///
    /// # Errors
    /// [`NotWritten`]; nothing is written then.
    pub async fn make_member(
        &self,
        member: &Member,
        link: Option<(TokenHash, DateTime<Utc>)>,
        once: Option<&Once>,
        event: AuditEvent,
    ) -> Result<(), NotWritten> {
        let mut transaction = self.database.write().await?;
        idempotency::begin(&mut transaction, once, event.at).await?;
        taken(&mut transaction, member).await?;
        if !insert(&mut transaction, member, WrittenBy::Api, event.at).await? {
            return Err(NotWritten::Changed);
        }
        if let Some((code, expires_at)) = link {
            logins::write_link(&mut transaction, &member.id, (Purpose::Invitation, code), expires_at).await?;
        }
        idempotency::done(&mut transaction, once, member.id.as_str()).await?;
        audit::insert(&mut transaction, &self.node, &event).await.map_err(NotWritten::Store)?;
        Ok(transaction.commit().await?)
    }

    /// Writes over a member who is as they were, and ends their sessions; how many that were.
    ///
    /// # Errors
    /// [`NotWritten`]; nothing is written then.
    pub async fn change_member(
        &self,
        before: &Member,
        after: &Member,
        reason: &str,
        event: AuditEvent,
    ) -> Result<u64, NotWritten> {
        self.change_members(&[(before.clone(), after.clone())], reason, event).await
    }

    /// Writes over members who are as they were, all of them or none, and ends their sessions; how many that were.
    ///
    /// # Errors
    /// [`NotWritten`]; nothing is written then.
    pub async fn change_members(
        &self,
        changes: &[(Member, Member)],
        reason: &str,
        event: AuditEvent,
    ) -> Result<u64, NotWritten> {
        let mut transaction = self.database.write().await?;
        let mut ended = 0;
        for (before, after) in changes {
            let stored = person(&mut transaction, &before.id).await?;
            if stored.is_none_or(|stored| stored.member != *before) {
                return Err(NotWritten::Changed);
            }
            taken(&mut transaction, after).await?;
            update(&mut transaction, after, WrittenBy::Api, event.at).await?;
            ended += crate::sessions::end_all_of(&mut transaction, &before.id, reason, event.at).await?;
        }
        audit::insert(&mut transaction, &self.node, &event).await.map_err(NotWritten::Store)?;
        transaction.commit().await?;
        Ok(ended)
    }

    /// Deletes a member, their sessions, links and credentials. Whoever comes with the same identity later is somebody new.
    ///
    /// # Errors
    /// [`NotWritten`]; nothing is written then.
    pub async fn delete_member(&self, member: &MemberId, event: AuditEvent) -> Result<(), NotWritten> {
        let mut transaction = self.database.write().await?;
        if !erase(&mut transaction, member).await? {
            return Err(NotWritten::Changed);
        }
        audit::insert(&mut transaction, &self.node, &event).await.map_err(NotWritten::Store)?;
        Ok(transaction.commit().await?)
    }
}

/// Deletes a member with all that is theirs; `false`: there is none.
pub(crate) async fn erase(connection: &mut AnyConnection, member: &MemberId) -> Result<bool, StoreError> {
    for statement in [
        "DELETE FROM codes WHERE session IN (SELECT id FROM sessions WHERE member = $1)",
        "DELETE FROM sessions WHERE member = $1",
        "DELETE FROM login_links WHERE member = $1",
        "DELETE FROM passwords WHERE member = $1",
        "DELETE FROM second_factors WHERE member = $1",
        "DELETE FROM recovery_codes WHERE member = $1",
        "DELETE FROM passkeys WHERE member = $1",
        "DELETE FROM access_tokens WHERE credential IN (SELECT id FROM api_credentials WHERE owner = $1)",
        "DELETE FROM api_credentials WHERE owner = $1",
        "DELETE FROM bookmarks WHERE owner = $1",
        "DELETE FROM favourites WHERE member = $1",
        "DELETE FROM identities WHERE member = $1",
        "DELETE FROM member_terms WHERE member = $1",
    ] {
        sqlx::query(statement).bind(member.as_str()).execute(&mut *connection).await?;
    }
    let deleted = sqlx::query("DELETE FROM members WHERE id = $1").bind(member.as_str()).execute(connection).await?;
    Ok(deleted.rows_affected() > 0)
}

/// Whether nobody else has the identity, and of internal members the address.
async fn taken(connection: &mut AnyConnection, member: &Member) -> Result<(), NotWritten> {
    let by_address = match (member.kind, &member.email) {
        (MemberKind::Internal, Some(email)) => internal_by_email(connection, email).await?,
        _ => None,
    };
    let by_identity = by_identity(connection, member.issuer.as_ref(), member.tenant.as_ref(), &member.subject).await?;
    let linked = linked(connection, member.issuer.as_ref(), member.tenant.as_ref(), &member.subject).await?;
    let mut others = by_address.into_iter().chain(by_identity).chain(linked).filter(|other| other.id != member.id);
    others.next().map_or(Ok(()), |other| Err(NotWritten::Taken(other.id)))
}

async fn person(connection: &mut AnyConnection, id: &MemberId) -> Result<Option<Person>, StoreError> {
    let row = sqlx::query("SELECT * FROM members WHERE id = $1").bind(id.as_str()).fetch_optional(connection).await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &AnyRow) -> Result<Person, StoreError> {
    Ok(Person {
        member: MemberRow::from_row(row)?.read()?,
        made_at: instant(row.try_get("created_at")?)?,
        changed_at: instant(row.try_get("changed_at")?)?,
    })
}

macro_rules! sought {
    ($from:literal, $order:literal) => {
        concat!(
            $from,
            " AND ($2 = 0 OR tenant = $3) AND ($4 = '' OR kind = $4) AND ($5 = '' OR account_type = $5) \
              AND ($6 = -1 OR active = $6) ORDER BY ",
            $order,
            " LIMIT $7"
        )
    };
}

/// All members. The last three parameters are of the other statement; both are bound alike.
const ALL: &str =
    sought!("SELECT members.*, '' AS term FROM members WHERE id > $1 AND $8 = '' AND $9 = '' AND $10 <> ''", "id");

/// Each member once: at the first of their terms that begins so.
const BEGINNING: &str = sought!(
    "SELECT members.*, found.term AS term FROM member_terms AS found JOIN members ON members.id = found.member \
     WHERE found.term >= $9 AND found.term < $10 AND (found.term, found.member) > ($8, $1) \
     AND NOT EXISTS (SELECT 1 FROM member_terms AS earlier WHERE earlier.member = found.member \
     AND earlier.term >= $9 AND earlier.term < found.term)",
    "found.term, found.member"
);

/// As terms are compared: without regard to case, and to blanks around it.
fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Writes by what a member is found, in place of what was.
pub(crate) async fn write_terms(connection: &mut AnyConnection, member: &Member) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM member_terms WHERE member = $1")
        .bind(member.id.as_str())
        .execute(&mut *connection)
        .await?;
    write_first_terms(connection, member).await
}

/// As many terms as a member may have, in one statement.
const TERMS: [&str; 4] = [
    "INSERT INTO member_terms (member, term) VALUES ($1, $2)",
    "INSERT INTO member_terms (member, term) VALUES ($1, $2), ($1, $3)",
    "INSERT INTO member_terms (member, term) VALUES ($1, $2), ($1, $3), ($1, $4)",
    "INSERT INTO member_terms (member, term) VALUES ($1, $2), ($1, $3), ($1, $4), ($1, $5)",
];

/// Writes by what a new member is found.
pub(crate) async fn write_first_terms(connection: &mut AnyConnection, member: &Member) -> Result<(), StoreError> {
    let names = [member.first_name.as_deref().unwrap_or_default(), member.last_name.as_deref().unwrap_or_default()];
    let email = member.email.as_deref().unwrap_or_default();
    let terms = [&*names.join(" "), names[1], email, &member.subject].map(fold);
    let terms: std::collections::BTreeSet<&str> =
        terms.iter().map(String::as_str).filter(|it| !it.is_empty()).collect();
    let Some(&statement) = terms.len().checked_sub(1).and_then(|last| TERMS.get(last)) else { return Ok(()) };
    let insert =
        terms.into_iter().fold(sqlx::query(statement).bind(member.id.as_str()), |insert, term| insert.bind(term));
    insert.execute(connection).await?;
    Ok(())
}
