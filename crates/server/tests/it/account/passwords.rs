//! Passwords: chosen by a link, shown to log in, changed, forgotten; and everybody who has none.

use super::{NIA, OTHER, PASSWORD, ROOT, asked, by_password, causes, code_in, got, invited, log_in, mail_to, mails_to};
use crate::administration::Caller;
use crate::support::{Outcome, Vitrine};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::login_code;
use testkit::callers::{CallError, LoggedIn};

#[tokio::test]
async fn whoever_is_invited_chooses_a_password_and_logs_in_with_it() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let nia = invited(&vitrine, &root, NIA, "Analyze").await?;
    assert_eq!(got(&nia, "/api/v1/whoami").await?.json()["email"], json!(NIA));
    let account = got(&nia, "/api/v1/account").await?.json();
    let expected = json!({
        "email": NIA, "has_password": true, "may_have_password": true, "may_have_passkeys": false, "has_second_factor": false,
        "recovery_codes": 0, "needs_second_factor": false,
    });
    assert_eq!(account, expected);
    for address in [NIA, "Nia@Portal.Example", " nia@portal.example "] {
        let entered = by_password(&vitrine, address.trim(), PASSWORD).await?;
        assert_eq!(entered.status, StatusCode::CREATED, "{address}: {}", entered.text());
    }
    let mail = &mails_to(&vitrine, NIA)?[0];
    assert!(mail.contains("Subject: You are invited to Portal\r\n"), "{mail}");
    let used = code_in(&vitrine, mail, "invitation")?;
    let again = log_in(&vitrine, json!({"code": used, "new_password": OTHER})).await?;
    assert_eq!((again.status, again.code().as_str()), (StatusCode::UNAUTHORIZED, "login_refused"));
    let events = vitrine.audit().await?;
    let ways: Vec<_> = events.iter().filter(|found| found.event.event == "logged_in").collect();
    assert_eq!(ways.first().map(|found| &found.event.detail["by"]), Some(&json!("password")));
    assert!(ways.iter().any(|found| found.event.detail["by"] == json!("invitation")));
    let told = vitrine.sql_texts("SELECT hash FROM passwords").await?;
    assert!(told.iter().all(|hash| hash.starts_with("$argon2id$")) && told.len() == 1, "{told:?}");
    Ok(())
}

#[tokio::test]
async fn a_weak_password_is_refused_and_burns_nothing() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let new = json!({"subject": NIA, "kind": "internal", "account_type": "Analyze", "invite": true});
    let code = root.post("/api/v1/members", new).await?.json()["invitation"].as_str().unwrap_or_default().to_owned();
    for weak in ["", "short", "passwordpassword", "nia@portal.example", &"long enough ".repeat(100)] {
        let refused = log_in(&vitrine, json!({"code": code, "new_password": weak})).await?;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "weak_password"), "{weak}");
        assert!(refused.detail().contains("`new_password`") && refused.header("set-cookie").is_empty());
    }
    let entered = log_in(&vitrine, json!({"code": code, "new_password": PASSWORD})).await?;
    assert_eq!(entered.status, StatusCode::CREATED, "{}", entered.text());
    for odd in [
        json!({}),
        json!({"email": NIA}),
        json!({"password": PASSWORD}),
        json!({"email": NIA, "password": PASSWORD, "code": "vl_x"}),
        json!({"email": NIA, "password": PASSWORD, "new_password": OTHER}),
        json!({"code": "vl_x", "name": "x"}),
    ] {
        assert_eq!(log_in(&vitrine, odd.clone()).await?.status, StatusCode::BAD_REQUEST, "{odd}");
    }
    Ok(())
}

#[tokio::test]
async fn a_password_counts_as_long_as_nobody_changes_it() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    invited(&vitrine, &root, NIA, "Analyze").await?;
    vitrine.clock.advance_seconds(10 * 365 * 86_400);
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::CREATED);
    Ok(())
}

