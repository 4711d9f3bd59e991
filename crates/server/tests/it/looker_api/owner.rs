//! Embeds in which the owner of an API credential looks.

use super::{World, refusal};
use crate::administration::Caller;
use crate::looker::{HOST, exchange, log_in};
use crate::support::{Outcome, edit, never_for};
use model::enforcement::{Point, switch_off};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::{Answer, CallError, Viewer};

const PATH: &str = "/api/4.0/embed/token_url/me";
const TARGET: &str = "/embed/dashboards/3?Status=paid&embed_domain=https://looker.example";

async fn ask(program: &Caller, target: &str) -> Result<Answer, CallError> {
    program.post(PATH, json!({"target_url": target, "session_length": 600, "force_logout_login": true})).await
}

impl World {
    /// The address that a program gets for a target, behind the host.
    async fn address_of_owner(&self, program: &Caller, target: &str) -> Result<String, CallError> {
        let made = ask(program, target).await?;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text());
        let json = made.json();
        let url = json["url"].as_str().unwrap_or_default();
        Ok(url.strip_prefix(&self.vitrine.base).unwrap_or_default().to_owned())
    }

    /// Where such an address leads, as the page there opens it below `parent`.
    async fn opened(&self, program: &Caller, target: &str, parent: &str) -> Result<Answer, CallError> {
        let logged_in = log_in(&self.vitrine, &self.address_of_owner(program, target).await?).await?;
        assert_eq!(logged_in.status, StatusCode::FOUND, "{}", logged_in.text());
        exchange(&self.vitrine, &logged_in.header("location"), parent).await
    }

    /// The owner of a program's credential, as they look.
    async fn owner(&self, program: &Caller) -> Result<Viewer, CallError> {
        let opened = self.opened(program, TARGET, HOST).await?;
        assert_eq!(opened.status, StatusCode::OK, "{}", opened.text());
        let text = |name: &str| opened.json()[name].as_str().unwrap_or_default().to_owned();
        let (handle, session) = (text("handle"), text("session"));
        Ok(Viewer { stranger: self.vitrine.stranger(), handle, session, workbook: "orders".into() })
    }
}

#[tokio::test]
async fn the_owner_of_a_credential_looks_once_by_an_address() -> Outcome {
    let world = World::new().await?;
    let ines = world.program("ines@", &json!(["view", "export_csv"])).await?;
    let address = world.address_of_owner(&ines, TARGET).await?;
    assert!(address.starts_with("/login/embed/%2Fembed%2Fdashboards%2F3"), "{address}");
    let browser = world.vitrine.stranger().staying();
    let ahead = browser.send(browser.request(Method::GET, &address).header("sec-purpose", "prefetch")).await?;
    assert_eq!(ahead.status, StatusCode::NO_CONTENT);
    world.vitrine.clock.advance_seconds(299);
    let logged_in = log_in(&world.vitrine, &address).await?;
    assert_eq!(logged_in.status, StatusCode::FOUND, "{}", logged_in.text());
    let location = logged_in.header("location");
    assert!(location.starts_with("/embed/dashboards/3?") && location.contains("&embed_key=looker#vc_"), "{location}");
    let again = log_in(&world.vitrine, &address).await?;
    assert_eq!((again.status, again.detail()), (StatusCode::BAD_REQUEST, TOKEN.to_owned()), "it counts once");
    let opened = exchange(&world.vitrine, &location, HOST).await?.json();
    assert_eq!((&opened["workbook"], &opened["controls"]), (&json!("orders"), &json!({"status": ["paid"]})));
    assert_eq!(opened["expires_in"], json!(301), "from when it was asked for");

    let late = world.address_of_owner(&ines, TARGET).await?;
    world.vitrine.clock.advance_seconds(300);
    assert_eq!(log_in(&world.vitrine, &late).await?.detail(), TOKEN, "five minutes are over");
    let events = world.vitrine.audit().await?;
    let made: Vec<_> = events.iter().filter(|it| it.event.event == "embed_of_owner_opened").collect();
    assert_eq!(made.len(), 2);
    let of_credential =
        |id: &Option<model::name::SessionId>| id.as_ref().is_some_and(|it| it.as_str().starts_with("credential_"));
    assert!(made.iter().all(|it| of_credential(&it.event.principal.session)), "{made:?}");
    Ok(())
}

