//! Tokens of sessions.

use super::fixtures::{Outcome, World, at, issuer};
use chrono::DateTime;
use model::enforcement::{Point, switch_off};
use store::TokenHash;
use store::session_tokens::{Purpose, SessionToken};
use store::sessions::FoundSession;

const PURPOSES: [Purpose; 4] = [Purpose::Access, Purpose::Navigation, Purpose::Reference, Purpose::Cookie];

/// A token that expires after ten minutes.
fn token(text: &str, purpose: Purpose) -> SessionToken {
    SessionToken { hash: TokenHash::of(text), purpose, expires_at: at(600) }
}

#[tokio::test]
async fn a_token_opens_its_session_for_one_purpose_until_it_expires() -> Outcome {
    let world = World::new().await?;
    let facts = world.open("fred", &["Managers"], "vc_1").await?;
    let given = [token("ve_a", Purpose::Access), token("ve_n", Purpose::Navigation)];
    assert!(world.store.give_tokens(&facts.session, &given, at(1)).await?);
    let found = async |text: &str, purpose, seconds| {
        world.store.session_of_token(TokenHash::of(text), purpose, at(seconds)).await
    };
    let FoundSession::Open(session) = found("ve_a", Purpose::Access, 599).await? else { return Err("closed".into()) };
    assert_eq!((&session.facts, session.revision), (&facts, 1));
    assert!(session.member.is_some(), "with everything live");
    for purpose in PURPOSES {
        let opens = purpose == Purpose::Navigation;
        let session = found("ve_n", purpose, 599).await?;
        assert_eq!(session != FoundSession::Unknown, opens, "{purpose:?}");
    }
    assert_eq!(found("ve_a", Purpose::Access, 600).await?, FoundSession::Unknown, "it has expired");
    assert_eq!(world.session("ve_a").await?, FoundSession::Unknown, "it is no handle");
    {
        let _off = switch_off(Point::TokenPurpose);
        assert!(matches!(found("ve_n", Purpose::Access, 599).await?, FoundSession::Open(_)));
    }
    let _off = switch_off(Point::TokenExpiry);
    assert!(matches!(found("ve_a", Purpose::Access, 600).await?, FoundSession::Open(_)));
    Ok(())
}

#[tokio::test]
async fn tokens_are_worth_what_their_session_is() -> Outcome {
    let world = World::new().await?;
    let facts = world.open("fred", &["Managers"], "vc_1").await?;
    assert!(world.store.give_tokens(&facts.session, &[token("ve_1", Purpose::Access)], at(1)).await?);
    assert!(world.store.was_token_of(TokenHash::of("ve_1"), Purpose::Access, &facts.session).await?);
    assert!(!world.store.was_token_of(TokenHash::of("ve_1"), Purpose::Cookie, &facts.session).await?);
    assert!(!world.store.was_token_of(TokenHash::of("ve_2"), Purpose::Access, &facts.session).await?);
    world.store.end_session(&facts.session, &issuer(&facts), "test", at(2)).await?;
    let found = world.store.session_of_token(TokenHash::of("ve_1"), Purpose::Access, at(3)).await?;
    assert_eq!(found, FoundSession::Ended(facts.session.clone()));
    let more = [token("ve_2", Purpose::Access)];
    assert!(!world.store.give_tokens(&facts.session, &more, at(3)).await?, "what has ended gets none");
    let found = world.store.session_of_token(TokenHash::of("ve_2"), Purpose::Access, at(3)).await?;
    assert_eq!(found, FoundSession::Unknown);
    Ok(())
}

#[tokio::test]
async fn a_day_after_they_expired_they_are_forgotten() -> Outcome {
    let world = World::new().await?;
    let facts = world.open("fred", &["Managers"], "vc_1").await?;
    assert!(world.store.give_tokens(&facts.session, &[token("ve_1", Purpose::Access)], at(1)).await?);
    let kept = async || world.store.was_token_of(TokenHash::of("ve_1"), Purpose::Access, &facts.session).await;
    world.store.sweep(at(600 + 86_400)).await?;
    assert!(kept().await?);
    world.store.sweep(at(601 + 86_400)).await?;
    assert!(!kept().await?);
    let never = world.store.session_of_token(TokenHash::of("ve_1"), Purpose::Access, DateTime::UNIX_EPOCH).await?;
    assert_eq!(never, FoundSession::Unknown);
    Ok(())
}
