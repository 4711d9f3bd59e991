//! What people keep: bookmarks and favourites.

use crate::administration::Caller;
use crate::support::{Outcome, Vitrine, buyer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

async fn keepers(vitrine: &Vitrine) -> Result<(Caller, Caller), testkit::callers::CallError> {
    let root = vitrine.root().await?;
    let types = root.id("/api/v1/account-types?name=Analyze").await?;
    let held = ["view", "drill", "view_underlying", "explore", "export_csv", "bookmark"];
    let patch = root.patch(&format!("/api/v1/account-types/{types}"), json!({ "permissions": held })).await?;
    assert_eq!(patch.status, StatusCode::FORBIDDEN, "root does not hold `bookmark`: {}", patch.text());
    let copy = crate::support::copy_of(&testkit::world::folder())?;
    let file = copy.path().join("account_types.yaml");
    let analyze = "explore, export_csv]}\n  - {name: Desk";
    crate::support::edit(&file, analyze, "explore, export_csv, bookmark, share_bookmarks]}\n  - {name: Desk")?;
    crate::support::edit(&file, "[view, export_csv]}", "[view, export_csv, bookmark]}")?;
    let keys = copy.path().join("embed_keys.yaml");
    let given = "permissions: [view, drill, view_underlying, explore, export_csv]";
    crate::support::edit(&keys, given, "permissions: [view, explore, export_csv, bookmark, share_bookmarks]")?;
    vitrine.apply(copy.path()).await?;
    let act = |company: &str| {
        let mut session = buyer(company);
        session["account_type"] = json!("Act");
        session
    };
    let acme = vitrine.buyer("acme").await?;
    let globex = vitrine.host("portal").viewer(&act("globex"), "orders").await?;
    Ok((Caller::with(vitrine, &acme.handle), Caller::with(vitrine, &globex.handle)))
}

fn bookmark(title: &str, shared: bool) -> Value {
    json!({"title": title, "state": {"page": "main", "controls": {"status": ["open"]}}, "shared": shared})
}

const PATH: &str = "/api/v1/workbooks/orders/bookmarks";

#[tokio::test]
async fn bookmarks_are_ones_own_unless_they_are_shared_and_tenants_share_with_their_own() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let (sharing, keeping) = keepers(&vitrine).await?;
    let colleague = json!({
        "subject": "carl@acme.example", "tenant": "acme", "teams": ["Buyers"], "account_type": "Act",
        "attributes": {"company": "acme"}
    });
    let colleague = Caller::with(&vitrine, &vitrine.host("portal").viewer(&colleague, "orders").await?.handle);
    let own = sharing.post(PATH, bookmark("CNRY_acme_own", false)).await?;
    assert_eq!(own.status, StatusCode::CREATED, "{}", own.text());
    assert_eq!(sharing.post(PATH, bookmark("For all", true)).await?.status, StatusCode::CREATED);
    assert_eq!(keeping.post(PATH, bookmark("Mine", false)).await?.status, StatusCode::CREATED);
    let refused = keeping.post(PATH, bookmark("For all", true)).await?;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "keeping is not sharing: {}", refused.text());
    let titles = |answer: Value| -> Vec<(String, bool)> {
        let items = answer["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|it| (it["title"].as_str().unwrap_or_default().to_owned(), it["own"] == json!(true))).collect()
    };
    let of_sharing = titles(sharing.get(PATH).await?.json());
    assert_eq!(of_sharing, [("CNRY_acme_own".to_owned(), true), ("For all".to_owned(), true)]);
    let of_keeping = titles(keeping.get(PATH).await?.json());
    assert_eq!(of_keeping, [("Mine".to_owned(), true)], "what another tenant's people choose is theirs");
    assert_eq!(titles(colleague.get(PATH).await?.json()), [("For all".to_owned(), false)]);
    let ines = vitrine.logged_in("ines@portal.example").await?;
    assert_eq!(titles(ines.get(PATH).await?.json()), [], "who is of no tenant is not of this one");
    assert_eq!(ines.post(PATH, bookmark("Of the house", true)).await?.status, StatusCode::CREATED);
    for (one, all) in [(&colleague, 2), (&keeping, 2)] {
        let shared = titles(one.get(PATH).await?.json());
        assert!(shared.len() == all && shared.contains(&("Of the house".to_owned(), false)), "{shared:?}");
    }
    let path = format!("{PATH}/{}", own.json()["id"].as_str().unwrap_or_default());
    assert_eq!(keeping.delete(&path).await?.status, StatusCode::NOT_FOUND, "somebody else's");
    assert_eq!(sharing.delete(&path).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(sharing.delete(&path).await?.status, StatusCode::NOT_FOUND);
    Ok(())
}

#[tokio::test]
async fn a_bookmark_names_what_there_is_and_is_kept_once() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let (keeper, other) = keepers(&vitrine).await?;
    for (pointer, value, told) in [
        ("/title", json!(""), "`title`"),
        ("/state/page", json!("none"), "`state.page`"),
        ("/state/controls", json!({"none": ["x"]}), "`state.controls.none`"),
        ("/state", json!({"page": "main", "controls": {}, "rows": []}), "`state.rows`"),
    ] {
        let mut bad = bookmark("x", false);
        *bad.pointer_mut(pointer).ok_or("a member")? = value;
        let refused = keeper.post(PATH, bad.clone()).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{bad}");
        assert!(refused.detail().contains(told), "{bad}: {}", refused.detail());
    }
    let key = [("idempotency-key", "b1")];
    let made = keeper.asked(Method::POST, PATH, Some(bookmark("x", false)), &key).await?;
    let again = keeper.asked(Method::POST, PATH, Some(bookmark("x", false)), &key).await?;
    assert_eq!((made.status, again.status, made.json()), (StatusCode::CREATED, StatusCode::OK, again.json()));
    let of_other = other.asked(Method::POST, PATH, Some(bookmark("x", false)), &key).await?;
    assert_eq!(of_other.status, StatusCode::CREATED, "a key is its caller's own: {}", of_other.text());
    assert_ne!(of_other.json()["id"], made.json()["id"]);
    assert_eq!(
        keeper.post("/api/v1/workbooks/hidden/bookmarks", bookmark("x", false)).await?.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        keeper.post("/api/v1/workbooks/none/bookmarks", bookmark("x", false)).await?.status,
        StatusCode::NOT_FOUND
    );
    for number in 0..99 {
        keeper.post(PATH, bookmark(&format!("b{number}"), false)).await?;
    }
    let full = keeper.post(PATH, bookmark("one more", false)).await?;
    assert_eq!((full.status, full.code().as_str()), (StatusCode::CONFLICT, "too_many_bookmarks"));
    Ok(())
}

