//! Members log in: with a password, or with the code of a link, and with their second factor if they have one.

use super::passkeys::{invalid, party};
use super::{expect_may_have_password, send};
use crate::app::App;
use crate::audit::{self, Refusal};
use crate::body::Json;
use crate::browser::Browser;
use crate::callers::Exchanging;
use crate::logging_in::{self, LoggedIn, Way};
use crate::mail::Linked;
use crate::passkeys::{Purpose, challenged};
use crate::passwords::expect_strong;
use crate::problem::{Problem, ProblemBody};
use crate::routes::redeem::comes_from_own_page;
use crate::second_factor;
use authz::Member;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use dialect::passkey::{ClientData, PasskeyRefusal, Signed, verify};
use model::enforcement::{Point, enforced};
use model::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use store::logins::Purpose as LinkPurpose;
use store::passkeys::PasskeyUse;
use store::passwords::{Account, Trying};
use store::second_factors::FactorShown;
use store::{Secret, TokenHash};
use utoipa::ToSchema;

/// Who logs in, and with what: `email` and `password`, `code`, or `passkey`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Login)]
pub(super) struct LoginRequest {
    /// The member's address.
    #[serde(default)]
    email: Option<String>,
    /// Their password.
    #[serde(default)]
    password: Option<String>,
    /// `vl_…`, the code of a link.
    #[serde(default)]
    code: Option<String>,
    /// With a code: the password that is to be theirs from now on.
    #[serde(default)]
    new_password: Option<String>,
    /// A time-based code or a recovery code, of whoever has a second factor.
    #[serde(default)]
    second_factor: Option<String>,
    /// What one of their passkeys has signed.
    #[serde(default)]
    passkey: Option<PasskeyShown>,
}

/// What a browser says of it (`AuthenticationResponseJSON` of Web Authentication, level 3). Other members are not looked at.
#[derive(Deserialize, ToSchema)]
#[schema(as = PasskeyShown)]
struct PasskeyShown {
    /// The id by which the authenticator knows it.
    id: String,
    response: ShownResponse,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = PasskeyShownResponse)]
#[serde(rename_all = "camelCase")]
struct ShownResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: String,
    #[serde(default)]
    user_handle: Option<String>,
}

/// What was sent.
enum Sent {
    Passkey(PasskeyShown),
    Password { email: String, password: Secret },
    Code { code: TokenHash, new_password: Option<Secret> },
}

impl Sent {
    fn read(request: LoginRequest) -> Result<(Self, Option<String>), Problem> {
        let LoginRequest { email, password, code, new_password, second_factor, passkey } = request;
        let sent = match (email, password, code, new_password, passkey) {
            (Some(email), Some(password), None, None, None) => {
                Self::Password { email, password: Secret::new(password) }
            }
            (None, None, Some(code), new, None) => {
                Self::Code { code: TokenHash::of(&code), new_password: new.map(Secret::new) }
            }
            (None, None, None, None, Some(passkey)) => Self::Passkey(passkey),
            _ => {
                let detail = "expected `email` and `password`, `code` and, at will, `new_password`, or `passkey`";
                let detail = detail.to_owned();
                return Err(Problem::Invalid { code: "invalid_body", detail });
            }
        };
        Ok((sent, second_factor))
    }
}

/// A session of the application. The cookie that goes with it is its credential.
#[derive(Serialize, ToSchema)]
#[schema(as = LoggedIn)]
pub(super) struct LoginAnswer {
    /// What the page says with each request, in the header `Vitrine-Session`: of another session it is told nothing.
    session: String,
    /// Seconds until it ends.
    expires_in: i64,
}

impl LoginAnswer {
    pub(super) fn of(logged_in: &LoggedIn) -> Self {
        Self { session: logged_in.session.to_string(), expires_in: logged_in.expires_in }
    }

    /// The answer to whoever has logged in, with their cookie.
    pub(super) fn to(logged_in: &LoggedIn) -> Response {
        (StatusCode::CREATED, logged_in.headers(), axum::Json(Self::of(logged_in))).into_response()
    }
}

const ROUTE: &str = "/api/v1/login";

