//! The command line.

use crate::apply::{self, ApplyError, InForce};
use crate::clock::Clock;
use crate::config::{Config, ConfigError, Overrides};
use crate::explain::{self, ExplainError, Question, Subject};
use crate::first_model::{self, FirstModel, FirstModelError};
use crate::login_code::{self, LoginCodeError};
use crate::policy_tests::{self, PolicyTestError};
use crate::serve::{ServeError, Server};
use crate::token::{self, MisuseError, Verify};
use clap::{Args, Parser, Subcommand};
use model::expectation::ElementPath;
use model::name::{AccountTypeName, ColumnName, TableName};
use model::semantic::ExplorePath;
use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Embedded analytics where every viewer sees exactly what that viewer may see.
#[derive(Debug, Parser)]
#[command(name = "vitrine", version, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server. Its first line says where it listens.
    Serve {
        #[command(flatten)]
        place: Place,
        /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
        #[arg(long, value_name = "ADDRESS")]
        listen: Option<SocketAddr>,
    },
    /// Check a folder of definitions without a server and without changing anything.
    Check {
        /// The folder, such as `demo`
        folder: PathBuf,
        /// An earlier folder: lists every edit since that may show somebody more
        #[arg(long, value_name = "DIR")]
        since: Option<PathBuf>,
        /// Exits with 1 if there is such an edit
        #[arg(long, requires = "since")]
        refuse_widening: bool,
        #[command(flatten)]
        secrets: Secrets,
    },
    /// Make a folder of definitions the organization: all of it, or nothing if anything is wrong.
    Apply {
        /// The folder, such as `demo`
        folder: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Ask whether people see what `tests/*.yaml` of a folder expects them to see, of a server of its own.
    Test {
        /// The folder, such as `demo`
        folder: PathBuf,
        /// Also write the outcome there, as JUnit XML
        #[arg(long, value_name = "FILE")]
        junit: Option<PathBuf>,
        /// Also list policies, teams, attributes and columns that no expectation exercises
        #[arg(long)]
        coverage: bool,
        #[command(flatten)]
        secrets: Secrets,
    },
    /// Say why a persona of `tests/*.yaml` may ask something or not, and sees the rows behind it or not, and what would change
    /// it.
    Explain {
        /// The folder, such as `demo`
        folder: PathBuf,
        /// The persona
        #[arg(long = "as", value_name = "PERSONA")]
        persona: String,
        /// What they look at, as `workbook/page/element`
        #[arg(long, value_name = "PATH", value_parser = element, required_unless_present = "explore")]
        element: Option<ElementPath>,
        /// What they ask questions of their own of, as `model.explore`
        #[arg(long, value_name = "EXPLORE", value_parser = explore, conflicts_with = "element")]
        explore: Option<ExplorePath>,
        /// Also whether they see the rows of a table that have the values of `--key`
        #[arg(long, value_name = "TABLE", requires = "key")]
        row: Option<TableName>,
        /// A column and its value, as `column=value`; may be given more than once
        #[arg(long, value_name = "COLUMN=VALUE", value_parser = key, requires = "row")]
        key: Vec<(ColumnName, String)>,
        /// Print one JSON document instead of lines
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        secrets: Secrets,
    },
    /// Print a code with which an internal member logs in once, within 15 minutes: `POST /api/v1/login`.
    LoginCode {
        /// The member's e-mail address
        email: String,
        /// Make the member, with that account type, if there is none of that address
        #[arg(long, value_name = "NAME", value_parser = account_type)]
        account_type: Option<AccountTypeName>,
        #[command(flatten)]
        place: Place,
    },
    /// Show the latest audit events, one JSON object a line, newest first.
    Audit {
        #[command(flatten)]
        place: Place,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Work on models.
    Model {
        #[command(subcommand)]
        command: ModelCommand,
    },
    /// Print the API of pages as an OpenAPI document.
    Openapi,
    /// Look into tokens, without a server.
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
}

#[derive(Debug, Subcommand)]
enum ModelCommand {
    /// Write a first model of what is in a connection's folder or database, with every table closed: nobody sees a row until
    /// you say who. Replaces no file.
    Init {
        /// The folder of definitions, such as `demo`
        folder: PathBuf,
        /// The connection whose files or tables are looked into
        connection: String,
        /// What the model is called [default: as the connection]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        #[command(flatten)]
        secrets: Secrets,
    },
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Say what a token or a signed address is worth: whether its signature holds, who it would be, which claims are
    /// not understood, how long it counts. Exits with 0 if it is accepted, 1 if it is refused, 2 if it was not looked
    /// at. Never prints a secret.
    Verify(Verify),
}

#[derive(Debug, Args)]
struct Secrets {
    /// Folder of the passwords that connections to databases name
    #[arg(long, value_name = "DIR", default_value = "vitrine-data")]
    data_dir: PathBuf,
}

#[derive(Debug, Args)]
struct Place {
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the store, its encryption key and secrets [default: vitrine-data]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

impl Place {
    fn config(&self, listen: Option<SocketAddr>) -> Result<Config, ConfigError> {
        let overrides = Overrides { listen, data_dir: self.data_dir.clone() };
        Config::load(self.config.as_deref(), &overrides)
    }
}

fn element(text: &str) -> Result<ElementPath, String> {
    ElementPath::try_from(text.to_owned())
}

fn explore(text: &str) -> Result<ExplorePath, String> {
    ExplorePath::try_from(text.to_owned())
}

fn account_type(text: &str) -> Result<AccountTypeName, String> {
    AccountTypeName::new(text).map_err(|error| error.to_string())
}

fn key(text: &str) -> Result<(ColumnName, String), String> {
    let (column, value) = text.split_once('=').ok_or("expected `column=value`")?;
    Ok((ColumnName::new(column).map_err(|error| error.to_string())?, value.to_owned()))
}

/// Why a command failed: one or more lines for a person.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The definitions or the store.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// A first model.
    #[error(transparent)]
    FirstModel(#[from] FirstModelError),
    /// The server.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The store.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// A token could not be looked at.
    #[error(transparent)]
    Misuse(#[from] MisuseError),
    /// A token is refused; why was printed.
    #[error("the token is refused")]
    TokenRefused,
    /// Edits may show somebody more; which was printed.
    #[error("an edit may show somebody more than before")]
    Widening,
    /// Expectations could not be asked about.
    #[error(transparent)]
    PolicyTest(#[from] PolicyTestError),
    /// Nobody is let in.
    #[error(transparent)]
    LoginCode(#[from] LoginCodeError),
    /// Nothing could be explained.
    #[error(transparent)]
    Explain(#[from] ExplainError),
    /// Some expectations do not hold; which was printed.
    #[error("{failed} of {all} expectations do not hold")]
    Unexpected {
        /// How many.
        failed: usize,
        /// Of how many.
        all: usize,
    },
    /// A file cannot be written.
    #[error("`{path}`: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The terminal.
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
}

impl CliError {
    /// What the program exits with.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        if matches!(self, Self::Misuse(_)) { 2 } else { 1 }
    }
}

/// Runs one command.
pub async fn run(cli: Cli) -> Result<(), CliError> {
    match cli.command {
        Command::Serve { place, listen } => serve(&place.config(listen)?).await,
        Command::Check { folder, since, refuse_widening, secrets } => {
            let apply::Checked { definitions, notes } = apply::check(&folder, &secrets.data_dir).await?;
            notes.iter().try_for_each(|note| say(note))?;
            let widening = since.map(|since| apply::widening_since(&since, &folder)).transpose();
            let widening = widening.map_err(ApplyError::Definitions)?.unwrap_or_default();
            say_widening(&widening)?;
            if refuse_widening && !widening.is_empty() {
                return Err(CliError::Widening);
            }
            let (models, workbooks) = (definitions.models.len(), definitions.workbooks.len());
            say(&format!("{}: {models} models and {workbooks} workbooks, no problems", folder.display()))
        }
        Command::Apply { folder, place } => {
            let config = place.config(None)?;
            let InForce { applied, widening } = apply::apply(&folder, &config.data_dir, &Clock::system()).await?;
            say_widening(&widening)?;
            let what = if applied.changed { "applied" } else { "nothing changed" };
            say(&format!("{}: {what}, revision {}", folder.display(), applied.revision))
        }
        Command::Model { command: ModelCommand::Init { folder, connection, name, secrets } } => {
            let written = first_model::write(&folder, &connection, name.as_deref(), &secrets.data_dir).await?;
            let FirstModel { path, tables, left_out } = written;
            left_out.iter().try_for_each(|line| say(&format!("left out: {line}")))?;
            say(&format!("{}: {tables} tables, all of them closed", path.display()))
        }
        Command::Test { folder, junit, coverage, secrets } => {
            test(&folder, junit.as_deref(), coverage, &secrets.data_dir).await
        }
        Command::Explain { folder, persona, element, explore, row, key, json, secrets } => {
            let subject = element.map(Subject::Element).or(explore.map(Subject::Explore));
            let Some(subject) = subject else { return Ok(()) };
            let question = Question { persona: &persona, subject, row: row.map(|table| (table, key)) };
            let limits = Config::default().limits;
            let told = explain::explain(&folder, &question, &limits, &secrets.data_dir, &Clock::system()).await?;
            if json { say(&format!("{:#}", told.0)) } else { say(told.1.trim_end()) }
        }
        Command::Openapi => say(&crate::openapi::text()),
        Command::Token { command: TokenCommand::Verify(asked) } => {
            let verified = token::verify(&asked, &Clock::system())?;
            say(&verified.text)?;
            if verified.accepted { Ok(()) } else { Err(CliError::TokenRefused) }
        }
        Command::LoginCode { email, account_type, place } => {
            let data_dir = place.config(None)?.data_dir;
            say(&login_code::make(&data_dir, &email, account_type.as_ref(), &Clock::system()).await?)
        }
        Command::Audit { place, limit } => {
            let store = apply::open_store(&place.config(None)?.data_dir).await?;
            for event in store.recent_audit(limit).await? {
                say(&serde_json::to_string(&event).unwrap_or_default())?;
            }
            Ok(())
        }
    }
}

async fn serve(config: &Config) -> Result<(), CliError> {
    log_to_stderr(&config.log);
    let server = Server::bind(config, Clock::system()).await?;
    say(&format!("Vitrine is listening on http://{}", server.address()))?;
    Ok(server.run(stop_signal()).await?)
}

/// Nothing of the configuration counts but its defaults, so that the outcome is the same on every machine.
async fn test(folder: &Path, junit: Option<&Path>, coverage: bool, data_dir: &Path) -> Result<(), CliError> {
    let report = policy_tests::run(folder, &Config::default().limits, data_dir, &Clock::system()).await?;
    if let Some(path) = junit {
        let failed = |error| CliError::File { path: path.to_owned(), error };
        fs::write(path, report.junit()).map_err(failed)?;
    }
    say(report.lines().trim_end())?;
    if coverage {
        say(&report.coverage())?;
    }
    say(&report.summary())?;
    let (failed, all) = (report.failed(), report.outcomes.len());
    if failed == 0 { Ok(()) } else { Err(CliError::Unexpected { failed, all }) }
}

fn say_widening(edits: &[String]) -> Result<(), CliError> {
    edits.iter().try_for_each(|edit| say(&format!("may show more: {edit}")))
}

fn say(line: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

fn log_to_stderr(filter: &str) {
    let filter = tracing_subscriber::EnvFilter::try_new(filter).unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(io::stderr).init();
}

/// Ctrl-C or SIGTERM.
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("stopping");
}
