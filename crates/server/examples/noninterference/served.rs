//! A server with one world, and the person in front of it.

use crate::Outcome;
use crate::content::LINK;
use crate::data::{Row, Tables};
use crate::database::Database;
use crate::person::Kind;
use crate::reference::Expected;
use crate::requests::Request;
use crate::storage::{BATCH, Storage};
use crate::world::World;
use query::Pieces;
use rand::rngs::StdRng;
use reqwest::Method;
use reqwest::header::ACCEPT;
use serde_json::{Value, json};
use server::apply;
use server::clock::Clock;
use server::config::{Config, Requests};
use server::serve::Server;
use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use tempfile::TempDir;
use testkit::callers::{HostApp, Stranger, Viewer};
use testkit::world::secret;
use tokio::sync::oneshot;

/// Headers that differ from one request to the next.
const FLEETING: &[&str] = &["date", "x-request-id", "x-correlation-id"];

/// Where the tables of a world are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In files. Those in Parquet files are read in small pieces.
    Files,
    /// In files that are read as servers do.
    WholeFiles,
    Database,
}

/// A server with one of the worlds, and the person in front of it. Stops when dropped.
pub(crate) struct Served {
    pub(crate) viewer: Viewer,
    pub(crate) host: HostApp,
    /// Whether policies pass 20 to 80 % of the rows of each batch.
    pub(crate) passes_part_of_each_batch: bool,
    _database: Option<Database>,
    _data: TempDir,
    _definitions: TempDir,
    _stop: oneshot::Sender<()>,
}

/// Whatever an organization is, its export is read as what it is: `write` sees to that.
fn can_be_exported(folder: &Path) -> Outcome<()> {
    let written = server::definitions::read(folder)?;
    let exported = model::files::write(written.definitions());
    exported.map(drop).map_err(|problems| format!("not exported: {problems:?}").into())
}

impl Served {
    pub(crate) async fn start(
        world: &World,
        place: Place,
        rows: (&[Row], &Tables),
        random: &mut StdRng,
    ) -> Outcome<Self> {
        let database = (place == Place::Database).then(Database::new);
        let (data, definitions) = (tempfile::tempdir()?, tempfile::tempdir()?);
        let passes_part_of_each_batch = world.write(definitions.path(), database.as_ref(), rows, random)?;
        write_secrets(data.path())?;
        can_be_exported(definitions.path())?;
        let clock = Clock::from_fn(|| testkit::clock::TestClock::default().now());
        apply::apply(definitions.path(), &Config::of_folder(data.path()), &clock).await?;
        let listen = ([127, 0, 0, 1], 0).into();
        // All is asked at one moment.
        let requests = Requests::unlimited();
        let config = Config { listen, requests, ..Config::of_folder(data.path()) };
        let pieces = match (place, world.storage) {
            (Place::WholeFiles, _) | (_, Storage::Csv) => Pieces::default(),
            _ => Pieces { batch_rows: BATCH, split_from_bytes: 1 },
        };
        let server = Server::bind_in_pieces(&config, clock, pieces).await?;
        let base = format!("http://{}", server.address());
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(server.run(async { drop(stopped.await) }));
        let host = HostApp {
            stranger: Stranger::at(&base),
            client_id: "portal".to_owned(),
            secret: secret("portal").to_owned(),
            origin: "https://portal.example".to_owned(),
        };
        let viewer = enter(&host, world.person.kind, &world.person.session()).await?;
        Ok(Self {
            viewer,
            host,
            passes_part_of_each_batch,
            _database: database,
            _data: data,
            _definitions: definitions,
            _stop: stop,
        })
    }

    pub(crate) async fn answer(&self, request: &Request) -> Outcome<Answer> {
        answer((&self.host, &self.viewer), request).await
    }
}

/// Everything that a viewer gets, without what differs each time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    status: u16,
    headers: String,
    body: String,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.status, self.headers, self.body)
    }
}

