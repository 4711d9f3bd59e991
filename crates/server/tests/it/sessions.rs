//! Sessions: codes once, claims pinned, ended at once, kept apart.

use crate::support::{Outcome, Vitrine, buyer, copy_of, edit};
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::callers::Viewer;
use testkit::world;

fn code(answer: &testkit::callers::Answer) -> String {
    answer.json()["code"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_code_is_redeemed_once_also_across_restarts() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let portal = vitrine.host("portal");
    let (first, second) = (code(&portal.open(&buyer("acme")).await?), code(&portal.open(&buyer("acme")).await?));
    assert_eq!(portal.redeem(&first, "orders", None).await?.status, StatusCode::OK);
    let again = portal.redeem(&first, "orders", None).await?;
    assert_eq!((again.status, again.code()), (StatusCode::UNAUTHORIZED, "code_refused".to_owned()));

    let vitrine = vitrine.restarted().await?;
    let portal = vitrine.host("portal");
    assert_eq!(portal.redeem(&first, "orders", None).await?.comparable(), again.comparable());
    assert_eq!(portal.redeem(&second, "orders", None).await?.status, StatusCode::OK, "a fresh one survives a restart");
    Ok(())
}

#[tokio::test]
async fn a_code_races_with_itself() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let portal = vitrine.host("portal");
    let code = code(&portal.open(&buyer("acme")).await?);
    let tries = (0..20).map(|_| portal.redeem(&code, "orders", None));
    let answers = futures::future::try_join_all(tries).await?;
    let served = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
    assert_eq!(served, 1);
    Ok(())
}

#[tokio::test]
async fn every_wrong_code_gets_the_same_refusal_and_is_burnt() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let portal = vitrine.host("portal");
    let unknown = portal.redeem("vc_nobody", "orders", None).await?;
    assert_eq!(unknown.status, StatusCode::UNAUTHORIZED);

    let elsewhere = code(&portal.open(&buyer("acme")).await?);
    let outside = portal.redeem(&elsewhere, "hidden", None).await?;
    assert_eq!(outside.comparable(), unknown.comparable(), "another workbook than the session's content");
    assert_eq!(portal.redeem(&elsewhere, "orders", None).await?.comparable(), unknown.comparable(), "burnt by it");

    let stolen = code(&portal.open(&buyer("acme")).await?);
    assert_eq!(vitrine.host("rival").redeem(&stolen, "orders", None).await?.comparable(), unknown.comparable());
    assert_eq!(portal.redeem(&stolen, "orders", None).await?.comparable(), unknown.comparable(), "burnt by it");

    let mut other_parent = portal.clone();
    other_parent.origin = "https://evil.example".into();
    let framed = code(&portal.open(&buyer("acme")).await?);
    assert_eq!(other_parent.redeem(&framed, "orders", None).await?.comparable(), unknown.comparable());

    let late = code(&portal.open(&buyer("acme")).await?);
    vitrine.clock.advance_seconds(61);
    assert_eq!(portal.redeem(&late, "orders", None).await?.comparable(), unknown.comparable());
    Ok(())
}

#[tokio::test]
async fn a_code_is_not_burnt_by_a_page_of_another_origin() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let portal = vitrine.host("portal");
    let code = code(&portal.open(&buyer("acme")).await?);
    let body =
        json!({"code": code, "client_id": "portal", "workbook": "orders", "parent_origin": "https://portal.example"});
    let none = portal.stranger.post("/api/v1/embed/redeem", &body).await?;
    assert_eq!((none.status, none.code()), (StatusCode::FORBIDDEN, "wrong_origin".to_owned()));
    let request = portal.stranger.request(reqwest::Method::POST, "/api/v1/embed/redeem");
    let other = portal.stranger.send(request.header("origin", "https://portal.example").json(&body)).await?;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    assert_eq!(portal.redeem(&code, "orders", None).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn origins_of_one_leading_label_are_admitted() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let mut portal = vitrine.host("portal");
    for (origin, status) in [
        ("https://app.acme.example", StatusCode::OK),
        ("https://a.b.acme.example", StatusCode::UNAUTHORIZED),
        ("https://acme.example", StatusCode::UNAUTHORIZED),
        ("http://app.acme.example", StatusCode::UNAUTHORIZED),
        ("https://app.acme.example.evil.example", StatusCode::UNAUTHORIZED),
        ("null", StatusCode::UNAUTHORIZED),
    ] {
        let code = code(&portal.open(&buyer("acme")).await?);
        portal.origin = origin.to_owned();
        assert_eq!(portal.redeem(&code, "orders", None).await?.status, status, "{origin}");
    }
    Ok(())
}

