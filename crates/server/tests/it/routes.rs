//! Every route, from the router's own list, with every kind of credentials.

use crate::support::{Outcome, Vitrine, buyer};
use reqwest::{Method, StatusCode};
use serde_json::json;
use server::callers::CallerKind;
use server::routes::routes;

/// Routes that anyone may call. A new one is added here in review, with its reason.
const PUBLIC: [(&str, &str); 53] = [
    ("GET /", "where to log in, the same for everybody"),
    ("GET /healthz", "says only that the process runs"),
    ("GET /readyz", "says only that the store answers"),
    ("GET /sdk/v1.js", "a script for host pages, the same for everybody"),
    ("GET /assets/{file}", "built files, the same for everybody"),
    ("GET /e/{workbook}", "a static page; depends on the public client id only"),
    ("GET /e/{workbook}/{page}", "a static page; depends on the public client id only"),
    ("GET /workbooks/{workbook}", "a static page, the same for everybody"),
    ("GET /workbooks/{workbook}/{page}", "a static page, the same for everybody"),
    ("GET /admin", "a static page, the same for everybody"),
    ("GET /admin/", "a static page, the same for everybody"),
    ("GET /admin/{*path}", "a static page, the same for everybody"),
    ("GET /admin/assets/{file}", "built files, the same for everybody"),
    ("GET /login", "a static page, the same for everybody"),
    ("GET /invitation", "a static page, the same for everybody"),
    ("GET /reset", "a static page, the same for everybody"),
    ("GET /account", "a static page, the same for everybody"),
    ("POST /api/v1/embed/redeem", "the code in the body is the credential, and is burnt"),
    ("GET /api/v1/openapi.json", "what there is to ask, the same for everybody"),
    ("GET /api/v1/login", "whoever is not in yet has to know by what they may log in"),
    ("POST /api/v1/login", "the password or the code in the body is the credential"),
    ("POST /api/v1/login/passkey", "a challenge, the same kind for everybody; it says nothing of anybody"),
    ("POST /api/v1/login/reset", "it answers everybody alike, and sends mail to the member's own address only"),
    ("GET /embed/dashboard/{token}", "a static page; depends on the key that has signed the token only"),
    ("GET /embed/question/{token}", "a static page; depends on the key that has signed the token only"),
    ("GET /public/dashboard/{link}", "a static page, the same for everybody"),
    ("GET /public/question/{link}", "a static page, the same for everybody"),
    ("GET /dashboard/{dashboard}", "a static page; depends on the public settings of identity providers only"),
    ("GET /question/{question}", "a static page; depends on the public settings of identity providers only"),
    ("GET /app/embed.js", "a script for host pages, the same for everybody"),
    ("GET /{organization}/workbook/{*address}", "a static page; depends on the public client id only"),
    ("GET /embed/{embed}", "a static page; depends on the public client id only"),
    ("POST /api/v1/sigma/sessions", "the token in the body is the credential, and is burnt"),
    ("GET /login/embed/{*target}", "the signature in the address is the credential, and its nonce is burnt"),
    ("GET /embed/dashboards/{dashboard}", "a static page; depends on the public client id only"),
    ("GET /embed/looks/{look}", "a static page; depends on the public client id only"),
    ("GET /embed/explore/{model}/{explore}", "a static page; depends on the public client id only"),
    ("GET /embed/query/{model}/{explore}", "a static page; depends on the public client id only"),
    ("POST /api/v1/looker/sessions", "the code in the body is the credential, and is burnt"),
    ("POST /api/4.0/login", "the secret in the body is the credential"),
    ("GET /javascripts/api/{file}", "a script for host pages, the same for everybody"),
    ("GET /views/{workbook}/{view}", "a static page; depends on the public client id only"),
    ("GET /t/{site}/views/{workbook}/{view}", "a static page; depends on the public client id only"),
    ("POST /api/v1/tableau/sessions", "the token in the body is the credential, and is burnt"),
    ("GET /api/{version}/serverInfo", "the version of the API, the same for everybody"),
    ("GET /api/{version}/serverinfo", "the version of the API, the same for everybody"),
    ("POST /api/{version}/auth/signin", "the token or secret in the body is the credential, and a token is burnt"),
    ("POST /v2/auth/token", "the secret in the body or the header is the credential"),
    ("GET /auth/sso", "the token in the address is the credential; without one it says where to get one"),
    ("POST /auth/sso", "a refusal, the same for everybody"),
    ("GET /auth/oidc/{provider}", "a browser is sent to the provider"),
    ("GET /auth/oidc/{provider}/callback", "the provider's code and the browser's cookie are the credential"),
    ("POST /auth/oidc/{provider}/logout", "the provider's signature is the credential"),
];

