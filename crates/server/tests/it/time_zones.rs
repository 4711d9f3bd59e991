//! Whose days and hours: those of the question, else of the element, of the person, of their tenant, of the organization.

use crate::support::{Outcome, Vitrine, buyer, copy_of, edit};
use reqwest::StatusCode;
use reqwest::header::ACCEPT;
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;
use testkit::callers::{CallError, Viewer};
use testkit::world;

const VISITS: &str =
    "visit,at\n1,2026-01-01T04:30:00Z\n2,2026-01-01T05:00:00Z\n3,2026-01-01T23:30:00Z\n4,2026-01-02T05:30:00Z\n";

const TABLE: &str = "  visits: {source: visits.csv, columns: {visit: integer, at: timestamp}, rows: shared}\n";

const EXPLORE: &str = "
  visits:
    table: visits
    dimensions:
      visit: {column: visits.visit}
      at: {column: visits.at}
      day: {column: visits.at, grain: day}
      hour: {column: visits.at, grain: hour}
      clock: {column: visits.at, grain: hour_of_day}
    measures:
      visits: {count: rows}
";

const WORKBOOK: &str = "
title: Visits
in: {folder: shop/daily}
publications: [{to: {guests_of: portal}, parameters: {when: locked}, data: [shop.visits]}]
pages:
  - name: visits
    title: Visits
    controls:
      - {name: when, title: When, type: date_range, explore: shop.visits, field: at}
      - {name: on, title: On, explore: shop.visits, field: day}
    elements:
      - name: by_day
        show:
          data:
            query: {explore: shop.visits, fields: [day, visits]}
            chart: {type: bar, x: day, y: [visits]}
            controls: {when: at, on: day}
            underlying: [visit, hour]
      - name: in_kolkata
        show:
          data:
            query: {explore: shop.visits, fields: [day, visits], time_zone: Asia/Kolkata}
            chart: {type: bar, x: day, y: [visits]}
            controls: {when: at}
";

/// The small world with visits at instants.
fn visited() -> Result<TempDir, CallError> {
    let copy = copy_of(&world::folder())?;
    let folder = copy.path();
    fs::write(folder.join("data/visits.csv"), VISITS)?;
    edit(&folder.join("models/shop.yaml"), "explores:\n", &format!("{TABLE}explores:{EXPLORE}"))?;
    fs::write(folder.join("workbooks/visits.yaml"), WORKBOOK)?;
    Ok(copy)
}

async fn viewer(vitrine: &Vitrine, company: &str, zone: Option<&str>) -> Result<Viewer, CallError> {
    let mut session = buyer(company);
    session["content"] = json!({"workbook": "visits"});
    zone.into_iter().for_each(|zone| session["time_zone"] = json!(zone));
    vitrine.host("portal").viewer(&session, "visits").await
}

fn utc() -> Value {
    json!([["2026-01-01", 3], ["2026-01-02", 1]])
}

fn new_york() -> Value {
    json!([["2025-12-31", 1], ["2026-01-01", 2], ["2026-01-02", 1]])
}

fn honolulu() -> Value {
    json!([["2025-12-31", 2], ["2026-01-01", 2]])
}

fn kolkata() -> Value {
    json!([["2026-01-01", 2], ["2026-01-02", 2]])
}

