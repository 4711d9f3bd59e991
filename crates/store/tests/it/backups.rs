//! Backups and what is made of them, and other encryption keys.

use super::fixtures::{Outcome, SECRET, World, application, at, definitions, event, issuer};
use crate::place::{KEY, Kind, Place};
use serde_json::json;
use std::collections::BTreeSet;
use store::backup::BackupError;
use store::encryption::EncryptionKeyError;
use store::redeem::Redemption;
use store::sessions::FoundSession;
use store::{EncryptionKey, Secret, Store, StoreError};

/// The database that the tests here do not begin with.
fn other() -> Kind {
    if super::PLACE == Kind::Sqlite { Kind::Postgres } else { Kind::Sqlite }
}

async fn restored(place: &Place, backup: &[u8], key: [u8; 32]) -> Result<u64, StoreError> {
    let address = place.address().map_err(|_| StoreError::Chance)?;
    Store::restore(&address, &EncryptionKey::from_bytes(key), &mut &*backup, event("store_restored")).await
}

async fn backup_of(world: &World) -> Outcome<Vec<u8>> {
    let mut backup = Vec::new();
    world.store.back_up(&mut backup).await?;
    Ok(backup)
}

/// A store with some of everything; one session is open, one code is not redeemed.
async fn lived_in() -> Outcome<World> {
    let world = World::new().await?;
    world.open_with_handle("fred", &["Managers"], "vh_1").await?;
    world.open("jane \"ä\\\n\u{1f98a}", &["Pilots"], "vc_2").await?;
    let mut changed = definitions();
    changed["teams"] = json!([{"name": "Managers"}, {"name": "Pilots"}, {"name": "Crew"}]);
    changed["attributes"][0]["description"] = json!("The airline");
    world.apply(changed).await?;
    Ok(world)
}

