//! The API as a document, from which clients are generated: it is what the server gives, and says of each operation what it
//! takes, answers and refuses.

use crate::support::Outcome;
use jsonschema::{Draft, Validator};
use serde_json::{Value, json};
use server::callers::CallerKind;
use server::routes::routes;
use std::collections::BTreeSet;
use std::fs;

/// What is below `/api/v1` and not in the document.
const ELSEWHERE: [(&str, &str); 6] = [
    ("get /api/v1/openapi.json", "the document itself"),
    ("get /api/v1/metabase/content", "of the page at another product's addresses, which asks what is there"),
    ("post /api/v1/sigma/sessions", "of the page at another product's addresses, in that product's words"),
    ("post /api/v1/looker/sessions", "the same of another product"),
    ("post /api/v1/looker/content", "the same of another product"),
    ("post /api/v1/tableau/sessions", "the same of a third one"),
];

/// Path, method and what the document says of the operation.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    });
    operations.collect()
}

#[test]
fn the_committed_document_is_what_the_server_gives() -> Outcome {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let committed = fs::read_to_string(path)?;
    assert_eq!(committed.trim_end(), server::openapi::text(), "run `vitrine openapi > docs/openapi.json`");
    Ok(())
}

#[test]
fn every_route_of_the_api_is_in_it_and_nothing_else() {
    let document = server::openapi::document();
    let described: BTreeSet<String> =
        operations(&document).iter().map(|(path, method, _)| format!("{method} {path}")).collect();
    let own = routes().into_iter().filter(|route| route.path.starts_with("/api/v1/"));
    let own = own.map(|route| format!("{} {}", route.method.as_str().to_lowercase(), route.path));
    let own: BTreeSet<String> = own.filter(|route| ELSEWHERE.iter().all(|(other, _)| other != route)).collect();
    assert_eq!(described, own);
}

#[test]
fn every_operation_says_what_it_is_and_what_it_refuses() {
    let document = server::openapi::document();
    let mut names = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let what = format!("{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|summary| summary.len() > 3), "{what} has no summary");
        assert!(names.insert(operation["operationId"].as_str().unwrap_or_default()), "{what} has no name of its own");
        let responses = operation["responses"].as_object().cloned().unwrap_or_default();
        let open = routes().into_iter().any(|route| {
            route.path == path && route.method.as_str().to_lowercase() == method && route.caller == CallerKind::Anyone
        });
        assert_eq!(operation["security"].is_null(), open, "{what}: who may call it");
        let needed = ["429", "500", "503", "401", "403"];
        let more = [("requestBody", "400"), ("requestBody", "413"), ("requestBody", "415"), ("parameters", "400")];
        let more = more.iter().filter(|(member, _)| !operation[member].is_null()).map(|(_, status)| *status);
        for status in needed.into_iter().chain(more) {
            assert!(responses.contains_key(status), "{what} does not say {status}");
        }
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        if parameters.into_iter().any(|parameter| parameter["name"] == "Idempotency-Key") {
            let both = ["200", "201"].iter().all(|status| responses.contains_key(*status));
            assert!(both, "{what}: made, and made before");
        }
        assert!(!responses.contains_key("default"), "{what}: refusals are said by status");
        for (status, response) in &responses {
            let is_described = response["description"].as_str().is_some_and(|text| !text.is_empty());
            assert!(is_described || !response["$ref"].is_null(), "{what}: {status} is not described");
            if let Some(reference) = response["$ref"].as_str() {
                let described = document.pointer(&reference["#".len()..]);
                let described = described.and_then(|it| it["content"]["application/problem+json"].as_object());
                let example = described.map(|it| it["example"]["status"].to_string());
                assert_eq!(example.as_ref(), Some(status), "{what}: {reference}");
            }
        }
    }
    assert!(names.len() > 90, "{}", names.len());
}

/// A schema of the document, with what it refers to.
fn validator(document: &Value, schema: &Value) -> Result<Validator, Box<dyn std::error::Error + Send + Sync>> {
    let mut whole = schema.clone();
    whole["components"] = document["components"].clone();
    Ok(jsonschema::options().with_draft(Draft::Draft202012).build(&whole)?)
}

/// What is wrong with the example of a body, if anything.
fn faults(
    document: &Value,
    what: &str,
    media: &Value,
) -> Result<Vec<String>, Box<dyn std::error::Error + Send + Sync>> {
    let Some(example) = media.get("example") else { return Ok(vec![format!("{what}: no example")]) };
    let validator = validator(document, &media["schema"])?;
    Ok(validator.iter_errors(example).map(|error| format!("{what}: {error} at {}", error.instance_path())).collect())
}

#[test]
fn every_body_and_every_answer_has_an_example_that_fits_its_schema() -> Outcome {
    let document = server::openapi::document();
    let mut wrong = Vec::new();
    let is_text = |kind: &str| kind == "application/json" || kind == "text/csv";
    for (path, method, operation) in operations(&document) {
        let what = format!("{method} {path}");
        let sent = operation["requestBody"]["content"].as_object().into_iter().flatten();
        for (_, media) in sent {
            wrong.extend(faults(&document, &format!("{what}: what is sent"), media)?);
        }
        for (status, response) in operation["responses"].as_object().into_iter().flatten() {
            let content = response["content"].as_object().into_iter().flatten();
            for (kind, media) in content.filter(|(kind, _)| is_text(kind)) {
                wrong.extend(faults(&document, &format!("{what}: {status} {kind}"), media)?);
            }
        }
    }
    for (name, response) in document["components"]["responses"].as_object().into_iter().flatten() {
        wrong.extend(faults(&document, name, &response["content"]["application/problem+json"])?);
    }
    assert!(wrong.is_empty(), "examples stand in crates/server/src/openapi/examples.json:\n{}", wrong.join("\n"));
    Ok(())
}

/// The check that examples are checked with does find what is wrong.
#[test]
fn an_example_that_does_not_fit_is_found() -> Outcome {
    let document = server::openapi::document();
    let media = |example: Value| json!({"schema": {"$ref": "#/components/schemas/LoggedIn"}, "example": example});
    let good = media(json!({"session": "vs_1", "expires_in": 60}));
    assert_eq!(faults(&document, "x", &good)?, Vec::<String>::new());
    assert_eq!(faults(&document, "x", &media(json!({"session": 1})))?.len(), 2);
    assert_eq!(faults(&document, "x", &json!({"schema": good["schema"]}))?, ["x: no example"]);
    Ok(())
}
