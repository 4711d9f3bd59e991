//! Members, by hand.

use crate::support::{Outcome, Vitrine, buyer};
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn an_internal_member_is_invited_and_logs_in() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let new = json!({
        "subject": "Nia@Portal.example", "kind": "internal", "first_name": "Nia", "last_name": "Okafor",
        "account_type": "Analyze", "teams": ["Buyers"], "attributes": {"company": "acme"}, "invite": true
    });
    let made = root.post("/api/v1/members", new.clone()).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let path = made.header("location");
    let shown = root.get(&path).await?;
    assert_eq!(shown.header("etag"), made.header("etag"));
    assert_eq!(shown.json()["email"], json!("nia@portal.example"));
    assert_eq!(shown.json()["has_logged_in"], json!(false));
    assert!(shown.json()["invitation"].is_null(), "shown once");

    let link = format!("{}/invitation#{}", vitrine.base, made.json()["invitation"].as_str().unwrap_or("none"));
    assert_eq!(made.json()["link"], json!(link));
    let nia = vitrine.logged_in_with(made.json()["invitation"].as_str().unwrap_or_default()).await?;
    assert_eq!(nia.get("/api/v1/whoami").await?.json()["teams"], json!(["Buyers"]));
    let workbook = nia.get("/api/v1/workbooks/orders").await?;
    assert_eq!(workbook.status, StatusCode::OK, "her own grants count: {}", workbook.text());
    let list = nia.post("/api/v1/workbooks/orders/pages/main/elements/list/query", json!({})).await?;
    assert!(list.text().contains("CNRY_acme") && !list.text().contains("CNRY_globex"), "and her own rows");
    assert_eq!(nia.get("/api/v1/members").await?.status, StatusCode::FORBIDDEN);

    let again = root.post("/api/v1/members", new).await?;
    assert_eq!((again.status, again.code().as_str()), (StatusCode::CONFLICT, "member_exists"));
    assert!(again.detail().contains(made.json()["id"].as_str().unwrap_or("none")), "by id: {}", again.detail());
    Ok(())
}

#[tokio::test]
async fn changing_deactivating_and_deleting_end_sessions() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let viewer = vitrine.buyer("acme").await?;
    let path = format!("/api/v1/members/{}", root.id("/api/v1/members?beginning=bea").await?);
    let before = root.get(&path).await?;
    assert_eq!((&before.json()["automatic"], &before.json()["tenant"]), (&json!(true), &json!("acme")));

    let stale = [("if-match", "\"0\"")];
    let refused = root.asked(Method::PATCH, &path, Some(json!({"first_name": "Bea"})), &stale).await?;
    assert_eq!(refused.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(viewer.open_workbook().await?.status, StatusCode::OK, "and nothing has changed");
    let changed = root.patch(&path, json!({"first_name": "Bea", "deactivated": true})).await?;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    assert_eq!(changed.json()["automatic"], json!(false), "whom an administrator has written is by hand");
    assert_eq!(viewer.open_workbook().await?.status, StatusCode::UNAUTHORIZED);
    assert_eq!(vitrine.host("portal").open(&buyer("acme")).await?.status, StatusCode::FORBIDDEN, "deactivated");

    assert_eq!(root.patch(&path, json!({"deactivated": false})).await?.status, StatusCode::OK);
    let viewer = vitrine.buyer("acme").await?;
    assert_eq!(viewer.open_workbook().await?.status, StatusCode::OK, "reactivated");
    assert_eq!(root.delete(&path).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(viewer.open_workbook().await?.status, StatusCode::UNAUTHORIZED);
    assert_eq!(root.get(&path).await?.status, StatusCode::NOT_FOUND);
    vitrine.buyer("acme").await?;
    let anew = format!("/api/v1/members/{}", root.id("/api/v1/members?beginning=bea").await?);
    assert_ne!(anew, path, "somebody new");
    assert_eq!(root.get(&anew).await?.json()["first_name"], json!(null), "who inherits nothing");
    Ok(())
}

#[tokio::test]
async fn whoever_has_a_deleted_members_identity_inherits_no_grant() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let new = json!({"subject": "nia@portal.example", "kind": "internal", "account_type": "Analyze", "invite": true});
    let made = root.post("/api/v1/members", new.clone()).await?;
    let grant = json!({"to": {"member": "Nia@portal.example"}, "on": {"workbook": "orders"}, "level": "view"});
    assert_eq!(root.post("/api/v1/grants", grant).await?.status, StatusCode::CREATED);
    let nia = vitrine.logged_in_with(made.json()["invitation"].as_str().unwrap_or_default()).await?;
    assert_eq!(nia.get("/api/v1/workbooks/orders").await?.status, StatusCode::OK);
    assert_eq!(root.delete(&made.header("location")).await?.status, StatusCode::NO_CONTENT);
    let again = root.post("/api/v1/members", new).await?;
    let again = vitrine.logged_in_with(again.json()["invitation"].as_str().unwrap_or_default()).await?;
    assert_eq!(again.get("/api/v1/workbooks/orders").await?.status, StatusCode::NOT_FOUND);
    assert!(!root.get("/api/v1/grants?limit=200").await?.text().contains("nia@"));
    Ok(())
}

