//! A clock that stands still until a test turns it.

use chrono::{DateTime, Duration, Utc};
use std::sync::{Arc, Mutex, PoisonError};

/// A clock that begins at 2026-01-01T00:00:00Z.
#[derive(Debug, Clone)]
pub struct TestClock(Arc<Mutex<DateTime<Utc>>>);

impl Default for TestClock {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(DateTime::UNIX_EPOCH + Duration::days(20_454))))
    }
}

impl TestClock {
    /// The time it shows.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Turns it forward.
    pub fn advance_seconds(&self, seconds: i64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += Duration::seconds(seconds);
    }
}
