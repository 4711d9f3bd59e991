//! From a person's row filter to a predicate: typed literals in a tree, never text.

use crate::arrow_type::literal;
use datafusion::arrow::datatypes::Schema;
use datafusion::common::{Column, Result, TableReference, internal_datafusion_err};
use datafusion::logical_expr::utils::{conjunction, disjunction};
use datafusion::logical_expr::{Expr, Operator, binary_expr, lit};
use model::filter::{Condition, RowFilter};
use model::name::ColumnName;
use model::rule::Comparison;
use model::value::Scalar;

/// The condition over the columns of `table`, which are held as `schema` says. It is total: columns are compared with
/// literals and columns of the identical type, and nothing is computed. Errors if a column is absent or of another
/// type, so that a policy never applies in part.
pub(crate) fn predicate(condition: &Condition, table: &TableReference, schema: &Schema) -> Result<Expr> {
    let all = |parts: &[Condition]| parts.iter().map(|part| predicate(part, table, schema)).collect::<Result<Vec<_>>>();
    let scope = Scope { table, schema };
    Ok(match condition {
        Condition::Constant(truth) => lit(*truth),
        Condition::Compare { column, op, value } => {
            binary_expr(scope.column(column), operator(*op), scope.literal(column, value)?)
        }
        Condition::CompareColumns { left, op, right } => scope.compare_columns(left, *op, right)?,
        Condition::OneOf { column, values } => {
            let values = values.iter().map(|value| scope.literal(column, value)).collect::<Result<Vec<_>>>()?;
            scope.column(column).in_list(values, false)
        }
        Condition::IsNull { column, negated: false } => scope.existing(column)?.is_null(),
        Condition::IsNull { column, negated: true } => scope.existing(column)?.is_not_null(),
        Condition::And(parts) => conjunction(all(parts)?).unwrap_or_else(|| lit(true)),
        Condition::Or(parts) => disjunction(all(parts)?).unwrap_or_else(|| lit(false)),
        Condition::Not(inner) => !predicate(inner, table, schema)?,
    })
}

/// The filter without constants inside, so that no optimizer has anything to fold in a policy.
pub(crate) fn folded(rows: &RowFilter) -> RowFilter {
    match rows {
        RowFilter::Where(condition) => match fold(condition) {
            Condition::Constant(true) => RowFilter::Everything,
            Condition::Constant(false) => RowFilter::Nothing,
            condition => RowFilter::Where(condition),
        },
        constant => constant.clone(),
    }
}

fn fold(condition: &Condition) -> Condition {
    match condition {
        Condition::OneOf { values, .. } if values.is_empty() => Condition::Constant(false),
        Condition::And(parts) => fold_parts(parts, true, Condition::And),
        Condition::Or(parts) => fold_parts(parts, false, Condition::Or),
        Condition::Not(inner) => match fold(inner) {
            Condition::Constant(truth) => Condition::Constant(!truth),
            inner => Condition::Not(Box::new(inner)),
        },
        other => other.clone(),
    }
}

/// Folds a conjunction (`neutral` is true) or a disjunction (`neutral` is false).
fn fold_parts(parts: &[Condition], neutral: bool, join: fn(Vec<Condition>) -> Condition) -> Condition {
    let mut parts: Vec<Condition> = parts.iter().map(fold).collect();
    if parts.contains(&Condition::Constant(!neutral)) {
        return Condition::Constant(!neutral);
    }
    parts.retain(|part| *part != Condition::Constant(neutral));
    if parts.is_empty() { Condition::Constant(neutral) } else { join(parts) }
}

/// The operator in the engine.
pub(crate) const fn operator(comparison: Comparison) -> Operator {
    match comparison {
        Comparison::Equal => Operator::Eq,
        Comparison::NotEqual => Operator::NotEq,
        Comparison::Less => Operator::Lt,
        Comparison::LessOrEqual => Operator::LtEq,
        Comparison::Greater => Operator::Gt,
        Comparison::GreaterOrEqual => Operator::GtEq,
    }
}

struct Scope<'a> {
    table: &'a TableReference,
    schema: &'a Schema,
}

impl Scope<'_> {
    fn column(&self, column: &ColumnName) -> Expr {
        Expr::Column(Column::new(Some(self.table.clone()), column.as_str()))
    }

    fn existing(&self, column: &ColumnName) -> Result<Expr> {
        self.schema.field_with_name(column.as_str())?;
        Ok(self.column(column))
    }

    fn literal(&self, column: &ColumnName, value: &Scalar) -> Result<Expr> {
        let held = self.schema.field_with_name(column.as_str())?.data_type();
        let literal = literal(value, held);
        literal.map(lit).ok_or_else(|| internal_datafusion_err!("a policy's literal is not of its column's type"))
    }

    fn compare_columns(&self, left: &ColumnName, comparison: Comparison, right: &ColumnName) -> Result<Expr> {
        let held = |column: &ColumnName| self.schema.field_with_name(column.as_str()).map(|field| field.data_type());
        if held(left)? != held(right)? {
            return Err(internal_datafusion_err!("a policy compares columns of two types"));
        }
        Ok(binary_expr(self.column(left), operator(comparison), self.column(right)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_folded_away() {
        let column = || Condition::IsNull { column: ColumnName::new("a").expect("a name"), negated: false };
        let constant = Condition::Constant;
        let none = Condition::OneOf { column: ColumnName::new("a").expect("a name"), values: vec![] };
        for (condition, expected) in [
            (Condition::And(vec![]), RowFilter::Everything),
            (Condition::Or(vec![]), RowFilter::Nothing),
            (Condition::And(vec![constant(true), column()]), RowFilter::Where(Condition::And(vec![column()]))),
            (Condition::And(vec![none.clone(), column()]), RowFilter::Nothing),
            (Condition::Or(vec![Condition::Not(Box::new(none)), column()]), RowFilter::Everything),
        ] {
            assert_eq!(folded(&RowFilter::Where(condition)), expected);
        }
    }
}
