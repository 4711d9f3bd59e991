//! What a token of a connected app may and must say.

use super::{Trusts, frozen, told, with};
use crate::keys::Outcome;
use dialect::tableau::{ConnectedApp, Presented, TableauRefusal};
use model::access::Mode;
use serde_json::{Value, json};

const CLIENT: &str = "6f1c8a2e-0d55-4e0b-9b8e-3b6d2f8a1c01";
const SECRET: &str = "a7d9c3b4-1111-4f2e-8a55-0c9be2f4d002";
const NOW: i64 = 1_767_225_600;

fn header() -> Value {
    json!({"alg": "HS256", "typ": "JWT", "kid": SECRET, "iss": CLIENT})
}

fn claims() -> Value {
    json!({"iss": CLIENT, "aud": "tableau", "sub": "fred", "jti": "1", "exp": NOW + 300, "scp": ["tableau:views:embed"]})
}

fn answer(mode: Mode, header: &Value, claims: &Value) -> Outcome<Result<dialect::tableau::SignedIn, TableauRefusal>> {
    let trusts = Trusts::new(mode)?;
    Ok(trusts.direct(&trusts.signed(header, claims), frozen()))
}

#[test]
fn the_issuer_stands_where_the_samples_put_it() -> Outcome {
    let none = Value::Null;
    for (in_header, in_claims, expected) in [
        (json!(CLIENT), json!(CLIENT), (0, "accepted")),
        (json!(CLIENT), none.clone(), (0, "accepted")),
        (none.clone(), json!(CLIENT), (0, "accepted")),
        (none.clone(), none.clone(), (10083, "issuer_missing")),
        (json!(""), none, (10083, "issuer_missing")),
        (json!(CLIENT), json!("another"), (10083, "issuers_contradict")),
        (json!("another"), json!(CLIENT), (10083, "issuers_contradict")),
        (json!(7), json!(CLIENT), (10084, "malformed_token")),
        (json!("another"), json!("another"), (126, "unknown_issuer")),
    ] {
        let (header, claims) = (with(&header(), "iss", in_header), with(&claims(), "iss", in_claims));
        assert_eq!(told(&answer(Mode::Strict, &header, &claims)?), expected, "{header} {claims}");
    }
    Ok(())
}

#[test]
fn the_secret_id_stands_in_the_header() -> Outcome {
    for (in_header, in_claims, expected) in [
        (json!(SECRET), json!(SECRET), (0, "accepted")),
        (json!(SECRET), json!("another"), (10083, "key_ids_contradict")),
        (Value::Null, json!(SECRET), (10083, "key_id_missing")),
        (json!(""), Value::Null, (10083, "key_id_missing")),
        (json!([SECRET]), Value::Null, (10084, "malformed_token")),
        // Its value is another one: each secret signs under its own name.
        (json!("another"), Value::Null, (10084, "wrong_signature")),
        (json!("unheard of"), Value::Null, (127, "unknown_secret")),
    ] {
        let (header, claims) = (with(&header(), "kid", in_header), with(&claims(), "kid", in_claims));
        let answer = answer(Mode::Strict, &header, &claims)?;
        assert_eq!(told(&answer), expected, "{header} {claims}");
        assert!(answer.is_err() || answer.is_ok_and(|read| read.assertion.claims().attributes.is_empty()));
    }
    Ok(())
}

#[test]
fn every_claim_has_its_rule() -> Outcome {
    for (name, value, expected) in [
        ("aud", Value::Null, (10084, "claim_missing")),
        ("aud", json!("Tableau"), (10084, "audience_refused")),
        ("aud", json!(["tableau"]), (0, "accepted")),
        ("aud", json!([7, "tableau"]), (10084, "audience_refused")),
        ("sub", Value::Null, (10084, "claim_missing")),
        ("sub", json!(""), (10084, "claim_invalid")),
        ("sub", json!("a\nb"), (10084, "claim_invalid")),
        ("jti", Value::Null, (10094, "claim_missing")),
        ("jti", json!(""), (10084, "claim_invalid")),
        ("jti", json!(7), (10084, "claim_invalid")),
        ("exp", Value::Null, (10084, "claim_missing")),
        ("exp", json!("soon"), (10084, "claim_invalid")),
        ("exp", json!(NOW), (10084, "token_expired")),
        ("exp", json!(NOW + 1), (0, "accepted")),
        ("exp", json!(NOW + 600), (0, "accepted")),
        ("exp", json!(NOW + 601), (16, "token_lives_too_long")),
        ("iat", json!(NOW + 60), (0, "accepted")),
        ("iat", json!(NOW + 61), (10084, "token_not_yet_valid")),
        ("iat", json!(NOW - 301), (16, "token_lives_too_long")),
        ("nbf", json!(NOW + 61), (10084, "token_not_yet_valid")),
        ("scp", json!("tableau:views:embed tableau:metrics:embed"), (0, "accepted")),
        ("scp", json!(["tableau:views:embed", 7]), (10084, "claim_invalid")),
        ("scp", json!({"tableau:views:embed": true}), (10084, "claim_invalid")),
        ("scp", json!(["views:embed"]), (10099, "scope_malformed")),
        ("https://tableau.com/oda", json!(true), (0, "accepted")),
        ("https://tableau.com/oda", json!("TRUE"), (10084, "claim_invalid")),
        ("https://tableau.com/oda", json!(1), (10084, "claim_invalid")),
        ("https://tableau.com/groups", json!("One"), (0, "accepted")),
        ("https://tableau.com/groups", json!([1]), (10084, "claim_invalid")),
        ("https://tableau.com/tenantId", json!("t"), (10084, "unknown_claim")),
    ] {
        let claims = with(&claims(), name, value);
        for mode in [Mode::Strict, Mode::Compatible] {
            assert_eq!(told(&answer(mode, &header(), &claims)?), expected, "{claims}");
        }
    }
    Ok(())
}

