//! Attribute values of many members at once.

use super::sharing::{MARA, MONA, folder};
use crate::support::{Outcome, Vitrine, edit};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::fs;

const VALUES: &str = "/api/v1/attribute-values";

#[tokio::test]
async fn values_of_many_members_are_set_at_once_and_end_their_sessions() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let (root, ines, desk) = (
        vitrine.root().await?,
        vitrine.logged_in("ines@portal.example").await?,
        vitrine.logged_in("desk@portal.example").await?,
    );
    let ids = [
        root.id("/api/v1/members?beginning=ines@").await?,
        root.id("/api/v1/members?beginning=ivan@").await?,
        root.id("/api/v1/members?beginning=hand@").await?,
    ];
    let row = |index: usize, attributes: Value| json!({"member": ids[index], "attributes": attributes});
    let before = vitrine.audit().await?.len();
    let set = json!({"values": [
        row(0, json!({"company": "globex", "limit": 7})), row(1, json!({"company": null})), row(2, json!({"company": "acme"})),
    ]});
    let answer = root.post(VALUES, set).await?;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.json(), json!({"changed": 2, "ended_sessions": 1}), "what is as it was is not written");
    let events = vitrine.audit().await?;
    assert_eq!(events.len(), before + 1, "one event");
    assert!(!format!("{:?}", events[0]).contains("globex"), "without values: {:?}", events[0]);
    assert_eq!(ines.get("/api/v1/whoami").await?.status, StatusCode::UNAUTHORIZED);
    let effective = root.get(&format!("/api/v1/members/{}/effective", ids[0])).await?.json();
    assert_eq!(effective["attributes"]["company"], json!({"value": "globex", "from": "member"}));
    let effective = root.get(&format!("/api/v1/members/{}/effective", ids[1])).await?.json();
    assert_eq!(effective["attributes"]["company"], json!({"value": null, "from": "nowhere"}));

    let all = root.get("/api/v1/members?limit=200").await?.json();
    for (rows, told) in [
        (json!([row(0, json!({"company": "acme"})), row(1, json!({"none": 1}))]), "`values[1].attributes.none`"),
        (json!([row(0, json!({"company": "acme"})), row(1, json!({"limit": "many"}))]), "`values[1].attributes.limit`"),
        (json!([row(0, json!({"company": "acme"})), row(0, json!({}))]), "`values[1].member`"),
        (
            json!([row(0, json!({"company": "acme"})), {"member": "member_none", "attributes": {}}]),
            "`values[1].member`",
        ),
        (json!([]), "`values`"),
        (json!([{"member": ids[0], "values": {}}]), "`values[0]"),
    ] {
        let refused = root.post(VALUES, json!({"values": rows})).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{rows}");
        assert!(refused.detail().starts_with(told), "{told}: {}", refused.detail());
    }
    assert_eq!(root.get("/api/v1/members?limit=200").await?.json(), all, "all or nothing");
    let above = root.id("/api/v1/members?beginning=root@").await?;
    let rows = json!({"values": [row(0, json!({"limit": 1})), {"member": above, "attributes": {"limit": 1}}]});
    assert_eq!(desk.post(VALUES, rows).await?.status, StatusCode::FORBIDDEN, "nobody changes whoever holds more");
    let tina = vitrine.logged_in("tina@acme.example").await?;
    let own = json!({"values": [row(2, json!({"company": "globex"}))]});
    assert_eq!(
        tina.post(VALUES, own).await?.status,
        StatusCode::NOT_FOUND,
        "policies of the organization rest on values"
    );
    Ok(())
}

/// Where a value comes from: the person, their team, their tenant, the default.
#[tokio::test]
async fn effective_values_say_where_they_come_from() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let hand = root.id("/api/v1/members?beginning=hand@").await?;
    let path = format!("/api/v1/members/{hand}/effective");
    let team = root.id("/api/v1/teams?name=Buyers").await?;
    let tenant = root.id("/api/v1/tenants?name=acme").await?;
    let limit = root.id("/api/v1/attributes?name=limit").await?;
    for (path, patch) in [
        (format!("/api/v1/attributes/{limit}"), json!({"default": 1, "default_in_policies": true})),
        (format!("/api/v1/tenants/{tenant}"), json!({"attributes": {"regions": ["north"]}})),
        (format!("/api/v1/teams/{team}"), json!({"attributes": {"company": "globex"}})),
    ] {
        // Whoever resolved something from it logs in again.
        let written = vitrine.root().await?.patch(&path, patch).await?;
        assert_eq!(written.status, StatusCode::OK, "{}", written.text());
    }
    let root = vitrine.root().await?;
    let effective = root.get(&path).await?.json();
    assert_eq!(
        effective["attributes"],
        json!({
            "company": {"value": "acme", "from": "member"},
            "regions": {"value": ["north"], "from": "tenant", "name": "acme"},
            "limit": {"value": 1, "from": "default"},
        })
    );
    root.post(VALUES, json!({"values": [{"member": hand, "attributes": {"company": null}}]})).await?;
    let effective = root.get(&path).await?.json();
    assert_eq!(effective["attributes"]["company"], json!({"value": "globex", "from": "team", "name": "Buyers"}));
    Ok(())
}

/// The address of a tenant's member was written by that tenant's administrators: policies do not read it.
#[tokio::test]
async fn a_policy_reads_no_address_that_only_a_tenants_administrator_has_written() -> Outcome {
    let folder = folder()?;
    let model = folder.path().join("models/shop.yaml");
    let own = "    row_policies:\n      - {name: own_mail, permit: all, rule: note = user_email()}\n";
    edit(&model, "    row_policies:\n", own)?;
    let data = folder.path().join("data/orders.csv");
    let mut rows = fs::read_to_string(&data)?;
    rows.push_str("9001,x,acme,1,1.00,2026-01-01,open,mona@acme.example\n");
    rows.push_str("9002,x,acme,1,1.00,2026-01-01,open,mara@portal.example\n");
    fs::write(&data, rows)?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let query = json!({"explore": "shop.orders", "fields": ["order_id"]});
    for (email, expected) in [(MARA, json!([[9002]])), (MONA, json!([]))] {
        let answer = vitrine.logged_in(email).await?.post("/api/v1/query", query.clone()).await?;
        assert_eq!(answer.json()["rows"], expected, "{email}: {}", answer.text());
    }
    Ok(())
}
