//! Logging in: the one place where a session of the application is opened, however somebody has shown who they are.

use crate::app::App;
use crate::audit;
use crate::callers::Exchanging;
use crate::problem::Problem;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use model::name::{MemberId, SessionId};
use store::logins::{Entering, Proof};
use store::{Secret, StoreError, TokenHash};

/// How often it is tried anew because the organization or the member changes at the same time.
const ATTEMPTS: usize = 5;

/// By what somebody has logged in, as the audit trail says it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    word: &'static str,
    proof: Proof,
}

impl Way {
    /// By the code of a link.
    pub(crate) const fn link(code: TokenHash) -> Self {
        Self { word: "login_code", proof: Proof::Link(code) }
    }

    /// By what was verified before, in a word: nothing is used up.
    #[expect(dead_code, reason = "identity providers log people in by it")]
    pub(crate) const fn vouched(word: &'static str) -> Self {
        Self { word, proof: Proof::Vouched }
    }
}

/// A session that was opened for whoever has logged in.
#[derive(Debug)]
pub(crate) struct LoggedIn {
    /// Its id, which the page sends along.
    pub(crate) session: SessionId,
    /// Seconds until it ends.
    pub(crate) expires_in: i64,
    cookie: HeaderValue,
}

impl LoggedIn {
    /// The header that gives the browser its cookie.
    pub(crate) fn headers(&self) -> HeaderMap {
        HeaderMap::from_iter([(SET_COOKIE, self.cookie.clone())])
    }
}

/// Opens a session of the application for an internal member, and ends the one that the browser had. `None`: they may not
/// come in, or what they have shown does not count any more; the caller says so in words of its own, and records it.
///
/// It is for the caller to have asked whether a page of Vitrine's own sends this, where that must be so.
pub(crate) async fn open(
    app: &App,
    caller: &Exchanging,
    member: &MemberId,
    way: Way,
) -> Result<Option<LoggedIn>, Problem> {
    let Some(cookie) = &app.cookie else {
        return Err(no_tls());
    };
    for _ in 0..ATTEMPTS {
        let organization = app.organization_now().await?;
        let Some(found) = app.store.person(member).await?.map(|person| person.member) else { return Ok(None) };
        let (now, session) = (app.clock.now(), store::new_session_id()?);
        let snapshot = &organization.snapshot;
        let Ok(facts) = authz::enter(&found, snapshot, session, now) else { return Ok(None) };
        if authz::resume(facts.clone(), snapshot, Some(&found), now).is_err() {
            return Ok(None);
        }
        let value: Secret = store::new_login_cookie()?;
        let entering = Entering {
            proof: way.proof,
            revision: snapshot.revision,
            found: &found,
            facts: &facts,
            cookie: TokenHash::of(value.expose()),
            replaces: cookie.shown(caller.headers()),
            event: audit::logged_in(app, &caller.correlation, &facts, way.word),
        };
        match app.store.enter(entering).await {
            Ok(()) => {
                let cookie = cookie.kept(value.expose()).ok_or(Problem::Internal)?;
                let expires_in = (facts.expires_at - now).num_seconds();
                return Ok(Some(LoggedIn { session: facts.session, expires_in, cookie }));
            }
            Err(StoreError::Stale { .. }) => {}
            Err(StoreError::TokenUsed) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::Unavailable)
}

/// Browsers keep no cookie there.
pub(crate) fn no_tls() -> Problem {
    Problem::Forbidden { code: "no_tls", detail: NO_TLS.to_owned() }
}

const NO_TLS: &str =
    "browsers keep whoever logs in only where the public address begins with `https`, or is this machine's";
