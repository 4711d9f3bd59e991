//! Who may change the organization: a mandate for one matter, or what stands against it.

use crate::denial::{Denial, Reason};
use crate::principal::Member;
use crate::resume::Principal;
use crate::rules::{self, Circumstances, Question};
use model::access::{AccountType, MemberKind, Permission};
use model::enforcement::{Point, enforced};
use model::name::TenantName;
use model::snapshot::Snapshot;
use std::collections::BTreeSet;

/// What somebody wants to administer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matter {
    /// The permission it needs beside `administer`.
    pub needs: Permission,
    /// Whose it is.
    pub place: Place,
    /// The permissions that it gives somebody, or that whom it is about holds.
    pub gives: BTreeSet<Permission>,
}

/// Whose a matter is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The organization's.
    Organization,
    /// A tenant's own.
    Tenant(TenantName),
}

impl Matter {
    /// A matter of the organization that gives nobody a permission.
    #[must_use]
    pub const fn of_organization(needs: Permission) -> Self {
        Self { needs, place: Place::Organization, gives: BTreeSet::new() }
    }

    /// A matter of a tenant, or of the organization without one.
    #[must_use]
    pub fn of(needs: Permission, tenant: Option<&TenantName>) -> Self {
        let place = tenant.map_or(Place::Organization, |tenant| Place::Tenant(tenant.clone()));
        Self { needs, place, gives: BTreeSet::new() }
    }

    /// The same, and it gives these permissions.
    #[must_use]
    pub fn giving(self, permissions: &BTreeSet<Permission>) -> Self {
        let gives = self.gives.union(permissions).copied().collect();
        Self { gives, ..self }
    }
}

/// Proof that somebody may administer one matter, or share one thing. Only [`administer`] and [`crate::access::share`]
/// make one, and it cannot be kept:
///
/// ```compile_fail,E0451
/// # use authz::Mandate;
/// fn forge(genuine: Mandate) -> Mandate { Mandate { revision: 7, ..genuine } }
/// ```
///
/// ```compile_fail,E0277
/// # use authz::Mandate;
/// fn copy<T: Clone>(mandate: T) -> (T, T) { (mandate.clone(), mandate) }
/// fn twice(mandate: Mandate) { copy(mandate); }
/// ```
#[derive(Debug)]
#[must_use]
pub struct Mandate {
    revision: u64,
    reasons: Vec<String>,
}

impl Mandate {
    /// For what was decided at that revision, by these rules.
    pub(crate) const fn of(snapshot: &Snapshot, reasons: Vec<String>) -> Self {
        Self { revision: snapshot.revision, reasons }
    }

    /// The revision of the organization the decision was made at.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// The rules that allowed it.
    #[must_use]
    pub fn reasons(&self) -> &[String] {
        &self.reasons
    }
}

/// Decides whether somebody may administer a matter.
///
/// # Errors
/// A [`Denial`]: forbidden to whoever lacks the permission, whatever there is; hidden from whoever has it and does not
/// reach so far.
pub fn administer(principal: &Principal, snapshot: &Snapshot, matter: &Matter) -> Result<Mandate, Denial> {
    if principal.revision() != snapshot.revision {
        return Err(Denial::forbidden(vec![Reason { rule: "one_revision", missing: "a principal of this revision" }]));
    }
    let facts = Circumstances {
        needs: matter.needs,
        exists: true,
        inside_ceiling: true,
        in_scope: principal.facts().scope.is_none(),
        permissions: held(principal, matter),
        within_reach: reaches(principal, matter),
        holds_what_is_given: !enforced(Point::GiveWhatOneHolds) || matter.gives.is_subset(principal.permissions()),
        consumes_locked_parameters: true,
        downloadable: true,
        content_level: 0,
        data_level: 0,
    };
    let name = matter.needs.as_str();
    let question = Question { session: principal.session().as_str(), action: "administer", kind: "Matter", name };
    match rules::judge(question, &facts) {
        Ok(rules) => Ok(Mandate::of(snapshot, rules.into_iter().map(str::to_owned).collect())),
        Err(reasons) if facts.permissions.contains(&matter.needs) && !facts.within_reach => {
            Err(Denial::hidden(reasons))
        }
        Err(reasons) => Err(Denial::forbidden(reasons)),
    }
}

fn held(principal: &Principal, matter: &Matter) -> BTreeSet<Permission> {
    let mut held = principal.permissions().clone();
    if !enforced(Point::AdministrationPermission) {
        held.extend([Permission::Administer, matter.needs]);
    }
    held
}

/// Whoever is of a tenant administers what is of that tenant, and nothing else.
fn reaches(principal: &Principal, matter: &Matter) -> bool {
    let own = principal.tenant().is_none_or(|own| matter.place == Place::Tenant(own.clone()));
    own || !enforced(Point::AdministrationTenancy)
}

/// Whether somebody may write a member's e-mail address: whoever is of a tenant, one of the domains that are the tenant's.
/// Addresses of internal members are theirs alone in the whole organization; those of embed members are for display.
#[must_use]
pub fn may_write_address(principal: &Principal, snapshot: &Snapshot, member: &Member) -> bool {
    let Some(own) = principal.tenant().filter(|_| enforced(Point::TenantDomains)) else { return true };
    if member.kind == MemberKind::Embed {
        return true;
    }
    let domain = member.email.as_deref().and_then(|email| email.split_once('@')).map(|(_, domain)| domain);
    let tenant = snapshot.tenants.named(own);
    domain.zip(tenant).is_some_and(|(domain, tenant)| tenant.domains.contains(domain))
}

/// Why an identity cannot be linked to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotLink {
    /// It is their own.
    #[error("expected somebody else")]
    Same,
    /// Whoever logs in is themselves.
    #[error("expected an embed member: whoever logs in has no identity of a host")]
    NotEmbed,
    /// They are of different tenants.
    #[error("expected a member of the same tenant")]
    OtherTenant,
    /// The identity would become an administrator's.
    #[error("expected a member who administers nothing: no host vouches for administrators")]
    Administrator,
}

/// Whether the identity of one member can become another one's.
///
/// # Errors
/// What stands against it.
pub fn may_link(snapshot: &Snapshot, identity: &Member, to: &Member) -> Result<(), CannotLink> {
    let administers = snapshot.account_types.get(&to.account_type).is_none_or(AccountType::administers);
    match () {
        () if identity.id == to.id => Err(CannotLink::Same),
        () if identity.kind != MemberKind::Embed => Err(CannotLink::NotEmbed),
        () if !enforced(Point::LinkedIdentities) => Ok(()),
        () if identity.tenant != to.tenant => Err(CannotLink::OtherTenant),
        () if administers => Err(CannotLink::Administrator),
        () => Ok(()),
    }
}
