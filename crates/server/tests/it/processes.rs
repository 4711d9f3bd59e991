//! Two processes at one store in PostgreSQL, as they are run: what is changed at one counts at the other within a second,
//! for what was answered before, for what is being computed, and for bytes on their way. Nothing of the second process knows of
//! the first but by the store.

use crate::administration::Caller;
use crate::nodes::{Nodes, UnderWay, over_a_slow_database};
use crate::serving::Serving;
use crate::support::{Outcome, buyer, write_secrets};
use crate::under_way::{EXPORT, Reading, add_many};
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use testkit::callers::{Answer, CallError, LoggedIn, Viewer};
use testkit::postgres::Postgres;

/// Rows of a file that is on its way for longer than it may be.
const MANY: usize = 200_000;

/// Two servers with one store, over one database of orders.
struct Processes {
    orders: Postgres,
    store: Postgres,
    one: Serving,
    two: Serving,
    /// At the first one.
    root: Caller,
    _data: TempDir,
}

fn program(data: &Path, store: &Postgres, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    let address = format!("postgres://postgres@localhost/postgres?host={}", store.host());
    command.env_clear().env("VITRINE_STORE", address).args(arguments).arg("--data-dir").arg(data);
    command
}

fn said(command: &mut Command) -> Result<String, CallError> {
    let output = command.output()?;
    let said = String::from_utf8([output.stdout, output.stderr].concat())?;
    if output.status.success() { Ok(said) } else { Err(said.into()) }
}

impl Processes {
    async fn new() -> Result<Self, CallError> {
        let (orders, store, data) = (Postgres::start()?, Postgres::start()?, tempfile::tempdir()?);
        let folder = over_a_slow_database(&orders)?;
        orders.run(
            "postgres",
            &format!(
                "CREATE TABLE many AS SELECT id, 'a text of row ' || id || repeat(' and more', 20) AS text \
                 FROM generate_series(1, {MANY}) AS id; GRANT SELECT ON many TO reader"
            ),
        )?;
        add_many(folder.path(), "many")?;
        write_secrets(data.path())?;
        let definitions = folder.path().to_string_lossy().into_owned();
        said(&mut program(data.path(), &store, &["apply", &definitions]))?;
        let serve = |node: &str| {
            let mut command = program(data.path(), &store, &["serve", "--listen", "127.0.0.1:0"]);
            Serving::start(command.env("VITRINE_NODE", node))
        };
        let (one, two) = (serve("one")?, serve("two")?);
        let told = said(&mut program(data.path(), &store, &["login-code", "root@portal.example"]))?;
        let code = told.split_once('#').and_then(|(_, code)| code.split_whitespace().next()).ok_or("no code")?;
        let root = Caller::page(LoggedIn::with_code(one.stranger(), code).await?);
        Ok(Self { orders, store, one, two, root, _data: data })
    }

    /// Does it at the first server.
    async fn make(&self, change: Change, viewer: &Viewer) -> Outcome {
        let done = match change {
            Change::Ended => self.one.host("portal").end(&viewer.session).await?,
            Change::KeyDisabled => self.disable(true).await?,
            Change::GrantGone => {
                let grants = self.root.get("/api/v1/grants?limit=200").await?.json();
                let is_it = |grant: &&serde_json::Value| {
                    grant["to"] == json!({"team": "Buyers"}) && grant["on"] == json!({"model": "shop"})
                };
                let grant = grants["items"].as_array().into_iter().flatten().find(is_it).ok_or("no such grant")?;
                self.root.delete(&format!("/api/v1/grants/{}", grant["id"].as_str().unwrap_or_default())).await?
            }
        };
        assert!(done.status.is_success(), "{change:?}: {}", done.text());
        Ok(())
    }

    /// So that the next change finds all as it was.
    async fn take_back(&self, change: Change) -> Outcome {
        let done = match change {
            Change::Ended => return Ok(()),
            Change::KeyDisabled => self.disable(false).await?,
            Change::GrantGone => {
                let grant = json!({"to": {"team": "Buyers"}, "on": {"model": "shop"}, "level": "use"});
                self.root.post("/api/v1/grants", grant).await?
            }
        };
        assert!(done.status.is_success(), "{change:?} taken back: {}", done.text());
        Ok(())
    }

    async fn disable(&self, disabled: bool) -> Result<Answer, CallError> {
        let key = self.root.id("/api/v1/embed-keys?name=portal").await?;
        self.root.ask(Method::PATCH, &format!("/api/v1/embed-keys/{key}"), Some(json!({ "disabled": disabled }))).await
    }

