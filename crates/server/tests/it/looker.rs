//! Looker's door: signed addresses, the page behind their login, and what permissions and models come to.

use crate::support::{Outcome, Vitrine, copy_of, edit, never_for};
use model::enforcement::{Point, switch_off};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;
use testkit::callers::{Answer, CallError, Viewer};
use testkit::sign::hmac_base64;
use testkit::world::{self, ACME, GLOBEX};
use url::form_urlencoded;

/// The clock of tests stands at 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;

pub(crate) const HOST: &str = "https://looker.example";

const SIGNED: [&str; 10] = [
    "nonce",
    "time",
    "session_length",
    "external_user_id",
    "permissions",
    "models",
    "group_ids",
    "external_group_id",
    "user_attributes",
    "access_filters",
];

/// The small world with a key of Looker's, whose embeds reach the orders.
pub(crate) fn folder() -> Result<TempDir, CallError> {
    let folder = copy_of(&world::folder())?;
    let keys = folder.path().join("embed_keys.yaml");
    let key = "  - client_id: looker
    issuer: portal
    dialect: looker
    mode: compatible
    secrets: [{secret_file: secrets/looker}]
    ceiling:
      tenants: any
      teams: [Buyers, Support]
      permissions: [view, explore, export_csv]
      attributes: {company: any, regions: any, limit: any}
      content: [{workspace: shop}]
      origins: [\"https://looker.example\"]
      session_seconds: 3600
";
    fs::write(&keys, fs::read_to_string(&keys)? + key)?;
    edit(&folder.path().join("workbooks/orders.yaml"), "known_as: {", "known_as: {looker: [3, \"shop::orders\"], ")?;
    Ok(folder)
}

/// A server with it, whose data is in the folder.
pub(crate) async fn world() -> Result<(Vitrine, TempDir), CallError> {
    let folder = folder()?;
    Ok((Vitrine::of(folder.path()).await?, folder))
}

/// What a host says of a buyer of a company.
pub(crate) fn said(nonce: &str, company: &str) -> Value {
    json!({
        "nonce": nonce, "time": NOW, "session_length": 600, "external_user_id": format!("bea of {company}"),
        "permissions": ["access_data", "see_looks", "see_user_dashboards"], "models": ["shop"],
        "group_ids": ["Buyers"], "external_group_id": company, "user_attributes": {"company": company},
        "access_filters": {}, "first_name": "Bea", "last_name": null, "user_timezone": null, "force_logout_login": true,
    })
}

fn with(mut said: Value, member: &str, value: Value) -> Value {
    said[member] = value;
    said
}

/// The address as the host signs it, without its host.
pub(crate) fn address(vitrine: &Vitrine, target: &str, said: &Value) -> String {
    let path: String = form_urlencoded::byte_serialize(target.as_bytes()).collect();
    let path = format!("/login/embed/{path}");
    let host = vitrine.base.trim_start_matches("http://");
    let given: Vec<String> = SIGNED.iter().filter_map(|name| said.get(name)).map(Value::to_string).collect();
    let text = [&[host.to_owned(), path.clone()][..], &given].concat().join("\n");
    let mut search = form_urlencoded::Serializer::new(String::new());
    for (name, value) in said.as_object().into_iter().flatten() {
        search.append_pair(name, &value.to_string());
    }
    search.append_pair("signature", &hmac_base64(&text, world::secret("looker")));
    format!("{path}?{}", search.finish())
}

pub(crate) const DASHBOARD: &str = "/embed/dashboards/3?Status=paid&embed_domain=https://looker.example";

pub(crate) async fn log_in(vitrine: &Vitrine, address: &str) -> Result<Answer, CallError> {
    let browser = vitrine.stranger().staying();
    browser.send(browser.request(Method::GET, address)).await
}

/// The page behind the login, as its door asks for a handle.
pub(crate) async fn exchange(vitrine: &Vitrine, location: &str, parent: &str) -> Result<Answer, CallError> {
    let (address, code) = location.split_once('#').ok_or("no code")?;
    let body = json!({"code": code, "address": address, "parent_origin": parent});
    let request = vitrine.stranger().request(Method::POST, "/api/v1/looker/sessions").header("origin", &vitrine.base);
    vitrine.stranger().send(request.json(&body)).await
}

async fn open(vitrine: &Vitrine, target: &str, said: &Value) -> Result<Answer, CallError> {
    let logged_in = log_in(vitrine, &address(vitrine, target, said)).await?;
    if logged_in.status != StatusCode::FOUND {
        return Ok(logged_in);
    }
    exchange(vitrine, &logged_in.header("location"), HOST).await
}

/// A person who looks at the orders.
async fn viewer(vitrine: &Vitrine, said: &Value) -> Result<Viewer, CallError> {
    let opened = open(vitrine, DASHBOARD, said).await?;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.text());
    let handle = opened.json()["handle"].as_str().unwrap_or_default().to_owned();
    Ok(Viewer { stranger: vitrine.stranger(), handle, session: String::new(), workbook: "orders".into() })
}

