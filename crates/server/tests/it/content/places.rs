//! Workbooks made, copied and moved: each time the permissions count that hold there.

use super::{Authors, body};
use crate::support::Outcome;
use model::enforcement::{Point, switch_off};
use reqwest::StatusCode;
use serde_json::{Value, json};

fn in_daily() -> Value {
    json!({"folder": "shop/daily"})
}

#[tokio::test]
async fn a_workbook_is_made_where_one_may_change_them_and_is_ones_own() -> Outcome {
    let authors = Authors::new().await?;
    let Authors { bea, cleo, .. } = &authors;
    let mut new = body("CNRY_new");
    new["title"] = json!("My Figures, 2026");
    new["in"] = in_daily();
    let made = bea.post("/api/v1/workbooks", new.clone()).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let name = made.json()["name"].as_str().unwrap_or_default().to_owned();
    assert!(name.starts_with("my-figures-2026-"), "{name}");
    assert_eq!(authors.pages(cleo, &name).await?, ["CNRY_new"], "shared by the folder");
    assert_eq!(bea.delete(&format!("/api/v1/workbooks/{name}")).await?.status, StatusCode::NO_CONTENT, "it is hers");
    for (caller, place, expected) in [
        (cleo, in_daily(), StatusCode::FORBIDDEN),
        (bea, json!({"workspace": "shop"}), StatusCode::NOT_FOUND),
        (bea, json!({"workspace": "vault"}), StatusCode::NOT_FOUND),
        (bea, json!({"workspace": "nothing"}), StatusCode::NOT_FOUND),
    ] {
        new["in"] = place.clone();
        let refused = caller.post("/api/v1/workbooks", new.clone()).await?;
        assert_eq!(refused.status, expected, "{place}: {}", refused.text());
    }
    Ok(())
}

#[tokio::test]
async fn the_places_where_one_may_make_workbooks_are_told_and_no_others() -> Outcome {
    let authors = Authors::new().await?;
    let daily = json!([{"in": in_daily(), "title": "Shop / Daily"}]);
    let Authors { vitrine, ann, bea, cleo, .. } = &authors;
    for (who, caller, expected) in [("ann", ann, &daily), ("bea", bea, &daily), ("cleo", cleo, &json!([]))] {
        let told = caller.get("/api/v1/places").await?;
        assert_eq!(&told.json()["places"], expected, "{who}: {}", told.text());
    }
    let reader = authors.reader(json!({"workbook": "orders"})).await?;
    let told = reader.get("/api/v1/places").await?;
    assert_eq!(told.json(), json!({"places": []}), "a session of one workbook makes none: {}", told.text());
    let _off = switch_off(Point::HomeGrant);
    let all = vitrine.logged_in("cleo@portal.example").await?.get("/api/v1/places").await?.json();
    assert!(all["places"].as_array().is_some_and(|all| all.len() > 2), "the grant is what tells them: {all}");
    Ok(())
}

#[tokio::test]
async fn a_copy_has_neither_grants_nor_names_of_the_original() -> Outcome {
    let authors = Authors::new().await?;
    let Authors { bea, cleo, ann, .. } = &authors;
    let copied = bea.post("/api/v1/workbooks/orders/copy", json!({"title": "Copy", "in": in_daily()})).await?;
    assert_eq!(copied.status, StatusCode::CREATED, "{}", copied.text());
    let name = copied.json()["name"].as_str().unwrap_or_default().to_owned();
    assert_eq!(authors.pages(cleo, &name).await?, ["Main", "Second"]);
    let root = authors.vitrine.root().await?;
    let whole = root.get(&format!("/api/v1/workbook-definitions?name={name}")).await?.json();
    let definition = &whole["items"][0]["definition"];
    assert_eq!((&definition["known_as"], &definition["owner"]), (&json!({}), &json!({"member": "bea@portal.example"})));
    let grants = root.get("/api/v1/grants?limit=200").await?.text();
    assert!(grants.contains("Onlookers") && !grants.contains(&name), "what is granted on the original: {grants}");
    let hidden = bea.post("/api/v1/workbooks/hidden/copy", json!({"in": in_daily()})).await?;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    let refused = cleo.post("/api/v1/workbooks/orders/copy", json!({"in": in_daily()})).await?;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "she may look there, and not change: {}", refused.text());
    assert_eq!(
        ann.get(&format!("/api/v1/workbooks/{name}/versions")).await?.json()["items"].as_array().map(Vec::len),
        Some(1)
    );
    Ok(())
}

#[tokio::test]
async fn what_is_moved_is_shared_with_whoever_its_place_is() -> Outcome {
    let grants = [
        "{to: {team: Managers}, on: {workspace: vault}, level: contribute}",
        "{to: {team: Authors}, on: {workspace: vault}, level: contribute}",
    ];
    let authors = Authors::with(&grants).await?;
    let Authors { ann, bea, cleo, .. } = &authors;
    let path = "/api/v1/workbooks/orders/move";
    let to_vault = json!({"in": {"workspace": "vault"}});
    let refused = bea.post(path, to_vault.clone()).await?;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "she does not manage it: {}", refused.text());
    let nowhere = ann.post(path, json!({"in": {"folder": "shop/none"}})).await?;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    let moved = ann.post(path, to_vault).await?;
    assert_eq!(moved.status, StatusCode::NO_CONTENT, "{}", moved.text());
    assert_eq!(cleo.get("/api/v1/workbooks/orders").await?.status, StatusCode::NOT_FOUND);
    assert_eq!(authors.pages(bea, "orders").await?, ["Main", "Second"]);
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn grants_where_something_is_made_switched_off() -> Outcome {
    use model::enforcement::{Point, switch_off};
    let authors = Authors::new().await?;
    let mut new = body("x");
    new["in"] = json!({"workspace": "vault"});
    assert_eq!(authors.bea.post("/api/v1/workbooks", new.clone()).await?.status, StatusCode::NOT_FOUND);
    let _off = switch_off(Point::HomeGrant);
    assert_eq!(authors.bea.post("/api/v1/workbooks", new).await?.status, StatusCode::CREATED);
    Ok(())
}
