//! A session at work: its pinned facts under what holds now.

mod application;
mod embedded;

use crate::ceiling::{allows_fact, holds_tenant, holds_value, origin_admitted};
use crate::denial::Denial;
use crate::email;
use crate::living;
use crate::principal::{Facts, Member, Switches, Who};
use crate::reach::Reach;
pub use application::{act_for, enter, expect_presence, may_have_passkeys, may_have_password, needs_second_factor};
use chrono::{DateTime, Utc};
pub use embedded::{embed_owner, resume_with_credential};
use model::access::{AccountType, EmbedKey, MemberKind, Permission};
use model::attribute::AttributeValue;
use model::dialect::Dialect;
use model::enforcement::{Point, enforced};
use model::name::{AttributeName, MemberId, SessionId, TeamName, TenantName};
use model::publication::Audience;
use model::snapshot::Snapshot;
use std::collections::{BTreeMap, BTreeSet};

/// Who is looking, at one revision: what is pinned, as far as it still counts.
///
/// It cannot be stored or sent, and only [`resume`] makes one:
///
/// ```compile_fail,E0451
/// # use authz::{Principal, Facts};
/// fn forge(facts: Facts, genuine: Principal) -> Principal { Principal { facts, ..genuine } }
/// ```
///
/// ```compile_fail,E0277
/// fn keep(principal: &authz::Principal) -> Result<String, serde_json::Error> { serde_json::to_string(principal) }
/// ```
///
/// ```compile_fail,E0277
/// fn revive(text: &str) -> Result<authz::Principal, serde_json::Error> { serde_json::from_str(text) }
/// ```
#[derive(Debug)]
pub struct Principal {
    facts: Facts,
    now: DateTime<Utc>,
    revision: u64,
    audience: Option<Audience>,
    email_trusted: bool,
    tenant: Option<TenantName>,
    teams: BTreeSet<TeamName>,
    all_teams: BTreeSet<TeamName>,
    reach: Reach,
    permissions: BTreeSet<Permission>,
    attributes: BTreeMap<AttributeName, AttributeValue>,
}

impl Principal {
    /// What was pinned when the session was opened, for display and the audit trail.
    #[must_use]
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// When this request began.
    #[must_use]
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The session.
    #[must_use]
    pub const fn session(&self) -> &SessionId {
        &self.facts.session
    }

    /// The person, if the store knows them.
    #[must_use]
    pub const fn member(&self) -> Option<&MemberId> {
        self.facts.member()
    }

    /// To whom content must be published for this principal to see it; `None`: grants count.
    #[must_use]
    pub const fn audience(&self) -> Option<&Audience> {
        self.audience.as_ref()
    }

    /// The revision of the organization this holds at.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// The tenant, by its present name.
    #[must_use]
    pub const fn tenant(&self) -> Option<&TenantName> {
        self.tenant.as_ref()
    }

    /// The teams that exist and count, by their present names, with those that they are members of.
    #[must_use]
    pub const fn teams(&self) -> &BTreeSet<TeamName> {
        &self.teams
    }

    /// The same with those beyond the key's ceiling: for what takes away.
    #[must_use]
    pub const fn all_teams(&self) -> &BTreeSet<TeamName> {
        &self.all_teams
    }

    /// To whom grants must be that the person has.
    pub(crate) const fn reach(&self) -> &Reach {
        &self.reach
    }

    /// What the person may do at all: no permission without those it needs, and none of administration in an embed.
    #[must_use]
    pub const fn permissions(&self) -> &BTreeSet<Permission> {
        &self.permissions
    }

    /// An attribute's value as far as it counts; `None` is *none*.
    #[must_use]
    pub fn attribute(&self, name: &AttributeName) -> Option<&AttributeValue> {
        self.attributes.get(name)
    }

    /// Given and family name, as far as they are known. No policy reads them: people choose them.
    pub(crate) fn full_name(&self) -> Option<String> {
        let names = [&self.facts.first_name, &self.facts.last_name];
        let known: Vec<&str> = names.into_iter().filter_map(|name| name.as_deref()).collect();
        (!known.is_empty()).then(|| known.join(" "))
    }

