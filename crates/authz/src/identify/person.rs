//! Whose session it will be: an internal member, an embed member, or somebody new.

use super::standing::Standing;
use super::vouched::Vouched;
use crate::ceiling::{allows_claim, holds_tenant};
use crate::email;
use crate::living;
use crate::principal::{Directory, Member, ProfileWrite};
use crate::refusal::Refusal;
use model::access::{AccountType, MemberKind};
use model::enforcement::{Point, enforced};
use model::name::MemberId;
use std::collections::BTreeMap;

/// Who a subject turned out to be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Person<'a> {
    /// Somebody who may log in. Claims describe nothing about them.
    Internal(&'a Member),
    /// Somebody made by an embed or by hand.
    Embed(&'a Member),
    /// Nobody yet.
    New,
}

impl<'a> Person<'a> {
    pub(super) const fn member(self) -> Option<&'a Member> {
        match self {
            Self::Internal(member) | Self::Embed(member) => Some(member),
            Self::New => None,
        }
    }

    /// Whether the token says what holds for them. Automatic creation off: it does not, even for one session; nor does a token
    /// of Tableau's, whose people are administered.
    pub(super) const fn is_described_by_claims(self, vouched: &Vouched<'_>) -> bool {
        let makes_people = vouched.makes_people() && vouched.snapshot.organization.automatic_creation;
        !matches!(self, Self::Internal(_)) && makes_people
    }

    /// What an administrator, rather than a token, said of them. Of automatic members that is nothing, except while
    /// automatic creation is off.
    pub(super) fn administered(self, vouched: &Vouched<'_>) -> Option<&'a Member> {
        self.member().filter(|member| !(member.automatic && self.is_described_by_claims(vouched)))
    }
}

/// Finds the person. An e-mail of an internal member is that member's or nobody's: no second person is made.
pub(super) fn find<'a>(vouched: &Vouched<'_>, subject: &str, directory: &'a Directory) -> Result<Person<'a>, Refusal> {
    let emails = vouched.emails();
    let known = |member: &&Member| addresses(member).any(|address| emails.contains(&address));
    let mut internal = directory.internal.iter().filter(known);
    if let Some(linked) = &directory.linked {
        let is_anothers = internal.any(|other| other.id != linked.id);
        let person =
            if is_anothers { Err("the e-mail is another internal member's") } else { linked_to(vouched, linked) };
        return person.map_err(|reason| Refusal::of_person(&vouched.snapshot.organization, reason));
    }
    let person = match internal.next() {
        Some(member) if internal.any(|other| other.id != member.id) => Err("several internal members have that e-mail"),
        Some(member) => bind(vouched, member),
        None => directory.embed.as_ref().map_or_else(|| newcomer(vouched), |embed| returning(vouched, subject, embed)),
    };
    person.map_err(|reason| Refusal::of_person(&vouched.snapshot.organization, reason))
}

/// The folded e-mail addresses of a member: the one written, then the subject, as far as they are addresses.
fn addresses(member: &Member) -> impl Iterator<Item = String> {
    member.email.iter().chain([&member.subject]).filter_map(|text| email::folded(text))
}

fn bind<'a>(vouched: &Vouched<'_>, member: &'a Member) -> Result<Person<'a>, &'static str> {
    let Vouched { snapshot, key, issuer, .. } = vouched;
    let emails = vouched.emails();
    let is_trusted = addresses(member).any(|address| emails.contains(&address) && email::trusts(issuer, &address));
    let tenant = member.tenant.as_ref().and_then(|id| snapshot.tenants.name(id));
    let administers = snapshot.account_types.get(&member.account_type).is_none_or(AccountType::administers);
    let of_active_tenant = tenant.is_none_or(|name| living::is_active(snapshot, name));
    let logged_in = member.has_logged_in || snapshot.organization.automatic_creation;
    nothing_of(&[
        (!key.bind_internal_by_email, "the key may not bind to internal members"),
        (
            !addresses(member).any(|address| email::is_vouched(snapshot, member.issuer.as_ref(), &address)),
            "nobody who is believed vouches for the internal member's address",
        ),
        (!is_trusted, "the issuer is not trusted for the e-mail's domain"),
        (member.kind != MemberKind::Internal, "the directory answered with somebody else"),
        (!member.active, "the internal member is not active"),
        (
            vouched.tenant.is_some_and(|id| member.tenant.as_ref() != Some(id)),
            "the internal member is of another tenant",
        ),
        (!allows_claim(holds_tenant(&key.ceiling, tenant)), "the internal member's tenant is beyond the key's ceiling"),
        (!of_active_tenant, "the internal member's tenant is deactivated"),
        (administers && !key.bind_administrators, "the key may not bind to administrators"),
        (!logged_in, "the internal member has never logged in"),
    ])?;
    Ok(Person::Internal(member))
}

