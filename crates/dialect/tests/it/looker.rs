//! Looker's signed addresses, made by its own samples.

use crate::keys::{Outcome, at, id, key};
use chrono::{DateTime, Utc};
use dialect::looker::{LookerRefusal, SignedUrl};
use model::access::{Mode, SignatureHash};
use model::assertion::{Assertion, Claimant};
use serde_json::{Value, json};
use testkit::sign::hmac_base64;
use testkit::vectors;

/// Host, path and search of an address.
fn parts(address: &str) -> Option<(&str, &str, &str)> {
    let (_, rest) = address.split_once("://")?;
    let (host, rest) = rest.split_at(rest.find('/')?);
    let (path, search) = rest.split_once('?')?;
    Some((host, path, search))
}

fn read(address: &str, secret: &str, hash: SignatureHash, mode: Mode, now: DateTime<Utc>) -> Result<Assertion, String> {
    let (host, path, search) = parts(address).ok_or("no address")?;
    let url = SignedUrl::parse(path, search).map_err(|refusal| refusal.to_string())?;
    let signed = url.verify(host, [(&id(), hash, secret.as_bytes())]).map_err(|refused| refused.code().to_owned())?;
    let mut key = key("looker", "looker-web", mode).map_err(|error| error.to_string())?;
    key.ceiling.permissions.extend(model::access::Permission::from_name("explore"));
    signed.assertion(&key, now).map_err(|refusal| refusal.to_string())
}

fn text<'a>(vector: &'a Value, name: &str) -> Result<&'a str, String> {
    vector[name].as_str().ok_or_else(|| name.to_owned())
}

fn now_of(vector: &Value) -> Result<DateTime<Utc>, String> {
    let stated = vector["now_for_test"].as_i64().map(at);
    let signed = vector["params_decoded"]["time"].as_str().and_then(|time| time.parse::<i64>().ok());
    stated.or_else(|| signed.map(|time| at(time + 10))).ok_or_else(|| "now_for_test".to_owned())
}

#[test]
fn vectors_of_lookers_own_samples() -> Outcome {
    let vectors = vectors::of("looker");
    let all = vectors["accept"].as_array().ok_or("accept")?;
    assert_eq!(all.len(), 5);
    for vector in all {
        let (name, secret) = (text(vector, "name")?, text(vector, "secret")?);
        let (host, path, search) = parts(text(vector, "url")?).ok_or("url")?;
        assert_eq!(SignedUrl::parse(path, search)?.string_to_sign(host), text(vector, "string_to_sign")?, "{name}");
        let now = now_of(vector)?;
        for (address, hash, other) in [
            (text(vector, "url")?, SignatureHash::Sha1, SignatureHash::Sha256),
            (text(&vector["derived_hmac_sha256"], "url")?, SignatureHash::Sha256, SignatureHash::Sha1),
        ] {
            let told = |error: String| format!("{name}: {error}");
            let assertion = read(address, secret, hash, Mode::Compatible, now).map_err(told)?;
            let claims = assertion.claims();
            let decoded = |parameter: &str| {
                let text = vector["params_decoded"][parameter].as_str().unwrap_or("null");
                serde_json::from_str::<Value>(text)
            };
            assert_eq!(json!(claims.claimant.subject()), decoded("external_user_id")?, "{name}");
            assert_eq!(json!(claims.models), decoded("models")?, "{name}");
            assert_eq!(claims.permissions, Some(vec!["view".to_owned()]), "{name}");
            assert_eq!(assertion.counts_once().map(|it| json!(it.id)), Some(decoded("nonce")?), "{name}");
            assert_eq!((&claims.first_name, &claims.time_zone), (&None, &None), "nobody has signed them");
            assert_eq!(
                read(address, secret, other, Mode::Compatible, now),
                Err("wrong_signature".to_owned()),
                "{name}"
            );
            assert_eq!(read(address, "another", hash, Mode::Compatible, now), Err("wrong_signature".to_owned()));
        }
    }
    Ok(())
}

