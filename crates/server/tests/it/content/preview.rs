//! Drafts with their author's data, before they are published.

use super::{Authors, body};
use crate::administration::Caller;
use crate::support::{Outcome, buyer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::CallError;

const DRAFT: &str = "/api/v1/workbooks/orders/draft";
const PREVIEW: &str = "/api/v1/workbooks/orders/draft/preview";
const ROWS: &str = "/api/v1/workbooks/orders/draft/pages/main/elements/figure/query";

/// Buyers, who see the rows of their company, may change the workbook.
const BUYERS_WRITE: &str = "{to: {team: Buyers}, on: {workbook: orders}, level: contribute}";

/// A draft with a list of notes that is filtered by a control, and a figure of a name that nothing published has.
fn draft() -> Value {
    let mut draft = body("CNRY_draft");
    draft["pages"][0]["controls"] = json!([
        {"name": "state", "title": "State", "explore": "shop.orders", "field": "status"},
    ]);
    draft["pages"][0]["elements"] = json!([
        {"name": "figure", "show": {"data": {
            "query": {"explore": "shop.orders", "fields": ["status", "customer", "orders"]}, "chart": {"type": "table"},
            "controls": {"state": "status"},
        }}},
        {"name": "months", "show": {"data": {
            "query": {"explore": "shop.orders", "fields": ["month", "orders"]},
            "chart": {"type": "line", "x": "month", "y": ["orders"]}, "drill": ["month", "day"],
        }}},
    ]);
    draft
}

/// What an answer says, but for when it was read.
fn rows(answer: &Value) -> Value {
    json!([answer["columns"], answer["rows"]])
}

/// Somebody who may change the workbook, in a session that a host has opened for all content.
async fn embedded_author(authors: &Authors) -> Result<Caller, CallError> {
    let mut session = buyer("acme");
    let object = session.as_object_mut().ok_or("no object")?;
    object.remove("content");
    object.insert("account_type".to_owned(), json!("Build"));
    let viewer = authors.vitrine.host("portal").viewer(&session, "orders").await?;
    Ok(Caller::with(&authors.vitrine, &viewer.handle))
}

#[tokio::test]
async fn an_author_sees_a_draft_as_it_will_be_published() -> Outcome {
    let authors = Authors::with(&[BUYERS_WRITE]).await?;
    let Authors { bea, cleo, dan, vitrine, .. } = &authors;
    assert_eq!(bea.get(PREVIEW).await?.status, StatusCode::NOT_FOUND, "there is no draft");
    let saved = bea.ask(Method::PUT, DRAFT, Some(draft())).await?;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text());
    let revision = vitrine.store().await?.revision().await?;

    let shown = dan.get(PREVIEW).await?;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
    let shown = shown.json();
    assert_eq!((&shown["name"], &shown["pages"][0]["title"]), (&json!("orders"), &json!("CNRY_draft")));
    assert_eq!(shown["actions"], json!([]), "nobody exports a draft");
    let asked = json!({"controls": {"state": ["paid"]}});
    let seen = cleo.post(ROWS, asked.clone()).await?;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text());
    let values = "/api/v1/workbooks/orders/draft/pages/main/controls/state/values";
    let offered = cleo.post(values, json!({})).await?;
    assert_eq!(offered.status, StatusCode::OK, "{}", offered.text());
    assert!(offered.text().contains("paid"), "{}", offered.text());
    let nothing = bea.post(ROWS, asked.clone()).await?.json();
    assert_eq!(nothing["rows"], json!([]), "each sees their own rows, and no policy is for her");

    // Nothing of it is anywhere else.
    assert_eq!(authors.pages(bea, "orders").await?, ["Main", "Second"]);
    let published = ROWS.replace("/draft", "");
    assert_eq!(bea.post(&published, asked.clone()).await?.status, StatusCode::NOT_FOUND);
    let of_published = "/api/v1/workbooks/orders/draft/pages/second/elements/by_month/query";
    assert_eq!(bea.post(of_published, json!({})).await?.status, StatusCode::NOT_FOUND, "it is not in the draft");
    assert_eq!(vitrine.store().await?.revision().await?, revision);
    let ines = vitrine.logged_in("ines@portal.example").await?;
    for refused in [ines.get(PREVIEW).await?, ines.post(ROWS, json!({})).await?, ines.post(values, json!({})).await?] {
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "a reader: {}", refused.text());
        assert!(!refused.text().contains("CNRY"));
    }
    let told = vitrine.audit().await?;
    let of = |name: &str| told.iter().rev().find(|found| found.event.event == name).map(|found| &found.event);
    assert!(of("draft_previewed").is_some_and(|event| event.action.as_deref() == Some("preview_content")));
    let asked_for = of("run_query").ok_or("not recorded")?;
    assert_eq!(asked_for.detail, json!({"draft": true}), "a question about a draft is told as one");

    assert_eq!(bea.post("/api/v1/workbooks/orders/publish", json!({})).await?.status, StatusCode::OK);
    let now = cleo.post(&published, asked).await?;
    assert_eq!(rows(&now.json()), rows(&seen.json()), "what they saw is what they publish");
    assert_ne!(rows(&now.json())[1], json!([]));
    Ok(())
}

