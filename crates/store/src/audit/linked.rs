//! Rows as links of chains, for those who walk them.

use super::EventId;
use super::chain::{ANCHORED, BEGAN, CompletionContent, EventContent, Head, Link, PAGE, Unchained, hash};
use crate::StoreError;
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, FromRow};

/// A link as it is stored.
pub(super) struct Linked {
    pub(super) link: Link,
    /// The event that it is, or that it completes.
    pub(super) event: EventId,
    /// What its hash would have to be.
    pub(super) content_hash: String,
    /// Name and detail of an event of the trail itself.
    pub(super) own: Option<(String, String)>,
}

#[derive(sqlx::FromRow)]
struct Event {
    sequence: i64,
    occurred_at: i64,
    correlation_id: String,
    event: String,
    key_id: Option<String>,
    session: Option<String>,
    member: Option<String>,
    tenant: Option<String>,
    subject: Option<String>,
    acting_for: Option<String>,
    action: Option<String>,
    resource: Option<String>,
    verdict: String,
    revision: i64,
    reasons: String,
    detail: String,
    node: Option<String>,
    position: Option<i64>,
    previous: Option<String>,
    hash: Option<String>,
}

impl Event {
    fn content(&self) -> EventContent<'_> {
        EventContent {
            previous: self.previous.as_deref().unwrap_or_default(),
            node: self.node.as_deref().unwrap_or_default(),
            position: self.position.unwrap_or_default(),
            sequence: self.sequence,
            occurred_at: self.occurred_at,
            correlation_id: &self.correlation_id,
            event: &self.event,
            key_id: self.key_id.as_deref(),
            session: self.session.as_deref(),
            member: self.member.as_deref(),
            tenant: self.tenant.as_deref(),
            subject: self.subject.as_deref(),
            acting_for: self.acting_for.as_deref(),
            action: self.action.as_deref(),
            resource: self.resource.as_deref(),
            verdict: &self.verdict,
            revision: self.revision,
            reasons: &self.reasons,
            detail: &self.detail,
        }
    }

    fn linked(self) -> Result<Linked, StoreError> {
        let content_hash = hash(&self.content())?;
        let own = [BEGAN, ANCHORED].contains(&self.event.as_str()).then_some((self.event, self.detail));
        let link = link(self.node, self.position, self.previous, self.hash);
        Ok(Linked { link, event: EventId(self.sequence), content_hash, own })
    }
}

#[derive(sqlx::FromRow)]
struct Completed {
    sequence: i64,
    completed_at: i64,
    row_count: i64,
    byte_count: i64,
    aborted: i64,
    node: Option<String>,
    position: Option<i64>,
    previous: Option<String>,
    hash: Option<String>,
}

impl Completed {
    fn content(&self) -> CompletionContent<'_> {
        CompletionContent {
            previous: self.previous.as_deref().unwrap_or_default(),
            node: self.node.as_deref().unwrap_or_default(),
            position: self.position.unwrap_or_default(),
            completes: self.sequence,
            completed_at: self.completed_at,
            row_count: self.row_count,
            byte_count: self.byte_count,
            aborted: self.aborted,
        }
    }

    fn linked(self) -> Result<Linked, StoreError> {
        let content_hash = hash(&self.content())?;
        let link = link(self.node, self.position, self.previous, self.hash);
        Ok(Linked { link, event: EventId(self.sequence), content_hash, own: None })
    }
}

/// What is not there is as nothing that was ever written.
fn link(node: Option<String>, position: Option<i64>, previous: Option<String>, hash: Option<String>) -> Link {
    Link {
        node: node.unwrap_or_default(),
        position: position.unwrap_or_default(),
        previous: previous.unwrap_or_default(),
        hash: hash.unwrap_or_default(),
    }
}

/// The links of a chain behind a place, at most so many places further, in their order.
pub(super) async fn links(connection: &mut AnyConnection, node: &str, after: i64) -> Result<Vec<Linked>, StoreError> {
    let events: Vec<Event> =
        sqlx::query_as("SELECT * FROM audit_events WHERE node = $1 AND position > $2 AND position <= $3")
            .bind(node)
            .bind(after)
            .bind(after + PAGE)
            .fetch_all(&mut *connection)
            .await?;
    let completions: Vec<Completed> =
        sqlx::query_as("SELECT * FROM audit_completions WHERE node = $1 AND position > $2 AND position <= $3")
            .bind(node)
            .bind(after)
            .bind(after + PAGE)
            .fetch_all(connection)
            .await?;
    let events = events.into_iter().map(Event::linked);
    let mut links: Vec<Linked> =
        events.chain(completions.into_iter().map(Completed::linked)).collect::<Result<_, _>>()?;
    links.sort_by_key(|linked| linked.link.position);
    Ok(links)
}

