//! Single sign-on with tokens that a host signs (`/auth/sso`): Metabase's cases, the stories M5 and M6, and what no token may.

mod cases;
mod frames;
mod signed_in;
mod tokens;

use crate::support::{Outcome, Vitrine, copy_of, edit};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use store::TokenHash;
use store::sessions::FoundSession;
use tempfile::TempDir;
use testkit::callers::{Answer, CallError};
use testkit::{sign, world};
use url::form_urlencoded;

/// The clock of tests stands at 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;
const PROGRAM: [(&str, &str); 1] = [("x-metabase-client", "embedding-sdk-react")];

const SORRY: &str = "Sorry, but you'll need a test account to view this page. Please contact your administrator.";

fn secret() -> &'static str {
    world::secret("sso")
}

/// As a host of Metabase has it.
fn provider() -> Value {
    json!({
        "name": "sso", "issuer": "portal",
        "jwt": {
            "sign_in": "https://portal.example/sso", "mode": "compatible", "sdk_sessions": true,
            "secrets": [{"secret_file": "secrets/sso"}, {"secret_file": "secrets/sso-next"}]
        },
        "teams": {"sync": "replacing"},
        "provisioning": {"members": true, "tenants": true},
        "bind_internal_by_email": true,
        "ceiling": {"tenants": "any", "teams": "any", "attributes": {"extra": "any", "are": "any", "company": "any"}}
    })
}

/// A thing with a change laid over it, member by member.
pub(crate) fn merged(mut thing: Value, change: &Value) -> Value {
    for (name, value) in change.as_object().into_iter().flatten() {
        let value = if value.is_object() { merged(thing[name].clone(), value) } else { value.clone() };
        thing[name] = value;
    }
    thing
}

/// A server with a provider, and the folder that it was made of.
struct Sso {
    vitrine: Vitrine,
    folder: TempDir,
}

impl Sso {
    /// The small world with the provider, but for a change of it.
    async fn with(change: Value) -> Result<Self, CallError> {
        Self::with_world(change, |_| Ok(())).await
    }

    /// The same, but for a change of the world.
    async fn with_world(change: Value, world: impl FnOnce(&Path) -> Outcome) -> Result<Self, CallError> {
        let folder = copy_of(&world::folder())?;
        edit(&folder.path().join("vitrine.yaml"), "name: Portal", "name: test")?;
        let teams = ["developers", "analysts", "admins", "Group A", "Group B", "All tenant users"];
        let teams: String = teams.iter().map(|name| format!("  - {{name: {name}}}\n")).collect();
        edit(&folder.path().join("teams.yaml"), "teams:\n", &format!("teams:\n{teams}"))?;
        let attributes = "attributes:\n  - {name: extra, type: text}\n  - {name: are, type: text}\n";
        edit(&folder.path().join("attributes.yaml"), "attributes:\n", attributes)?;
        world(folder.path())?;
        Self::of(folder, &merged(provider(), &change)).await
    }

    async fn of(folder: TempDir, provider: &Value) -> Result<Self, CallError> {
        let text = json!({"identity_providers": [provider]}).to_string();
        fs::write(folder.path().join("identity_providers.yaml"), text)?;
        Ok(Self { vitrine: Vitrine::of(folder.path()).await?, folder })
    }

    /// Changes the provider while the server runs.
    async fn change(&self, change: Value) -> Outcome {
        let text = json!({"identity_providers": [merged(provider(), &change)]}).to_string();
        fs::write(self.folder.path().join("identity_providers.yaml"), text)?;
        Ok(self.vitrine.apply(self.folder.path()).await?)
    }

    async fn ask(&self, parameters: &[(&str, &str)], headers: &[(&str, &str)]) -> Result<Answer, CallError> {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let stranger = self.vitrine.stranger().staying();
        let request = stranger.request(Method::GET, &format!("/auth/sso?{query}"));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        stranger.send(request).await
    }

    /// A browser that comes with a token.
    async fn log_in(&self, claims: &Value) -> Result<Answer, CallError> {
        self.ask(&[("jwt", &sign::plain(claims, secret()))], &[]).await
    }

    /// A program that exchanges a token.
    async fn exchange(&self, claims: &Value) -> Result<Answer, CallError> {
        self.ask(&[("jwt", &sign::plain(claims, secret()))], &PROGRAM).await
    }

    /// The session of a program.
    async fn session(&self, claims: &Value) -> Result<String, CallError> {
        let answer = self.exchange(claims).await?;
        assert_eq!(answer.status, StatusCode::OK, "{claims}: {}", answer.text());
        Ok(answer.json()["id"].as_str().unwrap_or_default().to_owned())
    }

    /// The attributes that have a value in a new session.
    async fn attributes(&self, claims: &Value) -> Result<BTreeMap<String, String>, CallError> {
        let session = TokenHash::of(&self.session(claims).await?);
        let FoundSession::Open(record) = self.vitrine.store().await?.session(session).await? else {
            return Err("no session".into());
        };
        let values = record.facts.attributes.into_iter();
        Ok(values.filter_map(|(name, value)| Some((name.to_string(), value?.to_string()))).collect())
    }

    async fn member(&self, email: &str) -> Result<Value, CallError> {
        let root = self.vitrine.root().await?;
        let found = root.get(&format!("/api/v1/members?beginning={email}")).await?.json();
        Ok(found["items"][0].clone())
    }

    async fn teams(&self, email: &str) -> Result<Value, CallError> {
        Ok(self.member(email).await?["teams"].clone())
    }

    async fn tenant(&self, name: &str) -> Result<Value, CallError> {
        let root = self.vitrine.root().await?;
        Ok(root.get(&format!("/api/v1/tenants?name={name}")).await?.json()["items"][0].clone())
    }
}
