//! Passkeys: asked for by whoever is not in, and added and removed by whoever is.
//!
//! What goes to browsers and comes from them is in the words of Web Authentication, level 3 (section 5.1.8), so that a page hands
//! it on as it is.

use super::login::LoginAnswer;
use super::password::{expect_password, renewed};
use super::second_factor::PasswordShown;
use super::{letter_of_change, owner};
use crate::app::App;
use crate::audit;
use crate::body::Json;
use crate::browser::Browser;
use crate::callers::{Exchanging, Viewer};
use crate::passkeys::{self, PATIENCE, Purpose, challenge, challenged};
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use crate::routes::redeem::comes_from_own_page;
use authz::Member;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use dialect::passkey::{ALGORITHMS, ClientData, PasskeyRefusal, RelyingParty, register};
use model::name::PasskeyId;
use serde::{Deserialize, Serialize};
use store::passkeys::{Added, MOST, Passkey};
use utoipa::ToSchema;

/// The longest name of a passkey, in characters.
const LONGEST_NAME: usize = 64;

/// What a browser asks authenticators for, to log somebody in (`PublicKeyCredentialRequestOptionsJSON`).
#[derive(Serialize, ToSchema)]
#[schema(as = PasskeyQuestion)]
#[serde(rename_all = "camelCase")]
pub(super) struct Question {
    /// What is to be signed. It counts once, for five minutes, from the browser that was given it.
    challenge: String,
    /// The host of the pages.
    rp_id: String,
    /// Milliseconds.
    timeout: i64,
    /// `required`: the authenticator makes sure who uses it.
    user_verification: &'static str,
}

/// A challenge for passkeys, with which anybody may be meant. For pages of Vitrine's own, by their `Origin`.
#[utoipa::path(
    post, operation_id = "ask_for_passkey", path = "/api/v1/login/passkey", tag = "/api/v1/login",
    responses((status = 200, body = Question), (status = "default", body = ProblemBody)),
)]
pub(super) async fn ask(caller: Exchanging, State(app): State<App>) -> Result<Response, Problem> {
    comes_from_own_page(&app, &caller, "/api/v1/login/passkey").await?;
    let party = party(&app)?;
    let asked = Asked::of(&app, caller.headers(), Purpose::LogIn)?;
    let question = Question {
        challenge: asked.challenge,
        rp_id: party.id,
        timeout: PATIENCE.num_milliseconds(),
        user_verification: "required",
    };
    Ok((asked.cookie, axum::Json(question)).into_response())
}

/// What a browser asks an authenticator for, to make a passkey (`PublicKeyCredentialCreationOptionsJSON`).
#[derive(Serialize, ToSchema)]
#[schema(as = PasskeyWanted)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wanted {
    rp: Party,
    user: User,
    /// It counts for five minutes, in this session, from the browser that was given it.
    challenge: String,
    pub_key_cred_params: Vec<Algorithm>,
    /// Milliseconds.
    timeout: i64,
    /// Those that the person has.
    exclude_credentials: Vec<Credential>,
    authenticator_selection: Selection,
    /// `none`.
    attestation: &'static str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PasskeyParty)]
struct Party {
    /// The host of the pages.
    id: String,
    /// The organization.
    name: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PasskeyUser)]
#[serde(rename_all = "camelCase")]
struct User {
    /// The member, in base64url.
    id: String,
    /// Their address.
    name: String,
    display_name: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PasskeyAlgorithm)]
struct Algorithm {
    #[serde(rename = "type")]
    kind: &'static str,
    /// As COSE numbers it.
    alg: i32,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PasskeyCredential)]
struct Credential {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PasskeySelection)]
#[serde(rename_all = "camelCase")]
struct Selection {
    resident_key: &'static str,
    require_resident_key: bool,
    user_verification: &'static str,
}

const PUBLIC_KEY: &str = "public-key";

