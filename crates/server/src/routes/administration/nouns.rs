//! The things that are administered by themselves, and their routes.

use super::noun::{self, Issued, Listing, Noun};
use crate::app::App;
use crate::body::Definition;
use crate::callers::Administrator;
use crate::page::Parameters;
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use crate::routes::{Route, delete, get, patch, post};
use authz::Place;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use model::access::{
    AccountType, Connection, Definitions, EmbedKey, Folder, FolderPath, Grant, Granted, Grantee, Issuer, Owner,
    Permission, SecretReference, Team, Tenant, Workspace,
};
use model::attribute::AttributeDefinition;
use model::item::Item;
use model::name::{ModelName, TenantName, WorkbookName};
use model::publication::TablePath;
use model::semantic::Model;
use model::snapshot::{Kind, Snapshot};
use model::workbook::Workbook;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use store::Change;
use utoipa::{OpenApi, ToSchema};

/// A thing as it is told and sent: the members that its file has, and `id`, which is told only.
#[derive(Serialize, ToSchema)]
#[schema(as = Definition)]
struct DefinitionAnswer {
    /// For ever; a thing of the same name that is made later has another one.
    id: String,
    /// What its file says of it.
    #[serde(flatten)]
    members: BTreeMap<String, Value>,
}

/// A page of things.
#[derive(Serialize, ToSchema)]
#[schema(as = Definitions)]
struct DefinitionsAnswer {
    /// In the order of their names.
    items: Vec<DefinitionAnswer>,
    /// Behind which the next page begins; absent: this is the last one.
    next: Option<String>,
}

macro_rules! nouns {
    ($($(#[$doc:meta])* $module:ident: $noun:ty, $path:tt, $one:tt, $list:tt $make:tt $show:tt $change:tt $remove:tt;)*) => {
        $($(#[$doc])* mod $module {
            use super::*;

            #[doc = "Those within the caller's reach."]
            #[utoipa::path(
                get, operation_id = $list, path = $path, tag = $path, params(Listing),
                responses((status = 200, body = DefinitionsAnswer), (status = "default", body = ProblemBody)),
                security(("handle" = []), ("credential" = [])),
            )]
            pub(super) async fn list(
                caller: Administrator,
                State(app): State<App>,
                Parameters(listing): Parameters<Listing>,
            ) -> Result<Response, Problem> {
                noun::list::<$noun>(&app, caller, listing).await
            }

            #[doc = "Makes one. Sent again with the same `Idempotency-Key` within a day, it is not made again."]
            #[utoipa::path(
                post, operation_id = $make, path = $path, tag = $path, request_body = Object,
                params(("Idempotency-Key" = Option<String>, Header, description = "1 to 200 printable characters.")),
                responses(
                    (status = 200, body = DefinitionAnswer, description = "An equal request has made it before."),
                    (status = 201, body = DefinitionAnswer),
                    (status = "default", body = ProblemBody),
                ),
                security(("handle" = []), ("credential" = [])),
            )]
            pub(super) async fn make(
                caller: Administrator,
                State(app): State<App>,
                headers: HeaderMap,
                Definition(body): Definition,
            ) -> Result<Response, Problem> {
                noun::make::<$noun>(&app, caller, &headers, body).await
            }

            #[doc = "One, with its `ETag`."]
            #[utoipa::path(
                get, operation_id = $show, path = $one, tag = $path, params(("id" = String, Path)),
                responses((status = 200, body = DefinitionAnswer), (status = "default", body = ProblemBody)),
                security(("handle" = []), ("credential" = [])),
            )]
            pub(super) async fn show(
                caller: Administrator,
                State(app): State<App>,
                Named(id): Named<String>,
            ) -> Result<Response, Problem> {
                noun::show::<$noun>(&app, caller, &id).await
            }

            #[doc = "Changes the members that are sent; null takes one away (RFC 7396). The name stays."]
            #[utoipa::path(
                patch, operation_id = $change, path = $one, tag = $path, request_body = Object,
                params(
                    ("id" = String, Path),
                    ("If-Match" = Option<String>, Header, description = "The `ETag` that was read."),
                ),
                responses((status = 200, body = DefinitionAnswer), (status = "default", body = ProblemBody)),
                security(("handle" = []), ("credential" = [])),
            )]
            pub(super) async fn change(
                caller: Administrator,
                State(app): State<App>,
                Named(id): Named<String>,
                headers: HeaderMap,
                Definition(body): Definition,
            ) -> Result<Response, Problem> {
                noun::change::<$noun>(&app, caller, &id, &headers, body).await
            }

            #[doc = "Deletes one, with the grants to it and on it. Refused while something else names it."]
            #[utoipa::path(
                delete, operation_id = $remove, path = $one, tag = $path,
                params(
                    ("id" = String, Path),
                    ("If-Match" = Option<String>, Header, description = "The `ETag` that was read."),
                ),
                responses((status = 204), (status = "default", body = ProblemBody)),
                security(("handle" = []), ("credential" = [])),
            )]
            pub(super) async fn remove(
                caller: Administrator,
                State(app): State<App>,
                Named(id): Named<String>,
                headers: HeaderMap,
            ) -> Result<Response, Problem> {
                noun::remove::<$noun>(&app, caller, &id, &headers).await
            }
        })*

        /// Their routes.
        pub(super) fn routes() -> Vec<Route> {
            vec![$(
                get($path, $module::list),
                post($path, $module::make),
                get($one, $module::show),
                patch($one, $module::change),
                delete($one, $module::remove),
            )*]
        }

        #[derive(OpenApi)]
        #[openapi(
            paths(
                super::login::login,
                super::whoami::show,
                super::settings::show,
                super::settings::change,
                super::members::list,
                super::members::make,
                super::members::show,
                super::members::change::change,
                super::members::change::remove,
                super::members::invite,
                super::members::answer::effective,
                super::access::show,
                super::activity::list,
                super::sessions::list,
                super::sessions::end,
                super::credentials::list,
                super::credentials::make,
                super::credentials::end,
                $($module::list, $module::make, $module::show, $module::change, $module::remove,)*
            ),
            components(schemas(DefinitionAnswer, DefinitionsAnswer)),
        )]
        struct Documented;
    };
}

