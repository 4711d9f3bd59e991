//! Bearer tokens of Vitrine's own dialect.

use crate::keys::{Outcome, at, id, key};
use dialect::jwt::Token;
use dialect::vitrine::Bearer;
use model::access::Mode;
use model::assertion::Claimant;
use serde_json::{Value, json};
use testkit::sign::plain;

fn good() -> Value {
    json!({
        "iss": "portal", "aud": "vitrine", "iat": 1_000_000, "exp": 1_000_300, "jti": "j1",
        "session": {"subject": "fred@acme.example"}
    })
}

/// What comes of a good token with one claim changed; null removes it.
fn with(name: &str, value: Value) -> String {
    let mut claims = good();
    claims[name] = value.clone();
    if let (Value::Null, Some(object)) = (value, claims.as_object_mut()) {
        object.remove(name);
    }
    let Ok(key) = key("vitrine", "portal", Mode::Strict) else { return "no key".to_owned() };
    let token = plain(&claims, "secret");
    let verified = Token::parse(&token)
        .and_then(|token| Bearer::verify(token, Some(&id()), Some(&key), [&b"secret"[..]], at(1_000_000)));
    match verified {
        Err(refused) => refused.code().to_owned(),
        Ok(bearer) => bearer.assertion().map_or_else(|error| error.to_string(), |_| "accepted".to_owned()),
    }
}

#[test]
fn every_claim_has_its_rule() {
    for (name, value, expected) in [
        ("sub", json!("x"), "unknown member `sub`: expected one of `iss`, `aud`, `iat`, `exp`, `jti`, `session`"),
        ("iss", json!("another"), "malformed_token"),
        ("aud", json!("sigmacomputing"), "malformed_token"),
        ("aud", json!(["vitrine"]), "malformed_token"),
        ("aud", json!(null), "malformed_token"),
        ("jti", json!(null), "malformed_token"),
        ("jti", json!(""), "malformed_token"),
        ("iat", json!(null), "token_out_of_time"),
        ("iat", json!(1_000_060), "accepted"),
        ("iat", json!(1_000_061), "token_out_of_time"),
        ("iat", json!(999_999), "token_out_of_time"),
        ("exp", json!(null), "token_out_of_time"),
        ("exp", json!(1_000_000), "token_out_of_time"),
        ("exp", json!(1_000_001), "accepted"),
        ("exp", json!(1_000_301), "token_out_of_time"),
        ("session", json!(null), "`session` is missing: expected the session object"),
        ("session", json!("x"), "`session` is not valid: expected an object"),
        ("session", json!({"guest": true}), "`session.content` is missing: expected the content that the guest sees"),
        (
            "session",
            json!({"subject": ""}),
            "`session.subject` is not valid: expected a text of 1 to 255 characters without control characters",
        ),
    ] {
        assert_eq!(with(name, value.clone()), expected, "{name}: {value}");
    }
}

#[test]
fn what_is_read_counts_once() -> Outcome {
    let key = key("vitrine", "portal", Mode::Strict)?;
    let token = plain(&good(), "secret");
    let bearer = Bearer::verify(Token::parse(&token)?, Some(&id()), Some(&key), [&b"secret"[..]], at(1_000_000))?;
    let assertion = bearer.assertion()?;
    assert_eq!(assertion.claims().claimant, Claimant::Member("fred@acme.example".into()));
    let once = assertion.counts_once().ok_or("once")?;
    assert_eq!((once.id.as_str(), once.until), ("j1", at(1_000_300)));
    Ok(())
}

#[test]
fn tokens_issued_before_a_key_counts_are_refused() -> Outcome {
    let mut key = key("vitrine", "portal", Mode::Strict)?;
    key.not_before = Some(at(1_000_001));
    let token = plain(&good(), "secret");
    let refused = Bearer::verify(Token::parse(&token)?, Some(&id()), Some(&key), [&b"secret"[..]], at(1_000_000));
    assert_eq!(refused.map(|_| ()), Err(dialect::key::Refused::OutOfTime));
    Ok(())
}
