//! The site, and the switch by which attributes in tokens count.

use super::{Program, World, of, refusal};
use crate::administration::Caller;
use crate::support::Outcome;
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::callers::CallError;

/// The companies whose orders somebody sees.
async fn rows(world: &World, program: &Program) -> Result<Vec<Value>, CallError> {
    let caller = Caller::with(&world.vitrine, &program.token);
    let path = "/api/v1/workbooks/orders/pages/main/elements/list/query";
    let answer = caller.post(path, json!({})).await?;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    Ok(answer.rows())
}

#[tokio::test]
async fn t1_attributes_in_tokens_count_while_the_site_captures_them() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let user = program.post("/users", json!({"user": {"name": "new@acme.example", "siteRole": "Viewer"}})).await?;
    let buyers = program.id("groups", "Buyers").await?;
    let added = program.post(&format!("/groups/{buyers}/users"), user.json()).await?;
    assert_eq!(added.status, StatusCode::OK, "what was read can be sent back: {}", added.text());

    let claims = |id: &str| {
        let mut claims = of("new@acme.example", id);
        claims["company"] = json!(["acme"]);
        claims
    };
    let captured = rows(&world, &world.host(&claims("1")).await?).await?;
    assert!(!captured.is_empty());
    let off = program.put("", json!({"site": {"attributeCaptureEnabled": "false"}})).await?;
    assert_eq!((off.status, &off.json()["site"]["attributeCaptureEnabled"]), (StatusCode::OK, &json!("false")));
    assert!(rows(&world, &world.host(&claims("2")).await?).await?.is_empty(), "as if there were none");
    program.put("", json!({"site": {"attributeCaptureEnabled": true}})).await?;
    assert_eq!(rows(&world, &world.host(&claims("3")).await?).await?, captured);
    Ok(())
}

#[tokio::test]
async fn the_site_is_told_renamed_and_nothing_else_is_changed() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let site = program.get("").await?.json();
    let expected = json!({
        "id": "site-default", "name": "Portal", "contentUrl": "", "state": "Active", "adminMode": "ContentAndUsers",
        "attributeCaptureEnabled": "true",
    });
    assert_eq!(site["site"], expected);
    let sites = program.caller.asked(reqwest::Method::GET, "/api/3.27/sites", None, &super::JSON).await?.json();
    assert_eq!(sites["sites"]["site"], json!([expected]));
    let renamed =
        program.put("", json!({"site": {"name": "Portal of sales", "state": "Active", "flowsEnabled": false}})).await?;
    assert_eq!((renamed.status, &renamed.json()["site"]["name"]), (StatusCode::OK, &json!("Portal of sales")));
    for (name, value) in [("contentUrl", json!("other")), ("flowsEnabled", json!(true)), ("state", json!("Suspended"))]
    {
        let refused = refusal(&program.put("", json!({"site": {name: value}})).await?);
        assert!(refused.2.starts_with(&format!("`{name}`: expected nothing")), "{refused:?}");
    }
    let viewer = world.host(&super::said("1")).await?;
    assert_eq!(viewer.get("").await?.json()["site"].get("attributeCaptureEnabled"), None, "it is for administrators");
    Ok(())
}
