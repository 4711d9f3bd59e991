//! What permissions there are, what each opens, and what other products call them.

use crate::callers::Administrator;
use crate::problem::ProblemBody;
use axum::Json;
use model::access::vendors::{Here, VENDOR_PERMISSIONS, VendorPermission};
use model::access::{AccountType, Permission};
use serde::Serialize;
use utoipa::ToSchema;

/// All that account types and tokens may name.
#[derive(Serialize, ToSchema)]
#[schema(as = PermissionCatalogue)]
pub(super) struct Catalogue {
    /// Every permission, a permission after the one it needs.
    permissions: Vec<Listed>,
    /// The account types that an organization may begin with.
    default_account_types: Vec<ListedType>,
    /// What other products call them.
    elsewhere: Vec<Elsewhere>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ListedPermission)]
struct Listed {
    name: Permission,
    /// The permission without which it has no effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    needs: Option<Permission>,
    /// What its holders may do.
    sentence: &'static str,
    /// Whether it is about the organization: no embed session holds one that is.
    of_administration: bool,
    /// The routes that need it; none: it opens nothing yet.
    opens: Vec<&'static str>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DefaultAccountType)]
struct ListedType {
    name: String,
    permissions: Vec<Permission>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PermissionElsewhere)]
struct Elsewhere {
    /// `Sigma`, `Looker`, `Metabase` or `Tableau`.
    product: &'static str,
    /// What it is called there.
    name: &'static str,
    /// The permissions that are it here, if any.
    permissions: Vec<Permission>,
    /// The level of a grant that is it here, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
    /// Why there is nothing of the kind here, if there is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    nothing: Option<&'static str>,
}

/// The permission catalogue, for whoever has come in. It is the same for every organization.
#[utoipa::path(
    get,
    operation_id = "list_permissions",
    path = "/api/v1/permissions",
    responses((status = 200, body = Catalogue), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn list(_: Administrator) -> Json<Catalogue> {
    Json(catalogue())
}

fn catalogue() -> Catalogue {
    Catalogue {
        permissions: Permission::ALL.iter().map(|one| listed(*one)).collect(),
        default_account_types: AccountType::defaults().into_iter().map(listed_type).collect(),
        elsewhere: VENDOR_PERMISSIONS.iter().map(elsewhere).collect(),
    }
}

fn listed(one: Permission) -> Listed {
    Listed {
        name: one,
        needs: one.parent(),
        sentence: one.sentence(),
        of_administration: one.is_of_administration(),
        opens: one.gates().to_vec(),
    }
}

fn listed_type(kind: AccountType) -> ListedType {
    ListedType { name: kind.name.to_string(), permissions: kind.permissions.into_iter().collect() }
}

fn elsewhere(one: &VendorPermission) -> Elsewhere {
    let (product, name) = (one.vendor.as_str(), one.name);
    let (permissions, level, nothing) = match one.here {
        Here::Permissions(permissions) => (permissions.to_vec(), None, None),
        Here::Level(level) => (Vec::new(), Some(level.as_str()), None),
        Here::Nothing(why) => (Vec::new(), None, Some(why)),
    };
    Elsewhere { product, name, permissions, level, nothing }
}

#[cfg(test)]
mod tests {
    use crate::routes::routes;
    use model::access::Permission;
    use std::collections::BTreeSet;

    #[test]
    fn what_permissions_open_are_routes() {
        let routes: BTreeSet<String> =
            routes().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
        for one in Permission::ALL {
            let unknown: Vec<_> = one.gates().iter().filter(|route| !routes.contains(**route)).collect();
            assert!(unknown.is_empty(), "{}: {unknown:?}", one.as_str());
        }
    }
}
