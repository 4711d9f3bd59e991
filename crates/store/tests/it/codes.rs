//! One-time codes.

use super::fixtures::{Outcome, World, at, issuer, redeem};
use futures::future::join_all;
use model::name::KeyId;
use store::redeem::{Redeem, Redemption};
use store::{TokenHash, sessions::FoundSession};

fn reason(redemption: Redemption) -> String {
    match redemption {
        Redemption::Opened(_) => "opened".to_owned(),
        Redemption::Refused(refusal) => refusal.reason.to_owned(),
    }
}

#[tokio::test]
async fn a_code_becomes_the_session_it_was_made_for() -> Outcome {
    let world = World::new().await?;
    let facts = world.open("fred", &["Managers"], "vc_1").await?;
    assert_eq!(world.session("vh_1").await?, FoundSession::Unknown);
    let Redemption::Opened(redeemed) = world.redeem("vc_1", "vh_1").await? else { return Err("refused".into()) };
    assert_eq!((&redeemed.facts, &redeemed.replaced), (&facts, &None));
    let FoundSession::Open(session) = world.session("vh_1").await? else { return Err("not open".into()) };
    assert_eq!((session.facts, session.revision), (facts, 1));
    assert_eq!(world.session("vc_1").await?, FoundSession::Unknown, "a code is no handle");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_at_once_at_two_servers_one_is_served() -> Outcome {
    let world = World::new().await?;
    let servers = [world.store.clone(), world.place.open().await?];
    world.open("fred", &["Managers"], "vc_1").await?;
    let handles: Vec<String> = (0..50).map(|number| format!("vh_{number}")).collect();
    let key = world.key().await?;
    let attempts = handles.iter().zip(servers.iter().cycle()).map(|(handle, store)| {
        let (store, key, handle) = (store.clone(), key.clone(), handle.clone());
        tokio::spawn(async move { store.redeem(redeem(&key, "vc_1", &handle), |_| Ok(())).await })
    });
    let mut reasons = Vec::new();
    for attempt in join_all(attempts).await {
        reasons.push(reason(attempt??));
    }
    assert_eq!(reasons.iter().filter(|reason| *reason == "opened").count(), 1);
    assert_eq!(reasons.iter().filter(|reason| *reason == "code_used").count(), 49);
    Ok(())
}

#[tokio::test]
async fn a_code_is_used_once_across_restarts() -> Outcome {
    let world = World::new().await?;
    world.open("fred", &["Managers"], "vc_1").await?;
    let world = world.restarted().await?;
    assert_eq!(reason(world.redeem("vc_1", "vh_1").await?), "opened");
    let world = world.restarted().await?;
    assert_eq!(reason(world.redeem("vc_1", "vh_2").await?), "code_used");
    assert!(matches!(world.session("vh_1").await?, FoundSession::Open(_)), "the session is what it was");
    assert_eq!(world.session("vh_2").await?, FoundSession::Unknown);
    Ok(())
}

#[tokio::test]
async fn a_code_is_burnt_whatever_the_answer() -> Outcome {
    let world = World::new().await?;
    let key = world.key().await?;
    for code in ["vc_key", "vc_late", "vc_check", "vc_ended"] {
        world.open(code, &["Managers"], code).await?;
    }
    let other = KeyId::new("key_other");
    let by_other = world.store.redeem(redeem(&other, "vc_key", "vh"), |_| Ok(())).await?;
    assert_eq!(reason(by_other), "code_of_other_key");
    let late = Redeem { now: at(60), ..redeem(&key, "vc_late", "vh") };
    assert_eq!(reason(world.store.redeem(late, |_| Ok(())).await?), "code_expired");
    let check = |_: &_| Err("parent_origin");
    assert_eq!(reason(world.store.redeem(redeem(&key, "vc_check", "vh"), check).await?), "parent_origin");
    let facts = world.open("ended", &["Managers"], "vc_closed").await?;
    assert!(world.store.end_session(&facts.session, &issuer(&facts), "host", at(1)).await?);
    assert_eq!(reason(world.redeem("vc_closed", "vh").await?), "session_ended");
    for code in ["vc_key", "vc_late", "vc_check", "vc_closed"] {
        assert_eq!(reason(world.redeem(code, "vh").await?), "code_used", "{code}");
    }
    assert_eq!(reason(world.redeem("vc_guess", "vh").await?), "code_unknown");
    assert_eq!(world.session("vh").await?, FoundSession::Unknown);
    Ok(())
}

#[tokio::test]
async fn a_session_takes_the_place_of_another_only_if_it_opens() -> Outcome {
    let world = World::new().await?;
    let key = world.key().await?;
    let old = world.open_with_handle("fred", &["Managers"], "vh_old").await?;
    world.open("jane", &["Managers"], "vc_new").await?;
    let attempt = |code| Redeem { replaces: Some(TokenHash::of("vh_old")), ..redeem(&key, code, "vh_new") };
    assert_eq!(reason(world.store.redeem(attempt("vc_guess"), |_| Ok(())).await?), "code_unknown");
    assert!(!world.is_ended("vh_old").await?);
    let Redemption::Opened(redeemed) = world.store.redeem(attempt("vc_new"), |_| Ok(())).await? else {
        return Err("refused".into());
    };
    assert_eq!(redeemed.replaced.map(|facts| (facts.session, facts.subject)), Some((old, Some("fred".to_owned()))));
    assert!(world.is_ended("vh_old").await?);
    assert!(!world.is_ended("vh_new").await?);
    Ok(())
}

#[tokio::test]
async fn a_session_of_another_issuer_is_left_alone() -> Outcome {
    let world = World::new().await?;
    let key = world.key().await?;
    world.open_with_handle("fred", &["Managers"], "vh_old").await?;
    let mut facts = world.facts("jane", &["Managers"]).await?;
    facts.issuer = Some(model::name::IssuerId::new("issuer_other"));
    let profile = authz::ProfileWrite::Create(super::fixtures::member(&facts));
    world.open_as(&facts, &profile, "vc_new").await?;
    let attempt = Redeem { replaces: Some(TokenHash::of("vh_old")), ..redeem(&key, "vc_new", "vh_new") };
    let Redemption::Opened(redeemed) = world.store.redeem(attempt, |_| Ok(())).await? else {
        return Err("refused".into());
    };
    assert_eq!(redeemed.replaced, None);
    assert!(!world.is_ended("vh_old").await?);
    Ok(())
}

#[tokio::test]
async fn old_codes_and_sessions_are_swept_out() -> Outcome {
    let world = World::new().await?;
    world.open_with_handle("fred", &["Managers"], "vh_1").await?;
    let day = 24 * 3600;
    let nothing = store::Swept { codes: 0, sessions: 0, used_tokens: 0 };
    assert_eq!(world.store.sweep(at(60 + day)).await?, nothing);
    assert_eq!(world.store.sweep(at(61 + day)).await?, store::Swept { codes: 1, ..nothing });
    assert_eq!(world.store.sweep(at(3601 + day)).await?, store::Swept { sessions: 1, ..nothing });
    assert_eq!(world.session("vh_1").await?, FoundSession::Unknown);
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn without_the_point_a_code_would_serve_twice() -> Outcome {
    let world = World::new().await?;
    world.open("fred", &["Managers"], "vc_1").await?;
    assert_eq!(reason(world.redeem("vc_1", "vh_1").await?), "opened");
    let _off = model::enforcement::switch_off(model::enforcement::Point::CodeOnce);
    assert_eq!(reason(world.redeem("vc_1", "vh_thief").await?), "opened");
    assert!(matches!(world.session("vh_thief").await?, FoundSession::Open(_)), "the leak");
    Ok(())
}
