//! What was published to whom nobody knows: the publication that a session of theirs rests on, as it is now.

use crate::parameters::{self, ParameterFault};
use crate::permit::SettableControls;
use crate::resume::Principal;
use model::name::ControlName;
use model::publication::{ParameterState, Publication};
use model::snapshot::Snapshot;

/// The publication of the session's content to its audience. `None`: there is none, or grants count.
pub(super) fn publication<'a>(principal: &Principal, snapshot: &'a Snapshot) -> Option<&'a Publication> {
    let scope = principal.facts().scope.as_ref()?;
    snapshot.publication(&scope.workbook, scope.element(), principal.audience()?)
}

/// Whether the token sets what it must and the viewer sets what they may. For people who are known: always.
///
/// # Errors
/// The first fault, in the order of Metabase's guest embeds.
pub fn judge_parameters<'a>(
    principal: &'a Principal,
    snapshot: &Snapshot,
    set_by_viewer: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), ParameterFault> {
    let Some(publication) = publication(principal, snapshot) else { return Ok(()) };
    parameters::judge(&publication.parameters, &principal.facts().locked_parameters, set_by_viewer)
}

/// Which controls the viewer may set: those that are not locked; of published content, those that are enabled and
/// that the token does not set.
#[must_use]
pub fn settable_controls(principal: &Principal, snapshot: &Snapshot) -> SettableControls {
    let fixed = principal.facts().locked_parameters.keys().cloned().collect();
    let only = principal.audience().map(|_| {
        let states = publication(principal, snapshot).into_iter().flat_map(|publication| &publication.parameters);
        let enabled = states.filter(|(_, state)| **state == ParameterState::Enabled);
        enabled.map(|(name, _)| name.clone()).collect()
    });
    SettableControls { fixed, only }
}

/// Who sets a parameter of the published content. What is in no list is set by nobody.
#[must_use]
pub fn parameter_state(principal: &Principal, snapshot: &Snapshot, parameter: &ControlName) -> ParameterState {
    let publication = publication(principal, snapshot);
    publication.and_then(|publication| publication.parameters.get(parameter)).copied().unwrap_or_default()
}

/// Whether an answer must be filtered by a parameter that the token sets, or not be given. What guests choose through
/// their token is a filter where there is something to filter; what is locked for them must be one, unless their key
/// says that it is an attribute, which row policies read.
pub(super) fn must_filter(principal: &Principal, snapshot: &Snapshot, parameter: &ControlName) -> bool {
    if principal.audience().is_none() {
        return true;
    }
    let state = parameter_state(principal, snapshot, parameter);
    let key = principal.facts().key.as_ref().and_then(|id| snapshot.keys.get(id));
    let is_attribute = key.is_some_and(|key| key.guest_attributes.contains_key(parameter));
    state != ParameterState::Enabled && !is_attribute
}
