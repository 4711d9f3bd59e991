//! Instants in the database: microseconds since 1970-01-01T00:00:00Z.

use crate::StoreError;
use chrono::{DateTime, Utc};

/// The instant as it is stored.
pub(crate) fn micros(instant: DateTime<Utc>) -> i64 {
    instant.timestamp_micros()
}

/// A stored instant.
pub(crate) fn instant(micros: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_micros(micros).ok_or(StoreError::Unreadable("instant"))
}
