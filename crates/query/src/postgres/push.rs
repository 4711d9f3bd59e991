//! Statements in place of the subtrees of a plan that PostgreSQL answers just as we would.

use crate::barrier::node::Barrier;
use crate::barrier::numbered::Numbered;
use crate::postgres::node::{At, Pushed};
use crate::postgres::sql::{Expression, From, JoinKind, Kind, Order, Select, Side};
use crate::postgres::table::PostgresSource;
use crate::postgres::translate::{Scope, kind};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::common::{Column, DFSchema, DFSchemaRef, JoinType, NullEquality, Result};
use datafusion::logical_expr::utils::{conjunction, split_conjunction};
use datafusion::logical_expr::{
    Aggregate, Expr, Extension, Filter, Join, Limit, LogicalPlan, LogicalPlanBuilder, Projection, Sort, TableScan,
};
use datafusion::scalar::ScalarValue;
use model::enforcement::{Point, enforced};
use std::sync::Arc;

/// The plan with every largest subtree that can be a statement as one.
pub(crate) fn push_down(plan: LogicalPlan) -> Result<LogicalPlan> {
    if let Some(relation) = relation(&plan) {
        return Ok(relation.into_plan());
    }
    match &plan {
        LogicalPlan::Extension(Extension { node }) if !node.as_any().is::<Numbered>() => {
            if stands_on_answer(&plan) {
                return push_inputs(plan);
            }
            match node.as_any().downcast_ref::<Barrier>().map(split_barrier) {
                Some(Some(split)) => split,
                _ => Ok(plan),
            }
        }
        LogicalPlan::Filter(filter) => match split_filter(filter) {
            Some(split) => split,
            None => push_inputs(plan),
        },
        _ => push_inputs(plan),
    }
}

fn push_inputs(plan: LogicalPlan) -> Result<LogicalPlan> {
    Ok(plan.map_children(|input| push_down(input).map(Transformed::yes))?.data)
}

/// Whether a barrier is around an answer, or over what is done with one: statements are made of what is in it.
fn stands_on_answer(plan: &LogicalPlan) -> bool {
    match (Barrier::of(plan), plan.inputs().as_slice()) {
        (Some(barrier), _) if barrier.is_around_answer() => true,
        (_, [input]) => stands_on_answer(input),
        _ => false,
    }
}

/// A subtree as a statement.
struct Relation {
    select: Select,
    schema: DFSchemaRef,
    at: At,
}

impl Relation {
    fn into_plan(self) -> LogicalPlan {
        Pushed::plan(self.at, self.select, self.schema)
    }

    /// The place of a column among those that it gives.
    fn place(&self, column: &Column) -> Option<usize> {
        self.schema.maybe_index_of_column(column)
    }

    /// Reads its columns from the query around it.
    fn with_scope<T>(&self, read: impl FnOnce(&Scope<'_>) -> T) -> T {
        let column = |column: &Column| self.place(column).map(|place| Expression::Column(Side::Only, place));
        read(&Scope { schema: &self.schema, column: &column })
    }

    /// The same rows, of which those stay on which the conditions hold.
    fn filtered(self, conditions: Vec<Expression>) -> Self {
        let outputs = self.select.outputs();
        Self { select: Select { conditions, ..self.select.around(outputs) }, ..self }
    }

    /// Rows in an order lose it in a query around them.
    const fn is_ordered(&self) -> bool {
        !self.select.order.is_empty()
    }
}

/// The subtree as a statement, if all of it can be one.
fn relation(plan: &LogicalPlan) -> Option<Relation> {
    match plan {
        LogicalPlan::TableScan(scan) => bare(scan),
        LogicalPlan::Extension(Extension { node }) => fenced(node.as_any().downcast_ref()?),
        LogicalPlan::Filter(filter) => filtered(filter),
        LogicalPlan::Projection(projection) => projected(projection),
        LogicalPlan::Aggregate(aggregate) => aggregated(aggregate),
        LogicalPlan::Join(join) => joined(join),
        LogicalPlan::Sort(sort) => sorted(sort),
        LogicalPlan::Limit(limit) => limited(limit),
        _ => None,
    }
}

/// A scan, and what stands between it and its barrier.
struct Chain<'a> {
    shown: Option<&'a Projection>,
    filters: Vec<&'a Filter>,
    scan: &'a TableScan,
    source: &'a PostgresSource,
}

impl<'a> Chain<'a> {
    fn below(barrier: &'a Barrier) -> Option<Self> {
        let (shown, mut plan) = match barrier.input() {
            LogicalPlan::Projection(projection) => (Some(projection), projection.input.as_ref()),
            plan => (None, plan),
        };
        let mut filters = Vec::new();
        while let LogicalPlan::Filter(filter) = plan {
            filters.push(filter);
            plan = filter.input.as_ref();
        }
        let LogicalPlan::TableScan(scan) = plan else { return None };
        Some(Self { shown, filters, scan, source: PostgresSource::of(scan)? })
    }

