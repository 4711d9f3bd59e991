//! What a token is, whatever it says.

use crate::keys::{Outcome, id};
use dialect::jwt::{LONGEST, Token};
use dialect::key::Refused;
use proptest::prelude::*;
use serde_json::json;
use testkit::sign::{forgeries, malformed, plain, raw};

const SECRET: &str = "a secret of a reasonable length, 0123456789";

fn verify(token: &str) -> Result<(), Refused> {
    Token::parse(token)?.verify([(&id(), SECRET.as_bytes())]).map(|_| ())
}

#[test]
fn a_signed_token_verifies_with_any_of_the_secrets() -> Outcome {
    let token = plain(&json!({"a": 1}), SECRET);
    let signed = Token::parse(&token)?.verify([(&id(), &b"old"[..]), (&id(), SECRET.as_bytes())])?;
    assert_eq!(signed.claims()["a"], json!(1));
    assert_eq!(signed.key().id(), &id());
    assert_eq!(Token::parse(&token)?.verify([]), Err(Refused::UnknownKey));
    assert_eq!(Token::parse(&token)?.verify([(&id(), &b"old"[..])]), Err(Refused::WrongSignature));
    Ok(())
}

#[test]
fn forged_and_malformed_tokens_are_refused() {
    let (header, claims) = (json!({"alg": "HS256", "typ": "JWT"}), json!({"sub": "a", "n": 1}));
    assert_eq!(verify(&plain(&claims, SECRET)), Ok(()));
    for (what, token) in forgeries(&plain(&claims, SECRET)).into_iter().chain(malformed(&header, &claims, SECRET)) {
        assert!(verify(&token).is_err(), "{what}: {token}");
    }
}

#[test]
fn a_token_is_as_long_as_it_may_be_and_no_longer() {
    let padded = |length: usize| plain(&json!({"x": "x".repeat(length)}), SECRET);
    let near: Vec<String> = (12_100..12_300).map(padded).collect();
    let (fitting, longer): (Vec<_>, Vec<_>) = near.iter().partition(|token| token.len() <= LONGEST);
    assert!(fitting.iter().any(|token| token.len() + 2 > LONGEST) && longer.iter().any(|it| it.len() < LONGEST + 2));
    assert!(fitting.iter().all(|token| verify(token).is_ok()));
    assert!(longer.iter().all(|token| verify(token) == Err(Refused::TokenTooLong)));
}

#[test]
fn every_changed_character_is_refused() {
    let token = plain(&json!({"sub": "fred@acme.example", "teams": ["A"], "exp": 4_102_444_800_u64}), SECRET);
    for (index, was) in token.char_indices().filter(|(_, was)| *was != '.') {
        let other = if was == 'A' { 'B' } else { 'A' };
        let changed = format!("{}{other}{}", &token[..index], &token[index + 1..]);
        assert!(verify(&changed).is_err(), "character {index}: {changed}");
    }
}

#[test]
fn base64_has_one_spelling() {
    let token = raw(r#"{"alg":"HS256"}"#, br#"{"a":1} "#, SECRET);
    let (head, last) = token.split_at(token.len() - 1);
    let accepted = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_']);
    let accepted: Vec<char> = accepted.filter(|other| verify(&format!("{head}{other}")).is_ok()).collect();
    assert_eq!(accepted, last.chars().collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn nothing_panics(text in "\\PC{0,200}") {
        let _ = verify(&text);
    }

    #[test]
    fn nothing_in_the_shape_of_a_token_panics(header in "\\PC{0,60}", claims in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = verify(&raw(&header, &claims, SECRET));
    }
}
