//! The program itself: its command line, its first line, its log, its end.

use crate::support::{Outcome, copy_of, edit, write_secrets};
use serde_json::json;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use testkit::callers::{CallError, HostApp, LoggedIn, Stranger};
use testkit::postgres::Postgres;
use testkit::world;

fn vitrine() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
    command.env_clear();
    command
}

pub(crate) fn run(arguments: &[&str]) -> Result<(Output, String, String), CallError> {
    let output = vitrine().args(arguments).output()?;
    let (out, err) = (String::from_utf8(output.stdout.clone())?, String::from_utf8(output.stderr.clone())?);
    Ok((output, out, err))
}

pub(crate) fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[test]
fn check_names_file_line_field_and_what_was_expected() -> Outcome {
    let (output, out, _) = run(&["check", &text(&world::demo())])?;
    assert!(output.status.success() && out.ends_with("3 models and 3 workbooks, no problems\n"), "{out}");
    let broken = copy_of(&world::demo())?;
    edit(&broken.path().join("grants.yaml"), "team:", "taem:")?;
    let (output, out, err) = run(&["check", &text(broken.path())])?;
    assert_eq!((output.status.code(), out.as_str()), (Some(1), ""));
    assert!(err.contains("grants.yaml:") && err.contains("`taem`") && err.contains("expected"), "{err}");
    let (output, _, err) = run(&["check", "/nowhere"])?;
    assert!(!output.status.success() && err.contains("/nowhere"), "{err}");
    Ok(())
}

/// A first model of the demo's files holds, shows nobody a row, and is not written over.
#[test]
fn a_first_model_is_closed_and_replaces_nothing() -> Outcome {
    let folder = copy_of(&world::demo())?;
    let at = text(folder.path());
    std::fs::write(
        folder.path().join("data/2 odd names!.csv"),
        "id,code,price,Näme,day\n1,007,1.50,x,2013-01-31\n2,,-12,y,\n",
    )?;
    let (output, out, err) = run(&["model", "init", &at, "files", "--name", "first"])?;
    assert!(output.status.success(), "{err}");
    assert!(out.ends_with("models/first.yaml: 9 tables, all of them closed\n"), "{out}");
    assert!(out.contains("left out: \"2 odd names!.csv\"") && out.contains("`Näme`"), "{out}");
    let model = std::fs::read_to_string(folder.path().join("models/first.yaml"))?;
    for line in [
        "  table_2_odd_names:",
        "      code: \"text\"",
        "      price: \"decimal(4,2)\"",
        "      day: \"date\"",
        "      time_hour: \"timestamp\"",
        "      lat: \"decimal(10,7)\"",
    ] {
        assert!(model.lines().any(|found| found == line), "{line} is not in\n{model}");
    }
    assert!(!model.contains("rows: shared\n") && !model.contains("permit"), "every table is closed");
    let (checked, out, err) = run(&["check", &at])?;
    assert!(checked.status.success() && out.contains("4 models"), "{out}{err}");

    let (again, _, err) = run(&["model", "init", &at, "files", "--name", "first"])?;
    assert_eq!((again.status.code(), err.contains("models/first.yaml")), (Some(1), true), "{err}");
    let (unknown, _, err) = run(&["model", "init", &at, "elsewhere"])?;
    assert_eq!(unknown.status.code(), Some(1));
    assert!(err.contains("unknown connection `elsewhere`: expected `files`"), "{err}");
    Ok(())
}

/// Of a database it has the tables that the role may read, and says what it leaves out.
#[test]
fn a_first_model_of_a_database_has_what_its_role_may_read() -> Outcome {
    let (postgres, folder) = (Postgres::start()?, copy_of(&world::demo())?);
    postgres.run(
        "postgres",
        "CREATE ROLE reader LOGIN; CREATE SCHEMA sales; GRANT USAGE ON SCHEMA sales TO reader; \
         CREATE TABLE sales.orders (id bigint, total numeric(12,2), placed timestamptz, id2 uuid, secret text); \
         GRANT SELECT (id, total, placed, id2) ON sales.orders TO reader; CREATE TABLE closed (id integer); \
         CREATE VIEW days AS SELECT current_date AS day; GRANT SELECT ON days TO reader",
    )?;
    let place = json!({"host": postgres.host(), "database": "postgres", "user": "reader", "encryption": "none"});
    let connections = folder.path().join("connections.yaml");
    let mut text_of = std::fs::read_to_string(&connections)?;
    text_of.push_str(&format!("  - {{name: warehouse, postgres: {place}}}\n"));
    std::fs::write(&connections, text_of)?;
    let at = text(folder.path());
    let (output, out, err) = run(&["model", "init", &at, "warehouse"])?;
    assert!(output.status.success(), "{err}");
    assert!(out.contains("left out: \"sales.orders\", column `id2`: no exact type for uuid"), "{out}");
    assert!(out.ends_with("models/warehouse.yaml: 2 tables, all of them closed\n"), "{out}");
    let model = std::fs::read_to_string(folder.path().join("models/warehouse.yaml"))?;
    for line in
        ["  sales_orders:", "    source: \"sales.orders\"", "      total: \"decimal(12,2)\"", "    source: \"days\""]
    {
        assert!(model.lines().any(|found| found == line), "{line} is not in\n{model}");
    }
    assert!(!model.contains("secret") && !model.contains("closed:"), "{model}");
    let (checked, out, err) = run(&["check", &at])?;
    assert!(checked.status.success() && out.contains("4 models"), "{out}{err}");
    Ok(())
}

