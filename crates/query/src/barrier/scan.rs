//! Where policies meet tables: what a question is compiled against, and what is read in its place.

use crate::barrier::harmless::{Engine, is_harmless};
use crate::barrier::node::Barrier;
use crate::barrier::numbered::{NUMBER, Numbered, number_field};
use crate::catalog::CatalogTable;
use crate::condition::{folded, predicate};
use crate::mask::{Masked, Pseudonyms};
use authz::permit::ColumnAccess;
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::common::tree_node::{Transformed, TreeNodeRecursion};
use datafusion::common::{Column, Result, TableReference, internal_datafusion_err};
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{
    EmptyRelation, Expr, LogicalPlan, LogicalPlanBuilder, TableProviderFilterPushDown, TableScan, TableSource,
};
use model::enforcement::{Point, enforced};
use model::filter::RowFilter;
use model::name::ColumnName;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One person's view of a table: its exposed columns and visible rows. Questions are compiled against it; it cannot be
/// read itself, only [`place`]d.
pub(crate) struct SecuredScan {
    origin: Origin,
    rows: RowFilter,
    columns: BTreeMap<ColumnName, ColumnAccess>,
    pseudonyms: Option<Pseudonyms>,
    exposed: SchemaRef,
    /// The exposed columns whose values are those of the table.
    unmasked: SchemaRef,
}

/// Where the rows come from of which one person sees some.
pub(crate) enum Origin {
    /// A table, read as that role of its database.
    Table(Arc<CatalogTable>, Option<String>),
    /// The answer to a derived table's question, for the same person: over [`SecuredScan`]s of its own, and with its columns called
    /// as those of the table.
    Derived(LogicalPlan),
}

impl Origin {
    fn schema(&self) -> SchemaRef {
        match self {
            Self::Table(table, _) => table.schema(),
            Self::Derived(answer) => Arc::clone(answer.schema().inner()),
        }
    }
}

/// The number of a row of the table called so, where its scan is [`SecuredScan::numbered`].
pub(crate) fn row_number(table: &TableReference) -> Column {
    Column::new(Some(table.clone()), NUMBER)
}

impl SecuredScan {
    /// The view with those `rows` and `columns`; columns that the table does not have are left out.
    pub(crate) fn new(
        origin: Origin,
        rows: &RowFilter,
        columns: BTreeMap<ColumnName, ColumnAccess>,
        pseudonyms: Option<Pseudonyms>,
    ) -> Self {
        let access = |name: &str| columns.iter().find(|(column, _)| column.as_str() == name).map(|(_, access)| access);
        let schema = origin.schema();
        let those = |fits: &dyn Fn(&ColumnAccess) -> bool| {
            let fields = schema.fields().iter().filter(|field| access(field.name()).is_some_and(fits)).cloned();
            Arc::new(Schema::new(fields.collect::<Vec<_>>()))
        };
        let (exposed, unmasked) = (those(&|_| true), those(&|access| *access == ColumnAccess::Shown));
        Self { rows: folded(rows), exposed, unmasked, origin, columns, pseudonyms }
    }

    /// The same view, in which each row has a number.
    pub(crate) fn numbered(self) -> Self {
        let fields = self.exposed.fields().iter().cloned().chain([number_field()]);
        Self { exposed: Arc::new(Schema::new(fields.collect::<Vec<_>>())), ..self }
    }

    /// Who evaluates what stands below the barrier.
    fn engine(&self) -> Engine {
        match &self.origin {
            Origin::Table(table, _) if table.is_remote() => Engine::Postgres,
            Origin::Table(..) | Origin::Derived(_) => Engine::Local,
        }
    }

    /// What stands in place of a column's values; `None`: they are shown.
    fn mask(&self, column: &Column, table: &TableReference) -> Result<Option<Expr>> {
        let found = self.columns.iter().find(|(name, _)| name.as_str() == column.name());
        match found {
            Some((name, ColumnAccess::Masked { shown, masks })) => {
                let schema = self.origin.schema();
                let rows = Masked { column: name, table, schema: &schema, pseudonyms: self.pseudonyms.as_ref() };
                rows.expression(shown, masks).map(Some)
            }
            Some((_, ColumnAccess::Shown)) => Ok(None),
            None => Err(internal_datafusion_err!("a column that is not exposed")),
        }
    }
}

