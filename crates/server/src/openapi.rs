//! The API of pages as an OpenAPI 3.1 document, from which the viewer's client is generated.

mod errors;
mod examples;

use crate::routes;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
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
        routes::picture::page,
        routes::picture::element,
        routes::counted::query,
        routes::control::values,
        routes::catalogue::list,
        routes::explore::query,
        routes::explain::explain,
        routes::session::open,
        routes::session::end,
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
        components.add_security_scheme("host", SecurityScheme::Http(Http::new(HttpAuthScheme::Basic)));
        components.add_security_scheme("handle", scheme.clone());
        components.add_security_scheme("credential", scheme);
        let cookie = ApiKeyValue::with_description(
            "__Host-vitrine",
            "Of whoever has logged in. The header `Vitrine-Session` says of which session the page is, and what writes comes from \
             a page of Vitrine's own.",
        );
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// The document. A member of an answer that may be absent is absent, never null.
#[must_use]
pub fn document() -> Value {
    let mut document = Api::openapi();
    document.merge(routes::account::document());
    document.merge(routes::content::document());
    document.merge(routes::administration::document());
    document.merge(routes::subscriptions::document());
    let mut document = serde_json::to_value(document).unwrap_or_default();
    open_what_is_joined(&mut document);
    tag_by_path(&mut document);
    open_to_cookies(&mut document);
    open_bodies(&mut document);
    errors::describe(&mut document);
    examples::describe(&mut document);
    document
}

/// Operations are together that are below one path.
fn tag_by_path(document: &mut Value) {
    for (path, methods) in document["paths"].as_object_mut().into_iter().flatten() {
        let beginning: Vec<&str> = path.split('/').take(4).collect();
        for operation in methods.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
            operation["tags"] = json!([beginning.join("/")]);
        }
    }
}

/// Whoever has logged in asks what others ask with a handle.
fn open_to_cookies(document: &mut Value) {
    for methods in document["paths"].as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
        for operation in methods.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
            let ways = operation.get_mut("security").and_then(Value::as_array_mut);
            if let Some(ways) = ways.filter(|ways| ways.iter().any(|way| way.get("handle").is_some())) {
                ways.push(json!({ "cookie": [] }));
            }
        }
    }
}

/// A body that is a definition has the members that its file has, which the schemas of files say.
fn open_bodies(document: &mut Value) {
    for methods in document["paths"].as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
        for operation in methods.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
            let schema = operation.pointer_mut("/requestBody/content/application~1json/schema");
            if let Some(schema) = schema.filter(|schema| **schema == json!({ "type": "object" })) {
                schema["additionalProperties"] = json!(true);
            }
        }
    }
}

/// What is one of several kinds has a member that says which, beside those of its kind: so its kind alone may not refuse
/// other members.
fn open_what_is_joined(document: &mut Value) {
    let mut joined = BTreeSet::new();
    let Some(schemas) = document.pointer_mut("/components/schemas") else { return };
    find_joined(schemas, &mut joined);
    for (name, schema) in schemas.as_object_mut().into_iter().flatten() {
        if let (true, Some(schema)) = (joined.contains(name), schema.as_object_mut()) {
            schema.remove("additionalProperties");
        }
    }
}

fn find_joined(schema: &Value, joined: &mut BTreeSet<String>) {
    let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    let names = parts.filter_map(|part| part["$ref"].as_str()?.rsplit('/').next());
    joined.extend(names.map(str::to_owned));
    let below = schema.as_object().into_iter().flat_map(serde_json::Map::values);
    for inner in below.chain(schema.as_array().into_iter().flatten()) {
        find_joined(inner, joined);
    }
}

/// The document as `docs/openapi.json` has it.
#[must_use]
pub fn text() -> String {
    serde_json::to_string_pretty(&document()).unwrap_or_default()
}