#[test]
fn public_routes_are_the_reviewed_ones() {
    let public: Vec<String> = routes()
        .iter()
        .filter(|route| route.caller == CallerKind::Anyone)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(public, PUBLIC.map(|(route, _)| route.to_owned()));
}

pub(crate) fn filled(path: &str) -> String {
    let names = [("{workbook}", "orders"), ("{page}", "main"), ("{element}", "total"), ("{control}", "status")];
    let path = names.iter().fold(path.to_owned(), |path, (parameter, name)| path.replace(parameter, name));
    let path = path
        .replace("{organization}", "acme")
        .replace("{version}", "3.27")
        .replace("{site}", "site-default")
        .replace("{*address}", "orders")
        .replace("{*path}", "teams")
        .replace("{embed}", "1-a")
        .replace("{*target}", "%2Fembed%2Fdashboards%2F3")
        .replace("{dashboard}", "3")
        .replace("{question}", "3")
        .replace("{look}", "3")
        .replace("{site}", "acme")
        .replace("{view}", "main")
        .replace("/javascripts/api/{file}", "/javascripts/api/tableau.embedding.3.latest.min.js")
        .replace("/embed/explore/{model}/{explore}", "/embed/explore/shop/orders")
        .replace("/embed/query/{model}/{explore}", "/embed/query/shop/orders");
    let path = path
        .replace("{link}", "4b1a1c1e-0000-4000-8000-000000000000")
        .replace("{session}", "vs_none")
        .replace("{file}", "none.js")
        .replace("{token}", "a.b.c");
    path.replace("{parameter}", "status")
        .replace("{text}", "a")
        .replace("{dashcard}", "1")
        .replace("{card}", "1")
        .replace("{format}", "csv")
}

#[tokio::test]
async fn every_route_refuses_credentials_that_are_not_its_own() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let (viewer, expired) = (vitrine.buyer("acme").await?, vitrine.buyer("globex").await?);
    vitrine.host("portal").end(&expired.session).await?;
    let unredeemed =
        vitrine.host("portal").open(&buyer("acme")).await?.json()["code"].as_str().unwrap_or_default().to_owned();
    let portal = vitrine.host("portal");
    let basic = |user: &str, password: &str| {
        let request = portal.stranger.request(Method::GET, "/").basic_auth(user, Some(password)).build();
        request
            .ok()
            .and_then(|request| request.headers()["authorization"].to_str().ok().map(str::to_owned))
            .unwrap_or_default()
    };
    let good_handle = format!("Bearer {}", viewer.handle);
    let good_host = basic("portal", &portal.secret);
    let bad = [
        None,
        Some("garbage".to_owned()),
        Some("Bearer garbage".to_owned()),
        Some(format!("Bearer {}", expired.handle)),
        Some(format!("Bearer {unredeemed}")),
        Some(format!("Bearer {}", viewer.session)),
        Some(basic("portal", "garbage")),
        Some(basic("rival", &portal.secret)),
    ];
    for route in routes() {
        let wrong_kind = match route.caller {
            // Guests show nothing in headers: their credentials are in the address.
            CallerKind::Anyone | CallerKind::Guest => continue,
            CallerKind::Host | CallerKind::Program => good_handle.clone(),
            CallerKind::Viewer | CallerKind::Administrator => good_host.clone(),
        };
        let mut first = None;
        for credentials in bad.iter().cloned().chain([Some(wrong_kind)]) {
            let mut request = portal.stranger.request(route.method.clone(), &filled(route.path)).json(&json!({}));
            if let Some(credentials) = &credentials {
                request = request.header("authorization", credentials);
            }
            let answer = portal.stranger.send(request).await?;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{} {} with {credentials:?}", route.method, route.path);
            let first = first.get_or_insert_with(|| answer.comparable());
            assert_eq!(&answer.comparable(), first, "{} {} with {credentials:?}", route.method, route.path);
        }
    }
    Ok(())
}