#[tokio::test]
async fn a_store_of_either_database_is_made_of_a_backup() -> Outcome {
    let world = lived_in().await?;
    let backup = backup_of(&world).await?;
    assert!(!backup.windows(SECRET.len()).any(|bytes| bytes == SECRET.as_bytes()), "secrets are encrypted");
    for kind in [super::PLACE, other()] {
        let place = Place::new(kind)?;
        let rows = restored(&place, &backup, KEY).await?;
        let store = place.open().await?;
        let (before, after) = (world.loaded().await?, store.load().await?.ok_or("nothing is in force")?);
        assert_eq!((after.revision, &after.definitions), (before.revision, &before.definitions), "{kind:?}");
        for (name_kind, name) in before.definitions.named() {
            assert_eq!(after.ids.get(name_kind, &name), before.ids.get(name_kind, &name), "{name}");
        }
        let exposed = |secrets: &[Secret]| secrets.iter().map(|secret| secret.expose().to_owned()).collect::<Vec<_>>();
        assert_eq!(after.secrets.values().map(|all| exposed(all)).collect::<Vec<_>>(), [[SECRET.to_owned()]]);
        assert_eq!(store.mask_secret(), world.store.mask_secret());
        assert_eq!(store.written_members().await?, world.store.written_members().await?);
        let mut events = store.recent_audit(100).await?;
        assert_eq!(events.remove(0).event.event, "store_restored");
        assert_eq!(events, world.store.recent_audit(100).await?);
        // What could be used when the backup was made cannot be used now.
        let handle = store::TokenHash::of("vh_1");
        assert!(matches!(store.session(handle).await?, FoundSession::Ended(_)));
        let key = world.key().await?;
        let burnt = store.redeem(super::fixtures::redeem(&key, "vc_2", "vh_2"), |_| Ok(())).await?;
        assert!(matches!(burnt, Redemption::Refused(refusal) if refusal.reason == "code_used"));
        // All that a backup of it differs in is what was ended, and the event.
        let mut again = Vec::new();
        assert_eq!(store.back_up(&mut again).await?, rows + 1);
        let refused = restored(&place, &backup, KEY).await;
        assert!(matches!(refused, Err(StoreError::Backup(BackupError::NotEmpty))), "{refused:?}");
        assert_eq!(store.recent_audit(100).await?.len(), events.len() + 1, "nothing was written");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_whole_backup_makes_nothing() -> Outcome {
    let backup = backup_of(&lived_in().await?).await?;
    let text = String::from_utf8(backup.clone())?;
    let line_ends: Vec<usize> = text.match_indices('\n').map(|(index, _)| index + 1).collect();
    let place = Place::new(super::PLACE)?;
    let mut bad: Vec<(String, &str)> = vec![
        (String::new(), "cut"),
        ("hello\n".to_owned(), "malformed"),
        (text[..line_ends[0]].to_owned(), "cut"),
        (text[..line_ends[line_ends.len() / 2]].to_owned(), "cut"),
        (text[..line_ends[line_ends.len() - 2]].to_owned(), "cut"),
        (text.replacen("Airline operations", "Airline Operations", 1), "cut"),
        (text.replacen("\"migration\":", "\"migration\":9", 1), "tables"),
        (text.replacen("{\"table\":{\"name\":\"meta\"", "{\"table\":{\"name\":\"pg_class\"", 1), "malformed"),
        (text.replacen("[\"name\",\"text\"]", "[\"name) SELECT 1 --\",\"text\"]", 1), "malformed"),
    ];
    bad.push((text[line_ends[0]..].to_owned(), "malformed"));
    for (broken, expected) in bad {
        let refused = restored(&place, broken.as_bytes(), KEY).await;
        let told = match &refused {
            Err(StoreError::Backup(BackupError::Cut)) => "cut",
            Err(StoreError::Backup(BackupError::Malformed(_))) => "malformed",
            Err(StoreError::Backup(BackupError::Tables { .. })) => "tables",
            _ => "something else",
        };
        assert_eq!(told, expected, "{refused:?} of {}", &broken[..broken.len().min(200)]);
    }
    let refused = restored(&place, &backup, [8; 32]).await;
    assert!(matches!(refused, Err(StoreError::EncryptionKey(EncryptionKeyError::Different))), "{refused:?}");
    restored(&place, &backup, KEY).await?;
    Ok(())
}

/// A backup is of one moment, whatever is written meanwhile: what refers to something finds it there.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_is_of_one_moment_while_the_store_is_used() -> Outcome {
    let world = World::new().await?;
    let mut facts = Vec::new();
    for number in 0..100 {
        facts.push((world.facts(&format!("person {number}"), &["Managers"]).await?, format!("vc_{number}")));
    }
    let opening = async {
        for (facts, code) in &facts {
            let profile = authz::ProfileWrite::Create(super::fixtures::member(facts));
            world.open_as(facts, &profile, code).await?;
            world.store.record(event("opened")).await?;
        }
        Outcome::Ok(())
    };
    let backing = async {
        let mut backups = Vec::new();
        for _ in 0..5 {
            backups.push(backup_of(&world).await?);
        }
        Outcome::Ok(backups)
    };
    let (opened, backups) = futures::join!(opening, backing);
    opened?;
    for backup in backups? {
        restored(&Place::new(Kind::Sqlite)?, &backup, KEY).await?;
    }
    Ok(())
}

const NEXT: [u8; 32] = [9; 32];

#[tokio::test]
async fn another_encryption_key_takes_the_place_of_the_one_before() -> Outcome {
    let world = lived_in().await?;
    let (beside, masks) = (world.place.open().await?, world.store.mask_secret());
    let before = world.place.bytes()?;
    world.store.rotate(EncryptionKey::from_bytes(NEXT), event("encryption_key_rotated")).await?;
    let secrets_of = async |store: &Store| -> Result<Vec<String>, StoreError> {
        let loaded = store.load().await?.ok_or(StoreError::Chance)?;
        Ok(loaded.secrets.values().flatten().map(|secret| secret.expose().to_owned()).collect())
    };
    assert_eq!(secrets_of(&world.store).await?, [SECRET], "the process that did it goes on");
    let refused = world.place.open().await.err().ok_or("it opened")?.to_string();
    assert!(refused.contains("encryption key"), "{refused}");
    let opened = world.place.open_with(EncryptionKey::from_bytes(NEXT)).await?;
    assert_eq!((secrets_of(&opened).await?, opened.mask_secret()), (vec![SECRET.to_owned()], masks));
    assert_eq!(opened.recent_audit(1).await?[0].event.event, "encryption_key_rotated");
    // Nothing that the key before opens is left in the tables.
    let sealed: Vec<String> = sqlx::query_scalar("SELECT sealed FROM key_secrets UNION SELECT value FROM meta")
        .fetch_all(&world.place.behind().await?)
        .await?;
    assert_eq!(sealed.len(), 3);
    let was_there = |text: &String| before.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(!sealed.iter().any(was_there));
    // A process that has the key before reads no secret, writes none, and goes on with the new one.
    assert!(!beside.has_its_key().await? && opened.has_its_key().await?);
    let read = beside.load().await.map(|loaded| loaded.is_some());
    assert!(matches!(read, Err(StoreError::EncryptionKey(EncryptionKeyError::Different))), "{read:?}");
    let mut changed = application(definitions())?;
    changed.secrets.values_mut().for_each(|secrets| {
        secrets.push(Secret::new("another secret, as long as the first".to_owned()));
    });
    assert!(beside.apply(changed, event("applied")).await.is_err());
    assert!(beside.rotate(EncryptionKey::from_bytes([1; 32]), event("encryption_key_rotated")).await.is_err());
    assert!(beside.take_key(EncryptionKey::from_bytes([1; 32])).await.is_err());
    beside.take_key(EncryptionKey::from_bytes(NEXT)).await?;
    assert_eq!(secrets_of(&beside).await?, [SECRET]);
    world.store.rotate(EncryptionKey::from_bytes(KEY), event("encryption_key_rotated")).await?;
    assert_eq!(world.place.open().await?.mask_secret(), masks, "also after a second one");
    Ok(())
}

#[tokio::test]
async fn a_session_goes_on_with_another_encryption_key() -> Outcome {
    let world = lived_in().await?;
    world.store.rotate(EncryptionKey::from_bytes(NEXT), event("encryption_key_rotated")).await?;
    let FoundSession::Open(record) = world.session("vh_1").await? else { return Err("it ended".into()) };
    let facts = record.facts;
    assert!(world.store.end_session(&facts.session, &issuer(&facts), "host", at(20)).await?);
    assert_eq!(BTreeSet::from([world.is_ended("vh_1").await?]), BTreeSet::from([true]));
    Ok(())
}
