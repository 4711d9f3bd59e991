//! A question's filters: JSON values become literals of the dimension's type, or are refused.

use crate::arrow_type::literal;
use crate::condition::operator;
use crate::error::QueryError;
use crate::secure::plan::escaped;
use chrono::{DateTime, NaiveDate, Utc};
use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::expr::Like;
use datafusion::logical_expr::{Expr, binary_expr, lit};
use model::filter::Condition;
use model::filter_expression::FilterExpressionError;
use model::name::FieldName;
use model::query::{Filter, FilterOperator};
use model::rule::Comparison;
use model::time_zone::TimeZone;
use model::value::{ColumnType, Scalar};
use serde_json::Value;

/// A dimension as filters compare it.
pub(crate) struct Compared<'a> {
    pub(crate) field: &'a FieldName,
    pub(crate) value: Expr,
    pub(crate) kind: ColumnType,
    /// The Arrow type of `value`.
    pub(crate) held: DataType,
    /// Whose days are meant where instants are compared with days.
    pub(crate) zone: TimeZone,
}

impl Compared<'_> {
    /// The predicate of a filter on this dimension.
    pub(crate) fn predicate(&self, filter: &Filter) -> Result<Expr, QueryError> {
        let value = self.value.clone();
        Ok(match filter.operator {
            FilterOperator::IsAnyOf if filter.values.is_empty() => lit(false),
            FilterOperator::IsAnyOf => value.in_list(self.literals(&filter.values)?, false),
            FilterOperator::IsAnyOfIgnoringCase => self.like_any(&filter.values, escaped)?,
            FilterOperator::Contains => self.like_any(&filter.values, |text| format!("%{}%", escaped(text)))?,
            FilterOperator::IsNoneOf if filter.values.is_empty() => value.is_not_null(),
            FilterOperator::IsNoneOf => value.in_list(self.literals(&filter.values)?, true),
            FilterOperator::Matches => self.matches(filter)?,
            FilterOperator::IsNull => self.without_values(filter, value.is_null())?,
            FilterOperator::IsNotNull => self.without_values(filter, value.is_not_null())?,
            FilterOperator::Less
            | FilterOperator::LessOrEqual
            | FilterOperator::Greater
            | FilterOperator::GreaterOrEqual => self.comparison(filter)?,
        })
    }

    /// Whether it matches the pattern of any of the texts, ignoring case. Never harmless, so it stays above the barrier.
    fn like_any(&self, values: &[Value], pattern: impl Fn(&str) -> String) -> Result<Expr, QueryError> {
        let one = |value: &Value| {
            let text = value.as_str().filter(|_| self.kind == ColumnType::Text);
            let pattern = lit(pattern(text.ok_or_else(|| self.wrong_value("texts, although of type"))?));
            Ok(Expr::Like(Like::new(false, Box::new(self.value.clone()), Box::new(pattern), None, true)))
        };
        let any = values.iter().map(one).collect::<Result<Vec<_>, QueryError>>()?;
        Ok(any.into_iter().reduce(Expr::or).unwrap_or_else(|| lit(false)))
    }

    fn comparison(&self, filter: &Filter) -> Result<Expr, QueryError> {
        let (Some(comparison), [one]) = (filter.operator.comparison(), filter.values.as_slice()) else {
            return Err(self.wrong_value("exactly one value of type"));
        };
        if let Some(day) = filter.day(self.kind) {
            return self.compared_with_day(comparison, day).ok_or_else(|| self.wrong_value("values of type"));
        }
        Ok(binary_expr(self.value.clone(), operator(comparison), self.literal(one)?))
    }

    /// How the day that it is in the zone compares with `day`: exactly what is grouped by days. It is said with instants, and
    /// therefore harmless.
    fn compared_with_day(&self, comparison: Comparison, day: NaiveDate) -> Option<Expr> {
        let (is_begun, first) = match comparison {
            Comparison::GreaterOrEqual => (true, day),
            Comparison::Less => (false, day),
            Comparison::Greater => (true, day.succ_opt()?),
            Comparison::LessOrEqual => (false, day.succ_opt()?),
            Comparison::Equal | Comparison::NotEqual => return None,
        };
        self.turned(&self.zone.begins(first)?, is_begun)
    }

    /// Whether the instant is one at which a day has begun, or has not, where these are the turns from one to the other.
    fn turned(&self, turns: &[DateTime<Utc>], is_begun: bool) -> Option<Expr> {
        let (first, later) = turns.split_first()?;
        let first = lit(literal(&Scalar::Timestamp(*first), &self.held)?);
        let value = self.value.clone();
        let by_first = if is_begun { value.gt_eq(first) } else { value.lt(first) };
        if later.is_empty() {
            return Some(by_first);
        }
        let by_later = self.turned(later, !is_begun)?;
        Some(if is_begun { by_first.and(by_later) } else { by_first.or(by_later) })
    }

    /// Whether it fits the filter expression. What is compared with literals may be harmless; patterns never are.
    fn matches(&self, filter: &Filter) -> Result<Expr, QueryError> {
        let read = filter.expression(self.kind).ok_or_else(|| self.wrong_value("one filter expression for type"))?;
        let wrong = |error: FilterExpressionError| QueryError::WrongValue {
            field: self.field.clone(),
            expected: format!("a filter expression, and {error}"),
        };
        self.condition(&read.map_err(wrong)?)
    }

    fn condition(&self, condition: &Condition) -> Result<Expr, QueryError> {
        let each = |parts: &[Condition]| parts.iter().map(|part| self.condition(part)).collect::<Result<Vec<_>, _>>();
        let value = || self.value.clone();
        let held = |scalar: &Scalar| self.held(scalar.clone()).ok_or_else(|| self.wrong_value("values of type"));
        Ok(match condition {
            Condition::Compare { op, value: Scalar::Date(day), .. } if self.kind == ColumnType::Timestamp => {
                self.compared_with_day(*op, *day).ok_or_else(|| self.wrong_value("values of type"))?
            }
            Condition::Compare { op, value: scalar, .. } => binary_expr(value(), operator(*op), held(scalar)?),
            Condition::OneOf { values, .. } => {
                value().in_list(values.iter().map(held).collect::<Result<Vec<_>, _>>()?, false)
            }
            Condition::Like { pattern, .. } => {
                Expr::Like(Like::new(false, Box::new(value()), Box::new(lit(pattern.clone())), None, false))
            }
            Condition::IsNull { negated: false, .. } => value().is_null(),
            Condition::IsNull { negated: true, .. } => value().is_not_null(),
            Condition::And(parts) => balanced(each(parts)?, Expr::and).unwrap_or_else(|| lit(true)),
            Condition::Or(parts) => balanced(each(parts)?, Expr::or).unwrap_or_else(|| lit(false)),
            Condition::Not(part) => !self.condition(part)?,
            Condition::Constant(truth) => lit(*truth),
            Condition::Unknown | Condition::CompareTerms { .. } | Condition::Exists(_) | Condition::Keys { .. } => {
                return Err(QueryError::Internal);
            }
        })
    }

    fn without_values(&self, filter: &Filter, predicate: Expr) -> Result<Expr, QueryError> {
        if filter.values.is_empty() { Ok(predicate) } else { Err(self.wrong_value("no values, although of type")) }
    }

    fn literals(&self, values: &[Value]) -> Result<Vec<Expr>, QueryError> {
        values.iter().map(|value| self.literal(value)).collect()
    }

    /// A value in JSON as a literal.
    pub(crate) fn literal(&self, value: &Value) -> Result<Expr, QueryError> {
        let literal = scalar(value, self.kind).and_then(|scalar| self.held(scalar));
        literal.ok_or_else(|| self.wrong_value("values of type"))
    }

    /// A value as a literal, as values are held here.
    fn held(&self, scalar: Scalar) -> Option<Expr> {
        let scalar = match scalar {
            // Sums of integers are held as decimals.
            Scalar::Integer(number) if self.held.is_decimal() => Scalar::Decimal(number.into()),
            scalar => scalar,
        };
        literal(&scalar, &self.held).map(lit)
    }

    fn wrong_value(&self, expected: &str) -> QueryError {
        QueryError::WrongValue { field: self.field.clone(), expected: format!("{expected} {}", self.kind) }
    }
}

