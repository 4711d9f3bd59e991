//! Keys as tests need them.

use chrono::{DateTime, Utc};
use model::access::{EmbedKey, Mode};
use model::name::KeyId;
use serde_json::json;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

pub(crate) fn key(dialect: &str, client_id: &str, mode: Mode) -> Result<EmbedKey, serde_json::Error> {
    let mode = if mode == Mode::Strict { "strict" } else { "compatible" };
    serde_json::from_value(json!({
        "client_id": client_id, "issuer": "host", "dialect": dialect, "mode": mode, "secrets": [{"secret_env": "SECRET"}]
    }))
}

pub(crate) fn id() -> KeyId {
    KeyId::new("the key")
}

pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}
