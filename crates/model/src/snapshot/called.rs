//! Teams and tenants as tokens name them: by their names here, or by what other products called them.

use super::Snapshot;
use crate::access::Definitions;
use crate::dialect::{Dialect, ForeignId, KnownAs};
use crate::name::{TeamName, TenantName};
use crate::shared::Shared;
use std::collections::BTreeMap;

/// Teams and tenants by what other products called them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Called {
    teams: Shared<BTreeMap<(Dialect, ForeignId), TeamName>>,
    tenants: Shared<BTreeMap<(Dialect, ForeignId), TenantName>>,
}

impl Called {
    pub(super) fn of(definitions: &Definitions) -> Self {
        let teams = definitions.teams.iter().flat_map(|team| each(&team.known_as, &team.name));
        let tenants = definitions.tenants.iter().flat_map(|tenant| each(&tenant.known_as, &tenant.name));
        Self { teams: teams.collect(), tenants: tenants.collect() }
    }
}

fn each<'a, N: Clone>(known_as: &'a KnownAs, name: &'a N) -> impl Iterator<Item = ((Dialect, ForeignId), N)> + 'a {
    let ids = known_as.iter().flat_map(|(dialect, ids)| ids.iter().map(|id| (*dialect, id.clone())));
    ids.map(|id| (id, name.clone()))
}

impl Snapshot {
    /// The team that a token of the dialect calls that.
    #[must_use]
    pub fn team_called(&self, dialect: Dialect, claimed: &str) -> Option<&TeamName> {
        let own = TeamName::new(claimed).ok().and_then(|name| self.teams.name(self.teams.id(&name)?));
        own.or_else(|| self.called.teams.get(&(dialect, ForeignId::new(claimed))))
    }

    /// The tenant that a token of the dialect calls that.
    #[must_use]
    pub fn tenant_called(&self, dialect: Dialect, claimed: &str) -> Option<&TenantName> {
        let own = TenantName::new(claimed).ok().and_then(|name| self.tenants.name(self.tenants.id(&name)?));
        own.or_else(|| self.called.tenants.get(&(dialect, ForeignId::new(claimed))))
    }
}
