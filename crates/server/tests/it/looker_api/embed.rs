//! Addresses that are signed for hosts, and sessions without cookies.

use super::{World, refusal};
use crate::administration::Caller;
use crate::looker::{HOST, exchange, log_in};
use crate::support::Outcome;
use model::enforcement::{Point, switch_off};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::{Answer, CallError};
use testkit::world::{ACME, GLOBEX};

/// A buyer of a company, as a host's back end says it.
pub(super) fn said(company: &str) -> Value {
    json!({
        "session_length": 900, "external_user_id": format!("bea of {company}"), "first_name": "Bea",
        "permissions": ["access_data", "see_looks", "see_user_dashboards"], "models": ["shop"], "group_ids": ["Buyers"],
        "external_group_id": company, "user_attributes": {"company": company}, "embed_domain": HOST,
    })
}

fn with(mut said: Value, member: &str, value: Value) -> Value {
    said[member] = value;
    said
}

async fn sign(program: &Caller, said: Value, target: &str) -> Result<Answer, CallError> {
    program.post("/api/4.0/embed/sso_url", with(said, "target_url", json!(target))).await
}

impl World {
    /// What an element shows to whoever has this to ask with.
    async fn rows(&self, shown: &str) -> Result<Answer, CallError> {
        let stranger = self.vitrine.stranger();
        let path = "/api/v1/workbooks/orders/pages/main/elements/list/query";
        let request = stranger.request(Method::POST, path).bearer_auth(shown);
        stranger.send(request.json(&json!({"controls": {}}))).await
    }

    async fn content(&self, shown: &str, navigation: &str) -> Result<Answer, CallError> {
        let stranger = self.vitrine.stranger();
        let request = stranger.request(Method::POST, "/api/v1/looker/content").bearer_auth(shown);
        let address = format!("/embed/dashboards/3?embed_navigation_token={navigation}");
        stranger.send(request.json(&json!({"address": address}))).await
    }
}

/// The part of an address behind the host.
fn behind(address: &str, base: &str) -> String {
    address.strip_prefix(base).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn an_address_that_is_signed_for_a_host_lets_its_person_in_once() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let base = world.vitrine.base.clone();
    let buyers = program.get("/api/4.0/groups/search?name=Buyers").await?.json()[0]["id"].clone();
    assert!(buyers.as_str().is_some_and(|id| id != "Buyers"));
    for (target, group) in
        [(format!("{base}/dashboards/3?Status=paid"), json!("Buyers")), ("/embed/dashboards/3".to_owned(), buyers)]
    {
        let signed = sign(&program, with(said("acme"), "group_ids", json!([group])), &target).await?;
        assert_eq!(signed.status, StatusCode::OK, "{}", signed.text());
        let url = signed.json()["url"].as_str().unwrap_or_default().to_owned();
        let valid = program.get(&format!("/api/4.0/embed/sso/validate?url={}", escaped(&url))).await?;
        assert_eq!((valid.status, &valid.json()["url"]), (StatusCode::OK, &json!(url)), "{}", valid.text());
        let logged_in = log_in(&world.vitrine, &behind(&url, &base)).await?;
        assert_eq!(logged_in.status, StatusCode::FOUND, "asking whether it is valid uses nothing up");
        let location = logged_in.header("location");
        assert!(location.contains("embed_domain=https%3A%2F%2Flooker.example"), "{location}");
        let opened = exchange(&world.vitrine, &location, HOST).await?.json();
        let text = world.rows(opened["handle"].as_str().unwrap_or_default()).await?.text();
        assert!(text.contains(ACME) && !text.contains(GLOBEX), "{text}");
        let again = program.get(&format!("/api/4.0/embed/sso/validate?url={}", escaped(&url))).await?;
        assert!(again.text().contains("'nonce' param already used this hour"), "{}", again.text());
    }
    let events = world.vitrine.audit().await?;
    assert_eq!(events.iter().filter(|it| it.event.event == "address_signed").count(), 2);
    Ok(())
}