/// Whether a chain has a row whose place is at `position` or behind it, or before its beginning.
pub(super) async fn has_strays(connection: &mut AnyConnection, node: &str, position: i64) -> Result<bool, StoreError> {
    let count: i64 = sqlx::query_scalar(
        "SELECT (SELECT COUNT(*) FROM audit_events WHERE node = $1 AND (position >= $2 OR position < 1)) \
         + (SELECT COUNT(*) FROM audit_completions WHERE node = $1 AND (position >= $2 OR position < 1))",
    )
    .bind(node)
    .bind(position)
    .fetch_one(connection)
    .await?;
    Ok(count > 0)
}

/// The nodes of all chains that have a row.
pub(super) async fn nodes(connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    let nodes = sqlx::query_scalar(
        "SELECT node FROM audit_events WHERE node IS NOT NULL GROUP BY node \
         UNION SELECT node FROM audit_completions WHERE node IS NOT NULL GROUP BY node ORDER BY node",
    );
    Ok(nodes.fetch_all(connection).await?)
}

/// The hash of a link.
pub(super) async fn hash_at(
    connection: &mut AnyConnection,
    node: &str,
    position: i64,
) -> Result<Option<String>, StoreError> {
    let hash = sqlx::query_scalar(
        "SELECT hash FROM audit_events WHERE node = $1 AND position = $2 \
         UNION SELECT hash FROM audit_completions WHERE node = $1 AND position = $2",
    );
    Ok(hash.bind(node).bind(position).fetch_optional(connection).await?)
}

/// Whether a chain's last link is a record of other heads.
pub(super) async fn is_anchor(connection: &mut AnyConnection, head: &Head) -> Result<bool, StoreError> {
    let event: Option<String> = sqlx::query_scalar("SELECT event FROM audit_events WHERE node = $1 AND position = $2")
        .bind(head.node.as_str())
        .bind(head.position)
        .fetch_optional(connection)
        .await?;
    Ok(event.as_deref() == Some(ANCHORED))
}

/// Counts and hashes the rows that are in no chain, page by page.
pub(super) async fn unchained(connection: &mut AnyConnection) -> Result<Unchained, StoreError> {
    const EVENTS: &str = "SELECT * FROM audit_events WHERE node IS NULL AND sequence > $1 ORDER BY sequence LIMIT $2";
    const COMPLETIONS: &str =
        "SELECT * FROM audit_completions WHERE node IS NULL AND sequence > $1 ORDER BY sequence LIMIT $2";
    let mut digest = Sha256::new();
    let events = add_all::<Event>(connection, EVENTS, &mut digest).await?;
    let completions = add_all::<Completed>(connection, COMPLETIONS, &mut digest).await?;
    Ok(Unchained { events, completions, hash: HEXLOWER.encode(&digest.finalize()) })
}

/// A row that is, or could be, a link.
trait Hashed: for<'r> FromRow<'r, AnyRow> + Send + Unpin {
    fn sequence(&self) -> i64;

    /// What its hash would have to be.
    fn content_hash(&self) -> Result<String, StoreError>;
}

impl Hashed for Event {
    fn sequence(&self) -> i64 {
        self.sequence
    }

    fn content_hash(&self) -> Result<String, StoreError> {
        hash(&self.content())
    }
}

impl Hashed for Completed {
    fn sequence(&self) -> i64 {
        self.sequence
    }

    fn content_hash(&self) -> Result<String, StoreError> {
        hash(&self.content())
    }
}

/// Adds the hashes of all rows that a statement finds behind a sequence, and counts them.
async fn add_all<R: Hashed>(
    connection: &mut AnyConnection,
    sql: &'static str,
    digest: &mut Sha256,
) -> Result<u64, StoreError> {
    let (mut last, mut count) = (i64::MIN, 0);
    loop {
        let page: Vec<R> = sqlx::query_as(sql).bind(last).bind(PAGE).fetch_all(&mut *connection).await?;
        let Some(end) = page.last() else { return Ok(count) };
        last = end.sequence();
        for row in &page {
            count += 1;
            digest.update(row.content_hash()?);
        }
    }
}
