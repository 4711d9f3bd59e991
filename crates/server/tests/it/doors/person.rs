//! One person, whichever door they come through: the same member, and the same bytes.

use super::{Doors, OF_EMBEDS, OF_LOGINS, Person};
use crate::support::Outcome;
use reqwest::StatusCode;
use serde_json::json;
use testkit::callers::{Answer, CallError, Viewer};
use testkit::world::ACME;

/// What was asked, and what was answered.
type Told = (String, StatusCode, String);

/// All rows and values that somebody is shown of the orders.
async fn shown(viewer: &Viewer) -> Result<Vec<Told>, CallError> {
    let mut got = Vec::new();
    for (list, names) in places(viewer).await? {
        for name in names {
            if list == "controls" {
                got.push(told(format!("values of {name}"), &viewer.suggestions(&name, "").await?));
                continue;
            }
            for controls in [json!({}), json!({"status": ["paid"]})] {
                got.push(told(format!("{name} with {controls}"), &viewer.element(&name, &controls).await?));
            }
        }
    }
    Ok(got)
}

/// All that somebody takes away of the orders, and asks of them.
async fn taken(viewer: &Viewer) -> Result<Vec<Told>, CallError> {
    let mut got = Vec::new();
    for name in places(viewer).await?.into_iter().filter(|(list, _)| *list == "elements").flat_map(|(_, names)| names) {
        got.push(told(format!("{name} as CSV"), &viewer.export(&name, &json!({})).await?));
    }
    let own = json!({"explore": "shop.orders", "fields": ["customer", "orders"]});
    got.push(told("a question of one's own".to_owned(), &viewer.query(&own).await?));
    Ok(got)
}

/// The elements and controls that somebody has, as `page/name`.
async fn places(viewer: &Viewer) -> Result<Vec<(&'static str, Vec<String>)>, CallError> {
    let document = viewer.open_workbook().await?;
    assert_eq!(document.status, StatusCode::OK, "{}", document.text());
    let mut places = Vec::new();
    for page in document.json()["pages"].as_array().into_iter().flatten() {
        for list in ["elements", "controls"] {
            let names = page[list].as_array().into_iter().flatten().filter_map(|it| it["name"].as_str());
            let names = names.map(|name| format!("{}/{name}", page["name"].as_str().unwrap_or_default()));
            places.push((list, names.collect()));
        }
    }
    Ok(places)
}

/// The bytes of an answer, or a refusal but for the number of its request.
fn told(asked: String, answer: &Answer) -> Told {
    let text = if answer.status.is_success() { answer.text() } else { answer.comparable().1.to_string() };
    (asked, answer.status, text)
}

fn with_rows(told: &[Told]) -> usize {
    told.iter().filter(|(_, status, text)| *status == StatusCode::OK && text.contains(ACME)).count()
}

/// Sue, who has logged in once, and of whom an administrator has written what hosts say of Bea.
async fn sue_in(doors: &Doors) -> Outcome {
    doors.viewer("sso").await?;
    let root = doors.vitrine.root().await?;
    let id = root.id("/api/v1/members?beginning=sue@acme").await?;
    let written = json!({"account_type": "Analyze", "attributes": {"company": "acme"}});
    let changed = root.patch(&format!("/api/v1/members/{id}"), written).await?;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    Ok(())
}

#[tokio::test]
async fn s10_one_person_sees_the_same_bytes_through_every_door() -> Outcome {
    let doors = Doors::open().await?;
    sue_in(&doors).await?;
    let first = doors.viewer("vitrine").await?;
    let (rows, files) = (shown(&first).await?, taken(&first).await?);
    assert!(with_rows(&rows) > 3 && with_rows(&files) > 1, "there is something to compare");
    let comers =
        OF_EMBEDS.iter().map(|door| (door, Person::bea())).chain(OF_LOGINS.iter().map(|door| (door, Person::sue())));
    for (door, person) in comers {
        let viewer = doors.viewer_for(door, &person).await?;
        for (expected, came) in rows.iter().zip(&shown(&viewer).await?) {
            assert_eq!(expected, came, "{} through {door}", person.email);
        }
        // Looker's addresses say permissions and no account type, so Tableau's door finds Bea with the usual one, which only looks.
        let only_looks = *door == "tableau" && person.email == "bea@acme.example";
        for (expected, came) in files.iter().zip(&taken(&viewer).await?) {
            if only_looks {
                assert!(came.1.is_client_error(), "{came:?}");
            } else {
                assert_eq!(expected, came, "{} through {door}", person.email);
            }
        }
    }
    Ok(())
}

/// A host that changes door keeps its people: whoever was made through one door is the same member through the next.
#[tokio::test]
async fn s1_a_host_changes_door_and_its_people_stay_who_they_are() -> Outcome {
    let bea = "SELECT id FROM members WHERE subject = 'bea@acme.example'";
    for first in OF_EMBEDS.into_iter().filter(|door| *door != "tableau") {
        let doors = Doors::open().await?;
        doors.viewer(first).await?;
        let made = doors.vitrine.sql_texts(bea).await?;
        assert_eq!(made.len(), 1, "{first}");
        for door in OF_EMBEDS {
            doors.viewer(door).await?;
            assert_eq!(doors.vitrine.sql_texts(bea).await?, made, "made through {first}, come through {door}");
        }
    }
    Ok(())
}

/// Whoever logs in is the same member in embeds; whom an embed has made does not log in.
#[tokio::test]
async fn s1_whoever_logs_in_is_the_same_member_in_embeds_and_not_the_other_way() -> Outcome {
    let doors = Doors::open().await?;
    sue_in(&doors).await?;
    let sue = "SELECT id FROM members WHERE subject = 'sue@acme.example'";
    let made = doors.vitrine.sql_texts(sue).await?;
    for door in OF_LOGINS {
        doors.viewer_for(door, &Person::sue()).await?;
        assert_eq!((made.len(), doors.vitrine.sql_texts(sue).await?), (1, made.clone()), "{door}");
    }
    doors.viewer("vitrine").await?;
    let refused = doors.enter("sso", &Person::bea()).await?;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{}", refused.text());
    let refused = doors.enter("looker", &Person::sue()).await?;
    assert!(refused.status.is_client_error(), "{}", refused.text());
    Ok(())
}
