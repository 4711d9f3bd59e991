//! Signing on by OpenID Connect (`/auth/oidc/…`): the stories S3 and M6, and what counts for nothing.

mod hostile;
mod people;
mod provider;
mod secret;

use self::provider::{Provider, SigningKey};
use crate::sso::merged;
use crate::support::{Vitrine, copy_of};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;
use testkit::callers::{Answer, CallError};
use url::Url;

/// The clock of tests stands at 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;

/// A server with a provider that the test speaks for.
struct Oidc {
    vitrine: Vitrine,
    provider: Provider,
    key: SigningKey,
    _folder: TempDir,
}

/// A browser on its way to the provider.
struct Left {
    /// What it was sent there with.
    asked: BTreeMap<String, String>,
    /// What it keeps.
    cookie: String,
}

impl Oidc {
    /// A server over a folder of definitions with the provider, but for a change of it.
    async fn over(folder: PathBuf, change: &Value) -> Result<Self, CallError> {
        let key = SigningKey::new("first")?;
        let provider = Provider::start(key.clone()).await?;
        let folder = copy_of(&folder)?;
        let defined = json!({
            "name": "idp",
            "oidc": {"discovery": provider.address, "client_id": "vitrine", "private_network": true},
            "claims": {"first_name": "given_name", "last_name": "family_name", "tenant": "org", "teams": "role"},
            "provisioning": {"members": true}
        });
        let text = json!({"identity_providers": [merged(defined, change)]}).to_string();
        fs::write(folder.path().join("identity_providers.yaml"), text)?;
        Ok(Self { vitrine: Vitrine::of(folder.path()).await?, provider, key, _folder: folder })
    }

    async fn leaves(&self, return_to: &str) -> Result<Left, CallError> {
        let answer = self.ask(&format!("/auth/oidc/idp?return_to={return_to}"), "").await?;
        let location = answer.header("location");
        let asked = Url::parse(&location).map_err(|_| format!("{}: {}", answer.status, answer.text()))?;
        let asked: BTreeMap<String, String> = asked.query_pairs().into_owned().collect();
        let cookie = answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        self.provider.says(|says| says.challenge = asked["code_challenge"].clone());
        Ok(Left { asked, cookie })
    }

    async fn ask(&self, path: &str, cookie: &str) -> Result<Answer, CallError> {
        let stranger = self.vitrine.stranger().staying();
        let request = stranger.request(Method::GET, path);
        stranger.send(if cookie.is_empty() { request } else { request.header("cookie", cookie) }).await
    }

    /// What an honest provider claims of somebody, but for a change.
    fn claims(&self, left: &Left, change: &Value) -> Value {
        let claims = json!({
            "iss": self.provider.address, "aud": "vitrine", "iat": NOW, "exp": NOW + 300, "nonce": left.asked["nonce"],
            "sub": "u-1", "email": "ann@acme.example", "email_verified": true
        });
        let mut claims = merged(claims, change);
        if let Some(claims) = claims.as_object_mut() {
            claims.retain(|_, value| !value.is_null());
        }
        claims
    }

    async fn comes_back(&self, left: &Left, token: String) -> Result<Answer, CallError> {
        self.provider.says(|says| says.id_token = token);
        self.ask(&format!("/auth/oidc/idp/callback?code=a-code&state={}", left.asked["state"]), &left.cookie).await
    }

    /// There and back, as somebody.
    async fn log_in(&self, change: &Value) -> Result<Answer, CallError> {
        let left = self.leaves("/workbooks/orders").await?;
        let token = self.key.signed("JWT", &self.claims(&left, change))?;
        self.comes_back(&left, token).await
    }

    async fn log_out(&self, token: &str) -> Result<Answer, CallError> {
        let stranger = self.vitrine.stranger();
        stranger.send(stranger.request(Method::POST, "/auth/oidc/idp/logout").form(&[("logout_token", token)])).await
    }

    async fn member(&self, email: &str) -> Result<Value, CallError> {
        let root = self.vitrine.root().await?;
        let found = root.get(&format!("/api/v1/members?beginning={email}")).await?.json();
        Ok(found["items"][0].clone())
    }
}

fn is_in(answer: &Answer) -> bool {
    answer.header("set-cookie").contains("=vi_")
}

fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

/// Whether a session is open that a browser would show.
async fn is_open(vitrine: &Vitrine, cookie: &str) -> Result<bool, CallError> {
    let browser = vitrine.stranger();
    let answer = browser.send(browser.request(Method::GET, "/api/v1/session").header("cookie", cookie)).await?;
    Ok(answer.status.is_success())
}

fn to_login(why: &str) -> String {
    format!("/login?sign_on={why}")
}
