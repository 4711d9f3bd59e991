//! Thirteen ways in which a viewer's expression meets rows that the viewer may not see.
//!
//! Each is planned from SQL text, over scans secured as every other, and must answer as on a table that has only the
//! visible rows: at 2 % and 50 % visibility (engines evaluate the second half of an AND on all rows unless few are
//! left), in small and large batches, from memory and from Parquet, on two partitions.

use super::twin::{connection, server};
use crate::barrier::scan::{Origin, SecuredScan};
use crate::catalog::{Catalog, CatalogTable, Passwords, open_table};
use crate::error::QueryError;
use crate::run::physical;
use crate::secure::place;
use crate::session::{self, Pieces};
use authz::permit::{ColumnAccess, Destination};
use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::catalog::TableProvider;
use datafusion::common::tree_node::{Transformed, TreeNodeRecursion};
use datafusion::datasource::MemTable;
use datafusion::execution::SessionStateBuilder;
use datafusion::logical_expr::{ColumnarValue, LogicalPlan, LogicalPlanBuilder, Volatility, create_udf};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::physical_plan::{ExecutionPlan, collect};
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;
use model::filter::{Condition, RowFilter};
use model::name::ColumnName;
use model::rule::Comparison;
use model::value::Scalar;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// The probes by name.
pub(super) const PROBES: [(&str, &str); 13] = [
    ("div", "SELECT count(id) FROM orders WHERE 1/(secret-5) >= 0"),
    ("cast", "SELECT count(id) FROM orders WHERE CAST(email AS INT) > 0"),
    ("twice", "SELECT count(id) FROM orders WHERE 1/(secret-5) >= 0 AND 1/(secret-5) < 9"),
    ("projection", "SELECT sum(1/(secret-5)) FROM orders"),
    ("case", "SELECT count(id) FROM orders WHERE CASE WHEN secret = 5 THEN 1/(secret-5) ELSE 1 END > 0"),
    ("join", "SELECT count(*) FROM orders a JOIN orders b ON a.id = b.id AND 1/(a.secret-5) >= 0"),
    ("semi-join", "SELECT count(*) FROM orders a WHERE id IN (SELECT id FROM orders b WHERE CAST(b.email AS INT) > 0)"),
    ("aggregate filter", "SELECT count(id) FILTER (WHERE 1/(secret-5) >= 0) FROM orders"),
    ("group", "SELECT 1/(secret-5) AS k, count(*) FROM orders GROUP BY 1"),
    ("sort", "SELECT id FROM orders ORDER BY 1/(secret-5), id LIMIT 3"),
    ("volatile", "SELECT count(id) FROM orders WHERE 1/(secret-5) >= 0 AND random() < 2"),
    ("or", "SELECT count(id) FROM orders WHERE id < 0 OR 1/(secret-5) >= 0"),
    ("limit", "SELECT id FROM orders WHERE 1/(secret-5) >= 0 LIMIT 5"),
];

/// Where the orders are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    Memory,
    Parquet,
    /// What PostgreSQL cannot answer as we would stays above its statement.
    Postgres,
}

/// How the orders are laid out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    /// One row in so many belongs to the viewer.
    pub(super) one_in: i64,
    pub(super) batch: usize,
    pub(super) storage: Storage,
}

/// Every layout that is tested.
pub(super) fn layouts() -> impl Iterator<Item = Layout> {
    [50, 2].into_iter().flat_map(|one_in| {
        [64, 8192].into_iter().flat_map(move |batch| {
            [Storage::Memory, Storage::Parquet, Storage::Postgres].map(|storage| Layout { one_in, batch, storage })
        })
    })
}

/// More than two of the large batches.
const ROWS: i64 = 20_000;

/// The table `orders`, its viewer's policy `tenant_id = 1`, and the same table without the hidden rows.
pub(super) struct Orders {
    context: SessionContext,
    visible: SessionContext,
    table: Arc<CatalogTable>,
    _folder: tempfile::TempDir,
}

