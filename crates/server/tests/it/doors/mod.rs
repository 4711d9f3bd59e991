//! Every door of one server: the small world with a key of each dialect and a provider of single sign-on, all of one issuer.

mod credentials;
mod person;
mod stories;
mod table;
mod tokens;

use crate::looker::{address, exchange, log_in};
use crate::support::{Vitrine, copy_of, edit, never_for};
use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use testkit::callers::{Answer, CallError, Viewer};
use testkit::sign::{plain, token, with_kid};
use testkit::world;
use url::form_urlencoded::Serializer;

/// The clock of tests stands at 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;

/// The doors that let a person in whom a token names.
const OF_PEOPLE: [&str; 5] = ["vitrine", "sigma", "looker", "tableau", "sso"];

/// Those that embeds come through. Whom an embed has made never logs in.
const OF_EMBEDS: [&str; 4] = ["vitrine", "sigma", "looker", "tableau"];

/// Those through which whoever may log in comes. Looker's users of embeds are others than those of its application.
const OF_LOGINS: [&str; 4] = ["sso", "vitrine", "sigma", "tableau"];

/// What each key may come to, so that no door is narrower than another.
const CEILING: &str = "    ceiling:
      tenants: [acme]
      teams: [Buyers, Support]
      account_types: [View, Act, Analyze]
      permissions: [view, drill, view_underlying, explore, export_csv]
      attributes: {company: any}
      content: [{workspace: shop}, {workspace: vault}]
      session_seconds: 3600
";

/// Somebody of Acme, as a host describes them.
struct Person<'a> {
    email: &'a str,
    teams: &'a [&'a str],
    /// The value of the attribute that decides rows. `None`: nothing is said of it.
    company: Option<Value>,
}

impl Person<'static> {
    /// Bea, whom an embed makes.
    fn bea() -> Self {
        Self { email: "bea@acme.example", teams: &["Buyers"], company: Some(json!("acme")) }
    }

    /// Sue, who logs in.
    fn sue() -> Self {
        Self { email: "sue@acme.example", ..Self::bea() }
    }

    /// Whoever a door is for.
    fn at(door: &str) -> Self {
        if door == "sso" { Self::sue() } else { Self::bea() }
    }
}

/// A server with every door, and somebody in front of them.
struct Doors {
    vitrine: Vitrine,
    /// The id of the connected app's secret.
    secret_id: String,
    /// How many tokens were signed: each has an id of its own.
    signed: Cell<u32>,
    /// The server reads the data in it.
    folder: TempDir,
}

impl Doors {
    async fn open() -> Result<Self, CallError> {
        let folder = folder()?;
        let vitrine = Vitrine::of(folder.path()).await?;
        let secret_id = server::token::secret_id(&vitrine.data.path().join("secrets/strict"))?;
        Ok(Self { vitrine, secret_id, signed: Cell::new(0), folder })
    }

    fn next(&self) -> String {
        self.signed.set(self.signed.get() + 1);
        format!("token {}", self.signed.get())
    }

    /// A good token of a dialect; of Looker's, a signed address.
    fn token(&self, dialect: &str) -> String {
        self.token_for(dialect, &Person::at(dialect))
    }

    fn token_for(&self, dialect: &str, person: &Person<'_>) -> String {
        let claims = self.claims(dialect, person);
        if dialect == "looker" { self.address(&claims) } else { self.signed_by(key_of(dialect), &claims) }
    }

    /// These claims as the key signs them.
    fn signed_by(&self, key: &str, claims: &Value) -> String {
        match key {
            "tableau" => {
                let header = json!({"alg": "HS256", "typ": "JWT", "kid": self.secret_id, "iss": "tableau"});
                token(&header, claims, world::secret("strict"))
            }
            "sso" => plain(claims, world::secret("sso")),
            _ => with_kid(key, claims, world::secret(key)),
        }
    }

    fn address(&self, said: &Value) -> String {
        address(&self.vitrine, "/embed/dashboards/3?embed_domain=https://looker.example", said)
    }

