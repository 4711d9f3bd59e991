//! Grants on one workbook or folder, made by the people who manage it: what they hold themselves, and with whom they may
//! know.

mod grants;
mod refused;
mod several;

pub(in crate::routes) use self::grants::{found, person, remove, shared, shared_anew};
pub(super) use self::refused::not_sharing;
pub(in crate::routes) use self::several::{On, Reach, Wanted, granted};

use super::edit::NotPlanned;
use crate::app::App;
use crate::body::Definition;
use crate::callers::{Author, Viewer};
use crate::page::{Paging, Parameters};
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use crate::requests::once;
use crate::routes::{Route, delete, get, patch, post};
use authz::access::CannotGrant;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use model::access::{Granted, Grantee, Level, Permission};
use model::snapshot::Kind;
use model::workbook::VersionName;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::{OpenApi, ToSchema};

/// Somebody who may reach it.
#[derive(Serialize, ToSchema)]
#[schema(as = SharedWith)]
struct ShareAnswer {
    /// For ever; the grants of `/api/v1/grants` have the same ids.
    id: String,
    /// Who, as in grants.
    #[schema(value_type = Object)]
    to: Grantee,
    /// What, as in grants.
    #[schema(value_type = Object)]
    on: Granted,
    /// `view`, `explore`, `contribute` or `manage`; null: it only allows or denies.
    #[schema(required = true, value_type = Option<String>)]
    level: Option<Level>,
    /// Permissions that they have there whatever the level.
    #[schema(value_type = Vec<String>)]
    allow: BTreeSet<Permission>,
    /// Permissions that they have not there.
    #[schema(value_type = Vec<String>)]
    deny: BTreeSet<Permission>,
    /// For whoever has just shared a workbook: that data behind it is not theirs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    warnings: Vec<String>,
}

/// A page of them.
#[derive(Serialize, ToSchema)]
#[schema(as = SharedWithAll)]
struct SharesAnswer {
    items: Vec<ShareAnswer>,
    /// Behind which the next page begins; absent: this is the last one.
    next: Option<String>,
}

/// With whom something is to be shared, and how far.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Share)]
struct Share {
    /// Who, as in grants: `{"team": "…"}`, `{"member": "…"}`, `{"embed_member": {…}}`, `{"tenant": "…"}`.
    #[schema(value_type = Object)]
    to: Grantee,
    /// `view`, `explore`, `contribute` or `manage`
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
    /// Permissions that they have there whatever the level.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    allow: BTreeSet<Permission>,
    /// Permissions that they have not there.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    deny: BTreeSet<Permission>,
}

/// What of grants routes are about: the text of an address, read.
#[derive(Clone, Copy)]
pub(in crate::routes) enum Place {
    /// A workbook's name, or that of its version under a tag.
    Workbook,
    /// A folder's id.
    Folder,
    /// A workspace's id.
    Workspace,
}

impl Place {
    /// The content. `None`: there is none.
    fn content(self, viewer: &Viewer, named: &str) -> Option<Granted> {
        match self {
            Self::Workbook => {
                let version: VersionName = named.parse().ok()?;
                Some(version.tag_path().map_or_else(|| Granted::Workbook(version.workbook.clone()), Granted::Tag))
            }
            Self::Folder => {
                let path = viewer.organization.ids.name(Kind::Folder, named)?;
                path.to_owned().try_into().ok().map(Granted::Folder)
            }
            Self::Workspace => {
                let name = viewer.organization.ids.name(Kind::Workspace, named)?;
                name.parse().ok().map(Granted::Workspace)
            }
        }
    }

    fn expect_content(self, viewer: &Viewer, named: &str) -> Result<Granted, NotPlanned> {
        self.content(viewer, named).ok_or_else(|| not_shared(CannotGrant::Unseen, resource(named)))
    }
}

fn not_shared(why: CannotGrant, resource: String) -> NotPlanned {
    NotPlanned::NotShared { why, resource }
}

fn resource(named: &str) -> String {
    format!("grants/{named}")
}

