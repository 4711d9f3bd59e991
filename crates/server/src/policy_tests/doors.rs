//! What hosts and identity providers have signed, handed in where pages hand it in.

use super::PolicyTestError;
use super::answer::Answer;
use super::signer::{Signer, With};
use super::stage::{Server, Shown};
use crate::tableau;
use dialect::looker;
use model::access::{EmbedKey, IdentityProvider};
use model::dialect::Dialect;
use serde_json::{Map, Value, json};
use store::TokenHash;
use url::{Url, form_urlencoded};

/// The address of single sign-on.
pub(crate) const SIGN_ON: &str = "/auth/sso";

/// Somebody who was let in.
pub(crate) struct Inside {
    /// What they show with every request.
    pub(crate) pass: Pass,
    /// What the address sets, by control.
    pub(crate) controls: Map<String, Value>,
    /// The workbook that the address opens, if it is about one.
    pub(crate) workbook: Option<String>,
}

/// What somebody who was let in shows with every request.
#[derive(Debug, Clone)]
pub(crate) enum Pass {
    /// A session's handle, a guest's token, or the id of a public link.
    Bearer(String),
    /// What a page of whoever has logged in sends.
    Page(OpenPage),
}

/// A page of somebody who has logged in.
#[derive(Debug, Clone)]
pub(crate) struct OpenPage {
    pub(super) cookie: String,
    /// The session of which the page is.
    pub(super) session: String,
}

impl Pass {
    pub(crate) fn shown(&self) -> Shown<'_> {
        match self {
            Self::Bearer(credential) => Shown::Viewer(credential),
            Self::Page(page) => Shown::Page(page),
        }
    }

    /// By what the store finds its session, if it is of one.
    pub(crate) fn hash(&self) -> TokenHash {
        match self {
            Self::Bearer(credential) => TokenHash::of(credential),
            Self::Page(page) => TokenHash::of(page.cookie.split_once('=').map_or("", |(_, value)| value)),
        }
    }
}

/// Who was let in, or what the door said instead.
pub(crate) type Entered = Result<Result<Inside, Answer>, PolicyTestError>;

impl Server {
    /// Whoever signs for a key.
    pub(crate) fn signer<'a>(&'a self, key: &'a EmbedKey) -> Signer<'a> {
        let with = match key.trust {
            Some(_) => With::Pair(&self.pair),
            None => With::Secret(self.secret(&key.client_id)),
        };
        let name = key.named_by_tokens();
        let header = match (key.dialect, with) {
            (Dialect::Sigma, _) => vec![("kid", json!(name))],
            (Dialect::Tableau, With::Secret(secret)) => {
                vec![("iss", json!(name)), ("kid", json!(tableau::secret_id(secret.as_bytes())))]
            }
            _ => Vec::new(),
        };
        let header = header.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Signer { with, name: Some(name), header }
    }

    /// An identity provider, signing.
    pub(crate) fn signer_of_provider<'a>(&'a self, provider: &IdentityProvider) -> Signer<'a> {
        Signer { with: With::Secret(self.secret_of_provider(&provider.name)), name: None, header: Map::new() }
    }

    /// A guest's token, or the id of a public link, with what an address sets besides: it is good if the page may ask with it.
    pub(crate) async fn enter_anonymously(&self, credential: String, search: &str) -> Entered {
        let current = self.get("/api/v1/session", Shown::Viewer(&credential)).await?;
        Ok(if current.is_success() {
            Ok(Inside { pass: Pass::Bearer(credential), controls: controls_in(search), workbook: None })
        } else {
            Err(current)
        })
    }

    /// An address of Sigma's, whole.
    pub(crate) async fn enter_by_sigma(&self, key: &EmbedKey, address: &str) -> Entered {
        let body = json!({"address": address, "parent_origin": parent(key)});
        self.exchange("/api/v1/sigma/sessions", &body).await
    }

    /// The address of a login of Looker's, from its path on.
    pub(crate) async fn enter_by_looker(&self, key: &EmbedKey, address: &str) -> Entered {
        let logged_in = self.get(address, Shown::OwnPage).await?;
        let location = logged_in.header("location");
        let Some((behind, code)) = location.split_once('#') else { return Ok(Err(logged_in)) };
        let path = address.split('?').next().unwrap_or_default();
        let around = looker::target(path).ok().as_deref().and_then(embed_domain).unwrap_or_else(|| parent(key));
        let body = json!({"code": code, "address": behind, "parent_origin": around});
        self.exchange("/api/v1/looker/sessions", &body).await
    }

    /// An address of Tableau's, from its path on, and the token that the page around it has.
    pub(crate) async fn enter_by_tableau(&self, key: &EmbedKey, address: &str, token: &str) -> Entered {
        let body = json!({"address": address, "token": token, "parent_origin": parent(key)});
        self.exchange("/api/v1/tableau/sessions", &body).await
    }

    /// What a page hands in, in exchange for a session.
    pub(super) async fn exchange(&self, path: &str, body: &Value) -> Entered {
        let answer = self.post(path, Shown::OwnPage, body, "application/json").await?;
        if !answer.is_success() {
            return Ok(Err(answer));
        }
        let controls = answer.json().get("controls").and_then(Value::as_object).cloned().unwrap_or_default();
        let pass = Pass::Bearer(answer.member("handle"));
        Ok(Ok(Inside { pass, controls, workbook: Some(answer.member("workbook")) }))
    }

    /// An address of single sign-on. Whoever has logged in looks at where it leads, if that is content by Metabase's address.
    pub(crate) async fn sign_on(&self, address: &str) -> Entered {
        let logged_in = self.get(address, Shown::OwnPage).await?;
        let cookie = logged_in.header("set-cookie");
        let Some(cookie) = cookie.split(';').next().filter(|it| !it.is_empty()) else { return Ok(Err(logged_in)) };
        let cookie = cookie.to_owned();
        let mut page = OpenPage { cookie, session: String::new() };
        page.session = self.get("/api/v1/session", Shown::Page(&page)).await?.member("session");
        let pass = Pass::Page(page);
        let is_content = |url: &Url| ["/dashboard/", "/question/"].iter().any(|it| url.path().starts_with(it));
        let Some(back) = Url::parse(&logged_in.header("location")).ok().filter(is_content) else {
            return Ok(Ok(Inside { pass, controls: Map::new(), workbook: None }));
        };
        let path: String = form_urlencoded::byte_serialize(back.path().as_bytes()).collect();
        let content = self.get(&format!("/api/v1/metabase/content?path={path}"), pass.shown()).await?;
        if !content.is_success() {
            return Ok(Err(content));
        }
        let controls = controls_in(back.query().unwrap_or_default());
        Ok(Ok(Inside { pass, controls, workbook: Some(content.member("workbook")) }))
    }
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
pub(super) fn parent(key: &EmbedKey) -> String {
    key.ceiling.origins.first().map(|origin| origin.replacen('*', "www", 1)).unwrap_or_default()
}
