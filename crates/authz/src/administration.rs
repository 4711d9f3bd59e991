//! Who may change the organization: a mandate for one matter, or what stands against it.

use crate::denial::{Denial, Reason};
use crate::resume::Principal;
use crate::rules::{self, Circumstances, Question};
use model::access::Permission;
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

/// Proof that somebody may administer one matter. Only [`administer`] makes one, and it cannot be kept:
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
        Ok(rules) => {
            Ok(Mandate { revision: snapshot.revision, reasons: rules.into_iter().map(str::to_owned).collect() })
        }
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
