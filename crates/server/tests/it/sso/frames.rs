//! The application in frames of hosts: its documents, its cookie, and whose session its pages are told of.

use super::{Sso, secret};
use crate::support::Outcome;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::{Answer, CallError};
use testkit::{sign, world};

const IN_FRAME: [(&str, &str); 1] = [("sec-fetch-dest", "iframe")];
const WHOAMI: &str = "/api/v1/whoami";

pub(super) fn framed() -> Value {
    json!({"frame_origins": ["https://portal.example"]})
}

/// A browser that has come back with a token of Bea's, for a frame or not.
struct Framed {
    sso: Sso,
    cookie: String,
    location: String,
}

impl Framed {
    async fn open(headers: &[(&str, &str)]) -> Result<Self, CallError> {
        let sso = Sso::with(framed()).await?;
        let claims = json!({"email": "bea@acme.example", "groups": ["Buyers"], "company": "acme"});
        let token = sign::plain(&claims, secret());
        let back = sso.ask(&[("jwt", &token), ("return_to", "/workbooks/orders?provider=other&a=b")], headers).await?;
        assert_eq!(back.status, StatusCode::FOUND, "{}", back.text());
        let (cookie, location) = (back.header("set-cookie"), back.header("location"));
        Ok(Self { sso, cookie, location })
    }

    /// The cookie as it was set, under the name that it has in frames.
    fn cookie_in_frames(&self) -> String {
        let port = self.sso.vitrine.base.rsplit(':').next().unwrap_or_default();
        format!("__Host-vitrine-frame-{port}={}", self.value())
    }

    fn value(&self) -> &str {
        self.cookie.split(';').next().and_then(|pair| pair.split_once('=')).unwrap_or_default().1
    }

    async fn ask(&self, (method, path): (Method, &str), headers: &[(&str, &str)]) -> Result<Answer, CallError> {
        let stranger = self.sso.vitrine.stranger();
        let request = stranger.request(method, path).header("cookie", self.cookie_in_frames());
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        stranger.send(request.json(&json!({"controls": {}}))).await
    }

    /// The session, as a page in a frame for that provider is told of it.
    async fn session(&self, provider: &str) -> Result<Answer, CallError> {
        self.ask((Method::GET, "/api/v1/session"), &[("vitrine-frame", provider)]).await
    }
}

pub(super) async fn ancestors(sso: &Sso, path: &str) -> Result<String, CallError> {
    let policy = sso.vitrine.stranger().get(path).await?.header("content-security-policy");
    Ok(policy.rsplit("frame-ancestors ").next().unwrap_or_default().to_owned())
}

