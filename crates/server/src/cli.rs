//! The command line.

mod arguments;

pub use self::arguments::Cli;
use self::arguments::{AuditCommand, Command, IdentityCommand, ImportCommand, ModelCommand, TokenCommand};
use crate::apply::{self, ApplyError, InForce};
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::difference;
use crate::explain::{self, ExplainError, Question, Subject};
use crate::export::{self, ExportError, Exported};
use crate::first_model::{self, FirstModel, FirstModelError};
use crate::identity_test::{self, Brought, IdentityTestError};
use crate::import_lookml::{self, ImportError};
use crate::import_sandboxes::{self, SandboxesError};
use crate::keeping::{self, KeepingError};
use crate::login_code::{self, LoginCodeError};
use crate::policy_tests::{self, PolicyTestError};
use crate::serve::{ServeError, Server};
use crate::shadow::{self, ShadowError};
use crate::token::{self, MisuseError};
use crate::trail;
use model::files::{schema, schema_kinds};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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
    /// Another product's models.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// Another product's policies.
    #[error(transparent)]
    Sandboxes(#[from] SandboxesError),
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
    /// A provider's mapping could not be asked.
    #[error(transparent)]
    IdentityTest(#[from] IdentityTestError),
    /// Whoever would be brought does not come in; why was printed.
    #[error("whoever brings this does not come in")]
    NotSignedOn,
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
    /// Nothing that was recorded could be asked again.
    #[error(transparent)]
    Shadow(#[from] ShadowError),
    /// Some of what was recorded comes out otherwise; which was printed.
    #[error("{different} of {all} recorded differ")]
    Differing {
        /// How many.
        different: usize,
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
        if matches!(self, Self::Misuse(_) | Self::Uncompared(_) | Self::IdentityTest(_)) { 2 } else { 1 }
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
        Command::Import { command: ImportCommand::Lookml { project, connection, to, secrets } } => {
            let told = import_lookml::write(&project, &connection, &to, &secrets.data_dir).await?;
            told.iter().try_for_each(|line| say(line))
        }
        Command::Import { command: ImportCommand::MetabaseSandboxes { file, connection, model, to, secrets } } => {
            let told = import_sandboxes::write(&file, &connection, &model, &to, &secrets.data_dir).await?;
            told.iter().try_for_each(|line| say(line))
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
        Command::Shadow { recorded, definitions, json, secrets } => {
            shadow_of((&recorded, &definitions), &secrets.data_dir, json).await
        }
        Command::Openapi => say(&crate::openapi::text()),
        Command::Permissions => say(model::access::catalogue::document().trim_end()),
        Command::Token { command: TokenCommand::Verify(asked) } => {
            let verified = token::verify(&asked, &Clock::system())?;
            say(&verified.text)?;
            if verified.accepted { Ok(()) } else { Err(CliError::TokenRefused) }
        }
        Command::Token { command: TokenCommand::SecretId { secret_file } } => say(&token::secret_id(&secret_file)?),
        Command::Identity {
            command: IdentityCommand::Test { folder, provider, claims, token, secret_file, json, secrets },
        } => {
            let brought = match (claims, token) {
                (Some(file), _) => Brought::Claims(identity_test::claims_in(&file)?),
                (None, token) => Brought::Token(token.unwrap_or_default()),
            };
            let places = (secret_file.as_deref(), secrets.data_dir.as_path());
            let tested = identity_test::in_folder(&folder, &provider, brought, places, Clock::system().now())?;
            if json {
                say(&format!("{:#}", serde_json::json!(tested)))?;
            } else {
                say(&tested.lines())?;
            }
            if tested.is_accepted() { Ok(()) } else { Err(CliError::NotSignedOn) }
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

/// Asks again what was recorded, and says of each how it came out as soon as it is known.
async fn shadow_of(files: (&Path, &Path), data_dir: &Path, json: bool) -> Result<(), CliError> {
    let mut printed = Ok(());
    let told = |outcome: &shadow::Outcome| {
        if !json && printed.is_ok() {
            printed = say(&outcome.lines());
        }
    };
    let limits = Config::default().limits;
    let report = shadow::run(files, (&limits, data_dir), &Clock::system(), told).await?;
    printed?;
    let summary = if json { format!("{:#}", report.json()) } else { report.summary() };
    say(&summary)?;
    match report.different() {
        0 => Ok(()),
        different => Err(CliError::Differing { different, all: report.outcomes.len() }),
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
