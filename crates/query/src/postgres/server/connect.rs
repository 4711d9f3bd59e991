//! Opening a server: what is set on each connection, and what is refused.

use super::Server;
use model::access::{Encryption, PostgresPlace};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgSslMode};
use sqlx::{ConnectOptions as _, Executor as _, Row as _};
use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::time::Duration;

/// How long a connection may be waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection that nobody uses is closed after so long.
const IDLE: Duration = Duration::from_secs(300);

/// The oldest version that is read.
const OLDEST: i32 = 13;

/// The newest release of each version when this was written: older ones lack mended faults, of row security among others.
const NEWEST: [(i32, i32); 5] = [(14, 25), (15, 20), (16, 16), (17, 12), (18, 6)];

/// What is set on each connection, so that no setting of a role or a database says what a statement means.
const SETTINGS: &str = "SELECT set_config('search_path', 'pg_catalog, pg_temp', false), \
     set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO, YMD', false), \
     set_config('standard_conforming_strings', 'on', false), set_config('client_encoding', 'UTF8', false), \
     set_config('default_transaction_read_only', 'on', false), set_config('row_security', 'on', false)";

const ABOUT_SERVER: &str = "SELECT CAST(current_setting('server_version_num') AS integer), \
     current_setting('server_encoding'), CAST(session_user AS text)";

const ABOUT_ROLE: &str = "SELECT rolsuper, rolbypassrls, pg_has_role(session_user, oid, 'MEMBER') \
     FROM pg_roles WHERE rolname = $1";

/// Why a database is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerFault {
    /// There is no secret where its password should be.
    #[error("no password: expected `password` to name a secret that can be read")]
    NoPassword,
    /// The certificates that are trusted cannot be read, or the server has none of them.
    #[error("no encryption: expected a server with a certificate for its name that is trusted (`root_certificate`)")]
    Encryption,
    /// The server takes neither this role nor this password, or not for this database.
    #[error("refused: expected a role that may log in to the database with the password given")]
    Refused,
    /// It does not answer.
    #[error("unreachable: expected a PostgreSQL server that answers")]
    Unreachable,
    /// It is too old.
    #[error("version {found}: expected {OLDEST} or newer")]
    TooOld {
        /// Its version.
        found: i32,
    },
    /// Its texts are not UTF-8.
    #[error("encoding {found}: expected a database in UTF8")]
    Encoding {
        /// How they are encoded.
        found: String,
    },
    /// A role sees rows whatever policies the database has.
    #[error("role `{role}` is {what}: expected one that is held to policies, such as\n{instead}")]
    Powerful {
        /// The role.
        role: String,
        /// What it is.
        what: &'static str,
        /// What makes a better one.
        instead: String,
    },
    /// A role that statements should run as does not exist, or is not to be had.
    #[error("role `{role}` cannot be taken: expected `GRANT \"{role}\" TO \"{user}\"`")]
    NotMember {
        /// The role.
        role: String,
        /// The role that logs in.
        user: String,
    },
}

/// A server that is read, and what its administrator should know.
pub(crate) struct Connected {
    pub(crate) server: Server,
    pub(crate) roles: Roles,
    pub(crate) warnings: Vec<String>,
}

/// As whom statements run.
pub(crate) struct Roles {
    /// The role that logs in.
    user: String,
    /// Those that an attribute chooses from; none: statements run as the one that has logged in.
    pub(crate) chosen: Vec<String>,
}

impl Roles {
    /// Every role that statements run as.
    pub(crate) fn all(&self) -> impl Iterator<Item = &String> {
        let user = self.chosen.is_empty().then_some(&self.user);
        user.into_iter().chain(&self.chosen)
    }
}

impl Server {
    /// Logs in and looks whether policies would hold there. `relations` are what will be read, for the advice.
    pub(crate) async fn open(
        place: &PostgresPlace,
        password: Option<&str>,
        relations: &BTreeSet<(String, String)>,
    ) -> Result<Connected, ServerFault> {
        if place.password.is_some() && password.is_none() {
            return Err(ServerFault::NoPassword);
        }
        if place.root_certificate.as_ref().is_some_and(|file| fs::metadata(file).is_err()) {
            return Err(ServerFault::Encryption);
        }
        let options = options(place, password);
        let pool = pool(place, options.clone());
        let about = pool.fetch_one(ABOUT_SERVER).await.map_err(|error| refused(&error))?;
        let version: i32 = about.try_get(0).map_err(|_| ServerFault::Unreachable)?;
        let encoding: String = about.try_get(1).map_err(|_| ServerFault::Unreachable)?;
        let user: String = about.try_get(2).map_err(|_| ServerFault::Unreachable)?;
        let (major, minor) = (version / 10_000, version % 10_000);
        if major < OLDEST {
            return Err(ServerFault::TooOld { found: major });
        }
        if encoding != "UTF8" {
            return Err(ServerFault::Encoding { found: encoding });
        }
        let chosen: Vec<String> = place.role.iter().flat_map(|choice| &choice.allowed).cloned().collect();
        for role in std::iter::once(&user).chain(&chosen) {
            held_to_policies(&pool, place, role, &user, relations).await?;
        }
        let roles = Roles { user, chosen };
        let freshness = Duration::from_secs(place.freshness_seconds.into());
        Ok(Connected { server: Self::new(pool, options, freshness), roles, warnings: outdated(major, minor) })
    }
}

