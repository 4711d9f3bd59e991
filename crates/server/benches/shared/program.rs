//! The program that is measured, in a process of its own, with definitions in a temporary folder.

use crate::Outcome;
use serde_json::json;
use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use testkit::callers::{HostApp, Stranger, Viewer};
use testkit::world;

const PROGRAM: &str = env!("CARGO_BIN_EXE_vitrine");
const KEYS: [&str; 5] = ["contrail-web", "contrail-metabase", "contrail-sigma", "contrail-looker", "contrail-tableau"];
const SECRET: &str = "a-secret-of-a-bench-0123456789abcdefghij";
/// Of the host's pages.
pub(crate) const ORIGIN: &str = "http://localhost:8090";

/// The client id of the demo's host.
pub(crate) const HOST: &str = KEYS[0];

/// The secret of a key. No two have the same.
pub(crate) fn secret(key: &str) -> String {
    format!("{SECRET}-{key}")
}

/// Whoever measures asks as often as they can.
const UNLIMITED: [(&str, &str); 2] = [("VITRINE_REQUESTS_PER_SESSION", "0"), ("VITRINE_REQUESTS_PER_ADDRESS", "0")];

/// How often it is asked whether it is ready, every millisecond.
const PATIENCE: usize = 60_000;

/// The demo with what a bench adds, applied to a store, and how the program is told of it.
#[derive(Clone)]
pub(crate) struct Place {
    folder: Arc<TempDir>,
    settings: Vec<(String, String)>,
}

impl Place {
    /// What `add` adds to the demo's folder is applied, with `settings` in the environment.
    pub(crate) fn with<T>(add: &dyn Fn(&Path, T) -> Outcome<()>, how: T, settings: &[(&str, &str)]) -> Outcome<Self> {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let place = Self { folder: Arc::new(tempfile::tempdir()?), settings };
        copy(&world::demo(), &place.definitions())?;
        add(&place.definitions(), how)?;
        let secrets = place.data().join("secrets");
        fs::create_dir_all(&secrets)?;
        for key in KEYS {
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(secrets.join(key));
            write!(file?, "{}", secret(key))?;
        }
        let definitions = place.definitions();
        place.run(|command| command.arg("apply").arg(&definitions))?;
        Ok(place)
    }

    /// The folder of definitions.
    pub(crate) fn definitions(&self) -> PathBuf {
        self.folder.path().join("definitions")
    }

    /// The folder of the store and its secrets.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Runs the program to its end; what it prints.
    pub(crate) fn run(&self, arguments: impl FnOnce(&mut Command) -> &mut Command) -> Outcome<String> {
        let mut command = Command::new(PROGRAM);
        let output = arguments(&mut command).arg("--data-dir").arg(self.data()).envs(self.settings.clone()).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Serves it as a node of that name.
    pub(crate) async fn serve(&self, node: &str) -> Outcome<Program> {
        let mut command = Command::new(PROGRAM);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(self.data()).env("VITRINE_NODE", node);
        command.envs(UNLIMITED);
        let mut process = command.envs(self.settings.clone()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let address = line.split_whitespace().find(|word| word.starts_with("http://")).ok_or("no address")?;
        let host = HostApp {
            stranger: Stranger::at(address.trim_end_matches('/')),
            client_id: HOST.to_owned(),
            secret: secret(HOST),
            origin: ORIGIN.to_owned(),
        };
        let program = Program { process, host, _place: self.clone() };
        for _ in 0..PATIENCE {
            if program.host.stranger.get("/readyz").await.is_ok_and(|answer| answer.status.is_success()) {
                return Ok(program);
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Err("the server does not get ready".into())
    }
}

/// A server, which ends with this.
pub(crate) struct Program {
    pub(crate) process: Child,
    /// The demo's host.
    pub(crate) host: HostApp,
    _place: Place,
}

impl Program {
    /// Somebody in a team who looks at a workbook. Of that carrier, policies say; that is also what they are called.
    pub(crate) async fn viewer(&self, team: &str, carrier: &str, workbook: &str) -> Outcome<Viewer> {
        let session = json!({
            "subject": carrier, "teams": [team], "account_type": "View", "attributes": {"carrier": carrier},
            "content": {"workbook": workbook}, "origin": ORIGIN,
        });
        self.host.viewer(&session, workbook).await
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}

fn copy(from: &Path, to: &Path) -> Outcome<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
