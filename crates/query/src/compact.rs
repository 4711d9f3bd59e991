//! Rows that hold on to no more than themselves, before they are sorted.
//!
//! The engine's batches are slices of larger ones, and its texts views into buffers: a few rows may hold a page of a file, or
//! all of a table. Whoever gathers rows counts all of that with each batch, and has no memory left after some of them.

use crate::inputs::of_one_input;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, RecordBatch, UInt64Array};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::execution_plan::ChildrenPropertiesMode;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, ReplaceChildrenOptions};
use futures::StreamExt as _;
use std::fmt;
use std::sync::Arc;

/// The plan with compact rows below each sort.
pub(crate) fn below_sorts(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let compacted = |node: Arc<dyn ExecutionPlan>| match node.downcast_ref::<SortExec>().map(SortExec::input) {
        Some(input) => {
            let input: Arc<dyn ExecutionPlan> = Arc::new(CompactExec { input: Arc::clone(input) });
            let recompute = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
            Ok(Transformed::yes(node.replace_children(vec![input], recompute)?))
        }
        None => Ok(Transformed::no(node)),
    };
    plan.transform_up(compacted).data()
}

/// Passes batches on, each with values of its own.
#[derive(Debug)]
struct CompactExec {
    input: Arc<dyn ExecutionPlan>,
}

impl CompactExec {
    fn over(&self, input: Arc<dyn ExecutionPlan>) -> Self {
        Self { input }
    }
}

impl DisplayAs for CompactExec {
    fn fmt_as(&self, _kind: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CompactExec")
    }
}

impl ExecutionPlan for CompactExec {
    fn name(&self) -> &'static str {
        "CompactExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    of_one_input!();

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let batches = self.input.execute(partition, context)?.map(|batch| compact(&batch?));
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.input.schema(), batches)))
    }
}

fn compact(batch: &RecordBatch) -> Result<RecordBatch> {
    let all = UInt64Array::from_iter_values(0..batch.num_rows() as u64);
    let column = |column: &ArrayRef| match column.data_type() {
        DataType::Utf8View => Ok(Arc::new(column.as_string_view().gc()) as ArrayRef),
        _ => take(column, &all, None),
    };
    let columns = batch.columns().iter().map(column).collect::<Result<_, _>>()?;
    Ok(RecordBatch::try_new(batch.schema(), columns)?)
}
