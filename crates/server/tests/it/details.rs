//! What is behind an element: the finer values, the rows underneath, the subtotals of a pivot.

use crate::support::{Outcome, Vitrine, buyer};
use reqwest::StatusCode;
use serde_json::{Value, json};

const JANUARY: &str = "2026-01-01";

fn january() -> Value {
    json!({"field": "month", "value": JANUARY})
}

#[tokio::test]
async fn drilling_shows_the_finer_values_of_ones_own_rows() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let days = viewer.ask("second/by_month", "query", &json!({"drill": [january()]})).await?;
    assert_eq!(days.json()["columns"][0]["name"], "day");
    assert_eq!(days.rows(), [json!(["2026-01-01", 1]), json!(["2026-01-03", 1]), json!(["2026-01-05", 1])]);
    let none = viewer.ask("second/by_month", "query", &json!({"drill": [{"field": "month", "value": null}]})).await?;
    assert_eq!((none.status, none.rows().len()), (StatusCode::OK, 0));
    Ok(())
}

#[tokio::test]
async fn there_is_one_way_to_drill_and_it_ends() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let day = json!({"field": "day", "value": "2026-01-03"});
    for odd in [json!([day]), json!([january(), day]), json!([january(), january()])] {
        let refused = viewer.ask("second/by_month", "query", &json!({"drill": odd})).await?;
        assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, "drill_refused".to_owned()), "{odd}");
        assert_eq!(
            refused.detail(),
            "`drill`: expected values of `month`, `day`, in this order and without the last one"
        );
    }
    let wrong = viewer.ask("second/by_month", "query", &json!({"drill": [{"field": "month", "value": 7}]})).await?;
    assert_eq!((wrong.status, wrong.code()), (StatusCode::BAD_REQUEST, "wrong_value".to_owned()));
    // An element without such a way has nothing there, for nobody.
    for (kind, body) in [("query", json!({"drill": [january()]})), ("underlying", json!({}))] {
        assert_eq!(viewer.ask("main/list", kind, &body).await?.status, StatusCode::NOT_FOUND, "{kind}");
    }
    Ok(())
}

#[tokio::test]
async fn the_rows_underneath_are_ones_own_and_as_many_as_there_are() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let all = viewer.ask("second/by_month", "underlying", &json!({})).await?;
    assert_eq!(all.rows().len(), 18);
    let columns = all.json()["columns"].as_array().cloned().unwrap_or_default();
    let names: Vec<&str> = columns.iter().filter_map(|column| column["name"].as_str()).collect();
    assert_eq!(names, ["order_id", "status", "customer", "note"]);
    let january = viewer.ask("second/by_month", "underlying", &json!({"at": [january()]})).await?;
    let notes: Vec<Value> = january.rows().iter().map(|row| row[3].clone()).collect();
    assert_eq!(notes, ["CNRY_acme_order_0", "CNRY_acme_order_2", "CNRY_acme_order_4"]);
    let body = json!({"at": [{"field": "month", "value": JANUARY}], "format": "csv"});
    let file = viewer.ask("second/by_month", "underlying/export", &body).await?;
    assert_eq!(file.text().lines().count(), 4);
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"orders-by_month-rows.csv\"");
    Ok(())
}

#[tokio::test]
async fn no_field_that_the_author_did_not_name_is_reached_through_a_mark() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    for field in ["worth", "tenant", "margin", "nothing", "orders"] {
        let at = json!({"at": [{"field": field, "value": "acme"}]});
        let refused = viewer.ask("second/by_month", "underlying", &at).await?;
        let expected = if field == "orders" { "measure_filtered" } else { "unknown_field" };
        assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, expected.to_owned()), "{field}");
    }
    Ok(())
}

#[tokio::test]
async fn each_needs_its_permission_and_says_no_more_without_it() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let mut session = buyer("acme");
    session["account_type"] = json!("Act");
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
    let pages = viewer.open_workbook().await?.json()["pages"].clone();
    assert_eq!(
        (&pages[1]["elements"][0]["drill"], &pages[1]["elements"][0]["underlying"]),
        (&Value::Null, &json!(false))
    );
    for (kind, body) in [
        ("query", json!({"drill": [january()]})),
        ("underlying", json!({})),
        ("underlying/export", json!({"format": "csv"})),
    ] {
        assert_eq!(viewer.ask("second/by_month", kind, &body).await?.status, StatusCode::FORBIDDEN, "{kind}");
    }
    // Who may look at the rows may not take them away for that alone.
    let mut narrowed = buyer("acme");
    narrowed["permissions"] = json!(["view", "view_underlying"]);
    let viewer = vitrine.host("portal").viewer(&narrowed, "orders").await?;
    assert_eq!(viewer.ask("second/by_month", "underlying", &json!({})).await?.status, StatusCode::OK);
    let export = viewer.ask("second/by_month", "underlying/export", &json!({"format": "csv"})).await?;
    assert_eq!(export.status, StatusCode::FORBIDDEN);
    Ok(())
}

#[tokio::test]
async fn a_locked_parameter_holds_behind_every_mark() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let mut session = buyer("acme");
    session["locked_parameters"] = json!({"own": ["globex"]});
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
    for (kind, body) in [("query", json!({"drill": [january()]})), ("underlying", json!({}))] {
        let refused = viewer.ask("second/by_month", kind, &body).await?;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{kind}: the element does not consume the parameter");
    }
    Ok(())
}

#[tokio::test]
async fn a_pivot_comes_with_its_subtotals_and_averages_are_averages() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let answer = viewer.element("second/crossed", &json!({})).await?.json();
    let totals = answer["totals"].as_array().cloned().unwrap_or_default();
    let fields: Vec<&Value> = totals.iter().map(|total| &total["fields"]).collect();
    assert_eq!(fields, [&json!(["status"]), &json!(["customer"]), &json!([])]);
    let open: Vec<&Value> = answer["rows"].as_array().into_iter().flatten().filter(|row| row[0] == "open").collect();
    assert_eq!(open.len(), 2, "of one customer, and of one who is hidden");
    let all = &totals[2]["rows"][0];
    assert_eq!((totals[2]["rows"].as_array().map(Vec::len), &all[0]), (Some(1), &json!(18)));
    // 0.25, 74.25, 148.25, 370.25, 444.25, 18.25, 240.25, 314.25, 388.25, 110.25, 184.25, 258.25, 480.25, 54.25, 128.25,
    // 350.25, 424.25 and 498.25 are 4,486.50.
    assert_eq!(all[1], "249.250000");
    Ok(())
}
