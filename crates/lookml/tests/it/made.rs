//! What is translated, and to what.

use crate::support::{closed, explore, is_closed, model, of_shop, table, told};
use lookml::Weight;
use serde_json::{Value, json};

/// A field of the explore `orders` that stands in the view, as a model writes it, without what it has anyway.
fn field(written: &str, kind: &str) -> Value {
    let imported = of_shop(&format!("explore: orders {{}} view: +orders {{ {written} }}"));
    assert_eq!(closed(&imported), [""; 0], "{written}");
    let text = imported.models.values().next().expect("the model");
    let mut field = model::files::to_json(text).expect("YAML")["explores"]["orders"][kind]["x"].take();
    field.as_object_mut().unwrap_or_else(|| panic!("{written}: {text}")).remove("label");
    field
}

#[test]
fn dimensions_are_columns_periods_of_them_or_formulas() {
    for (written, expected) in [
        ("dimension: x { sql: ${TABLE}.status ;; hidden: yes }", json!({"column": "orders.status", "hidden": true})),
        ("dimension: x { sql: orders.status ;; }", json!({"column": "orders.status"})),
        ("dimension: x { sql: \"status\" ;; }", json!({"column": "orders.status"})),
        ("dimension: x { type: date sql: ${TABLE}.day ;; }", json!({"column": "orders.day"})),
        ("dimension: x { type: date sql: ${TABLE}.at ;; }", json!({"column": "orders.at", "grain": "day"})),
        ("dimension: x { type: date_week sql: ${made_raw} ;; }", json!({"column": "orders.at", "grain": "week"})),
        ("dimension: x { type: yesno sql: ${TABLE}.open ;; }", json!({"column": "orders.open"})),
        (
            "dimension: x { type: number sql: (${amount} - 1) * ${double} ;; }",
            json!({"calculated": "( amount - 1 ) * ( amount * 2 )"}),
        ),
        (
            "dimension: x { type: yesno sql: ${status} IN ('a', 'b') AND NOT ${region} LIKE 'N%' ;; }",
            json!({"calculated": "status IN ( 'a' , 'b' ) AND NOT region LIKE 'N%'"}),
        ),
    ] {
        assert_eq!(field(written, "dimensions"), expected, "{written}");
    }
}

#[test]
fn measures_aggregate_columns_periods_or_what_is_computed() {
    for (written, expected) in [
        ("measure: x { type: count }", json!({"count": "rows"})),
        (
            "measure: x { type: max sql: ${amount} ;; value_format_name: usd }",
            json!({"max": "orders.amount", "format": {"currency": "USD"}}),
        ),
        ("measure: x { type: count_distinct sql: ${made_month} ;; }", json!({"count_distinct": "made_month"})),
        ("measure: x { type: sum sql: ${TABLE}.amount * 2 ;; }", json!({"sum": "x__value"})),
        (
            "measure: x { type: percentile percentile: 95 sql: ${amount} ;; }",
            json!({"percentile": {"column": "orders.amount", "at": 0.95}}),
        ),
        ("measure: x { type: number sql: ${total} / ${count} ;; }", json!({"ratio": ["total", "count"]})),
        ("measure: x { type: running_total sql: ${total} ;; }", json!({"running_total": "total"})),
        (
            "measure: x { type: count filters: [status: \"a, b\", open: \"no\", amount: \">=5.5\", region: \"-NULL\"] }",
            json!({"count": "rows", "where": [
                {"field": "status", "values": ["a", "b"]}, {"field": "open", "values": [false]},
                {"field": "amount", "operator": "greater_or_equal", "values": [5.5]},
                {"field": "region", "operator": "is_not_null"},
            ]}),
        ),
        (
            "measure: x { type: count filters: { field: status value: \"a\" } }",
            json!({"count": "rows", "where": [{"field": "status", "values": ["a"]}]}),
        ),
    ] {
        assert_eq!(field(written, "measures"), expected, "{written}");
    }
}

