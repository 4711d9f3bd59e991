//! Numbers for the rows that a barrier lets through, by which a row is known again after joins. They are those of one run:
//! nothing of a hidden row is in them, and no answer has them.

use crate::inputs::of_one_input;
use datafusion::arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use datafusion::common::{DFSchema, DFSchemaRef, Result, TableReference, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, Extension, LogicalPlan, UserDefinedLogicalNodeCore};
use datafusion::physical_expr::EquivalenceProperties;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties};
use futures::StreamExt as _;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// What the column is called: no column of a table can be.
pub(crate) const NUMBER: &str = "row number";

/// How many rows one partition may have, as a power of two.
const PARTITION_BITS: u32 = 40;

/// The column of numbers; NULL where an outer join found no row.
pub(crate) fn number_field() -> FieldRef {
    Arc::new(Field::new(NUMBER, DataType::UInt64, true))
}

/// Rows of a table with a number each, behind their other columns.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Numbered {
    input: LogicalPlan,
    schema: DFSchemaRef,
}

impl PartialOrd for Numbered {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.input.partial_cmp(&other.input)
    }
}

impl Numbered {
    /// Numbers the rows of `input`, which are those of the table called so.
    pub(crate) fn over(input: LogicalPlan, table: &TableReference) -> Result<LogicalPlan> {
        let number = DFSchema::new_with_metadata(vec![(Some(table.clone()), number_field())], Default::default())?;
        let schema = Arc::new(input.schema().join(&number)?);
        Ok(LogicalPlan::Extension(Extension { node: Arc::new(Self { input, schema }) }))
    }
}

impl UserDefinedLogicalNodeCore for Numbered {
    fn name(&self) -> &str {
        "Numbered"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Numbered")
    }

    fn with_exprs_and_inputs(&self, _expressions: Vec<Expr>, mut inputs: Vec<LogicalPlan>) -> Result<Self> {
        match (inputs.pop(), inputs.is_empty()) {
            (Some(input), true) => Ok(Self { input, schema: Arc::clone(&self.schema) }),
            _ => internal_err!("rows that are numbered are of one input"),
        }
    }
}

/// The same, planned. It lets no predicate through, as the barrier below it lets none.
#[derive(Debug)]
pub(crate) struct NumberedExec {
    input: Arc<dyn ExecutionPlan>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
}

impl NumberedExec {
    pub(crate) fn new(input: Arc<dyn ExecutionPlan>) -> Self {
        let mut fields: Vec<FieldRef> = input.schema().fields().iter().cloned().collect();
        fields.push(number_field());
        let schema: SchemaRef = Arc::new(Schema::new(fields));
        let properties = Arc::new(PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&schema)),
            input.output_partitioning().clone(),
            input.pipeline_behavior(),
            input.boundedness(),
        ));
        Self { input, schema, properties }
    }

    fn over(&self, input: Arc<dyn ExecutionPlan>) -> Self {
        Self::new(input)
    }
}

impl DisplayAs for NumberedExec {
    fn fmt_as(&self, _kind: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NumberedExec")
    }
}

impl ExecutionPlan for NumberedExec {
    fn name(&self) -> &'static str {
        "NumberedExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    of_one_input!();

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let rows = self.input.execute(partition, context)?;
        let schema = Arc::clone(&self.schema);
        let mut next = (partition as u64) << PARTITION_BITS;
        let numbered = rows.map(move |batch| numbered(&batch?, &schema, &mut next));
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), numbered)))
    }
}

fn numbered(batch: &RecordBatch, schema: &SchemaRef, next: &mut u64) -> Result<RecordBatch> {
    let first = *next;
    *next = first.saturating_add(batch.num_rows() as u64);
    let numbers: ArrayRef = Arc::new(UInt64Array::from_iter_values(first..*next));
    let columns = batch.columns().iter().cloned().chain([numbers]);
    Ok(RecordBatch::try_new(Arc::clone(schema), columns.collect())?)
}