#[test]
fn every_edit_that_may_show_more_is_told_before_and_when_it_counts() -> Outcome {
    let data = tempfile::tempdir()?;
    write_secrets(data.path())?;
    let (earlier, edited, at) = (text(&world::insurance()), copy_of(&world::insurance())?, text(data.path()));
    let (_, first, _) = run(&["apply", &text(edited.path()), "--data-dir", &at])?;
    assert_eq!(first.lines().count(), 1, "there was nothing before: {first}");
    let model = edited.path().join("models/claims.yaml");
    edit(&model, "visible_to: {teams: [Adjusters, Holders]}", "visible_to: {teams: [Adjusters, Holders, Partners]}")?;
    edit(&model, "title: Books", "title: All books")?;
    let edited = text(edited.path());

    let (same, out, _) = run(&["check", &earlier, "--since", &earlier, "--refuse-widening"])?;
    assert!(same.status.success() && !out.contains("may show more"), "{out}");
    let (output, out, _) = run(&["check", &edited, "--since", &earlier])?;
    let lines: Vec<&str> = out.lines().filter(|line| line.starts_with("may show more: ")).collect();
    assert!(output.status.success() && lines.len() == 1, "{out}");
    let expected =
        "models/claims.yaml: tables.claims.column_policies.holder.visible_to.teams.Partners: added `Partners`";
    assert_eq!(lines[0], format!("may show more: {expected}"));
    let (refused, told, err) = run(&["check", &edited, "--since", &earlier, "--refuse-widening"])?;
    assert_eq!((refused.status.code(), told.lines().next()), (Some(1), Some(lines[0])), "{err}");
    let (_, applied, _) = run(&["apply", &edited, "--data-dir", &at])?;
    assert_eq!(applied.lines().next(), Some(lines[0]), "{applied}");
    Ok(())
}

#[test]
fn apply_is_idempotent_and_all_or_nothing() -> Outcome {
    let data = tempfile::tempdir()?;
    let (folder, at) = (text(&world::folder()), text(data.path()));
    let (output, _, err) = run(&["apply", &folder, "--data-dir", &at])?;
    assert!(!output.status.success() && err.contains("secrets/portal"), "a missing secret is named: {err}");
    write_secrets(data.path())?;
    let (_, first, err) = run(&["apply", &folder, "--data-dir", &at])?;
    assert!(first.ends_with("applied, revision 1\n"), "{first}{err}");
    let (_, second, _) = run(&["apply", &folder, "--data-dir", &at])?;
    assert!(second.ends_with("nothing changed, revision 1\n"), "{second}");
    Ok(())
}

#[test]
fn mistakes_of_the_operator_are_named() -> Outcome {
    let data = tempfile::tempdir()?;
    let file = data.path().join("vitrine.toml");
    std::fs::write(&file, "lisen = \"127.0.0.1:0\"\n")?;
    let (output, _, err) = run(&["serve", "--config", &text(&file)])?;
    assert!(!output.status.success() && err.contains("lisen"), "{err}");
    let (output, _, err) = run(&["serve", "--config", "/nowhere.toml"])?;
    assert!(!output.status.success() && err.contains("/nowhere.toml"), "{err}");
    let (output, _, err) = run(&["serve", "--listen", "0.0.0.0:0"])?;
    assert!(!output.status.success() && err.contains("public_url"), "{err}");
    let told = "public_url = \"https://vitrine.example\"\nembed_url = \"https://vitrine.example:8443\"\n";
    for of_embeds in [told, "embed_url = \"https://embeds.example\"\n", "embed_url = \"https://embeds.example/e\"\n"] {
        std::fs::write(&file, of_embeds)?;
        let (output, _, err) = run(&["serve", "--config", &text(&file)])?;
        assert!(!output.status.success() && err.contains("`embed_url` is not valid"), "{err}");
    }
    std::fs::write(&file, "trusted_proxies = \"10.0.0.0/8, proxy\"\n")?;
    let (output, _, err) = run(&["serve", "--config", &text(&file)])?;
    assert!(!output.status.success() && err.contains("trusted_proxies") && err.contains("`proxy`"), "{err}");
    let (output, _, err) = run(&["serve", "--listen", "here"])?;
    assert!(output.status.code() == Some(2) && err.contains("--listen"), "{err}");
    Ok(())
}

