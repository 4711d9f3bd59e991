//! What must be done from time to time, whoever asks.

use crate::app::App;
use crate::apply::take_key_again;
use crate::audit;
use chrono::{DateTime, Utc};
use query::CacheFigures;
use std::sync::PoisonError;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// Once a minute: writes down the refusals that were only counted, how often answers were at hand and where the audit chains of
/// other nodes end, and deletes what expired more than a day ago.
pub(crate) async fn every_minute(app: App) {
    let mut minutes = tokio::time::interval(MINUTE);
    loop {
        minutes.tick().await;
        let now = app.clock.now();
        record_counted(&app, now).await;
        let CacheFigures { hits, misses } = app.engine.cache_figures();
        tracing::info!(hits, misses, "answers kept, and computed, since the start");
        if let Err(error) = app.store.anchor(now).await {
            tracing::error!(%error, "the chains of other nodes were not noted in the audit trail");
        }
        if let Err(error) = take_key_again(&app.store, &app.data_dir).await {
            tracing::error!(%error, "the encryption key is not the store's");
        }
        if let Err(error) = app.store.sweep(now).await {
            tracing::error!(%error, "expired codes and sessions were not deleted");
        }
    }
}

/// Writes down what was counted in the minute that is not over, before the server stops.
pub(crate) async fn last(app: &App) {
    record_counted(app, app.clock.now() + MINUTE).await;
}

async fn record_counted(app: &App, now: DateTime<Utc>) {
    let counted = app.refusals.lock().unwrap_or_else(PoisonError::into_inner).finish(now);
    if let Some(counted) = counted
        && audit::record_counted(app, counted).await.is_err()
    {
        tracing::error!("counted refusals are missing from the audit trail");
    }
}
