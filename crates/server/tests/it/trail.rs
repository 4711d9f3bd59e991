//! The audit trail as operators meet it: looked through and verified by the program, and nothing is let out without it.

use crate::program::{run, text};
use crate::support::{Outcome, Vitrine, buyer, sql, write_secrets};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use testkit::callers::CallError;
use testkit::sign::plain;
use testkit::world;

fn audit(data: &std::path::Path, more: &[&str]) -> Result<(Option<i32>, Vec<Value>, String), CallError> {
    let (output, out, err) = run(&[&["audit", "--data-dir", &text(data)], more].concat())?;
    let lines = out.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    Ok((output.status.code(), lines, err))
}

fn names(events: &[Value]) -> Vec<&str> {
    events.iter().filter_map(|event| event["event"]["event"].as_str()).collect()
}

/// On several threads: the server answers while the program runs.
#[tokio::test(flavor = "multi_thread")]
async fn the_trail_is_looked_through_by_kind_person_session_thing_and_time() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let (acme, globex) = (vitrine.buyer("acme").await?, vitrine.buyer("globex").await?);
    acme.element("main/list", &json!({})).await?;
    globex.element("main/list", &json!({})).await?;
    let data = vitrine.data.path();
    let (code, all, _) = audit(data, &[])?;
    assert_eq!(code, Some(0));
    let asked = all.iter().find(|event| event["event"]["event"] == "run_query").ok_or("no question")?;
    let principal = &asked["event"]["principal"];
    assert_eq!(principal["subject"], "bea@globex.example");
    let of = |filter: &[&str]| audit(data, filter).map(|(_, events, _)| events);
    assert_eq!(names(&of(&["--event", "session_opened"])?), ["session_opened"; 2]);
    let tenant = of(&["--tenant", principal["tenant"].as_str().unwrap_or_default()])?;
    assert!(!tenant.is_empty() && tenant.iter().all(|it| it["event"]["principal"]["subject"] == "bea@globex.example"));
    let member = of(&["--member", principal["member"].as_str().unwrap_or_default()])?;
    assert_eq!(member, tenant, "the one person of that tenant");
    assert_eq!(names(&of(&["--session", &acme.session, "--event", "run_query"])?), ["run_query"]);
    assert_eq!(of(&["--subject", "bea@acme.example", "--resource", "orders/main"])?.len(), 1);
    assert_eq!(of(&["--resource", "orders/mai"])?.len(), 0);
    assert_eq!(of(&["--since", "2026-01-01T00:00:01Z"])?.len(), 0, "the clock of tests stands still");
    assert_eq!(of(&["--until", "2026-01-01T00:00:01Z"])?.len(), all.len());

    let (_, first, more) = audit(data, &["--limit", "2"])?;
    assert_eq!(first, all[..2]);
    let after = more.trim_end().strip_prefix("there are more: --after ").ok_or(more.clone())?;
    let (_, rest, more) = audit(data, &["--after", after])?;
    assert_eq!((rest.as_slice(), more.as_str()), (&all[2..], ""));
    assert_eq!(audit(data, &["--since", "yesterday"]).map(|(code, ..)| code)?, Some(2));
    Ok(())
}

#[tokio::test]
async fn a_row_that_was_changed_behind_the_stores_back_is_named() -> Outcome {
    let data = tempfile::tempdir()?;
    write_secrets(data.path())?;
    let at = text(data.path());
    for folder in [world::folder(), world::insurance(), world::folder()] {
        run(&["apply", &text(&folder), "--data-dir", &at])?;
    }
    let (output, out, _) = run(&["audit", "verify", "--data-dir", &at])?;
    assert!(output.status.success() && out.starts_with("chain `main`: 3 links, head "), "{out}");
    sql(data.path(), "UPDATE audit_events SET resource = 'nothing happened' WHERE sequence = 2").await?;
    let (output, out, err) = run(&["audit", "verify", "--data-dir", &at])?;
    let told = "broken: chain `main`, link 2, event 2: the row is not as it was written\n";
    assert_eq!((output.status.code(), out.as_str()), (Some(1), told));
    assert_eq!(err, "the audit trail is not as it was written\n");
    Ok(())
}

