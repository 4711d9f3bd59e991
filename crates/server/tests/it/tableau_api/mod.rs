//! Tableau's REST API, as its clients call it: `/api/{version}/…`.

mod changes;
mod content;
mod drawn;
mod people;
mod permissions;
mod signing_in;
mod sites;

use crate::administration::Caller;
use crate::support::{Vitrine, copy_of, edit, never_for};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;
use testkit::callers::{Answer, CallError};
use testkit::canary::Forbidden;
use testkit::{sign, world};

/// The clock of tests stands at 2026-01-01T00:00:00Z.
pub(crate) const NOW: i64 = 1_767_225_600;

/// What every program asks for that is answered in JSON.
const JSON: [(&str, &str); 1] = [("accept", "application/json")];

/// A server with a connected app of a tenant, and its administrator.
pub(crate) struct World {
    pub(crate) vitrine: Vitrine,
    pub(crate) root: Caller,
    kid: String,
    _folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Result<Self, CallError> {
        Self::of(folder()?).await
    }

    /// The same, where buyers may take away what they see.
    pub(crate) async fn drawing() -> Result<Self, CallError> {
        let folder = folder()?;
        let file = |name: &str| folder.path().join(name);
        let given = "export_csv, export_xlsx, export_picture]";
        edit(
            &file("account_types.yaml"),
            "{name: Act, permissions: [view, export_csv]",
            &format!("{{name: Act, permissions: [view, {given}"),
        )?;
        let key = "permissions: [view, explore, export_csv]\n      attributes: {company: any}\n      content: [{workspace: shop}, {workspace: vault}]\n      origins: [\"https://tableau";
        let more = key.replacen("export_csv]", given, 1);
        edit(&file("embed_keys.yaml"), key, &more)?;
        edit(&file("account_types.yaml"), "export_arrow, bookmark", "export_arrow, export_picture, bookmark")?;
        Self::of(folder).await
    }

    async fn of(folder: TempDir) -> Result<Self, CallError> {
        let vitrine = Vitrine::of(folder.path()).await?;
        let kid = server::token::secret_id(&vitrine.data.path().join("secrets/looker"))?;
        let root = vitrine.root().await?;
        Ok(Self { vitrine, root, kid, _folder: folder })
    }

    /// A token of the connected app.
    pub(crate) fn signed(&self, claims: &Value) -> String {
        let header = json!({"alg": "HS256", "typ": "JWT", "kid": self.kid, "iss": "tableau"});
        sign::token(&header, claims, world::secret("looker"))
    }

    /// What signing in answers.
    pub(crate) async fn sign_in(&self, credentials: &Value) -> Result<Answer, CallError> {
        self.vitrine.stranger().post("/api/3.27/auth/signin", &json!({ "credentials": credentials })).await
    }

    /// A program of somebody whom the connected app vouches for.
    pub(crate) async fn host(&self, claims: &Value) -> Result<Program, CallError> {
        self.program(&json!({"jwt": self.signed(claims), "site": {"contentUrl": ""}})).await
    }

    /// A program with a personal access token of an internal member, with all that they hold of these.
    pub(crate) async fn personal(&self, email: &str, scopes: &Value) -> Result<Program, CallError> {
        let (id, secret) = self.credential(email, scopes).await?;
        let site = json!({"contentUrl": ""});
        let credentials = json!({"personalAccessTokenName": id, "personalAccessTokenSecret": secret, "site": site});
        self.program(&credentials).await
    }

    /// An API credential of somebody, by id and secret.
    pub(crate) async fn credential(&self, email: &str, scopes: &Value) -> Result<(String, String), CallError> {
        let owner = self.root.id(&format!("/api/v1/members?beginning={email}")).await?;
        let new = json!({"name": "back end", "owner": owner, "scopes": scopes, "expires_at": "2026-01-02T00:00:00Z"});
        let made = self.root.post("/api/v1/api-credentials", new).await?;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        let text = |member: &str| made.json()[member].as_str().unwrap_or_default().to_owned();
        Ok((text("id"), text("secret")))
    }

    /// A program with a personal access token of the administrator.
    pub(crate) async fn administrator(&self) -> Result<Program, CallError> {
        let me = self.root.get("/api/v1/whoami").await?.json();
        self.personal("root@", &me["permissions"]).await
    }

