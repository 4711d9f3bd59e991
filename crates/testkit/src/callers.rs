//! Callers as types: a stranger, a host's back end, a viewer's page.

use crate::canary::Forbidden;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, ORIGIN};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// Why a call did not get through at all.
pub type CallError = Box<dyn std::error::Error + Send + Sync>;

/// An answer as it arrived. Its bytes and headers have been searched for canaries.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body as JSON; null if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// The rows of an answer to a query.
    #[must_use]
    pub fn rows(&self) -> Vec<Value> {
        self.json()["rows"].as_array().cloned().unwrap_or_default()
    }

    /// The stable code of a problem.
    #[must_use]
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The sentence of a problem.
    #[must_use]
    pub fn detail(&self) -> String {
        self.json()["detail"].as_str().unwrap_or_default().to_owned()
    }

    /// A header's text.
    #[must_use]
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// Status and body without what differs from request to request.
    #[must_use]
    pub fn comparable(&self) -> (StatusCode, Value) {
        let mut json = self.json();
        if let Some(object) = json.as_object_mut() {
            object.remove("correlation_id");
            object.remove("requestId");
        }
        (self.status, json)
    }
}

/// Somebody without credentials.
#[derive(Debug, Clone)]
pub struct Stranger {
    client: Client,
    /// The server's origin.
    pub base: String,
    /// What must not arrive.
    pub forbidden: Forbidden,
}

impl Stranger {
    /// Somebody who knows the server's address.
    #[must_use]
    pub fn at(base: &str) -> Self {
        Self { client: Client::new(), base: base.to_owned(), forbidden: Forbidden::default() }
    }

    /// The same, who is sent elsewhere and does not go.
    #[must_use]
    pub fn staying(self) -> Self {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap_or_default();
        Self { client, ..self }
    }

    /// A request that is not sent yet.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// Sends it and searches what comes back.
    pub async fn send(&self, request: RequestBuilder) -> Result<Answer, CallError> {
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let what = response.url().path().to_owned();
        let bytes = response.bytes().await?.to_vec();
        self.forbidden.search(&bytes, &what);
        self.forbidden.search(format!("{headers:?}").as_bytes(), &what);
        Ok(Answer { status, headers, bytes })
    }

    /// GET without credentials.
    pub async fn get(&self, path: &str) -> Result<Answer, CallError> {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST of JSON as a page of Vitrine's own sends it, without credentials.
    pub async fn post_from_own_page(&self, path: &str, body: &Value) -> Result<Answer, CallError> {
        self.send(self.request(Method::POST, path).header(ORIGIN, &self.base).json(body)).await
    }

    /// POST of JSON without credentials.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, CallError> {
        self.send(self.request(Method::POST, path).json(body)).await
    }
}

/// Somebody who has logged in to Vitrine itself: a page with its cookie.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// How they call.
    pub stranger: Stranger,
    /// What the cookie holds.
    pub cookie: String,
    /// The session, as their page knows it.
    pub session: String,
}

impl LoggedIn {
    /// Whoever has that login code. Fails the test where the server refuses.
    pub async fn with_code(stranger: Stranger, code: &str) -> Result<Self, CallError> {
        let answer = stranger.post_from_own_page("/api/v1/login", &json!({ "code": code })).await?;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        Self::of(stranger, &answer)
    }

    /// Whoever got that answer when they logged in.
    pub fn of(stranger: Stranger, answer: &Answer) -> Result<Self, CallError> {
        let set = answer.header("set-cookie");
        let pair = set.split(';').next().and_then(|pair| pair.split_once('='));
        let (name, cookie) = pair.ok_or_else(|| format!("no cookie: {}", answer.text()))?;
        assert!(name.starts_with("__Host-vitrine"), "{name}");
        let session = answer.json()["session"].as_str().ok_or_else(|| answer.text())?.to_owned();
        Ok(Self { cookie: cookie.to_owned(), session, stranger })
    }

    /// The header with the cookie, as browsers send it to that server.
    #[must_use]
    pub fn cookie_header(&self) -> String {
        let port = self.stranger.base.rsplit(':').next().unwrap_or_default();
        format!("__Host-vitrine-{port}={}", self.cookie)
    }

    /// A request of their page.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.stranger.request(method, path).header(COOKIE, self.cookie_header());
        request.header("vitrine-session", &self.session).header(ORIGIN, &self.stranger.base)
    }
}

/// A host's back end with a client id and a secret.
#[derive(Debug, Clone)]
pub struct HostApp {
    /// How it calls.
    pub stranger: Stranger,
    /// Its client id.
    pub client_id: String,
    /// Its secret.
    pub secret: String,
    /// The origin of its pages.
    pub origin: String,
}

impl HostApp {
    /// Opens a session with the object as given.
    pub async fn open(&self, session: &Value) -> Result<Answer, CallError> {
        self.open_raw(session.to_string().into_bytes()).await
    }

