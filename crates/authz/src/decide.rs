//! The decision: may this session do that with this?
//!
//! Find what is asked for; gather the facts; let the rules judge; bound the permit. What does not exist is judged
//! like everything else, so that it takes the same way as what is hidden.

mod actions;
mod bounds;
mod case;
mod grants;
mod home;
mod locked;
mod published;
mod shown;
mod target;

use crate::denial::{Denial, Reason};
use crate::permit::{Action, Permit};
use crate::resume::Principal;
pub(crate) use actions::allows_view;
pub use actions::{allowed_actions, may_look_underneath};
pub(crate) use bounds::Decided;
use case::Case;
pub use home::{AtHome, decide_home, is_owned_by};
use model::snapshot::Snapshot;
pub use published::{judge_parameters, parameter_state, settable_controls};
pub use shown::may_show;
pub use target::Resource;

/// Decides whether a session may do `A` with a resource. `snapshot` is the one the principal was resumed with.
///
/// # Errors
/// A [`Denial`]: hidden, unless the session sees the resource already and only this action is missing.
pub fn decide<A: Action>(principal: &Principal, snapshot: &Snapshot, resource: &Resource) -> Result<Permit<A>, Denial> {
    if principal.revision() != snapshot.revision {
        return Err(hidden_for_want_of("one_revision", "a principal of this revision"));
    }
    let case = Case::new(principal, snapshot, resource);
    let rules = case.judge(A::NAME).map_err(|reasons| case.denial(A::NAME, reasons))?;
    let bounds = case.target().and_then(|target| A::bounds(principal, snapshot, target));
    let bounds = bounds.ok_or_else(|| hidden_for_want_of("permits_are_bounded", "something to bound"))?;
    let reasons = rules.into_iter().map(str::to_owned).chain(A::told(&bounds)).collect();
    Ok(Permit { revision: snapshot.revision, reasons, bounds })
}

fn hidden_for_want_of(rule: &'static str, missing: &'static str) -> Denial {
    Denial::hidden(vec![Reason { rule, missing }])
}
