//! Secrets of embed keys.

use super::fixtures::{Outcome, SECRET, World, application, definitions, event};
use model::name::{ClientId, ProviderName};
use std::collections::BTreeMap;
use store::apply::{Holder, LONGEST_CLIENT_SECRET, SecretError};
use store::{Secret, StoreError};

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// The secrets of the world's one key.
async fn secrets_of(world: &World) -> Outcome<Vec<Secret>> {
    let loaded = world.store.load().await?.ok_or("nothing was applied")?;
    Ok(loaded.secrets.get(&world.key().await?).cloned().unwrap_or_default())
}

#[tokio::test]
async fn secrets_come_back_and_are_nowhere_in_what_is_kept() -> Outcome {
    let world = World::new().await?;
    let secrets = secrets_of(&world).await?;
    assert_eq!(secrets.iter().map(Secret::expose).collect::<Vec<_>>(), [SECRET]);
    let bytes = world.place.bytes()?;
    assert!(contains(&bytes, "Airline operations"), "the search finds what is there in the clear");
    assert!(!contains(&bytes, SECRET));
    assert!(!format!("{:?} {secrets:?}", world.store).contains("horse"));
    Ok(())
}

#[tokio::test]
async fn a_secret_moved_to_another_key_does_not_open() -> Outcome {
    let world = World::new().await?;
    world.run("UPDATE key_secrets SET key_id = 'key_other'").await?;
    let moved = world.store.load().await.map(|loaded| loaded.is_some());
    assert!(matches!(moved, Err(StoreError::Unreadable("secret"))), "{moved:?}");
    Ok(())
}

async fn refusal(secrets: &[(&str, &[&str])]) -> Outcome<String> {
    let world = World::empty().await?;
    let mut application = application(definitions())?;
    application.secrets = BTreeMap::new();
    for (client_id, texts) in secrets {
        let texts = texts.iter().map(|text| Secret::new((*text).to_owned())).collect();
        application.secrets.insert(ClientId::new(*client_id)?, texts);
    }
    let refused = world.store.apply(application, event("applied")).await;
    assert_eq!(world.store.revision().await?, 0, "nothing is in force");
    assert!(world.store.recent_audit(10).await?.is_empty(), "nothing is recorded as done");
    match refused {
        Err(StoreError::Secret(error)) => Ok(error.to_string()),
        other => Err(format!("expected a refusal, got {other:?}").into()),
    }
}

#[tokio::test]
async fn unacceptable_secrets_are_refused_by_the_name_of_their_key() -> Outcome {
    let app = Holder::Key(ClientId::new("airline-app")?);
    let other = "another secret, as long as the first";
    let third = "a third secret, too long to be guessed";
    assert_eq!(refusal(&[]).await?, SecretError::Missing(app.clone()).to_string());
    assert_eq!(refusal(&[("airline-app", &[])]).await?, SecretError::Missing(app.clone()).to_string());
    let three = refusal(&[("airline-app", &[SECRET, other, third])]).await?;
    assert_eq!(three, SecretError::TooMany(app.clone()).to_string());
    for weak in ["", "correct horse battery staple 31", &"ab".repeat(40)] {
        assert_eq!(refusal(&[("airline-app", &[weak])]).await?, SecretError::Weak(app.clone()).to_string());
    }
    let repeated = refusal(&[("airline-app", &[SECRET, SECRET])]).await?;
    assert_eq!(repeated, SecretError::Repeated(app).to_string());
    let unknown = refusal(&[("airline-app", &[SECRET]), ("nobodys", &[other])]).await?;
    assert_eq!(unknown, "there are secrets for the unknown key `nobodys`");
    Ok(())
}

/// Why the secret that a provider has given is refused.
async fn refusal_at_provider(secret: &str) -> Outcome<Option<SecretError>> {
    let world = World::empty().await?;
    let mut definitions = definitions();
    let oidc = serde_json::json!({"discovery": "https://id.example", "client_id": "v", "secrets": ["stored"]});
    definitions["identity_providers"] = serde_json::json!([{"name": "id", "issuer": "airline", "oidc": oidc}]);
    let mut application = application(definitions)?;
    application.provider_secrets.insert(ProviderName::new("id")?, vec![Secret::new(secret.to_owned())]);
    match world.store.apply(application, event("applied")).await {
        Ok(_) => Ok(None),
        Err(StoreError::Secret(error)) => Ok(Some(error)),
        Err(other) => Err(other.into()),
    }
}

/// The provider has made it, so its strength is not ours to judge.
#[tokio::test]
async fn a_secret_that_a_provider_has_given_is_neither_empty_nor_too_long() -> Outcome {
    let longest = "x".repeat(LONGEST_CLIENT_SECRET);
    assert_eq!(refusal_at_provider("x").await?, None);
    assert_eq!(refusal_at_provider(&longest).await?, None);
    let refused = Some(SecretError::NoClientSecret(Holder::Client(ProviderName::new("id")?)));
    assert_eq!(refusal_at_provider("").await?, refused);
    assert_eq!(refusal_at_provider(&format!("{longest}x")).await?, refused);
    Ok(())
}

#[tokio::test]
async fn a_secret_serves_one_key() -> Outcome {
    let world = World::empty().await?;
    let mut definitions = definitions();
    definitions["embed_keys"] = serde_json::json!([
        {"client_id": "airline-app", "issuer": "airline", "secrets": []},
        {"client_id": "second-app", "issuer": "airline", "secrets": []}
    ]);
    let mut application = application(definitions)?;
    application.secrets.insert(ClientId::new("second-app")?, vec![Secret::new(SECRET.to_owned())]);
    let refused = world.store.apply(application, event("applied")).await;
    let expected = SecretError::Repeated(Holder::Key(ClientId::new("second-app")?));
    assert!(matches!(refused, Err(StoreError::Secret(error)) if error == expected));
    Ok(())
}

#[tokio::test]
async fn rotating_a_secret_is_a_change() -> Outcome {
    let world = World::new().await?;
    let next = "the next secret, while both are good";
    let mut application = application(definitions())?;
    let both = vec![Secret::new(SECRET.to_owned()), Secret::new(next.to_owned())];
    application.secrets.insert(ClientId::new("airline-app")?, both);
    let applied = world.store.apply(application, event("applied")).await?;
    assert_eq!((applied.revision, applied.changed), (2, true));
    let secrets = secrets_of(&world).await?;
    assert_eq!(secrets.iter().map(Secret::expose).collect::<Vec<_>>(), [SECRET, next], "in their order");
    Ok(())
}
