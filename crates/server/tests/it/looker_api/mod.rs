//! Looker's API 4.0, as its clients call it: `/api/4.0/…`.

mod access;
mod changes;
mod content;
mod embed;
mod owner;
mod people;
mod queries;
mod roles;
mod secrets;
mod tokens;

use crate::administration::Caller;
use crate::looker::folder;
use crate::support::{Vitrine, edit};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;
use testkit::callers::{Answer, CallError};

/// A server with a key of Looker's dialect, and its administrator.
pub(crate) struct World {
    pub(crate) vitrine: Vitrine,
    pub(crate) root: Caller,
    folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Result<Self, CallError> {
        Self::kept_at(None).await
    }

    /// The same, with the store in a database of PostgreSQL.
    pub(crate) async fn kept_at(store: Option<String>) -> Result<Self, CallError> {
        let folder = folder()?;
        let look = "- name: list\n        known_as: {looker: [11]}\n        title: All orders";
        edit(&folder.path().join("workbooks/orders.yaml"), "- name: list\n        title: All orders", look)?;
        let vitrine = Vitrine::kept_at(folder.path(), store).await?;
        let root = vitrine.root().await?;
        Ok(Self { vitrine, root, folder })
    }

    /// Where its definitions are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The id of a member by the beginning of their address or subject.
    pub(crate) async fn member(&self, beginning: &str) -> Result<String, CallError> {
        self.root.id(&format!("/api/v1/members?beginning={beginning}")).await
    }

    /// An API credential of somebody, by id and secret.
    pub(crate) async fn credential(&self, email: &str, scopes: &Value) -> Result<(String, String), CallError> {
        let owner = self.member(email).await?;
        let new = json!({"name": "back end", "owner": owner, "scopes": scopes, "expires_at": "2026-01-02T00:00:00Z"});
        let made = self.root.post("/api/v1/api-credentials", new).await?;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        let text = |member: &str| made.json()[member].as_str().unwrap_or_default().to_owned();
        Ok((text("id"), text("secret")))
    }

    /// What the login answers.
    pub(crate) async fn log_in(&self, id: &str, secret: &str) -> Result<Answer, CallError> {
        let stranger = self.vitrine.stranger();
        let form = [("client_id", id), ("client_secret", secret)];
        stranger.send(stranger.request(Method::POST, "/api/4.0/login").form(&form)).await
    }

    /// A program that acts for somebody, with all that they hold of these.
    pub(crate) async fn program(&self, email: &str, scopes: &Value) -> Result<Caller, CallError> {
        let (id, secret) = self.credential(email, scopes).await?;
        let answer = self.log_in(&id, &secret).await?;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        Ok(Caller::with(&self.vitrine, answer.json()["access_token"].as_str().unwrap_or_default()))
    }

    /// A program that acts for the administrator.
    pub(crate) async fn administrator(&self) -> Result<Caller, CallError> {
        let me = self.root.get("/api/v1/whoami").await?.json();
        self.program("root@", &me["permissions"]).await
    }
}

/// What is wrong, as the clients read it: status, sentence, and of each field its name and code.
pub(crate) fn refusal(answer: &Answer) -> (u16, String, Vec<String>) {
    let json = answer.json();
    assert_eq!(json["documentation_url"], "", "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/json", "{}", answer.text());
    let errors = json["errors"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let fields = errors.iter().map(|error| text(&error["field"])).collect();
    (answer.status.as_u16(), text(&json["message"]), fields)
}
