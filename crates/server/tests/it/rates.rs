//! How often somebody may come, and what they read who come more often.

use crate::administration::Caller;
use crate::metabase::Embedding;
use crate::metrics::{figure, figures};
use crate::sigma::exchange_below;
use crate::support::{Outcome, Vitrine, buyer, copy_of, edit};
use reqwest::{Method, StatusCode};
use serde_json::json;
use server::callers::CallerKind;
use server::config::Requests;
use server::routes::routes;
use tempfile::TempDir;
use testkit::callers::{Answer, CallError};
use testkit::sign::plain;
use testkit::world;

/// The small world, in which `portal` is used three times a minute.
fn thrice_a_minute() -> Result<TempDir, CallError> {
    let folder = copy_of(&world::folder())?;
    edit(&folder.path().join("embed_keys.yaml"), "session_seconds: 3600", "session_seconds: 3600\n      rate: 3")?;
    Ok(folder)
}

async fn asked(vitrine: Vitrine, requests: Requests) -> Result<Vitrine, CallError> {
    vitrine.reconfigured(|config| config.requests = requests).await
}

#[track_caller]
fn is_too_often(answer: &Answer, seconds: &str) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!((answer.code().as_str(), answer.header("retry-after").as_str()), ("rate_limited", seconds));
    assert_eq!(answer.detail(), format!("too many requests: try again in {seconds} seconds"));
}

#[tokio::test]
async fn a_key_is_used_as_often_as_its_ceiling_says() -> Outcome {
    let folder = thrice_a_minute()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let (portal, rival) = (vitrine.host("portal"), vitrine.host("rival"));
    let first = portal.open(&buyer("acme")).await?;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text());
    let claims = json!({
        "iss": "portal", "aud": "vitrine", "iat": 1_767_225_600, "exp": 1_767_225_700, "jti": "1", "session": buyer("acme")
    });
    let token = plain(&claims, &portal.secret);
    assert_eq!(portal.open(&json!({})).await?.status, StatusCode::BAD_REQUEST, "what is refused counts too");
    assert_eq!(portal.end("vs_none").await?.status, StatusCode::NOT_FOUND);
    is_too_often(&portal.open(&buyer("acme")).await?, "20");
    is_too_often(&portal.end("vs_none").await?, "20");
    is_too_often(&portal.open_with_token(&token, vec![]).await?, "20");
    let code = first.json()["code"].as_str().unwrap_or_default().to_owned();
    assert_eq!(portal.redeem(&code, "orders", None).await?.status, StatusCode::OK, "pages go on");
    for _ in 0..5 {
        assert_eq!(rival.open(&json!({})).await?.status, StatusCode::BAD_REQUEST, "other keys go on");
        let forged = testkit::callers::HostApp { secret: "wrong".to_owned(), ..portal.clone() };
        assert_eq!(forged.open(&buyer("acme")).await?.status, StatusCode::UNAUTHORIZED, "strangers use nothing up");
    }
    vitrine.clock.advance_seconds(20);
    assert_eq!(portal.open_with_token(&token, vec![]).await?.status, StatusCode::CREATED, "the token is not used up");
    is_too_often(&portal.open(&buyer("acme")).await?, "20");
    Ok(())
}

#[tokio::test]
async fn refusals_are_ten_events_a_minute_at_most_and_the_rest_is_counted() -> Outcome {
    let folder = thrice_a_minute()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let portal = vitrine.host("portal");
    for _ in 0..33 {
        portal.end("vs_none").await?;
    }
    let text = figures(&vitrine).await?;
    assert_eq!(figure(&text, "vitrine_refusals_total{reason=\"rate_of_key\"}"), Some(30.0), "{text}");
    let events = vitrine.audit().await?;
    let refused: Vec<_> = events.iter().filter(|it| it.event.reasons == ["rate_of_key"]).collect();
    assert_eq!(refused.len(), 10);
    let event = &refused[0].event;
    assert_eq!((event.event.as_str(), event.principal.key.is_some()), ("refused", true));
    assert_eq!(event.resource.as_deref(), Some("/api/v1/embed/sessions/{session}"));
    vitrine.clock.advance_seconds(60);
    for _ in 0..4 {
        portal.end("vs_none").await?;
    }
    let events = vitrine.audit().await?;
    let counted = events.iter().find(|it| it.event.event == "refusals_counted").ok_or("not counted")?;
    assert_eq!(counted.event.detail["counts"], json!({"rate_of_key": 20}));
    Ok(())
}