fn told(answer: &Answer) -> (StatusCode, String) {
    (answer.status, answer.detail())
}

#[tokio::test]
async fn l1_a_signed_address_opens_the_dashboard_with_the_rows_of_its_person() -> Outcome {
    let (vitrine, _folder) = world().await?;
    for (company, own) in [("acme", ACME), ("globex", GLOBEX)] {
        let logged_in = log_in(&vitrine, &address(&vitrine, DASHBOARD, &said(company, company))).await?;
        assert_eq!(logged_in.status, StatusCode::FOUND, "{}", logged_in.text());
        let location = logged_in.header("location");
        assert!(location.starts_with(&format!("{DASHBOARD}&embed_key=looker#vc_")), "{location}");
        let opened = exchange(&vitrine, &location, HOST).await?.json();
        assert_eq!((&opened["workbook"], &opened["expires_in"]), (&json!("orders"), &json!(600)));
        assert_eq!(opened["controls"], json!({"status": ["paid"]}));
        let handle = opened["handle"].as_str().unwrap_or_default().to_owned();
        let viewer = Viewer { stranger: vitrine.stranger(), handle, session: String::new(), workbook: "orders".into() };
        let viewer = viewer.never_sees(never_for(company));
        assert!(viewer.element("main/list", &json!({})).await?.text().contains(own));
        let again = exchange(&vitrine, &location, HOST).await?;
        assert_eq!(again.status, StatusCode::UNAUTHORIZED, "what the login gave counts once");
    }
    let long = open(&vitrine, DASHBOARD, &with(said("long", "acme"), "session_length", json!(86_400))).await?;
    assert_eq!(long.json()["expires_in"], json!(3_600), "no longer than the key allows");
    let explore = open(&vitrine, "/embed/merge?mid=1", &said("explore", "acme")).await?;
    assert!(explore.detail().contains("the target is not supported"), "{}", explore.text());
    let again = viewer(&vitrine, &said("another", "acme")).await?;
    assert_eq!(again.open_workbook().await?.status, StatusCode::OK);
    let events = vitrine.audit().await?;
    let opened = events.iter().filter(|it| it.event.event == "code_redeemed");
    let mut members: Vec<_> = opened.map(|it| it.event.principal.member.clone()).collect();
    members.sort();
    members.dedup();
    assert_eq!(members.len(), 2, "one person of each company, whoever comes again");
    Ok(())
}

#[tokio::test]
async fn l1_without_a_model_or_a_permission_nobody_comes_in() -> Outcome {
    let (vitrine, _folder) = world().await?;
    for (member, value, expected) in [
        ("models", json!([]), "'models' param is not valid: expected at least one model"),
        ("permissions", json!([]), "'permissions' param is not valid: expected at least one permission"),
        ("user_attributes", json!({"limit": "much"}), "`user_attributes`"),
        ("user_attributes", json!({"compani": "acme"}), "`user_attributes`: `compani`"),
        ("group_ids", json!(["Byers"]), "`group_ids`"),
        ("external_group_id", json!("initech"), "`external_group_id`"),
    ] {
        let (status, detail) = told(&open(&vitrine, DASHBOARD, &with(said(member, "acme"), member, value)).await?);
        assert!(status == StatusCode::BAD_REQUEST && detail.contains(expected), "{member}: {status} {detail}");
    }
    let made = vitrine.sql_texts("SELECT subject FROM members WHERE subject LIKE 'bea of %'").await?;
    assert!(made.is_empty(), "who is refused is not made: {made:?}");
    Ok(())
}

