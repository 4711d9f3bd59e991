//! A provider of OpenID Connect that says whatever a test wants it to, also what no honest one would. The honest one is in the
//! browser tests.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::sync::{Arc, Mutex, PoisonError};
use testkit::callers::CallError;
use url::form_urlencoded;

/// A key with which a provider signs.
#[derive(Clone)]
pub(super) struct SigningKey {
    kid: String,
    pkcs8: Vec<u8>,
    public: Vec<u8>,
}

impl SigningKey {
    pub(super) fn new(kid: &str) -> Result<Self, CallError> {
        let failed = |_| CallError::from("no key");
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let pkcs8 = pkcs8.map_err(failed)?.as_ref().to_vec();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8).map_err(|_| "no key")?;
        Ok(Self { kid: kid.to_owned(), public: pair.public_key().as_ref().to_vec(), pkcs8 })
    }

    fn published(&self) -> Value {
        let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&self.public[range]);
        json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid, "x": part(1..33), "y": part(33..65)})
    }

    pub(super) fn signed(&self, kind: &str, claims: &Value) -> Result<String, CallError> {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.kid.clone());
        header.typ = Some(kind.to_owned());
        Ok(jsonwebtoken::encode(&header, claims, &EncodingKey::from_ec_der(&self.pkcs8))?)
    }
}

/// What the provider says.
pub(super) struct Says {
    /// Beside what it always says of itself; null takes away.
    pub(super) configuration: Value,
    pub(super) keys: Vec<SigningKey>,
    /// The answer to the next code.
    pub(super) id_token: String,
    pub(super) userinfo: Value,
    /// SHA-256 of the verifier that must be shown.
    pub(super) challenge: String,
    /// The secret that must be shown, if one is.
    pub(super) secret: Option<&'static str>,
    /// How often it was asked for its keys.
    pub(super) asked_for_keys: usize,
}

/// A provider that listens.
#[derive(Clone)]
pub(super) struct Provider {
    pub(super) address: String,
    says: Arc<Mutex<Says>>,
}

impl Provider {
    pub(super) async fn start(key: SigningKey) -> Result<Self, CallError> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://localhost:{}", listener.local_addr()?.port());
        let says = Says {
            configuration: json!({}),
            keys: vec![key],
            id_token: String::new(),
            userinfo: json!({}),
            challenge: String::new(),
            secret: None,
            asked_for_keys: 0,
        };
        let provider = Self { address, says: Arc::new(Mutex::new(says)) };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/me", get(userinfo))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(provider)
    }

    pub(super) fn says<T>(&self, change: impl FnOnce(&mut Says) -> T) -> T {
        change(&mut self.says.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn configuration(State(provider): State<Provider>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", provider.address);
    let mut said = Map::new();
    said.insert("issuer".to_owned(), json!(provider.address));
    for (name, path) in [
        ("authorization_endpoint", "/login"),
        ("token_endpoint", "/token"),
        ("jwks_uri", "/keys"),
        ("userinfo_endpoint", "/me"),
    ] {
        said.insert(name.to_owned(), json!(at(path)));
    }
    let change = provider.says(|says| says.configuration.clone());
    for (name, value) in change.as_object().into_iter().flatten() {
        if value.is_null() {
            said.remove(name)
        } else {
            said.insert(name.clone(), value.clone())
        };
    }
    Json(Value::Object(said))
}

async fn keys(State(provider): State<Provider>) -> Json<Value> {
    provider.says(|says| {
        says.asked_for_keys += 1;
        Json(json!({"keys": says.keys.iter().map(SigningKey::published).collect::<Vec<_>>()}))
    })
}

async fn token(State(provider): State<Provider>, headers: HeaderMap, body: String) -> Response {
    let form: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let said = |name: &str| form.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
    provider.says(|says| {
        let shown = said("code_verifier").map(|verifier| URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)));
        let basic = headers.get("authorization").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let expected = says.secret.map(|secret| {
            format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("vitrine:{secret}")))
        });
        let fits = said("grant_type") == Some("authorization_code")
            && said("code") == Some("a-code")
            && said("client_id") == Some("vitrine")
            && shown.as_deref() == Some(says.challenge.as_str())
            && basic == expected;
        if !fits {
            return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
        }
        Json(json!({"access_token": "a-token", "token_type": "Bearer", "id_token": says.id_token})).into_response()
    })
}

async fn userinfo(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    let is_shown = headers.get("authorization").is_some_and(|value| value == "Bearer a-token");
    if is_shown {
        Json(provider.says(|says| says.userinfo.clone())).into_response()
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}
