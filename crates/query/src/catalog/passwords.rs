//! Passwords of databases, on their way from where they are kept.

use model::name::ConnectionName;
use std::collections::BTreeMap;
use std::fmt;
use zeroize::Zeroizing;

/// The passwords of connections.
#[derive(Default)]
pub struct Passwords(BTreeMap<ConnectionName, Zeroizing<String>>);

impl Passwords {
    /// The password of a connection.
    pub(crate) fn of(&self, connection: &ConnectionName) -> Option<&str> {
        self.0.get(connection).map(|password| password.as_str())
    }
}

impl FromIterator<(ConnectionName, String)> for Passwords {
    fn from_iter<I: IntoIterator<Item = (ConnectionName, String)>>(passwords: I) -> Self {
        Self(passwords.into_iter().map(|(connection, password)| (connection, Zeroizing::new(password))).collect())
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
