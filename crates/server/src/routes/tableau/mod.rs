//! Tableau's door: the page of a view, and the exchange of a token for a handle.
//!
//! No token stands in an address. The page around this one gives it to the frame, which posts it here, once, and keeps the handle
//! in memory: two people in two frames of one page are two. A new token that is refused ends the session that it was to replace.

mod address;
mod session;

use super::files;
use super::{Route, get, post};

/// The routes of the door.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/javascripts/api/{file}", files::embedding),
        get("/views/{workbook}/{view}", address::document).of_embeds(),
        get("/t/{site}/views/{workbook}/{view}", address::document).of_embeds(),
        post("/api/v1/tableau/sessions", session::open).of_embeds(),
    ]
}