    /// The e-mail address as policies may read it: only where the issuer is trusted for its domain.
    #[must_use]
    pub fn trusted_email(&self) -> Option<&str> {
        self.facts.email.as_deref().filter(|_| self.email_trusted)
    }
}

/// Takes up a session again for one request. `member` is the person as stored now.
///
/// # Errors
/// A [`Denial`] with the code `session_ended` if it is over, or if whoever or whatever it rests on is gone.
pub fn resume(
    facts: Facts,
    snapshot: &Snapshot,
    member: Option<&Member>,
    now: DateTime<Utc>,
) -> Result<Principal, Denial> {
    if now >= facts.expires_at && enforced(Point::SessionExpiry) {
        return Err(Denial::session_ended("time left"));
    }
    if facts.opened_with.is_some() {
        return Err(Denial::session_ended("the credential that it was opened with"));
    }
    // Whoever has logged in has claimed nothing that a switch is about.
    if !facts.is_of_application() && Switches::of(&snapshot.organization) != facts.switches {
        return Err(Denial::session_ended("the switches under which it was opened"));
    }
    match facts.who.clone() {
        Who::Member { id, kind } => {
            resume_member(facts, now, snapshot, member.filter(|one| one.id == id && one.kind == kind))
        }
        Who::OnDemand => resume_on_demand(facts, now, snapshot),
        Who::Guest => resume_guest(facts, now, snapshot),
        Who::Public(link) => Ok(anybody(facts, now, snapshot, Audience::PublicLink(link))),
    }
}

fn resume_member(
    facts: Facts,
    now: DateTime<Utc>,
    snapshot: &Snapshot,
    member: Option<&Member>,
) -> Result<Principal, Denial> {
    if facts.is_of_application() {
        return application::resume(facts, now, snapshot, member);
    }
    let key = living_key(&facts, snapshot)?;
    let tenant = living_tenant(&facts, snapshot, key)?;
    same_person(&facts, member)?;
    let account_type = living_account_type(&facts, snapshot, key)?;
    same_standing(&facts, snapshot, key)?;
    let all_teams = teams(&facts, snapshot, tenant);
    let teams = inside(key, &all_teams);
    Ok(Principal {
        now,
        reach: Reach::of(&facts, snapshot, tenant, (&teams, &all_teams), Some(&key.client_id)).whose(member, snapshot),
        audience: None,
        email_trusted: email_trusted(&facts, snapshot),
        revision: snapshot.revision,
        tenant: tenant.cloned(),
        teams,
        all_teams,
        permissions: permissions(&facts, account_type, key),
        attributes: attributes(&facts, snapshot, key),
        facts,
    })
}

/// People on demand look, and do nothing else, whatever their teams may.
fn resume_on_demand(facts: Facts, now: DateTime<Utc>, snapshot: &Snapshot) -> Result<Principal, Denial> {
    let key = living_key(&facts, snapshot)?;
    let tenant = living_tenant(&facts, snapshot, key)?;
    same_standing(&facts, snapshot, key)?;
    let admits = |name: &&TeamName| snapshot.teams.named(name).is_some_and(|team| team.on_demand);
    let pinned = facts.teams.iter().filter_map(|id| snapshot.teams.name(id));
    let all_teams = with_ancestors(snapshot, pinned.filter(admits), tenant);
    let mut teams = inside(key, &all_teams);
    teams.retain(|name| admits(&name));
    if teams.is_empty() {
        return Err(Denial::session_ended("a team that admits people on demand"));
    }
    Ok(Principal {
        now,
        reach: Reach::of(&facts, snapshot, tenant, (&teams, &all_teams), Some(&key.client_id)),
        audience: None,
        email_trusted: email_trusted(&facts, snapshot),
        revision: snapshot.revision,
        tenant: tenant.cloned(),
        teams,
        all_teams,
        permissions: narrowed(&facts, key, |held| held == Permission::View),
        attributes: attributes(&facts, snapshot, key),
        facts,
    })
}

