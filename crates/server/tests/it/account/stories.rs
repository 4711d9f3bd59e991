//! Stories S2 and S3 as a whole: somebody is invited, chooses a password, and then the embed opens.

use super::{PASSWORD, by_password, code_in, got, log_in, mail_to};
use crate::support::{Outcome, Vitrine, buyer};
use reqwest::StatusCode;
use serde_json::json;
use testkit::callers::LoggedIn;

/// Of a tenant, as the key asks of everybody whom it vouches for.
const NIA: &str = "nia@acme.example";

#[tokio::test]
async fn stories_s2_and_s3_whoever_is_invited_logs_in_once_and_then_the_embed_opens() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let (root, portal) = (vitrine.root().await?, vitrine.host("portal"));

    // S2: an administrator switches automatic creation off. Somebody nobody has made gets in nowhere.
    let off = root.patch("/api/v1/settings", json!({"automatic_creation": false})).await?;
    assert_eq!(off.status, StatusCode::OK, "{}", off.text());
    let content = json!({"workbook": "orders"});
    let nia = json!({"subject": NIA, "tenant": "acme", "content": content, "origin": portal.origin});
    let refused = portal.open(&buyer("acme")).await?;
    assert_eq!((refused.status, refused.detail().as_str()), (StatusCode::FORBIDDEN, authz::AUTOMATIC_CREATION_OFF));

    // S3: she is made, and has never logged in: the same sentence.
    let new = json!({
        "subject": NIA, "tenant": "acme", "kind": "internal", "account_type": "Analyze", "teams": ["Buyers"],
        "attributes": {"company": "acme"}, "invite": true,
    });
    let made = root.post("/api/v1/members", new).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    assert_eq!(portal.open(&nia).await?.detail(), authz::AUTOMATIC_CREATION_OFF);

    // The link of the mail is opened once, and she is in.
    let code = code_in(&vitrine, &mail_to(&vitrine, NIA, 1).await?, "invitation")?;
    let entered = log_in(&vitrine, json!({"code": code, "new_password": PASSWORD})).await?;
    assert_eq!(entered.status, StatusCode::CREATED, "{}", entered.text());
    let page = LoggedIn::of(vitrine.stranger(), &entered)?;
    assert_eq!(got(&page, "/api/v1/whoami").await?.json()["email"], json!(NIA));

    // From then on the host opens embeds for her, with her own rows.
    let viewer = portal.viewer(&nia, "orders").await?.never_sees(["CNRY_globex"]);
    let list = viewer.element("main/list", &json!({})).await?;
    assert!(list.text().contains("CNRY_acme"), "{}", list.text());
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::CREATED, "and she logs in again");
    Ok(())
}
