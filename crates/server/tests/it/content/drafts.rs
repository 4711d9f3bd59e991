//! Drafts, publishing, versions.

use super::{Authors, body};
use crate::support::Outcome;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const DRAFT: &str = "/api/v1/workbooks/orders/draft";
const PUBLISH: &str = "/api/v1/workbooks/orders/publish";
const VERSIONS: &str = "/api/v1/workbooks/orders/versions";

#[tokio::test]
async fn a_draft_is_seen_by_authors_until_it_is_published() -> Outcome {
    let authors = Authors::new().await?;
    let Authors { bea, cleo, dan, .. } = &authors;
    assert_eq!(bea.get(DRAFT).await?.status, StatusCode::NOT_FOUND, "there is none");
    let saved = bea.ask(Method::PUT, DRAFT, Some(body("CNRY_draft"))).await?;
    assert_eq!((saved.status, saved.json()["based_on"].clone()), (StatusCode::OK, json!(1)), "{}", saved.text());
    assert_eq!(dan.get(DRAFT).await?.json()["pages"][0]["title"], json!("CNRY_draft"));
    assert_eq!(authors.pages(cleo, "orders").await?, ["Main", "Second"]);
    for refused in [cleo.get(DRAFT).await?, cleo.ask(Method::PUT, DRAFT, Some(body("x"))).await?] {
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
        assert!(!refused.text().contains("CNRY"));
    }
    let refused = dan.post(PUBLISH, json!({})).await?;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "saving is not publishing: {}", refused.text());
    let published = bea.post(PUBLISH, json!({})).await?;
    assert_eq!((published.status, published.json()), (StatusCode::OK, json!({"version": 2})), "{}", published.text());
    assert_eq!(authors.pages(cleo, "orders").await?, ["CNRY_draft"]);
    assert_eq!(bea.get(DRAFT).await?.status, StatusCode::NOT_FOUND, "it is no draft any more");
    let again = bea.post(PUBLISH, json!({})).await?;
    assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "no_draft".to_owned()));
    let events = authors.vitrine.audit().await?;
    for name in ["draft_saved", "draft_read", "workbook_published"] {
        assert!(events.iter().any(|found| found.event.event == name), "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn authors_do_not_write_over_each_other() -> Outcome {
    let authors = Authors::new().await?;
    let Authors { bea, ann, .. } = &authors;
    let first = bea.asked(Method::PUT, DRAFT, Some(body("One")), &[("if-none-match", "*")]).await?;
    let tag = first.header("etag");
    let late = ann.asked(Method::PUT, DRAFT, Some(body("Two")), &[("if-none-match", "*")]).await?;
    assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
    let second = ann.asked(Method::PUT, DRAFT, Some(body("Two")), &[("if-match", &tag)]).await?;
    assert_eq!(second.status, StatusCode::OK, "{}", second.text());
    for stale in [
        bea.asked(Method::PUT, DRAFT, Some(body("Three")), &[("if-match", &tag)]).await?,
        bea.asked(Method::POST, PUBLISH, None, &[("if-match", &tag)]).await?,
        bea.asked(Method::DELETE, DRAFT, None, &[("if-match", &tag)]).await?,
    ] {
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "{}", stale.text());
    }
    assert_eq!(bea.get(DRAFT).await?.json()["pages"][0]["title"], json!("Two"));
    assert_eq!(bea.delete(DRAFT).await?.status, StatusCode::NO_CONTENT);
    // A draft of before somebody else published is not published over it.
    let mut old = body("Old");
    old["based_on"] = json!(1);
    bea.ask(Method::PUT, DRAFT, Some(body("New"))).await?;
    assert_eq!(bea.post(PUBLISH, json!({})).await?.status, StatusCode::OK);
    ann.ask(Method::PUT, DRAFT, Some(old)).await?;
    let refused = ann.post(PUBLISH, json!({})).await?;
    assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "draft_out_of_date".to_owned()));
    Ok(())
}