    async fn begin(&self, viewer: &Viewer) -> Result<[UnderWay; 2], CallError> {
        Nodes::begin_at(&self.orders, viewer).await
    }
}

#[derive(Debug, Clone, Copy)]
enum Change {
    Ended,
    KeyDisabled,
    GrantGone,
}

/// What the second server says after a change: of a kept answer, a question under way, and an export under way.
type Said = [(StatusCode, &'static str); 3];

const ENDED: Said = [(StatusCode::UNAUTHORIZED, "session_ended"); 3];
const WITHOUT_GRANT: Said =
    [(StatusCode::FORBIDDEN, "forbidden"), (StatusCode::NOT_FOUND, "not_found"), (StatusCode::FORBIDDEN, "forbidden")];

fn said_in_time(answer: &Answer, expected: (StatusCode, &str), took: Duration, what: &str) {
    assert_eq!((answer.status, answer.code().as_str()), expected, "{what}: {}", answer.text());
    assert!(took < Duration::from_secs(1), "{what} took {took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_changes_counts_at_the_other_within_a_second() -> Outcome {
    let processes = Processes::new().await?;
    let first = processes.two.host("portal").viewer(&buyer("acme"), "orders").await?;
    let whole = first.ask("main/many", EXPORT.0, &serde_json::from_str(EXPORT.1)?).await?.bytes.len();
    let changes = [(Change::Ended, ENDED), (Change::KeyDisabled, ENDED), (Change::GrantGone, WITHOUT_GRANT)];
    for (change, [of_kept, of_question, of_export]) in changes {
        let viewer = processes.two.host("portal").viewer(&buyer("acme"), "orders").await?;
        let kept = async || viewer.element("main/total", &json!({})).await;
        assert_eq!((kept().await?.status, kept().await?.status), (StatusCode::OK, StatusCode::OK));
        let reading = Reading::begin(&processes.two.base, &viewer.handle, EXPORT).await?;
        let [question, export] = processes.begin(&viewer).await?;

        processes.make(change, &viewer).await?;
        let changed = Instant::now();
        let answer = kept().await?;
        said_in_time(&answer, of_kept, changed.elapsed(), &format!("a kept answer after {change:?}"));
        let read = tokio::spawn(reading.rest());
        for (under_way, expected) in [(question, of_question), (export, of_export)] {
            let (answer, at) = under_way.await??;
            said_in_time(&answer, expected, at.saturating_duration_since(changed), &format!("{change:?}"));
        }
        // At the pace at which it is read, all of it would take four seconds; some bytes had been sent already.
        let read = read.await?;
        assert!(read < whole / 2, "{read} of {whole} bytes after {change:?}");
        processes.take_back(change).await?;
    }
    let again = processes.two.host("portal").viewer(&buyer("acme"), "orders").await?;
    assert_eq!(again.element("main/total", &json!({})).await?.status, StatusCode::OK, "all as it was");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_lost_the_store_answer_503_and_recover() -> Outcome {
    let mut processes = Processes::new().await?;
    let viewer = processes.two.host("portal").viewer(&buyer("acme"), "orders").await?;
    let elsewhere = Viewer { stranger: processes.one.stranger(), ..viewer.clone() };
    let before = viewer.element("main/total", &json!({})).await?;
    assert_eq!(before.status, StatusCode::OK);
    let under_way = processes.begin(&viewer).await?;
    processes.store.stop()?;
    let gone = Instant::now();
    for under_way in under_way {
        let (answer, at) = under_way.await??;
        let expected = (StatusCode::SERVICE_UNAVAILABLE, "unavailable");
        said_in_time(&answer, expected, at.saturating_duration_since(gone), "what was under way");
    }
    for asking in [&viewer, &elsewhere] {
        let answer = asking.element("main/total", &json!({})).await?;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "unavailable"), "kept");
        assert_eq!(asking.stranger.get("/readyz").await?.status, StatusCode::SERVICE_UNAVAILABLE);
    }
    processes.store.start_again()?;
    for asking in [&viewer, &elsewhere] {
        let answer = asking.element("main/total", &json!({})).await?;
        assert_eq!((answer.status, answer.rows()), (StatusCode::OK, before.rows()), "{}", answer.text());
        assert_eq!(asking.stranger.get("/readyz").await?.status, StatusCode::OK);
    }
    Ok(())
}
