//! The tables, and opening them.

use super::fixtures::{Outcome, Place, World};
use crate::place::KEY;
use futures::future::join_all;
use store::encryption::EncryptionKeyError;
use store::{EncryptionKey, Store, StoreError};

#[tokio::test]
async fn a_store_opens_again_and_beside_itself() -> Outcome {
    let world = World::new().await?;
    let beside = world.place.open().await?;
    assert_eq!(beside.revision().await?, 1);
    let world = world.restarted().await?;
    assert_eq!(world.store.revision().await?, 1);
    Ok(())
}

#[tokio::test]
async fn many_open_a_new_store_at_once() -> Outcome {
    let place = Place::new(super::PLACE)?;
    for store in join_all((0..8).map(|_| place.open())).await {
        assert_eq!(store?.revision().await?, 0);
    }
    Ok(())
}

#[tokio::test]
async fn another_encryption_key_does_not_open_it() -> Outcome {
    let world = World::empty().await?;
    let address = world.place.address()?;
    let refused = Store::open(&address, EncryptionKey::from_bytes([8; 32])).await;
    assert!(matches!(refused, Err(StoreError::EncryptionKey(EncryptionKeyError::Different))));
    assert!(Store::open(&address, EncryptionKey::from_bytes(KEY)).await.is_ok());
    Ok(())
}
