//! Signing in, with a token of a host or a personal access token; and out.

use super::named::Versioned;
use super::told::{told, written};
use crate::app::App;
use crate::audit::{self, Refusal};
use crate::callers::{Exchanging, Shown, TableauProgram, Viewer, resume};
use crate::opening::{self, NotOpened};
use crate::organization::Organization;
use crate::problem::Problem;
use crate::tableau::{self, Element, Form, Sent, Site, Trusts, admits_site, invalid_attribute};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use chrono::TimeDelta;
use dialect::tableau::TableauRefusal;
use model::assertion::Assertion;
use model::dialect::Dialect;
use model::name::CredentialId;
use std::sync::Arc;
use store::sessions::Credential;
use store::{Secret, TokenHash};

const ROUTE: &str = "/api/{version}/auth/signin";

/// How long a token counts that stands for a personal access token. Tableau's count for four hours.
const LIVES: TimeDelta = TimeDelta::seconds(14_400);

/// The longest secret that is looked up, in bytes.
const LONGEST: usize = 200;

/// How somebody signs in.
enum SignIn<'a> {
    /// With a token that their host has signed.
    Token { jwt: &'a str, trusts: Trusts },
    /// With a personal access token: the name or id of an API credential, and its secret.
    Personal { name: &'a str, secret: &'a str },
}

impl<'a> SignIn<'a> {
    fn read(credentials: &'a Element) -> Result<Self, Problem> {
        if credentials.attribute("password").is_some() {
            let detail = "expected `jwt`, or `personalAccessTokenName` and `personalAccessTokenSecret`: nobody signs in \
                with a name and a password here";
            return Err(invalid_attribute("password", detail));
        }
        if credentials.any("user").is_some() {
            return Err(invalid_attribute("user", "expected none: nobody signs in as somebody else here"));
        }
        let known = ["jwt", "isUat", "personalAccessTokenName", "personalAccessTokenSecret"];
        credentials.expect(&known, &["site"])?;
        let Some(jwt) = credentials.attribute("jwt") else {
            let [name, secret] = ["personalAccessTokenName", "personalAccessTokenSecret"];
            return Ok(Self::Personal { name: credentials.needed(name)?, secret: credentials.needed(secret)? });
        };
        let is_unified = credentials.flag("isUat")?.unwrap_or_default();
        Ok(Self::Token { jwt, trusts: if is_unified { Trusts::Unified } else { Trusts::Apps } })
    }
}

/// Gives a token for the programs' later calls.
pub(super) async fn sign_in(
    caller: Exchanging,
    _: Versioned,
    State(app): State<App>,
    Sent(sent): Sent,
) -> Result<Response, Problem> {
    let credentials = sent.only("credentials")?;
    let site = credentials.any("site").and_then(|site| site.attribute("contentUrl")).unwrap_or_default();
    let (token, viewer) = match SignIn::read(credentials)? {
        SignIn::Token { jwt, trusts } => by_token(&app, &caller, (jwt, trusts), site).await?,
        SignIn::Personal { name, secret } => by_credential(&app, &caller, (name, secret), site).await?,
    };
    let answer = credentials_of(&viewer).with("token", token.expose());
    Ok(written(Form::of(caller.headers()), StatusCode::OK, vec![answer]))
}

/// Where somebody is, and who.
fn credentials_of(viewer: &Viewer) -> Element {
    let Site { id, content_url, .. } = Site::of(&viewer.principal, &viewer.organization);
    let site = Element::new("site").with("id", id).with("contentUrl", content_url);
    let user = Element::new("user").with("id", super::user::own_id(viewer));
    Element::new("credentials").holding([site, user])
}

/// A session of whoever the token is about, who never administers.
async fn by_token(
    app: &App,
    caller: &Exchanging,
    (jwt, trusts): (&str, Trusts),
    site: &str,
) -> Result<(Secret, Viewer), Problem> {
    let organization = app.organization_now().await?;
    let vouched = vouched(app, &organization, (jwt, trusts), site).await;
    let assertion = match vouched {
        Ok(assertion) => assertion,
        Err(refusal) => return refuse(app, caller, refusal).await,
    };
    caller.with_key(app, assertion.key(), &organization).await?;
    let handle = store::new_handle()?;
    let hash = TokenHash::of(handle.expose());
    let opened = match opening::open(app, &assertion, Credential::Handle { hash, replaces: None }).await {
        Ok(opened) => opened.session,
        Err(NotOpened::Problem(problem)) => return Err(problem),
        Err(NotOpened::TokenUsed) => return refuse(app, caller, TableauRefusal::UsedBefore).await,
        Err(NotOpened::Refused(refused)) => return refuse(app, caller, tableau::of_person(refused)).await,
    };
    audit::handle_given(app, &caller.correlation, &opened.facts, audit::TOKEN_EXCHANGED).await?;
    match shown(app, caller, Shown::Handle(hash)).await? {
        Ok(viewer) => Ok((handle, viewer)),
        Err(_) => refuse(app, caller, TableauRefusal::UnknownUser).await,
    }
}

