//! Public links, made and taken away by people who manage content.

use super::sharing::{MARA, folder};
use crate::support::{Outcome, Vitrine, edit};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;
use testkit::callers::{Answer, CallError};

const LINKS: &str = "/api/v1/public-links";

/// With a workbook of data that everybody may see, but for a column that Support alone is shown.
fn open_folder() -> Result<TempDir, CallError> {
    let folder = folder()?;
    edit(
        &folder.path().join("vitrine.yaml"),
        "automatic_creation: true",
        "public_links: true\nautomatic_creation: true",
    )?;
    let model = folder.path().join("models/shop.yaml");
    edit(
        &model,
        "columns: {customer_id: integer, name: text}\nexplores",
        "rows: shared\n    columns: {customer_id: integer, name: text}\nexplores",
    )?;
    let notes = "title: Notes\nin: {folder: shop/daily}\npages:\n  - name: main\n    title: Main\n    elements:\n      \
                 - name: count\n        title: Count\n        show:\n          data:\n            \
                 query: {explore: shop.secrets, fields: [names]}\n            chart: {type: kpi, value: names}\n      \
                 - name: list\n        title: List\n        show:\n          data:\n            \
                 query: {explore: shop.secrets, fields: [name]}\n            chart: {type: table}\n";
    fs::write(folder.path().join("workbooks/notes.yaml"), notes)?;
    Ok(folder)
}

fn to_notes() -> Value {
    json!({"workbook": "notes", "data": ["shop.secrets"]})
}

async fn seen(vitrine: &Vitrine, link: &Value) -> Result<Answer, CallError> {
    vitrine.stranger().get(&format!("/api/public/dashboard/{}", link["id"].as_str().unwrap_or_default())).await
}

#[tokio::test]
async fn m1_who_manages_content_opens_it_by_a_link_and_closes_it_again() -> Outcome {
    let folder = open_folder()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let (root, mara, ines) =
        (vitrine.root().await?, vitrine.logged_in(MARA).await?, vitrine.logged_in("ines@portal.example").await?);
    assert_eq!(ines.post(LINKS, to_notes()).await?.status, StatusCode::FORBIDDEN, "she does not manage it");
    let before = vitrine.audit().await?.len();
    let made = mara.post(LINKS, to_notes()).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let events = vitrine.audit().await?;
    assert_eq!(events.len(), before + 1);
    let link = made.json();
    let id = link["id"].as_str().unwrap_or_default().to_owned();
    assert!(events.iter().all(|found| !format!("{found:?}").contains(&id)), "no event tells a link");
    assert!(link["address"].as_str().is_some_and(|address| address.ends_with(&format!("/public/dashboard/{id}"))));
    assert_eq!(seen(&vitrine, &link).await?.status, StatusCode::OK);
    assert_eq!(mara.post(LINKS, to_notes()).await?.code(), "name_taken");
    let element = json!({"workbook": "notes", "page": "main", "element": "count", "data": ["shop.secrets"]});
    assert_eq!(mara.post(LINKS, element).await?.status, StatusCode::CREATED);
    for (caller, expected) in [(&mara, 2), (&root, 2), (&ines, 0)] {
        let listed = caller.get(LINKS).await?.json();
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(expected), "{listed}");
    }
    let one = format!("{LINKS}/{id}");
    let hidden = ines.delete(&one).await?;
    let absent = ines.delete(&format!("{LINKS}/4b1a1c1e-0000-4000-8000-000000000009")).await?;
    assert_eq!((hidden.status, hidden.comparable()), (StatusCode::NOT_FOUND, absent.comparable()));
    let before = vitrine.audit().await?.len();
    assert_eq!(root.delete(&one).await?.status, StatusCode::NO_CONTENT, "administrators of grants take any away");
    assert_eq!(vitrine.audit().await?.len(), before + 1);
    assert_eq!(seen(&vitrine, &link).await?.status, StatusCode::BAD_REQUEST);
    assert_eq!(mara.delete(&one).await?.status, StatusCode::NOT_FOUND);
    Ok(())
}

