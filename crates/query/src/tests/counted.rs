//! The rows that measures count: one line for each, of those that the viewer sees.

use super::world::{Row, World, access_to, explore, model, only, place, query_of, sale, shown};
use crate::error::QueryError;
use crate::secure::access::Access;
use model::filter::RowFilter;
use model::name::{ColumnName, TableName};
use model::rule::Comparison;
use model::value::Scalar;
use serde_json::{Value, json};

/// Two places in Delft, the first of which has two sales to anna, and Ulm, which has none; and a sale to anna nowhere.
fn shop() -> World {
    let mut unpaid = sale(3, Some(2), "bert", 500);
    unpaid[5] = Some(Scalar::Boolean(false));
    let sales: Vec<Row> =
        vec![sale(1, Some(1), "anna", 100), sale(2, Some(1), "anna", 300), unpaid, sale(4, None, "anna", 250)];
    World::new(&sales, &[place(1, "Delft"), place(2, "Delft"), place(3, "Ulm")])
}

fn places(on_sales: RowFilter, on_places: RowFilter) -> Access {
    access_to(explore("places"), &model(), on_sales, on_places)
}

fn all() -> Access {
    places(RowFilter::Everything, RowFilter::Everything)
}

async fn lines(measure: &str, filters: Value, access: &Access) -> Result<Vec<Vec<String>>, QueryError> {
    let question = query_of("places", json!({"fields": [], "filters": filters}));
    shop().rows_of(measure, &question, access).await.map(|answer| shown(&answer))
}

#[tokio::test]
async fn each_row_that_counts_is_one_line_whatever_is_joined() {
    // Delft twice, because two places are called so; each once, however many sales they have.
    let delft_twice = vec![vec!["Delft".to_owned()], vec!["Delft".to_owned()], vec!["Ulm".to_owned()]];
    assert_eq!(lines("places", json!([]), &all()).await, Ok(delft_twice.clone()));
    assert_eq!(lines("sizes", json!([]), &all()).await, Ok(delft_twice.clone()), "the explore's");
    assert_eq!(lines("share", json!([]), &all()).await, Ok(delft_twice), "of what it is a share of");
    let met = json!([{"field": "name", "values": ["anna", "bert"]}]);
    let met = lines("places", met, &all()).await;
    assert_eq!(met, Ok(vec![vec!["Delft".to_owned()]; 2]), "two sales are no two lines");
    let paid = lines("paid_sizes", json!([]), &all()).await;
    assert_eq!(paid, Ok(vec![vec!["Delft".to_owned()]]), "what does not count is not there");
}

/// A place without sales is no sale.
#[tokio::test]
async fn rows_that_are_not_there_are_no_lines() {
    let ids = |ids: &[&str]| Ok(ids.iter().map(|id| vec![(*id).to_owned()]).collect());
    assert_eq!(lines("rows", json!([]), &all()).await, ids(&["1", "2", "3"]));
    let namesakes = lines("namesakes", json!([]), &all()).await.expect("rows");
    assert_eq!(
        namesakes,
        [["1", "anna"], ["2", "anna"], ["3", "bert"], ["4", "anna"]],
        "each once for each name that it is met by"
    );
    let cheap = only("amount", Comparison::Less, Scalar::Decimal("4.00".parse().expect("a decimal")));
    assert_eq!(lines("rows", json!([]), &places(cheap, RowFilter::Everything)).await, ids(&["1", "2"]));
    let small = only("size", Comparison::Less, Scalar::Integer(150));
    assert_eq!(lines("rows", json!([]), &places(RowFilter::Everything, small)).await, ids(&["1", "2"]));
    assert_eq!(lines("rows", json!([]), &places(RowFilter::Nothing, RowFilter::Everything)).await, ids(&[]));
}

#[tokio::test]
async fn only_what_there_is_is_shown_underneath() {
    let none = |measure: &str| Err(QueryError::NoDrillFields { measure: measure.parse().expect("a name") });
    assert_eq!(lines("total", json!([]), &all()).await, none("total"), "an empty list");
    assert_eq!(lines("worth", json!([]), &all()).await, none("worth"), "a ratio");
    let mut access = all();
    let table = access.tables.get_mut(&TableName::new("places").expect("a name")).expect("a table");
    table.columns.remove(&ColumnName::new("city").expect("a name"));
    assert_eq!(lines("places", json!([]), &access).await, none("places"), "a hidden column");
    let unknown = |field: &str| Err(QueryError::UnknownField { field: field.parse().expect("a name") });
    let filter = json!([{"field": "city", "values": ["Delft"]}]);
    assert_eq!(lines("rows", filter, &access).await, unknown("city"));
    access.fields.remove(&"rows".parse().expect("a name"));
    assert_eq!(lines("rows", json!([]), &access).await, unknown("rows"));
    let having = json!([{"field": "places", "operator": "greater", "values": [1]}]);
    assert!(matches!(lines("rows", having, &all()).await, Err(QueryError::MeasureFiltered { .. })));
}
