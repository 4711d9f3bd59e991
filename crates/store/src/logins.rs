//! Sessions of the application, and the links that open one once: for the first administrator, and for whoever is invited.

use crate::audit::{self, AuditEvent};
use crate::members::{MemberRow, by_id};
use crate::passkeys::{self, PasskeyUse};
use crate::passwords::{end_others, forgive, password_of, write_password};
use crate::second_factors::{self, FactorShown};
use crate::sessions::{Credential, insert, insert_credential};
use crate::time::micros;
use crate::{Store, StoreError, TokenHash};
use authz::{Facts, Member};
use chrono::{DateTime, Utc};
use model::enforcement::{Point, enforced};
use model::name::MemberId;
use sqlx::{AnyConnection, FromRow as _, Row as _};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Whoever has the command line of the server lets somebody in.
    Console,
    /// Somebody is invited.
    Invitation,
    /// Somebody chooses a password anew.
    Reset,
}

impl Purpose {
    const fn word(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }

    fn read(word: &str) -> Result<Self, StoreError> {
        let all = [Self::Console, Self::Invitation, Self::Reset];
        all.into_iter().find(|purpose| purpose.word() == word).ok_or(StoreError::Unreadable("purpose of a link"))
    }
}

/// How somebody has shown that they are the member whose session is to be opened.
#[derive(Debug, Clone, Copy)]
pub enum Proof<'a> {
    /// By the code of a link, which is burnt.
    Link(TokenHash),
    /// By the password of which this is the hash: if it is another one by now, it does not count.
    Password(&'a str),
    /// By what one of their passkeys has signed.
    Passkey(PasskeyUse<'a>),
    /// By what was verified before, and counts no less a second time. No second factor is asked for.
    Vouched,
}

/// What is to be said of the second factor.
#[derive(Debug, Clone, Copy)]
pub enum Factor {
    /// None is asked for.
    Spared,
    /// They have none.
    None,
    /// They have shown it.
    Shown(FactorShown),
}

/// A session of the application to be opened.
#[derive(Debug)]
pub struct Entering<'a> {
    /// How they have shown who they are.
    pub proof: Proof<'a>,
    /// Whether no second factor is needed beside it, or what they have shown of theirs.
    pub factor: Factor,
    /// The hash of the password that is to be theirs from now on. Other sessions of theirs end then.
    pub chooses: Option<&'a str>,
    /// The revision at which it was decided what is pinned.
    pub revision: u64,
    /// The member as they were found.
    pub found: &'a Member,
    /// What is pinned.
    pub facts: &'a Facts,
    /// The hash of what the cookie holds.
    pub cookie: TokenHash,
    /// The hash of what the browser's cookie held: that session ends.
    pub replaces: Option<TokenHash>,
    /// What is told of it.
    pub event: AuditEvent,
}

impl Store {
    /// Keeps a link that lets the member in once. Links for the same that the member was given before stop counting.
    ///
    /// # Errors
    /// The database fails.
    pub async fn make_login_link(
        &self,
        member: &MemberId,
        link: (Purpose, TokenHash),
        expires_at: DateTime<Utc>,
        event: AuditEvent,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.write().await?;
        write_link(&mut transaction, member, link, expires_at).await?;
        audit::insert(&mut transaction, &self.node, &event).await?;
        Ok(transaction.commit().await?)
    }

    /// Whom a link lets in, and what it is for; `None`: nobody, for it is unknown, was used or has expired.
    ///
    /// # Errors
    /// The database fails.
    pub async fn login_link(
        &self,
        code: TokenHash,
        now: DateTime<Utc>,
    ) -> Result<Option<(Member, Purpose)>, StoreError> {
        let row = sqlx::query(
            "SELECT members.*, login_links.purpose FROM login_links JOIN members ON members.id = login_links.member \
             WHERE hash = $1 AND used_at IS NULL AND expires_at > $2",
        )
        .bind(code.to_hex())
        .bind(micros(now))
        .fetch_optional(self.database.readers())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let purpose: String = row.try_get("purpose")?;
        let purpose = Purpose::read(&purpose)?;
        Ok(Some((MemberRow::from_row(&row)?.read()?, purpose)))
    }

