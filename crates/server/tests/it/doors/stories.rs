//! Stories that every door tells that lets people in, each through all of them.

use super::{Doors, OF_EMBEDS, OF_PEOPLE, Person};
use crate::support::{Outcome, edit};
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::callers::{CallError, Viewer};
use testkit::world::{ACME, GLOBEX};

/// The list of orders as its page gets it.
async fn orders(viewer: &Viewer) -> Result<String, CallError> {
    let list = viewer.element("main/list", &json!({})).await?;
    assert_eq!(list.status, StatusCode::OK, "{}", list.text());
    Ok(list.text())
}

fn of(door: &str, company: Value) -> Person<'static> {
    Person { company: Some(company), ..Person::at(door) }
}

#[tokio::test]
async fn s2_with_automatic_creation_off_no_door_lets_anybody_new_in() -> Outcome {
    for door in OF_PEOPLE {
        let doors = Doors::open().await?;
        let settings = doors.folder.path().join("vitrine.yaml");
        edit(&settings, "automatic_creation: true", "automatic_creation: false")?;
        edit(&doors.folder.path().join("identity_providers.yaml"), "\"members\":true", "\"members\":false")?;
        doors.vitrine.apply(doors.folder.path()).await?;
        let refused = doors.enter(door, &Person::at(door)).await?;
        assert!(refused.status.is_client_error(), "{door}: {} {}", refused.status, refused.text());
        let made = doors
            .vitrine
            .sql_texts("SELECT id FROM members WHERE subject IN ('bea@acme.example', 'sue@acme.example')")
            .await?;
        assert!(made.is_empty(), "{door}: whoever is refused is not made");
    }
    Ok(())
}

#[tokio::test]
async fn s4_two_visits_with_other_claims_do_not_disturb_each_other_through_any_door() -> Outcome {
    let doors = Doors::open().await?;
    doors.viewer("vitrine").await?;
    for door in OF_PEOPLE {
        let first = doors.viewer_for(door, &of(door, json!("acme"))).await?.never_sees([GLOBEX]);
        let second = doors.viewer_for(door, &of(door, json!("globex"))).await?.never_sees([ACME]);
        for _ in 0..2 {
            assert!(orders(&first).await?.contains(ACME), "{door}");
            assert!(orders(&second).await?.contains(GLOBEX), "{door}");
        }
    }
    Ok(())
}

/// Tableau's tokens put nobody into teams for good: story T7.
#[tokio::test]
async fn s6_claimed_teams_replace_those_before_through_every_door_that_writes_them() -> Outcome {
    let doors = Doors::open().await?;
    let root = doors.vitrine.root().await?;
    for door in OF_PEOPLE.into_iter().filter(|door| *door != "tableau") {
        for team in ["Buyers", "Support"] {
            let person = Person { teams: &[team], ..Person::at(door) };
            doors.viewer_for(door, &person).await?;
            let found = root.get(&format!("/api/v1/members?beginning={}", person.email)).await?.json();
            assert_eq!(found["items"][0]["teams"], json!([team]), "{door}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn s10_without_the_attribute_or_with_an_odd_value_no_door_shows_a_row() -> Outcome {
    let doors = Doors::open().await?;
    doors.viewer("vitrine").await?;
    let odd =
        [json!(null), json!(""), json!(" "), json!([]), json!(7), json!(true), json!({"acme": true}), json!("ACME")];
    for door in OF_PEOPLE {
        for company in odd.iter().cloned().map(Some).chain([None]) {
            let entered = doors.enter(door, &Person { company: company.clone(), ..Person::at(door) }).await?;
            // Some doors name what they cannot read, and let nobody in.
            if entered.status.is_client_error() {
                continue;
            }
            let handle = ["handle", "id"].iter().find_map(|name| entered.json()[name].as_str().map(str::to_owned));
            let viewer = Viewer {
                stranger: doors.vitrine.stranger(),
                handle: handle.ok_or_else(|| format!("{door}: {}", entered.text()))?,
                session: String::new(),
                workbook: "orders".into(),
            };
            let viewer = viewer.never_sees(["CNRY"]);
            let list = viewer.element("main/list", &json!({})).await?;
            assert_eq!((list.status, list.rows()), (StatusCode::OK, Vec::new()), "{door} with {company:?}");
            assert_eq!(viewer.element("main/total", &json!({})).await?.rows(), [json!([0])], "{door} with {company:?}");
        }
    }
    Ok(())
}

/// What an identity provider may say of people is in its ceiling, and no switch of embeds is asked.
#[tokio::test]
async fn t1_with_capture_off_attributes_of_tokens_count_through_no_door_of_embeds() -> Outcome {
    let doors = Doors::open().await?;
    doors.viewer("vitrine").await?;
    edit(&doors.folder.path().join("vitrine.yaml"), "capture_attributes: true", "capture_attributes: false")?;
    doors.vitrine.apply(doors.folder.path()).await?;
    for door in OF_EMBEDS {
        let viewer = doors.viewer(door).await?.never_sees(["CNRY"]);
        let list = viewer.element("main/list", &json!({})).await?;
        assert_eq!((list.status, list.rows()), (StatusCode::OK, Vec::new()), "{door}");
    }
    Ok(())
}
