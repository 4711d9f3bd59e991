//! Metabase's doors for people nobody knows: guest tokens (`/api/embed`) and public links (`/api/public`).
//!
//! A dashboard is a workbook, its tabs are pages; a question or card is an element. Each request carries its credential
//! in the address and is verified, identified and decided anew. Statuses and texts are Metabase's. Who manages content makes links
//! to it here too, and who is logged in finds it at Metabase's addresses.

mod caller;
mod chosen;
mod data;
mod object;
mod page;
mod params;
mod pivot;
mod place;
mod public_links;
mod refusal;
mod signed_in;

use super::{Route, delete, get, post};

/// The routes of both doors.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/embed/dashboard/{token}", page::dashboard).of_embeds(),
        get("/embed/question/{token}", page::question).of_embeds(),
        get("/public/dashboard/{link}", page::public).of_embeds(),
        get("/public/question/{link}", page::public).of_embeds(),
        get("/dashboard/{dashboard}", signed_in::document).of_application(),
        get("/question/{question}", signed_in::document).of_application(),
        get("/api/v1/metabase/content", signed_in::content),
        get("/app/embed.js", super::files::embed),
        get("/api/embed/card/{token}", object::card),
        get("/api/embed/card/{token}/query", data::card),
        get("/api/embed/card/{token}/query/{format}", data::card_file),
        get("/api/embed/card/{token}/params/{parameter}/values", params::values),
        get("/api/embed/card/{token}/params/{parameter}/search/{text}", params::search),
        get("/api/embed/card/{token}/params/{parameter}/remapping", params::remapping),
        get("/api/embed/dashboard/{token}", object::dashboard),
        get("/api/embed/dashboard/{token}/dashcard/{dashcard}/card/{card}", data::dashcard),
        get("/api/embed/dashboard/{token}/dashcard/{dashcard}/card/{card}/{format}", data::dashcard_file),
        get("/api/embed/dashboard/{token}/params/{parameter}/values", params::values),
        get("/api/embed/dashboard/{token}/params/{parameter}/search/{text}", params::search),
        get("/api/embed/dashboard/{token}/params/{parameter}/remapping", params::remapping),
        get("/api/embed/pivot/card/{token}/query", pivot::card),
        get("/api/embed/pivot/dashboard/{token}/dashcard/{dashcard}/card/{card}", pivot::dashcard),
        get("/api/public/card/{token}", object::card),
        get("/api/public/card/{token}/query", data::card),
        get("/api/public/card/{token}/query/{format}", data::card_file),
        get("/api/public/card/{token}/params/{parameter}/values", params::values),
        get("/api/public/card/{token}/params/{parameter}/search/{text}", params::search),
        get("/api/public/card/{token}/params/{parameter}/remapping", params::remapping),
        get("/api/public/dashboard/{token}", object::dashboard),
        get("/api/public/dashboard/{token}/dashcard/{dashcard}/card/{card}", data::dashcard),
        get("/api/public/dashboard/{token}/dashcard/{dashcard}/card/{card}/{format}", data::dashcard_file),
        get("/api/public/dashboard/{token}/params/{parameter}/values", params::values),
        get("/api/public/dashboard/{token}/params/{parameter}/search/{text}", params::search),
        get("/api/public/dashboard/{token}/params/{parameter}/remapping", params::remapping),
        get("/api/public/pivot/card/{token}/query", pivot::card),
        get("/api/public/pivot/dashboard/{token}/dashcard/{dashcard}/card/{card}", pivot::dashcard),
        get("/api/card/public", public_links::cards),
        post("/api/card/{card}/public_link", public_links::make_of_card),
        delete("/api/card/{card}/public_link", public_links::revoke_of_card),
        get("/api/dashboard/public", public_links::dashboards),
        post("/api/dashboard/{dashboard}/public_link", public_links::make_of_dashboard),
        delete("/api/dashboard/{dashboard}/public_link", public_links::revoke_of_dashboard),
    ]
}
