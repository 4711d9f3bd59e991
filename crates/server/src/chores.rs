//! What must be done from time to time, whoever asks.

use crate::app::App;
use crate::audit;
use std::sync::PoisonError;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// Once a minute: writes down the refusals that were only counted, and deletes what expired more than a day ago.
pub(crate) async fn every_minute(app: App) {
    let mut minutes = tokio::time::interval(MINUTE);
    loop {
        minutes.tick().await;
        let now = app.clock.now();
        let counted = app.refusals.lock().unwrap_or_else(PoisonError::into_inner).finish(now);
        if let Some(counted) = counted
            && audit::record_counted(&app, counted).await.is_err()
        {
            tracing::error!("counted refusals are missing from the audit trail");
        }
        if let Err(error) = app.store.sweep(now).await {
            tracing::error!(%error, "expired codes and sessions were not deleted");
        }
    }
}