#[test]
fn whatever_is_about_time_says_how_far_the_clock_is_off() -> Outcome {
    for (changes, skew, text) in [
        (vec![("exp", NOW - 40)], Some(-40), "`exp` has passed, 40 seconds ago"),
        (vec![("iat", NOW + 90)], Some(90), "`iat` is 90 seconds ahead of this server's clock"),
        (vec![("nbf", NOW + 90)], Some(90), "`nbf` is 90 seconds ahead of this server's clock"),
        // Ten minutes, signed by a clock that is half a minute ahead.
        (
            vec![("iat", NOW + 30), ("exp", NOW + 630)],
            Some(30),
            "`exp` is not valid: expected at most 600 seconds from now",
        ),
        (vec![("exp", NOW + 630)], Some(30), "`exp` is not valid: expected at most 600 seconds from now"),
        // An hour is an hour by any clock.
        (vec![("iat", NOW), ("exp", NOW + 3600)], None, "`exp` is not valid: expected at most 600 seconds from now"),
    ] {
        let claims = changes.iter().fold(claims(), |claims, (name, at)| with(&claims, name, json!(at)));
        let refused = answer(Mode::Strict, &header(), &claims)?.err().ok_or("accepted")?;
        assert_eq!((refused.clock_skew_seconds(), refused.to_string()), (skew, text.to_owned()), "{claims}");
    }
    let refused = answer(Mode::Strict, &header(), &with(&claims(), "aud", json!("x")))?.err().ok_or("accepted")?;
    assert_eq!(refused.clock_skew_seconds(), None);
    Ok(())
}

#[test]
fn all_other_claims_are_user_attributes() -> Outcome {
    let mut claims = claims();
    for (name, value) in [
        ("Region", json!(["South", "West"])),
        ("level", json!(7)),
        ("is manager", json!(true)),
        ("empty", json!([])),
        ("nothing", json!(null)),
        ("object", json!({"a": 1})),
        ("nested", json!([["a"]])),
        ("with nothing", json!(["a", null])),
        ("scope", json!("openid")),
    ] {
        claims[name] = value;
    }
    let read = answer(Mode::Strict, &header(), &claims)??;
    let expected = json!({
        "Region": ["South", "West"], "empty": [], "is manager": true, "level": 7, "nested": null, "nothing": null,
        "object": null, "scope": "openid", "with nothing": null
    });
    assert_eq!(json!(read.assertion.claims().attributes), expected);
    Ok(())
}

#[test]
fn what_tableau_may_add_is_refused_by_strict_keys_and_named_by_others() -> Outcome {
    let claims = with(&claims(), "https://tableau.com/new", json!("x"));
    assert_eq!(told(&answer(Mode::Strict, &header(), &claims)?), (10084, "unknown_claim"));
    let read = answer(Mode::Compatible, &header(), &claims)??;
    assert_eq!(read.ignored, ["https://tableau.com/new"]);
    assert!(read.assertion.claims().attributes.is_empty());
    Ok(())
}

#[test]
fn a_key_that_is_disabled_or_stops_to_accept_old_tokens_does() -> Outcome {
    let mut trusts = Trusts::new(Mode::Strict)?;
    let (silent, told_when) = (claims(), with(&claims(), "iat", json!(NOW)));
    trusts.app.not_before = Some(frozen());
    for (claims, expected) in [(&silent, (10084, "token_issued_too_early")), (&told_when, (0, "accepted"))] {
        assert_eq!(told(&trusts.direct(&trusts.signed(&header(), claims), frozen())), expected);
    }
    trusts.app.disabled = true;
    let token = trusts.signed(&header(), &told_when);
    assert_eq!(told(&trusts.direct(&token, frozen())), (126, "unknown_issuer"));
    assert_eq!(told(&ConnectedApp::verify(Presented::parse(&token)?, None, frozen())), (126, "unknown_issuer"));
    Ok(())
}

/// What a page and a program get for scopes: a refusal, or the permissions to which the session is narrowed.
#[test]
fn pages_and_programs_need_scopes_of_their_own() -> Outcome {
    let needed = |refusal: TableauRefusal| (refusal.code(), refusal.to_string());
    for (scopes, page, program) in [
        (json!(["tableau:views:embed"]), true, None),
        (json!(["tableau:content:read"]), false, Some(vec!["view"])),
        (json!(["tableau:views:*"]), true, Some(vec!["export_csv", "export_picture", "export_xlsx", "view"])),
        (json!(["tableau:*:*"]), true, Some(vec!["export_csv", "export_picture", "export_xlsx", "view"])),
        (json!(["tableau:users:update", "tableau:metrics:embed"]), false, None),
        (json!([]), false, None),
    ] {
        let answer = || answer(Mode::Strict, &header(), &with(&claims(), "scp", scopes.clone()));
        let for_page = answer()??.for_page().map(|assertion| assertion.claims().permissions.clone()).map_err(needed);
        let missing = |scope: &str| (10101, format!("the token has not the scope `{scope}`"));
        assert_eq!(for_page, if page { Ok(None) } else { Err(missing("tableau:views:embed")) }, "{scopes}");
        let for_program = answer()??.for_program().map_err(needed);
        let held = for_program.map(|assertion| {
            assert!(
                assertion.counts_once().is_some_and(|once| once.id == "1"),
                "narrowed, it counts once all the same"
            );
            assertion.claims().permissions.clone().unwrap_or_default()
        });
        let expected = program.map(|names| names.into_iter().map(str::to_owned).collect());
        assert_eq!(held, expected.ok_or_else(|| missing("tableau:content:read")), "{scopes}");
    }
    Ok(())
}
