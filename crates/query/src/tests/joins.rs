//! Joins that multiply rows: each row counts once, of those that the viewer sees.

use super::world::{Row, World, access_to, date, explore, model, only, place, query_of, sale, shown};
use crate::secure::access::Access;
use model::filter::RowFilter;
use model::rule::Comparison;
use model::value::Scalar;
use serde_json::{Value, json};

/// Delft (100) has three sales, two of them to anna; Brno (200) has one to anna, which is not paid; Ulm (300) has none.
fn shop() -> World {
    let mut unpaid = sale(4, Some(2), "anna", 1000);
    unpaid[5] = Some(Scalar::Boolean(false));
    let delft = [sale(1, Some(1), "anna", 100), sale(2, Some(1), "anna", 300), sale(3, Some(1), "bert", 500)];
    let sales: Vec<Row> = delft.into_iter().chain([unpaid]).collect();
    World::new(&sales, &[place(1, "Delft"), place(2, "Brno"), place(3, "Ulm")])
}

fn places(on_sales: RowFilter, on_places: RowFilter) -> Access {
    access_to(explore("places"), &model(), on_sales, on_places)
}

async fn asked(access: &Access, question: Value) -> Vec<Vec<String>> {
    shown(&shop().ask(&query_of("places", question), access).await.expect("an answer"))
}

async fn rows(question: Value) -> Vec<Vec<String>> {
    asked(&places(RowFilter::Everything, RowFilter::Everything), question).await
}

#[tokio::test]
async fn each_row_counts_once_however_many_it_meets() {
    let all = rows(json!({"fields": ["places", "sizes", "rows", "total"]})).await;
    assert_eq!(all, [["3", "600", "4", "19.00"]]);
    let by_city = rows(json!({"fields": ["city", "places", "sizes", "rows", "mean", "worth"]})).await;
    let expected = [
        ["Brno", "1", "200", "1", "10.000000", "0.050000"],
        ["Delft", "1", "100", "3", "3.000000", "0.090000"],
        ["Ulm", "1", "300", "0", "-", "-"],
    ];
    assert_eq!(by_city, expected);
}

/// A place with several sales to one person is there once for that person, and once for everybody else.
#[tokio::test]
async fn groups_may_share_rows_and_none_has_one_twice() {
    let by_name = rows(json!({"fields": ["name", "places", "sizes", "middle_size", "usual_size", "rows"]})).await;
    let expected = [
        ["anna", "2", "300", "150.0", "100", "3"],
        ["bert", "1", "100", "100.0", "100", "1"],
        ["-", "1", "300", "300.0", "300", "0"],
    ];
    assert_eq!(by_name, expected);
    let paid = rows(json!({"fields": ["sizes", "paid_sizes", "sizes_seen"]})).await;
    assert_eq!(paid, [["600", "100", "500"]], "of a place with a paid sale; and of the place of each sale");
}

#[tokio::test]
async fn several_tables_count_beside_each_other_and_through_many_to_many() {
    let fields = json!(["city", "rows", "namesakes", "total", "places"]);
    let by_city = rows(json!({"fields": fields, "filters": [{"field": "rows", "operator": "greater", "values": [0]}]}));
    assert_eq!(by_city.await, [["Brno", "1", "3", "10.00", "1"], ["Delft", "3", "4", "9.00", "1"]]);
    let met = rows(json!({"fields": ["id", "namesakes", "places", "ids"]})).await;
    let expected =
        [["1", "3", "1", "1"], ["2", "3", "1", "2"], ["3", "1", "1", "3"], ["4", "3", "1", "4"], ["-", "0", "1", "-"]];
    assert_eq!(met, expected);
}

/// The place of a hidden sale is there all the same; with a hidden place, its sales are not.
#[tokio::test]
async fn hidden_rows_are_not_counted_and_take_nothing_else_with_them() {
    let cheap = only("amount", Comparison::Less, Scalar::Decimal("4.00".parse().expect("a decimal")));
    let by_city = json!({"fields": ["city", "rows", "total", "sizes", "namesakes"]});
    let cheap = asked(&places(cheap, RowFilter::Everything), by_city.clone()).await;
    let expected = [["Brno", "0", "-", "200", "0"], ["Delft", "2", "4.00", "100", "2"], ["Ulm", "0", "-", "300", "0"]];
    assert_eq!(cheap, expected);
    let large = only("size", Comparison::Greater, Scalar::Integer(150));
    let large = asked(&places(RowFilter::Everything, large), by_city).await;
    assert_eq!(large, [["Brno", "1", "10.00", "200", "3"], ["Ulm", "0", "-", "300", "0"]]);
}

#[tokio::test]
async fn what_is_added_up_over_the_answer_is_of_rows_that_count_once() {
    let question =
        json!({"fields": ["city", "places_so_far", "share"], "sorts": [{"field": "city", "descending": true}]});
    let added = rows(question).await;
    assert_eq!(added, [["Ulm", "1", "0.500000"], ["Delft", "2", "0.166666"], ["Brno", "3", "0.333333"]]);
}

/// A number of a row is of one run, and never part of an answer.
#[tokio::test]
async fn rows_as_they_are_have_no_numbers() {
    let world = shop();
    let access = places(RowFilter::Everything, RowFilter::Everything);
    let plan = world.plan(&query_of("places", json!({"fields": ["city", "sizes"]})), &access).expect("a plan");
    assert!(!plan.explain().contains("Numbered"), "each place stands once without its sales: {}", plan.explain());
    let plan = world.plan(&query_of("places", json!({"fields": ["name", "sizes"]})), &access).expect("a plan");
    assert!(plan.explain().contains("Numbered"), "{}", plan.explain());
    assert_eq!(plan.columns.len(), 2);
}

/// The engine leaves a month that is one value out of the order, and refused its own plan for it.
#[tokio::test]
async fn what_is_filtered_to_one_value_is_sorted_by_all_the_same() {
    let mut april = sale(3, Some(1), "anna", 900);
    april[4] = date("2013-04-02");
    let sales = [sale(1, Some(1), "anna", 100), sale(2, Some(2), "bert", 100), april];
    let world = World::new(&sales, &[place(1, "Delft"), place(2, "Brno")]);
    let question = json!({
        "fields": ["city", "month", "namesakes", "total"],
        "filters": [{"field": "month", "values": ["2013-01-01"]}],
        "sorts": [{"field": "total", "descending": true}],
        "limit": 3,
    });
    let everything = access_to(explore("places"), &model(), RowFilter::Everything, RowFilter::Everything);
    let answer = world.ask(&query_of("places", question), &everything).await.expect("an answer");
    assert_eq!(shown(&answer), [["Brno", "2013-01-01", "1", "1.00"], ["Delft", "2013-01-01", "2", "1.00"]]);
}
