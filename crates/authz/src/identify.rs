//! Opening a session: who somebody is, from what a verified token claims.
//!
//! [`lookup`] says what the directory must be asked; [`identify`] decides with its answer. Everything it finds is
//! pinned to the session as [`Facts`]; what should be stored about the person is said, not done.

mod attributes;
mod bounds;
mod person;
mod standing;
mod vouched;

use crate::email;
use crate::principal::{Directory, Facts, Lookup, ProfileWrite, Switches};
use crate::refusal::Refusal;
use bounds::Bounds;
use chrono::{DateTime, Utc};
use model::access::MemberKind;
use model::assertion::Assertion;
use model::name::{MemberId, SessionId};
use model::snapshot::Snapshot;
use person::Person;
use standing::Standing;
use std::collections::BTreeMap;
use vouched::Vouched;

/// What the caller brings to an opening: time and chance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The session's id, fresh.
    pub session: SessionId,
    /// The id of the member, if one is created.
    pub new_member: MemberId,
    /// The time.
    pub now: DateTime<Utc>,
}

/// An opened session, and what to write.
#[derive(Debug, Clone, PartialEq)]
pub struct Identified {
    /// Pinned to the session.
    pub facts: Facts,
    /// What to write about the person. If the same person was created meanwhile, that one's id belongs into `facts`.
    pub profile: ProfileWrite,
    /// For the host's developer: attributes that were claimed and are *none*.
    pub warnings: Vec<String>,
}

/// What the directory must be asked before [`identify`] can decide.
///
/// # Errors
/// A [`Refusal`] if the key is not to be used, or the tenant not to be claimed, whoever comes.
pub fn lookup(assertion: &Assertion, snapshot: &Snapshot) -> Result<Lookup, Refusal> {
    let vouched = Vouched::new(assertion, snapshot)?;
    Ok(Lookup {
        issuer: vouched.issuer_id.clone(),
        tenant: vouched.tenant.cloned(),
        emails: vouched.emails(),
        subject: vouched.subject,
    })
}

/// Who this is, and what holds for the length of their session.
///
/// # Errors
/// A [`Refusal`] if the person may not come in, or a claim is unknown or beyond the key's ceiling.
pub fn identify(
    assertion: &Assertion,
    snapshot: &Snapshot,
    directory: &Directory,
    opening: Opening,
) -> Result<Identified, Refusal> {
    let vouched = Vouched::new(assertion, snapshot)?;
    let person = person::find(&vouched, directory)?;
    let bounds = bounds::read(&vouched)?;
    let standing = standing::of(&vouched, person)?;
    let (attributes, warnings) = attributes::resolve(&vouched, person, &standing)?;

    let profile = person::profile(&vouched, person, &standing, &opening.new_member);
    let facts = Facts { attributes, ..facts(&vouched, person, standing, bounds, opening) };
    Ok(Identified { facts, profile, warnings })
}

fn facts(vouched: &Vouched<'_>, person: Person<'_>, standing: Standing, bounds: Bounds, opening: Opening) -> Facts {
    let (claims, member) = (vouched.claims, person.member());
    let email = person::email(vouched, person);
    let (first_name, last_name) = person::names(vouched, person);
    Facts {
        session: opening.session,
        key: vouched.key_id.clone(),
        issuer: vouched.issuer_id.clone(),
        member: member.map_or(opening.new_member, |member| member.id.clone()),
        kind: member.map_or(MemberKind::Embed, |member| member.kind),
        subject: vouched.subject.clone(),
        tenant: member.map_or(vouched.tenant, |member| member.tenant.as_ref()).cloned(),
        email_trusted: email.as_deref().is_some_and(|email| email::trusts(vouched.issuer, email)),
        email,
        first_name,
        last_name,
        locale: claims.locale.clone(),
        time_zone: claims.time_zone.clone(),
        teams: standing.teams,
        account_type: standing.account_type,
        permissions: bounds.permissions,
        attributes: BTreeMap::new(),
        scope: bounds.scope,
        locked_parameters: bounds.locked_parameters,
        origin: bounds.origin,
        switches: Switches::of(&vouched.snapshot.organization),
        opened_at: opening.now,
        expires_at: opening.now + bounds.length,
    }
}

/// Whether a new session continues an older one for its viewer. If not, the page forgets everything it shows.
#[must_use]
pub fn same_viewer(one: &Facts, other: &Facts) -> bool {
    one.issuer == other.issuer
        && one.tenant == other.tenant
        && one.subject == other.subject
        && one.scope == other.scope
        && one.locked_parameters == other.locked_parameters
}
