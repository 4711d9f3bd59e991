//! Passkeys: made, logged in with, refused and taken away.

use super::authenticator::{Authenticator, Key, PRESENT};
use super::{NIA, PASSWORD, ROOT, asked, by_password, causes, got, invited, log_in, mail_to};
use crate::support::{Outcome, Vitrine};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::{Answer, CallError, LoggedIn};

const PASSKEYS: &str = "/api/v1/account/passkeys";

/// A browser that was asked something, by its cookie.
struct Asked {
    question: Value,
    cookie: String,
}

fn first_cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

async fn ask(vitrine: &Vitrine) -> Result<Asked, CallError> {
    let answer = vitrine.stranger().post_from_own_page("/api/v1/login/passkey", &json!({})).await?;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    Ok(Asked { cookie: first_cookie(&answer), question: answer.json() })
}

async fn answer(vitrine: &Vitrine, cookie: &str, passkey: &Value) -> Result<Answer, CallError> {
    let stranger = vitrine.stranger();
    let request = stranger.request(Method::POST, "/api/v1/login").header("origin", &vitrine.base);
    stranger.send(request.header("cookie", cookie).json(&json!({ "passkey": passkey }))).await
}

/// Logs in with a passkey.
async fn enter(vitrine: &Vitrine, authenticator: &Authenticator) -> Result<Answer, CallError> {
    let asked = ask(vitrine).await?;
    answer(vitrine, &asked.cookie, &authenticator.signs(&asked.question)?).await
}

/// What a browser is asked when somebody adds a passkey.
async fn begin(page: &LoggedIn) -> Result<Asked, CallError> {
    let begun = asked(page, Method::POST, PASSKEYS, json!({ "password": PASSWORD })).await?;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text());
    Ok(Asked { cookie: first_cookie(&begun), question: begun.json() })
}

async fn confirm(page: &LoggedIn, cookie: &str, passkey: &Value) -> Result<Answer, CallError> {
    let cookies = format!("{}; {cookie}", page.cookie_header());
    let stranger = &page.stranger;
    let request = stranger.request(Method::POST, &format!("{PASSKEYS}/confirm")).header("cookie", cookies);
    let request = request.header("vitrine-session", &page.session).header("origin", &stranger.base);
    stranger.send(request.json(&json!({ "name": "Telephone", "passkey": passkey }))).await
}

/// Adds a passkey; the page on which they are in then.
async fn added(page: &LoggedIn, authenticator: &mut Authenticator) -> Result<LoggedIn, CallError> {
    let asked = begin(page).await?;
    let added = confirm(page, &asked.cookie, &authenticator.makes(&asked.question)).await?;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
    LoggedIn::of(page.stranger.clone(), &added)
}

/// Nia with a passkey: the server, her page and her authenticator.
async fn nia() -> Result<(Vitrine, LoggedIn, Authenticator), CallError> {
    let vitrine = Vitrine::localhost().await?;
    let root = vitrine.root().await?;
    let page = invited(&vitrine, &root, NIA, "Analyze").await?;
    let mut authenticator = Authenticator::new(&vitrine.base)?;
    let page = added(&page, &mut authenticator).await?;
    Ok((vitrine, page, authenticator))
}

fn refused(answer: &Answer) -> bool {
    (answer.status, answer.code().as_str()) == (StatusCode::UNAUTHORIZED, "login_refused")
        && answer.header("set-cookie").is_empty()
}

