//! People on demand: known by the teams a token asserts, and only for the length of a session.

use super::attributes;
use super::standing;
use super::vouched::Vouched;
use super::{Identified, Opening, bounds, session};
use crate::email;
use crate::principal::{Directory, Facts, ProfileWrite, Who};
use crate::refusal::Refusal;
use model::name::TeamId;
use std::collections::BTreeSet;

/// Whether the directory knows nobody of that name: whom it knows is that member, or refused.
pub(super) fn is_unknown(directory: &Directory) -> bool {
    directory.embed.is_none() && directory.internal.is_empty() && directory.linked.is_none()
}

/// What holds for somebody on demand. Nothing is stored of them but what they do.
pub(super) fn identify(vouched: &Vouched<'_>, subject: &str, opening: Opening) -> Result<Identified, Refusal> {
    if !vouched.snapshot.organization.on_demand_access {
        return Err(Refusal::on_demand_off());
    }
    let bounds = bounds::read(vouched, opening.now)?;
    let teams = teams(vouched)?;
    let (attributes, warnings) = attributes::of_unknown(vouched, &teams)?;
    let email = vouched.email();
    let facts = Facts {
        email_trusted: email.as_deref().is_some_and(|email| email::trusts(vouched.issuer, email)),
        email,
        subject: Some(subject.to_owned()),
        teams,
        attributes,
        ..session(vouched, Who::OnDemand, bounds, opening)
    };
    Ok(Identified { facts, profile: ProfileWrite::None, warnings })
}

/// Of the asserted teams, those that admit people on demand: at least one.
fn teams(vouched: &Vouched<'_>) -> Result<BTreeSet<TeamId>, Refusal> {
    let asserted = standing::claimed_teams(vouched)?.unwrap_or_default();
    let admitting = |id: &TeamId| vouched.snapshot.teams.get(id).is_some_and(|team| team.on_demand);
    let teams: BTreeSet<TeamId> = asserted.into_iter().filter(admitting).collect();
    if teams.is_empty() {
        return Err(Refusal::on_demand_teams_required(
            standing::accepted_teams(vouched)
                .filter(|name| vouched.snapshot.teams.named(name).is_some_and(|team| team.on_demand)),
        ));
    }
    Ok(teams)
}
