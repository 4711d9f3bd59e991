//! Configuration: built-in defaults, then a TOML file, then `VITRINE_*` variables, then the command line.
//!
//! Passed on as a value; nothing else reads the environment. Unknown keys are refused.

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::Address;
use url::Url;

/// What an operator can set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address and port to listen on; port 0 takes a free one. `VITRINE_LISTEN`.
    pub listen: SocketAddr,
    /// Address and port at which figures are shown to whoever watches the server; none unless said. `VITRINE_METRICS_LISTEN`.
    pub metrics_listen: Option<SocketAddr>,
    /// Folder of the store, its encryption key and secrets. `VITRINE_DATA_DIR`.
    pub data_dir: PathBuf,
    /// A database of PostgreSQL in which the store is, as `postgres://USER@HOST/DATABASE`; by default it is the file
    /// `vitrine.db` in `data_dir`. `VITRINE_STORE`.
    #[serde(default)]
    pub store: Option<String>,
    /// File of that database's password; a relative one is relative to `data_dir`. The variable `VITRINE_STORE_PASSWORD` says
    /// it otherwise. `VITRINE_STORE_PASSWORD_FILE`.
    #[serde(default)]
    pub store_password_file: Option<PathBuf>,
    /// The origin browsers reach this server at, such as `https://vitrine.example`; never taken from request
    /// headers. By default the address it listens on. `VITRINE_PUBLIC_URL`.
    pub public_url: Option<Url>,
    /// An origin of their own for embeds, on another host than the application's; by default both are at `public_url`.
    /// `VITRINE_EMBED_URL`.
    #[serde(default)]
    pub embed_url: Option<Url>,
    /// Name of this server among those of one store: each has an audit chain of its own. `VITRINE_NODE`.
    pub node: String,
    /// Verbosity of the log, as `error`, `warn`, `info`, `debug` or a filter such as `info,store=debug`.
    /// `VITRINE_LOG`.
    pub log: String,
    /// Proxies whose `X-Forwarded-For` is believed: addresses and networks, with commas between them. `VITRINE_TRUSTED_PROXIES`.
    #[serde(default)]
    pub trusted_proxies: Proxies,
    /// Bounds on every query.
    pub limits: Limits,
    /// How often somebody may come.
    pub requests: Requests,
    /// How mail is sent.
    pub mail: Mail,
}

/// How mail is sent: into the folder `mail` of the data folder, unless there is a server for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Who sends it, as `Name <address>`.
    pub from: String,
    /// The name of a server for mail.
    #[serde(default)]
    pub smtp_host: Option<String>,
    /// Its port: 465, with `starttls` 587 and with `none` 25, unless said.
    #[serde(default)]
    pub smtp_port: Option<u16>,
    /// Whether, and when, TLS begins.
    pub smtp_tls: MailTls,
    /// Who logs in there.
    #[serde(default)]
    pub smtp_user: Option<String>,
    /// File of their password; a relative one is relative to `data_dir`.
    #[serde(default)]
    pub smtp_password_file: Option<PathBuf>,
}

/// When a connection to a server for mail is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTls {
    /// From its beginning.
    Tls,
    /// After a word in the clear, and then for certain.
    Starttls,
    /// Never: for a server on the same machine alone.
    None,
}

impl Mail {
    /// The port of the server.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.smtp_port.unwrap_or(match self.smtp_tls {
            MailTls::Tls => 465,
            MailTls::Starttls => 587,
            MailTls::None => 25,
        })
    }

    /// What is wrong with it.
    fn fault(&self) -> Option<&'static str> {
        let is_own = matches!(self.smtp_host.as_deref(), Some("localhost" | "127.0.0.1" | "::1") | None);
        if self.from.parse::<lettre::message::Mailbox>().is_err() {
            return Some("`mail.from` is not valid: expected an address such as `Vitrine <vitrine@acme.example>`");
        }
        if self.smtp_tls == MailTls::None && !is_own {
            return Some(
                "`mail.smtp_tls` is not valid: `none` is for a server on this machine, expected `tls` or `starttls`",
            );
        }
        let others = self.smtp_user.is_some() || self.smtp_password_file.is_some() || self.smtp_port.is_some();
        if self.smtp_host.is_none() && others {
            return Some("`mail.smtp_host` is missing: expected the name of the server that the rest is about");
        }
        let alone = self.smtp_user.is_some() != self.smtp_password_file.is_some();
        alone.then_some("`mail` is not valid: expected `smtp_user` and `smtp_password_file`, or neither")
    }
}