#[tokio::test]
async fn each_session_and_each_credential_is_limited_by_itself() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let owner = root.id("/api/v1/members?beginning=root").await?;
    let new = json!({"name": "x", "owner": owner, "scopes": ["view"], "expires_at": "2026-01-02T00:00:00Z"});
    let made = root.post("/api/v1/api-credentials", new).await?;
    let secret = made.json()["secret"].as_str().ok_or(made.text())?.to_owned();
    let vitrine = asked(vitrine, Requests { per_session: 4, per_credential: 2, per_address: 0 }).await?;
    let (bea, other) = (vitrine.buyer("acme").await?, vitrine.buyer("acme").await?);
    let credential = Caller::with(&vitrine, &secret);
    for _ in 0..4 {
        assert_eq!(bea.open_workbook().await?.status, StatusCode::OK);
    }
    is_too_often(&bea.open_workbook().await?, "15");
    assert_eq!(other.element("main/list", &json!({})).await?.status, StatusCode::OK, "the same person elsewhere");
    for _ in 0..2 {
        assert_eq!(credential.get("/api/v1/whoami").await?.status, StatusCode::OK);
    }
    is_too_often(&credential.get("/api/v1/whoami").await?, "30");
    let event = vitrine.audit().await?.into_iter().find(|it| it.event.reasons == ["rate_of_session"]);
    assert_eq!(event.and_then(|it| it.event.principal.session).map(|id| id.to_string()), Some(bea.session.clone()));
    vitrine.clock.advance_seconds(15);
    assert_eq!(bea.open_workbook().await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn people_nobody_knows_are_limited_by_where_they_come_from() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let bea = vitrine.buyer("acme").await?;
    let vitrine = asked(vitrine, Requests { per_address: 3, ..Requests::unlimited() }).await?;
    let (portal, stranger) = (vitrine.host("portal"), vitrine.stranger());
    let opened = portal.open(&buyer("acme")).await?;
    let code = opened.json()["code"].as_str().unwrap_or_default().to_owned();
    assert_eq!(portal.redeem("vc_none", "orders", None).await?.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        stranger.post_from_own_page("/api/v1/login", &json!({"code": "vl_none"})).await?.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(exchange_below(&vitrine, "1", "https://elsewhere.example").await?.status, StatusCode::BAD_REQUEST);
    is_too_often(&exchange_below(&vitrine, "1", "https://sigma.example").await?, "20");
    is_too_often(&portal.redeem(&code, "orders", None).await?, "20");
    let forged = testkit::callers::HostApp { secret: "wrong".to_owned(), ..portal.clone() };
    is_too_often(&forged.open(&buyer("acme")).await?, "20");
    for path in ["/healthz", "/readyz", "/e/orders?key=portal", "/sdk/v1.js", "/api/v1/openapi.json"] {
        assert_eq!(stranger.get(path).await?.status, StatusCode::OK, "{path}");
    }
    let bea = testkit::callers::Viewer { stranger: vitrine.stranger(), ..bea };
    assert_eq!(bea.open_workbook().await?.status, StatusCode::OK, "whoever is inside goes on");
    assert_eq!(portal.open(&buyer("acme")).await?.status, StatusCode::CREATED, "and so do hosts");
    vitrine.clock.advance_seconds(20);
    assert_eq!(portal.redeem(&code, "orders", None).await?.status, StatusCode::OK, "the code was not burnt");
    Ok(())
}

/// No route that takes something from anybody is without the limit.
#[tokio::test]
async fn every_route_by_which_anybody_comes_in_has_the_limit() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let vitrine = asked(vitrine, Requests { per_address: 1, ..Requests::unlimited() }).await?;
    vitrine.stranger().post_from_own_page("/api/v1/login", &json!({"code": "vl_none"})).await?;
    let mut tried = 0;
    for route in routes() {
        let takes_something = route.caller == CallerKind::Anyone && route.method != Method::GET;
        if takes_something || route.caller == CallerKind::Guest {
            let path = route.path.replace("{token}", "4b1a1c1e-0000-4000-8000-000000000001");
            let path = if route.path.starts_with("/api/embed/") { path.replace("4b1a", "a.b.4b1a") } else { path };
            let path = path.replace(['{', '}', '*'], "1");
            let answer =
                vitrine.stranger().send(vitrine.stranger().request(route.method, &path).json(&json!({}))).await?;
            if ["/api/4.0/", "/v2/"].iter().any(|api| route.path.starts_with(api)) {
                // In another product's shape.
                assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.text());
                assert_eq!(answer.header("retry-after"), "60");
            } else {
                is_too_often(&answer, "60");
            }
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried}");
    Ok(())
}

