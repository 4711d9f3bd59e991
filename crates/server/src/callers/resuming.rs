//! What a page or a program shows, and whose session that is now.

use super::scheme;
use crate::anonymous;
use crate::app::App;
use crate::organization::Organization;
use crate::problem::Problem;
use authz::{Denial, Principal};
use chrono::TimeDelta;
use dialect::metabase::Resource;
use model::enforcement::{Point, enforced};
use model::name::SessionId;
use model::publication::LinkId;
use std::sync::Arc;
use store::TokenHash;
use store::credentials::CredentialRecord;
use store::session_tokens::Purpose;
use store::sessions::{FoundSession, SessionRecord};

/// Why there is no session to take up: a word for the audit trail, and the session if there was one.
pub(crate) type NoSession = (&'static str, Option<SessionId>);

pub(crate) type Resumed = Result<(Principal, Arc<Organization>), NoSession>;

/// What a page shows to prove whose it is.
#[derive(Clone)]
pub enum Shown {
    /// The hash of a session's handle.
    Handle(TokenHash),
    /// The hash of a token of a session.
    SessionToken(TokenHash),
    /// The application's cookie.
    Cookie(ShownCookie),
    /// The id of a public link.
    Link(LinkId),
    /// A guest's token, which is its own credential, and what the address is about: whatever the token names, if nothing.
    Token(String, Option<Resource>),
    /// The hash of an API credential's secret.
    Credential(TokenHash),
    /// The hash of an access token, which stands for an API credential.
    AccessToken(TokenHash),
}

/// The application's cookie, and what the page says that shows it.
#[derive(Clone)]
pub struct ShownCookie {
    /// The hash of what it holds.
    pub hash: TokenHash,
    /// The session of which the page says that it is, if it does.
    pub page: Option<SessionId>,
    /// The identity provider whose hosts have the page in a frame, by its name; none outside frames.
    pub frame: Option<String>,
}

impl Shown {
    pub(super) fn read(header: &str) -> Option<Self> {
        let text = scheme(header, "bearer").filter(|text| text.len() <= dialect::jwt::LONGEST)?;
        if text.starts_with("vh_") {
            return Some(Self::Handle(TokenHash::of(text))).filter(|_| text.len() <= 200);
        }
        if text.starts_with("ve_") {
            return Some(Self::SessionToken(TokenHash::of(text))).filter(|_| text.len() <= 200);
        }
        if text.starts_with("va_") {
            return Some(Self::Credential(TokenHash::of(text))).filter(|_| text.len() <= 200);
        }
        if let Some(session) = Self::of_program(text) {
            return Some(session);
        }
        match text.strip_prefix("link_") {
            Some(link) => LinkId::try_from(link.to_owned()).ok().map(Self::Link),
            None => text.contains('.').then(|| Self::Token(text.to_owned(), None)),
        }
    }

    /// The session of a program that has exchanged a token.
    pub(super) fn of_program(text: &str) -> Option<Self> {
        let is_one = text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.bytes().all(|it| it.is_ascii_graphic());
        is_one.then(|| Self::Handle(TokenHash::of(text)))
    }
}

/// Whoever has shown that, as they are now.
pub(crate) async fn resume(app: &App, shown: &Shown) -> Result<Resumed, Problem> {
    match shown {
        Shown::Handle(handle) => return by_handle(app, *handle).await,
        Shown::SessionToken(token) => return by_token(app, *token, Purpose::Access).await,
        Shown::Cookie(cookie) => return by_cookie(app, cookie).await,
        Shown::Credential(secret) => return by_credential(app, *secret).await,
        Shown::AccessToken(token) => return by_access_token(app, *token).await,
        Shown::Link(_) | Shown::Token(..) => {}
    }
    let organization = app.organization_now().await?;
    let entered = anonymous::enter(&organization, shown, app.clock.now());
    Ok(entered.map(|principal| (principal, organization)).map_err(|refused| (refused.code(), None)))
}

/// Whoever has the handle of a session.
pub(crate) async fn by_handle(app: &App, handle: TokenHash) -> Result<Resumed, Problem> {
    match open_session(app, handle).await? {
        Ok(record) => by_record(app, record).await,
        Err(none) => Ok(Err(none)),
    }
}

/// Whoever has a token of a session, for that purpose.
pub(crate) async fn by_token(app: &App, token: TokenHash, purpose: Purpose) -> Result<Resumed, Problem> {
    match opened(app.store.session_of_token(token, purpose, app.clock.now()).await?) {
        Ok(record) => by_record(app, record).await,
        Err(none) => Ok(Err(none)),
    }
}

/// Whoever has the cookie of a session of the application, if the page that asks is of that session and framed, if at all,
/// by hosts of whoever brought them, and they were there lately.
async fn by_cookie(app: &App, cookie: &ShownCookie) -> Result<Resumed, Problem> {
    let record = match open_session(app, cookie.hash).await? {
        Ok(record) if record.facts.is_of_application() => record,
        Ok(_) => return Ok(Err(("unknown_handle", None))),
        Err(none) => return Ok(Err(none)),
    };
    let (session, seen_at, now) = (record.facts.session.clone(), record.seen_at, app.clock.now());
    if cookie.page.as_ref().is_some_and(|page| *page != session) && enforced(Point::PageSession) {
        return Ok(Err(("page_of_other_session", Some(session))));
    }
    let resumed = by_record(app, record).await?;
    let Ok((principal, organization)) = resumed else { return Ok(resumed) };
    if cookie.frame.as_ref().is_some_and(|frame| !may_frame(&principal, &organization, frame)) {
        return Ok(Err(("frame_of_other_provider", Some(session))));
    }
    if let Err(denial) = authz::expect_presence(principal.facts(), seen_at, &organization.snapshot, now) {
        return Ok(Err((missing(&denial), Some(session))));
    }
    if now - seen_at.unwrap_or(principal.facts().opened_at) >= PRESENCE {
        app.store.note_presence(&session, now).await?;
    }
    Ok(Ok((principal, organization)))
}

/// Whether somebody was brought by the provider of that name.
fn may_frame(principal: &Principal, organization: &Organization, frame: &str) -> bool {
    let providers = &organization.snapshot.providers;
    let brought = principal.facts().provider.as_ref().and_then(|id| providers.name(id));
    brought.is_some_and(|name| name.as_str() == frame) || !enforced(Point::FrameProvider)
}

/// How exactly it is known when somebody was last there.
const PRESENCE: TimeDelta = TimeDelta::seconds(30);

/// The session of a handle or a cookie, if it is open.
async fn open_session(app: &App, handle: TokenHash) -> Result<Result<SessionRecord, NoSession>, Problem> {
    Ok(opened(app.store.session(handle).await?))
}

fn opened(session: FoundSession) -> Result<SessionRecord, NoSession> {
    match session {
        FoundSession::Open(record) => Ok(*record),
        FoundSession::Ended(session) => Err(("session_ended", Some(session))),
        FoundSession::Unknown => Err(("unknown_handle", None)),
    }
}

/// Whoever's session it is, as they are now.
async fn by_record(app: &App, record: SessionRecord) -> Result<Resumed, Problem> {
    let organization = app.organization_at(record.revision).await?;
    let (snapshot, now) = (&organization.snapshot, app.clock.now());
    let session = record.facts.session.clone();
    let resumed = match &record.facts.opened_with {
        Some(opened) => {
            let credential = app.store.credential_called(&opened.credential).await?;
            authz::resume_with_credential(record.facts, credential.as_ref(), record.member.as_ref(), snapshot, now)
        }
        None => authz::resume(record.facts, snapshot, record.member.as_ref(), now),
    };
    Ok(resumed.map(|principal| (principal, organization)).map_err(|denial| (missing(&denial), Some(session))))
}

/// Whoever has the secret of an API credential: its owner, as far as its scopes go.
async fn by_credential(app: &App, secret: TokenHash) -> Result<Resumed, Problem> {
    match app.store.credential(secret).await? {
        Some(record) => acting(app, record).await,
        None => Ok(Err(("unknown_credential", None))),
    }
}

/// Whoever has an access token: the owner of its credential, for as long as both count.
async fn by_access_token(app: &App, token: TokenHash) -> Result<Resumed, Problem> {
    let Some((mut record, expires_at)) = app.store.credential_of_token(token).await? else {
        return Ok(Err(("unknown_access_token", None)));
    };
    record.credential.expires_at = record.credential.expires_at.min(expires_at);
    acting(app, record).await
}

async fn acting(app: &App, record: CredentialRecord) -> Result<Resumed, Problem> {
    let organization = app.organization_at(record.revision).await?;
    let (snapshot, now) = (&organization.snapshot, app.clock.now());
    let acting = authz::act_for(&record.credential, &record.owner, snapshot, now);
    let session = SessionId::new(record.credential.id.as_str());
    Ok(acting.map(|principal| (principal, organization)).map_err(|denial| (missing(&denial), Some(session))))
}

/// What a session lacks, in a word or two.
fn missing(denial: &Denial) -> &'static str {
    denial.reasons.first().map_or(denial.code, |reason| reason.missing)
}
