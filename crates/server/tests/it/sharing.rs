//! Grants from outside: what they allow and deny, on what and to whom they are, whose something is, and what is refused.

use crate::support::{Outcome, Vitrine, buyer, copy_of, edit};
use reqwest::StatusCode;
use serde_json::json;
use std::fs;
use tempfile::TempDir;
use testkit::callers::{CallError, Viewer};
use testkit::world;

/// The small world with these lines for the grants of its buyers.
fn granting(lines: &[&str]) -> Result<TempDir, CallError> {
    let copy = copy_of(&world::folder())?;
    let text: String = lines.iter().map(|line| format!("  - {line}\n")).collect();
    fs::write(copy.path().join("grants.yaml"), format!("grants:\n{text}"))?;
    Ok(copy)
}

/// The statuses of looking, asking, and taking away.
async fn statuses(viewer: &Viewer) -> Result<[u16; 3], CallError> {
    let query = json!({"explore": "shop.orders", "fields": ["orders"]});
    Ok([
        viewer.open_workbook().await?.status.as_u16(),
        viewer.query(&query).await?.status.as_u16(),
        viewer.export("main/list", &json!({})).await?.status.as_u16(),
    ])
}

const CONTENT: &str = "{to: {team: Buyers}, on: {folder: shop/daily}, level: explore}";
const DATA: &str = "{to: {team: Buyers}, on: {model: shop}, level: use}";

#[tokio::test]
async fn a_deny_takes_away_and_what_is_the_persons_own_comes_first() -> Outcome {
    let of_bea = "{embed_member: {issuer: portal, tenant: acme, subject: bea@acme.example}}";
    let nobody_exports = "{to: {team: Buyers}, on: {workspace: shop}, deny: [export_csv]}";
    let nobody_looks = "{to: {tenant: acme}, on: {workbook: orders}, deny: [view]}";
    let bea_exports = format!("{{to: {of_bea}, on: {{workbook: orders}}, allow: [export_csv]}}");
    let bea_does_not = format!("{{to: {of_bea}, on: {{workbook: orders}}, deny: [export_csv]}}");
    for (grants, expected) in [
        (vec![CONTENT, DATA], [200, 200, 200]),
        (vec![CONTENT, DATA, nobody_exports], [200, 200, 403]),
        (vec![CONTENT, DATA, nobody_exports, &bea_exports], [200, 200, 200]),
        (vec![CONTENT, DATA, &bea_does_not], [200, 200, 403]),
        (vec![CONTENT, DATA, nobody_looks], [404, 404, 404]),
        (vec![DATA, &bea_exports], [404, 404, 404]),
    ] {
        let folder = granting(&grants)?;
        let vitrine = Vitrine::of(folder.path()).await?;
        let viewer = vitrine.buyer("acme").await?;
        assert_eq!(statuses(&viewer).await?, expected, "{grants:?}");
        let offered = viewer.open_workbook().await?.json()["actions"].clone();
        let exports = offered.as_array().is_some_and(|actions| actions.contains(&json!("export_csv")));
        assert_eq!(exports, expected[2] == 200, "the page offers what may be done: {offered}");
    }
    Ok(())
}

#[tokio::test]
async fn a_table_is_granted_by_itself_and_others_are_not_read() -> Outcome {
    let of = |table: &str| format!("{{to: {{team: Buyers}}, on: {{table: shop.{table}}}, level: use}}");
    let all = vec![of("orders"), of("customers")];
    let but_orders = vec![of("customers"), of("secrets")];
    for (tables, expected) in [(all, 200), (but_orders, 403)] {
        let lines: Vec<&str> = std::iter::once(CONTENT).chain(tables.iter().map(String::as_str)).collect();
        let folder = granting(&lines)?;
        let vitrine = Vitrine::of(folder.path()).await?;
        let viewer = vitrine.buyer("acme").await?;
        assert_eq!(viewer.element("main/list", &json!({})).await?.status.as_u16(), expected);
    }
    Ok(())
}

#[tokio::test]
async fn an_owner_manages_what_is_theirs_and_nobody_elses() -> Outcome {
    let folder = granting(&[DATA])?;
    let vitrine = Vitrine::of(folder.path()).await?;
    assert_eq!(statuses(&vitrine.buyer("acme").await?).await?, [404, 404, 404]);
    let orders = folder.path().join("workbooks/orders.yaml");
    let owner = "owner: {embed_member: {issuer: portal, tenant: acme, subject: bea@acme.example}}\npages:";
    edit(&orders, "pages:", owner)?;
    vitrine.apply(folder.path()).await?;
    assert_eq!(statuses(&vitrine.buyer("acme").await?).await?, [200, 200, 200]);
    assert_eq!(statuses(&vitrine.buyer("globex").await?).await?, [404, 404, 404]);
    Ok(())
}

