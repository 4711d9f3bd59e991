//! Second factors: asked for, used once, stood in for, and needed by those who administer.

use super::{NIA, PASSWORD, ROOT, asked, by_password, causes, code_in, got, invited, log_in, mail_to};
use crate::support::{Outcome, Vitrine};
use data_encoding::BASE32;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::{Answer, CallError, LoggedIn};

const SECOND_FACTOR: &str = "/api/v1/account/second-factor";

/// What an app shows now, after the same standard, made of another library than the server's.
fn code_of(vitrine: &Vitrine, secret: &str) -> Result<String, CallError> {
    let key = BASE32.decode(secret.as_bytes())?;
    let period = vitrine.its_clock().now().timestamp().div_euclid(30);
    let tag = hmac_sha1(&key, &period.to_be_bytes());
    let offset = usize::from(tag[19] & 0x0f);
    let number = u32::from_be_bytes(tag[offset..offset + 4].try_into()?) & 0x7fff_ffff;
    Ok(format!("{:06}", number % 1_000_000))
}

/// RFC 2104 over SHA-1, for keys that are no longer than a block.
fn hmac_sha1(key: &[u8], message: &[u8]) -> [u8; 20] {
    let padded = |byte: u8| {
        let mut block = [byte; 64];
        block.iter_mut().zip(key).for_each(|(block, key)| *block ^= key);
        block.to_vec()
    };
    let inner = sha1([padded(0x36), message.to_vec()].concat());
    sha1([padded(0x5c), inner.to_vec()].concat())
}

/// FIPS 180-4.
fn sha1(mut message: Vec<u8>) -> [u8; 20] {
    let bits = (message.len() as u64) * 8;
    message.push(0x80);
    while message.len() % 64 != 56 {
        message.push(0);
    }
    message.extend(bits.to_be_bytes());
    let mut hash: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in message.chunks(64) {
        let mut words: Vec<u32> =
            block.chunks(4).map(|four| u32::from_be_bytes([four[0], four[1], four[2], four[3]])).collect();
        for at in 16..80 {
            words.push((words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16]).rotate_left(1));
        }
        let [mut a, mut b, mut c, mut d, mut e] = hash;
        for (at, word) in words.iter().enumerate() {
            let (mixed, constant) = match at {
                0..20 => ((b & c) | (!b & d), 0x5a82_7999),
                20..40 => (b ^ c ^ d, 0x6ed9_eba1),
                40..60 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6_u32),
            };
            let next = a.rotate_left(5).wrapping_add(mixed).wrapping_add(e).wrapping_add(constant).wrapping_add(*word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (kept, added) in hash.iter_mut().zip([a, b, c, d, e]) {
            *kept = kept.wrapping_add(added);
        }
    }
    let mut bytes = [0; 20];
    bytes.chunks_mut(4).zip(hash).for_each(|(four, word)| four.copy_from_slice(&word.to_be_bytes()));
    bytes
}

/// Somebody who has confirmed a second factor: their page, its secret, and recovery codes.
struct Doubled {
    page: LoggedIn,
    secret: String,
    recovery: Vec<String>,
}

async fn doubled(vitrine: &Vitrine, page: &LoggedIn) -> Result<Doubled, CallError> {
    let begun = asked(page, Method::POST, SECOND_FACTOR, json!({"password": PASSWORD})).await?;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text());
    let secret = begun.json()["secret"].as_str().ok_or("no secret")?.to_owned();
    let address = begun.json()["address"].as_str().ok_or("no address")?.to_owned();
    assert!(address.starts_with("otpauth://totp/Portal:") && address.contains(&secret), "{address}");
    let body = json!({"code": code_of(vitrine, &secret)?});
    let confirmed = asked(page, Method::POST, &format!("{SECOND_FACTOR}/confirm"), body).await?;
    assert_eq!(confirmed.status, StatusCode::CREATED, "{}", confirmed.text());
    let codes = confirmed.json()["recovery_codes"].as_array().cloned().unwrap_or_default();
    let recovery: Vec<String> = codes.iter().filter_map(|code| code.as_str().map(str::to_owned)).collect();
    assert_eq!(recovery.len(), 10);
    Ok(Doubled { page: LoggedIn::of(vitrine.stranger(), &confirmed)?, secret, recovery })
}

async fn with_both(vitrine: &Vitrine, email: &str, second_factor: &str) -> Result<Answer, CallError> {
    log_in(vitrine, json!({"email": email, "password": PASSWORD, "second_factor": second_factor})).await
}

