//! Single sign-on with tokens that a host signs, at Metabase's address and in its words: `/auth/sso`.
//!
//! A browser without a token is sent to the host, which sends it back with one; the token becomes a session of the
//! application. A program exchanges it for a session of its own.

mod asked;
mod refusal;
pub(super) mod target;

use self::asked::Asked;
use self::refusal::SsoRefusal;
use super::{Route, get, post};
use crate::app::App;
use crate::audit::{self, Refusal};
use crate::callers::Exchanging;
use crate::framing;
use crate::organization::Organization;
use crate::prefetch::is_prefetch;
use crate::problem::Problem;
use crate::signing_on::{self, NotOpened};
use axum::extract::{RawQuery, State};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, LOCATION, ORIGIN, SET_COOKIE, VARY};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use dialect::sso::{self, SignedOn};
use model::access::{IdentityProvider, JwtSignOn};
use model::name::ProviderName;
use serde_json::{Map, Value, json};
use store::TokenHash;
use store::sessions::Credential;

const ROUTE: &str = "/auth/sso";

/// The routes.
pub(super) fn routes() -> Vec<Route> {
    vec![get(ROUTE, sign_on), post(ROUTE, never_posted)]
}

/// `POST /auth/sso` is of SAML.
async fn never_posted(_: Exchanging) -> (StatusCode, &'static str) {
    (StatusCode::BAD_REQUEST, "POST not valid for JWT SSO requests")
}

/// `GET /auth/sso?jwt=…&return_to=…`
async fn sign_on(
    caller: Exchanging,
    State(app): State<App>,
    method: Method,
    RawQuery(query): RawQuery,
) -> Result<Response, SsoRefusal> {
    if method == Method::HEAD {
        return Err(Problem::MethodNotAllowed.into());
    }
    // What a browser fetches before somebody goes there must use nothing up, and log nobody in.
    if is_prefetch(caller.headers()) {
        return Err(SsoRefusal::Prefetch);
    }
    let asked = Asked::read(&query.unwrap_or_default(), caller.headers())?;
    let target = target::of(&asked, &app.public_origin)?;
    let organization = app.organization_now().await?;
    match asked.jwt.clone() {
        None if asked.of_program => Ok(told(&organization, &asked, caller.headers())),
        None => sent_to_sign_in(&organization, &asked),
        Some(token) => {
            let entry = Entry { app: &app, caller: &caller, organization: &organization, asked: &asked };
            entry.signed_on(&token, &target).await
        }
    }
}

/// The providers that take tokens, of which one may be asked for by name.
fn signing<'a>(
    organization: &'a Organization,
    asked: &Asked,
) -> impl Iterator<Item = (&'a IdentityProvider, &'a JwtSignOn)> {
    let wanted = asked.provider.as_ref().and_then(|name| ProviderName::new(name.as_str()).ok());
    let any = asked.provider.is_none();
    let enabled = organization.snapshot.providers.iter().map(|(.., provider)| provider).filter(|it| !it.disabled);
    let meant = enabled.filter(move |provider| any || wanted.as_ref() == Some(&provider.name));
    meant.filter_map(|provider| Some((provider, provider.jwt.as_ref()?)))
}

/// Tells a program where it gets a token; also one in a page of a host, whose origin may read the answer.
fn told(organization: &Organization, asked: &Asked, headers: &HeaderMap) -> Response {
    let told = sent_to_sign_in(organization, asked).into_response();
    let origin = headers.get(ORIGIN).filter(|origin| {
        let hosts = signing(organization, asked).map(|(provider, _)| &provider.frame_origins);
        origin.to_str().is_ok_and(|origin| hosts.into_iter().any(|origins| origins.contains(origin)))
    });
    let readable: HeaderMap = origin.map(|origin| (ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone())).into_iter().collect();
    (readable, [(VARY, "origin")], told).into_response()
}

/// Sends a browser to where it gets a token; tells a program where that is.
fn sent_to_sign_in(organization: &Organization, asked: &Asked) -> Result<Response, SsoRefusal> {
    let mut signing = signing(organization, asked).filter(|_| asked.method_is_jwt());
    let (_, jwt) = signing.next().ok_or(SsoRefusal::Disabled)?;
    if signing.next().is_some() {
        return Err(SsoRefusal::Several);
    }
    if asked.of_program {
        expect_programs(jwt)?;
        return Ok(axum::Json(json!({"url": jwt.sign_in, "method": "jwt"})).into_response());
    }
    let location = target::with_return(&jwt.sign_in, asked.return_to.as_deref());
    let location = HeaderValue::from_str(&location).map_err(|_| Problem::Internal)?;
    Ok((StatusCode::FOUND, [(LOCATION, location)]).into_response())
}

const fn expect_programs(jwt: &JwtSignOn) -> Result<(), SsoRefusal> {
    if jwt.sdk_sessions { Ok(()) } else { Err(SsoRefusal::NoPrograms) }
}

