//! Sigma's door: addresses with a token that counts once, and the signed addresses that came before it.

use crate::support::{Outcome, Vitrine, copy_of, edit, never_for};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::{Answer, CallError, Viewer};
use testkit::sign::{forgeries, malformed, with_kid};
use testkit::world::{self, ACME, GLOBEX};

/// The clock of tests stands at 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;

const WORKBOOK: &str = "/acme/workbook/Orders-7f55QbPFuCnK2n0P2tSuBl";

pub(crate) fn claims(id: &str, company: &str) -> Value {
    json!({
        "sub": format!("bea@{company}.example"), "jti": id, "iat": NOW, "exp": NOW + 600, "tenant": company,
        "teams": ["Buyers"], "account_type": "Analyze", "user_attributes": {"company": company}
    })
}

/// The token.
pub(crate) fn signed(claims: &Value) -> String {
    with_kid("sigma", claims, world::secret("sigma"))
}

/// Posts an address as the page does that was served for it.
pub(crate) async fn exchange(vitrine: &Vitrine, path: &str) -> Result<Answer, CallError> {
    exchange_at(vitrine, path, "https://sigma.example").await
}

/// The address of a workbook by its name, with the token `id`.
pub(crate) fn address(id: &str, workbook: &str) -> String {
    format!("/acme/workbook/{workbook}?:jwt={}&:embed=true", signed(&claims(id, "acme")))
}

/// Posts an address with the token `id`, as the page does below a page of `parent`.
pub(crate) async fn exchange_below(vitrine: &Vitrine, id: &str, parent: &str) -> Result<Answer, CallError> {
    exchange_at(vitrine, &format!("{WORKBOOK}?:jwt={}", signed(&claims(id, "acme"))), parent).await
}

async fn exchange_at(vitrine: &Vitrine, path: &str, parent: &str) -> Result<Answer, CallError> {
    let address = format!("{}{path}", vitrine.base);
    let body = json!({"address": address, "parent_origin": parent});
    let request = vitrine.stranger().request(Method::POST, "/api/v1/sigma/sessions").header("origin", &vitrine.base);
    vitrine.stranger().send(request.json(&body)).await
}

pub(crate) async fn open(vitrine: &Vitrine, claims: &Value) -> Result<Answer, CallError> {
    exchange(vitrine, &format!("{WORKBOOK}?:jwt={}&:embed=true", signed(claims))).await
}

/// A person who looks at the orders.
pub(crate) async fn viewer(vitrine: &Vitrine, claims: &Value) -> Result<Viewer, CallError> {
    let opened = open(vitrine, claims).await?;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.text());
    let handle = opened.json()["handle"].as_str().unwrap_or_default().to_owned();
    Ok(Viewer { stranger: vitrine.stranger(), handle, session: String::new(), workbook: "orders".into() })
}

fn told(answer: &Answer) -> (StatusCode, String, String) {
    (answer.status, answer.code(), answer.detail())
}

#[tokio::test]
async fn s1_the_first_open_makes_a_person_and_the_next_ones_are_theirs() -> Outcome {
    let vitrine = Vitrine::world().await?;
    for id in ["1", "2"] {
        let viewer = viewer(&vitrine, &claims(id, "acme")).await?.never_sees(never_for("acme"));
        assert!(viewer.element("main/list", &json!({})).await?.text().contains(ACME));
    }
    let events = vitrine.audit().await?;
    let mut members: Vec<_> = events
        .iter()
        .filter(|it| it.event.event == "token_exchanged")
        .map(|it| it.event.principal.member.clone())
        .collect();
    members.dedup();
    assert_eq!(members.len(), 1, "one person");
    Ok(())
}

