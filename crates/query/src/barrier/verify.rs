//! The last look at a plan: every scan is behind its policy, or nothing runs.

use crate::barrier::exec::BarrierExec;
use crate::barrier::node::Barrier;
use crate::barrier::numbered::Numbered;
use crate::postgres::exec::PushedExec;
use crate::postgres::node::Pushed;
use datafusion::common::Result;
use datafusion::common::internal_err;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::logical_expr::{Expr, Extension, LogicalPlan};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{PhysicalExpr, split_conjunction};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::placeholder_row::PlaceholderRowExec;
use std::sync::Arc;

/// Errors unless every scan in `plan` and its subqueries is below a barrier whose policy stands between, or behind the fence of
/// a statement.
pub(crate) fn logical(plan: &LogicalPlan) -> Result<()> {
    plan.apply_with_subqueries(|node| match node {
        LogicalPlan::TableScan(_) => internal_err!("a scan without a barrier"),
        LogicalPlan::Extension(extension) if statement(extension).is_some_and(|pushed| pushed.select.is_fenced()) => {
            Ok(TreeNodeRecursion::Continue)
        }
        LogicalPlan::Extension(extension) if extension.node.as_any().is::<Numbered>() => {
            Ok(TreeNodeRecursion::Continue)
        }
        LogicalPlan::Extension(extension) => match extension.node.as_any().downcast_ref::<Barrier>() {
            Some(barrier) if barrier.is_around_answer() => Ok(TreeNodeRecursion::Continue),
            Some(barrier) if stands(barrier.policy(), barrier.input()) && is_masked(barrier) => {
                Ok(TreeNodeRecursion::Jump)
            }
            _ => internal_err!("a barrier without its policy"),
        },
        _ => Ok(TreeNodeRecursion::Continue),
    })?;
    Ok(())
}

/// The statement for a database, if it is one.
fn statement(extension: &Extension) -> Option<&Pushed> {
    extension.node.as_any().downcast_ref()
}

/// Whether below `plan`, a chain of filters and projections, the filter `policy` stands over a scan, or there is none.
fn stands(policy: Option<&Expr>, plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::EmptyRelation(relation) => !relation.produce_one_row,
        LogicalPlan::TableScan(_) => policy.is_none(),
        _ if Barrier::of(plan).is_some_and(Barrier::is_around_answer) => policy.is_none() && logical(plan).is_ok(),
        // What it has of the policy is behind its fence, and no longer the barrier's to ask for.
        LogicalPlan::Extension(extension) => {
            policy.is_none() && statement(extension).is_some_and(|pushed| pushed.select.is_fenced())
        }
        LogicalPlan::Filter(filter) => {
            let policy = policy.filter(|policy| **policy != filter.predicate);
            stands(policy, &filter.input)
        }
        LogicalPlan::Projection(projection) => stands(policy, &projection.input),
        _ => false,
    }
}

/// Whether the projection below a barrier has each mask in place of its column.
fn is_masked(barrier: &Barrier) -> bool {
    match barrier.input() {
        LogicalPlan::Projection(projection) => barrier.masks().iter().all(|(name, mask)| {
            let shown = projection.expr.iter().find(|shown| shown.qualified_name().1 == *name);
            shown.is_some_and(|shown| shown.clone().unalias() == *mask)
        }),
        _ => barrier.masks().is_empty(),
    }
}

/// Errors unless every leaf of `plan` that reads anything is below a barrier, with the policy's conditions among the
/// filters between.
pub(crate) fn physical(plan: &Arc<dyn ExecutionPlan>) -> Result<()> {
    if let Some(barrier) = plan.downcast_ref::<BarrierExec>().filter(|barrier| !barrier.is_around_answer()) {
        let mut found = Vec::new();
        collect(barrier.input(), &mut found)?;
        let stands = |condition: &Arc<dyn PhysicalExpr>| Ok(found.contains(&by_name(condition)?));
        let all = barrier.policy().iter().map(stands).collect::<Result<Vec<bool>>>()?;
        let nothing_is_read = leaf(barrier.input()).is_some_and(|leaf| leaf.is::<EmptyExec>());
        return if nothing_is_read || all.into_iter().all(|stands| stands) {
            Ok(())
        } else {
            internal_err!("a barrier without its policy")
        };
    }
    if plan.downcast_ref::<PushedExec>().is_some_and(PushedExec::is_fenced) {
        return Ok(());
    }
    let children = plan.children();
    if children.is_empty() && !plan.is::<EmptyExec>() && !plan.is::<PlaceholderRowExec>() {
        return internal_err!("a scan without a barrier");
    }
    children.into_iter().try_for_each(physical)
}

/// The leaf below a chain of nodes with one input each.
fn leaf(plan: &Arc<dyn ExecutionPlan>) -> Option<&Arc<dyn ExecutionPlan>> {
    match plan.children().as_slice() {
        [] => Some(plan),
        [input] => leaf(input),
        _ => None,
    }
}

/// Gathers the conditions of the filters in a chain of nodes, and of the scan at its end.
fn collect(plan: &Arc<dyn ExecutionPlan>, found: &mut Vec<Arc<dyn PhysicalExpr>>) -> Result<()> {
    let predicate = match (plan.downcast_ref::<FilterExec>(), plan.downcast_ref::<DataSourceExec>()) {
        (Some(filter), _) => Some(Arc::clone(filter.predicate())),
        (_, Some(source)) => pushed_down(source),
        _ => None,
    };
    for condition in predicate.iter().flat_map(split_conjunction) {
        found.push(by_name(condition)?);
    }
    if plan.downcast_ref::<BarrierExec>().is_some_and(BarrierExec::is_around_answer) {
        return physical(plan);
    }
    match plan.children().as_slice() {
        [] => Ok(()),
        [input] => collect(input, found),
        _ => internal_err!("a barrier over more than one scan"),
    }
}

/// The filter that the engine has moved into the reading of a file.
fn pushed_down(source: &DataSourceExec) -> Option<Arc<dyn PhysicalExpr>> {
    source.data_source().downcast_ref::<FileScanConfig>()?.file_source().filter()
}

/// The expression with columns told apart by name alone: a projection may have moved them.
fn by_name(condition: &Arc<dyn PhysicalExpr>) -> Result<Arc<dyn PhysicalExpr>> {
    let renumbered = |node: Arc<dyn PhysicalExpr>| match node.downcast_ref::<Column>() {
        Some(column) => Ok(Transformed::yes(Arc::new(Column::new(column.name(), 0)) as Arc<dyn PhysicalExpr>)),
        None => Ok(Transformed::no(node)),
    };
    Arc::clone(condition).transform(renumbered).data()
}