const TOKEN: &str = "Single sign on failure. Invalid input tokens provided";

#[tokio::test]
async fn such_a_session_may_what_the_credential_may_and_administers_nothing() -> Outcome {
    let world = World::new().await?;
    let element = "/api/v1/workbooks/orders/pages/main/elements/list";
    for (scopes, explores, exports) in [
        (json!(["view"]), false, false),
        (json!(["view", "explore"]), true, false),
        (json!(["view", "export_csv"]), false, true),
    ] {
        let ines = world.program("ines@", &scopes).await?;
        let looks = world.owner(&ines).await?.never_sees(never_for("acme"));
        let rows = looks.element("main/list", &json!({})).await?;
        assert!(rows.text().contains("CNRY_acme"), "their own rows: {}", rows.text());
        let explored = looks.post("/api/v1/query", &json!({"explore": "shop.orders", "fields": ["orders"]})).await?;
        assert_eq!(explored.status == StatusCode::OK, explores, "{scopes}: {}", explored.text());
        let exported = looks.post(&format!("{element}/export"), &json!({"format": "csv"})).await?;
        assert_eq!(exported.status == StatusCode::OK, exports, "{scopes}: {}", exported.text());
    }
    // Whoever administers has nothing of that in an embed, and nothing else is given to them there.
    edit(
        &world.folder().join("grants.yaml"),
        "grants:",
        "grants:\n  - {to: {member: root@portal.example}, on: {workbook: orders}, level: view}",
    )?;
    world.vitrine.apply(world.folder()).await?;
    let root = world.administrator().await?;
    let looks = world.owner(&root).await?;
    let held = looks.get("/api/v1/whoami").await?;
    let held = held.json()["permissions"].as_array().cloned().unwrap_or_default();
    assert!(held.contains(&json!("view")) && !held.contains(&json!("administer")), "{held:?}");
    assert_eq!(looks.get("/api/v1/members").await?.status, StatusCode::FORBIDDEN);
    Ok(())
}

#[tokio::test]
async fn such_a_session_is_no_session_of_the_application() -> Outcome {
    let world = World::new().await?;
    let looks = world.owner(&world.program("ines@", &json!(["view"])).await?).await?;
    let port = world.vitrine.base.rsplit(':').next().unwrap_or_default().to_owned();
    for path in ["/api/v1/account", "/api/v1/session", "/api/v1/account/passkeys"] {
        let request = looks.stranger.request(Method::GET, path).header("vitrine-session", &looks.session);
        let cookie = format!("__Host-vitrine-{port}={}", looks.handle);
        let answer = looks.stranger.send(request.header("cookie", cookie)).await?;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}: its handle is no cookie of the application");
        assert_ne!(looks.get(path).await?.status == StatusCode::OK, path.contains("account"), "{path}");
    }
    assert_eq!(looks.get("/api/4.0/user").await?.status, StatusCode::UNAUTHORIZED);
    Ok(())
}

#[tokio::test]
async fn it_ends_with_its_credential_its_owner_and_its_time() -> Outcome {
    let world = World::new().await?;
    let (id, secret) = world.credential("ines@", &json!(["view"])).await?;
    let program = async || {
        let answer = world.log_in(&id, &secret).await?;
        Ok::<_, CallError>(Caller::with(&world.vitrine, answer.json()["access_token"].as_str().unwrap_or_default()))
    };
    let looks = world.owner(&program().await?).await?;
    let opens = async |looks: &Viewer| Ok::<_, CallError>(looks.open_workbook().await?.status);
    assert_eq!(opens(&looks).await?, StatusCode::OK);
    world.vitrine.clock.advance_seconds(600);
    assert_eq!(opens(&looks).await?, StatusCode::UNAUTHORIZED, "its time is over");

    let looks = world.owner(&program().await?).await?;
    let unused = world.address_of_owner(&program().await?, TARGET).await?;
    let root = world.vitrine.root().await?;
    let member = format!("/api/v1/members/{}", world.member("ines@").await?);
    root.patch(&member, json!({"deactivated": true})).await?;
    assert_eq!(opens(&looks).await?, StatusCode::UNAUTHORIZED, "the owner is kept out");
    root.patch(&member, json!({"deactivated": false})).await?;
    let looks = world.owner(&program().await?).await?;
    root.delete(&format!("/api/v1/api-credentials/{id}")).await?;
    assert_eq!(opens(&looks).await?, StatusCode::UNAUTHORIZED, "the credential has ended");
    {
        let _off = switch_off(Point::CredentialOfSession);
        assert_eq!(opens(&looks).await?, StatusCode::OK);
    }
    let logged_in = log_in(&world.vitrine, &unused).await?;
    let exchanged = exchange(&world.vitrine, &logged_in.header("location"), HOST).await;
    assert!(
        exchanged.is_err() || exchanged.is_ok_and(|it| it.status != StatusCode::OK),
        "nor by an address from before"
    );
    Ok(())
}

