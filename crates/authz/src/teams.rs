//! Teams and the people who say who is in them, without administering members at large.

use crate::access::knows;
use crate::administration::Mandate;
use crate::denial::{Denial, Reason};
use crate::email;
use crate::principal::Member;
use crate::resume::Principal;
use model::access::{EmbedIdentity, Grantee, MemberKind, Permission};
use model::enforcement::{Point, enforced};
use model::name::{TeamName, fold_email};
use model::rule::{Applies, Asked, RowPolicy};
use model::semantic::{PermitFor, Table, VisibleTo};
use model::snapshot::Snapshot;
use std::collections::BTreeSet;

/// The rule by which policies keep a team to the organization's administrators.
pub const TEAMS_OF_POLICIES: &str = "teams_of_policies";

/// Decides whether somebody says who is in a team because they are named as its administrator; of `person`, whether they
/// may put them in or take them out.
///
/// They have logged in, an API credential is not enough. What is of a tenant they administer for that tenant alone. A team
/// on which policies rest is for administrators of the organization. Whoever administers is put into teams by those who
/// hold all that they may.
///
/// # Errors
/// A [`Denial`]: hidden for people they may not know, forbidden for everything else.
pub fn administer_team(
    principal: &Principal,
    snapshot: &Snapshot,
    team: &TeamName,
    person: Option<&Member>,
) -> Result<Mandate, Denial> {
    let mandate = || Mandate::of(snapshot, vec!["administrators_of_a_team".to_owned()]);
    if !enforced(Point::TeamAdministration) {
        return Ok(mandate());
    }
    let denied = |rule, missing| Err(Denial::forbidden(vec![Reason { rule, missing }]));
    if !is_administrator(principal, snapshot, team) {
        return denied("administrators_of_a_team", "being an administrator of the team");
    }
    if rests_on(snapshot, team) {
        return denied(TEAMS_OF_POLICIES, "a team on which no policy, limit or value rests");
    }
    let Some(person) = person else { return Ok(mandate()) };
    let tenant = person.tenant.as_ref().and_then(|id| snapshot.tenants.name(id));
    let to = named(snapshot, person);
    if !team.is_for(tenant) || !to.is_some_and(|to| knows(principal, snapshot, &to, Some(person))) {
        let reason = Reason { rule: "administrators_of_a_team", missing: "somebody whom they may know" };
        return Err(Denial::hidden(vec![reason]));
    }
    let kind = snapshot.account_types.get(&person.account_type);
    let held: BTreeSet<Permission> = kind.map(|kind| kind.permissions.clone()).unwrap_or_default();
    let beyond = held.iter().any(|one| one.is_of_administration() && !principal.permissions().contains(one));
    if beyond {
        return denied("give_what_one_holds", "all permissions of whom it is about");
    }
    Ok(mandate())
}

fn is_administrator(principal: &Principal, snapshot: &Snapshot, team: &TeamName) -> bool {
    let facts = principal.facts();
    let is_theirs = principal.tenant().is_none_or(|own| team.tenant() == Some(own.as_str()));
    let has_logged_in =
        facts.is_of_application() && facts.permissions.is_none() && facts.kind() == Some(MemberKind::Internal);
    let named = snapshot
        .teams
        .named(team)
        .zip(facts.email.as_deref())
        .is_some_and(|(team, email)| team.administrators.iter().any(|one| fold_email(one) == fold_email(email)));
    let is_vouched = facts.email.as_deref().is_some_and(|it| email::is_vouched(snapshot, facts.issuer.as_ref(), it));
    has_logged_in && is_theirs && named && is_vouched
}

/// A member as grants name them.
fn named(snapshot: &Snapshot, member: &Member) -> Option<Grantee> {
    match member.kind {
        MemberKind::Internal => member.email.clone().map(Grantee::Member),
        MemberKind::Embed => {
            let issuer = snapshot.issuers.name(member.issuer.as_ref()?)?.clone();
            let tenant = member.tenant.as_ref().and_then(|id| snapshot.tenants.name(id)).cloned();
            Some(Grantee::EmbedMember(EmbedIdentity { issuer, tenant, subject: member.subject.clone() }))
        }
    }
}

/// Whether rows, columns, downloads or values of attributes rest on who is in a team, or in one that it is in.
fn rests_on(snapshot: &Snapshot, team: &TeamName) -> bool {
    let all: BTreeSet<&TeamName> = snapshot.with_ancestors([team]).into_keys().collect();
    let has_values = |name: &&TeamName| snapshot.teams.named(name).is_some_and(|team| !team.attributes.is_empty());
    let any = |teams: &[TeamName]| teams.iter().any(|name| all.contains(name));
    let by_policy = |policy: &RowPolicy| {
        let applies = match &policy.applies {
            Applies::PermitTeams(teams) | Applies::RestrictExceptTeams(teams) => any(teams),
            Applies::PermitAll | Applies::PermitGuestsOf(_) | Applies::RestrictAll => false,
        };
        let asks = |asked: &Asked| matches!(asked, Asked::Team(name) if all.contains(name));
        applies || policy.rule.asks_for().iter().any(asks)
    };
    let by_table = |table: &Table| {
        let columns =
            table.column_policies.iter().any(|one| matches!(&one.visible_to, VisibleTo::Teams(teams) if any(teams)));
        columns || table.download_limits.iter().any(|one| matches!(&one.to, PermitFor::Teams(teams) if any(teams)))
    };
    all.iter().any(has_values)
        || snapshot.policies.values().flatten().any(by_policy)
        || snapshot.models.iter().flat_map(|(_, _, model)| model.tables.values()).any(by_table)
}