/// What publishing would refuse is not looked at either, and nothing is told by it.
#[tokio::test]
async fn a_draft_that_could_not_be_published_is_not_shown() -> Outcome {
    let authors = Authors::new().await?;
    let Authors { bea, vitrine, .. } = &authors;
    for (pointer, value, code, told) in [
        ("/pages/0/elements/0/show/data/query/fields", json!(["no_field"]), "unknown_data", "`pages[0].elements[0]"),
        (
            "/pages/0/elements/0/show/data/query/explore",
            json!("vault.salaries"),
            "unknown_data",
            "`pages[0].elements[0]",
        ),
        (
            "/pages/0/elements/0/show/data/controls",
            json!({"none": "status"}),
            "invalid_definition",
            "`pages[0].elements[0]",
        ),
    ] {
        let mut bad = draft();
        *bad.pointer_mut(pointer).ok_or(pointer)? = value;
        assert_eq!(bea.ask(Method::PUT, DRAFT, Some(bad)).await?.status, StatusCode::OK);
        let published = bea.post("/api/v1/workbooks/orders/publish", json!({})).await?;
        for refused in [bea.get(PREVIEW).await?, bea.post(ROWS, json!({})).await?] {
            assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, code), "{pointer}");
            assert!(refused.detail().starts_with(told), "{}", refused.detail());
            assert_eq!(refused.detail(), published.detail(), "as publishing says");
        }
    }
    bea.ask(Method::PUT, DRAFT, Some(draft())).await?;
    let drilled = json!({"drill": [{"field": "month", "value": "2025-01-01"}]});
    let months = ROWS.replace("figure", "months");
    assert_eq!(bea.post(&months, drilled).await?.status, StatusCode::FORBIDDEN, "she may not drill");
    let globex = vitrine.host("portal").viewer(&buyer("globex"), "orders").await?;
    assert_eq!(globex.get(PREVIEW).await?.status, StatusCode::FORBIDDEN, "a frame");
    Ok(())
}

/// Embeds show what is published, or a tag, whoever is in them.
#[tokio::test]
async fn a_host_is_shown_no_draft() -> Outcome {
    let authors = Authors::with(&[BUYERS_WRITE]).await?;
    let author = embedded_author(&authors).await?;
    let saved = author.ask(Method::PUT, DRAFT, Some(draft())).await?;
    assert_eq!(saved.status, StatusCode::OK, "they may change it: {}", saved.text());
    for refused in [author.get(PREVIEW).await?, author.post(ROWS, json!({})).await?] {
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
        assert!(!refused.text().contains("CNRY"), "{}", refused.text());
    }
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn where_drafts_are_shown_switched_off() -> Outcome {
    use model::enforcement::{Point, switch_off};
    let authors = Authors::with(&[BUYERS_WRITE]).await?;
    let author = embedded_author(&authors).await?;
    author.ask(Method::PUT, DRAFT, Some(draft())).await?;
    assert_eq!(author.get(PREVIEW).await?.status, StatusCode::FORBIDDEN);
    let _off = switch_off(Point::DraftPreview);
    let shown = author.get(PREVIEW).await?;
    assert_eq!(shown.json()["pages"][0]["title"], json!("CNRY_draft"), "a host is shown a draft: {}", shown.text());
    Ok(())
}
