//! Story T2: each trust through the door, with every vector, and keys that their issuer replaces.

use super::{HOST, VIEW, edited, exchange, hand_in, refused, told};
use crate::support::{Outcome, Vitrine};
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;
use testkit::callers::{Answer, CallError};

/// The clock of tests stands at 2026-01-01T00:00:00Z, as that of the vectors.
const NOW: i64 = 1_767_225_600;

const DIRECT: &str = "tableau_direct_trust";
const EAS: &str = "tableau_oauth_trust_eas";
const UAT: &str = "tableau_uat";

/// The demo with the three trusts of the vectors.
struct Trusts {
    flavours: Value,
    vitrine: Vitrine,
    /// What the authorization server publishes.
    keys: Arc<Mutex<Value>>,
    secret_id: String,
    _folder: TempDir,
}

impl Trusts {
    async fn start() -> Result<Self, CallError> {
        let flavours = testkit::vectors::of("tableau")["flavours"].clone();
        let keys = Arc::new(Mutex::new(flavours[EAS]["jwks"].clone()));
        let published = serve_keys(Arc::clone(&keys)).await?;
        let folder = with_people()?;
        let secret = folder.path().join("secret");
        fs::write(&secret, text(&flavours[DIRECT]["secret_value"]))?;
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600))?;
        let ceiling = json!({
            "teams": "any", "account_types": ["View"], "permissions": ["view"],
            "attributes": {"region": "any"}, "content": [{"workspace": "customers"}], "origins": [HOST]
        });
        let key = |client: &str, more: Value| {
            let mut key = json!({"client_id": client, "issuer": "contrail", "dialect": "tableau", "ceiling": ceiling});
            for (name, value) in more.as_object().cloned().unwrap_or_default() {
                key[name] = value;
            }
            key
        };
        let server = json!({"issuer": flavours[EAS]["issuer"], "jwks_url": published, "private_network": true});
        let access = json!({
            "issuer": flavours[UAT]["issuer"], "public_key": flavours[UAT]["public_key_pem"],
            "scopes": flavours[UAT]["config_scopes"], "tenants": [flavours[UAT]["tenant_id"]],
            "sites": [flavours[UAT]["site_id"]]
        });
        let own = folder.path().join("embed_keys.yaml");
        let mut written = fs::read_to_string(&own)?;
        for key in [
            key(text(&flavours[DIRECT]["client_id"]), json!({"secrets": [{"secret_file": secret}]})),
            key("eas", json!({"trust": {"authorization_server": server}})),
            key("uat", json!({"trust": {"unified_access": access}})),
        ] {
            written += &format!("  - {key}\n");
        }
        fs::write(&own, written)?;
        let secret_id =
            Command::new(env!("CARGO_BIN_EXE_vitrine")).args(["token", "secret-id"]).arg(&secret).output()?;
        let secret_id = String::from_utf8(secret_id.stdout)?.trim().to_owned();
        Ok(Self { flavours, vitrine: Vitrine::of(folder.path()).await?, keys, secret_id, _folder: folder })
    }

    /// A vector's token. This server gives secrets ids of its own, which a host takes over: the vector's is replaced by that, and
    /// the token signed again.
    fn token(&self, flavour: &str, vector: &Value) -> String {
        let named = &vector["header"]["kid"];
        if flavour != DIRECT || *named != self.flavours[DIRECT]["secret_id"] || text(&vector["id"]) == "tb-dt-14" {
            return text(&vector["token"]).to_owned();
        }
        let mut header = vector["header"].clone();
        header["alg"] = json!("HS256");
        header["kid"] = json!(self.secret_id);
        testkit::sign::token(&header, &vector["claims"], text(&self.flavours[DIRECT]["secret_value"]))
    }

    async fn hand_in(&self, token: &str) -> Result<Answer, CallError> {
        exchange(&self.vitrine, VIEW, token).await
    }

    /// A token of the authorization server, signed with the private key of a flavour.
    fn issued(&self, id: &str, flavour: &str, kid: &str) -> String {
        let claims = json!({
            "iss": self.flavours[EAS]["issuer"], "aud": "tableau", "sub": "fred.suzuki@example.com", "jti": id,
            "exp": NOW + 500, "scp": ["tableau:views:embed"]
        });
        testkit::sign::rs256(
            &json!({"alg": "RS256", "kid": kid}),
            &claims,
            text(&self.flavours[flavour]["private_key_pem_test_only"]),
        )
    }
}