/// Of guests' routes: whatever is in the address or the headers, the same refusal.
#[tokio::test]
async fn every_guest_route_refuses_what_nobody_has_signed() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let portal = vitrine.host("portal");
    let forged = testkit::sign::plain(&json!({"resource": {"dashboard": 1}, "params": {}}), "no such secret");
    let none = "eyJhbGciOiJub25lIn0.e30.";
    for route in routes().into_iter().filter(|route| route.caller == CallerKind::Guest) {
        let public = route.path.starts_with("/api/public/");
        let links = ["garbage", "4b1a1c1e-0000-4000-8000-000000000000", &viewer.handle];
        let tokens = [none, &forged, "a.b", "a.b.c"];
        for credential in if public { &links[..] } else { &tokens } {
            let path = route.path.replace("{token}", credential);
            for header in [None, Some(format!("Bearer {}", viewer.handle))] {
                let mut request = portal.stranger.request(route.method.clone(), &filled(&path));
                if let Some(header) = header {
                    request = request.header("authorization", header);
                }
                let answer = portal.stranger.send(request).await?;
                let expected = if public { "An error occurred." } else { "Message seems corrupt or manipulated" };
                assert_eq!((answer.status, answer.text()), (StatusCode::BAD_REQUEST, expected.to_owned()), "{path}");
            }
        }
        for odd in if public { &["no%20token"][..] } else { &["no%20token", "garbage", "a.b.c.d", ".b.c"] } {
            let odd = portal.stranger.get(&filled(&route.path.replace("{token}", odd))).await?;
            assert_eq!(odd.status, StatusCode::NOT_FOUND, "{}", route.path);
        }
    }
    Ok(())
}

#[tokio::test]
async fn every_answer_has_the_strict_headers() -> Outcome {
    let vitrine = Vitrine::world().await?;
    for route in routes() {
        let request = vitrine.stranger().request(route.method.clone(), &filled(route.path)).json(&json!({}));
        let answer = vitrine.stranger().send(request.header("origin", "https://portal.example")).await?;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{}", route.path);
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{}", route.path);
        assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{}", route.path);
        assert_eq!(answer.header("x-request-id").len(), 32, "{}", route.path);
        assert!(answer.header("set-cookie").is_empty(), "{}", route.path);
        let is_script = ["/sdk/", "/app/", "/javascripts/"].iter().any(|folder| route.path.starts_with(folder));
        let crosses = answer.header("access-control-allow-origin");
        assert!(crosses.is_empty() || is_script && crosses == "*", "{}: {crosses}", route.path);
        assert!(answer.header("access-control-allow-credentials").is_empty(), "{}", route.path);
        let cached = answer.header("cache-control") != "no-store";
        assert!(
            !cached
                || ["/sdk/", "/assets/", "/app/", "/admin/assets/", "/javascripts/"]
                    .iter()
                    .any(|folder| route.path.starts_with(folder)),
            "{}",
            route.path
        );
    }
    let viewer = vitrine.buyer("acme").await?;
    let path = "/api/v1/workbooks/orders/pages/main/elements/list/query";
    let request = viewer.request(Method::POST, path).header("origin", "https://portal.example").json(&json!({}));
    let rows = viewer.stranger.send(request).await?;
    assert_eq!((rows.status, rows.header("access-control-allow-origin").as_str()), (StatusCode::OK, ""));
    Ok(())
}
