//! Attribute values: the first place that has one wins, and a value that cannot be used is *none*, not the next one.

use super::person::Person;
use super::standing::Standing;
use super::vouched::Vouched;
use crate::ceiling::{allows_claim, holds_value};
use crate::principal::Member;
use crate::refusal::Refusal;
use model::access::Team;
use model::attribute::{AttributeDefinition, AttributeValue};
use model::dialect::Dialect;
use model::name::{AttributeName, TeamId, TeamName, TenantId, TenantName};
use model::snapshot::Snapshot;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

type Resolved = BTreeMap<AttributeName, Option<AttributeValue>>;

/// Resolves every attribute: claim, the person's own, teams by rank, tenant, default. Also says which claimed ones
/// turned out to be none.
pub(super) fn resolve(
    vouched: &Vouched<'_>,
    person: Person<'_>,
    standing: &Standing,
) -> Result<(Resolved, Vec<String>), Refusal> {
    let claimed = claimed(vouched, person)?;
    let warnings = warnings(&claimed);
    Ok((Places::of(vouched, person, standing).complete(vouched.snapshot, claimed), warnings))
}

/// Resolves the attributes of somebody the store does not know: claims, teams by rank, tenant, default.
pub(super) fn of_unknown(vouched: &Vouched<'_>, teams: &BTreeSet<TeamId>) -> Result<(Resolved, Vec<String>), Refusal> {
    let counted = vouched.snapshot.organization.capture_attributes;
    let claimed = if counted { claims(vouched)? } else { Resolved::new() };
    let warnings = warnings(&claimed);
    let places = Places(ranked(vouched, teams).chain(tenant_values(vouched, vouched.tenant)).collect());
    Ok((places.complete(vouched.snapshot, claimed), warnings))
}

/// Where a value of an attribute comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResolvedFrom {
    /// The member's own.
    Member,
    /// A team's.
    Team(TeamName),
    /// The tenant's.
    Tenant(TenantName),
    /// The default, which policies may use.
    Default,
    /// There is none.
    Nowhere,
}

/// What is stored of a member, as written, and where it comes from. A value that cannot be used is none, wherever it is.
#[must_use]
pub fn resolved_from(snapshot: &Snapshot, member: &Member) -> BTreeMap<AttributeName, (Option<Json>, ResolvedFrom)> {
    let teams = by_rank(snapshot, member.teams.iter());
    let tenant = member.tenant.as_ref().and_then(|id| snapshot.tenants.get(id));
    let own = std::iter::once((&member.attributes, ResolvedFrom::Member));
    let of_teams = teams.iter().map(|team| (&team.attributes, ResolvedFrom::Team(team.name.clone())));
    let of_tenant = tenant.map(|tenant| (&tenant.attributes, ResolvedFrom::Tenant(tenant.name.clone())));
    let places: Vec<_> = own.chain(of_teams).chain(of_tenant).collect();
    let resolve = |definition: &AttributeDefinition| {
        let stored = places.iter().find_map(|(values, from)| Some((values.get(&definition.name)?, from.clone())));
        let default = || definition.default.as_ref().filter(|_| definition.default_in_policies);
        let found = stored.or_else(|| Some((default()?, ResolvedFrom::Default)));
        let (value, from) = found.unzip();
        (value.filter(|value| definition.read(value).is_some()).cloned(), from.unwrap_or(ResolvedFrom::Nowhere))
    };
    snapshot.attributes.values().map(|definition| (definition.name.clone(), resolve(definition))).collect()
}

/// What is stored of a member: their own values, those of teams by rank, of their tenant, defaults.
pub(crate) fn of_stored(snapshot: &Snapshot, member: &Member) -> Resolved {
    let teams = by_rank(snapshot, member.teams.iter()).into_iter().map(|team| &team.attributes);
    let tenant = member.tenant.as_ref().and_then(|id| snapshot.tenants.get(id)).map(|tenant| &tenant.attributes);
    let places = Places(std::iter::once(&member.attributes).chain(teams).chain(tenant).collect());
    places.complete(snapshot, Resolved::new())
}

/// The attributes of a guest: locked parameters that the key declares to be attributes, and nothing else.
pub(super) fn of_guest(vouched: &Vouched<'_>) -> Result<(Resolved, Vec<String>), Refusal> {
    let locked = &vouched.claims.locked_parameters;
    let declared = vouched.key.guest_attributes.iter();
    let resolved = declared.map(|(parameter, attribute)| {
        let absent = (attribute.clone(), None);
        locked.get(parameter.as_str()).map_or(Ok(absent), |json| claim(vouched, attribute.as_str(), json))
    });
    let resolved = resolved.collect::<Result<Resolved, Refusal>>()?;
    let warnings = warnings(&resolved);
    Ok((resolved, warnings))
}

fn warnings(claimed: &Resolved) -> Vec<String> {
    claimed.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| warning(name)).collect()
}

fn warning(name: &AttributeName) -> String {
    format!("the value of attribute `{name}` cannot be used: it is none in this session")
}

/// The claims that count. Without capture, and for people whom tokens do not describe, it is as if there were none. Tokens of
/// Tableau's have attributes for whomever they are about.
fn claimed(vouched: &Vouched<'_>, person: Person<'_>) -> Result<Resolved, Refusal> {
    let is_described = person.is_described_by_claims(vouched) || vouched.key.dialect == Dialect::Tableau;
    if !vouched.snapshot.organization.capture_attributes || !is_described {
        return Ok(Resolved::new());
    }
    claims(vouched)
}