const BREAK: &str = "ALTER TABLE audit_events RENAME TO elsewhere";
const MEND: &str = "ALTER TABLE elsewhere RENAME TO audit_events";

/// Routes that leave no event because they let out nothing of content or data.
const SILENT: [&str; 4] = ["current session", "list of explores", "workbook", "question without an answer"];

/// Sends each request with the trail as it is, and again without it: whatever leaves an event is then refused, and whatever
/// leaves none is on the reviewed list.
async fn nothing_without_a_trail(vitrine: &Vitrine, requests: Vec<(&str, RequestBuilder)>) -> Outcome {
    for (name, request) in requests {
        let again = request.try_clone().ok_or("cannot be sent twice")?;
        let before = vitrine.audit().await?.len();
        let fine = vitrine.stranger().send(request).await?;
        let leaves_event = vitrine.audit().await?.len() > before;
        vitrine.sql(BREAK).await?;
        let refused = vitrine.stranger().send(again).await;
        vitrine.sql(MEND).await?;
        let refused = refused?;
        if leaves_event {
            assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{name}: {}", refused.text());
            assert_eq!(refused.header("retry-after"), "1", "{name}");
            assert!(!refused.text().contains("CNRY"), "{name}");
        } else {
            assert!(SILENT.contains(&name), "{name} leaves no event: {} {}", fine.status, fine.text());
        }
    }
    Ok(())
}

#[tokio::test]
async fn without_a_trail_no_person_and_no_host_gets_anything() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let (viewer, portal) = (vitrine.buyer("acme").await?, vitrine.host("portal"));
    let ends = vitrine.buyer("acme").await?;
    let element = |name: &str, kind: &str, body: Value| {
        let path = format!("/api/v1/workbooks/orders/pages/{name}/{kind}");
        viewer.request(Method::POST, &path).json(&body)
    };
    let post = |path: &str, body: Value| viewer.request(Method::POST, path).json(&body);
    let as_host = |request: RequestBuilder, secret: &str| request.basic_auth("portal", Some(secret));
    let sessions = "/api/v1/embed/sessions";
    let opening =
        |secret: &str| as_host(vitrine.stranger().request(Method::POST, sessions).json(&buyer("acme")), secret);
    let ending = vitrine.stranger().request(Method::DELETE, &format!("{sessions}/{}", ends.session));
    let code = json!({"code": "vc_none", "client_id": "portal", "workbook": "orders", "parent_origin": portal.origin});
    let code =
        vitrine.stranger().request(Method::POST, "/api/v1/embed/redeem").header("origin", &vitrine.base).json(&code);
    let asked = json!({"explore": "shop.orders", "fields": ["status", "orders"]});
    let january = json!([{"field": "month", "value": "2026-01-01"}]);
    let requests = vec![
        ("current session", viewer.request(Method::GET, "/api/v1/session")),
        ("workbook", viewer.request(Method::GET, "/api/v1/workbooks/orders")),
        ("hidden workbook", viewer.request(Method::GET, "/api/v1/workbooks/hidden")),
        ("element", element("main/elements/list", "query", json!({}))),
        ("drilled element", element("second/elements/by_month", "query", json!({"drill": january}))),
        ("hidden element", element("main/elements/none", "query", json!({}))),
        ("download", element("main/elements/list", "export", json!({"format": "csv"}))),
        ("refused download", element("main/elements/list", "export", json!({"format": "xlsx"}))),
        ("rows underneath", element("second/elements/by_month", "underlying", json!({}))),
        ("download of them", element("second/elements/by_month", "underlying/export", json!({"format": "csv"}))),
        ("values of a control", element("main/controls/status", "values", json!({"search": ""}))),
        ("list of explores", viewer.request(Method::GET, "/api/v1/explores")),
        ("question", post("/api/v1/query", asked.clone())),
        ("question without an answer", post("/api/v1/query", json!({"explore": "shop.orders", "fields": ["none"]}))),
        ("download of a question", post("/api/v1/query", asked).header("accept", "text/csv")),
        ("opening", opening(&portal.secret)),
        ("opening with a wrong secret", opening("garbage")),
        ("ending", as_host(ending, &portal.secret)),
        ("redeeming", code),
    ];
    nothing_without_a_trail(&vitrine, requests).await?;
    assert_eq!(viewer.element("main/list", &json!({})).await?.status, StatusCode::OK, "and it recovers by itself");
    Ok(())
}

