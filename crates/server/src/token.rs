//! `vitrine token verify`: what a token or a signed address is worth, without a server.

mod explain;
mod jws;
mod keys;

use crate::app::App;
use crate::clock::Clock;
use crate::secrets;
use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};
pub(crate) use explain::{Explained, explain};
pub(crate) use keys::Keys;
use model::access::Mode;
use model::assertion::Assertion;
use model::dialect::Dialect;
use model::name::ClientId;
use std::path::PathBuf;
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
        conflicts_with_all = ["dialect", "client_id", "secret_file", "now", "compatible", "json", "token"],
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
        error: std::io::Error,
    },
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
        let keys = std::fs::read(file).map_err(|error| MisuseError::Keys { path: file.clone(), error })?;
        return Ok(jws::verify(&keys, token));
    }
    let (Some(dialect), Some(token)) = (asked.dialect, &asked.token) else { return Err(MisuseError::Nothing) };
    let secret = asked.secret_file.as_deref().map(secrets::from_file).transpose()?;
    let now = match asked.now {
        None => clock.now(),
        Some(seconds) => DateTime::from_timestamp(seconds, 0).ok_or(MisuseError::Now(seconds))?,
    };
    let (explained, _) = explain(&Question {
        dialect: match dialect {
            Door::Vitrine => Dialect::Vitrine,
            Door::Metabase => Dialect::Metabase,
            Door::Sigma => Dialect::Sigma,
            Door::Looker => Dialect::Looker,
        },
        keys: Keys::Described {
            client_id: asked.client_id.clone().map(ClientId::new).transpose()?,
            mode: if asked.compatible { Mode::Compatible } else { Mode::Strict },
            secret: secret.as_ref().map(|secret| secret.expose().as_bytes()),
        },
        now,
        text: token.trim(),
        host: None,
    });
    let text = if asked.json { explained.json() } else { explained.lines() };
    Ok(Verified { text, accepted: explained.refusal.is_none() })
}

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
        Some(once) => app.store.is_token_used(assertion.key(), TokenHash::of(&once.id)).await,
        None => Ok(false),
    }
}
