//! What one query may use.

use std::time::Duration;

/// What one query may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The most rows of an answer, whatever the query and the permit say.
    pub rows: u32,
    /// The longest it may run.
    pub time: Duration,
    /// The most memory the engine may hold for it at once, in bytes.
    pub memory_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rows: 10_000, time: Duration::from_secs(30), memory_bytes: 256 << 20 }
    }
}