/// Values decide rows by the type that an administrator gave the attribute, however a host writes them, and names decide nothing.
#[tokio::test]
async fn hosts_go_on_naming_teams_and_tenants_as_looker_did() -> Outcome {
    let folder = folder()?;
    let edits = [
        ("teams.yaml", "{name: Buyers}", "{name: Buyers, known_as: {looker: [7], sigma: [8]}}"),
        ("tenants.yaml", "{name: acme,", "{name: acme, known_as: {looker: [\"Acme Corp\", 12]},"),
    ];
    for (file, from, to) in edits {
        edit(&folder.path().join(file), from, to)?;
    }
    let vitrine = Vitrine::of(folder.path()).await?;
    let called = |nonce, group: Value, tenant: Value| {
        with(with(said(nonce, "acme"), "group_ids", json!([group])), "external_group_id", tenant)
    };
    for (nonce, group, tenant) in [
        ("text", json!("7"), json!("Acme Corp")),
        ("number", json!(7), json!("12")),
        ("name", json!("Buyers"), json!("acme")),
    ] {
        let viewer = viewer(&vitrine, &called(nonce, group, tenant)).await?.never_sees(never_for("acme"));
        assert!(viewer.element("main/list", &json!({})).await?.text().contains(ACME), "{nonce}");
    }
    let events = vitrine.audit().await?;
    let mut members: Vec<_> = events.iter().filter_map(|it| it.event.principal.member.clone()).collect();
    members.sort();
    members.dedup();
    assert_eq!(members.len(), 1, "one person, however their tenant is called");
    for (nonce, group, tenant, field) in [
        ("of sigma", json!(8), json!("acme"), "`group_ids`"),
        ("nobody", json!(9), json!("acme"), "`group_ids`"),
        ("elsewhere", json!(7), json!("Acme"), "`external_group_id`"),
    ] {
        let refused = open(&vitrine, DASHBOARD, &called(nonce, group, tenant)).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{nonce}: {}", refused.text());
        assert!(refused.detail().contains(field), "{nonce}: {}", refused.text());
    }
    Ok(())
}

#[tokio::test]
async fn l4_values_are_of_the_types_of_their_attributes() -> Outcome {
    let folder = folder()?;
    let attributes = folder.path().join("attributes.yaml");
    let more = "  - {name: open, type: boolean}\n  - {name: since, type: date}\n  - {name: words, type: filter}\n";
    fs::write(&attributes, fs::read_to_string(&attributes)? + more)?;
    let keys = folder.path().join("embed_keys.yaml");
    let any = fs::read_to_string(&keys)?.replace("limit: any}", "limit: any, open: any, since: any, words: any}");
    fs::write(&keys, any)?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let pinned = async |nonce: &str, values: Value| -> Result<Value, CallError> {
        viewer(&vitrine, &with(said(nonce, "acme"), "user_attributes", values)).await?;
        let facts = vitrine.sql_texts("SELECT facts FROM sessions ORDER BY opened_at DESC, id LIMIT 1").await?;
        vitrine.clock.advance_seconds(1);
        Ok(serde_json::from_str::<Value>(facts.first().ok_or("no session")?)?["attributes"].clone())
    };
    let typed = json!({"company": "acme", "limit": 25, "open": true, "since": "2026-01-31", "words": "West,East", "regions": ["a", "b"]});
    let texts = json!({"company": "acme", "limit": "25", "open": "yes", "since": "2026-01-31", "words": "West,East", "regions": "a, b"});
    let first = pinned("typed", typed).await?;
    assert!(first["limit"].to_string().contains("ecimal") && first["open"].to_string().contains("true"), "{first}");
    assert_eq!(pinned("texts", texts).await?, first);
    for (name, value) in [
        ("limit", json!("much")),
        ("limit", json!(true)),
        ("open", json!("maybe")),
        ("open", json!(1)),
        ("since", json!("2026-13-01")),
        ("company", json!(7)),
        ("regions", json!({})),
    ] {
        let mut said = said(&format!("{name} {value}"), "acme");
        said["user_attributes"][name] = value.clone();
        let (status, detail) = told(&open(&vitrine, DASHBOARD, &said).await?);
        assert!(status == StatusCode::BAD_REQUEST && detail.contains(&format!("`{name}`")), "{name} {value}: {detail}");
    }
    // Whoever is called like somebody else's company sees their own rows.
    let named = with(with(said("names", "acme"), "first_name", json!("globex")), "last_name", json!("globex"));
    let viewer = viewer(&vitrine, &named).await?.never_sees(never_for("acme"));
    assert!(viewer.element("main/list", &json!({})).await?.text().contains(ACME));
    Ok(())
}

