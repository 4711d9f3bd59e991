//! Members who came in without a host: by logging in, or by an API credential. No key bounds them; what they may is what
//! their account type holds, narrowed by the credential.

use super::{Principal, same_person, teams};
use crate::denial::Denial;
use crate::email;
use crate::identify::stored_attributes;
use crate::living;
use crate::principal::{Credential, Facts, Member, Switches, Who};
use crate::reach::Reach;
use chrono::{DateTime, TimeDelta, Utc};
use model::access::{AccountType, IdentityProvider, MemberKind, Permission};
use model::enforcement::{Point, enforced};
use model::name::SessionId;
use model::snapshot::Snapshot;
use std::collections::{BTreeMap, BTreeSet};

/// What is pinned to the session of a member whom Vitrine itself logs in.
///
/// # Errors
/// A [`Denial`] if they are not active, not internal, or somebody else vouches for them.
pub fn enter(
    member: &Member,
    snapshot: &Snapshot,
    session: SessionId,
    now: DateTime<Utc>,
    second_factor: bool,
) -> Result<Facts, Denial> {
    if !member.active || member.kind != MemberKind::Internal {
        return Err(Denial::session_ended("an active internal member"));
    }
    if member.issuer.is_some() && enforced(Point::WhoVouches) {
        return Err(Denial::session_ended("a member for whom Vitrine itself vouches"));
    }
    let facts = facts(member, snapshot, session, now, now + living::login_session(snapshot));
    Ok(Facts { second_factor, ..facts })
}

/// Whether passwords are for a member: the organization lets people log in with them, and nobody else vouches for this one.
#[must_use]
pub fn may_have_password(member: &Member, snapshot: &Snapshot) -> bool {
    let own = member.kind == MemberKind::Internal && member.issuer.is_none();
    (own && snapshot.organization.password_login) || !enforced(Point::PasswordsAllowed)
}

/// Whether passkeys are for a member: nobody else vouches for them.
#[must_use]
pub fn may_have_passkeys(member: &Member) -> bool {
    member.kind == MemberKind::Internal && member.issuer.is_none()
}

/// Whether what somebody may administer waits until they log in with a second factor.
#[must_use]
pub fn needs_second_factor(facts: &Facts, snapshot: &Snapshot) -> bool {
    let administers = facts.account_type.as_ref().and_then(|name| snapshot.account_types.get(name));
    administers.is_some_and(AccountType::administers) && waits(facts, snapshot)
}

fn waits(facts: &Facts, snapshot: &Snapshot) -> bool {
    let demanded = snapshot.organization.second_factor_for_administrators && enforced(Point::FactorOfAdministrators);
    demanded && !facts.second_factor
}

/// Expects somebody who has logged in to have been there lately: `seen_at` is when they last were, none since they came.
///
/// # Errors
/// A [`Denial`] with the code `session_ended` if they have been away for too long.
pub fn expect_presence(
    facts: &Facts,
    seen_at: Option<DateTime<Utc>>,
    snapshot: &Snapshot,
    now: DateTime<Utc>,
) -> Result<(), Denial> {
    let away = now - seen_at.unwrap_or(facts.opened_at).max(facts.opened_at);
    let idle = away >= TimeDelta::seconds(snapshot.organization.login_idle_seconds.into());
    if idle && enforced(Point::SessionIdle) { Err(Denial::session_ended("somebody who is there")) } else { Ok(()) }
}

/// Who an API credential acts for, for one request.
///
/// # Errors
/// A [`Denial`] if it has expired, or whoever owns it may not come in.
pub fn act_for(
    credential: &Credential,
    owner: &Member,
    snapshot: &Snapshot,
    now: DateTime<Utc>,
) -> Result<Principal, Denial> {
    if now >= credential.expires_at && enforced(Point::SessionExpiry) {
        return Err(Denial::session_ended("a credential that has not expired"));
    }
    let session = SessionId::new(credential.id.as_str());
    let facts = facts(owner, snapshot, session, now, credential.expires_at);
    // Programs have no second factor. What they may was narrowed when the credential was made.
    let facts = Facts { permissions: Some(credential.scopes.clone()), second_factor: true, ..facts };
    resume(facts, now, snapshot, Some(owner))
}

