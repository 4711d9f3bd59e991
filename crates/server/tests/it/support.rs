//! A server of one's own for each test: temporary data, a free port, a clock that stands still.

use serde_json::{Value, json};
use server::apply;
use server::clock::Clock;
use server::config::{Config, Limits};
use server::serve::Server;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use testkit::callers::{HostApp, Stranger, Viewer};
use testkit::clock::TestClock;
use testkit::world;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// A server under test. Stops when dropped.
pub(crate) struct Vitrine {
    pub(crate) base: String,
    /// Where figures are shown.
    pub(crate) figures: String,
    pub(crate) clock: TestClock,
    pub(crate) data: TempDir,
    config: Config,
    stop: Option<oneshot::Sender<()>>,
    running: Option<JoinHandle<()>>,
}

impl Vitrine {
    /// The small world with canaries.
    pub(crate) async fn world() -> Result<Self, testkit::callers::CallError> {
        Self::of(&world::folder()).await
    }

    /// The small world, at a public address that has a host name.
    pub(crate) async fn localhost() -> Result<Self, testkit::callers::CallError> {
        Self::world().await?.at_localhost().await
    }

    /// The demo.
    pub(crate) async fn demo() -> Result<Self, testkit::callers::CallError> {
        Self::of(&world::demo()).await
    }

    /// A folder of definitions.
    pub(crate) async fn of(folder: &Path) -> Result<Self, testkit::callers::CallError> {
        Self::kept_at(folder, None).await
    }

    /// A folder of definitions, with the store in a database of PostgreSQL.
    pub(crate) async fn kept_at(folder: &Path, store: Option<String>) -> Result<Self, testkit::callers::CallError> {
        let data = tempfile::tempdir()?;
        write_secrets(data.path())?;
        let clock = TestClock::default();
        let listen = ([127, 0, 0, 1], 0).into();
        let config = Config { listen, metrics_listen: Some(listen), store, ..Config::of_folder(data.path()) };
        apply::apply(folder, &config, &shared(&clock)).await?;
        Self::with(data, clock, config).await
    }

    /// A server over a data folder that is there, and maybe a database.
    pub(crate) async fn found_in(data: TempDir, store: Option<String>) -> Result<Self, testkit::callers::CallError> {
        let config = Config { listen: ([127, 0, 0, 1], 0).into(), store, ..Config::of_folder(data.path()) };
        Self::with(data, TestClock::default(), config).await
    }

    /// Another server at the same store, with a copy of the data folder.
    pub(crate) async fn beside(&self) -> Result<Self, testkit::callers::CallError> {
        let data = copy_of(self.data.path())?;
        let config = Config { data_dir: data.path().to_owned(), ..self.config.clone() };
        Self::with(data, self.clock.clone(), config).await
    }

    async fn with(data: TempDir, clock: TestClock, config: Config) -> Result<Self, testkit::callers::CallError> {
        let server = Server::bind(&config, shared(&clock)).await?;
        let base = format!("http://{}", server.address());
        // Where none are shown, nobody asks for them.
        let figures = server.metrics_address().map(|address| format!("http://{address}")).unwrap_or_default();
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(async move {
            let _ = server.run(async { drop(stopped.await) }).await;
        });
        Ok(Self { base, figures, clock, data, config, stop: Some(stop), running: Some(running) })
    }

    /// The same data folder under a new process, as far as a test can have one.
    pub(crate) async fn restarted(self) -> Result<Self, testkit::callers::CallError> {
        self.limited_by(Config::default().limits).await
    }

    /// The same data folder under a server with other limits.
    pub(crate) async fn limited_by(self, limits: Limits) -> Result<Self, testkit::callers::CallError> {
        self.reconfigured(|config| config.limits = limits).await
    }

    /// The same data folder under a server that is configured otherwise.
    pub(crate) async fn reconfigured(
        mut self,
        change: impl FnOnce(&mut Config),
    ) -> Result<Self, testkit::callers::CallError> {
        drop(self.stop.take());
        if let Some(running) = self.running.take() {
            running.await?;
        }
        change(&mut self.config);
        Self::with(self.data, self.clock, self.config).await
    }