impl TableSource for SecuredScan {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.exposed)
    }

    /// Takes the harmless predicates, which [`place`] puts below the barrier, and no other.
    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let verdict = |filter: &&Expr| {
            let of_masks = if enforced(Point::MaskedPredicates) { &self.unmasked } else { &self.exposed };
            if enforced(Point::HarmlessList) && !is_harmless(filter, of_masks, self.engine()) {
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
pub(crate) fn place(plan: LogicalPlan, state: &SessionState) -> Result<LogicalPlan> {
    let placed = plan.transform_down_with_subqueries(|node| match node {
        LogicalPlan::TableScan(scan) => {
            let secured = scan.source.downcast_ref::<SecuredScan>();
            let secured = secured.ok_or_else(|| internal_datafusion_err!("a scan without a policy"))?;
            Ok(Transformed::new(place_one(&scan, secured, state)?, true, TreeNodeRecursion::Jump))
        }
        other => Ok(Transformed::no(other)),
    })?;
    Ok(placed.data)
}

fn place_one(scan: &TableScan, secured: &SecuredScan, state: &SessionState) -> Result<LogicalPlan> {
    let policy = match &secured.rows {
        RowFilter::Nothing => return Ok(Barrier::over(no_rows(scan), None, Vec::new())),
        RowFilter::Everything => None,
        RowFilter::Where(condition) => Some(predicate(condition, &scan.table_name, &secured.origin.schema())?),
    };
    let harmless = conjunction(scan.filters.iter().cloned());
    let columns = shown_columns(scan);
    let masks = columns.iter().map(|column| secured.mask(column, &scan.table_name)).collect::<Result<Vec<_>>>()?;
    let filters: Vec<&Expr> = policy.iter().chain(&harmless).collect();
    let mut below = read((scan, secured), &filters, masks.iter().flatten(), state)?;
    for filter in policy.iter().cloned().chain(harmless) {
        below = below.filter(filter)?;
    }
    let shown = columns.iter().zip(&masks).map(|(column, mask)| match mask {
        Some(mask) => mask.clone().alias_qualified(column.relation.clone(), column.name()),
        None => Expr::Column(column.clone()),
    });
    let below = below.project(shown)?.build()?;
    let masked = columns.iter().zip(masks.iter().cloned());
    let masks = masked.filter_map(|(column, mask)| Some((column.name().to_owned(), mask?))).collect();
    let rows = if enforced(Point::Barrier) { Barrier::over(below, policy, masks) } else { below };
    if columns.len() == scan.projected_schema.fields().len() {
        return Ok(rows);
    }
    let shown = scan.projected_schema.columns().into_iter().map(Expr::Column);
    LogicalPlanBuilder::from(Numbered::over(rows, &scan.table_name)?).project(shown)?.build()
}

/// The columns that are read for a scan: all but the number, which is no column of the table.
fn shown_columns(scan: &TableScan) -> Vec<Column> {
    let mut columns = scan.projected_schema.columns();
    columns.retain(|column| column.name() != NUMBER);
    columns
}

/// The table itself is not read at all.
fn no_rows(scan: &TableScan) -> LogicalPlan {
    LogicalPlan::EmptyRelation(EmptyRelation { produce_one_row: false, schema: Arc::clone(&scan.projected_schema) })
}

/// Reads from the table what the question needs and what the filters and masks need.
fn read<'a>(
    (scan, secured): (&TableScan, &SecuredScan),
    filters: &[&'a Expr],
    masks: impl Iterator<Item = &'a Expr>,
    state: &SessionState,
) -> Result<LogicalPlanBuilder> {
    let mut needed: BTreeSet<Column> = shown_columns(scan).into_iter().collect();
    needed.extend(filters.iter().copied().chain(masks).flat_map(Expr::column_refs).cloned());
    let schema = secured.origin.schema();
    let indices = needed.iter().map(|column| schema.index_of(column.name())).collect::<Result<BTreeSet<_>, _>>()?;
    match &secured.origin {
        Origin::Table(table, role) => {
            let source = table.source_within(role.as_deref(), filters.iter().copied());
            let name = scan.table_name.clone();
            LogicalPlanBuilder::scan(name, source, Some(indices.into_iter().collect()))
        }
        Origin::Derived(answer) => {
            let columns = answer.schema().columns();
            let shown = indices.into_iter().filter_map(|index| columns.get(index).cloned().map(Expr::Column));
            let answer = LogicalPlanBuilder::from(answer.clone()).project(shown)?.build()?;
            Ok(LogicalPlanBuilder::from(Barrier::around(place(state.optimize(&answer)?, state)?)))
        }
    }
}
