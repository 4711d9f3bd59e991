//! The physical barrier, and how the logical one is planned.

use crate::barrier::node::Barrier;
use crate::barrier::numbered::{Numbered, NumberedExec};
use crate::inputs::of_one_input;
use crate::postgres::exec::PushedExec;
use crate::postgres::node::Pushed;
use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{LogicalPlan, UserDefinedLogicalNode};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr, split_conjunction};
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties};
use datafusion::physical_planner::{DefaultPhysicalPlanner, ExtensionPlanner, PhysicalPlanner};
use std::fmt;
use std::sync::Arc;

/// Passes batches through unchanged, in their partitions. What it leaves at the trait's default is the point of it: parent
/// filters and dynamic filters are declined (`gather_filters_for_pushdown`), limits too, and its statistics are unknown.
///
/// It says nothing of what holds below it, not even that a column which the policy compares has one value. The engine would
/// go on believing that above an outer join, where the column is NULL in other rows, and leave it out of the order.
#[derive(Debug)]
pub(crate) struct BarrierExec {
    input: Arc<dyn ExecutionPlan>,
    policy: Vec<Arc<dyn PhysicalExpr>>,
    is_around_answer: bool,
    properties: Arc<PlanProperties>,
}

impl BarrierExec {
    fn new(input: Arc<dyn ExecutionPlan>, policy: Vec<Arc<dyn PhysicalExpr>>, is_around_answer: bool) -> Self {
        let properties = Arc::new(PlanProperties::new(
            EquivalenceProperties::new(input.schema()),
            input.output_partitioning().clone(),
            input.pipeline_behavior(),
            input.boundedness(),
        ));
        Self { input, policy, is_around_answer, properties }
    }

    fn over(&self, input: Arc<dyn ExecutionPlan>) -> Self {
        Self::new(input, self.policy.clone(), self.is_around_answer)
    }

    /// What is below.
    pub(crate) fn input(&self) -> &Arc<dyn ExecutionPlan> {
        &self.input
    }

    /// The conditions that must all stand between this node and the scan.
    pub(crate) fn policy(&self) -> &[Arc<dyn PhysicalExpr>] {
        &self.policy
    }

    /// Whether what is below is an answer, whose scans are behind barriers of their own.
    pub(crate) const fn is_around_answer(&self) -> bool {
        self.is_around_answer
    }
}

impl DisplayAs for BarrierExec {
    fn fmt_as(&self, _kind: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BarrierExec")
    }
}

impl ExecutionPlan for BarrierExec {
    fn name(&self) -> &'static str {
        "BarrierExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    of_one_input!();

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        self.input.execute(partition, context)
    }
}

/// The planner of secured plans.
pub(crate) fn planner() -> impl PhysicalPlanner {
    DefaultPhysicalPlanner::with_extension_planners(vec![Arc::new(BarrierPlanner)])
}

struct BarrierPlanner;

#[async_trait]
impl ExtensionPlanner for BarrierPlanner {
    async fn plan_extension(
        &self,
        planner: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _logical_inputs: &[&LogicalPlan],
        physical_inputs: &[Arc<dyn ExecutionPlan>],
        session: &dyn Session,
        context: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        if let Some(pushed) = node.as_any().downcast_ref::<Pushed>() {
            return Ok(Some(Arc::new(PushedExec::new(pushed))));
        }
        if let (true, [input]) = (node.as_any().is::<Numbered>(), physical_inputs) {
            return Ok(Some(Arc::new(NumberedExec::new(Arc::clone(input)))));
        }
        let (Some(barrier), [input]) = (node.as_any().downcast_ref::<Barrier>(), physical_inputs) else {
            return Ok(None);
        };
        let policy = match (barrier.policy(), scan(barrier.input())) {
            (Some(policy), Some(scan)) => {
                let policy = planner.create_physical_expr(policy, scan.schema(), session, context)?;
                split_conjunction(&policy).into_iter().map(Arc::clone).collect()
            }
            _ => Vec::new(),
        };
        Ok(Some(Arc::new(BarrierExec::new(Arc::clone(input), policy, barrier.is_around_answer()))))
    }
}

/// The scan at the bottom of a chain of nodes with one input each, or what stands there in its place.
fn scan(plan: &LogicalPlan) -> Option<&LogicalPlan> {
    match (plan, plan.inputs().as_slice()) {
        (LogicalPlan::TableScan(_) | LogicalPlan::Extension(_), []) => Some(plan),
        _ if Barrier::of(plan).is_some_and(Barrier::is_around_answer) => Some(plan),
        (_, [input]) => scan(input),
        _ => None,
    }
}
