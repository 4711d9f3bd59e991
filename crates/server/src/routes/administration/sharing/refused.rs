//! What somebody is told who may not share.

use crate::app::App;
use crate::audit;
use crate::callers::Viewer;
use crate::problem::Problem;
use authz::Matter;
use model::access::Permission;
use store::audit::Verdict;

/// Records that somebody may not share something, and says what they may know of it: why, unless it is hidden from them.
pub(in super::super) async fn not_sharing(
    app: &App,
    viewer: &Viewer,
    needs: Permission,
    resource: &str,
    why: &str,
    hidden: bool,
) -> Result<Problem, Problem> {
    let matter = Matter::of_organization(needs);
    let mut event = audit::administration(app, viewer, &matter, resource, "sharing_refused", Verdict::Refused);
    event.reasons = vec![why.to_owned()];
    app.store.record(event).await?;
    Ok(if hidden { Problem::NotFound } else { Problem::Forbidden { code: "forbidden", detail: why.to_owned() } })
}
