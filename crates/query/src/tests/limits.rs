//! Limits: rows, time, memory, digits, and what happens when nobody waits any more.

use super::world::{World, access, everything, only, place, query, sale, shown};
use crate::error::QueryError;
use crate::run::Engine;
use model::filter::RowFilter;
use model::rule::Comparison;
use model::value::Scalar;
use serde_json::json;
use std::time::Duration;

fn shop(count: i64) -> World {
    World::new(&(1..=count).map(|id| sale(id, None, "a", id)).collect::<Vec<_>>(), &[])
}

#[tokio::test]
async fn the_least_of_all_row_limits_holds_and_a_cut_is_told() {
    let mut world = shop(10);
    let mut access = everything();
    let cases = [(Some(3), 5, 7, 3, false), (Some(9), 5, 7, 5, true), (None, 9, 7, 7, true), (Some(0), 5, 7, 0, false)];
    for (asked, cap, server, rows, told) in cases {
        access.row_cap = cap;
        world.limits.rows = server;
        let answer = world.ask(&query(json!({"fields": ["id"], "limit": asked})), &access).await.expect("an answer");
        assert_eq!((answer.rows.len(), answer.truncated), (rows, told), "the question's own limit is no cut");
    }
    (access.row_cap, world.limits.rows) = (10, 10);
    let answer = world.ask(&query(json!({"fields": ["id"]})), &access).await.expect("an answer");
    assert_eq!((answer.rows.len(), answer.truncated), (10, false), "as many as the limit is no cut");
}

#[tokio::test]
async fn a_limit_cuts_the_same_rows_however_they_are_stored() {
    let question = query(json!({"fields": ["id", "name"], "sorts": [{"field": "name"}], "limit": 3}));
    let stored: Vec<_> = (1..=10).map(|id| sale(id, None, "a", id)).collect();
    let reversed: Vec<_> = stored.iter().rev().cloned().collect();
    for rows in [stored, reversed] {
        let answer = World::new(&rows, &[]).ask(&question, &everything()).await.expect("an answer");
        assert_eq!(shown(&answer), [["1", "a"], ["2", "a"], ["3", "a"]]);
    }
}

#[tokio::test]
async fn a_sum_beyond_64_bits_is_refused_without_data_and_only_if_it_is_visible() {
    let world = World::new(&[sale(i64::MAX, None, "a", 0), sale(i64::MAX, None, "b", 0), sale(1, None, "c", 0)], &[]);
    let question = query(json!({"fields": ["ids"]}));
    let refusal = world.ask(&question, &everything()).await.expect_err("a refusal");
    assert_eq!(refusal.to_string(), "the value of field `ids` is too large for its type");
    let mine = only("name", Comparison::NotEqual, Scalar::Text("a".into()));
    let refusal = world.ask(&question, &access(mine, RowFilter::Everything)).await.expect_err("a refusal");
    assert_eq!(refusal.kind(), "too_large");
    let mine = only("name", Comparison::Equal, Scalar::Text("b".into()));
    let answer = world.ask(&question, &access(mine, RowFilter::Everything)).await.expect("an answer");
    assert_eq!(shown(&answer), [[i64::MAX.to_string()]]);
}

/// Rows that are cut off do not count.
#[tokio::test]
async fn the_texts_of_an_answer_are_bounded() {
    let mut world = World::new(&[sale(1, None, "four", 0), sale(2, None, "five", 0), sale(3, None, "eleven", 0)], &[]);
    let question = query(json!({"fields": ["id", "name"]}));
    (world.limits.bytes, world.limits.rows) = (8, 2);
    assert_eq!(world.ask(&question, &everything()).await.expect("an answer").rows.len(), 2);
    world.limits.bytes = 7;
    assert_eq!(world.ask(&question, &everything()).await, Err(QueryError::TooManyBytes { most: 7 }));
    world.limits.rows = 1;
    assert_eq!(world.ask(&question, &everything()).await.expect("an answer").rows.len(), 1);
}

#[tokio::test]
async fn time_and_memory_are_bounded() {
    let mut world = shop(1000);
    let question = query(json!({"fields": ["id", "total"]}));
    world.limits.time = Duration::ZERO;
    assert_eq!(world.ask(&question, &everything()).await, Err(QueryError::TimeLimit));
    world.limits.time = Duration::from_secs(60);
    world.limits.memory_bytes = 1;
    world.twin = None; // A database has its own memory.
    assert_eq!(world.ask(&question, &everything()).await, Err(QueryError::MemoryLimit));
}

#[tokio::test]
async fn dropping_the_future_frees_what_the_query_held() {
    let world = shop(1000);
    let plan = world.plan(&query(json!({"fields": ["id", "total"]})), &everything()).expect("a plan");
    let state = std::sync::Arc::downgrade(&plan.state);
    let held = state.strong_count();
    let mut running = Box::pin(async move { Engine::default().run(plan).await });
    assert!(futures::poll!(&mut running).is_pending(), "the engine works on other tasks");
    drop(running);
    assert_eq!(state.strong_count(), held - 1, "nothing of the query is left");
}

/// The policy of the joined table lets one city through, so the engine knows that there is no other; but where no place is
/// found there is none, and NULL comes last.
#[tokio::test]
async fn the_order_is_total_where_a_policy_leaves_one_value() {
    let sales: Vec<_> = (1..=200).map(|id| sale(id % 10, Some(1 + id % 2), "a", id)).collect();
    let world = World::new(&sales, &[place(1, "Delft"), place(2, "Brno")]);
    let access = access(RowFilter::Everything, only("city", Comparison::Equal, Scalar::Text("Delft".into())));
    let question = query(json!({"fields": ["name", "city", "amount"]}));
    let cities: Vec<String> =
        shown(&world.ask(&question, &access).await.expect("an answer")).iter().map(|row| row[1].clone()).collect();
    assert!(cities.is_sorted_by_key(|city| city == "-"), "{cities:?}");
    assert!(cities.contains(&"Delft".to_owned()) && cities.contains(&"-".to_owned()));
}
