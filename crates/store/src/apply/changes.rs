//! Which sessions a new revision ends: those that may have resolved something from what changed.
//!
//! Where it is unclear whether a session did, it ends: the frame then asks the host for a new code.

use crate::revisions::NamedIds;
use authz::Facts;
use model::access::{Definitions, Team, Tenant};
use model::attribute::AttributeDefinition;
use model::name::{MemberId, TeamId, TenantId};
use model::snapshot::Kind;
use std::collections::BTreeSet;

/// What changed, as far as open sessions care.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Changes {
    attributes: bool,
    tenants: BTreeSet<TenantId>,
    teams: BTreeSet<TeamId>,
    members: BTreeSet<MemberId>,
}

impl Changes {
    /// Compares two revisions; `members` are those whose rows changed. Without an earlier revision that can be
    /// read, everything may have changed.
    pub(crate) fn between(
        before: Option<&Definitions>,
        after: &Definitions,
        ids: &NamedIds,
        members: BTreeSet<MemberId>,
    ) -> Self {
        let attributes = before.is_none_or(|before| resolving(before) != resolving(after));
        let old_tenants = before.map_or(&[] as &[_], |before| before.tenants.as_slice());
        let old_teams = before.map_or(&[] as &[_], |before| before.teams.as_slice());
        let tenants = after.tenants.iter().filter(|tenant| !old_tenants.iter().any(|old| same_tenant(old, tenant)));
        let teams = after.teams.iter().filter(|team| !old_teams.iter().any(|old| same_team(old, team)));
        Self {
            attributes,
            tenants: tenants.filter_map(|item| ids.get(Kind::Tenant, item.name.as_str())).map(TenantId::new).collect(),
            teams: teams.filter_map(|item| ids.get(Kind::Team, item.name.as_str())).map(TeamId::new).collect(),
            members,
        }
    }

    /// Whether they end no session.
    pub(crate) fn is_empty(&self) -> bool {
        !self.attributes && self.tenants.is_empty() && self.teams.is_empty() && self.members.is_empty()
    }

    /// Why a session with these facts ends; `None`: it does not.
    pub(crate) fn end(&self, facts: &Facts) -> Option<&'static str> {
        if self.attributes {
            return Some("attributes_changed");
        }
        if facts.member().is_some_and(|member| self.members.contains(member)) {
            return Some("member_changed");
        }
        if facts.tenant.as_ref().is_some_and(|tenant| self.tenants.contains(tenant)) {
            return Some("tenant_changed");
        }
        (!self.teams.is_disjoint(&facts.teams)).then_some("team_changed")
    }
}

/// What resolving attributes depends on: not their descriptions.
fn resolving(definitions: &Definitions) -> Vec<AttributeDefinition> {
    let undescribed =
        |attribute: &AttributeDefinition| AttributeDefinition { description: String::new(), ..attribute.clone() };
    definitions.attributes.iter().map(undescribed).collect()
}

fn same_tenant(before: &Tenant, after: &Tenant) -> bool {
    before.name == after.name && before.attributes == after.attributes
}

fn same_team(before: &Team, after: &Team) -> bool {
    before.name == after.name && before.attributes == after.attributes && before.rank == after.rank
}
