//! Whoever was recorded, at the door of their dialect.

use super::ShadowError;
use super::pair::Pair;
use super::recorded::{Recorded, SIGN_ON, SignedBy};
use super::rows::Answered;
use super::signed::{Signer, With};
use crate::policy_tests::{Server, ServerAnswer, Shown};
use crate::tableau;
use chrono::{DateTime, Utc};
use dialect::looker;
use model::access::{Definitions, EmbedKey, IdentityProvider};
use model::dialect::Dialect;
use model::name::{ClientId, ProviderName};
use serde_json::{Map, Value, json};
use url::{Url, form_urlencoded};

/// A server, and those who sign for the people who come to it.
pub(super) struct Visit<'a> {
    pub(super) server: &'a Server,
    pub(super) definitions: &'a Definitions,
    /// The keys of all who sign with keys of their own.
    pub(super) pair: &'a Pair,
    pub(super) now: DateTime<Utc>,
}

/// Somebody who was let in.
pub(super) struct Inside {
    credential: Credential,
    /// What the address sets, by control.
    controls: Map<String, Value>,
}

/// What somebody who was let in shows with every request.
enum Credential {
    /// A session's handle, or a guest's token.
    Handle(String),
    /// The cookie of whoever has logged in.
    Cookie(String),
}

impl Credential {
    fn shown(&self) -> Shown<'_> {
        match self {
            Self::Handle(handle) => Shown::Viewer(handle),
            Self::Cookie(cookie) => Shown::Cookie(cookie),
        }
    }
}

/// What was said instead.
type Refusal = String;

