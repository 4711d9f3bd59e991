//! Who may call a route. A handler names one of these types first; extracting it is the check.

mod arriving;
mod program;
mod resuming;
mod tableau_program;

use crate::app::App;
use crate::audit::{Refusal, refuse};
use crate::cookies::{is_own_page, session_of_page};
use crate::correlation::CorrelationId;
use crate::framing::frame_of_page;
use crate::organization::Organization;
use crate::preview::Preview;
use crate::problem::Problem;
use crate::rates;
pub use arriving::Arriving;
use authz::{Principal, Reader};
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use chrono::{DateTime, NaiveDate, Utc};
use dialect::credentials::Credentials;
use dialect::jwt::Token;
use dialect::key::{Refused, VerifiedKey};
use dialect::vitrine::Bearer;
use model::dialect::Dialect;
use model::enforcement::{Point, enforced};
use model::name::KeyId;
use model::time_zone::TimeZone;
use model::workbook::VersionName;
pub use program::Program;
pub use resuming::{Shown, ShownCookie};
pub(crate) use resuming::{by_handle, by_token, resume};
use std::convert::Infallible;
use std::sync::Arc;
pub use tableau_program::TableauProgram;

/// The kinds of callers, for the route inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallerKind {
    /// Whoever can reach the server. Reviewed one by one.
    Anyone,
    /// A host's back end.
    Host,
    /// A person in an open session.
    Viewer,
    /// Whoever has a guest token or a public link in the address.
    Guest,
    /// A person in an open session or with an API credential, of whom each route asks what they may administer.
    Administrator,
    /// A program with a token of Looker's, Sigma's or Tableau's API, of whose member each route asks what they may.
    Program,
}

/// A type whose extraction proves who calls.
pub trait Caller: FromRequestParts<App> {
    /// For the route inventory.
    const KIND: CallerKind;
}

/// Whoever can reach the server: nothing was checked.
pub struct Anyone;

impl Caller for Anyone {
    const KIND: CallerKind = CallerKind::Anyone;
}

impl FromRequestParts<App> for Anyone {
    type Rejection = Infallible;

    async fn from_request_parts(_parts: &mut Parts, _app: &App) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

/// Whoever comes to exchange something for a handle: so often from one address, and nothing else was checked.
pub struct Exchanging {
    /// The request, but for its body.
    parts: Parts,
    /// The request's id.
    pub correlation: CorrelationId,
}

impl Exchanging {
    /// Expects the key by which something was signed to be used no more often than its ceiling says.
    pub(crate) async fn with_key(&self, app: &App, key: &KeyId, organization: &Organization) -> Result<(), Problem> {
        rates::of_key(app, &self.parts, &self.correlation, (&organization.snapshot, key)).await
    }

    /// Expects somebody who has just shown who they are to come no more often than they may.
    pub(crate) async fn with_viewer(&self, app: &App, viewer: &Viewer) -> Result<(), Problem> {
        rates::of_viewer(app, &self.parts, viewer).await
    }

    /// What was sent beside the body.
    #[must_use]
    pub const fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }
}

impl Caller for Exchanging {
    const KIND: CallerKind = CallerKind::Anyone;
}

impl FromRequestParts<App> for Exchanging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Ok(correlation) = CorrelationId::from_request_parts(parts, app).await;
        rates::of_address(app, parts, &correlation).await?;
        Ok(Self { parts: parts.clone(), correlation })
    }
}

/// A host's back end that has shown a secret of an enabled embed key.
pub struct Host {
    /// The key.
    pub key: VerifiedKey,
    /// The organization now.
    pub organization: Arc<Organization>,
    /// The request's id.
    pub correlation: CorrelationId,
}

impl Caller for Host {
    const KIND: CallerKind = CallerKind::Host;
}

impl FromRequestParts<App> for Host {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Ok(correlation) = CorrelationId::from_request_parts(parts, app).await;
        let organization = app.organization_now().await?;
        match verify_basic(parts, &organization) {
            Ok(key) => {
                rates::of_key(app, parts, &correlation, (&organization.snapshot, key.id())).await?;
                Ok(Self { key, organization, correlation })
            }
            Err(reason) => Err(host_unknown(parts, app, &correlation, reason).await?),
        }
    }
}

/// A host's back end that opens a session: it has shown a secret, or signed the session object with one.
pub struct OpeningHost {
    /// The host.
    pub host: Host,
    /// What it signed; `None`: it showed the secret, and the session object is the body.
    pub bearer: Option<Bearer>,
}

impl Caller for OpeningHost {
    const KIND: CallerKind = CallerKind::Host;
}