/// The demo with the people and groups of the vectors.
fn with_people() -> Result<TempDir, CallError> {
    let fred = "members:\n  - subject: fred.suzuki@example.com\n    issuer: contrail\n    kind: embed\n    \
                account_type: View\n    teams: [Regional managers]\n";
    let groups = "teams:\n  - {name: Contractors, on_demand: true}\n  - {name: Team C, on_demand: true}\n  - {name: Group1}\n  \
                  - {name: Group2}\n";
    let grants = "grants:\n  - {to: {team: Contractors}, on: {folder: customers/sales}, level: view}\n";
    edited(&[
        ("members.yaml", "members:\n", fred),
        ("teams.yaml", "teams:\n", groups),
        ("grants.yaml", "grants:\n", grants),
        ("vitrine.yaml", "name: Contrail\n", "name: Contrail\non_demand_access: true\ndynamic_teams: true\n"),
    ])
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

async fn serve_keys(keys: Arc<Mutex<Value>>) -> Result<String, CallError> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://127.0.0.1:{}/keys", listener.local_addr()?.port());
    let published =
        async |State(keys): State<Arc<Mutex<Value>>>| Json(keys.lock().unwrap_or_else(PoisonError::into_inner).clone());
    let router = Router::new().route("/keys", get(published)).with_state(keys);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// What is refused: Tableau's code, and the reason.
const REFUSED: [(&str, u32, &str); 13] = [
    ("tb-dt-02", 10101, "scope_missing"),
    ("tb-dt-08", 10094, "claim_missing"),
    ("tb-dt-09", 10091, "token_used"),
    ("tb-dt-10", 10084, "audience_refused"),
    ("tb-dt-11", 10083, "key_id_missing"),
    ("tb-dt-12", 127, "unknown_secret"),
    ("tb-dt-13", 126, "unknown_issuer"),
    ("tb-dt-14", 127, "unknown_secret"),
    ("tb-dt-16", 10101, "scope_missing"),
    ("tb-uat-01", 10101, "scope_missing"),
    ("tb-uat-03", 16, "resource_missing"),
    ("tb-uat-04", 10084, "claim_missing"),
    ("tb-uat-05", 10101, "scope_refused"),
];

#[tokio::test]
async fn t2_every_vector_opens_the_door_or_is_refused_as_it_says() -> Outcome {
    let trusts = Trusts::start().await?;
    let mut seen = 0;
    for flavour in [DIRECT, EAS, UAT] {
        for vector in trusts.flavours[flavour]["vectors"].as_array().ok_or("vectors")? {
            let answer = trusts.hand_in(&trusts.token(flavour, vector)).await?;
            let name = text(&vector["id"]);
            match REFUSED.iter().find(|(id, ..)| *id == name) {
                Some((_, code, reason)) => assert_eq!(told(&answer), refused(*code, reason), "{name}"),
                None => assert_eq!(answer.status, StatusCode::OK, "{name}: {}", answer.text()),
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 19);
    Ok(())
}

#[tokio::test]
async fn t2_keys_of_an_authorization_server_may_be_replaced() -> Outcome {
    let trusts = Trusts::start().await?;
    assert_eq!(trusts.hand_in(&trusts.issued("1", EAS, "eas-key-1")).await?.status, StatusCode::OK);
    *trusts.keys.lock().unwrap_or_else(PoisonError::into_inner) = trusts.flavours[UAT]["jwks"].clone();
    trusts.vitrine.clock.advance_seconds(31);
    let next = trusts.hand_in(&trusts.issued("2", UAT, "uat-key-1")).await?;
    assert_eq!(next.status, StatusCode::OK, "they were fetched again: {}", next.text());
    let before = trusts.hand_in(&trusts.issued("3", EAS, "eas-key-1")).await?;
    assert_eq!(told(&before), refused(10084, "unknown_signing_key"), "the old one is gone");
    Ok(())
}

/// The playground of administrators knows tokens by whom their trust names, whatever signs them.
#[tokio::test]
async fn a_token_of_an_authorization_server_is_known_by_its_looks() -> Outcome {
    let trusts = Trusts::start().await?;
    let olga = trusts.vitrine.logged_in("olga@contrail.example").await?;
    let issued = trusts.issued("1", EAS, "eas-key-1");
    let told = olga.post("/api/v1/tokens/test", json!({ "token": issued })).await?.json();
    assert_eq!((&told["dialect"], &told["key"]), (&json!("tableau"), &json!("eas")), "{told}");
    assert_eq!((&told["accepted"], &told["refusal"]), (&json!(true), &json!(null)), "{told}");
    Ok(())
}

#[tokio::test]
async fn t2_tokens_of_one_trust_are_nothing_at_another() -> Outcome {
    let trusts = Trusts::start().await?;
    let claims = |issuer: &str, id: &str| {
        json!({
            "iss": issuer, "aud": "tableau", "sub": "fred.suzuki@example.com", "email": "fred.suzuki@example.com",
            "jti": id, "iat": NOW, "exp": NOW + 300, "scp": ["tableau:views:embed"]
        })
    };
    let secret = text(&trusts.flavours[DIRECT]["secret_value"]);
    let pem = text(&trusts.flavours[UAT]["private_key_pem_test_only"]);
    let (app, server) = (text(&trusts.flavours[DIRECT]["client_id"]), text(&trusts.flavours[EAS]["issuer"]));
    let rs =
        |issuer: &str, kid: &str| testkit::sign::rs256(&json!({"alg": "RS256", "kid": kid}), &claims(issuer, kid), pem);
    let hs = |issuer: &str, kid: &str| {
        testkit::sign::token(&json!({"alg": "HS256", "kid": kid}), &claims(issuer, kid), secret)
    };
    for (what, token) in [
        ("signed with a key, at the connected app", rs(app, &trusts.secret_id)),
        ("signed with the secret, at the authorization server", hs(server, "eas-key-1")),
        ("signed with the secret, at unified access", hs(text(&trusts.flavours[UAT]["issuer"]), "uat-key-1")),
        ("signed with a key of another issuer", rs(server, "eas-key-1")),
    ] {
        let answer = trusts.hand_in(&token).await?;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}: {}", answer.text());
    }
    Ok(())
}

/// Two of one id in one second: what Tableau's own client makes.
#[tokio::test]
async fn t2_unified_access_tokens_may_be_used_again_until_they_expire() -> Outcome {
    let trusts = Trusts::start().await?;
    let vectors = trusts.flavours[UAT]["vectors"].as_array().ok_or("vectors")?;
    let token = text(&vectors.iter().find(|it| it["id"] == "tb-uat-02").ok_or("vector")?["token"]).to_owned();
    for _ in 0..2 {
        assert_eq!(trusts.hand_in(&token).await?.status, StatusCode::OK);
    }
    trusts.vitrine.clock.advance_seconds(600);
    let late = hand_in(&trusts.vitrine, &json!({"address": VIEW, "token": token, "parent_origin": HOST})).await?;
    assert_eq!(told(&late), refused(10084, "token_expired"));
    Ok(())
}
