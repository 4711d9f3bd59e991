//! The organization, as Sigma's API names it: the caller's tenant, or the whole.

use crate::callers::Viewer;

/// What the whole is called.
const WHOLE: &str = "organization";

/// The id of the organization that the caller is of.
pub(super) fn id(viewer: &Viewer) -> &str {
    let tenants = &viewer.organization.snapshot.tenants;
    viewer.principal.tenant().and_then(|name| tenants.id(name)).map_or(WHOLE, |id| id.as_str())
}
