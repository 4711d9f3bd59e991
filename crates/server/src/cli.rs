//! The command line.

use crate::apply::{self, ApplyError, InForce};
use crate::clock::Clock;
use crate::config::{Config, ConfigError, Overrides};
use crate::difference;
use crate::explain::{self, ExplainError, Question, Subject};
use crate::export::{self, ExportError, Exported};
use crate::first_model::{self, FirstModel, FirstModelError};
use crate::keeping::{self, KeepingError};
use crate::login_code::{self, LoginCodeError};
use crate::policy_tests::{self, PolicyTestError};
use crate::serve::{ServeError, Server};
use crate::token::{self, MisuseError, Verify};
use crate::trail::{self, Shown};
use clap::{Args, Parser, Subcommand};
use model::expectation::ElementPath;
use model::files::{schema, schema_kinds};
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
        /// Change nothing, and say what would change and for how many people, as `diff` does
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Say what applying a folder would make, change and delete, where it may show more, and how many people would gain or
    /// lose what. Exits with 0 if nothing would change, 1 if something would, 2 if it cannot be told.
    Diff {
        /// The folder, such as `demo`
        folder: PathBuf,
        /// Print one JSON document instead of lines
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Write what is in force as a folder of definitions, which `apply` reads back without changing anything. Secrets are
    /// written as where they are, never as what they are.
    Export {
        /// An empty folder, or one that is made
        folder: PathBuf,
        /// Write over the definitions in a folder that has some. Its other files stay; comments are lost
        #[arg(long)]
        replace: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Print the JSON Schema of a kind of file, for editors; without a kind, list the kinds.
    Schema {
        /// A list such as `teams`, or `model`, `test`, `vitrine` or `workbook`
        kind: Option<String>,
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
    /// Print a link with which an internal member logs in once, within 15 minutes. What is behind its `#` is the code of
    /// `POST /api/v1/login`.
    LoginCode {
        /// The member's e-mail address
        email: String,
        /// Make the member, with that account type, if there is none of that address
        #[arg(long, value_name = "NAME", value_parser = account_type)]
        account_type: Option<AccountTypeName>,
        #[command(flatten)]
        place: Place,
    },
    /// Show audit events, one JSON object a line, the newest first.
    #[command(args_conflicts_with_subcommands = true)]
    Audit {
        #[command(subcommand)]
        command: Option<AuditCommand>,
        #[command(flatten)]
        shown: Shown,
        #[command(flatten)]
        place: Place,
    },
    /// Write everything that the store holds into a new file, also while servers run. The encryption key is not in it.
    Backup {
        /// The file, which must not be there
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Make the store, which must be empty, of such a file. Sessions are ended. It needs the encryption key, `store.key`, that
    /// was in use when the backup was made.
    Restore {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Encrypt what is kept encrypted with a new key, which takes the place of `store.key`. Servers that run take it from the
    /// file within a minute; other machines need a copy.
    RotateEncryptionKey {
        #[command(flatten)]
        place: Place,
    },
    /// Work on models.
    Model {
        #[command(subcommand)]
        command: ModelCommand,
    },
    /// Print the API of pages as an OpenAPI document.
    Openapi,
    /// Print every permission with what it opens and what other products call it, as `docs/permissions.md` has it.
    Permissions,
    /// Look into tokens, without a server.
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Walk the hash chains of the audit trail: say where each ends, and the first place at which a row was changed, deleted,
    /// put in or moved. Exits with 0 if they hold and 1 if not.
    Verify {
        #[command(flatten)]
        place: Place,
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
    /// A folder could not be compared with what is in force.
    #[error(transparent)]
    Uncompared(ApplyError),
    /// A folder differs from what is in force; how was printed.
    #[error("the folder differs from what is in force")]
    Different,
    /// An export.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// There are no such files.
    #[error("unknown kind of file `{0}`: expected one of {known}", known = known_kinds())]
    UnknownKind(String),
    /// The store as a whole.
    #[error(transparent)]
    Keeping(#[from] KeepingError),
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
    /// The audit trail is not as it was written; where was printed.
    #[error("the audit trail is not as it was written")]
    TrailBroken,
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
        if matches!(self, Self::Misuse(_) | Self::Uncompared(_)) { 2 } else { 1 }
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
        Command::Apply { folder, dry_run: true, place } => {
            let difference = difference::compare(&folder, &place.config(None)?).await?;
            difference.lines().iter().try_for_each(|line| say(line))?;
            let what = if difference.is_none() { "nothing would change" } else { "not applied" };
            say(&format!("{}: {what}, revision {}", folder.display(), difference.revision))
        }
        Command::Diff { folder, json, place } => {
            let compared = difference::compare(&folder, &place.config(None)?).await;
            let difference = compared.map_err(CliError::Uncompared)?;
            if json {
                say(&format!("{:#}", difference.json()))?;
            } else {
                difference.lines().iter().try_for_each(|line| say(line))?;
            }
            if difference.is_none() { Ok(()) } else { Err(CliError::Different) }
        }
        Command::Apply { folder, dry_run: false, place } => {
            let config = place.config(None)?;
            let InForce { applied, widening } = apply::apply(&folder, &config, &Clock::system()).await?;
            say_widening(&widening)?;
            let what = if applied.changed { "applied" } else { "nothing changed" };
            say(&format!("{}: {what}, revision {}", folder.display(), applied.revision))
        }
        Command::Export { folder, replace, place } => {
            let Exported { files, revision } = export::export(&folder, &place.config(None)?, replace).await?;
            say(&format!("{}: {files} files, revision {revision}", folder.display()))
        }
        Command::Schema { kind: None } => schema_kinds().try_for_each(say),
        Command::Schema { kind: Some(kind) } => match schema(&kind) {
            Some(schema) => say(&format!("{schema:#}")),
            None => Err(CliError::UnknownKind(kind)),
        },
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
        Command::Permissions => say(model::access::catalogue::document().trim_end()),
        Command::Token { command: TokenCommand::Verify(asked) } => {
            let verified = token::verify(&asked, &Clock::system())?;
            say(&verified.text)?;
            if verified.accepted { Ok(()) } else { Err(CliError::TokenRefused) }
        }
        Command::LoginCode { email, account_type, place } => {
            let config = place.config(None)?;
            let code = login_code::make(&config, &email, account_type.as_ref(), &Clock::system()).await?;
            say(&login_code::link(&config.public_origin(config.listen), &code))
        }
        Command::Backup { file, place } => {
            let rows = keeping::back_up(&place.config(None)?, &file).await?;
            let told = "the encryption key is not in it, keep `store.key` as well, elsewhere";
            say(&format!("{}: {rows} rows; {told}", file.display()))
        }
        Command::Restore { file, place } => {
            let rows = keeping::restore(&place.config(None)?, &file, &Clock::system()).await?;
            say(&format!("{}: {rows} rows restored, every session is ended", file.display()))
        }
        Command::RotateEncryptionKey { place } => {
            let config = place.config(None)?;
            keeping::rotate_encryption_key(&config, &Clock::system()).await?;
            let path = config.data_dir.join("store.key");
            say(&format!("{}: a new key; other servers of this store need a copy", path.display()))
        }
        Command::Audit { command: Some(AuditCommand::Verify { place }), .. } => {
            let (lines, holds) = trail::verify(&place.config(None)?).await?;
            lines.iter().try_for_each(|line| say(line))?;
            if holds { Ok(()) } else { Err(CliError::TrailBroken) }
        }
        Command::Audit { command: None, shown, place } => {
            let (lines, more) = trail::page(&shown, &place.config(None)?).await?;
            lines.iter().try_for_each(|line| say(line))?;
            // Beside the events, which are for programs.
            Ok(more.map_or(Ok(()), |more| writeln!(io::stderr(), "{more}"))?)
        }
    }
}

async fn serve(config: &Config) -> Result<(), CliError> {
    log_to_stderr(&config.log);
    let server = Server::bind(config, Clock::system()).await?;
    say(&format!("Vitrine is listening on http://{}", server.address()))?;
    match login_code::at_first_start(server.app()).await {
        Ok(None) => {}
        // Whoever started it may have read the address and listen no more.
        Ok(Some(way_in)) => drop(say(&way_in.to_string())),
        Err(error) => tracing::warn!(%error, "whether an administrator has logged in is not known"),
    }
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

fn known_kinds() -> String {
    schema_kinds().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", ")
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
