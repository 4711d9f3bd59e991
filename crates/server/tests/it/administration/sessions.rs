//! Sessions of the application: their cookie, their pages, and their end.

use super::Caller;
use crate::support::{Outcome, Vitrine, copy_of, edit};
use reqwest::header::{COOKIE, ORIGIN};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::login_code;
use testkit::callers::{Answer, CallError, LoggedIn};
use testkit::world;

const ROOT: &str = "root@portal.example";
const WHOAMI: &str = "/api/v1/whoami";

async fn root(vitrine: &Vitrine) -> Result<LoggedIn, CallError> {
    let code = login_code::make(vitrine.its_config(), ROOT, None, &vitrine.its_clock()).await?;
    LoggedIn::with_code(vitrine.stranger(), &code).await
}

/// A request with the cookie, and with these headers alone.
async fn with(who: &LoggedIn, method: Method, path: &str, headers: &[(&str, &str)]) -> Result<Answer, CallError> {
    let request = who.stranger.request(method, path).header(COOKIE, who.cookie_header());
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    who.stranger.send(request.json(&json!({}))).await
}

#[tokio::test]
async fn the_cookie_is_for_vitrines_own_pages_and_no_script() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let code = login_code::make(vitrine.its_config(), ROOT, None, &vitrine.its_clock()).await?;
    let answer = vitrine.stranger().post_from_own_page("/api/v1/login", &json!({ "code": code })).await?;
    let set = answer.header("set-cookie");
    let port = vitrine.base.rsplit(':').next().unwrap_or_default();
    assert!(set.starts_with(&format!("__Host-vitrine-{port}=vi_")), "{set}");
    assert!(set.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{set}");
    let root = LoggedIn::of(vitrine.stranger(), &answer)?;
    assert!(!answer.text().contains(&root.cookie), "the body has no credential");

    // A page that has just been opened learns whose it is, and asks nothing else without saying so.
    let session = with(&root, Method::GET, "/api/v1/session", &[]).await?;
    assert_eq!((session.status, &session.json()["session"]), (StatusCode::OK, &json!(root.session)));
    let page = [("vitrine-session", root.session.as_str())];
    assert_eq!(with(&root, Method::GET, WHOAMI, &page).await?.status, StatusCode::OK);
    let other = vitrine.logged_in_page("desk@portal.example").await?;
    for wrong in [&[][..], &[("vitrine-session", "vs_none")], &[("vitrine-session", other.session.as_str())]] {
        assert_eq!(with(&root, Method::GET, WHOAMI, wrong).await?.status, StatusCode::UNAUTHORIZED, "{wrong:?}");
        let elsewhere = with(&root, Method::GET, "/api/v1/workbooks/orders", wrong).await?;
        assert_eq!(elsewhere.status, StatusCode::UNAUTHORIZED, "{wrong:?}");
    }
    let events = vitrine.audit().await?;
    assert!(events.iter().any(|found| found.event.reasons == ["page_of_other_session"]));

    // What it holds is no handle, a handle is no cookie, and a header goes before the cookie.
    let buyer = vitrine.buyer("acme").await?;
    let as_bearer = Caller::with(&vitrine, &root.cookie);
    assert_eq!(as_bearer.get(WHOAMI).await?.status, StatusCode::UNAUTHORIZED);
    let handle = LoggedIn { cookie: buyer.handle.clone(), session: buyer.session.clone(), ..root.clone() };
    assert_eq!(handle.stranger.send(handle.request(Method::GET, WHOAMI)).await?.status, StatusCode::UNAUTHORIZED);
    let bearer = format!("Bearer {}", buyer.handle);
    let both = [("authorization", bearer.as_str()), page[0]];
    let embedded = with(&root, Method::GET, WHOAMI, &both).await?;
    assert_eq!(embedded.json()["subject"], json!("bea@acme.example"), "{}", embedded.text());
    let garbage = [("authorization", "Bearer vh_none"), page[0]];
    assert_eq!(with(&root, Method::GET, WHOAMI, &garbage).await?.status, StatusCode::UNAUTHORIZED);
    Ok(())
}