nouns! {
    /// Sets of members.
    teams: Team, "/api/v1/teams", "/api/v1/teams/{id}",
        "list_teams" "make_team" "show_team" "change_team" "delete_team";
    /// Customer companies of the host.
    tenants: Tenant, "/api/v1/tenants", "/api/v1/tenants/{id}",
        "list_tenants" "make_tenant" "show_tenant" "change_tenant" "delete_tenant";
    /// Named sets of permissions.
    account_types: AccountType, "/api/v1/account-types", "/api/v1/account-types/{id}",
        "list_account_types" "make_account_type" "show_account_type" "change_account_type" "delete_account_type";
    /// Definitions of user attributes.
    attributes: AttributeDefinition, "/api/v1/attributes", "/api/v1/attributes/{id}",
        "list_attributes" "make_attribute" "show_attribute" "change_attribute" "delete_attribute";
    /// Who may reach what.
    grants: Grant, "/api/v1/grants", "/api/v1/grants/{id}",
        "list_grants" "make_grant" "show_grant" "change_grant" "delete_grant";
    /// Top-level places for content.
    workspaces: Workspace, "/api/v1/workspaces", "/api/v1/workspaces/{id}",
        "list_workspaces" "make_workspace" "show_workspace" "change_workspace" "delete_workspace";
    /// Places in a workspace.
    folders: PlacedFolder, "/api/v1/folders", "/api/v1/folders/{id}",
        "list_folders" "make_folder" "show_folder" "change_folder" "delete_folder";
    /// Who vouches for identities.
    issuers: Issuer, "/api/v1/issuers", "/api/v1/issuers/{id}",
        "list_issuers" "make_issuer" "show_issuer" "change_issuer" "delete_issuer";
    /// What hosts sign or call with.
    embed_keys: EmbedKey, "/api/v1/embed-keys", "/api/v1/embed-keys/{id}",
        "list_embed_keys" "make_embed_key" "show_embed_key" "change_embed_key" "delete_embed_key";
    /// Places where data lives.
    connections: Connection, "/api/v1/connections", "/api/v1/connections/{id}",
        "list_connections" "make_connection" "show_connection" "change_connection" "delete_connection";
    /// Curated tables, with their policies.
    models: NamedModel, "/api/v1/models", "/api/v1/models/{id}",
        "list_models" "make_model" "show_model" "change_model" "delete_model";
    /// Published workbooks, as their authors wrote them.
    definitions_of_workbooks: NamedWorkbook, "/api/v1/workbook-definitions", "/api/v1/workbook-definitions/{id}",
        "list_workbook_definitions" "make_workbook_definition" "show_workbook_definition" "change_workbook_definition"
        "delete_workbook_definition";
}