/// `make demo` and `make bench` search their binaries for the marker; this shows that the search finds it.
#[cfg(feature = "enforcement-switch")]
#[test]
fn a_binary_with_the_enforcement_switch_can_be_told() -> Outcome {
    let binary = std::fs::read(env!("CARGO_BIN_EXE_vitrine"))?;
    let marker = model::enforcement::marker().as_bytes();
    assert!(binary.windows(marker.len()).any(|window| window == marker));
    Ok(())
}

struct Serving {
    child: Child,
    base: String,
    printed: BufReader<ChildStdout>,
}

impl Serving {
    fn start(data: &Path) -> Result<Self, CallError> {
        let mut command = vitrine();
        let serve = command.args(["serve", "--listen", "127.0.0.1:0"]).env("VITRINE_DATA_DIR", data);
        let mut child = serve.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let mut first = String::new();
        let mut printed = BufReader::new(child.stdout.take().ok_or("no output")?);
        printed.read_line(&mut first)?;
        let base = first.trim_end().strip_prefix("Vitrine is listening on ").ok_or(first.clone())?.to_owned();
        Ok(Self { child, base, printed })
    }

    /// What it prints next.
    fn line(&mut self) -> Result<String, CallError> {
        let mut line = String::new();
        self.printed.read_line(&mut line)?;
        Ok(line)
    }

    /// All that it prints until it is stopped, once it answers: what it says when it starts is said before.
    fn rest(mut self) -> Result<String, CallError> {
        let address = self.base.strip_prefix("http://").ok_or("no address")?;
        let mut asked = TcpStream::connect(address)?;
        write!(asked, "GET /healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
        asked.read_to_string(&mut String::new())?;
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        let mut rest = String::new();
        self.printed.read_to_string(&mut rest)?;
        self.child.wait()?;
        Ok(rest)
    }

    /// SIGTERM, as service managers stop programs; its exit code and its log.
    fn stop(mut self) -> Result<(Option<i32>, String), CallError> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        let mut log = String::new();
        self.child.stderr.take().ok_or("no log")?.read_to_string(&mut log)?;
        Ok((self.child.wait()?.code(), log))
    }
}

#[tokio::test]
async fn serve_prints_its_address_logs_without_secrets_and_stops_gracefully() -> Outcome {
    let data = tempfile::tempdir()?;
    write_secrets(data.path())?;
    run(&["apply", &text(&world::folder()), "--data-dir", &text(data.path())])?;
    let serving = Serving::start(data.path())?;
    let stranger = Stranger::at(&serving.base);
    let secret = world::SECRETS[0].1;
    let host = HostApp {
        stranger: stranger.clone(),
        client_id: "portal".into(),
        secret: secret.into(),
        origin: "https://portal.example".into(),
    };
    let viewer = host.viewer(&crate::support::buyer("acme"), "orders").await?;
    viewer.element("main/list", &serde_json::json!({})).await?;
    stranger.get(&format!("/nowhere/{}?token={secret}", viewer.handle)).await?;
    let (code, log) = serving.stop()?;
    assert_eq!(code, Some(0), "{log}");
    for line in log.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "not JSON: {line}");
    }
    assert!(log.contains("/elements/{element}/query") && log.contains("\"request\":"), "{log}");
    for hidden in [secret, "vh_", "vc_", "CNRY", "bea@"] {
        assert!(!log.contains(hidden), "`{hidden}` is in the log: {log}");
    }
    let (_, events, _) = run(&["audit", "--data-dir", &text(data.path())])?;
    let completed = events.lines().find(|line| line.contains("run_query")).ok_or("no event")?;
    let completed: serde_json::Value = serde_json::from_str(completed)?;
    assert_eq!(completed["completion"]["rows"], serde_json::json!(18), "{completed}");
    assert_eq!(completed["completion"]["aborted"], serde_json::json!(false));
    Ok(())
}