#[tokio::test]
async fn an_address_of_a_query_asks_it_as_its_person() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let made = json!({
        "model": "shop", "view": "orders", "fields": ["orders.note", "orders.orders"], "filters": {"orders.status": "paid"},
        "sorts": ["orders.orders desc"], "limit": "7",
    });
    let made = program.post("/api/4.0/queries", made).await?.json();
    let id = made["id"].as_str().unwrap_or_default();
    let explorer = with(said("acme"), "permissions", json!(["access_data", "see_looks", "explore"]));
    let opened = async |target: &str| -> Result<Answer, CallError> {
        let signed = sign(&program, explorer.clone(), target).await?;
        let url = signed.json()["url"].as_str().unwrap_or_default().to_owned();
        let logged_in = log_in(&world.vitrine, &behind(&url, &world.vitrine.base)).await?;
        exchange(&world.vitrine, &logged_in.header("location"), HOST).await
    };
    for target in
        [format!("/embed/query/shop/orders?qid={id}"), format!("/embed/explore/shop/orders?qid={id}&toggle=vis")]
    {
        let found = opened(&target).await?.json();
        let expected = json!({
            "explore": "shop.orders", "fields": ["note", "orders"], "limit": 7,
            "filters": [{"field": "status", "operator": "matches", "values": ["paid"]}],
            "sorts": [{"field": "orders", "descending": true}],
        });
        assert_eq!(found["question"], expected, "{target}");
        let stranger = world.vitrine.stranger();
        let asked = stranger.request(Method::POST, "/api/v1/query").json(&found["question"]);
        let rows = stranger.send(asked.bearer_auth(found["handle"].as_str().unwrap_or_default())).await?.text();
        assert!(rows.contains(ACME) && !rows.contains(GLOBEX), "{rows}");
    }
    for (target, expected) in [
        (format!("/embed/query/shop/customers?qid={id}"), "could not be found"),
        ("/embed/query/shop/orders".to_owned(), "`qid`: expected the id of a query"),
        ("/embed/query/shop/orders?qid=7".to_owned(), "`qid`: there is no such query of this explore"),
        (format!("/embed/query/shop/orders?qid={id}&limit=5"), "`limit`: `qid` says what is asked"),
    ] {
        let refused = opened(&target).await?;
        assert!(refused.status == StatusCode::BAD_REQUEST && refused.detail().contains(expected), "{}", refused.text());
    }
    Ok(())
}

fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn what_does_not_fit_is_named_and_only_those_who_administer_keys_sign() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let target = "/embed/dashboards/3";
    for (member, value) in [
        ("permissions", json!([])),
        ("models", json!([])),
        ("external_user_id", Value::Null),
        ("session_length", json!(9_999_999)),
        ("user_attributes", json!(["x"])),
        ("embed_domain", json!("https://rival.example")),
        ("secret_id", json!("portal")),
        ("nmae", json!("x")),
    ] {
        let refused = sign(&program, with(said("acme"), member, value), target).await?;
        assert_eq!(refusal(&refused), (422, "Validation Failed".to_owned(), vec![member.to_owned()]), "{member}");
    }
    for odd in ["https://rival.example/dashboards/3", "/admin", "", "/embed/query/a"] {
        assert_eq!(refusal(&sign(&program, said("acme"), odd).await?).2, ["target_url"], "{odd}");
    }
    let other = world.program("root@", &json!(["administer", "manage_members", "view"])).await?;
    assert_eq!(sign(&other, said("acme"), target).await?.status, StatusCode::FORBIDDEN);
    assert_eq!(acquire(&other, &said("acme")).await?.status, StatusCode::FORBIDDEN);
    assert_eq!(other.get("/api/4.0/embed/sso/validate?url=x").await?.status, StatusCode::FORBIDDEN);
    Ok(())
}

