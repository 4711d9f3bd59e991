//! Questions that are refused, and with what.

use super::world::{World, everything, query, sale};
use crate::error::QueryError;
use model::filter::RowFilter;
use model::name::{ColumnName, FieldName, TableName};
use serde_json::{Value, json};

fn field(name: &str) -> FieldName {
    FieldName::new(name).expect("a name")
}

fn refusal(question: Value) -> QueryError {
    let world = World::new(&[sale(1, None, "a", 100)], &[]);
    world.plan(&query(question), &everything()).expect_err("a refusal")
}

#[test]
fn hidden_absent_and_not_admitted_fields_read_the_same_wherever_they_stand() {
    let world = World::new(&[sale(1, None, "a", 100)], &[]);
    let mut access = everything();
    let sales = access.tables.get_mut(&TableName::new("sales").expect("a name")).expect("the table");
    sales.columns.remove(&ColumnName::new("name").expect("a name"));
    access.tables.remove(&TableName::new("places").expect("a name"));
    access.fields.remove(&field("day"));
    for hidden in ["name", "names", "first_name", "city", "sizes", "day", "absent"] {
        for question in [
            json!({"fields": [hidden]}),
            json!({"fields": ["rows"], "filters": [{"field": hidden, "values": [[]]}]}),
            json!({"fields": ["rows", hidden], "sorts": [{"field": hidden}]}),
        ] {
            let refusal = world.plan(&query(question.clone()), &access).expect_err("a refusal");
            assert_eq!(refusal, QueryError::UnknownField { field: field(hidden) }, "{question}");
        }
    }
}

#[test]
fn a_join_over_a_hidden_key_does_not_exist() {
    let world = World::new(&[], &[]);
    for (table, key) in [("sales", "place"), ("places", "key")] {
        let mut access = everything();
        let table = access.tables.get_mut(&TableName::new(table).expect("a name")).expect("the table");
        table.columns.remove(&ColumnName::new(key).expect("a name"));
        let refusal = world.plan(&query(json!({"fields": ["city"]})), &access).expect_err("a refusal");
        assert_eq!(refusal, QueryError::UnknownField { field: field("city") }, "{key}");
    }
}

#[test]
fn a_table_without_access_does_not_exist() {
    let mut access = everything();
    access.tables.clear();
    let refusal = World::new(&[], &[]).plan(&query(json!({"fields": ["rows"]})), &access).expect_err("a refusal");
    assert_eq!(refusal, QueryError::UnknownField { field: field("rows") });
}

#[test]
fn wrong_questions_say_what_was_expected() {
    for (question, refused) in [
        (json!({"fields": []}), "no fields: expected at least one"),
        (json!({"fields": ["id", "id"]}), "field `id` is asked for twice"),
        (
            json!({"fields": ["id"], "sorts": [{"field": "name"}]}),
            "sorted by `name`: expected one of the query's fields",
        ),
        (
            json!({"fields": ["id"], "filters": [{"field": "rows", "values": ["many"]}]}),
            "wrong value for field `rows`: expected values of type integer",
        ),
        (
            json!({"fields": ["id"], "filters": [{"field": "id", "values": ["secret"]}]}),
            "wrong value for field `id`: expected values of type integer",
        ),
        (
            json!({"fields": ["id"], "filters": [{"field": "month", "operator": "less", "values": []}]}),
            "wrong value for field `month`: expected exactly one value of type date",
        ),
        (
            json!({"fields": ["id"], "filters": [{"field": "paid", "operator": "is_null", "values": [true]}]}),
            "wrong value for field `paid`: expected no values, although of type boolean",
        ),
    ] {
        assert_eq!(refusal(question).to_string(), refused);
    }
}

#[test]
fn a_question_of_another_explore_is_refused() {
    let mut question = query(json!({"fields": ["id"]}));
    question.explore = "shop.other".to_owned().try_into().expect("a path");
    let world = World::new(&[], &[]);
    assert_eq!(world.plan(&question, &everything()).expect_err("a refusal"), QueryError::OtherExplore);
}

#[test]
fn a_policy_on_a_column_that_is_gone_or_of_another_type_runs_nothing() {
    use super::world::{access, only};
    use model::rule::Comparison::Equal;
    use model::value::Scalar;
    let world = World::new(&[sale(1, None, "a", 100)], &[]);
    for rows in [only("gone", Equal, Scalar::Integer(1)), only("name", Equal, Scalar::Integer(1))] {
        let access = access(rows, RowFilter::Everything);
        let refusal = world.plan(&query(json!({"fields": ["rows"]})), &access).expect_err("a refusal");
        assert_eq!(refusal, QueryError::Internal);
    }
}