#[tokio::test]
async fn without_definitions_it_serves_and_is_not_ready() -> Outcome {
    let data = tempfile::tempdir()?;
    let serving = Serving::start(data.path())?;
    let stranger = Stranger::at(&serving.base);
    assert_eq!(stranger.get("/healthz").await?.status, reqwest::StatusCode::OK);
    let ready = stranger.get("/readyz").await?;
    assert_eq!((ready.status, ready.header("retry-after")), (reqwest::StatusCode::SERVICE_UNAVAILABLE, "1".to_owned()));
    serving.stop()?;
    Ok(())
}

/// Leak L174: the way to set up is open until somebody has gone it, and never again.
#[tokio::test]
async fn the_first_administrator_gets_in_by_a_link_and_nobody_after_them() -> Outcome {
    let (data, world) = (tempfile::tempdir()?, copy_of(&world::folder())?);
    write_secrets(data.path())?;
    let (folder, at) = (text(world.path()), text(data.path()));
    assert_eq!(Serving::start(data.path())?.rest()?, "", "without definitions there is nobody to let in");

    let members = world.path().join("members.yaml");
    let written = std::fs::read_to_string(&members)?;
    let nobody: Vec<&str> = written.lines().filter(|line| !line.contains("root@")).collect();
    std::fs::write(&members, nobody.join("\n").replace(", has_logged_in: true", ""))?;
    run(&["apply", &folder, "--data-dir", &at])?;
    let told = Serving::start(data.path())?.rest()?;
    assert!(told.contains("`vitrine login-code EMAIL --account-type \"Admin\"`"), "nobody holds everything: {told}");

    std::fs::write(&members, written.replace(", has_logged_in: true", ""))?;
    run(&["apply", &folder, "--data-dir", &at])?;
    let mut serving = Serving::start(data.path())?;
    let told = serving.line()?;
    let code = told.trim_end().split_once(&format!("{}/admin#", serving.base)).ok_or(told.clone())?.1.to_owned();
    assert!(told.contains("root@portal.example") && code.starts_with("vl_"), "{told}");
    let stranger = Stranger::at(&serving.base);
    let root = LoggedIn::with_code(stranger, &code).await?;
    assert_eq!(serving.rest()?, "", "one line");

    let made = |events: &str| events.lines().filter(|line| line.contains("login_code_made")).count();
    let (_, before, _) = run(&["audit", "--data-dir", &at, "--limit", "1000"])?;
    let serving = Serving::start(data.path())?;
    let root = LoggedIn { stranger: Stranger::at(&serving.base), ..root };
    let me = root.stranger.send(root.request(reqwest::Method::GET, "/api/v1/whoami")).await?.json();
    let path = format!("/api/v1/members/{}", me["member"].as_str().unwrap_or_default());
    // Whoever has been in may be gone later, and somebody else hold everything who has not: the way stays shut.
    let new = json!({"subject": "two@portal.example", "kind": "internal", "account_type": "Admin"});
    for (method, path, body) in [
        (reqwest::Method::POST, "/api/v1/members".to_owned(), new),
        (reqwest::Method::PATCH, path, json!({"deactivated": true})),
    ] {
        let answer = root.stranger.send(root.request(method, &path).json(&body)).await?;
        assert!(answer.status.is_success(), "{}", answer.text());
    }
    assert_eq!(serving.rest()?, "", "an administrator has been in");
    assert_eq!(Serving::start(data.path())?.rest()?, "", "and is deactivated");
    let (_, after, _) = run(&["audit", "--data-dir", &at, "--limit", "1000"])?;
    assert_eq!((made(&before), made(&after)), (1, 1), "nothing is made that nobody is told of");
    Ok(())
}

#[test]
fn login_code_prints_the_address_that_logs_in() -> Outcome {
    let data = tempfile::tempdir()?;
    write_secrets(data.path())?;
    let at = text(data.path());
    run(&["apply", &text(&world::folder()), "--data-dir", &at])?;
    let (_, out, err) = run(&["login-code", "root@portal.example", "--data-dir", &at])?;
    assert!(out.starts_with("http://127.0.0.1:8080/admin#vl_") && out.lines().count() == 1, "{out}{err}");
    let file = data.path().join("vitrine.toml");
    std::fs::write(&file, "public_url = \"https://vitrine.example\"\n")?;
    let (_, out, err) = run(&["login-code", "root@portal.example", "--data-dir", &at, "--config", &text(&file)])?;
    assert!(out.starts_with("https://vitrine.example/admin#vl_"), "{out}{err}");
    Ok(())
}
