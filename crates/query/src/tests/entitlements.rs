//! Entitlement tables: what a policy finds in them is what its rows are.

use super::world::{World, access, integer, only, place, query, sale, shown, text};
use crate::entitlements::{Lookup, looked_up};
use crate::error::QueryError;
use crate::limits::Limits;
use crate::secure::plan::Purpose;
use crate::secure::secure_with;
use authz::permit::Destination;
use model::filter::{Condition, Existence, RowFilter};
use model::name::ColumnName;
use model::rule::Comparison;
use model::value::Scalar;
use serde_json::json;
use std::collections::BTreeSet;

/// The places of a size are the entitlements to sales.
fn shop() -> World {
    let mut places = vec![place(1, "Delft"), place(2, "Brno"), place(3, "Oslo")];
    places.push(vec![None, text("nowhere"), integer(100)]);
    World::new(
        &[
            sale(1, Some(1), "Delft", 1),
            sale(2, Some(2), "Delft", 2),
            sale(3, None, "Oslo", 3),
            sale(4, Some(3), "Oslo", 4),
        ],
        &places,
    )
}

fn existence(on: &[(&str, &str)], only: RowFilter) -> Condition {
    let column = |name: &&str| ColumnName::new(*name).expect("a name");
    let on = on.iter().map(|(inner, outer)| (column(inner), column(outer))).collect();
    let (model, table) = ("shop".parse().expect("a name"), "places".parse().expect("a name"));
    Condition::Exists(Box::new(Existence { model, table, on, only }))
}

/// The sales that an existence opens.
async fn sales(condition: Condition) -> Vec<String> {
    let world = shop();
    let rows = looked_up(&lookup(&world, &world.limits), &RowFilter::Where(condition)).await.expect("entitlements");
    let access = access(rows, RowFilter::Everything);
    let answer = world.ask(&query(json!({"fields": ["id"]})), &access).await.expect("an answer");
    shown(&answer).concat()
}

fn size(size: i64) -> RowFilter {
    only("size", Comparison::LessOrEqual, Scalar::Integer(size))
}

fn lookup<'a>(world: &'a World, limits: &'a Limits) -> Lookup<'a> {
    Lookup { catalog: &world.catalog, destination: &|_| Destination::Usual, limits }
}

#[tokio::test]
async fn rows_are_those_whose_key_is_found() {
    assert_eq!(sales(existence(&[("key", "place")], size(200))).await, ["1", "2"]);
    assert_eq!(sales(existence(&[("key", "place")], RowFilter::Everything)).await, ["1", "2", "4"], "NULL is no key");
    assert!(sales(existence(&[("key", "place")], size(50))).await.is_empty());
    assert!(sales(existence(&[("key", "place")], RowFilter::Nothing)).await.is_empty());
    let both = [("key", "place"), ("city", "name")];
    assert_eq!(sales(existence(&both, RowFilter::Everything)).await, ["1", "4"], "of several columns, all");
    assert_eq!(sales(existence(&both, size(200))).await, ["1"]);
    let either = Condition::Or(vec![existence(&both, size(50)), existence(&[("key", "place")], size(100))]);
    assert_eq!(sales(either).await, ["1"]);
}

#[tokio::test]
async fn what_is_found_is_literals_of_the_plan() {
    let world = shop();
    let rows = RowFilter::Where(existence(&[("key", "place")], size(200)));
    let unresolved = world.plan(&query(json!({"fields": ["id"]})), &access(rows.clone(), RowFilter::Everything));
    assert_eq!(unresolved.err(), Some(QueryError::Internal), "an entitlement that was not looked up opens nothing");
    let found = looked_up(&lookup(&world, &world.limits), &rows).await.expect("entitlements");
    let plan = world.plan(&query(json!({"fields": ["id"]})), &access(found, RowFilter::Everything)).expect("a plan");
    assert!(plan.explain().contains("sales.place IN ([Int64(1), Int64(2)])"), "{}", plan.explain());
}