#[tokio::test]
async fn a_session_expires_and_is_ended_by_its_host_only() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let (acme, globex) = (vitrine.buyer("acme").await?, vitrine.buyer("globex").await?);
    assert_eq!(vitrine.host("rival").end(&acme.session).await?.status, StatusCode::NOT_FOUND);
    assert_eq!(acme.open_workbook().await?.status, StatusCode::OK);
    assert_eq!(vitrine.host("kiosk").end(&acme.session).await?.status, StatusCode::NO_CONTENT, "same issuer");
    let ended = acme.open_workbook().await?;
    assert_eq!((ended.status, ended.code()), (StatusCode::UNAUTHORIZED, "session_ended".to_owned()));
    assert_eq!(globex.open_workbook().await?.status, StatusCode::OK);
    vitrine.clock.advance_seconds(3600);
    assert_eq!(globex.open_workbook().await?.comparable(), ended.comparable(), "expired reads as ended");
    Ok(())
}

#[tokio::test]
async fn a_refresh_keeps_the_viewer_or_says_that_it_is_another() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let portal = vitrine.host("portal");
    let acme = vitrine.buyer("acme").await?;
    let same = portal.redeem(&code(&portal.open(&buyer("acme")).await?), "orders", Some(&acme.handle)).await?;
    assert_eq!(same.json()["same_viewer"], json!(true));
    assert_eq!(acme.open_workbook().await?.status, StatusCode::UNAUTHORIZED, "the replaced session has ended");
    let handle = same.json()["handle"].as_str().unwrap_or_default().to_owned();
    let other = portal.redeem(&code(&portal.open(&buyer("globex")).await?), "orders", Some(&handle)).await?;
    assert_eq!(other.json()["same_viewer"], json!(false));
    Ok(())
}

/// Two tabs, one person, two sets of claims (story S4; leak L131).
#[tokio::test]
async fn s4_claims_are_pinned_to_their_session() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let portal = vitrine.host("portal");
    let claims = |company: &str| {
        let mut session = buyer("acme");
        session["attributes"]["company"] = json!(company);
        session
    };
    for order in [["acme", "globex"], ["globex", "acme"]] {
        let mut tabs: Vec<(Viewer, &str)> = Vec::new();
        for company in order {
            tabs.push((portal.viewer(&claims(company), "orders").await?, company));
        }
        let asked = tabs.iter().cycle().take(12).map(|(tab, company)| async move {
            let tab = tab.clone().never_sees(crate::support::never_for(company));
            let rows = tab.element("main/list", &json!({})).await?;
            assert_eq!(rows.status, StatusCode::OK, "{}", rows.text());
            let own = if *company == "acme" { world::ACME } else { world::GLOBEX };
            assert!(rows.text().contains(own));
            tab.suggestions("main/customer", "").await
        });
        futures::future::try_join_all(asked).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_change_by_an_administrator_holds_at_the_next_request() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let acme = vitrine.buyer("acme").await?;
    assert_eq!(acme.element("main/total", &json!({})).await?.status, StatusCode::OK);
    let changed = copy_of(&world::folder())?;
    edit(
        &changed.path().join("grants.yaml"),
        "{to: {team: Buyers}, on: {model: shop}, level: use}",
        "{to: {team: Support}, on: {model: shop}, level: use}",
    )?;
    vitrine.apply(changed.path()).await?;
    assert_eq!(acme.element("main/total", &json!({})).await?.status, StatusCode::FORBIDDEN, "no data grant any more");
    Ok(())
}

#[tokio::test]
async fn a_broken_file_changes_nothing() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let acme = vitrine.buyer("acme").await?;
    let before = acme.element("main/total", &json!({})).await?.json();
    let broken = copy_of(&world::folder())?;
    edit(
        &broken.path().join("models/shop.yaml"),
        "rule: tenant = user_attribute('company')",
        "rule: tenannt = user_attribute('company')",
    )?;
    let message = vitrine.apply(broken.path()).await.map_err(|error| error.to_string());
    assert!(
        message.as_ref().is_err_and(|text| text.contains("models/shop.yaml:9: tables.orders.row_policies[0].rule")),
        "{message:?}"
    );
    assert_eq!(acme.element("main/total", &json!({})).await?.json(), before);
    Ok(())
}

