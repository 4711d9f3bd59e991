//! Grants are data: the highest level that any of them gives this person.

use super::target::Target;
use crate::ceiling::workspace_of;
use crate::email;
use crate::resume::Principal;
use model::access::{Grant, Granted, Grantee, Level, MemberKind};
use model::enforcement::{Point, enforced};
use model::name::fold_email;
use model::semantic::ExplorePath;
use model::snapshot::Snapshot;
use model::workbook::Place;

/// How far the person reaches into a workbook: 0 not at all, 1 view, 2 explore, 3 contribute, 4 manage.
pub(super) fn content_level(principal: &Principal, snapshot: &Snapshot, target: &Target<'_>) -> i64 {
    if !enforced(Point::ContentGrant) {
        return i64::MAX;
    }
    highest(principal, snapshot, |granted| match granted {
        Granted::Workbook(name) => name == target.name,
        Granted::Folder(folder) => matches!(&target.workbook.place, Place::Folder(home) if home == folder),
        Granted::Workspace(name) => name == workspace_of(&target.workbook.place),
        Granted::Connection(_) | Granted::Model(_) => false,
    })
}

/// How far the person reaches into the data behind an explore: 0 not at all, 1 use, 2 use and annotate.
pub(super) fn data_level(principal: &Principal, snapshot: &Snapshot, path: &ExplorePath) -> i64 {
    if !enforced(Point::DataGrant) {
        return i64::MAX;
    }
    let connection = snapshot.models.named(&path.model).map(|model| &model.connection);
    highest(principal, snapshot, |granted| match granted {
        Granted::Model(name) => *name == path.model,
        Granted::Connection(name) => Some(name) == connection,
        Granted::Workspace(_) | Granted::Folder(_) | Granted::Workbook(_) => false,
    })
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
    facts.kind == MemberKind::Internal && facts.email.as_deref().and_then(email::folded) == Some(fold_email(email))
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
