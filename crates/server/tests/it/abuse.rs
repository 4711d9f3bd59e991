//! Answers to abuse: one refusal for strangers, helpful ones for hosts, never data, nothing changed.

use crate::support::{Outcome, Vitrine, buyer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn wrong_credentials_of_a_host_read_all_the_same() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let good = vitrine.host("portal");
    let mut answers = Vec::new();
    for (client_id, secret) in [("portal", "wrong"), ("portal", ""), ("nobody", good.secret.as_str()), ("NO BODY", "x")]
    {
        let mut host = good.clone();
        (host.client_id, host.secret) = (client_id.to_owned(), secret.to_owned());
        answers.push(host.open(&buyer("acme")).await?.comparable());
    }
    for header in ["", "Basic", "Basic %%%", "Bearer vh_x", "Basic AAAA"] {
        let request = good.stranger.request(Method::POST, "/api/v1/embed/sessions").header("authorization", header);
        answers.push(good.stranger.send(request.json(&buyer("acme"))).await?.comparable());
    }
    answers.push(good.stranger.post("/api/v1/embed/sessions", &buyer("acme")).await?.comparable());
    assert_eq!(answers[0].0, StatusCode::UNAUTHORIZED);
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:#?}");
    Ok(())
}

#[tokio::test]
async fn forged_handles_read_all_the_same() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let mut viewer = vitrine.buyer("acme").await?;
    let (genuine, session) = (viewer.handle.clone(), viewer.session.clone());
    let half = genuine[..genuine.len() / 2].to_owned();
    let mut answers = Vec::new();
    for forged in [
        String::new(),
        "vh_forged".into(),
        half,
        format!("{genuine}0"),
        genuine.to_uppercase(),
        session,
        "x".repeat(5000),
    ] {
        viewer.handle = forged;
        answers.push(viewer.open_workbook().await?.comparable());
    }
    assert_eq!(answers[0].0, StatusCode::UNAUTHORIZED);
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:#?}");
    Ok(())
}

#[tokio::test]
async fn bodies_are_bounded_and_have_one_meaning() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let portal = vitrine.host("portal");
    for (body, status, code) in [
        (vec![b' '; 70_000], StatusCode::PAYLOAD_TOO_LARGE, "body_too_large"),
        (b"{\"subject\": \"\xff\"}".to_vec(), StatusCode::BAD_REQUEST, "invalid_json"),
        (br#"{"subject": "a", "subject": "b"}"#.to_vec(), StatusCode::BAD_REQUEST, "invalid_json"),
        (
            br#"{"subject": "a", "attributes": {"company": "acme", "company": "globex"}}"#.to_vec(),
            StatusCode::BAD_REQUEST,
            "invalid_json",
        ),
        (br#"{"subject": "a", "is_admin": true}"#.to_vec(), StatusCode::BAD_REQUEST, "unknown_member"),
        (b"".to_vec(), StatusCode::BAD_REQUEST, "invalid_json"),
        ("[".repeat(60_000).into_bytes(), StatusCode::BAD_REQUEST, "invalid_json"),
    ] {
        let answer = portal.open_raw(body.clone()).await?;
        assert_eq!(
            (answer.status, answer.code()),
            (status, code.to_owned()),
            "{}",
            String::from_utf8_lossy(&body[..body.len().min(60)])
        );
    }
    let form =
        portal.stranger.request(Method::POST, "/api/v1/embed/sessions").basic_auth("portal", Some(&portal.secret));
    let form = portal.stranger.send(form.header("content-type", "text/plain").body(buyer("acme").to_string())).await?;
    assert_eq!(form.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    Ok(())
}

#[tokio::test]
async fn claims_that_cannot_be_accepted_are_named_with_what_is() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let portal = vitrine.host("portal");
    let cases: [(&str, Value, &str, &[&str]); 9] = [
        ("teams", json!(["Managers"]), "Managers", &["Buyers", "Support"]),
        ("teams", json!([]), "teams", &[]),
        ("account_type", json!("Admin"), "Admin", &["View", "Act", "Analyze"]),
        ("tenant", json!("initech"), "initech", &[]),
        ("attributes", json!({"colour": "red"}), "colour", &["company", "regions"]),
        ("permissions", json!(["administer"]), "administer", &["view", "explore"]),
        ("session_seconds", json!(59), "session_seconds", &["60"]),
        ("session_seconds", json!(3601), "session_seconds", &["3600"]),
        ("origin", json!("https://evil.example"), "origin", &[]),
    ];
    for (member, value, named, accepted) in cases {
        let mut session = buyer("acme");
        session["subject"] = json!("new@acme.example");
        session[member] = value.clone();
        let answer = portal.open(&session).await?;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{member}: {value}: {}", answer.text());
        let detail = answer.detail();
        assert!(detail.contains(named) && accepted.iter().all(|name| detail.contains(name)), "{member}: {detail}");
    }
    Ok(())
}

/// What lies beyond a key's ceiling reads as what does not exist (leak L129).
#[tokio::test]
async fn beyond_the_ceiling_reads_as_unknown() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let kiosk = vitrine.host("kiosk");
    let session = |member: &str, value: Value| {
        let mut session = json!({"subject": "k@acme.example", "tenant": "acme", "teams": ["Buyers"]});
        session[member] = value;
        session
    };
    for (member, real, unreal) in [
        ("teams", json!(["Support"]), json!(["Suppork"])),
        ("tenant", json!("globex"), json!("globax")),
        ("account_type", json!("Analyze"), json!("Analyse")),
        ("attributes", json!({"regions": ["x"]}), json!({"regionz": ["x"]})),
    ] {
        let beyond = kiosk.open(&session(member, real.clone())).await?;
        let unknown = kiosk.open(&session(member, unreal.clone())).await?;
        assert_eq!(beyond.status, StatusCode::BAD_REQUEST, "{member}");
        let name = |value: &Value| value.to_string().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let plain = |answer: &testkit::callers::Answer, value: &Value| {
            let text = answer.detail();
            let named = match value {
                Value::String(text) => text.clone(),
                Value::Array(items) => items[0].as_str().unwrap_or_default().to_owned(),
                Value::Object(map) => map.keys().next().cloned().unwrap_or_default(),
                _ => name(value),
            };
            text.replace(&named, "…")
        };
        assert_eq!(plain(&beyond, &real), plain(&unknown, &unreal), "{member}");
    }
    let value = kiosk.open(&session("attributes", json!({"company": "globex"}))).await?;
    assert_eq!(value.status, StatusCode::BAD_REQUEST, "a value beyond the ceiling");
    Ok(())
}