#[tokio::test]
async fn l2_models_decide_which_data_is_reached() -> Outcome {
    let (vitrine, _folder) = world().await?;
    let other = viewer(&vitrine, &with(said("1", "acme"), "models", json!(["purchasing"]))).await?;
    let refused = other.element("main/list", &json!({})).await?;
    assert!(refused.status == StatusCode::NOT_FOUND || refused.status == StatusCode::FORBIDDEN, "{}", refused.text());
    assert!(!refused.text().contains(ACME), "{}", refused.text());
    let _off = switch_off(Point::SessionModels);
    assert!(other.element("main/list", &json!({})).await?.text().contains(ACME));
    Ok(())
}

#[tokio::test]
async fn l3_permissions_decide_what_is_done() -> Outcome {
    let (vitrine, _folder) = world().await?;
    let question = json!({"explore": "shop.orders", "fields": ["orders"]});
    let permissions = |names: Value| with(said(&names.to_string(), "acme"), "permissions", names);
    for names in [json!(["access_data"]), json!(["see_looks", "see_user_dashboards", "explore"])] {
        let (status, detail) = told(&open(&vitrine, DASHBOARD, &permissions(names.clone())).await?);
        assert!(status == StatusCode::BAD_REQUEST && detail.contains("could not be found"), "{names}: {detail}");
    }
    for (names, explores, downloads) in [
        (json!(["access_data", "see_looks"]), false, false),
        (json!(["access_data", "see_looks", "explore"]), true, false),
        (json!(["access_data", "see_looks", "download_with_limit"]), false, true),
        (json!(["access_data", "see_lookml_dashboards", "explore", "download_with_limit"]), false, false),
    ] {
        let viewer = viewer(&vitrine, &permissions(names.clone())).await?.never_sees(never_for("acme"));
        assert!(viewer.element("main/list", &json!({})).await?.text().contains(ACME), "{names}");
        let explored = viewer.post("/api/v1/query", &question).await?;
        assert_eq!(explored.status == StatusCode::OK, explores, "{names}: {}", explored.text());
        let path = "/api/v1/workbooks/orders/pages/main/elements/list/export";
        let exported = viewer.post(path, &json!({"format": "csv"})).await?;
        assert_eq!(exported.status == StatusCode::OK, downloads, "{names}: {}", exported.text());
    }
    Ok(())
}