/// Story M5 in a frame.
#[tokio::test]
async fn m5_a_frame_has_a_cookie_of_its_own_and_the_rows_of_its_person() -> Outcome {
    let bea = Framed::open(&IN_FRAME).await?;
    assert_eq!(bea.location, format!("{}/workbooks/orders?a=b&provider=sso", bea.sso.vitrine.base));
    assert!(bea.cookie.starts_with(&bea.cookie_in_frames()), "{}", bea.cookie);
    assert!(bea.cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=None; Partitioned"), "{}", bea.cookie);
    let session = bea.session("sso").await?;
    assert_eq!(session.status, StatusCode::OK, "{}", session.text());
    let session = session.json()["session"].as_str().unwrap_or_default().to_owned();

    let query = (Method::POST, "/api/v1/workbooks/orders/pages/main/elements/list/query");
    let page = [("vitrine-frame", "sso"), ("vitrine-session", &*session), ("origin", &*bea.sso.vitrine.base)];
    let rows = bea.ask(query.clone(), &page).await?;
    assert_eq!(rows.status, StatusCode::OK, "{}", rows.text());
    assert!(rows.text().contains(world::ACME) && !rows.text().contains(world::GLOBEX), "{}", rows.text());
    let forged = bea.ask(query, &[page[0], page[1], ("origin", "https://portal.example")]).await?;
    assert_eq!((forged.status, forged.code().as_str()), (StatusCode::FORBIDDEN, "wrong_origin"));

    // A page of another session, of another provider, or in no frame is told nothing.
    for odd in [
        &[page[0], ("vitrine-session", "vs_none")][..],
        &[page[0]],
        &[("vitrine-frame", "other"), page[1]],
        &[("vitrine-frame", ""), page[1]],
        &[page[1]],
    ] {
        assert_eq!(bea.ask((Method::GET, WHOAMI), odd).await?.status, StatusCode::UNAUTHORIZED, "{odd:?}");
    }
    assert_eq!(bea.ask((Method::GET, WHOAMI), &page).await?.status, StatusCode::OK);
    // Nobody administers there, or has an account.
    for path in ["/api/v1/account", "/api/v1/members"] {
        assert_eq!(bea.ask((Method::GET, path), &page).await?.status, StatusCode::FORBIDDEN, "{path}");
    }
    let left = bea.ask((Method::DELETE, "/api/v1/session"), &page).await?;
    let forgotten = left.header("set-cookie");
    assert_eq!(left.status, StatusCode::NO_CONTENT, "{}", left.text());
    assert!(forgotten.starts_with("__Host-vitrine-frame-") && forgotten.ends_with("; Partitioned"), "{forgotten}");
    assert_eq!(bea.session("sso").await?.status, StatusCode::UNAUTHORIZED);
    Ok(())
}

/// Leak L142.
#[tokio::test]
async fn the_application_is_framed_by_origins_of_the_provider_in_its_address() -> Outcome {
    let sso = Sso::with(framed()).await?;
    for path in ["/workbooks/orders?provider=sso", "/workbooks/none/main?a=b&provider=sso"] {
        assert_eq!(ancestors(&sso, path).await?, "https://portal.example", "{path}");
    }
    for path in [
        "/workbooks/orders",
        "/workbooks/orders?provider=other",
        "/workbooks/orders?provider=",
        "/workbooks/orders?provider=SSO",
        "/workbooks/orders?provider=other&provider=sso",
        "/admin?provider=sso",
        "/login?provider=sso",
        "/account?provider=sso",
        "/invitation?provider=sso",
    ] {
        assert_eq!(ancestors(&sso, path).await?, "'none'", "{path}");
    }
    sso.change(json!({"frame_origins": ["https://portal.example"], "disabled": true})).await?;
    assert_eq!(ancestors(&sso, "/workbooks/orders?provider=sso").await?, "'none'");
    Ok(())
}

#[tokio::test]
async fn without_origins_nobody_is_let_into_a_frame_and_no_token_is_used() -> Outcome {
    let sso = Sso::with(json!({"jwt": {"mode": "strict"}})).await?;
    let token = sign::plain(&json!({"email": "bea@acme.example", "iat": super::NOW}), secret());
    let refused = sso.ask(&[("jwt", &token)], &IN_FRAME).await?;
    assert_eq!((refused.status, refused.text().as_str()), (StatusCode::FORBIDDEN, "Not in a frame"));
    assert_eq!(refused.header("set-cookie"), "");
    assert_eq!(sso.ask(&[("jwt", &token)], &[]).await?.status, StatusCode::FOUND);
    Ok(())
}

#[tokio::test]
async fn the_cookie_of_a_window_counts_in_no_frame() -> Outcome {
    let window = Framed::open(&[("sec-fetch-dest", "document")]).await?;
    assert!(window.cookie.ends_with("; SameSite=Lax") && window.value().starts_with("vi_"), "{}", window.cookie);
    assert_eq!(window.location, format!("{}/workbooks/orders?provider=other&a=b", window.sso.vitrine.base));
    assert_eq!(window.session("sso").await?.status, StatusCode::UNAUTHORIZED, "under the name of the other");
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn cookies_of_frames_switched_off() -> Outcome {
    let window = Framed::open(&[("sec-fetch-dest", "document")]).await?;
    let _off = model::enforcement::switch_off(model::enforcement::Point::FrameCookie);
    assert_eq!(window.session("sso").await?.status, StatusCode::OK, "a window's session in a frame");
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn providers_of_frames_switched_off() -> Outcome {
    let bea = Framed::open(&IN_FRAME).await?;
    assert_eq!(bea.session("other").await?.status, StatusCode::UNAUTHORIZED);
    let _off = model::enforcement::switch_off(model::enforcement::Point::FrameProvider);
    let told = bea.session("other").await?;
    assert_eq!(told.status, StatusCode::OK, "a page that another provider's hosts frame: {}", told.text());
    Ok(())
}
