//! The doors at which messages of strangers come in, and for each the messages that are worst to read: as large as they may
//! be, and as odd as can be thought of. They are asked in process, without a network, but for what a provider is asked.

use crate::worst;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{Method, Request, StatusCode, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dialect::jwk::KeySet;
use dialect::jwt::LONGEST;
use model::name::ProviderName;
use model::snapshot::{Ids, Snapshot};
use serde_json::{Map, Value, json};
use server::apply::apply;
use server::body::LARGEST_BODY;
use server::clock::Clock;
use server::config::{Config, Requests};
use server::identity_test::{Brought, Question};
use server::outbound::{LARGEST, Outbound};
use server::serve::Server;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use testkit::clock::TestClock;
use testkit::{sign, world};
use tower::ServiceExt as _;
use url::Url;

pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The clock stands at 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;
/// Claims of so many bytes make a token that is nearly as long as it may be.
const CLAIMS: usize = 12_100;
/// The headers of a request have no more bytes together (hyper's limit).
const HEADERS: usize = 400_000;

/// A key of Metabase's dialect, beside those of the small world.
const METABASE: &str = "
  - client_id: compatible
    issuer: portal
    dialect: metabase
    mode: compatible
    secrets: [{secret_file: secrets/compatible}]
    ceiling: {permissions: [view], content: [{workspace: shop}], origins: [\"https://host.example\"]}
";

/// A message.
pub(crate) struct Message {
    /// Where it comes in.
    pub(crate) door: &'static str,
    /// What is odd about it.
    pub(crate) what: &'static str,
    /// What it comes to: a status, or a word.
    pub(crate) comes_to: &'static str,
    sent: Sent,
}

enum Sent {
    Request {
        method: Method,
        address: String,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// A provider answers with it, at that path.
    Document(String),
    Keys(String),
    Token(String),
    Claims(Map<String, Value>),
}

/// A server with a provider.
pub(crate) struct Doors {
    router: Router,
    origin: String,
    provider: String,
    outbound: Outbound,
    keys: KeySet,
    snapshot: Snapshot,
    clock: TestClock,
    _folders: [TempDir; 2],
}

impl Doors {
    pub(crate) async fn open() -> Outcome<Self> {
        let provider = provider().await?;
        let (folder, data) = (tempfile::tempdir()?, tempfile::tempdir()?);
        define(folder.path(), &provider)?;
        keep_secrets(data.path())?;
        let clock = TestClock::default();
        let shared = {
            let clock = clock.clone();
            Clock::from_fn(move || clock.now())
        };
        let listen = ([127, 0, 0, 1], 0).into();
        let config = Config { listen, requests: Requests::unlimited(), ..Config::of_folder(data.path()) };
        apply(folder.path(), &config, &shared).await?;
        let server = Server::bind(&config, shared).await?;
        let definitions = server::definitions::read(folder.path())?.definitions().clone();
        let ids = Ids::from_names(&definitions);
        let snapshot = Snapshot::build(definitions, &ids, 1).map_err(|problems| format!("{problems:?}"))?;
        let keys = json!({"keys": worst::largest_keys()}).to_string();
        Ok(Self {
            router: server::routes::router(server.app().clone()),
            origin: format!("http://{}", server.address()),
            provider,
            outbound: Outbound::default(),
            keys: KeySet::parse(keys.as_bytes(), false)?,
            snapshot,
            clock,
            _folders: [folder, data],
        })
    }

    /// All messages.
    pub(crate) fn messages(&self) -> Outcome<Vec<Message>> {
        let mut messages = self.tokens();
        messages.extend(self.sessions());
        messages.extend(self.log_in());
        messages.extend(self.openid_connect()?);
        Ok(messages)
    }

    /// Tokens of hosts, of which each is signed with a secret that counts.
    fn tokens(&self) -> Vec<Message> {
        let signed =
            |header: &str, claims: String, secret: &str| sign::raw(header, claims.as_bytes(), world::secret(secret));
        let own = vec![("origin", self.origin.clone()), ("content-type", "application/json".to_owned())];
        let mut messages = Vec::new();
        for (place, (what, value)) in worst::values(CLAIMS - 300).into_iter().enumerate() {
            let with = |claims: &str| format!("{{{claims},\"x\":{value}}}");
            let plain = r#"{"alg":"HS256"}"#;
            let token =
                signed(plain, with(&format!(r#""email":"a@acme.example","iat":{NOW},"groups":["Buyers"]"#)), "sso");
            messages.push(request("JWT single sign-on", what, "302", &format!("/auth/sso?jwt={token}")));
            let token = signed(plain, with(r#""resource":{"dashboard":1},"params":{}"#), "compatible");
            messages.push(request(
                "a guest token of Metabase's",
                what,
                "400",
                &format!("/api/embed/dashboard/{token}"),
            ));
            let claims = format!(
                r#""sub":"bea@acme.example","jti":"{place}","iat":{NOW},"exp":{},"tenant":"acme","teams":["Buyers"],"account_type":"Analyze""#,
                NOW + 600
            );
            let token = signed(r#"{"alg":"HS256","kid":"sigma"}"#, with(&claims), "sigma");
            let address = format!("{}/acme/workbook/Orders-7f55QbPFuCnK2n0P2tSuBl?:jwt={token}", self.origin);
            let body = json!({"address": address, "parent_origin": "https://sigma.example"}).to_string();
            messages.push(posted("an address of Sigma's", what, "200", ("/api/v1/sigma/sessions", own.clone(), body)));
            let claims = format!(
                r#""iss":"portal","aud":"vitrine","iat":{NOW},"exp":{},"jti":"{place}","session":{{"subject":"bea@acme.example"}}"#,
                NOW + 300
            );
            let bearer = format!("Bearer {}", signed(plain, with(&claims), "portal"));
            let headers = vec![("authorization", bearer)];
            messages.push(posted(
                "a bearer token of a host",
                what,
                "400",
                ("/api/v1/embed/sessions", headers, String::new()),
            ));
        }
        messages
    }

    /// Session objects of a host that shows its secret, and one that shows too much.
    fn sessions(&self) -> Vec<Message> {
        let shown = |text: &str| format!("Basic {}", STANDARD.encode(text));
        let portal = shown(&format!("portal:{}", world::secret("portal")));
        let headers = |shown: String| vec![("authorization", shown), ("content-type", "application/json".to_owned())];
        let sent = |(what, value): (&'static str, String)| {
            let body = format!(r#"{{"subject":"bea@acme.example","tenant":"acme","teams":["Buyers"],"x":{value}}}"#);
            let request = ("/api/v1/embed/sessions", headers(portal.clone()), body);
            posted("a host's call for a session", what, "400", request)
        };
        let mut messages: Vec<Message> = worst::values(LARGEST_BODY - 100).into_iter().map(sent).collect();
        let long = headers(shown(&format!("portal:{}", "x".repeat(HEADERS * 3 / 4 - 100))));
        let request = ("/api/v1/embed/sessions", long, "{}".to_owned());
        messages.push(posted("a host's call for a session", "a long secret", "401", request));
        messages
    }

    /// At the page where one logs in, without passwords: those cost what Argon2 costs.
    fn log_in(&self) -> Vec<Message> {
        let own = || vec![("origin", self.origin.clone()), ("content-type", "application/json".to_owned())];
        let mut messages = Vec::new();
        for (what, value) in worst::values(LARGEST_BODY - 100) {
            let body = format!(r#"{{"code":"vl_code","x":{value}}}"#);
            messages.push(posted("log-in with a code", what, "400", ("/api/v1/login", own(), body)));
            let body = format!(r#"{{"code":"vc_code","x":{value}}}"#);
            messages.push(posted("a code of a session", what, "400", ("/api/v1/embed/redeem", own(), body)));
        }
        messages
    }

    /// What a provider says, and what is said in its name.
    fn openid_connect(&self) -> Outcome<Vec<Message>> {
        let message = |door, what, comes_to, sent| Message { door, what, comes_to, sent };
        let mut messages = Vec::new();
        for (place, (what, _)) in documents().into_iter().enumerate() {
            messages.push(message("a document of a provider", what, "read", Sent::Document(format!("/{place}"))));
        }
        let size = LARGEST - 80_000;
        for (what, value) in worst::values(size) {
            let text = format!(r#"{{"keys":{},"x":{value}}}"#, json!(worst::largest_keys()));
            messages.push(message("keys of a provider", what, "read", Sent::Keys(text)));
        }
        let set = |keys: Vec<Value>| Sent::Keys(json!({ "keys": keys }).to_string());
        let none = "no key: expected a JSON Web Key, or an object with `keys`";
        messages.push(message("keys of a provider", "keys of a weak generator", none, set(worst::weak_keys())));
        messages.push(message("keys of a provider", "keys with names", "read", set(worst::named_keys())));
        for (what, value) in worst::values(CLAIMS - 1_400) {
            let token = unverifiable(&value);
            let wrong = "the signature is not that of the key";
            messages.push(message("an ID token", what, wrong, Sent::Token(token.clone())));
            let form = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
            let request = ("/auth/oidc/idp/logout", form, format!("logout_token={token}"));
            messages.push(posted("a log-out by a provider", what, "400", request));
        }
        let form = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
        let request = ("/auth/oidc/idp/logout", form, worst::form(LARGEST_BODY));
        messages.push(posted("a log-out by a provider", "much that is said", "400", request));
        for (what, value) in worst::values(LARGEST - 20_000) {
            let groups: Vec<String> = (0..1000).map(|number| format!("team {number}")).collect();
            let text =
                format!(r#"{{"sub":"1","email":"a@acme.example","groups":{},"company":{value}}}"#, json!(groups));
            let claims: Map<String, Value> = serde_json::from_str(&text)?;
            messages.push(message("claims", what, "read", Sent::Claims(claims)));
        }
        let mut claims: Map<String, Value> = serde_json::from_str(&worst::values(LARGEST - 1_000).swap_remove(5).1)?;
        claims.insert("email".to_owned(), json!("a@acme.example"));
        messages.push(message("claims", "many claims", "read", Sent::Claims(claims)));
        Ok(messages)
    }

    /// Sends a message; what it comes to.
    pub(crate) async fn take(&self, message: &Message) -> Outcome<String> {
        match &message.sent {
            Sent::Request { method, address, headers, body } => {
                let mut request = Request::builder().method(method).uri(address);
                for (name, value) in headers {
                    request = request.header(*name, value);
                }
                let Ok(response) = self.router.clone().oneshot(request.body(Body::from(body.clone()))?).await;
                let status = response.status();
                to_bytes(response.into_body(), usize::MAX).await?;
                Ok(status.as_u16().to_string())
            }
            Sent::Document(path) => {
                let address = Url::parse(&format!("{}{path}", self.provider))?;
                Ok(self.outbound.get(&address, true, None).await.map_or_else(|why| why.to_string(), |_| read()))
            }
            Sent::Keys(text) => {
                Ok(KeySet::parse(text.as_bytes(), false).map_or_else(|why| why.to_string(), |_| read()))
            }
            Sent::Token(text) => Ok(self.keys.verify(text).map_or_else(|why| why.to_string(), |_| read())),
            Sent::Claims(claims) => {
                let name = ProviderName::new("idp")?;
                let provider = self.snapshot.providers.id(&name).ok_or("no provider")?;
                let question = Question { provider, snapshot: &self.snapshot, now: self.clock.now() };
                let brings = question.brings(Brought::Claims(claims.clone()), std::iter::empty());
                black_box(question.lookup(&brings));
                black_box(question.answer(brings, &authz::Directory::default()));
                Ok(read())
            }
        }
    }
}

fn read() -> String {
    "read".to_owned()
}

fn request(door: &'static str, what: &'static str, comes_to: &'static str, address: &str) -> Message {
    let sent =
        Sent::Request { method: Method::GET, address: address.to_owned(), headers: Vec::new(), body: String::new() };
    Message { door, what, comes_to, sent }
}

fn posted(
    door: &'static str,
    what: &'static str,
    comes_to: &'static str,
    (address, headers, body): (&str, Vec<(&'static str, String)>, String),
) -> Message {
    Message {
        door,
        what,
        comes_to,
        sent: Sent::Request { method: Method::POST, address: address.to_owned(), headers, body },
    }
}

/// A token that names no key, so that each is tried: with a signature of the right length that is none of theirs.
fn unverifiable(value: &str) -> String {
    let mut signature = [0x55; 1024];
    signature[0] = 0;
    let parts = [r#"{"alg":"PS512"}"#.as_bytes(), format!("{{\"x\":{value}}}").as_bytes(), &signature]
        .map(|part| URL_SAFE_NO_PAD.encode(part));
    let token = parts.join(".");
    debug_assert!(token.len() <= LONGEST, "{}", token.len());
    token
}

/// Documents that are as large as a provider's answers may be.
fn documents() -> Vec<(&'static str, String)> {
    worst::values(LARGEST - 6).into_iter().map(|(what, value)| (what, format!("{{\"x\":{value}}}"))).collect()
}

/// A provider that answers with these, and says of itself what a provider must.
async fn provider() -> Outcome<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://localhost:{}", listener.local_addr()?.port());
    let at = |path: &str| format!("{address}{path}");
    let configuration = json!({
        "issuer": address, "authorization_endpoint": at("/login"), "token_endpoint": at("/token"), "jwks_uri": at("/keys")
    });
    let mut said: BTreeMap<String, Bytes> = BTreeMap::new();
    said.insert("/.well-known/openid-configuration".to_owned(), configuration.to_string().into());
    said.insert("/keys".to_owned(), json!({"keys": worst::largest_keys()}).to_string().into());
    for (place, (_, text)) in documents().into_iter().enumerate() {
        said.insert(format!("/{place}"), text.into());
    }
    let answer = async |State(said): State<Arc<BTreeMap<String, Bytes>>>, address: Uri| {
        said.get(address.path()).cloned().ok_or(StatusCode::NOT_FOUND)
    };
    let router = Router::new().fallback(answer).with_state(Arc::new(said));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// The small world, with a key of Metabase's dialect and two providers.
fn define(folder: &Path, provider: &str) -> Outcome<()> {
    copy(&world::folder(), folder)?;
    let keys = folder.join("embed_keys.yaml");
    fs::write(&keys, fs::read_to_string(&keys)? + METABASE)?;
    let sso = json!({
        "name": "sso", "issuer": "portal",
        "jwt": {"sign_in": "https://portal.example/sso", "secrets": [{"secret_file": "secrets/sso"}], "mode": "compatible"},
        "teams": {"sync": "replacing"}, "provisioning": {"members": true}, "ceiling": {"teams": ["Buyers"]}
    });
    let idp = json!({
        "name": "idp", "issuer": "rival",
        "oidc": {"discovery": provider, "client_id": "vitrine", "private_network": true, "unverified_email": true},
        "teams": {"sync": "replacing"}, "provisioning": {"members": true},
        "ceiling": {"teams": ["Buyers"], "attributes": {"company": "any"}}
    });
    fs::write(folder.join("identity_providers.yaml"), json!({"identity_providers": [sso, idp]}).to_string())?;
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Outcome<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (entry, place) = entry.map(|entry| (entry.path(), to.join(entry.file_name())))?;
        if entry.is_dir() {
            copy(&entry, &place)?;
        } else {
            fs::copy(&entry, &place)?;
        }
    }
    Ok(())
}

fn keep_secrets(data: &Path) -> Outcome<()> {
    fs::create_dir_all(data.join("secrets"))?;
    for (name, secret) in world::SECRETS {
        let path = data.join("secrets").join(name);
        fs::write(&path, secret)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}