#[tokio::test]
async fn a_question_says_its_time_zone_and_the_answer_too() -> Outcome {
    let folder = visited()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let viewer = viewer(&vitrine, "acme", None).await?;
    let question = |zone: Option<&str>| {
        let mut question = json!({"explore": "shop.visits", "fields": ["day", "visits"]});
        zone.into_iter().for_each(|zone| question["time_zone"] = json!(zone));
        question
    };
    for (zone, told, rows) in [
        (None, "UTC", utc()),
        (Some("America/New_York"), "America/New_York", new_york()),
        (Some("Pacific/Honolulu"), "Pacific/Honolulu", honolulu()),
        (Some("Asia/Kolkata"), "Asia/Kolkata", kolkata()),
    ] {
        let answer = viewer.query(&question(zone)).await?;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!((answer.json()["time_zone"].clone(), answer.json()["rows"].clone()), (json!(told), rows));
        assert_eq!(answer.json()["columns"][0]["grain"], "day");
    }
    let hours = json!({"explore": "shop.visits", "fields": ["hour", "clock"], "time_zone": "Asia/Kolkata"});
    let hours = viewer.query(&hours).await?.json();
    assert_eq!(hours["rows"][0], json!(["2026-01-01T04:30:00Z", 10]), "half past in Greenwich");
    let column = |index: usize| (hours["columns"][index]["type"].clone(), hours["columns"][index]["grain"].clone());
    assert_eq!(column(0), (json!("timestamp"), json!("hour")));
    assert_eq!(column(1), (json!("integer"), json!("hour_of_day")));
    for odd in [json!("Mars"), json!(""), json!("+02:00"), json!(7)] {
        let mut asked = question(None);
        asked["time_zone"] = odd.clone();
        let refused = viewer.query(&asked).await?;
        assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, "invalid_member".to_owned()), "{odd}");
        assert!(refused.detail().starts_with("`time_zone`: "), "{}", refused.detail());
    }
    let refused = viewer.query(&question(Some("Mars"))).await?;
    assert_eq!(refused.detail(), "`time_zone`: `Mars` is no time zone: expected one such as `Europe/London`");
    Ok(())
}

#[tokio::test]
async fn files_have_the_days_of_the_zone_and_instants_in_utc() -> Outcome {
    let folder = visited()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let viewer = viewer(&vitrine, "acme", Some("Asia/Kolkata")).await?;
    let question = json!({"explore": "shop.visits", "fields": ["visit", "day", "hour", "clock"], "limit": 3});
    let request = viewer.request(reqwest::Method::POST, "/api/v1/query").header(ACCEPT, "text/csv");
    let file = viewer.stranger.send(request.json(&question)).await?;
    let expected = "visit,day,hour,clock\r\n1,2026-01-01,2026-01-01T04:30:00Z,10\r\n2,2026-01-01,2026-01-01T04:30:00Z,10\r\n\
                    3,2026-01-02,2026-01-01T23:30:00Z,5\r\n";
    assert_eq!(file.text(), expected);
    Ok(())
}

#[tokio::test]
async fn the_nearest_who_says_a_zone_is_heard() -> Outcome {
    let folder = visited()?;
    let organization = "name: Portal\npresentation: {time_zone: America/New_York}\n";
    edit(&folder.path().join("vitrine.yaml"), "name: Portal\n", organization)?;
    let tenant = "title: Acme, presentation: {time_zone: Pacific/Honolulu}}";
    edit(&folder.path().join("tenants.yaml"), "title: Acme}", tenant)?;
    let vitrine = Vitrine::of(folder.path()).await?;
    for (company, zone, told, rows) in [
        ("globex", None, "America/New_York", new_york()),
        ("acme", None, "Pacific/Honolulu", honolulu()),
        ("acme", Some("Asia/Kolkata"), "Asia/Kolkata", kolkata()),
        ("acme", Some("Mars"), "Pacific/Honolulu", honolulu()),
        ("acme", Some("UTC"), "UTC", utc()),
    ] {
        let viewer = viewer(&vitrine, company, zone).await?;
        let shown = viewer.element("visits/by_day", &json!({})).await?;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
        assert_eq!((shown.json()["time_zone"].clone(), shown.json()["rows"].clone()), (json!(told), rows.clone()));
        let asked = json!({"explore": "shop.visits", "fields": ["day", "visits"]});
        assert_eq!(viewer.query(&asked).await?.json()["rows"], rows, "questions of one's own too");
        let offered = viewer.suggestions("visits/on", "").await?.json()["values"].clone();
        let days: Vec<Value> = rows.as_array().into_iter().flatten().map(|row| row[0].clone()).collect();
        assert_eq!(offered, json!(days), "what is offered is what is shown");
        let fixed = viewer.element("visits/in_kolkata", &json!({})).await?.json();
        assert_eq!((&fixed["time_zone"], &fixed["rows"]), (&json!("Asia/Kolkata"), &kolkata()), "its author's");
    }
    Ok(())
}