    /// What a token of a dialect says of somebody.
    fn claims(&self, dialect: &str, person: &Person<'_>) -> Value {
        let (id, who, teams) = (self.next(), person.email, person.teams);
        let attributes: Map<String, Value> =
            person.company.iter().map(|company| ("company".to_owned(), company.clone())).collect();
        let mut claims = match dialect {
            "vitrine" => json!({
                "iss": "portal", "aud": "vitrine", "iat": NOW, "exp": NOW + 300, "jti": id,
                "session": {
                    "subject": who, "email": who, "tenant": "acme", "teams": teams, "account_type": "Analyze", "attributes": attributes
                },
            }),
            "metabase" => json!({"resource": {"dashboard": 1}, "params": {}, "exp": NOW + 300}),
            "sigma" => json!({
                "sub": who, "jti": id, "iat": NOW, "exp": NOW + 300, "tenant": "acme", "teams": teams,
                "account_type": "Analyze", "user_attributes": attributes,
            }),
            "looker" => json!({
                "nonce": id, "time": NOW, "session_length": 600, "external_user_id": who,
                "permissions": ["access_data", "see_looks", "see_user_dashboards", "explore", "see_drill_overlay",
                    "download_with_limit"],
                "models": ["shop"], "group_ids": teams, "external_group_id": "acme", "user_attributes": attributes,
                "access_filters": {}, "force_logout_login": true,
            }),
            "tableau" => json!({
                "iss": "tableau", "aud": "tableau", "sub": who, "jti": id, "exp": NOW + 300,
                "scp": ["tableau:views:embed", "tableau:content:read"],
            }),
            _ => json!({"email": who, "@tenant": "acme", "groups": teams, "iat": NOW}),
        };
        if ["tableau", "sso"].contains(&dialect) {
            claims.as_object_mut().into_iter().for_each(|claims| claims.extend(attributes.clone()));
        }
        claims
    }

    /// What a door answers to a token.
    async fn shown(&self, door: &str, token: &str) -> Result<Answer, CallError> {
        let stranger = self.vitrine.stranger().staying();
        let own_page = |path: &str, body: Value| {
            stranger.request(Method::POST, path).header("origin", &self.vitrine.base).json(&body)
        };
        let request = match door {
            "vitrine" => stranger.request(Method::POST, "/api/v1/embed/sessions").bearer_auth(token),
            "metabase" => stranger.request(Method::GET, &format!("/api/embed/dashboard/{token}")),
            "metabase page" => stranger.request(Method::GET, "/api/v1/session").bearer_auth(token),
            "sigma" => {
                let address = format!("{}/acme/workbook/orders?:jwt={token}", self.vitrine.base);
                own_page(
                    "/api/v1/sigma/sessions",
                    json!({"address": address, "parent_origin": "https://sigma.example"}),
                )
            }
            "looker" if token.starts_with("/login/embed/") => return log_in(&self.vitrine, token).await,
            "looker" => {
                let path = "/login/embed/%2Fembed%2Fdashboards%2F3";
                let query = Serializer::new(String::new()).append_pair("signature", token).finish();
                stranger.request(Method::GET, &format!("{path}?{query}"))
            }
            "tableau" => own_page(
                "/api/v1/tableau/sessions",
                json!({"address": "/views/Orders/Overview", "token": token, "parent_origin": "https://tableau.example"}),
            ),
            "tableau api" => {
                let credentials = json!({"jwt": token, "site": {"contentUrl": ""}});
                let request = stranger.request(Method::POST, "/api/3.27/auth/signin");
                request.json(&json!({ "credentials": credentials }))
            }
            _ => {
                let query = Serializer::new(String::new()).append_pair("jwt", token).finish();
                let request = stranger.request(Method::GET, &format!("/auth/sso?{query}"));
                request.header("x-metabase-client", "embedding-sdk-react")
            }
        };
        stranger.send(request).await
    }

    /// Whoever a door is for, who has come through it and looks at the orders.
    async fn viewer(&self, door: &str) -> Result<Viewer, CallError> {
        self.viewer_for(door, &Person::at(door)).await
    }