#[tokio::test]
async fn whoever_has_a_second_factor_shows_it_and_each_code_counts_once() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let first = invited(&vitrine, &root, NIA, "Analyze").await?;
    let elsewhere = LoggedIn::of(vitrine.stranger(), &by_password(&vitrine, NIA, PASSWORD).await?)?;
    let nia = doubled(&vitrine, &first).await?;
    for out in [&first, &elsewhere] {
        assert_eq!(got(out, "/api/v1/whoami").await?.status, StatusCode::UNAUTHORIZED, "who was in is out");
    }
    let account = got(&nia.page, "/api/v1/account").await?.json();
    assert_eq!((&account["has_second_factor"], &account["recovery_codes"]), (&json!(true), &json!(10)));

    let needed = by_password(&vitrine, NIA, PASSWORD).await?;
    assert_eq!((needed.status, needed.code().as_str()), (StatusCode::UNAUTHORIZED, "second_factor_needed"));
    let wrong = log_in(&vitrine, json!({"email": NIA, "password": "wrong", "second_factor": "000000"})).await?;
    assert_eq!(wrong.code(), "login_refused", "nobody is told of it without the password");
    let code = code_of(&vitrine, &nia.secret)?;
    let replayed = with_both(&vitrine, NIA, &code).await?;
    assert_eq!(
        (replayed.status, replayed.code().as_str()),
        (StatusCode::UNAUTHORIZED, "login_refused"),
        "confirmed with"
    );
    vitrine.clock.advance_seconds(60);
    let code = code_of(&vitrine, &nia.secret)?;
    assert_eq!(with_both(&vitrine, NIA, &code).await?.status, StatusCode::CREATED);
    assert_eq!(with_both(&vitrine, NIA, &code).await?.status, StatusCode::UNAUTHORIZED, "used");
    vitrine.clock.advance_seconds(90);
    assert_eq!(with_both(&vitrine, NIA, &code).await?.status, StatusCode::UNAUTHORIZED, "and too old");

    let recovery = nia.recovery[3].to_uppercase();
    assert_eq!(with_both(&vitrine, NIA, &recovery).await?.status, StatusCode::CREATED);
    assert_eq!(with_both(&vitrine, NIA, &recovery).await?.status, StatusCode::UNAUTHORIZED, "used");
    assert_eq!(with_both(&vitrine, NIA, "").await?.status, StatusCode::UNAUTHORIZED);
    let kept = vitrine.sql_texts("SELECT sealed FROM second_factors").await?;
    assert!(kept.len() == 1 && !kept[0].contains(&nia.secret), "encrypted");
    assert!(causes(&vitrine).await?.contains(&"second_factor_needed".to_owned()));
    assert!(mail_to(&vitrine, NIA, 2).await?.contains("Your second factor for Portal was changed"));
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn codes_that_count_once_switched_off() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let nia = doubled(&vitrine, &invited(&vitrine, &root, NIA, "Analyze").await?).await?;
    vitrine.clock.advance_seconds(60);
    let code = code_of(&vitrine, &nia.secret)?;
    assert_eq!(with_both(&vitrine, NIA, &code).await?.status, StatusCode::CREATED);
    let _off = model::enforcement::switch_off(model::enforcement::Point::FactorOnce);
    assert_eq!(with_both(&vitrine, NIA, &code).await?.status, StatusCode::CREATED, "whoever has seen it comes in");
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn second_factors_switched_off() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    doubled(&vitrine, &invited(&vitrine, &root, NIA, "Analyze").await?).await?;
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::UNAUTHORIZED);
    let _off = model::enforcement::switch_off(model::enforcement::Point::SecondFactor);
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::CREATED);
    Ok(())
}

/// Who has somebody's mail has not their second factor, and does not find it out by trying.
#[tokio::test]
async fn a_mail_is_no_way_around_a_second_factor() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let nia = doubled(&vitrine, &invited(&vitrine, &root, NIA, "Analyze").await?).await?;
    mail_to(&vitrine, NIA, 2).await?;
    vitrine.stranger().post_from_own_page("/api/v1/login/reset", &json!({"email": NIA})).await?;
    let code = code_in(&vitrine, &mail_to(&vitrine, NIA, 3).await?, "reset")?;
    let chosen = |factor: Value| json!({"code": code, "new_password": super::OTHER, "second_factor": factor});
    let needed = log_in(&vitrine, chosen(Value::Null)).await?;
    assert_eq!(needed.code(), "second_factor_needed");
    for _ in 0..6 {
        assert_eq!(log_in(&vitrine, chosen(json!("000000"))).await?.code(), "login_refused");
    }
    vitrine.clock.advance_seconds(10);
    let right = code_of(&vitrine, &nia.secret)?;
    assert_eq!(log_in(&vitrine, chosen(json!(right))).await?.code(), "login_refused", "after five it waits");
    vitrine.clock.advance_seconds(60);
    let right = code_of(&vitrine, &nia.secret)?;
    assert_eq!(log_in(&vitrine, chosen(json!(right))).await?.status, StatusCode::CREATED);
    Ok(())
}