/// Leak L149.
#[tokio::test]
async fn what_is_written_with_a_cookie_comes_from_vitrines_own_pages() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = root(&vitrine).await?;
    let page = ("vitrine-session", root.session.as_str());
    let new = |origin: Option<&str>| {
        let request = root.stranger.request(Method::POST, "/api/v1/teams").header(COOKIE, root.cookie_header());
        let request = request.header(page.0, page.1).json(&json!({"name": "New"}));
        origin.into_iter().fold(request, |request, origin| request.header(ORIGIN, origin))
    };
    for origin in [None, Some("null"), Some("https://portal.example"), Some("http://127.0.0.1"), Some("")] {
        let refused = root.stranger.send(new(origin)).await?;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "wrong_origin"), "{origin:?}");
    }
    let listed = root.stranger.send(root.request(Method::GET, "/api/v1/teams?limit=200")).await?;
    assert!(!listed.text().contains("\"New\""), "{}", listed.text());
    let code = login_code::make(vitrine.its_config(), ROOT, None, &vitrine.its_clock()).await?;
    let login = json!({ "code": code });
    let refused = vitrine.stranger().post("/api/v1/login", &login).await?;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "wrong_origin"));
    assert!(refused.header("set-cookie").is_empty());
    assert_eq!(vitrine.stranger().post_from_own_page("/api/v1/login", &login).await?.status, StatusCode::CREATED);
    assert_eq!(root.stranger.send(new(Some(&vitrine.base))).await?.status, StatusCode::CREATED);
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn what_is_written_with_a_cookie_switched_off() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = root(&vitrine).await?;
    let _off = model::enforcement::switch_off(model::enforcement::Point::OriginCheck);
    let headers = [("vitrine-session", root.session.as_str()), ("origin", "https://elsewhere.example")];
    let request = root.stranger.request(Method::POST, "/api/v1/teams").header(COOKIE, root.cookie_header());
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let forged = root.stranger.send(request.json(&json!({"name": "New"}))).await?;
    assert_eq!(forged.status, StatusCode::CREATED, "{}", forged.text());
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn pages_of_another_session_switched_off() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let (root, desk) = (root(&vitrine).await?, vitrine.logged_in_page("desk@portal.example").await?);
    let page_of_desk = [("vitrine-session", desk.session.as_str())];
    assert_eq!(with(&root, Method::GET, WHOAMI, &page_of_desk).await?.status, StatusCode::UNAUTHORIZED);
    let _off = model::enforcement::switch_off(model::enforcement::Point::PageSession);
    let told = with(&root, Method::GET, WHOAMI, &page_of_desk).await?;
    assert_eq!(told.json()["email"], json!(ROOT), "the page of one person shows another's");
    Ok(())
}

#[tokio::test]
async fn a_browser_that_logs_in_again_leaves_no_session_behind() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let before = root(&vitrine).await?;
    let code = login_code::make(vitrine.its_config(), "desk@portal.example", None, &vitrine.its_clock()).await?;
    let request = before.request(Method::POST, "/api/v1/login").json(&json!({ "code": code }));
    let answer = before.stranger.send(request).await?;
    let after = LoggedIn::of(vitrine.stranger(), &answer)?;
    assert_ne!((&after.cookie, &after.session), (&before.cookie, &before.session));
    let told = before.stranger.send(before.request(Method::GET, WHOAMI)).await?;
    assert_eq!(told.status, StatusCode::UNAUTHORIZED, "the one before has ended");
    assert_eq!(after.stranger.send(after.request(Method::GET, WHOAMI)).await?.status, StatusCode::OK);

    let left = after.stranger.send(after.request(Method::DELETE, "/api/v1/session")).await?;
    assert_eq!(left.status, StatusCode::NO_CONTENT);
    let set = left.header("set-cookie");
    assert!(set.contains("=; Max-Age=0; Path=/; Secure; HttpOnly"), "{set}");
    assert_eq!(after.stranger.send(after.request(Method::GET, WHOAMI)).await?.status, StatusCode::UNAUTHORIZED);
    Ok(())
}

