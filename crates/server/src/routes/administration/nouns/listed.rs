//! The things that stand in a list of their file.

use super::grant::without_grants;
use crate::problem::Problem;
use crate::routes::administration::noun::{Issued, Noun};
use crate::tableau;
use authz::Place;
use model::access::{
    AccountType, Connection, Definitions, EmbedKey, Granted, Grantee, IdentityProvider, Issuer, Permission,
    SecretReference, Team, Tenant, Workspace,
};
use model::attribute::AttributeDefinition;
use model::dialect::Dialect;
use model::item::Item;
use model::name::TenantName;
use model::snapshot::{Kind, Snapshot};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use store::Change;
use store::apply::Holder;

macro_rules! listed {
    ($noun:ty, $kind:ident, $needs:ident, $path:literal, $list:ident, $name:ident, |$it:ident, $definitions:ident| $cascade:expr $(, $more:item)*) => {
        impl Noun for $noun {
            const KIND: Kind = Kind::$kind;
            const NEEDS: Permission = Permission::$needs;
            const PATH: &'static str = $path;

            fn name(&self) -> String {
                self.$name.to_string()
            }

            fn at(&self, definitions: &Definitions) -> String {
                let place = definitions.$list.iter().position(|other| other.$name == self.$name).unwrap_or_default();
                let list = stringify!($list);
                format!("{list}.yaml: {list}[{place}]")
            }

            fn all(definitions: &Definitions) -> impl Iterator<Item = Cow<'_, Self>> {
                definitions.$list.iter().map(Cow::Borrowed)
            }

            fn put(self, definitions: &mut Definitions) {
                match definitions.$list.iter_mut().find(|other| other.$name == self.$name) {
                    Some(other) => *other = self,
                    None => definitions.$list.push(self),
                }
            }

            fn remove(&self, $definitions: &mut Definitions) -> Vec<Change> {
                $definitions.$list.retain(|other| other.$name != self.$name);
                let $it = self;
                $cascade
            }

            $($more)*
        }
    };
}

listed!(
    Team,
    Team,
    ManageTeams,
    "/api/v1/teams",
    teams,
    name,
    |it, definitions| without_grants(definitions, |grant| grant.to == Grantee::Team(it.name.clone())),
    fn place(name: &str, snapshot: &Snapshot) -> Place {
        tenant_of_team(name, snapshot)
    }
);
listed!(Tenant, Tenant, ManageTenants, "/api/v1/tenants", tenants, name, |it, definitions| without_grants(
    definitions,
    |grant| match &grant.to {
        Grantee::Tenant(name) => *name == it.name,
        Grantee::EmbedMember(identity) => identity.tenant.as_ref() == Some(&it.name),
        _ => false,
    }
));
listed!(
    AccountType,
    AccountType,
    ManageAccountTypes,
    "/api/v1/account-types",
    account_types,
    name,
    |_it, _definitions| Vec::new(),
    fn gives(&self, _: &Snapshot) -> BTreeSet<Permission> {
        self.permissions.clone()
    }
);
listed!(
    AttributeDefinition,
    Attribute,
    ManageAttributes,
    "/api/v1/attributes",
    attributes,
    name,
    |_it, _definitions| Vec::new()
);
listed!(
    Workspace,
    Workspace,
    ManageWorkspaces,
    "/api/v1/workspaces",
    workspaces,
    name,
    |it, definitions| without_grants(definitions, |grant| grant.on == Granted::Workspace(it.name.clone())),
    fn item(&self) -> Result<Item, Problem> {
        let alone = Self { folders: Vec::new(), ..self.clone() };
        Item::new(Self::KIND, self.name.as_str(), &alone).map_err(|_| Problem::Internal)
    },
    fn refuse_change(&self, after: &Self) -> Result<(), Problem> {
        if self.name == after.name && self.folders == after.folders {
            return Ok(());
        }
        let detail = "`name` and `folders`: expected those it has; folders have a list of their own".to_owned();
        Err(Problem::Invalid { code: "name_stays", detail })
    }
);
listed!(Issuer, Issuer, ManageKeys, "/api/v1/issuers", issuers, name, |it, definitions| without_grants(
    definitions,
    |grant| matches!(&grant.to, Grantee::EmbedMember(identity) if identity.issuer == it.name)
));
listed!(Connection, Connection, ManageConnections, "/api/v1/connections", connections, name, |it, definitions| {
    without_grants(definitions, |grant| match &grant.on {
        Granted::Connection(name) => *name == it.name,
        Granted::Schema(path) => path.connection == it.name,
        _ => false,
    })
});
listed!(
    EmbedKey,
    Key,
    ManageKeys,
    "/api/v1/embed-keys",
    embed_keys,
    client_id,
    |it, definitions| without_grants(definitions, |grant| grant.to == Grantee::Key(it.client_id.clone())),
    fn gives(&self, snapshot: &Snapshot) -> BTreeSet<Permission> {
        let types = self.ceiling.account_types.iter().filter_map(|name| snapshot.account_types.get(name));
        let by_type = types.flat_map(|kind| &kind.permissions).filter(|held| self.ceiling.permissions.contains(held));
        self.ceiling.permissions.iter().chain(by_type).copied().collect()
    },
    fn issue(&mut self) -> Result<Issued, Problem> {
        if self.trust.is_some() {
            return Ok(Issued::default());
        }
        expect_stored("secrets", &mut self.secrets)?;
        let secret = store::new_key_secret()?;
        let mut shown_once = vec![("secret", secret.expose().to_owned())];
        if self.dialect == Dialect::Tableau {
            shown_once.push(("secret_id", tableau::secret_id(secret.expose().as_bytes()).to_string()));
        }
        Ok(Issued { secrets: BTreeMap::from([(Holder::Key(self.client_id.clone()), vec![secret])]), shown_once })
    },
    fn refuse_change(&self, after: &Self) -> Result<(), Problem> {
        if self.client_id == after.client_id && self.secrets == after.secrets {
            return Ok(());
        }
        let detail = "`client_id` and `secrets`: expected those it has".to_owned();
        Err(Problem::Invalid { code: "name_stays", detail })
    }
);