#[tokio::test]
async fn nobody_opens_by_a_link_what_they_are_not_shown() -> Outcome {
    let folder = open_folder()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let mara = vitrine.logged_in(MARA).await?;
    for (body, status, told) in [
        (json!({"workbook": "hidden", "data": ["shop.orders"]}), StatusCode::NOT_FOUND, "nothing here"),
        (json!({"workbook": "none", "data": ["shop.orders"]}), StatusCode::NOT_FOUND, "nothing here"),
        (json!({"workbook": "notes", "data": []}), StatusCode::BAD_REQUEST, "`data`"),
        (json!({"workbook": "orders", "data": ["shop.orders", "shop.customers"]}), StatusCode::BAD_REQUEST, "`data`"),
        (json!({"workbook": "notes", "page": "main", "data": []}), StatusCode::BAD_REQUEST, "`element`"),
        (
            json!({"workbook": "notes", "page": "main", "element": "none", "data": []}),
            StatusCode::BAD_REQUEST,
            "`element`",
        ),
    ] {
        let refused = mara.post(LINKS, body.clone()).await?;
        assert_eq!(refused.status, status, "{body}: {}", refused.text());
        assert!(refused.detail().contains(told), "{body}: {}", refused.detail());
        assert!(!refused.text().contains("shop."), "no names: {}", refused.text());
    }
    // A column that the public is shown and she is not.
    let model = folder.path().join("models/shop.yaml");
    let policy = "rows: shared\n    row_policies: []\n    column_policies:\n      \
                  - {columns: [name], visible_to: {guests_of: [portal]}, otherwise: {mask: null}}\n";
    edit(&model, "rows: shared\n", policy)?;
    vitrine.apply(folder.path()).await?;
    let mara = vitrine.logged_in(MARA).await?;
    assert_eq!(mara.post(LINKS, to_notes()).await?.status, StatusCode::CREATED, "the same mask for both");
    // Without a data grant of her own.
    edit(
        &folder.path().join("grants.yaml"),
        "  - {to: {member: mara@portal.example}, on: {model: shop}, level: use}\n",
        "",
    )?;
    vitrine.apply(folder.path()).await?;
    let mara = vitrine.logged_in(MARA).await?;
    let refused = mara.post(LINKS, to_notes()).await?;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    edit(&folder.path().join("vitrine.yaml"), "public_links: true\n", "")?;
    edit(
        &folder.path().join("grants.yaml"),
        "grants:\n",
        "grants:\n  - {to: {member: mara@portal.example}, on: {model: shop}, level: use}\n",
    )?;
    vitrine.apply(folder.path()).await?;
    let mara = vitrine.logged_in(MARA).await?;
    let refused = mara.post(LINKS, to_notes()).await?;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.detail().contains("switched off"), "{}", refused.detail());
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn without_the_point_a_link_shows_more_than_its_maker_sees() -> Outcome {
    let _off = model::enforcement::switch_off(model::enforcement::Point::PublishWhatOneHolds);
    let folder = open_folder()?;
    edit(
        &folder.path().join("grants.yaml"),
        "  - {to: {member: mara@portal.example}, on: {model: shop}, level: use}\n",
        "",
    )?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let made = vitrine.logged_in(MARA).await?.post(LINKS, to_notes()).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    assert_eq!(seen(&vitrine, &made.json()).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn a_link_is_to_the_origin_of_embeds() -> Outcome {
    let folder = open_folder()?;
    let vitrine = Vitrine::localhost().await?;
    vitrine.apply(folder.path()).await?;
    let embed_url: url::Url = "http://embeds.example".parse()?;
    let base = vitrine.base.clone();
    let mut vitrine = vitrine.reconfigured(|config| config.embed_url = Some(embed_url)).await?;
    vitrine.base = base;
    let mara = vitrine.logged_in(MARA).await?;
    let made = mara.post(LINKS, to_notes()).await?;
    let address = made.json()["address"].as_str().unwrap_or_default().to_owned();
    assert!(address.starts_with("http://embeds.example/public/dashboard/"), "{} {}", made.status, made.text());
    Ok(())
}