/// Facts of what is stored of a member, as it is now.
fn facts(
    member: &Member,
    snapshot: &Snapshot,
    session: SessionId,
    opened_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Facts {
    let email = member.email.clone();
    Facts {
        session,
        who: Who::Member { id: member.id.clone(), kind: member.kind },
        key: None,
        provider: None,
        provider_session: None,
        issuer: None,
        subject: Some(member.subject.clone()),
        tenant: member.tenant.clone(),
        // A tenant's administrators write the addresses of its people: nobody else has vouched for those.
        email_trusted: member.kind == MemberKind::Internal
            && member.tenant.is_none()
            && email.as_deref().is_some_and(|it| email::is_vouched(snapshot, member.issuer.as_ref(), it)),
        email,
        first_name: member.first_name.clone(),
        last_name: member.last_name.clone(),
        locale: None,
        time_zone: None,
        teams: member.teams.clone(),
        account_type: Some(member.account_type.clone()),
        permissions: None,
        models: None,
        attributes: stored_attributes(snapshot, member),
        scope: None,
        locked_parameters: BTreeMap::new(),
        origin: None,
        opened_with: None,
        second_factor: false,
        switches: Switches::of(&snapshot.organization),
        opened_at,
        expires_at,
    }
}

pub(super) fn resume(
    facts: Facts,
    now: DateTime<Utc>,
    snapshot: &Snapshot,
    member: Option<&Member>,
) -> Result<Principal, Denial> {
    same_person(&facts, member)?;
    // Of a credential, which has a life of its own, they begin anew with each request.
    if now >= facts.opened_at + living::login_session(snapshot) && enforced(Point::SessionExpiry) {
        return Err(Denial::session_ended("a lifetime that the organization allows"));
    }
    let tenant = match &facts.tenant {
        Some(id) => Some(snapshot.tenants.name(id).ok_or_else(|| Denial::session_ended("an existing tenant"))?),
        None => None,
    };
    if tenant.is_some_and(|name| !living::is_active(snapshot, name)) {
        return Err(Denial::session_ended("an active tenant"));
    }
    let provider = living_provider(&facts, snapshot)?;
    let teams = teams(&facts, snapshot, tenant);
    let account_type = facts.account_type.as_ref().and_then(|name| snapshot.account_types.get(name));
    let account_type = account_type.ok_or_else(|| Denial::session_ended("an existing account type"))?;
    if provider.is_some() && account_type.administers() && enforced(Point::ProvidersNeverAdminister) {
        return Err(Denial::session_ended("an account type that does not administer"));
    }
    let is_vouched = |email: &String| email::is_vouched(snapshot, facts.issuer.as_ref(), email);
    let email_trusted = facts.email_trusted && facts.email.as_ref().is_some_and(is_vouched);
    let attributes = facts.attributes.iter().filter(|(name, _)| snapshot.attributes.contains_key(*name));
    let attributes = attributes.filter_map(|(name, value)| Some((name.clone(), value.clone()?))).collect();
    Ok(Principal {
        now,
        audience: None,
        email_trusted,
        revision: snapshot.revision,
        tenant: tenant.cloned(),
        all_teams: teams.clone(),
        teams,
        reach: member.map(|member| Reach::of_member(member, snapshot)).unwrap_or_default(),
        permissions: permissions(&facts, account_type, waits(&facts, snapshot)),
        attributes,
        facts,
    })
}

/// The identity provider that brought them, as it is now; `None`: none did.
fn living_provider<'a>(facts: &Facts, snapshot: &'a Snapshot) -> Result<Option<&'a IdentityProvider>, Denial> {
    let Some(id) = &facts.provider else { return Ok(None) };
    let provider = snapshot.providers.get(id).filter(|provider| !provider.disabled);
    let provider = provider.ok_or_else(|| Denial::session_ended("an enabled identity provider"))?;
    if snapshot.issuers.id(&provider.issuer) != facts.issuer.as_ref() {
        return Err(Denial::session_ended("an identity provider of the same issuer"));
    }
    let issuer = snapshot.issuers.named(&provider.issuer);
    if issuer.zip(facts.subject.as_deref()).is_some_and(|(issuer, subject)| living::is_blocked(issuer, subject)) {
        return Err(Denial::session_ended("a subject that is not blocked"));
    }
    let seconds = (facts.expires_at - facts.opened_at).num_seconds();
    if seconds > living::longest_session(snapshot, provider.ceiling.session_seconds).into() {
        return Err(Denial::session_ended("a lifetime inside the ceiling"));
    }
    Ok(Some(provider))
}

/// What the account type holds and the credential lists; none without its parents. Embed members administer
/// nothing, whoever an identity provider brings neither, and nobody does who has yet to show a second factor.
fn permissions(facts: &Facts, account_type: &AccountType, waits: bool) -> BTreeSet<Permission> {
    let is_internal = facts.kind() == Some(MemberKind::Internal);
    let listed = |held: &Permission| facts.permissions.as_ref().is_none_or(|listed| listed.contains(held));
    let by_type = |held: &Permission| !enforced(Point::PermissionHeld) || account_type.permissions.contains(held);
    let is_brought = facts.provider.is_some() && enforced(Point::ProvidersNeverAdminister);
    let may_administer = is_internal && !is_brought && !waits;
    let for_kind = |held: &Permission| {
        (may_administer || !held.is_of_administration()) && ((is_internal && !waits) || *held != Permission::InspectAs)
    };
    let held = |held: &Permission| listed(held) && by_type(held) && for_kind(held);
    let with_parents = |one: &Permission| std::iter::successors(Some(*one), |held| held.parent()).all(|one| held(&one));
    Permission::ALL.iter().copied().filter(with_parents).collect()
}
