//! Whatever nobody has signed is refused, and so is whatever was signed for another trust.

use super::{Trusts, frozen, told, with};
use crate::keys::Outcome;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dialect::tableau::{Presented, SignedIn, Signer, TableauRefusal};
use model::access::Mode;
use proptest::prelude::*;
use serde_json::{Value, json};
use testkit::sign::{forgeries, malformed};

const DIRECT: (&str, &str) = ("tableau_direct_trust", "tb-dt-01");
const OAUTH: (&str, &str) = ("tableau_oauth_trust_eas", "tb-eas-01");
const UNIFIED: (&str, &str) = ("tableau_uat", "tb-uat-02");

type Door = fn(&Trusts, &str) -> Result<SignedIn, TableauRefusal>;

const DOORS: [((&str, &str), Door); 3] = [
    (DIRECT, |trusts, token| trusts.direct(token, frozen())),
    (OAUTH, |trusts, token| trusts.oauth(token, frozen())),
    (UNIFIED, |trusts, token| trusts.unified(token, frozen())),
];

#[test]
fn every_flipped_bit_is_refused() -> Outcome {
    let trusts = Trusts::new(Mode::Compatible)?;
    for ((flavour, id), door) in DOORS {
        let good = trusts.token(flavour, id);
        assert_eq!(told(&door(&trusts, good)), (0, "accepted"));
        let mut tried = 0;
        for (index, bit) in (0..good.len()).flat_map(|index| (0..8).map(move |bit| (index, bit))) {
            let mut bytes = good.as_bytes().to_vec();
            bytes[index] ^= 1 << bit;
            // What is not UTF-8 never comes this far.
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            assert!(door(&trusts, &changed).is_err(), "bit {bit} of {index}: {changed}");
            tried += 1;
        }
        assert_eq!(tried, good.len() * 7);
    }
    Ok(())
}

#[test]
fn every_changed_claim_is_refused_by_its_signature() -> Outcome {
    let trusts = Trusts::new(Mode::Compatible)?;
    for ((flavour, id), door) in DOORS {
        let good = trusts.token(flavour, id);
        let parts: Vec<&str> = good.split('.').collect();
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1])?)?;
        let names = claims.as_object().ok_or("claims")?.keys().filter(|name| *name != "iss");
        for name in names.cloned().chain(["added".to_owned()]) {
            for value in [json!("other"), Value::Null] {
                let changed = with(&claims, &name, value);
                if changed == claims {
                    continue;
                }
                let token = format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(changed.to_string()), parts[2]);
                assert_eq!(told(&door(&trusts, &token)), (10084, "wrong_signature"), "{changed}");
            }
        }
    }
    Ok(())
}

#[test]
fn forged_and_malformed_tokens_are_refused() -> Outcome {
    let trusts = Trusts::new(Mode::Compatible)?;
    for ((flavour, id), door) in DOORS {
        for (what, token) in forgeries(trusts.token(flavour, id)) {
            assert!(door(&trusts, &token).is_err(), "{flavour}, {what}: {token}");
        }
    }
    let vector = &trusts.flavour(DIRECT.0)["vectors"][0];
    let header = with(&vector["header"], "alg", json!("HS256"));
    let secret = trusts.text(DIRECT.0, "secret_value");
    for (what, token) in malformed(&header, &vector["claims"], secret) {
        assert!(trusts.direct(&token, frozen()).is_err(), "{what}: {token}");
    }
    Ok(())
}

#[test]
fn a_token_of_one_trust_is_refused_at_another() -> Outcome {
    let trusts = Trusts::new(Mode::Compatible)?;
    for (at, ((own, _), door)) in DOORS.into_iter().enumerate() {
        for ((flavour, id), _) in DOORS.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, it)| *it) {
            assert!(door(&trusts, trusts.token(flavour, id)).is_err(), "{flavour} at {own}");
        }
    }
    Ok(())
}

