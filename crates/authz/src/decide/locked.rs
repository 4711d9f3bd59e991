//! Locked parameters: filters of the session that the viewer cannot change.

use super::published;
use super::target::{Asked, Target, control_of};
use crate::resume::Principal;
use model::enforcement::{Point, enforced};
use model::loosely;
use model::name::{ControlName, FieldName};
use model::query::{Filter, FilterOperator};
use model::snapshot::Snapshot;
use serde_json::Value as Json;

/// The session's locked parameters as filters on what is asked. `None` if one of them cannot be applied, or is not set
/// as it must be: then the answer must not be given at all, rather than unfiltered.
pub(super) fn filters(principal: &Principal, snapshot: &Snapshot, target: &Target<'_>) -> Option<Vec<Filter>> {
    if matches!(target.asked, Asked::Structure) {
        return Some(Vec::new());
    }
    if enforced(Point::LockedParameters) {
        published::judge_parameters(principal, snapshot, std::iter::empty()).ok()?;
    }
    let mut filters = Vec::new();
    for (name, values) in &principal.facts().locked_parameters {
        let field = filtered_field(snapshot, target, name);
        let keeps_rows_away = field.is_some_and(|field| is_filtered(snapshot, target, field));
        let must_filter = enforced(Point::LockedParameters) && published::must_filter(principal, snapshot, name);
        if must_filter && !keeps_rows_away {
            return None;
        }
        if let Some(field) = field.filter(|_| !values.is_empty()) {
            filters.extend(of_values(principal, snapshot, target, field, values));
        }
    }
    Some(filters)
}

/// The filters that values are. Those of guests may be spelled as other products spell them; what cannot be read stays
/// as it is, and is refused when it is asked.
fn of_values(
    principal: &Principal,
    snapshot: &Snapshot,
    target: &Target<'_>,
    field: &FieldName,
    values: &[Json],
) -> Vec<Filter> {
    let as_written = || {
        let (field, operator) = (field.clone(), FilterOperator::IsAnyOf);
        vec![Filter { field, operator, values: values.to_vec() }]
    };
    let kind = target.asked.explore().and_then(|path| {
        let model = snapshot.models.named(&path.model)?;
        let explore = model.explores.get(&path.explore)?;
        let of_dimension = || model.dimension_type(explore, explore.dimensions.get(field)?);
        explore.parameters.get(field).map(|parameter| parameter.kind).or_else(of_dimension)
    });
    let is_anonymous = principal.audience().is_some();
    let today = principal.now().date_naive();
    let read = kind.filter(|_| is_anonymous).and_then(|kind| loosely::filters(field, kind, values, today));
    read.unwrap_or_else(as_written)
}

/// Whether a filter on the field keeps rows away. One on a parameter of the explore only sets that.
fn is_filtered(snapshot: &Snapshot, target: &Target<'_>, field: &FieldName) -> bool {
    let explore =
        target.asked.explore().and_then(|path| snapshot.models.named(&path.model)?.explores.get(&path.explore));
    explore.is_none_or(|explore| !explore.parameters.contains_key(field))
}

/// The field that a parameter filters, or the parameter of the explore that it sets. An element says so itself; suggestions
/// are filtered where the page has a control of that name over the same explore, if it filters anything; questions of one's own say nothing of the kind.
fn filtered_field<'a>(snapshot: &Snapshot, target: &Target<'a>, parameter: &ControlName) -> Option<&'a FieldName> {
    match target.asked {
        Asked::Element(element) | Asked::Drill(element) | Asked::Underlying(element) => element.controls.get(parameter),
        Asked::Control(control) => {
            let page = target.page?;
            let locked = control_of(page, parameter)?;
            let filters = locked.explore == control.explore && !snapshot.only_sets_parameters(page, parameter);
            filters.then_some(&locked.field)
        }
        Asked::Structure | Asked::Explore(_) => None,
    }
}
