//! Signing in and out, and the forms in which answers come.

use super::{JSON, World, code, of, refusal, said};
use crate::administration::Caller;
use crate::support::Outcome;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const SCOPES: [&str; 3] = ["administer", "manage_members", "view"];

#[tokio::test]
async fn a_host_signs_somebody_in_with_xml_and_shows_the_token_in_tableaus_header() -> Outcome {
    let world = World::new().await?;
    let stranger = world.vitrine.stranger();
    let post = async |path: &str, body: String| {
        let request = stranger.request(Method::POST, path).header(CONTENT_TYPE, "text/xml").body(body);
        stranger.send(request).await
    };
    let jwt = world.signed(&said("1"));
    let body = format!(
        "<tsRequest><credentials jwt=\"{jwt}\" isUat=\"false\"><site contentUrl=\"acme\"/></credentials></tsRequest>"
    );
    let answer = post("/api/2.4/auth/signin", body).await?;
    assert_eq!(
        (answer.status, answer.header("content-type").as_str()),
        (StatusCode::OK, "application/xml;charset=utf-8")
    );
    let text = answer.text();
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?><tsResponse xmlns=\"http://tableau.com/api\"><credentials token=\"vh_"), "{text}");
    assert!(text.contains(" contentUrl=\"acme\"/><user id=\""), "{text}");
    let token = text.split("token=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    let current = async || {
        let request = stranger.request(Method::GET, "/api/3.27/sessions/current").header("x-tableau-auth", token);
        stranger.send(request.header("accept", "application/json")).await
    };
    let shown = current().await?;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
    assert_eq!(shown.json()["session"]["user"]["name"], "hand@acme.example");
    assert_eq!(shown.json()["session"]["site"]["name"], "Acme");
    let bearer = Caller::with(&world.vitrine, token);
    let ended = bearer.post("/api/3.27/auth/signout", json!({})).await?;
    assert_eq!(ended.status, StatusCode::NO_CONTENT, "{}", ended.text());
    assert_eq!(code(&current().await?), (401, "401002".to_owned()));
    Ok(())
}

#[tokio::test]
async fn a_token_that_is_not_accepted_is_refused_with_its_reason_and_the_skew_of_the_clock() -> Outcome {
    let world = World::new().await?;
    let with = |claim: &str, value: Value| {
        let mut claims = said(&format!("{claim} {value}"));
        claims[claim] = value;
        json!({"jwt": world.signed(&claims), "site": {"contentUrl": ""}})
    };
    let expired = world.sign_in(&with("exp", json!(super::NOW - 90))).await?;
    assert_eq!(
        (expired.status, expired.json()),
        (
            StatusCode::UNAUTHORIZED,
            json!({"error": {
                "code": "401001", "reason": "token_expired", "clockSkewSeconds": "-90", "summary": "Signin Error",
                "detail": "Error signing in to Tableau Server (10084): `exp` has passed, 90 seconds ago",
            }})
        )
    );
    let reason = async |credentials: Value| {
        let answer = world.sign_in(&credentials).await?;
        let (status, code, detail) = refusal(&answer);
        assert_eq!((status, code.as_str()), (401, "401001"), "{}", answer.text());
        let inner = detail.split(['(', ')']).nth(1).unwrap_or_default().to_owned();
        let reason = answer.json()["error"]["reason"].as_str().unwrap_or_default().to_owned();
        Ok::<_, testkit::callers::CallError>(format!("{inner} {reason}"))
    };
    assert_eq!(reason(with("sub", json!("nobody"))).await?, "16 unknown_user");
    assert_eq!(reason(with("exp", json!(super::NOW + 900))).await?, "16 token_lives_too_long");
    assert_eq!(reason(with("iss", json!("other"))).await?, "10083 issuers_contradict");
    assert_eq!(reason(with("scp", json!(["tableau:views:embed"]))).await?, "10101 scope_missing");
    assert_eq!(reason(with("aud", json!("other"))).await?, "10084 audience_refused");
    assert_eq!(reason(json!({"jwt": "a.b.c"})).await?, "10084 malformed_token");
    assert_eq!(reason(json!({"jwt": world.signed(&said("u")), "isUat": true})).await?, "126 unknown_issuer");
    assert_eq!(
        reason(json!({"jwt": world.signed(&said("s")), "site": {"contentUrl": "globex"}})).await?,
        "16 resource_refused"
    );
    let once = json!({"jwt": world.signed(&said("once"))});
    assert_eq!(world.sign_in(&once).await?.status, StatusCode::OK);
    assert_eq!(reason(once).await?, "10091 token_used");
    let kinds: Vec<String> = world.vitrine.audit().await?.iter().flat_map(|it| it.event.reasons.clone()).collect();
    assert!(kinds.iter().any(|kind| kind == "token_used"), "{kinds:?}");
    Ok(())
}

