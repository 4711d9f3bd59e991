//! Looker's door: the login of a signed address, the page behind it, and the exchange of what the login gave for a handle.
//!
//! The login opens the session and sends the browser on to the address that was signed, with a one-time code behind its `#`, which
//! no server sees. The page exchanges it once and keeps the handle in memory: two people in two frames of one page are two. Frames
//! that come later show the cookie of the login and say of which session they are; those of a session without cookies have a
//! token in their address, and another one from the page around them.

mod address;
mod cookieless;
mod explored;
mod held;
mod login;
mod owner;
mod refusal;
mod session;
mod shown;

pub(super) use address::is_served;
pub(super) use login::{host, with_key};
pub(super) use owner::address as address_of_owner;
pub(super) use refusal::not_opened;
pub(super) use shown::shows;

use super::{Route, get, post};

/// The routes of the door.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/login/embed/{*target}", login::log_in).of_embeds(),
        get("/embed/dashboards/{dashboard}", address::document).of_embeds(),
        get("/embed/looks/{look}", address::document).of_embeds(),
        get("/embed/explore/{model}/{explore}", address::document).of_embeds(),
        get("/embed/query/{model}/{explore}", address::document).of_embeds(),
        post("/api/v1/looker/sessions", session::open).of_embeds(),
        post("/api/v1/looker/content", shown::content).of_embeds(),
    ]
}
