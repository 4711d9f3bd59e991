//! The activity that is built in: seen by whoever may see the activity, as far as that goes, and granted to nobody.

use crate::administration::{Matter, administer};
use crate::reach::OnContent;
use crate::resume::Principal;
use model::access::{Level, Permission};
use model::built_in;
use model::enforcement::{Point, enforced};
use model::filter::{Condition, RowFilter};
use model::rule::Comparison;
use model::snapshot::Snapshot;
use model::value::Scalar;
use std::collections::BTreeSet;

/// Whether the person may see the activity: of their tenant, or of everybody if they are of none.
pub(crate) fn is_seen_by(principal: &Principal, snapshot: &Snapshot) -> bool {
    administer(principal, snapshot, &Matter::of(Permission::SeeActivity, principal.tenant())).is_ok()
}

/// What the person has of the workbook.
pub(crate) fn on_content(principal: &Principal, snapshot: &Snapshot) -> OnContent {
    let level = if is_seen_by(principal, snapshot) { Level::Explore.number() } else { 0 };
    OnContent { level, without: BTreeSet::new() }
}

/// The events that the person sees.
pub(crate) fn rows(principal: &Principal, snapshot: &Snapshot) -> RowFilter {
    if !is_seen_by(principal, snapshot) {
        return RowFilter::Nothing;
    }
    let Some(tenant) = principal.facts().tenant.as_ref().filter(|_| enforced(Point::ActivityTenancy)) else {
        return RowFilter::Everything;
    };
    let Some(column) = built_in::tenant_column() else { return RowFilter::Nothing };
    let (op, value) = (Comparison::Equal, Scalar::Text(tenant.as_str().to_owned()));
    RowFilter::Where(Condition::Compare { term: column.into(), op, value })
}
