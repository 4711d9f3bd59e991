//! A page that has just been opened.

use super::{Caller, CallerKind, Shown, Viewer, shown, taken_up};
use crate::app::App;
use crate::correlation::CorrelationId;
use crate::problem::Problem;
use crate::rates;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// A person in an open session whose page may not know yet of which session it is: it asks what the session is, and no more.
pub struct Arriving(pub Viewer);

impl Caller for Arriving {
    const KIND: CallerKind = CallerKind::Viewer;
}

impl FromRequestParts<App> for Arriving {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let shown = shown(parts, app);
        if !matches!(shown, Some(Shown::Cookie(..))) {
            return Viewer::from_request_parts(parts, app).await.map(Self);
        }
        let Ok(correlation) = CorrelationId::from_request_parts(parts, app).await;
        let viewer = taken_up(app, parts, shown, correlation).await?;
        rates::of_viewer(app, parts, &viewer).await?;
        Ok(Self(viewer))
    }
}