fn returning<'a>(vouched: &Vouched<'_>, subject: &str, member: &'a Member) -> Result<Person<'a>, &'static str> {
    let organization = &vouched.snapshot.organization;
    let identity = (Some(vouched.issuer_id), vouched.tenant, subject);
    let is_same = (member.issuer.as_ref(), member.tenant.as_ref(), member.subject.as_str()) == identity;
    let is_kept = !member.automatic || organization.automatic_creation || organization.keep_automatic_members;
    nothing_of(&[
        (!is_same || member.kind != MemberKind::Embed, "the directory answered with somebody else"),
        (!member.active, "the embed member is not active"),
        (!is_kept, "automatic members are not kept"),
    ])?;
    Ok(Person::Embed(member))
}

/// The member whose identity it is by an administrator's word: nobody need trust the issuer for an e-mail's domain.
fn linked_to<'a>(vouched: &Vouched<'_>, member: &'a Member) -> Result<Person<'a>, &'static str> {
    let (snapshot, organization) = (vouched.snapshot, &vouched.snapshot.organization);
    let is_internal = member.kind == MemberKind::Internal;
    let is_kept = !member.automatic || organization.automatic_creation || organization.keep_automatic_members;
    let administers = snapshot.account_types.get(&member.account_type).is_none_or(AccountType::administers);
    let is_guarded = enforced(Point::LinkedIdentities);
    nothing_of(&[
        (!member.active, "the linked member is not active"),
        (is_guarded && member.tenant.as_ref() != vouched.tenant, "the linked member is of another tenant"),
        (is_guarded && administers, "the linked member is an administrator"),
        (is_internal && !vouched.key.bind_internal_by_email, "the key may not bind to internal members"),
        (
            is_internal && !member.has_logged_in && !organization.automatic_creation,
            "the linked member has never logged in",
        ),
        (!is_internal && !is_kept, "automatic members are not kept"),
    ])?;
    Ok(if is_internal { Person::Internal(member) } else { Person::Embed(member) })
}

/// The reason of the first obstacle that stands.
fn nothing_of(obstacles: &[(bool, &'static str)]) -> Result<(), &'static str> {
    obstacles.iter().find(|(stands, _)| *stands).map_or(Ok(()), |(_, reason)| Err(reason))
}

const fn newcomer(vouched: &Vouched<'_>) -> Result<Person<'static>, &'static str> {
    let may_make = vouched.makes_people() && vouched.snapshot.organization.automatic_creation;
    if may_make { Ok(Person::New) } else { Err("there is no such member") }
}

/// The e-mail address of the session: the claimed one if claims count, else what is written about the person.
pub(super) fn email(vouched: &Vouched<'_>, person: Person<'_>) -> Option<String> {
    let described = person.is_described_by_claims(vouched);
    if described && vouched.claims.email.is_some() {
        return vouched.email();
    }
    let written = person.administered(vouched).and_then(|member| addresses(member).next());
    written.or_else(|| vouched.email().filter(|_| described))
}

/// Given and family name, for display.
pub(super) fn names(vouched: &Vouched<'_>, person: Person<'_>) -> (Option<String>, Option<String>) {
    let claims = Some(vouched.claims).filter(|_| person.is_described_by_claims(vouched));
    let first = claims.and_then(|claims| claims.first_name.clone());
    let last = claims.and_then(|claims| claims.last_name.clone());
    let stored = |name: fn(&Member) -> &Option<String>| person.member().and_then(|member| name(member).clone());
    (first.or_else(|| stored(|member| &member.first_name)), last.or_else(|| stored(|member| &member.last_name)))
}

/// What to store: tokens create automatic members and describe them, and never touch members made by hand.
pub(super) fn profile(
    vouched: &Vouched<'_>,
    person: Person<'_>,
    subject: &str,
    standing: &Standing,
    id: &MemberId,
) -> ProfileWrite {
    match person {
        Person::New => ProfileWrite::Create(described(vouched, standing, blank(vouched, subject, standing, id))),
        Person::Embed(member) if member.automatic && person.is_described_by_claims(vouched) => {
            let updated = described(vouched, standing, member.clone());
            if updated == *member { ProfileWrite::None } else { ProfileWrite::Update(updated) }
        }
        Person::Embed(_) | Person::Internal(_) => ProfileWrite::None,
    }
}

fn described(vouched: &Vouched<'_>, standing: &Standing, member: Member) -> Member {
    let claims = vouched.claims;
    Member {
        email: vouched.email().or(member.email),
        first_name: claims.first_name.clone().or(member.first_name),
        last_name: claims.last_name.clone().or(member.last_name),
        account_type: standing.account_type.clone(),
        teams: standing.teams.clone(),
        ..member
    }
}

fn blank(vouched: &Vouched<'_>, subject: &str, standing: &Standing, id: &MemberId) -> Member {
    Member {
        id: id.clone(),
        issuer: Some(vouched.issuer_id.clone()),
        tenant: vouched.tenant.cloned(),
        subject: subject.to_owned(),
        kind: MemberKind::Embed,
        automatic: true,
        active: true,
        has_logged_in: false,
        email: None,
        first_name: None,
        last_name: None,
        account_type: standing.account_type.clone(),
        teams: standing.teams.clone(),
        attributes: BTreeMap::new(),
    }
}
