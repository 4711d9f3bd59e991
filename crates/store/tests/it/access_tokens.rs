//! Access tokens of API credentials.

use super::fixtures::{Outcome, World, at, event};
use authz::principal::Credential;
use model::access::Permission;
use model::name::{CredentialId, MemberId};
use std::collections::BTreeSet;
use store::TokenHash;
use store::people::Sought;

/// A credential of a member of the store's.
async fn credential(world: &World) -> Outcome<Credential> {
    let people = world.store.people(&Sought::default(), "", 1).await?;
    let owner: MemberId = people.first().ok_or("nobody")?.0.member.id.clone();
    let credential = Credential {
        id: CredentialId::new("credential_1"),
        name: "back end".to_owned(),
        owner,
        scopes: BTreeSet::from([Permission::View]),
        made_at: at(0),
        expires_at: at(10_000),
    };
    let secret = TokenHash::of("va_1");
    world.store.make_credential(&credential, secret, None, event("credential_made")).await?;
    Ok(credential)
}

#[tokio::test]
async fn a_token_stands_for_its_credential_until_it_is_ended() -> Outcome {
    let world = World::new().await?;
    let credential = credential(&world).await?;
    let (one, other) = (TokenHash::of("vt_1"), TokenHash::of("vt_2"));
    for token in [one, other] {
        assert!(world.store.make_access_token(token, &credential.id, at(60), event("access_token_made")).await?);
    }
    let (record, expires_at) = world.store.credential_of_token(one).await?.ok_or("no token")?;
    assert_eq!((record.credential, expires_at), (credential.clone(), at(60)));
    assert_eq!(record.revision, world.store.revision().await?);
    assert_eq!(world.store.credential_of_token(TokenHash::of("va_1")).await?, None, "a secret is no token");
    assert_eq!(world.store.credential(one).await?, None, "nor a token a secret");

    assert!(world.store.end_access_token(one, event("access_token_ended")).await?);
    assert!(!world.store.end_access_token(one, event("access_token_ended")).await?);
    assert_eq!(world.store.credential_of_token(one).await?, None);
    assert!(world.store.credential_of_token(other).await?.is_some(), "each by itself");
    let events = world.store.recent_audit(10).await?;
    assert_eq!(events.iter().filter(|event| event.event.event == "access_token_ended").count(), 1);
    Ok(())
}

#[tokio::test]
async fn tokens_go_with_their_credential_with_its_owner_and_with_time() -> Outcome {
    let world = World::new().await?;
    let credential = credential(&world).await?;
    let token = TokenHash::of("vt_1");
    world.store.make_access_token(token, &credential.id, at(60), event("access_token_made")).await?;
    let day = 24 * 3600;
    world.store.sweep(at(60 + day)).await?;
    assert!(world.store.credential_of_token(token).await?.is_some(), "kept for a day, so that it is known what it was");
    world.store.sweep(at(61 + day)).await?;
    assert_eq!(world.store.credential_of_token(token).await?, None);

    world.store.make_access_token(token, &credential.id, at(60), event("access_token_made")).await?;
    assert!(world.store.end_credential(&credential.id, event("credential_ended")).await?);
    assert_eq!(world.store.credential_of_token(token).await?, None);
    let late = TokenHash::of("vt_late");
    assert!(!world.store.make_access_token(late, &credential.id, at(60), event("access_token_made")).await?);
    world.store.delete_member(&credential.owner, event("member_deleted")).await?;
    Ok(())
}
