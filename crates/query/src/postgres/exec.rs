//! A statement in the physical plan.

use crate::inputs::of_no_input;
use crate::limits::Limits;
use crate::postgres::node::Pushed;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::{Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, Partitioning};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use std::fmt;
use std::sync::Arc;

/// Runs a statement, and gives its rows in one partition, in their order.
#[derive(Debug)]
pub(crate) struct PushedExec {
    pushed: Pushed,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
}

impl PushedExec {
    pub(crate) fn new(pushed: &Pushed) -> Self {
        use datafusion::logical_expr::UserDefinedLogicalNodeCore as _;
        let schema: SchemaRef = Arc::clone(pushed.schema().inner());
        let properties = Arc::new(PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&schema)),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Incremental,
            Boundedness::Bounded,
        ));
        Self { pushed: pushed.clone(), schema, properties }
    }

    /// Whether every table in the statement is read behind a fence.
    pub(crate) fn is_fenced(&self) -> bool {
        self.pushed.select.is_fenced()
    }
}

impl DisplayAs for PushedExec {
    fn fmt_as(&self, _kind: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushedExec")
    }
}

impl ExecutionPlan for PushedExec {
    fn name(&self) -> &'static str {
        "PushedExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    of_no_input!();

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        if partition != 0 {
            return internal_err!("a statement has one partition");
        }
        let rows = context.session_config().batch_size();
        let time = context
            .session_config()
            .get_extension::<Limits>()
            .map_or_else(|| Limits::default().time, |limits| limits.time);
        let batches = self.pushed.run(Arc::clone(&self.schema), rows, time);
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), batches)))
    }
}
