//! A persona at the front door, and what they ask once they are in.

use super::PolicyTestError;
use super::answer::Answer;
use super::doors::{Entered, Pass, parent};
use super::stage::{Server, Shown};
use crate::{anonymous, callers};
use authz::Principal;
use model::access::{Definitions, EmbedKey};
use model::expectation::{ControlPath, Credential, ElementPath, ElementQuestion, ExportFormat};
use model::name::{AttributeName, ClientId, FieldName, TeamName};
use model::publication::Audience;
use model::semantic::ExplorePath;
use model::workbook::VersionName;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Somebody who stands before a server: inside with a credential, or with the refusal.
pub(super) struct Visitor {
    /// What they show with every request, or what the door said.
    pub(super) entered: Result<Pass, Arc<Answer>>,
    /// What the server takes them for.
    pub(super) taken_for: TakenFor,
}

/// What a server takes somebody for: by this it is known which policies are theirs.
#[derive(Debug, Clone, Default)]
pub(super) struct TakenFor {
    pub(super) teams: BTreeSet<TeamName>,
    pub(super) attributes: BTreeSet<AttributeName>,
    pub(super) audience: Option<Audience>,
}

impl Visitor {
    /// Gets in as the credential says.
    pub(super) async fn enter(
        server: &Server,
        credential: &Credential,
        definitions: &Definitions,
    ) -> Result<Self, PolicyTestError> {
        let missing = || PolicyTestError::Asking("whoever signs is not defined".to_owned());
        let key_of = |id: &ClientId| definitions.embed_keys.iter().find(|key| key.client_id == *id).ok_or_else(missing);
        let entered = match credential {
            Credential::Session { key, session } => by_session(server, key_of(key)?, session, definitions).await?,
            Credential::Token { key, address, claims } => {
                server.enter_with_token(key_of(key)?, address.as_deref(), claims).await?
            }
            Credential::SignOn { provider, claims } => {
                let named = definitions.identity_providers.iter().find(|it| it.name == *provider);
                server.log_in(named.ok_or_else(missing)?, claims).await?
            }
            Credential::PublicLink(link) => server.enter_anonymously(format!("link_{link}"), "").await?,
        };
        let entered = entered.map(|inside| inside.pass).map_err(Arc::new);
        let taken_for = match &entered {
            Ok(pass) => TakenFor::of(server, credential, pass, definitions).await,
            Err(_) => TakenFor::default(),
        };
        Ok(Self { entered, taken_for })
    }
}

/// The host opens a session, and the page in its frame redeems the code.
async fn by_session(
    server: &Server,
    key: &EmbedKey,
    session: &Map<String, Value>,
    definitions: &Definitions,
) -> Entered {
    let (body, id) = (Value::Object(session.clone()), &key.client_id);
    let opened = server.post("/api/v1/embed/sessions", Shown::Host(id), &body, "application/json").await?;
    if !opened.is_success() {
        return Ok(Err(opened));
    }
    let workbook = body.pointer("/content/workbook").and_then(Value::as_str).map(str::to_owned);
    let workbook = workbook.or_else(|| definitions.workbooks.keys().next().map(ToString::to_string));
    let around = session.get("origin").and_then(Value::as_str).map_or_else(|| parent(key), str::to_owned);
    let redemption = json!({
        "code": opened.member("code"), "client_id": id, "workbook": workbook.unwrap_or_default(),
        "parent_origin": around,
    });
    server.exchange("/api/v1/embed/redeem", &redemption).await
}

/// Who a server takes somebody for that shows a credential.
pub(super) async fn principal(server: &Server, credential: &Credential, pass: &Pass) -> Option<Principal> {
    let (app, now) = (&server.app, server.app.clock.now());
    let organization = app.organization_now().await.ok()?;
    match (credential, pass) {
        (Credential::PublicLink(link), _) => anonymous::by_link(&organization, link, now).ok(),
        // A guest's token is no session's.
        (Credential::Token { address: None, .. }, Pass::Bearer(token)) => {
            anonymous::by_token(&organization, token, None, now).ok()
        }
        _ => callers::by_handle(app, pass.hash()).await.ok()?.ok().map(|(principal, _)| principal),
    }
}

impl TakenFor {
    async fn of(server: &Server, credential: &Credential, pass: &Pass, definitions: &Definitions) -> Self {
        let principal = principal(server, credential, pass).await;
        principal.map(|principal| Self::from(&principal, definitions)).unwrap_or_default()
    }

