//! Sigma's tokens and signed addresses.

use crate::keys::{Outcome, at, id, key};
use chrono::{DateTime, Utc};
use dialect::jwt::Token;
use dialect::sigma::{Embed, SignedUrl, decrypt, embed};
use model::access::Mode;
use model::assertion::Claimant;
use serde_json::{Value, json};
use testkit::sign::with_kid;
use testkit::vectors;

const CLIENT: &str = "sigma-web";

fn read(token: &str, client: &str, secret: &str, mode: Mode, now: DateTime<Utc>) -> Result<Embed, String> {
    let key = key("sigma", client, mode).map_err(|error| error.to_string())?;
    let refused = |refused: dialect::key::Refused| refused.code().to_owned();
    let token = Token::parse(token).map_err(refused)?;
    let kid = token.kid().map(str::to_owned);
    let is_meant = kid.as_deref() == Some(client);
    let signed = token.verify(is_meant.then_some((&id(), secret.as_bytes()))).map_err(refused)?;
    embed(signed, client, &key, now).map_err(|error| error.to_string())
}

#[test]
fn vectors_of_customers_libraries() -> Outcome {
    let vectors = vectors::of("sigma");
    for vector in vectors["accept"].as_array().ok_or("accept")? {
        let text = |name: &str| vector[name].as_str().ok_or_else(|| name.to_owned());
        let (client, secret) = (text("client_id")?, text("secret")?);
        let now = at(vector["time"].as_i64().ok_or("time")? + 5);
        let key = key("sigma", client, Mode::Compatible)?;
        if vector["jwt"].is_null() {
            let url = text("url")?;
            let url = SignedUrl::parse(url)?;
            assert_eq!(url.client_id(), Some(client));
            let signed = url.verify([(&id(), secret.as_bytes())])?;
            assert_eq!(signed.embed(), "3Zb8mPq0LkJtWvXyRs7uNa");
            let assertion = signed.assertion(&key, now)?;
            assert_eq!(assertion.claims().claimant, Claimant::Member("xyz@xyz.com".into()));
            assert_eq!(assertion.claims().teams, Some(vec!["EmbedTeam".into()]));
            assert_eq!(assertion.counts_once().map(|it| it.id.as_str()), Some("00112233445566778899aabbccddeeff"));
            continue;
        }
        let read = read(text("jwt")?, client, secret, Mode::Compatible, now)?;
        let claims = read.assertion.claims();
        assert_eq!(claims.claimant.subject(), vector["payload"]["sub"].as_str());
        assert_eq!(json!(claims.teams), vector["payload"]["teams"]);
        assert_eq!(json!(claims.account_type), vector["payload"]["account_type"]);
        assert_eq!(read.assertion.counts_once().map(|it| json!(it.id)), Some(vector["payload"]["jti"].clone()));
        assert_eq!(read.unknown, Vec::<String>::new());
    }
    Ok(())
}

#[test]
fn refused_vectors() -> Outcome {
    let vectors = vectors::of("sigma");
    let text = |name: &str| vectors["reject_key"][name].as_str().ok_or_else(|| name.to_owned());
    let (client, secret) = (text("client_id")?, text("secret")?);
    let all = vectors["reject"].as_array().ok_or("reject")?;
    assert_eq!(all.len(), 7);
    for vector in all {
        let now = at(vector["now_for_test"].as_i64().ok_or("now")?);
        let token = vector["jwt"].as_str().ok_or("jwt")?;
        let answer =
            read(token, client, secret, Mode::Compatible, now).map(|read| read.assertion.counts_once().cloned());
        let expected = match vector["name"].as_str().ok_or("name")? {
            "expired" => "EINVAL: Session expired. Reload the page.",
            "wrong-secret" => "wrong_signature",
            "no-kid" => "unknown_key",
            "missing-sub" => "EINVAL: `sub` is missing: expected a text",
            "missing-iat" => "EINVAL: `iat` is missing: expected a time in seconds since 1970",
            "missing-exp" => "EINVAL: `exp` is missing: expected a time in seconds since 1970",
            // That it was seen before is for the store to say; here it is read, with its id.
            "jti-replay" => {
                assert_eq!(answer?.map(|it| it.id), Some("f0e1d2c3-b4a5-4968-8776-655443322110".into()));
                continue;
            }
            other => return Err(format!("nothing is expected of {other}").into()),
        };
        assert_eq!(answer, Err(expected.to_owned()), "{vector}");
    }
    Ok(())
}