/// Of Tableau's tokens every claim that is no other is an attribute, and identity providers claim much: what is none here is
/// nothing.
fn claims(vouched: &Vouched<'_>) -> Result<Resolved, Refusal> {
    let is_one = |name: &str| claimable(vouched).any(|definition| definition.name.as_str() == name);
    let claimed = vouched.claims.attributes.iter();
    let claimed = claimed.filter(|(name, _)| vouched.key.dialect != Dialect::Tableau || is_one(name));
    claimed.map(|(name, json)| claim(vouched, name, json)).collect()
}

fn claim(vouched: &Vouched<'_>, name: &str, json: &Json) -> Result<(AttributeName, Option<AttributeValue>), Refusal> {
    let Some(definition) = claimable(vouched).find(|definition| definition.name.as_str() == name) else {
        let accepted = claimable(vouched).map(|definition| &definition.name);
        return Err(Refusal::not_accepted("unknown_attribute", "attributes", name, accepted));
    };
    let typed = match vouched.key.dialect {
        // Its hosts have texts for values of every type.
        Dialect::Looker => definition.of_texts(json),
        // Its hosts write one value as a list of it, whatever reads it.
        Dialect::Tableau => Some(only(json).clone()),
        _ => Some(json.clone()),
    };
    let value = typed.and_then(|json| definition.read(&json));
    let inside = value.as_ref().is_none_or(|value| holds_value(&vouched.key.ceiling, definition, value));
    if !allows_claim(inside) {
        let detail = format!("a value of attribute `{name}` is beyond what this key may claim");
        return Err(Refusal::invalid("attribute_value_refused", format!("attributes.{name}"), detail));
    }
    Ok((definition.name.clone(), value))
}

/// The value in a list of one.
fn only(json: &Json) -> &Json {
    match json.as_array().map(Vec::as_slice) {
        Some([only]) => only,
        _ => json,
    }
}

fn claimable<'a>(vouched: &Vouched<'a>) -> impl Iterator<Item = &'a AttributeDefinition> {
    let ceiling = &vouched.key.ceiling.attributes;
    let definitions = vouched.snapshot.attributes.values();
    definitions.filter(|definition| allows_claim(ceiling.contains_key(&definition.name)))
}

/// Where values are stored, in the order in which they win.
struct Places<'a>(Vec<&'a BTreeMap<AttributeName, Json>>);

impl<'a> Places<'a> {
    fn of(vouched: &Vouched<'a>, person: Person<'a>, standing: &Standing) -> Self {
        let own = person.member().map(|member| &member.attributes);
        let tenant = person.member().map_or(vouched.tenant, |member| member.tenant.as_ref());
        Self(own.into_iter().chain(ranked(vouched, &standing.teams)).chain(tenant_values(vouched, tenant)).collect())
    }

    /// What is claimed, and what is stored of everything else.
    fn complete(&self, snapshot: &'a Snapshot, claimed: Resolved) -> Resolved {
        let unclaimed = snapshot.attributes.values().filter(|one| !claimed.contains_key(&one.name));
        let stored = unclaimed.filter_map(|one| Some((one.name.clone(), one.read(self.first(one)?))));
        let stored: Resolved = stored.collect();
        claimed.into_iter().chain(stored).collect()
    }

    fn first(&self, definition: &'a AttributeDefinition) -> Option<&'a Json> {
        let stored = self.0.iter().find_map(|values| values.get(&definition.name));
        stored.or_else(|| definition.default.as_ref().filter(|_| definition.default_in_policies))
    }
}

/// The values of teams inside the ceiling, in the order of their ranks; of equal ones, the person's own teams before
/// those that these are members of.
fn ranked<'a>(
    vouched: &Vouched<'a>,
    teams: &BTreeSet<TeamId>,
) -> impl Iterator<Item = &'a BTreeMap<AttributeName, Json>> {
    let teams = by_rank(vouched.snapshot, teams.iter());
    let counts = |team: &&Team| crate::ceiling::allows_fact(vouched.key.ceiling.teams.admits(&team.name));
    teams.into_iter().filter(counts).map(|team| &team.attributes)
}

/// Teams with all that they are members of, in the order in which their values win.
fn by_rank<'a, 'i>(snapshot: &'a Snapshot, teams: impl Iterator<Item = &'i TeamId>) -> Vec<&'a Team> {
    let all = snapshot.with_ancestors(teams.filter_map(|id| snapshot.teams.name(id)));
    let known = all.into_iter().filter_map(|(name, steps)| Some((snapshot.teams.named(name)?, steps)));
    let mut teams: Vec<(&Team, usize)> = known.collect();
    teams.sort_by_key(|(team, steps)| (team.rank, *steps, &team.name));
    teams.into_iter().map(|(team, _)| team).collect()
}

fn tenant_values<'a>(vouched: &Vouched<'a>, tenant: Option<&TenantId>) -> Option<&'a BTreeMap<AttributeName, Json>> {
    tenant.and_then(|id| vouched.snapshot.tenants.get(id)).map(|tenant| &tenant.attributes)
}