impl Orders {
    pub(super) async fn new(layout: Layout) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (context, visible) = (session(layout.batch), session(layout.batch));
        let all = memory(layout, |_| true);
        context.register_table("orders", Arc::clone(&all)).expect("a table");
        let only_visible = memory(layout, |id| id % layout.one_in == 0);
        visible.register_table("orders", only_visible).expect("a table");
        let table = match layout.storage {
            Storage::Memory => Arc::new(CatalogTable::Memory(all)),
            Storage::Parquet => Arc::new(parquet(folder.path(), layout)),
            Storage::Postgres => postgres(layout).await,
        };
        Self { context, visible, table, _folder: folder }
    }

    /// The physical plan of `sql` behind the policy.
    pub(super) async fn secured(&self, sql: &str) -> Result<Arc<dyn ExecutionPlan>, QueryError> {
        let state = self.context.state();
        let plan = state.create_logical_plan(sql).await.expect("a plan");
        physical(&state, &place(&state, &self.behind_policy(plan))?).await
    }

    /// The rows of `sql` behind the policy, as text. The engine's own error, so that a test sees what it would print.
    pub(super) async fn ask(&self, sql: &str) -> Result<String, String> {
        let plan = self.secured(sql).await.map_err(|error| error.to_string())?;
        let batches = collect(plan, self.context.task_ctx()).await.map_err(|error| error.to_string())?;
        Ok(sorted(&batches))
    }

    /// What `sql` gives on the whole table, where nothing but `sql` itself hides a row.
    pub(super) async fn bare(&self, sql: &str) -> Result<String, String> {
        let rows = self.context.sql(sql).await.expect("a plan").collect().await;
        rows.map(|rows| sorted(&rows)).map_err(|error| error.to_string())
    }

    /// The rows of `sql` on a table that has only the visible rows.
    pub(super) async fn expected(&self, sql: &str) -> String {
        let rows = self.visible.sql(sql).await.expect("a plan").collect().await.expect("rows");
        sorted(&rows)
    }

    fn behind_policy(&self, plan: LogicalPlan) -> LogicalPlan {
        let tenant = ColumnName::new("tenant_id").expect("a name");
        let mine = Condition::Compare { term: tenant.into(), op: Comparison::Equal, value: Scalar::Integer(1) };
        let columns = ["id", "secret", "email"].map(|column| ColumnName::new(column).expect("a name"));
        let columns = BTreeMap::from(columns.map(|column| (column, ColumnAccess::Shown)));
        let secured = plan.transform_down_with_subqueries(|node| match node {
            LogicalPlan::TableScan(scan) => {
                let (table, rows) = (Arc::clone(&self.table), RowFilter::Where(mine.clone()));
                let source = SecuredScan::new(Origin::Table(table, None), &rows, columns.clone(), None);
                let scan = LogicalPlanBuilder::scan(scan.table_name, Arc::new(source), None)?.build()?;
                Ok(Transformed::new(scan, true, TreeNodeRecursion::Jump))
            }
            other => Ok(Transformed::no(other)),
        });
        secured.and_then(|plan| plan.data.recompute_schema()).expect("the columns of the question are exposed")
    }
}

/// The engine's settings, with SQL and its functions, and a volatile function.
fn session(batch: usize) -> SessionContext {
    let config = session::config(Pieces { batch_rows: batch, split_from_bytes: 1 });
    let state = SessionStateBuilder::new_with_default_features().with_config(config).build();
    let context = SessionContext::new_with_state(state);
    let half = |_: &[ColumnarValue]| Ok(ColumnarValue::Scalar(ScalarValue::Float64(Some(0.5))));
    context.register_udf(create_udf("random", vec![], DataType::Float64, Volatility::Volatile, Arc::new(half)));
    context
}

