//! Unified access tokens, and tokens of authorization servers.

use super::{Trusts, frozen, told, with};
use crate::keys::Outcome;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dialect::jwk::KeySet;
use dialect::pem::public_key;
use dialect::tableau::{AuthorizationServer, Presented, Scope, Signer, UnifiedAccess};
use model::access::Mode;
use serde_json::{Value, json};

const UNIFIED: &str = "tableau_uat";
const OAUTH: &str = "tableau_oauth_trust_eas";
const NOW: i64 = 1_767_225_600;
const SITE: &str = "https://tableau.com/siteId";
const TENANT: &str = "https://tableau.com/tenantId";

fn header() -> Value {
    json!({"alg": "RS256", "kid": "uat-key-1"})
}

fn claims() -> Value {
    json!({
        "iss": "https://auth.acme.example/tableau-uat", "iat": NOW - 5, "nbf": NOW - 5, "exp": NOW + 300,
        "jti": "x", "email": "fred@acme.example", "scp": ["tableau:content:read"],
        TENANT: "0f6f5a3b-6b1c-4c0b-9a2f-1f2f8a5a7c10",
    })
}

#[test]
fn every_claim_of_a_unified_access_token_has_its_rule() -> Outcome {
    let site = "c1dd3d70-dca2-400a-a0dd-cae9b658587a";
    for (name, value, strict, compatible) in [
        ("jti", Value::Null, "accepted", "accepted"),
        ("aud", json!("tableau"), "accepted", "accepted"),
        ("aud", json!("another"), "audience_refused", "audience_refused"),
        ("email", json!(""), "claim_invalid", "claim_invalid"),
        ("exp", json!(NOW + 596), "token_lives_too_long", "token_lives_too_long"),
        (TENANT, json!("another"), "resource_refused", "resource_refused"),
        (SITE, json!(site), "accepted", "accepted"),
        (SITE, json!("another"), "resource_refused", "resource_refused"),
        ("scp", json!(["tableau:users:update"]), "scope_refused", "scope_refused"),
        ("scp", json!(["tableau:users:update", "tableau:views:embed"]), "scope_refused", "accepted"),
        ("scp", json!(["tableau:*:*"]), "accepted", "accepted"),
        ("scp", json!(["openid", "tableau:views:embed"]), "accepted", "accepted"),
        ("scope", json!("tableau:content:read"), "accepted", "accepted"),
        ("scope", json!("tableau:views:embed"), "claim_invalid", "claim_invalid"),
    ] {
        for (mode, expected) in [(Mode::Strict, strict), (Mode::Compatible, compatible)] {
            let trusts = Trusts::new(mode)?;
            let token = trusts.signed_by(UNIFIED, &header(), &with(&claims(), name, value.clone()));
            assert_eq!(told(&trusts.unified(&token, frozen())).1, expected, "{name}: {value}");
        }
    }
    Ok(())
}

#[test]
fn a_site_alone_is_enough() -> Outcome {
    let trusts = Trusts::new(Mode::Strict)?;
    let site = "c1dd3d70-dca2-400a-a0dd-cae9b658587a";
    let claims = with(&with(&claims(), TENANT, Value::Null), SITE, json!(site));
    let read = trusts.unified(&trusts.signed_by(UNIFIED, &header(), &claims), frozen())?;
    assert_eq!(read.site.as_deref(), Some(site));
    Ok(())
}

#[test]
fn the_trust_bounds_the_scopes() -> Outcome {
    let trusts = Trusts::new(Mode::Compatible)?;
    let claims = with(&claims(), "scp", json!(["tableau:*:read", "tableau:users:update"]));
    let read = trusts.unified(&trusts.signed_by(UNIFIED, &header(), &claims), frozen())?;
    for (scope, expected) in [
        ("tableau:content:read", true),
        ("tableau:views:read", false),
        ("tableau:users:update", false),
        ("tableau:views:embed", false),
    ] {
        assert_eq!(read.scopes.admit(&Scope::parse(scope)?), expected, "{scope}");
    }
    assert_eq!(read.ignored, ["tableau:users:update"]);
    Ok(())
}

#[test]
fn a_key_that_was_given_needs_no_name_and_a_published_one_does() -> Outcome {
    let trusts = Trusts::new(Mode::Strict)?;
    let keys = public_key(trusts.text(UNIFIED, "public_key_pem"))?;
    let nameless = trusts.signed_by(UNIFIED, &json!({"alg": "RS256"}), &claims());
    assert_eq!(told(&trusts.unified_with(&nameless, Signer::Given(&keys), frozen())), (0, "accepted"));
    assert_eq!(told(&trusts.unified(&nameless, frozen())), (10083, "key_id_missing"));
    let other = trusts.signed_by(UNIFIED, &json!({"alg": "RS256", "kid": "rotated"}), &claims());
    assert_eq!(told(&trusts.unified(&other, frozen())), (10084, "unknown_signing_key"));
    Ok(())
}

