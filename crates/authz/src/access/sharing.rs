//! Sharing: who may make, change or take away a grant without administering all of them, and with whom.

use super::{above, of_level};
use crate::administration::Mandate;
use crate::decide::{Resource, decide};
use crate::permit::ViewContent;
use crate::principal::Member;
use crate::reach::{self, OnContent};
use crate::resume::Principal;
use model::access::{Grant, Granted, Grantee, Level, MemberKind, Permission};
use model::enforcement::{Point, enforced};
use model::name::TeamName;
use model::snapshot::Snapshot;
use model::workbook::VersionName;
use std::collections::BTreeSet;

/// Why somebody may not make a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotGrant {
    /// They do not see what it is on.
    #[error("nobody grants what they do not see")]
    Unseen,
    /// Neither do they manage it and share, nor do they administer grants.
    #[error("needs `share_content` and the level `manage`, or `manage_grants`")]
    NotTheirs,
    /// It is data, which administrators of grants share.
    #[error("grants on data need `manage_grants`")]
    Data,
    /// The level is higher than their own.
    #[error("the level is higher than one's own")]
    Level,
    /// A permission it allows is none of theirs there.
    #[error("it gives `{}`, which one has not there oneself", .0.as_str())]
    Permission(Permission),
}

/// Whether somebody may make, change or take away a grant: what they hold themselves, and no more. Managing content is
/// enough to share it; in the session of a frame, one workbook at a time. Who administers grants need not manage it, and
/// grants data too.
///
/// # Errors
/// What they lack.
pub fn may_grant(principal: &Principal, snapshot: &Snapshot, grant: &Grant) -> Result<(), CannotGrant> {
    if above(snapshot, &grant.on).is_empty() {
        return Err(CannotGrant::Unseen);
    }
    let administers = administers(principal);
    if grant.on.is_data() {
        on_data_of(principal, snapshot, grant, administers)
    } else {
        on_content_of(principal, snapshot, grant, administers)
    }
}

/// Decides whether somebody may put one grant in place of another; `None` before: they make it, `None` after: they take
/// it away. A permission that was denied and is not any more is one that they give.
///
/// # Errors
/// What they lack.
pub fn share(
    principal: &Principal,
    snapshot: &Snapshot,
    before: Option<&Grant>,
    after: Option<&Grant>,
) -> Result<Mandate, CannotGrant> {
    for grant in before.into_iter().chain(after).filter(|_| enforced(Point::ShareWhatOneHolds)) {
        may_grant(principal, snapshot, grant)?;
    }
    if let Some(before) = before.filter(|_| enforced(Point::ShareWhatOneHolds)) {
        let still = |one: &&Permission| after.is_some_and(|after| after.deny.contains(one));
        let lifted: BTreeSet<Permission> = before.deny.iter().filter(|one| !still(one)).copied().collect();
        let lifting = Grant { level: None, allow: lifted, deny: BTreeSet::new(), ..before.clone() };
        may_grant(principal, snapshot, &lifting)?;
    }
    Ok(Mandate::of(snapshot, vec!["share_what_one_holds".to_owned()]))
}

/// Decides whether somebody may read the grants on a piece of content: whoever may share it.
///
/// # Errors
/// What they lack.
pub fn manages(principal: &Principal, snapshot: &Snapshot, on: &Granted) -> Result<Mandate, CannotGrant> {
    let nothing = Grant {
        to: Grantee::Member(String::new()),
        on: on.clone(),
        level: None,
        allow: BTreeSet::new(),
        deny: BTreeSet::new(),
    };
    may_grant(principal, snapshot, &nothing)?;
    Ok(Mandate::of(snapshot, vec!["share_what_one_holds".to_owned()]))
}

