//! Measures over fields: calculated ones, and columns in ranges, periods and cases.

use super::world::{Row, World, access_to, explore, model, only, place, query_of, sale, shown};
use crate::error::QueryError;
use crate::secure::access::Access;
use authz::permit::ColumnAccess;
use model::filter::{Calculated, Condition, RowFilter};
use model::name::{ColumnName, FieldName, TableName};
use model::rule::Comparison;
use model::semantic::Mask;
use model::term::{ArithmeticOperator, Term};
use model::value::{ColumnType, Scalar};
use serde_json::{Value, json};

/// Adds the measures of fields, and the fields, to the explores of the shop.
pub(super) fn add_to(model: &mut Value) {
    let of_sales = json!({
        "dimensions": {
            "twice": {"calculated": "amount * 2"},
            "over": {"calculated": "cast(amount - least as decimal(20,2))"},
            "weighed": {"calculated": "amount * size"},
            "unknown_size": {"calculated": "size IS NULL"},
        },
        "measures": {
            "twice_total": {"sum": "twice"},
            "twice_mean": {"average": "twice"},
            "twice_usual": {"percentile": {"field": "twice", "at": 0.5}},
            "over_total": {"sum": "over"},
            "over_middle": {"median": "over"},
            "over_share": {"ratio": ["over_total", "rows"]},
            "paid_twice": {"sum": "twice", "where": [{"field": "paid", "values": [true]}]},
            "weighed_total": {"sum": "weighed"},
            "weighed_most": {"max": "weighed"},
            "known_sizes": {"count_distinct": "unknown_size"},
            "known_sizes_seen": {"count_distinct": "unknown_size", "per": "sales"},
            "any_dear": {"max": "dear"},
            "tiers": {"count_distinct": "tier"},
            "first_tier": {"min": "tier"},
            "tens_total": {"sum": "tens"},
            "months": {"count_distinct": "month"},
            "answers": {"sum": "answer"},
        },
    });
    let of_places = json!({
        "dimensions": {
            "weighed": {"calculated": "amount * size"},
            "unpriced": {"calculated": "amount IS NULL"},
            "priced": {"column": "sales.amount", "cases": [{"is": "yes", "operator": "is_not_null"}], "otherwise": "no"},
            "answer": {"calculated": "6 * 7"},
        },
        "measures": {
            "weighed_total": {"sum": "weighed"},
            "weighed_of_places": {"sum": "size"},
            "unpriced_kinds": {"count_distinct": "unpriced"},
            "priced_kinds": {"count_distinct": "priced"},
            "answers": {"sum": "answer"},
            "answers_of_sales": {"sum": "answer", "per": "sales"},
        },
    });
    model["explores"]["places"]["drill_fields"] = json!(["city"]);
    for (field, shown) in [("rows", json!(["id"])), ("total", json!([])), ("namesakes", json!(["other", "name"]))] {
        model["explores"]["places"]["measures"][field]["drill_fields"] = shown;
    }
    for (explore, added) in [("sales", of_sales), ("places", of_places)] {
        for kind in ["dimensions", "measures"] {
            for (name, field) in added[kind].as_object().expect("fields") {
                model["explores"][explore][kind][name] = field.clone();
            }
        }
    }
}

fn column(name: &str) -> Term {
    Term::Column(ColumnName::new(name).expect("a name"))
}

fn of(left: Term, op: ArithmeticOperator, right: Term) -> Term {
    Term::Arithmetic { left: Box::new(left), op, right: Box::new(right) }
}

/// The formulas of the shop, which read nothing of the person.
fn calculated() -> impl Iterator<Item = (FieldName, Calculated)> {
    let number = |number| Term::Literal(Scalar::Integer(number));
    let over = of(column("amount"), ArithmeticOperator::Subtract, column("least"));
    let dear =
        Condition::CompareTerms { left: column("amount"), op: Comparison::GreaterOrEqual, right: column("least") };
    let is_null = |name| Calculated::Condition(Condition::IsNull { term: column(name), negated: false });
    let fields = [
        ("dear", Calculated::Condition(dear)),
        ("answer", Calculated::Value(of(number(6), ArithmeticOperator::Multiply, number(7)))),
        ("twice", Calculated::Value(of(column("amount"), ArithmeticOperator::Multiply, number(2)))),
        (
            "over",
            Calculated::Value(Term::Cast {
                term: Box::new(over),
                kind: ColumnType::Decimal { precision: 20, scale: 2 },
            }),
        ),
        ("weighed", Calculated::Value(of(column("amount"), ArithmeticOperator::Multiply, column("size")))),
        ("unknown_size", is_null("size")),
        ("unpriced", is_null("amount")),
    ];
    fields.into_iter().map(|(name, of)| (FieldName::new(name).expect("a name"), of))
}

