//! Figures for whoever watches the server: what they count, where they are, and what is never in them.

use crate::support::{Outcome, Vitrine};
use reqwest::{Method, StatusCode};
use serde_json::json;
use testkit::callers::{CallError, Stranger};

pub(crate) async fn figures(vitrine: &Vitrine) -> Result<String, CallError> {
    let answer = Stranger::at(&vitrine.figures).get("/metrics").await?;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(
        answer.header("content-type").starts_with("text/plain; version=0.0.4"),
        "{}",
        answer.header("content-type")
    );
    Ok(answer.text())
}

pub(crate) fn figure(text: &str, name: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

#[tokio::test]
async fn they_count_requests_decisions_questions_sessions_and_refusals() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    for _ in 0..2 {
        assert_eq!(viewer.element("main/list", &json!({})).await?.status, StatusCode::OK);
    }
    viewer.ask("main/list", "export", &json!({"format": "xlsx"})).await?;
    vitrine.host("portal").end(&viewer.session).await?;
    viewer.element("main/list", &json!({})).await?;
    vitrine.stranger().send(vitrine.stranger().request(Method::from_bytes(b"BREW")?, "/nowhere")).await?;
    let text = figures(&vitrine).await?;
    let element = "route=\"/api/v1/workbooks/{workbook}/pages/{page}/elements/{element}/query\"";
    for (name, expected) in [
        (format!("vitrine_request_seconds_count{{method=\"POST\",{element},status=\"200\"}}"), 2.0),
        (format!("vitrine_request_seconds_count{{method=\"POST\",{element},status=\"401\"}}"), 1.0),
        ("vitrine_request_seconds_count{method=\"other\",route=\"none\",status=\"404\"}".to_owned(), 1.0),
        ("vitrine_decisions_total{action=\"run_query\",verdict=\"allowed\"}".to_owned(), 2.0),
        ("vitrine_decisions_total{action=\"export_xlsx\",verdict=\"refused\"}".to_owned(), 1.0),
        ("vitrine_sessions_opened_total{kind=\"embed_member\"}".to_owned(), 1.0),
        ("vitrine_sessions_ended_total{cause=\"host\"}".to_owned(), 1.0),
        ("vitrine_refusals_total{reason=\"session_ended\"}".to_owned(), 1.0),
        ("vitrine_query_seconds_count{outcome=\"answered\"}".to_owned(), 2.0),
        ("vitrine_query_rows_sum".to_owned(), 36.0),
        ("vitrine_answers_total{kept=\"no\"}".to_owned(), 1.0),
        ("vitrine_answers_total{kept=\"yes\"}".to_owned(), 1.0),
        ("vitrine_revision".to_owned(), 1.0),
        ("vitrine_revision_loaded_timestamp_seconds".to_owned(), 1_767_225_600.0),
        ("vitrine_audit_waiting".to_owned(), 0.0),
    ] {
        assert_eq!(figure(&text, &name), Some(expected), "{name} in\n{text}");
    }
    assert!(figure(&text, "process_resident_memory_bytes").is_some_and(|bytes| bytes > 1e6), "{text}");
    assert!(figure(&text, "vitrine_audit_record_seconds_count").is_some_and(|count| count >= 5.0), "{text}");
    Ok(())
}

#[tokio::test]
async fn they_count_what_the_store_did_not_do() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let before = figure(&figures(&vitrine).await?, "vitrine_store_errors_total").ok_or("no figure")?;
    vitrine.sql("ALTER TABLE audit_events RENAME TO elsewhere").await?;
    assert_eq!(viewer.element("main/list", &json!({})).await?.status, StatusCode::SERVICE_UNAVAILABLE);
    let after = figure(&figures(&vitrine).await?, "vitrine_store_errors_total").ok_or("no figure")?;
    assert!(after > before, "{before} {after}");
    Ok(())
}

#[tokio::test]
async fn no_person_tenant_content_or_value_is_in_them_and_nothing_else_at_their_address() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let list = viewer.element("main/list", &json!({"status": ["CNRY_asked"]})).await?;
    let shown = viewer.element("main/list", &json!({})).await?;
    assert!(list.status == StatusCode::OK && shown.text().contains("CNRY_acme"));
    viewer.open_workbook().await?;
    viewer.suggestions("main/customer", "CNRY_typed").await?;
    viewer.get("/api/v1/workbooks/hidden").await?;
    viewer.query(&json!({"explore": "shop.orders", "fields": ["CNRY_field"]})).await?;
    vitrine.stranger().get("/CNRY_address/CNRY_more?CNRY=1").await?;
    let odd = vitrine.stranger().request(Method::GET, "/api/v1/session").bearer_auth("CNRY_handle");
    vitrine.stranger().send(odd).await?;
    let host = testkit::callers::HostApp { client_id: "CNRY_host".into(), ..vitrine.host("portal") };
    host.open(&json!({"subject": "CNRY_subject"})).await?;
    let text = figures(&vitrine).await?;
    let secret = vitrine.host("portal").secret;
    for hidden in [
        "CNRY",
        "acme",
        "globex",
        "bea@",
        "Buyers",
        "orders",
        "hidden",
        "main",
        "list",
        "portal",
        "Analyze",
        "shop",
        "vs_",
        "vh_",
        "BREW",
        secret.as_str(),
        viewer.handle.as_str(),
        viewer.session.as_str(),
    ] {
        assert!(!text.contains(hidden), "`{hidden}` in\n{text}");
    }
    let stranger = Stranger::at(&vitrine.figures);
    for path in ["/", "/healthz", "/api/v1/session", "/metrics/more"] {
        assert_eq!(stranger.get(path).await?.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(
        vitrine.stranger().get("/metrics").await?.status,
        StatusCode::NOT_FOUND,
        "they have an address of their own"
    );
    assert_eq!(server::config::Config::default().metrics_listen, None, "which they only have when it is said");
    Ok(())
}