impl FromRequestParts<App> for OpeningHost {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Some(token) = authorization(parts).and_then(|header| scheme(header, "bearer")).map(str::to_owned) else {
            return Ok(Self { host: Host::from_request_parts(parts, app).await?, bearer: None });
        };
        let Ok(correlation) = CorrelationId::from_request_parts(parts, app).await;
        let organization = app.organization_now().await?;
        match verify_bearer(&token, &organization, app.clock.now()) {
            Ok(bearer) => {
                rates::of_key(app, parts, &correlation, (&organization.snapshot, bearer.key().id())).await?;
                let host = Host { key: bearer.key().clone(), organization, correlation };
                Ok(Self { host, bearer: Some(bearer) })
            }
            Err(reason) => Err(host_unknown(parts, app, &correlation, reason).await?),
        }
    }
}

/// One refusal for every host that is not known, whatever the reason.
async fn host_unknown(
    parts: &Parts,
    app: &App,
    correlation: &CorrelationId,
    reason: Refused,
) -> Result<Problem, Problem> {
    rates::of_address(app, parts, correlation).await?;
    refuse(app, correlation, Refusal { route: route(parts), kind: reason.code(), session: None }).await?;
    Ok(Problem::HostUnknown)
}

fn verify_basic(parts: &Parts, organization: &Organization) -> Result<VerifiedKey, Refused> {
    let credentials = Credentials::from_header(authorization(parts))?;
    let key = organization.key(Dialect::Vitrine, credentials.client_id().as_str()).map(|(id, _)| id);
    credentials.verify(key, key.into_iter().flat_map(|id| organization.secrets_of(id)))
}

fn verify_bearer(token: &str, organization: &Organization, now: DateTime<Utc>) -> Result<Bearer, Refused> {
    let token = Token::parse(token)?;
    let found = token.issuer().and_then(|issuer| organization.key(Dialect::Vitrine, issuer));
    let (id, key) = found.unzip();
    let secrets = id.into_iter().flat_map(|id| organization.secrets_of(id));
    Bearer::verify(token, id, key, secrets, now)
}

/// The pattern of the matched route: never the address as sent.
pub(crate) fn route(parts: &Parts) -> String {
    parts.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default()
}

fn authorization(parts: &Parts) -> Option<&str> {
    parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok())
}

/// A person in a session that is open now: their facts were pinned when it was opened, all else is as it is now.
pub struct Viewer {
    /// Who is looking.
    pub principal: Arc<Principal>,
    /// What they show again, while what they asked for is under way.
    pub shown: Shown,
    /// The organization now; with `preview`, as it would be.
    pub organization: Arc<Organization>,
    /// The draft that they look at, if they do.
    pub preview: Option<Arc<Preview>>,
    /// The request's id.
    pub correlation: CorrelationId,
}

impl Viewer {
    /// The same, for another answer to the same request.
    pub(crate) fn once_more(&self) -> Self {
        let Self { principal, shown, organization, preview, correlation } = self;
        Self {
            principal: principal.clone(),
            shown: shown.clone(),
            organization: organization.clone(),
            preview: preview.clone(),
            correlation: correlation.clone(),
        }
    }

    /// Whoever looks, for what is for display only.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(&self.principal, &self.organization.snapshot)
    }

    /// The version that a name in an address means: without a tag, the one that the session is for; else the published one.
    #[must_use]
    pub fn version(&self, named: VersionName) -> VersionName {
        let scope = self.principal.facts().scope.as_ref();
        match scope.filter(|scope| named.tag.is_none() && scope.workbook == named.workbook) {
            Some(scope) => scope.version(),
            None => named,
        }
    }

    /// The time zone of their questions that say no other: as they, then their tenant, then the organization want times written.
    #[must_use]
    pub fn time_zone(&self) -> TimeZone {
        self.reader().presentation().time_zone.unwrap_or_default()
    }

    /// The day it is in a time zone, for periods that they set.
    #[must_use]
    pub fn today_in(&self, zone: TimeZone) -> NaiveDate {
        today_in(&self.principal, zone)
    }
}

/// The day it is for somebody in a time zone.
#[must_use]
pub fn today_in(principal: &Principal, zone: TimeZone) -> NaiveDate {
    let now = principal.now();
    zone.day(now).unwrap_or_else(|| now.date_naive())
}

impl Caller for Viewer {
    const KIND: CallerKind = CallerKind::Viewer;
}

