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
    pub(crate) clock: TestClock,
    pub(crate) data: TempDir,
    stop: Option<oneshot::Sender<()>>,
    running: Option<JoinHandle<()>>,
}

impl Vitrine {
    /// The small world with canaries.
    pub(crate) async fn world() -> Result<Self, testkit::callers::CallError> {
        Self::of(&world::folder()).await
    }

    /// The demo.
    pub(crate) async fn demo() -> Result<Self, testkit::callers::CallError> {
        Self::of(&world::demo()).await
    }

    /// A folder of definitions.
    pub(crate) async fn of(folder: &Path) -> Result<Self, testkit::callers::CallError> {
        let data = tempfile::tempdir()?;
        write_secrets(data.path())?;
        let clock = TestClock::default();
        apply::apply(folder, data.path(), &shared(&clock)).await?;
        Self::with(data, clock, Config::default().limits).await
    }

    async fn with(data: TempDir, clock: TestClock, limits: Limits) -> Result<Self, testkit::callers::CallError> {
        let listen = ([127, 0, 0, 1], 0).into();
        let config = Config { listen, data_dir: data.path().to_owned(), limits, ..Config::default() };
        let server = Server::bind(&config, shared(&clock)).await?;
        let base = format!("http://{}", server.address());
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(async move {
            let _ = server.run(async { drop(stopped.await) }).await;
        });
        Ok(Self { base, clock, data, stop: Some(stop), running: Some(running) })
    }

    /// The same data folder under a new process, as far as a test can have one.
    pub(crate) async fn restarted(self) -> Result<Self, testkit::callers::CallError> {
        self.limited_by(Config::default().limits).await
    }

    /// The same data folder under a server with other limits.
    pub(crate) async fn limited_by(mut self, limits: Limits) -> Result<Self, testkit::callers::CallError> {
        drop(self.stop.take());
        if let Some(running) = self.running.take() {
            running.await?;
        }
        Self::with(self.data, self.clock, limits).await
    }

    /// Applies a folder while the server runs.
    pub(crate) async fn apply(&self, folder: &Path) -> Result<(), apply::ApplyError> {
        apply::apply(folder, self.data.path(), &shared(&self.clock)).await.map(drop)
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

    /// The latest audit events, newest first.
    pub(crate) async fn audit(&self) -> Result<Vec<store::audit::RecordedEvent>, testkit::callers::CallError> {
        let store = apply::open_store(self.data.path()).await?;
        Ok(store.recent_audit(200).await?)
    }
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
pub(crate) const SIGMA_SECRET: &str = "contrail-sigma-for-tests-0123456789abcdef";

/// The secret files of both worlds' keys, mode 0600.
pub(crate) fn write_secrets(data: &Path) -> std::io::Result<()> {
    let folder = data.join("secrets");
    fs::create_dir_all(&folder)?;
    let demo =
        [("contrail-web", DEMO_SECRET), ("contrail-metabase", METABASE_SECRET), ("contrail-sigma", SIGMA_SECRET)];
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
