//! Teams and account type: claimed by the token for embed members, administered for everybody else.

use super::person::Person;
use super::vouched::Vouched;
use crate::ceiling::allows_claim;
use crate::living;
use crate::principal::Member;
use crate::refusal::Refusal;
use model::access::AccountType;
use model::dialect::Dialect;
use model::enforcement::{Point, enforced};
use model::name::{AccountTypeName, TeamId, TeamName};
use std::collections::BTreeSet;

/// What an embed member is who was not said to be anything else, where the ceiling has it.
const USUAL_ACCOUNT_TYPE: &str = "View";

/// What somebody belongs to and is.
pub(super) struct Standing {
    pub(super) teams: BTreeSet<TeamId>,
    pub(super) account_type: AccountTypeName,
}

/// The person's standing. What is stored and beyond the ceiling is kept here and does not count later.
pub(super) fn of(vouched: &Vouched<'_>, person: Person<'_>) -> Result<Standing, Refusal> {
    let administered = person.administered(vouched);
    if let Some(member) = administered.filter(|_| !person.is_described_by_claims(vouched)) {
        let teams = member.teams.iter().cloned().chain(dynamic_teams(vouched, member)?).collect();
        return Ok(Standing { teams, account_type: member.account_type.clone() });
    }
    let stored = administered.map(|member| (member.teams.clone(), member.account_type.clone())).unzip();
    Ok(Standing { teams: teams(vouched, person, stored.0)?, account_type: account_type(vouched, stored.1)? })
}

/// The teams that a token puts somebody into whom it does not describe: for the session, and only while the organization
/// says so. Members whom an embed made, and nobody describes any more, get none.
fn dynamic_teams(vouched: &Vouched<'_>, member: &Member) -> Result<BTreeSet<TeamId>, Refusal> {
    let is_on = vouched.snapshot.organization.dynamic_teams || !enforced(Point::DynamicTeams);
    let says_so = [Dialect::Vitrine, Dialect::Tableau].contains(&vouched.key.dialect);
    let counts = is_on && !member.automatic && says_so;
    if counts { Ok(claimed_teams(vouched)?.unwrap_or_default()) } else { Ok(BTreeSet::new()) }
}

/// Claimed teams replace; a new person needs at least one (story S1), unless it is models and permissions that say what they may
/// (story L1).
fn teams(
    vouched: &Vouched<'_>,
    person: Person<'_>,
    administered: Option<BTreeSet<TeamId>>,
) -> Result<BTreeSet<TeamId>, Refusal> {
    let claimed = vouched.claims.teams.as_deref();
    let needs_team = vouched.key.dialect != Dialect::Looker;
    if needs_team && matches!(person, Person::New) && claimed.is_none_or(<[String]>::is_empty) {
        let detail = "a new person needs at least one team";
        return Err(Refusal::listing("teams_required", "teams", detail, accepted_teams(vouched)));
    }
    Ok(claimed_teams(vouched)?.or(administered).unwrap_or_default())
}

/// The claimed teams; each is known and inside the ceiling.
pub(super) fn claimed_teams(vouched: &Vouched<'_>) -> Result<Option<BTreeSet<TeamId>>, Refusal> {
    let claimed = vouched.claims.teams.as_deref();
    claimed.map(|names| names.iter().map(|name| team(vouched, name)).collect()).transpose()
}

/// A team by its name, or by what the host's former product called it; or by its id, which Looker's API tells hosts, who claim
/// what they were told.
fn team(vouched: &Vouched<'_>, claimed: &str) -> Result<TeamId, Refusal> {
    let teams = &vouched.snapshot.teams;
    let may_name =
        |name: &TeamName| living::is_named_by_keys(name) && allows_claim(vouched.key.ceiling.teams.admits(name));
    let told = || teams.name(&TeamId::new(claimed)).filter(|_| vouched.key.dialect == Dialect::Looker).cloned();
    let name = vouched.snapshot.team_called(vouched.key.dialect, claimed).cloned().or_else(told);
    let id = name.filter(may_name).and_then(|name| teams.id(&name)).cloned();
    id.ok_or_else(|| Refusal::not_accepted("unknown_team", "teams", claimed, accepted_teams(vouched)))
}

/// The teams that the key may claim.
pub(super) fn accepted_teams<'a>(vouched: &Vouched<'a>) -> impl Iterator<Item = &'a TeamName> {
    let ceiling = &vouched.key.ceiling.teams;
    vouched
        .snapshot
        .teams
        .iter()
        .map(|(_, name, _)| name)
        .filter(|name| living::is_named_by_keys(name) && ceiling.admits(name))
}

/// The claimed type, else the administered one, else the usual one. No embed member administers.
fn account_type(vouched: &Vouched<'_>, administered: Option<AccountTypeName>) -> Result<AccountTypeName, Refusal> {
    let claimed = vouched.claims.account_type.as_deref();
    if let Some(administered) = administered.filter(|_| claimed.is_none()) {
        return Ok(administered);
    }
    let wanted = claimed.unwrap_or(USUAL_ACCOUNT_TYPE);
    let found = claimable(vouched).find(|held| held.name.as_str() == wanted).map(|held| held.name.clone());
    found.ok_or_else(|| {
        let accepted = claimable(vouched).map(|held| &held.name);
        Refusal::not_accepted("unknown_account_type", "account_type", wanted, accepted)
    })
}

fn claimable<'a>(vouched: &Vouched<'a>) -> impl Iterator<Item = &'a AccountType> {
    let ceiling = &vouched.key.ceiling.account_types;
    let types = vouched.snapshot.account_types.values();
    types.filter(|held| !held.administers() && allows_claim(ceiling.contains(&held.name)))
}