#[tokio::test]
async fn hidden_and_absent_content_get_the_same_404() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let mut session = buyer("acme");
    session.as_object_mut().ok_or("object")?.remove("content");
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?.never_sees(crate::support::never_for("acme"));
    let absent = viewer.get("/api/v1/workbooks/none").await?;
    assert_eq!(absent.status, StatusCode::NOT_FOUND);
    let empty = json!({});
    for path in ["/api/v1/workbooks/hidden", "/api/v1/workbooks/HIDDEN%20", "/api/v1/none"] {
        assert_eq!(viewer.get(path).await?.comparable(), absent.comparable(), "{path}");
    }
    for path in [
        "/api/v1/workbooks/hidden/pages/main/elements/total/query",
        "/api/v1/workbooks/hidden/pages/main/elements/none/query",
        "/api/v1/workbooks/orders/pages/none/elements/total/query",
        "/api/v1/workbooks/orders/pages/main/elements/none/query",
        "/api/v1/workbooks/orders/pages/main/elements/words/query",
        "/api/v1/workbooks/orders/pages/main/controls/none/values",
    ] {
        assert_eq!(viewer.post(path, &empty).await?.comparable(), absent.comparable(), "{path}");
    }
    for explore in ["shop.none", "none.orders"] {
        let query = viewer.query(&json!({"explore": explore, "fields": ["orders"]})).await?;
        assert_eq!(query.comparable(), absent.comparable(), "{explore}");
    }
    Ok(())
}

#[tokio::test]
async fn paths_are_matched_and_never_cleaned() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let stranger = vitrine.stranger();
    for path in [
        "//api/v1/workbooks/orders",
        "/api//v1/workbooks/orders",
        "/api/v1/./workbooks/orders",
        "/API/v1/workbooks/orders",
        "/api/v1/workbooks/orders/",
        "/api/v1/workbooks/orders;x=1",
        "/healthz/../api/v1/workbooks/orders",
    ] {
        let answer = stranger.get(path).await?;
        assert!(matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED), "{path}: {}", answer.status);
    }
    Ok(())
}

#[tokio::test]
async fn refusals_are_in_the_audit_trail_with_their_reason_and_are_counted() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let mut portal = vitrine.host("portal");
    portal.secret = "wrong".into();
    let mut correlation = String::new();
    for _ in 0..25 {
        correlation =
            portal.open(&buyer("acme")).await?.json()["correlation_id"].as_str().unwrap_or_default().to_owned();
    }
    let events = vitrine.audit().await?;
    let refused: Vec<_> = events.iter().filter(|event| event.event.event == "refused").collect();
    assert_eq!(refused.len(), 10, "the first ten a minute are events");
    assert!(refused[0].event.reasons.contains(&"wrong_secret".to_owned()), "{:?}", refused[0]);
    assert!(refused.iter().all(|event| event.event.correlation_id != correlation), "the last one was only counted");
    vitrine.clock.advance_seconds(60);
    portal.open(&buyer("acme")).await?;
    let events = vitrine.audit().await?;
    let counted = events.iter().find(|event| event.event.event == "refusals_counted").ok_or("no count")?;
    assert_eq!(counted.event.detail["counts"]["wrong_secret"], json!(15));
    Ok(())
}

#[tokio::test]
async fn answers_say_nothing_of_sql_paths_or_engines() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?.never_sees([
        "select",
        "datafusion",
        "arrow",
        "orders.csv",
        "/work",
        "panicked",
        ".rs:",
    ]);
    for query in [
        json!({"explore": "shop.orders", "fields": ["none"]}),
        json!({"explore": "shop.orders", "fields": ["orders"], "filters": [{"field": "order_id", "values": ["x"]}]}),
        json!({"explore": "shop.orders", "fields": ["orders"], "filters": [{"field": "day", "values": ["31.12.2026"]}]}),
        json!({"explore": "shop.orders", "fields": []}),
        json!({"explore": "shop.orders", "fields": ["orders"], "filters": [{"field": "orders", "values": ["x"]}]}),
        json!({"explore": "shop.orders", "fields": ["orders"], "sql": "1=1"}),
    ] {
        assert_eq!(viewer.query(&query).await?.status, StatusCode::BAD_REQUEST, "{query}");
    }
    Ok(())
}
