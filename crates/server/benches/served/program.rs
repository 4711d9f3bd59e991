//! The program that is measured, in a process of its own, with definitions in a temporary folder.

use crate::Outcome;
use serde_json::json;
use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use testkit::callers::{HostApp, Stranger, Viewer};
use testkit::world;

const PROGRAM: &str = env!("CARGO_BIN_EXE_vitrine");
const KEYS: [&str; 3] = ["contrail-web", "contrail-metabase", "contrail-sigma"];
const SECRET: &str = "a-secret-of-a-bench-0123456789abcdefghij";
const ORIGIN: &str = "http://localhost:8090";

/// Whoever measures asks as often as they can.
const UNLIMITED: [(&str, &str); 2] = [("VITRINE_REQUESTS_PER_SESSION", "0"), ("VITRINE_REQUESTS_PER_ADDRESS", "0")];

/// How often it is asked whether it is ready, every ten milliseconds.
const PATIENCE: usize = 1_000;

/// A server, which ends with this.
pub(crate) struct Program {
    process: Child,
    host: HostApp,
    _folder: TempDir,
}

impl Program {
    /// Serves the demo with what `add` adds to its folder, `settings` in its environment.
    pub(crate) async fn serving<T>(
        add: &dyn Fn(&Path, T) -> Outcome<()>,
        how: T,
        settings: &[(&str, &str)],
    ) -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        let (definitions, data) = (folder.path().join("definitions"), folder.path().join("data"));
        copy(&world::demo(), &definitions)?;
        add(&definitions, how)?;
        fs::create_dir_all(data.join("secrets"))?;
        for key in KEYS {
            // No two keys have the same secret.
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(data.join("secrets").join(key));
            write!(file?, "{SECRET}-{key}")?;
        }
        let applied = Command::new(PROGRAM).arg("apply").arg(&definitions).arg("--data-dir").arg(&data).output()?;
        if !applied.status.success() {
            return Err(String::from_utf8_lossy(&applied.stderr).into_owned().into());
        }
        let mut command = Command::new(PROGRAM);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&data).envs(UNLIMITED);
        command.envs(settings.iter().copied());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let address = line.split_whitespace().find(|word| word.starts_with("http://")).ok_or("no address")?;
        let host = HostApp {
            stranger: Stranger::at(address.trim_end_matches('/')),
            client_id: KEYS[0].to_owned(),
            secret: format!("{SECRET}-{}", KEYS[0]),
            origin: ORIGIN.to_owned(),
        };
        let program = Self { process, host, _folder: folder };
        for _ in 0..PATIENCE {
            if program.host.stranger.get("/readyz").await.is_ok_and(|answer| answer.status.is_success()) {
                return Ok(program);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err("the server does not get ready".into())
    }

    /// Somebody of that tenant who looks at a workbook.
    pub(crate) async fn viewer(&self, tenant: &str, workbook: &str) -> Outcome<Viewer> {
        let session = json!({
            "subject": tenant, "teams": ["Analysts"], "account_type": "View", "attributes": {"carrier": tenant},
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

/// Adds a model of orders, with eight elements over them, to the demo in the folder.
pub(crate) fn add_orders(folder: &Path, connection: &str, source: &str) -> Outcome<()> {
    let mut grants = OpenOptions::new().append(true).open(folder.join("grants.yaml"))?;
    writeln!(grants, "  - {{to: {{team: Analysts}}, on: {{model: orders}}, level: use}}")?;
    fs::write(folder.join("models/orders.yaml"), MODEL.replace("CONNECTION", connection).replace("SOURCE", source))?;
    fs::write(folder.join("workbooks/orders.yaml"), WORKBOOK)?;
    Ok(())
}

const MODEL: &str = r#"connection: CONNECTION
tables:
  orders:
    source: SOURCE
    columns: {tenant: text, number: integer, day: date, status: text, product: text, amount: "decimal(12,2)"}
    row_policies:
      - {name: own, permit: {teams: [Analysts]}, rule: tenant = user_attribute('carrier')}
explores:
  orders:
    title: Orders
    table: orders
    dimensions:
      number: {column: orders.number}
      day: {column: orders.day}
      month: {column: orders.day, grain: month}
      status: {column: orders.status}
      product: {column: orders.product}
      worth: {column: orders.amount}
    measures:
      orders: {count: rows}
      amount: {sum: orders.amount}
      average: {average: orders.amount}
      products: {count_distinct: orders.product}
"#;

const WORKBOOK: &str = "title: Orders
in: {folder: operations/flights}
pages:
  - name: main
    title: Main
    elements:
      - {name: orders, show: {data: {query: {explore: orders.orders, fields: [orders]}, chart: {type: kpi, value: orders}}}}
      - {name: amount, show: {data: {query: {explore: orders.orders, fields: [amount]}, chart: {type: kpi, value: amount}}}}
      - {name: average, show: {data: {query: {explore: orders.orders, fields: [average, products]}, chart: {type: table}}}}
      - {name: months, show: {data: {query: {explore: orders.orders, fields: [month, orders, amount]}, chart: {type: table}}}}
      - {name: states, show: {data: {query: {explore: orders.orders, fields: [status, orders]}, chart: {type: table}}}}
      - name: best
        show:
          data:
            query: {explore: orders.orders, fields: [product, amount], sorts: [{field: amount, descending: true}], limit: 10}
            chart: {type: table}
      - {name: both, show: {data: {query: {explore: orders.orders, fields: [month, status, amount]}, chart: {type: table}}}}
      - name: single
        show:
          data:
            query: {explore: orders.orders, fields: [number, day, worth], sorts: [{field: day, descending: true}], limit: 50}
            chart: {type: table}
";
