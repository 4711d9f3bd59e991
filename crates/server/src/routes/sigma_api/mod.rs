//! Sigma's REST API, for programs that were written for it: what each of its calls is here. Nothing is decided or written here;
//! calls are translated into what the rest of the API does.

mod account_types;
mod asked;
mod assignments;
mod attributes;
mod connections;
mod data;
mod data_models;
mod files;
mod files_written;
mod grantee;
mod grants;
mod grants_on;
mod grants_written;
mod inode;
mod member;
mod members;
mod names;
mod organization;
mod parts;
mod permission;
mod tags;
mod teams;
mod tenants;
mod token;
mod whoami;
mod workbooks;
mod workspaces;

use super::{Route, delete, get, patch, post};
use assignments::{of_those, set_of_those, unset_of_one};
use model::access::{Team, Tenant};

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    people().into_iter().chain(content()).collect()
}

/// Who there is, and what they are.
fn people() -> Vec<Route> {
    vec![
        post("/v2/auth/token", token::make),
        get("/v2/whoami", whoami::show),
        get("/v2/members", members::list),
        post("/v2/members", members::make),
        get("/v2/members/{id}", members::show),
        patch("/v2/members/{id}", members::change),
        delete("/v2/members/{id}", members::deactivate),
        get("/v2/members/{id}/teams", members::teams_of),
        get("/v2/teams", teams::list),
        post("/v2/teams", teams::make),
        get("/v2/teams/{id}", teams::show),
        patch("/v2/teams/{id}", teams::change),
        delete("/v2/teams/{id}", teams::remove),
        get("/v2/teams/{id}/members", teams::members),
        patch("/v2/teams/{id}/members", teams::change_members),
        get("/v2/accountTypes", account_types::list),
        post("/v2/accountTypes", account_types::make),
        get("/v2/accountTypes/{id}/permissions", account_types::permissions),
        delete("/v2/accountTypes/{id}", account_types::remove),
        get("/v2/tenants", tenants::list),
        get("/v2/tenants/{id}", tenants::show),
        get("/v2/user-attributes", attributes::list),
        post("/v2/user-attributes", attributes::make),
        get("/v2/user-attributes/{id}", attributes::show),
        patch("/v2/user-attributes/{id}", attributes::change),
        delete("/v2/user-attributes/{id}", attributes::remove),
        get("/v2/user-attributes/{id}/users", assignments::of_users),
        post("/v2/user-attributes/{id}/users", assignments::set_of_users),
        patch("/v2/user-attributes/{id}/users", assignments::set_of_users),
        delete("/v2/user-attributes/{id}/users/{user}", assignments::unset_of_user),
        get("/v2/user-attributes/{id}/teams", of_those::<Team>),
        post("/v2/user-attributes/{id}/teams", set_of_those::<Team>),
        patch("/v2/user-attributes/{id}/teams", set_of_those::<Team>),
        delete("/v2/user-attributes/{id}/teams/{team}", unset_of_one::<Team>),
        get("/v2/user-attributes/{id}/tenants", of_those::<Tenant>),
        post("/v2/user-attributes/{id}/tenants", set_of_those::<Tenant>),
        patch("/v2/user-attributes/{id}/tenants", set_of_those::<Tenant>),
        delete("/v2/user-attributes/{id}/tenants/{tenant}", unset_of_one::<Tenant>),
    ]
}

/// What there is for them.
fn content() -> Vec<Route> {
    let own = vec![
        get("/v2/grants", grants::list),
        post("/v2/grants", grants_written::make),
        get("/v2/grants/{id}", grants::show),
        delete("/v2/grants/{id}", grants_written::remove),
        get("/v2/workspaces", workspaces::list),
        post("/v2/workspaces", workspaces::make),
        get("/v2/workspaces/{id}", workspaces::show),
        patch("/v2/workspaces/{id}", workspaces::change),
        delete("/v2/workspaces/{id}", workspaces::remove),
        get("/v2/files", files::list),
        post("/v2/files", files_written::make),
        get("/v2/files/{id}", files::show),
        patch("/v2/files/{id}", files_written::change),
        delete("/v2/files/{id}", files_written::remove),
        get("/v2/members/{id}/files", files::of_member),
        get("/v2/workbooks", workbooks::list),
        post("/v2/workbooks", workbooks::make),
        post("/v2/workbooks/tag", tags::set),
        get("/v2/workbooks/{id}", workbooks::show),
        post("/v2/workbooks/{id}/copy", workbooks::copy),
        post("/v2/workbooks/{id}/tag/{tag}/copy", workbooks::copy_tagged),
        get("/v2/workbooks/{id}/pages", parts::pages),
        get("/v2/workbooks/{id}/pages/{page}/elements", parts::elements_of_page),
        get("/v2/workbooks/{id}/elements", parts::elements),
        get("/v2/workbooks/{id}/elements/{element}/columns", parts::columns_of_element),
        get("/v2/workbooks/{id}/columns", parts::all_columns),
        get("/v2/workbooks/{id}/controls", parts::controls),
        get("/v2/workbooks/{id}/tags", tags::of_workbook),
        delete("/v2/workbooks/{id}/tags/{tag}", tags::remove),
        get("/v2/tags", tags::list),
        get("/v2/tags/{tag}/workbooks", tags::workbooks),
        get("/v2/connections", connections::list),
        get("/v2/connections/paths", connections::paths),
        get("/v2/connections/{id}", connections::show),
        post("/v2/connection/{id}/lookup", connections::look_up),
        get("/v2/dataModels", data_models::list),
        get("/v2/dataModels/{id}", data_models::show),
        get("/v2/dataModels/{id}/elements", data_models::elements),
        get("/v2/dataModels/{id}/columns", data_models::columns),
    ];
    own.into_iter().chain(grants_on::routes()).collect()
}