#[test]
fn tokens_for_warehouses_are_decrypted_as_hosts_encrypt_them() -> Outcome {
    let vectors = vectors::of("sigma");
    for vector in vectors["oauth_token_encryption"].as_array().ok_or("oauth_token_encryption")? {
        let text = |name: &str| vector[name].as_str().ok_or_else(|| name.to_owned());
        let (encoded, secret) = (text("encoded")?, text("embed_secret")?);
        assert_eq!(decrypt(encoded, secret.as_bytes()), Some(text("plaintext")?.as_bytes().to_vec()));
        assert_eq!(decrypt(encoded, b"another secret"), None);
        assert_eq!(decrypt("a.b.c", secret.as_bytes()), None);
    }
    Ok(())
}

fn good() -> Value {
    json!({"sub": "fred@acme.example", "jti": "1", "iat": 1_000_000, "exp": 1_000_600})
}

/// What comes of a good token with one member changed; null removes it.
fn with(name: &str, value: Value, mode: Mode) -> String {
    let mut claims = good();
    claims[name] = value.clone();
    if let (Value::Null, Some(object)) = (value, claims.as_object_mut()) {
        object.remove(name);
    }
    let token = with_kid(CLIENT, &claims, "secret");
    read(&token, CLIENT, "secret", mode, at(1_000_000)).map_or_else(|error| error, |_| "accepted".to_owned())
}

#[test]
fn every_claim_has_its_rule() {
    for (name, value, expected) in [
        ("sub", json!("fred"), "EINVAL: `sub` is not valid: expected an e-mail address"),
        ("sub", json!("a b@acme.example"), "EINVAL: `sub` is not valid: expected an e-mail address"),
        ("jti", json!(null), "EINVAL: `jti` is missing: expected a text"),
        ("iat", json!(1_000_060), "accepted"),
        ("iat", json!(1_000_061), "EINVAL: `iat` is not valid: expected a time that has come"),
        ("nbf", json!(1_000_061), "EINVAL: `iat` is not valid: expected a time that has come"),
        ("exp", json!(1_000_000), "EINVAL: Session expired. Reload the page."),
        ("exp", json!(3_592_000), "accepted"),
        ("exp", json!(3_592_001), "EINVAL: `exp` is not valid: expected at most 2592000 seconds after `iat`"),
        ("iss", json!(CLIENT), "accepted"),
        ("iss", json!("another"), "EINVAL: `iss` is not valid: expected the client id"),
        ("aud", json!("sigmacomputing"), "accepted"),
        ("aud", json!("vitrine"), "EINVAL: `aud` is not valid: expected `sigmacomputing`"),
        ("ver", json!("1.0"), "accepted"),
        ("ver", json!("1.1"), "EINVAL: `aud` is not valid: expected `sigmacomputing`"),
        ("ver", json!("2"), "EINVAL: `ver` is not valid: expected `1.0` or `1.1`"),
        ("session_length", json!(60), "accepted"),
    ] {
        assert_eq!(with(name, value.clone(), Mode::Compatible), expected, "{name}: {value}");
    }
}

#[test]
fn a_strict_key_knows_every_claim_and_allows_short_lives() {
    assert_eq!(with("exp", json!(1_003_600), Mode::Strict), "accepted");
    assert_eq!(
        with("exp", json!(1_003_601), Mode::Strict),
        "EINVAL: `exp` is not valid: this key allows 3600 seconds after `iat`"
    );
    let unknown = with("session_length", json!(60), Mode::Strict);
    assert!(unknown.starts_with("EINVAL: unknown member `session_length`: expected one of `iss`"), "{unknown}");
}

