//! The things that are administered by themselves, and their routes.

mod folder;
mod grant;
mod listed;
mod mapped;

use self::mapped::{NamedModel, NamedTag, NamedWorkbook};
use super::noun::{self, Listing};
use crate::app::App;
use crate::body::Definition;
use crate::callers::Administrator;
use crate::page::Parameters;
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use crate::routes::{Route, delete, get, patch, post};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use model::access::{AccountType, Connection, EmbedKey, Grant, IdentityProvider, Issuer, Team, Tenant, Workspace};
use model::attribute::AttributeDefinition;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::{OpenApi, ToSchema};

pub(in crate::routes) use self::folder::PlacedFolder;
pub(crate) use self::grant::without_grants;
pub(super) use self::listed::tenant_of_team;
pub(crate) use self::mapped::without_versions;

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
                super::members::identities::list,
                super::members::factors::reset,
                super::members::identities::link,
                super::members::identities::unlink,
                super::values::set,
                super::team_members::list,
                super::team_members::add,
                super::team_members::remove,
                super::identity_providers::test,
                super::identity_providers::put_client_secret,
                super::token_test::test,
                super::public_links::list,
                super::public_links::make,
                super::public_links::revoke,
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
    /// Who brings people that have an account.
    identity_providers: IdentityProvider, "/api/v1/identity-providers", "/api/v1/identity-providers/{id}",
        "list_identity_providers" "make_identity_provider" "show_identity_provider" "change_identity_provider"
        "delete_identity_provider";
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
    /// Versions of workbooks under tags.
    tags: NamedTag, "/api/v1/tags", "/api/v1/tags/{id}",
        "list_tags" "make_tag" "show_tag" "change_tag" "delete_tag";
}

/// What the routes are, for the OpenAPI document.
pub(super) fn document() -> utoipa::openapi::OpenApi {
    Documented::openapi()
}
