//! The predicates that may be evaluated on rows their author may not see, because they cannot fail and take the same
//! time on every value: comparisons of a column with literals of the identical type.
//!
//! Deliberately absent: floating point (NaN, signed zero), LIKE and regular expressions, casts, arithmetic, functions,
//! subqueries, and comparisons of two columns.

use crate::postgres::is_leakproof;
use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::common::Column;
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use datafusion::scalar::ScalarValue;

/// Who evaluates a predicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// This process.
    Local,
    /// A database, which says itself which of its comparisons tell nothing of what they compare.
    Postgres,
}

/// Whether `predicate` may move below the barrier over a scan whose columns are `columns`, held as they are in the
/// file (never masked).
pub(crate) fn is_harmless(predicate: &Expr, columns: &Schema, engine: Engine) -> bool {
    let is_harmless = |part: &Expr| is_harmless(part, columns, engine);
    let comparable = |expression: &Expr, is_equality: bool| {
        let kind = comparable(expression, columns)?;
        (engine == Engine::Local || is_leakproof(&kind, is_equality)).then_some(kind)
    };
    match predicate {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And | Operator::Or, right }) => {
            is_harmless(left) && is_harmless(right)
        }
        Expr::Not(inner) => is_harmless(inner),
        Expr::BinaryExpr(BinaryExpr { left, op, right }) if is_comparison(*op) => {
            let is_equality = matches!(op, Operator::Eq | Operator::NotEq);
            let one_way = comparable(left, is_equality).is_some_and(|kind| is_literal(right, &kind));
            one_way || comparable(right, is_equality).is_some_and(|kind| is_literal(left, &kind))
        }
        Expr::InList(InList { expr, list, negated: _ }) => {
            comparable(expr, true).is_some_and(|kind| list.iter().all(|item| is_literal(item, &kind)))
        }
        Expr::IsNull(inner) | Expr::IsNotNull(inner) => comparable(inner, true).is_some(),
        // How the optimizer writes `column = TRUE`.
        Expr::Column(_) => comparable(predicate, true) == Some(DataType::Boolean),
        _ => false,
    }
}

const fn is_comparison(operator: Operator) -> bool {
    matches!(operator, Operator::Eq | Operator::NotEq | Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq)
}

/// The type of a bare column whose comparisons are total. `None`: anything else.
fn comparable(expression: &Expr, columns: &Schema) -> Option<DataType> {
    let Expr::Column(Column { name, .. }) = expression else { return None };
    let kind = columns.field_with_name(name).ok()?.data_type();
    let total = match kind {
        DataType::Boolean | DataType::Date32 | DataType::Timestamp(..) | DataType::Decimal128(..) => true,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        integer => integer.is_integer(),
    };
    total.then(|| kind.clone())
}

fn is_literal(expression: &Expr, kind: &DataType) -> bool {
    match expression {
        Expr::Literal(value, _) => !ScalarValue::is_null(value) && value.data_type() == *kind,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::datatypes::{Field, TimeUnit};
    use datafusion::logical_expr::{cast, col, lit};

    fn columns() -> Schema {
        Schema::new(vec![
            Field::new("flag", DataType::Boolean, true),
            Field::new("number", DataType::Int64, true),
            Field::new("price", DataType::Decimal128(10, 2), true),
            Field::new("ratio", DataType::Float64, true),
            Field::new("name", DataType::Utf8View, true),
            Field::new("day", DataType::Date32, true),
            Field::new("at", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), true),
        ])
    }

    fn text(value: &str) -> Expr {
        lit(ScalarValue::Utf8View(Some(value.to_owned())))
    }

    fn price(digits: i128, scale: i8) -> Expr {
        lit(ScalarValue::Decimal128(Some(digits), 10, scale))
    }

    fn instant(zone: Option<&str>) -> Expr {
        lit(ScalarValue::TimestampMicrosecond(Some(0), zone.map(Into::into)))
    }

    #[test]
    fn comparisons_with_literals_of_the_identical_type_are_harmless() {
        for predicate in [
            col("number").eq(lit(5_i64)),
            lit(5_i64).lt(col("number")),
            col("number").not_eq(lit(5_i64)),
            col("number").gt_eq(lit(5_i64)).and(col("number").lt_eq(lit(9_i64))),
            col("name").eq(text("a")).or(col("name").is_null()),
            col("name").in_list(vec![text("a"), text("b")], true),
            col("price").lt(price(150, 2)),
            col("day").gt(lit(ScalarValue::Date32(Some(1)))),
            col("at").lt(instant(Some("UTC"))),
            col("flag").and(!col("flag").eq(lit(true))),
            col("flag").is_not_null(),
        ] {
            assert!(is_harmless(&predicate, &columns(), Engine::Local), "{predicate}");
        }
    }

    #[test]
    fn everything_else_stays_above() {
        for predicate in [
            col("number").eq(lit(5_i32)),
            col("price").lt(price(15, 1)),
            col("name").eq(lit("a")),
            col("at").lt(instant(None)),
            col("ratio").eq(lit(1.0)),
            col("ratio").is_null(),
            col("name").like(text("a%")),
            cast(col("name"), DataType::Int64).gt(lit(0_i64)),
            (lit(1_i64) / (col("number") - lit(5_i64))).gt_eq(lit(0_i64)),
            (col("number") + lit(1_i64)).eq(lit(5_i64)),
            col("number").eq(col("number")),
            col("number").eq(lit(ScalarValue::Int64(None))),
            col("number").in_list(vec![lit(5_i64), col("number")], false),
            col("number").eq(lit(5_i64)).or(cast(col("name"), DataType::Int64).gt(lit(0_i64))),
            !cast(col("name"), DataType::Boolean),
            col("hidden").eq(lit(5_i64)),
            lit(true),
        ] {
            assert!(!is_harmless(&predicate, &columns(), Engine::Local), "{predicate}");
        }
    }
}