#[tokio::test]
async fn the_validator_says_what_is_wrong_with_an_address() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let url = sign(&program, said("acme"), "/embed/dashboards/3").await?.json()["url"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let told = async |address: &str| -> Result<String, CallError> {
        let answer = program.get(&format!("/api/4.0/embed/sso/validate?url={}", escaped(address))).await?;
        assert_eq!(refusal(&answer).0, 400, "{address}");
        Ok(answer.json()["errors"][0]["message"].as_str().unwrap_or_default().to_owned())
    };
    let host = world.vitrine.base.trim_start_matches("http://");
    let other = told(&url.replace(host, "foo.example")).await?;
    assert_eq!(other, format!("Embed URI is not valid: Invalid host: foo.example  (Use {host} instead)"));
    let changed = told(&url.replace("acme", "globex")).await?;
    assert!(changed.starts_with("Embed URI is not valid: 'signature' param failed to authenticate"), "{changed}");
    assert!(changed.contains(&format!("is: {host}\n/login/embed/%2Fembed%2Fdashboards%2F3")), "{changed}");
    assert_eq!(
        told(&format!("{url}&embed_domain=x")).await?,
        "This request includes invalid params: [\"embed_domain\"]"
    );
    let missing = url.replace("force_logout_login=true", "");
    assert_eq!(told(&missing).await?, "Missing required parameter: force_logout_login");
    world.vitrine.clock.advance_seconds(301);
    assert!(told(&url).await?.contains("'time' param is 301 seconds old"));
    Ok(())
}

async fn acquire(program: &Caller, said: &Value) -> Result<Answer, CallError> {
    program.post("/api/4.0/embed/cookieless_session/acquire", said.clone()).await
}

/// Tokens of a session of a buyer.
async fn tokens(program: &Caller, company: &str) -> Result<Value, CallError> {
    let answer = acquire(program, &said(company)).await?;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    Ok(answer.json())
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap_or_default()
}

async fn renew(program: &Caller, tokens: &Value) -> Result<Answer, CallError> {
    let body = json!({
        "session_reference_token": tokens["session_reference_token"], "api_token": tokens["api_token"],
        "navigation_token": tokens["navigation_token"],
    });
    program.ask(Method::PUT, "/api/4.0/embed/cookieless_session/generate_tokens", Some(body)).await
}

fn first_frame(authentication: &str, navigation: &str) -> String {
    let target = format!("/embed/dashboards/3?embed_domain={HOST}&sdk=3&embed_navigation_token={navigation}");
    format!("/login/embed/{}?embed_authentication_token={authentication}", escaped(&target))
}

