//! What a token opens and what it does not: once, below its own pages, for its own person, and never for the one before.

use super::{
    APP, FRED, HOST, NOW, SAWDIE, SECRET_ID, VIEW, exchange, hand_in, of_region, open, refused, rows, said, signed,
    told, viewer, viewer_of, with,
};
use crate::support::{Outcome, TABLEAU_SECRET, Vitrine};
use model::enforcement::{Point, switch_off};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::{Answer, CallError};
use testkit::sign::{forgeries, malformed, token};

#[tokio::test]
async fn a_token_counts_once_also_after_a_restart() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    let once = of_region("once", FRED, &json!(["South"]));
    assert_eq!(open(&vitrine, &once).await?.status, StatusCode::OK);
    assert_eq!(told(&open(&vitrine, &once).await?), refused(10091, "token_used"));
    let vitrine = vitrine.restarted().await?;
    assert_eq!(told(&open(&vitrine, &once).await?), refused(10091, "token_used"));
    vitrine.clock.advance_seconds(301);
    let late = open(&vitrine, &said("late", FRED)).await?;
    assert_eq!(told(&late), refused(10084, "token_expired"));
    assert_eq!(late.json()["clock_skew_seconds"], json!(-1), "by so much a clock may be wrong: {}", late.text());
    Ok(())
}

#[tokio::test]
async fn forged_and_malformed_tokens_open_nothing() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    let claims = of_region("good", FRED, &json!(["South"]));
    let (good, header) = (signed(&claims), json!({"alg": "HS256", "typ": "JWT", "kid": SECRET_ID, "iss": APP}));
    for (what, forged) in forgeries(&good).into_iter().chain(malformed(&header, &claims, TABLEAU_SECRET)) {
        let answer = exchange(&vitrine, VIEW, &forged).await?;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}: {}", answer.text());
    }
    for (claim, value) in
        [("sub", json!(SAWDIE)), ("region", json!(["West"])), ("jti", json!("x")), ("exp", json!(NOW + 301))]
    {
        let parts: Vec<&str> = good.split('.').collect();
        let changed = signed(&with(claims.clone(), claim, &value));
        let swapped = format!("{}.{}.{}", parts[0], changed.split('.').nth(1).unwrap_or_default(), parts[2]);
        assert_eq!(told(&exchange(&vitrine, VIEW, &swapped).await?), refused(10084, "wrong_signature"), "{claim}");
    }
    // Tokens of other doors, well signed.
    for (client, secret) in [
        ("contrail-web", "contrail-secret-for-tests-0123456789abcdef"),
        ("contrail-sigma", crate::support::SIGMA_SECRET),
    ] {
        let other = with(claims.clone(), "iss", &json!(client));
        let answer =
            exchange(&vitrine, VIEW, &token(&json!({"alg": "HS256", "kid": SECRET_ID, "iss": client}), &other, secret))
                .await?;
        assert_eq!(told(&answer), refused(126, "unknown_issuer"), "{client}");
    }
    let programs = with(claims.clone(), "scp", &json!(["tableau:content:read"]));
    assert_eq!(told(&open(&vitrine, &programs).await?), refused(10101, "scope_missing"));
    assert_eq!(exchange(&vitrine, VIEW, &good).await?.status, StatusCode::OK, "none of them has used it up");
    Ok(())
}

#[tokio::test]
async fn only_the_page_itself_hands_a_token_in_and_only_below_a_page_of_the_connected_app() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    let token = signed(&of_region("1", FRED, &json!(["South"])));
    let below = |parent: &str| json!({"address": VIEW, "token": token, "parent_origin": parent});
    let stranger = vitrine.stranger();
    let request = stranger.request(Method::POST, "/api/v1/tableau/sessions").header("origin", HOST);
    assert_eq!(stranger.send(request.json(&below(HOST))).await?.code(), "wrong_origin");
    for parent in ["https://evil.example", "", "http://localhost:8090"] {
        assert_eq!(told(&hand_in(&vitrine, &below(parent)).await?), refused(10092, "domain_refused"), "{parent}");
    }
    {
        let _off = switch_off(Point::OriginCheck);
        let other = signed(&of_region("2", FRED, &json!(["South"])));
        let body = json!({"address": VIEW, "token": other, "parent_origin": "https://evil.example"});
        assert_eq!(hand_in(&vitrine, &body).await?.status, StatusCode::OK);
    }
    assert_eq!(hand_in(&vitrine, &below(HOST)).await?.status, StatusCode::OK, "none of them has used it up");
    Ok(())
}

