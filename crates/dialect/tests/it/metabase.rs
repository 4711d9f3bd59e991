//! Guest tokens.

use crate::keys::{Outcome, at, id, key};
use chrono::{DateTime, Utc};
use dialect::jwt::Token;
use dialect::metabase::{GuestRefusal, Resource, guest};
use model::access::Mode;
use model::assertion::{Assertion, Claimant, ContentClaim, ContentKind};
use serde_json::{Value, json};
use testkit::sign::plain;
use testkit::vectors;

/// What a caller reads instead of an assertion.
fn read(token: &str, secret: &str, mode: Mode, now: DateTime<Utc>) -> Result<Assertion, String> {
    let key = key("metabase", "metabase-web", mode).map_err(|error| error.to_string())?;
    let verified = Token::parse(token).and_then(|token| token.verify([(&id(), secret.as_bytes())]));
    let signed = verified.map_err(|_| "Message seems corrupt or manipulated".to_owned())?;
    guest(signed, Some(Resource::Dashboard), &key, now).map_err(|error| error.to_string())
}

#[test]
fn vectors_of_a_customers_library() -> Outcome {
    let vectors = vectors::of("metabase");
    let guest = &vectors["flavours"]["metabase_guest"];
    let (secret, now) = (guest["secret"].as_str().ok_or("secret")?, vectors["frozen_now"].as_i64().ok_or("now")?);
    let all = guest["vectors"].as_array().ok_or("vectors")?;
    assert_eq!(all.len(), 11);
    for vector in all {
        let token = vector["token"].as_str().ok_or("token")?;
        let answer = read(token, secret, Mode::Compatible, at(now)).map(|_| "accepted".to_owned());
        let expected = match vector["id"].as_str().ok_or("id")? {
            "mb-guest-01" | "mb-guest-04" | "mb-guest-06" => Ok("accepted".to_owned()),
            // Ours says the same of every token that is not verified, also of `none` and of no algorithm at all.
            "mb-guest-09" | "mb-guest-10" | "mb-guest-11" | "mb-guest-12" => {
                Err("Message seems corrupt or manipulated".to_owned())
            }
            "mb-guest-13" => Err("Token is missing value for keypath [:params]".to_owned()),
            "mb-guest-15" => {
                Err(GuestRefusal::Type { claim: "params", expected: "a map of values and lists of values" }.to_string())
            }
            "mb-guest-16" => Err(GuestRefusal::Id("\"8\"".into()).to_string()),
            "mb-guest-18" => Err(GuestRefusal::Preview.to_string()),
            other => return Err(format!("nothing is expected of {other}").into()),
        };
        assert_eq!(answer, expected, "{vector}");
    }
    Ok(())
}

#[test]
fn every_change_of_an_accepted_token_is_refused() -> Outcome {
    let vectors = vectors::of("metabase");
    let guest = &vectors["flavours"]["metabase_guest"];
    let secret = guest["secret"].as_str().ok_or("secret")?;
    for vector in guest["vectors"].as_array().ok_or("vectors")?.iter().filter(|it| it["expect"] == "accept") {
        let token = vector["token"].as_str().ok_or("token")?;
        let (_, signature) = token.rsplit_once('.').ok_or("signature")?;
        let mut changes: Vec<Value> = Vec::new();
        for (pointer, value) in
            [("/resource/dashboard", json!(2)), ("/params", json!({"status": "x"})), ("/exp", json!(4_102_444_801_u64))]
        {
            let mut claims = vector["claims"].clone();
            if let Some(claim) = claims.pointer_mut(pointer) {
                *claim = value;
                changes.push(claims);
            }
        }
        assert!(changes.len() >= 2);
        for claims in changes {
            let (signed, _) =
                plain(&claims, "").rsplit_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).ok_or("")?;
            let answer = read(&format!("{signed}.{signature}"), secret, Mode::Compatible, at(1_767_225_600));
            assert_eq!(answer, Err("Message seems corrupt or manipulated".to_owned()), "{claims}");
        }
    }
    Ok(())
}

fn answer(claims: &Value, mode: Mode) -> String {
    let token = plain(claims, "secret");
    read(&token, "secret", mode, at(1_000_000)).map_or_else(|error| error, |_| "accepted".to_owned())
}

