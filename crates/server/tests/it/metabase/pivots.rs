//! Pivots with their totals, and the names by which they are found.

use super::Embedding;
use crate::support::{Outcome, Vitrine, copy_of, edit};
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::callers::Answer;
use testkit::world;

const CARD: &str = "/api/embed/pivot/card/TOKEN/query";
const DASHCARD: &str = "/api/embed/pivot/dashboard/TOKEN/dashcard/1/card/110";
const LINKS: [&str; 2] = [
    "/api/public/pivot/card/4b1a1c1e-0000-4000-8000-000000000110/query",
    "/api/public/pivot/dashboard/4b1a1c1e-0000-4000-8000-000000000210/dashcard/1/card/110",
];

/// Two restaurants of each of three prices.
fn some() -> Value {
    json!({"abc": [1, 26, 2, 11, 13, 7]})
}

fn card(params: Value) -> Value {
    json!({"resource": {"question": 110}, "params": params})
}

fn board(params: Value) -> Value {
    json!({"resource": {"dashboard": 210}, "params": params})
}

fn rows(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    answer.json()["data"]["rows"].clone()
}

/// The last row, which sums up all of them.
fn grand_total(answer: &Answer) -> Value {
    rows(answer).as_array().and_then(|rows| rows.last().cloned()).unwrap_or_default()
}

fn is_refused(answer: &Answer, sentence: &str) {
    assert_eq!((answer.status, answer.text().as_str()), (StatusCode::BAD_REQUEST, sentence));
}

#[tokio::test]
async fn m3_a_pivot_has_its_totals_and_says_what_each_row_sums_up() -> Outcome {
    let embedding = Embedding::venues("compatible").await?;
    let expected = json!([
        [3, "Artisan", 0, 2],
        [2, "BBQ", 0, 1],
        [4, "Japanese", 0, 1],
        [2, "Mexican", 0, 1],
        [4, "Steakhouse", 0, 1],
        [null, "Artisan", 1, 2],
        [null, "BBQ", 1, 1],
        [null, "Japanese", 1, 1],
        [null, "Mexican", 1, 1],
        [null, "Steakhouse", 1, 1],
        [2, null, 2, 2],
        [3, null, 2, 2],
        [4, null, 2, 2],
        [null, null, 3, 6],
    ]);
    for (path, claims) in [(CARD, card(some())), (DASHCARD, board(some()))] {
        let answer = embedding.ask(path, &claims).await?;
        assert_eq!(rows(&answer), expected, "{path}");
        let body = answer.json();
        let columns = body["data"]["cols"].as_array().cloned().unwrap_or_default();
        let names: Vec<&Value> = columns.iter().map(|column| &column["name"]).collect();
        assert_eq!(names, ["price", "category_name", "pivot-grouping", "count"]);
        assert_eq!((&body["status"], &body["json_query"]), (&json!("completed"), &json!({})));
    }
    // The same card where totals are not asked for.
    let plain = embedding.ask("/api/embed/card/TOKEN/query", &card(some())).await?;
    assert_eq!(rows(&plain).as_array().map(Vec::len), Some(5));
    Ok(())
}

/// guest-params-26, and what else restricts a guest: totals are of nothing more than the cells.
#[tokio::test]
async fn m3_locks_and_parameters_hold_in_totals() -> Outcome {
    let embedding = Embedding::venues("compatible").await?;
    for (path, claims) in [(CARD, card(json!({}))), (DASHCARD, board(json!({})))] {
        is_refused(&embedding.ask(path, &claims).await?, "You must specify a value for :abc in the JWT.");
    }
    for (path, claims) in [(CARD, card(json!({"abc": 100}))), (DASHCARD, board(json!({"abc": 100})))] {
        assert_eq!(grand_total(&embedding.ask(path, &claims).await?), json!([null, null, 3, 1]), "{path}");
        let wider = embedding.ask(&format!("{path}?abc=1"), &claims).await?;
        is_refused(&wider, "You can only specify a value for abc in the JWT.");
    }
    let disabled = embedding.ask(&format!("{DASHCARD}?category_id=5"), &board(some())).await?;
    is_refused(&disabled, "You're not allowed to specify a value for category_id.");
    let filtered = embedding.ask(&format!("{DASHCARD}?price=3"), &board(some())).await?;
    assert_eq!(grand_total(&filtered), json!([null, null, 3, 2]));
    is_refused(
        &embedding.ask("/api/embed/pivot/dashboard/TOKEN/dashcard/2/card/2", &board(some())).await?,
        "Not found.",
    );
    for link in LINKS {
        let answer = embedding.ask_as(link, "").await?;
        assert_eq!(grand_total(&answer), json!([null, null, 3, 100]), "{link}");
        let answer = embedding.ask_as(&format!("{link}?price=4"), "").await?;
        assert_eq!(grand_total(&answer)[3], 8, "{link}");
        is_refused(&embedding.ask_as(&format!("{link}?abc=1"), "").await?, "An error occurred.");
    }
    Ok(())
}

#[tokio::test]
async fn m3_policies_hold_in_totals() -> Outcome {
    let folder = copy_of(&world::venues())?;
    let policy = "price: integer}\n    row_policies: [{name: cheap, permit: all, rule: price < 4}]";
    edit(&folder.path().join("models/venues.yaml"), "price: integer}\n    rows: shared", policy)?;
    let (vitrine, secret) = (Vitrine::of(folder.path()).await?, world::secret("compatible").to_owned());
    let embedding = Embedding { vitrine, secret };
    for (path, claims) in [(CARD, card(some())), (DASHCARD, board(some()))] {
        let answer = embedding.ask(path, &claims).await?;
        assert_eq!(grand_total(&answer), json!([null, null, 3, 4]), "{path}");
        assert!(!answer.text().contains("Steakhouse"), "{path}");
    }
    for link in LINKS {
        assert_eq!(grand_total(&embedding.ask_as(link, "").await?), json!([null, null, 3, 92]), "{link}");
    }
    Ok(())
}

/// An entity id is a name of the same thing, in tokens and in addresses.
#[tokio::test]
async fn entity_ids_open_pivots_and_their_dashcards() -> Outcome {
    let embedding = Embedding::venues("compatible").await?;
    let by_number = embedding.ask(DASHCARD, &board(some())).await?;
    let claims = json!({"resource": {"dashboard": "dashpivotdashpivotdas"}, "params": some()});
    let id = "pivotpivotpivotpivotp";
    for (place, card) in [("1", id), (id, "110"), (id, id)] {
        let path = format!("/api/embed/pivot/dashboard/TOKEN/dashcard/{place}/card/{card}");
        assert_eq!(embedding.ask(&path, &claims).await?.bytes, by_number.bytes, "{path}");
        let rows_alone = format!("/api/embed/dashboard/TOKEN/dashcard/{place}/card/{card}");
        assert_eq!(embedding.ask(&rows_alone, &claims).await?.status, StatusCode::ACCEPTED, "{rows_alone}");
    }
    let claims_of_card = json!({"resource": {"question": id}, "params": some()});
    assert_eq!(embedding.ask(CARD, &claims_of_card).await?.bytes, by_number.bytes);
    for (place, card) in [("2", id), (id, "2"), ("1", "dashpivotdashpivotdas"), ("dashpivotdashpivotdas", "110")] {
        let path = format!("/api/embed/pivot/dashboard/TOKEN/dashcard/{place}/card/{card}");
        is_refused(&embedding.ask(&path, &claims).await?, "Not found.");
    }
    Ok(())
}
