//! Two worlds that look the same to one person must answer byte for byte alike: what is asked over the real HTTP API of an
//! organization, of the same with other hidden rows and other values below masks, and of one that has the visible rows only. Of
//! some, two more have the same tables in PostgreSQL. A difference is a leak, a row that was taken from somebody, or an
//! engine that answers otherwise.
//!
//! `noninterference CASES [SEED [POINT]]`: so many comparisons at least. Prints how often each feature occurred, each
//! difference with its seed, and at last `N comparisons, M differences`; exits with 1 if there is one. With the name of an
//! enforcement point, that point is switched off: then there must be differences, or nobody would see the leak.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a check by itself: what it did not expect stops it, and it talks to whoever started it"
)]

mod data;
mod database;
mod laws;
mod person;
mod requests;
mod rules;
mod world;

use data::Row;
use database::Database;
use futures::{StreamExt as _, stream};
use rand::SeedableRng;
use rand::rngs::StdRng;
use requests::Request;
use reqwest::Method;
use reqwest::header::ACCEPT;
use server::apply;
use server::clock::Clock;
use server::config::Config;
use server::serve::Server;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::ExitCode;
use tempfile::TempDir;
use testkit::callers::{CallError, HostApp, Stranger, Viewer};
use testkit::world::secret;
use tokio::sync::oneshot;
use world::{Tables, World};

/// What is asked of one world.
const REQUESTS: usize = 30;

/// Of one in so many organizations the tables are in PostgreSQL too.
const IN_POSTGRESQL: u64 = 4;

/// Worlds at a time.
const AT_ONCE: usize = 2;

/// After so many comparisons it says how far it is.
const PROGRESS: usize = 1_000;

/// Headers that differ from one request to the next.
const FLEETING: &[&str] = &["date", "x-request-id", "x-correlation-id"];

type Outcome<T> = Result<T, CallError>;

#[tokio::main]
async fn main() -> Outcome<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let cases: usize = arguments.next().unwrap_or_else(|| "5000".to_owned()).parse()?;
    let seed: u64 = arguments.next().unwrap_or_else(|| "1".to_owned()).parse()?;
    let _off = arguments.next().map(|name| switched_off(&name)).transpose()?;
    let (mut comparisons, mut differences) = (0, 0);
    let mut features: BTreeMap<&str, usize> = BTreeMap::new();
    let mut runs = stream::iter(seed..).map(|seed| tokio::spawn(compare(seed))).buffered(AT_ONCE);
    while comparisons < cases {
        let Some(run) = runs.next().await else { break };
        let run = run??;
        comparisons += run.comparisons;
        differences += run.differences.len();
        run.features.into_iter().for_each(|feature| *features.entry(feature).or_default() += 1);
        run.differences.iter().for_each(|difference| println!("seed {}: {difference}", run.seed));
        if comparisons % PROGRESS < run.comparisons {
            eprintln!("{comparisons} of {cases} comparisons");
        }
    }
    for (feature, count) in features {
        println!("{count:>7}  {feature}");
    }
    println!("{comparisons} comparisons, {differences} differences");
    Ok(if differences == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(feature = "enforcement-switch")]
fn switched_off(name: &str) -> Outcome<model::enforcement::SwitchedOff> {
    let found = model::enforcement::POINTS.iter().find(|point| format!("{point:?}") == name);
    let point = found.ok_or_else(|| format!("`{name}` is no enforcement point"))?;
    Ok(model::enforcement::switch_off(*point))
}

#[cfg(not(feature = "enforcement-switch"))]
fn switched_off(name: &str) -> Outcome<()> {
    Err(format!("`{name}` cannot be switched off: this was built without `enforcement-switch`").into())
}

/// What came of one seed.
pub(crate) struct Run {
    seed: u64,
    comparisons: usize,
    differences: Vec<String>,
    features: Vec<&'static str>,
}

impl Run {
    /// Two answers that must be one.
    fn compare(&mut self, how: &str, request: &Request, answer: &str, told: &str) {
        self.comparisons += 1;
        if told != answer {
            self.differences.push(format!("{how}, {request:?}\n  {answer}\n  {told}"));
        }
    }
}