listed!(
    IdentityProvider,
    IdentityProvider,
    ManageKeys,
    "/api/v1/identity-providers",
    identity_providers,
    name,
    |_it, _definitions| Vec::new(),
    fn gives(&self, snapshot: &Snapshot) -> BTreeSet<Permission> {
        let types = self.ceiling.account_types.iter().filter_map(|name| snapshot.account_types.get(name));
        types.flat_map(|kind| &kind.permissions).copied().collect()
    },
    fn issue(&mut self) -> Result<Issued, Problem> {
        if let Some(oidc) = &self.oidc {
            expect_none("oidc.secrets", &oidc.secrets)?;
        }
        let Some(jwt) = &mut self.jwt else { return Ok(Issued::default()) };
        expect_stored("jwt.secrets", &mut jwt.secrets)?;
        let secret = store::new_key_secret()?;
        let shown_once = vec![("secret", secret.expose().to_owned())];
        Ok(Issued { secrets: BTreeMap::from([(Holder::Provider(self.name.clone()), vec![secret])]), shown_once })
    },
    fn refuse_change(&self, after: &Self) -> Result<(), Problem> {
        // Nobody gets to sign with a secret that was made for something else.
        let same_way = (self.jwt.is_some(), self.oidc.is_some()) == (after.jwt.is_some(), after.oidc.is_some());
        if self.name == after.name && same_way && self.secrets() == after.secrets() {
            return Ok(());
        }
        let detail = "`name`, `secrets`, and `jwt` or `oidc`: expected those it has".to_owned();
        Err(Problem::Invalid { code: "name_stays", detail })
    }
);

/// Whoever is not at the server names no file there, nor a variable: the store makes the secret.
fn expect_stored(field: &str, secrets: &mut Vec<SecretReference>) -> Result<(), Problem> {
    if secrets.is_empty() || secrets.iter().any(|secret| *secret != SecretReference::Stored) {
        let detail = format!("`{field}`: expected `[\"stored\"]`: the server makes one and shows it once");
        return Err(Problem::Invalid { code: "invalid_member", detail });
    }
    secrets.truncate(1);
    Ok(())
}

/// A secret that somebody else has made is put by itself, or named where it is by whoever is at the server.
fn expect_none(field: &str, secrets: &[SecretReference]) -> Result<(), Problem> {
    if secrets.is_empty() {
        return Ok(());
    }
    let detail = format!("`{field}`: expected none: the secret of a provider is put at its `client-secret`");
    Err(Problem::Invalid { code: "invalid_member", detail })
}

/// Whose a team is: `tenant/…` is that tenant's own.
pub(in super::super) fn tenant_of_team(name: &str, snapshot: &Snapshot) -> Place {
    let tenant = name.split_once('/').and_then(|(tenant, _)| TenantName::new(tenant).ok());
    tenant.filter(|tenant| snapshot.tenants.id(tenant).is_some()).map_or(Place::Organization, Place::Tenant)
}