fn within(name: &str, sales: RowFilter, places: RowFilter) -> Access {
    Access { calculated: calculated().collect(), ..access_to(explore(name), &model(), sales, places) }
}

fn all_of(name: &str) -> Access {
    within(name, RowFilter::Everything, RowFilter::Everything)
}

/// Delft (100) has sales of 1.00 and 3.00, Brno (200) one of 5.00 that is not paid, and one is nowhere, of 2.50. Ulm (300)
/// has none.
fn shop() -> World {
    let mut unpaid = sale(3, Some(2), "bert", 500);
    unpaid[5] = Some(Scalar::Boolean(false));
    let sales: Vec<Row> =
        vec![sale(1, Some(1), "anna", 100), sale(2, Some(1), "anna", 300), unpaid, sale(11, None, "cleo", 250)];
    World::new(&sales, &[place(1, "Delft"), place(2, "Brno"), place(3, "Ulm")])
}

async fn asked(access: &Access, question: Value) -> Result<Vec<Vec<String>>, QueryError> {
    let name = access.explore.explore.as_str();
    shop().ask(&query_of(name, question), access).await.map(|answer| shown(&answer))
}

async fn rows(name: &str, question: Value) -> Vec<Vec<String>> {
    asked(&all_of(name), question).await.expect("an answer")
}

#[tokio::test]
async fn a_measure_of_a_formula_is_exact() {
    let by_name = rows("sales", json!({"fields": ["name", "twice_total", "twice_mean", "twice_usual"]})).await;
    assert_eq!(
        by_name,
        [
            ["anna", "8.00", "4.000000", "2.00"],
            ["bert", "10.00", "10.000000", "10.00"],
            ["cleo", "5.00", "5.000000", "5.00"]
        ]
    );
    let some = rows("sales", json!({"fields": ["name", "paid_twice", "answers", "any_dear"]})).await;
    assert_eq!(some, [["anna", "8.00", "84", "true"], ["bert", "-", "42", "true"], ["cleo", "5.00", "42", "true"]]);
    let filter = json!({"field": "twice_total", "operator": "greater", "values": ["5.00"]});
    assert_eq!(rows("sales", json!({"fields": ["name"], "filters": [filter]})).await, [["anna"], ["bert"]]);
    let next = json!({"fields": ["twice_total", "name"], "after": ["8.00", "anna"]});
    assert_eq!(rows("sales", next).await, [["10.00", "bert"]]);
}

#[tokio::test]
async fn a_measure_of_a_formula_has_the_parameters_of_the_question() {
    let fields = json!(["over_total", "over_middle", "over_share"]);
    // -1.00, 1.00, 3.00 and 0.50 over 2.00.
    assert_eq!(rows("sales", json!({"fields": fields})).await, [["3.50", "0.750", "0.875000"]]);
    let least = json!([{"field": "least", "values": ["1.50"]}]);
    assert_eq!(rows("sales", json!({"fields": fields, "filters": least})).await, [["5.50", "1.250", "1.375000"]]);
}

#[tokio::test]
async fn ranges_periods_and_cases_are_aggregated_as_they_are_shown() {
    let world = World::new(&[sale(1, None, "a", 50), sale(12, None, "a", 300), sale(31, None, "a", 99)], &[]);
    let question = query_of("sales", json!({"fields": ["tens_total", "months", "tiers", "first_tier"]}));
    let all = world.ask(&question, &all_of("sales")).await.expect("an answer");
    assert_eq!(shown(&all), [["40", "1", "2", "fair"]]);
}

