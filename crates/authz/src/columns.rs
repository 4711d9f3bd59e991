//! Which columns of a table a person sees, and what stands in place of the others' values.

use crate::gates::Gates;
use crate::permit::ColumnAccess;
use crate::resume::Principal;
use crate::rows::Permitted;
use model::enforcement::{Point, enforced};
use model::filter::{Condition, RowFilter};
use model::name::ColumnName;
use model::publication::Audience;
use model::semantic::{ColumnPolicyDefinition, Mask, Otherwise, Table, VisibleTo};
use model::value::ColumnType;
use std::collections::BTreeMap;

/// The columns that exist for the person. `permitted` are the permit policies that admit rows to them.
pub(crate) fn visible<'a>(
    principal: &Principal,
    gates: &Gates<'a>,
    table: &'a Table,
    permitted: &[Permitted],
) -> BTreeMap<ColumnName, ColumnAccess> {
    let sees = |policy: &ColumnPolicyDefinition| sees(principal, gates, &policy.visible_to);
    let open = table.columns.iter().filter(|(name, _)| gates.open_column(table, name));
    let columns = open.filter_map(|(name, kind)| {
        let closing = table.column_policies.iter().filter(|policy| policy.columns.contains(name) && !sees(policy));
        let closing: Vec<&ColumnPolicyDefinition> = closing.collect();
        Some((name.clone(), column(&closing, *kind, permitted)?))
    });
    columns.collect()
}

fn sees(principal: &Principal, gates: &Gates<'_>, visible_to: &VisibleTo) -> bool {
    match visible_to {
        VisibleTo::Nobody => false,
        VisibleTo::Teams(teams) => teams.iter().any(|team| principal.teams().contains(team)),
        VisibleTo::AccessGrants(names) => !names.is_empty() && gates.open(names),
        VisibleTo::GuestsOf(keys) => match principal.audience() {
            Some(Audience::GuestsOf(client_id)) => keys.contains(client_id),
            Some(Audience::PublicLink(_)) | None => false,
        },
    }
}

/// How a column is seen past the policies that close it; `None`: it is absent.
fn column(closing: &[&ColumnPolicyDefinition], kind: ColumnType, permitted: &[Permitted]) -> Option<ColumnAccess> {
    if let Some(policy) = closing.iter().find(|policy| policy.with.is_none()) {
        return match mask(policy, kind) {
            None => (!enforced(Point::HiddenColumns)).then_some(ColumnAccess::Shown),
            Some(mask) => Some(masked(RowFilter::Nothing, vec![(RowFilter::Everything, mask)])),
        };
    }
    let tied = |one: &Permitted| closing.iter().find(|policy| policy.with.as_ref() == Some(&one.name));
    let (closed, open): (Vec<&Permitted>, Vec<&Permitted>) = permitted.iter().partition(|one| tied(one).is_some());
    if closed.is_empty() {
        return Some(ColumnAccess::Shown);
    }
    let shown = match open.as_slice() {
        [] => RowFilter::Nothing,
        several => RowFilter::Where(Condition::Or(several.iter().map(|one| one.condition.clone()).collect())),
    };
    let masks = closed.into_iter().filter_map(|one| {
        let mask = mask(tied(one)?, kind).unwrap_or(Mask::Null);
        Some((RowFilter::Where(one.condition.clone()), mask))
    });
    Some(masked(shown, masks.collect()))
}

/// The mask; `None`: the column is hidden. One that does not fit its column shows nothing.
fn mask(policy: &ColumnPolicyDefinition, kind: ColumnType) -> Option<Mask> {
    match &policy.otherwise {
        Otherwise::Hide => None,
        Otherwise::Mask(written) => Some(written.of_kind(kind).unwrap_or(Mask::Null)),
    }
}

fn masked(shown: RowFilter, masks: Vec<(RowFilter, Mask)>) -> ColumnAccess {
    if enforced(Point::ColumnMasks) { ColumnAccess::Masked { shown, masks } } else { ColumnAccess::Shown }
}
