//! Every kind of credential at every route: each counts at the routes of its kind, and nowhere else.

use super::Doors;
use crate::administration::Caller;
use crate::routes::filled;
use crate::support::{Outcome, buyer};
use reqwest::header::COOKIE;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::json;
use server::callers::CallerKind;
use server::routes::{Route, routes};
use testkit::callers::{CallError, Stranger};
use testkit::world;

/// Where somebody counts who has a session: each route then decides what they may.
const PERSON: &[Wanted] = &[Wanted::Session, Wanted::Administrator];

/// What a route asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// A key and its secret, or a token of it.
    Host,
    /// A person in a session.
    Session,
    /// Somebody who may administer or be an author.
    Administrator,
    /// A token of one of the APIs of other products.
    Looker,
    Tableau,
    Sigma,
    /// A token or a link in the address.
    Guest,
}

impl Wanted {
    fn by(route: &Route) -> Option<Self> {
        match route.caller {
            CallerKind::Anyone => None,
            CallerKind::Host => Some(Self::Host),
            CallerKind::Viewer => Some(Self::Session),
            // The catalogue is for whoever has come in.
            CallerKind::Administrator if route.path == "/api/v1/permissions" => Some(Self::Session),
            CallerKind::Administrator => Some(Self::Administrator),
            CallerKind::Guest => Some(Self::Guest),
            CallerKind::Program if route.path.starts_with("/v2/") => Some(Self::Sigma),
            CallerKind::Program if route.path.starts_with("/api/{version}/") => Some(Self::Tableau),
            CallerKind::Program => Some(Self::Looker),
        }
    }
}

/// Where a credential is shown.
#[derive(Debug, Clone)]
enum Place {
    Bearer(String),
    Basic(String, String),
    Header(&'static str, String),
    /// With a page's session.
    Cookie(String, String),
}

/// A credential that is good somewhere.
struct Credential {
    name: &'static str,
    place: Place,
    /// Where it is good.
    good_for: &'static [Wanted],
}

impl Credential {
    fn on(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.place {
            Place::Bearer(token) => request.bearer_auth(token),
            Place::Basic(name, secret) => request.basic_auth(name, Some(secret)),
            Place::Header(name, value) => request.header(*name, value),
            Place::Cookie(cookie, session) => request.header(COOKIE, cookie).header("vitrine-session", session),
        }
    }

    /// What it is, where it is a text by itself.
    fn text(&self) -> &str {
        match &self.place {
            Place::Bearer(text) | Place::Basic(_, text) | Place::Header(_, text) | Place::Cookie(text, _) => text,
        }
    }
}

fn text_of(answer: &testkit::callers::Answer, pointer: &str) -> Result<String, CallError> {
    let found = answer.json().pointer(pointer).and_then(|text| text.as_str().map(str::to_owned));
    found.ok_or_else(|| format!("no {pointer}: {}", answer.text()).into())
}

impl Doors {
    /// An API credential of the administrator, by id and secret.
    async fn api_credential(&self, root: &Caller) -> Result<(String, String), CallError> {
        let (owner, me) = (root.id("/api/v1/members?beginning=root@").await?, root.get("/api/v1/whoami").await?.json());
        let new = json!({
            "name": "back end", "owner": owner, "scopes": me["permissions"], "expires_at": "2026-01-02T00:00:00Z"
        });
        let made = root.post("/api/v1/api-credentials", new).await?;
        Ok((text_of(&made, "/id")?, text_of(&made, "/secret")?))
    }