    fn from(principal: &Principal, definitions: &Definitions) -> Self {
        let names = definitions.attributes.iter().map(|attribute| &attribute.name);
        Self {
            teams: principal.teams().clone(),
            attributes: names.filter(|name| principal.attribute(name).is_some()).cloned().collect(),
            audience: principal.audience().cloned(),
        }
    }
}

/// What somebody asked of an explore.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) explore: ExplorePath,
    pub(super) fields: BTreeSet<FieldName>,
    /// Whether it was answered; else a field was unknown.
    pub(super) answered: bool,
}

/// One look of a persona: everything that they receive is kept, because what they must never see may be anywhere.
pub(super) struct Visit<'a> {
    pub(super) server: &'a Server,
    pub(super) definitions: &'a Definitions,
    pub(super) pass: &'a Pass,
    pub(super) received: Vec<Arc<Answer>>,
    pub(super) asked: Vec<Asked>,
}

impl<'a> Visit<'a> {
    pub(super) fn new(server: &'a Server, definitions: &'a Definitions, pass: &'a Pass) -> Self {
        Self { server, definitions, pass, received: Vec::new(), asked: Vec::new() }
    }

    /// The structure of a workbook.
    pub(super) async fn workbook(&mut self, name: &VersionName) -> Result<Arc<Answer>, PolicyTestError> {
        let path = format!("/api/v1/workbooks/{name}");
        let answer = self.server.get(&path, self.pass.shown()).await?;
        Ok(self.keep(answer))
    }

    /// The rows of an element, or those underneath it.
    pub(super) async fn element(
        &mut self,
        path: &ElementPath,
        question: &ElementQuestion,
    ) -> Result<Arc<Answer>, PolicyTestError> {
        let (kind, body) = match &question.underlying {
            Some(at) => ("underlying", json!({"controls": question.controls, "at": at})),
            None => ("query", json!({"controls": question.controls, "drill": question.drill})),
        };
        self.post(&format!("{}/{kind}", element(path)), &body, "application/json").await
    }

    /// The same as a file.
    pub(super) async fn element_as_file(
        &mut self,
        path: &ElementPath,
        question: &ElementQuestion,
        format: ExportFormat,
    ) -> Result<Arc<Answer>, PolicyTestError> {
        let (controls, format) = (&question.controls, format.as_str());
        let (kind, body) = match &question.underlying {
            Some(at) => ("underlying/export", json!({"controls": controls, "at": at, "format": format})),
            None => ("export", json!({"controls": controls, "format": format})),
        };
        self.post(&format!("{}/{kind}", element(path)), &body, "*/*").await
    }

    /// What a control offers.
    pub(super) async fn offered(
        &mut self,
        path: &ControlPath,
        search: Option<&str>,
    ) -> Result<Arc<Answer>, PolicyTestError> {
        let (page, name) = (&path.page, &path.name);
        let address = format!("/api/v1/workbooks/{}/pages/{}/controls/{name}/values", page.workbook, page.page);
        let body = search.map_or_else(|| json!({}), |search| json!({ "search": search }));
        self.post(&address, &body, "application/json").await
    }

    /// A question of one's own.
    pub(super) async fn query(&mut self, query: &Value, accept: &str) -> Result<Arc<Answer>, PolicyTestError> {
        self.post("/api/v1/query", query, accept).await
    }

    async fn post(&mut self, path: &str, body: &Value, accept: &str) -> Result<Arc<Answer>, PolicyTestError> {
        let answer = self.server.post(path, self.pass.shown(), body, accept).await?;
        Ok(self.keep(answer))
    }

    fn keep(&mut self, answer: Answer) -> Arc<Answer> {
        let answer = Arc::new(answer);
        self.received.push(Arc::clone(&answer));
        answer
    }

    /// Notes what was asked, if an answer says something about it.
    pub(super) fn note(&mut self, explore: &ExplorePath, fields: BTreeSet<FieldName>) {
        let Some(answer) = self.received.last() else { return };
        let answered = answer.is_success();
        if answered || answer.member("code") == "unknown_field" {
            self.asked.push(Asked { explore: explore.clone(), fields, answered });
        }
    }
}

fn element(path: &ElementPath) -> String {
    let ElementPath { page, name } = path;
    format!("/api/v1/workbooks/{}/pages/{}/elements/{name}", page.workbook, page.page)
}
