//! Nothing a viewer writes is evaluated on rows the viewer may not see, but the harmless.

use super::probes::{Layout, Orders, PROBES, Storage, layouts};
use datafusion::physical_plan::displayable;

/// Whether the answer to a probe is what a table of only the visible rows would give.
pub(super) async fn holds(orders: &Orders, probe: &str, sql: &str) -> Result<(), String> {
    let answer = orders.ask(sql).await?;
    if probe == "limit" {
        return any_five_visible(orders, &answer).await;
    }
    let expected = orders.expected(sql).await;
    if answer == expected { Ok(()) } else { Err(format!("expected\n{expected}\nfound\n{answer}")) }
}

/// A limit without an order may give any of the visible rows.
async fn any_five_visible(orders: &Orders, answer: &str) -> Result<(), String> {
    let visible = orders.expected("SELECT id FROM orders").await;
    let is_visible = |line: &str| visible.lines().any(|row| row.split_whitespace().eq(line.split_whitespace()));
    let all_visible = answer.lines().all(is_visible);
    if all_visible && answer.lines().count() == 6 { Ok(()) } else { Err(answer.to_owned()) }
}

#[tokio::test]
async fn all_thirteen_probes_answer_as_if_hidden_rows_were_not_there() {
    for layout in layouts() {
        let orders = Orders::new(layout).await;
        for (probe, sql) in PROBES {
            let held = holds(&orders, probe, sql).await;
            assert_eq!(held, Ok(()), "{probe} on {layout:?}");
        }
    }
}

#[tokio::test]
async fn without_a_barrier_the_same_probes_would_see_hidden_rows() {
    let orders = Orders::new(Layout { one_in: 2, batch: 8192, storage: Storage::Memory }).await;
    let failure = orders.bare("SELECT count(id) FROM orders WHERE tenant_id = 1 AND CAST(email AS INT) > 0").await;
    assert!(failure.is_err_and(|text| text.contains("ssn-")), "the probes can leak where nothing stops them");
}

/// The plan above and below the barrier, as text.
async fn around_the_barrier(orders: &Orders, predicate: &str) -> (String, String) {
    let plan = orders.secured(&format!("SELECT count(*), sum(id) FROM orders WHERE {predicate}")).await;
    let plan = displayable(plan.expect("a plan").as_ref()).indent(false).to_string();
    let (above, below) = plan.split_once("BarrierExec").expect("a barrier");
    (above.to_owned(), below.to_owned())
}

#[tokio::test]
async fn harmless_predicates_reach_the_storage_and_all_others_stay_above() {
    for storage in [Storage::Memory, Storage::Parquet] {
        let orders = Orders::new(Layout { one_in: 2, batch: 8192, storage }).await;
        for (predicate, mark) in [
            ("id = 77", "id@"),
            ("77 < id", "id@"),
            ("secret <> 3 AND email = 'a'", "email@"),
            ("email IN ('a', 'b')", "email@"),
            ("email IS NOT NULL", "email@"),
            ("id BETWEEN 7 AND 77", "id@"),
            ("NOT (id = 77 OR secret >= 5)", "secret@"),
        ] {
            let (above, below) = around_the_barrier(&orders, predicate).await;
            assert!(!above.contains("FilterExec") && below.contains(mark), "{predicate}: {above} --- {below}");
        }
        for (predicate, mark) in [
            ("1/(secret-5) >= 0", "secret@"),
            ("CAST(email AS INT) > 0", "email@"),
            ("email LIKE 'a%'", "email@"),
            ("id + 1 = 77", "id@"),
            ("id = secret", "secret@"),
            ("id = 77 OR 1/(secret-5) >= 0", "secret@"),
            ("CAST(id AS DOUBLE) > 0.5", "id@"),
            ("random() < 2", "random"),
        ] {
            let (above, below) = around_the_barrier(&orders, predicate).await;
            assert!(above.contains("FilterExec") && above.contains(mark), "{predicate}: {above}");
            assert_eq!(conditions(&below), policy(storage), "{predicate}: {below}");
        }
    }
}

#[tokio::test]
async fn of_a_conjunction_only_the_harmless_half_moves() {
    let orders = Orders::new(Layout { one_in: 2, batch: 8192, storage: Storage::Memory }).await;
    let (above, below) = around_the_barrier(&orders, "id > 7 AND 1/(secret-5) >= 0").await;
    assert!(above.contains("FilterExec") && !above.contains("id@0 > 7"), "{above}");
    assert!(below.contains("> 7") && !below.contains('/'), "{below}");
}

#[tokio::test]
async fn dynamic_filters_and_limits_do_not_cross() {
    let orders = Orders::new(Layout { one_in: 2, batch: 8192, storage: Storage::Parquet }).await;
    for sql in [
        "SELECT id FROM orders ORDER BY secret LIMIT 3",
        "SELECT max(id) FROM orders",
        "SELECT count(*) FROM orders a JOIN (SELECT id FROM orders WHERE secret + 0 > 6) b ON a.id = b.id",
        "SELECT id FROM orders LIMIT 3",
    ] {
        let plan = orders.secured(sql).await.expect("a plan");
        let plan = displayable(plan.as_ref()).indent(true).to_string();
        for scan in plan.split("BarrierExec").skip(1) {
            let below = scan.split_inclusive('\n').find(|line| line.contains("DataSourceExec")).expect("a scan");
            assert!(!below.contains("DynamicFilter") && !below.contains("limit="), "{sql}: {plan}");
        }
    }
}

#[tokio::test]
async fn columns_that_nobody_asked_for_are_not_read() {
    let orders = Orders::new(Layout { one_in: 2, batch: 8192, storage: Storage::Parquet }).await;
    let plan = orders.secured("SELECT sum(id) FROM orders").await.expect("a plan");
    let plan = displayable(plan.as_ref()).indent(false).to_string();
    assert!(!plan.contains("email") && !plan.contains("secret"), "{plan}");
}

#[tokio::test]
async fn statistics_do_not_answer_past_a_policy() {
    let orders = Orders::new(Layout { one_in: 50, batch: 8192, storage: Storage::Memory }).await;
    let sql = "SELECT count(*), min(secret), max(secret) FROM orders";
    assert_eq!(orders.ask(sql).await, Ok(orders.expected(sql).await));
}

/// The conditions in a plan's text that stand below the barrier.
fn conditions(below: &str) -> Vec<&str> {
    let condition = |line: &str| line.contains("FilterExec") || line.contains("predicate=");
    below.lines().filter(|line| condition(line)).map(condition_of).collect()
}

fn condition_of(line: &str) -> &str {
    let (_, condition) =
        line.split_once("predicate=").or_else(|| line.split_once("FilterExec: ")).unwrap_or(("", line));
    condition.split(',').next().unwrap_or(condition)
}

/// The policy alone, where each storage evaluates it.
fn policy(storage: Storage) -> Vec<&'static str> {
    match storage {
        Storage::Memory => vec!["tenant_id@1 = 1"],
        Storage::Parquet => vec!["tenant_id@3 = 1"],
        // The policy is part of the statement.
        Storage::Postgres => vec![],
    }
}