#[tokio::test]
async fn a_nonce_counts_once_an_hour_and_a_prefetch_uses_none_up() -> Outcome {
    let (vitrine, _folder) = world().await?;
    let address = address(&vitrine, DASHBOARD, &said("1", "acme"));
    let browser = vitrine.stranger().staying();
    let ahead = browser.send(browser.request(Method::GET, &address).header("sec-purpose", "prefetch")).await?;
    assert_eq!((ahead.status, ahead.text()), (StatusCode::NO_CONTENT, String::new()));
    assert_eq!(browser.send(browser.request(Method::HEAD, &address)).await?.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(log_in(&vitrine, &address).await?.status, StatusCode::FOUND);
    let (status, detail) = told(&log_in(&vitrine, &address).await?);
    assert!(status == StatusCode::BAD_REQUEST && detail.contains("'nonce' param already used this hour"), "{detail}");
    vitrine.clock.advance_seconds(301);
    let (_, detail) = told(&log_in(&vitrine, &address).await?);
    assert!(detail.contains("'time' param is 301 seconds old"), "{detail}");
    let later = with(said("1", "acme"), "time", json!(NOW + 301));
    let (_, detail) = told(&open(&vitrine, DASHBOARD, &later).await?);
    assert!(detail.contains("'nonce' param already used this hour"), "{detail}");
    Ok(())
}

#[tokio::test]
async fn whoever_has_no_secret_reads_one_refusal() -> Outcome {
    let (vitrine, folder) = world().await?;
    let good = address(&vitrine, DASHBOARD, &said("1", "acme"));
    let (before, signature) = good.rsplit_once("&signature=").ok_or("signature")?;
    let mut answers = Vec::new();
    for forged in [
        good.replace("acme", "globex"),
        good.replace("dashboards%2F3", "dashboards%2F4"),
        format!("{before}&signature=AAAA"),
        format!("{before}&signature="),
        good.replace("%22see_looks%22", "%22see_looks%22%2C%22explore%22"),
    ] {
        let refused = log_in(&vitrine, &forged).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{forged}");
        assert!(!refused.text().contains("acme") && refused.header("location").is_empty());
        answers.push(refused.comparable());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let unknown = log_in(&vitrine, &format!("{good}&embed_domain=x")).await?;
    assert_eq!(told(&unknown).1, "This request includes invalid params: [\"embed_domain\"]");
    assert_eq!(log_in(&vitrine, &format!("{before}&signature={signature}")).await?.status, StatusCode::FOUND);
    let (from, to) = ("    dialect: looker", "    disabled: true\n    dialect: looker");
    edit_key((&vitrine, &folder), from, to).await?;
    let refused = log_in(&vitrine, &address(&vitrine, DASHBOARD, &said("2", "acme"))).await?;
    assert_eq!(refused.comparable(), answers[0], "a key that is disabled is none");
    Ok(())
}

async fn edit_key((vitrine, folder): (&Vitrine, &TempDir), from: &str, to: &str) -> Outcome {
    edit(&folder.path().join("embed_keys.yaml"), from, to)?;
    Ok(vitrine.apply(folder.path()).await?)
}

#[tokio::test]
async fn hosts_that_sign_with_sha_1_say_so_and_no_other() -> Outcome {
    let (vitrine, folder) = world().await?;
    edit_key((&vitrine, &folder), "dialect: looker", "dialect: looker\n    signature_hash: sha_1").await?;
    let refused = log_in(&vitrine, &address(&vitrine, DASHBOARD, &said("1", "acme"))).await?;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "this one is signed with SHA-256");
    Ok(())
}

#[tokio::test]
async fn what_the_login_gives_counts_below_pages_of_the_key_and_at_this_door() -> Outcome {
    let (vitrine, _folder) = world().await?;
    let login = async |nonce: &str| {
        let logged_in = log_in(&vitrine, &address(&vitrine, DASHBOARD, &said(nonce, "acme"))).await?;
        Ok::<_, CallError>(logged_in.header("location"))
    };
    let refused = exchange(&vitrine, &login("1").await?, "https://evil.example").await?;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::UNAUTHORIZED, "code_refused"));
    let location = login("2").await?;
    let code = location.split_once('#').ok_or("code")?.1;
    let native = vitrine.host("looker").redeem(code, "orders", None).await?;
    assert_eq!(native.status, StatusCode::UNAUTHORIZED, "it is no code of Vitrine's own dialect");
    let late = login("3").await?;
    vitrine.clock.advance_seconds(61);
    assert_eq!(exchange(&vitrine, &late, HOST).await?.status, StatusCode::UNAUTHORIZED);
    let absent = open(&vitrine, "/embed/dashboards/absent", &with(said("4", "acme"), "time", json!(NOW + 61))).await?;
    let hidden = open(&vitrine, "/embed/dashboards/hidden", &with(said("5", "acme"), "time", json!(NOW + 61))).await?;
    assert_eq!((told(&absent), absent.status), (told(&hidden), StatusCode::BAD_REQUEST));
    let _off = switch_off(Point::OriginCheck);
    let below =
        log_in(&vitrine, &address(&vitrine, DASHBOARD, &with(said("6", "acme"), "time", json!(NOW + 61)))).await?;
    assert_eq!(exchange(&vitrine, &below.header("location"), "https://evil.example").await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn the_page_is_framed_by_the_origins_of_the_key() -> Outcome {
    let (vitrine, _folder) = world().await?;
    for (path, ancestors) in [
        ("/embed/dashboards/3?embed_key=looker", "frame-ancestors https://looker.example"),
        ("/embed/looks/3?embed_key=looker", "frame-ancestors https://looker.example"),
        ("/embed/dashboards/3", "frame-ancestors 'none'"),
        ("/embed/dashboards/absent?embed_key=portal", "frame-ancestors 'none'"),
    ] {
        let page = vitrine.stranger().get(path).await?;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.header("content-security-policy").ends_with(ancestors), "{path}");
    }
    Ok(())
}
