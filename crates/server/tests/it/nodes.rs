//! Two servers at one store: what is changed at one counts at the other within a second, also for what is under way.

use crate::support::{Outcome, Vitrine, buyer, copy_of, edit};
use reqwest::StatusCode;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use store::audit::Verdict;
use tempfile::TempDir;
use testkit::callers::{Answer, CallError, Viewer};
use testkit::postgres::{Postgres, table_of_csv};
use testkit::world;
use tokio::task::JoinHandle;

/// The small world, whose orders are in a database that takes as long over them as `pace` says.
pub(crate) fn over_a_slow_database(postgres: &Postgres) -> Result<TempDir, CallError> {
    let types = [("order_id", "integer"), ("customer_id", "integer"), ("amount", "numeric(10,2)"), ("day", "date")];
    for (file, table) in [("orders", "all_orders"), ("customers", "customers")] {
        let csv = fs::read_to_string(world::folder().join(format!("data/{file}.csv")))?;
        postgres.run("postgres", &table_of_csv(table, &csv, &types))?;
    }
    postgres.run(
        "postgres",
        "CREATE ROLE reader LOGIN; CREATE TABLE pace (seconds float8); INSERT INTO pace VALUES (0); \
         CREATE VIEW orders AS SELECT * FROM all_orders WHERE (SELECT count(pg_sleep(seconds)) FROM pace) > 0; \
         GRANT SELECT ON orders, customers, pace TO reader",
    )?;
    let copy = copy_of(&world::folder())?;
    let model = copy.path().join("models/shop.yaml");
    for (from, to) in [
        ("orders.csv", "orders"),
        ("source: customers.csv", "source: customers"),
        ("source: customers.csv", "source: customers"),
    ] {
        edit(&model, from, to)?;
    }
    let place = json!({"host": postgres.host(), "database": "postgres", "user": "reader", "encryption": "none"});
    fs::write(
        copy.path().join("connections.yaml"),
        json!({"connections": [{"name": "files", "postgres": place}]}).to_string(),
    )?;
    Ok(copy)
}

/// Two servers, and what is under way at the second one.
pub(crate) struct Nodes {
    postgres: Postgres,
    folder: TempDir,
    one: Vitrine,
    two: Vitrine,
    viewer: Viewer,
}

pub(crate) type UnderWay = JoinHandle<Result<(Answer, Instant), CallError>>;

impl Nodes {
    async fn new() -> Result<Self, CallError> {
        let postgres = Postgres::start()?;
        postgres.create_database("store")?;
        let store = format!("postgres://postgres@localhost/store?host={}", postgres.host());
        Self::kept_at(postgres, store).await
    }

    async fn kept_at(postgres: Postgres, store: String) -> Result<Self, CallError> {
        let folder = over_a_slow_database(&postgres)?;
        let one = Vitrine::kept_at(folder.path(), Some(store)).await?;
        let two = one.beside().await?;
        let viewer = two.host("portal").viewer(&buyer("acme"), "orders").await?;
        Ok(Self { postgres, folder, one, two, viewer })
    }

    /// A question and an export, of which the database is in the middle.
    async fn begin(&self) -> Result<[UnderWay; 2], CallError> {
        Self::begin_at(&self.postgres, &self.viewer).await
    }

    pub(crate) async fn begin_at(postgres: &Postgres, viewer: &Viewer) -> Result<[UnderWay; 2], CallError> {
        postgres.run("postgres", "UPDATE pace SET seconds = 60")?;
        let (asking, exporting) = (viewer.clone(), viewer.clone());
        let query = json!({"explore": "shop.orders", "fields": ["order_id", "status", "note"]});
        let begun = [
            tokio::spawn(async move { Ok((asking.query(&query).await?, Instant::now())) }),
            tokio::spawn(async move { Ok((exporting.export("main/list", &json!({})).await?, Instant::now())) }),
        ];
        let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
        while postgres.run("postgres", sleeping)?.trim() != "2" {
            tokio::task::yield_now().await;
        }
        postgres.run("postgres", "UPDATE pace SET seconds = 0")?;
        Ok(begun)
    }