#[tokio::test]
async fn the_shelf_has_what_one_may_look_at_and_what_one_likes() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let ines = vitrine.logged_in("ines@portal.example").await?;
    let shelf = ines.get("/api/v1/workbooks").await?;
    assert_eq!(shelf.status, StatusCode::OK, "{}", shelf.text());
    let names: Vec<String> = shelf.json()["items"]
        .as_array()
        .cloned()
        .unwrap_or_default()
        .iter()
        .map(|workbook| workbook["name"].as_str().unwrap_or_default().to_owned())
        .collect();
    let root = vitrine.root().await?;
    let all = root.get("/api/v1/workbook-definitions?limit=200").await?.json();
    let mut seen = Vec::new();
    for workbook in all["items"].as_array().cloned().unwrap_or_default() {
        let name = workbook["name"].as_str().unwrap_or_default().to_owned();
        if ines.get(&format!("/api/v1/workbooks/{name}")).await?.status == StatusCode::OK {
            seen.push(name);
        }
    }
    assert_eq!(names, seen, "the list is what can be looked at, and nothing else");
    assert!(seen.contains(&"orders".to_owned()) && !seen.contains(&"hidden".to_owned()));
    let like = "/api/v1/workbooks/orders/favourite";
    assert_eq!(ines.ask(Method::PUT, like, None).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(ines.ask(Method::PUT, like, None).await?.status, StatusCode::NO_CONTENT);
    let liked = |shelf: Value| {
        let items = shelf["items"].as_array().cloned().unwrap_or_default();
        items.iter().filter(|workbook| workbook["favourite"] == json!(true)).count()
    };
    assert_eq!(liked(ines.get("/api/v1/workbooks").await?.json()), 1);
    assert_eq!(ines.delete(like).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(liked(ines.get("/api/v1/workbooks").await?.json()), 0);
    assert_eq!(ines.ask(Method::PUT, "/api/v1/workbooks/hidden/favourite", None).await?.status, StatusCode::NOT_FOUND);
    Ok(())
}