#[tokio::test]
async fn s1_a_new_person_needs_known_teams_and_no_viewer_reads_which() -> Outcome {
    let vitrine = Vitrine::world().await?;
    for (id, teams, text) in [
        ("1", json!(null), "at least one team"),
        ("2", json!([]), "at least one team"),
        ("3", json!(["Byers"]), "`Byers` is not accepted"),
    ] {
        let mut token = claims(id, "acme");
        token["teams"] = teams.clone();
        if teams.is_null() {
            token.as_object_mut().and_then(|token| token.remove("teams"));
        }
        let (status, code, detail) = told(&open(&vitrine, &token).await?);
        assert_eq!((status, code.as_str()), (StatusCode::BAD_REQUEST, "EINVAL"), "{teams}");
        assert!(detail.contains(text), "{detail}");
        assert!(!detail.contains("expected") && !detail.contains("Buyers"), "{detail}");
    }
    for (member, value) in [("account_type", json!("Owner")), ("user_attributes", json!({"compani": "acme"}))] {
        let mut token = claims(member, "acme");
        token[member] = value;
        let (.., detail) = told(&open(&vitrine, &token).await?);
        assert!(detail.contains("is not accepted") && !detail.contains("expected"), "{detail}");
    }
    Ok(())
}

#[tokio::test]
async fn s2_s3_with_automatic_creation_off_nobody_new_gets_in() -> Outcome {
    let folder = copy_of(&world::folder())?;
    edit(&folder.path().join("vitrine.yaml"), "automatic_creation: true", "automatic_creation: false")?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let sentence = "You don't have permission to access this page. Automatic updating of users is disabled.";
    for (id, subject) in [("1", "bea@acme.example"), ("2", "ivan@portal.example")] {
        let mut token = claims(id, "acme");
        token["sub"] = json!(subject);
        token.as_object_mut().and_then(|token| token.remove("tenant"));
        let told = told(&open(&vitrine, &token).await?);
        assert_eq!(told, (StatusCode::FORBIDDEN, "EPERM".to_owned(), sentence.to_owned()), "{subject}");
    }
    Ok(())
}

#[tokio::test]
async fn s4_two_visits_with_other_claims_do_not_disturb_each_other() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let mut other = claims("2", "acme");
    other["user_attributes"] = json!({"company": "globex"});
    let (one, two) = (viewer(&vitrine, &claims("1", "acme")).await?, viewer(&vitrine, &other).await?);
    for _ in 0..2 {
        let (first, second) =
            (one.element("main/list", &json!({})).await?.text(), two.element("main/list", &json!({})).await?.text());
        assert!(first.contains(ACME) && !first.contains(GLOBEX));
        assert!(second.contains(GLOBEX) && !second.contains(ACME));
    }
    Ok(())
}

#[tokio::test]
async fn s5_the_account_type_decides_what_may_be_taken_away() -> Outcome {
    let vitrine = Vitrine::world().await?;
    for (id, kind, status) in [("1", "View", StatusCode::FORBIDDEN), ("2", "Act", StatusCode::OK)] {
        let mut token = claims(id, "acme");
        token["account_type"] = json!(kind);
        assert_eq!(viewer(&vitrine, &token).await?.export("main/list", &json!({})).await?.status, status, "{kind}");
    }
    let mut unknown = claims("3", "acme");
    unknown["account_type"] = json!("Admin");
    assert_eq!(open(&vitrine, &unknown).await?.code(), "EINVAL", "no embed administers");
    Ok(())
}

#[tokio::test]
async fn s6_s8_teams_replace_and_decide_how_far_somebody_reaches() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let query = json!({"explore": "shop.orders", "fields": ["orders"]});
    let buyer = viewer(&vitrine, &claims("1", "acme")).await?;
    assert_eq!(buyer.query(&query).await?.status, StatusCode::OK, "Buyers can explore");
    let mut token = claims("2", "acme");
    token["teams"] = json!(["Support"]);
    let support = viewer(&vitrine, &token).await?;
    assert_eq!(support.query(&query).await?.status, StatusCode::NOT_FOUND, "Support can view");
    assert!(support.element("main/list", &json!({})).await?.text().contains(ACME));
    Ok(())
}

#[tokio::test]
async fn s10_attributes_that_are_none_show_no_row() -> Outcome {
    let vitrine = Vitrine::world().await?;
    for (id, value) in [("1", json!(null)), ("2", json!("")), ("3", json!(7)), ("4", json!(["acme"]))] {
        let mut token = claims(id, "acme");
        token["user_attributes"] = json!({"company": value});
        let viewer = viewer(&vitrine, &token).await?.never_sees([ACME, GLOBEX]);
        assert_eq!(viewer.element("main/list", &json!({})).await?.rows(), Vec::<Value>::new(), "{value}");
    }
    Ok(())
}