fn resume_guest(facts: Facts, now: DateTime<Utc>, snapshot: &Snapshot) -> Result<Principal, Denial> {
    let key = living_key(&facts, snapshot)?;
    same_standing(&facts, snapshot, key)?;
    let audience = Audience::GuestsOf(key.client_id.clone());
    let permissions = narrowed(&facts, key, Permission::is_for_anybody);
    let attributes = attributes(&facts, snapshot, key);
    Ok(Principal { permissions, attributes, ..anybody(facts, now, snapshot, audience) })
}

/// Somebody of whom nothing is known but what was published to them.
fn anybody(facts: Facts, now: DateTime<Utc>, snapshot: &Snapshot, audience: Audience) -> Principal {
    let listed = |held: &Permission| facts.permissions.as_ref().is_some_and(|listed| listed.contains(held));
    Principal {
        now,
        audience: Some(audience),
        email_trusted: false,
        revision: snapshot.revision,
        tenant: None,
        teams: BTreeSet::new(),
        all_teams: BTreeSet::new(),
        reach: Reach::default(),
        permissions: Permission::ALL.iter().copied().filter(|held| held.is_for_anybody() && listed(held)).collect(),
        attributes: BTreeMap::new(),
        facts,
    }
}

fn living_key<'a>(facts: &Facts, snapshot: &'a Snapshot) -> Result<&'a EmbedKey, Denial> {
    let key = facts.key.as_ref().and_then(|id| snapshot.keys.get(id)).filter(|key| !key.disabled);
    let key = key.ok_or_else(|| Denial::session_ended("an enabled key"))?;
    let issuer = snapshot.issuers.named(&key.issuer);
    if issuer.zip(facts.subject.as_deref()).is_some_and(|(issuer, subject)| living::is_blocked(issuer, subject)) {
        return Err(Denial::session_ended("a subject that is not blocked"));
    }
    if facts.issuer.is_some() && snapshot.issuers.id(&key.issuer) == facts.issuer.as_ref() {
        Ok(key)
    } else {
        Err(Denial::session_ended("a key of the same issuer"))
    }
}

fn living_tenant<'a>(facts: &Facts, snapshot: &'a Snapshot, key: &EmbedKey) -> Result<Option<&'a TenantName>, Denial> {
    let name = facts.tenant.as_ref().map(|id| snapshot.tenants.name(id));
    if name == Some(None) {
        return Err(Denial::session_ended("an existing tenant"));
    }
    let name = name.flatten();
    if name.is_some_and(|name| !living::is_active(snapshot, name)) {
        return Err(Denial::session_ended("an active tenant"));
    }
    if allows_fact(holds_tenant(&key.ceiling, name)) {
        Ok(name)
    } else {
        Err(Denial::session_ended("a tenant inside the key's ceiling"))
    }
}

fn same_person(facts: &Facts, member: Option<&Member>) -> Result<(), Denial> {
    let member = member.filter(|member| member.active).ok_or_else(|| Denial::session_ended("an active member"))?;
    if member.tenant == facts.tenant { Ok(()) } else { Err(Denial::session_ended("a member of the same tenant")) }
}

/// What the session was opened with and a present key or organization would no longer give it as a whole.
fn same_standing(facts: &Facts, snapshot: &Snapshot, key: &EmbedKey) -> Result<(), Denial> {
    let seconds = (facts.expires_at - facts.opened_at).num_seconds();
    let still = [
        (facts.teams.iter().all(|team| snapshot.teams.name(team).is_some()), "existing teams"),
        (facts.kind() != Some(MemberKind::Internal) || key.bind_internal_by_email, "a key that binds internal members"),
        (
            allows_fact(facts.origin.as_deref().is_none_or(|origin| origin_admitted(&key.ceiling, origin))),
            "an origin inside the key's ceiling",
        ),
        (allows_fact(seconds <= key.ceiling.session_seconds.into()), "a lifetime inside the key's ceiling"),
        (seconds <= living::longest_session(snapshot, u32::MAX).into(), "a lifetime that the organization allows"),
    ];
    match still.into_iter().find(|(holds, _)| !holds) {
        Some((_, missing)) => Err(Denial::session_ended(missing)),
        None => Ok(()),
    }
}

