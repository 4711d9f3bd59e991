//! Measures of some rows, of the order of values and of other measures; and filters on what rows add up to.

use super::world::{Row, World, access, everything, only, place, query, sale, shown};
use crate::error::QueryError;
use crate::secure::access::Access;
use model::filter::RowFilter;
use model::name::{ColumnName, TableName};
use model::rule::Comparison;
use model::value::Scalar;
use serde_json::{Value, json};

fn unpaid(mut sale: Row) -> Row {
    sale[5] = Some(Scalar::Boolean(false));
    sale
}

/// Of anna 1.00, 3.00 and 7.00 (not paid); of bert 2.50; of cleo nothing that is paid.
fn shop() -> World {
    let anna = [sale(1, Some(1), "anna", 100), sale(2, Some(2), "anna", 300), unpaid(sale(3, Some(1), "anna", 700))];
    let others = [sale(4, Some(2), "bert", 250), unpaid(sale(5, None, "cleo", 900))];
    World::new(&anna.into_iter().chain(others).collect::<Vec<_>>(), &[place(1, "Delft"), place(2, "Brno")])
}

async fn asked(access: &Access, question: Value) -> Result<Vec<Vec<String>>, QueryError> {
    shop().ask(&query(question), access).await.map(|answer| shown(&answer))
}

async fn rows(question: Value) -> Vec<Vec<String>> {
    asked(&everything(), question).await.expect("an answer")
}

#[tokio::test]
async fn a_measure_of_some_rows_sees_no_others() {
    let by_name = rows(json!({"fields": ["name", "rows", "paid_rows", "paid_total", "in_delft"]})).await;
    assert_eq!(
        by_name,
        [["anna", "3", "2", "4.00", "2"], ["bert", "1", "1", "2.50", "0"], ["cleo", "1", "0", "-", "0"]]
    );
}

#[tokio::test]
async fn a_ratio_is_exact_cut_and_null_by_zero() {
    let by_name = rows(json!({"fields": ["name", "paid_share", "paid_mean"]})).await;
    assert_eq!(
        by_name,
        [["anna", "0.666666", "2.000000"], ["bert", "1.000000", "2.500000"], ["cleo", "0.000000", "-"],]
    );
    let sorted =
        rows(json!({"fields": ["name", "paid_share"], "sorts": [{"field": "paid_share", "descending": true}]}));
    assert_eq!(sorted.await.iter().map(|row| row[0].clone()).collect::<Vec<_>>(), ["bert", "anna", "cleo"]);
}

/// What is added up is what the viewer sees, in the order of the answer, whatever its limit.
#[tokio::test]
async fn running_totals_and_shares_are_of_visible_rows_in_the_order_of_the_answer() {
    let fields = json!(["name", "total", "total_so_far", "share", "rows_so_far"]);
    let by_name = rows(json!({"fields": fields})).await;
    let expected = [
        ["anna", "11.00", "11.00", "0.488888", "3"],
        ["bert", "2.50", "13.50", "0.111111", "4"],
        ["cleo", "9.00", "22.50", "0.400000", "5"],
    ];
    assert_eq!(by_name, expected);
    let largest = json!({"fields": fields, "sorts": [{"field": "total", "descending": true}], "limit": 2});
    assert_eq!(
        rows(largest).await,
        [["anna", "11.00", "11.00", "0.488888", "3"], ["cleo", "9.00", "20.00", "0.400000", "4"]]
    );
    let first = json!({"fields": ["total_so_far", "name"], "sorts": [{"field": "total_so_far", "descending": true}], "limit": 1});
    assert_eq!(rows(first).await, [["22.50", "cleo"]], "the order of what is added up is that of the other fields");

    let by_share = json!({"fields": fields, "sorts": [{"field": "share", "descending": true}]});
    assert_eq!(
        rows(by_share).await,
        [
            ["anna", "11.00", "11.00", "0.488888", "3"],
            ["cleo", "9.00", "20.00", "0.400000", "4"],
            ["bert", "2.50", "22.50", "0.111111", "5"],
        ],
        "an order by a share is one in which totals run"
    );

    let mine = access(only("name", Comparison::NotEqual, Scalar::Text("anna".into())), RowFilter::Everything);
    let seen = asked(&mine, json!({"fields": ["name", "total_so_far", "share_of_rows"]})).await;
    assert_eq!(seen.expect("an answer"), [["bert", "2.50", "0.500000"], ["cleo", "11.50", "0.500000"]]);

    let filter = json!({"field": "total_so_far", "operator": "greater", "values": ["12"]});
    assert_eq!(rows(json!({"fields": ["name"], "filters": [filter]})).await, [["bert"], ["cleo"]]);
    let filter = json!({"field": "total", "operator": "less", "values": [10]});
    assert_eq!(
        rows(json!({"fields": ["name", "share"], "filters": [filter]})).await,
        [["bert", "0.217391"], ["cleo", "0.782608"]]
    );
    assert_eq!(
        rows(json!({"fields": ["share", "rows_so_far", "ids_so_far"]})).await,
        [["1.000000", "5", "15"]],
        "of one row"
    );
}

