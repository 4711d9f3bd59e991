//! Looker's API 4.0, for hosts that were written for it: what each of its calls is here. Nothing is decided or written here;
//! calls are translated into what the rest of the API does.

mod asked;
mod embed;
mod login;
mod me;
mod user;

use super::{Route, delete, get, patch, post, put};
use embed::{cookieless, signed};

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
        post("/api/4.0/embed/cookieless_session/acquire", cookieless::acquire),
        put("/api/4.0/embed/cookieless_session/generate_tokens", cookieless::renew),
        delete("/api/4.0/embed/cookieless_session/{session_reference_token}", cookieless::end),
    ]
}