#[tokio::test]
async fn versions_are_kept_compared_and_restored() -> Outcome {
    let authors = Authors::new().await?;
    let Authors { bea, cleo, .. } = &authors;
    for title in ["Two", "Three"] {
        bea.ask(Method::PUT, DRAFT, Some(body(title))).await?;
        assert_eq!(bea.post(PUBLISH, json!({})).await?.status, StatusCode::OK);
    }
    let listed = bea.get(&format!("{VERSIONS}?limit=2")).await?.json();
    let numbers = |listed: &Value| {
        listed["items"].as_array().map(|all| all.iter().map(|it| it["number"].clone()).collect::<Vec<_>>())
    };
    assert_eq!(numbers(&listed), Some(vec![json!(3), json!(2)]));
    assert!(listed["items"][0]["made_by"].is_string());
    let next = listed["next"].as_str().unwrap_or_default();
    let rest = bea.get(&format!("{VERSIONS}?after={next}")).await?.json();
    assert_eq!((numbers(&rest), rest["items"][0].get("made_by")), (Some(vec![json!(1)]), None), "it came with files");
    let changes = bea.get(&format!("{VERSIONS}/3/changes")).await?.json();
    assert_eq!(changes["items"], json!([{"field": "pages.main.title", "before": "Two", "after": "Three"}]));
    let all = bea.get(&format!("{VERSIONS}/3/changes?since=1")).await?.text();
    assert!(all.contains("pages.second") && all.contains("pages.main.elements.list"), "{all}");
    assert_eq!(bea.get(&format!("{VERSIONS}/1")).await?.json()["pages"][1]["title"], json!("Second"));
    assert_eq!(bea.get(&format!("{VERSIONS}/9")).await?.status, StatusCode::NOT_FOUND);
    assert_eq!(bea.get(&format!("{VERSIONS}/3/changes?since=x")).await?.status, StatusCode::BAD_REQUEST);
    assert_eq!(cleo.get(VERSIONS).await?.status, StatusCode::FORBIDDEN);
    let restored = bea.post(&format!("{VERSIONS}/1/restore"), json!({})).await?;
    assert_eq!(
        (restored.status, restored.json()["based_on"].clone()),
        (StatusCode::OK, json!(3)),
        "{}",
        restored.text()
    );
    let twice = bea.post(&format!("{VERSIONS}/2/restore"), json!({})).await?;
    assert_eq!(twice.status, StatusCode::PRECONDITION_FAILED, "it does not write over a draft");
    assert_eq!(authors.pages(cleo, "orders").await?, ["Three"], "not yet");
    bea.post(PUBLISH, json!({})).await?;
    assert_eq!(authors.pages(cleo, "orders").await?, ["Main", "Second"]);
    Ok(())
}

/// What belongs to the workbook stays with what keeps its name, and no draft says it.
#[tokio::test]
async fn publications_and_other_names_are_not_of_a_version() -> Outcome {
    let authors = Authors::new().await?;
    let bea = &authors.bea;
    for (pointer, value, told) in [
        (
            "/pages/0/elements/0/publications",
            json!([{"to": {"guests_of": "portal"}, "data": []}]),
            "`pages[0].elements[0].publications`",
        ),
        ("/pages/0/known_as", json!({"sigma": ["other"]}), "`pages[0].known_as`"),
        ("/pages/0/elements/0/show/sql", json!("SELECT 1"), "`pages[0].elements[0]"),
        ("/based_on", json!(7), "`based_on`"),
    ] {
        let mut bad = body("x");
        let (parent, member) = pointer.rsplit_once('/').ok_or("a pointer")?;
        let object = bad.pointer_mut(parent).and_then(Value::as_object_mut).ok_or("an object")?;
        object.insert(member.to_owned(), value);
        let refused = bea.ask(Method::PUT, DRAFT, Some(bad)).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{pointer}");
        assert!(refused.detail().starts_with(told), "{pointer}: {}", refused.detail());
    }
    let mut second = body("Main");
    second["pages"][0]["name"] = json!("second");
    bea.ask(Method::PUT, DRAFT, Some(second)).await?;
    assert_eq!(bea.post(PUBLISH, json!({})).await?.status, StatusCode::OK);
    let root = authors.vitrine.root().await?;
    let whole = root.get("/api/v1/workbook-definitions?name=orders").await?.json();
    assert_eq!(whole["items"][0]["definition"]["pages"][0]["known_as"], json!({"sigma": ["page-2"]}));
    Ok(())
}

