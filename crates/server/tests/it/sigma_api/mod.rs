//! Sigma's REST API, as its clients call it: `/v2/…`.

mod attributes;
mod changes;
mod changes_content;
mod content;
mod grants;
mod people;
mod stories;
mod teams;
mod tokens;

use crate::administration::Caller;
use crate::support::{Outcome, Vitrine, copy_of, edit};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;
use testkit::callers::{Answer, CallError};
use testkit::world;

/// A server with keys of Sigma's dialect, and its administrator.
pub(crate) struct World {
    pub(crate) vitrine: Vitrine,
    pub(crate) root: Caller,
    _folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Result<Self, CallError> {
        Self::edited(|_| Ok(())).await
    }

    /// The same, with definitions that are changed before.
    pub(crate) async fn edited(change: impl FnOnce(&Path) -> Outcome) -> Result<Self, CallError> {
        let folder = copy_of(&world::folder())?;
        change(folder.path())?;
        let file = |name: &str| folder.path().join(name);
        let more = "export_xlsx, bookmark, save_content, publish_content, tag_content, share_content, \
            administer, manage_settings";
        edit(&file("account_types.yaml"), "administer, manage_settings", more)?;
        let grants = "grants:\n  - {to: {member: root@portal.example}, on: {workspace: shop}, level: manage}";
        edit(&file("grants.yaml"), "grants:", grants)?;
        Self::of(folder).await
    }

    /// The same, with definitions of one's own.
    pub(crate) async fn of(folder: TempDir) -> Result<Self, CallError> {
        let vitrine = Vitrine::of(folder.path()).await?;
        let root = vitrine.root().await?;
        Ok(Self { vitrine, root, _folder: folder })
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

    /// What the token endpoint answers to a form.
    pub(crate) async fn ask_token(&self, form: &[(&str, &str)]) -> Result<Answer, CallError> {
        let stranger = self.vitrine.stranger();
        stranger.send(stranger.request(Method::POST, "/v2/auth/token").form(&form)).await
    }

    /// What it answers to the id and the secret of a credential.
    pub(crate) async fn log_in(&self, id: &str, secret: &str) -> Result<Answer, CallError> {
        self.ask_token(&[("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)]).await
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

/// What is wrong, as the clients read it: status, code and sentence.
pub(crate) fn refusal(answer: &Answer) -> (u16, String, String) {
    let json = answer.json();
    assert_eq!(answer.header("content-type"), "application/json", "{}", answer.text());
    assert_eq!(json["requestId"], json!(answer.header("x-request-id")), "{}", answer.text());
    let text = |member: &str| json[member].as_str().unwrap_or_default().to_owned();
    (answer.status.as_u16(), text("code"), text("message"))
}

/// What is told of everything in a list, by one member of it.
pub(crate) fn told(answer: &Answer, member: &str) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let entries = answer.json()["entries"].as_array().cloned().unwrap_or_default();
    entries.iter().map(|entry| entry[member].as_str().unwrap_or_default().to_owned()).collect()
}
