//! The API as a document, from which the viewer's client is generated.

use crate::support::Outcome;
use server::callers::CallerKind;
use server::routes::routes;
use std::collections::BTreeSet;
use std::fs;

#[test]
fn the_committed_document_is_what_the_server_gives() -> Outcome {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let committed = fs::read_to_string(path)?;
    assert_eq!(committed.trim_end(), server::openapi::text(), "run `vitrine openapi > docs/openapi.json`");
    Ok(())
}

#[test]
fn everything_a_page_asks_is_in_it() {
    let document = server::openapi::document();
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        described.extend(methods.as_object().into_iter().flatten().map(|(method, _)| format!("{method} {path}")));
    }
    let asked = routes().into_iter().filter(|route| route.caller == CallerKind::Viewer);
    let asked: BTreeSet<String> =
        asked.map(|route| format!("{} {}", route.method.as_str().to_lowercase(), route.path)).collect();
    let missing: Vec<_> = asked.difference(&described).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