impl Visit<'_> {
    /// Signs anew what was recorded, and hands it in.
    pub(super) async fn enter(&self, recorded: &Recorded) -> Result<Result<Inside, Refusal>, ShadowError> {
        let key = match &recorded.signer {
            SignedBy::Key(named) => self.key(recorded.dialect, named.as_ref()),
            SignedBy::Provider(named) => return self.sign_on(recorded, named.as_ref()).await,
        };
        let key = match key {
            Ok(key) => key,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let with = match key.trust {
            Some(_) => With::Pair(self.pair),
            None => With::Secret(self.server.secret(&key.client_id)),
        };
        let signer = self.signer(with, Some(key.named_by_tokens()));
        let Some(answer) = (match recorded.dialect {
            Dialect::Metabase => return self.guest(&signer, recorded).await,
            Dialect::Sigma => self.sigma(&signer, key, recorded).await?,
            Dialect::Looker => self.looker(&signer, key, recorded).await?,
            Dialect::Tableau => self.tableau(&signer, key, recorded).await?,
            Dialect::Vitrine => None,
        }) else {
            return Ok(Err(unreadable(recorded)));
        };
        if !answer.is_success() {
            return Ok(Err(answer.refusal()));
        }
        if let Err(refusal) = opens(&answer, recorded) {
            return Ok(Err(refusal));
        }
        let controls = answer.json().get("controls").and_then(Value::as_object).cloned().unwrap_or_default();
        Ok(Ok(Inside { credential: Credential::Handle(answer.member("handle")), controls }))
    }

    fn signer<'b>(&self, with: With<'b>, name: Option<&'b str>) -> Signer<'b> {
        Signer { with, name, now: self.now, id: format!("shadow {}", uuid::Uuid::new_v4()) }
    }

    /// The key that was recorded, or else the one that there is.
    fn key(&self, dialect: Dialect, named: Option<&ClientId>) -> Result<&EmbedKey, Refusal> {
        let of_dialect = self.definitions.embed_keys.iter().filter(|key| key.dialect == dialect && !key.disabled);
        let meant = of_dialect.filter(|key| named.is_none_or(|named| key.client_id == *named));
        only(meant, (named.map(ClientId::as_str), "key"), &format!("of the dialect `{dialect}`"))
    }

    /// The same, of identity providers.
    fn provider(&self, named: Option<&ProviderName>) -> Result<&IdentityProvider, Refusal> {
        let signing = self.definitions.identity_providers.iter().filter(|it| it.jwt.is_some() && !it.disabled);
        let meant = signing.filter(|provider| named.is_none_or(|named| provider.name == *named));
        only(meant, (named.map(ProviderName::as_str), "provider"), "with `jwt`")
    }

    /// Somebody logs in, and has a cookie then.
    async fn sign_on(
        &self,
        recorded: &Recorded,
        named: Option<&ProviderName>,
    ) -> Result<Result<Inside, Refusal>, ShadowError> {
        let provider = match self.provider(named) {
            Ok(provider) => provider,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let signer = self.signer(With::Secret(self.server.secret_of_provider(&provider.name)), None);
        let address = if recorded.address.is_empty() { SIGN_ON } else { &recorded.address };
        let Some(address) = signer.sign_on(address, recorded.token.as_deref()) else {
            return Ok(Err(unreadable(recorded)));
        };
        let logged_in = self.server.get(&address, Shown::OwnPage).await?;
        let Some(cookie) =
            logged_in.header("set-cookie").split(';').next().map(str::to_owned).filter(|it| !it.is_empty())
        else {
            return Ok(Err(logged_in.refusal()));
        };
        let credential = Credential::Cookie(cookie);
        let mut controls = Map::new();
        let back = Url::parse(&logged_in.header("location")).ok();
        if let Some(back) =
            back.filter(|back| ["/dashboard/", "/question/"].iter().any(|it| back.path().starts_with(it)))
        {
            let path: String = form_urlencoded::byte_serialize(back.path().as_bytes()).collect();
            let content = self.server.get(&format!("/api/v1/metabase/content?path={path}"), credential.shown()).await?;
            if !content.is_success() {
                return Ok(Err(content.refusal()));
            }
            if let Err(refusal) = opens(&content, recorded) {
                return Ok(Err(refusal));
            }
            controls = controls_in(back.query().unwrap_or_default());
        }
        Ok(Ok(Inside { credential, controls }))
    }

    /// A guest shows the token with every request.
    async fn guest(&self, signer: &Signer<'_>, recorded: &Recorded) -> Result<Result<Inside, Refusal>, ShadowError> {
        let (path, search) = recorded.address.split_once('?').unwrap_or((&recorded.address, ""));
        let in_address = path.rsplit('/').next().unwrap_or_default();
        let token = recorded.token.as_deref().unwrap_or(in_address);
        let Some(credential) = signer.token(token, &Map::new()) else { return Ok(Err(unreadable(recorded))) };
        let current = self.server.get("/api/v1/session", Shown::Viewer(&credential)).await?;
        if !current.is_success() {
            return Ok(Err(current.refusal()));
        }
        Ok(Ok(Inside { credential: Credential::Handle(credential), controls: controls_in(search) }))
    }

    async fn sigma(
        &self,
        signer: &Signer<'_>,
        key: &EmbedKey,
        recorded: &Recorded,
    ) -> Result<Option<ServerAnswer>, ShadowError> {
        let Some(address) = signer.sigma(&recorded.address, &self.server.app.public_origin) else { return Ok(None) };
        let body = json!({"address": address, "parent_origin": parent(key)});
        Ok(Some(self.exchange("/api/v1/sigma/sessions", &body).await?))
    }

    async fn looker(
        &self,
        signer: &Signer<'_>,
        key: &EmbedKey,
        recorded: &Recorded,
    ) -> Result<Option<ServerAnswer>, ShadowError> {
        let host = self.server.app.public_origin.rsplit('/').next().unwrap_or_default();
        let Some(address) = signer.looker(&recorded.address, host, key.signature_hash) else { return Ok(None) };
        let logged_in = self.server.get(&address, Shown::OwnPage).await?;
        let location = logged_in.header("location");
        let Some((behind, code)) = location.split_once('#') else { return Ok(Some(logged_in)) };
        let path = recorded.address.split('?').next().unwrap_or_default();
        let around = looker::target(path).ok().as_deref().and_then(embed_domain).unwrap_or_else(|| parent(key));
        let body = json!({"code": code, "address": behind, "parent_origin": around});
        Ok(Some(self.exchange("/api/v1/looker/sessions", &body).await?))
    }

    async fn tableau(
        &self,
        signer: &Signer<'_>,
        key: &EmbedKey,
        recorded: &Recorded,
    ) -> Result<Option<ServerAnswer>, ShadowError> {
        let mut header = Map::from_iter([("iss".to_owned(), json!(key.named_by_tokens()))]);
        if let With::Secret(secret) = signer.with {
            header.insert("kid".to_owned(), json!(tableau::secret_id(secret.as_bytes())));
        }
        let token = recorded.token.as_deref().and_then(|token| signer.token(token, &header));
        let Some(token) = token else { return Ok(None) };
        let body = json!({"address": recorded.address, "token": token, "parent_origin": parent(key)});
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
        let shown = inside.credential.shown();
        let answer = self.server.post(&path, shown, &json!({ "controls": controls }), "application/json").await?;
        Ok(if answer.is_success() { Ok(Answered::of(&answer.json())) } else { Err(answer.refusal()) })
    }
}

/// The one that is meant of those who could sign; of which member of a line, and what they are.
fn only<T>(mut meant: impl Iterator<Item = T>, (named, member): (Option<&str>, &str), of: &str) -> Result<T, Refusal> {
    match (named, meant.next(), meant.next()) {
        (_, Some(only), None) => Ok(only),
        (Some(named), ..) => Err(format!("there is no enabled {member} `{named}` {of}")),
        (None, None, _) => Err(format!("there is no enabled {member} {of}")),
        (None, Some(_), Some(_)) => Err(format!("there are several enabled {member}s {of}: expected `{member}`")),
    }
}

/// Expects that the workbook was opened which was looked at.
fn opens(answer: &ServerAnswer, recorded: &Recorded) -> Result<(), Refusal> {
    let (workbook, wanted) = (answer.member("workbook"), recorded.element.page.workbook.to_string());
    if workbook == wanted { Ok(()) } else { Err(format!("the address opens `{workbook}`, not `{wanted}`")) }
}

fn unreadable(recorded: &Recorded) -> Refusal {
    format!("this cannot be read as one of {}", recorded.dialect)
}

/// The values that the parameters of an address set.
fn controls_in(search: &str) -> Map<String, Value> {
    let mut controls = Map::new();
    for (name, value) in form_urlencoded::parse(search.as_bytes()) {
        let values = controls.entry(name.into_owned()).or_insert_with(|| json!([]));
        if let Some(values) = values.as_array_mut() {
            values.push(json!(value));
        }
    }
    controls
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
