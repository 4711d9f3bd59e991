//! Several processes at one store.

use super::fixtures::{Outcome, World, application, at, definitions, event, member};
use authz::ProfileWrite;
use futures::future::{join_all, try_join_all};
use serde_json::json;
use std::collections::BTreeSet;
use store::sessions::{Credential, FoundSession, OpenSession};
use store::{StoreError, TokenHash};

/// Whatever happens at once, no session stands that was opened before the change which ends it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_change_leaves_no_session_behind_that_was_opened_before_it() -> Outcome {
    let world = World::new().await?;
    let nodes = [world.place.open().await?, world.place.open().await?];
    let mut facts = Vec::new();
    for number in 0..60 {
        facts.push(world.facts(&format!("person {number}"), &["Managers"]).await?);
    }
    let opening = facts.iter().enumerate().map(|(number, facts)| {
        let (node, facts) = (nodes[number % 2].clone(), facts.clone());
        tokio::spawn(async move {
            let profile = ProfileWrite::Create(member(&facts));
            let credential = Credential::Handle { hash: TokenHash::of(&format!("vh_{number}")), replaces: None };
            loop {
                let revision = node.revision().await?;
                let open = OpenSession { revision, facts: &facts, found: None, linked: false, profile: &profile, once: None, credential };
                match node.open_session(open).await {
                    Err(StoreError::Stale { .. }) => {}
                    opened => return opened.map(|_| (number, revision)),
                }
            }
        })
    });
    let opening: Vec<_> = opening.collect();
    for number in 0..6 {
        let mut definitions = definitions();
        definitions["attributes"][0]["default"] = json!(format!("value {number}"));
        nodes[number % 2].apply(application(definitions)?, event("applied")).await?;
    }
    let mut stands = BTreeSet::new();
    for session in join_all(opening).await {
        let (number, revision) = session??;
        if matches!(world.session(&format!("vh_{number}")).await?, FoundSession::Open(_)) {
            stands.insert(revision);
        }
    }
    assert!(stands.is_subset(&BTreeSet::from([7])), "opened at {stands:?}, and 7 is in force");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_write_one_trail() -> Outcome {
    let world = World::new().await?;
    let nodes = [world.place.open().await?, world.place.open().await?];
    let records = (0..200).map(|number| {
        let node = nodes[number % 2].clone();
        tokio::spawn(async move { node.record(event(&format!("event {number}"))).await })
    });
    let applying = async {
        for node in &nodes {
            node.apply(application(definitions())?, event("applied again")).await?;
        }
        Outcome::Ok(())
    };
    let (recorded, applied) = futures::join!(try_join_all(records), applying);
    applied?;
    let recorded = recorded?.into_iter().collect::<Result<BTreeSet<_>, _>>()?;
    assert_eq!(recorded.len(), 200, "each has a place of its own");
    assert_eq!(world.store.recent_audit(1000).await?.len(), 203);
    Ok(())
}

/// A beginning that nobody waits for any more does not keep the right to write.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_stops_waiting_holds_up_nobody() -> Outcome {
    let world = World::new().await?;
    let beside = world.place.open().await?;
    let facts = world.facts("fred", &["Managers"]).await?;
    for round in 0..40 {
        let marking = world.store.mark_logged_in("ada@vitrine.example");
        let _ = tokio::time::timeout(std::time::Duration::from_micros(50 * round), marking).await;
    }
    let issuer = super::fixtures::issuer(&facts);
    let ended = beside.end_session(&facts.session, &issuer, "host", at(2));
    assert!(!tokio::time::timeout(std::time::Duration::from_secs(4), ended).await??);
    let mut changed = definitions();
    changed["organization"]["name"] = json!("Airlines");
    assert!(beside.apply(application(changed)?, event("applied")).await?.changed);
    Ok(())
}
