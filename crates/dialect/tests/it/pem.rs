//! Public keys as people paste them.

use crate::keys::Outcome;
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dialect::pem::{PemError, public_key};
use proptest::prelude::*;

fn pem(der: &[u8]) -> String {
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der))
}

fn given() -> String {
    let vectors = testkit::vectors::of("tableau");
    vectors["flavours"]["tableau_uat"]["public_key_pem"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn keys_of_curves_are_read() -> Outcome {
    for (alg, signing) in [("ES256", &ECDSA_P256_SHA256_FIXED_SIGNING), ("ES384", &ECDSA_P384_SHA384_FIXED_SIGNING)] {
        let pair = EcdsaKeyPair::generate(signing).map_err(|_| "no key")?;
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(|_| "no DER")?;
        let keys = public_key(&pem(der.as_ref()))?;
        let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signed = format!("{}.{}", encoded(&format!(r#"{{"alg":"{alg}"}}"#)), encoded("{}"));
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).map_err(|_| "not signed")?;
        keys.verify(&format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref())))?;
    }
    Ok(())
}

#[test]
fn what_is_no_public_key_is_refused() -> Outcome {
    let good = given();
    assert!(public_key(&good).is_ok());
    assert!(public_key(&good.replace('\n', "\r\n")).is_ok());
    let vectors = testkit::vectors::of("tableau");
    let private = vectors["flavours"]["tableau_uat"]["private_key_pem_test_only"].as_str().ok_or("a key")?;
    for (what, text, expected) in [
        ("nothing", String::new(), PemError::NoKey),
        ("private", private.to_owned(), PemError::Private),
        ("a certificate", good.replace("PUBLIC KEY", "CERTIFICATE"), PemError::NoKey),
        ("two", format!("{good}{good}"), PemError::NoKey),
        ("not base64", good.replace("MII", "M!I"), PemError::NoKey),
        ("empty", pem(b""), PemError::Unsupported),
        (
            "an Edwards curve",
            pem(&[&[0x30, 42, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 33, 0][..], &[7; 32]].concat()),
            PemError::Unsupported,
        ),
    ] {
        assert_eq!(public_key(&text).err(), Some(expected), "{what}");
    }
    Ok(())
}

#[test]
fn nothing_is_added_or_cut_off() -> Outcome {
    let body: String = given().lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(body)?;
    for length in 0..der.len() {
        assert!(public_key(&pem(&der[..length])).is_err(), "{length}");
    }
    assert!(public_key(&pem(&[&der[..], &[0]].concat())).is_err());
    Ok(())
}

proptest! {
    #[test]
    fn nothing_panics(der in proptest::collection::vec(any::<u8>(), 0..80), text in "\\PC{0,80}") {
        let _ = public_key(&pem(&der));
        let _ = public_key(&text);
    }
}