/// Most requests a minute, and most at once; 0: any number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requests {
    /// In one session.
    pub per_session: u32,
    /// With one API credential.
    pub per_credential: u32,
    /// From one address, of people nobody knows.
    pub per_address: u32,
}

impl Requests {
    /// As often as anybody likes.
    #[must_use]
    pub const fn unlimited() -> Self {
        Self { per_session: 0, per_credential: 0, per_address: 0 }
    }
}

/// Addresses and networks of proxies; none unless said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Whether the word of whoever is at that address is taken.
    #[must_use]
    pub fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl TryFrom<String> for Proxies {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let written = text.split(',').map(str::trim).filter(|network| !network.is_empty());
        let read = |text: &str| text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        let networks = written.map(|text| {
            read(text).map_err(|_| {
                format!("`{text}` is no address and no network: expected such as `10.0.0.7` or `10.0.0.0/8`")
            })
        });
        networks.collect::<Result<_, _>>().map(Self)
    }
}

impl From<Proxies> for String {
    fn from(proxies: Proxies) -> Self {
        proxies.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// Bounds on every query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Most rows of an answer.
    pub rows: u32,
    /// Most bytes of an answer.
    pub bytes: u64,
    /// Most rows of a download.
    pub download_rows: u32,
    /// Most bytes of a download.
    pub download_bytes: u64,
    /// Longest that the rows of a download take, in seconds.
    pub download_seconds: u32,
    /// Most memory for operators of a download, in MiB.
    pub download_memory_mib: u32,
    /// Longest run, in seconds.
    pub seconds: u32,
    /// Most memory for operators, in MiB.
    pub memory_mib: u32,
    /// Most memory for answers that are kept, in MiB; 0: none are kept.
    pub result_cache_mib: u32,
    /// Most questions that run at once.
    pub concurrent: u32,
    /// Most questions that run at once of one tenant.
    pub concurrent_per_tenant: u32,
    /// Most questions that run at once of one person.
    pub concurrent_per_person: u32,
}

/// Bytes of a MiB.
const MIB: usize = 1024 * 1024;

/// With less nothing can be asked.
const LEAST_MEMORY_MIB: u32 = 16;

impl Limits {
    /// As the engine takes them; files without a name are made in `folder`.
    #[must_use]
    pub fn of_queries(&self, folder: &Path) -> query::Limits {
        query::Limits {
            rows: self.rows,
            bytes: self.bytes,
            time: Duration::from_secs(self.seconds.into()),
            memory_bytes: self.memory_mib as usize * MIB,
            downloads: query::DownloadLimits {
                rows: self.download_rows,
                bytes: self.download_bytes,
                time: Duration::from_secs(self.download_seconds.into()),
                memory_bytes: self.download_memory_mib as usize * MIB,
                folder: folder.to_owned(),
            },
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            metrics_listen: None,
            data_dir: PathBuf::from("vitrine-data"),
            store: None,
            store_password_file: None,
            public_url: None,
            embed_url: None,
            node: store::NODE.to_owned(),
            log: "info".to_owned(),
            limits: Limits {
                rows: 10_000,
                bytes: 32 << 20,
                download_rows: 1_000_000,
                download_bytes: 2 << 30,
                download_seconds: 300,
                download_memory_mib: 128,
                seconds: 30,
                memory_mib: 512,
                result_cache_mib: 64,
                concurrent: 64,
                concurrent_per_tenant: 32,
                concurrent_per_person: 8,
            },
            trusted_proxies: Proxies::default(),
            requests: Requests { per_session: 6_000, per_credential: 6_000, per_address: 6_000 },
            mail: Mail {
                from: "Vitrine <vitrine@localhost>".to_owned(),
                smtp_host: None,
                smtp_port: None,
                smtp_tls: MailTls::Tls,
                smtp_user: None,
                smtp_password_file: None,
            },
        }
    }
}

/// What the command line overrides.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Overrides {
    /// `--listen`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// `--data-dir`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
}

/// Why the configuration cannot be used: names the key and where it came from.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there.
    #[error("configuration file `{0}` cannot be read")]
    Missing(PathBuf),
    /// A key is unknown or its value is not valid.
    #[error("configuration is not valid: {0}")]
    Invalid(String),
}