async fn compare(seed: u64) -> Outcome<Run> {
    let random = &mut StdRng::seed_from_u64(seed);
    let mut world = World::random(random);
    let (others, masked) = (world.other_hidden(random), world.other_masked(random));
    let (seen, none) = (&world.seen.events, Tables::default());
    let one = Served::start(&world, None, (seen, &world.hidden), random).await?;
    let other = Served::start(&world, None, (&masked, &others), random).await?;
    let universe = Served::start(&world, None, (seen, &none), random).await?;
    let mut all = vec![("other rows and values that are hidden", other), ("visible rows only", universe)];
    if seed.is_multiple_of(IN_POSTGRESQL) {
        let one = Served::start(&world, Some(Database::new()), (seen, &world.hidden), random).await?;
        let other = Served::start(&world, Some(Database::new()), (&masked, &others), random).await?;
        all.extend([("the same in PostgreSQL", one), ("others that are hidden in PostgreSQL", other)]);
    }
    let mut run = Run { seed, comparisons: 0, differences: Vec::new(), features: world.features() };
    let mut answered = Vec::new();
    for _ in 0..REQUESTS {
        let request = Request::random(random);
        let answer = one.answer(&request).await?;
        run.features.extend(request.features());
        run.features.push(if answer.starts_with("200") { "answered" } else { "refused" });
        for (name, served) in &all {
            run.features.extend(served.database.as_ref().map(|_| "compared with PostgreSQL"));
            run.compare(&format!("with {name}"), &request, &answer, &served.answer(&request).await?);
        }
        answered.push((request, answer));
    }
    laws::hold(&mut world, &one, &answered, random, &mut run).await?;
    Ok(run)
}

/// A server with one of the worlds, and the person in front of it. Stops when dropped.
pub(crate) struct Served {
    viewer: Viewer,
    host: HostApp,
    database: Option<Database>,
    _data: TempDir,
    _definitions: TempDir,
    _stop: oneshot::Sender<()>,
}

impl Served {
    async fn start(
        world: &World,
        database: Option<Database>,
        rows: (&[Row], &Tables),
        random: &mut StdRng,
    ) -> Outcome<Self> {
        let (data, definitions) = (tempfile::tempdir()?, tempfile::tempdir()?);
        world.write(definitions.path(), database.as_ref(), rows, random)?;
        write_secrets(data.path())?;
        let clock = Clock::from_fn(|| testkit::clock::TestClock::default().now());
        apply::apply(definitions.path(), data.path(), &clock).await?;
        let listen = ([127, 0, 0, 1], 0).into();
        let config = Config { listen, data_dir: data.path().to_owned(), ..Config::default() };
        let server = Server::bind(&config, clock).await?;
        let base = format!("http://{}", server.address());
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(server.run(async { drop(stopped.await) }));
        let host = HostApp {
            stranger: Stranger::at(&base),
            client_id: "portal".to_owned(),
            secret: secret("portal").to_owned(),
            origin: "https://portal.example".to_owned(),
        };
        let viewer = host.viewer(&world.person.session(), "w").await?;
        Ok(Self { viewer, host, database, _data: data, _definitions: definitions, _stop: stop })
    }

    /// Everything that came back, without what differs each time.
    async fn answer(&self, request: &Request) -> Outcome<String> {
        answer(&self.viewer, request).await
    }
}

/// Everything that a viewer gets, without what differs each time.
async fn answer(viewer: &Viewer, request: &Request) -> Outcome<String> {
    let answer = match request {
        Request::Query(query) => viewer.query(query).await?,
        Request::Csv(query) => {
            let request = viewer.request(Method::POST, "/api/v1/query").header(ACCEPT, "text/csv");
            viewer.stranger.send(request.json(query)).await?
        }
        Request::Values { control, search } => viewer.suggestions(control, search).await?,
    };
    let headers = answer.headers.iter().filter(|(name, _)| !FLEETING.contains(&name.as_str()));
    let headers: Vec<String> = headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
    let body = match serde_json::from_slice::<serde_json::Value>(&answer.bytes) {
        Ok(mut json) => {
            if let Some(members) = json.as_object_mut() {
                members.remove("correlation_id");
            }
            json.to_string()
        }
        Err(_) => answer.text(),
    };
    Ok(format!("{} {} {body}", answer.status, headers.join("; ")))
}

/// The secret of the host, and one encryption key for all worlds, so that pseudonyms are the same in each.
fn write_secrets(data: &Path) -> Outcome<()> {
    fs::create_dir_all(data.join("secrets"))?;
    for (file, text) in [("secrets/portal", secret("portal")), ("store.key", &"07".repeat(32))] {
        let path = data.join(file);
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}