/// Everybody who is not let in, and why: what they are told is the same to the byte, and as much was done for it.
#[tokio::test]
async fn whoever_is_not_let_in_is_told_the_same_after_as_much_work() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    invited(&vitrine, &root, NIA, "Analyze").await?;
    for (email, password) in [("gone@portal.example", "deactivated"), ("locked@portal.example", "locked")] {
        let page = invited(&vitrine, &root, email, "Analyze").await?;
        if password == "deactivated" {
            let me = got(&page, "/api/v1/whoami").await?.json();
            let path = format!("/api/v1/members/{}", me["member"].as_str().unwrap_or_default());
            assert_eq!(root.patch(&path, json!({"deactivated": true})).await?.status, StatusCode::OK);
        }
    }
    vitrine.buyer("acme").await?;
    // Of one minute the trail has ten refusals; the wait after five is half a minute.
    vitrine.clock.advance_seconds(50);
    for _ in 0..5 {
        by_password(&vitrine, "locked@portal.example", "wrong").await?;
    }
    vitrine.clock.advance_seconds(15);
    let cases = [
        ("nobody", "none@portal.example", PASSWORD, "unknown_address"),
        ("no address", "", PASSWORD, "unknown_address"),
        ("a wrong password", NIA, OTHER, "wrong_password"),
        ("an empty password", NIA, "", "wrong_password"),
        ("deactivated", "gone@portal.example", PASSWORD, "deactivated"),
        ("deactivated, and wrong", "gone@portal.example", OTHER, "deactivated"),
        ("locked", "locked@portal.example", PASSWORD, "too_often"),
        ("without a password", ROOT, PASSWORD, "wrong_password"),
        ("an embed member", "bea@acme.example", PASSWORD, "unknown_address"),
    ];
    let mut first = None;
    let mut caused = Vec::new();
    for (who, email, password, cause) in cases {
        let (compared, written) = (vitrine.figure("vitrine_passwords_compared_total").await?, tries(&vitrine).await?);
        let refused = by_password(&vitrine, email, password).await?;
        let first = first.get_or_insert_with(|| refused.comparable());
        assert_eq!(&refused.comparable(), first, "{who}");
        assert!(refused.header("set-cookie").is_empty(), "{who}");
        let after = vitrine.figure("vitrine_passwords_compared_total").await?;
        assert_eq!(after - compared, 1.0, "{who}: one password is compared");
        assert!(tries(&vitrine).await? >= written, "{who}");
        caused.push(cause);
    }
    assert_eq!(first.ok_or("no case")?.0, StatusCode::UNAUTHORIZED);
    let told = causes(&vitrine).await?;
    for cause in caused {
        assert!(told.iter().any(|told| told == cause), "{cause}: {told:?}");
    }
    Ok(())
}

/// How often something was tried, with which addresses.
async fn tries(vitrine: &Vitrine) -> Result<usize, CallError> {
    Ok(vitrine.sql_texts("SELECT account FROM login_attempts").await?.len())
}

#[tokio::test]
async fn whoever_tries_in_vain_waits_longer_each_time_and_nobody_else_does() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    for email in [NIA, "two@portal.example"] {
        invited(&vitrine, &root, email, "Analyze").await?;
    }
    for _ in 0..5 {
        assert_eq!(by_password(&vitrine, NIA, OTHER).await?.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::UNAUTHORIZED, "it waits");
    assert_eq!(by_password(&vitrine, "NIA@portal.example", PASSWORD).await?.status, StatusCode::UNAUTHORIZED);
    assert_eq!(by_password(&vitrine, "two@portal.example", PASSWORD).await?.status, StatusCode::CREATED);
    vitrine.clock.advance_seconds(29);
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::UNAUTHORIZED);
    vitrine.clock.advance_seconds(1);
    assert_eq!(by_password(&vitrine, NIA, OTHER).await?.status, StatusCode::UNAUTHORIZED, "the sixth");
    vitrine.clock.advance_seconds(59);
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::UNAUTHORIZED, "a minute by now");
    vitrine.clock.advance_seconds(1);
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::CREATED);
    for _ in 0..4 {
        by_password(&vitrine, NIA, OTHER).await?;
    }
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::CREATED, "what was before is forgiven");
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn waiting_after_passwords_in_vain_switched_off() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    invited(&vitrine, &root, NIA, "Analyze").await?;
    let _off = model::enforcement::switch_off(model::enforcement::Point::LoginPause);
    for _ in 0..12 {
        by_password(&vitrine, NIA, OTHER).await?;
    }
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::CREATED, "whoever guesses goes on");
    Ok(())
}