impl FromRequestParts<App> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Ok(correlation) = CorrelationId::from_request_parts(parts, app).await;
        // Of a page that does not say of which session it is, it is not known whose question this is.
        let is_of_page = |shown: &Shown| {
            !matches!(shown, Shown::Cookie(ShownCookie { page: None, .. })) || !enforced(Point::PageSession)
        };
        let shown = shown(parts, app).filter(is_of_page);
        if matches!(shown, Some(Shown::Link(_) | Shown::Token(..))) {
            rates::of_address(app, parts, &correlation).await?;
        }
        let viewer = taken_up(app, parts, shown, correlation).await?;
        expect_own_page(app, parts, &viewer).await?;
        rates::of_viewer(app, parts, &viewer).await?;
        Ok(viewer)
    }
}

/// What a request shows: in its header, or else by the cookie of the application, which browsers send by themselves.
fn shown(parts: &Parts, app: &App) -> Option<Shown> {
    if parts.headers.contains_key(AUTHORIZATION) {
        return authorization(parts).and_then(Shown::read);
    }
    // As programs of Metabase's customers show it.
    if let Some(session) = parts.headers.get("x-metabase-session") {
        return session.to_str().ok().and_then(Shown::of_program);
    }
    let (page, frame) = (session_of_page(&parts.headers), frame_of_page(&parts.headers));
    let cookie = app.cookie.as_ref()?;
    let hash = if frame.is_some() { cookie.in_frames().shown(&parts.headers) } else { cookie.shown(&parts.headers) };
    Some(Shown::Cookie(ShownCookie { hash: hash?, page, frame }))
}

/// 403 unless what is written with a cookie comes from a page of Vitrine's own.
async fn expect_own_page(app: &App, parts: &Parts, viewer: &Viewer) -> Result<(), Problem> {
    let reads = matches!(parts.method, Method::GET | Method::HEAD);
    let by_itself = matches!(viewer.shown, Shown::Cookie(..));
    if reads || !by_itself || is_own_page(&parts.headers, &app.public_origin) || !enforced(Point::OriginCheck) {
        return Ok(());
    }
    let session = Some(viewer.principal.session().clone());
    refuse(app, &viewer.correlation, Refusal { route: route(parts), kind: "wrong_origin", session }).await?;
    let detail = "what is written with a cookie comes from Vitrine's own pages only".to_owned();
    Err(Problem::Forbidden { code: "wrong_origin", detail })
}

/// Whoever has shown that, as they are now.
async fn taken_up(
    app: &App,
    parts: &Parts,
    shown: Option<Shown>,
    correlation: CorrelationId,
) -> Result<Viewer, Problem> {
    let resumed = match &shown {
        Some(shown) => resume(app, shown).await?,
        None => Err(("no_handle", None)),
    };
    match (resumed, shown) {
        (Ok((principal, organization)), Some(shown)) => {
            Ok(Viewer { principal: Arc::new(principal), shown, organization, preview: None, correlation })
        }
        (resumed, _) => {
            let (kind, session) = resumed.err().unwrap_or(("no_handle", None));
            refuse(app, &correlation, Refusal { route: route(parts), kind, session }).await?;
            Err(Problem::SessionEnded)
        }
    }
}

/// Somebody in an open session, who can be asked for again at a later revision.
pub struct Again {
    /// Who it is, at one revision.
    pub viewer: Viewer,
    /// What they have shown.
    shown: Parts,
}

impl Again {
    /// The same caller at the revision that is in force now.
    ///
    /// # Errors
    /// They may not come in any more.
    pub async fn again(self, app: &App) -> Result<Self, Problem> {
        let Self { viewer: Viewer { shown: credential, correlation, .. }, shown } = self;
        Ok(Self { viewer: taken_up(app, &shown, Some(credential), correlation).await?, shown })
    }
}

/// Callers who change something, each of whom is an [`Again`].
macro_rules! changing {
    ($($(#[$doc:meta])* $caller:ident: $kind:ident;)*) => {$(
        $(#[$doc])*
        pub struct $caller {
            /// Who it is, at one revision.
            pub viewer: Viewer,
            shown: Parts,
        }

        impl From<$caller> for Again {
            fn from($caller { viewer, shown }: $caller) -> Self {
                Self { viewer, shown }
            }
        }

        impl Caller for $caller {
            const KIND: CallerKind = CallerKind::$kind;
        }

        impl FromRequestParts<App> for $caller {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
                Ok(Self { viewer: Viewer::from_request_parts(parts, app).await?, shown: parts.clone() })
            }
        }
    )*};
}

changing! {
    /// Somebody who may change content, or not: each route asks which.
    Author: Viewer;
    /// Somebody who may administer something, or not: each route asks for what.
    Administrator: Administrator;
}

/// What stands behind the name of a scheme (RFC 9110, section 11.4).
fn scheme<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let (scheme, rest) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case(name).then_some(rest)
}
