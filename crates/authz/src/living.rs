//! What must hold of people, tenants and teams, when a session is opened and at every decision after that.

use chrono::TimeDelta;
use model::access::Issuer;
use model::enforcement::{Point, enforced};
use model::name::{TeamName, TenantName};
use model::snapshot::Snapshot;

/// Whether people of the tenant get in.
pub(crate) fn is_active(snapshot: &Snapshot, tenant: &TenantName) -> bool {
    let is_active = snapshot.tenants.named(tenant).is_some_and(|tenant| !tenant.deactivated);
    is_active || !enforced(Point::TenantActive)
}

/// Whether the issuer's subject gets in nowhere. Folded if it is an e-mail address.
pub(crate) fn is_blocked(issuer: &Issuer, subject: &str) -> bool {
    issuer.blocked.contains(subject) && enforced(Point::BlockedSubjects)
}

/// Whether the team counts for people of that tenant, or of none.
pub(crate) fn counts_for(team: &TeamName, tenant: Option<&TenantName>) -> bool {
    team.is_for(tenant) || !enforced(Point::TenantTeams)
}

/// Whether a token or a key's ceiling may name the team.
pub(crate) fn is_named_by_keys(team: &TeamName) -> bool {
    team.tenant().is_none() || !enforced(Point::TenantTeams)
}

/// How long somebody stays logged in.
pub(crate) fn login_session(snapshot: &Snapshot) -> TimeDelta {
    TimeDelta::seconds(snapshot.organization.login_session_seconds.into())
}

/// The longest session, in seconds, of a key whose ceiling says `by_key`.
pub(crate) fn longest_session(snapshot: &Snapshot, by_key: u32) -> u32 {
    let most = snapshot.organization.session_seconds.filter(|_| enforced(Point::SessionLength));
    most.map_or(by_key, |most| most.min(by_key))
}
