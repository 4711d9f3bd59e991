//! Frames of Looker's hosts that come after the one that logged in: by its cookie, and in an open session.

use crate::looker::{DASHBOARD, HOST, address, exchange, log_in, said, world};
use crate::support::{Outcome, Vitrine};
use model::enforcement::{Point, switch_off};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::{Answer, CallError};
use testkit::world::{ACME, GLOBEX};

/// What the SDK asks a later frame for: no login, and nothing of Vitrine's in the address.
const LATER: &str = "/embed/dashboards/orders?embed_domain=https://looker.example&sdk=3";

/// A browser that has logged in: its cookie, its session, and the handle of its page.
struct Browser {
    cookie: String,
    session: String,
    handle: String,
}

async fn browser(vitrine: &Vitrine, company: &str) -> Result<Browser, CallError> {
    let logged_in = log_in(vitrine, &address(vitrine, DASHBOARD, &said(company, company))).await?;
    let cookie = logged_in.header("set-cookie");
    assert!(cookie.starts_with("__Host-vitrine-embed-"), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=None; Partitioned"), "{cookie}");
    let opened = exchange(vitrine, &logged_in.header("location"), HOST).await?.json();
    let text = |member: &str| opened[member].as_str().unwrap_or_default().to_owned();
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    Ok(Browser { cookie, session: text("session"), handle: text("handle") })
}

/// A later frame, as its page asks for something to ask with.
async fn later(vitrine: &Vitrine, cookie: &str, session: Option<&str>, parent: &str) -> Result<Answer, CallError> {
    let stranger = vitrine.stranger();
    let request = stranger.request(Method::POST, "/api/v1/looker/sessions").header("origin", &vitrine.base);
    let body = json!({"session": session, "address": LATER, "parent_origin": parent});
    stranger.send(request.header("cookie", cookie).json(&body)).await
}

async fn rows(vitrine: &Vitrine, handle: &str) -> Result<Answer, CallError> {
    let stranger = vitrine.stranger();
    let path = "/api/v1/workbooks/orders/pages/main/elements/list/query";
    let request = stranger.request(Method::POST, path).bearer_auth(handle);
    stranger.send(request.json(&json!({"controls": {}}))).await
}

#[tokio::test]
async fn later_frames_are_of_the_session_of_which_the_page_says_that_it_is() -> Outcome {
    let (vitrine, _folder) = world().await?;
    let (acme, globex) = (browser(&vitrine, "acme").await?, browser(&vitrine, "globex").await?);
    let opened = later(&vitrine, &acme.cookie, Some(&acme.session), HOST).await?;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.text());
    let json = opened.json();
    assert_eq!((&json["session"], &json["workbook"]), (&json!(acme.session), &json!("orders")));
    let handle = json["handle"].as_str().unwrap_or_default();
    let text = rows(&vitrine, handle).await?.text();
    assert!(text.contains(ACME) && !text.contains(GLOBEX), "{text}");
    assert_eq!(rows(&vitrine, &acme.handle).await?.status, StatusCode::OK, "the first frame goes on");

    for (cookie, session, parent) in [
        (&globex.cookie, Some(&acme.session), HOST),
        (&acme.cookie, Some(&globex.session), HOST),
        (&acme.cookie, None, HOST),
        (&acme.cookie, Some(&acme.session), "https://rival.example"),
        (&String::new(), Some(&acme.session), HOST),
        (&acme.handle, Some(&acme.session), HOST),
    ] {
        let refused = later(&vitrine, cookie, session.map(String::as_str), parent).await?;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{cookie} {session:?} {parent}: {}", refused.text());
        assert!(!refused.text().contains(ACME) && !refused.text().contains(GLOBEX));
    }
    // The cookie opens nothing by itself.
    let value = acme.cookie.split('=').nth(1).unwrap_or_default();
    assert_eq!(rows(&vitrine, value).await?.status, StatusCode::UNAUTHORIZED);
    let _off = switch_off(Point::PageSession);
    assert_eq!(later(&vitrine, &globex.cookie, Some(&acme.session), HOST).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn a_later_frame_ends_with_its_session() -> Outcome {
    let (vitrine, _folder) = world().await?;
    let acme = browser(&vitrine, "acme").await?;
    let opened = later(&vitrine, &acme.cookie, Some(&acme.session), HOST).await?.json();
    let handle = opened["handle"].as_str().unwrap_or_default().to_owned();
    vitrine.clock.advance_seconds(599);
    assert_eq!(rows(&vitrine, &handle).await?.status, StatusCode::OK);
    vitrine.clock.advance_seconds(1);
    assert_eq!(rows(&vitrine, &handle).await?.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        later(&vitrine, &acme.cookie, Some(&acme.session), HOST).await?.status,
        StatusCode::UNAUTHORIZED,
        "nor does the cookie open another one"
    );
    Ok(())
}

#[tokio::test]
async fn the_page_of_a_later_frame_is_framed_by_the_origins_of_its_sessions_key() -> Outcome {
    let (vitrine, _folder) = world().await?;
    let acme = browser(&vitrine, "acme").await?;
    let stranger = vitrine.stranger();
    let framed_by = async |cookie: &str| -> Result<String, CallError> {
        let request = stranger.request(Method::GET, LATER).header("cookie", cookie);
        let policy = stranger.send(request).await?.header("content-security-policy");
        Ok(policy.rsplit("frame-ancestors ").next().unwrap_or_default().to_owned())
    };
    assert_eq!(framed_by(&acme.cookie).await?, HOST);
    assert_eq!(framed_by("").await?, "'none'");
    assert_eq!(framed_by(&format!("{}x", acme.cookie)).await?, "'none'");
    Ok(())
}

#[tokio::test]
async fn a_page_turns_to_what_its_person_may_look_at() -> Outcome {
    let (vitrine, _folder) = world().await?;
    let acme = browser(&vitrine, "acme").await?;
    let stranger = vitrine.stranger();
    let content = async |handle: &str, address: &str| {
        let request = stranger.request(Method::POST, "/api/v1/looker/content").bearer_auth(handle);
        stranger.send(request.json(&json!({"address": address}))).await
    };
    let found = content(&acme.handle, "/embed/dashboards/3?Status=paid").await?.json();
    assert_eq!((&found["workbook"], &found["expires_in"]), (&json!("orders"), &json!(600)));
    assert_eq!((&found["controls"], &found["handle"]), (&json!({"status": ["paid"]}), &Value::Null));
    let mut refusals = Vec::new();
    for address in ["/embed/dashboards/none", "/embed/dashboards/secret", "/embed/explore/shop/orders", "/admin", ""] {
        let refused = content(&acme.handle, address).await?;
        refusals.push((refused.status, refused.detail()));
    }
    refusals.dedup();
    assert!(refusals.len() == 1 && refusals[0].1.contains("could not be found"), "{refusals:?}");
    assert_eq!(content("vh_none", "/embed/dashboards/3").await?.status, StatusCode::UNAUTHORIZED);
    // An address that says of which session it is, and is of another one or of none.
    let named = content(&acme.handle, "/embed/dashboards/3?embed_navigation_token=ve_none").await?;
    assert_eq!(named.status, StatusCode::UNAUTHORIZED);
    Ok(())
}
