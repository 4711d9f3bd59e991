//! From a person's row filter to a predicate: typed literals in a tree, never text.

use crate::arrow_type::literal;
use crate::entitlements::key_set;
use crate::term::{expression, held_type};
use datafusion::arrow::datatypes::Schema;
use datafusion::common::{Result, TableReference, internal_datafusion_err};
use datafusion::logical_expr::expr::Like;
use datafusion::logical_expr::utils::{conjunction, disjunction};
use datafusion::logical_expr::{Expr, Operator, binary_expr, lit};
use datafusion::scalar::ScalarValue;
use model::filter::{Condition, RowFilter};
use model::rule::Comparison;
use model::term::Term;
use model::value::Scalar;

/// The condition over the columns of `table`, which are held as `schema` says. It is total: terms are compared with
/// literals and terms of the identical type, and what is computed in them fails for no row. Errors if a column is absent
/// or of another type, so that a policy never applies in part.
pub(crate) fn predicate(condition: &Condition, table: &TableReference, schema: &Schema) -> Result<Expr> {
    let all = |parts: &[Condition]| parts.iter().map(|part| predicate(part, table, schema)).collect::<Result<Vec<_>>>();
    let scope = Scope { table, schema };
    Ok(match condition {
        Condition::Constant(truth) => lit(*truth),
        Condition::Unknown => lit(ScalarValue::Boolean(None)),
        Condition::Compare { term, op, value } => {
            binary_expr(scope.term(term)?, operator(*op), scope.literal(term, value)?)
        }
        Condition::CompareTerms { left, op, right } => scope.compare_terms(left, *op, right)?,
        Condition::OneOf { term, values } => {
            let values = values.iter().map(|value| scope.literal(term, value)).collect::<Result<Vec<_>>>()?;
            scope.term(term)?.in_list(values, false)
        }
        Condition::Like { term, pattern } => {
            // Nothing coerces the types of a policy, which is placed after that.
            let pattern = lit(ScalarValue::Utf8View(Some(pattern.clone())));
            Expr::Like(Like::new(false, Box::new(scope.term(term)?), Box::new(pattern), None, false))
        }
        Condition::Keys { columns, keys } => key_set(columns, keys, table, schema)?,
        Condition::Exists(_) => return Err(internal_datafusion_err!("an entitlement that was not looked up")),
        Condition::IsNull { term, negated: false } => scope.term(term)?.is_null(),
        Condition::IsNull { term, negated: true } => scope.term(term)?.is_not_null(),
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
        Condition::Keys { keys, .. } if keys.is_empty() => Condition::Constant(false),
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
    fn term(&self, term: &Term) -> Result<Expr> {
        expression(term, self.table, self.schema)
    }

    fn literal(&self, term: &Term, value: &Scalar) -> Result<Expr> {
        let literal = literal(value, &held_type(term, self.schema)?);
        literal.map(lit).ok_or_else(|| internal_datafusion_err!("a policy's literal is not of its term's type"))
    }

    fn compare_terms(&self, left: &Term, comparison: Comparison, right: &Term) -> Result<Expr> {
        if held_type(left, self.schema)? != held_type(right, self.schema)? {
            return Err(internal_datafusion_err!("a policy compares terms of two types"));
        }
        Ok(binary_expr(self.term(left)?, operator(comparison), self.term(right)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_folded_away() {
        let term = || Term::Column("a".parse().expect("a name"));
        let column = || Condition::IsNull { term: term(), negated: false };
        let constant = Condition::Constant;
        let none = Condition::OneOf { term: term(), values: vec![] };
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