/// Whether somebody may know of a grantee, and so share with them. Internal members of no tenant know everybody of the
/// organization. Whoever is of a tenant knows the tenant, its people and its own teams. Embed members of no tenant know
/// the teams that they are in and who is in one of these. Only administrators of grants share with the people of a key.
/// `person`: whom the store knows as the grantee, if they are one person.
#[must_use]
pub fn knows(principal: &Principal, snapshot: &Snapshot, to: &Grantee, person: Option<&Member>) -> bool {
    if !enforced(Point::ShareWithWhomOneKnows) {
        return true;
    }
    let is_internal = principal.facts().kind() == Some(MemberKind::Internal);
    match (to, principal.tenant()) {
        (Grantee::Key(_), _) => administers(principal),
        (_, None) if is_internal => true,
        (Grantee::Tenant(tenant), own) => own == Some(tenant),
        (Grantee::Team(team), Some(own)) => team.tenant() == Some(own.as_str()),
        (Grantee::Team(team), None) => principal.teams().contains(team),
        (Grantee::EmbedMember(identity), Some(own)) => identity.tenant.as_ref() == Some(own),
        (Grantee::Member(_), Some(own)) => {
            let tenant = person.and_then(|person| person.tenant.as_ref());
            tenant.is_some_and(|id| snapshot.tenants.name(id) == Some(own))
        }
        (Grantee::Member(_) | Grantee::EmbedMember(_), None) => {
            person.is_some_and(|person| is_beside(principal, snapshot, person))
        }
    }
}

/// Whether somebody of no tenant is in a team of the principal's.
fn is_beside(principal: &Principal, snapshot: &Snapshot, person: &Member) -> bool {
    let own = |team: &TeamName| principal.teams().contains(team);
    person.tenant.is_none() && person.teams.iter().filter_map(|id| snapshot.teams.name(id)).any(own)
}

/// Whether somebody administers all grants: of the organization, as a tenant's administrators have none of their own.
#[must_use]
pub fn administers(principal: &Principal) -> bool {
    principal.tenant().is_none() && principal.permissions().contains(&Permission::ManageGrants)
}

fn on_data_of(principal: &Principal, snapshot: &Snapshot, grant: &Grant, administers: bool) -> Result<(), CannotGrant> {
    let level = reach::on_places_of_data(principal.reach(), snapshot, &above(snapshot, &grant.on));
    match grant.level {
        _ if level < 1 => Err(CannotGrant::Unseen),
        _ if !administers => Err(CannotGrant::Data),
        Some(wanted) if wanted.number() > level => Err(CannotGrant::Level),
        _ => Ok(()),
    }
}

fn on_content_of(
    principal: &Principal,
    snapshot: &Snapshot,
    grant: &Grant,
    administers: bool,
) -> Result<(), CannotGrant> {
    let found = found_on(principal, snapshot, &grant.on)?;
    let held = of_level(&found, &found.of(principal.permissions()));
    let manages = found.level >= Level::Manage.number() && held.contains(&Permission::ShareContent);
    match grant.level {
        _ if found.level < 1 => return Err(CannotGrant::Unseen),
        _ if !manages && !administers => return Err(CannotGrant::NotTheirs),
        Some(level) if level.number() > found.level => return Err(CannotGrant::Level),
        _ => {}
    }
    let beyond = grant.allow.iter().find(|one| !held.contains(one));
    beyond.map_or(Ok(()), |one| Err(CannotGrant::Permission(*one)))
}

/// What somebody has of the content themselves. A workbook must be one that they see now; in a frame there is nothing else.
pub(super) fn found_on(principal: &Principal, snapshot: &Snapshot, on: &Granted) -> Result<OnContent, CannotGrant> {
    let version: Option<VersionName> = match on {
        Granted::Workbook(name) => Some(name.into()),
        Granted::Tag(path) => Some(path.clone().into()),
        _ => None,
    };
    match version {
        Some(name) => {
            let seen = Resource::Page { workbook: name.clone(), page: None };
            if decide::<ViewContent>(principal, snapshot, &seen).is_err() {
                return Err(CannotGrant::Unseen);
            }
            // Who is shown one page of it has not all of it to give.
            if principal.facts().scope.as_ref().is_some_and(|scope| scope.page.is_some()) {
                return Err(CannotGrant::NotTheirs);
            }
            let workbook = snapshot.workbooks.named(&name).ok_or(CannotGrant::Unseen)?;
            Ok(reach::on_content(principal.reach(), snapshot, &name, workbook))
        }
        None if !principal.facts().is_of_application() => Err(CannotGrant::Unseen),
        None => Ok(reach::on_places_of_content(principal.reach(), snapshot, &above(snapshot, on))),
    }
}