#[test]
fn attributes_that_are_no_texts_are_there_without_a_value() -> Outcome {
    let mut claims = good();
    claims["user_attributes"] = json!({"region": "West", "seven": 7, "list": ["a"], "null": null});
    let token = with_kid(CLIENT, &claims, "secret");
    let read = read(&token, CLIENT, "secret", Mode::Compatible, at(1_000_000))?;
    let attributes = &read.assertion.claims().attributes;
    assert_eq!(json!(attributes), json!({"region": "West", "seven": null, "list": null, "null": null}));
    Ok(())
}

const SIGNED: &str = "https://vitrine.example/embed/1-abc?:nonce=n1&:email=fred@acme.example&:external_user_id=f\
    &:client_id=sigma-web&:time=1000000&:session_length=600&:mode=userbacked&:external_user_team=A,B\
    &:account_type=View&:ua_region=West";

fn signed(text: &str) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"secret");
    let signature = data_encoding::HEXLOWER.encode(aws_lc_rs::hmac::sign(&key, text.as_bytes()).as_ref());
    format!("{text}&:signature={signature}")
}

fn opened(address: &str) -> String {
    let key = key("sigma", CLIENT, Mode::Compatible);
    let verified = SignedUrl::parse(address).and_then(|url| url.verify([(&id(), &b"secret"[..])]));
    match (verified, key) {
        (Ok(signed), Ok(key)) => match signed.assertion(&key, at(1_000_000)) {
            Ok(assertion) => json!([assertion.claims().teams, assertion.claims().attributes]).to_string(),
            Err(refusal) => refusal.to_string(),
        },
        (Err(refused), _) => refused.code().to_owned(),
        (_, Err(error)) => error.to_string(),
    }
}

#[test]
fn signed_addresses_are_signed_byte_for_byte() {
    assert_eq!(opened(&signed(SIGNED)), r#"[["A","B"],{"region":"West"}]"#);
    let good = signed(SIGNED);
    for (what, address) in [
        ("encoded otherwise", good.replacen(":nonce", "%3Anonce", 1)),
        ("another host", good.replacen("vitrine", "elsewhere", 1)),
        ("another team", good.replacen("A,B", "A,C", 1)),
        ("another embed", good.replacen("1-abc", "1-abd", 1)),
        ("something behind", format!("{good}00")),
    ] {
        assert_eq!(opened(&address), "wrong_signature", "{what}");
    }
    for (what, address) in [
        ("unsigned", SIGNED.to_owned()),
        ("in capitals", signed(SIGNED).to_uppercase()),
        ("twice", signed(&format!("{SIGNED}&:email=ann@acme.example"))),
        ("a parameter behind", format!("{good}&:x=1")),
        ("not an embed", signed("https://vitrine.example/x?:client_id=sigma-web")),
    ] {
        assert_eq!(opened(&address), "malformed_token", "{what}");
    }
}

#[test]
fn signed_addresses_have_the_texts_hosts_know() {
    for (was, is, expected) in [
        ("userbacked", "explore", "EINVAL: Invalid embed request."),
        ("fred@", "fred", "EINVAL: Invalid embed request. \":email\" is not valid."),
        ("=600", "=2592001", "EINVAL: Invalid embed request. \":session_length\" exceeds maximum"),
        ("=1000000", "=999400", "EINVAL: Sigma embed is expired."),
        ("=1000000", "=1000061", "EINVAL: Invalid embed request. \":time\" is not valid."),
        (":nonce=n1", ":nonce=", "EINVAL: Invalid embed request. \":nonce\" is not valid."),
    ] {
        assert_eq!(opened(&signed(&SIGNED.replacen(was, is, 1))), expected, "{is}");
    }
}
