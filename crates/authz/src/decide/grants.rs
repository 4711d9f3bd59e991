//! Grants are data: the highest level that any of them gives this person.

use super::published;
use super::target::Target;
use crate::ceiling::workspace_of;
use crate::email;
use crate::resume::Principal;
use model::access::{Grant, Granted, Grantee, Level, MemberKind};
use model::enforcement::{Point, enforced};
use model::name::{ModelName, TableName, fold_email};
use model::snapshot::Snapshot;
use model::workbook::Place;

/// How far the person reaches into a workbook: 0 not at all, 1 view, 2 explore, 3 contribute, 4 manage.
pub(super) fn content_level(principal: &Principal, snapshot: &Snapshot, target: &Target<'_>) -> i64 {
    if !enforced(Point::ContentGrant) {
        return i64::MAX;
    }
    if principal.audience().is_some() {
        return number_of_publication(principal, snapshot);
    }
    highest(principal, snapshot, |granted| match granted {
        Granted::Workbook(name) => name == target.name,
        Granted::Folder(folder) => matches!(&target.workbook.place, Place::Folder(home) if home == folder),
        Granted::Workspace(name) => name == workspace_of(&target.workbook.place),
        Granted::Connection(_) | Granted::Model(_) => false,
    })
}

/// How far the person reaches into the data behind what is asked: 0 not at all, 1 use, 2 use and annotate.
pub(super) fn data_level(principal: &Principal, snapshot: &Snapshot, target: &Target<'_>) -> i64 {
    let Some(path) = target.asked.explore() else { return 0 };
    if !enforced(Point::DataGrant) {
        return i64::MAX;
    }
    let model = snapshot.models.named(&path.model);
    if principal.audience().is_some() {
        let tables = model.and_then(|model| Some(target.asked.tables(model, model.explores.get(&path.explore)?)));
        let opened = |table: &TableName| published(principal, snapshot, &path.model, table);
        return i64::from(tables.is_some_and(|tables| tables.into_iter().all(opened)));
    }
    let connection = model.map(|model| &model.connection);
    highest(principal, snapshot, |granted| match granted {
        Granted::Model(name) => *name == path.model,
        Granted::Connection(name) => Some(name) == connection,
        Granted::Workspace(_) | Granted::Folder(_) | Granted::Workbook(_) => false,
    })
}

/// Whether a table's data was published with the session's content.
pub(super) fn published(principal: &Principal, snapshot: &Snapshot, model: &ModelName, table: &TableName) -> bool {
    let publication = published::publication(principal, snapshot);
    publication.is_some_and(|opened| opened.data.iter().any(|path| path.model == *model && path.table == *table))
}

/// Published content is looked at, and nothing else.
fn number_of_publication(principal: &Principal, snapshot: &Snapshot) -> i64 {
    i64::from(published::publication(principal, snapshot).is_some())
}

fn highest(principal: &Principal, snapshot: &Snapshot, covers: impl Fn(&Granted) -> bool) -> i64 {
    let reaching = snapshot.grants.iter().filter(|grant| covers(&grant.on) && reaches(&grant.to, principal));
    reaching.map(number).max().unwrap_or(0)
}

fn reaches(grantee: &Grantee, principal: &Principal) -> bool {
    match grantee {
        Grantee::Team(team) => principal.teams().contains(team),
        Grantee::Tenant(tenant) => principal.tenant() == Some(tenant),
        Grantee::Member(email) => is_member(email, principal),
    }
}

/// Internal members alone can be granted something by e-mail: theirs is known to be theirs.
fn is_member(email: &str, principal: &Principal) -> bool {
    let facts = principal.facts();
    facts.kind() == Some(MemberKind::Internal)
        && facts.email.as_deref().and_then(email::folded) == Some(fold_email(email))
}

/// A level as the rules count it. One of data on content, or the other way round, is none.
const fn number(grant: &Grant) -> i64 {
    let on_data = matches!(grant.on, Granted::Connection(_) | Granted::Model(_));
    match grant.level {
        Level::Use if on_data => 1,
        Level::UseAndAnnotate if on_data => 2,
        Level::View if !on_data => 1,
        Level::Explore if !on_data => 2,
        Level::Contribute if !on_data => 3,
        Level::Manage if !on_data => 4,
        _ => 0,
    }
}