#[test]
fn refused_vectors() -> Outcome {
    let vectors = vectors::of("looker");
    let all = vectors["reject"].as_array().ok_or("reject")?;
    assert_eq!(all.len(), 6);
    for vector in all {
        let (name, secret) = (text(vector, "name")?, text(vector, "secret")?);
        let read = read(text(vector, "url")?, secret, SignatureHash::Sha1, Mode::Compatible, now_of(vector)?);
        let expected = match name {
            "tampered-permissions" => "wrong_signature",
            "stale-time" => "Embed URI is not valid: 'time' param is ",
            "future-time" => "Embed URI is not valid: 'time' param is ",
            "embed_domain-on-outer-query" => "This request includes invalid params: [\"embed_domain\"]",
            "missing-access_filters" => "Missing required parameter: access_filters",
            // That it was seen before is for the store to say; here it is read, with its nonce.
            "nonce-replay" => {
                assert_eq!(read?.counts_once().map(|it| it.id.as_str()), Some("abc123"));
                continue;
            }
            other => return Err(format!("nothing is expected of {other}").into()),
        };
        assert!(matches!(&read, Err(told) if told.starts_with(expected)), "{name}: {read:?}");
    }
    Ok(())
}

/// An address that says everything, and is signed as those of Looker's samples.
struct Address {
    path: String,
    parameters: Vec<(&'static str, String)>,
}

const NOW: i64 = 1_700_000_000;
const HOST: &str = "vitrine.example:8443";
const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

impl Address {
    fn new() -> Self {
        let parameters = [
            ("nonce", json!("n-1")),
            ("time", json!(NOW)),
            ("session_length", json!(600)),
            ("external_user_id", json!("bea")),
            ("permissions", json!(["access_data", "see_looks"])),
            ("models", json!(["sales"])),
            ("group_ids", json!(["Buyers"])),
            ("external_group_id", json!("acme")),
            ("user_attributes", json!({"company": "acme"})),
            ("access_filters", json!({})),
            ("first_name", json!("Bea")),
            ("last_name", json!("Buyer")),
            ("user_timezone", json!("Europe/Berlin")),
            ("force_logout_login", json!(true)),
        ];
        Self {
            path: "/login/embed/%2Fembed%2Fdashboards%2F3".to_owned(),
            parameters: parameters.map(|(name, value)| (name, value.to_string())).into(),
        }
    }

    fn with(mut self, name: &'static str, value: &Value) -> Self {
        self.parameters.retain(|(known, _)| *known != name);
        self.parameters.push((name, value.to_string()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(known, _)| *known != name);
        self
    }

    /// As whoever has the secret signs it: `hmac` by hand, in the order of the documentation.
    fn signed(&self) -> String {
        let order = "nonce time session_length external_user_id permissions models group_ids external_group_id \
                     user_attributes access_filters";
        let given = |name| self.parameters.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str());
        let lines: Vec<&str> =
            [HOST, &self.path].into_iter().chain(order.split_whitespace().filter_map(given)).collect();
        hmac_base64(&lines.join("\n"), SECRET)
    }

    fn read(&self, signature: &str, mode: Mode, now: i64) -> Result<Assertion, String> {
        let mut search = url::form_urlencoded::Serializer::new(String::new());
        search.extend_pairs(self.parameters.iter()).append_pair("signature", signature);
        let address = format!("https://{HOST}{}?{}", self.path, search.finish());
        read(&address, SECRET, SignatureHash::Sha256, mode, at(now))
    }