#[tokio::test]
async fn somebody_adds_a_passkey_and_logs_in_with_it_alone() -> Outcome {
    let vitrine = Vitrine::localhost().await?;
    let root = vitrine.root().await?;
    assert_eq!(vitrine.stranger().get("/api/v1/login").await?.json()["passkey"], json!(true));
    let first = invited(&vitrine, &root, NIA, "Analyze").await?;
    let elsewhere = LoggedIn::of(vitrine.stranger(), &by_password(&vitrine, NIA, PASSWORD).await?)?;
    assert_eq!(got(&first, "/api/v1/account").await?.json()["may_have_passkeys"], json!(true));
    let wrong = asked(&first, Method::POST, PASSKEYS, json!({"password": "another"})).await?;
    assert_eq!((wrong.status, wrong.code().as_str()), (StatusCode::FORBIDDEN, "wrong_password"));

    let begun = begin(&first).await?.question;
    assert_eq!(begun["rp"], json!({"id": "localhost", "name": "Portal"}));
    assert_eq!((&begun["user"]["name"], &begun["attestation"]), (&json!(NIA), &json!("none")));
    assert_eq!(begun["authenticatorSelection"]["userVerification"], json!("required"));
    let mut authenticator = Authenticator::new(&vitrine.base)?;
    let page = added(&first, &mut authenticator).await?;
    for out in [&first, &elsewhere] {
        assert_eq!(got(out, "/api/v1/whoami").await?.status, StatusCode::UNAUTHORIZED, "who was in is out");
    }
    assert!(mail_to(&vitrine, NIA, 2).await?.contains("Your list of passkeys for Portal was changed"));
    let known = begin(&page).await?.question;
    assert_eq!(known["excludeCredentials"].as_array().map(Vec::len), Some(1), "browsers make no second one");

    let entered = enter(&vitrine, &authenticator).await?;
    assert_eq!(entered.status, StatusCode::CREATED, "{}", entered.text());
    let page = LoggedIn::of(vitrine.stranger(), &entered)?;
    assert_eq!(got(&page, "/api/v1/whoami").await?.json()["email"], json!(NIA));
    let own = got(&page, PASSKEYS).await?.json();
    assert_eq!((own["items"].as_array().map(Vec::len), &own["items"][0]["name"]), (Some(1), &json!("Telephone")));
    assert!(own["items"][0]["used_at"].is_string(), "{own}");
    let by = vitrine.audit().await?.into_iter().filter(|it| it.event.detail["by"] == json!("passkey")).count();
    assert_eq!(by, 1, "the trail says by what she came in");

    let path = format!("{PASSKEYS}/{}/remove", own["items"][0]["id"].as_str().unwrap_or_default());
    assert_eq!(asked(&page, Method::POST, &path, json!({})).await?.code(), "wrong_password");
    let removed = asked(&page, Method::POST, &path, json!({"password": PASSWORD})).await?;
    assert_eq!(removed.status, StatusCode::CREATED, "{}", removed.text());
    assert!(refused(&enter(&vitrine, &authenticator).await?), "it is nobody's");
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::CREATED, "the password is what it was");
    Ok(())
}

#[tokio::test]
async fn a_passkey_counts_as_a_second_factor_and_a_password_beside_it_does_not() -> Outcome {
    let (vitrine, page, authenticator) = nia().await?;
    let begun = asked(&page, Method::POST, "/api/v1/account/second-factor", json!({"password": PASSWORD})).await?;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text());
    let sessions = "SELECT facts FROM sessions WHERE ended_at IS NULL AND facts LIKE '%\"second_factor\":true%'";
    assert_eq!(vitrine.sql_texts(sessions).await?.len(), 2, "hers that added it, and the first administrator's");
    assert_eq!(enter(&vitrine, &authenticator).await?.status, StatusCode::CREATED);
    assert_eq!(vitrine.sql_texts(sessions).await?.len(), 3);
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::CREATED);
    assert_eq!(vitrine.sql_texts(sessions).await?.len(), 3);
    Ok(())
}