/// Even if a host gives all of them one issuer and one key.
#[test]
fn trusts_of_one_issuer_and_one_key_are_still_three() -> Outcome {
    let trusts = Trusts::new(Mode::Compatible)?;
    let [oauth, unified] = [OAUTH, UNIFIED].map(|(flavour, _)| trusts.text(flavour, "issuer"));
    let claims_of = |flavour: &str| trusts.flavour(flavour)["vectors"][0]["claims"].clone();
    // A unified access token that says all that the other trust wants to hear.
    let claims = [("iss", json!(oauth)), ("aud", json!("tableau")), ("sub", json!("fred"))];
    let claims = claims.into_iter().fold(claims_of(UNIFIED.0), |claims, (name, value)| with(&claims, name, value));
    let token = trusts.signed_by(OAUTH.0, &json!({"alg": "RS256", "kid": "eas-key-1"}), &claims);
    assert_eq!(told(&trusts.oauth(&token, frozen())), (10084, "unknown_claim"));
    // A token of an authorization server.
    let claims = with(&claims_of(OAUTH.0), "iss", json!(unified));
    let token = trusts.signed_by(UNIFIED.0, &json!({"alg": "RS256", "kid": "uat-key-1"}), &claims);
    assert_eq!(told(&trusts.unified(&token, frozen())), (16, "resource_missing"));
    Ok(())
}

/// Also where the key itself does not say by which algorithm it signs.
#[test]
fn public_keys_sign_with_rs_and_es_alone() -> Outcome {
    let trusts = Trusts::new(Mode::Compatible)?;
    let given = dialect::pem::public_key(trusts.text(UNIFIED.0, "public_key_pem"))?;
    let parts: Vec<&str> = trusts.token(UNIFIED.0, UNIFIED.1).split('.').collect();
    for (alg, expected) in [
        ("RS256", "wrong_signature"),
        ("none", "algorithm_refused"),
        ("HS256", "algorithm_refused"),
        ("PS256", "algorithm_refused"),
        ("EdDSA", "algorithm_refused"),
        ("rs256", "algorithm_refused"),
        ("", "algorithm_refused"),
    ] {
        let header = json!({"alg": alg, "kid": "uat-key-1"}).to_string();
        let token = format!("{}.{}.{}", URL_SAFE_NO_PAD.encode(header), parts[1], parts[2]);
        let signers = [Signer::Given(&given), Signer::Published(&trusts.unified_keys)];
        for answer in signers.map(|signer| trusts.unified_with(&token, signer, frozen())) {
            assert_eq!(told(&answer), (10084, expected), "{alg}");
        }
    }
    Ok(())
}

#[test]
fn a_token_of_another_issuer_is_refused_whoever_signed_it() -> Outcome {
    let trusts = Trusts::new(Mode::Compatible)?;
    for ((flavour, _), door) in [DOORS[1], DOORS[2]] {
        let vector = &trusts.flavour(flavour)["vectors"][0];
        let header = with(&vector["header"], "alg", json!("RS256"));
        for (issuer, in_header, expected) in [
            (json!("https://elsewhere.example"), Value::Null, (126, "unknown_issuer")),
            // In the header alone it is nowhere that providers put it.
            (Value::Null, vector["claims"]["iss"].clone(), (10083, "issuer_missing")),
        ] {
            let (header, claims) = (with(&header, "iss", in_header), with(&vector["claims"], "iss", issuer));
            assert_eq!(told(&door(&trusts, &trusts.signed_by(flavour, &header, &claims))), expected, "{flavour}");
        }
    }
    Ok(())
}

/// The public key as if it were a secret: what verifiers that believe the header fall for.
#[test]
fn public_keys_are_no_secrets() -> Outcome {
    let trusts = Trusts::new(Mode::Compatible)?;
    let vector = &trusts.flavour(UNIFIED.0)["vectors"][0];
    let (header, pem) = (json!({"alg": "HS256", "kid": "uat-key-1"}), trusts.text(UNIFIED.0, "public_key_pem"));
    for secret in [pem, pem.trim()] {
        let token = testkit::sign::token(&header, &vector["claims"], secret);
        assert_eq!(told(&trusts.unified(&token, frozen())), (10084, "algorithm_refused"));
    }
    Ok(())
}

proptest! {
    #[test]
    fn nothing_panics(text in "\\PC{0,120}", header in "\\PC{0,60}", claims in proptest::collection::vec(any::<u8>(), 0..120)) {
        let _ = Presented::parse(&text);
        let trusts = Trusts::new(Mode::Strict).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let _ = trusts.direct(&testkit::sign::raw(&header, &claims, "x"), frozen());
    }
}
