//! Whom the claims are of, and what they make of them.

use super::provider::Provider;
use super::reading::{KnownBy, Reading, TenantClaim};
use super::refused::NotSignedOn;
use crate::email;
use crate::living;
use crate::principal::{Directory, Member};
use model::access::{AccountType, MemberKind, TeamSync, Tenant, WrittenAttributes};
use model::dialect::KnownAs;
use model::enforcement::{Point, enforced};
use model::name::{MemberId, TeamId, TenantId, TenantName};
use model::presentation::Presentation;
use std::collections::{BTreeMap, BTreeSet};

/// Who they are before anything is written.
pub(super) enum Person<'a> {
    /// A member.
    Known { member: &'a Member, by: By },
    /// Somebody who will be one.
    New,
}

/// By what a member is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// Their identity.
    Identity,
    /// An identity that is linked to them.
    Link,
    /// Their address alone.
    Address,
}

/// Which tenant they are of.
pub(super) enum OfTenant<'a> {
    /// That one, or none.
    There(Option<&'a TenantId>),
    /// One that must be made before.
    ToBeMade(Box<Tenant>),
}

/// Finds the member. Whoever may not come in is refused as if there were no such member.
pub(super) fn find<'a>(
    provider: &Provider<'_>,
    KnownBy { subject, email }: KnownBy<'_>,
    directory: &'a Directory,
) -> Result<Person<'a>, NotSignedOn> {
    if living::is_blocked(provider.issuer, subject) {
        return Err(NotSignedOn::NotAMember("the subject is blocked"));
    }
    let by_identity = directory.embed.as_ref().map(|member| (member, By::Identity));
    let by_link = directory.linked.as_ref().map(|member| (member, By::Link));
    let by_address = || directory.internal.first().map(|member| (member, By::Address));
    let Some((member, by)) = by_identity.or(by_link).or_else(by_address) else {
        let makes = provider.defined.provisioning.members;
        return if makes { Ok(Person::New) } else { Err(NotSignedOn::NotAMember("there is no such member")) };
    };
    // An address goes to somebody else one day; what the provider calls a person does not.
    let is_named = provider.defined.subject_claim().is_some();
    let is_own = member.issuer.as_ref() == Some(provider.issuer_id) && !(is_named && by == By::Address);
    let is_free = member.issuer.is_none() && !(is_named && directory.bound.contains(&member.id));
    let is_bound =
        provider.defined.bind_internal_by_email && (by == By::Link || is_free && email::trusts(provider.issuer, email));
    let kind = provider.snapshot.account_types.get(&member.account_type);
    let administers = kind.is_none_or(AccountType::administers) && enforced(Point::ProvidersNeverAdminister);
    let obstacles = [
        (member.kind != MemberKind::Internal, "the identity is an embed member's, who never logs in"),
        (!(is_own || is_bound) && enforced(Point::WhoVouches), "the provider may not bring that member"),
        (!member.active, "the member is deactivated"),
        (administers, "the member is an administrator"),
    ];
    match obstacles.into_iter().find(|(stands, _)| *stands) {
        Some((_, reason)) => Err(NotSignedOn::NotAMember(reason)),
        None => Ok(Person::Known { member, by }),
    }
}

/// The tenant, which a known member has already.
pub(super) fn tenant<'a>(
    provider: &Provider<'a>,
    reading: &Reading,
    person: &Person<'a>,
) -> Result<OfTenant<'a>, NotSignedOn> {
    let TenantClaim::Named(claimed) = &reading.tenant else {
        return match person {
            Person::Known { member, .. } if member.tenant.is_some() => Err(NotSignedOn::TenantRequired),
            _ => Ok(OfTenant::There(None)),
        };
    };
    let name = TenantName::new(claimed.as_str()).ok();
    let id = name.as_ref().and_then(|name| provider.snapshot.tenants.id(name));
    if let Person::Known { member, .. } = person {
        match &member.tenant {
            None => return Err(NotSignedOn::TenantNotTheirs),
            own if own.as_ref() != id => return Err(NotSignedOn::AnotherTenant),
            Some(_) => {}
        }
    }
    let inside = |name: &TenantName| Provider::may_give(provider.ceiling.tenants.admits(name));
    let name = name.filter(inside).ok_or(NotSignedOn::NoSuchTenant)?;
    match id {
        Some(_) if !living::is_active(provider.snapshot, &name) => Err(NotSignedOn::TenantDeactivated),
        Some(id) => Ok(OfTenant::There(Some(id))),
        None if provider.defined.provisioning.tenants => Ok(OfTenant::ToBeMade(Box::new(made(name, reading)))),
        None => Err(NotSignedOn::NoSuchTenant),
    }
}

