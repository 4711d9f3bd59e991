//! What the audit trail is told of those who change content.

use super::{listed, of_action, record};
use crate::app::App;
use crate::callers::Viewer;
use crate::problem::Problem;
use crate::routes::Warrant;
use authz::Denial;
use model::name::WorkbookId;
use store::audit::{AuditEvent, Verdict};

/// Records that somebody may not change content, and says what they may know of it.
pub(crate) async fn not_changing(
    app: &App,
    viewer: &Viewer,
    action: &'static str,
    resource: &str,
    denial: &Denial,
) -> Result<Problem, Problem> {
    let mut event = of_action(app, viewer, action, resource, Verdict::Refused);
    event.reasons = denial.reasons.iter().map(ToString::to_string).collect();
    record(app, event).await?;
    Ok(Problem::from(denial))
}

/// The event of something that is done with content beside definitions; the store writes it with that.
pub(crate) fn changing(app: &App, viewer: &Viewer, warrant: &Warrant, resource: &str, name: &str) -> AuditEvent {
    let mut event = of_action(app, viewer, warrant.action(), resource, Verdict::Allowed);
    event.event = name.to_owned();
    event.revision = warrant.revision();
    event.reasons = warrant.reasons().to_vec();
    event
}

/// Records that somebody is told something of content that its readers are not told.
pub(crate) async fn reading_content(
    app: &App,
    viewer: &Viewer,
    warrant: &Warrant,
    resource: &str,
    name: &str,
) -> Result<(), Problem> {
    record(app, changing(app, viewer, warrant, resource, name)).await?;
    Ok(())
}

/// Records that somebody is told what of theirs is in the trash.
pub async fn listing_trash(app: &App, viewer: &Viewer) -> Result<(), Problem> {
    listed(app, viewer, "trash_listed").await
}

/// Records that somebody looked for something in the trash that is not there.
pub async fn nothing_thrown(app: &App, viewer: &Viewer, id: &WorkbookId) -> Result<(), Problem> {
    let resource = id.as_str().chars().take(100).collect::<String>();
    record(app, of_action(app, viewer, "restore_content", &resource, Verdict::Refused)).await?;
    Ok(())
}
