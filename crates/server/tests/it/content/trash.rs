//! The trash.

use super::Authors;
use crate::support::Outcome;
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn what_is_thrown_away_comes_back_as_it_was() -> Outcome {
    let authors = Authors::new().await?;
    let Authors { ann, bea, cleo, vitrine, .. } = &authors;
    let root = vitrine.root().await?;
    let before = root.get("/api/v1/workbook-definitions?name=orders").await?.json()["items"][0].clone();
    ann.ask(Method::PUT, "/api/v1/workbooks/orders/tags/production", Some(json!({}))).await?;
    assert_eq!(bea.delete("/api/v1/workbooks/orders").await?.status, StatusCode::FORBIDDEN, "she does not manage it");
    let thrown = ann.delete("/api/v1/workbooks/orders").await?;
    assert_eq!(thrown.status, StatusCode::NO_CONTENT, "{}", thrown.text());
    for gone in ["orders", "orders@production"] {
        assert_eq!(cleo.get(&format!("/api/v1/workbooks/{gone}")).await?.status, StatusCode::NOT_FOUND);
    }
    assert!(!root.get("/api/v1/grants").await?.text().contains("orders"), "grants on it are gone as well");
    assert_eq!(bea.get("/api/v1/trash").await?.json()["items"], json!([]), "she did not manage it");
    let listed = ann.get("/api/v1/trash").await?.json();
    assert_eq!((&listed["items"][0]["name"], &listed["items"][0]["in"]), (&json!("orders"), &json!("shop/daily")));
    let id = listed["items"][0]["id"].as_str().unwrap_or_default().to_owned();
    let path = format!("/api/v1/trash/{id}/restore");
    let hidden = bea.post(&path, json!({})).await?;
    let absent = bea.post("/api/v1/trash/workbook_none/restore", json!({})).await?;
    assert_eq!((hidden.status, hidden.comparable()), (StatusCode::NOT_FOUND, absent.comparable()));
    let back = ann.post(&path, json!({})).await?;
    assert_eq!((back.status, back.json()), (StatusCode::OK, json!({"name": "orders"})), "{}", back.text());
    assert_eq!(authors.pages(cleo, "orders").await?, ["Main", "Second"]);
    let after = root.get("/api/v1/workbook-definitions?name=orders").await?.json()["items"][0].clone();
    assert_eq!(after, before, "with its id");
    assert!(root.get("/api/v1/grants").await?.text().contains("Onlookers"), "with what was granted on it");
    assert_eq!(authors.pages(ann, "orders@production").await?, ["Main", "Second"], "with its tags");
    let versions = ann.get("/api/v1/workbooks/orders/versions").await?.json();
    assert_eq!(versions["items"].as_array().map(Vec::len), Some(1), "with its versions");
    assert_eq!(ann.post(&path, json!({})).await?.status, StatusCode::NOT_FOUND, "it is not in the trash any more");
    Ok(())
}

#[tokio::test]
async fn what_is_deleted_for_ever_is() -> Outcome {
    let authors = Authors::new().await?;
    let Authors { ann, bea, .. } = &authors;
    ann.delete("/api/v1/workbooks/orders").await?;
    let id = ann.id("/api/v1/trash").await?;
    let path = format!("/api/v1/trash/{id}");
    assert_eq!(bea.delete(&path).await?.status, StatusCode::NOT_FOUND);
    assert_eq!(ann.delete(&path).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(ann.delete(&path).await?.status, StatusCode::NOT_FOUND);
    assert_eq!(ann.get("/api/v1/trash").await?.json()["items"], json!([]));
    let events = authors.vitrine.audit().await?;
    assert!(events.iter().any(|found| found.event.event == "workbook_purged"));
    Ok(())
}

#[tokio::test]
async fn what_a_key_is_for_is_not_thrown_away() -> Outcome {
    let authors = Authors::new().await?;
    let root = authors.vitrine.root().await?;
    let key = root.id("/api/v1/embed-keys?name=kiosk").await?;
    let patch = json!({"ceiling": {"content": [{"workbook": "orders"}]}});
    let patched = root.patch(&format!("/api/v1/embed-keys/{key}"), patch).await?;
    assert_eq!(patched.status, StatusCode::OK, "{}", patched.text());
    let refused = authors.ann.delete("/api/v1/workbooks/orders").await?;
    assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "in_use".to_owned()), "{}", refused.text());
    Ok(())
}

/// What comes back is opened to strangers by whoever may open it.
#[tokio::test]
async fn what_comes_back_is_open_to_strangers_only_by_whoever_may_open_it() -> Outcome {
    let authors =
        Authors::with(&["{to: {member: cleo@portal.example}, on: {folder: shop/daily}, level: manage}"]).await?;
    let Authors { bea, cleo, vitrine, .. } = &authors;
    bea.ask(Method::PUT, "/api/v1/workbooks/orders/draft", Some(super::body("One"))).await?;
    bea.post("/api/v1/workbooks/orders/publish", json!({})).await?;
    let root = vitrine.root().await?;
    let one = format!("/api/v1/workbook-definitions/{}", root.id("/api/v1/workbook-definitions?name=orders").await?);
    let opened = json!({"definition": {"publications": [{"to": {"guests_of": "portal"}, "data": ["shop.orders"]}]}});
    assert_eq!(root.patch(&one, opened).await?.status, StatusCode::OK);
    assert_eq!(cleo.delete("/api/v1/workbooks/orders").await?.status, StatusCode::NO_CONTENT);
    let path = format!("/api/v1/trash/{}/restore", cleo.id("/api/v1/trash").await?);
    let back = cleo.post(&path, json!({})).await?;
    assert!(
        back.json()["warnings"][0].as_str().is_some_and(|told| told.contains("create_public_links")),
        "{}",
        back.text()
    );
    assert_eq!(root.get(&one).await?.json()["definition"]["publications"], json!([]));
    Ok(())
}