/// It is midnight in Greenwich on 1 January 2026, and still the day before in America.
#[tokio::test]
async fn periods_of_instants_are_days_of_the_zone() -> Outcome {
    let folder = visited()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    for (zone, period, expected) in [
        ("UTC", "today", json!([["2026-01-01", 3]])),
        ("America/New_York", "today", json!([["2025-12-31", 1]])),
        ("America/New_York", "2026-01-01", json!([["2026-01-01", 2]])),
        ("Pacific/Honolulu", "yesterday", json!([])),
        ("Pacific/Honolulu", "2025-12-31~2026-01-01", honolulu()),
        ("Asia/Kolkata", "2026-01-02~", json!([["2026-01-02", 2]])),
        ("UTC", "2026-01", utc()),
    ] {
        let viewer = viewer(&vitrine, "acme", Some(zone)).await?;
        let shown = viewer.element("visits/by_day", &json!({"when": [period]})).await?;
        assert_eq!(shown.json()["rows"], expected, "{period} in {zone}: {}", shown.text());
    }
    for (zone, expected) in [("UTC", 3), ("America/New_York", 3), ("Pacific/Honolulu", 4), ("Asia/Kolkata", 2)] {
        let viewer = viewer(&vitrine, "acme", Some(zone)).await?;
        let filters = json!([{"field": "at", "operator": "less", "values": ["2026-01-02"]}]);
        let asked = json!({"explore": "shop.visits", "fields": ["visits"], "filters": filters});
        assert_eq!(viewer.query(&asked).await?.rows(), [json!([expected])], "{zone}");
    }
    let viewer = viewer(&vitrine, "acme", Some("Pacific/Honolulu")).await?;
    let fixed = viewer.element("visits/in_kolkata", &json!({"when": ["today"]})).await?;
    assert_eq!(fixed.json()["rows"], json!([["2026-01-01", 2]]), "today is in the element's zone too");
    Ok(())
}

/// What a mark counts is what lies under it, also where it is of another day elsewhere.
#[tokio::test]
async fn rows_underneath_are_those_of_the_day_in_the_zone() -> Outcome {
    let folder = visited()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let viewer = viewer(&vitrine, "acme", Some("America/New_York")).await?;
    let at = json!([{"field": "day", "value": "2025-12-31"}]);
    let rows = viewer.ask("visits/by_day", "underlying", &json!({"at": at})).await?;
    assert_eq!(rows.json()["rows"], json!([[1, "2026-01-01T04:00:00Z"]]), "{}", rows.text());
    assert_eq!(rows.json()["time_zone"], "America/New_York");
    Ok(())
}

/// A guest's locked day is one in Greenwich, wherever the organization is.
#[tokio::test]
async fn a_locked_day_is_the_same_in_every_zone() -> Outcome {
    let folder = visited()?;
    let organization = "name: Portal\nguest_embeds: true\npresentation: {time_zone: Pacific/Honolulu}\n";
    edit(&folder.path().join("vitrine.yaml"), "name: Portal\n", organization)?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let day = json!({"when": ["2026-01-01"]});
    let guest = json!({"guest": true, "content": {"workbook": "visits"}, "locked_parameters": day});
    let guest = vitrine.host("portal").viewer(&guest, "visits").await?;
    let shown = guest.element("visits/by_day", &json!({})).await?;
    assert_eq!(shown.json()["time_zone"], "Pacific/Honolulu", "{}", shown.text());
    assert_eq!(shown.json()["rows"], json!([["2025-12-31", 2], ["2026-01-01", 1]]), "three visits");
    let fixed = guest.element("visits/in_kolkata", &json!({})).await?;
    assert_eq!(fixed.json()["rows"], json!([["2026-01-01", 2], ["2026-01-02", 1]]), "the same three");
    Ok(())
}
