//! Answers that are kept: given to whoever may see exactly the same, and to nobody else.

use super::masks::masked;
use super::world::{World, access, everything, only, place, query, sale, shown};
use crate::cache::{CacheFigures, Key, ResultCache};
use crate::error::QueryError;
use crate::limits::Limits;
use crate::mask::MaskSecret;
use crate::run::Engine;
use crate::secure::access::Access;
use model::filter::{Condition, RowFilter};
use model::name::ColumnName;
use model::query::Query;
use model::rule::Comparison;
use model::semantic::Mask;
use model::value::Scalar;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::oneshot;

fn shop() -> World {
    let sales = [sale(1, Some(1), "anna", 100), sale(2, Some(2), "bert", 200), sale(3, Some(1), "anna", 300)];
    World::new(&sales, &[place(1, "Delft"), place(2, "Brno")])
}

fn engine() -> Engine {
    Engine::new(Limits::default()).caching(1 << 20)
}

fn of(name: &str) -> Access {
    access(only("name", Comparison::Equal, Scalar::Text(name.into())), RowFilter::Everything)
}

fn one_of(names: &[&str]) -> Access {
    let term = ColumnName::new("name").expect("a name").into();
    let values = names.iter().map(|name| Scalar::Text((*name).to_owned())).collect();
    access(RowFilter::Where(Condition::OneOf { term, values }), RowFilter::Everything)
}

fn names() -> Query {
    query(json!({"fields": ["id", "name"]}))
}

async fn ask(engine: &Engine, world: &World, question: &Query, access: &Access) -> Vec<Vec<String>> {
    let plan = world.plan(question, access).expect("a plan");
    shown(&engine.run(plan).await.expect("an answer"))
}

/// What makes two answers two: each of these sees something else, or asks for something else.
fn all() -> Vec<(Query, Access)> {
    let with_secret = |byte: u8| {
        let mut access = masked("name", Mask::Hash);
        access.pseudonyms = Some(MaskSecret::new([7; 32]).pseudonyms(&byte.to_string()));
        access
    };
    let zoned = |zone: &str| query(json!({"fields": ["id", "hour"], "time_zone": zone}));
    let limited = query(json!({"fields": ["id", "name"], "limit": 1}));
    let filtered = query(json!({"fields": ["id", "name"], "filters": [{"field": "id", "values": [3]}]}));
    let descending = query(json!({"fields": ["id", "name"], "sorts": [{"field": "id", "descending": true}]}));
    vec![
        (names(), everything()),
        (names(), of("anna")),
        (names(), of("bert")),
        (names(), access(RowFilter::Nothing, RowFilter::Everything)),
        (names(), one_of(&["anna", "bert"])),
        (names(), one_of(&["anna,bert"])),
        (names(), masked("name", Mask::Null)),
        (names(), masked("name", Mask::Partial { first: 1, last: 0 })),
        (names(), masked("name", Mask::Partial { first: 2, last: 0 })),
        (names(), with_secret(1)),
        (names(), with_secret(2)),
        (names(), Access { row_cap: 2, ..everything() }),
        (limited, everything()),
        (filtered, everything()),
        (descending, everything()),
        (zoned("Europe/Zurich"), everything()),
        (zoned("Asia/Kolkata"), everything()),
    ]
}

/// Every order of two of them, cold and warm, gives each what it gets without a cache.
#[tokio::test]
async fn nobody_gets_the_answer_of_somebody_who_sees_something_else() {
    let (world, plain) = (shop(), Engine::default());
    let all = all();
    let mut alone = Vec::new();
    for (question, access) in &all {
        alone.push(ask(&plain, &world, question, access).await);
    }
    for first in 0..all.len() {
        for second in 0..all.len() {
            let engine = engine();
            for turn in [first, second, first, second] {
                let (question, access) = &all[turn];
                assert_eq!(ask(&engine, &world, question, access).await, alone[turn], "{first}, {second}: {turn}");
            }
            let computed = if first == second { 1 } else { 2 };
            assert_eq!(engine.cache_figures(), CacheFigures { hits: 4 - computed, misses: computed });
        }
    }
}

#[tokio::test]
async fn two_people_who_see_the_same_share_an_answer() {
    let (world, engine) = (shop(), engine());
    let first = engine.run(world.plan(&names(), &of("anna")).expect("a plan")).await.expect("an answer");
    let second = engine.run(world.plan(&names(), &of("anna")).expect("a plan")).await.expect("an answer");
    assert!(Arc::ptr_eq(&first, &second));
}