#[tokio::test]
async fn a_grant_to_a_key_is_for_whoever_comes_with_it() -> Outcome {
    let folder = granting(&["{to: {key: kiosk}, on: {workbook: orders}, level: view}"])?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let session = json!({"subject": "bea@acme.example", "tenant": "acme", "teams": ["Buyers"], "account_type": "View"});
    let at_the_kiosk = vitrine.host("kiosk").viewer(&session, "orders").await?;
    assert_eq!(at_the_kiosk.open_workbook().await?.status, StatusCode::OK);
    let elsewhere = vitrine.host("portal").viewer(&session, "orders").await?;
    assert_eq!(elsewhere.open_workbook().await?.status, StatusCode::NOT_FOUND);
    Ok(())
}

/// What is refused changes nothing, and says where it is.
#[tokio::test]
async fn grants_that_say_nothing_or_twice_are_refused() -> Outcome {
    let folder = granting(&[CONTENT, DATA])?;
    let vitrine = Vitrine::of(folder.path()).await?;
    for (line, expected) in [
        (CONTENT, "grants.yaml:4: grants[2]: a second grant `{"),
        (
            "{to: {team: Support}, on: {workbook: orders}}",
            "grants.yaml:4: grants[2]: neither `level` nor `allow` nor `deny`",
        ),
        (
            "{to: {team: Support}, on: {model: shop}, level: use, deny: [view]}",
            "grants.yaml:4: grants[2].deny[view]: `view` on data: expected only a level",
        ),
        (
            "{to: {team: Support}, on: {workbook: orders}, allow: [view], deny: [view]}",
            "grants.yaml:4: grants[2].allow[view]: `view` both allowed and denied: expected one",
        ),
        (
            "{to: {team: Support}, on: {workbook: orders}, allow: [manage_grants]}",
            "grants.yaml:4: grants[2].allow[manage_grants]: `manage_grants` is about the organization",
        ),
        (
            "{to: {team: Support}, on: {table: shop.nothing}, level: use}",
            "grants.yaml:4: grants[2].on.table: unknown table `shop.nothing`: expected one of `shop.",
        ),
        (
            "{to: {team: Support}, on: {schema: files/public}, level: use}",
            "grants.yaml:4: grants[2].on.schema: `files` is no database: expected a connection that has schemas",
        ),
        (
            "{to: {key: nobody}, on: {workbook: orders}, level: view}",
            "grants.yaml:4: grants[2].to.key: unknown embed key `nobody`: expected one of ",
        ),
        (
            "{to: {embed_member: {issuer: nobody, subject: x}}, on: {workbook: orders}, level: view}",
            "grants.yaml:4: grants[2].to.embed_member.issuer: unknown issuer `nobody`: expected one of ",
        ),
    ] {
        let text = format!("grants:\n  - {CONTENT}\n  - {DATA}\n  - {line}\n");
        fs::write(folder.path().join("grants.yaml"), text)?;
        let refused = vitrine.apply(folder.path()).await.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains(expected), "{line}: {refused}");
    }
    assert_eq!(statuses(&vitrine.buyer("acme").await?).await?, [200, 200, 200]);
    Ok(())
}

/// What no grant was for before keeps being what nobody reaches.
#[tokio::test]
async fn s8_s9_levels_add_up_over_teams_tenant_and_key() -> Outcome {
    let view = "{to: {tenant: acme}, on: {workbook: orders}, level: view}";
    let explore = "{to: {key: portal}, on: {workspace: shop}, level: explore}";
    for (grants, expected) in [
        (vec![view, DATA], [200, 404, 200]),
        (vec![view, explore, DATA], [200, 200, 200]),
        (vec![view, explore], [200, 404, 403]),
        (vec![DATA], [404, 404, 404]),
    ] {
        let folder = granting(&grants)?;
        let vitrine = Vitrine::of(folder.path()).await?;
        let mut session = buyer("acme");
        session["account_type"] = json!("Analyze");
        let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
        assert_eq!(statuses(&viewer).await?, expected, "{grants:?}");
    }
    Ok(())
}
