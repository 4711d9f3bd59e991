//! The API of pages as an OpenAPI 3.1 document, from which the viewer's client is generated.

use crate::routes;
use serde_json::Value;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Vitrine",
        description = "What pages ask with the handle of their session, and what administrators and hosts' back ends do \
                       with that of theirs or with an API credential."
    ),
    paths(
        routes::current::show,
        routes::shelf::list,
        routes::shelf::like,
        routes::shelf::unlike,
        routes::bookmarks::list,
        routes::bookmarks::make,
        routes::bookmarks::remove,
        routes::current::end,
        routes::workbook::show,
        routes::element::query,
        routes::element::export,
        routes::underlying::query,
        routes::underlying::export,
        routes::counted::query,
        routes::control::values,
        routes::catalogue::list,
        routes::explore::query,
        routes::explain::explain,
        routes::redeem::redeem,
        routes::permissions::list,
    ),
    modifiers(&Handles)
)]
struct Api;

/// How calls say whose they are.
struct Handles;

impl Modify for Handles {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("handle", scheme.clone());
        components.add_security_scheme("credential", scheme);
    }
}

/// The document. A member of an answer that may be absent is absent, never null.
#[must_use]
pub fn document() -> Value {
    let mut document = Api::openapi();
    document.merge(routes::content::document());
    document.merge(routes::administration::document());
    serde_json::to_value(document).unwrap_or_default()
}

/// The document as `docs/openapi.json` has it.
#[must_use]
pub fn text() -> String {
    serde_json::to_string_pretty(&document()).unwrap_or_default()
}