    fn fresh(&self, mode: Mode) -> Result<Assertion, String> {
        self.read(&self.signed(), mode, NOW)
    }
}

#[test]
fn who_is_looking_is_what_was_signed() -> Outcome {
    let assertion = Address::new().fresh(Mode::Strict)?;
    let claims = assertion.claims();
    assert_eq!(claims.claimant, Claimant::Member("bea".to_owned()));
    assert_eq!((claims.tenant.as_deref(), claims.session_seconds), (Some("acme"), Some(600)));
    assert_eq!(json!([claims.teams, claims.models]), json!([["Buyers"], ["sales"]]));
    assert_eq!(json!(claims.attributes), json!({"company": "acme"}));
    assert_eq!(claims.permissions, Some(vec!["view".to_owned()]));
    let number = Address::new().with("external_user_id", &json!(57)).with("external_group_id", &json!(null));
    let assertion = number.fresh(Mode::Strict)?;
    assert_eq!(assertion.claims().claimant, Claimant::Member("57".to_owned()));
    assert_eq!(assertion.claims().tenant, None);
    Ok(())
}

#[test]
fn every_change_of_what_is_signed_is_refused_and_of_what_is_not_changes_nothing() -> Outcome {
    let address = Address::new();
    let (signature, before) = (address.signed(), address.fresh(Mode::Strict)?);
    for (name, value) in [
        ("nonce", json!("n-2")),
        ("time", json!(NOW + 1)),
        ("session_length", json!(601)),
        ("external_user_id", json!("mallory")),
        ("permissions", json!(["access_data", "see_looks", "explore"])),
        ("models", json!(["sales", "purchasing"])),
        ("group_ids", json!(["Sellers"])),
        ("external_group_id", json!("globex")),
        ("user_attributes", json!({"company": "globex"})),
        ("access_filters", json!({"sales": {}})),
    ] {
        let changed = Address::new().with(name, &value);
        assert_eq!(changed.read(&signature, Mode::Strict, NOW), Err("wrong_signature".to_owned()), "{name}");
    }
    for name in ["group_ids", "external_group_id", "user_attributes"] {
        assert_eq!(Address::new().without(name).read(&signature, Mode::Strict, NOW), Err("wrong_signature".to_owned()));
    }
    let moved = Address { path: "/login/embed/%2Fembed%2Fdashboards%2F4".to_owned(), ..Address::new() };
    assert_eq!(moved.read(&signature, Mode::Strict, NOW), Err("wrong_signature".to_owned()));
    for (name, value) in [
        ("first_name", json!("Eve")),
        ("last_name", json!(null)),
        ("user_timezone", json!("UTC")),
        ("force_logout_login", json!(false)),
    ] {
        assert_eq!(Address::new().with(name, &value).read(&signature, Mode::Strict, NOW)?, before, "{name}");
    }
    Ok(())
}

#[test]
fn what_is_signed_and_wrong_is_named() {
    let told = |address: Address| address.fresh(Mode::Strict).err().unwrap_or_default();
    for (name, value, expected) in [
        ("permissions", json!([]), "'permissions' param is not valid: expected at least one permission"),
        ("models", json!([]), "'models' param is not valid: expected at least one model"),
        ("models", json!("sales"), "'models' param is not valid"),
        ("session_length", json!(2_592_001), "'session_length' param is not valid"),
        ("session_length", json!("600"), "'session_length' param is not valid"),
        ("external_user_id", json!(""), "'external_user_id' param is not valid"),
        ("external_user_id", json!(null), "'external_user_id' param is not valid"),
        ("user_attributes", json!(["company"]), "'user_attributes' param is not valid"),
        ("access_filters", json!({"sales": {}}), "'access_filters' param is not valid"),
        ("force_logout_login", json!("yes"), "'force_logout_login' param is not valid"),
        ("first_name", json!({}), "'first_name' param is not valid"),
        ("time", json!(NOW - 301), "'time' param is 301 seconds old: expected at most 300"),
        ("time", json!(NOW + 61), "'time' param is 61 seconds ahead: expected at most 60"),
    ] {
        let told = told(Address::new().with(name, &value));
        assert!(told.starts_with(&format!("Embed URI is not valid: {expected}")), "{name}: {told}");
    }
    assert_eq!(told(Address::new().without("force_logout_login")), "Missing required parameter: force_logout_login");
    let filters = Address::new().with("access_filters", &json!({"sales": {}}));
    assert!(filters.fresh(Mode::Compatible).is_ok(), "Looker makes nothing of them");
}

#[test]
fn addresses_have_one_shape() {
    let (path, search) = ("/login/embed/%2Fembed%2Fdashboards%2F3", "nonce=1&nonce=2");
    assert_eq!(SignedUrl::parse(path, search).err(), Some(LookerRefusal::Twice("nonce".to_owned())));
    for odd in [
        "/login/embed/",
        "/login/embed/%2Fadmin",
        "/login/embed/https%3A%2F%2Fevil.example",
        "/embed/dashboards/3",
        "/login/embed/%2Fembed%2F%0a",
        "/login/embed/%ff",
    ] {
        assert_eq!(SignedUrl::parse(odd, "").err(), Some(LookerRefusal::NoEmbed), "{odd}");
    }
    let long = "a".repeat(100_000);
    assert_eq!(SignedUrl::parse(path, &long).err(), Some(LookerRefusal::TooLong));
}
