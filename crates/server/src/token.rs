//! `vitrine token verify`: what a token or a signed address is worth, without a server.

mod explain;
mod jws;
mod keys;

use crate::app::App;
use crate::clock::Clock;
use crate::secrets;
use crate::tableau;
use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};
use dialect::jwk::KeySet;
pub(crate) use explain::tableau::told as told_of_tableau;
use explain::tableau::{Issuer, Trust, explain as explain_tableau};
pub(crate) use explain::{Explained, explain};
pub(crate) use keys::Keys;
use model::access::Mode;
use model::assertion::Assertion;
use model::dialect::Dialect;
use model::name::ClientId;
use std::path::{Path, PathBuf};
use store::{StoreError, TokenHash};

/// What is asked of a token.
#[derive(Debug, Args)]
pub struct Verify {
    /// Whose token it is
    #[arg(long, required_unless_present = "jwk")]
    dialect: Option<Door>,
    /// The client id of the key; by default the one that the token names
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// The file with the key's secret, readable for its owner only. Without it the signature cannot be verified, and
    /// the token counts as refused
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// Of `tableau`: the secret id that a token must name; by default the one that it names
    #[arg(long, value_name = "ID")]
    secret_id: Option<String>,
    /// Of `tableau-eas` and `tableau-uat`: the issuer, as tokens name it
    #[arg(long, value_name = "ISSUER")]
    issuer: Option<String>,
    /// Of `tableau-eas` and `tableau-uat`: a file with the set of JSON Web Keys that the issuer publishes
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// The time at which it is asked, in seconds since 1970; by default now
    #[arg(long, value_name = "UNIX")]
    now: Option<i64>,
    /// As a compatible key would, rather than a strict one
    #[arg(long)]
    compatible: bool,
    /// One JSON object
    #[arg(long)]
    json: bool,
    /// A file with a JSON Web Key or a set of them, with which the signature alone is verified. Algorithms: HS256,
    /// HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA (Ed25519). All others are refused
    #[arg(
        long,
        value_name = "FILE",
        requires = "jws",
        conflicts_with_all = ["dialect", "client_id", "secret_file", "secret_id", "issuer", "jwks", "now", "compatible", "json", "token"],
    )]
    jwk: Option<PathBuf>,
    /// The compact token whose signature is verified with the keys of `--jwk`
    #[arg(long, value_name = "TOKEN", requires = "jwk", allow_hyphen_values = true)]
    jws: Option<String>,
    /// The token, or the address that carries it
    #[arg(value_name = "TOKEN_OR_URL", required_unless_present = "jwk")]
    token: Option<String>,
}

/// The dialects, as the command line knows them.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Door {
    Vitrine,
    Metabase,
    Sigma,
    Looker,
    Tableau,
    TableauEas,
    TableauUat,
}