#[tokio::test]
async fn a_personal_access_token_signs_in_by_name_or_id_and_what_is_wrong_with_one_is_one_refusal() -> Outcome {
    let world = World::new().await?;
    let (id, secret) = world.credential("root@", &json!(SCOPES)).await?;
    let (other, _) = world.credential("desk@", &json!(["view"])).await?;
    let shown = |name: &str, secret: &str, site: &str| json!({"personalAccessTokenName": name, "personalAccessTokenSecret": secret, "site": {"contentUrl": site}});
    for name in [id.as_str(), "back end"] {
        let answer = world.sign_in(&shown(name, &secret, "")).await?;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(answer.json()["credentials"]["site"], json!({"id": "site-default", "contentUrl": ""}));
    }
    let first = refusal(&world.sign_in(&shown(&id, "va_none", "")).await?);
    assert_eq!(first, (401, "401001".into(), "the client id or the secret is not valid".into()));
    for (name, secret, site) in [
        (other.as_str(), secret.as_str(), ""),
        ("none", &secret, ""),
        (&id, "x", ""),
        (&id, &secret, "acme"),
        (&id, &secret, "none"),
    ] {
        assert_eq!(refusal(&world.sign_in(&shown(name, secret, site)).await?), first, "{name} {site}");
    }
    let password = world.sign_in(&json!({"name": "root@portal.example", "password": "x"})).await?;
    assert!(refusal(&password).2.starts_with("`password`: expected `jwt`"), "{}", password.text());
    let mut somebody = shown(&id, &secret, "");
    somebody["user"] = json!({"id": "x"});
    assert!(refusal(&world.sign_in(&somebody).await?).2.starts_with("`user`: expected none"));
    assert_eq!(code(&world.sign_in(&json!({})).await?), (400, "400003".into()));
    Ok(())
}

