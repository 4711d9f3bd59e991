//! Queries of one's own.

use super::{World, refusal};
use crate::administration::Caller;
use crate::support::{Outcome, never_for};
use model::enforcement::{Point, switch_off};
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::callers::{Answer, CallError};

fn orders() -> Value {
    json!({
        "model": "shop", "view": "orders", "fields": ["orders.order_id", "orders.customer", "orders.note"],
        "sorts": ["orders.order_id"],
    })
}

fn with(mut body: Value, member: &str, value: Value) -> Value {
    body[member] = value;
    body
}

async fn run(program: &Caller, body: Value, format: &str) -> Result<Answer, CallError> {
    program.post(&format!("/api/4.0/queries/run/{format}"), body).await
}

/// The rows of a query.
async fn rows(program: &Caller, body: Value) -> Result<Vec<Value>, CallError> {
    let answer = run(program, body, "json").await?;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    Ok(answer.json().as_array().cloned().unwrap_or_default())
}

#[tokio::test]
async fn a_query_has_an_id_and_is_answered_with_the_rows_of_whoever_asks() -> Outcome {
    let world = World::new().await?;
    let ines = world.program("ines@", &json!(["view", "explore", "export_csv"])).await?;
    let made = ines.post("/api/4.0/queries?fields=id,limit", with(orders(), "limit", json!("2"))).await?;
    assert_eq!((made.status, &made.json()["limit"]), (StatusCode::OK, &json!("2")), "{}", made.text());
    let path = format!("/api/4.0/queries/{}", made.json()["id"].as_str().unwrap_or_default());
    let shown = ines.get(&path).await?.json();
    assert_eq!((&shown["view"], &shown["fields"][0]), (&json!("orders"), &json!("orders.order_id")));
    let answer = ines.get(&format!("{path}/run/json")).await?;
    assert_eq!(answer.json().as_array().map(Vec::len), Some(2), "{}", answer.text());
    let more = ines.get(&format!("{path}/run/json?limit=-1")).await?;
    let inline = run(&ines, orders(), "json").await?;
    let file = run(&ines, orders(), "csv").await?;
    assert_eq!(more.text(), inline.text());
    for answer in [&more, &inline, &file] {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert!(answer.text().contains("CNRY_acme"), "{}", answer.text());
        for canary in never_for("acme") {
            assert!(!answer.text().contains(canary), "{canary}: {}", answer.text());
        }
    }
    // An id opens nothing to anybody else.
    let desk = world.program("desk@", &json!(["view", "export_csv"])).await?;
    assert_eq!(desk.get(&path).await?.json(), shown);
    let refused = desk.get(&format!("{path}/run/json")).await?;
    assert!(refused.status == StatusCode::NOT_FOUND || refused.status == StatusCode::FORBIDDEN, "{}", refused.text());
    let events = world.vitrine.audit().await?;
    let asked = events.iter().filter(|it| it.event.event == "run_query");
    assert!(asked.filter(|it| it.event.resource.as_deref() == Some("shop.orders")).count() >= 4);
    Ok(())
}

#[tokio::test]
async fn filters_are_expressions_and_what_is_none_is_refused() -> Outcome {
    let world = World::new().await?;
    let ines = world.program("ines@", &json!(["view", "explore"])).await?;
    let all = rows(&ines, orders()).await?;
    let first = all[0]["orders.order_id"].to_string();
    let second = all[1]["orders.order_id"].to_string();
    let filtered = |field: &str, text: &str| with(orders(), "filters", json!({ format!("orders.{field}"): text }));
    for (field, text, count) in [
        ("order_id", first.clone(), 1),
        ("order_id", format!("{first}, {second}"), 2),
        ("order_id", String::new(), all.len()),
        ("status", "no such".to_owned(), 0),
    ] {
        assert_eq!(rows(&ines, filtered(field, &text)).await?.len(), count, "{field} {text}");
    }
    let statuses = with(orders(), "fields", json!(["orders.order_id", "orders.status"]));
    let statuses = rows(&ines, statuses).await?;
    let is = |status: &str| statuses.iter().filter(|row| row["orders.status"] == json!(status)).count();
    assert!(is("paid") > 0 && is("paid") < all.len());
    for (field, text, count) in [
        ("status", "pa%", is("paid")),
        ("status", "paid,no such", is("paid")),
        ("status", "-paid", all.len() - is("paid")),
        ("order_id", ">=0", all.len()),
        ("order_id", "NOT NULL", all.len()),
        ("order_id", "NULL", 0),
        ("day", "before 1900-01-01", 0),
    ] {
        assert_eq!(rows(&ines, filtered(field, text)).await?.len(), count, "{field} {text}");
    }
    for (field, text) in [("order_id", "many"), ("order_id", "[1,"), ("day", "some day")] {
        let refused = run(&ines, filtered(field, text), "json").await?;
        let expected = (422, "Validation Failed".to_owned(), vec!["filters".to_owned()]);
        assert_eq!(refusal(&refused), expected, "{field} {text}: {}", refused.text());
    }
    let totals = with(orders(), "fields", json!(["orders.status", "orders.orders"]));
    let totals = rows(&ines, with(totals, "sorts", json!([]))).await?;
    let counts: Vec<i64> = totals.iter().filter_map(|row| row["orders.orders"].as_i64()).collect();
    assert!(counts.len() > 1 && counts.is_sorted_by(|one, other| one >= other), "the greatest first: {counts:?}");
    Ok(())
}

#[tokio::test]
async fn what_may_not_be_asked_reads_like_what_is_absent() -> Outcome {
    let world = World::new().await?;
    let ines = world.program("ines@", &json!(["view", "explore"])).await?;
    let desk = world.program("desk@", &json!(["view", "explore"])).await?;
    let absent = with(orders(), "view", json!("none"));
    let absent = with(absent, "fields", json!(["none.order_id"]));
    let absent = with(absent, "sorts", json!([]));
    let (hidden, absent) = (run(&desk, orders(), "json").await?, run(&desk, absent, "json").await?);
    assert_eq!((hidden.status, hidden.text()), (absent.status, absent.text()));
    for odd in [with(orders(), "model", json!("no model")), with(orders(), "model", json!("none"))] {
        assert_eq!(refusal(&run(&ines, odd, "json").await?).0, 404);
    }
    let unknown = run(&ines, with(orders(), "fields", json!(["orders.secret"])), "json").await?;
    assert_eq!(refusal(&unknown).0, 422, "{}", unknown.text());
    assert_eq!(refusal(&run(&ines, orders(), "csv").await?).0, 403, "beyond its scopes");
    assert_eq!(refusal(&run(&ines, orders(), "png").await?).0, 400);
    for path in ["queries/none", "queries/none/run/json"] {
        assert_eq!(refusal(&ines.get(&format!("/api/4.0/{path}")).await?), (404, "Not found".into(), vec![]));
    }
    // Only those who may explore ask questions of their own.
    let viewer = world.program("ines@", &json!(["view"])).await?;
    assert_eq!(run(&viewer, orders(), "json").await?.text(), hidden.text());
    let _off = switch_off(Point::ExplorePermission);
    assert_eq!(run(&viewer, orders(), "json").await?.status, StatusCode::OK);
    Ok(())
}