/// Begins to add a passkey: what the browser asks an authenticator for.
#[utoipa::path(
    post, operation_id = "begin_passkey", path = "/api/v1/account/passkeys", tag = "/api/v1/account",
    request_body = PasswordShown,
    responses((status = 201, body = Wanted), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn begin(
    viewer: Viewer,
    State(app): State<App>,
    headers: HeaderMap,
    Json(PasswordShown { password }): Json<PasswordShown>,
) -> Result<Response, Problem> {
    let member = owner(&app, &viewer).await?;
    let party = party(&app)?;
    expect_may_have_passkeys(&member)?;
    expect_password(&app, &viewer, &member, password).await?;
    let asked = Asked::of(&app, &headers, Purpose::Add(viewer.principal.session()))?;
    let known = app.store.passkeys(&member.id).await?;
    audit::listed(&app, &viewer, "passkey_begun").await?;
    let address = member.email.clone().unwrap_or_else(|| member.subject.clone());
    let names: Vec<&str> = [&member.first_name, &member.last_name].into_iter().flatten().map(String::as_str).collect();
    let wanted = Wanted {
        rp: Party { id: party.id, name: viewer.organization.snapshot.organization.name.clone() },
        user: User {
            id: URL_SAFE_NO_PAD.encode(member.id.as_str()),
            display_name: if names.is_empty() { address.clone() } else { names.join(" ") },
            name: address,
        },
        challenge: asked.challenge,
        pub_key_cred_params: ALGORITHMS.map(|alg| Algorithm { kind: PUBLIC_KEY, alg }).into(),
        timeout: PATIENCE.num_milliseconds(),
        exclude_credentials: known.into_iter().map(|it| Credential { kind: PUBLIC_KEY, id: it.credential }).collect(),
        authenticator_selection: Selection {
            resident_key: "required",
            require_resident_key: true,
            user_verification: "required",
        },
        attestation: "none",
    };
    Ok((StatusCode::CREATED, asked.cookie, axum::Json(wanted)).into_response())
}

/// A passkey that the browser has had made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasskeyMade)]
pub(super) struct Made {
    /// What the person calls it: 1 to 64 characters.
    name: String,
    passkey: MadeCredential,
}

/// What the browser says of it (`RegistrationResponseJSON`). Other members are not looked at.
#[derive(Deserialize, ToSchema)]
#[schema(as = PasskeyRegistration)]
pub(super) struct MadeCredential {
    response: MadeResponse,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = PasskeyRegistrationResponse)]
#[serde(rename_all = "camelCase")]
struct MadeResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: String,
}