#[test]
fn joins_are_by_equal_columns_or_a_foreign_key() {
    let imported = of_shop(
        "explore: orders {
           join: customers { foreign_key: customer_id }
           join: buyers { from: customers view_label: \"Who\" type: inner sql_on: ${buyers.id} = ${orders.customer_id} ;; }
           join: items { relationship: one_to_many sql_on: ${orders.id} = ${items.order_id} AND orders.status = items.color ;; } }",
    );
    assert_eq!(closed(&imported), [""; 0]);
    let notes = told(&imported, Weight::Note);
    assert!(notes.iter().any(|note| note.starts_with("3: join `buyers` keeps rows that meet nothing")), "{notes:?}");
    let text = imported.models.values().next().expect("the model");
    let json = model::files::to_json(text).expect("YAML");
    let joins = json!([
        {"table": "customers", "on": {"orders.customer_id": "id"}},
        {"as": "buyers", "table": "customers", "on": {"orders.customer_id": "id"}},
        {"table": "items", "on": {"orders.id": "order_id", "orders.status": "color"}, "relationship": "one_to_many"},
    ]);
    assert_eq!(json["explores"]["orders"]["joins"], joins);
    assert_eq!(
        json["explores"]["orders"]["dimensions"]["buyers__name"],
        json!({"column": "buyers.name", "label": "Who Name"})
    );
}

#[test]
fn joins_that_are_not_so_are_not_made() {
    for (inside, why) in [
        ("sql_on: ${orders.customer_id} > ${customers.id} ;;", "expected columns that are equal"),
        ("sql_on: ${orders.customer_id} = ${customers.id} OR 1 = 1 ;;", "expected columns that are equal"),
        (
            "sql_on: ${orders.customer_id} = ${customers.id} AND ${customers.name} = 'a' ;;",
            "expected columns that are equal",
        ),
        ("sql_on: ${customers.id} = ${customers.tier} ;;", "expected columns that are equal"),
        ("sql_on: ${orders.status} = ${customers.id} ;;", "expected text, the type of column `orders.status`"),
        ("sql_on: ${orders.customer_id} = {{ _user_attributes['id'] }} ;;", "expected columns that are equal"),
        ("type: full_outer sql_on: ${orders.customer_id} = ${customers.id} ;;", "it is `full_outer`"),
        (
            "sql_on: ${orders.customer_id} = ${customers.id} ;; sql_where: ${customers.tier} > 1 ;;",
            "the join is not made",
        ),
        ("foreign_key: nothing", "there is no field `orders.nothing`"),
        ("relationship: many_to_one", "expected one of `sql_on` and `foreign_key`"),
    ] {
        let imported = of_shop(&format!("explore: orders {{ join: customers {{ {inside} }} }}"));
        let found = closed(&imported);
        assert!(found.iter().any(|told| told.starts_with("1: ") && told.contains(why)), "{inside}: {found:?}");
        let orders = explore(&model(&imported), "orders");
        assert!(orders.joins.is_empty(), "{inside}");
        assert!(!orders.dimensions.keys().any(|name| name.as_str().starts_with("customers__")), "{inside}");
    }
}

/// Looker takes the rows away that meet nothing, in every question.
#[test]
fn an_inner_join_that_is_always_there_closes() {
    let join = "sql_on: ${orders.customer_id} = ${customers.id} ;;";
    for (kind, closes) in [("inner", true), ("left_outer", false)] {
        let text = format!("explore: orders {{ always_join: [customers] join: customers {{ type: {kind} {join} }} }}");
        assert_eq!(is_closed(&table(&model(&of_shop(&text)), "orders")), closes, "{kind}");
    }
}

#[test]
fn weeks_that_do_not_begin_on_monday_are_not_made() {
    let view = "explore: orders {} view: +orders { dimension_group: made { timeframes: [week, month] } }";
    let (monday, sunday) = (of_shop(view), of_shop(&format!("week_start_day: sunday {view}")));
    let has_week =
        |imported| explore(&model(imported), "orders").dimensions.contains_key(&"made_week".parse().unwrap());
    assert!(has_week(&monday) && !has_week(&sunday));
    assert!(closed(&sunday)[0].contains("timeframe `week` is not translated"));
}
