//! Answers that are kept: to be given again to whoever may see exactly the same rows of the same question.
//!
//! The key is the secured plan itself, with the policies' literals, masks and the keys of pseudonyms in it, and what the
//! plan does not say: whose tables its scans read, the state of their files, and how many rows are wanted. There is no
//! name of a person in it, so two people share an answer exactly if all of this is equal.

use crate::answer::{Answer, Cell, OutputColumn};
use crate::error::QueryError;
use crate::secure::SecuredPlan;
use datafusion::logical_expr::LogicalPlan;
use model::enforcement::{Point, enforced};
use model::semantic::ExplorePath;
use moka::sync::Cache;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::SystemTime;

/// What a plan and its columns take at least, in bytes.
const ENTRY_BYTES: usize = 4096;

/// An answer that takes more than this part of the cache is not kept: it would throw out all others.
const LARGEST_PART: u64 = 8;

/// What an answer is the answer to.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// Scans of two catalogs, or of two models, may look the same.
    source: Source,
    /// `None` in tests that show why it must be here.
    plan: Option<LogicalPlan>,
    columns: Vec<OutputColumn>,
    limit: usize,
    tells_of_cut: bool,
}

impl Key {
    /// The key of a plan; `None`: the state of its files is not known.
    pub(crate) fn of(plan: &SecuredPlan) -> Option<Self> {
        Some(Self {
            source: plan.source.clone()?,
            plan: enforced(Point::CacheKey).then(|| plan.plan.clone()),
            columns: plan.columns.clone(),
            limit: plan.limit,
            tells_of_cut: plan.tells_of_cut,
        })
    }
}

/// Whose tables a plan reads, and as they were at that moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Source {
    /// The catalog: each that is opened has a number of its own, and later ones a higher one.
    pub(crate) catalog: u64,
    /// The explore; within one, a name is of one table.
    pub(crate) explore: ExplorePath,
    /// Its tables.
    pub(crate) states: Vec<TableState>,
}

/// How a table was.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum TableState {
    /// It stays as it is.
    Constant,
    /// How long its file was, and when that was last written.
    File(u64, SystemTime),
    /// In which period of its freshness somebody asked.
    Period(u64),
}

/// How often answers were at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CacheFigures {
    /// Answers that were kept, or that somebody else was just getting.
    pub hits: u64,
    /// Answers that had to be computed.
    pub misses: u64,
}

/// Answers, bounded by the bytes they take. Whoever is used least is thrown out.
pub(crate) struct ResultCache {
    answers: Cache<Arc<Key>, Arc<Answer>>,
    most_bytes: u64,
    /// One question is computed once at a time: others wait for their turn, and then find the answer.
    turns: Mutex<HashMap<Arc<Key>, Weak<tokio::sync::Mutex<()>>>>,
    /// The latest catalog that was asked of. What belongs to earlier ones is dropped with them.
    catalog: AtomicU64,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl ResultCache {
    pub(crate) fn new(bytes: u64) -> Self {
        let weigh = |_: &Arc<Key>, answer: &Arc<Answer>| u32::try_from(size(answer)).unwrap_or(u32::MAX);
        Self {
            answers: Cache::builder().max_capacity(bytes).weigher(weigh).build(),
            most_bytes: bytes / LARGEST_PART,
            turns: Mutex::default(),
            catalog: AtomicU64::new(0),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    pub(crate) fn figures(&self) -> CacheFigures {
        CacheFigures { hits: self.hits.load(Ordering::Relaxed), misses: self.misses.load(Ordering::Relaxed) }
    }

    /// The answer that is kept, or what `compute` gives. Of many who ask at once one computes; if that one goes away or
    /// fails, the next computes anew: neither reaches anybody else.
    pub(crate) async fn answer(
        &self,
        key: Key,
        compute: impl Future<Output = Result<Answer, QueryError>>,
    ) -> Result<Arc<Answer>, QueryError> {
        self.follow(key.source.catalog);
        let key = Arc::new(key);
        if let Some(answer) = self.kept(&key) {
            return Ok(answer);
        }
        let turn = self.turn(&key);
        let _mine = turn.lock().await;
        if let Some(answer) = self.kept(&key) {
            return Ok(answer);
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let answer = Arc::new(compute.await?);
        if size(&answer) as u64 <= self.most_bytes {
            self.answers.insert(key, Arc::clone(&answer));
        }
        Ok(answer)
    }

    fn kept(&self, key: &Arc<Key>) -> Option<Arc<Answer>> {
        let found = self.answers.get(key);
        self.hits.fetch_add(u64::from(found.is_some()), Ordering::Relaxed);
        found
    }

    fn turn(&self, key: &Arc<Key>) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| turn.strong_count() > 0);
        if let Some(turn) = turns.get(key).and_then(Weak::upgrade) {
            return turn;
        }
        let turn = Arc::default();
        turns.insert(Arc::clone(key), Arc::downgrade(&turn));
        turn
    }

    /// Drops what was kept of an earlier catalog: nobody asks of it any more, and its tables are kept by the keys.
    fn follow(&self, catalog: u64) {
        if self.catalog.fetch_max(catalog, Ordering::Relaxed) < catalog {
            self.answers.invalidate_all();
        }
    }
}

impl fmt::Debug for ResultCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResultCache").field("figures", &self.figures()).finish_non_exhaustive()
    }
}

/// About how many bytes an answer takes.
fn size(answer: &Answer) -> usize {
    let row = |row: &Vec<Cell>| size_of_val(row.as_slice()) + row.iter().map(Cell::text_bytes).sum::<usize>();
    answer.rows.iter().map(row).sum::<usize>() + ENTRY_BYTES
}