#[tokio::test]
async fn a_second_factor_is_begun_confirmed_and_given_up_by_its_person_alone() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let page = invited(&vitrine, &root, NIA, "Analyze").await?;
    let wrong = asked(&page, Method::POST, SECOND_FACTOR, json!({"password": "wrong"})).await?;
    assert_eq!((wrong.status, wrong.code().as_str()), (StatusCode::FORBIDDEN, "wrong_password"));
    let none = asked(&page, Method::POST, &format!("{SECOND_FACTOR}/confirm"), json!({"code": "000000"})).await?;
    assert_eq!((none.status, none.code().as_str()), (StatusCode::BAD_REQUEST, "wrong_code"));
    let remove = format!("{SECOND_FACTOR}/remove");
    let none = asked(&page, Method::POST, &remove, json!({"password": PASSWORD})).await?;
    assert_eq!((none.status, none.code().as_str()), (StatusCode::CONFLICT, "no_second_factor"));
    asked(&page, Method::POST, SECOND_FACTOR, json!({"password": PASSWORD})).await?;
    assert_eq!(
        by_password(&vitrine, NIA, PASSWORD).await?.status,
        StatusCode::CREATED,
        "not asked for before it is confirmed"
    );

    let nia = doubled(&vitrine, &page).await?;
    let again = asked(&nia.page, Method::POST, SECOND_FACTOR, json!({"password": PASSWORD})).await?;
    assert_eq!((again.status, again.code().as_str()), (StatusCode::CONFLICT, "has_second_factor"));
    let wrong = asked(&nia.page, Method::POST, &remove, json!({"password": "wrong"})).await?;
    assert_eq!(wrong.code(), "wrong_password");
    let removed = asked(&nia.page, Method::POST, &remove, json!({"password": PASSWORD})).await?;
    assert_eq!(removed.status, StatusCode::CREATED, "{}", removed.text());
    assert_eq!(by_password(&vitrine, NIA, PASSWORD).await?.status, StatusCode::CREATED);
    assert_eq!(with_both(&vitrine, NIA, &nia.recovery[0]).await?.status, StatusCode::CREATED, "it is not looked at");
    let events = vitrine.audit().await?;
    for name in ["second_factor_begun", "second_factor_confirmed", "second_factor_removed"] {
        assert!(events.iter().any(|found| found.event.event == name), "{name}");
    }
    Ok(())
}

/// With the setting nobody administers who has not shown a second factor, from the next request on.
#[tokio::test]
async fn administrators_need_a_second_factor_where_the_organization_says_so() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let console = vitrine.root().await?;
    let page = invited(&vitrine, &console, "two@portal.example", "Admin").await?;
    let teams = async |who: &LoggedIn| Ok::<_, CallError>(got(who, "/api/v1/teams").await?.status);
    assert_eq!(teams(&page).await?, StatusCode::OK);
    let on = json!({"second_factor_for_administrators": true});
    assert_eq!(console.patch("/api/v1/settings", on).await?.status, StatusCode::OK, "the command line counts as much");
    assert_eq!(teams(&page).await?, StatusCode::FORBIDDEN);
    let me = got(&page, "/api/v1/whoami").await?.json();
    assert!(!me["permissions"].to_string().contains("administer"), "{me}");
    assert_eq!(got(&page, "/api/v1/account").await?.json()["needs_second_factor"], json!(true));
    let again = LoggedIn::of(vitrine.stranger(), &by_password(&vitrine, "two@portal.example", PASSWORD).await?)?;
    assert_eq!(teams(&again).await?, StatusCode::FORBIDDEN);

    let two = doubled(&vitrine, &again).await?;
    assert_eq!(teams(&two.page).await?, StatusCode::OK);
    assert_eq!(got(&two.page, "/api/v1/account").await?.json()["needs_second_factor"], json!(false));
    let gone =
        asked(&two.page, Method::POST, &format!("{SECOND_FACTOR}/remove"), json!({"password": PASSWORD})).await?;
    assert_eq!(teams(&LoggedIn::of(vitrine.stranger(), &gone)?).await?, StatusCode::FORBIDDEN, "and not without");
    assert_eq!(console.get("/api/v1/teams").await?.status, StatusCode::OK);
    assert_eq!(vitrine.logged_in(ROOT).await?.get("/api/v1/teams").await?.status, StatusCode::OK);
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn second_factors_of_administrators_switched_off() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let console = vitrine.root().await?;
    let page = invited(&vitrine, &console, "two@portal.example", "Admin").await?;
    console.patch("/api/v1/settings", json!({"second_factor_for_administrators": true})).await?;
    assert_eq!(got(&page, "/api/v1/teams").await?.status, StatusCode::FORBIDDEN);
    let _off = model::enforcement::switch_off(model::enforcement::Point::FactorOfAdministrators);
    assert_eq!(got(&page, "/api/v1/teams").await?.status, StatusCode::OK);
    Ok(())
}