#[tokio::test]
async fn both_secrets_of_a_key_work_while_rotating() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let mut portal = vitrine.host("portal");
    for (name, secret) in world::SECRETS.iter().filter(|(name, _)| name.starts_with("portal")) {
        portal.secret = (*secret).to_owned();
        assert_eq!(portal.open(&buyer("acme")).await?.status, StatusCode::CREATED, "{name}");
    }
    portal.secret = world::SECRETS[3].1.to_owned();
    assert_eq!(portal.open(&buyer("acme")).await?.status, StatusCode::UNAUTHORIZED);
    Ok(())
}

#[tokio::test]
async fn locked_parameters_filter_and_cannot_be_set() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let portal = vitrine.host("portal");
    let mut session = buyer("acme");
    session["locked_parameters"] = json!({"status": "paid"});
    let viewer = portal.viewer(&session, "orders").await?.never_sees(crate::support::never_for("acme"));
    let rows = viewer.element("main/list", &json!({})).await?.rows();
    assert!(!rows.is_empty() && rows.iter().all(|row| row[1] == json!("paid")), "{rows:?}");
    let set = viewer.element("main/list", &json!({"status": ["open"]})).await?;
    assert_eq!((set.status, set.code()), (StatusCode::BAD_REQUEST, "unknown_control".to_owned()));
    let unfiltered = viewer.element("second/by_month", &json!({})).await?;
    assert_ne!(unfiltered.status, StatusCode::OK, "an element that does not consume it is refused");
    for blank in [json!(null), json!(""), json!("  "), json!([])] {
        let mut session = buyer("acme");
        session["locked_parameters"] = json!({ "status": blank });
        assert_eq!(portal.open(&session).await?.status, StatusCode::BAD_REQUEST, "{blank}");
    }
    let values: Vec<Value> =
        viewer.suggestions("main/status", "").await?.json()["values"].as_array().cloned().unwrap_or_default();
    assert!(values.iter().all(|value| value == "paid"), "{values:?}");
    Ok(())
}

#[tokio::test]
async fn what_a_session_rests_on_ends_it_when_it_goes() -> Outcome {
    let cases = [
        ("teams.yaml", "  - {name: Nobodies}\n", "", "a team of the session"),
        ("embed_keys.yaml", "\"https://portal.example\", ", "", "its origin"),
        ("embed_keys.yaml", "session_seconds: 3600", "session_seconds: 600", "its lifetime"),
        ("embed_keys.yaml", "tenants: [acme, globex]", "tenants: [globex]", "its tenant"),
        ("vitrine.yaml", "capture_attributes: true", "capture_attributes: false", "a switch"),
    ];
    for (file, from, to, what) in cases {
        let vitrine = Vitrine::world().await?;
        let mut session = buyer("acme");
        (session["teams"], session["origin"]) = (json!(["Buyers", "Nobodies"]), json!("https://portal.example"));
        let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
        let changed = copy_of(&world::folder())?;
        edit(&changed.path().join(file), from, to)?;
        if what == "a team of the session" {
            for line in [
                "  - {to: {team: Nobodies}, on: {folder: shop/daily}, level: view}\n",
                "  - {to: {team: Nobodies}, on: {model: shop}, level: use}\n",
            ] {
                edit(&changed.path().join("grants.yaml"), line, "")?;
            }
            edit(&changed.path().join("embed_keys.yaml"), ", Nobodies]", "]")?;
        }
        assert_eq!(viewer.open_workbook().await?.status, StatusCode::OK, "{what}");
        vitrine.apply(changed.path()).await?;
        assert_eq!(viewer.open_workbook().await?.status, StatusCode::UNAUTHORIZED, "{what}");
    }
    Ok(())
}

/// By it a page knows whether what stands in its address was left by this viewer, and whether rows are still theirs.
#[tokio::test]
async fn a_viewer_is_known_again_by_person_and_claims_alone() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let portal = vitrine.host("portal");
    let mut seen = Vec::new();
    let changed = |member: &str, value: serde_json::Value| {
        let mut session = buyer("acme");
        session[member] = value;
        session
    };
    for session in [
        buyer("acme"),
        buyer("acme"),
        changed("attributes", json!({"company": "globex"})),
        changed("subject", json!("ben@acme.example")),
        changed("locked_parameters", json!({"status": ["paid"]})),
        changed("permissions", json!(["view"])),
    ] {
        let opened = portal.open(&session).await?.json();
        let redeemed = portal.redeem(opened["code"].as_str().unwrap_or_default(), "orders", None).await?.json();
        seen.push(redeemed["viewer"].as_str().map(str::to_owned).ok_or("no viewer")?);
    }
    assert_eq!(seen[0], seen[1]);
    let others: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!(others.len(), seen.len() - 1, "{seen:?}");
    Ok(())
}