/// A server whose organization says how long somebody stays.
async fn lasting(session: u32, idle: u32) -> Result<(tempfile::TempDir, Vitrine), CallError> {
    let folder = copy_of(&world::folder())?;
    let lengths = format!("login_session_seconds: {session}\nlogin_idle_seconds: {idle}\nautomatic_creation: true");
    edit(&folder.path().join("vitrine.yaml"), "automatic_creation: true", &lengths)?;
    let vitrine = Vitrine::of(folder.path()).await?;
    Ok((folder, vitrine))
}

async fn whoami(who: &LoggedIn) -> Result<StatusCode, CallError> {
    Ok(who.stranger.send(who.request(Method::GET, WHOAMI)).await?.status)
}

#[tokio::test]
async fn whoever_stays_away_has_to_log_in_again_and_so_has_whoever_stays_too_long() -> Outcome {
    let (_folder, vitrine) = lasting(3_000, 600).await?;
    let (there, away) = (root(&vitrine).await?, root(&vitrine).await?);
    for _ in 0..4 {
        vitrine.clock.advance_seconds(599);
        assert_eq!(whoami(&there).await?, StatusCode::OK);
    }
    assert_eq!(whoami(&away).await?, StatusCode::UNAUTHORIZED, "nobody was there for ten minutes");
    vitrine.clock.advance_seconds(600);
    assert_eq!(whoami(&there).await?, StatusCode::UNAUTHORIZED, "now of them too");
    let again = root(&vitrine).await?;
    for _ in 0..5 {
        vitrine.clock.advance_seconds(590);
        assert_eq!(whoami(&again).await?, StatusCode::OK);
    }
    vitrine.clock.advance_seconds(50);
    assert_eq!(whoami(&again).await?, StatusCode::UNAUTHORIZED, "fifty minutes, however busy");
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn staying_away_switched_off() -> Outcome {
    let (_folder, vitrine) = lasting(3_000, 600).await?;
    let away = root(&vitrine).await?;
    vitrine.clock.advance_seconds(601);
    assert_eq!(whoami(&away).await?, StatusCode::UNAUTHORIZED);
    let _off = model::enforcement::switch_off(model::enforcement::Point::SessionIdle);
    assert_eq!(whoami(&away).await?, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn a_shorter_life_counts_for_whoever_is_in() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let (root, other) = (Caller::page(root(&vitrine).await?), root(&vitrine).await?);
    for (patch, told) in [
        (json!({"login_idle_seconds": 59}), "`59`: expected 60 to 86400 seconds"),
        (json!({"login_session_seconds": 604_801}), "`604801`: expected 300 to 604800 seconds"),
    ] {
        let refused = root.patch("/api/v1/settings", patch).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text());
        assert!(refused.detail().contains(told), "{}", refused.detail());
    }
    vitrine.clock.advance_seconds(301);
    assert_eq!(whoami(&other).await?, StatusCode::OK);
    let changed = root.patch("/api/v1/settings", json!({"login_session_seconds": 300})).await?;
    assert_eq!(changed.json()["login_session_seconds"], json!(300), "{}", changed.text());
    assert_eq!(whoami(&other).await?, StatusCode::UNAUTHORIZED);
    Ok(())
}

#[tokio::test]
async fn nobody_logs_in_where_browsers_would_keep_no_cookie() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let vitrine = vitrine.reconfigured(|config| config.public_url = "http://vitrine.example".parse().ok()).await?;
    let code = login_code::make(vitrine.its_config(), ROOT, None, &vitrine.its_clock()).await?;
    let stranger = vitrine.stranger();
    let request = stranger.request(Method::POST, "/api/v1/login").header(ORIGIN, "http://vitrine.example");
    let refused = stranger.send(request.json(&json!({ "code": code }))).await?;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "no_tls"));
    assert_eq!(refused.json()["session"], Value::Null);
    Ok(())
}
