//! Signing on by OpenID Connect: to the provider, back from it with a code, and out when it says so.

use super::sso::target;
use super::{Route, get, post};
use crate::app::App;
use crate::audit::{self, Refusal};
use crate::body::Form;
use crate::browser::{Browser, PATIENCE};
use crate::callers::Exchanging;
use crate::oidc::flow::Flow;
use crate::oidc::{Configuration, NotUsable};
use crate::organization::Organization;
use crate::outbound::NoAnswer;
use crate::problem::Problem;
use crate::signing_on::{self, NotOpened};
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use dialect::oidc::{IdToken, LoggedOut, OidcRefusal};
use model::access::{IdentityProvider, OidcSignOn};
use model::name::{ProviderId, ProviderName};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::sessions::Credential;
use store::{StoreError, TokenHash};
use url::form_urlencoded;

const TO_PROVIDER: &str = "/auth/oidc/{provider}";
const BACK: &str = "/auth/oidc/{provider}/callback";
const OUT: &str = "/auth/oidc/{provider}/logout";

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    vec![get(TO_PROVIDER, leave), get(BACK, come_back), post(OUT, log_out)]
}

/// Why somebody is not signed on. They read it on the page at which one logs in; the audit trail has the cause.
#[derive(Debug)]
enum NotIn {
    /// The provider is not there or has given no answer.
    Unavailable,
    /// They took too long, or it is another browser that comes back.
    Expired,
    /// The provider says that they do not want to, or may not.
    Cancelled,
    /// They do not come in.
    Refused,
    /// Where they want to be sent is somebody else's.
    ForeignTarget,
    /// Vitrine's own.
    Problem(Problem),
}

impl<E: Into<Problem>> From<E> for NotIn {
    fn from(error: E) -> Self {
        Self::Problem(error.into())
    }
}

impl IntoResponse for NotIn {
    fn into_response(self) -> Response {
        let why = match self {
            Self::Unavailable => "unavailable",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
            Self::ForeignTarget => {
                let detail = "`return_to`: expected an address of Vitrine".to_owned();
                return Problem::Invalid { code: "foreign_target", detail }.into_response();
            }
            Self::Problem(problem) => return problem.into_response(),
        };
        (StatusCode::SEE_OTHER, [(LOCATION, format!("/login?sign_on={why}"))]).into_response()
    }
}

/// A provider that speaks OpenID Connect and is enabled.
struct Meant<'a> {
    app: &'a App,
    caller: &'a Exchanging,
    route: &'static str,
    organization: &'a Organization,
    id: &'a ProviderId,
    provider: &'a IdentityProvider,
    oidc: &'a OidcSignOn,
}

impl<'a> Meant<'a> {
    fn of(
        app: &'a App,
        caller: &'a Exchanging,
        (route, name): (&'static str, &str),
        organization: &'a Organization,
    ) -> Option<Self> {
        let name = ProviderName::new(name).ok()?;
        let providers = &organization.snapshot.providers;
        let (id, provider) = providers.id(&name).zip(providers.named(&name))?;
        let oidc = provider.oidc.as_ref().filter(|_| !provider.disabled)?;
        Some(Self { app, caller, route, organization, id, provider, oidc })
    }

    async fn refuse(&self, kind: &'static str) -> Result<(), Problem> {
        let refusal = Refusal { route: self.route.to_owned(), kind, session: None };
        audit::refuse(self.app, &self.caller.correlation, refusal).await
    }

    /// Says in the log why a provider cannot be used, which is for whoever runs this server.
    async fn unusable(&self, why: &NotUsable) -> NotIn {
        tracing::warn!(provider = %self.provider.name, "the identity provider cannot be used: {why}");
        match self.refuse("provider_unavailable").await {
            Ok(()) => NotIn::Unavailable,
            Err(problem) => problem.into(),
        }
    }

    /// The same of one that knows of itself, and does not answer what it is asked then.
    async fn silent(&self, why: NoAnswer) -> NotIn {
        self.app.providers.leave_alone(self.oidc, &why).await;
        self.unusable(&why.into()).await
    }

    async fn refused(&self, kind: &'static str, reads: NotIn) -> NotIn {
        self.refuse(kind).await.map_or_else(NotIn::from, |()| reads)
    }

    /// Where the provider sends browsers back to.
    fn callback(&self) -> String {
        format!("{}/auth/oidc/{}/callback", self.app.public_origin, self.provider.name)
    }
}

/// `GET /auth/oidc/{provider}?return_to=…`
async fn leave(
    caller: Exchanging,
    State(app): State<App>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, NotIn> {
    let query = query.unwrap_or_default();
    let said = parameters(&query).ok_or(NotIn::ForeignTarget)?;
    let return_to = said.get("return_to").map(String::as_str);
    let return_to = target::own(return_to, &app.public_origin).ok_or(NotIn::ForeignTarget)?;
    let organization = app.organization_now().await?;
    let meant = Meant::of(&app, &caller, (TO_PROVIDER, &name), &organization).ok_or(Problem::NotFound)?;
    if app.cookie.is_none() {
        return Err(crate::logging_in::no_tls().into());
    }
    let configuration = match app.providers.configuration(meant.oidc).await {
        Ok(configuration) => configuration,
        Err(why) => return Err(meant.unusable(&why).await),
    };
    let browser = Browser::of(caller.headers(), &app.public_origin).ok_or(Problem::Internal)?;
    let flow = browser.leaves(&meant.provider.name, &return_to, app.clock.now()).ok_or(Problem::Internal)?;
    let location = asking(&meant, &configuration, &flow);
    let location = HeaderValue::from_str(&location).map_err(|_| Problem::Internal)?;
    let cookie = browser.kept(&app.public_origin).ok_or(Problem::Internal)?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, location), (SET_COOKIE, cookie)]).into_response())
}

