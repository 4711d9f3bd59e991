//! Signing on by an identity provider: who somebody is, from what the provider vouched for.
//!
//! [`sign_on_lookup`] says what the directory must be asked, [`sign_on`] decides with its answer. One mapping for all
//! providers, whatever they speak; [`suppose_sign_on`] says what would become of claims, and lets nobody in.

mod person;
mod provider;
mod reading;
mod refused;

use self::person::{By, OfTenant, Person};
use self::provider::Provider;
pub use self::reading::Told;
use self::reading::{Reading, TenantClaim};
pub use self::refused::NotSignedOn;
use crate::email;
use crate::identify::{Opening, stored_attributes};
use crate::living;
use crate::principal::{Directory, Facts, Lookup, Member, ProfileWrite, Switches, Who};
use chrono::{DateTime, TimeDelta, Utc};
use model::access::{MemberKind, Tenant};
use model::assertion::ProviderAssertion;
use model::name::{ProviderId, TenantName};
use model::snapshot::Snapshot;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

/// What is to be done for somebody who is brought.
#[derive(Debug, Clone, PartialEq)]
pub enum SignOn {
    /// They come in.
    Enter(Box<SignedOn>),
    /// Their tenant is to be made; then it is to be asked again.
    MakeTenant(Box<Tenant>),
}

/// Somebody who comes in.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedOn {
    /// Pinned to the session.
    pub facts: Facts,
    /// What to write about them.
    pub profile: ProfileWrite,
    /// The member as they were found, if they were there.
    pub found: Option<Member>,
    /// Whether they come by an identity that is linked to them.
    pub linked: bool,
}

/// What would become of somebody, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct SupposedSignOn {
    /// What became of each claim.
    pub told: Vec<Told>,
    /// Who they would be, as they would be kept; `Err`: they would not come in.
    pub outcome: Result<SupposedMember, NotSignedOn>,
}

/// A member as they would be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct SupposedMember {
    /// The member; without the tenant, if that would be made before.
    pub member: Member,
    /// Whether they would be made.
    pub is_new: bool,
    /// The tenant that would be made.
    pub new_tenant: Option<TenantName>,
}

/// What the directory must be asked before [`sign_on`] can decide; `None`: nothing, for it will refuse.
#[must_use]
pub fn sign_on_lookup(provider: &ProviderId, claims: &Map<String, Json>, snapshot: &Snapshot) -> Option<Lookup> {
    let provider = Provider::of(provider, snapshot).ok()?;
    let reading = Reading::of(&provider, claims);
    let (email, subject) = (reading.email?, reading.subject?);
    let tenant = match reading.tenant {
        TenantClaim::Named(name) => TenantName::new(name).ok().and_then(|name| snapshot.tenants.id(&name)).cloned(),
        TenantClaim::Absent | TenantClaim::Odd => None,
    };
    Some(Lookup { issuer: provider.issuer_id.clone(), tenant, emails: BTreeSet::from([email]), subject })
}

/// Who this is, and what holds for the length of their session, which lasts no longer than `until`.
///
/// # Errors
/// They do not come in.
pub fn sign_on(
    assertion: &ProviderAssertion,
    snapshot: &Snapshot,
    directory: &Directory,
    opening: Opening,
    until: Option<DateTime<Utc>>,
) -> Result<SignOn, NotSignedOn> {
    let provider = Provider::of(assertion.provider(), snapshot)?;
    let reading = Reading::of(&provider, assertion.claims());
    let (person, member) = match judge(&provider, &reading, directory, &opening)? {
        Judged::MakeTenant(tenant) => return Ok(SignOn::MakeTenant(tenant)),
        Judged::Member(person, member) => (person, *member),
    };
    let facts = facts(&provider, reading, &member, opening, until);
    let (found, by) = match person {
        Person::Known { member, by } => (Some(member.clone()), Some(by)),
        Person::New => (None, None),
    };
    let linked = by == Some(By::Link);
    let is_bound = by == Some(By::Address) && provider.defined.subject_claim().is_some();
    let profile = match &found {
        None => ProfileWrite::Create(member),
        Some(_) if is_bound => ProfileWrite::Bind(member),
        Some(before) if *before == member => ProfileWrite::None,
        Some(_) => ProfileWrite::SignOn(member),
    };
    Ok(SignOn::Enter(Box::new(SignedOn { facts, profile, found, linked })))
}