#[tokio::test]
async fn it_is_framed_by_origins_of_a_key_or_stands_alone() -> Outcome {
    let world = World::new().await?;
    let ines = world.program("ines@", &json!(["view"])).await?;
    let below = world.opened(&ines, TARGET, "https://evil.example").await?;
    assert_eq!((below.status, below.code().as_str()), (StatusCode::UNAUTHORIZED, "code_refused"));
    {
        let _off = switch_off(Point::OriginCheck);
        assert_eq!(world.opened(&ines, TARGET, "https://evil.example").await?.status, StatusCode::OK);
    }
    let other = "/embed/dashboards/3?embed_domain=https://rival.example";
    assert_eq!(refusal(&ask(&ines, other).await?), (422, "Validation Failed".into(), vec!["target_url".into()]));
    assert_eq!(
        world.opened(&ines, "/dashboards/3", HOST).await?.status,
        StatusCode::OK,
        "by the one key that there is"
    );

    edit(&world.folder().join("embed_keys.yaml"), "    dialect: looker", "    disabled: true\n    dialect: looker")?;
    world.vitrine.apply(world.folder()).await?;
    let address = world.address_of_owner(&ines, "/embed/dashboards/3").await?;
    let location = log_in(&world.vitrine, &address).await?.header("location");
    assert!(location.starts_with("/embed/dashboards/3#vc_"), "{location}");
    let page = world.vitrine.stranger().get("/embed/dashboards/3").await?;
    assert!(page.header("content-security-policy").ends_with("frame-ancestors 'none'"));
    assert_eq!(exchange(&world.vitrine, &location, "").await?.status, StatusCode::OK);
    let framed = world.opened(&ines, "/embed/dashboards/3", HOST).await?;
    assert_eq!(framed.status, StatusCode::UNAUTHORIZED, "without a key it is in no frame");
    Ok(())
}

#[tokio::test]
async fn what_is_hidden_from_the_owner_reads_like_what_is_absent_and_leaves_no_session() -> Outcome {
    let world = World::new().await?;
    let desk = world.program("desk@", &json!(["view"])).await?;
    for target in ["/embed/dashboards/3", "/embed/dashboards/none"] {
        let opened = world.opened(&desk, target, HOST).await?;
        assert_eq!(opened.status, StatusCode::BAD_REQUEST);
        assert!(opened.detail().contains("could not be found"), "{}", opened.text());
    }
    let open = world
        .vitrine
        .sql_texts("SELECT id FROM sessions WHERE ended_at IS NULL AND facts LIKE '%opened_with%'")
        .await?;
    assert!(open.is_empty(), "{open:?}");
    for (member, value) in [
        ("target_url", json!("https://rival.example/dashboards/3")),
        ("target_url", json!("/admin")),
        ("target_url", Value::Null),
        ("session_length", json!(2_592_001)),
        ("external_user_id", json!("somebody else")),
    ] {
        let mut body = json!({"target_url": "/embed/dashboards/3"});
        body[member] = value.clone();
        let refused = desk.post(PATH, body).await?;
        assert_eq!(refusal(&refused), (422, "Validation Failed".into(), vec![member.to_owned()]), "{member} {value}");
    }
    Ok(())
}