#[tokio::test]
async fn a_token_counts_at_its_door_alone() -> Outcome {
    let world = World::new().await?;
    let (id, secret) = world.credential("root@", &json!(SCOPES)).await?;
    let program = world.personal("root@", &json!(SCOPES)).await?;
    let caller = |token: &str| Caller::with(&world.vitrine, token);
    for path in ["/api/4.0/user", "/api/v1/members"] {
        assert_eq!(caller(&program.token).get(path).await?.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let stranger = world.vitrine.stranger();
    let form = [("client_id", &id), ("client_secret", &secret)];
    let looker = stranger.send(stranger.request(Method::POST, "/api/4.0/login").form(&form)).await?.json();
    let bea = world.vitrine.buyer("acme").await?;
    for token in [looker["access_token"].as_str().unwrap_or_default(), &secret, &bea.handle, "vh_none", "vb_none", "x"]
    {
        let answer = caller(token).asked(Method::GET, "/api/3.27/sessions/current", None, &JSON).await?;
        assert_eq!(code(&answer), (401, "401002".into()), "{token}");
    }
    assert_eq!(caller(&program.token).get("/api/3.27/sessions/current").await?.status, StatusCode::OK);
    world.vitrine.clock.advance_seconds(4 * 3600);
    assert_eq!(caller(&program.token).get("/api/3.27/sessions/current").await?.status, StatusCode::UNAUTHORIZED);
    Ok(())
}

#[tokio::test]
async fn versions_forms_and_addresses_that_there_are_not() -> Outcome {
    let world = World::new().await?;
    let stranger = world.vitrine.stranger();
    for path in ["/api/2.4/serverInfo", "/api/3.27/serverinfo"] {
        let info = stranger.get(path).await?.text();
        assert!(info.contains("<productVersion build=\"vitrine-") && info.contains("<restApiVersion>3.27<"), "{info}");
    }
    let json = stranger
        .send(stranger.request(Method::GET, "/api/3.1/serverInfo").header("accept", "application/json"))
        .await?;
    assert_eq!(json.json()["serverInfo"]["restApiVersion"], "3.27");
    for path in ["/api/4.1/serverInfo", "/api/v2/serverInfo", "/api/3/serverInfo"] {
        let answer = stranger.get(path).await?;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_FOUND, "not_found"), "{path}");
    }
    let absent = stranger.get("/api/3.27/none").await?;
    assert!(
        absent.text().contains("<error code=\"404003\"><summary>Resource Not Found</summary>"),
        "{}",
        absent.text()
    );
    let program = world.host(&said("1")).await?;
    for (body, detail) in [
        ("<tsRequest><site contentUrl='acme'/></tsRequest>", "`contentUrl`: expected another site"),
        ("<tsRequest><site", "the body is not valid: expected XML without a document type"),
        ("<!DOCTYPE a><tsRequest/>", "the body is not valid: expected XML without a document type"),
        ("<tsRequest/>", "`site`: expected one such element"),
    ] {
        let request = stranger.request(Method::POST, "/api/3.27/auth/switchSite").bearer_auth(&program.token);
        let answer = stranger.send(request.header("accept", "application/json").body(body)).await?;
        assert!(refusal(&answer).2.starts_with(detail), "{body}: {}", answer.text());
    }
    let there = program
        .caller
        .asked(Method::POST, "/api/3.27/auth/switchSite", Some(json!({"site": {"contentUrl": "acme"}})), &JSON)
        .await?;
    assert_eq!(code(&there), (403, "403070".into()));
    let other = program
        .caller
        .asked(Method::POST, "/api/3.27/auth/switchSite", Some(json!({"site": {"contentUrl": "globex"}})), &JSON)
        .await?;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    let elsewhere = program.caller.asked(Method::GET, "/api/3.27/sites/site-default/views", None, &JSON).await?;
    assert_eq!(code(&elsewhere), (404, "404011".into()), "another site is not there");
    Ok(())
}

#[tokio::test]
async fn t6_somebody_on_demand_asks_too_while_everything_admits_them() -> Outcome {
    let world = World::new().await?;
    let mut claims = of("visitor-1@acme.example", "1");
    claims["https://tableau.com/oda"] = json!("true");
    claims["https://tableau.com/groups"] = json!(["Onlookers"]);
    let token = |id: &str| {
        let mut claims = claims.clone();
        claims["jti"] = json!(id);
        json!({"jwt": world.signed(&claims), "site": {"contentUrl": ""}})
    };
    let refused = async |id: &str| {
        let answer = world.sign_in(&token(id)).await?;
        Ok::<_, testkit::callers::CallError>(answer.json()["error"]["reason"].clone())
    };
    assert_eq!(refused("1").await?, "on_demand_off");
    world.root.patch("/api/v1/settings", json!({"on_demand_access": true})).await?;
    assert_eq!(refused("2").await?, "claim_invalid", "the group does not admit them");
    let administrator = world.administrator().await?;
    let group = administrator.id("groups", "Onlookers").await?;
    let update = json!({"group": {"name": "Onlookers", "ondemandAccess": true}});
    assert_eq!(administrator.put(&format!("/groups/{group}"), update).await?.status, StatusCode::OK);
    let visitor = world.program(&token("3")).await?;
    assert_eq!(visitor.names("workbooks", "name").await?, ["Orders"]);
    assert_eq!(visitor.names("users", "siteRole").await?, ["Viewer"]);
    assert_eq!(code(&visitor.get("/groups/none/users").await?), (403, "403004".into()));
    Ok(())
}