/// Trust is withdrawn at once: it must have held at the opening and hold now.
fn email_trusted(facts: &Facts, snapshot: &Snapshot) -> bool {
    let issuer = facts.issuer.as_ref().and_then(|id| snapshot.issuers.get(id));
    let trusted_now = issuer.zip(facts.email.as_deref());
    facts.email_trusted && trusted_now.is_some_and(|(issuer, email)| email::trusts(issuer, email))
}

fn living_account_type<'a>(facts: &Facts, snapshot: &'a Snapshot, key: &EmbedKey) -> Result<&'a AccountType, Denial> {
    let found = facts.account_type.as_ref().and_then(|name| snapshot.account_types.get(name));
    let account_type = found.ok_or_else(|| Denial::session_ended("an existing account type"))?;
    let may_be_administrator = facts.kind() == Some(MemberKind::Internal) && key.bind_administrators;
    if account_type.administers() && !may_be_administrator {
        return Err(Denial::session_ended("an account type that does not administer"));
    }
    Ok(account_type)
}

/// The teams that were pinned, and all that these are members of.
fn teams(facts: &Facts, snapshot: &Snapshot, tenant: Option<&TenantName>) -> BTreeSet<TeamName> {
    with_ancestors(snapshot, facts.teams.iter().filter_map(|id| snapshot.teams.name(id)), tenant)
}

fn with_ancestors<'a>(
    snapshot: &'a Snapshot,
    teams: impl Iterator<Item = &'a TeamName>,
    tenant: Option<&TenantName>,
) -> BTreeSet<TeamName> {
    let all = snapshot.with_ancestors(teams).into_keys();
    all.filter(|name| living::counts_for(name, tenant)).cloned().collect()
}

/// Of teams, those inside the ceiling. It names the organization's; a tenant's own ones are inside with the tenant.
fn inside(key: &EmbedKey, teams: &BTreeSet<TeamName>) -> BTreeSet<TeamName> {
    let counts = |name: &&TeamName| name.tenant().is_some() || allows_fact(key.ceiling.teams.admits(name));
    teams.iter().filter(counts).cloned().collect()
}

fn permissions(facts: &Facts, account_type: &AccountType, key: &EmbedKey) -> BTreeSet<Permission> {
    let type_counts = allows_fact(key.ceiling.account_types.contains(&account_type.name));
    let is_internal = facts.kind() == Some(MemberKind::Internal);
    // Hosts of Looker say what each embed member may do, and there are no account types there.
    let by_list = key.dialect == Dialect::Looker
        && facts.kind() == Some(MemberKind::Embed)
        && facts.switches.automatic_creation
        && facts.permissions.is_some();
    let by_type = |held: Permission| {
        let has = by_list || (type_counts && account_type.permissions.contains(&held));
        !enforced(Point::PermissionHeld) || (has && (held != Permission::InspectAs || is_internal))
    };
    narrowed(facts, key, by_type)
}

/// Of the permissions somebody has, those that the key may give and the token lists; none without its parents.
fn narrowed(facts: &Facts, key: &EmbedKey, has: impl Fn(Permission) -> bool) -> BTreeSet<Permission> {
    let by_key = |held: &Permission| allows_fact(key.ceiling.permissions.contains(held));
    let by_token = |held: &Permission| facts.permissions.as_ref().is_none_or(|listed| listed.contains(held));
    let held = |held: &Permission| !held.is_of_administration() && has(*held) && by_key(held) && by_token(held);
    let with_parents = |one: &Permission| std::iter::successors(Some(*one), |held| held.parent()).all(|one| held(&one));
    Permission::ALL.iter().copied().filter(with_parents).collect()
}

/// A value of which one part is beyond the ceiling is none as a whole: a shortened list would let `NOT IN` show more.
fn attributes(facts: &Facts, snapshot: &Snapshot, key: &EmbedKey) -> BTreeMap<AttributeName, AttributeValue> {
    let counts = |name: &AttributeName, value: &AttributeValue| {
        let definition = snapshot.attributes.get(name);
        definition.is_some_and(|definition| allows_fact(holds_value(&key.ceiling, definition, value)))
    };
    let values = facts.attributes.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    values.filter(|(name, value)| counts(name, value)).map(|(name, value)| (name.clone(), value.clone())).collect()
}
