//! Where workbooks are made and put back: a decision about a workspace or folder rather than about what is in it.

use crate::ceiling::{allows_fact, holds_place};
use crate::denial::{Denial, Reason};
use crate::permit::{Action, CreateContent, Permit, RestoreContent};
use crate::reach::{self, OnContent};
use crate::resume::Principal;
use crate::rules::{self, Circumstances, Question};
use model::access::{Granted, Grantee, Level, Owner, Permission};
use model::enforcement::{Point, enforced};
use model::snapshot::Snapshot;
use model::workbook::Place;
use std::collections::BTreeSet;

/// What may be done in a workspace or folder. The list is closed.
pub trait AtHome: Action<Bounds = ()> {}

impl AtHome for CreateContent {}
impl AtHome for RestoreContent {}

/// Decides whether a session may do `A` in a workspace or folder. `own`: what it is about is theirs, so that they manage it
/// wherever it was.
///
/// # Errors
/// A [`Denial`]: hidden, unless the session sees what is there.
pub fn decide_home<A: AtHome>(
    principal: &Principal,
    snapshot: &Snapshot,
    home: &Place,
    own: bool,
) -> Result<Permit<A>, Denial> {
    if principal.revision() != snapshot.revision {
        return Err(super::hidden_for_want_of("one_revision", "a principal of this revision"));
    }
    let content = content(principal, snapshot, home, own);
    let mut permissions = content.of(principal.permissions());
    if !enforced(Point::ContentPermission) {
        permissions.insert(Permission::SaveContent);
    }
    let facts = Circumstances {
        needs: Permission::View,
        exists: exists(snapshot, home),
        inside_ceiling: inside_ceiling(principal, snapshot, home),
        in_scope: principal.facts().scope.is_none(),
        permissions,
        content_level: content.level,
        data_level: 0,
        consumes_locked_parameters: true,
        downloadable: true,
        within_reach: true,
        holds_what_is_given: true,
    };
    let name = places(home).first().map(told).unwrap_or_default();
    let question = Question { session: principal.session().as_str(), action: A::NAME, kind: "Home", name: &name };
    match rules::judge(question, &facts) {
        Ok(rules) => {
            let reasons = rules.into_iter().map(str::to_owned).collect();
            Ok(Permit { revision: snapshot.revision, reasons, bounds: () })
        }
        Err(reasons) => Err(denial(&facts, reasons)),
    }
}

/// Whether an owner is the person of the session.
#[must_use]
pub fn is_owned_by(principal: &Principal, owner: Option<&Owner>) -> bool {
    owner.is_some_and(|owner| principal.reach().person.contains(&Grantee::from(owner.clone())))
}

/// A place in which something is seen is no secret.
fn denial(facts: &Circumstances, reasons: Vec<Reason>) -> Denial {
    let sees = facts.exists && facts.inside_ceiling && facts.in_scope && facts.content_level >= 1;
    let looks = facts.permissions.contains(&Permission::View);
    if sees && looks { Denial::forbidden(reasons) } else { Denial::hidden(reasons) }
}

fn content(principal: &Principal, snapshot: &Snapshot, home: &Place, own: bool) -> OnContent {
    if own || !enforced(Point::HomeGrant) {
        return OnContent { level: Level::Manage.number(), without: BTreeSet::new() };
    }
    if principal.audience().is_some() {
        return OnContent::default();
    }
    reach::on_places_of_content(principal.reach(), snapshot, &places(home))
}

fn exists(snapshot: &Snapshot, home: &Place) -> bool {
    match home {
        Place::Workspace(name) => snapshot.workspaces.id(name).is_some(),
        Place::Folder(path) => snapshot.folders.id(path).is_some(),
    }
}

fn inside_ceiling(principal: &Principal, snapshot: &Snapshot, home: &Place) -> bool {
    let facts = principal.facts();
    let key = facts.key.as_ref().and_then(|id| snapshot.keys.get(id));
    allows_fact(key.is_some_and(|key| holds_place(&key.ceiling, home)) || facts.is_bounded_by_no_key())
}

fn places(home: &Place) -> Vec<Granted> {
    match home {
        Place::Workspace(name) => vec![Granted::Workspace(name.clone())],
        Place::Folder(path) => vec![Granted::Folder(path.clone()), Granted::Workspace(path.workspace.clone())],
    }
}

fn told(place: &Granted) -> String {
    match place {
        Granted::Folder(path) => path.to_string(),
        Granted::Workspace(name) => name.to_string(),
        _ => String::new(),
    }
}