    /// Reads the columns of the table.
    fn with_scope<T>(&self, read: impl FnOnce(&Scope<'_>) -> T) -> T {
        let schema = &self.scan.projected_schema;
        read(&Scope { schema, column: &|column| named(schema, column) })
    }

    fn conditions(&self) -> impl Iterator<Item = &'a Expr> + use<'a> {
        let predicates: Vec<&'a Expr> = self.filters.iter().map(|filter| &filter.predicate).collect();
        predicates.into_iter().flat_map(split_conjunction)
    }

    fn select(&self, columns: Vec<Expression>, conditions: Vec<Expression>) -> Select {
        let from = self.source.from();
        Select { conditions, fenced: enforced(Point::Fence), ..Select::of(from, columns) }
    }
}

/// A column of a table, as conditions see it.
fn named(schema: &DFSchema, column: &Column) -> Option<Expression> {
    let held = schema.field(schema.maybe_index_of_column(column)?).data_type();
    let value = Expression::Named(column.name.clone());
    Some(match kind(held)? {
        Kind::Decimal => Expression::WithoutNan(Box::new(value)),
        _ => value,
    })
}

/// What a table gives, in the widest type of its kind; texts in the order of their bytes.
fn given(value: Expression, held: &DataType) -> Option<Expression> {
    Some(match kind(held)? {
        Kind::Text => Expression::Bytewise(Box::new(Expression::Widened(Box::new(value), Kind::Text))),
        Kind::Integer => Expression::Widened(Box::new(value), Kind::Integer),
        _ => value,
    })
}

/// All columns of a scan, as its table gives them.
fn all_given(scan: &TableScan) -> Option<Vec<Expression>> {
    let schema = &scan.projected_schema;
    let columns = schema.columns().into_iter().zip(schema.fields().iter());
    columns.map(|(column, field)| given(named(schema, &column)?, field.data_type())).collect()
}

/// A scan of our own question, which nobody's policy is about.
fn bare(scan: &TableScan) -> Option<Relation> {
    let source = PostgresSource::of(scan)?;
    let select = Select::of(source.from(), all_given(scan)?);
    Some(Relation { select, schema: Arc::clone(&scan.projected_schema), at: source.at().clone() })
}

/// What a barrier lets through: the policy, and what stands in place of columns, behind a fence.
fn fenced(barrier: &Barrier) -> Option<Relation> {
    use datafusion::logical_expr::UserDefinedLogicalNodeCore as _;
    let chain = Chain::below(barrier).filter(|_| !barrier.is_around_answer())?;
    let conditions =
        chain.with_scope(|scope| chain.conditions().map(|one| scope.expression(one)).collect::<Option<_>>())?;
    let columns: Option<Vec<Expression>> = match chain.shown {
        None => all_given(chain.scan),
        Some(projection) => chain.with_scope(|scope| {
            let fields = barrier.schema().fields().iter();
            let shown = projection.expr.iter().zip(fields);
            shown.map(|(shown, field)| given(scope.expression(shown)?, field.data_type())).collect()
        }),
    };
    let select = chain.select(columns?, conditions);
    Some(Relation { select, schema: Arc::clone(barrier.schema()), at: chain.source.at().clone() })
}

/// The same where not all of it can be a statement: what is left of the policy, and all that stands in place of columns, stays
/// here, below a barrier.
fn split_barrier(barrier: &Barrier) -> Option<Result<LogicalPlan>> {
    let chain = Chain::below(barrier)?;
    let is_pushed = |condition: &Expr| chain.with_scope(|scope| scope.expression(condition).is_some());
    let conditions = chain.with_scope(|scope| chain.conditions().filter_map(|one| scope.expression(one)).collect());
    let select = chain.select(all_given(chain.scan)?, conditions);
    let below = Pushed::plan(chain.source.at().clone(), select, Arc::clone(&chain.scan.projected_schema));
    let left = |predicate: &Expr| {
        let left = split_conjunction(predicate).into_iter().filter(|condition| !is_pushed(condition));
        conjunction(left.cloned())
    };
    let policy = barrier.policy().and_then(&left);
    let rebuilt = || {
        let mut below = LogicalPlanBuilder::from(below);
        for predicate in chain.filters.iter().rev().filter_map(|filter| left(&filter.predicate)) {
            below = below.filter(predicate)?;
        }
        if let Some(projection) = chain.shown {
            below = below.project(projection.expr.iter().cloned())?;
        }
        Ok(Barrier::over(below.build()?, policy, barrier.masks().to_vec()))
    };
    Some(rebuilt())
}

fn filtered(filter: &Filter) -> Option<Relation> {
    let input = relation(&filter.input).filter(|input| !input.is_ordered())?;
    let condition = input.with_scope(|scope| scope.expression(&filter.predicate))?;
    Some(input.filtered(vec![condition]))
}

/// As much of a filter as can be part of the statement below it.
fn split_filter(filter: &Filter) -> Option<Result<LogicalPlan>> {
    let input = relation(&filter.input).filter(|input| !input.is_ordered())?;
    let (mut pushed, mut left) = (Vec::new(), Vec::new());
    for condition in split_conjunction(&filter.predicate) {
        match input.with_scope(|scope| scope.expression(condition)) {
            Some(condition) => pushed.push(condition),
            None => left.push(condition.clone()),
        }
    }
    let input = if pushed.is_empty() { input } else { input.filtered(pushed) };
    let rows = LogicalPlanBuilder::from(input.into_plan());
    Some(match conjunction(left) {
        Some(left) => rows.filter(left).and_then(LogicalPlanBuilder::build),
        None => rows.build(),
    })
}

fn projected(projection: &Projection) -> Option<Relation> {
    let input = relation(&projection.input).filter(|input| !input.is_ordered())?;
    let columns =
        input.with_scope(|scope| projection.expr.iter().map(|one| scope.output(one)).collect::<Option<_>>())?;
    let select = input.select.around(columns);
    Some(Relation { select, schema: Arc::clone(&projection.schema), at: input.at })
}

fn aggregated(aggregate: &Aggregate) -> Option<Relation> {
    let input = relation(&aggregate.input)?;
    let columns: Vec<Expression> = input.with_scope(|scope| {
        let groups = aggregate.group_expr.iter().map(|group| scope.output(group));
        groups.chain(aggregate.aggr_expr.iter().map(|value| scope.aggregate(value))).collect::<Option<_>>()
    })?;
    let select = Select { grouped: Some(aggregate.group_expr.len()), ..input.select.around(columns) };
    Some(Relation { select, schema: Arc::clone(&aggregate.schema), at: input.at })
}

fn joined(join: &Join) -> Option<Relation> {
    let kind = match join.join_type {
        JoinType::Inner => JoinKind::Inner,
        JoinType::Left => JoinKind::Left,
        JoinType::Right => JoinKind::Right,
        JoinType::Full => JoinKind::Full,
        _ => return None,
    };
    let (left, right) = (relation(&join.left)?, relation(&join.right)?);
    let is_plain = join.filter.is_none() && join.null_equality == NullEquality::NullEqualsNothing;
    if !is_plain || join.on.is_empty() || left.at != right.at {
        return None;
    }
    let on = join.on.iter().map(|pair| match pair {
        (Expr::Column(one), Expr::Column(other)) => Some((left.place(one)?, right.place(other)?)),
        _ => None,
    });
    let on = on.collect::<Option<Vec<_>>>()?;
    let columns = (0..left.select.columns.len()).map(|place| Expression::Column(Side::Left, place));
    let others = (0..right.select.columns.len()).map(|place| Expression::Column(Side::Right, place));
    let columns = columns.chain(others).collect();
    let from = From::Join { kind, left: Box::new(left.select), right: Box::new(right.select), on };
    Some(Relation { select: Select::of(from, columns), schema: Arc::clone(&join.schema), at: left.at })
}

fn sorted(sort: &Sort) -> Option<Relation> {
    let input = relation(&sort.input)?;
    let order = input.with_scope(|scope| {
        let order = sort.expr.iter().map(|key| {
            let by = scope.output(&key.expr).filter(|_| !key.nulls_first)?;
            Some(Order { by, descending: !key.asc })
        });
        order.collect::<Option<Vec<_>>>()
    })?;
    let outputs = input.select.outputs();
    let select = Select { order, limit: sort.fetch, ..input.select.around(outputs) };
    Some(Relation { select, ..input })
}

fn limited(limit: &Limit) -> Option<Relation> {
    let number = |expression: &Option<Box<Expr>>| match expression.as_deref() {
        Some(Expr::Literal(ScalarValue::Int64(Some(number)), _)) => usize::try_from(*number).ok(),
        _ => None,
    };
    let skips_none = limit.skip.is_none() || number(&limit.skip) == Some(0);
    let most = number(&limit.fetch).filter(|_| skips_none)?;
    let input = relation(&limit.input)?;
    let select = match input.select {
        select @ Select { fenced: true, .. } => {
            let outputs = select.outputs();
            Select { limit: Some(most), ..select.around(outputs) }
        }
        select => Select { limit: Some(select.limit.map_or(most, |own| own.min(most))), ..select },
    };
    Some(Relation { select, ..input })
}
