//! Policies that compute: exact, total, and behind the barrier like every other.

use super::world::{World, access, place, query, sale, shown};
use model::filter::{Condition, RowFilter};
use model::rule::Comparison;
use model::term::{ArithmeticOperator, Term};
use model::value::{ColumnType, Scalar};
use serde_json::json;

fn shop() -> World {
    World::new(
        &[sale(1, Some(1), "12", 150), sale(2, Some(2), "x2", 250), sale(3, Some(1), "13", 990), sale(4, None, "", 10)],
        &[place(1, "Delft"), place(2, "Brno")],
    )
}

fn column(name: &str) -> Term {
    Term::Column(name.parse().expect("a name"))
}

fn computed(left: Term, op: ArithmeticOperator, right: Scalar) -> Term {
    Term::Arithmetic { left: Box::new(left), op, right: Box::new(Term::Literal(right)) }
}

/// The sales that a condition opens.
async fn sales(condition: Condition) -> Vec<String> {
    let access = access(RowFilter::Where(condition), RowFilter::Everything);
    shown(&shop().ask(&query(json!({"fields": ["id"]})), &access).await.expect("an answer")).concat()
}

fn compare(term: Term, op: Comparison, value: Scalar) -> Condition {
    Condition::Compare { term, op, value }
}

#[tokio::test]
async fn a_row_of_which_nothing_can_be_computed_is_not_visible() {
    use ArithmeticOperator::{Divide, Multiply, Remainder};
    let number = || Term::Cast { term: Box::new(column("name")), kind: ColumnType::Integer };
    let even = computed(number(), Remainder, Scalar::Integer(2));
    assert_eq!(sales(compare(even.clone(), Comparison::Equal, Scalar::Integer(0))).await, ["1"]);
    let odd = Condition::Not(Box::new(compare(even, Comparison::Equal, Scalar::Integer(0))));
    assert_eq!(sales(odd).await, ["3"], "neither it nor its contrary");
    let by_zero = computed(column("id"), Divide, Scalar::Integer(0));
    let zero = Scalar::Decimal("0".parse().expect("a number"));
    assert!(sales(compare(by_zero, Comparison::GreaterOrEqual, zero)).await.is_empty());
    let huge = computed(column("id"), Multiply, Scalar::Integer(i64::MAX));
    assert_eq!(sales(compare(huge, Comparison::Greater, Scalar::Integer(0))).await, ["1"], "the others overflow");
    let cents = computed(column("amount"), Multiply, Scalar::Integer(100));
    let hundred = Scalar::Decimal("150".parse().expect("a number"));
    assert_eq!(sales(compare(cents, Comparison::LessOrEqual, hundred)).await, ["1", "4"]);
}

#[tokio::test]
async fn patterns_and_lists_stand_beside_what_is_computed() {
    let text = Term::Cast { term: Box::new(column("id")), kind: ColumnType::Text };
    let like = Condition::Like { term: column("name"), pattern: "1_".into() };
    let one_of =
        Condition::OneOf { term: text.clone(), values: vec![Scalar::Text("1".into()), Scalar::Text("4".into())] };
    assert_eq!(sales(like.clone()).await, ["1", "3"]);
    assert_eq!(sales(one_of.clone()).await, ["1", "4"]);
    assert_eq!(sales(Condition::And(vec![like.clone(), one_of.clone()])).await, ["1"]);
    assert_eq!(sales(Condition::Or(vec![like, one_of])).await, ["1", "3", "4"]);
    let unequal = Condition::CompareTerms { left: text, op: Comparison::NotEqual, right: column("name") };
    assert_eq!(sales(unequal).await, ["1", "2", "3", "4"]);
}
