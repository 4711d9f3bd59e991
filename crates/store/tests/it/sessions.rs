//! Sessions and the people they are of.

use super::fixtures::{Outcome, World, at, issuer, member};
use authz::{Facts, Lookup, ProfileWrite, Who};
use model::assertion::Once;
use model::attribute::AttributeValue;
use model::name::{AttributeName, IssuerId, ProviderId, SessionId};
use model::value::Scalar;
use std::collections::{BTreeMap, BTreeSet};
use store::redeem::Redemption;
use store::sessions::{Credential, FoundSession, OpenSession, SessionRecord};
use store::{StoreError, TokenHash};

async fn record(world: &World, handle: &str) -> Outcome<SessionRecord> {
    match world.session(handle).await? {
        FoundSession::Open(record) => Ok(*record),
        other => Err(format!("expected an open session, got {other:?}").into()),
    }
}

fn lookup(facts: &Facts) -> Lookup {
    Lookup {
        issuer: issuer(facts),
        tenant: facts.tenant.clone(),
        subject: facts.subject.clone().unwrap_or_default(),
        emails: BTreeSet::new(),
    }
}

#[tokio::test]
async fn two_sessions_of_one_person_do_not_disturb_each_other() -> Outcome {
    let world = World::new().await?;
    let carrier = AttributeName::new("carrier")?;
    let attributes =
        |value: &str| BTreeMap::from([(carrier.clone(), Some(AttributeValue::One(Scalar::Text(value.to_owned()))))]);
    let first = Facts { attributes: attributes("DL"), ..world.facts("fred", &["Managers"]).await? };
    let first = world.open_as(&first, &ProfileWrite::Create(member(&first)), "vc_1").await?;
    let second = world.facts("fred", &["Pilots"]).await?;
    let second = Facts { who: first.who.clone(), attributes: attributes("UA"), ..second };
    let second = world.open_as(&second, &ProfileWrite::Update(member(&second)), "vc_2").await?;
    for (code, handle) in [("vc_2", "vh_2"), ("vc_1", "vh_1")] {
        assert!(matches!(world.redeem(code, handle).await?, Redemption::Opened(_)));
    }
    let (one, other) = (record(&world, "vh_1").await?, record(&world, "vh_2").await?);
    assert_eq!((&one.facts, &other.facts), (&first, &second));
    assert_eq!(one.member, other.member, "one person");
    assert_eq!(one.member.map(|member| member.teams), Some(second.teams.clone()), "shown as the last token said");
    assert!(world.store.end_session(&second.session, &issuer(&second), "host", at(2)).await?);
    assert!(world.is_ended("vh_2").await?);
    assert_eq!(record(&world, "vh_1").await?.facts, first);
    Ok(())
}

#[tokio::test]
async fn who_is_there_already_is_used() -> Outcome {
    let world = World::new().await?;
    let first = world.open("fred", &["Managers"], "vc_1").await?;
    let second = world.open("fred", &["Pilots"], "vc_2").await?;
    assert_eq!(first.member(), second.member());
    assert_ne!(first.session, second.session);
    assert!(matches!(world.redeem("vc_2", "vh_2").await?, Redemption::Opened(_)));
    assert_eq!(record(&world, "vh_2").await?.facts, second, "kept as it was returned");
    assert_eq!(world.store.find(&lookup(&first)).await?.embed.map(|member| member.id).as_ref(), first.member());
    Ok(())
}

#[tokio::test]
async fn identity_is_issuer_tenant_and_subject() -> Outcome {
    let world = World::new().await?;
    let facts = world.open("fred", &["Managers"], "vc_1").await?;
    let found = async |lookup: Lookup| world.store.find(&lookup).await.map(|directory| directory.embed);
    assert_eq!(found(lookup(&facts)).await?, Some(member(&facts)));
    assert_eq!(found(Lookup { tenant: None, ..lookup(&facts) }).await?, None);
    assert_eq!(found(Lookup { issuer: IssuerId::new("issuer_other"), ..lookup(&facts) }).await?, None);
    assert_eq!(found(Lookup { subject: "Fred".to_owned(), ..lookup(&facts) }).await?, None);
    Ok(())
}