    async fn program(&self, credentials: &Value) -> Result<Program, CallError> {
        let answer = self.sign_in(credentials).await?;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let told = &answer.json()["credentials"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (token, site, user) = (text(&told["token"]), text(&told["site"]["id"]), text(&told["user"]["id"]));
        assert!(!token.is_empty() && !site.is_empty() && !user.is_empty(), "{}", answer.text());
        let mut stranger = self.vitrine.stranger();
        if token.starts_with("vh_") {
            stranger.forbidden = Forbidden::texts(never_for("acme"));
        }
        Ok(Program { caller: Caller::at(stranger, &token), token, site, user })
    }
}

/// A program that has signed in.
pub(crate) struct Program {
    pub(crate) caller: Caller,
    pub(crate) token: String,
    pub(crate) site: String,
    pub(crate) user: String,
}

impl Program {
    /// Asks for something below its site, and for JSON.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Answer, CallError> {
        let path = format!("/api/3.27/sites/{}{path}", self.site);
        self.caller.asked(method, &path, body, &JSON).await
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer, CallError> {
        self.ask(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Result<Answer, CallError> {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Result<Answer, CallError> {
        self.ask(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Answer, CallError> {
        self.ask(Method::DELETE, path, None).await
    }

    /// What is told of everything in a list, by one attribute.
    pub(crate) async fn names(&self, list: &str, attribute: &str) -> Result<Vec<String>, CallError> {
        let answer = self.get(&format!("/{list}")).await?;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let name = list.split(['?', '/']).rfind(|part| part.ends_with('s')).unwrap_or_default();
        let items = answer.json()[name][name.trim_end_matches('s')].as_array().cloned().unwrap_or_default();
        Ok(items.iter().map(|item| item[attribute].as_str().unwrap_or_default().to_owned()).collect())
    }

    /// The id of the one of that name in a list.
    pub(crate) async fn id(&self, list: &str, name: &str) -> Result<String, CallError> {
        let (ids, names) = (self.names(list, "id").await?, self.names(list, "name").await?);
        let found = ids.into_iter().zip(names).find(|(_, own)| own == name).map(|(id, _)| id);
        found.ok_or_else(|| format!("nothing is called {name} in {list}").into())
    }
}

/// The small world with a connected app of a tenant, whose administrator shares all that is in the shop.
fn folder() -> Result<TempDir, CallError> {
    let folder = copy_of(&world::folder())?;
    let file = |name: &str| folder.path().join(name);
    let key = "  - client_id: tableau
    issuer: portal
    dialect: tableau
    secrets: [{secret_file: secrets/looker}]
    ceiling:
      tenants: [acme]
      teams: [Buyers, Support, Onlookers]
      account_types: [View, Act, Analyze]
      permissions: [view, explore, export_csv]
      attributes: {company: any}
      content: [{workspace: shop}, {workspace: vault}]
      origins: [\"https://tableau.example\"]
";
    fs::write(file("embed_keys.yaml"), fs::read_to_string(file("embed_keys.yaml"))? + key)?;
    let orders = file("workbooks/orders.yaml");
    edit(&orders, "known_as: {sigma", "known_as: {tableau: [Orders], sigma")?;
    edit(&orders, "title: Main\n", "title: Main\n    known_as: {tableau: [Orders/Overview]}\n")?;
    edit(&orders, "- name: total\n", "- name: total\n        known_as: {tableau: [Orders/Total]}\n")?;
    let more = "export_xlsx, export_json, export_arrow, bookmark, share_bookmarks, save_content, publish_content, \
        share_content, administer, manage_settings";
    edit(&file("account_types.yaml"), "administer, manage_settings", more)?;
    let grants = "grants:\n  - {to: {member: root@portal.example}, on: {workspace: shop}, level: manage}";
    edit(&file("grants.yaml"), "grants:", grants)?;
    Ok(folder)
}

/// What the host says of somebody whom an administrator has made.
pub(crate) fn said(id: &str) -> Value {
    of("hand@acme.example", id)
}

/// The same of anybody.
pub(crate) fn of(name: &str, id: &str) -> Value {
    json!({
        "iss": "tableau", "aud": "tableau", "sub": name, "jti": id, "exp": NOW + 300,
        "scp": ["tableau:content:read", "tableau:views:download"],
    })
}

/// A refusal as clients read it: status, code and sentence.
pub(crate) fn refusal(answer: &Answer) -> (u16, String, String) {
    let error = answer.json()["error"].clone();
    let text = |member: &str| error[member].as_str().unwrap_or_default().to_owned();
    assert!(!text("summary").is_empty(), "{}", answer.text());
    (answer.status.as_u16(), text("code"), text("detail"))
}

/// Status and code of a refusal.
pub(crate) fn code(answer: &Answer) -> (u16, String) {
    let (status, code, _) = refusal(answer);
    (status, code)
}
