//! The store goes away, or has no room, and comes back: 503 in between, nothing half written, and nobody need do anything.

use crate::serving::Serving;
use crate::support::{Outcome, Vitrine, buyer, write_secrets};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::routes::routes;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use testkit::callers::{Answer, CallError, Viewer};
use testkit::postgres::Postgres;
use testkit::world;

/// What is the same for everybody and needs no store.
const WITHOUT_STORE: [&str; 19] = [
    "/api/{version}/serverInfo",
    "/api/{version}/serverinfo",
    "/",
    "/healthz",
    "/sdk/v1.js",
    "/app/embed.js",
    "/javascripts/api/{file}",
    "/assets/{file}",
    "/workbooks/{workbook}",
    "/workbooks/{workbook}/{page}",
    "/login",
    "/invitation",
    "/reset",
    "/account",
    "/admin",
    "/admin/",
    "/admin/{*path}",
    "/admin/assets/{file}",
    "/api/v1/openapi.json",
];

fn is_away(answer: &Answer, what: &str) {
    let (status, kind) = (answer.status, answer.header("content-type"));
    assert_eq!((status, kind.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "application/problem+json"), "{what}");
    assert_eq!((answer.code().as_str(), answer.header("retry-after").as_str()), ("unavailable", "1"), "{what}");
}

/// Each route with credentials of a viewer, and with those of a host.
async fn asked_of_all(vitrine: &Vitrine, viewer: &Viewer) -> Result<Vec<(String, Answer)>, CallError> {
    let (portal, mut answers) = (vitrine.host("portal"), Vec::new());
    let token = testkit::sign::plain(&json!({"resource": {"dashboard": 1}, "params": {}}), world::secret("strict"));
    for route in routes() {
        let link = "4b1a1c1e-0000-4000-8000-000000000000";
        let credential = if route.path.starts_with("/api/public/") { link } else { &token };
        let path = crate::routes::filled(&route.path.replace("{token}", credential));
        let request = || portal.stranger.request(route.method.clone(), &path).json(&json!({}));
        for request in [
            request().bearer_auth(&viewer.handle),
            request().basic_auth("portal", Some(&portal.secret)).header("origin", &vitrine.base),
        ] {
            answers.push((route.path.to_owned(), portal.stranger.send(request).await?));
        }
    }
    Ok(answers)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_store_is_away_whatever_needs_it_is_503_and_afterwards_it_goes_on() -> Outcome {
    let mut postgres = Postgres::listening()?;
    postgres.run("postgres", "CREATE ROLE vitrine SUPERUSER LOGIN PASSWORD 'vitrine'; ")?;
    let store = format!("postgres://vitrine@localhost/postgres?host={}", postgres.host());
    let store = store.replace("localhost/", &format!("localhost:{}/", postgres.port()));
    let vitrine = Vitrine::kept_at(&world::folder(), Some(store)).await?;
    let viewer = vitrine.buyer("acme").await?;
    let before = viewer.element("main/list", &json!({})).await?;
    assert_eq!(before.status, StatusCode::OK);
    for _ in 0..2 {
        postgres.stop()?;
        for (path, answer) in asked_of_all(&vitrine, &viewer).await? {
            let needs_it = !WITHOUT_STORE.contains(&path.as_str());
            // A viewer's credentials at a host's route, and the other way round, are known without the store.
            let known = answer.status == StatusCode::UNAUTHORIZED || answer.status == StatusCode::BAD_REQUEST;
            // Of many refusals of pages of others some are only counted.
            let known = known || (path == "/api/v1/login/passkey" && answer.status == StatusCode::FORBIDDEN);
            if needs_it && !known && path.starts_with("/api/{version}/") {
                // Tableau's clients read refusals of their own shape.
                let told = (answer.status, answer.json()["error"]["code"].clone(), answer.header("retry-after"));
                assert_eq!(told, (StatusCode::SERVICE_UNAVAILABLE, json!("503000"), "1".to_owned()), "{path}");
            } else if needs_it && !known {
                is_away(&answer, &path);
            } else if !needs_it {
                assert_ne!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
            }
        }
        for (what, answer) in [
            ("a question", viewer.element("main/list", &json!({})).await?),
            ("an export", viewer.export("main/list", &json!({})).await?),
            ("a session", vitrine.host("portal").open(&buyer("acme")).await?),
            ("whether it is ready", vitrine.stranger().get("/readyz").await?),
        ] {
            is_away(&answer, what);
        }
        assert_eq!(vitrine.stranger().get("/healthz").await?.status, StatusCode::OK);
        let began = Instant::now();
        is_away(&viewer.open_workbook().await?, "a workbook");
        assert!(began.elapsed() < Duration::from_secs(2), "nobody waits for it: {:?}", began.elapsed());
        postgres.start_again()?;
        let after = viewer.element("main/list", &json!({})).await?;
        assert_eq!((after.status, after.rows()), (StatusCode::OK, before.rows()), "at once");
        vitrine.buyer("globex").await?;
    }
    Ok(())
}

/// The program, whose files may not grow beyond so many bytes.
fn bounded(data: &Path, most: u64) -> Command {
    let limited = "trap '' XFSZ; ulimit -S -f \"$1\"; shift; exec \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", limited, "sh", &(most / 512).to_string(), env!("CARGO_BIN_EXE_vitrine"), "serve"]);
    command.args(["--listen", "127.0.0.1:0", "--data-dir"]).arg(data);
    command
}

#[tokio::test]
async fn a_full_disk_is_503_until_there_is_room_and_nothing_is_half_written() -> Outcome {
    let data = tempfile::tempdir()?;
    write_secrets(data.path())?;
    let config = server::config::Config::of_folder(data.path());
    server::apply::apply(&world::folder(), &config, &server::clock::Clock::system()).await?;
    let size = |name| std::fs::metadata(data.path().join(name)).map_or(0, |file| file.len());
    let largest = size("vitrine.db").max(size("vitrine.db-wal"));
    let serving = Serving::start(&mut bounded(data.path(), largest + (256 << 10)))?;
    let (stranger, host) = (serving.stranger(), serving.host("portal"));
    let viewer = host.viewer(&buyer("acme"), "orders").await?;
    let (mut answered, mut refused) = (0, 0);
    while refused < 5 {
        let answer = viewer.element("main/total", &json!({})).await?;
        match answer.status {
            StatusCode::OK => answered += 1,
            _ => {
                is_away(&answer, "a question that cannot be recorded");
                refused += 1;
            }
        }
        assert!(answered < 2_000, "the disk is never full");
    }
    is_away(&host.open(&buyer("globex")).await?, "a session that cannot be kept");
    assert_eq!(stranger.request(Method::GET, "/healthz").send().await?.status(), StatusCode::OK);
    serving.give_room()?;
    for _ in 0..3 {
        assert_eq!(viewer.element("main/total", &json!({})).await?.status, StatusCode::OK, "by itself");
        answered += 1;
    }
    let opened = host.open(&buyer("globex")).await?;
    assert_eq!(opened.status, StatusCode::CREATED);
    let store = server::apply::open_store(&config).await?;
    let events = store.recent_audit(u32::MAX).await?;
    let of = |name: &str| events.iter().filter(|event| event.event.event == name).count();
    assert!(of("run_query") >= answered && of("session_opened") == 2, "{} of {answered}", of("run_query"));
    let opened: Value = opened.json();
    assert!(events.iter().any(|event| {
        event.event.principal.session.as_ref().map(|session| session.as_str()) == opened["session"].as_str()
    }));
    Ok(())
}
