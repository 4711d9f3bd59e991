//! An identity provider tied to what it names.

use super::refused::NotSignedOn;
use model::access::{Ceiling, IdentityProvider, Issuer, TeamSync};
use model::enforcement::{Point, enforced};
use model::name::{IssuerId, ProviderId, TeamName};
use model::snapshot::Snapshot;

/// A provider that is enabled, with its issuer.
pub(super) struct Provider<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) id: &'a ProviderId,
    pub(super) defined: &'a IdentityProvider,
    pub(super) issuer_id: &'a IssuerId,
    pub(super) issuer: &'a Issuer,
    pub(super) ceiling: Ceiling,
}

impl<'a> Provider<'a> {
    pub(super) fn of(id: &'a ProviderId, snapshot: &'a Snapshot) -> Result<Self, NotSignedOn> {
        let defined = snapshot.providers.get(id).filter(|it| !it.disabled).ok_or(NotSignedOn::NoProvider)?;
        let issuer = snapshot.issuers.id(&defined.issuer).zip(snapshot.issuers.named(&defined.issuer));
        let (issuer_id, issuer) = issuer.ok_or(NotSignedOn::NoProvider)?;
        Ok(Self { snapshot, id, defined, issuer_id, issuer, ceiling: defined.ceiling.as_of_a_key() })
    }

    /// Whether it may give something, given whether that is inside its ceiling.
    pub(super) fn may_give(inside: bool) -> bool {
        inside || !enforced(Point::ProviderCeiling)
    }

    /// Whether there is a team of the organization of that name, inside the ceiling.
    pub(super) fn gives(&self, team: &TeamName) -> bool {
        self.snapshot.teams.id(team).is_some()
            && crate::living::is_named_by_keys(team)
            && Self::may_give(self.ceiling.teams.admits(team))
    }

    /// Whether it is the provider that says who is in a team.
    pub(super) fn governs(&self, team: &TeamName) -> bool {
        let mapping = &self.defined.teams;
        let is_mapped = || {
            let mapped = mapping.map.values().chain([&mapping.of_tenants]);
            mapping.map.is_empty() || mapped.into_iter().any(|teams| teams.contains(team))
        };
        match mapping.sync {
            TeamSync::Off => false,
            TeamSync::Replacing => true,
            TeamSync::Additive => self.gives(team) && is_mapped(),
        }
    }
}