#[tokio::test]
async fn what_was_not_asked_of_this_browser_counts_for_nothing() -> Outcome {
    let (vitrine, page, authenticator) = nia().await?;
    let asked_one = ask(&vitrine).await?;
    let signed = authenticator.signs(&asked_one.question)?;
    let other = ask(&vitrine).await?;
    assert!(refused(&answer(&vitrine, &other.cookie, &signed).await?), "another browser was asked");
    assert!(refused(&answer(&vitrine, "", &signed).await?), "or none");
    let adding = begin(&page).await?;
    let signed_to_add = authenticator.signs(&adding.question)?;
    assert!(refused(&answer(&vitrine, &adding.cookie, &signed_to_add).await?), "it was asked to add one");
    assert_eq!(answer(&vitrine, &asked_one.cookie, &signed).await?.status, StatusCode::CREATED);
    assert!(refused(&answer(&vitrine, &asked_one.cookie, &signed).await?), "it counts once");
    let late = ask(&vitrine).await?;
    let signed = authenticator.signs(&late.question)?;
    vitrine.clock.advance_seconds(301);
    assert!(refused(&answer(&vitrine, &late.cookie, &signed).await?), "and for five minutes");
    let causes = causes(&vitrine).await?;
    for cause in ["foreign_challenge", "not_let_in"] {
        assert!(causes.iter().any(|it| it == cause), "{causes:?}");
    }
    Ok(())
}

#[tokio::test]
async fn what_an_authenticator_says_otherwise_counts_for_nothing() -> Outcome {
    let (vitrine, page, authenticator) = nia().await?;
    let copy = || authenticator.copy();
    let evil = "http://evil.example".to_owned();
    let odd = [
        ("another page", Authenticator { origin: evil.clone(), ..copy() }),
        ("a frame", Authenticator { in_frame: true, ..copy() }),
        ("another host", Authenticator { party: "evil.example".to_owned(), ..copy() }),
        ("nobody was verified", Authenticator { flags: PRESENT, ..copy() }),
        ("nobody was there", Authenticator { flags: 0, ..copy() }),
        ("of somebody else", Authenticator { user_handle: Some("cm9vdA".to_owned()), ..copy() }),
        ("another key", Authenticator::new(&vitrine.base)?),
    ];
    for (what, authenticator) in &odd {
        assert!(refused(&enter(&vitrine, authenticator).await?), "{what}");
    }
    let asked = ask(&vitrine).await?;
    let mut forged = Authenticator::new(&vitrine.base)?.signs(&asked.question)?;
    forged["id"] = authenticator.signs(&asked.question)?["id"].clone();
    assert!(refused(&answer(&vitrine, &asked.cookie, &forged).await?), "signed with another key");
    let made = authenticator.signs_as("webauthn.create", &asked.question)?;
    assert!(refused(&answer(&vitrine, &asked.cookie, &made).await?), "to make one is not to log in");
    let mut malformed = authenticator.signs(&asked.question)?;
    malformed["response"]["authenticatorData"] = json!("AAAA");
    let told = answer(&vitrine, &asked.cookie, &malformed).await?;
    assert_eq!((told.status, told.code().as_str()), (StatusCode::BAD_REQUEST, "invalid_passkey"), "{}", told.text());

    for (what, odd) in [
        ("another page", Authenticator { origin: evil, ..Authenticator::new(&vitrine.base)? }),
        ("another host", Authenticator { party: "evil.example".to_owned(), ..Authenticator::new(&vitrine.base)? }),
        ("nobody was verified", Authenticator { flags: PRESENT, ..Authenticator::new(&vitrine.base)? }),
    ] {
        let mut odd = odd;
        let asked = begin(&page).await?;
        let told = confirm(&page, &asked.cookie, &odd.makes(&asked.question)).await?;
        assert_eq!((told.status, told.code().as_str()), (StatusCode::BAD_REQUEST, "invalid_passkey"), "{what}");
    }
    let asked = begin(&page).await?;
    let mut again = authenticator.copy();
    let told = confirm(&page, &asked.cookie, &again.makes(&asked.question)).await?;
    assert_eq!((told.status, told.code().as_str()), (StatusCode::CONFLICT, "has_passkey"));
    assert_eq!(enter(&vitrine, &authenticator).await?.status, StatusCode::CREATED, "and hers is what it was");
    Ok(())
}

