use super::*;
use datafusion::arrow::array::{AsArray, RecordBatch, StringViewArray};
use datafusion::arrow::datatypes::Field;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use model::value::Scalar;
use std::sync::Arc;

/// What `cast(text as kind)` makes of texts, as texts.
fn casts(texts: &[&str], kind: &str) -> Vec<Option<String>> {
    let schema = Schema::new(vec![Field::new("a", DataType::Utf8View, true)]);
    let column = Term::Column("a".parse().expect("a name"));
    let there = Term::Cast { term: Box::new(column), kind: kind.parse().expect("a type") };
    let back = Term::Cast { term: Box::new(there), kind: ColumnType::Text };
    computed(&back, &schema, vec![Arc::new(StringViewArray::from_iter_values(texts))])
}

fn computed(term: &Term, schema: &Schema, columns: Vec<ArrayRef>) -> Vec<Option<String>> {
    let batch = RecordBatch::try_new(Arc::new(schema.clone()), columns).expect("a batch");
    let expression = expression(term, &TableReference::bare("t"), schema).expect("an expression");
    let qualified = datafusion::common::DFSchema::try_from_qualified_schema("t", schema).expect("a schema");
    let physical = datafusion::physical_expr::create_physical_expr(
        &expression,
        &qualified,
        &datafusion::execution::context::ExecutionProps::new(),
        &PhysicalPlanningContext::default(),
    );
    let found = physical.expect("an expression").evaluate(&batch).expect("never an error");
    let array = found.to_array(batch.num_rows()).expect("an array");
    array.as_string_view().iter().map(|text| text.map(str::to_owned)).collect()
}

#[test]
fn casts_are_exact_or_null_and_never_an_error() {
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        casts(&["12", "9007199254740993", "", " 1", "1.0", "x", "9223372036854775808"], "integer"),
        [some("12"), some("9007199254740993"), None, None, None, None, None]
    );
    assert_eq!(
        casts(&["1.50", "-0.05", "100", "1.555", "99999999", "1e3"], "decimal(5,2)"),
        [some("1.5"), some("-0.05"), some("100"), None, None, None]
    );
    assert_eq!(casts(&["2013-02-29", "2013-02-28"], "date"), [None, some("2013-02-28")]);
    assert_eq!(casts(&["true", "TRUE"], "boolean"), [some("true"), None]);
    assert_eq!(casts(&["2013-01-31T05:00:00Z"], "timestamp"), [some("2013-01-31T05:00:00Z")]);
}

/// `left op right` of two integers as text.
fn integers(left: i64, op: ArithmeticOperator, right: i64) -> Option<String> {
    let schema = Schema::new(vec![Field::new("a", DataType::Int64, true)]);
    let (a, b) = (Term::Column("a".parse().expect("a name")), Term::Literal(Scalar::Integer(right)));
    let result = Term::Arithmetic { left: Box::new(a), op, right: Box::new(b) };
    let text = Term::Cast { term: Box::new(result), kind: ColumnType::Text };
    let columns: Vec<ArrayRef> = vec![Arc::new(datafusion::arrow::array::Int64Array::from(vec![left]))];
    computed(&text, &schema, columns).remove(0)
}

#[test]
fn arithmetic_is_exact_or_null_and_never_an_error() {
    use ArithmeticOperator::{Add, Divide, Multiply, Remainder, Subtract};
    for (left, op, right, expected) in [
        (i64::MAX, Add, 1, None),
        (i64::MIN, Subtract, 1, None),
        (i64::MAX, Multiply, 2, None),
        (3, Multiply, -4, Some("-12")),
        (7, Divide, 0, None),
        (7, Divide, 2, Some("3.5")),
        (2, Divide, 3, Some("0.666666")),
        (-2, Divide, 3, Some("-0.666666")),
        (-7, Remainder, 3, Some("-1")),
        (7, Remainder, 0, None),
        (i64::MIN, Remainder, -1, None),
    ] {
        assert_eq!(integers(left, op, right).as_deref(), expected, "{left} {op} {right}");
    }
}