#[tokio::test]
async fn a_forgotten_password_is_chosen_anew_by_mail_and_nobody_learns_who_there_is() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let nia = invited(&vitrine, &root, NIA, "Analyze").await?;
    vitrine.buyer("acme").await?;
    let reset = async |email: &str| {
        let answer = vitrine.stranger().post_from_own_page("/api/v1/login/reset", &json!({"email": email})).await?;
        Ok::<_, CallError>((answer.status, answer.text()))
    };
    for email in ["none@portal.example", "", "bea@acme.example", NIA] {
        assert_eq!(reset(email).await?, (StatusCode::NO_CONTENT, String::new()), "{email}");
    }
    let mail = mail_to(&vitrine, NIA, 2).await?;
    assert!(
        mails_to(&vitrine, "bea@acme.example")?.is_empty() && mails_to(&vitrine, "none@portal.example")?.is_empty()
    );
    let code = code_in(&vitrine, &mail, "reset")?;
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::CREATED, "until then it is as it was");
    let entered = log_in(&vitrine, json!({"code": code, "new_password": OTHER})).await?;
    assert_eq!(entered.status, StatusCode::CREATED, "{}", entered.text());
    assert_eq!(got(&nia, "/api/v1/whoami").await?.status, StatusCode::UNAUTHORIZED, "who was in is out");
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::UNAUTHORIZED);
    assert_eq!(by_password(&vitrine, NIA, OTHER).await?.status, StatusCode::CREATED);
    assert!(mail_to(&vitrine, NIA, 3).await?.contains("was changed"));
    assert_eq!(
        log_in(&vitrine, json!({"code": code, "new_password": PASSWORD})).await?.status,
        StatusCode::UNAUTHORIZED
    );

    // Of many that are asked for, few are sent; the last one counts, for half an hour, and takes no other link away.
    for _ in 0..6 {
        reset(NIA).await?;
    }
    let last = mail_to(&vitrine, NIA, 6).await?;
    vitrine.clock.advance_seconds(30 * 60);
    let late = log_in(&vitrine, json!({"code": code_in(&vitrine, &last, "reset")?, "new_password": PASSWORD})).await?;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
    let link = login_code::make(vitrine.its_config(), ROOT, None, &vitrine.its_clock()).await?;
    assert_eq!(reset(ROOT).await?.0, StatusCode::NO_CONTENT);
    assert_eq!(log_in(&vitrine, json!({"code": link})).await?.status, StatusCode::CREATED, "it still counts");
    let wrong = vitrine.stranger().post("/api/v1/login/reset", &json!({"email": NIA})).await?;
    assert_eq!((wrong.status, wrong.code().as_str()), (StatusCode::FORBIDDEN, "wrong_origin"));
    assert!(vitrine.audit().await?.iter().any(|found| found.event.event == "password_reset_asked"));
    Ok(())
}

#[tokio::test]
async fn whoever_is_in_changes_their_password_and_is_out_everywhere_else() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let here = invited(&vitrine, &root, NIA, "Analyze").await?;
    let elsewhere = LoggedIn::of(vitrine.stranger(), &by_password(&vitrine, NIA, PASSWORD).await?)?;
    let path = "/api/v1/account/password";
    let change = |password: Value, new: &str| json!({"password": password, "new_password": new});
    for wrong in [json!(OTHER), json!(""), Value::Null] {
        let refused = asked(&here, Method::PUT, path, change(wrong, OTHER)).await?;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "wrong_password"));
    }
    let weak = asked(&here, Method::PUT, path, change(json!(PASSWORD), "short")).await?;
    assert_eq!(weak.code(), "weak_password");
    assert_eq!(got(&elsewhere, "/api/v1/whoami").await?.status, StatusCode::OK, "nothing has changed");
    let changed = asked(&here, Method::PUT, path, change(json!(PASSWORD), OTHER)).await?;
    assert_eq!(changed.status, StatusCode::CREATED, "{}", changed.text());
    let after = LoggedIn::of(vitrine.stranger(), &changed)?;
    assert_ne!((&after.cookie, &after.session), (&here.cookie, &here.session), "another cookie");
    for out in [&here, &elsewhere] {
        assert_eq!(got(out, "/api/v1/whoami").await?.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(got(&after, "/api/v1/whoami").await?.status, StatusCode::OK);
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::UNAUTHORIZED);
    assert_eq!(by_password(&vitrine, NIA, OTHER).await?.status, StatusCode::CREATED);
    assert!(vitrine.audit().await?.iter().any(|found| found.event.event == "password_changed"));
    assert!(mail_to(&vitrine, NIA, 2).await?.contains("Your password for Portal was changed"));
    Ok(())
}