#[tokio::test]
async fn medians_and_percentiles_are_exact() {
    let by_name = rows(json!({"fields": ["name", "middle", "middle_id", "most", "usual_day"]})).await;
    assert_eq!(
        by_name,
        [
            ["anna", "3.000", "2.0", "7.00", "2013-01-01"],
            ["bert", "2.500", "4.0", "2.50", "2013-01-01"],
            ["cleo", "9.000", "5.0", "9.00", "2013-01-01"],
        ]
    );
    let two = only("id", Comparison::LessOrEqual, Scalar::Integer(2));
    let of_two = asked(&access(two, RowFilter::Everything), json!({"fields": ["middle", "middle_id"]})).await;
    assert_eq!(of_two, Ok(vec![vec!["2.000".to_owned(), "1.5".to_owned()]]), "half of the sum of two");
    let nothing = access(RowFilter::Nothing, RowFilter::Everything);
    let none = asked(&nothing, json!({"fields": ["middle", "most", "paid_share"]})).await;
    assert_eq!(none, Ok(vec![vec!["-".to_owned(); 3]]));
}

/// In many batches and parts the same as in one.
#[tokio::test]
async fn medians_do_not_depend_on_how_rows_come() {
    let many: Vec<Row> = (0..5_001).map(|id| sale(id, None, "a", (id * 7_919) % 5_001)).collect();
    let reversed: Vec<Row> = many.iter().rev().cloned().collect();
    let question = query(json!({"fields": ["middle", "most"]}));
    for sales in [many, reversed] {
        let answer = World::new(&sales, &[]).ask(&question, &everything()).await.expect("an answer");
        assert_eq!(shown(&answer), [["25.000", "45.00"]]);
    }
}

#[tokio::test]
async fn a_filter_on_a_measure_keeps_what_its_rows_add_up_to() {
    let having = |field: &str, operator: &str, values: Value| json!({"fields": ["name", "rows"], "filters": [{"field": field, "operator": operator, "values": values}]});
    assert_eq!(rows(having("rows", "greater", json!([1]))).await, [["anna", "3"]]);
    assert_eq!(rows(having("total", "less", json!(["9.00"]))).await, [["bert", "1"]], "of a measure that is not shown");
    assert_eq!(
        rows(having("ids", "is_any_of", json!([4, 5]))).await,
        [["bert", "1"], ["cleo", "1"]],
        "a sum of integers"
    );
    assert_eq!(rows(having("paid_share", "greater_or_equal", json!([0.5]))).await.len(), 2);
    assert_eq!(rows(having("paid_mean", "is_null", json!([]))).await, [["cleo", "1"]]);
    assert_eq!(rows(having("middle", "greater", json!([2.75]))).await, [["anna", "3"], ["cleo", "1"]]);
    let wrong = asked(&everything(), having("rows", "greater", json!(["many"]))).await;
    assert!(matches!(wrong, Err(QueryError::WrongValue { .. })), "{wrong:?}");
    let hidden = only("name", Comparison::NotEqual, Scalar::Text("anna".into()));
    let own = asked(&access(hidden, RowFilter::Everything), having("rows", "greater", json!([1]))).await;
    assert_eq!(own, Ok(vec![]), "hidden rows add nothing");
}

/// What a measure rests on must be visible, whether or not it may be asked for by itself (leak L78).
#[tokio::test]
async fn a_measure_over_a_hidden_column_is_unknown() {
    let mut access = everything();
    access.fields.remove(&"paid".parse().expect("a name"));
    access.fields.remove(&"paid_rows".parse().expect("a name"));
    assert!(
        asked(&access, json!({"fields": ["paid_share"]})).await.is_ok(),
        "what its author wrote need not be admitted"
    );
    for (table, column, fields) in [
        ("sales", "paid", vec!["paid_rows", "paid_total", "paid_share", "paid_mean"]),
        ("sales", "amount", vec!["middle", "most", "paid_total", "paid_mean"]),
        ("places", "city", vec!["in_delft"]),
    ] {
        let mut access = everything();
        let columns = &mut access.tables.get_mut(&TableName::new(table).expect("a name")).expect("a table").columns;
        columns.remove(&ColumnName::new(column).expect("a name"));
        for field in fields {
            let refused = asked(&access, json!({"fields": [field]})).await;
            assert_eq!(refused, Err(QueryError::UnknownField { field: field.parse().expect("a name") }), "{column}");
            let having = json!({"fields": ["rows"], "filters": [{"field": field, "operator": "is_not_null"}]});
            assert!(matches!(asked(&access, having).await, Err(QueryError::UnknownField { .. })), "{field}");
        }
    }
}
