//! Servers of one's own for expectations: a data folder that is gone afterwards, and the router that `serve` has, without
//! a port. Nobody gets in but by the front door, so nothing here can see more than a viewer's page would.

use super::PolicyTestError;
use super::answer::Answer;
use super::doors::OpenPage;
use super::pair::Pair;
use crate::app::App;
use crate::apply::open_store;
use crate::clock::Clock;
use crate::config::{Config, Limits, Requests};
use crate::cookies::PAGE_SESSION;
use crate::mail::Mailer;
use crate::{audit, routes};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use chrono::{DateTime, Utc};
use model::access::Definitions;
use model::name::{ClientId, ProviderName};
use query::{Engine, Pieces};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use store::Secret;
use store::apply::Application;
use tempfile::TempDir;
use tower::ServiceExt as _;

/// The origin that the server believes it has.
const ORIGIN: &str = "http://localhost";

/// A server in process, with definitions in force.
pub(crate) struct Server {
    pub(crate) app: App,
    router: Router,
    secrets: BTreeMap<ClientId, Secret>,
    provider_secrets: BTreeMap<ProviderName, Secret>,
    /// The keys of all whom embed keys trust.
    pub(super) pair: Pair,
    _data: TempDir,
}

/// What a request shows to prove whose it is.
#[derive(Clone, Copy)]
pub(crate) enum Shown<'a> {
    /// Client id and secret of a host.
    Host(&'a ClientId),
    /// A viewer's credential.
    Viewer(&'a str),
    /// A page of somebody who has logged in.
    Page(&'a OpenPage),
    /// Nothing, from a page of Vitrine's own.
    OwnPage,
}

impl Server {
    /// Puts definitions in force in a new data folder. Every key and every identity provider has a secret that is made here,
    /// and whom keys trust has a pair: where the definitions say theirs are is not looked at. Passwords of databases are taken
    /// from where they are.
    pub(crate) async fn start(
        folder: &Path,
        definitions: &Definitions,
        limits: &Limits,
        passwords_in: &Path,
        now: DateTime<Utc>,
    ) -> Result<Self, PolicyTestError> {
        let data = tempfile::tempdir().map_err(PolicyTestError::Folder)?;
        let store = open_store(&Config::of_folder(data.path())).await?;
        let mut secrets = BTreeMap::new();
        for key in &definitions.embed_keys {
            secrets.insert(key.client_id.clone(), store::new_handle()?);
        }
        let given = secrets.iter().map(|(key, secret)| (key.clone(), vec![secret.clone()])).collect();
        let mut provider_secrets = BTreeMap::new();
        for provider in definitions.identity_providers.iter().filter(|it| !it.secrets().is_empty()) {
            provider_secrets.insert(provider.name.clone(), store::new_handle()?);
        }
        let of_providers = provider_secrets.iter().map(|(name, secret)| (name.clone(), vec![secret.clone()])).collect();
        let pair = Pair::generate()?;
        let definitions = pair.put_into(definitions.clone())?;
        let application =
            Application { definitions: definitions.clone(), secrets: given, provider_secrets: of_providers, now };
        store.apply(application, audit::applying(now, folder)).await?;
        let clock = Clock::from_fn(move || now);
        let engine = Engine::new(limits.of_queries(data.path()));
        let config = Config {
            limits: limits.clone(),
            // All is asked at one moment.
            requests: Requests::unlimited(),
            ..Config::of_folder(passwords_in)
        };
        let parts = (Pieces::default(), Mailer::into_folder(&config));
        let app = App::new(store, engine, clock, ORIGIN.to_owned(), &config, parts);
        pair.publish(&app, &definitions.embed_keys).await?;
        Ok(Self { pair, router: routes::router(app.clone()), app, secrets, provider_secrets, _data: data })
    }

    /// The secret of a key.
    pub(crate) fn secret(&self, key: &ClientId) -> &str {
        self.secrets.get(key).map(Secret::expose).unwrap_or_default()
    }

    /// The secret of an identity provider.
    pub(crate) fn secret_of_provider(&self, provider: &ProviderName) -> &str {
        self.provider_secrets.get(provider).map(Secret::expose).unwrap_or_default()
    }

    /// GET.
    pub(crate) async fn get(&self, path: &str, shown: Shown<'_>) -> Result<Answer, PolicyTestError> {
        self.send(Method::GET, path, shown, Body::empty(), "application/json").await
    }

    /// POST of JSON.
    pub(crate) async fn post(
        &self,
        path: &str,
        shown: Shown<'_>,
        body: &Value,
        accept: &str,
    ) -> Result<Answer, PolicyTestError> {
        self.send(Method::POST, path, shown, Body::from(body.to_string()), accept).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        shown: Shown<'_>,
        body: Body,
        accept: &str,
    ) -> Result<Answer, PolicyTestError> {
        let request = Request::builder().method(&method).uri(path).header(header::ACCEPT, accept);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let request = match shown {
            Shown::Host(key) => request.header(header::AUTHORIZATION, self.basic(key)),
            Shown::Viewer(credential) => request.header(header::AUTHORIZATION, format!("Bearer {credential}")),
            Shown::Page(OpenPage { cookie, session }) => {
                let request = request.header(header::ORIGIN, ORIGIN).header(header::COOKIE, cookie);
                if session.is_empty() { request } else { request.header(PAGE_SESSION, session) }
            }
            Shown::OwnPage => request.header(header::ORIGIN, ORIGIN),
        };
        let request = request.body(body).map_err(|error| PolicyTestError::Asking(error.to_string()))?;
        let Ok(response) = self.router.clone().oneshot(request).await;
        Answer::read(format!("{method} {path}"), response).await
    }

    fn basic(&self, key: &ClientId) -> String {
        use base64::Engine as _;
        let pair = format!("{key}:{}", self.secret(key));
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
    }
}
