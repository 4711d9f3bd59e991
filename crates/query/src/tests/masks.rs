//! Whatever is asked of a masked column is asked of its mask.

use super::world::{World, access, everything, only, query, sale, shown};
use crate::mask::MaskSecret;
use crate::secure::access::Access;
use authz::permit::ColumnAccess;
use model::filter::RowFilter;
use model::name::{ColumnName, TableName};
use model::rule::Comparison;
use model::semantic::{Calendar, Mask};
use model::value::Scalar;
use serde_json::{Value, json};

fn shop() -> World {
    let places = [super::world::place(1, "Delft"), super::world::place(2, "Brno")];
    World::new(&[sale(1, Some(1), "anna", 150), sale(2, Some(2), "bert", 250), sale(3, Some(1), "anna", 1250)], &places)
}

/// Access in which a column is masked, in every row or in some.
pub(super) fn masked_in(table: &str, column: &str, shown: RowFilter, masks: Vec<(RowFilter, Mask)>) -> Access {
    let mut access = everything();
    let table = access.tables.get_mut(&TableName::new(table).expect("a name")).expect("a table");
    table.columns.insert(ColumnName::new(column).expect("a name"), ColumnAccess::Masked { shown, masks });
    access.pseudonyms = Some(MaskSecret::new([7; 32]).pseudonyms("acme"));
    access
}

pub(super) fn masked(column: &str, mask: Mask) -> Access {
    masked_in("sales", column, RowFilter::Nothing, vec![(RowFilter::Everything, mask)])
}

const fn partial() -> Mask {
    Mask::Partial { first: 1, last: 0 }
}

async fn rows(access: &Access, question: Value) -> Vec<Vec<String>> {
    shown(&shop().ask(&query(question), access).await.expect("an answer"))
}

#[tokio::test]
async fn every_mask_stands_in_place_of_the_values() {
    let decimal = |text: &str| Scalar::Decimal(text.parse().expect("a number"));
    for (field, column, mask, expected) in [
        ("name", "name", Mask::Null, vec!["-"]),
        ("name", "name", Mask::Constant(Scalar::Text("x".into())), vec!["x"]),
        ("name", "name", partial(), vec!["a***", "b***"]),
        ("amount", "amount", Mask::Range(decimal("10")), vec!["0.00", "10.00"]),
        ("day", "day", Mask::Period(Calendar::Year), vec!["2013-01-01"]),
        ("paid", "paid", Mask::Constant(Scalar::Boolean(false)), vec!["false"]),
        ("id", "id", Mask::Range(Scalar::Integer(2)), vec!["0", "2"]),
    ] {
        let found = rows(&masked(column, mask.clone()), json!({"fields": [field]})).await;
        assert_eq!(found.concat(), expected, "{mask:?}");
    }
    let found = rows(&masked("name", Mask::Hash), json!({"fields": ["name", "rows"]})).await;
    assert_eq!(found.len(), 2, "equal values have equal pseudonyms");
    assert!(found.iter().all(|row| row[0].len() == 32 && !row[0].contains("anna")), "{found:?}");
    let nobody = Access { pseudonyms: None, ..masked("name", Mask::Hash) };
    assert_eq!(rows(&nobody, json!({"fields": ["name"]})).await, [["-"]], "nobody has pseudonyms of their own");
}

#[tokio::test]
async fn filters_groups_sorts_and_measures_work_on_the_mask() {
    let partial = masked("name", partial());
    let filtered = |value: &str| json!({"fields": ["id"], "filters": [{"field": "name", "values": [value]}]});
    assert!(rows(&partial, filtered("anna")).await.is_empty(), "a value that is not shown is not found");
    assert_eq!(rows(&partial, filtered("a***")).await, [["1"], ["3"]]);
    let contains = json!({"fields": ["id"], "filters": [{"field": "name", "operator": "contains", "values": ["nn"]}]});
    assert!(rows(&partial, contains).await.is_empty());
    let grouped = json!({"fields": ["name", "rows", "names"], "sorts": [{"field": "name", "descending": true}]});
    assert_eq!(rows(&partial, grouped).await, [["b***", "1", "1"], ["a***", "2", "1"]]);
    assert_eq!(rows(&partial, json!({"fields": ["first_name"]})).await, [["a***"]]);

    let constant = masked("amount", Mask::Constant(Scalar::Decimal("1".parse().expect("a number"))));
    assert_eq!(rows(&constant, json!({"fields": ["total", "mean"]})).await, [["3.00", "1.000000"]]);
    let null = masked("amount", Mask::Null);
    let above = json!({"fields": ["id"], "filters": [{"field": "amount", "operator": "greater", "values": ["2"]}]});
    assert!(rows(&null, above.clone()).await.is_empty());
    assert_eq!(rows(&everything(), above).await.len(), 2);
    let sorted = json!({"fields": ["id", "amount"], "sorts": [{"field": "amount"}], "limit": 1});
    assert_eq!(rows(&null, sorted).await, [["1", "-"]], "the order is that of the other fields");
}

#[tokio::test]
async fn a_join_works_on_the_mask() {
    let question = || json!({"fields": ["id", "city"]});
    assert_eq!(rows(&masked("place", Mask::Null), question()).await, [["1", "-"], ["2", "-"], ["3", "-"]]);
    let one = Mask::Constant(Scalar::Integer(2));
    assert_eq!(rows(&masked("place", one), question()).await, [["1", "Brno"], ["2", "Brno"], ["3", "Brno"]]);
    let city = masked_in("places", "city", RowFilter::Nothing, vec![(RowFilter::Everything, partial())]);
    assert_eq!(rows(&city, question()).await, [["1", "D***"], ["2", "B***"], ["3", "D***"]]);
}

#[tokio::test]
async fn suggestions_are_of_the_mask() {
    let access = masked("name", partial());
    assert_eq!(shown(&shop().suggest("name", "", &access).await.expect("an answer")), [["a***"], ["b***"]]);
    assert!(shop().suggest("name", "ann", &access).await.expect("an answer").rows.is_empty());
}

#[tokio::test]
async fn a_cell_is_masked_by_the_policies_of_its_row() {
    let is = |id: i64| only("id", Comparison::Equal, Scalar::Integer(id));
    let masks = vec![(is(2), partial()), (is(3), Mask::Constant(Scalar::Text("x".into())))];
    let mixed = masked_in("sales", "name", is(1), masks);
    assert_eq!(rows(&mixed, json!({"fields": ["id", "name"]})).await, [["1", "anna"], ["2", "b***"], ["3", "x"]]);
    let shown_in_none = masked_in("sales", "name", RowFilter::Nothing, vec![(is(2), partial())]);
    let found = rows(&shown_in_none, json!({"fields": ["id", "name"]})).await;
    assert_eq!(found, [["1", "-"], ["2", "b***"], ["3", "-"]], "what no mask is for is NULL");
}

#[tokio::test]
async fn row_policies_read_the_values_below_the_mask() {
    let mut masked = masked("name", partial());
    let anna = only("name", Comparison::Equal, Scalar::Text("anna".into()));
    masked.tables.get_mut(&TableName::new("sales").expect("a name")).expect("a table").rows = anna.clone();
    assert_eq!(rows(&masked, json!({"fields": ["id", "name"]})).await, [["1", "a***"], ["3", "a***"]]);
    assert_eq!(rows(&access(anna, RowFilter::Everything), json!({"fields": ["rows"]})).await, [["2"]]);
}