macro_rules! shared {
    ($($module:ident: $place:ident, $tag:tt, $named:tt, $path:tt, $one:tt, $list:tt $make:tt $show:tt $change:tt $remove:tt;)*) => {
        $(mod $module {
            use super::*;

            #[doc = "The grants on it, as far as the caller may know whom they are for. Needs what sharing needs."]
            #[utoipa::path(
                get, operation_id = $list, path = $path, tag = $tag, params(($named = String, Path), Paging),
                responses((status = 200, body = SharesAnswer), (status = "default", body = ProblemBody)),
                security(("handle" = []), ("credential" = [])),
            )]
            pub(super) async fn list(
                caller: Author,
                State(app): State<App>,
                Named(named): Named<String>,
                Parameters(paging): Parameters<Paging>,
            ) -> Result<Response, Problem> {
                grants::list(&app, &caller.viewer, Place::$place, &named, paging).await
            }

            #[doc = "Shares it: makes a grant on it. Needs `share_content` and the level `manage` on it; nobody gives more of"]
            #[doc = "it than they have themselves, nor to whom they may not know."]
            #[utoipa::path(
                post, operation_id = $make, path = $path, tag = $tag, request_body = Share,
                params(
                    ($named = String, Path),
                    ("Idempotency-Key" = Option<String>, Header, description = "1 to 200 printable characters."),
                ),
                responses(
                    (status = 200, body = ShareAnswer, description = "An equal request has made it before."),
                    (status = 201, body = ShareAnswer),
                    (status = "default", body = ProblemBody),
                ),
                security(("handle" = []), ("credential" = [])),
            )]
            pub(super) async fn make(
                caller: Author,
                State(app): State<App>,
                Named(named): Named<String>,
                headers: HeaderMap,
                Definition(body): Definition,
            ) -> Result<Response, Problem> {
                let once = once(&headers, &caller.viewer, &format!("{} {named} {body}", $path))?;
                grants::make(&app, caller, (Place::$place, &named), once, body).await
            }

            #[doc = "One grant on it, with its `ETag`."]
            #[utoipa::path(
                get, operation_id = $show, path = $one, tag = $tag,
                params(($named = String, Path), ("grant" = String, Path)),
                responses((status = 200, body = ShareAnswer), (status = "default", body = ProblemBody)),
                security(("handle" = []), ("credential" = [])),
            )]
            pub(super) async fn show(
                caller: Author,
                State(app): State<App>,
                Named((named, id)): Named<(String, String)>,
            ) -> Result<Response, Problem> {
                grants::show(&app, &caller.viewer, (Place::$place, &named), &id).await
            }

            #[doc = "Changes `level`, `allow` and `deny` as they are sent; null takes one away (RFC 7396)."]
            #[utoipa::path(
                patch, operation_id = $change, path = $one, tag = $tag, request_body = Object,
                params(
                    ($named = String, Path),
                    ("grant" = String, Path),
                    ("If-Match" = Option<String>, Header, description = "The `ETag` that was read."),
                ),
                responses((status = 200, body = ShareAnswer), (status = "default", body = ProblemBody)),
                security(("handle" = []), ("credential" = [])),
            )]
            pub(super) async fn change(
                caller: Author,
                State(app): State<App>,
                Named((named, id)): Named<(String, String)>,
                headers: HeaderMap,
                Definition(patch): Definition,
            ) -> Result<Response, Problem> {
                grants::change(&app, caller, (Place::$place, &named), &id, &headers, patch).await
            }

            #[doc = "Takes a grant on it away."]
            #[utoipa::path(
                delete, operation_id = $remove, path = $one, tag = $tag,
                params(
                    ($named = String, Path),
                    ("grant" = String, Path),
                    ("If-Match" = Option<String>, Header, description = "The `ETag` that was read."),
                ),
                responses((status = 204), (status = "default", body = ProblemBody)),
                security(("handle" = []), ("credential" = [])),
            )]
            pub(super) async fn remove(
                caller: Author,
                State(app): State<App>,
                Named((named, id)): Named<(String, String)>,
                headers: HeaderMap,
            ) -> Result<Response, Problem> {
                grants::remove(&app, caller, (Place::$place, &named), &id, &headers).await
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
            paths($($module::list, $module::make, $module::show, $module::change, $module::remove,)*),
            components(schemas(ShareAnswer, SharesAnswer, Share)),
        )]
        struct Documented;
    };
}

shared! {
    workbooks: Workbook, "/api/v1/workbooks", "workbook",
        "/api/v1/workbooks/{workbook}/grants", "/api/v1/workbooks/{workbook}/grants/{grant}",
        "list_grants_on_workbook" "share_workbook" "show_grant_on_workbook" "change_grant_on_workbook"
        "delete_grant_on_workbook";
    folders: Folder, "/api/v1/folders", "id",
        "/api/v1/folders/{id}/grants", "/api/v1/folders/{id}/grants/{grant}",
        "list_grants_on_folder" "share_folder" "show_grant_on_folder" "change_grant_on_folder"
        "delete_grant_on_folder";
}

/// What the routes are, for the OpenAPI document.
pub(super) fn document() -> utoipa::openapi::OpenApi {
    Documented::openapi()
}
