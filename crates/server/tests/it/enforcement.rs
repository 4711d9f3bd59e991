//! Each enforcement point that can be felt over HTTP is needed: switched off, the leak appears.
#![cfg(feature = "enforcement-switch")]

use crate::metabase::Embedding;
use crate::support::{Outcome, Vitrine, buyer, copy_of, edit};
use model::enforcement::{Point, switch_off};
use reqwest::StatusCode;
use serde_json::json;
use testkit::world;

async fn list_of(session: serde_json::Value, element: &str) -> Result<String, testkit::callers::CallError> {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
    Ok(viewer.element(element, &json!({})).await?.text())
}

#[tokio::test]
async fn without_the_policy_at_the_base_scan_other_companies_are_seen() -> Outcome {
    let _off = switch_off(Point::BaseScanPolicy);
    assert!(list_of(buyer("acme"), "main/list").await?.contains("CNRY_globex_order"));
    Ok(())
}

#[tokio::test]
async fn without_the_policy_at_joined_scans_other_customers_are_seen() -> Outcome {
    let _off = switch_off(Point::JoinedScanPolicy);
    assert!(list_of(buyer("acme"), "main/list").await?.contains("CNRY_globex_customer"));
    Ok(())
}

#[tokio::test]
async fn without_restrictions_deleted_rows_are_seen() -> Outcome {
    let _off = switch_off(Point::RestrictPolicies);
    assert!(list_of(buyer("acme"), "main/list").await?.contains("CNRY_nobody"));
    Ok(())
}

#[tokio::test]
async fn without_the_suggestion_policy_other_customers_are_suggested() -> Outcome {
    let _off = switch_off(Point::SuggestionPolicy);
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.host("portal").viewer(&buyer("acme"), "orders").await?;
    assert!(viewer.suggestions("main/status", "").await?.text().contains("deleted"));
    Ok(())
}