    /// One credential of each kind; all of them are good.
    async fn credentials(&self) -> Result<Vec<Credential>, CallError> {
        let stranger = self.vitrine.stranger();
        let handle = self.viewer("vitrine").await?.handle;
        let single_sign_on = self.viewer("sso").await?.handle;
        let code = text_of(&self.vitrine.host("portal").open(&buyer("acme")).await?, "/code")?;
        let page = self.vitrine.logged_in_page("root@portal.example").await?;
        let root = Caller::page(page.clone());
        let (id, secret) = self.api_credential(&root).await?;
        let form = [("client_id", &id), ("client_secret", &secret)];
        let looker = stranger.send(stranger.request(Method::POST, "/api/4.0/login").form(&form)).await?;
        let form = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret)];
        let sigma = stranger.send(stranger.request(Method::POST, "/v2/auth/token").form(&form)).await?;
        let said = json!({
            "personalAccessTokenName": id, "personalAccessTokenSecret": secret, "site": {"contentUrl": ""}
        });
        let personal = stranger.post("/api/3.27/auth/signin", &json!({ "credentials": said })).await?;
        let host = self.shown("tableau api", &self.token("tableau")).await?;
        let (personal, host) = (text_of(&personal, "/credentials/token")?, text_of(&host, "/credentials/token")?);
        let bearer = |text: String| Place::Bearer(text);
        let credential = |name, place, good_for| Credential { name, place, good_for };
        Ok(vec![
            credential("handle", bearer(handle.clone()), PERSON),
            credential("handle in Tableau's header", Place::Header("x-tableau-auth", handle.clone()), &[]),
            credential("handle in Metabase's header", Place::Header("x-metabase-session", handle), &[]),
            credential("session of single sign-on", bearer(single_sign_on.clone()), PERSON),
            credential(
                "session of single sign-on in its header",
                Place::Header("x-metabase-session", single_sign_on.clone()),
                PERSON,
            ),
            credential("session of single sign-on elsewhere", Place::Header("x-tableau-auth", single_sign_on), &[]),
            credential("cookie", Place::Cookie(page.cookie_header(), page.session.clone()), PERSON),
            credential("cookie as a token", bearer(page.cookie.clone()), &[]),
            credential("API credential", bearer(secret.clone()), PERSON),
            credential("API credential by its id", Place::Basic(id, secret), &[]),
            credential("access token of Looker's API", bearer(text_of(&looker, "/access_token")?), &[Wanted::Looker]),
            credential("access token of Sigma's API", bearer(text_of(&sigma, "/access_token")?), &[Wanted::Sigma]),
            credential("access token of Tableau's API", bearer(personal.clone()), &[Wanted::Tableau]),
            credential(
                "access token of Tableau's API in its header",
                Place::Header("x-tableau-auth", personal),
                &[Wanted::Tableau],
            ),
            credential(
                "session of Tableau's API",
                bearer(host),
                &[Wanted::Session, Wanted::Administrator, Wanted::Tableau],
            ),
            credential("code of a session", bearer(code), &[]),
            credential("secret of a key", bearer(world::secret("portal").to_owned()), &[]),
            credential(
                "key and secret",
                Place::Basic("portal".to_owned(), world::secret("portal").to_owned()),
                &[Wanted::Host],
            ),
            credential("token of Vitrine's dialect", bearer(self.token("vitrine")), &[Wanted::Host]),
            // Guests' pages ask for what guests may with it, and for nothing else: `guests::guests_ask_for_nothing_else`.
            credential("guest token", bearer(self.token("metabase")), &[Wanted::Guest, Wanted::Session]),
            credential("token of Sigma's dialect", bearer(self.token("sigma")), &[]),
            credential("token of Tableau's dialect", bearer(self.token("tableau")), &[]),
            credential("token of single sign-on", bearer(self.token("sso")), &[]),
        ])
    }
}

/// Whether a credential is good: at a route of each kind it is asked for something that it may see.
async fn is_good(stranger: &Stranger, credential: &Credential) -> Result<bool, CallError> {
    for wanted in credential.good_for {
        let path = match wanted {
            Wanted::Session | Wanted::Administrator => "/api/v1/session",
            Wanted::Looker => "/api/4.0/user",
            Wanted::Tableau => "/api/3.27/sessions/current",
            Wanted::Sigma => "/v2/whoami",
            Wanted::Guest => &format!("/api/embed/dashboard/{}", credential.text()),
            // A host's requests change something; each has a test of its own.
            Wanted::Host => continue,
        };
        let answer = stranger.send(credential.on(stranger.request(Method::GET, path))).await?;
        if answer.status == StatusCode::UNAUTHORIZED || answer.status == StatusCode::BAD_REQUEST {
            return Ok(false);
        }
    }
    Ok(true)
}

#[tokio::test]
async fn each_credential_counts_at_the_routes_of_its_kind_and_nowhere_else() -> Outcome {
    let doors = Doors::open().await?;
    let stranger = doors.vitrine.stranger();
    let credentials = doors.credentials().await?;
    for credential in &credentials {
        assert!(is_good(&stranger, credential).await?, "{} is good before", credential.name);
    }
    let mut refused = 0;
    for (route, wanted) in routes().iter().filter_map(|route| Some((route, Wanted::by(route)?))) {
        for credential in credentials.iter().filter(|it| !it.good_for.contains(&wanted)) {
            let what = format!("{} at {} {}", credential.name, route.method, route.path);
            let guest = wanted == Wanted::Guest;
            let token = if guest { credential.text() } else { "{token}" };
            let path = filled(&route.path.replace("{token}", token));
            let request = credential.on(stranger.request(route.method.clone(), &path).json(&json!({})));
            let answer = stranger.send(request).await?;
            let is_session = credential.good_for.contains(&Wanted::Session);
            let is_refused = match wanted {
                Wanted::Guest => [StatusCode::BAD_REQUEST, StatusCode::NOT_FOUND].contains(&answer.status),
                // It is a session, of somebody who may not: what of the body is wrong may be said before that.
                Wanted::Administrator if is_session => answer.status.is_client_error(),
                _ => answer.status == StatusCode::UNAUTHORIZED,
            };
            assert!(is_refused, "{what}: {} {}", answer.status, answer.text());
            refused += 1;
        }
    }
    assert!(refused > 2_000, "every route was asked with every credential: {refused}");
    for credential in &credentials {
        assert!(is_good(&stranger, credential).await?, "{} is good still", credential.name);
    }
    Ok(())
}
