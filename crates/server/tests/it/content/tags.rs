//! Versions under tags: shared by themselves, in sessions, in addresses.

use super::{Authors, body};
use crate::support::Outcome;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const TAG: &str = "/api/v1/workbooks/orders/tags/production";

/// The published version says `Next`; the one under the tag is the first, with `Main` and `Second`.
async fn tagged() -> Result<Authors, testkit::callers::CallError> {
    let authors = Authors::new().await?;
    let (ann, root) = (&authors.ann, authors.vitrine.root().await?);
    let set = ann.ask(Method::PUT, TAG, Some(json!({}))).await?;
    assert_eq!(set.status, StatusCode::NO_CONTENT, "{}", set.text());
    ann.ask(Method::PUT, "/api/v1/workbooks/orders/draft", Some(body("Next"))).await?;
    assert_eq!(ann.post("/api/v1/workbooks/orders/publish", json!({})).await?.status, StatusCode::OK);
    let to = json!({"to": {"team": "Buyers"}, "on": {"tag": "orders@production"}, "level": "view"});
    let granted = root.post("/api/v1/grants", to).await?;
    assert_eq!(granted.status, StatusCode::CREATED, "{}", granted.text());
    Ok(authors)
}

#[tokio::test]
async fn s7_a_tag_is_shared_by_itself() -> Outcome {
    let authors = Authors::new().await?;
    let Authors { ann, cleo, vitrine, .. } = &authors;
    let root = vitrine.root().await?;
    assert_eq!(ann.ask(Method::PUT, TAG, Some(json!({}))).await?.status, StatusCode::NO_CONTENT);
    let absent = cleo.get("/api/v1/workbooks/orders@nothing").await?;
    let hidden = cleo.get("/api/v1/workbooks/orders@production").await?;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND, "the folder is shared, the tag is not");
    assert_eq!(hidden.comparable(), absent.comparable());
    let to = json!({"to": {"team": "Buyers"}, "on": {"tag": "orders@production"}, "level": "view"});
    let granted = root.post("/api/v1/grants", to).await?;
    assert_eq!(granted.status, StatusCode::CREATED, "{}", granted.text());
    assert_eq!(authors.pages(cleo, "orders@production").await?, ["Main", "Second"]);
    let listed = cleo.get("/api/v1/workbooks").await?.text();
    assert!(listed.contains("orders@production"), "{listed}");
    let tags = cleo.get("/api/v1/workbooks/orders/tags").await?.json();
    assert_eq!(tags["items"], json!([{"tag": "production", "name": "orders@production"}]));
    let reach = root.get("/api/v1/access?resource=tag/orders@production").await?.text();
    assert!(reach.contains("Buyers") && reach.contains("Managers"), "{reach}");
    // Taken away, it is gone with what was granted on it.
    assert_eq!(cleo.delete(TAG).await?.status, StatusCode::FORBIDDEN);
    assert_eq!(ann.delete(TAG).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(ann.delete(TAG).await?.status, StatusCode::NOT_FOUND);
    assert!(!root.get("/api/v1/grants").await?.text().contains("production"));
    Ok(())
}

#[tokio::test]
async fn a_session_is_for_one_version() -> Outcome {
    let authors = tagged().await?;
    let title = |answer: &Value| answer["pages"][0]["title"].clone();
    let pinned = authors.reader(json!({"workbook": "orders", "tag": "production"})).await?;
    let shown = pinned.get("/api/v1/workbooks/orders").await?.json();
    assert_eq!((title(&shown), shown["name"].clone()), (json!("Main"), json!("orders@production")));
    assert_eq!(title(&pinned.get("/api/v1/workbooks/orders@production").await?.json()), json!("Main"));
    let rows = pinned.post("/api/v1/workbooks/orders/pages/second/elements/set/query", &json!({})).await?;
    assert_eq!(rows.status, StatusCode::OK, "an element that only the tag has: {}", rows.text());
    let session = pinned.get("/api/v1/session").await?.json();
    assert_eq!((&session["workbook"], &session["tag"]), (&json!("orders"), &json!("production")));
    let other = pinned.get("/api/v1/workbooks/orders@nothing").await?;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    let published = authors.reader(json!({"workbook": "orders"})).await?;
    assert_eq!(title(&published.get("/api/v1/workbooks/orders").await?.json()), json!("Next"));
    let outside = published.get("/api/v1/workbooks/orders@production").await?;
    assert_eq!(outside.comparable(), other.comparable(), "granted, and not what the session is for");
    Ok(())
}

#[tokio::test]
async fn a_host_that_names_a_tag_that_is_no_name_is_told() -> Outcome {
    let authors = Authors::with(&[]).await?;
    let mut session = crate::support::buyer("acme");
    session["content"] = json!({"workbook": "orders", "tag": "Not a tag"});
    let refused = authors.vitrine.host("portal").open(&session).await?;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.detail().starts_with("`content.tag`"), "{}", refused.detail());
    Ok(())
}

#[tokio::test]
async fn a_tag_stays_on_its_version_and_is_put_on_another() -> Outcome {
    let authors = tagged().await?;
    let Authors { ann, cleo, .. } = &authors;
    assert_eq!(authors.pages(cleo, "orders@production").await?, ["Main", "Second"]);
    assert_eq!(ann.ask(Method::PUT, TAG, Some(json!({"version": 2}))).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(authors.pages(cleo, "orders@production").await?, ["Next"], "what was granted stays");
    for (path, tagged, told) in [
        (TAG, json!({"version": 9}), "`version`"),
        (TAG, json!({"versoin": 1}), "`versoin`"),
        ("/api/v1/workbooks/orders/tags/draft", json!({}), "another version"),
    ] {
        let refused = ann.ask(Method::PUT, path, Some(tagged)).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(refused.detail().contains(told), "{}", refused.detail());
    }
    assert_eq!(cleo.ask(Method::PUT, TAG, Some(json!({}))).await?.status, StatusCode::FORBIDDEN);
    Ok(())
}