/// The parts as one, nested no deeper than it must be: whoever asks says how many there are.
fn balanced(mut parts: Vec<Expr>, join: fn(Expr, Expr) -> Expr) -> Option<Expr> {
    let behind = parts.split_off(parts.len() / 2);
    if parts.is_empty() {
        return behind.into_iter().next();
    }
    Some(join(balanced(parts, join)?, balanced(behind, join)?))
}

/// Reads a JSON value as a value of `kind`: texts, booleans, dates and timestamps in their one spelling, and numbers
/// as numbers or, because JSON readers lose digits, as texts.
fn scalar(value: &Value, kind: ColumnType) -> Option<Scalar> {
    match (kind, value) {
        (ColumnType::Boolean, Value::Bool(truth)) => Some(Scalar::Boolean(*truth)),
        (ColumnType::Boolean, _) => None,
        (ColumnType::Integer | ColumnType::Decimal { .. }, Value::Number(number)) => {
            Scalar::parse(&number.to_string(), kind)
        }
        (_, Value::String(text)) => Scalar::parse(text, kind),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_read_exactly_or_refused() {
        let decimal = ColumnType::Decimal { precision: 10, scale: 2 };
        for (value, kind) in [
            (json!("a"), ColumnType::Text),
            (json!(9_007_199_254_740_993_i64), ColumnType::Integer),
            (json!("9007199254740993"), ColumnType::Integer),
            (json!(1.5), decimal),
            (json!("1.50"), decimal),
            (json!(true), ColumnType::Boolean),
            (json!("2013-01-31"), ColumnType::Date),
            (json!("2013-01-31T05:00:00Z"), ColumnType::Timestamp),
        ] {
            assert!(scalar(&value, kind).is_some(), "{value} as {kind}");
        }
        for (value, kind) in [
            (json!(1), ColumnType::Text),
            (json!(null), ColumnType::Text),
            (json!(1.5), ColumnType::Integer),
            (json!("1 OR 1=1"), ColumnType::Integer),
            (json!(1e300), ColumnType::Integer),
            (json!("true"), ColumnType::Boolean),
            (json!(20_130_131), ColumnType::Date),
            (json!(["a"]), ColumnType::Text),
        ] {
            assert!(scalar(&value, kind).is_none(), "{value} as {kind}");
        }
    }
}
