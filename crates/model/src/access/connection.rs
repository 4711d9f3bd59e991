//! Connections: where data lives, and as whom it is read there.

use super::SecretReference;
use crate::built_in;
use crate::dialect::KnownAs;
use crate::name::{AttributeName, ConnectionName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A place where data lives. Exactly one of `folder` and `postgres`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["folder"]}, {"required": ["postgres"]}]))]
pub struct Connection {
    /// Named by models.
    pub name: ConnectionName,
    /// A folder of files, relative to the folder of definitions unless absolute.
    #[serde(default)]
    pub folder: Option<String>,
    /// A PostgreSQL database.
    #[serde(default)]
    pub postgres: Option<PostgresPlace>,
    /// Which other connection is read in its place, by an attribute of who asks.
    #[serde(default)]
    pub route: Option<Route>,
    /// What other products called it.
    #[serde(default)]
    pub known_as: KnownAs,
}

/// Where the data of a connection is.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// In files of that folder.
    Folder(&'a str),
    /// In a PostgreSQL database.
    Postgres(&'a PostgresPlace),
    /// In what this server records itself: of the connection that is built in.
    Activity,
}

impl Connection {
    /// Whether it depends on who asks where, or as whom, it is read.
    #[must_use]
    pub fn asks_for_person(&self) -> bool {
        self.route.is_some() || self.postgres.as_ref().is_some_and(|postgres| postgres.role.is_some())
    }

    /// Where its data is. `None`: nowhere, or in two places, which no checked connection is.
    #[must_use]
    pub fn place(&self) -> Option<Place<'_>> {
        match (&self.folder, &self.postgres) {
            (Some(folder), None) => Some(Place::Folder(folder)),
            (None, Some(postgres)) => Some(Place::Postgres(postgres)),
            (None, None) if built_in::is_connection(&self.name) => Some(Place::Activity),
            _ => None,
        }
    }
}

/// A PostgreSQL database, and as whom it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostgresPlace {
    /// A host name or address, or the folder of a socket, which begins with `/`.
    pub host: String,
    /// The port.
    #[serde(default = "default_port")]
    pub port: u16,
    /// The database.
    pub database: String,
    /// The role that logs in: no superuser, no owner of the tables, and held to row security.
    pub user: String,
    /// Where its password is.
    #[serde(default)]
    pub password: Option<SecretReference>,
    /// How the way there is protected. A socket needs nothing.
    #[serde(default)]
    pub encryption: Encryption,
    /// The file of the certificates that are trusted, in PEM; those of the public web unless said otherwise.
    #[serde(default)]
    pub root_certificate: Option<String>,
    /// The most connections that are open at once.
    #[serde(default = "default_connections")]
    pub connections: u32,
    /// How long an answer may be given again although the data may have changed, in seconds. 0: not at all.
    #[serde(default)]
    pub freshness_seconds: u32,
    /// The role that statements run as, by an attribute of who asks.
    #[serde(default)]
    pub role: Option<RoleChoice>,
}

const fn default_port() -> u16 {
    5432
}

const fn default_connections() -> u32 {
    8
}

/// How the way to a database is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encryption {
    /// By TLS, with a certificate for the host's name.
    #[default]
    Verified,
    /// Not at all.
    None,
}

/// The role that statements run as. Whoever has no such value, or one that is not allowed, sees no row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleChoice {
    /// The attribute whose value is the role's name.
    pub attribute: AttributeName,
    /// The roles that there are to choose from.
    pub allowed: BTreeSet<String>,
}

/// Which connection is read. Whoever has no such value, or one that leads nowhere, sees no row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The attribute that says where.
    pub attribute: AttributeName,
    /// Its values, and the connection each leads to.
    pub to: BTreeMap<String, ConnectionName>,
}