#[tokio::test]
async fn a_session_without_cookies_is_open_as_long_as_its_host_hands_tokens_out() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let (acme, globex) = (tokens(&program, "acme").await?, tokens(&program, "globex").await?);
    for (name, seconds) in [
        ("authentication_token_ttl", 30),
        ("navigation_token_ttl", 600),
        ("api_token_ttl", 600),
        ("session_reference_token_ttl", 900),
    ] {
        assert_eq!(acme[name], json!(seconds), "{name}");
    }
    let first = first_frame(text(&acme, "authentication_token"), text(&acme, "navigation_token"));
    let mixed = first_frame(text(&globex, "authentication_token"), text(&acme, "navigation_token"));
    assert_eq!(log_in(&world.vitrine, &mixed).await?.status, StatusCode::BAD_REQUEST, "of two sessions");
    let logged_in = log_in(&world.vitrine, &first).await?;
    assert_eq!(logged_in.status, StatusCode::FOUND, "{}", logged_in.text());
    assert!(logged_in.header("set-cookie").is_empty());
    let location = logged_in.header("location");
    assert!(location.ends_with("&embed_key=looker") && !location.contains('#'), "{location}");
    assert_eq!(log_in(&world.vitrine, &first).await?.status, StatusCode::BAD_REQUEST, "it counts once");

    let api = text(&acme, "api_token");
    let shown = world.content(api, text(&acme, "navigation_token")).await?;
    assert_eq!((shown.status, &shown.json()["workbook"]), (StatusCode::OK, &json!("orders")), "{}", shown.text());
    let other = world.content(api, text(&globex, "navigation_token")).await?;
    assert_eq!(other.status, StatusCode::UNAUTHORIZED, "the page is another session's");
    let text_of_rows = world.rows(api).await?.text();
    assert!(text_of_rows.contains(ACME) && !text_of_rows.contains(GLOBEX), "{text_of_rows}");
    for name in ["navigation_token", "session_reference_token", "authentication_token"] {
        assert_eq!(world.rows(text(&acme, name)).await?.status, StatusCode::UNAUTHORIZED, "{name} asks nothing");
    }
    {
        let _off = switch_off(Point::TokenPurpose);
        assert_eq!(world.rows(text(&acme, "navigation_token")).await?.status, StatusCode::OK);
    }

    world.vitrine.clock.advance_seconds(540);
    let renewed = renew(&program, &acme).await?;
    assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.text());
    let renewed = renewed.json();
    assert_eq!((&renewed["api_token_ttl"], &renewed["session_reference_token_ttl"]), (&json!(360), &json!(360)));
    assert!(renewed["authentication_token"].is_null());
    world.vitrine.clock.advance_seconds(60);
    assert_eq!(world.rows(api).await?.status, StatusCode::UNAUTHORIZED, "the old one has expired");
    assert_eq!(world.rows(text(&renewed, "api_token")).await?.status, StatusCode::OK);
    {
        let _off = switch_off(Point::TokenExpiry);
        assert_eq!(world.rows(api).await?.status, StatusCode::OK);
    }
    world.vitrine.clock.advance_seconds(300);
    let over = renew(&program, &renewed).await?;
    assert_eq!((over.status, &over.json()["session_reference_token_ttl"]), (StatusCode::OK, &json!(0)));
    assert!(over.json()["api_token"].is_null());
    Ok(())
}

#[tokio::test]
async fn tokens_of_another_session_renew_nothing() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let (acme, globex) = (tokens(&program, "acme").await?, tokens(&program, "globex").await?);
    for (name, value) in [
        ("api_token", &globex["api_token"]),
        ("navigation_token", &globex["navigation_token"]),
        ("api_token", &acme["navigation_token"]),
        ("api_token", &Value::Null),
    ] {
        let refused = renew(&program, &with(acme.clone(), name, value.clone())).await?;
        assert_eq!(refusal(&refused).0, 400, "{name}");
        assert_eq!(refused.json()["message"], "Invalid input tokens provided", "hosts look for these words");
    }
    Ok(())
}

#[tokio::test]
async fn a_host_comes_again_with_its_session_and_ends_it() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let acme = tokens(&program, "acme").await?;
    world.vitrine.clock.advance_seconds(100);
    let reference = &acme["session_reference_token"];
    let again = acquire(&program, &with(said("acme"), "session_reference_token", reference.clone())).await?.json();
    assert_eq!((&again["session_reference_token"], &again["session_reference_token_ttl"]), (reference, &json!(800)));
    let first = first_frame(text(&again, "authentication_token"), text(&again, "navigation_token"));
    assert_eq!(log_in(&world.vitrine, &first).await?.status, StatusCode::FOUND);
    let other = acquire(&program, &with(said("globex"), "session_reference_token", reference.clone())).await?;
    assert_eq!(refusal(&other).0, 404, "somebody else's");
    let unknown = acquire(&program, &with(said("acme"), "session_reference_token", json!("ve_none"))).await?.json();
    assert_eq!(unknown["session_reference_token_ttl"], json!(900), "a new one");

    let path = format!("/api/4.0/embed/cookieless_session/{}", text(&acme, "session_reference_token"));
    assert_eq!(program.ask(Method::DELETE, &path, None).await?.status, StatusCode::NO_CONTENT);
    for tokens in [&acme, &again] {
        assert_eq!(world.rows(text(tokens, "api_token")).await?.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(refusal(&program.ask(Method::DELETE, &path, None).await?).0, 404);
    assert_eq!(renew(&program, &acme).await?.json()["session_reference_token_ttl"], json!(0));
    Ok(())
}
