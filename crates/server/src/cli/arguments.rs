//! What the command line takes.

use crate::config::{Config, ConfigError, Overrides};
use crate::token::Verify;
use crate::trail::Shown;
use clap::{Args, Parser, Subcommand};
use model::expectation::ElementPath;
use model::name::{AccountTypeName, ColumnName, ProviderName, TableName};
use model::semantic::ExplorePath;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Embedded analytics where every viewer sees exactly what that viewer may see.
#[derive(Debug, Parser)]
#[command(name = "vitrine", version, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
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
    /// Ask again what people were shown by another product, before a host changes over: recorded addresses and tokens are signed
    /// anew and handed in at the doors of a server of one's own, and rows are compared. Nobody is made, nothing is kept. Exits
    /// with 0 if all is the same, 1 if something differs. See `docs/shadow.md`.
    Shadow {
        /// What was recorded: a file of JSON Lines
        recorded: PathBuf,
        /// The folder of definitions, such as `demo`
        #[arg(long, value_name = "FOLDER")]
        definitions: PathBuf,
        /// One JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        secrets: Secrets,
    },
    /// Work on models.
    Model {
        #[command(subcommand)]
        command: ModelCommand,
    },
    /// Bring what was written for another product.
    Import {
        #[command(subcommand)]
        command: ImportCommand,
    },
    /// Print the API of pages as an OpenAPI document.
    Openapi,
    /// Print every permission with what it opens and what other products call it, as `docs/permissions.md` has it.
    Permissions,
    /// Try what identity providers make of people, without a server.
    Identity {
        #[command(subcommand)]
        command: IdentityCommand,
    },
    /// Look into tokens, without a server.
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Walk the hash chains of the audit trail: say where each ends, and the first place at which a row was changed, deleted,
    /// put in or moved. Exits with 0 if they hold and 1 if not.
    Verify {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum ModelCommand {
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
pub(super) enum ImportCommand {
    /// Write the models of a LookML project, and list by file and line what is not in them. What restricts somebody and is not
    /// understood stays closed. Replaces no file. Exits with 0 if models were written, also where something stays closed.
    Lookml {
        /// The project: the folder with its `*.model.lkml`
        project: PathBuf,
        /// The connection whose files or tables the models read, which says the types of columns
        #[arg(long, value_name = "NAME")]
        connection: String,
        /// The folder of definitions that has the connection, and gets the models
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
        #[command(flatten)]
        secrets: Secrets,
    },
    /// Write a model of what Metabase's row and column security says, and list what is closed because it is not translated
    /// exactly. Replaces no file. Exits with 0 if a model was written, also where something stays closed.
    MetabaseSandboxes {
        /// The export, a JSON document
        file: PathBuf,
        /// The connection that has the tables, which says the types of columns
        #[arg(long, value_name = "NAME")]
        connection: String,
        /// What the model is called
        #[arg(long, value_name = "NAME", default_value = "metabase")]
        model: String,
        /// The folder of definitions that has the connection, and gets the model
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
        #[command(flatten)]
        secrets: Secrets,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum IdentityCommand {
    /// Say who somebody would be whom a provider of a folder brings, what became of each claim, and why. Nobody is let in and
    /// nothing is kept. Exits with 0 if they would come in, 1 if not, 2 if it could not be asked.
    Test {
        /// The folder, such as `demo`
        folder: PathBuf,
        /// The provider
        #[arg(long, value_name = "NAME", value_parser = provider)]
        provider: ProviderName,
        /// A file with one JSON object of claims; `-` for what is typed
        #[arg(long, value_name = "FILE", required_unless_present = "token", conflicts_with = "token")]
        claims: Option<PathBuf>,
        /// A token, of which nothing is said unless the provider has signed it
        #[arg(long, value_name = "TOKEN")]
        token: Option<String>,
        /// The file with the secret, readable for its owner only [default: what the provider refers to]
        #[arg(long, value_name = "FILE", conflicts_with = "claims")]
        secret_file: Option<PathBuf>,
        /// Print one JSON document instead of lines
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        secrets: Secrets,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Say what a token or a signed address is worth: whether its signature holds, who it would be, which claims are
    /// not understood, how long it counts. Exits with 0 if it is accepted, 1 if it is refused, 2 if it was not looked
    /// at. Never prints a secret.
    Verify(Verify),
    /// Print the id of a secret of a connected app, which tokens of Tableau's name as `kid`. It is the same for the same
    /// secret, wherever that is kept, and may be known to everybody.
    SecretId {
        /// The file with the secret, readable for its owner only
        #[arg(value_name = "FILE")]
        secret_file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(super) struct Secrets {
    /// Folder of the passwords that connections to databases name
    #[arg(long, value_name = "DIR", default_value = "vitrine-data")]
    pub(super) data_dir: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Place {
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the store, its encryption key and secrets [default: vitrine-data]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

impl Place {
    pub(super) fn config(&self, listen: Option<SocketAddr>) -> Result<Config, ConfigError> {
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

fn provider(text: &str) -> Result<ProviderName, String> {
    ProviderName::new(text).map_err(|error| error.to_string())
}

fn account_type(text: &str) -> Result<AccountTypeName, String> {
    AccountTypeName::new(text).map_err(|error| error.to_string())
}

fn key(text: &str) -> Result<(ColumnName, String), String> {
    let (column, value) = text.split_once('=').ok_or("expected `column=value`")?;
    Ok((ColumnName::new(column).map_err(|error| error.to_string())?, value.to_owned()))
}
