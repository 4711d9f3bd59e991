//! Answers that are kept: everybody goes on getting exactly their own, warm and cold, whatever changes in between.

use crate::support::{Outcome, Vitrine, buyer, copy_of, edit, never_for};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::{CallError, Viewer};
use testkit::world;

/// Everything that the small world's pages show somebody, without what differs from request to request.
async fn seen(viewer: &Viewer) -> Result<Vec<Value>, CallError> {
    let mut seen = Vec::new();
    for element in ["main/total", "main/list", "second/by_month"] {
        let mut answer = viewer.element(element, &json!({})).await?.comparable().1;
        answer.as_object_mut().map(|members| members.remove("as_of"));
        seen.push(answer);
    }
    seen.push(viewer.suggestions("main/status", "").await?.json()["values"].clone());
    seen.push(json!(viewer.export("main/list", &json!({})).await?.text()));
    Ok(seen)
}

/// A warm server and a cold one answer alike, in every order of three people.
#[tokio::test]
async fn warm_answers_are_those_of_a_cold_server() -> Outcome {
    let (warm, mut alone) = (Vitrine::world().await?, Vec::new());
    let people = ["acme", "globex", "acme"];
    for company in people {
        alone.push(seen(&Vitrine::world().await?.buyer(company).await?).await?);
    }
    assert_ne!(alone[0], alone[1]);
    for order in [[0, 1, 2], [1, 0, 2], [2, 1, 0], [1, 2, 0]] {
        for person in order {
            assert_eq!(seen(&warm.buyer(people[person]).await?).await?, alone[person], "{order:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn at_once_is_like_one_after_the_other() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let (acme, globex) = (vitrine.buyer("acme").await?, vitrine.buyer("globex").await?);
    let alone = (seen(&acme).await?, seen(&globex).await?);
    let cold = Vitrine::world().await?;
    let (acme, globex) = (cold.buyer("acme").await?, cold.buyer("globex").await?);
    for _ in 0..4 {
        let (one, other, again) = tokio::join!(seen(&acme), seen(&globex), seen(&acme));
        assert_eq!((one?, other?), alone);
        assert_eq!(again?, alone.0);
    }
    Ok(())
}

/// An id that callers choose for their requests is the key of nothing (leak L05).
#[tokio::test]
async fn ids_that_callers_choose_share_nothing() -> Outcome {
    let (vitrine, chosen) = (Vitrine::world().await?, "0".repeat(32));
    let question = json!({"explore": "shop.orders", "fields": ["note"]});
    for company in ["acme", "globex", "acme"] {
        // The client looks for the other company's canaries in what it gets.
        let viewer = vitrine.buyer(company).await?;
        let request = viewer.request(Method::POST, "/api/v1/query").header("x-request-id", &chosen);
        let answer = viewer.stranger.send(request.header("x-correlation-id", &chosen).json(&question)).await?;
        assert_eq!((answer.status, answer.rows().len()), (StatusCode::OK, 18), "{}", answer.text());
        assert_ne!(answer.header("x-request-id"), chosen);
    }
    Ok(())
}

/// A policy that is edited counts for the next question, also if its answer was kept under the old one.
#[tokio::test]
async fn an_edited_policy_leaves_no_answer_behind() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let acme = vitrine.buyer("acme").await?;
    let before = seen(&acme).await?;
    let changed = copy_of(&world::folder())?;
    let model = changed.path().join("models/shop.yaml");
    edit(&model, "rule: status <> 'deleted'", "rule: status = 'open'")?;
    vitrine.apply(changed.path()).await?;
    let after = seen(&acme).await?;
    assert_ne!(before, after);
    assert_eq!(
        after,
        seen(&Vitrine::of(changed.path()).await?.buyer("acme").await?).await?,
        "as if it had always been"
    );
    vitrine.apply(&world::folder()).await?;
    assert_eq!(seen(&acme).await?, before);
    Ok(())
}

/// A refreshed session has other claims, and another person's page none of the first one's.
#[tokio::test]
async fn a_refreshed_session_gets_the_answers_of_its_claims() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let host = vitrine.host("portal");
    let acme = vitrine.buyer("acme").await?;
    let alone = seen(&vitrine.buyer("globex").await?).await?;
    seen(&acme).await?;
    let opened = host.open(&buyer("globex")).await?.json();
    let code = opened["code"].as_str().unwrap_or_default();
    let redeemed = host.redeem(code, "orders", Some(&acme.handle)).await?.json();
    let refreshed = Viewer { handle: redeemed["handle"].as_str().unwrap_or_default().to_owned(), ..acme.clone() };
    assert_eq!(seen(&refreshed.never_sees(never_for("globex"))).await?, alone);
    Ok(())
}
