//! The last look at plans refuses those in which a scan is not behind its policy.

use super::world::{SALES, sale, table};
use crate::barrier::exec::planner;
use crate::barrier::node::Barrier;
use crate::barrier::{scan, verify};
use crate::session::{self, Pieces};
use datafusion::datasource::provider_as_source;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, col, exists, lit};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::PhysicalPlanner;
use std::sync::Arc;

fn sales() -> LogicalPlanBuilder {
    let table = table(&SALES, &[sale(1, None, "a", 100), sale(2, None, "b", 200)]);
    LogicalPlanBuilder::scan("sales", provider_as_source(table), None).expect("a scan")
}

fn build(builder: LogicalPlanBuilder) -> LogicalPlan {
    builder.build().expect("a plan")
}

fn policy() -> Expr {
    col("sales.id").eq(lit(1_i64))
}

fn guarded() -> LogicalPlan {
    Barrier::over(build(sales().filter(policy()).expect("a filter")), Some(policy()), Vec::new())
}

fn state() -> SessionState {
    session::state(session::config(Pieces::default()))
}

async fn planned(plan: &LogicalPlan) -> Arc<dyn ExecutionPlan> {
    planner().create_physical_plan(plan, &state()).await.expect("a plan")
}

#[tokio::test]
async fn a_scan_behind_its_policy_passes() {
    assert!(verify::logical(&guarded()).is_ok());
    assert!(verify::physical(&planned(&guarded()).await).is_ok());
}

#[tokio::test]
async fn a_bare_scan_is_refused() {
    let bare = build(sales().filter(policy()).expect("a filter"));
    assert!(verify::logical(&bare).is_err());
    assert!(verify::physical(&planned(&bare).await).is_err());
}

#[tokio::test]
async fn a_barrier_without_its_policy_or_with_another_is_refused() {
    let another = build(sales().filter(col("sales.id").eq(lit(2_i64))).expect("a filter"));
    for below in [build(sales()), another] {
        let plan = Barrier::over(below, Some(policy()), Vec::new());
        assert!(verify::logical(&plan).is_err());
        assert!(verify::physical(&planned(&plan).await).is_err());
    }
}

#[test]
fn a_barrier_without_its_mask_is_refused() {
    let behind = |shown: Expr| {
        let rows = sales().filter(policy()).and_then(|rows| rows.project([shown])).expect("a projection");
        Barrier::over(build(rows), Some(policy()), vec![("name".to_owned(), lit("x"))])
    };
    assert!(verify::logical(&behind(lit("x").alias_qualified(Some("sales"), "name"))).is_ok());
    for shown in [col("sales.name"), lit("y").alias_qualified(Some("sales"), "name")] {
        assert!(verify::logical(&behind(shown)).is_err());
    }
}

#[tokio::test]
async fn one_bare_scan_beside_a_guarded_one_is_refused() {
    let plan = build(LogicalPlanBuilder::from(guarded()).union(build(sales())).expect("a union"));
    assert!(verify::logical(&plan).is_err());
    assert!(verify::physical(&planned(&plan).await).is_err());
}

#[test]
fn a_bare_scan_in_a_subquery_is_refused() {
    let plan = LogicalPlanBuilder::from(guarded()).filter(exists(Arc::new(build(sales())))).expect("a filter");
    assert!(verify::logical(&build(plan)).is_err());
}

#[test]
fn a_scan_of_anything_but_a_secured_source_is_not_placed() {
    assert!(scan::place(build(sales()), &state()).is_err());
}