/// What would become of these claims, for which nobody need have vouched. Nobody is let in.
#[must_use]
pub fn suppose_sign_on(
    provider: &ProviderId,
    claims: &Map<String, Json>,
    snapshot: &Snapshot,
    directory: &Directory,
    opening: &Opening,
) -> SupposedSignOn {
    let provider = match Provider::of(provider, snapshot) {
        Ok(provider) => provider,
        Err(refused) => return SupposedSignOn { told: Vec::new(), outcome: Err(refused) },
    };
    let reading = Reading::of(&provider, claims);
    let outcome = supposed(&provider, &reading, directory, opening);
    SupposedSignOn { told: reading.told, outcome }
}

fn supposed(
    provider: &Provider<'_>,
    reading: &Reading,
    directory: &Directory,
    opening: &Opening,
) -> Result<SupposedMember, NotSignedOn> {
    match judge(provider, reading, directory, opening)? {
        Judged::Member(person, member) => {
            Ok(SupposedMember { member: *member, is_new: matches!(person, Person::New), new_tenant: None })
        }
        Judged::MakeTenant(tenant) => {
            let of = (&Person::New, reading.known_by()?, None);
            let member = person::described(provider, reading, of, (directory, opening.new_member.clone()))?;
            Ok(SupposedMember { member, is_new: true, new_tenant: Some(tenant.name) })
        }
    }
}

enum Judged<'a> {
    Member(Person<'a>, Box<Member>),
    MakeTenant(Box<Tenant>),
}

/// In this order nobody learns of a member or a tenant that they could not come in as, or with.
fn judge<'a>(
    provider: &Provider<'a>,
    reading: &Reading,
    directory: &'a Directory,
    opening: &Opening,
) -> Result<Judged<'a>, NotSignedOn> {
    let known_by = reading.known_by()?;
    match reading.tenant {
        TenantClaim::Odd => return Err(NotSignedOn::OddTenant),
        TenantClaim::Named(_) if provider.ceiling.tenants.is_none() => return Err(NotSignedOn::TenantsOff),
        TenantClaim::Named(_) | TenantClaim::Absent => {}
    }
    let person = person::find(provider, known_by, directory)?;
    let tenant = match person::tenant(provider, reading, &person)? {
        OfTenant::ToBeMade(tenant) => return Ok(Judged::MakeTenant(tenant)),
        OfTenant::There(tenant) => tenant,
    };
    let of = (&person, known_by, tenant);
    let member = person::described(provider, reading, of, (directory, opening.new_member.clone()))?;
    Ok(Judged::Member(person, Box::new(member)))
}

/// What is pinned: the member as they are from now on, and the attributes that the provider claims before their own.
fn facts(
    provider: &Provider<'_>,
    reading: Reading,
    member: &Member,
    opening: Opening,
    until: Option<DateTime<Utc>>,
) -> Facts {
    let snapshot = provider.snapshot;
    let mut attributes = stored_attributes(snapshot, member);
    attributes.extend(reading.attributes);
    let length = living::longest_session(snapshot, provider.ceiling.session_seconds);
    let longest = opening.now + TimeDelta::seconds(length.into()).min(living::login_session(snapshot));
    let email = member.email.clone();
    let is_vouched = |email: &str| {
        // Of a tenant's people, tenants write the addresses of those for whom Vitrine vouches: nobody else has.
        let is_written = member.issuer.is_none() && member.tenant.is_some();
        !is_written && email::trusts(provider.issuer, email)
    };
    Facts {
        session: opening.session,
        who: Who::Member { id: member.id.clone(), kind: MemberKind::Internal },
        key: None,
        provider: Some(provider.id.clone()),
        provider_session: reading.session,
        issuer: Some(provider.issuer_id.clone()),
        subject: reading.subject,
        tenant: member.tenant.clone(),
        email_trusted: email.as_deref().is_some_and(is_vouched),
        email,
        first_name: member.first_name.clone(),
        last_name: member.last_name.clone(),
        locale: None,
        time_zone: None,
        teams: member.teams.clone(),
        account_type: Some(member.account_type.clone()),
        permissions: None,
        models: None,
        attributes,
        scope: None,
        locked_parameters: BTreeMap::new(),
        origin: None,
        opened_with: None,
        second_factor: false,
        switches: Switches::of(&snapshot.organization),
        opened_at: opening.now,
        expires_at: until.map_or(longest, |until| until.min(longest)),
    }
}