#[tokio::test]
async fn a_token_counts_once_also_after_a_restart() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let token = claims("once", "acme");
    assert_eq!(open(&vitrine, &token).await?.status, StatusCode::OK);
    let expired = (StatusCode::BAD_REQUEST, "EINVAL".to_owned(), "Session expired. Reload the page.".to_owned());
    assert_eq!(told(&open(&vitrine, &token).await?), expired);
    let vitrine = vitrine.restarted().await?;
    assert_eq!(told(&open(&vitrine, &token).await?), expired);
    vitrine.clock.advance_seconds(600);
    assert_eq!(told(&open(&vitrine, &claims("late", "acme")).await?), expired);
    Ok(())
}

#[tokio::test]
async fn whatever_is_wrong_with_a_token_the_refusal_is_the_same() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let good = signed(&claims("good", "acme"));
    let header = json!({"alg": "HS256", "typ": "JWT", "kid": "sigma"});
    let others = [
        ("of another door".to_owned(), with_kid("compatible", &claims("x", "acme"), world::secret("compatible"))),
        ("of Vitrine's own door".to_owned(), with_kid("portal", &claims("x", "acme"), world::secret("portal"))),
        ("of another key".to_owned(), with_kid("sigma", &claims("x", "acme"), world::secret("sigma-strict"))),
        ("without a key id".to_owned(), testkit::sign::plain(&claims("x", "acme"), world::secret("sigma"))),
    ];
    let bad = forgeries(&good).into_iter().chain(malformed(&header, &claims("m", "acme"), world::secret("sigma")));
    for (what, token) in bad.chain(others) {
        let token: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
        let answer = exchange(&vitrine, &format!("{WORKBOOK}?:jwt={token}&:embed=true")).await?;
        let expected = (StatusCode::BAD_REQUEST, "EINVAL".to_owned(), "Invalid embed request.".to_owned());
        assert_eq!(told(&answer), expected, "{what}");
    }
    assert_eq!(exchange(&vitrine, &format!("{WORKBOOK}?:jwt={good}")).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn hidden_and_absent_workbooks_are_one_and_the_session_ends() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let mut first = None;
    for (id, path) in
        [("1", "/acme/workbook/hidden"), ("2", "/acme/workbook/none"), ("3", "/acme/workbook/orders/page/none")]
    {
        let answer = exchange(&vitrine, &format!("{path}?:jwt={}&:embed=true", signed(&claims(id, "acme")))).await?;
        assert_eq!(answer.code(), "ENOENT", "{path}");
        assert_eq!(&answer.comparable(), first.get_or_insert_with(|| answer.comparable()), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn addresses_name_pages_elements_controls_and_options() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let shown = async |id: &str, path: &str| {
        let answer = exchange(&vitrine, &format!("{path}:jwt={}&:embed=true", signed(&claims(id, "acme")))).await?;
        Ok::<_, CallError>(answer.json())
    };
    let page = shown("1", &format!("{WORKBOOK}/page/page-2?")).await?;
    assert_eq!((&page["workbook"], &page["page"]), (&json!("orders"), &json!("second")));
    let element = shown("2", "/acme/workbook/orders/element/list?").await?;
    assert_eq!((&element["page"], &element["element"]), (&json!("main"), &json!("list")));
    let set = shown("3", "/acme/workbook/orders?status=paid,open&:hide_title=true&").await?;
    assert_eq!(set["controls"], json!({"status": ["paid", "open"]}));
    assert_eq!(set["options"]["hide_title"], json!(true));
    let tag = shown("4", &format!("{WORKBOOK}/tag/production?")).await?;
    assert_eq!(tag["code"], json!("ENOENT"), "tags follow with versions");
    let odd = shown("5", "/acme/workbook/orders?:bookmark=1&").await?;
    assert_eq!((&odd["code"], &odd["detail"]), (&json!("EINVAL"), &json!("`:bookmark` is not supported")));
    Ok(())
}

#[tokio::test]
async fn a_session_ends_with_what_its_key_allows() -> Outcome {
    let vitrine = Vitrine::world().await?;
    for (id, seconds, expected) in [("1", 600, 600), ("2", 30 * 24 * 3600, 3600)] {
        let mut token = claims(id, "acme");
        token["exp"] = json!(NOW + seconds);
        assert_eq!(open(&vitrine, &token).await?.json()["expires_in"], json!(expected), "{seconds}");
    }
    Ok(())
}

#[tokio::test]
async fn another_connection_than_the_workbooks_own_is_refused() -> Outcome {
    let vitrine = Vitrine::world().await?;
    for (id, connection, code) in
        [("1", "4b1a1c1e-0000-4000-8000-000000000001", ""), ("2", "files", ""), ("3", "other", "ESTALE")]
    {
        let mut token = claims(id, "acme");
        token["eval_connection_id"] = json!(connection);
        assert_eq!(open(&vitrine, &token).await?.code(), code, "{connection}");
    }
    let mut first = None;
    for (id, path) in [("4", "/acme/workbook/hidden"), ("5", "/acme/workbook/none")] {
        let mut token = claims(id, "acme");
        token["eval_connection_id"] = json!("other");
        let answer = exchange(&vitrine, &format!("{path}?:jwt={}&:embed=true", signed(&token))).await?;
        assert_eq!(answer.code(), "ENOENT", "a wrong connection tells nothing of what is hidden");
        assert_eq!(&answer.comparable(), first.get_or_insert_with(|| answer.comparable()), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn only_the_page_itself_exchanges_and_only_below_an_admitted_parent() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let address = format!("{}{WORKBOOK}?:jwt={}", vitrine.base, signed(&claims("1", "acme")));
    let post = async |origin: &str, parent: &str| {
        let body = json!({"address": address, "parent_origin": parent});
        let request = vitrine.stranger().request(Method::POST, "/api/v1/sigma/sessions").header("origin", origin);
        vitrine.stranger().send(request.json(&body)).await
    };
    assert_eq!(post("https://evil.example", "https://sigma.example").await?.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&vitrine.base, "https://evil.example").await?.code(), "EINVAL");
    let opened = post(&vitrine.base, "https://sigma.example").await?;
    assert_eq!(opened.status, StatusCode::OK, "neither of them used it up: {}", opened.text());
    Ok(())
}

#[tokio::test]
async fn the_page_is_framed_by_its_keys_origins_and_burns_nothing() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let token = signed(&claims("1", "acme"));
    for (search, ancestors) in [
        (format!(":jwt={token}&:embed=true"), "frame-ancestors https://sigma.example"),
        (":client_id=sigma".to_owned(), "frame-ancestors https://sigma.example"),
        (":client_id=portal".to_owned(), "frame-ancestors 'none'"),
        (":jwt=a.b.c".to_owned(), "frame-ancestors 'none'"),
    ] {
        let page = vitrine.stranger().get(&format!("{WORKBOOK}?{search}")).await?;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.header("content-security-policy").ends_with(ancestors), "{search}");
        assert_eq!(page.text().contains("name=\"vitrine-key\" content=\"sigma\""), !ancestors.ends_with("'none'"));
        assert_eq!(
            (page.header("cache-control"), page.header("referrer-policy")),
            ("no-store".into(), "no-referrer".into())
        );
    }
    assert_eq!(exchange(&vitrine, &format!("{WORKBOOK}?:jwt={token}")).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn signed_addresses_open_the_same_content_for_the_same_person() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let before = |nonce: &str| {
        format!(
            "{}/embed/1-3Zb8mPq0LkJtWvXyRs7uNa?:nonce={nonce}&:email=bea@acme.example&:external_user_id=b&:client_id=sigma\
             &:time={NOW}&:session_length=600&:mode=userbacked&:external_user_team=Buyers&:account_type=Analyze\
             &:ua_company=acme&:hide_menu=true",
            vitrine.base
        )
    };
    let sign = |text: &str| {
        let signature = testkit::sign::hmac_hex(text, world::secret("sigma"));
        format!("{text}&:signature={signature}").replacen(&vitrine.base, "", 1)
    };
    let path = sign(&before("n1"));
    let opened = exchange(&vitrine, &path).await?;
    assert_eq!((opened.status, &opened.json()["workbook"]), (StatusCode::OK, &json!("orders")), "{}", opened.text());
    assert_eq!(exchange(&vitrine, &path).await?.detail(), "Session expired. Reload the page.", "a nonce counts once");
    let changed = sign(&before("n2")).replacen("acme&", "globex&", 1);
    assert_eq!(exchange(&vitrine, &changed).await?.detail(), "Invalid embed request.");
    let handle = opened.json()["handle"].as_str().unwrap_or_default().to_owned();
    let viewer = Viewer { stranger: vitrine.stranger(), handle, session: String::new(), workbook: "orders".into() };
    let viewer = viewer.never_sees(never_for("acme"));
    assert!(!viewer.element("main/list", &json!({})).await?.rows().is_empty());
    Ok(())
}

#[tokio::test]
async fn a_strict_key_refuses_what_it_does_not_know() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let strict = |claims: &Value| with_kid("sigma-strict", claims, world::secret("sigma-strict"));
    let mut token = json!({"sub": "sam@acme.example", "jti": "1", "iat": NOW, "exp": NOW + 600, "teams": ["Buyers"], "session_length": 5});
    let open = async |token: String| {
        let body = json!({
            "address": format!("{}{WORKBOOK}?:jwt={token}", vitrine.base), "parent_origin": "https://sigma-strict.example"
        });
        let request =
            vitrine.stranger().request(Method::POST, "/api/v1/sigma/sessions").header("origin", &vitrine.base);
        vitrine.stranger().send(request.json(&body)).await
    };
    let refused = open(strict(&token)).await?;
    assert!(refused.detail().starts_with("unknown member `session_length`"), "{}", refused.detail());
    token.as_object_mut().and_then(|token| token.remove("session_length"));
    token["exp"] = json!(NOW + 3601);
    assert!(open(strict(&token)).await?.detail().contains("3600 seconds"));
    token["exp"] = json!(NOW + 600);
    assert_eq!(open(strict(&token)).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn s7_a_tag_in_the_address_is_the_version_under_it() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let path = |id: &str, rest: &str| format!("{WORKBOOK}{rest}?:jwt={}&:embed=true", signed(&claims(id, "acme")));
    let hidden = exchange(&vitrine, &path("1", "/tag/beta")).await?;
    let absent = exchange(&vitrine, &path("2", "/tag/nothing")).await?;
    assert_eq!((hidden.code(), hidden.comparable()), ("ENOENT".to_owned(), absent.comparable()), "it is not shared");
    let folder = copy_of(&world::folder())?;
    let grant = "grants:\n  - {to: {team: Buyers}, on: {tag: orders@beta}, level: view}\n";
    edit(&folder.path().join("grants.yaml"), "grants:\n", grant)?;
    vitrine.apply(folder.path()).await?;
    for (id, rest, page) in [("3", "/tag/beta", Value::Null), ("4", "/tag/Beta/page/main", json!("main"))] {
        let opened = exchange(&vitrine, &path(id, rest)).await?;
        assert_eq!(opened.status, StatusCode::OK, "{rest}: {}", opened.text());
        assert_eq!((&opened.json()["workbook"], &opened.json()["page"]), (&json!("orders@beta"), &page), "{rest}");
        let handle = opened.json()["handle"].as_str().unwrap_or_default().to_owned();
        let viewer =
            Viewer { stranger: vitrine.stranger(), handle, session: String::new(), workbook: "orders@beta".into() };
        assert_eq!(viewer.open_workbook().await?.json()["title"], json!("Orders to come"));
    }
    let other = exchange(&vitrine, &path("5", "/tag/beta/page/page-2")).await?;
    assert_eq!(other.code(), "ENOENT", "the version has no such page");
    Ok(())
}