#[tokio::test]
async fn of_an_authenticator_that_counts_there_is_one() -> Outcome {
    let (vitrine, _, authenticator) = nia().await?;
    let counting = |counter| Authenticator { counter, ..authenticator.copy() };
    assert_eq!(enter(&vitrine, &counting(7)).await?.status, StatusCode::CREATED);
    for counter in [7, 6, 0] {
        assert!(refused(&enter(&vitrine, &counting(counter)).await?), "{counter}");
    }
    assert_eq!(enter(&vitrine, &counting(8)).await?.status, StatusCode::CREATED);
    Ok(())
}

#[tokio::test]
async fn whoever_is_deactivated_does_not_get_in_and_an_administrator_takes_passkeys_away() -> Outcome {
    let (vitrine, page, authenticator) = nia().await?;
    let root = vitrine.root().await?;
    let member = root.get(&format!("/api/v1/members?beginning={NIA}")).await?.json()["items"][0]["id"].clone();
    let path = format!("/api/v1/members/{}", member.as_str().unwrap_or_default());
    let off = root.patch(&path, json!({"deactivated": true})).await?;
    assert_eq!(off.status, StatusCode::OK, "{}", off.text());
    assert!(refused(&enter(&vitrine, &authenticator).await?));
    root.patch(&path, json!({"deactivated": false})).await?;
    let entered = enter(&vitrine, &authenticator).await?;
    assert_eq!(entered.status, StatusCode::CREATED, "{}", entered.text());

    let factor = format!("{path}/second-factor");
    let nobody = page.stranger.send(page.request(Method::DELETE, &factor)).await?;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED, "her session ended");
    let hers = LoggedIn::of(vitrine.stranger(), &entered)?;
    let own = hers.stranger.send(hers.request(Method::DELETE, &factor)).await?;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "{}", own.text());
    let reset = root.delete(&factor).await?;
    assert_eq!(reset.status, StatusCode::NO_CONTENT, "{}", reset.text());
    assert_eq!(root.delete(&factor).await?.code(), "no_second_factor");
    assert_eq!(got(&hers, "/api/v1/whoami").await?.status, StatusCode::UNAUTHORIZED);
    assert!(refused(&enter(&vitrine, &authenticator).await?));
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::CREATED);
    assert!(mail_to(&vitrine, NIA, 3).await?.contains("Your second factor for Portal was changed"));
    Ok(())
}

#[tokio::test]
async fn keys_of_every_algorithm_that_is_asked_for_let_in() -> Outcome {
    let (vitrine, mut page, _) = nia().await?;
    for key in [Key::ed25519()?, Key::rsa()?] {
        let mut authenticator = Authenticator { key: key.into(), ..Authenticator::new(&vitrine.base)? };
        page = added(&page, &mut authenticator).await?;
        assert_eq!(enter(&vitrine, &authenticator).await?.status, StatusCode::CREATED);
        let other = Authenticator { key: Key::rsa()?.into(), ..authenticator.copy() };
        assert!(refused(&enter(&vitrine, &other).await?), "signed with another key");
    }
    Ok(())
}

#[tokio::test]
async fn somebody_has_so_many_passkeys_at_most() -> Outcome {
    let (vitrine, page, _) = nia().await?;
    // Nineteen more, as if she had made them.
    vitrine
        .sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 19) INSERT INTO passkeys \
             SELECT id || i, member, credential || i, public_key, name, counter, made_at, used_at FROM passkeys, n",
        )
        .await?;
    let asked = begin(&page).await?;
    let made = Authenticator::new(&vitrine.base)?.makes(&asked.question);
    let told = confirm(&page, &asked.cookie, &made).await?;
    assert_eq!((told.status, told.code().as_str()), (StatusCode::CONFLICT, "too_many_passkeys"), "{}", told.text());
    let items = got(&page, PASSKEYS).await?.json()["items"].as_array().map(Vec::len);
    assert_eq!(items, Some(20), "and she is still in");
    Ok(())
}

