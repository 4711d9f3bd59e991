//! Public links, made and taken away at the addresses of Metabase's API.

use crate::administration::Caller;
use crate::support::{Outcome, Vitrine, copy_of, edit};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use testkit::callers::CallError;
use testkit::world;

const BOARD: &str = "/api/dashboard/31/public_link";
const CARD: &str = "/api/card/cardcardcardcardcardc/public_link";

/// The small world with a workbook that Metabase knew, of data that everybody may see, and somebody who manages it.
fn folder() -> Result<TempDir, CallError> {
    let copy = copy_of(&world::folder())?;
    let file = |name: &str| copy.path().join(name);
    edit(&file("vitrine.yaml"), "automatic_creation: true", "public_links: true\nautomatic_creation: true")?;
    let build = "  - {name: Build, permissions: [view, explore, share_content, create_public_links]}\n  - name: Admin";
    edit(&file("account_types.yaml"), "  - name: Admin", build)?;
    let mara = "  - {subject: mara@portal.example, kind: internal, account_type: Build}\n  - {subject: ines@";
    edit(&file("members.yaml"), "  - {subject: ines@", mara)?;
    let grants = "grants:\n  - {to: {member: mara@portal.example}, on: {folder: shop/daily}, level: manage}\n  \
                  - {to: {member: mara@portal.example}, on: {model: shop}, level: use}\n";
    edit(&file("grants.yaml"), "grants:\n", grants)?;
    let columns = "columns: {customer_id: integer, name: text}\nexplores";
    edit(&file("models/shop.yaml"), columns, &format!("rows: shared\n    {columns}"))?;
    let notes = "title: Notes\nin: {folder: shop/daily}\nknown_as: {metabase: [31, boardboardboardboardb]}\npages:\n  \
                 - name: main\n    title: Main\n    controls:\n      \
                 - {name: name, title: Name, explore: shop.secrets, field: name}\n    elements:\n      \
                 - name: list\n        title: List\n        known_as: {metabase: [32, cardcardcardcardcardc]}\n        \
                 show:\n          data:\n            query: {explore: shop.secrets, fields: [name]}\n            \
                 chart: {type: table}\n            controls: {name: name}\n";
    fs::write(file("workbooks/notes.yaml"), notes)?;
    Ok(copy)
}

async fn served(folder: &Path) -> Result<(Vitrine, Caller), CallError> {
    let vitrine = Vitrine::of(folder).await?;
    let mara = vitrine.logged_in("mara@portal.example").await?;
    Ok((vitrine, mara))
}

async fn opened(vitrine: &Vitrine, kind: &str, uuid: &Value) -> Result<StatusCode, CallError> {
    let address = format!("/api/public/{kind}/{}", uuid.as_str().unwrap_or_default());
    Ok(vitrine.stranger().get(&address).await?.status)
}

#[tokio::test]
async fn m1_a_link_is_made_once_listed_and_taken_away() -> Outcome {
    let folder = folder()?;
    let (vitrine, mara) = served(folder.path()).await?;
    for (kind, path, list, id) in
        [("dashboard", BOARD, "/api/dashboard/public", 31), ("card", CARD, "/api/card/public", 32)]
    {
        let before = vitrine.audit().await?.len();
        let made = mara.post(path, json!({})).await?;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text());
        assert_eq!(vitrine.audit().await?.len(), before + 1);
        let body = made.json();
        let warning = "whoever has the link sees all of its data; filters in the address hide nothing";
        assert_eq!(body["warning"], warning, "who makes a link is told what it is");
        assert_eq!(opened(&vitrine, kind, &body["uuid"]).await?, StatusCode::OK);
        assert_eq!(mara.post(path, json!({})).await?.json()["uuid"], body["uuid"], "one thing has one link");
        // Filters are settable, and only filters.
        let rows = format!("/api/public/{kind}/{}", body["uuid"].as_str().unwrap_or_default());
        let rows = if kind == "card" {
            format!("{rows}/query?name=nobody")
        } else {
            format!("{rows}/dashcard/1/card/32?name=nobody")
        };
        let rows = vitrine.stranger().get(&rows).await?;
        assert_eq!((rows.status, &rows.json()["data"]["rows"]), (StatusCode::ACCEPTED, &json!([])), "{}", rows.text());
        let listed = mara.get(list).await?.json();
        let title = if kind == "card" { "List" } else { "Notes" };
        assert_eq!(listed, json!([{"id": id, "name": title, "public_uuid": body["uuid"]}]));
        assert_eq!(mara.delete(path).await?.status, StatusCode::NO_CONTENT);
        assert_eq!(opened(&vitrine, kind, &body["uuid"]).await?, StatusCode::BAD_REQUEST);
        assert_eq!(mara.get(list).await?.json(), json!([]));
        assert_eq!(mara.delete(path).await?.status, StatusCode::NOT_FOUND);
    }
    Ok(())
}

#[tokio::test]
async fn m1_who_may_not_learns_nothing_and_what_asks_for_the_person_is_refused() -> Outcome {
    let folder = folder()?;
    let (vitrine, mara) = served(folder.path()).await?;
    let ines = vitrine.logged_in("ines@portal.example").await?;
    for path in ["/api/dashboard/99/public_link", "/api/card/31/public_link", "/api/dashboard/main/public_link"] {
        let absent = ines.post(path, json!({})).await?;
        assert_eq!(absent.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(mara.post(path, json!({})).await?.comparable(), absent.comparable(), "{path}");
        assert_eq!(ines.delete(path).await?.comparable(), absent.comparable(), "{path}");
    }
    // She sees it, and manages it not.
    assert_eq!(ines.post(BOARD, json!({})).await?.status, StatusCode::FORBIDDEN);
    assert_eq!(ines.get("/api/dashboard/public").await?.json(), json!([]));
    let buyer = vitrine.buyer("acme").await?;
    let request = buyer.stranger.request(Method::POST, BOARD).bearer_auth(&buyer.handle);
    assert!(buyer.stranger.send(request).await?.status.is_client_error(), "a session of a host");
    let model = folder.path().join("models/shop.yaml");
    let columns = "columns: {customer_id: integer, name: text}\nexplores";
    let policy = "row_policies: [{name: own, permit: all, rule: \"name = user_attribute('company')\"}]";
    edit(&model, &format!("rows: shared\n    {columns}"), &format!("{policy}\n    {columns}"))?;
    vitrine.apply(folder.path()).await?;
    let refused = vitrine.logged_in("mara@portal.example").await?.post(BOARD, json!({})).await?;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "invalid_definition"));
    edit(&model, &format!("{policy}\n"), "rows: shared\n")?;
    edit(&folder.path().join("vitrine.yaml"), "public_links: true\n", "")?;
    vitrine.apply(folder.path()).await?;
    let off = vitrine.logged_in("mara@portal.example").await?.post(BOARD, json!({})).await?;
    assert_eq!(off.status, StatusCode::FORBIDDEN);
    assert!(off.detail().contains("switched off"), "{}", off.detail());
    Ok(())
}