/// A time zone is in the plan where it matters, and nowhere else.
#[tokio::test]
async fn time_zones_share_an_answer_only_if_it_is_the_same_in_both() {
    let (world, engine) = (shop(), engine());
    let asked = async |fields: &str, zone: &str| {
        let question = query(json!({"fields": ["id", fields], "time_zone": zone}));
        let plan = world.plan(&question, &everything()).expect("a plan");
        let (told, key) = (plan.time_zone().name(), Key::of(&plan));
        (told, key, engine.run(plan).await.expect("an answer"))
    };
    for (field, is_shared) in [("name", true), ("weekday_of_day", true), ("hour", false), ("date", false)] {
        let (zurich, kolkata) = (asked(field, "Europe/Zurich").await, asked(field, "Asia/Kolkata").await);
        assert_eq!((zurich.0, kolkata.0), ("Europe/Zurich", "Asia/Kolkata"));
        assert_eq!(zurich.1 == kolkata.1, is_shared, "{field}");
        assert_eq!(Arc::ptr_eq(&zurich.2, &kolkata.2), is_shared, "{field}");
    }
}

/// Two models, or two revisions, may have tables of one name, and their plans look the same.
#[tokio::test]
async fn catalogs_share_nothing() {
    let engine = engine();
    let other = World::new(&[sale(9, None, "zoe", 1)], &[]);
    assert_eq!(ask(&engine, &shop(), &names(), &everything()).await.len(), 3);
    assert_eq!(ask(&engine, &other, &names(), &everything()).await, [["9", "zoe"]]);
    let key = |world: &World| Key::of(&world.plan(&names(), &everything()).expect("a plan")).expect("a key");
    assert_ne!(key(&shop()), key(&shop()), "also if they hold the same");
}

fn key(world: &World) -> Key {
    Key::of(&world.plan(&names(), &everything()).expect("a plan")).expect("a key")
}

/// Of many at once one computes. One that fails, or goes away, does so alone.
#[tokio::test]
async fn an_error_and_a_cancellation_reach_nobody_else() {
    let (world, cache) = (shop(), ResultCache::new(1 << 20));
    let answer = world.ask(&names(), &everything()).await.expect("an answer");
    let (failing, gate) = oneshot::channel::<()>();
    let leader = cache.answer(key(&world), async {
        let _opened = gate.await;
        Err(QueryError::MemoryLimit)
    });
    let waiter = cache.answer(key(&world), async { Ok(answer.clone()) });
    let (led, waited) = tokio::join!(leader, async {
        failing.send(()).expect("somebody waits");
        waiter.await
    });
    assert_eq!(led.err(), Some(QueryError::MemoryLimit));
    assert_eq!(waited.expect("an answer").rows.len(), 3);

    let cache = ResultCache::new(1 << 20);
    let (started, begun) = oneshot::channel();
    let mut leaving = Box::pin(cache.answer(key(&world), async {
        started.send(()).expect("somebody waits");
        std::future::pending().await
    }));
    tokio::select! {
        _ = &mut leaving => panic!("it never ends"),
        _ = begun => {}
    }
    let mut waiting = Box::pin(cache.answer(key(&world), async { Ok(answer.clone()) }));
    assert!(futures::poll!(&mut waiting).is_pending(), "somebody else is computing it");
    drop(leaving);
    assert_eq!(waiting.await.expect("an answer").rows.len(), 3);
}

#[tokio::test]
async fn of_many_at_once_one_computes() {
    let (world, cache) = (shop(), ResultCache::new(1 << 20));
    let answer = world.ask(&names(), &everything()).await.expect("an answer");
    let ask = || {
        cache.answer(key(&world), async {
            tokio::task::yield_now().await;
            Ok(answer.clone())
        })
    };
    let all = futures::future::join_all((0..50).map(|_| ask())).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(cache.figures(), CacheFigures { hits: 49, misses: 1 });
}

#[tokio::test]
async fn what_is_kept_is_bounded() {
    let (world, small) = (shop(), Engine::new(Limits::default()).caching(1000));
    for _ in 0..2 {
        ask(&small, &world, &names(), &everything()).await;
    }
    assert_eq!(small.cache_figures(), CacheFigures { hits: 0, misses: 2 }, "an answer too large for it is not kept");
}