#[tokio::test]
async fn internal_members_are_found_by_email() -> Outcome {
    let world = World::new().await?;
    let facts = world.facts("nobody", &[]).await?;
    let emails = BTreeSet::from(["ada@vitrine.example".to_owned(), "bob@vitrine.example".to_owned()]);
    let lookup = Lookup { emails, ..lookup(&facts) };
    let [ada] = world.store.find(&lookup).await?.internal.try_into().map_err(|_| "expected one member")?;
    assert_eq!((ada.email.as_deref(), ada.issuer, ada.has_logged_in), (Some("ada@vitrine.example"), None, false));
    assert!(world.store.mark_logged_in("ADA@vitrine.example").await?);
    assert!(!world.store.mark_logged_in("bob@vitrine.example").await?);
    assert!(world.store.find(&lookup).await?.internal.iter().all(|member| member.has_logged_in));
    Ok(())
}

#[tokio::test]
async fn an_embed_writes_over_nobody_an_administrator_wrote() -> Outcome {
    let world = World::new().await?;
    let facts = world.facts("u-7", &["Managers"]).await?;
    let by_hand = world.store.find(&lookup(&facts)).await?.embed.ok_or("expected a member")?;
    let facts = Facts { who: Who::Member { id: by_hand.id.clone(), kind: by_hand.kind }, ..facts };
    world.open_as(&facts, &ProfileWrite::Update(member(&facts)), "vc_1").await?;
    assert_eq!(world.store.find(&lookup(&facts)).await?.embed, Some(by_hand));
    Ok(())
}

#[tokio::test]
async fn a_session_is_ended_by_its_issuer_once() -> Outcome {
    let world = World::new().await?;
    let session = world.open_with_handle("fred", &["Managers"], "vh_1").await?;
    let issuer = issuer(&record(&world, "vh_1").await?.facts);
    let end =
        async |session: &SessionId, issuer: &IssuerId| world.store.end_session(session, issuer, "host", at(2)).await;
    assert!(!end(&session, &IssuerId::new("issuer_other")).await?);
    assert!(!end(&SessionId::new("vs_guess"), &issuer).await?);
    assert!(!world.is_ended("vh_1").await?);
    assert!(end(&session, &issuer).await?);
    assert_eq!(world.session("vh_1").await?, FoundSession::Ended(session.clone()));
    assert!(!end(&session, &issuer).await?);
    let world = world.restarted().await?;
    assert_eq!(world.session("vh_1").await?, FoundSession::Ended(session));
    Ok(())
}

#[tokio::test]
async fn a_persons_sessions_end_together() -> Outcome {
    let world = World::new().await?;
    for handle in ["vh_1", "vh_2"] {
        world.open_with_handle("fred", &["Managers"], handle).await?;
    }
    world.open_with_handle("jane", &["Managers"], "vh_3").await?;
    let fred = record(&world, "vh_1").await?.member.ok_or("member")?.id;
    assert_eq!(world.store.end_sessions_of(&fred, "administrator", at(2)).await?, 2);
    assert!(world.is_ended("vh_1").await? && world.is_ended("vh_2").await? && !world.is_ended("vh_3").await?);
    Ok(())
}

#[tokio::test]
async fn a_session_decided_at_an_earlier_revision_is_not_opened() -> Outcome {
    let world = World::new().await?;
    let facts = world.facts("fred", &["Managers"]).await?;
    let profile = ProfileWrite::Create(member(&facts));
    let credential = Credential::Code { hash: TokenHash::of("vc_1"), expires_at: at(60) };
    let session = OpenSession { revision: 0, facts: &facts, found: None, linked: false, profile: &profile, once: None, credential };
    let refused = world.store.open_session(session).await;
    assert!(matches!(refused, Err(StoreError::Stale { opened_at: 0 })), "{refused:?}");
    assert_eq!(world.store.find(&lookup(&facts)).await?.embed, None, "nobody was made");
    assert!(matches!(world.redeem("vc_1", "vh_1").await?, Redemption::Refused(_)));
    Ok(())
}