    async fn viewer_for(&self, door: &str, person: &Person<'_>) -> Result<Viewer, CallError> {
        let answer = self.enter(door, person).await?;
        assert_eq!(answer.status, StatusCode::OK, "{door}: {}", answer.text());
        let handle = answer.json()[if door == "sso" { "id" } else { "handle" }].as_str().unwrap_or_default().to_owned();
        let stranger = self.vitrine.stranger();
        let viewer = Viewer { stranger, handle, session: String::new(), workbook: "orders".into() };
        let is_of_acme = person.company == Some(json!("acme"));
        Ok(if is_of_acme { viewer.never_sees(never_for("acme")) } else { viewer })
    }

    /// What somebody is answered who comes through a door: something with a credential in it, or a refusal.
    async fn enter(&self, door: &str, person: &Person<'_>) -> Result<Answer, CallError> {
        let answer = self.shown(door, &self.token_for(door, person)).await?;
        match (door, answer.status) {
            ("vitrine", StatusCode::CREATED) => {
                let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
                self.vitrine.host("portal").redeem(&code, "orders", None).await
            }
            ("looker", StatusCode::FOUND) => {
                exchange(&self.vitrine, &answer.header("location"), "https://looker.example").await
            }
            _ => Ok(answer),
        }
    }
}

/// The key, or provider, that signs tokens of a dialect.
fn key_of(dialect: &str) -> &str {
    match dialect {
        "vitrine" => "portal",
        "metabase" => "compatible",
        _ => dialect,
    }
}

fn folder() -> Result<TempDir, CallError> {
    let folder = copy_of(&world::folder())?;
    let file = |name: &str| folder.path().join(name);
    let mut keys = String::from("embed_keys:\n");
    let binding = "    bind_internal_by_email: true\n";
    for (dialect, secret, more) in [
        ("vitrine", "portal", binding),
        ("sigma", "sigma", "    mode: compatible\n    bind_internal_by_email: true\n"),
        ("looker", "looker", "    mode: compatible\n"),
        ("tableau", "strict", binding),
    ] {
        let key = key_of(dialect);
        keys += &format!("  - client_id: {key}\n    issuer: portal\n    dialect: {dialect}\n");
        keys += &format!("    secrets: [{{secret_file: secrets/{secret}}}]\n{more}{CEILING}");
        keys += &format!("      origins: [\"https://{key}.example\"]\n");
    }
    keys += "  - client_id: compatible\n    issuer: portal\n    dialect: metabase\n    mode: compatible\n    \
             secrets: [{secret_file: secrets/compatible}]\n    ceiling: {content: [{workspace: shop}]}\n";
    fs::write(file("embed_keys.yaml"), keys)?;
    fs::write(file("identity_providers.yaml"), json!({"identity_providers": [provider()]}).to_string())?;
    let organization = file("vitrine.yaml");
    fs::write(&organization, fs::read_to_string(&organization)? + "guest_embeds: true\n")?;
    open_orders(&file("workbooks/orders.yaml"))?;
    Ok(folder)
}

/// A provider of the keys' issuer.
fn provider() -> Value {
    json!({
        "name": "sso", "issuer": "portal",
        "jwt": {
            "sign_in": "https://portal.example/sso", "mode": "compatible", "sdk_sessions": true,
            "secrets": [{"secret_file": "secrets/sso"}]
        },
        "teams": {"sync": "replacing"},
        "provisioning": {"members": true},
        "ceiling": {
            "tenants": ["acme"], "teams": ["Buyers", "Support"], "account_types": ["View", "Act", "Analyze"],
            "attributes": {"company": "any"}
        }
    })
}

/// The workbook under the names of every dialect, and published to guests.
fn open_orders(workbook: &Path) -> Result<(), CallError> {
    edit(workbook, "known_as: {", "known_as: {metabase: [1], looker: [3], tableau: [Orders], ")?;
    edit(workbook, "title: Main\n", "title: Main\n    known_as: {tableau: [Orders/Overview]}\n")?;
    let published =
        "publications:\n  - to: {guests_of: compatible}\n    data: [shop.orders, shop.customers, shop.secrets]\n";
    fs::write(workbook, fs::read_to_string(workbook)? + published)?;
    Ok(())
}
