//! Sigma's REST API, for programs that were written for it: what each of its calls is here. Nothing is decided or written here;
//! calls are translated into what the rest of the API does.

mod account_types;
mod asked;
mod assignments;
mod attributes;
mod member;
mod members;
mod names;
mod organization;
mod teams;
mod tenants;
mod token;
mod whoami;

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
    vec![]
}
