//! Looker's API 4.0, for hosts that were written for it: what each of its calls is here. Nothing is decided or written here;
//! calls are translated into what the rest of the API does.

mod access;
mod asked;
mod attributes;
mod coming_in;
mod content;
mod embed;
mod groups;
mod login;
mod me;
mod models;
mod queries;
mod question;
mod roles;
mod roles_written;
mod user;
mod users;
mod value;
mod values;

pub(super) use question::query_of_id;

use super::{Route, delete, get, patch, post, put};
use embed::{cookieless, owner, secrets, signed};

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/api/4.0/login", login::log_in),
        delete("/api/4.0/logout", login::log_out),
        // One of Looker's clients asks for it there.
        delete("/api/logout", login::log_out),
        get("/api/4.0/user", me::show),
        get("/api/4.0/versions", me::versions),
        get("/api/4.0/session", me::session),
        patch("/api/4.0/session", me::change_session),
        post("/api/4.0/embed/sso_url", signed::make),
        get("/api/4.0/embed/sso/validate", signed::validate),
        post("/api/4.0/embed/token_url/me", owner::make),
        post("/api/4.0/embed_config/secrets", secrets::make),
        delete("/api/4.0/embed_config/secrets/{embed_secret_id}", secrets::remove),
        post("/api/4.0/embed/cookieless_session/acquire", cookieless::acquire),
        put("/api/4.0/embed/cookieless_session/generate_tokens", cookieless::renew),
        delete("/api/4.0/embed/cookieless_session/{session_reference_token}", cookieless::end),
        get("/api/4.0/users", users::list),
        get("/api/4.0/users/search", users::search),
        post("/api/4.0/users/embed_user", users::make_embed_user),
        get("/api/4.0/users/credential/embed/{external_user_id}", users::by_external_id),
        get("/api/4.0/users/{user_id}", users::show),
        patch("/api/4.0/users/{user_id}", users::change),
        delete("/api/4.0/users/{user_id}", users::remove),
        get("/api/4.0/users/{user_id}/credentials_embed", coming_in::list_credentials),
        get("/api/4.0/users/{user_id}/credentials_embed/{credentials_embed_id}", coming_in::show_credentials),
        delete("/api/4.0/users/{user_id}/credentials_embed/{credentials_embed_id}", coming_in::remove_credentials),
        get("/api/4.0/users/{user_id}/sessions", coming_in::list_sessions),
        get("/api/4.0/users/{user_id}/sessions/{session_id}", coming_in::show_session),
        delete("/api/4.0/users/{user_id}/sessions/{session_id}", coming_in::end_session),
        get("/api/4.0/users/{user_id}/roles", roles::of_user),
        put("/api/4.0/users/{user_id}/roles", roles_written::set_of_user),
        get("/api/4.0/users/{user_id}/attribute_values", values::of_one),
        patch("/api/4.0/users/{user_id}/attribute_values/{user_attribute_id}", values::set),
        delete("/api/4.0/users/{user_id}/attribute_values/{user_attribute_id}", values::unset),
        get("/api/4.0/user_attributes", attributes::list),
        post("/api/4.0/user_attributes", attributes::make),
        get("/api/4.0/user_attributes/{user_attribute_id}", attributes::show),
        patch("/api/4.0/user_attributes/{user_attribute_id}", attributes::change),
        delete("/api/4.0/user_attributes/{user_attribute_id}", attributes::remove),
        get("/api/4.0/user_attributes/{user_attribute_id}/group_values", values::of_groups),
        post("/api/4.0/user_attributes/{user_attribute_id}/group_values", values::replace_of_groups),
        get("/api/4.0/groups", groups::list),
        post("/api/4.0/groups", groups::make),
        get("/api/4.0/groups/search", groups::search),
        get("/api/4.0/groups/search/with_hierarchy", groups::search_with_hierarchy),
        get("/api/4.0/groups/search/with_roles", groups::search_with_roles),
        get("/api/4.0/groups/{group_id}", groups::show),
        delete("/api/4.0/groups/{group_id}", groups::remove),
        get("/api/4.0/groups/{group_id}/groups", groups::groups),
        get("/api/4.0/groups/{group_id}/users", groups::users),
        post("/api/4.0/groups/{group_id}/users", groups::add_user),
        delete("/api/4.0/groups/{group_id}/users/{user_id}", groups::remove_user),
        patch("/api/4.0/groups/{group_id}/attribute_values/{user_attribute_id}", values::set_of_group),
        delete("/api/4.0/groups/{group_id}/attribute_values/{user_attribute_id}", values::unset_of_group),
        get("/api/4.0/roles", roles::list),
        post("/api/4.0/roles", roles_written::make),
        get("/api/4.0/roles/{role_id}", roles::show),
        patch("/api/4.0/roles/{role_id}", roles_written::change),
        delete("/api/4.0/roles/{role_id}", roles_written::remove),
        get("/api/4.0/roles/{role_id}/groups", roles::groups),
        get("/api/4.0/roles/{role_id}/users", roles::users),
        put("/api/4.0/roles/{role_id}/users", roles_written::set_users),
        get("/api/4.0/permissions", roles::permissions),
        get("/api/4.0/permission_sets", roles::permission_sets),
        get("/api/4.0/permission_sets/{permission_set_id}", roles::show_permission_set),
        patch("/api/4.0/permission_sets/{permission_set_id}", roles_written::change_permission_set),
        get("/api/4.0/model_sets", roles::model_sets),
        get("/api/4.0/lookml_models", models::list),
        get("/api/4.0/lookml_models/{model}", models::show),
        get("/api/4.0/lookml_models/{model}/explores/{explore}", models::explore),
        post("/api/4.0/queries", queries::make),
        post("/api/4.0/queries/run/{result_format}", queries::run_inline),
        get("/api/4.0/queries/{query_id}", queries::show),
        get("/api/4.0/queries/{query_id}/run/{result_format}", queries::run),
        get("/api/4.0/folders", content::folders),
        get("/api/4.0/folders/{folder_id}", content::show_folder),
        get("/api/4.0/content_metadata", access::list_content),
        get("/api/4.0/content_metadata/{content_metadata_id}", access::show_content),
        get("/api/4.0/content_metadata_access", access::list),
        post("/api/4.0/content_metadata_access", access::make),
        put("/api/4.0/content_metadata_access/{content_metadata_access_id}", access::change),
        delete("/api/4.0/content_metadata_access/{content_metadata_access_id}", access::remove),
        get("/api/4.0/dashboards", content::dashboards),
        get("/api/4.0/dashboards/{dashboard_id}", content::show_dashboard),
        get("/api/4.0/looks", content::looks),
        get("/api/4.0/looks/{look_id}", content::show_look),
        get("/api/4.0/looks/{look_id}/run/{result_format}", content::run_look),
    ]
}
