//! What the trail is told of whoever looks as somebody else.

use super::{Completion, of_viewer, record};
use crate::app::App;
use crate::callers::Viewer;
use crate::problem::Problem;
use authz::Resource;
use authz::permit::{InspectAs, Permit};
use serde_json::Value as Json;
use store::audit::Verdict;

/// As whom somebody looks, and for which row.
pub struct LooksAs {
    /// What the person is called who is looked at.
    pub name: String,
    /// What else is known of them, and the columns by which a row is looked for: never a value.
    pub detail: Json,
}

/// Records that somebody is told what another person sees, and why.
pub async fn inspecting(
    app: &App,
    viewer: &Viewer,
    resource: &Resource,
    permit: &Permit<InspectAs>,
    looks_as: LooksAs,
) -> Result<Completion, Problem> {
    let mut event = of_viewer::<InspectAs>(app, viewer, resource, Verdict::Allowed);
    event.revision = permit.revision();
    event.reasons = permit.reasons().to_vec();
    (event.acting_for, event.detail) = (Some(looks_as.name), looks_as.detail);
    let event = record(app, event).await?;
    let app = Some(app.clone());
    Ok(Completion { app, event, rows: 0, bytes: 0 })
}

/// Records that somebody is not told that.
pub async fn not_inspecting(
    app: &App,
    viewer: &Viewer,
    resource: &Resource,
    looks_as: LooksAs,
    reasons: Vec<String>,
) -> Result<(), Problem> {
    let mut event = of_viewer::<InspectAs>(app, viewer, resource, Verdict::Refused);
    event.reasons = reasons;
    (event.acting_for, event.detail) = (Some(looks_as.name), looks_as.detail);
    record(app, event).await?;
    Ok(())
}
