//! A host that signs guest tokens with a plain JWT library.

use crate::support::Vitrine;
use serde_json::Value;
use testkit::callers::{Answer, CallError, Stranger};
use testkit::sign::plain;
use testkit::world;

/// A host and its key.
pub(crate) struct Embedding {
    pub(crate) vitrine: Vitrine,
    pub(crate) secret: String,
}

impl Embedding {
    /// The fixtures of the cases, and one of their keys.
    pub(crate) async fn venues(key: &str) -> Result<Self, CallError> {
        let vitrine = Vitrine::of(&world::venues()).await?;
        Ok(Self { vitrine, secret: world::secret(key).to_owned() })
    }

    /// Asks with a token of these claims in place of `TOKEN`.
    pub(crate) async fn ask(&self, path: &str, claims: &Value) -> Result<Answer, CallError> {
        self.ask_as(path, &plain(claims, &self.secret)).await
    }

    /// Asks with a token of any text in place of `TOKEN`.
    pub(crate) async fn ask_as(&self, path: &str, token: &str) -> Result<Answer, CallError> {
        self.stranger().get(&path.replace("TOKEN", token)).await
    }

    fn stranger(&self) -> Stranger {
        self.vitrine.stranger()
    }
}
