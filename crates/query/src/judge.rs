//! What conditions say of single rows: for whoever explains to somebody why they see a row or not. No value of a row comes
//! out, only whether each condition holds.

use crate::arrow_type::literal;
use crate::barrier::exec::planner;
use crate::catalog::Catalog;
use crate::condition::{folded, predicate};
use crate::entitlements::{Lookup, looked_up};
use crate::error::QueryError;
use crate::limits::Limits;
use crate::postgres::push::push_down;
use crate::session::context;
use authz::permit::Destination;
use datafusion::arrow::array::{Array as _, AsArray as _, RecordBatch};
use datafusion::common::{Column, TableReference};
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, lit};
use datafusion::physical_plan::collect;
use datafusion::physical_planner::PhysicalPlanner as _;
use model::filter::{Condition, RowFilter};
use model::name::{ColumnName, ModelName, TableName};
use model::value::Scalar;

/// The most rows of one key that are judged.
const MOST_ROWS: usize = 100;

/// What the table is called in the plan.
const JUDGED: &str = "judged";

/// A table that is read at somebody's destination.
pub struct Judged<'a> {
    /// The catalog.
    pub catalog: &'a Catalog,
    /// The model.
    pub model: &'a ModelName,
    /// The table of it.
    pub table: &'a TableName,
    /// Where tables of a model are read, and as whom.
    pub destination: &'a (dyn Fn(&ModelName) -> Destination + Sync),
    /// The only rows that are judged; `None`: all.
    pub within: Option<Within<'a>>,
    /// What the look may take.
    pub limits: &'a Limits,
}

/// The rows that whoever asks sees by themselves.
pub struct Within<'a> {
    /// Those.
    pub rows: &'a RowFilter,
    /// Where tables of a model are read for them, and as whom.
    pub destination: &'a (dyn Fn(&ModelName) -> Destination + Sync),
}

impl Judged<'_> {
    /// For each row that has those values, at most a hundred, whether each condition holds; `None`: unknown, which is not.
    ///
    /// # Errors
    /// There is no such table or column, a value is not of its column's type, or the data cannot be read within the limits.
    pub async fn rows(
        &self,
        key: &[(ColumnName, Scalar)],
        conditions: &[Condition],
    ) -> Result<Vec<Vec<Option<bool>>>, QueryError> {
        let destination = (self.destination)(self.model);
        let table = self.catalog.table(self.model, self.table, &destination).ok_or(QueryError::Internal)?;
        if destination == Destination::Nowhere {
            return Ok(Vec::new());
        }
        let (name, schema) = (TableReference::bare(JUDGED), table.schema());
        let column = |column: &ColumnName| Expr::Column(Column::new(Some(name.clone()), column.as_str()));
        let mut rows = LogicalPlanBuilder::scan(name.clone(), table.source(destination.role()), None)?;
        for (wanted, value) in key {
            let held = schema.field_with_name(wanted.as_str()).map_err(|_| QueryError::Internal)?.data_type();
            let value = literal(value, held).ok_or(QueryError::Internal)?;
            rows = rows.filter(column(wanted).eq(lit(value)))?;
        }
        match self.bound(&destination).await? {
            RowFilter::Everything => {}
            RowFilter::Nothing => return Ok(Vec::new()),
            RowFilter::Where(condition) => rows = rows.filter(predicate(&condition, &name, &schema)?)?,
        }
        let mut verdicts = Vec::with_capacity(conditions.len());
        for (index, condition) in conditions.iter().enumerate() {
            let lookup = Lookup { catalog: self.catalog, destination: self.destination, limits: self.limits };
            let verdict = match folded(&looked_up(&lookup, &RowFilter::Where(condition.clone())).await?) {
                RowFilter::Where(condition) => predicate(&condition, &name, &schema)?,
                constant => lit(constant == RowFilter::Everything),
            };
            verdicts.push(verdict.alias(index.to_string()));
        }
        verdicts.push(lit(true).alias("found"));
        let plan = rows.project(verdicts)?.limit(0, Some(MOST_ROWS))?.build()?;
        let plan = push_down(self.catalog.state.optimize(&plan)?)?;
        let physical = planner().create_physical_plan(&plan, self.catalog.state.as_ref()).await?;
        let found = collect(physical, context(&self.catalog.state, self.limits)?);
        let batches = tokio::time::timeout(self.limits.time, found).await.map_err(|_| QueryError::TimeLimit)??;
        Ok(batches.iter().flat_map(|batch| verdicts_of(batch, conditions.len())).collect())
    }

    /// The rows that are judged at all: where others are read than whoever asks reads, none that they see.
    async fn bound(&self, destination: &Destination) -> Result<RowFilter, QueryError> {
        let Some(within) = &self.within else { return Ok(RowFilter::Everything) };
        if (within.destination)(self.model) != *destination {
            return Ok(RowFilter::Nothing);
        }
        let lookup = Lookup { catalog: self.catalog, destination: within.destination, limits: self.limits };
        Ok(folded(&looked_up(&lookup, within.rows).await?))
    }
}

fn verdicts_of(batch: &RecordBatch, count: usize) -> impl Iterator<Item = Vec<Option<bool>>> + '_ {
    (0..batch.num_rows()).map(move |row| {
        let columns = batch.columns().iter().take(count);
        columns
            .map(|column| column.as_boolean_opt().filter(|it| it.is_valid(row)).map(|verdicts| verdicts.value(row)))
            .collect()
    })
}