fn made(name: TenantName, reading: &Reading) -> Tenant {
    Tenant {
        title: String::new(),
        name,
        deactivated: false,
        domains: BTreeSet::new(),
        attributes: reading.tenant_attributes.clone(),
        presentation: Presentation::default(),
        known_as: KnownAs::default(),
    }
}

/// The member as the claims make them: one who has logged in.
pub(super) fn described(
    provider: &Provider<'_>,
    reading: &Reading,
    (person, known_by, tenant): (&Person<'_>, KnownBy<'_>, Option<&TenantId>),
    (directory, new): (&Directory, MemberId),
) -> Result<Member, NotSignedOn> {
    let before = match person {
        Person::Known { member, .. } => (*member).clone(),
        Person::New => blank(provider, known_by, tenant, new),
    };
    let account_type = reading.account_type.clone().unwrap_or_else(|| before.account_type.clone());
    let kind = provider.snapshot.account_types.get(&account_type);
    if kind.is_none_or(AccountType::administers) && enforced(Point::ProvidersNeverAdminister) {
        return Err(NotSignedOn::NotAMember("there is no account type for them that does not administer"));
    }
    Ok(Member {
        email: address(provider, known_by, &before, directory),
        attributes: attributes(reading, &before),
        first_name: reading.first_name.clone().or(before.first_name),
        last_name: reading.last_name.clone().or(before.last_name),
        teams: teams(provider, reading, &before.teams, tenant),
        account_type,
        has_logged_in: true,
        ..before
    })
}

/// The address: that of a person whom the provider knows by another name follows what it says, unless it is somebody else's
/// here.
fn address(provider: &Provider<'_>, known_by: KnownBy<'_>, before: &Member, directory: &Directory) -> Option<String> {
    let is_own = before.issuer.as_ref() == Some(provider.issuer_id) && provider.defined.subject_claim().is_some();
    let is_taken = directory.internal.iter().any(|member| member.id != before.id);
    if is_own && !is_taken { Some(known_by.email.to_owned()) } else { before.email.clone() }
}

/// The person's own attributes, with those that are claimed in their place. One that cannot be used is none.
fn attributes(reading: &Reading, before: &Member) -> WrittenAttributes {
    let mut attributes = before.attributes.clone();
    for (name, value) in reading.own_attributes.iter().flatten() {
        match value {
            Some(value) => attributes.insert(name.clone(), value.clone()),
            None => attributes.remove(name),
        };
    }
    attributes
}

/// Of the teams over which the provider says who is in them, those that are claimed; and all others as they are.
fn teams(
    provider: &Provider<'_>,
    reading: &Reading,
    before: &BTreeSet<TeamId>,
    tenant: Option<&TenantId>,
) -> BTreeSet<TeamId> {
    let (snapshot, mapping) = (provider.snapshot, &provider.defined.teams);
    let of_tenants = mapping.of_tenants.iter().filter(|team| tenant.is_some() && provider.gives(team));
    let stays = |id: &&TeamId| {
        let is_said = reading.teams.is_some();
        !is_said || snapshot.teams.name(id).is_some_and(|name| !provider.governs(name))
    };
    let claimed = reading.teams.iter().flatten().chain(of_tenants).filter(|_| mapping.sync != TeamSync::Off);
    let claimed = claimed.filter_map(|name| snapshot.teams.id(name));
    before.iter().filter(stays).chain(claimed).cloned().collect()
}

fn blank(provider: &Provider<'_>, known_by: KnownBy<'_>, tenant: Option<&TenantId>, id: MemberId) -> Member {
    Member {
        id,
        issuer: Some(provider.issuer_id.clone()),
        tenant: tenant.cloned(),
        subject: known_by.subject.to_owned(),
        kind: MemberKind::Internal,
        automatic: true,
        active: true,
        has_logged_in: true,
        email: Some(known_by.email.to_owned()),
        first_name: None,
        last_name: None,
        account_type: provider.defined.account_types.usual.clone(),
        teams: BTreeSet::new(),
        attributes: BTreeMap::new(),
    }
}