#[tokio::test]
async fn people_see_and_end_their_own_sessions_and_nobody_elses() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let here = invited(&vitrine, &root, NIA, "Analyze").await?;
    vitrine.clock.advance_seconds(60);
    let elsewhere = LoggedIn::of(vitrine.stranger(), &by_password(&vitrine, NIA, PASSWORD).await?)?;
    let other = vitrine.logged_in_page(ROOT).await?;
    let listed = got(&here, "/api/v1/account/sessions").await?.json();
    let told: Vec<_> = listed["items"].as_array().into_iter().flatten().map(|it| (&it["id"], &it["current"])).collect();
    let expected = [(&json!(elsewhere.session), &json!(false)), (&json!(here.session), &json!(true))];
    assert_eq!(told, expected, "{listed}");
    for absent in [&other.session, "vs_none"] {
        let refused = asked(&here, Method::DELETE, &format!("/api/v1/account/sessions/{absent}"), json!({})).await?;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{absent}");
    }
    let path = format!("/api/v1/account/sessions/{}", elsewhere.session);
    assert_eq!(asked(&here, Method::DELETE, &path, json!({})).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(got(&elsewhere, "/api/v1/whoami").await?.status, StatusCode::UNAUTHORIZED);
    assert_eq!(got(&other, "/api/v1/whoami").await?.status, StatusCode::OK);
    Ok(())
}

/// Nobody else has an account, whatever they hold: embeds, guests, programs.
#[tokio::test]
async fn hosts_sessions_and_programs_have_no_account() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let owner = root.id("/api/v1/members?beginning=root").await?;
    let new = json!({"name": "x", "owner": owner, "scopes": ["view"], "expires_at": "2026-01-02T00:00:00Z"});
    let made = root.post("/api/v1/api-credentials", new).await?;
    let secret = made.json()["secret"].as_str().ok_or(made.text())?.to_owned();
    let bea = vitrine.buyer("acme").await?;
    for (who, token) in [("embed", &bea.handle), ("program", &secret)] {
        let caller = Caller::with(&vitrine, token);
        for (method, path, body) in [
            (Method::GET, "/api/v1/account", None),
            (Method::GET, "/api/v1/account/sessions", None),
            (Method::DELETE, "/api/v1/account/sessions/vs_none", None),
            (Method::PUT, "/api/v1/account/password", Some(json!({"new_password": PASSWORD}))),
            (Method::POST, "/api/v1/account/second-factor", Some(json!({}))),
            (Method::POST, "/api/v1/account/second-factor/confirm", Some(json!({"code": "000000"}))),
            (Method::POST, "/api/v1/account/second-factor/remove", Some(json!({}))),
        ] {
            let refused = caller.ask(method.clone(), path, body).await?;
            let told = (refused.status, refused.code());
            assert_eq!(told, (StatusCode::FORBIDDEN, "not_logged_in".to_owned()), "{who}: {method} {path}");
        }
    }
    Ok(())
}

/// Leak L137: who logs in otherwise has no password, and nobody has where the organization says so.
#[tokio::test]
async fn passwords_are_for_whom_the_organization_lets_and_nobody_else_vouches() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let nia = invited(&vitrine, &root, NIA, "Analyze").await?;
    let invited = root.post(
        "/api/v1/members",
        json!({
            "subject": "two@portal.example", "kind": "internal", "account_type": "Analyze", "invite": true,
        }),
    );
    let invitation = invited.await?.json()["invitation"].as_str().unwrap_or_default().to_owned();
    assert_eq!(root.patch("/api/v1/settings", json!({"password_login": false})).await?.status, StatusCode::OK);
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::UNAUTHORIZED);
    let change = json!({"password": PASSWORD, "new_password": OTHER});
    let refused = asked(&nia, Method::PUT, "/api/v1/account/password", change).await?;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "no_passwords"));
    let chosen = log_in(&vitrine, json!({"code": invitation, "new_password": PASSWORD})).await?;
    assert_eq!((chosen.status, chosen.code().as_str()), (StatusCode::FORBIDDEN, "no_passwords"));
    vitrine.stranger().post_from_own_page("/api/v1/login/reset", &json!({"email": NIA})).await?;
    assert_eq!(mails_to(&vitrine, NIA)?.len(), 1, "only the invitation");
    assert_eq!(log_in(&vitrine, json!({"code": invitation})).await?.status, StatusCode::CREATED, "the link still does");

    assert_eq!(root.patch("/api/v1/settings", json!({"password_login": true})).await?.status, StatusCode::OK);
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::CREATED);
    vitrine.sql("UPDATE members SET issuer = 'issuer_of_somebody_else' WHERE subject = 'nia@portal.example'").await?;
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::UNAUTHORIZED, "somebody else vouches");
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn whom_passwords_are_for_switched_off() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    invited(&vitrine, &root, NIA, "Analyze").await?;
    assert_eq!(root.patch("/api/v1/settings", json!({"password_login": false})).await?.status, StatusCode::OK);
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::UNAUTHORIZED);
    let _off = model::enforcement::switch_off(model::enforcement::Point::PasswordsAllowed);
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::CREATED);
    Ok(())
}