impl Config {
    /// Reads the configuration.
    pub fn load(file: Option<&Path>, overrides: &Overrides) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            if !file.is_file() {
                return Err(ConfigError::Missing(file.to_owned()));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        let environment = Env::prefixed("VITRINE_").only(&[
            "listen",
            "metrics_listen",
            "data_dir",
            "store",
            "store_password_file",
            "public_url",
            "embed_url",
            "node",
            "log",
            "trusted_proxies",
        ]);
        let limits = Env::prefixed("VITRINE_LIMITS_").map(|key| format!("limits.{key}").into());
        let requests = Env::prefixed("VITRINE_REQUESTS_").map(|key| format!("requests.{key}").into());
        let mail = Env::prefixed("VITRINE_MAIL_").map(|key| format!("mail.{key}").into());
        let figment = figment.merge(environment).merge(limits).merge(requests).merge(mail);
        let config = figment.merge(Serialized::defaults(overrides));
        let config: Self = config.extract().map_err(|error| ConfigError::Invalid(error.to_string()))?;
        config.checked()
    }

    /// The configuration of another folder, and nothing else.
    #[must_use]
    pub fn of_folder(data_dir: &Path) -> Self {
        Self { data_dir: data_dir.to_owned(), ..Self::default() }
    }

    fn checked_store(&self) -> Result<(), ConfigError> {
        match (&self.store, &self.store_password_file) {
            (None, Some(_)) => {
                let text = "`store_password_file` is there without `store`: a file has no password";
                Err(ConfigError::Invalid(text.to_owned()))
            }
            (Some(store), _) => Address::postgres(store, None)
                .map(drop)
                .map_err(|error| ConfigError::Invalid(format!("`store` is not valid: {error}"))),
            (None, None) => Ok(()),
        }
    }

    /// The origin browsers reach a server at that listens on `address`, without a slash at the end.
    #[must_use]
    pub fn public_origin(&self, address: SocketAddr) -> String {
        self.public_url.as_ref().map_or_else(|| format!("http://{address}"), |url| url.origin().ascii_serialization())
    }

    /// The origin of embeds, if they have one of their own, without a slash at the end.
    #[must_use]
    pub fn embed_origin(&self) -> Option<String> {
        self.embed_url.as_ref().map(|url| url.origin().ascii_serialization())
    }

    fn checked_origins(&self) -> Result<(), ConfigError> {
        let is_origin =
            |url: &Url| matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none();
        for (name, url) in [("public_url", &self.public_url), ("embed_url", &self.embed_url)] {
            if url.as_ref().is_some_and(|url| !is_origin(url)) {
                let text = format!("`{name}` is not valid: expected an origin such as `https://vitrine.example`");
                return Err(ConfigError::Invalid(text));
            }
        }
        if self.listen.ip().is_unspecified() && self.public_url.is_none() {
            let text = "`public_url` is missing: a server that listens on every address must be told its own";
            return Err(ConfigError::Invalid(text.to_owned()));
        }
        let host = |url: &Option<Url>| url.as_ref().and_then(|url| url.host_str().map(str::to_owned));
        if self.embed_url.is_some() && (self.public_url.is_none() || host(&self.embed_url) == host(&self.public_url)) {
            // Cookies do not tell ports apart.
            let text = "`embed_url` is not valid: expected another host than that of `public_url`, which must be set";
            return Err(ConfigError::Invalid(text.to_owned()));
        }
        Ok(())
    }

    fn checked(self) -> Result<Self, ConfigError> {
        self.checked_store()?;
        self.checked_origins()?;
        if let Some(fault) = self.mail.fault() {
            return Err(ConfigError::Invalid(fault.to_owned()));
        }
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if !(1..=63).contains(&self.node.len()) || !self.node.chars().all(fits) {
            let text = "`node` is not valid: expected 1 to 63 characters of a-z, 0-9, `_` and `-`";
            return Err(ConfigError::Invalid(text.to_owned()));
        }
        let at_once = [self.limits.concurrent, self.limits.concurrent_per_tenant, self.limits.concurrent_per_person];
        if at_once.contains(&0) {
            let text = "`limits` are not valid: expected at least 1 of `concurrent`, per tenant and per person too";
            return Err(ConfigError::Invalid(text.to_owned()));
        }
        if self.limits.download_rows == 0
            || self.limits.download_bytes == 0
            || self.limits.download_seconds == 0
            || self.limits.download_memory_mib < LEAST_MEMORY_MIB
        {
            let text = "`limits` are not valid: expected at least 1 row, 1 byte, 1 second and 16 MiB of downloads";
            return Err(ConfigError::Invalid(text.to_owned()));
        }
        if self.limits.rows == 0
            || self.limits.bytes == 0
            || self.limits.seconds == 0
            || self.limits.memory_mib < LEAST_MEMORY_MIB
        {
            let text = "`limits` are not valid: expected at least 1 row, 1 byte, 1 second and 16 MiB";
            return Err(ConfigError::Invalid(text.to_owned()));
        }
        Ok(self)
    }
}
