//! The organization, changed while the server runs: one thing at a time, each change checked as a whole with everything
//! else, decided, and written with the event that tells of it.

pub(in crate::routes) mod access;
mod activity;
mod credentials;
pub(crate) mod edit;
mod identity_providers;
pub(in crate::routes) mod members;
pub(in crate::routes) mod noun;
pub(crate) mod nouns;
pub(super) mod public_links;
pub(in crate::routes) mod sessions;
pub(in crate::routes) mod settings;
pub(in crate::routes) mod sharing;
pub(in crate::routes) mod team_members;
mod token_test;
pub(in crate::routes) mod values;
mod whoami;

use super::{Route, delete, get, patch, post, put};

pub(crate) use edit::{Plan, Warrant};
pub(crate) use noun::merge_into;

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    let people = vec![
        get("/api/v1/whoami", whoami::show),
        get("/api/v1/settings", settings::show),
        patch("/api/v1/settings", settings::change),
        get("/api/v1/members", members::list),
        post("/api/v1/members", members::make),
        get("/api/v1/members/{member}", members::show),
        patch("/api/v1/members/{member}", members::change::change),
        delete("/api/v1/members/{member}", members::change::remove),
        post("/api/v1/members/{member}/invitation", members::invite),
        delete("/api/v1/members/{member}/second-factor", members::factors::reset),
        get("/api/v1/members/{member}/effective", members::answer::effective),
        get("/api/v1/members/{member}/identities", members::identities::list),
        post("/api/v1/members/{member}/identities", members::identities::link),
        delete("/api/v1/members/{member}/identities/{identity}", members::identities::unlink),
        post("/api/v1/attribute-values", values::set),
        get("/api/v1/teams/{id}/members", team_members::list),
        post("/api/v1/teams/{id}/members", team_members::add),
        delete("/api/v1/teams/{id}/members/{member}", team_members::remove),
        post("/api/v1/identity-providers/{id}/test", identity_providers::test),
        put("/api/v1/identity-providers/{id}/client-secret", identity_providers::put_client_secret),
        post("/api/v1/tokens/test", token_test::test),
        get("/api/v1/public-links", public_links::list),
        post("/api/v1/public-links", public_links::make),
        delete("/api/v1/public-links/{link}", public_links::revoke),
        get("/api/v1/access", access::show),
        get("/api/v1/activity", activity::list),
        get("/api/v1/sessions", sessions::list),
        delete("/api/v1/sessions/{session}", sessions::end),
        get("/api/v1/api-credentials", credentials::list),
        post("/api/v1/api-credentials", credentials::make),
        delete("/api/v1/api-credentials/{credential}", credentials::end),
    ];
    people.into_iter().chain(nouns::routes()).chain(sharing::routes()).collect()
}

/// What the routes are, for the OpenAPI document.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    let mut document = nouns::document();
    document.merge(sharing::document());
    document
}
