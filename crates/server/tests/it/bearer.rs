//! Sessions that a host asks for with a token it signed, in place of showing its secret.

use crate::support::{Outcome, Vitrine, buyer};
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::callers::HostApp;
use testkit::sign::{forgeries, malformed, plain};
use testkit::world;

/// The clock of tests stands at 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;

fn claims(id: &str) -> Value {
    json!({
        "iss": "portal", "aud": "vitrine", "iat": NOW, "exp": NOW + 300, "jti": id, "session": buyer("acme")
    })
}

fn portal(vitrine: &Vitrine) -> HostApp {
    vitrine.host("portal")
}

#[tokio::test]
async fn a_signed_session_object_opens_the_same_session() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let portal = portal(&vitrine);
    let opened = portal.open_with_token(&plain(&claims("1"), &portal.secret), vec![]).await?;
    assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.text());
    let code = opened.json()["code"].as_str().unwrap_or_default().to_owned();
    assert_eq!(portal.redeem(&code, "orders", None).await?.status, StatusCode::OK);
    let second = portal.open_with_token(&plain(&claims("2"), world::secret("portal-next")), vec![]).await?;
    assert_eq!(second.status, StatusCode::CREATED, "either of its secrets");
    Ok(())
}

#[tokio::test]
async fn a_token_counts_once_also_after_a_restart() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let token = plain(&claims("once"), &portal(&vitrine).secret);
    let refused = portal(&vitrine).open_with_token("garbage", vec![]).await?;
    assert_eq!(portal(&vitrine).open_with_token(&token, vec![]).await?.status, StatusCode::CREATED);
    let again = portal(&vitrine).open_with_token(&token, vec![]).await?;
    assert_eq!(again.comparable(), refused.comparable());
    let vitrine = vitrine.restarted().await?;
    assert_eq!(portal(&vitrine).open_with_token(&token, vec![]).await?.comparable(), refused.comparable());
    let reasons: Vec<String> = vitrine.audit().await?.into_iter().flat_map(|event| event.event.reasons).collect();
    assert!(reasons.contains(&"token_used".to_owned()), "{reasons:?}");
    Ok(())
}

/// One token at the same time in many hands: one session.
#[tokio::test]
async fn of_many_who_come_at_once_one_gets_in() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let portal = portal(&vitrine);
    let token = plain(&claims("race"), &portal.secret);
    let attempts = (0..8).map(|_| portal.open_with_token(&token, vec![]));
    let mut opened = 0;
    for answer in futures::future::join_all(attempts).await {
        opened += usize::from(answer?.status == StatusCode::CREATED);
    }
    assert_eq!(opened, 1);
    Ok(())
}

#[tokio::test]
async fn whatever_is_wrong_with_a_token_the_refusal_is_the_same() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let portal = portal(&vitrine);
    let good = plain(&claims("good"), &portal.secret);
    let header = json!({"alg": "HS256", "typ": "JWT"});
    let changed = |name: &str, value: Value| {
        let mut claims = claims("changed");
        claims[name] = value;
        (format!("`{name}` changed"), plain(&claims, &portal.secret))
    };
    let out_of_time = [
        changed("exp", json!(NOW)),
        changed("exp", json!(NOW + 301)),
        changed("iat", json!(NOW + 61)),
        changed("iss", json!("rival")),
        changed("iss", json!("nobody")),
        changed("aud", json!("sigmacomputing")),
        changed("jti", json!(null)),
    ];
    let others = [
        ("of a door that is not this one".to_owned(), plain(&claims("x"), world::secret("compatible"))),
        ("of another key".to_owned(), plain(&claims("x"), world::secret("rival"))),
    ];
    let mut first = None;
    let bad = forgeries(&good).into_iter().chain(malformed(&header, &claims("m"), &portal.secret));
    for (what, token) in bad.chain(out_of_time).chain(others) {
        if !token.is_ascii() || token.contains(' ') || token.len() > 16_000 {
            continue; // No client sends these in a header.
        }
        let answer = portal.open_with_token(&token, vec![]).await?;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}");
        assert_eq!(&answer.comparable(), first.get_or_insert_with(|| answer.comparable()), "{what}");
    }
    assert_eq!(portal.open_with_token(&good, vec![]).await?.status, StatusCode::CREATED, "none of them used it up");
    Ok(())
}

#[tokio::test]
async fn what_a_signed_object_says_is_refused_by_name_and_does_not_use_the_token() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let portal = portal(&vitrine);
    let mut odd = claims("odd");
    odd["session"]["role"] = json!("admin");
    let refused = portal.open_with_token(&plain(&odd, &portal.secret), vec![]).await?;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "unknown_member"));
    assert!(refused.detail().starts_with("unknown member `session.role`"), "{}", refused.detail());
    let beside = portal.open_with_token(&plain(&claims("odd"), &portal.secret), b"{}".to_vec()).await?;
    assert_eq!((beside.status, beside.code().as_str()), (StatusCode::BAD_REQUEST, "body_beside_token"));
    let good = portal.open_with_token(&plain(&claims("odd"), &portal.secret), vec![]).await?;
    assert_eq!(good.status, StatusCode::CREATED);
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn without_the_check_a_token_opens_two_sessions() -> Outcome {
    let _off = model::enforcement::switch_off(model::enforcement::Point::TokenOnce);
    let vitrine = Vitrine::world().await?;
    let portal = portal(&vitrine);
    let token = plain(&claims("twice"), &portal.secret);
    for _ in 0..2 {
        assert_eq!(portal.open_with_token(&token, vec![]).await?.status, StatusCode::CREATED);
    }
    Ok(())
}
