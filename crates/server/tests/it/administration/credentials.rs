//! API credentials and open sessions.

use super::Caller;
use crate::support::{Outcome, Vitrine, buyer};
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::callers::CallError;

async fn credential(root: &Caller, email: &str, scopes: Value) -> Result<(String, String), CallError> {
    let owner = root.id(&format!("/api/v1/members?beginning={email}")).await?;
    let new = json!({"name": "back end", "owner": owner, "scopes": scopes, "expires_at": "2026-01-02T00:00:00Z"});
    let made = root.post("/api/v1/api-credentials", new).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let text = |member: &str| made.json()[member].as_str().unwrap_or_default().to_owned();
    Ok((text("id"), text("secret")))
}

#[tokio::test]
async fn a_credential_may_what_its_owner_may_within_its_scopes() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let (_, secret) = credential(&root, "root@", json!(["administer", "manage_members"])).await?;
    let back_end = Caller::with(&vitrine, &secret);
    assert_eq!(back_end.get("/api/v1/members").await?.status, StatusCode::OK);
    assert_eq!(back_end.get("/api/v1/teams").await?.status, StatusCode::FORBIDDEN, "beyond its scopes");

    let (_, secret) = credential(&root, "ines@", json!(["view", "administer", "manage_members"])).await?;
    let ines = Caller::with(&vitrine, &secret);
    assert_eq!(ines.get("/api/v1/members").await?.status, StatusCode::FORBIDDEN, "no more than its owner may");
    let list = ines.post("/api/v1/workbooks/orders/pages/main/elements/list/query", json!({})).await?;
    assert!(list.text().contains("CNRY_acme") && !list.text().contains("CNRY_globex"), "{}", list.text());
    let explores = ines.post("/api/v1/query", json!({"explore": "shop.orders", "fields": ["status"]})).await?;
    assert!(explores.status.is_client_error(), "`explore` is not among its scopes: {}", explores.text());
    Ok(())
}

#[tokio::test]
async fn a_credential_ends_when_it_expires_when_it_is_ended_and_with_its_owner() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let (id, secret) = credential(&root, "root@", json!(["administer", "manage_teams"])).await?;
    let back_end = Caller::with(&vitrine, &secret);
    assert_eq!(back_end.get("/api/v1/teams").await?.status, StatusCode::OK);
    let listed = root.get("/api/v1/api-credentials").await?;
    assert!(listed.text().contains(&id) && !listed.text().contains(&secret), "{}", listed.text());
    assert_eq!(root.delete(&format!("/api/v1/api-credentials/{id}")).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(back_end.get("/api/v1/teams").await?.status, StatusCode::UNAUTHORIZED);
    assert_eq!(root.delete(&format!("/api/v1/api-credentials/{id}")).await?.status, StatusCode::NOT_FOUND);

    let (_, secret) = credential(&root, "desk@", json!(["administer", "manage_teams"])).await?;
    let desk = Caller::with(&vitrine, &secret);
    assert_eq!(desk.get("/api/v1/teams").await?.status, StatusCode::OK);
    let member = format!("/api/v1/members/{}", root.id("/api/v1/members?beginning=desk@").await?);
    root.patch(&member, json!({"deactivated": true})).await?;
    assert_eq!(desk.get("/api/v1/teams").await?.status, StatusCode::UNAUTHORIZED);
    root.patch(&member, json!({"deactivated": false})).await?;
    assert_eq!(desk.get("/api/v1/teams").await?.status, StatusCode::OK);
    vitrine.clock.advance_seconds(2 * 24 * 3600);
    assert_eq!(desk.get("/api/v1/teams").await?.status, StatusCode::UNAUTHORIZED, "expired");
    Ok(())
}

#[tokio::test]
async fn a_credential_that_makes_no_sense_is_refused() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let owner = root.id("/api/v1/members?beginning=root@").await?;
    let good = json!({"name": "x", "owner": owner, "scopes": ["view"], "expires_at": "2026-01-02T00:00:00Z"});
    for (member, value) in [
        ("name", json!("")),
        ("owner", json!("member_none")),
        ("scopes", json!([])),
        ("scopes", json!(["fly"])),
        ("expires_at", json!("2025-01-02T00:00:00Z")),
        ("expires_at", json!("2028-01-02T00:00:00Z")),
    ] {
        let mut bad = good.clone();
        bad[member] = value;
        let refused = root.post("/api/v1/api-credentials", bad.clone()).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{bad}: {}", refused.text());
        assert!(refused.detail().contains(&format!("`{member}")), "{bad}: {}", refused.detail());
    }
    assert_eq!(root.get("/api/v1/api-credentials").await?.json()["items"], json!([]));
    Ok(())
}

#[tokio::test]
async fn administrators_see_and_end_sessions() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let (acme, globex) = (vitrine.buyer("acme").await?, vitrine.buyer("globex").await?);
    let listed = root.get("/api/v1/sessions?limit=200").await?;
    for session in [&acme.session, &globex.session] {
        assert!(listed.text().contains(session.as_str()), "{}", listed.text());
    }
    assert!(!listed.text().contains(&acme.handle));
    assert_eq!(root.delete(&format!("/api/v1/sessions/{}", acme.session)).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(acme.open_workbook().await?.status, StatusCode::UNAUTHORIZED);
    assert_eq!(globex.open_workbook().await?.status, StatusCode::OK);
    assert_eq!(root.delete(&format!("/api/v1/sessions/{}", acme.session)).await?.status, StatusCode::NOT_FOUND);
    vitrine.host("portal").open(&buyer("acme")).await?;
    let member = root.id("/api/v1/members?beginning=bea@acme").await?;
    let own = root.get(&format!("/api/v1/sessions?member={member}")).await?.json();
    assert_eq!(own["items"].as_array().map(Vec::len), Some(1));
    Ok(())
}