async fn vouched(
    app: &App,
    organization: &Organization,
    (jwt, trusts): (&str, Trusts),
    site: &str,
) -> Result<Assertion, TableauRefusal> {
    let assertion = tableau::verify(app, organization, jwt, trusts).await?.for_program()?;
    let key = organization.snapshot.keys.get(assertion.key()).ok_or(TableauRefusal::UnknownTrust)?;
    let is_there = admits_site(&organization.snapshot, key, site);
    if is_there { Ok(assertion) } else { Err(TableauRefusal::ResourceRefused("contentUrl")) }
}

/// A token that stands for an API credential.
async fn by_credential(
    app: &App,
    caller: &Exchanging,
    (name, secret): (&str, &str),
    site: &str,
) -> Result<(Secret, Viewer), Problem> {
    let viewer = match known(app, caller, name, secret).await? {
        Ok(viewer) => viewer,
        Err(kind) => return unknown(app, caller, kind).await,
    };
    if !site.is_empty() && !is_own(&viewer, site) {
        return unknown(app, caller, "unknown_site").await;
    }
    caller.with_viewer(app, &viewer).await?;
    let token = store::new_tableau_token()?;
    let facts = viewer.principal.facts();
    let expires_at = facts.expires_at.min(app.clock.now() + LIVES);
    let (hash, credential) = (TokenHash::of(token.expose()), CredentialId::new(facts.session.as_str()));
    let event = audit::account_changed(app, &viewer, "access_token_made");
    if !app.store.make_access_token(hash, &credential, expires_at, event).await? {
        return unknown(app, caller, "unknown_credential").await;
    }
    Ok((token, viewer))
}

/// Whether a tenant's own people may call their site that.
fn is_own(viewer: &Viewer, site: &str) -> bool {
    let called = viewer.organization.snapshot.tenant_called(Dialect::Tableau, site);
    viewer.principal.tenant().is_some_and(|own| called == Some(own))
}

/// Whoever the credential acts for, or why it does not.
async fn known(
    app: &App,
    caller: &Exchanging,
    name: &str,
    secret: &str,
) -> Result<Result<Viewer, &'static str>, Problem> {
    if !secret.starts_with("va_") || secret.len() > LONGEST {
        return Ok(Err("unknown_credential"));
    }
    let viewer = match shown(app, caller, Shown::Credential(TokenHash::of(secret))).await? {
        Ok(viewer) => viewer,
        Err(kind) => return Ok(Err(kind)),
    };
    let id = CredentialId::new(viewer.principal.session().as_str());
    let credential = app.store.credential_called(&id).await?;
    let is_meant = credential.is_some_and(|it| it.name == name || it.id.as_str() == name);
    Ok(if is_meant { Ok(viewer) } else { Err("other_client_id") })
}

/// Whoever has shown that, as they are now.
async fn shown(app: &App, caller: &Exchanging, shown: Shown) -> Result<Result<Viewer, &'static str>, Problem> {
    let (principal, organization) = match resume(app, &shown).await? {
        Ok(known) => known,
        Err((kind, _)) => return Ok(Err(kind)),
    };
    let correlation = caller.correlation.clone();
    Ok(Ok(Viewer { principal: Arc::new(principal), shown, organization, preview: None, correlation }))
}

/// One refusal, whatever was wrong with a personal access token.
async fn unknown<T>(app: &App, caller: &Exchanging, kind: &'static str) -> Result<T, Problem> {
    audit::refuse(app, &caller.correlation, Refusal { route: ROUTE.to_owned(), kind, session: None }).await?;
    Err(Problem::HostUnknown)
}

async fn refuse<T>(app: &App, caller: &Exchanging, refusal: TableauRefusal) -> Result<T, Problem> {
    let kind = refusal.reason();
    audit::refuse(app, &caller.correlation, Refusal { route: ROUTE.to_owned(), kind, session: None }).await?;
    Err(refusal.into())
}

/// Ends what the program has signed in with.
pub(super) async fn sign_out(caller: TableauProgram, State(app): State<App>) -> Result<Response, Problem> {
    let viewer = &caller.viewer;
    let ended = match &viewer.shown {
        Shown::AccessToken(token) => {
            let event = audit::account_changed(&app, viewer, "access_token_ended");
            app.store.end_access_token(*token, event).await?
        }
        _ => {
            let facts = viewer.principal.facts();
            let event = audit::logged_out(&app, &viewer.correlation, facts);
            app.store.end_session_called(&facts.session, "signed out", event).await?
        }
    };
    if ended { Ok(StatusCode::NO_CONTENT.into_response()) } else { Err(Problem::SessionEnded) }
}

/// There is one site for each person, so that nobody goes to another one.
pub(super) async fn switch_site(caller: TableauProgram, Sent(sent): Sent) -> Result<Response, Problem> {
    let site = sent.only("site")?;
    site.expect(&["contentUrl"], &[])?;
    if site.attribute("contentUrl").is_some_and(|named| named == caller.site().content_url) {
        let detail = "`contentUrl`: expected another site than the one that you are in".to_owned();
        return Err(Problem::Forbidden { code: "same_site", detail });
    }
    Err(Problem::NotFound)
}

/// Who is signed in, and where.
pub(super) async fn session(caller: TableauProgram) -> Result<Response, Problem> {
    let site = caller.site();
    let site = Element::new("site").with("id", site.id).with("name", site.name).with("contentUrl", site.content_url);
    let user = super::user::oneself(&caller.viewer);
    Ok(told(&caller, vec![Element::new("session").holding([site, user])]))
}
