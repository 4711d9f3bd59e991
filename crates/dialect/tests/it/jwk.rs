//! Signatures checked with keys that providers publish.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{self, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dialect::jwk::{ALGORITHMS, JwsError, KeyError, KeySet, MOST_KEYS};
use serde_json::{Value, json};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token of a header and a payload, with what `sign` makes of them.
fn token(header: &Value, payload: &[u8], sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", encoded(header.to_string().as_bytes()), encoded(payload));
    let signature = sign(signed.as_bytes());
    format!("{signed}.{}", encoded(&signature))
}

/// A pair of keys of a curve, with the public one as a JSON Web Key.
struct Elliptic(EcdsaKeyPair);

impl Elliptic {
    fn made() -> Outcome<Self> {
        Ok(Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| "no key")?))
    }

    fn jwk(&self) -> Value {
        let point = self.0.public_key().as_ref();
        json!({"kty": "EC", "crv": "P-256", "x": encoded(&point[1..33]), "y": encoded(&point[33..])})
    }

    fn token(&self, header: &Value) -> String {
        token(header, b"{\"sub\":\"ana\"}", |signed| {
            self.0.sign(&SystemRandom::new(), signed).map(|it| it.as_ref().to_vec()).unwrap_or_default()
        })
    }
}

fn verify(key: &Value, token: &str) -> Outcome<Result<(), JwsError>> {
    Ok(KeySet::parse(key.to_string().as_bytes(), false)?.verify(token).map(|_| ()))
}

#[test]
fn a_token_counts_with_the_key_that_signed_it_and_with_no_other() -> Outcome {
    let (own, other) = (Elliptic::made()?, Elliptic::made()?);
    let token = own.token(&json!({"alg": "ES256"}));
    let verified = KeySet::parse(own.jwk().to_string().as_bytes(), false)?.verify(&token)?;
    assert_eq!(verified.claims().map(|claims| claims["sub"].clone()), Some(json!("ana")));
    assert_eq!(verify(&other.jwk(), &token)?, Err(JwsError::WrongSignature));
    Ok(())
}

#[test]
fn rsa_and_edwards_keys_verify() -> Outcome {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| "no key")?;
    let public = PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
    let jwk = json!({"kty": "RSA", "n": encoded(&public.n), "e": encoded(&public.e)});
    let paddings: [(&str, &dyn signature::RsaEncoding); 2] =
        [("RS256", &signature::RSA_PKCS1_SHA256), ("PS256", &signature::RSA_PSS_SHA256)];
    for (name, padding) in paddings {
        let signed = |header: &Value| {
            token(header, b"{}", |text| {
                let mut bytes = vec![0; pair.public_modulus_len()];
                let done = pair.sign(padding, &SystemRandom::new(), text, &mut bytes);
                done.map(|()| bytes).unwrap_or_default()
            })
        };
        assert_eq!(verify(&jwk, &signed(&json!({"alg": name})))?, Ok(()), "{name}");
        let mut bound = jwk.clone();
        bound["alg"] = json!("RS512");
        assert_eq!(verify(&bound, &signed(&json!({"alg": name})))?, Err(JwsError::WrongAlgorithm), "{name}");
    }
    let pair = Ed25519KeyPair::generate().map_err(|_| "no key")?;
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": encoded(pair.public_key().as_ref())});
    let signed = token(&json!({"alg": "EdDSA"}), b"{}", |text| pair.sign(text).as_ref().to_vec());
    assert_eq!(verify(&jwk, &signed)?, Ok(()));
    Ok(())
}

