//! Locked parameters: filters of the session that the viewer cannot change.

use super::target::{Asked, Target, control_of};
use crate::resume::Principal;
use model::enforcement::{Point, enforced};
use model::name::{ControlName, FieldName};
use serde_json::Value as Json;

/// The session's locked parameters as filters on what is asked. `None` if one of them cannot be applied: then the
/// answer must not be given at all, rather than unfiltered.
pub(super) fn filters(principal: &Principal, target: &Target<'_>) -> Option<Vec<(FieldName, Vec<Json>)>> {
    if matches!(target.asked, Asked::Structure) {
        return Some(Vec::new());
    }
    let locked = principal.facts().locked_parameters.iter();
    locked
        .filter_map(|(name, values)| match filtered_field(target, name) {
            None if !enforced(Point::LockedParameters) => None,
            field => Some(field.map(|field| (field.clone(), values.clone()))),
        })
        .collect()
}

/// The field that a parameter filters. An element says so itself; suggestions are filtered where the page has a
/// control of that name over the same explore; questions of one's own say nothing of the kind.
fn filtered_field<'a>(target: &Target<'a>, parameter: &ControlName) -> Option<&'a FieldName> {
    match target.asked {
        Asked::Element(element) => element.controls.get(parameter),
        Asked::Control(control) => {
            let locked = control_of(target.page?, parameter)?;
            (locked.explore == control.explore).then_some(&locked.field)
        }
        Asked::Structure | Asked::Explore(_) => None,
    }
}