#[test]
fn times_have_a_leeway_of_a_minute() {
    let with = |claim: &str, value: Value| {
        let mut claims = json!({"resource": {"dashboard": 1}, "params": {}});
        claims[claim] = value;
        answer(&claims, Mode::Compatible)
    };
    assert_eq!(with("exp", json!(999_941)), "accepted");
    assert_eq!(with("exp", json!(999_940)), "Token is expired (999940)");
    assert_eq!(with("exp", json!(999_940.9)), "Token is expired (999940)");
    assert_eq!(with("nbf", json!(1_000_060)), "accepted");
    assert_eq!(with("nbf", json!(1_000_061)), "Token is not yet valid (1000061)");
    assert_eq!(with("iat", json!(9_000_000)), "accepted");
    for odd in [json!("1"), json!(-1), json!(1e300), json!(true), json!([])] {
        assert!(with("exp", odd.clone()).starts_with("Invalid input:"), "{odd}");
    }
}

#[test]
fn a_strict_key_wants_tokens_that_expire_soon_and_claim_nothing_else() {
    let token = |more: Value| {
        let mut claims = json!({"resource": {"dashboard": 1}, "params": {}, "exp": 1_000_600});
        for (name, value) in more.as_object().cloned().unwrap_or_default() {
            claims[name] = value;
        }
        answer(&claims, Mode::Strict)
    };
    assert_eq!(token(json!({})), "accepted");
    assert_eq!(token(json!({"exp": 1_003_660})), "accepted");
    assert_eq!(token(json!({"exp": 1_003_661})), "Token must expire within 3600 seconds (`exp`).");
    assert_eq!(token(json!({"exp": null})), "Invalid input: [\"exp must be a time in seconds since 1970\"]");
    assert_eq!(
        token(json!({"role": "admin"})),
        "Unknown claim `role`: expected `resource`, `params`, `exp`, `iat` or `nbf`."
    );
    let endless = json!({"resource": {"dashboard": 1}, "params": {}});
    assert_eq!(answer(&endless, Mode::Strict), "Token must expire within 3600 seconds (`exp`).");
    assert_eq!(answer(&endless, Mode::Compatible), "accepted");
}

#[test]
fn one_resource_is_named_and_it_is_the_addresses() {
    let named = |resource: Value| answer(&json!({"resource": resource, "params": {}}), Mode::Compatible);
    assert_eq!(named(json!({"question": 1})), "Token is missing value for keypath [:resource :dashboard]");
    assert_eq!(named(json!({})), "Token is missing value for keypath [:resource :dashboard]");
    assert_eq!(named(json!(1)), "Token is missing value for keypath [:resource :dashboard]");
    assert!(named(json!({"question": 1, "dashboard": 1})).starts_with("Invalid input:"));
    assert_eq!(named(json!({"dashboard": "abcdefghijklmnopqrstu"})), "accepted");
    for odd in [json!(0), json!(-1), json!(1.5), json!("8"), json!(null), json!(["1"]), json!("abc"), json!(1e20)] {
        assert!(named(json!({ "dashboard": odd })).starts_with("Invalid input: [\"value must be an integer"), "{odd}");
    }
}

#[test]
fn what_is_read() -> Outcome {
    let claims =
        json!({"resource": {"dashboard": 7}, "params": {"status": ["a", "b"], "plan": null}, "exp": 2_000_000});
    let assertion = read(&plain(&claims, "secret"), "secret", Mode::Compatible, at(1_000_000))?;
    let claims = assertion.claims();
    assert_eq!(claims.claimant, Claimant::Guest);
    let Some(ContentClaim::Foreign(content)) = &claims.content else { return Err("content".into()) };
    assert_eq!((content.kind, content.id.as_str()), (ContentKind::Workbook, "7"));
    assert_eq!(claims.locked_parameters["status"], json!(["a", "b"]));
    assert_eq!(claims.locked_parameters["plan"], json!(null), "present but null is not absent");
    assert_eq!(claims.expires_at, Some(at(2_000_060)));
    Ok(())
}

#[test]
fn parameters_are_values_and_lists_of_values() {
    let with = |params: Value| answer(&json!({"resource": {"dashboard": 1}, "params": params}), Mode::Compatible);
    assert_eq!(with(json!({"a": [1, "x", true, null]})), "accepted");
    for odd in [json!([]), json!("a"), json!({"a": {}}), json!({"a": [[1]]}), json!(0)] {
        assert!(with(odd.clone()).starts_with("Invalid input: [\"params must be"), "{odd}");
    }
    assert_eq!(with(json!(null)), "Token is missing value for keypath [:params]");
}
