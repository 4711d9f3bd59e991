//! Hosts that sign as customers of each product do, and forgers who can write anything.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

/// A compact token of that header and those claims, signed with HMAC-SHA256.
#[must_use]
pub fn token(header: &Value, claims: &Value, secret: &str) -> String {
    raw(&header.to_string(), claims.to_string().as_bytes(), secret)
}

/// A compact token of any bytes, well signed.
#[must_use]
pub fn raw(header: &str, claims: &[u8], secret: &str) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let key = EncodingKey::from_secret(secret.as_bytes());
    let signature = crypto::sign(signed.as_bytes(), &key, Algorithm::HS256).unwrap_or_default();
    format!("{signed}.{signature}")
}

/// A compact token of that header and those claims, signed with RSA (RS256) and a private key in PEM (PKCS #8).
#[must_use]
pub fn rs256(header: &Value, claims: &Value, pem: &str) -> String {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let signed = format!("{header}.{claims}");
    let signature = KeyPair::from_pkcs8(&STANDARD.decode(body).unwrap_or_default()).map(|pair| {
        let mut signature = vec![0; pair.public_modulus_len()];
        let made = pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature);
        made.map_or_else(|_| Vec::new(), |()| signature)
    });
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.unwrap_or_default()))
}

/// HMAC-SHA256 of a text, in lower-case hexadecimal.
#[must_use]
pub fn hmac_hex(text: &str, secret: &str) -> String {
    hmac(text, secret).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// HMAC-SHA256 of a text, in base64 with padding.
#[must_use]
pub fn hmac_base64(text: &str, secret: &str) -> String {
    STANDARD.encode(hmac(text, secret))
}

fn hmac(text: &str, secret: &str) -> Vec<u8> {
    let key = EncodingKey::from_secret(secret.as_bytes());
    decoded(&crypto::sign(text.as_bytes(), &key, Algorithm::HS256).unwrap_or_default())
}

/// The same, as plain JWT libraries do it.
#[must_use]
pub fn plain(claims: &Value, secret: &str) -> String {
    token(&json!({"alg": "HS256", "typ": "JWT"}), claims, secret)
}

/// The same, with a key id.
#[must_use]
pub fn with_kid(kid: &str, claims: &Value, secret: &str) -> String {
    token(&json!({"alg": "HS256", "typ": "JWT", "kid": kid}), claims, secret)
}

/// Every token that a forger who has no secret could make of a good one, with what was done.
#[must_use]
pub fn forgeries(good: &str) -> Vec<(String, String)> {
    let parts: Vec<&str> = good.split('.').collect();
    let claims = parts.get(1).copied().unwrap_or_default();
    let header = |alg: &str| URL_SAFE_NO_PAD.encode(json!({"alg": alg, "typ": "JWT"}).to_string());
    let mut forged = vec![
        ("without signature".to_owned(), format!("{}.{claims}.", parts.first().copied().unwrap_or_default())),
        ("without its last part".to_owned(), parts.iter().take(2).copied().collect::<Vec<_>>().join(".")),
        ("with a fourth part".to_owned(), format!("{good}.x")),
        ("signed with nothing".to_owned(), raw(r#"{"alg":"HS256"}"#, &decoded(claims), "")),
        ("signed with another secret".to_owned(), raw(r#"{"alg":"HS256"}"#, &decoded(claims), "another secret")),
        ("with blanks".to_owned(), format!(" {good}")),
        ("with padding".to_owned(), format!("{good}=")),
        ("in the standard alphabet".to_owned(), format!("{good}+/")),
        ("not ASCII".to_owned(), good.replacen('.', "\u{2024}", 1)),
    ];
    for alg in ["none", "None", "NONE", "nOnE", "HS384", "HS512", "RS256", "ES256", "EdDSA", "", "hs256"] {
        forged.push((format!("unsigned, `{alg}`"), format!("{}.{claims}.", header(alg))));
        let signature = parts.get(2).copied().unwrap_or_default();
        forged.push((format!("signed as before, `{alg}`"), format!("{}.{claims}.{signature}", header(alg))));
    }
    forged
}

/// Well signed tokens that must not count all the same, with what is wrong: `claims` are good ones.
#[must_use]
pub fn malformed(header: &Value, claims: &Value, secret: &str) -> Vec<(String, String)> {
    let (header_text, claims_text) = (header.to_string(), claims.to_string());
    let open = claims_text.trim_end_matches('}');
    let first = claims.as_object().and_then(|object| object.iter().next());
    let doubled = first.map(|(name, value)| format!("{open},\"{name}\":{value}}}")).unwrap_or_default();
    let twice = header_text.trim_end_matches('}').to_owned() + r#","alg":"HS256"}"#;
    let critical = header_text.trim_end_matches('}').to_owned() + r#","crit":["x"],"x":1}"#;
    let large = format!("{open},\"large\":\"{}\"}}", "x".repeat(20_000));
    let mut odd = claims_text.clone().into_bytes();
    odd.extend_from_slice(b" \xff");
    vec![
        ("a claim twice".to_owned(), raw(&header_text, doubled.as_bytes(), secret)),
        ("a header member twice".to_owned(), raw(&twice, claims_text.as_bytes(), secret)),
        ("a critical extension".to_owned(), raw(&critical, claims_text.as_bytes(), secret)),
        ("too long".to_owned(), raw(&header_text, large.as_bytes(), secret)),
        ("not UTF-8".to_owned(), raw(&header_text, &odd, secret)),
        ("not JSON".to_owned(), raw(&header_text, b"{", secret)),
        ("a list".to_owned(), raw(&header_text, b"[]", secret)),
        ("more than one document".to_owned(), raw(&header_text, format!("{claims_text}{{}}").as_bytes(), secret)),
        ("another algorithm in the header".to_owned(), raw(r#"{"alg":"HS512"}"#, claims_text.as_bytes(), secret)),
        ("no algorithm in the header".to_owned(), raw(r#"{"typ":"JWT"}"#, claims_text.as_bytes(), secret)),
    ]
}

fn decoded(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).unwrap_or_default()
}