/// The address at which the provider is asked (OpenID Connect Core 1.0, section 3.1.2.1).
fn asking(meant: &Meant<'_>, configuration: &Configuration, flow: &Flow) -> String {
    let mut address = configuration.authorization.clone();
    let scopes = std::iter::once("openid").chain(meant.oidc.scopes.iter().map(String::as_str));
    let scopes: Vec<&str> = scopes.collect();
    address.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", &meant.oidc.client_id),
        ("redirect_uri", &meant.callback()),
        ("scope", &scopes.join(" ")),
        ("state", &flow.state),
        ("nonce", &flow.nonce),
        ("code_challenge", &flow.challenge()),
        ("code_challenge_method", "S256"),
    ]);
    address.into()
}

/// What is said in a query or a form; one thing twice is none: two readers would see two.
fn parameters(query: &str) -> Option<BTreeMap<String, String>> {
    let mut said = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if said.insert(name.into_owned(), value.into_owned()).is_some() {
            return None;
        }
    }
    Some(said)
}

/// `GET /auth/oidc/{provider}/callback?code=…&state=…`
async fn come_back(
    caller: Exchanging,
    State(app): State<App>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, NotIn> {
    let organization = app.organization_now().await?;
    let meant = Meant::of(&app, &caller, (BACK, &name), &organization).ok_or(Problem::NotFound)?;
    let said = parameters(&query.unwrap_or_default()).unwrap_or_default();
    let (state, code) = (said.get("state"), said.get("code"));
    let browser = Browser::known(caller.headers(), &app.public_origin);
    let flow = browser.zip(state).and_then(|(it, state)| it.comes_back(&meant.provider.name, state, app.clock.now()));
    let Some(flow) = flow else { return Err(meant.refused("foreign_state", NotIn::Expired).await) };
    let Some(code) = code else { return Err(meant.refused("no_code", NotIn::Cancelled).await) };
    let configuration = match app.providers.configuration(meant.oidc).await {
        Ok(configuration) => configuration,
        Err(why) => return Err(meant.unusable(&why).await),
    };
    let names = said.get("iss");
    let is_meant = names.map_or(!configuration.names_itself, |iss| *iss == meant.oidc.discovery);
    if !is_meant {
        return Err(meant.refused("another_provider", NotIn::Refused).await);
    }
    let token = id_token(&meant, &configuration, &flow, code).await?;
    open(&meant, &flow, token).await
}

/// Exchanges the code for what the provider says of whoever has logged in there.
async fn id_token(meant: &Meant<'_>, configuration: &Configuration, flow: &Flow, code: &str) -> Result<IdToken, NotIn> {
    let (oidc, outbound) = (meant.oidc, meant.app.providers.outbound());
    let secret = meant.organization.secret_at(meant.id);
    let callback = meant.callback();
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &callback),
        ("client_id", &oidc.client_id),
        ("code_verifier", &flow.verifier),
    ];
    let basic = secret.filter(|_| !configuration.secret_in_form);
    if let Some(secret) = secret.filter(|_| configuration.secret_in_form) {
        form.push(("client_secret", secret));
    }
    // Each is written as in a form before (RFC 6749, section 2.3.1).
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let basic = basic.map(|secret| (encoded(&oidc.client_id), encoded(secret)));
    let basic = basic.as_ref().map(|(name, secret)| (name.as_str(), secret.as_str()));
    let answer = match outbound.post(&configuration.token, oidc.private_network, &form, basic).await {
        Ok(answer) => answer,
        Err(why @ NoAnswer::Status(_, 400 | 401)) => {
            tracing::warn!(provider = %meant.provider.name, "the identity provider takes no code: {why}");
            return Err(meant.refused("code_refused", NotIn::Refused).await);
        }
        Err(why) => return Err(meant.silent(why).await),
    };
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    let Some(signed) = text("id_token") else { return Err(meant.refused("no_id_token", NotIn::Refused).await) };
    let now = meant.app.clock.now();
    let checked = meant.app.providers.checked(oidc, |party| IdToken::verify(signed, party, &flow.nonce, now)).await;
    let token = match checked {
        Ok(Ok(token)) => token,
        Ok(Err(refusal)) => return Err(odd_token(meant, refusal).await),
        Err(why) => return Err(meant.unusable(&why).await),
    };
    let Some(address) = configuration.userinfo.as_ref().filter(|_| oidc.userinfo) else { return Ok(token) };
    let Some(bearer) = text("access_token") else { return Err(meant.refused("no_access_token", NotIn::Refused).await) };
    match outbound.get(address, oidc.private_network, Some(bearer)).await {
        Err(why) => Err(meant.silent(why).await),
        Ok(said) => match token.with_userinfo(said) {
            Ok(token) => Ok(token),
            Err(refusal) => Err(odd_token(meant, refusal).await),
        },
    }
}

