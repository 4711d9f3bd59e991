//! Where a store is: a SQLite file, or a database of a PostgreSQL server.

use crate::Secret;
use std::fmt;
use std::path::{Path, PathBuf};
use url::Url;
use zeroize::Zeroizing;

/// Where a store is. Printed without the password.
#[derive(Clone)]
pub struct Address(pub(crate) Place);

#[derive(Clone)]
pub(crate) enum Place {
    /// A file.
    Sqlite(PathBuf),
    /// A database, with everything sqlx is to be told.
    Postgres(Url),
}

/// Why a text is no address of a store. Names the part and what was expected, never a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is no address of PostgreSQL.
    #[error("expected an address such as `postgres://vitrine@db.internal/vitrine`")]
    NotPostgres,
    /// It holds a password.
    #[error("the address holds a password: expected that in a file or a variable of its own")]
    Password,
    /// A part is missing.
    #[error("the address names no {0}: expected `postgres://USER@HOST/DATABASE`")]
    Missing(&'static str),
    /// An option is unknown.
    #[error("unknown option `{0}`: expected `host`, `sslmode` or `sslrootcert`")]
    Option(String),
    /// An option has a value it cannot have.
    #[error("option `{option}` is not valid: expected {expected}")]
    Value {
        /// The option.
        option: &'static str,
        /// What it may be.
        expected: &'static str,
    },
}

impl Address {
    /// A SQLite file.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Place::Sqlite(path.into()))
    }

    /// A database of a PostgreSQL server: `postgres://USER@HOST[:PORT]/DATABASE`, with the options
    ///
    /// - `host`: the folder of a socket, in place of the host, which is written `localhost` then,
    /// - `sslmode`: `verify-full`, which is the default over a network, or `disable`,
    /// - `sslrootcert`: the file of the authorities that certificates are believed of, as PEM.
    ///
    /// # Errors
    /// The text is anything else, or holds a password.
    pub fn postgres(text: &str, password: Option<&Secret>) -> Result<Self, AddressError> {
        let mut url: Url = text.parse().map_err(|_| AddressError::NotPostgres)?;
        if !matches!(url.scheme(), "postgres" | "postgresql") || url.fragment().is_some() {
            return Err(AddressError::NotPostgres);
        }
        if url.password().is_some() {
            return Err(AddressError::Password);
        }
        if url.username().is_empty() {
            return Err(AddressError::Missing("user"));
        }
        if url.path().trim_matches('/').is_empty() || url.path().trim_start_matches('/').contains('/') {
            return Err(AddressError::Missing("database"));
        }
        let mut options = Options::read(&url)?;
        options.write(&mut url);
        if let Some(password) = password {
            let encoded = Zeroizing::new(percent_encoded(password.expose()));
            url.set_password(Some(&encoded)).map_err(|()| AddressError::NotPostgres)?;
        }
        Ok(Self(Place::Postgres(url)))
    }
}

/// A text as a part of an address, whatever is in it.
fn percent_encoded(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encoded).collect()
}

/// What an address says behind `?`.
#[derive(Default)]
struct Options {
    socket: Option<String>,
    mode: Option<&'static str>,
    root: Option<String>,
}

impl Options {
    fn read(url: &Url) -> Result<Self, AddressError> {
        let mut options = Self::default();
        let absolute = |option, expected, value: &str| {
            let found = Some(value.to_owned()).filter(|_| Path::new(value).is_absolute());
            found.ok_or(AddressError::Value { option, expected })
        };
        for (option, value) in url.query_pairs() {
            match &*option {
                "host" => options.socket = Some(absolute("host", "the absolute path of a socket's folder", &value)?),
                "sslrootcert" => options.root = Some(absolute("sslrootcert", "an absolute path", &value)?),
                "sslmode" => {
                    let known = ["verify-full", "disable"].into_iter().find(|mode| *mode == value);
                    let expected = "`verify-full` or `disable`";
                    options.mode = Some(known.ok_or(AddressError::Value { option: "sslmode", expected })?);
                }
                other => return Err(AddressError::Option(other.to_owned())),
            }
        }
        Ok(options)
    }

    /// What is not said is said now, so that no variable of the environment says it.
    fn write(&mut self, url: &mut Url) {
        let usual = if self.socket.is_some() { "disable" } else { "verify-full" };
        let mut pairs = url.query_pairs_mut();
        pairs.clear().append_pair("sslmode", self.mode.unwrap_or(usual)).append_pair("application_name", "vitrine");
        for (option, value) in [("host", self.socket.take()), ("sslrootcert", self.root.take())] {
            if let Some(value) = value {
                pairs.append_pair(option, &value);
            }
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(path) => write!(formatter, "{}", path.display()),
            Place::Postgres(url) => {
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                let host = url.host_str().unwrap_or_default();
                write!(formatter, "postgres://{}@{host}{port}{}", url.username(), url.path())
            }
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_addresses_without_a_password_are_taken() {
        let password = Secret::new("p@ss/w%41".to_owned());
        let address = Address::postgres("postgres://vitrine@db.internal:5433/store", Some(&password)).unwrap();
        assert_eq!(format!("{address} {address:?}").matches("postgres://vitrine@db.internal:5433/store").count(), 2);
        assert!(!format!("{address:?}").contains("p@ss") && !format!("{address}").contains("p%40ss"));
        let Place::Postgres(url) = &address.0 else { panic!("a file") };
        assert_eq!(url.query(), Some("sslmode=verify-full&application_name=vitrine"));
        assert_eq!(url.password(), Some("p%40ss%2Fw%2541"));
        let Place::Postgres(url) = Address::postgres("postgres://v@localhost/db?host=/run/pg", None).unwrap().0 else {
            panic!("a file")
        };
        assert_eq!(url.query(), Some("sslmode=disable&application_name=vitrine&host=%2Frun%2Fpg"));
        for (text, expected) in [
            ("/var/lib/vitrine.db", "expected an address such as"),
            ("mysql://a@b/c", "expected an address such as"),
            ("postgres://v:secret@host/db", "holds a password"),
            ("postgres://host/db", "names no user"),
            ("postgres://v@/db", "expected an address such as"),
            ("postgres://v@host/", "names no database"),
            ("postgres://v@host", "names no database"),
            ("postgres://v@host/db?sslmode=prefer", "`sslmode` is not valid: expected `verify-full` or `disable`"),
            ("postgres://v@host/db?host=other", "`host` is not valid"),
            ("postgres://v@host/db?password=secret", "unknown option `password`"),
            ("postgres://v@host/db?options=-c%20fsync=off", "unknown option `options`"),
        ] {
            let refused = Address::postgres(text, None).unwrap_err().to_string();
            assert!(refused.contains(expected) && !refused.contains("secret"), "{text}: {refused}");
        }
    }
}