/// Why a token could not even be looked at.
#[derive(Debug, thiserror::Error)]
pub enum MisuseError {
    /// The secret cannot be read.
    #[error(transparent)]
    Secret(#[from] secrets::SecretError),
    /// The client id is none.
    #[error(transparent)]
    ClientId(#[from] model::name::NameError),
    /// The file with keys cannot be read.
    #[error("`{path}`: {error}")]
    Keys {
        /// The file.
        path: PathBuf,
        /// Why.
        error: String,
    },
    /// Tokens of Tableau are told apart by who signs them.
    #[error("expected `--issuer` and `--jwks`")]
    NoIssuer,
    /// A connected app signs with a secret.
    #[error("expected `--secret-file`")]
    NoSecret,
    /// Nothing was said to look at.
    #[error("expected `--dialect` and a token, or `--jwk` and `--jws`")]
    Nothing,
    /// The time is none.
    #[error("`--now {0}` is not a time: expected seconds since 1970")]
    Now(i64),
}

/// What came of it.
pub struct Verified {
    /// For the terminal.
    pub text: String,
    /// Whether the token is accepted.
    pub accepted: bool,
}

/// Looks at a token as a server would that has the key.
pub fn verify(asked: &Verify, clock: &Clock) -> Result<Verified, MisuseError> {
    if let (Some(file), Some(token)) = (&asked.jwk, &asked.jws) {
        let keys =
            std::fs::read(file).map_err(|error| MisuseError::Keys { path: file.clone(), error: error.to_string() })?;
        return Ok(jws::verify(&keys, token));
    }
    let (Some(dialect), Some(token)) = (asked.dialect, &asked.token) else { return Err(MisuseError::Nothing) };
    let secret = asked.secret_file.as_deref().map(secrets::from_file).transpose()?;
    let now = match asked.now {
        None => clock.now(),
        Some(seconds) => DateTime::from_timestamp(seconds, 0).ok_or(MisuseError::Now(seconds))?,
    };
    let mode = if asked.compatible { Mode::Compatible } else { Mode::Strict };
    let client_id = asked.client_id.clone().map(ClientId::new).transpose()?;
    let secret = secret.as_ref().map(|secret| secret.expose().as_bytes());
    let keys = asked.jwks.as_deref().map(key_set).transpose()?;
    let issuer = || match (&asked.issuer, &keys) {
        (Some(name), Some(keys)) => Ok(Issuer { name, keys }),
        _ => Err(MisuseError::NoIssuer),
    };
    let text = token.trim();
    let of_keys = |dialect: Dialect, client_id: Option<ClientId>| {
        explain(&Question { dialect, keys: Keys::Described { client_id, mode, secret }, now, text, host: None }).0
    };
    let of_trust = |trust: &Trust<'_>| explain_tableau(trust, mode, text, now);
    let explained = match dialect {
        Door::Vitrine => of_keys(Dialect::Vitrine, client_id),
        Door::Metabase => of_keys(Dialect::Metabase, client_id),
        Door::Sigma => of_keys(Dialect::Sigma, client_id),
        Door::Looker => of_keys(Dialect::Looker, client_id),
        Door::Tableau => {
            let secret = secret.ok_or(MisuseError::NoSecret)?;
            of_trust(&Trust::Direct { client_id, secret_id: asked.secret_id.as_deref(), secret })
        }
        Door::TableauEas => of_trust(&Trust::Server(issuer()?)),
        Door::TableauUat => of_trust(&Trust::Unified(issuer()?)),
    };
    let text = if asked.json { explained.json() } else { explained.lines() };
    Ok(Verified { text, accepted: explained.refusal.is_none() })
}

/// The id of the secret in a file, by which tokens of Tableau's name it.
pub fn secret_id(file: &Path) -> Result<String, MisuseError> {
    Ok(tableau::secret_id(secrets::from_file(file)?.expose().as_bytes()).to_string())
}

/// The keys in a file.
fn key_set(file: &Path) -> Result<KeySet, MisuseError> {
    let failed = |error: String| MisuseError::Keys { path: file.to_owned(), error };
    let bytes = std::fs::read(file).map_err(|error| failed(error.to_string()))?;
    KeySet::parse(&bytes, false).map_err(|error| failed(error.to_string()))
}

/// Why a token is refused with which somebody has come before.
pub(crate) const USED: &str = "somebody has come with it before, and it counts once";

/// A question about a token.
pub(crate) struct Question<'a> {
    pub(crate) dialect: Dialect,
    pub(crate) keys: Keys<'a>,
    pub(crate) now: DateTime<Utc>,
    /// The token, or the address that carries it.
    pub(crate) text: &'a str,
    /// The host to which addresses must be that are signed with theirs. `None`: to any.
    pub(crate) host: Option<&'a str>,
}

/// Whether what counts once has counted.
pub(crate) async fn is_used(app: &App, assertion: &Assertion) -> Result<bool, StoreError> {
    match assertion.counts_once() {
        Some(once) => app.store.is_token_used(assertion.key().as_str(), TokenHash::of(&once.id)).await,
        None => Ok(false),
    }
}