impl Answer {
    /// Whether it is answered, or why not, for the count of what was tried.
    pub(crate) fn feature(&self) -> &'static str {
        const REFUSALS: &[(&str, &str)] = &[
            ("unknown_field", "refused: a field that is hidden, or absent"),
            ("forbidden", "refused: a lock that an element escapes, or a download that is not allowed"),
            ("not_found", "refused: what does not exist for the person"),
            ("unknown_control", "refused: a control that cannot be set"),
            ("wrong_value", "refused: a parameter that may not be that"),
            ("too_large", "refused: a sum that is too large"),
            ("too_many_rows", "refused: more rows than may be downloaded"),
            ("parameter_refused", "refused: a token"),
        ];
        let code = self.told().body;
        let refusal = REFUSALS.iter().find(|(known, _)| *known == code);
        refusal.map_or(if self.status < 300 { "answered" } else { "refused otherwise" }, |(_, feature)| feature)
    }

    /// The rows of an answer to a question.
    pub(crate) fn rows(&self) -> Vec<Value> {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["rows"].as_array().cloned().unwrap_or_default()
    }

    /// What the reference speaks of: the status with the body, or with the code of a refusal.
    pub(crate) fn told(&self) -> Expected {
        let refusal: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let code = refusal["code"].as_str().map(str::to_owned);
        Expected { status: self.status, body: code.unwrap_or_else(|| self.body.clone()) }
    }
}

/// Asks.
pub(crate) async fn answer((host, viewer): (&HostApp, &Viewer), request: &Request) -> Outcome<Answer> {
    let answer = match request {
        Request::Query(query) => viewer.query(query).await?,
        Request::Csv(query) => {
            let request = viewer.request(Method::POST, "/api/v1/query").header(ACCEPT, "text/csv");
            viewer.stranger.send(request.json(query)).await?
        }
        Request::Element { element, controls, at, is_file } => {
            let name = format!("main/e{element}");
            match (at, is_file) {
                (None, false) => viewer.element(&name, controls).await?,
                (None, true) => viewer.export(&name, controls).await?,
                (Some(at), false) => viewer.ask(&name, "underlying", &json!({"controls": controls, "at": at})).await?,
                (Some(at), true) => {
                    let asked = json!({"controls": controls, "at": at, "format": "csv"});
                    viewer.ask(&name, "underlying/export", &asked).await?
                }
            }
        }
        Request::Opening(session) => host.open(session).await?,
        Request::Values { control, search } => viewer.suggestions(control, search).await?,
    };
    let headers = answer.headers.iter().filter(|(name, _)| !FLEETING.contains(&name.as_str()));
    let headers: Vec<String> = headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
    let body = match serde_json::from_slice::<Value>(&answer.bytes) {
        Ok(mut json) if json.get("correlation_id").is_some() => {
            json.as_object_mut().map(|members| members.remove("correlation_id"));
            json.to_string()
        }
        // A code is another one each time.
        Ok(json) if json.get("code").is_some() => String::new(),
        _ => answer.text(),
    };
    Ok(Answer { status: answer.status.as_u16(), headers: headers.join("; "), body })
}

/// Lets somebody in. A link is its own credential.
pub(crate) async fn enter(host: &HostApp, kind: Kind, session: &Value) -> Outcome<Viewer> {
    if kind != Kind::Link {
        return host.viewer(session, "w").await;
    }
    let (stranger, handle) = (host.stranger.clone(), format!("link_{LINK}"));
    Ok(Viewer { stranger, handle, session: String::new(), workbook: "w".to_owned() })
}

/// The secret of the host, and one encryption key for all worlds, so that pseudonyms are the same in each.
fn write_secrets(data: &Path) -> Outcome<()> {
    fs::create_dir_all(data.join("secrets"))?;
    for (file, text) in [("secrets/portal", secret("portal")), ("store.key", &"07".repeat(32))] {
        let path = data.join(file);
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}
