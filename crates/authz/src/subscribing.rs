//! Having content sent to oneself. Nothing is sent yet; who may ask for it is decided already.

use crate::{Denial, Principal, Reason};
use model::access::Permission;

/// Decides whether somebody may have content sent to them at all.
///
/// # Errors
/// They lack the permission.
pub fn may_subscribe(principal: &Principal) -> Result<(), Denial> {
    if principal.permissions().contains(&Permission::Subscribe) {
        return Ok(());
    }
    let missing = "permission `subscribe`";
    Err(Denial::forbidden(vec![Reason { rule: "subscribe", missing }]))
}
