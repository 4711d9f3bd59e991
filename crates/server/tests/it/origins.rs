//! Embeds at an origin of their own: what is there, what is not, and that the application is at its own.

use crate::routes::filled;
use crate::support::{Outcome, Vitrine, buyer};
use model::enforcement::{Point, switch_off};
use reqwest::{Method, StatusCode};
use serde_json::json;
use server::routes::routes;
use server::sides::Side;
use testkit::callers::{CallError, Stranger};

/// What stands beside pages of hosts, and how it gets its session.
const OF_EMBEDS: [&str; 20] = [
    "GET /e/{workbook}",
    "GET /e/{workbook}/{page}",
    "POST /api/v1/embed/redeem",
    "GET /embed/dashboard/{token}",
    "GET /embed/question/{token}",
    "GET /public/dashboard/{link}",
    "GET /public/question/{link}",
    "GET /{organization}/workbook/{*address}",
    "GET /embed/{embed}",
    "POST /api/v1/sigma/sessions",
    "GET /login/embed/{*target}",
    "GET /embed/dashboards/{dashboard}",
    "GET /embed/looks/{look}",
    "GET /embed/explore/{model}/{explore}",
    "GET /embed/query/{model}/{explore}",
    "POST /api/v1/looker/sessions",
    "POST /api/v1/looker/content",
    "GET /views/{workbook}/{view}",
    "GET /t/{site}/views/{workbook}/{view}",
    "POST /api/v1/tableau/sessions",
];

/// A server whose application is at `localhost`, and whose embeds are at its address.
async fn apart() -> Result<(Vitrine, Stranger, Stranger), CallError> {
    let vitrine = Vitrine::localhost().await?;
    let own = vitrine.base.replace("localhost", "127.0.0.1");
    let embed_url = Some(own.parse()?);
    let vitrine = vitrine.reconfigured(|config| config.embed_url = embed_url).await?;
    // It listens where it did.
    let application = own.replace("127.0.0.1", "localhost");
    let (application, embeds) = (Stranger::at(&application), Stranger::at(&own));
    Ok((vitrine, application, embeds))
}

#[test]
fn what_stands_beside_pages_of_hosts_is_at_the_origin_of_embeds_only() {
    let of = |side: Side| {
        let routes = routes().into_iter().filter(move |route| route.side == side);
        routes.map(|route| format!("{} {}", route.method, route.path)).collect::<Vec<_>>()
    };
    assert_eq!(of(Side::Embeds), OF_EMBEDS);
    let application = of(Side::Application);
    for path in ["/login", "/account", "/admin", "/auth/", "/workbooks/", "/api/v1/login", "/api/v1/account/"] {
        assert!(application.iter().any(|route| route.contains(&format!(" {path}"))), "{path}");
        assert!(of(Side::Both).iter().all(|route| !route.contains(&format!(" {path}"))), "{path}");
    }
}

#[tokio::test]
async fn each_side_is_not_there_at_the_origin_of_the_other() -> Outcome {
    let (_vitrine, application, embeds) = apart().await?;
    for route in routes() {
        let ask = |origin: &Stranger| {
            let request = origin.request(route.method.clone(), &filled(route.path)).header("origin", &origin.base);
            let request = if route.method == Method::GET { request } else { request.json(&json!({})) };
            let origin = origin.clone();
            async move { origin.send(request).await }
        };
        let missing = match route.side {
            Side::Both => continue,
            Side::Application => &embeds,
            Side::Embeds => &application,
        };
        let answer = ask(missing).await?;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{} {}", route.method, route.path);
        assert_eq!(answer.comparable(), ask_nothing(missing).await?.comparable(), "{}", route.path);
    }
    assert_eq!(application.get("/login").await?.status, StatusCode::OK);
    assert_eq!(embeds.get("/e/orders?client_id=portal").await?.status, StatusCode::OK);
    Ok(())
}

async fn ask_nothing(origin: &Stranger) -> Result<testkit::callers::Answer, CallError> {
    origin.get("/nothing").await
}

#[tokio::test]
async fn an_embed_opens_from_its_own_origin_and_the_application_from_the_other() -> Outcome {
    let (vitrine, application, embeds) = apart().await?;
    let opened = vitrine.host("portal").open(&buyer("acme")).await?.json();
    let body = json!({
        "client_id": "portal", "code": opened["code"], "workbook": "orders", "parent_origin": "https://portal.example",
    });
    let redeem = |at: &Stranger, from: &str| {
        let request = at.request(Method::POST, "/api/v1/embed/redeem").header("origin", from).json(&body);
        let at = at.clone();
        async move { at.send(request).await }
    };
    assert_eq!(redeem(&application, &application.base).await?.status, StatusCode::NOT_FOUND);
    let refused = redeem(&embeds, &application.base).await?;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "wrong_origin"));
    assert_eq!(redeem(&embeds, &embeds.base).await?.status, StatusCode::OK, "nothing has used the code up");
    Ok(())
}

#[tokio::test]
async fn without_the_check_both_sides_are_at_both_origins() -> Outcome {
    let (_vitrine, application, embeds) = apart().await?;
    assert_eq!(embeds.get("/login").await?.status, StatusCode::NOT_FOUND);
    let _off = switch_off(Point::EmbedOrigin);
    assert_eq!(embeds.get("/login").await?.status, StatusCode::OK);
    assert_eq!(application.get("/e/orders?client_id=portal").await?.status, StatusCode::OK);
    Ok(())
}
