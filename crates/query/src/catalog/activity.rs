//! The activity as a table: read of the server's own trail, page by page, with each question.

use crate::arrow_type::{arrow_type, literal};
use crate::error::QueryError;
use crate::inputs::of_no_input;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use datafusion::arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{Result, ScalarValue, exec_err, internal_err};
use datafusion::datasource::TableType;
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use datafusion::physical_expr::{EquivalenceProperties, Partitioning};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::stream;
use model::built_in::{ActivityEvent, TENANT_COLUMN, TIME_COLUMN};
use model::name::ColumnName;
use model::value::ColumnType;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Where the activity is recorded.
#[async_trait]
pub trait ActivityTrail: fmt::Debug + Send + Sync {
    /// Some events of which `bounds` hold, the last one first, behind the event of that number.
    ///
    /// # Errors
    /// They cannot be read now.
    async fn page(&self, bounds: &ActivityBounds, after: Option<i64>) -> Result<ActivityPage, QueryError>;
}

/// Which events are worth reading. What is read is filtered again, so that bounds spare work and hide nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ActivityBounds {
    /// Not earlier.
    pub since: Option<DateTime<Utc>>,
    /// Earlier, or then.
    pub until: Option<DateTime<Utc>>,
    /// Of people of the tenant with that id.
    pub tenant: Option<String>,
}

/// Some events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityPage {
    /// The last one first.
    pub events: Vec<ActivityEvent>,
    /// Behind which event the next page begins; `None`: there is none.
    pub next: Option<i64>,
}

/// The table of events.
#[derive(Debug, Clone)]
pub(crate) struct ActivityTable {
    schema: SchemaRef,
    /// `None`: nothing is recorded, and there are no events.
    trail: Option<Arc<dyn ActivityTrail>>,
}

impl ActivityTable {
    /// The table of the declared columns, without events.
    pub(super) fn new(columns: &BTreeMap<ColumnName, ColumnType>) -> Self {
        let fields = columns.iter().map(|(name, kind)| Field::new(name.as_str(), arrow_type(*kind), true));
        Self { schema: Arc::new(Schema::new(fields.collect::<Vec<_>>())), trail: None }
    }

    /// The same table over a trail.
    pub(super) fn over(&self, trail: Arc<dyn ActivityTrail>) -> Self {
        Self { schema: self.schema(), trail: Some(trail) }
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The events that can be rows of which all `conditions` hold, and perhaps others.
    pub(crate) fn within<'a>(&self, conditions: impl Iterator<Item = &'a Expr>) -> Arc<dyn TableProvider> {
        let mut bounds = ActivityBounds::default();
        conditions.for_each(|condition| bounds.narrow(condition));
        Arc::new(Events { table: self.clone(), bounds })
    }
}

impl ActivityBounds {
    /// Takes over what a condition says, as far as that is a bound.
    fn narrow(&mut self, condition: &Expr) {
        let Expr::BinaryExpr(BinaryExpr { left, op, right }) = condition else { return };
        if *op == Operator::And {
            self.narrow(left);
            return self.narrow(right);
        }
        let (Expr::Column(column), Expr::Literal(value, _)) = (left.as_ref(), right.as_ref()) else { return };
        match (column.name(), op, value) {
            (TENANT_COLUMN, Operator::Eq, ScalarValue::Utf8View(Some(tenant))) => self.tenant = Some(tenant.clone()),
            (TIME_COLUMN, op, ScalarValue::TimestampMicrosecond(Some(at), _)) => {
                let Some(at) = DateTime::from_timestamp_micros(*at) else { return };
                match op {
                    Operator::Gt | Operator::GtEq => self.since = self.since.max(Some(at)),
                    Operator::Lt | Operator::LtEq => {
                        self.until = Some(self.until.map_or(at, |until| until.min(at)));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// The events within bounds, as a table.
#[derive(Debug)]
struct Events {
    table: ActivityTable,
    bounds: ActivityBounds,
}

#[async_trait]
impl TableProvider for Events {
    fn schema(&self) -> SchemaRef {
        self.table.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = match projection {
            Some(columns) => Arc::new(self.table.schema.project(columns)?),
            None => self.table.schema(),
        };
        let properties = Arc::new(PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&schema)),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Incremental,
            Boundedness::Bounded,
        ));
        let (trail, bounds) = (self.table.trail.clone(), self.bounds.clone());
        Ok(Arc::new(EventsExec { trail, bounds, schema, properties }))
    }
}

/// Reads the events, in one partition.
#[derive(Debug)]
struct EventsExec {
    trail: Option<Arc<dyn ActivityTrail>>,
    bounds: ActivityBounds,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
}

impl DisplayAs for EventsExec {
    fn fmt_as(&self, _kind: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventsExec")
    }
}

impl ExecutionPlan for EventsExec {
    fn name(&self) -> &'static str {
        "EventsExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    of_no_input!();

    fn execute(&self, partition: usize, _context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        if partition != 0 {
            return internal_err!("events are read in one partition");
        }
        let (bounds, schema) = (self.bounds.clone(), Arc::clone(&self.schema));
        let first = self.trail.clone().map(|trail| (trail, None));
        let pages = stream::try_unfold(first, move |from| {
            let (bounds, schema) = (bounds.clone(), Arc::clone(&schema));
            async move {
                let Some((trail, after)) = from else { return Ok(None) };
                let page =
                    trail.page(&bounds, after).await.map_err(|error| DataFusionError::External(Box::new(error)))?;
                let next = page.next.map(|next| (trail, Some(next)));
                Ok(Some((batch(&page.events, &schema)?, next)))
            }
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), pages)))
    }
}

fn batch(events: &[ActivityEvent], schema: &SchemaRef) -> Result<RecordBatch> {
    let column = |field: &Arc<Field>| -> Result<ArrayRef> {
        let null = ScalarValue::try_new_null(field.data_type())?;
        let mut values = Vec::with_capacity(events.len() + 1);
        for event in events {
            values.push(match event.value(field.name()) {
                Some(value) => match literal(&value, field.data_type()) {
                    Some(value) => value,
                    None => return exec_err!("a value of another type"),
                },
                None => null.clone(),
            });
        }
        // Of no values there is no array.
        values.push(null);
        Ok(ScalarValue::iter_to_array(values)?.slice(0, events.len()))
    };
    let columns = schema.fields().iter().map(column).collect::<Result<Vec<_>>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(events.len()));
    Ok(RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?)
}