/// Opens a session for a member, of which the answer sets a cookie; the one that the browser had ends. Whatever is wrong with
/// password or code, and whoever it is of, the answer is one 401; 401 `second_factor_needed` if all is right but that. A code is
/// burnt when it opens a session. For pages of Vitrine's own, by their `Origin`.
#[utoipa::path(
    post, operation_id = "log_in", path = "/api/v1/login", tag = "/api/v1/login",
    request_body = LoginRequest,
    responses((status = 201, body = LoginAnswer), (status = "default", body = ProblemBody)),
)]
pub(super) async fn login(
    caller: Exchanging,
    State(app): State<App>,
    Json(request): Json<LoginRequest>,
) -> Result<Response, Problem> {
    comes_from_own_page(&app, &caller, ROUTE).await?;
    let (sent, factor) = Sent::read(request)?;
    let entrance = Entrance { app: &app, caller: &caller, factor: factor.as_deref() };
    let logged_in = match sent {
        Sent::Password { email, password } => entrance.by_password(&email, password).await?,
        Sent::Code { code, new_password } => entrance.by_code(code, new_password).await?,
        Sent::Passkey(passkey) => entrance.by_passkey(&passkey).await?,
    };
    Ok(LoginAnswer::to(&logged_in))
}

/// Somebody at the door.
struct Entrance<'a> {
    app: &'a App,
    caller: &'a Exchanging,
    /// What they show as their second factor.
    factor: Option<&'a str>,
}