#[tokio::test]
async fn facts_in_words_of_another_version_end_the_session() -> Outcome {
    let world = World::new().await?;
    let session = world.open_with_handle("fred", &["Managers"], "vh_1").await?;
    world.open("jane", &["Managers"], "vc_2").await?;
    world.run("UPDATE sessions SET facts = '{}'").await?;
    assert_eq!(world.session("vh_1").await?, FoundSession::Ended(session));
    assert!(matches!(world.redeem("vc_2", "vh_2").await?, Redemption::Refused(_)));
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn without_the_point_an_ended_session_would_go_on() -> Outcome {
    let world = World::new().await?;
    let session = world.open_with_handle("fred", &["Managers"], "vh_1").await?;
    let issuer = issuer(&record(&world, "vh_1").await?.facts);
    assert!(world.store.end_session(&session, &issuer, "host", at(2)).await?);
    let _off = model::enforcement::switch_off(model::enforcement::Point::SessionEnded);
    assert_eq!(record(&world, "vh_1").await?.facts.session, session, "the leak");
    Ok(())
}

#[tokio::test]
async fn a_token_that_counts_once_opens_one_session_also_after_a_restart() -> Outcome {
    let world = World::new().await?;
    let once = Once { id: "jti-1".to_owned(), until: at(300) };
    let open = async |world: &World, subject: &str, handle: &str| {
        let facts = world.facts(subject, &["Managers"]).await?;
        let profile = ProfileWrite::Create(member(&facts));
        let credential = Credential::Handle { hash: TokenHash::of(handle), replaces: None };
        let revision = world.store.revision().await?;
        let session = OpenSession { revision, facts: &facts, found: None, linked: false, profile: &profile, once: Some(&once), credential };
        Outcome::Ok(world.store.open_session(session).await)
    };
    assert!(open(&world, "fred", "vh_1").await?.is_ok());
    assert!(matches!(open(&world, "jane", "vh_2").await?, Err(StoreError::TokenUsed)));
    let world = world.restarted().await?;
    assert!(matches!(open(&world, "jane", "vh_3").await?, Err(StoreError::TokenUsed)));
    assert_eq!(world.session("vh_2").await?, FoundSession::Unknown, "nothing was written");
    let nobody = world.facts("jane", &[]).await?;
    assert_eq!(world.store.find(&lookup(&nobody)).await?.embed, None, "nobody was made");
    assert_eq!(world.store.sweep(at(100_000)).await?.used_tokens, 1);
    Ok(())
}

#[tokio::test]
async fn guests_have_sessions_and_no_person() -> Outcome {
    let world = World::new().await?;
    let facts = Facts { who: Who::Guest, subject: None, account_type: None, ..world.facts("", &[]).await? };
    let opened = world.open_as(&facts, &ProfileWrite::None, "vc_1").await?;
    assert_eq!(opened, facts);
    assert!(matches!(world.redeem("vc_1", "vh_1").await?, Redemption::Opened(_)));
    let found = record(&world, "vh_1").await?;
    assert_eq!((found.facts, found.member), (facts, None));
    Ok(())
}

/// Whoever was changed after they were found does not come in as they were.
#[tokio::test]
async fn a_session_is_opened_for_nobody_who_has_changed_since_they_were_found() -> Outcome {
    let world = World::new().await?;
    let facts = world.facts("u-7", &["Managers"]).await?;
    let found = world.store.find(&lookup(&facts)).await?.embed.ok_or("expected a member")?;
    let facts = Facts { who: Who::Member { id: found.id.clone(), kind: found.kind }, ..facts };
    let open = async |handle: &str| {
        let credential = Credential::Handle { hash: TokenHash::of(handle), replaces: None };
        let (profile, revision) = (ProfileWrite::None, world.store.revision().await?);
        let open =
            OpenSession { revision, facts: &facts, found: Some(&found), linked: false, profile: &profile, once: None, credential };
        Outcome::Ok(world.store.open_session(open).await)
    };
    let deactivated = authz::Member { active: false, ..found.clone() };
    let event = super::fixtures::event("member_changed");
    world.store.change_member(&found, &deactivated, "member_changed", event).await?;
    assert!(matches!(open("vh_1").await?, Err(StoreError::Stale { .. })));
    assert_eq!(world.session("vh_1").await?, FoundSession::Unknown);
    let event = super::fixtures::event("member_changed");
    world.store.change_member(&deactivated, &found, "member_changed", event).await?;
    assert!(open("vh_1").await?.is_ok());
    Ok(())
}

/// Sessions that are opened at the same time share a transaction. What refuses one of them, or fails it, is no matter of
/// the others.
#[tokio::test]
async fn sessions_that_are_opened_together_are_opened_each_by_itself() -> Outcome {
    let world = World::new().await?;
    world.open("first", &["Managers"], "vc_taken").await?;
    let revision = world.store.revision().await?;
    let mut opening = tokio::task::JoinSet::new();
    for number in 0..40 {
        let facts = world.facts(&format!("new-{number}"), &["Managers"]).await?;
        let (store, profile) = (world.store.clone(), ProfileWrite::Create(member(&facts)));
        // Of every ten one comes too late, and one has a code that there is already.
        let revision = if number % 10 == 3 { revision - 1 } else { revision };
        let code = if number % 10 == 7 { "vc_taken".to_owned() } else { format!("vc_{number}") };
        opening.spawn(async move {
            let credential = Credential::Code { hash: TokenHash::of(&code), expires_at: at(60) };
            let open =
                OpenSession { revision, facts: &facts, found: None, linked: false, profile: &profile, once: None, credential };
            (number, store.open_session(open).await)
        });
    }
    while let Some(opened) = opening.join_next().await {
        let (number, outcome) = opened?;
        let facts = world.facts(&format!("new-{number}"), &[]).await?;
        let is_there = world.store.find(&lookup(&facts)).await?.embed.is_some();
        match number % 10 {
            3 => assert!(matches!(outcome, Err(StoreError::Stale { .. })) && !is_there, "{number}: {outcome:?}"),
            7 => assert!(matches!(outcome, Err(StoreError::Database(_))) && !is_there, "{number}: {outcome:?}"),
            _ => {
                assert!(outcome.is_ok() && is_there, "{number}: {outcome:?}");
                let redeemed = world.redeem(&format!("vc_{number}"), &format!("vh_{number}")).await?;
                assert!(matches!(redeemed, Redemption::Opened(_)), "{number}");
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_provider_ends_the_sessions_of_a_person_or_one_of_its_own() -> Outcome {
    let world = World::new().await?;
    let provider = ProviderId::new("idp");
    for (subject, session, code) in [("zoe", "s-1", "vc_1"), ("zoe", "s-2", "vc_2"), ("zac", "s-3", "vc_3")] {
        let facts = Facts {
            provider: Some(provider.clone()),
            provider_session: Some(session.to_owned()),
            ..world.facts(subject, &[]).await?
        };
        world.open_as(&facts, &ProfileWrite::Create(member(&facts)), code).await?;
    }
    world.open("zoe", &[], "vc_4").await?;
    let end = async |id: &str, subject: Option<&str>, session: Option<&str>| {
        let once = Once { id: id.to_owned(), until: at(600) };
        world.store.end_sessions_of_provider(&provider, (subject, session), &once, at(1)).await
    };
    assert_eq!(end("1", Some("zac"), Some("s-1")).await?, 0, "that session is another person's");
    assert_eq!(end("2", Some("zoe"), Some("s-1")).await?, 1);
    assert!(matches!(end("2", None, Some("s-3")).await, Err(StoreError::TokenUsed)));
    assert_eq!(end("3", None, Some("s-3")).await?, 1);
    assert_eq!(end("4", Some("zoe"), None).await?, 1, "not the one that another has opened");
    Ok(())
}