    /// Opens a session with a body of any bytes.
    pub async fn open_raw(&self, body: Vec<u8>) -> Result<Answer, CallError> {
        let request = self.stranger.request(Method::POST, "/api/v1/embed/sessions");
        let request = request.basic_auth(&self.client_id, Some(&self.secret)).header(CONTENT_TYPE, "application/json");
        self.stranger.send(request.body(body)).await
    }

    /// Opens a session with a bearer token and a body of any bytes.
    pub async fn open_with_token(&self, token: &str, body: Vec<u8>) -> Result<Answer, CallError> {
        let request = self.stranger.request(Method::POST, "/api/v1/embed/sessions").bearer_auth(token);
        self.stranger.send(request.header(CONTENT_TYPE, "application/json").body(body)).await
    }

    /// Ends a session.
    pub async fn end(&self, session: &str) -> Result<Answer, CallError> {
        let request = self.stranger.request(Method::DELETE, &format!("/api/v1/embed/sessions/{session}"));
        self.stranger.send(request.basic_auth(&self.client_id, Some(&self.secret))).await
    }

    /// Redeems a code as Vitrine's page inside this host's page does.
    pub async fn redeem(&self, code: &str, workbook: &str, replaces: Option<&str>) -> Result<Answer, CallError> {
        let mut body = json!({
            "code": code, "client_id": self.client_id, "workbook": workbook, "parent_origin": self.origin
        });
        if let Some(handle) = replaces {
            body["replaces"] = json!(handle);
        }
        let request = self.stranger.request(Method::POST, "/api/v1/embed/redeem");
        self.stranger.send(request.header(ORIGIN, &self.stranger.base).json(&body)).await
    }

    /// Opens and redeems: a person who looks at a workbook. Fails the test where the server refuses.
    pub async fn viewer(&self, session: &Value, workbook: &str) -> Result<Viewer, CallError> {
        let opened = self.open(session).await?;
        assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.text());
        let redeemed = self.redeem(opened.json()["code"].as_str().unwrap_or_default(), workbook, None).await?;
        assert_eq!(redeemed.status, StatusCode::OK, "{}", redeemed.text());
        Ok(Viewer {
            stranger: self.stranger.clone(),
            handle: redeemed.json()["handle"].as_str().unwrap_or_default().to_owned(),
            session: opened.json()["session"].as_str().unwrap_or_default().to_owned(),
            workbook: workbook.to_owned(),
        })
    }
}

/// A person's page with a handle.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// How it calls.
    pub stranger: Stranger,
    /// The credential.
    pub handle: String,
    /// The session's id.
    pub session: String,
    /// The workbook that is open.
    pub workbook: String,
}

impl Viewer {
    /// The same viewer, who must never receive these.
    #[must_use]
    pub fn never_sees<'a>(mut self, texts: impl IntoIterator<Item = &'a str>) -> Self {
        self.stranger.forbidden = Forbidden::texts(texts);
        self
    }

    /// A request with the handle.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.stranger.request(method, path).header(AUTHORIZATION, format!("Bearer {}", self.handle))
    }

    /// GET with the handle.
    pub async fn get(&self, path: &str) -> Result<Answer, CallError> {
        self.stranger.send(self.request(Method::GET, path)).await
    }

    /// POST with the handle.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, CallError> {
        self.stranger.send(self.request(Method::POST, path).json(body)).await
    }

    /// The workbook's structure.
    pub async fn open_workbook(&self) -> Result<Answer, CallError> {
        self.get(&format!("/api/v1/workbooks/{}", self.workbook)).await
    }

    /// The rows of an element, `page/element`, with control values.
    pub async fn element(&self, element: &str, controls: &Value) -> Result<Answer, CallError> {
        self.post(&format!("{}/query", self.address("elements", element)), &json!({ "controls": controls })).await
    }

    /// An element with other members in the question than its controls.
    pub async fn ask(&self, element: &str, kind: &str, body: &Value) -> Result<Answer, CallError> {
        self.post(&format!("{}/{kind}", self.address("elements", element)), body).await
    }

    /// An element as CSV.
    pub async fn export(&self, element: &str, controls: &Value) -> Result<Answer, CallError> {
        let body = json!({ "controls": controls, "format": "csv" });
        self.post(&format!("{}/export", self.address("elements", element)), &body).await
    }

    /// The suggested values of a control, `page/control`.
    pub async fn suggestions(&self, control: &str, search: &str) -> Result<Answer, CallError> {
        self.post(&format!("{}/values", self.address("controls", control)), &json!({ "search": search })).await
    }

    /// A question of one's own.
    pub async fn query(&self, query: &Value) -> Result<Answer, CallError> {
        self.post("/api/v1/query", query).await
    }

    fn address(&self, kind: &str, place: &str) -> String {
        let (page, name) = place.split_once('/').unwrap_or(("", place));
        format!("/api/v1/workbooks/{}/pages/{page}/{kind}/{name}", self.workbook)
    }
}