#[tokio::test]
async fn guests_are_limited_by_address_and_by_the_key_that_signed() -> Outcome {
    let folder = copy_of(&world::accounts())?;
    let keys = folder.path().join("embed_keys.yaml");
    let text = std::fs::read_to_string(&keys)?;
    std::fs::write(&keys, text.replace("ceiling: {", "ceiling: {rate: 2, "))?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let claims = json!({"resource": {"dashboard": 12}, "params": {"status": "Active"}});
    let guest = Embedding { vitrine, secret: world::secret("compatible").to_owned() };
    for _ in 0..2 {
        assert_eq!(guest.ask("/api/embed/dashboard/TOKEN", &claims).await?.status, StatusCode::OK);
    }
    is_too_often(&guest.ask("/api/embed/dashboard/TOKEN", &claims).await?, "30");
    let bearer = Caller::with(&guest.vitrine, &plain(&claims, &guest.secret));
    is_too_often(&bearer.get("/api/v1/session").await?, "30");
    let vitrine = asked(guest.vitrine, Requests { per_address: 1, ..Requests::unlimited() }).await?;
    let link = Caller::with(&vitrine, "link_4b1a1c1e-0000-4000-8000-000000000001");
    assert_eq!(link.get("/api/v1/session").await?.status, StatusCode::OK);
    is_too_often(&link.get("/api/v1/session").await?, "60");
    Ok(())
}

/// Logs in with no code, as if through a proxy that says so.
async fn through(vitrine: &Vitrine, forwarded_for: &str) -> Result<StatusCode, CallError> {
    let request = vitrine.stranger().request(Method::POST, "/api/v1/login").header("origin", &vitrine.base);
    let request = request.header("x-forwarded-for", forwarded_for);
    Ok(vitrine.stranger().send(request.json(&json!({"code": "vl_none"}))).await?.status)
}

#[tokio::test]
async fn a_proxy_is_believed_if_it_is_trusted() -> Outcome {
    let once = Requests { per_address: 1, ..Requests::unlimited() };
    let vitrine = asked(Vitrine::world().await?, once).await?;
    assert_eq!(through(&vitrine, "192.0.2.1").await?, StatusCode::UNAUTHORIZED);
    assert_eq!(through(&vitrine, "192.0.2.2").await?, StatusCode::TOO_MANY_REQUESTS, "anybody can say that");
    let proxies = "127.0.0.0/8".to_owned().try_into()?;
    let vitrine = vitrine.reconfigured(|config| config.trusted_proxies = proxies).await?;
    for address in ["192.0.2.1", "192.0.2.2", "2001:db8::1"] {
        assert_eq!(through(&vitrine, address).await?, StatusCode::UNAUTHORIZED, "{address}");
    }
    for address in ["192.0.2.1", "198.51.100.1, 192.0.2.2", "2001:db8::2"] {
        assert_eq!(through(&vitrine, address).await?, StatusCode::TOO_MANY_REQUESTS, "{address}");
    }
    Ok(())
}
