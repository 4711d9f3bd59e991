//! Measures: exact, whatever the order in which rows come.

use crate::arrow_type::signed;
use crate::error::QueryError;
use crate::secure::fields::{FoundInput, FoundMeasure};
use crate::secure::ordered;
use crate::term::quotient;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column, DFSchema};
use datafusion::functions_aggregate::expr_fn::{avg, count, count_distinct, max, min, sum};
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{
    Expr, ExprFunctionExt as _, ExprSchemable, SortExpr, WindowFrame, WindowFunctionDefinition, cast, lit, when,
};
use model::name::FieldName;
use model::semantic::Aggregate;
use model::value::ColumnType;

/// The most digits of a column whose sums cannot outgrow 128 bits: ten more are for the rows, four for an average.
const SUMMED_IN_128_BITS: u8 = 24;

/// The digits of a 64-bit integer.
const INTEGER_DIGITS: u8 = 19;

impl FoundMeasure<'_> {
    /// The type of its values. `None`: it has none, which no checked model's has.
    pub(crate) fn kind(&self) -> Option<ColumnType> {
        let parts = self.parts.iter().map(FoundMeasure::kind).collect::<Option<Vec<_>>>()?;
        self.measure.aggregate.result(self.input.as_ref().map(FoundInput::kind), &parts)
    }

    /// What is aggregated for the measure called `name`, each under the name of its result.
    pub(crate) fn leaves(&self, name: &FieldName) -> Vec<(String, &Self)> {
        if self.parts.is_empty() {
            return vec![(name.to_string(), self)];
        }
        self.parts.iter().enumerate().map(|(index, part)| (part_name(name, index), part)).collect()
    }

    /// Its value, out of what was aggregated.
    pub(crate) fn value(&self, name: &FieldName, aggregated: &DFSchema) -> Result<Expr, QueryError> {
        let column = |name: String| Expr::Column(Column::new_unqualified(name));
        if self.measure.aggregate.is_over_answer() {
            return Ok(column(part_name(name, 0)).alias(name.as_str()));
        }
        let [of, to] = self.parts.as_slice() else { return Ok(column(name.to_string())) };
        let (of_kind, to_kind) = (of.kind().ok_or(QueryError::Internal)?, to.kind().ok_or(QueryError::Internal)?);
        let (of, to) = (column(part_name(name, 0)), column(part_name(name, 1)));
        for part in [&of, &to] {
            if matches!(part.get_type(aggregated)?, DataType::Decimal256(..)) {
                return Err(QueryError::Internal);
            }
        }
        Ok(quotient((of, of_kind), (to, to_kind))?.alias(name.as_str()))
    }

    /// What is added up over rows of the answer, which are in that order, and the value made of it. `None`: nothing is.
    pub(crate) fn over_answer(&self, name: &FieldName, order: &[SortExpr]) -> Result<Option<(Expr, Expr)>, QueryError> {
        let [part] = self.parts.as_slice() else { return Ok(None) };
        let is_running = matches!(self.measure.aggregate, Aggregate::RunningTotal(_));
        let kind = part.kind().ok_or(QueryError::Internal)?;
        let column = |name: String| Expr::Column(Column::new_unqualified(name));
        let own = column(name.to_string());
        let sum = WindowFunction::new(WindowFunctionDefinition::AggregateUDF(sum_udaf()), vec![own.clone()]);
        let sum = Expr::from(sum);
        let added = if is_running {
            sum.order_by(order.to_vec()).window_frame(WindowFrame::new(Some(true))).build()?
        } else {
            sum.window_frame(WindowFrame::new(None)).build()?
        };
        let total = column(part_name(name, 0));
        let value = if is_running { total } else { quotient((own, kind), (total, kind))? };
        Ok(Some((added.alias(part_name(name, 0)), value.alias(name.as_str()))))
    }

    /// What it aggregates of each row, in a type that is wide enough; NULL where the row does not count.
    pub(crate) fn counted(&self, rows: &DFSchema) -> Result<Expr, QueryError> {
        let value = match (&self.measure.aggregate, &self.input) {
            (_, None) => Some(lit(1_i64)),
            (Aggregate::Sum(_) | Aggregate::Average(_), Some(input)) => widened(input.expression()?, input.kind()),
            (_, Some(input)) => Some(input.expression()?),
        };
        let value = value.ok_or(QueryError::Internal)?;
        let predicates = self.only.iter().map(|condition| condition.predicate(rows));
        match conjunction(predicates.collect::<Result<Vec<_>, _>>()?) {
            Some(counts) => Ok(when(counts, value).end()?),
            None => Ok(value),
        }
    }

    /// What the values that were [`Self::counted`] come to. No aggregate sees NULL.
    pub(crate) fn aggregate(&self, counted: Expr) -> Result<Expr, QueryError> {
        Ok(match &self.measure.aggregate {
            Aggregate::Count(_) => count(counted),
            Aggregate::CountDistinct(_) => count_distinct(counted),
            Aggregate::Min(_) => min(counted),
            Aggregate::Max(_) => max(counted),
            Aggregate::Sum(_) => sum(counted),
            Aggregate::Average(_) => avg(counted),
            Aggregate::Median(_) => ordered::median(counted, self.kind().ok_or(QueryError::Internal)?),
            Aggregate::Percentile(percentile) => ordered::percentile(counted, percentile.at),
            Aggregate::RunningTotal(_) | Aggregate::PercentOfTotal(_) | Aggregate::Ratio(_) => {
                return Err(QueryError::Internal);
            }
        })
    }

    /// Whether a row that stands there more than once changes it.
    pub(crate) const fn tells_rows_apart(&self) -> bool {
        !matches!(self.measure.aggregate, Aggregate::CountDistinct(_) | Aggregate::Min(_) | Aggregate::Max(_))
    }
}

/// What a part of the measure called `name` is called: no field can be called so.
fn part_name(name: &FieldName, index: usize) -> String {
    format!("{name} {index}")
}

/// The value as a decimal that is wide enough for exact sums.
fn widened(value: Expr, kind: ColumnType) -> Option<Expr> {
    match kind {
        ColumnType::Integer => Some(cast(value, DataType::Decimal128(INTEGER_DIGITS, 0))),
        ColumnType::Decimal { precision, .. } if precision <= SUMMED_IN_128_BITS => Some(value),
        ColumnType::Decimal { precision, scale } => Some(cast(value, DataType::Decimal256(precision, signed(scale)))),
        _ => None,
    }
}
