//! What people set: periods, ranges, words and what their attributes say at first.

use crate::support::{Outcome, Vitrine, buyer};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// The orders that are left when `controls` are set, for a buyer of acme's on 1 January 2026.
async fn left(controls: Value) -> Result<Vec<i64>, testkit::callers::CallError> {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let rows = viewer.element("second/set", &controls).await?.rows();
    Ok(rows.iter().filter_map(|row| row[0].as_i64()).collect())
}

#[tokio::test]
async fn periods_are_absolute_or_seen_from_today() -> Outcome {
    for (period, expected) in [
        ("2026-01-03", vec![3]),
        ("2026-01-03~2026-01-05", vec![3, 5]),
        ("2026-06-24~", vec![53, 55]),
        ("~2026-01-03", vec![1, 3]),
        ("2026-02", vec![11, 13, 15]),
        ("thismonth", vec![1, 3, 5]),
        ("today", vec![1]),
        ("past30days", vec![]),
        ("past30days~", vec![1]),
        ("next1months", vec![11, 13, 15]),
    ] {
        assert_eq!(left(json!({"when": [period]})).await?, expected, "{period}");
    }
    Ok(())
}

/// At nine in the evening of 31 December in Honolulu it is the next day already in Greenwich.
#[tokio::test]
async fn today_is_where_the_person_is() -> Outcome {
    let vitrine = Vitrine::world().await?;
    vitrine.clock.advance_seconds(2 * 86_400 + 7 * 3_600);
    for (zone, expected) in
        [("Europe/London", vec![json!([3])]), ("Pacific/Honolulu", vec![]), ("Nowhere", vec![json!([3])])]
    {
        let mut session = buyer("acme");
        session["time_zone"] = json!(zone);
        let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
        assert_eq!(viewer.element("second/set", &json!({"when": ["today"]})).await?.rows(), expected, "{zone}");
    }
    Ok(())
}

#[tokio::test]
async fn ranges_of_numbers_have_their_ends() -> Outcome {
    for (range, expected) in
        [("0.25~18.25", vec![1, 15]), ("480~", vec![41, 55]), ("~18", vec![1]), ("74.25", vec![3]), ("-5~0", vec![])]
    {
        assert_eq!(left(json!({"worth": [range]})).await?, expected, "{range}");
    }
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    for odd in ["~", "a~b", "1~2~3", "1 OR 1=1"] {
        let refused = viewer.element("second/set", &json!({"worth": [odd]})).await?;
        assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, "wrong_value".to_owned()), "{odd}");
    }
    Ok(())
}

#[tokio::test]
async fn words_are_found_anywhere_and_are_no_patterns() -> Outcome {
    assert_eq!(left(json!({"words": ["ORDER_5"]})).await?, [51, 53, 55]);
    assert_eq!(left(json!({"words": ["order_2", "order_4"]})).await?, [3, 5, 21, 23, 25, 41, 43, 45]);
    for pattern in ["order%5", "order_.", "\\", "CNRY_globex"] {
        assert_eq!(left(json!({"words": [pattern]})).await?, [] as [i64; 0], "{pattern}");
    }
    Ok(())
}

#[tokio::test]
async fn a_default_may_be_the_persons_own() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let controls = viewer.open_workbook().await?.json()["pages"][1]["controls"].clone();
    assert_eq!((&controls[3]["name"], &controls[3]["default"]), (&json!("own"), &json!(["acme"])));
    assert_eq!(controls[0]["type"], "date_range");
    assert_eq!(viewer.element("second/set", &json!({})).await?.rows().len(), 18);
    // It is a filter like any other: who sets it to somebody else's sees no more than before.
    assert!(viewer.element("second/set", &json!({"own": ["globex"]})).await?.rows().is_empty());
    assert_eq!(viewer.element("second/set", &json!({"own": []})).await?.rows().len(), 18);
    Ok(())
}