/// Adds a passkey. Other sessions of the person end, and this one goes on as another, with another cookie.
#[utoipa::path(
    post, operation_id = "add_passkey", path = "/api/v1/account/passkeys/confirm", tag = "/api/v1/account",
    request_body = Made,
    responses((status = 201, body = LoginAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn add(
    viewer: Viewer,
    State(app): State<App>,
    headers: HeaderMap,
    Json(Made { name, passkey }): Json<Made>,
) -> Result<Response, Problem> {
    let member = owner(&app, &viewer).await?;
    let party = party(&app)?;
    expect_may_have_passkeys(&member)?;
    let name = name.trim().to_owned();
    if !(1..=LONGEST_NAME).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        let detail = "`name`: expected 1 to 64 characters, and no control characters".to_owned();
        return Err(Problem::Invalid { code: "invalid_body", detail });
    }
    let (now, session) = (app.clock.now(), viewer.principal.session());
    let client = ClientData::parse(&passkey.response.client_data).map_err(invalid)?;
    let browser = Browser::known(&headers, &app.public_origin);
    challenged(browser.as_ref(), Purpose::Add(session), client.challenge(), now).ok_or_else(expired)?;
    let made = register(&party, &client, &passkey.response.attestation_object).map_err(invalid)?;
    let passkey = Passkey {
        id: store::new_passkey_id()?,
        member: member.id.clone(),
        credential: made.credential,
        public_key: made.public_key,
        name,
        counter: made.counter,
        made_at: now,
        used_at: None,
    };
    let mut event = audit::account_changed(&app, &viewer, "passkey_added");
    event.resource = Some(format!("passkey/{}", passkey.id));
    match app.store.add_passkey(&passkey, session, event).await? {
        Added::Added => {}
        Added::Known => {
            let detail = "this passkey is there already".to_owned();
            return Err(Problem::Conflict { code: "has_passkey", detail });
        }
        Added::TooMany => {
            let detail = format!("you have {MOST} passkeys already: remove one first");
            return Err(Problem::Conflict { code: "too_many_passkeys", detail });
        }
    }
    letter_of_change(&app, &viewer, &member, "list of passkeys");
    renewed(&app, &viewer, &headers, &member, true).await
}

/// A passkey of whoever asks.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnPasskey)]
pub(super) struct OwnPasskey {
    id: String,
    name: String,
    made_at: DateTime<Utc>,
    /// When they last logged in with it; `null`: never.
    #[schema(required = true)]
    used_at: Option<DateTime<Utc>>,
}

/// Passkeys of whoever asks.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnPasskeys)]
pub(super) struct OwnPasskeys {
    /// The oldest first. At most 20.
    items: Vec<OwnPasskey>,
}

/// The passkeys of whoever has logged in.
#[utoipa::path(
    get, operation_id = "list_passkeys", path = "/api/v1/account/passkeys", tag = "/api/v1/account",
    responses((status = 200, body = OwnPasskeys), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn list(viewer: Viewer, State(app): State<App>) -> Result<axum::Json<OwnPasskeys>, Problem> {
    let member = owner(&app, &viewer).await?;
    audit::listed(&app, &viewer, "passkeys_listed").await?;
    let own = |Passkey { id, name, made_at, used_at, .. }| OwnPasskey { id: id.to_string(), name, made_at, used_at };
    let items = app.store.passkeys(&member.id).await?.into_iter().map(own).collect();
    Ok(axum::Json(OwnPasskeys { items }))
}

/// Removes a passkey. Other sessions of the person end, and this one goes on as another, with another cookie.
#[utoipa::path(
    post, operation_id = "remove_passkey", path = "/api/v1/account/passkeys/{passkey}/remove", tag = "/api/v1/account",
    params(("passkey" = String, Path)),
    request_body = PasswordShown,
    responses((status = 201, body = LoginAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn remove(
    viewer: Viewer,
    State(app): State<App>,
    Named(passkey): Named<PasskeyId>,
    headers: HeaderMap,
    Json(PasswordShown { password }): Json<PasswordShown>,
) -> Result<Response, Problem> {
    let member = owner(&app, &viewer).await?;
    expect_password(&app, &viewer, &member, password).await?;
    let mut event = audit::account_changed(&app, &viewer, "passkey_removed");
    event.resource = Some(format!("passkey/{passkey}"));
    let session = viewer.principal.session();
    if !app.store.remove_passkey((&member.id, &passkey), session, event).await? {
        return Err(Problem::NotFound);
    }
    letter_of_change(&app, &viewer, &member, "list of passkeys");
    renewed(&app, &viewer, &headers, &member, viewer.principal.facts().second_factor).await
}

/// What a browser was asked, and the cookie by which it is known when it answers.
struct Asked {
    challenge: String,
    cookie: HeaderMap,
}

impl Asked {
    fn of(app: &App, headers: &HeaderMap, purpose: Purpose<'_>) -> Result<Self, Problem> {
        let browser = Browser::of(headers, &app.public_origin).ok_or(Problem::Internal)?;
        let challenge = challenge(&browser, purpose, app.clock.now()).ok_or(Problem::Internal)?;
        let cookie = browser.kept(&app.public_origin).ok_or(Problem::Internal)?;
        Ok(Self { challenge, cookie: HeaderMap::from_iter([(SET_COOKIE, cookie)]) })
    }
}

/// Whose passkeys are; 403 where there are none.
pub(super) fn party(app: &App) -> Result<RelyingParty, Problem> {
    let detail = "browsers have passkeys only where the public address has a host name, and begins with `https` or is this machine's";
    passkeys::party(app).ok_or_else(|| Problem::Forbidden { code: "no_passkeys", detail: detail.to_owned() })
}

/// 403 if somebody else vouches for them: passkeys would let them in when they are gone there.
fn expect_may_have_passkeys(member: &Member) -> Result<(), Problem> {
    if authz::may_have_passkeys(member) {
        return Ok(());
    }
    let detail = "this person logs in by somebody else's word, and has no passkeys here".to_owned();
    Err(Problem::Forbidden { code: "no_passkeys", detail })
}

/// What a browser has sent is none of a passkey, or does not count.
pub(super) fn invalid(refusal: PasskeyRefusal) -> Problem {
    Problem::Invalid { code: "invalid_passkey", detail: format!("`passkey`: {refusal}") }
}

fn expired() -> Problem {
    let detail = "`passkey`: expected an answer within five minutes, from the browser and the session that were asked";
    Problem::Invalid { code: "invalid_passkey", detail: detail.to_owned() }
}