async fn odd_token(meant: &Meant<'_>, refusal: OidcRefusal) -> NotIn {
    tracing::warn!(provider = %meant.provider.name, "a token of the identity provider does not count: {refusal}");
    meant.refused("token_refused", NotIn::Refused).await
}

/// Opens the session of the application.
async fn open(meant: &Meant<'_>, flow: &Flow, token: IdToken) -> Result<Response, NotIn> {
    let (app, correlation) = (meant.app, &meant.caller.correlation);
    let Some(cookie) = &app.cookie else { return Err(crate::logging_in::no_tls().into()) };
    let assertion = token.assertion(meant.id.clone(), &flow.salt, app.clock.now() + PATIENCE);
    let value = store::new_login_cookie()?;
    let hash = TokenHash::of(value.expose());
    let credential = Credential::Handle { hash, replaces: cookie.shown(meant.caller.headers()) };
    let facts = match signing_on::open(app, correlation, &assertion, None, credential).await {
        Ok(facts) => facts,
        Err(NotOpened::Problem(problem)) => return Err(problem.into()),
        Err(NotOpened::TokenUsed) => return Err(meant.refused("token_used", NotIn::Expired).await),
        Err(NotOpened::Refused(refused)) => return Err(meant.refused(refused.code(), NotIn::Refused).await),
    };
    audit::signed_on(app, correlation, &facts, meant.provider.name.as_str()).await?;
    let cookie = cookie.kept(value.expose()).ok_or(Problem::Internal)?;
    let location = HeaderValue::from_str(&flow.return_to).map_err(|_| Problem::Internal)?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, location), (SET_COOKIE, cookie)]).into_response())
}

/// `POST /auth/oidc/{provider}/logout`: the provider has logged somebody out (Back-Channel Logout 1.0).
async fn log_out(
    caller: Exchanging,
    State(app): State<App>,
    Path(name): Path<String>,
    Form(form): Form,
) -> Result<Response, Problem> {
    let organization = app.organization_now().await?;
    let meant = Meant::of(&app, &caller, (OUT, &name), &organization).ok_or(Problem::NotFound)?;
    let said = parameters(&form).unwrap_or_default();
    let Some(token) = said.get("logout_token") else { return invalid(&meant, "no_logout_token").await };
    let now = app.clock.now();
    let gone = match app.providers.checked(meant.oidc, |party| LoggedOut::verify(token, party, now)).await {
        Ok(Ok(gone)) => gone,
        Ok(Err(refusal)) => {
            tracing::warn!(provider = %meant.provider.name, "a logout token does not count: {refusal}");
            return invalid(&meant, "token_refused").await;
        }
        Err(why) => {
            tracing::warn!(provider = %meant.provider.name, "the identity provider cannot be used: {why}");
            return Err(Problem::Unavailable);
        }
    };
    let who = (gone.subject.as_deref(), gone.session.as_deref());
    match app.store.end_sessions_of_provider(meant.id, who, &gone.once, now).await {
        Ok(ended) => {
            audit::logged_out_by_provider(&app, &caller.correlation, &meant.provider.name, ended).await?;
            Ok(StatusCode::OK.into_response())
        }
        Err(StoreError::TokenUsed) => invalid(&meant, "token_used").await,
        Err(error) => Err(error.into()),
    }
}

async fn invalid(meant: &Meant<'_>, kind: &'static str) -> Result<Response, Problem> {
    meant.refuse(kind).await?;
    Ok((StatusCode::BAD_REQUEST, axum::Json(json!({"error": "invalid_request"}))).into_response())
}