#[tokio::test]
async fn without_a_trail_no_guest_gets_anything() -> Outcome {
    let vitrine = Vitrine::of(&world::accounts()).await?;
    let secret = world::secret("compatible");
    let token = plain(&json!({"resource": {"dashboard": 12}, "params": {"status": "Active"}}), secret);
    let link = "4b1a1c1e-0000-4000-8000-000000000001";
    let get = |path: String| vitrine.stranger().request(Method::GET, &path);
    let requests = vec![
        ("guest's dashboard", get(format!("/api/embed/dashboard/{token}"))),
        ("guest's rows", get(format!("/api/embed/dashboard/{token}/dashcard/1/card/1"))),
        ("guest's file", get(format!("/api/embed/dashboard/{token}/dashcard/1/card/1/csv"))),
        ("linked dashboard", get(format!("/api/public/dashboard/{link}"))),
        ("linked rows", get(format!("/api/public/dashboard/{link}/dashcard/1/card/1"))),
        ("linked file", get(format!("/api/public/dashboard/{link}/dashcard/1/card/1/csv"))),
        ("linked values", get(format!("/api/public/dashboard/{link}/params/status/values"))),
    ];
    nothing_without_a_trail(&vitrine, requests).await
}

/// A write and the event that tells of it are one transaction: without a trail nothing is written.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_trail_nothing_is_administered() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let (root, desk) = (vitrine.root().await?, vitrine.logged_in("desk@portal.example").await?);
    let owner = root.id("/api/v1/members?beginning=root@").await?;
    let expires = "2026-01-02T00:00:00Z";
    let credential =
        json!({"name": "back end", "owner": owner, "scopes": ["administer", "manage_teams"], "expires_at": expires});
    let member = json!({"subject": "nia@portal.example", "kind": "internal", "account_type": "View"});
    let grant = json!({"to": {"team": "Pilots"}, "on": {"workbook": "orders"}, "level": "view"});
    let session = root.id("/api/v1/sessions").await?;
    let writes = [
        (&root, Method::POST, "/api/v1/teams".to_owned(), Some(json!({"name": "Pilots"}))),
        (&root, Method::POST, "/api/v1/grants".to_owned(), Some(grant)),
        (&root, Method::POST, "/api/v1/members".to_owned(), Some(member)),
        (&root, Method::PATCH, "/api/v1/settings".to_owned(), Some(json!({"name": "Shop"}))),
        (&root, Method::POST, "/api/v1/api-credentials".to_owned(), Some(credential)),
        (&desk, Method::PATCH, "/api/v1/settings".to_owned(), Some(json!({"name": "Mine"}))),
        (&root, Method::DELETE, format!("/api/v1/sessions/{session}"), None),
    ];
    for (caller, method, path, body) in writes {
        let before = vitrine.audit().await?.len();
        vitrine.sql(BREAK).await?;
        let refused = caller.ask(method.clone(), &path, body.clone()).await;
        vitrine.sql(MEND).await?;
        let refused = refused?;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{method} {path}: {}", refused.text());
        assert_eq!(vitrine.audit().await?.len(), before, "{method} {path}");
        let done = caller.ask(method.clone(), &path, body).await?;
        assert!(done.status.is_success() || done.status == StatusCode::FORBIDDEN, "{method} {path}: {}", done.text());
        assert_eq!(vitrine.audit().await?.len(), before + 1, "{method} {path} was not done before: {}", done.text());
    }
    let (output, out, err) = run(&["audit", "verify", "--data-dir", &text(vitrine.data.path())])?;
    assert!(output.status.success(), "the chain goes on: {out}{err}");
    Ok(())
}