/// The orders with those ids: hidden ones have the secret 5 among others, and no number in their e-mail.
fn batch(ids: &[i64], one_in: i64) -> RecordBatch {
    let is_mine = |id: i64| id % one_in == 0;
    let integers =
        |value: &dyn Fn(i64) -> i64| -> ArrayRef { Arc::new(ids.iter().map(|id| value(*id)).collect::<Int64Array>()) };
    let email = |id: &i64| if is_mine(*id) { (id + 1).to_string() } else { format!("ssn-{id}") };
    RecordBatch::try_from_iter_with_nullable([
        ("id", integers(&|id| id), true),
        ("tenant_id", integers(&|id| if is_mine(id) { 1 } else { 2 }), true),
        ("secret", integers(&|id| if is_mine(id) { 6 + id % 3 } else { id % 7 }), true),
        ("email", Arc::new(ids.iter().map(email).map(Some).collect::<StringViewArray>()) as ArrayRef, true),
    ])
    .expect("a batch")
}

/// The orders whose id is wanted, in two partitions.
fn memory(layout: Layout, wanted: impl Fn(i64) -> bool) -> Arc<dyn TableProvider> {
    let ids: Vec<i64> = (0..ROWS).filter(|id| wanted(*id)).collect();
    let (first, second) = ids.split_at(ids.len() / 2);
    let batches = |ids: &[i64]| ids.chunks(layout.batch).map(|ids| batch(ids, layout.one_in)).collect::<Vec<_>>();
    let partitions = vec![batches(first), batches(second)];
    let schema = batch(&[], layout.one_in).schema();
    Arc::new(MemTable::try_new(schema, partitions).expect("a table"))
}

/// The orders in a file of several row groups, opened as the catalog opens its own.
fn parquet(folder: &Path, layout: Layout) -> CatalogTable {
    let rows = batch(&(0..ROWS).collect::<Vec<_>>(), layout.one_in);
    let file = File::create(folder.join("orders.parquet")).expect("a file");
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(4096)).build();
    let mut writer = ArrowWriter::try_new(file, rows.schema(), Some(properties)).expect("a writer");
    writer.write(&rows).expect("rows");
    writer.close().expect("a footer");
    let table = serde_json::from_value(declared("orders.parquet")).expect("a table");
    open_table(folder, &table).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// The orders in PostgreSQL, opened as the catalog opens its own.
async fn postgres(Layout { one_in, .. }: Layout) -> Arc<CatalogTable> {
    let statements = format!(
        "DROP TABLE IF EXISTS orders; CREATE TABLE orders AS SELECT id, CASE WHEN id % {one_in} = 0 THEN 1 ELSE 2 END AS \
         tenant_id, CASE WHEN id % {one_in} = 0 THEN 6 + id % 3 ELSE id % 7 END AS secret, CASE WHEN id % {one_in} = 0 THEN \
         CAST(id + 1 AS text) ELSE 'ssn-' || id END AS email FROM generate_series(0, {ROWS} - 1) AS all_of(id); \
         GRANT SELECT ON orders TO reader",
    );
    server().run("postgres", &statements).expect("a table");
    let model = json!({"connection": "demo", "tables": {"orders": declared("orders")}});
    let (name, table) = ("shop".parse().expect("a name"), "orders".parse().expect("a name"));
    let model = serde_json::from_value(model).expect("a model");
    let catalog = Catalog::over((&name, &model), &connection("reader"), &Passwords::default()).await;
    let catalog = catalog.expect("a catalog");
    Arc::clone(catalog.table(&name, &table, &Destination::Usual).expect("a table"))
}

fn declared(source: &str) -> serde_json::Value {
    let columns = json!({"id": "integer", "tenant_id": "integer", "secret": "integer", "email": "text"});
    json!({"source": source, "columns": columns})
}

fn sorted(batches: &[RecordBatch]) -> String {
    let shown = pretty_format_batches(batches).expect("a table").to_string();
    let mut lines: Vec<&str> = shown.lines().filter(|line| !line.starts_with('+')).collect();
    lines.sort_unstable();
    lines.join("\n")
}
