//! What a join says is one is unique: checked once, over every row, when the catalog is opened, unless the database sees to
//! it.

use crate::barrier::exec::planner;
use crate::catalog::{Catalog, CatalogTable, Fault, Problem};
use crate::postgres::push::push_down;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column, Result};
use datafusion::execution::TaskContext;
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, TableSource, lit};
use datafusion::physical_plan::collect;
use datafusion::physical_planner::PhysicalPlanner;
use model::name::{ColumnName, ExploreName, ModelName, TableName};
use model::semantic::{ColumnPath, Explore, Join};
use std::sync::Arc;

/// Every join whose key is not unique, or compares two types.
pub(super) async fn problems(catalog: &Catalog) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (model, definition) in catalog.models() {
        for (name, explore) in &definition.explores {
            for join in &explore.joins {
                problems.extend(problem(catalog, model, name, explore, join).await);
            }
        }
    }
    problems
}

async fn problem(
    catalog: &Catalog,
    model: &ModelName,
    name: &ExploreName,
    explore: &Explore,
    join: &Join,
) -> Option<Problem> {
    let found = |column: Option<ColumnName>, fault: Fault| {
        Some(Problem::Table { model: model.clone(), table: join.table.clone(), column, fault })
    };
    let left_table = |left: &ColumnPath| {
        let join = explore.joins.iter().find(|join| *join.name() == left.table);
        join.map_or(&explore.table, |join| &join.table)
    };
    for table in catalog.tables_called(model, &join.table) {
        for (left, right) in &join.on {
            // Of derived tables there are none here: their keys are compared in the declared type, which is that of both.
            let mut lefts = catalog.tables_called(model, left_table(left)).map(|table| held(table, &left.column));
            if !lefts.all(|kind| kind.is_some() && kind == held(table, right)) {
                return found(Some(right.clone()), Fault::KeyTypes { explore: name.clone() });
            }
        }
    }
    if join.relationship.is_to_one() {
        let problem = repeated(catalog, (model, name), &join.table, join.on.values().collect()).await;
        if problem.is_some() {
            return problem;
        }
    }
    let one_side = join.on.keys().next().filter(|_| join.relationship.is_from_one())?;
    let columns = join.on.keys().map(|left| &left.column).collect();
    repeated(catalog, (model, name), left_table(one_side), columns).await
}

/// Whether two rows of the table have the same key, or that cannot be found out.
async fn repeated(
    catalog: &Catalog,
    (model, explore): (&ModelName, &ExploreName),
    name: &TableName,
    key: Vec<&ColumnName>,
) -> Option<Problem> {
    let fault = |fault: Fault| Some(Problem::Table { model: model.clone(), table: name.clone(), column: None, fault });
    let definition = catalog.model(model)?;
    if let Some(derived) = definition.tables.get(name).filter(|table| table.derived.is_some()) {
        let is_of_groups = definition.groups_by(derived, &key.into_iter().collect());
        return if is_of_groups { None } else { fault(Fault::KeyNotOfGroups { explore: explore.clone() }) };
    }
    for table in catalog.tables_called(model, name) {
        if table.sees_to_unique(key.iter().copied()) {
            continue;
        }
        for role in table.read_as() {
            return match is_unique(catalog, table.source(role), key.iter().copied()).await {
                Ok(true) => continue,
                Ok(false) => fault(Fault::KeyNotUnique { explore: explore.clone() }),
                Err(_) => fault(Fault::Unreadable),
            };
        }
    }
    None
}

fn held(table: &CatalogTable, column: &ColumnName) -> Option<DataType> {
    table.schema().field_with_name(column.as_str()).ok().map(|field| field.data_type().clone())
}

/// Whether no two rows have the same key; keys with a NULL match nothing and do not count.
async fn is_unique(
    catalog: &Catalog,
    source: Arc<dyn TableSource>,
    key: impl Iterator<Item = &ColumnName>,
) -> Result<bool> {
    let key: Vec<Expr> = key.map(|column| Expr::Column(Column::from_name(column.as_str()))).collect();
    let mut rows = LogicalPlanBuilder::scan("keys", source, None)?;
    for column in &key {
        rows = rows.filter(column.clone().is_not_null())?;
    }
    let often = count(lit(1_i64)).alias("rows");
    let repeated = rows.aggregate(key, [often])?;
    let repeated = repeated.filter(Expr::Column(Column::from_name("rows")).gt(lit(1_i64)))?.limit(0, Some(1))?;
    let plan = push_down(catalog.state.optimize(&repeated.build()?)?)?;
    let plan = planner().create_physical_plan(&plan, catalog.state.as_ref()).await?;
    let found = collect(plan, Arc::new(TaskContext::from(catalog.state.as_ref()))).await?;
    Ok(found.iter().all(|batch| batch.num_rows() == 0))
}
