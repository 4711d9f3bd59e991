//! The site that a session of Tableau's is in.

use crate::organization::Organization;
use authz::Principal;
use model::dialect::Dialect;
use model::name::TenantName;

/// The site of the organization itself, which has no tenant.
const WHOLE: &str = "site-default";

/// What Tableau calls a site: of whoever is of a tenant, that tenant; else the organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    /// Stands in addresses.
    pub(crate) id: String,
    /// Shown to people.
    pub(crate) name: String,
    /// What clients call it when they sign in; empty: that of the organization.
    pub(crate) content_url: String,
}

impl Site {
    /// The site that somebody is in.
    pub(crate) fn of(principal: &Principal, organization: &Organization) -> Self {
        Self::of_tenant(principal.tenant(), organization)
    }

    /// The site of a tenant, or of the organization.
    pub(crate) fn of_tenant(tenant: Option<&TenantName>, organization: &Organization) -> Self {
        let tenants = &organization.snapshot.tenants;
        let found = tenant.and_then(|name| Some((name, tenants.id(name)?, tenants.named(name)?)));
        let Some((name, id, tenant)) = found else {
            let name = organization.definitions.organization.name.clone();
            return Self { id: WHOLE.to_owned(), name, content_url: String::new() };
        };
        let known = tenant.known_as.get(&Dialect::Tableau).and_then(|ids| ids.first());
        let content_url = known.map_or_else(|| name.to_string(), |id| id.as_str().to_owned());
        let title = if tenant.title.is_empty() { name.as_str() } else { &tenant.title };
        Self { id: id.to_string(), name: title.to_owned(), content_url }
    }
}
