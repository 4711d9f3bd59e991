//! Opening a session: who somebody is, from what a verified token claims.
//!
//! [`lookup`] says what the directory must be asked; [`identify`] decides with its answer. Everything it finds is
//! pinned to the session as [`Facts`]; what should be stored about the person is said, not done.

mod attributes;
mod bounds;
mod guest;
mod link;
mod on_demand;
mod person;
mod standing;
mod vouched;

pub(crate) use attributes::of_stored as stored_attributes;
pub use attributes::{ResolvedFrom, resolved_from};

use crate::email;
use crate::principal::{Directory, Facts, Lookup, ProfileWrite, Switches, Who};
use crate::refusal::Refusal;
use bounds::Bounds;
use chrono::{DateTime, Utc};
pub use link::open_link;
use model::access::MemberKind;
use model::assertion::{Assertion, Claimant};
use model::dialect::Dialect;
use model::name::{MemberId, SessionId};
use model::snapshot::Snapshot;
use std::collections::{BTreeMap, BTreeSet};
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

/// What the directory must be asked before [`identify`] can decide; of guests, nothing.
///
/// # Errors
/// A [`Refusal`] if the key is not to be used, or the tenant not to be claimed, whoever comes.
pub fn lookup(assertion: &Assertion, snapshot: &Snapshot) -> Result<Option<Lookup>, Refusal> {
    let vouched = Vouched::new(assertion, snapshot)?;
    let lookup = |subject| Lookup {
        issuer: vouched.issuer_id.clone(),
        tenant: vouched.tenant.cloned(),
        emails: vouched.emails(),
        subject,
    };
    Ok(vouched.subject.clone().map(lookup))
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
    match (&vouched.claims.claimant, &vouched.subject) {
        (Claimant::OnDemand(_), Some(subject)) if on_demand::is_unknown(directory) => {
            on_demand::identify(&vouched, subject, opening)
        }
        (Claimant::Member(_) | Claimant::OnDemand(_), Some(subject)) => {
            identify_person(&vouched, subject, directory, opening)
        }
        (Claimant::Guest, _) | (_, None) => guest::identify(&vouched, opening),
    }
}

fn identify_person(
    vouched: &Vouched<'_>,
    subject: &str,
    directory: &Directory,
    opening: Opening,
) -> Result<Identified, Refusal> {
    let person = person::find(vouched, subject, directory)?;
    let bounds = bounds::read(vouched, opening.now)?;
    let standing = standing::of(vouched, person)?;
    let (attributes, warnings) = attributes::resolve(vouched, person, &standing)?;
    // Story L4: nobody comes in with a value of another type, and nothing is kept of them.
    if vouched.key.dialect == Dialect::Looker && !warnings.is_empty() {
        return Err(Refusal::invalid("attribute_mistyped", "attributes", warnings.join("; ")));
    }

    let profile = person::profile(vouched, person, subject, &standing, &opening.new_member);
    let member = person.member();
    let id = member.map_or_else(|| opening.new_member.clone(), |member| member.id.clone());
    let kind = member.map_or(MemberKind::Embed, |member| member.kind);
    let email = person::email(vouched, person);
    let (first_name, last_name) = person::names(vouched, person);
    let facts = Facts {
        tenant: member.map_or(vouched.tenant, |member| member.tenant.as_ref()).cloned(),
        email_trusted: email.as_deref().is_some_and(|email| email::trusts(vouched.issuer, email)),
        email,
        first_name,
        last_name,
        teams: standing.teams,
        account_type: Some(standing.account_type),
        attributes,
        ..session(vouched, Who::Member { id, kind }, bounds, opening)
    };
    Ok(Identified { facts, profile, warnings })
}

/// What every session has, whoever it is of; the person's own is for the caller to add.
fn session(vouched: &Vouched<'_>, who: Who, bounds: Bounds, opening: Opening) -> Facts {
    let claims = vouched.claims;
    Facts {
        session: opening.session,
        who,
        key: Some(vouched.key_id.clone()),
        provider: None,
        provider_session: None,
        issuer: Some(vouched.issuer_id.clone()),
        subject: vouched.subject.clone(),
        tenant: vouched.tenant.cloned(),
        email: None,
        email_trusted: false,
        first_name: claims.first_name.clone(),
        last_name: claims.last_name.clone(),
        locale: claims.locale.clone(),
        time_zone: claims.time_zone.clone(),
        teams: BTreeSet::new(),
        account_type: None,
        permissions: bounds.permissions,
        models: bounds.models,
        attributes: BTreeMap::new(),
        scope: bounds.scope,
        locked_parameters: bounds.locked_parameters,
        origin: bounds.origin,
        opened_with: None,
        second_factor: false,
        switches: Switches::of(&vouched.snapshot.organization),
        opened_at: opening.now,
        expires_at: opening.now + bounds.length,
    }
}

/// Whether a new session continues an older one for its viewer. If not, the page forgets everything it shows.
#[must_use]
pub fn same_viewer(one: &Facts, other: &Facts) -> bool {
    one.issuer == other.issuer
        && is_of_same_kind(&one.who, &other.who)
        && one.tenant == other.tenant
        && one.subject == other.subject
        && one.scope == other.scope
        && one.locked_parameters == other.locked_parameters
}

/// A member may have been written anew; who is on demand, or nobody, stays that.
const fn is_of_same_kind(one: &Who, other: &Who) -> bool {
    matches!(
        (one, other),
        (Who::Member { .. }, Who::Member { .. })
            | (Who::OnDemand, Who::OnDemand)
            | (Who::Guest, Who::Guest)
            | (Who::Public(_), Who::Public(_))
    )
}
