//! One person, whichever door they come through: the same member, and the same bytes.

use super::{Doors, OF_PEOPLE};
use crate::support::Outcome;
use reqwest::StatusCode;
use serde_json::json;
use testkit::callers::{Answer, CallError, Viewer};
use testkit::world::ACME;

/// Everything that somebody gets of the orders: what was asked, and what was answered.
async fn everything(viewer: &Viewer) -> Result<Vec<(String, StatusCode, String)>, CallError> {
    let document = viewer.open_workbook().await?;
    assert_eq!(document.status, StatusCode::OK, "{}", document.text());
    let mut got = vec![told("the workbook".to_owned(), &document)];
    for page in document.json()["pages"].as_array().into_iter().flatten() {
        let below = |list: &str| -> Vec<String> {
            let names = page[list].as_array().into_iter().flatten().filter_map(|it| it["name"].as_str());
            names.map(|name| format!("{}/{name}", page["name"].as_str().unwrap_or_default())).collect()
        };
        for element in below("elements") {
            for controls in [json!({}), json!({"status": ["paid"]})] {
                got.push(told(format!("{element} with {controls}"), &viewer.element(&element, &controls).await?));
                got.push(told(format!("{element} as CSV with {controls}"), &viewer.export(&element, &controls).await?));
            }
        }
        for control in below("controls") {
            got.push(told(format!("values of {control}"), &viewer.suggestions(&control, "").await?));
        }
    }
    let own = json!({"explore": "shop.orders", "fields": ["customer", "orders"]});
    got.push(told("a question of one's own".to_owned(), &viewer.query(&own).await?));
    Ok(got)
}

/// The bytes of an answer, or a refusal but for the number of its request.
fn told(asked: String, answer: &Answer) -> (String, StatusCode, String) {
    let text = if answer.status.is_success() { answer.text() } else { answer.comparable().1.to_string() };
    (asked, answer.status, text)
}

#[tokio::test]
async fn s10_one_person_sees_the_same_bytes_through_every_door() -> Outcome {
    let doors = Doors::open().await?;
    let through_first = everything(&doors.viewer(OF_PEOPLE[0]).await?).await?;
    let with_rows = through_first.iter().filter(|(_, status, text)| *status == StatusCode::OK && text.contains(ACME));
    assert!(with_rows.count() > 3, "there is something to compare");
    for door in &OF_PEOPLE[1..] {
        let through_this = everything(&doors.viewer(door).await?).await?;
        assert_eq!(through_this.len(), through_first.len(), "{door}");
        for (first, this) in through_first.iter().zip(&through_this) {
            assert_eq!(first, this, "{door}");
        }
    }
    Ok(())
}

/// A host that changes door keeps its people: whoever was made through one door is the same member through the next.
#[tokio::test]
async fn s1_a_host_changes_door_and_its_people_stay_who_they_are() -> Outcome {
    for first in OF_PEOPLE.into_iter().filter(|door| *door != "tableau") {
        let doors = Doors::open().await?;
        doors.viewer(first).await?;
        let made = doors.vitrine.sql_texts("SELECT id FROM members WHERE subject = 'bea@acme.example'").await?;
        assert_eq!(made.len(), 1, "{first}");
        for door in OF_PEOPLE {
            doors.viewer(door).await?;
            let now = doors.vitrine.sql_texts("SELECT id FROM members WHERE subject = 'bea@acme.example'").await?;
            assert_eq!(now, made, "made through {first}, come through {door}");
        }
    }
    Ok(())
}