/// What strangers see is changed by whoever may open it to them.
#[tokio::test]
async fn what_is_opened_is_changed_by_whoever_may_open_it() -> Outcome {
    let authors = Authors::new().await?;
    let Authors { ann, bea, vitrine, .. } = &authors;
    bea.ask(Method::PUT, DRAFT, Some(body("One"))).await?;
    assert_eq!(bea.post(PUBLISH, json!({})).await?.status, StatusCode::OK);
    let root = vitrine.root().await?;
    let id = root.id("/api/v1/workbook-definitions?name=orders").await?;
    let opened = json!({"definition": {"publications": [{"to": {"guests_of": "portal"}, "data": ["shop.orders"]}]}});
    let patched = root.patch(&format!("/api/v1/workbook-definitions/{id}"), opened).await?;
    assert_eq!(patched.status, StatusCode::OK, "{}", patched.text());
    bea.ask(Method::PUT, DRAFT, Some(body("Two"))).await?;
    let refused = bea.post(PUBLISH, json!({})).await?;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    let published = ann.post(PUBLISH, json!({})).await?;
    assert_eq!(published.status, StatusCode::OK, "she manages it and may open it: {}", published.text());
    Ok(())
}

/// Hidden is as absent for authors too: what they publish tells them of nothing.
#[tokio::test]
async fn authors_publish_what_exists_for_them() -> Outcome {
    let authors = Authors::new().await?;
    let bea = &authors.bea;
    let mut told = Vec::new();
    for (explore, field) in [("shop.orders", "no_field"), ("shop.no_explore", "orders"), ("none.orders", "orders")] {
        let mut draft = body("x");
        draft["pages"][0]["elements"][0]["show"]["data"]["query"] = json!({"explore": explore, "fields": [field]});
        draft["pages"][0]["elements"][0]["show"]["data"]["chart"] = json!({"type": "table"});
        bea.ask(Method::PUT, DRAFT, Some(draft)).await?;
        let refused = bea.post(PUBLISH, json!({})).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{explore}.{field}: {}", refused.text());
        told.push(refused.detail());
    }
    assert!(told.iter().all(|detail| *detail == told[0]), "{told:?}");
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn permissions_over_content_switched_off() -> Outcome {
    use model::enforcement::{Point, switch_off};
    let authors = Authors::new().await?;
    authors.dan.ask(Method::PUT, DRAFT, Some(body("x"))).await?;
    assert_eq!(authors.dan.post(PUBLISH, json!({})).await?.status, StatusCode::FORBIDDEN);
    let _off = switch_off(Point::ContentPermission);
    assert_eq!(authors.dan.post(PUBLISH, json!({})).await?.status, StatusCode::OK);
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn what_authors_ask_for_switched_off() -> Outcome {
    use model::enforcement::{Point, switch_off};
    let authors = Authors::new().await?;
    let mut draft = body("x");
    draft["pages"][0]["elements"][0]["show"]["data"]["query"]["fields"] = json!(["no_field"]);
    authors.bea.ask(Method::PUT, DRAFT, Some(draft)).await?;
    let refused = authors.bea.post(PUBLISH, json!({})).await?;
    assert_eq!(refused.code(), "unknown_data");
    let _off = switch_off(Point::ShownData);
    assert_ne!(authors.bea.post(PUBLISH, json!({})).await?.code(), "unknown_data");
    Ok(())
}
