//! Which sessions a new revision ends: those that may have resolved something from what changed.
//!
//! Where it is unclear whether a session did, it ends: the frame then asks the host for a new code.

use crate::StoreError;
use crate::revisions::RowChange;
use authz::Facts;
use model::access::{Team, Tenant, WrittenAttributes};
use model::attribute::AttributeDefinition;
use model::name::{AttributeName, MemberId, ProviderId, TeamId, TeamName, TenantId};
use model::snapshot::Kind;
use serde::de::DeserializeOwned;
use sqlx::AnyConnection;
use std::collections::{BTreeMap, BTreeSet};

/// What changed, as far as open sessions care.
#[derive(Debug, PartialEq, Eq, Default)]
pub(crate) struct Changes {
    attributes: AttributeChanges,
    tenants: BTreeSet<TenantId>,
    teams: BTreeSet<TeamId>,
    members: BTreeSet<MemberId>,
    providers: BTreeSet<ProviderId>,
}

/// What became of attributes.
#[derive(Debug, PartialEq, Eq, Default)]
struct AttributeChanges {
    /// Those that went or are read otherwise: whoever has something under such a name has what is no more.
    read_otherwise: BTreeSet<AttributeName>,
    /// Whether one came, which a token that was read before may have claimed.
    came: bool,
    /// Whether another default holds: whoever has no value has that.
    default: bool,
}

impl AttributeChanges {
    fn add(&mut self, row: &RowChange) {
        let read = |body: &Option<String>| body.as_ref().map(|body| serde_json::from_str::<AttributeDefinition>(body));
        match (read(&row.before), read(&row.after)) {
            (None, Some(Ok(made))) => {
                self.came = true;
                self.default |= made.default.is_some();
            }
            (Some(Ok(before)), None) => drop(self.read_otherwise.insert(before.name)),
            (Some(Ok(before)), Some(Ok(after))) => {
                self.default |= before.default != after.default
                    || before.default_in_policies != after.default_in_policies
                    || (after.default.is_some() && (before.kind, before.list) != (after.kind, after.list));
                if undescribed(before.clone()) != undescribed(after) {
                    self.read_otherwise.insert(before.name);
                }
            }
            // What cannot be read may have been anything.
            _ => self.default = true,
        }
    }

    fn are_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a session with these facts would resolve something else now.
    fn concern(&self, facts: &Facts) -> bool {
        let claims = facts.key.is_some() || facts.provider.is_some();
        self.default || (self.came && claims) || facts.attributes.keys().any(|name| self.read_otherwise.contains(name))
    }
}

impl Changes {
    /// What rows changed; `members` are those of whom something changed.
    pub(crate) fn of(rows: &[RowChange], members: BTreeSet<MemberId>) -> Self {
        let mut changes = Self { members, ..Self::default() };
        for row in rows {
            match row.kind {
                Kind::Attribute => changes.attributes.add(row),
                // Whoever it has brought comes again, and is what it says now.
                Kind::IdentityProvider => drop(changes.providers.insert(ProviderId::new(&row.id))),
                Kind::Tenant if differ(row, of_tenant) => drop(changes.tenants.insert(TenantId::new(&row.id))),
                Kind::Team if differ(row, of_team) => drop(changes.teams.insert(TeamId::new(&row.id))),
                _ => {}
            }
        }
        changes
    }

    /// The same, with the teams whose members are members of one that changed, before or now. `connection` has what is
    /// in force now.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) async fn with_teams_below(
        mut self,
        rows: &[RowChange],
        connection: &mut AnyConnection,
    ) -> Result<Self, StoreError> {
        if self.teams.is_empty() {
            return Ok(self);
        }
        let now: Vec<(String, String, String)> =
            sqlx::query_as("SELECT id, name, body FROM definitions WHERE kind = 'team' AND body IS NOT NULL")
                .fetch_all(connection)
                .await?;
        let before = rows.iter().filter(|row| row.kind == Kind::Team);
        let before = before.filter_map(|row| Some((row.id.as_str(), row.name.as_str(), row.before.as_deref()?)));
        let now = now.iter().map(|(id, name, body)| (id.as_str(), name.as_str(), body.as_str()));
        let mut names: BTreeMap<TeamId, String> = BTreeMap::new();
        let mut below: BTreeMap<String, Vec<TeamId>> = BTreeMap::new();
        for (id, name, body) in now.chain(before) {
            names.insert(TeamId::new(id), name.to_owned());
            let above = serde_json::from_str::<Team>(body).map(|team| team.members_of).unwrap_or_default();
            above.iter().for_each(|above| below.entry(above.to_string()).or_default().push(TeamId::new(id)));
        }
        let mut left: Vec<TeamId> = self.teams.iter().cloned().collect();
        while let Some(team) = left.pop() {
            let nested = names.get(&team).and_then(|name| below.get(name)).into_iter().flatten();
            left.extend(nested.filter(|id| self.teams.insert((*id).clone())).cloned());
        }
        Ok(self)
    }

    /// Whether they end no session.
    pub(crate) fn is_empty(&self) -> bool {
        self.attributes.are_none()
            && self.providers.is_empty()
            && self.tenants.is_empty()
            && self.teams.is_empty()
            && self.members.is_empty()
    }

    /// Why a session with these facts ends; `None`: it does not.
    pub(crate) fn end(&self, facts: &Facts) -> Option<&'static str> {
        if self.attributes.concern(facts) {
            return Some("attributes_changed");
        }
        if facts.member().is_some_and(|member| self.members.contains(member)) {
            return Some("member_changed");
        }
        if facts.provider.as_ref().is_some_and(|provider| self.providers.contains(provider)) {
            return Some("provider_changed");
        }
        if facts.tenant.as_ref().is_some_and(|tenant| self.tenants.contains(tenant)) {
            return Some("tenant_changed");
        }
        (!self.teams.is_disjoint(&facts.teams)).then_some("team_changed")
    }
}

/// Whether what sessions resolve from a thing is not what it was. What cannot be read may have been anything.
fn differ<T: DeserializeOwned, R: PartialEq>(row: &RowChange, resolved: fn(T) -> R) -> bool {
    let read = |body: &Option<String>| body.as_ref().map(|body| serde_json::from_str::<T>(body));
    match (read(&row.before), read(&row.after)) {
        (Some(Ok(before)), Some(Ok(after))) => resolved(before) != resolved(after),
        _ => true,
    }
}

/// What resolving attributes depends on: not their descriptions.
fn undescribed(attribute: AttributeDefinition) -> AttributeDefinition {
    AttributeDefinition { description: String::new(), ..attribute }
}

fn of_tenant(tenant: Tenant) -> WrittenAttributes {
    tenant.attributes
}

fn of_team(team: Team) -> (WrittenAttributes, u32, BTreeSet<TeamName>) {
    (team.attributes, team.rank, team.members_of)
}