#[tokio::test]
async fn where_the_address_is_a_number_nobody_has_passkeys() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    assert_eq!(vitrine.stranger().get("/api/v1/login").await?.json()["passkey"], json!(false));
    let told = vitrine.stranger().post_from_own_page("/api/v1/login/passkey", &json!({})).await?;
    assert_eq!((told.status, told.code().as_str()), (StatusCode::FORBIDDEN, "no_passkeys"));
    let page = invited(&vitrine, &root, NIA, "Analyze").await?;
    assert_eq!(got(&page, "/api/v1/account").await?.json()["may_have_passkeys"], json!(false));
    let told = asked(&page, Method::POST, PASSKEYS, json!({"password": PASSWORD})).await?;
    assert_eq!((told.status, told.code().as_str()), (StatusCode::FORBIDDEN, "no_passkeys"));
    let both = log_in(
        &vitrine,
        json!({"email": ROOT, "password": PASSWORD, "passkey": {"id": "", "response": {
        "clientDataJSON": "", "authenticatorData": "", "signature": ""}}}),
    )
    .await?;
    assert_eq!((both.status, both.code().as_str()), (StatusCode::BAD_REQUEST, "invalid_body"), "{}", both.text());
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
mod switched_off {
    use super::*;
    use model::enforcement::{Point, switch_off};

    #[tokio::test]
    async fn passkey_challenges_switched_off() -> Outcome {
        let (vitrine, _, authenticator) = nia().await?;
        let signed = authenticator.signs(&ask(&vitrine).await?.question)?;
        let _off = switch_off(Point::PasskeyChallenge);
        let entered = answer(&vitrine, "", &signed).await?;
        assert_eq!(entered.status, StatusCode::CREATED, "whoever has seen it comes in from another browser");
        Ok(())
    }

    #[tokio::test]
    async fn passkeys_that_count_once_switched_off() -> Outcome {
        let (vitrine, _, authenticator) = nia().await?;
        let asked = ask(&vitrine).await?;
        let signed = authenticator.signs(&asked.question)?;
        let _off = switch_off(Point::PasskeyOnce);
        for _ in 0..2 {
            assert_eq!(answer(&vitrine, &asked.cookie, &signed).await?.status, StatusCode::CREATED);
        }
        Ok(())
    }

    #[tokio::test]
    async fn passkey_origins_switched_off() -> Outcome {
        let (vitrine, _, authenticator) = nia().await?;
        let (origin, party) = ("http://evil.example".to_owned(), "evil.example".to_owned());
        let phished = Authenticator { origin, party, ..authenticator.copy() };
        let _off = switch_off(Point::PasskeyOrigin);
        assert_eq!(enter(&vitrine, &phished).await?.status, StatusCode::CREATED, "what another page was told counts");
        Ok(())
    }

    #[tokio::test]
    async fn passkey_users_switched_off() -> Outcome {
        let (vitrine, _, authenticator) = nia().await?;
        let found = Authenticator { flags: PRESENT, ..authenticator.copy() };
        let _off = switch_off(Point::PasskeyUser);
        assert_eq!(enter(&vitrine, &found).await?.status, StatusCode::CREATED, "whoever finds the telephone comes in");
        Ok(())
    }

    #[tokio::test]
    async fn passkey_counters_switched_off() -> Outcome {
        let (vitrine, _, authenticator) = nia().await?;
        let copied = Authenticator { counter: 3, ..authenticator.copy() };
        assert_eq!(enter(&vitrine, &copied).await?.status, StatusCode::CREATED);
        let _off = switch_off(Point::PasskeyCounter);
        assert_eq!(enter(&vitrine, &copied).await?.status, StatusCode::CREATED, "whoever has copied it comes in");
        Ok(())
    }
}