/// A formula over several tables counts the rows of the most detailed one, once each, whatever else the question joins.
#[tokio::test]
async fn a_formula_over_several_tables_counts_each_row_of_the_most_detailed_once() {
    // 100, 300 and 1000; the sale that is nowhere has no size.
    let all =
        rows("sales", json!({"fields": ["weighed_total", "weighed_most", "known_sizes", "known_sizes_seen"]})).await;
    assert_eq!(all, [["1400.00", "1000.00", "1", "2"]], "of places; and of the place, or none, of each sale");
    let fields = json!({"fields": ["city", "weighed_total", "weighed_of_places", "answers", "answers_of_sales"]});
    let expected = [
        ["Brno", "1000.00", "200", "42", "42"],
        ["Delft", "400.00", "100", "42", "84"],
        ["Ulm", "-", "300", "42", "-"],
    ];
    assert_eq!(rows("places", fields).await, expected);
    // Each sale meets itself and its namesakes, and counts once for each that is asked about.
    let met = rows("places", json!({"fields": ["weighed_total", "weighed_of_places", "answers", "namesakes"]})).await;
    assert_eq!(met, [["1400.00", "600", "126", "3"]]);
    let by_other = rows("places", json!({"fields": ["other", "weighed_total", "answers"]})).await;
    let expected = [["1", "400.00", "42"], ["2", "400.00", "42"], ["3", "1000.00", "42"], ["-", "-", "42"]];
    assert_eq!(by_other, expected);
}

/// What says something of NULL says nothing where there is no row.
#[tokio::test]
async fn rows_that_are_not_there_are_nothing() {
    let kinds = rows("places", json!({"fields": ["city", "unpriced_kinds", "priced_kinds"]})).await;
    assert_eq!(kinds, [["Brno", "1", "1"], ["Delft", "1", "1"], ["Ulm", "0", "0"]]);
    let hidden = within("places", RowFilter::Nothing, RowFilter::Everything);
    let none = asked(&hidden, json!({"fields": ["unpriced_kinds", "priced_kinds", "weighed_total"]})).await;
    assert_eq!(none, Ok(vec![vec!["0".to_owned(), "0".to_owned(), "-".to_owned()]]));
}

#[tokio::test]
async fn a_measure_of_a_formula_sees_visible_rows_and_masks() {
    let cheap = only("amount", Comparison::Less, Scalar::Decimal("4.00".parse().expect("a decimal")));
    let cheap = asked(&within("sales", cheap, RowFilter::Everything), json!({"fields": ["twice_total"]})).await;
    assert_eq!(cheap, Ok(vec![vec!["13.00".to_owned()]]));
    let nowhere = within("sales", RowFilter::Everything, RowFilter::Nothing);
    let nowhere = asked(&nowhere, json!({"fields": ["weighed_total"]})).await;
    assert_eq!(nowhere, Ok(vec![vec!["-".to_owned()]]));

    let mut masked = all_of("sales");
    let columns = &mut masked.tables.get_mut(&TableName::new("sales").expect("a name")).expect("a table").columns;
    let width = Mask::Range(Scalar::Decimal("2.00".parse().expect("a decimal")));
    let mask = ColumnAccess::Masked { shown: RowFilter::Nothing, masks: vec![(RowFilter::Everything, width)] };
    columns.insert(ColumnName::new("amount").expect("a name"), mask);
    // 0.00, 2.00, 4.00 and 2.00.
    let question = json!({"fields": ["twice_total", "weighed_total", "over_total"]});
    assert_eq!(
        asked(&masked, question).await,
        Ok(vec![vec!["16.00".to_owned(), "1000.00".to_owned(), "0.00".to_owned()]])
    );
}

#[tokio::test]
async fn a_measure_of_a_field_over_a_hidden_column_is_unknown() {
    for (table, column, fields) in [
        ("sales", "amount", vec!["twice_total", "over_total", "over_share", "weighed_total", "tiers", "twice_usual"]),
        ("places", "size", vec!["weighed_total", "known_sizes"]),
        ("sales", "day", vec!["months"]),
    ] {
        let mut access = all_of("sales");
        let columns = &mut access.tables.get_mut(&TableName::new(table).expect("a name")).expect("a table").columns;
        columns.remove(&ColumnName::new(column).expect("a name"));
        for field in fields {
            let refused = asked(&access, json!({"fields": [field]})).await;
            assert_eq!(refused, Err(QueryError::UnknownField { field: field.parse().expect("a name") }), "{column}");
        }
    }
    let mut access = all_of("sales");
    access.fields.remove(&"twice".parse().expect("a name"));
    assert!(
        asked(&access, json!({"fields": ["twice_total"]})).await.is_ok(),
        "what its author wrote need not be admitted"
    );
}
