//! Sigma's door: the page of a signed address, and the exchange of that address for a handle.
//!
//! The page burns nothing: it posts its address here, once, and keeps the handle in memory.

pub(in crate::routes) mod address;
mod options;
mod refusal;
mod session;

use super::{Route, get, post};

/// The routes of the door.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/{organization}/workbook/{*address}", address::document).of_embeds(),
        get("/embed/{embed}", address::document).of_embeds(),
        post("/api/v1/sigma/sessions", session::open).of_embeds(),
    ]
}
