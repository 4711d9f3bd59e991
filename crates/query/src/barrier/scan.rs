//! Where policies meet tables: what a question is compiled against, and what is read in its place.

use crate::barrier::harmless::is_harmless;
use crate::barrier::node::Barrier;
use crate::catalog::CatalogTable;
use crate::condition::{folded, predicate};
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::common::tree_node::{Transformed, TreeNodeRecursion};
use datafusion::common::{Column, Result, TableReference, internal_datafusion_err};
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{
    EmptyRelation, Expr, LogicalPlan, LogicalPlanBuilder, TableProviderFilterPushDown, TableScan, TableSource,
};
use model::enforcement::{Point, enforced};
use model::filter::RowFilter;
use model::name::ColumnName;
use std::collections::BTreeSet;
use std::sync::Arc;

/// One person's view of a table: its exposed columns and visible rows. Questions are compiled against it; it cannot be
/// read itself, only [`place`]d.
pub(crate) struct SecuredScan {
    table: Arc<CatalogTable>,
    rows: RowFilter,
    exposed: SchemaRef,
}

impl SecuredScan {
    /// The view with those `rows` and `columns`; columns that the table does not have are left out.
    pub(crate) fn new(table: Arc<CatalogTable>, rows: &RowFilter, columns: &BTreeSet<ColumnName>) -> Self {
        let is_exposed = |name: &str| columns.iter().any(|column| column.as_str() == name);
        let schema = table.schema();
        let fields = schema.fields().iter().filter(|field| is_exposed(field.name())).cloned();
        let exposed = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        Self { table, rows: folded(rows), exposed }
    }
}

impl TableSource for SecuredScan {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.exposed)
    }

    /// Takes the harmless predicates, which [`place`] puts below the barrier, and no other.
    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let verdict = |filter: &&Expr| {
            if enforced(Point::HarmlessList) && !is_harmless(filter, &self.exposed) {
                TableProviderFilterPushDown::Unsupported
            } else {
                TableProviderFilterPushDown::Exact
            }
        };
        Ok(filters.iter().map(verdict).collect())
    }
}

/// Puts in place of every [`SecuredScan`] the scan of its table, under the policy, under the barrier. Nothing may
/// optimize the plan afterwards. Errors if a scan is of anything else.
pub(crate) fn place(plan: LogicalPlan) -> Result<LogicalPlan> {
    let placed = plan.transform_down_with_subqueries(|node| match node {
        LogicalPlan::TableScan(scan) => {
            let secured = scan.source.downcast_ref::<SecuredScan>();
            let secured = secured.ok_or_else(|| internal_datafusion_err!("a scan without a policy"))?;
            Ok(Transformed::new(place_one(&scan, secured)?, true, TreeNodeRecursion::Jump))
        }
        other => Ok(Transformed::no(other)),
    })?;
    Ok(placed.data)
}

fn place_one(scan: &TableScan, secured: &SecuredScan) -> Result<LogicalPlan> {
    let policy = match &secured.rows {
        RowFilter::Nothing => return Ok(Barrier::over(no_rows(scan), None)),
        RowFilter::Everything => None,
        RowFilter::Where(condition) => Some(predicate(condition, &scan.table_name, &secured.table.schema())?),
    };
    let harmless = conjunction(scan.filters.iter().cloned());
    let mut below = read(scan, secured, policy.iter().chain(&harmless))?;
    for filter in policy.iter().cloned().chain(harmless) {
        below = below.filter(filter)?;
    }
    let below = below.project(scan.projected_schema.columns().into_iter().map(Expr::Column))?.build()?;
    if enforced(Point::Barrier) { Ok(Barrier::over(below, policy)) } else { Ok(below) }
}

/// The table itself is not read at all.
fn no_rows(scan: &TableScan) -> LogicalPlan {
    LogicalPlan::EmptyRelation(EmptyRelation { produce_one_row: false, schema: Arc::clone(&scan.projected_schema) })
}

/// Reads from the table what the question needs and what the filters need.
fn read<'a>(
    scan: &TableScan,
    secured: &SecuredScan,
    filters: impl Iterator<Item = &'a Expr>,
) -> Result<LogicalPlanBuilder> {
    let mut needed: BTreeSet<Column> = scan.projected_schema.columns().into_iter().collect();
    needed.extend(filters.flat_map(Expr::column_refs).cloned());
    let schema = secured.table.schema();
    let indices = needed.iter().map(|column| schema.index_of(column.name())).collect::<Result<BTreeSet<_>, _>>()?;
    let name: TableReference = scan.table_name.clone();
    LogicalPlanBuilder::scan(name, secured.table.source(), Some(indices.into_iter().collect()))
}