impl Entrance<'_> {
    /// Whatever stands in the way, as much is done before it is said: one write, one look, one comparison.
    async fn by_password(&self, email: &str, password: Secret) -> Result<LoggedIn, Problem> {
        let app = self.app;
        let may_try = app.store.try_account(Trying::Login, email, app.clock.now()).await?;
        let account = app.store.account(email).await?;
        let organization = app.organization_now().await?;
        let fits = app.passwords.is(password, account.password.clone()).await?;
        let (member, hash) = match judge(&account, may_try && fits, may_try, &organization.snapshot) {
            Ok(known) => known,
            Err(cause) => return Err(self.refused(cause, account.member.as_ref()).await?),
        };
        let factor = self.second_factor(member).await?;
        let way = Way::password(hash, factor);
        match logging_in::open(app, self.caller, &member.id, way).await? {
            Some(logged_in) => Ok(logged_in),
            None => Err(self.refused("not_let_in", Some(member)).await?),
        }
    }

    async fn by_code(&self, code: TokenHash, new_password: Option<Secret>) -> Result<LoggedIn, Problem> {
        let app = self.app;
        let Some((member, purpose)) = app.store.login_link(code, app.clock.now()).await? else {
            return Err(self.code_refused().await?);
        };
        let organization = app.organization_now().await?;
        let snapshot = &organization.snapshot;
        let before = app.store.password(&member.id).await?;
        let chosen = match &new_password {
            None => None,
            Some(password) => {
                expect_may_have_password(&member, snapshot)?;
                expect_strong(password, &member, &snapshot.organization.name)?;
                Some(app.passwords.hash(password.clone()).await?)
            }
        };
        // Whoever has the command line of the server is let in by it, whatever they have lost.
        let factor = if purpose == LinkPurpose::Console { None } else { self.tried_second_factor(&member).await? };
        let way = Way::link(code, purpose, factor).choosing(chosen.as_deref());
        match logging_in::open(app, self.caller, &member.id, way).await? {
            Some(logged_in) => {
                if before.is_some() && chosen.is_some() {
                    let changed = |linked: &Linked<'_>, to: &str| linked.changed(to, "password");
                    send(app, &member, &snapshot.organization.name, "/login", changed);
                }
                Ok(logged_in)
            }
            None => Err(self.code_refused().await?),
        }
    }

    /// A passkey is of somebody whom its authenticator has verified: no second factor is asked for.
    async fn by_passkey(&self, shown: &PasskeyShown) -> Result<LoggedIn, Problem> {
        let (app, response) = (self.app, &shown.response);
        let party = party(app)?;
        let client = ClientData::parse(&response.client_data).map_err(invalid)?;
        let credential = dialect::passkey::credential(&shown.id).map_err(invalid)?;
        let browser = Browser::known(self.caller.headers(), &app.public_origin);
        let challenge = challenged(browser.as_ref(), Purpose::LogIn, client.challenge(), app.clock.now());
        let Some(challenge) = challenge else { return Err(self.refused("foreign_challenge", None).await?) };
        let Some(passkey) = app.store.passkey(&credential).await? else {
            return Err(self.refused("unknown_passkey", None).await?);
        };
        let found = app.store.person(&passkey.member).await?.map(|person| person.member);
        let Some(member) = found else { return Err(self.refused("unknown_passkey", None).await?) };
        let signed = Signed {
            authenticator_data: &response.authenticator_data,
            signature: &response.signature,
            user_handle: response.user_handle.as_deref(),
        };
        let counter = match verify(&party, &client, signed, (member.id.as_str(), &passkey.public_key)) {
            Ok(counter) => counter,
            Err(malformed @ PasskeyRefusal::Malformed(..)) => return Err(invalid(malformed)),
            Err(refusal) => {
                tracing::warn!(passkey = %passkey.id, "a passkey does not count: {refusal}");
                return Err(self.refused("wrong_passkey", Some(&member)).await?);
            }
        };
        let shown = PasskeyUse { passkey: &passkey.id, counter, challenge: &challenge };
        match logging_in::open(app, self.caller, &member.id, Way::passkey(shown)).await? {
            Some(logged_in) => Ok(logged_in),
            None => Err(self.refused("not_let_in", Some(&member)).await?),
        }
    }

    /// The same, where nothing was counted yet: a link is no way to try codes.
    async fn tried_second_factor(&self, member: &Member) -> Result<Option<FactorShown>, Problem> {
        let address = member.email.as_deref().unwrap_or_default();
        if self.factor.is_some() && !self.app.store.try_account(Trying::Login, address, self.app.clock.now()).await? {
            return Err(self.refused("too_often", Some(member)).await?);
        }
        self.second_factor(member).await
    }

    /// What they have shown of their second factor; `None`: they have none.
    async fn second_factor(&self, member: &Member) -> Result<Option<FactorShown>, Problem> {
        let kept = self.app.store.second_factor(&member.id).await?.filter(|factor| factor.confirmed);
        let Some(kept) = kept.filter(|_| enforced(Point::SecondFactor)) else { return Ok(None) };
        let Some(typed) = self.factor else {
            self.note("second_factor_needed", Some(member)).await?;
            return Err(Problem::SecondFactorNeeded);
        };
        match second_factor::shown(&kept, typed, self.app.clock.now()) {
            Some(shown) => Ok(Some(shown)),
            None => Err(self.refused("wrong_second_factor", Some(member)).await?),
        }
    }

    async fn refused(&self, cause: &'static str, member: Option<&Member>) -> Result<Problem, Problem> {
        self.note(cause, member).await?;
        Ok(Problem::LoginRefused)
    }

    async fn note(&self, cause: &'static str, member: Option<&Member>) -> Result<(), Problem> {
        audit::login_refused(self.app, &self.caller.correlation, (ROUTE, cause), member).await
    }

    async fn code_refused(&self) -> Result<Problem, Problem> {
        let refusal = Refusal { route: ROUTE.to_owned(), kind: "login_code_refused", session: None };
        audit::refuse(self.app, &self.caller.correlation, refusal).await?;
        Ok(Problem::LoginRefused)
    }
}

/// Who has logged in with their password, and its hash; or why nobody has.
fn judge<'a>(
    account: &'a Account,
    fits: bool,
    may_try: bool,
    snapshot: &Snapshot,
) -> Result<(&'a Member, &'a str), &'static str> {
    let member = account.member.as_ref().ok_or("unknown_address")?;
    let reasons = [
        (!may_try, "too_often"),
        (!member.active, "deactivated"),
        (!authz::may_have_password(member, snapshot), "no_passwords"),
        (!fits, "wrong_password"),
    ];
    match reasons.into_iter().find(|(holds, _)| *holds) {
        Some((_, cause)) => Err(cause),
        None => Ok((member, account.password.as_deref().ok_or("wrong_password")?)),
    }
}