fn outdated(major: i32, minor: i32) -> Vec<String> {
    let newest = NEWEST.iter().find(|(of, newest)| *of == major && minor < *newest);
    let warning = |(_, newest): &(i32, i32)| {
        format!("PostgreSQL {major}.{minor} lacks what {major}.{newest} has mended: expected {major}.{newest} or newer")
    };
    newest.map(warning).into_iter().collect()
}

/// Everything is said here: nothing of the environment counts.
fn options(place: &PostgresPlace, password: Option<&str>) -> PgConnectOptions {
    let options = PgConnectOptions::new_without_pgpass()
        .host(&place.host)
        .port(place.port)
        .username(&place.user)
        .password(password.unwrap_or_default())
        .database(&place.database)
        .application_name("vitrine")
        .ssl_mode(match place.encryption {
            Encryption::Verified if !place.host.starts_with('/') => PgSslMode::VerifyFull,
            _ => PgSslMode::Disable,
        })
        .disable_statement_logging();
    match &place.root_certificate {
        Some(file) => options.ssl_root_cert(file),
        None => options,
    }
}

fn pool(place: &PostgresPlace, options: PgConnectOptions) -> PgPool {
    let pool = PgPoolOptions::new()
        .max_connections(place.connections)
        .acquire_timeout(PATIENCE)
        .idle_timeout(IDLE)
        .after_connect(|connection: &mut PgConnection, _| {
            Box::pin(async move { connection.execute(SETTINGS).await.map(drop) })
        });
    pool.connect_lazy_with(options)
}

/// Refuses a role that sees more than policies let anybody see.
async fn held_to_policies(
    pool: &PgPool,
    place: &PostgresPlace,
    role: &str,
    user: &str,
    relations: &BTreeSet<(String, String)>,
) -> Result<(), ServerFault> {
    let not_member = || ServerFault::NotMember { role: role.to_owned(), user: user.to_owned() };
    let about = pool.fetch_optional(sqlx::query(ABOUT_ROLE).bind(role)).await.map_err(|error| refused(&error))?;
    let about = about.ok_or_else(not_member)?;
    let is = |column: usize| about.try_get(column).unwrap_or(true);
    let powerful = |what| {
        let instead = instead(place, relations);
        Err(ServerFault::Powerful { role: role.to_owned(), what, instead })
    };
    match (is(0), is(1)) {
        (true, _) => powerful("a superuser"),
        (_, true) => powerful("not held to row security (BYPASSRLS)"),
        _ if about.try_get(2).unwrap_or(false) => Ok(()),
        _ => Err(not_member()),
    }
}

/// What makes a role that can be used.
fn instead(place: &PostgresPlace, relations: &BTreeSet<(String, String)>) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let role = if place.user == "vitrine_reader" { "vitrine_viewer" } else { "vitrine_reader" };
    let schemas: BTreeSet<&String> = relations.iter().map(|(schema, _)| schema).collect();
    let mut lines =
        vec![format!("  CREATE ROLE {role} LOGIN PASSWORD '…' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;")];
    lines.extend(schemas.into_iter().map(|schema| format!("  GRANT USAGE ON SCHEMA {} TO {role};", quoted(schema))));
    let all: Vec<String> =
        relations.iter().map(|(schema, name)| format!("{}.{}", quoted(schema), quoted(name))).collect();
    if !all.is_empty() {
        lines.push(format!("  GRANT SELECT ON {} TO {role};", all.join(", ")));
    }
    lines.join("\n")
}

fn refused(error: &sqlx::Error) -> ServerFault {
    let code = error.as_database_error().and_then(|error| error.code());
    match (error, code.as_deref()) {
        (sqlx::Error::Tls(_) | sqlx::Error::Configuration(_), _) => ServerFault::Encryption,
        (sqlx::Error::Io(error), _) if error.kind() == ErrorKind::InvalidData => ServerFault::Encryption,
        (_, Some(code)) if code.starts_with("28") || code == "3D000" || code == "42501" => ServerFault::Refused,
        _ => ServerFault::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_older_than_the_newest_release_is_told() {
        assert_eq!(outdated(15, 20), Vec::<String>::new());
        assert_eq!(outdated(99, 0), Vec::<String>::new());
        assert_eq!(outdated(15, 3), ["PostgreSQL 15.3 lacks what 15.20 has mended: expected 15.20 or newer"]);
    }
}
