//! How far the person reaches into what is asked: by grants, or by what was published to nobody in particular.

use super::published;
use super::target::Target;
use crate::activity;
use crate::reach::{self, OnContent};
use crate::resume::Principal;
use model::built_in;
use model::enforcement::{Point, enforced};
use model::name::{ModelName, TableName};
use model::snapshot::Snapshot;
use std::collections::BTreeSet;

/// How far the person reaches into a workbook. Published content is looked at, and nothing else.
pub(super) fn on_content(principal: &Principal, snapshot: &Snapshot, target: &Target<'_>) -> OnContent {
    if !enforced(Point::ContentGrant) {
        return OnContent { level: i64::MAX, without: BTreeSet::new() };
    }
    if principal.audience().is_some() {
        let level = i64::from(published::publication(principal, snapshot).is_some());
        return OnContent { level, without: BTreeSet::new() };
    }
    if built_in::is_workbook(&target.name.workbook) {
        return activity::on_content(principal, snapshot);
    }
    reach::on_content(principal.reach(), snapshot, target.name, target.workbook)
}

/// How far the person reaches into the data behind what is asked, the least of the tables that are read for it: 0 not at
/// all, 1 use, 2 use and annotate.
pub(super) fn data_level(principal: &Principal, snapshot: &Snapshot, target: &Target<'_>) -> i64 {
    let Some(path) = target.asked.explore() else { return 0 };
    if !enforced(Point::DataGrant) {
        return i64::MAX;
    }
    let Some(model) = snapshot.models.named(&path.model) else { return 0 };
    let Some(explore) = model.explores.get(&path.explore) else { return 0 };
    let tables = target.asked.tables(model, explore);
    if principal.audience().is_some() {
        return i64::from(tables.into_iter().all(|table| published(principal, snapshot, &path.model, table)));
    }
    if built_in::is_model(&path.model) {
        return i64::from(activity::is_seen_by(principal, snapshot));
    }
    reach::on_data(principal.reach(), snapshot, (&path.model, model), tables)
}

/// Whether the data of a table is open to the person by itself: published with the session's content, or granted.
pub(super) fn opens_table(principal: &Principal, snapshot: &Snapshot, model: &ModelName, table: &TableName) -> bool {
    if principal.audience().is_some() {
        return published(principal, snapshot, model, table);
    }
    if built_in::is_model(model) && enforced(Point::DataGrant) {
        return activity::is_seen_by(principal, snapshot);
    }
    let granted = |found| reach::on_data(principal.reach(), snapshot, (model, found), [table]) >= 1;
    !enforced(Point::DataGrant) || snapshot.models.named(model).is_some_and(granted)
}

/// Whether a table's data was published with the session's content.
fn published(principal: &Principal, snapshot: &Snapshot, model: &ModelName, table: &TableName) -> bool {
    let publication = published::publication(principal, snapshot);
    publication.is_some_and(|opened| opened.data.iter().any(|path| path.model == *model && path.table == *table))
}
