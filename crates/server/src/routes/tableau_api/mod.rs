//! Tableau's REST API, for programs that were written for it: what each of its calls is here. Nothing is decided or written
//! here; calls are translated into what the rest of the API does.

mod asked;
mod auth;
mod capabilities;
pub(in crate::routes) mod content;
mod drawn;
mod groups;
mod named;
mod permissions;
mod projects;
mod server_info;
mod sites;
mod told;
mod user;
mod users;

use super::{Route, delete, get, post, put};

/// The routes. What is below a site is for whoever is in it, and the version is any of `2.x` and `3.x`.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/{version}/serverInfo", server_info::show),
        // One of Tableau's clients asks for it so.
        get("/api/{version}/serverinfo", server_info::show),
        post("/api/{version}/auth/signin", auth::sign_in),
        post("/api/{version}/auth/signout", auth::sign_out),
        post("/api/{version}/auth/switchSite", auth::switch_site),
        get("/api/{version}/sessions/current", auth::session),
        get("/api/{version}/sites", sites::list),
        get("/api/{version}/sites/{site}", sites::show),
        put("/api/{version}/sites/{site}", sites::update),
        get("/api/{version}/sites/{site}/users", users::list),
        post("/api/{version}/sites/{site}/users", users::make),
        get("/api/{version}/sites/{site}/users/{id}", users::show),
        put("/api/{version}/sites/{site}/users/{id}", users::update),
        delete("/api/{version}/sites/{site}/users/{id}", users::remove),
        get("/api/{version}/sites/{site}/users/{id}/groups", users::groups_of),
        get("/api/{version}/sites/{site}/groups", groups::list),
        post("/api/{version}/sites/{site}/groups", groups::make),
        put("/api/{version}/sites/{site}/groups/{id}", groups::update),
        delete("/api/{version}/sites/{site}/groups/{id}", groups::remove),
        get("/api/{version}/sites/{site}/groups/{id}/users", groups::users),
        post("/api/{version}/sites/{site}/groups/{id}/users", groups::add),
        put("/api/{version}/sites/{site}/groups/{id}/users/remove", groups::remove_several),
        delete("/api/{version}/sites/{site}/groups/{id}/users/{user}", groups::remove_user),
        get("/api/{version}/sites/{site}/projects", projects::list),
        post("/api/{version}/sites/{site}/projects", projects::make),
        put("/api/{version}/sites/{site}/projects/{id}", projects::change),
        delete("/api/{version}/sites/{site}/projects/{id}", projects::remove),
        get("/api/{version}/sites/{site}/projects/{id}/permissions", permissions::of_project),
        put("/api/{version}/sites/{site}/projects/{id}/permissions", permissions::set_of_project),
        delete(
            "/api/{version}/sites/{site}/projects/{id}/permissions/{grantees}/{grantee}/{capability}/{mode}",
            permissions::remove_of_project,
        ),
        get("/api/{version}/sites/{site}/projects/{id}/default-permissions/{kind}", permissions::of_defaults),
        put("/api/{version}/sites/{site}/projects/{id}/default-permissions/{kind}", permissions::set_of_defaults),
        delete(
            "/api/{version}/sites/{site}/projects/{id}/default-permissions/{kind}/{grantees}/{grantee}/{capability}/{mode}",
            permissions::remove_of_defaults,
        ),
        get("/api/{version}/sites/{site}/workbooks", content::workbooks),
        get("/api/{version}/sites/{site}/workbooks/{id}", content::show_workbook),
        get("/api/{version}/sites/{site}/workbooks/{id}/views", content::views_of_workbook),
        get("/api/{version}/sites/{site}/workbooks/{id}/views/{view}/previewImage", drawn::preview),
        get("/api/{version}/sites/{site}/workbooks/{id}/previewImage", drawn::preview_of_workbook),
        get("/api/{version}/sites/{site}/workbooks/{id}/pdf", drawn::workbook_pdf),
        get("/api/{version}/sites/{site}/workbooks/{id}/permissions", permissions::of_workbook),
        put("/api/{version}/sites/{site}/workbooks/{id}/permissions", permissions::set_of_workbook),
        delete(
            "/api/{version}/sites/{site}/workbooks/{id}/permissions/{grantees}/{grantee}/{capability}/{mode}",
            permissions::remove_of_workbook,
        ),
        get("/api/{version}/sites/{site}/views", content::views),
        get("/api/{version}/sites/{site}/views/{id}", content::show_view),
        get("/api/{version}/sites/{site}/views/{id}/data", drawn::data),
        get("/api/{version}/sites/{site}/views/{id}/crosstab/excel", drawn::crosstab),
        get("/api/{version}/sites/{site}/views/{id}/image", drawn::image),
        get("/api/{version}/sites/{site}/views/{id}/pdf", drawn::pdf),
        get("/api/{version}/sites/{site}/views/{id}/permissions", permissions::of_view),
        put("/api/{version}/sites/{site}/views/{id}/permissions", permissions::set_of_view),
    ]
}
