//! Logging in: the one place where a session of the application is opened, however somebody has shown who they are.

use crate::app::App;
use crate::audit;
use crate::callers::Exchanging;
use crate::correlation::CorrelationId;
use crate::problem::Problem;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use model::name::{MemberId, SessionId};
use store::logins::{Entering, Factor, Proof, Purpose};
use store::passkeys::PasskeyUse;
use store::second_factors::FactorShown;
use store::{Secret, StoreError, TokenHash};

/// How often it is tried anew because the organization or the member changes at the same time.
const ATTEMPTS: usize = 5;

/// By what somebody has logged in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way<'a> {
    /// As the audit trail says it.
    word: &'static str,
    proof: Proof<'a>,
    factor: Factor,
    /// Whether a second factor was shown, or something that counts as much.
    second_factor: bool,
    chooses: Option<&'a str>,
}

impl<'a> Way<'a> {
    /// By a password, of which this is the hash, and what was shown of a second factor if there is one.
    pub(crate) fn password(hash: &'a str, factor: Option<FactorShown>) -> Self {
        Self::of("password", Proof::Password(hash), factor)
    }

    /// By the code of a link. One of the command line counts as much as a second factor.
    pub(crate) fn link(code: TokenHash, purpose: Purpose, factor: Option<FactorShown>) -> Self {
        let way = Self::of("login_code", Proof::Link(code), factor);
        match purpose {
            Purpose::Console => Self { factor: Factor::Spared, second_factor: true, ..way },
            Purpose::Invitation => Self { word: "invitation", ..way },
            Purpose::Reset => Self { word: "reset", ..way },
        }
    }

    /// By a passkey, which counts as much as a second factor.
    pub(crate) const fn passkey(shown: PasskeyUse<'a>) -> Self {
        Self {
            word: "passkey",
            proof: Proof::Passkey(shown),
            factor: Factor::Spared,
            second_factor: true,
            chooses: None,
        }
    }

    /// By what was verified before, in a word: nothing is used up, and no second factor asked for. `second_factor`: whether it
    /// counts as much as one.
    pub(crate) const fn vouched(word: &'static str, second_factor: bool) -> Self {
        Self { word, proof: Proof::Vouched, factor: Factor::Spared, second_factor, chooses: None }
    }

    /// The same, and the password of this hash is theirs from now on.
    pub(crate) const fn choosing(self, hash: Option<&'a str>) -> Self {
        Self { chooses: hash, ..self }
    }

    fn of(word: &'static str, proof: Proof<'a>, factor: Option<FactorShown>) -> Self {
        let second_factor = factor.is_some();
        Self { word, proof, factor: factor.map_or(Factor::None, Factor::Shown), second_factor, chooses: None }
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
    way: Way<'_>,
) -> Result<Option<LoggedIn>, Problem> {
    open_for(app, (caller.headers(), &caller.correlation), member, way).await
}

/// The same for a browser that sends these headers.
pub(crate) async fn open_for(
    app: &App,
    (headers, correlation): (&HeaderMap, &CorrelationId),
    member: &MemberId,
    way: Way<'_>,
) -> Result<Option<LoggedIn>, Problem> {
    let Some(cookie) = &app.cookie else {
        return Err(no_tls());
    };
    for _ in 0..ATTEMPTS {
        let organization = app.organization_now().await?;
        let Some(found) = app.store.person(member).await?.map(|person| person.member) else { return Ok(None) };
        let (now, session) = (app.clock.now(), store::new_session_id()?);
        let snapshot = &organization.snapshot;
        let Ok(facts) = authz::enter(&found, snapshot, session, now, way.second_factor) else { return Ok(None) };
        if authz::resume(facts.clone(), snapshot, Some(&found), now).is_err() {
            return Ok(None);
        }
        let value: Secret = store::new_login_cookie()?;
        let entering = Entering {
            proof: way.proof,
            factor: way.factor,
            chooses: way.chooses,
            revision: snapshot.revision,
            found: &found,
            facts: &facts,
            cookie: TokenHash::of(value.expose()),
            replaces: cookie.shown(headers),
            event: audit::logged_in(app, correlation, &facts, way.word),
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