/// What the routes are, for the OpenAPI document.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    Documented::openapi()
}

/// Takes away the grants that `goes` says, and says what became of them.
pub(super) fn without_grants(definitions: &mut Definitions, goes: impl Fn(&Grant) -> bool) -> Vec<Change> {
    let (gone, kept) = std::mem::take(&mut definitions.grants).into_iter().partition(|grant| goes(grant));
    definitions.grants = kept;
    let gone: Vec<Grant> = gone;
    gone.iter().map(|grant| Change::gone(Kind::Grant, grant.name())).collect()
}

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
    fn place(&self, snapshot: &Snapshot) -> Place {
        tenant_of_team(self.name.as_str(), snapshot)
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
        if self.secrets.is_empty() || self.secrets.iter().any(|secret| *secret != SecretReference::Stored) {
            let detail = "`secrets`: expected `[\"stored\"]`: the server makes one and shows it once".to_owned();
            return Err(Problem::Invalid { code: "invalid_member", detail });
        }
        self.secrets.truncate(1);
        let secret = store::new_key_secret()?;
        let shown_once = Some(("secret", secret.expose().to_owned()));
        Ok(Issued { secrets: BTreeMap::from([(self.client_id.to_string(), vec![secret])]), shown_once })
    },
    fn refuse_change(&self, after: &Self) -> Result<(), Problem> {
        if self.client_id == after.client_id && self.secrets == after.secrets {
            return Ok(());
        }
        let detail = "`client_id` and `secrets`: expected those it has".to_owned();
        Err(Problem::Invalid { code: "name_stays", detail })
    }
);

/// Whose a team is: `tenant/…` is that tenant's own.
pub(super) fn tenant_of_team(name: &str, snapshot: &Snapshot) -> Place {
    let tenant = name.split_once('/').and_then(|(tenant, _)| TenantName::new(tenant).ok());
    tenant.filter(|tenant| snapshot.tenants.id(tenant).is_some()).map_or(Place::Organization, Place::Tenant)
}

impl Noun for Grant {
    const KIND: Kind = Kind::Grant;
    const NEEDS: Permission = Permission::ManageGrants;
    const PATH: &'static str = "/api/v1/grants";

    fn name(&self) -> String {
        Self::name(self)
    }

    fn at(&self, definitions: &Definitions) -> String {
        let place = definitions.grants.iter().position(|other| other.name() == Self::name(self));
        format!("grants.yaml: grants[{}]", place.unwrap_or_default())
    }

    fn all(definitions: &Definitions) -> impl Iterator<Item = Cow<'_, Self>> {
        definitions.grants.iter().map(Cow::Borrowed)
    }

    fn put(self, definitions: &mut Definitions) {
        match definitions.grants.iter_mut().find(|other| other.name() == Self::name(&self)) {
            Some(other) => *other = self,
            None => definitions.grants.push(self),
        }
    }

    /// Sharing a workbook does not share the data behind it.
    fn warnings(&self, snapshot: &Snapshot) -> Vec<String> {
        let Granted::Workbook(workbook) = &self.on else { return Vec::new() };
        let missing = authz::access::missing_data(snapshot, &self.to, workbook);
        let told = |path| format!("`{path}` is behind this workbook, and no grant lets the grantee use it");
        missing.into_iter().map(told).collect()
    }

    fn remove(&self, definitions: &mut Definitions) -> Vec<Change> {
        definitions.grants.retain(|other| other.name() != Self::name(self));
        Vec::new()
    }
}

/// A folder with where it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlacedFolder {
    /// `workspace/folder`
    name: FolderPath,
    /// Shown to people.
    title: String,
    /// Who manages everything in it.
    #[serde(default)]
    owner: Option<Owner>,
}