#[tokio::test]
async fn what_does_not_fit_is_refused_by_its_field() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let path = format!("/api/v1/members/{}", root.id("/api/v1/members?beginning=hand@").await?);
    let before = root.get(&path).await?.json();
    for (patch, told) in [
        (json!({"account_type": "Emperor"}), "`account_type`"),
        (json!({"teams": ["Ghosts"]}), "`teams[Ghosts]`"),
        (json!({"attributes": {"limit": "many"}}), "`attributes.limit`"),
        (json!({"subject": "other"}), "`subject`"),
        (json!({"kind": "internal"}), "`kind`"),
        (json!({"id": "member_x"}), "`id`"),
        (json!({"nonsense": 1}), "`nonsense`"),
    ] {
        let refused = root.patch(&path, patch.clone()).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{patch}: {}", refused.text());
        assert!(refused.detail().contains(told), "{patch}: {}", refused.detail());
    }
    assert_eq!(root.get(&path).await?.json(), before);
    for (new, told) in [
        (json!({"subject": "x", "kind": "internal", "account_type": "View"}), "`subject`"),
        (json!({"subject": "x", "kind": "embed", "account_type": "View"}), "issuer"),
        (json!({"subject": "x", "kind": "embed", "issuer": "portal", "account_type": "Admin"}), "administer"),
        (
            json!({"subject": "x", "kind": "embed", "issuer": "portal", "account_type": "View", "invite": true}),
            "`invite`",
        ),
    ] {
        let refused = root.post("/api/v1/members", new.clone()).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{new}: {}", refused.text());
        assert!(refused.detail().contains(told), "{new}: {}", refused.detail());
    }
    Ok(())
}

#[tokio::test]
async fn members_are_found_by_how_they_begin() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    for number in 0..7 {
        let new = json!({
            "subject": format!("s-{number}"), "kind": "embed", "issuer": "portal", "tenant": "globex",
            "first_name": "Zoë", "last_name": format!("Žižka {number}"), "account_type": "View"
        });
        assert_eq!(root.post("/api/v1/members", new).await?.status, StatusCode::CREATED);
    }
    for (query, expected) in [
        ("beginning=zoë", 7),
        ("beginning=ŽIŽKA", 7),
        ("beginning=zoë žižka 3", 1),
        ("beginning=S-", 7),
        ("beginning=nobody", 0),
        ("tenant=globex&kind=embed", 7),
        ("tenant=globex&active=false", 0),
        ("tenant=none", 0),
        ("account_type=Admin", 1),
    ] {
        let found = root.get(&format!("/api/v1/members?limit=200&{query}")).await?;
        assert_eq!(found.json()["items"].as_array().map(Vec::len), Some(expected), "{query}: {}", found.text());
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = root.get(&format!("/api/v1/members?beginning=z&limit=3{after}")).await?.json();
        seen.extend(page["items"].as_array().cloned().unwrap_or_default());
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    let mut ids: Vec<_> = seen.iter().map(|member| member["id"].to_string()).collect();
    ids.dedup();
    assert_eq!((seen.len(), ids.len()), (7, 7), "each once");
    Ok(())
}

#[tokio::test]
async fn it_is_told_where_each_value_comes_from() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let team = format!("/api/v1/teams/{}", root.id("/api/v1/teams?name=Buyers").await?);
    root.patch(&team, json!({"attributes": {"limit": 5, "company": "globex"}})).await?;
    let member = root.id("/api/v1/members?beginning=hand@").await?;
    let told = root.get(&format!("/api/v1/members/{member}/effective")).await?.json();
    assert_eq!(told["attributes"]["company"], json!({"value": "acme", "from": "member"}));
    assert_eq!(told["attributes"]["limit"], json!({"value": 5, "from": "team", "name": "Buyers"}));
    assert_eq!(told["attributes"]["regions"], json!({"value": null, "from": "nowhere"}));
    Ok(())
}