    /// Opens a session of the application: the member has logged in.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if another revision is in force, or the member is not as they were found;
    /// [`StoreError::TokenUsed`] if what they have shown does not count any more, or the database fails. Nothing is written
    /// then.
    pub async fn enter(&self, entering: Entering<'_>) -> Result<(), StoreError> {
        let Entering { proof, factor, chooses, revision, found, facts, cookie, replaces, event } = entering;
        let now = facts.opened_at;
        let mut transaction = self.database.write().await?;
        let is_as_found = by_id(&mut transaction, &found.id).await?.as_ref() == Some(found);
        if !is_as_found || crate::revisions::revision(&mut transaction).await? != revision {
            return Err(StoreError::Stale { opened_at: revision });
        }
        let counts = use_up(&mut transaction, proof, &found.id, now).await?
            && factor_counts(&mut transaction, factor, &found.id).await?;
        if !counts {
            return Err(StoreError::TokenUsed);
        }
        if let Some(password) = chooses {
            write_password(&mut transaction, &found.id, password, now).await?;
            end_others(&mut transaction, &found.id, &facts.session, now).await?;
        }
        if !matches!(proof, Proof::Vouched) {
            forgive(&mut transaction, found).await?;
        }
        sqlx::query("UPDATE members SET has_logged_in = 1 WHERE id = $1")
            .bind(found.id.as_str())
            .execute(&mut *transaction)
            .await?;
        insert(&mut transaction, facts).await?;
        insert_credential(&mut transaction, facts, Credential::Handle { hash: cookie, replaces }, now).await?;
        audit::insert(&mut transaction, &self.node, &event).await?;
        Ok(transaction.commit().await?)
    }
}

/// Uses up what counts once; `false`: it does not count.
async fn use_up(
    connection: &mut AnyConnection,
    proof: Proof<'_>,
    member: &MemberId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let code = match proof {
        Proof::Vouched => return Ok(true),
        Proof::Password(found) => {
            return Ok(password_of(connection, member.as_str()).await?.as_deref() == Some(found));
        }
        Proof::Passkey(shown) => return passkeys::use_up(connection, member, shown, now).await,
        Proof::Link(code) => code,
    };
    let burnt = sqlx::query(
        "UPDATE login_links SET used_at = $3 \
         WHERE hash = $1 AND member = $2 AND used_at IS NULL AND expires_at > $3",
    )
    .bind(code.to_hex())
    .bind(member.as_str())
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(burnt.rows_affected() > 0)
}

/// Uses up what is shown of a second factor; `false`: it does not count, or one is needed by now.
async fn factor_counts(connection: &mut AnyConnection, factor: Factor, member: &MemberId) -> Result<bool, StoreError> {
    match factor {
        Factor::Spared => Ok(true),
        Factor::None => Ok(!second_factors::is_asked_for(connection, member).await? || !enforced(Point::SecondFactor)),
        Factor::Shown(shown) => second_factors::use_up(connection, member, shown).await,
    }
}

/// Writes a link in place of those for the same that the member has.
pub(crate) async fn write_link(
    connection: &mut AnyConnection,
    member: &MemberId,
    (purpose, code): (Purpose, TokenHash),
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM login_links WHERE member = $1 AND purpose = $2")
        .bind(member.as_str())
        .bind(purpose.word())
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO login_links (hash, member, expires_at, purpose) VALUES ($1, $2, $3, $4)")
        .bind(code.to_hex())
        .bind(member.as_str())
        .bind(micros(expires_at))
        .bind(purpose.word())
        .execute(connection)
        .await?;
    Ok(())
}