impl Noun for PlacedFolder {
    const KIND: Kind = Kind::Folder;
    const NEEDS: Permission = Permission::ManageWorkspaces;
    const PATH: &'static str = "/api/v1/folders";

    fn name(&self) -> String {
        self.name.to_string()
    }

    fn at(&self, definitions: &Definitions) -> String {
        let home = definitions.workspaces.iter().position(|workspace| workspace.name == self.name.workspace);
        format!("workspaces.yaml: workspaces[{}].folders", home.unwrap_or_default())
    }

    fn all(definitions: &Definitions) -> impl Iterator<Item = Cow<'_, Self>> {
        definitions.workspaces.iter().flat_map(|workspace| {
            workspace.folders.iter().map(|folder| {
                let name = FolderPath { workspace: workspace.name.clone(), folder: folder.name.clone() };
                Cow::Owned(Self { name, title: folder.title.clone(), owner: folder.owner.clone() })
            })
        })
    }

    fn put(self, definitions: &mut Definitions) {
        let home = definitions.workspaces.iter_mut().find(|workspace| workspace.name == self.name.workspace);
        let Some(home) = home else { return };
        match home.folders.iter_mut().find(|folder| folder.name == self.name.folder) {
            Some(folder) => (folder.title, folder.owner) = (self.title, self.owner),
            None => home.folders.push(Folder { name: self.name.folder, title: self.title, owner: self.owner }),
        }
    }

    fn remove(&self, definitions: &mut Definitions) -> Vec<Change> {
        for home in definitions.workspaces.iter_mut().filter(|workspace| workspace.name == self.name.workspace) {
            home.folders.retain(|folder| folder.name != self.name.folder);
        }
        without_grants(definitions, |grant| grant.on == Granted::Folder(self.name.clone()))
    }

    fn item(&self) -> Result<Item, Problem> {
        let folder = Folder { name: self.name.folder.clone(), title: self.title.clone(), owner: self.owner.clone() };
        Item::new(Self::KIND, Noun::name(self), &folder).map_err(|_| Problem::Internal)
    }
}

macro_rules! mapped {
    ($(#[$doc:meta])* $noun:ident, $body:ty, $name:ty, $kind:ident, $path:literal, $map:ident, $granted:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $noun {
            /// Its name.
            name: $name,
            /// What its file says.
            definition: $body,
        }

        impl Noun for $noun {
            const KIND: Kind = Kind::$kind;
            const NEEDS: Permission = Permission::ManageModels;
            const PATH: &'static str = $path;

            fn name(&self) -> String {
                self.name.to_string()
            }

            fn at(&self, _: &Definitions) -> String {
                format!("{}/{}.yaml: ", stringify!($map), self.name)
            }

            fn all(definitions: &Definitions) -> impl Iterator<Item = Cow<'_, Self>> {
                let named = |(name, body): (&$name, &$body)| Self { name: name.clone(), definition: body.clone() };
                definitions.$map.iter().map(move |entry| Cow::Owned(named(entry)))
            }

            fn named(definitions: &Definitions, name: &str) -> Option<Self> {
                let name = <$name>::new(name).ok()?;
                let definition = definitions.$map.get(&name)?.clone();
                Some(Self { name, definition })
            }

            fn put(self, definitions: &mut Definitions) {
                definitions.$map.insert(self.name, self.definition);
            }

            fn remove(&self, definitions: &mut Definitions) -> Vec<Change> {
                definitions.$map.remove(&self.name);
                let of_model = |path: &TablePath| path.model.as_str() == self.name.as_str();
                without_grants(definitions, |grant| match &grant.on {
                    Granted::$granted(name) => *name == self.name,
                    Granted::Table(path) => Self::KIND == Kind::Model && of_model(path),
                    _ => false,
                })
            }

            fn item(&self) -> Result<Item, Problem> {
                Item::new(Self::KIND, self.name.as_str(), &self.definition).map_err(|_| Problem::Internal)
            }
        }
    };
}

mapped!(
    /// A model by its name.
    NamedModel, Model, ModelName, Model, "/api/v1/models", models, Model
);
mapped!(
    /// A workbook by its name.
    NamedWorkbook, Workbook, WorkbookName, Workbook, "/api/v1/workbook-definitions", workbooks, Workbook
);