    /// Applies the definitions with one edit, at the first server.
    async fn edit(&self, file: &str, from: &str, to: &str) -> Outcome {
        edit(&self.folder.path().join(file), from, to)?;
        Ok(self.one.apply(self.folder.path()).await?)
    }

    async fn kept(&self) -> Result<Answer, CallError> {
        self.viewer.element("main/total", &json!({})).await
    }
}

/// What somebody does at the first server.
#[derive(Debug, Clone, Copy)]
enum Change {
    Ended,
    KeyDisabled,
    GrantGone,
    PolicyNarrower,
}

const ENDED: (StatusCode, &str) = (StatusCode::UNAUTHORIZED, "session_ended");

/// What is under way at the second server stops within a second of the change, and answers as the next request does.
async fn stops(change: Change, expected: [(StatusCode, &str); 2], next: StatusCode) -> Outcome {
    let nodes = Nodes::new().await?;
    let before = nodes.kept().await?;
    assert_eq!(before.status, StatusCode::OK);
    assert_eq!(nodes.kept().await?.rows(), before.rows(), "kept");
    let begun = nodes.begin().await?;
    match change {
        Change::Ended => {
            let ended = nodes.one.host("portal").end(&nodes.viewer.session).await?;
            assert_eq!(ended.status, StatusCode::NO_CONTENT);
        }
        Change::KeyDisabled => {
            nodes.edit("embed_keys.yaml", "client_id: portal\n", "client_id: portal\n    disabled: true\n").await?
        }
        Change::GrantGone => {
            nodes.edit("grants.yaml", "  - {to: {team: Buyers}, on: {model: shop}, level: use}\n", "").await?
        }
        Change::PolicyNarrower => {
            nodes.edit("models/shop.yaml", "rule: status <> 'deleted'", "rule: status = 'open'").await?
        }
    }
    let changed = Instant::now();
    let kept = nodes.kept().await?;
    assert_eq!(kept.status, next, "a kept answer after {change:?}: {}", kept.text());
    assert!(next != StatusCode::OK || kept.rows() != before.rows(), "the answer that was kept, after {change:?}");
    for (under_way, (status, code)) in begun.into_iter().zip(expected) {
        let (answer, at) = under_way.await??;
        let took = at.saturating_duration_since(changed);
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{change:?}");
        assert!(took < Duration::from_secs(1), "{change:?} took {took:?}");
    }
    for action in ["run_query", "export_csv"] {
        let completed = completed(&nodes.two, action).await?;
        assert!(completed.aborted && completed.rows == 0 && completed.bytes == 0, "{action}: {completed:?}");
    }
    let running = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    while nodes.postgres.run("postgres", running)?.trim() != "0" {
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// How the latest answer to an action ended, when that is recorded.
pub(crate) async fn completed(vitrine: &Vitrine, action: &str) -> Result<store::audit::Completion, CallError> {
    let store = vitrine.store().await?;
    for _ in 0..10_000 {
        let mut events = store.recent_audit(50).await?;
        events.retain(|recorded| recorded.event.action.as_deref() == Some(action));
        // Of the element that was asked for in between, one row is known.
        events.retain(|recorded| recorded.event.verdict == Verdict::Allowed);
        let found =
            events.into_iter().find(|recorded| recorded.completion.is_none_or(|completion| completion.rows != 1));
        if let Some(completion) = found.and_then(|event| event.completion) {
            return Ok(completion);
        }
        tokio::task::yield_now().await;
    }
    Err(format!("{action} is never complete").into())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ended_session_stops_at_every_server() -> Outcome {
    stops(Change::Ended, [ENDED; 2], StatusCode::UNAUTHORIZED).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disabled_key_stops_at_every_server() -> Outcome {
    stops(Change::KeyDisabled, [ENDED; 2], StatusCode::UNAUTHORIZED).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_that_is_taken_away_stops_at_every_server() -> Outcome {
    stops(
        Change::GrantGone,
        [(StatusCode::NOT_FOUND, "not_found"), (StatusCode::FORBIDDEN, "forbidden")],
        StatusCode::FORBIDDEN,
    )
    .await
}

/// Whoever may still ask is told to ask again, and sees what the new policy shows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_policy_stops_what_the_earlier_one_let_through() -> Outcome {
    stops(Change::PolicyNarrower, [(StatusCode::SERVICE_UNAVAILABLE, "access_changed"); 2], StatusCode::OK).await
}

/// A server that does not know whether anything has changed lets nothing go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_under_way_stops_when_the_store_is_away() -> Outcome {
    let mut keeping = Postgres::start()?;
    let store = format!("postgres://postgres@localhost/postgres?host={}", keeping.host());
    let nodes = Nodes::kept_at(Postgres::start()?, store).await?;
    let begun = nodes.begin().await?;
    keeping.stop()?;
    let gone = Instant::now();
    for under_way in begun {
        let (answer, at) = under_way.await??;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "unavailable"));
        let took = at.saturating_duration_since(gone);
        assert!(took < Duration::from_secs(1), "it took {took:?}");
    }
    keeping.start_again()?;
    assert_eq!(nodes.kept().await?.status, StatusCode::OK);
    Ok(())
}

/// A change that is none for whoever asks disturbs nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_change_does_not_touch_goes_on() -> Outcome {
    let nodes = Nodes::new().await?;
    nodes.postgres.run("postgres", "UPDATE pace SET seconds = 2")?;
    let asking = nodes.viewer.clone();
    let query = json!({"explore": "shop.orders", "fields": ["order_id", "status", "note"]});
    let asked = tokio::spawn(async move { asking.query(&query).await });
    let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    while nodes.postgres.run("postgres", sleeping)?.trim() == "0" {
        tokio::task::yield_now().await;
    }
    nodes.postgres.run("postgres", "UPDATE pace SET seconds = 0")?;
    nodes.edit("grants.yaml", "  - {to: {team: Support}, on: {folder: shop/daily}, level: view}\n", "").await?;
    let answer = asked.await??;
    assert_eq!((answer.status, answer.rows().len()), (StatusCode::OK, 18), "{}", answer.text());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_servers_one_redeems_a_code() -> Outcome {
    let database = testkit::postgres::shared()?;
    let one = Vitrine::kept_at(&world::folder(), Some(database.address())).await?;
    let two = one.beside().await?;
    for _ in 0..10 {
        let opened = one.host("portal").open(&buyer("acme")).await?.json();
        let code = opened["code"].as_str().ok_or("no code")?;
        let (first, second) = (one.host("portal"), two.host("portal"));
        let (first, second) = tokio::join!(first.redeem(code, "orders", None), second.redeem(code, "orders", None));
        let (first, second) = (first?, second?);
        let mut statuses = [first.status, second.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::OK, StatusCode::UNAUTHORIZED]);
        let won = if first.status == StatusCode::OK { first } else { second };
        let handle = won.json()["handle"].as_str().unwrap_or_default().to_owned();
        let viewer = Viewer { stranger: two.stranger(), handle, session: String::new(), workbook: "orders".to_owned() };
        assert_eq!(viewer.open_workbook().await?.status, StatusCode::OK, "at either server");
    }
    Ok(())
}

/// A server without the key of a store that is not new does not start, and leaves no key of its own behind.
#[tokio::test]
async fn a_server_without_the_encryption_key_does_not_start() -> Outcome {
    let database = testkit::postgres::shared()?;
    let one = Vitrine::kept_at(&world::folder(), Some(database.address())).await?;
    fs::rename(one.data.path().join("store.key"), one.data.path().join("kept"))?;
    let refused = one.beside().await.err().ok_or("it started")?.to_string();
    assert!(refused.contains("store.key") && refused.contains("copy the file"), "{refused}");
    assert!(!Path::new(&one.data.path().join("store.key")).exists());
    fs::rename(one.data.path().join("kept"), one.data.path().join("store.key"))?;
    one.beside().await?;
    Ok(())
}
