//! A PostgreSQL server: its connections, what is set on each, and statements in transactions that cannot write.

mod connect;
mod statement;

pub use connect::ServerFault;
pub(crate) use connect::{Connected, Roles};
use sqlx::postgres::{PgConnectOptions, PgPool};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// How many servers were opened.
static OPENED: AtomicU64 = AtomicU64::new(0);

/// A database, read as one role.
pub(crate) struct Server {
    /// Its number among those of this process.
    number: u64,
    pool: PgPool,
    /// For what cannot wait for the pool: the cancellation of what runs there.
    options: PgConnectOptions,
    /// How long an answer may be given again.
    freshness: Duration,
    opened: Instant,
}

impl Server {
    /// Its number among those of this process.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// The number of the period in which an answer may be given again, although the data may have changed. `None`: there is
    /// none.
    pub(crate) fn period(&self) -> Option<u64> {
        period(self.opened.elapsed(), self.freshness)
    }

    pub(super) const fn pool(&self) -> &PgPool {
        &self.pool
    }

    fn new(pool: PgPool, options: PgConnectOptions, freshness: Duration) -> Self {
        Self { number: OPENED.fetch_add(1, Ordering::Relaxed) + 1, pool, options, freshness, opened: Instant::now() }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("number", &self.number).finish_non_exhaustive()
    }
}

/// The number of the period that is under way after so long.
const fn period(elapsed: Duration, freshness: Duration) -> Option<u64> {
    elapsed.as_secs().checked_div(freshness.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_may_be_given_again_within_its_period_only() {
        let after =
            |milliseconds, freshness| period(Duration::from_millis(milliseconds), Duration::from_secs(freshness));
        assert_eq!([after(0, 5), after(4_999, 5), after(5_000, 5)], [Some(0), Some(0), Some(1)]);
        assert_eq!(after(7_000, 0), None, "never again");
    }
}