#[tokio::test]
async fn a_new_token_takes_the_place_of_the_session_before_and_one_that_is_refused_ends_it() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    let replace = async |claims: &Value, handle: &str| {
        let body = json!({"address": VIEW, "token": signed(claims), "parent_origin": HOST, "replaces": handle});
        hand_in(&vitrine, &body).await
    };
    let first = open(&vitrine, &of_region("1", FRED, &json!(["South"]))).await?;
    let fred = viewer_of(&vitrine, &first);
    let again = replace(&of_region("2", FRED, &json!(["South"])), &fred.handle).await?;
    assert_eq!((again.status, &again.json()["same_viewer"]), (StatusCode::OK, &json!(true)), "{}", again.text());
    assert_eq!(fred.open_workbook().await?.status, StatusCode::UNAUTHORIZED, "it was replaced");
    let fred = viewer_of(&vitrine, &again);
    let other = replace(&of_region("3", SAWDIE, &json!(["West"])), &fred.handle).await?;
    assert_eq!(other.json()["same_viewer"], json!(false));
    assert_eq!(fred.open_workbook().await?.status, StatusCode::UNAUTHORIZED);

    let used = of_region("3", SAWDIE, &json!(["West"]));
    for (id, claims, expected) in [
        ("4", used, "token_refused"),
        ("5", said("x", "nobody@contrail.example"), "token_refused"),
        ("6", with(said("y", FRED), "scp", &json!([])), "token_refused"),
    ] {
        let fred = viewer(&vitrine, &of_region(id, FRED, &json!(["South"]))).await?;
        assert_eq!(rows(&fred).await?, json!([["South", "Fred Suzuki", 82_985]]));
        let refused = replace(&claims, &fred.handle).await?;
        assert_eq!(refused.code(), expected, "{}", refused.text());
        assert_eq!(fred.open_workbook().await?.status, StatusCode::UNAUTHORIZED, "{id}: nobody is shown any more");
    }
    let fred = viewer(&vitrine, &of_region("7", FRED, &json!(["South"]))).await?;
    let nowhere = json!({
        "address": "/views/None/None", "token": signed(&said("8", SAWDIE)), "parent_origin": HOST, "replaces": fred.handle
    });
    assert_eq!(hand_in(&vitrine, &nowhere).await?.status, StatusCode::NOT_FOUND);
    assert_eq!(fred.open_workbook().await?.status, StatusCode::UNAUTHORIZED);
    Ok(())
}

#[tokio::test]
async fn hidden_and_absent_views_and_other_sites_are_one_and_the_session_ends() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    let mut first: Option<(StatusCode, Value)> = None;
    for (id, address) in [
        ("1", "/views/accounts/overview"),
        ("2", "/views/flights/overview"),
        ("3", "/views/none/overview"),
        ("4", "/views/RegionalSales/None"),
        ("5", "/t/northwind/views/RegionalSales/Overview"),
        ("6", "/t/none/views/RegionalSales/Overview"),
        ("7", "/nothing"),
    ] {
        let answer = exchange(&vitrine, address, &signed(&of_region(id, FRED, &json!(["South"])))).await?;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
        assert_eq!(&answer.comparable(), first.get_or_insert_with(|| answer.comparable()), "{address}");
    }
    let ended = vitrine.sql_texts("SELECT id FROM sessions WHERE ended_because = 'shows nothing'").await?;
    assert_eq!(ended.len(), 7, "none of them is open");
    Ok(())
}

#[tokio::test]
async fn reasons_are_in_the_trail() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    let ask = async |token: &str| -> Result<Answer, CallError> { exchange(&vitrine, VIEW, token).await };
    ask("a.b.c").await?;
    ask(&signed(&said("1", "nobody@contrail.example"))).await?;
    viewer(&vitrine, &of_region("2", FRED, &json!(["South"]))).await?;
    let events = vitrine.audit().await?;
    let has = |reason: &str| events.iter().any(|it| it.event.reasons.iter().any(|one| one == reason));
    assert!(
        has("malformed_token") && has("unknown_user"),
        "{:?}",
        events.iter().map(|it| &it.event.reasons).collect::<Vec<_>>()
    );
    assert!(events.iter().any(|it| it.event.event == "token_exchanged"));
    Ok(())
}
