//! Versions of workbooks, and drafts.

use super::fixtures::{Outcome, World, at, definitions, event};
use model::name::{MemberId, WorkbookId};
use model::snapshot::Kind;
use model::workbook::VersionBody;
use serde_json::{Value as Json, json};
use store::StoreError;
use store::edit::{Aside, Edit};
use store::versions::Expected;

fn with_title(title: &str, known_as: &[&str]) -> Json {
    let mut definitions = definitions();
    definitions["workspaces"] = json!([{"name": "shop", "title": "Shop"}]);
    definitions["workbooks"] = json!({"sales": {
        "title": title, "in": {"workspace": "shop"}, "known_as": {"sigma": known_as},
        "pages": [{"name": "main", "title": "Main", "elements": []}]
    }});
    definitions
}

async fn numbers(world: &World, id: &WorkbookId) -> Outcome<Vec<u64>> {
    Ok(world.store.versions(id, u64::MAX, 10).await?.iter().map(|version| version.number).collect())
}

async fn sales(world: &World) -> Outcome<WorkbookId> {
    Ok(WorkbookId::new(world.id(Kind::Workbook, "sales").await?))
}

fn body(title: &str) -> Outcome<VersionBody> {
    Ok(serde_json::from_value(json!({"title": title, "pages": []}))?)
}

#[tokio::test]
async fn what_a_workbook_shows_is_kept_once_for_each_change() -> Outcome {
    let world = World::empty().await?;
    world.apply(with_title("One", &[])).await?;
    let id = sales(&world).await?;
    world.apply(with_title("Two", &[])).await?;
    world.apply(with_title("Two", &["other"])).await?;
    assert_eq!(numbers(&world, &id).await?, [2, 1], "another name in another product is no other version");
    world.apply(with_title("One", &["other"])).await?;
    assert_eq!(numbers(&world, &id).await?, [3, 2, 1], "a number is given once");
    let first = world.store.version(&id, 1).await?.ok_or("a version")?;
    assert_eq!(first.title.as_str(), "One");
    assert_eq!(world.store.version(&id, 4).await?, None);
    assert_eq!(world.store.versions(&id, 3, 1).await?.iter().map(|one| one.number).collect::<Vec<_>>(), [2]);
    world.apply(definitions()).await?;
    assert_eq!(numbers(&world, &id).await?, [0_u64; 0], "it is gone");
    Ok(())
}

#[tokio::test]
async fn workbooks_of_before_have_a_first_version() -> Outcome {
    let world = World::empty().await?;
    world.apply(with_title("One", &[])).await?;
    world.run("DELETE FROM versions").await?;
    let world = world.restarted().await?;
    let id = sales(&world).await?;
    let versions = world.store.versions(&id, u64::MAX, 10).await?;
    assert_eq!(versions.iter().map(|one| (one.number, one.made_at)).collect::<Vec<_>>(), [(1, at(10))]);
    assert_eq!(numbers(&world.restarted().await?, &id).await?, [1]);
    Ok(())
}

#[tokio::test]
async fn a_draft_is_saved_as_expected_or_not_at_all() -> Outcome {
    let world = World::empty().await?;
    world.apply(with_title("One", &[])).await?;
    let (id, ada) = (sales(&world).await?, MemberId::new("ada"));
    let save = async |title: &str, expected: Expected<'_>| -> Outcome<Option<String>> {
        let saved = world.store.save_draft(&id, (&body(title)?, 1), expected, &ada, event("saved")).await?;
        Ok(saved.map(|draft| draft.state))
    };
    assert_eq!(save("A", Expected::Any(&["none".to_owned()])).await?, None, "there is none");
    let first = save("B", Expected::Nothing).await?.ok_or("saved")?;
    assert_eq!(save("C", Expected::Nothing).await?, None);
    let second = save("D", Expected::Any(std::slice::from_ref(&first))).await?.ok_or("saved")?;
    assert_ne!(first, second);
    assert!(!world.store.discard_draft(&id, Expected::Any(std::slice::from_ref(&first)), event("discarded")).await?);
    let draft = world.store.draft(&id).await?.ok_or("a draft")?;
    assert_eq!((draft.body.title.as_str(), draft.state.as_str()), ("D", second.as_str()));
    let edit = |state: &str| Edit {
        revision: 1,
        changes: Vec::new(),
        secrets: Default::default(),
        aside: Some(Aside::Publish(id.clone(), state.to_owned())),
        once: None,
        now: at(20),
    };
    let stale = world.store.edit(edit(&first), event("published")).await;
    assert!(matches!(stale, Err(StoreError::DraftChanged)), "{stale:?}");
    world.store.edit(edit(&second), event("published")).await?;
    assert_eq!(world.store.draft(&id).await?, None);
    Ok(())
}

/// Whoever was faster between the question and the write is not written over.
#[tokio::test]
async fn a_draft_of_an_earlier_version_is_not_published() -> Outcome {
    let world = World::empty().await?;
    world.apply(with_title("One", &[])).await?;
    let (id, ada) = (sales(&world).await?, MemberId::new("ada"));
    let saved = world.store.save_draft(&id, (&body("A")?, 1), Expected::Nothing, &ada, event("saved")).await?;
    let state = saved.ok_or("saved")?.state;
    world.apply(with_title("Two", &[])).await?;
    let edit = Edit {
        revision: 2,
        changes: Vec::new(),
        secrets: Default::default(),
        aside: Some(Aside::Publish(id.clone(), state)),
        once: None,
        now: at(20),
    };
    let late = world.store.edit(edit, event("published")).await;
    assert!(matches!(late, Err(StoreError::DraftChanged)), "{late:?}");
    assert!(world.store.draft(&id).await?.is_some());
    Ok(())
}