    /// The same data folder at a public address that has a host name.
    pub(crate) async fn at_localhost(self) -> Result<Self, testkit::callers::CallError> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let base = format!("http://localhost:{port}");
        let public = base.parse()?;
        let at_host = |config: &mut Config| {
            config.listen = ([127, 0, 0, 1], port).into();
            config.public_url = Some(public);
        };
        let mut vitrine = self.reconfigured(at_host).await?;
        vitrine.base = base;
        Ok(vitrine)
    }

    /// Applies a folder while the server runs.
    pub(crate) async fn apply(&self, folder: &Path) -> Result<(), apply::ApplyError> {
        apply::apply(folder, &self.config, &shared(&self.clock)).await.map(drop)
    }

    /// How it is configured.
    pub(crate) const fn its_config(&self) -> &Config {
        &self.config
    }

    /// Its store, as another process opens it.
    pub(crate) async fn store(&self) -> Result<store::Store, apply::ApplyError> {
        apply::open_store(&self.config).await
    }

    /// Its clock.
    pub(crate) fn its_clock(&self) -> Clock {
        shared(&self.clock)
    }

    pub(crate) fn stranger(&self) -> Stranger {
        Stranger::at(&self.base)
    }

    /// The host of the small world, by client id.
    pub(crate) fn host(&self, client_id: &str) -> HostApp {
        let (secret, origin) = (world::secret(client_id).to_owned(), format!("https://{client_id}.example"));
        HostApp { stranger: self.stranger(), client_id: client_id.into(), secret, origin }
    }

    /// The demo's host.
    pub(crate) fn contrail(&self) -> HostApp {
        HostApp {
            stranger: self.stranger(),
            client_id: "contrail-web".into(),
            secret: DEMO_SECRET.into(),
            origin: "http://localhost:8090".into(),
        }
    }

    /// A buyer of `company` in the small world.
    pub(crate) async fn buyer(&self, company: &str) -> Result<Viewer, testkit::callers::CallError> {
        let viewer = self.host("portal").viewer(&buyer(company), "orders").await?;
        Ok(viewer.never_sees(never_for(company)))
    }

    /// Runs a statement behind the store's back.
    pub(crate) async fn sql(&self, statement: &'static str) -> Result<(), testkit::callers::CallError> {
        sql(self.data.path(), statement).await
    }

    /// The texts that a statement finds in the store.
    pub(crate) async fn sql_texts(&self, statement: &'static str) -> Result<Vec<String>, testkit::callers::CallError> {
        sqlx::any::install_default_drivers();
        let address = format!("sqlite://{}", self.data.path().join("vitrine.db").display());
        let pool = sqlx::any::AnyPoolOptions::new().max_connections(1).connect(&address).await?;
        let texts = sqlx::query_scalar(statement).fetch_all(&pool).await?;
        pool.close().await;
        Ok(texts)
    }

    /// A figure that the server shows; 0: it does not.
    pub(crate) async fn figure(&self, name: &str) -> Result<f64, testkit::callers::CallError> {
        let text = Stranger::at(&self.figures).get("/metrics").await?.text();
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
        Ok(line.map_or(Ok(0.0), str::parse)?)
    }

    /// The latest audit events, newest first.
    pub(crate) async fn audit(&self) -> Result<Vec<store::audit::RecordedEvent>, testkit::callers::CallError> {
        Ok(self.store().await?.recent_audit(200).await?)
    }
}

/// Runs a statement in the store of a data folder, behind its back.
pub(crate) async fn sql(data: &Path, statement: &'static str) -> Result<(), testkit::callers::CallError> {
    sqlx::any::install_default_drivers();
    let address = format!("sqlite://{}", data.join("vitrine.db").display());
    let pool = sqlx::any::AnyPoolOptions::new().max_connections(1).connect(&address).await?;
    sqlx::query(statement).execute(&pool).await?;
    pool.close().await;
    Ok(())
}

/// What a buyer of `company` must never receive.
pub(crate) fn never_for(company: &str) -> [&'static str; 3] {
    let other = if company == "acme" { world::GLOBEX } else { world::ACME };
    [other, world::NOBODY, "CNRY_draft"]
}

/// The session object of a buyer.
pub(crate) fn buyer(company: &str) -> Value {
    json!({
        "subject": format!("bea@{company}.example"), "tenant": company, "teams": ["Buyers"],
        "account_type": "Analyze", "attributes": {"company": company}, "content": {"workbook": "orders"}
    })
}

const DEMO_SECRET: &str = "contrail-secret-for-tests-0123456789abcdef";
pub(crate) const METABASE_SECRET: &str = "contrail-metabase-for-tests-0123456789abc";
pub(crate) const TABLEAU_SECRET: &str = "contrail-tableau-for-tests-0123456789abcd";
const LOOKER_SECRET: &str = "contrail-looker-for-tests-0123456789abcde";
pub(crate) const SIGMA_SECRET: &str = "contrail-sigma-for-tests-0123456789abcdef";

/// The secret files of both worlds' keys, mode 0600.
pub(crate) fn write_secrets(data: &Path) -> std::io::Result<()> {
    let folder = data.join("secrets");
    fs::create_dir_all(&folder)?;
    let demo = [
        ("contrail-web", DEMO_SECRET),
        ("contrail-metabase", METABASE_SECRET),
        ("contrail-sigma", SIGMA_SECRET),
        ("contrail-looker", LOOKER_SECRET),
        ("contrail-tableau", TABLEAU_SECRET),
    ];
    for (name, secret) in world::SECRETS.into_iter().chain(demo) {
        let path = folder.join(name);
        fs::write(&path, secret)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

fn shared(clock: &TestClock) -> Clock {
    let clock = clock.clone();
    Clock::from_fn(move || clock.now())
}

/// A copy of a folder of definitions that a test may change.
pub(crate) fn copy_of(folder: &Path) -> std::io::Result<TempDir> {
    let copy = tempfile::tempdir()?;
    copy_into(folder, copy.path())?;
    Ok(copy)
}

fn copy_into(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_into(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Replaces a text in a file; fails where it is not there.
pub(crate) fn edit(file: &Path, from: &str, to: &str) -> Outcome {
    let text = fs::read_to_string(file)?;
    assert!(text.contains(from), "`{from}` is not in {}", file.display());
    fs::write(file, text.replacen(from, to, 1))?;
    Ok(())
}
