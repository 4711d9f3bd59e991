//! Filters from which the engine concludes nothing.
//!
//! Where a filter says that `month_start(day)` is one day, the engine leaves that out of the order, and then moves a projection
//! past which it has forgotten why: it refuses its own plan
//! ([apache/datafusion#17077](https://github.com/apache/datafusion/issues/17077) is of that kind). What is filtered by stays what
//! it is: `NOT (x <> y)` is true, false and NULL where `x = y` is.

use crate::barrier::exec::BarrierExec;
use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _, TreeNodeRecursion};
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{BinaryExpr, Column, not};
use datafusion::physical_expr::{PhysicalExpr, conjunction, split_conjunction};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::filter::FilterExec;
use std::sync::Arc;

/// Rewrites the equalities of whatever is no column, in filters above barriers. Below them is what policies say.
#[derive(Debug)]
pub(crate) struct Equalities;

impl PhysicalOptimizerRule for Equalities {
    fn name(&self) -> &'static str {
        "equalities"
    }

    fn schema_check(&self) -> bool {
        true
    }

    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _options: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let rewritten = plan.transform_down(|node| {
            if node.downcast_ref::<BarrierExec>().is_some_and(|barrier| !barrier.is_around_answer()) {
                return Ok(Transformed::new(node, false, TreeNodeRecursion::Jump));
            }
            let Some(filter) = node.downcast_ref::<FilterExec>() else { return Ok(Transformed::no(node)) };
            let conditions = split_conjunction(filter.predicate());
            if !conditions.iter().any(|condition| equality(condition).is_some()) {
                return Ok(Transformed::no(node));
            }
            let rewritten = conditions.into_iter().map(opaque).collect::<Result<Vec<_>>>()?;
            let filter = FilterExec::try_new(conjunction(rewritten), Arc::clone(filter.input()))?;
            Ok(Transformed::yes(Arc::new(filter) as Arc<dyn ExecutionPlan>))
        });
        rewritten.data()
    }
}

/// The equality that a condition is, of something that is no column.
fn equality(condition: &Arc<dyn PhysicalExpr>) -> Option<&BinaryExpr> {
    let compared = condition.downcast_ref::<BinaryExpr>().filter(|compared| *compared.op() == Operator::Eq)?;
    let are_columns = compared.left().is::<Column>() || compared.right().is::<Column>();
    (!are_columns).then_some(compared)
}

fn opaque(condition: &Arc<dyn PhysicalExpr>) -> Result<Arc<dyn PhysicalExpr>> {
    let Some(compared) = equality(condition) else { return Ok(Arc::clone(condition)) };
    let (left, right) = (Arc::clone(compared.left()), Arc::clone(compared.right()));
    not(Arc::new(BinaryExpr::new(left, Operator::NotEq, right)))
}