#[test]
fn two_sign_ins_of_one_second_are_two() -> Outcome {
    let trusts = Trusts::new(Mode::Strict)?;
    let token = trusts.token(UNIFIED, "tb-uat-01");
    assert_eq!(trusts.unified(token, frozen())?.assertion.counts_once(), None);
    Ok(())
}

#[test]
fn an_authorization_server_may_say_who_by_e_mail() -> Outcome {
    let trusts = Trusts::new(Mode::Strict)?;
    let claims = json!({
        "iss": "https://idp.example.com/oauth2/default", "aud": "tableau", "jti": "1", "exp": NOW + 60,
        "email": "fred@acme.example", "scp": "openid tableau:views:embed"
    });
    let header = json!({"alg": "RS256", "kid": "eas-key-1"});
    let read = |claims: &Value| -> Outcome<_> {
        let answer = trusts.oauth(&trusts.signed_by(OAUTH, &header, claims), frozen());
        Ok(answer
            .map(|read| (read.assertion.claims().claimant.subject().map(str::to_owned), read.scopes.asserted().len())))
    };
    assert_eq!(read(&claims)?, Ok((Some("fred@acme.example".to_owned()), 1)));
    assert_eq!(read(&with(&claims, "sub", json!("fred")))?, Ok((Some("fred".to_owned()), 1)));
    assert_eq!(told(&read(&with(&claims, "email", Value::Null))?), (10084, "claim_missing"));
    assert_eq!(told(&read(&with(&claims, "jti", Value::Null))?), (10094, "claim_missing"));
    assert_eq!(told(&read(&with(&claims, "exp", json!(NOW + 601)))?), (16, "token_lives_too_long"));
    Ok(())
}

#[test]
fn a_trust_that_is_disabled_or_not_there_verifies_nothing() -> Outcome {
    let mut trusts = Trusts::new(Mode::Compatible)?;
    let (oauth, unified) = (trusts.token(OAUTH, "tb-eas-01").to_owned(), trusts.token(UNIFIED, "tb-uat-01").to_owned());
    for (before, expected) in [(NOW - 5, "accepted"), (NOW + 1, "token_issued_too_early")] {
        let before = Some(crate::keys::at(before));
        [trusts.oauth.not_before, trusts.unified.not_before] = [before, before];
        assert_eq!(told(&trusts.oauth(&oauth, frozen())).1, expected);
        assert_eq!(told(&trusts.unified(&unified, frozen())).1, expected);
    }
    [trusts.oauth.disabled, trusts.unified.disabled] = [true, true];
    let unknown = (126, "unknown_issuer");
    assert_eq!(told(&trusts.oauth(&oauth, frozen())), unknown);
    assert_eq!(told(&trusts.unified(&unified, frozen())), unknown);
    assert_eq!(told(&AuthorizationServer::verify(Presented::parse(&oauth)?, None, frozen())), unknown);
    assert_eq!(told(&UnifiedAccess::verify(Presented::parse(&unified)?, None, frozen())), unknown);
    Ok(())
}

#[test]
fn keys_of_curves_sign_too() -> Outcome {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| "no key")?;
    let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let point = pair.public_key().as_ref();
    let jwk =
        json!({"kty": "EC", "crv": "P-256", "kid": "curve", "x": encoded(&point[1..33]), "y": encoded(&point[33..])});
    let mut trusts = Trusts::new(Mode::Strict)?;
    trusts.oauth_keys = KeySet::parse(json!({"keys": [jwk]}).to_string().as_bytes(), false)?;
    let claims = trusts.flavour(OAUTH)["vectors"][0]["claims"].to_string();
    let signed = format!("{}.{}", encoded(br#"{"alg":"ES256","kid":"curve"}"#), encoded(claims.as_bytes()));
    let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).map_err(|_| "not signed")?;
    let token = format!("{signed}.{}", encoded(signature.as_ref()));
    assert_eq!(told(&trusts.oauth(&token, frozen())), (0, "accepted"));
    assert_eq!(told(&trusts.oauth(trusts.token(OAUTH, "tb-eas-01"), frozen())), (10084, "unknown_signing_key"));
    Ok(())
}
