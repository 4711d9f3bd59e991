//! Calculated fields: constants, conditions that are not known, and parameters.

use super::world::{World, everything, place, query, sale, shown};
use crate::secure::access::Access;
use model::filter::{Calculated, Condition};
use model::name::{ColumnName, FieldName};
use model::rule::Comparison;
use model::term::{ArithmeticOperator, Term};
use model::value::Scalar;
use serde_json::{Value, json};

fn shop() -> World {
    let sales = [sale(1, Some(1), "anna", 100), sale(2, Some(2), "bert", 300), sale(3, None, "cleo", 500)];
    World::new(&sales, &[place(1, "Delft"), place(2, "Brno")])
}

fn column(name: &str) -> Term {
    Term::Column(ColumnName::new(name).expect("a name"))
}

/// Everything, for somebody of that city, or of none.
fn of_city(city: Option<&str>) -> Access {
    let value = city.map(|city| Scalar::Text(city.to_owned()));
    let is_here = value.clone().map_or(Condition::Unknown, |value| Condition::Compare {
        term: column("city"),
        op: Comparison::Equal,
        value,
    });
    let least =
        Condition::CompareTerms { left: column("amount"), op: Comparison::GreaterOrEqual, right: column("least") };
    let number = |number| Box::new(Term::Literal(Scalar::Integer(number)));
    let product = Term::Arithmetic { left: number(6), op: ArithmeticOperator::Multiply, right: number(7) };
    let calculated = [
        ("here", value.map_or(Calculated::Nothing, |value| Calculated::Value(Term::Literal(value)))),
        ("is_here", Calculated::Condition(is_here)),
        ("dear", Calculated::Condition(least)),
        ("answer", Calculated::Value(product)),
    ];
    let named = calculated.map(|(name, of)| (FieldName::new(name).expect("a name"), of));
    Access { calculated: named.into(), ..everything() }
}

async fn rows(city: Option<&str>, question: Value) -> Vec<Vec<String>> {
    shown(&shop().ask(&query(question), &of_city(city)).await.expect("an answer"))
}

#[tokio::test]
async fn a_value_of_the_person_is_the_same_in_every_row() {
    assert_eq!(rows(Some("Delft"), json!({"fields": ["here"]})).await, [["Delft"]]);
    assert_eq!(rows(None, json!({"fields": ["here"]})).await, [["-"]]);
    assert_eq!(rows(Some("Delft"), json!({"fields": ["here", "rows"]})).await, [["Delft", "3"]]);
    assert_eq!(rows(None, json!({"fields": ["answer", "rows"]})).await, [["42", "3"]]);
    let none = json!({"fields": ["here", "rows"], "filters": [{"field": "id", "values": [9]}]});
    assert!(rows(Some("Delft"), none).await.is_empty(), "a group of no rows is none");
    let filtered = json!({"fields": ["id"], "filters": [{"field": "here", "values": ["Delft"]}]});
    assert_eq!(rows(Some("Delft"), filtered.clone()).await.len(), 3);
    assert!(rows(None, filtered).await.is_empty());
}

#[tokio::test]
async fn a_condition_without_a_value_is_not_known() {
    let known = rows(Some("Delft"), json!({"fields": ["id", "is_here"]})).await;
    assert_eq!(known, [["1", "true"], ["2", "false"], ["3", "-"]]);
    let unknown = rows(None, json!({"fields": ["id", "is_here", "rows"]})).await;
    assert_eq!(unknown, [["1", "-", "1"], ["2", "-", "1"], ["3", "-", "1"]]);
}

/// The engine makes one list of two of one column, and says false of NULL where that list is empty.
#[tokio::test]
async fn what_is_not_known_of_a_list_is_not_known_of_two() {
    let among = |cities: &[&str]| {
        let values = cities.iter().map(|city| Scalar::Text((*city).to_owned())).collect();
        Condition::OneOf { term: column("city"), values }
    };
    let is = |city: &str| {
        let value = Scalar::Text(city.to_owned());
        Condition::Compare { term: column("city"), op: Comparison::Equal, value }
    };
    let either = |left: Condition, right: Condition| Condition::Or(vec![left, right]);
    let both = |left: Condition, right: Condition| Condition::And(vec![left, right]);
    let not = |condition: Condition| Condition::Not(Box::new(condition));
    for (condition, delft) in [
        (both(among(&["Delft"]), not(among(&["Delft"]))), "false"),
        (both(among(&["Delft"]), among(&["Brno", "Ulm"])), "false"),
        (either(not(among(&["Delft"])), not(among(&["Brno"]))), "true"),
        (both(either(is("Delft"), is("Ulm")), either(is("Brno"), is("Graz"))), "false"),
        (not(both(among(&["Delft"]), among(&["Brno"]))), "true"),
    ] {
        let field = FieldName::new("is_here").expect("a name");
        let calculated = [(field, Calculated::Condition(condition.clone()))].into();
        let access = Access { calculated, ..everything() };
        let asked = shop().ask(&query(json!({"fields": ["id", "is_here"]})), &access).await.expect("an answer");
        assert_eq!(shown(&asked), [["1", delft], ["2", delft], ["3", "-"]], "{condition:?}");
    }
}

#[tokio::test]
async fn a_filter_on_a_parameter_sets_it_for_all_that_reads_it() {
    assert_eq!(rows(None, json!({"fields": ["dear", "rows"]})).await, [["false", "1"], ["true", "2"]]);
    let set = json!({"fields": ["dear", "rows"], "filters": [{"field": "least", "values": ["4.00"]}]});
    assert_eq!(rows(None, set).await, [["false", "2"], ["true", "1"]]);
}