#[tokio::test]
async fn entitlements_stay_within_the_limits() {
    let world = shop();
    let rows = RowFilter::Where(existence(&[("key", "place")], RowFilter::Everything));
    let tight = Limits { memory_bytes: 1, ..Limits::default() };
    assert_eq!(looked_up(&lookup(&world, &tight), &rows).await.err(), Some(QueryError::MemoryLimit));
}

/// What a sale has in the columns of keys.
fn key(id: i64, name: &str) -> Vec<Scalar> {
    let row = sale(id, Some(id % 3), name, id * 100);
    [1, 2, 4, 3, 5, 6].into_iter().filter_map(|place| row[place].clone()).collect()
}

/// In PostgreSQL too, where keys of several columns are in the one statement, behind its fence.
#[tokio::test]
async fn keys_of_several_columns_go_down_with_the_policy() {
    let hostile = ["'); DROP TABLE sales; --", "\\", "$1", "é", "e\u{301}", "NULL", "", "{a,b}", "\"", "a ", "A"];
    let sales: Vec<_> = hostile.iter().zip(1..).map(|(name, id)| sale(id, Some(id % 3), name, id * 100)).collect();
    let none = sale(100, None, "a ", 1);
    let world = World::new(&sales.into_iter().chain([none]).collect::<Vec<_>>(), &[]);
    let column = |name: &str| ColumnName::new(name).expect("a name");
    let columns = ["place", "name", "day", "amount", "paid", "at"].map(column);
    let question = query(json!({"fields": ["id"]}));
    let catalog = world.twin.as_ref().expect("a twin").catalog().await;
    for (name, id) in hostile.iter().zip(1_i64..) {
        // One key that fits, and, for each column, one that fits in all others.
        let fitting = key(id, name);
        let others = (0..columns.len()).map(|place| {
            let mut other = key(id, name);
            other[place] = key(id + 1, "another").swap_remove(place);
            other
        });
        for width in 2..=columns.len() {
            let cut = |key: Vec<Scalar>| key.into_iter().take(width).collect::<Vec<_>>();
            let near: BTreeSet<_> = others.clone().map(cut).filter(|it| *it != cut(fitting.clone())).collect();
            let keys = near.iter().cloned().chain([cut(fitting.clone())]).collect();
            let rows = RowFilter::Where(Condition::Keys { columns: columns[..width].to_vec(), keys });
            let within = access(rows, RowFilter::Everything);
            assert_eq!(shown(&world.ask(&question, &within).await.expect("an answer")), [[id.to_string()]], "{name}");
            let plan =
                secure_with(catalog, &question, &within, &world.limits, Purpose::Answer).expect("a plan").explain();
            assert!(plan.starts_with("Pushed: SELECT") && !plan.contains('\n'), "{plan}");
            let (below, _) = plan.split_once(" OFFSET 0").expect("a fence");
            assert!(below.contains("EXISTS (SELECT 1 FROM unnest("), "{plan}");
            let rows = RowFilter::Where(Condition::Keys { columns: columns[..width].to_vec(), keys: near });
            assert!(
                world.ask(&question, &access(rows, RowFilter::Everything)).await.expect("an answer").rows.is_empty()
            );
        }
    }
}

/// A text with NUL, which PostgreSQL has not, is compared here.
#[tokio::test]
async fn keys_that_postgresql_has_not_stay_here() {
    let world = shop();
    let columns = ["place", "name"].map(|name| ColumnName::new(name).expect("a name")).to_vec();
    let keys = [(1, "Delft"), (1, "a\0b")].map(|(place, name)| vec![Scalar::Integer(place), Scalar::Text(name.into())]);
    let rows = RowFilter::Where(Condition::Keys { columns, keys: keys.into_iter().collect() });
    let answer = world.ask(&query(json!({"fields": ["id"]})), &access(rows, RowFilter::Everything)).await;
    assert_eq!(shown(&answer.expect("an answer")), [["1"]]);
}
