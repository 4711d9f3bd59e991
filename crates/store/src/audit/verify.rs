//! Walking the chains: whether every row of the trail is as it was written, and where it is.

use super::EventId;
use super::chain::{ANCHORED, BEGAN, Head, Unchained, heads};
use super::linked::{self, Linked};
use crate::{Store, StoreError};
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// What walking the chains came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The chains that hold to their ends.
    pub chains: Vec<Head>,
    /// How many events are from before there were chains, if they are as they were when the first one began.
    pub before: u64,
    /// The first place that does not hold.
    pub broken: Option<Broken>,
}

/// A place that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// Whose chain; `None`: rows that are in none.
    pub node: Option<String>,
    /// The link.
    pub position: Option<i64>,
    /// The event that stands there, or that the completion there is of.
    pub event: Option<EventId>,
    /// What is wrong.
    pub breach: Breach,
}

/// What is wrong with a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Breach {
    /// The link is not there: its row was deleted or moved.
    Missing,
    /// The row is not as it was written.
    Changed,
    /// A row stands where the chain has none: it was put in.
    Inserted,
    /// The chain ends otherwise than its last link says.
    Head,
    /// Another chain has noted another hash of the link.
    Anchor,
    /// The rows from before there were chains are not those that there were.
    Before,
}

impl Breach {
    /// For people.
    #[must_use]
    pub const fn told(self) -> &'static str {
        match self {
            Self::Missing => "the link is missing: its row was deleted or moved",
            Self::Changed => "the row is not as it was written",
            Self::Inserted => "a row was put in",
            Self::Head => "the chain does not end as was noted",
            Self::Anchor => "another chain has noted another hash of the link",
            Self::Before => "rows in no chain are not those from before there were chains",
        }
    }
}

#[derive(Deserialize)]
struct Anchor {
    heads: Vec<Head>,
}

impl Store {
    /// Walks every chain from its beginning, page by page, up to the first place that does not hold.
    ///
    /// # Errors
    /// The database fails.
    pub async fn verify_audit(&self) -> Result<Verified, StoreError> {
        let mut transaction = self.database.readers().begin().await?;
        let ends = heads(&mut transaction).await?;
        let mut walk = Walk { connection: &mut transaction, began: None, chains: Vec::new() };
        let broken = walk.all(&ends).await?;
        let (chains, began) = (walk.chains, walk.began);
        let before = began.map_or(0, |began| began.events);
        transaction.rollback().await?;
        Ok(Verified { chains, before, broken })
    }
}

struct Walk<'c> {
    connection: &'c mut AnyConnection,
    began: Option<Unchained>,
    chains: Vec<Head>,
}

type Found = Option<Broken>;

impl Walk<'_> {
    async fn all(&mut self, ends: &[Head]) -> Result<Found, StoreError> {
        let known: BTreeSet<&str> = ends.iter().map(|head| head.node.as_str()).collect();
        for head in ends {
            if let Some(broken) = self.chain(head).await? {
                return Ok(Some(broken));
            }
            self.chains.push(head.clone());
        }
        let nodes = linked::nodes(self.connection).await?;
        if let Some(node) = nodes.into_iter().find(|node| !known.contains(node.as_str())) {
            return Ok(broken_at(&node, 1, None, Breach::Head));
        }
        let unchained = linked::unchained(self.connection).await?;
        let fine = match &self.began {
            Some(began) => *began == unchained,
            None => unchained.events == 0 && unchained.completions == 0,
        };
        let broken = Broken { node: None, position: None, event: None, breach: Breach::Before };
        Ok((!fine).then_some(broken))
    }

    async fn chain(&mut self, head: &Head) -> Result<Found, StoreError> {
        let (mut expected, mut previous) = (1, String::new());
        loop {
            let links = linked::links(self.connection, &head.node, expected - 1).await?;
            if links.is_empty() {
                break;
            }
            for link in links {
                if link.link.position > head.position && expected > head.position {
                    return Ok(broken_at(&head.node, link.link.position, Some(link.event), Breach::Inserted));
                }
                if let Some(broken) = self.link(&head.node, &link, expected, &previous).await? {
                    return Ok(Some(broken));
                }
                (expected, previous) = (expected + 1, link.link.hash);
            }
        }
        // A page without links ends the walk, so what is further is not reached by it.
        let strays = linked::has_strays(self.connection, &head.node, expected).await?;
        let (last, is_noted) = (expected - 1, previous == head.hash);
        Ok(match last.cmp(&head.position) {
            Ordering::Equal if strays => broken_at(&head.node, expected, None, Breach::Inserted),
            Ordering::Equal if is_noted => None,
            Ordering::Equal => broken_at(&head.node, last, None, Breach::Head),
            Ordering::Less => broken_at(&head.node, expected, None, Breach::Missing),
            Ordering::Greater => broken_at(&head.node, head.position + 1, None, Breach::Inserted),
        })
    }

    async fn link(&mut self, node: &str, link: &Linked, expected: i64, previous: &str) -> Result<Found, StoreError> {
        let own = link.own.as_ref().map(|(name, detail)| (name.as_str(), detail));
        let (event, content_hash, link) = (link.event, &link.content_hash, &link.link);
        if link.position > expected {
            return Ok(broken_at(node, expected, None, Breach::Missing));
        }
        if link.position < expected {
            return Ok(broken_at(node, link.position, Some(event), Breach::Inserted));
        }
        if link.previous != previous || *content_hash != link.hash {
            return Ok(broken_at(node, link.position, Some(event), Breach::Changed));
        }
        match own {
            Some((BEGAN, detail)) => {
                let began = serde_json::from_str(detail).map_err(|_| StoreError::Unreadable("audit event"))?;
                self.began = self.began.take().or(Some(began));
                Ok(None)
            }
            Some((ANCHORED, detail)) => self.anchor(detail).await,
            _ => Ok(None),
        }
    }

    /// Whether the other chains are still as this one has noted.
    async fn anchor(&mut self, detail: &str) -> Result<Found, StoreError> {
        let noted: Anchor = serde_json::from_str(detail).map_err(|_| StoreError::Unreadable("audit event"))?;
        for head in noted.heads {
            let found = linked::hash_at(self.connection, &head.node, head.position).await?;
            if found.as_deref() != Some(&head.hash) {
                return Ok(broken_at(&head.node, head.position, None, Breach::Anchor));
            }
        }
        Ok(None)
    }
}

fn broken_at(node: &str, position: i64, event: Option<EventId>, breach: Breach) -> Found {
    Some(Broken { node: Some(node.to_owned()), position: Some(position), event, breach })
}
