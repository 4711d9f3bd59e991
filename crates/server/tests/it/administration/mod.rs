//! The organization, administered over HTTP.

mod credentials;
mod definitions;
mod identities;
mod identity_providers;
mod inventory;
mod members;
mod public_links;
mod reach;
mod sessions;
mod sharing;
mod teams;
mod token_test;
mod values;

pub(crate) use inventory::LISTS;
pub(crate) use sharing::folder as shared_folder;

use crate::support::{Outcome, Vitrine};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::login_code;
use testkit::callers::{Answer, CallError, LoggedIn, Stranger};

/// Somebody who has logged in, or has an API credential.
pub(crate) struct Caller {
    stranger: Stranger,
    shows: Shows,
}

/// What they show.
enum Shows {
    Token(String),
    Cookie(LoggedIn),
}

impl Caller {
    pub(crate) fn with(vitrine: &Vitrine, token: &str) -> Self {
        Self::at(vitrine.stranger(), token)
    }

    pub(crate) fn at(stranger: Stranger, token: &str) -> Self {
        Self { stranger, shows: Shows::Token(token.to_owned()) }
    }

    pub(crate) fn page(logged_in: LoggedIn) -> Self {
        Self { stranger: logged_in.stranger.clone(), shows: Shows::Cookie(logged_in) }
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Answer, CallError> {
        self.asked(method, path, body, &[]).await
    }

    pub(crate) async fn asked(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Result<Answer, CallError> {
        let mut request = match &self.shows {
            Shows::Token(token) => self.stranger.request(method, path).bearer_auth(token),
            Shows::Cookie(logged_in) => logged_in.request(method, path),
        };
        if let Some(body) = body {
            request = request.json(&body);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.stranger.send(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer, CallError> {
        self.ask(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Result<Answer, CallError> {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Result<Answer, CallError> {
        self.ask(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Answer, CallError> {
        self.ask(Method::DELETE, path, None).await
    }

    /// The id of the first thing of a list.
    pub(crate) async fn id(&self, list: &str) -> Result<String, CallError> {
        let answer = self.get(list).await?;
        let id = answer.json()["items"][0]["id"].as_str().map(str::to_owned);
        id.ok_or_else(|| format!("nothing in {list}: {}", answer.text()).into())
    }
}

impl Vitrine {
    /// An internal member of the small world who logs in.
    pub(crate) async fn logged_in(&self, email: &str) -> Result<Caller, CallError> {
        let code = login_code::make(self.its_config(), email, None, &self.its_clock()).await?;
        self.logged_in_with(&code).await
    }

    /// The page of an internal member who logs in.
    pub(crate) async fn logged_in_page(&self, email: &str) -> Result<LoggedIn, CallError> {
        let code = login_code::make(self.its_config(), email, None, &self.its_clock()).await?;
        LoggedIn::with_code(self.stranger(), &code).await
    }

    /// Whoever has that code.
    pub(crate) async fn logged_in_with(&self, code: &str) -> Result<Caller, CallError> {
        Ok(Caller::page(LoggedIn::with_code(self.stranger(), code).await?))
    }

    /// The administrator of the small world.
    pub(crate) async fn root(&self) -> Result<Caller, CallError> {
        self.logged_in("root@portal.example").await
    }
}

#[tokio::test]
async fn a_login_code_lets_its_member_in_once() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let code = login_code::make(vitrine.its_config(), "root@portal.example", None, &vitrine.its_clock()).await?;
    let root = vitrine.logged_in_with(&code).await?;
    let me = root.get("/api/v1/whoami").await?.json();
    assert_eq!((&me["email"], &me["account_type"]), (&json!("root@portal.example"), &json!("Admin")));
    assert!(me["permissions"].as_array().is_some_and(|held| held.contains(&json!("manage_members"))));
    let mut refused = Vec::new();
    for other in [code.as_str(), "vl_none", ""] {
        refused.push(
            vitrine.stranger().post_from_own_page("/api/v1/login", &json!({ "code": other })).await?.comparable(),
        );
    }
    assert_eq!(refused[0].0, StatusCode::UNAUTHORIZED);
    assert!(refused.iter().all(|answer| *answer == refused[0]), "used, unknown and empty: {refused:?}");
    let late = login_code::make(vitrine.its_config(), "root@portal.example", None, &vitrine.its_clock()).await?;
    vitrine.clock.advance_seconds(15 * 60);
    let late = vitrine.stranger().post_from_own_page("/api/v1/login", &json!({ "code": late })).await?;
    assert_eq!(late.comparable(), refused[0], "expired");
    let events = vitrine.audit().await?;
    assert!(events.iter().any(|found| found.event.event == "logged_in"));
    assert!(events.iter().any(|found| found.event.reasons == ["login_code_refused"]));
    Ok(())
}

#[tokio::test]
async fn who_has_logged_in_logs_out_and_nobody_else() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let (root, other) = (vitrine.root().await?, vitrine.root().await?);
    assert_eq!(root.delete("/api/v1/session").await?.status, StatusCode::NO_CONTENT);
    assert_eq!(root.get("/api/v1/whoami").await?.status, StatusCode::UNAUTHORIZED);
    assert_eq!(root.delete("/api/v1/session").await?.status, StatusCode::UNAUTHORIZED);
    assert_eq!(other.get("/api/v1/whoami").await?.status, StatusCode::OK, "another session of theirs goes on");
    assert!(vitrine.audit().await?.iter().any(|found| found.event.event == "logged_out"));

    let buyer = vitrine.buyer("acme").await?;
    let owner = other.id("/api/v1/members?beginning=root").await?;
    let new = json!({"name": "x", "owner": owner, "scopes": ["view"], "expires_at": "2026-01-02T00:00:00Z"});
    let made = other.post("/api/v1/api-credentials", new).await?;
    let secret = made.json()["secret"].as_str().ok_or(made.text())?.to_owned();
    for (who, caller) in
        [("embed", Caller::with(&vitrine, &buyer.handle)), ("credential", Caller::with(&vitrine, &secret))]
    {
        let refused = caller.delete("/api/v1/session").await?;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "not_logged_in"), "{who}");
        assert_eq!(caller.get("/api/v1/whoami").await?.status, StatusCode::OK, "{who} goes on");
    }
    Ok(())
}

#[tokio::test]
async fn a_newer_code_takes_the_place_of_an_older_one_and_members_are_made_by_hand() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let (config, clock) = (vitrine.its_config(), vitrine.its_clock());
    let unknown = login_code::make(config, "new@portal.example", None, &clock).await;
    assert!(unknown.is_err_and(|error| error.to_string().contains("--account-type")));
    let admin = model::name::AccountTypeName::new("Admin")?;
    let first = login_code::make(config, "new@portal.example", Some(&admin), &clock).await?;
    let second = login_code::make(config, "new@portal.example", None, &clock).await?;
    let refused = vitrine.stranger().post_from_own_page("/api/v1/login", &json!({ "code": first })).await?;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(vitrine.logged_in_with(&second).await?.get("/api/v1/settings").await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn story_s2_automatic_creation_is_switched_off_by_an_administrator_and_by_nobody_else() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let off = json!({"automatic_creation": false});
    let buyer = vitrine.buyer("acme").await?;
    for caller in [Caller::with(&vitrine, &buyer.handle), vitrine.logged_in("desk@portal.example").await?] {
        let refused = caller.patch("/api/v1/settings", off.clone()).await?;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.detail().contains("`manage_settings`"), "{}", refused.detail());
    }
    let root = vitrine.root().await?;
    let changed = root.patch("/api/v1/settings", off).await?;
    assert_eq!((changed.status, &changed.json()["automatic_creation"]), (StatusCode::OK, &json!(false)));
    assert_eq!(buyer.open_workbook().await?.status, StatusCode::UNAUTHORIZED, "the switch ends the session");
    assert_eq!(root.get("/api/v1/whoami").await?.status, StatusCode::OK, "but none that rests on no claims");
    let refused = vitrine.host("portal").open(&crate::support::buyer("globex")).await?;
    assert_eq!(refused.detail(), authz::AUTOMATIC_CREATION_OFF);
    let event = vitrine.audit().await?.into_iter().find(|found| found.event.event == "settings_changed");
    let event = event.ok_or("an event")?.event;
    assert_eq!(
        (event.action.as_deref(), &event.detail["fields"]),
        (Some("manage_settings"), &json!(["automatic_creation"]))
    );
    Ok(())
}