#[tokio::test]
async fn without_the_content_grant_hidden_workbooks_open() -> Outcome {
    let _off = switch_off(Point::ContentGrant);
    let vitrine = Vitrine::world().await?;
    let mut session = buyer("acme");
    session["content"] = json!({"workbook": "hidden"});
    let viewer = vitrine.host("portal").viewer(&session, "hidden").await?;
    assert_eq!(viewer.open_workbook().await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn without_the_data_grant_onlookers_see_rows() -> Outcome {
    let _off = switch_off(Point::DataGrant);
    let onlooker = json!({"subject": "olga", "tenant": "acme", "teams": ["Onlookers"]});
    assert!(list_of(onlooker, "main/list").await?.contains("\"rows\""));
    Ok(())
}

#[tokio::test]
async fn without_the_session_scope_other_workbooks_open() -> Outcome {
    let _off = switch_off(Point::SessionScope);
    let vitrine = Vitrine::world().await?;
    let mut session = buyer("acme");
    session["content"] = json!({"workbook": "orders", "page": "second"});
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
    assert_eq!(viewer.element("main/total", &json!({})).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn without_the_export_permission_anybody_downloads() -> Outcome {
    let _off = switch_off(Point::ExportPermission);
    let vitrine = Vitrine::world().await?;
    let mut session = buyer("acme");
    session["account_type"] = json!("View");
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
    assert_eq!(viewer.export("main/list", &json!({})).await?.status, StatusCode::OK);
    let drawn = json!({"format": "svg"});
    assert_eq!(viewer.ask("main/list", "picture", &drawn).await?.status, StatusCode::OK);
    assert_eq!(viewer.post("/api/v1/workbooks/orders/pages/main/picture", &drawn).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn without_download_limits_tables_are_taken_away() -> Outcome {
    let _off = switch_off(Point::DownloadLimits);
    let folder = copy_of(&world::folder())?;
    for file in ["account_types.yaml", "embed_keys.yaml"] {
        edit(&folder.path().join(file), "explore, export_csv]", "explore, export_csv, export_picture]")?;
    }
    let place = "columns: {order_id: integer";
    for rows in [0, 1] {
        let limited = format!("download_limits: [{{to: all, rows: {rows}}}]\n    {place}");
        let folder = copy_of(folder.path())?;
        edit(&folder.path().join("models/shop.yaml"), place, &limited)?;
        let vitrine = Vitrine::of(folder.path()).await?;
        let viewer = vitrine.buyer("acme").await?;
        assert_eq!(viewer.export("main/list", &json!({})).await?.status, StatusCode::OK, "{rows}");
        let drawn = viewer.ask("main/list", "picture", &json!({"format": "svg"})).await?;
        assert_eq!(drawn.status, StatusCode::OK, "{rows}");
    }
    Ok(())
}

#[tokio::test]
async fn without_the_explore_permission_anybody_asks_freely() -> Outcome {
    let _off = switch_off(Point::ExplorePermission);
    let vitrine = Vitrine::world().await?;
    let mut session = buyer("acme");
    session["account_type"] = json!("View");
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
    let query = json!({"explore": "shop.orders", "fields": ["orders"]});
    assert_eq!(viewer.query(&query).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn without_the_drill_permission_anybody_drills() -> Outcome {
    let _off = switch_off(Point::DrillPermission);
    let vitrine = Vitrine::world().await?;
    let mut session = buyer("acme");
    session["account_type"] = json!("View");
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
    let body = json!({"drill": [{"field": "month", "value": "2026-01-01"}]});
    assert_eq!(viewer.ask("second/by_month", "query", &body).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn without_the_underlying_permission_anybody_sees_the_rows() -> Outcome {
    let _off = switch_off(Point::UnderlyingPermission);
    let vitrine = Vitrine::world().await?;
    let mut session = buyer("acme");
    session["account_type"] = json!("View");
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
    assert_eq!(viewer.ask("second/by_month", "underlying", &json!({})).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn without_expiry_sessions_never_end() -> Outcome {
    let _off = switch_off(Point::SessionExpiry);
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    vitrine.clock.advance_seconds(100_000);
    assert_eq!(viewer.open_workbook().await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn without_the_check_an_ended_session_goes_on() -> Outcome {
    let _off = switch_off(Point::SessionEnded);
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    vitrine.host("portal").end(&viewer.session).await?;
    assert_eq!(viewer.open_workbook().await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn without_the_check_a_code_is_redeemed_twice() -> Outcome {
    let _off = switch_off(Point::CodeOnce);
    let vitrine = Vitrine::world().await?;
    let portal = vitrine.host("portal");
    let opened = portal.open(&buyer("acme")).await?.json();
    let code = opened["code"].as_str().unwrap_or_default();
    assert_eq!(portal.redeem(code, "orders", None).await?.status, StatusCode::OK);
    assert_eq!(portal.redeem(code, "orders", None).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn without_the_origin_check_other_pages_redeem() -> Outcome {
    let _off = switch_off(Point::OriginCheck);
    let vitrine = Vitrine::world().await?;
    let mut portal = vitrine.host("portal");
    portal.origin = "https://evil.example".into();
    let opened = portal.open(&buyer("acme")).await?.json();
    let redeemed = portal.redeem(opened["code"].as_str().unwrap_or_default(), "orders", None).await?;
    assert_eq!(redeemed.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn without_locked_parameters_elements_show_more() -> Outcome {
    let _off = switch_off(Point::LockedParameters);
    let mut session = buyer("acme");
    session["locked_parameters"] = json!({"status": "paid"});
    assert!(list_of(session, "second/by_month").await?.contains("\"rows\""));
    Ok(())
}

#[tokio::test]
async fn without_parameter_states_tokens_set_what_is_set_by_nobody() -> Outcome {
    let embedding = Embedding::venues("compatible").await?;
    let claims = json!({"resource": {"question": 102}, "params": {"venue_id": 100}});
    let path = "/api/embed/card/TOKEN/query";
    assert_eq!(embedding.ask(path, &claims).await?.status, StatusCode::BAD_REQUEST);
    let _off = switch_off(Point::ParameterStates);
    assert_eq!(embedding.ask(path, &claims).await?.status, StatusCode::ACCEPTED);
    Ok(())
}

#[tokio::test]
async fn without_the_origin_check_sigmas_addresses_open_below_any_page() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let from = |origin: &'static str| crate::sigma::exchange_below(&vitrine, "origins", origin);
    assert_eq!(from("https://evil.example").await?.status, StatusCode::BAD_REQUEST);
    let _off = switch_off(Point::OriginCheck);
    assert_eq!(from("https://evil.example").await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn without_the_ceiling_over_claims_a_key_speaks_for_anybody() -> Outcome {
    let _off = switch_off(Point::CeilingOverClaims);
    let vitrine = Vitrine::world().await?;
    let session =
        json!({"subject": "k", "tenant": "globex", "teams": ["Support"], "attributes": {"company": "globex"}});
    assert_eq!(vitrine.host("kiosk").open(&session).await?.status, StatusCode::CREATED);
    Ok(())
}

#[tokio::test]
async fn without_the_limits_a_key_is_used_as_often_as_anybody_likes() -> Outcome {
    let _off = switch_off(Point::RateLimits);
    let folder = copy_of(&world::folder())?;
    edit(&folder.path().join("embed_keys.yaml"), "session_seconds: 3600", "session_seconds: 3600\n      rate: 1")?;
    let vitrine = Vitrine::of(folder.path()).await?;
    for _ in 0..3 {
        assert_eq!(vitrine.host("portal").open(&buyer("acme")).await?.status, StatusCode::CREATED);
    }
    Ok(())
}
