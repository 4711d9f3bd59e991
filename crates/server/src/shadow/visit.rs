//! Whoever was recorded, at the door of their dialect.

use super::ShadowError;
use super::recorded::Recorded;
use super::rows::Answered;
use super::signed::Signer;
use crate::policy_tests::{Server, ServerAnswer, Shown};
use crate::tableau;
use chrono::{DateTime, Utc};
use dialect::looker;
use model::access::EmbedKey;
use model::dialect::Dialect;
use serde_json::{Map, Value, json};
use url::{Url, form_urlencoded};

/// A server, and the keys by which people come to it.
pub(super) struct Visit<'a> {
    pub(super) server: &'a Server,
    pub(super) keys: &'a [EmbedKey],
    pub(super) now: DateTime<Utc>,
}

/// Somebody who was let in.
pub(super) struct Inside {
    credential: String,
    /// What the address sets, by control.
    controls: Map<String, Value>,
}

/// What was said instead.
type Refusal = String;

impl Visit<'_> {
    /// Signs anew what was recorded, and hands it in.
    pub(super) async fn enter(&self, recorded: &Recorded) -> Result<Result<Inside, Refusal>, ShadowError> {
        let key = match self.key(recorded) {
            Ok(key) => key,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let id = format!("shadow {}", uuid::Uuid::new_v4());
        let signer = Signer { key, secret: self.server.secret(&key.client_id), now: self.now, id };
        let Some(answer) = (match recorded.dialect {
            Dialect::Metabase => return self.guest(&signer, recorded).await,
            Dialect::Sigma => self.sigma(&signer, recorded).await?,
            Dialect::Looker => self.looker(&signer, recorded).await?,
            Dialect::Tableau => self.tableau(&signer, recorded).await?,
            Dialect::Vitrine => None,
        }) else {
            return Ok(Err(format!("this cannot be read as one of {}", recorded.dialect)));
        };
        if !answer.is_success() {
            return Ok(Err(answer.refusal()));
        }
        let opened = answer.json();
        let wanted = recorded.element.page.workbook.to_string();
        let workbook = answer.member("workbook");
        if workbook != wanted {
            return Ok(Err(format!("the address opens `{workbook}`, not `{wanted}`")));
        }
        let controls = opened.get("controls").and_then(Value::as_object).cloned().unwrap_or_default();
        Ok(Ok(Inside { credential: answer.member("handle"), controls }))
    }

    /// The key that was recorded, or else the one that there is.
    fn key(&self, recorded: &Recorded) -> Result<&EmbedKey, Refusal> {
        let dialect = recorded.dialect;
        let mut of_dialect = self.keys.iter().filter(|key| key.dialect == dialect && !key.disabled);
        let key = match &recorded.key {
            Some(named) => of_dialect
                .find(|key| key.client_id == *named)
                .ok_or_else(|| format!("there is no enabled key `{named}` of the dialect `{dialect}`"))?,
            None => match (of_dialect.next(), of_dialect.next()) {
                (Some(key), None) => key,
                (None, _) => return Err(format!("there is no enabled key of the dialect `{dialect}`")),
                (Some(_), Some(_)) => {
                    return Err(format!("there are several keys of the dialect `{dialect}`: expected `key`"));
                }
            },
        };
        match key.trust {
            Some(_) => Err(format!("others sign for the key `{}`: its tokens cannot be signed anew", key.client_id)),
            None => Ok(key),
        }
    }

    /// A guest shows the token with every request.
    async fn guest(&self, signer: &Signer<'_>, recorded: &Recorded) -> Result<Result<Inside, Refusal>, ShadowError> {
        let (path, search) = recorded.address.split_once('?').unwrap_or((&recorded.address, ""));
        let in_address = path.rsplit('/').next().unwrap_or_default();
        let token = recorded.token.as_deref().unwrap_or(in_address);
        let Some(credential) = signer.token(token, &Map::new()) else {
            return Ok(Err("this cannot be read as one of metabase".to_owned()));
        };
        let current = self.server.get("/api/v1/session", Shown::Viewer(&credential)).await?;
        if !current.is_success() {
            return Ok(Err(current.refusal()));
        }
        let mut controls = Map::new();
        for (name, value) in form_urlencoded::parse(search.as_bytes()) {
            let values = controls.entry(name.into_owned()).or_insert_with(|| json!([]));
            if let Some(values) = values.as_array_mut() {
                values.push(json!(value));
            }
        }
        Ok(Ok(Inside { credential, controls }))
    }

    async fn sigma(&self, signer: &Signer<'_>, recorded: &Recorded) -> Result<Option<ServerAnswer>, ShadowError> {
        let Some(address) = signer.sigma(&recorded.address, &self.server.app.public_origin) else { return Ok(None) };
        let body = json!({"address": address, "parent_origin": parent(signer.key)});
        Ok(Some(self.exchange("/api/v1/sigma/sessions", &body).await?))
    }

    async fn looker(&self, signer: &Signer<'_>, recorded: &Recorded) -> Result<Option<ServerAnswer>, ShadowError> {
        let host = self.server.app.public_origin.rsplit('/').next().unwrap_or_default();
        let Some(address) = signer.looker(&recorded.address, host) else { return Ok(None) };
        let logged_in = self.server.get(&address, Shown::OwnPage).await?;
        let location = logged_in.header("location");
        let Some((behind, code)) = location.split_once('#') else { return Ok(Some(logged_in)) };
        let path = recorded.address.split('?').next().unwrap_or_default();
        let around = looker::target(path).ok().as_deref().and_then(embed_domain).unwrap_or_else(|| parent(signer.key));
        let body = json!({"code": code, "address": behind, "parent_origin": around});
        Ok(Some(self.exchange("/api/v1/looker/sessions", &body).await?))
    }

    async fn tableau(&self, signer: &Signer<'_>, recorded: &Recorded) -> Result<Option<ServerAnswer>, ShadowError> {
        let id = tableau::secret_id(signer.secret.as_bytes());
        let header = Map::from_iter([("kid".to_owned(), json!(id)), ("iss".to_owned(), json!(signer.key.client_id))]);
        let token = recorded.token.as_deref().and_then(|token| signer.token(token, &header));
        let Some(token) = token else { return Ok(None) };
        let body = json!({"address": recorded.address, "token": token, "parent_origin": parent(signer.key)});
        Ok(Some(self.exchange("/api/v1/tableau/sessions", &body).await?))
    }

    async fn exchange(&self, path: &str, body: &Value) -> Result<ServerAnswer, ShadowError> {
        Ok(self.server.post(path, Shown::OwnPage, body, "application/json").await?)
    }

    /// The rows of the element that was recorded, as its page would ask for them.
    pub(super) async fn element(
        &self,
        inside: &Inside,
        recorded: &Recorded,
    ) -> Result<Result<Answered, Refusal>, ShadowError> {
        let (page, name) = (&recorded.element.page, &recorded.element.name);
        let path = format!("/api/v1/workbooks/{}/pages/{}/elements/{name}/query", page.workbook, page.page);
        let mut controls = inside.controls.clone();
        controls.extend(recorded.controls.iter().map(|(name, values)| (name.to_string(), json!(values))));
        let shown = Shown::Viewer(&inside.credential);
        let answer = self.server.post(&path, shown, &json!({ "controls": controls }), "application/json").await?;
        Ok(if answer.is_success() { Ok(Answered::of(&answer.json())) } else { Err(answer.refusal()) })
    }
}

/// The origin of the page around a frame of Looker's, as its address says.
fn embed_domain(target: &str) -> Option<String> {
    let url = Url::parse("http://localhost").ok()?.join(target).ok()?;
    url.query_pairs().find(|(name, _)| name == "embed_domain").map(|(_, domain)| domain.into_owned())
}

/// An origin that the key admits around its frames.
fn parent(key: &EmbedKey) -> String {
    key.ceiling.origins.first().map(|origin| origin.replacen('*', "www", 1)).unwrap_or_default()
}