#[test]
fn the_key_says_the_algorithm_and_the_token_does_not() -> Outcome {
    let key = Elliptic::made()?;
    let jwk = key.jwk();
    let own = key.token(&json!({"alg": "ES256"}));
    let (_, rest) = own.split_once('.').ok_or("no token")?;
    let unsigned = format!("{}.{rest}", encoded(br#"{"alg":"none"}"#));
    assert_eq!(verify(&jwk, &unsigned)?, Err(JwsError::Unsupported));
    let point = key.0.public_key().as_ref().to_vec();
    let confused = testkit::sign::raw(r#"{"alg":"HS256"}"#, b"{}", &encoded(&point));
    assert_eq!(verify(&jwk, &confused)?, Err(JwsError::WrongAlgorithm));
    for alg in ["ES512", "ES256K", "RSA-OAEP", "es256", ""] {
        assert_eq!(verify(&jwk, &key.token(&json!({"alg": alg})))?, Err(JwsError::Unsupported), "{alg}");
    }
    assert_eq!(verify(&jwk, &key.token(&json!({"alg": "ES384"})))?, Err(JwsError::WrongAlgorithm));
    assert_eq!(verify(&jwk, &key.token(&json!({"alg": "ES256", "crit": ["exp"], "exp": 1})))?, Err(JwsError::Critical));
    let stranger = Elliptic::made()?;
    let carried = stranger.token(&json!({"alg": "ES256", "jwk": stranger.jwk()}));
    assert_eq!(verify(&jwk, &carried)?, Err(JwsError::WrongSignature));
    Ok(())
}

#[test]
fn a_key_is_found_by_its_name() -> Outcome {
    let (one, two) = (Elliptic::made()?, Elliptic::made()?);
    let named = |key: &Elliptic, kid: &str| {
        let mut jwk = key.jwk();
        jwk["kid"] = json!(kid);
        jwk
    };
    let set = json!({"keys": [named(&one, "a"), named(&two, "b"), {"kty": "unheard of", "kid": "c"}]});
    let header = |kid: &str| json!({"alg": "ES256", "kid": kid});
    assert_eq!(verify(&set, &two.token(&header("b")))?, Ok(()));
    assert_eq!(verify(&set, &two.token(&header("a")))?, Err(JwsError::WrongSignature));
    assert_eq!(verify(&set, &two.token(&header("c")))?, Err(JwsError::UnknownKey));
    let twice = json!({"keys": [named(&one, "a"), named(&two, "a")]});
    assert_eq!(KeySet::parse(twice.to_string().as_bytes(), false).err(), Some(KeyError::Ambiguous));
    Ok(())
}

#[test]
fn keys_that_cannot_have_signed_are_refused_by_the_member() -> Outcome {
    let fine = Elliptic::made()?.jwk();
    let short = json!({"kty": "RSA", "n": encoded(&[255; 128]), "e": "AQAB"});
    let one = json!({"kty": "RSA", "n": encoded(&[255; 256]), "e": "AQ"});
    let with = |member: &str, value: Value| {
        let mut jwk = fine.clone();
        jwk[member] = value;
        jwk
    };
    let secret = json!({"kty": "oct", "k": encoded(&[7; 32])});
    let refused = [
        (short, "`n`"),
        (one, "`e`"),
        (with("use", json!("enc")), "`use`"),
        (with("key_ops", json!(["sign"])), "`key_ops`"),
        (with("alg", json!("ES384")), "`alg`"),
        (with("alg", json!("HS256")), "`alg`"),
        (with("crv", json!("P-521")), "`crv`"),
        (with("x", json!("AAAA")), "`x`"),
        (with("kid", json!(7)), "`kid`"),
        (secret.clone(), "`kty`"),
    ];
    for (jwk, member) in refused {
        let error = KeySet::parse(jwk.to_string().as_bytes(), false).err().map(|error| error.to_string());
        assert!(error.as_ref().is_some_and(|error| error.starts_with(member)), "{jwk}: {error:?}");
    }
    let mixed = json!({"keys": [fine, secret]}).to_string();
    assert_eq!(KeySet::parse(mixed.as_bytes(), true).err(), Some(KeyError::Mixed));
    assert!(KeySet::parse(mixed.as_bytes(), false).is_ok(), "secrets are left out of what a provider publishes");
    for none in ["", "[]", "{}", r#"{"keys": []}"#, r#"{"keys": 1}"#] {
        assert!(KeySet::parse(none.as_bytes(), true).is_err(), "{none}");
    }
    Ok(())
}

#[test]
fn what_is_no_compact_token_is_refused() -> Outcome {
    let key = Elliptic::made()?;
    let token = key.token(&json!({"alg": "ES256"}));
    let parts: Vec<&str> = token.split('.').collect();
    let flattened = json!({"protected": parts[0], "payload": parts[1], "signature": parts[2]}).to_string();
    let long = format!("{}.{}.{}", parts[0], "A".repeat(20_000), parts[2]);
    let odd = [
        String::new(),
        parts[0].to_owned(),
        format!("{}.{}", parts[0], parts[1]),
        format!("{token}."),
        format!("{token}.A"),
        format!(" {token}"),
        format!("{token}="),
        format!("{}..{}", parts[0], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        flattened,
        long,
    ];
    for odd in odd {
        assert!(verify(&key.jwk(), &odd)?.is_err(), "{odd}");
    }
    for (index, was) in token.char_indices().filter(|(_, was)| *was != '.') {
        let other = if was == 'A' { 'B' } else { 'A' };
        let changed = format!("{}{other}{}", &token[..index], &token[index + 1..]);
        assert!(verify(&key.jwk(), &changed)?.is_err(), "character {index}");
    }
    Ok(())
}

#[test]
fn secrets_count_for_hashes_that_are_no_longer_than_they_are() -> Outcome {
    let secret = "a secret of 32 bytes and no more";
    let jwk = json!({"kty": "oct", "k": encoded(secret.as_bytes())}).to_string();
    let keys = KeySet::parse(jwk.as_bytes(), true)?;
    assert!(keys.verify(&testkit::sign::plain(&json!({"a": 1}), secret)).is_ok());
    let longer = token(&json!({"alg": "HS512"}), b"{}", |_| vec![0; 64]);
    assert_eq!(keys.verify(&longer).err(), Some(JwsError::WrongAlgorithm));
    assert!(KeySet::parse(json!({"kty": "oct", "k": encoded(b"short")}).to_string().as_bytes(), true).is_err());
    assert!(ALGORITHMS.iter().all(|(name, _)| *name != "none"));
    Ok(())
}

/// A power of 65537 is one modulo each prime.
#[test]
fn keys_of_a_weak_generator_are_refused() {
    let mut modulus = vec![1_u8];
    for _ in 0..128 {
        // Times 65537: moved by two bytes, and once more beside.
        let mut product = [modulus.as_slice(), &[0, 0]].concat();
        product.insert(0, 0);
        let mut carried = 0;
        for place in (0..product.len()).rev() {
            let beside = (place + modulus.len()).checked_sub(product.len()).map_or(0, |at| u16::from(modulus[at]));
            let sum = u16::from(product[place]) + beside + carried;
            (product[place], carried) = ((sum % 256) as u8, sum / 256);
        }
        modulus = product.into_iter().skip_while(|byte| *byte == 0).collect();
    }
    let refused = |modulus: &[u8]| {
        let jwk = json!({"kty": "RSA", "n": encoded(modulus), "e": "AQAB"});
        KeySet::parse(jwk.to_string().as_bytes(), false).err().map(|error| error.to_string())
    };
    assert!(refused(&modulus).is_some_and(|error| error.contains("weak")));
    if let Some(last) = modulus.last_mut() {
        *last ^= 2;
    }
    assert_eq!(refused(&modulus), None);
}

#[test]
fn a_set_has_as_many_keys_as_can_be_tried_and_no_more() -> Outcome {
    let key = Elliptic::made()?.jwk();
    let parsed = |count: usize| {
        let keys: Vec<Value> = vec![key.clone(); count];
        KeySet::parse(json!({ "keys": keys }).to_string().as_bytes(), false).map(drop)
    };
    assert_eq!((parsed(MOST_KEYS), parsed(MOST_KEYS + 1)), (Ok(()), Err(KeyError::TooMany)));
    Ok(())
}