/// Somebody who comes with a token.
struct Entry<'a> {
    app: &'a App,
    caller: &'a Exchanging,
    organization: &'a Organization,
    asked: &'a Asked,
}

impl Entry<'_> {
    async fn signed_on(&self, token: &str, target: &str) -> Result<Response, SsoRefusal> {
        if signing(self.organization, self.asked).next().is_none() {
            return Err(SsoRefusal::Disabled);
        }
        let signed = match sso::verify(token, self.organization.secrets_of_providers()) {
            Ok(signed) => signed,
            Err(refused) => {
                self.refuse(refused.code()).await?;
                return Err(SsoRefusal::Unverified);
            }
        };
        let provider = self.organization.snapshot.providers.get(signed.provider());
        let meant =
            provider.filter(|it| signing(self.organization, self.asked).any(|(other, _)| other.name == it.name));
        let Some((provider, jwt)) = meant.and_then(|it| Some((it, it.jwt.as_ref()?))) else {
            self.refuse("another_provider").await?;
            return Err(SsoRefusal::Unverified);
        };
        if self.asked.of_program {
            expect_programs(jwt)?;
            return self.for_program(signed, provider, jwt).await;
        }
        self.for_browser(signed, provider, jwt, target).await
    }

    /// A session of the application, by its cookie.
    async fn for_browser(
        &self,
        signed: SignedOn,
        provider: &IdentityProvider,
        jwt: &JwtSignOn,
        target: &str,
    ) -> Result<Response, SsoRefusal> {
        let Some(cookie) = &self.app.cookie else { return Err(crate::logging_in::no_tls().into()) };
        let in_frame = framing::is_for_frame(self.caller.headers());
        if in_frame && provider.frame_origins.is_empty() {
            return Err(SsoRefusal::NoFrames);
        }
        let cookie = if in_frame { cookie.in_frames() } else { cookie.clone() };
        let target = if in_frame { framing::in_frame(target, provider) } else { target.to_owned() };
        let value = cookie.new_value()?;
        let hash = TokenHash::of(value.expose());
        let credential = Credential::Handle { hash, replaces: cookie.shown(self.caller.headers()) };
        self.open(signed, provider, jwt, credential).await?;
        let cookie = cookie.kept(value.expose()).ok_or(Problem::Internal)?;
        let location = HeaderValue::from_str(&target).map_err(|_| Problem::Internal)?;
        Ok((StatusCode::FOUND, [(LOCATION, location), (SET_COOKIE, cookie)]).into_response())
    }

    /// A session that a program shows as `X-Metabase-Session`, or as a bearer token.
    async fn for_program(
        &self,
        signed: SignedOn,
        provider: &IdentityProvider,
        jwt: &JwtSignOn,
    ) -> Result<Response, SsoRefusal> {
        let times = ["iat", "exp"].map(|name| (name, signed.claims().get(name).cloned()));
        let id = store::new_program_session()?;
        let credential = Credential::Handle { hash: TokenHash::of(id.expose()), replaces: None };
        self.open(signed, provider, jwt, credential).await?;
        let mut answer = Map::from_iter([("id".to_owned(), Value::String(id.expose().to_owned()))]);
        answer.extend(times.into_iter().filter_map(|(name, time)| Some((name.to_owned(), time?))));
        Ok(axum::Json(answer).into_response())
    }

    async fn open(
        &self,
        signed: SignedOn,
        provider: &IdentityProvider,
        jwt: &JwtSignOn,
        credential: Credential,
    ) -> Result<(), SsoRefusal> {
        let (app, correlation) = (self.app, &self.caller.correlation);
        let until = signed.expires_at().filter(|_| self.asked.of_program);
        let assertion = match signed.assertion(jwt.mode, app.clock.now()) {
            Ok(assertion) => assertion,
            Err(refusal) => {
                self.refuse("token_out_of_time").await?;
                return Err(SsoRefusal::Token(refusal));
            }
        };
        match signing_on::open(app, correlation, &assertion, until, credential).await {
            Ok(facts) => Ok(audit::signed_on(app, correlation, &facts, provider.name.as_str()).await?),
            Err(NotOpened::Problem(problem)) => Err(problem.into()),
            Err(NotOpened::TokenUsed) => {
                self.refuse("token_used").await?;
                Err(SsoRefusal::TokenUsed)
            }
            Err(NotOpened::Refused(refused)) => {
                self.refuse(refused.code()).await?;
                let site = &self.organization.snapshot.organization.name;
                Err(SsoRefusal::of(refused, site, provider))
            }
        }
    }

    async fn refuse(&self, kind: &'static str) -> Result<(), Problem> {
        let refusal = Refusal { route: ROUTE.to_owned(), kind, session: None };
        audit::refuse(self.app, &self.caller.correlation, refusal).await
    }
}
