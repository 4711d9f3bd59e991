//! `vitrine token verify`: what a token is worth, without a server.

use crate::program::{run, text};
use crate::support::{Outcome, write_secrets};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use testkit::callers::CallError;
use testkit::{sign, world};

const NOW: &str = "1767225600";

/// Runs `vitrine token verify` with the secret of a key of the small worlds.
fn verify(dialect: &str, key: &str, more: &[&str], token: &str) -> Result<(Option<i32>, String, String), CallError> {
    let data = tempfile::tempdir()?;
    write_secrets(data.path())?;
    let file = text(&data.path().join("secrets").join(key));
    let arguments = ["token", "verify", "--dialect", dialect, "--secret-file", &file, "--now", NOW];
    let (output, out, err) = run(&[&arguments[..], more, &[token]].concat())?;
    assert!(!out.contains(world::secret(key)) && !err.contains(world::secret(key)), "{out}{err}");
    Ok((output.status.code(), out, err))
}

#[test]
fn explains_what_each_door_would_say() -> Outcome {
    let guest = json!({"resource": {"question": 8}, "params": {"status": "Active"}, "exp": 1_767_226_200, "role": "x"});
    let guest = sign::plain(&guest, world::secret("compatible"));
    let (code, out, _) = verify(
        "metabase",
        "compatible",
        &["--compatible"],
        &format!("https://v.example/embed/question/{guest}#bordered"),
    )?;
    assert_eq!(code, Some(0), "{out}");
    for part in ["accepted", "guest", "Active", "660 seconds", "role (a compatible key ignores them"] {
        assert!(out.contains(part), "`{part}` in {out}");
    }
    let (code, out, err) = verify("metabase", "compatible", &[], &guest)?;
    assert_eq!((code, err.as_str()), (Some(1), "the token is refused\n"));
    assert!(out.starts_with("refused: Unknown claim `role`"), "{out}");

    let person = json!({"sub": "ana@acme.example", "jti": "j1", "iat": 1_767_225_600, "exp": 1_767_226_200, "teams": ["Buyers"]});
    let person = sign::with_kid("sigma", &person, world::secret("sigma"));
    let (code, out, _) =
        verify("sigma", "sigma", &["--json"], &format!("https://v.example/acme/workbook/x?:jwt={person}&:embed=true"))?;
    let told: serde_json::Value = serde_json::from_str(&out)?;
    assert_eq!((code, &told["accepted"], &told["counts_once"]), (Some(0), &json!(true), &json!("j1")));
    assert_eq!((&told["principal"]["who"]["member"], &told["seconds_left"]), (&json!("ana@acme.example"), &json!(600)));

    let own = json!({
        "iss": "portal", "aud": "vitrine", "iat": 1_767_225_600, "exp": 1_767_225_900, "jti": "j2",
        "session": {"subject": "ana@acme.example", "teams": ["Buyers"]}
    });
    let own = sign::plain(&own, world::secret("portal"));
    let (code, out, _) = verify("vitrine", "portal", &[], &own)?;
    assert!(code == Some(0) && out.contains("`j2` opens one session"), "{out}");
    let (code, out, _) = verify("vitrine", "rival", &[], &own)?;
    assert!(code == Some(1) && out.contains("not one of this secret") && !out.contains("ana@acme"), "{out}");
    Ok(())
}

/// Every vector, through the program: what is signed with which hash, and what to sign of what is not.
#[test]
fn takes_addresses_of_looker_apart() -> Outcome {
    let vectors = testkit::vectors::of("looker");
    let data = tempfile::tempdir()?;
    let secret = data.path().join("secret");
    let mut seen = 0;
    for (kind, accepted) in [("accept", true), ("reject", false)] {
        for vector in vectors[kind].as_array().ok_or("vectors")? {
            let name = vector["name"].as_str().unwrap_or_default();
            std::fs::write(&secret, vector["secret"].as_str().unwrap_or_default())?;
            std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600))?;
            let signed = vector["params_decoded"]["time"].as_str().and_then(|time| time.parse::<i64>().ok());
            let now = vector["now_for_test"].as_i64().or(signed).ok_or("now")?.to_string();
            let verify = |address: &str| {
                let file = text(&secret);
                let asked =
                    ["token", "verify", "--dialect", "looker", "--compatible", "--secret-file", &file, "--now", &now];
                let (output, out, _) = run(&[asked.as_slice(), &[address]].concat())?;
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>((output.status.code(), out))
            };
            let (code, out) = verify(vector["url"].as_str().unwrap_or_default())?;
            // Whether a nonce was used before is known to a server alone.
            let accepted = accepted || name == "nonce-replay";
            assert_eq!(code, Some(i32::from(!accepted)), "{name}: {out}");
            assert_eq!(out.contains("verified, HMAC-SHA-1"), accepted || name.ends_with("-time"), "{name}: {out}");
            if let Some(address) = vector["derived_hmac_sha256"]["url"].as_str() {
                let (code, out) = verify(address)?;
                assert!(code == Some(0) && out.contains("verified, HMAC-SHA-256"), "{name}: {out}");
            }
            if name == "tampered-permissions" {
                assert!(out.contains("'signature' param failed to authenticate"), "{out}");
                assert!(out.contains("to sign      test.looker.com\n               /login/embed/%2Fembed"), "{out}");
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 11);
    Ok(())
}

#[test]
fn is_refused_without_a_secret_and_misused_with_two() -> Outcome {
    let token = sign::plain(&json!({"resource": {"dashboard": 1}, "params": {}}), world::secret("compatible"));
    let (output, out, _) = run(&["token", "verify", "--dialect", "metabase", &token])?;
    assert!(output.status.code() == Some(1) && out.contains("expected `--secret-file`"), "{out}");
    for misuse in [vec!["token", "verify", &token], vec!["token", "verify", "--dialect", "tableau", &token]] {
        assert_eq!(run(&misuse)?.0.status.code(), Some(2), "{misuse:?}");
    }
    let (output, _, err) = run(&["token", "verify", "--dialect", "sigma", "--secret-file", "/nowhere", &token])?;
    assert!(output.status.code() == Some(2) && err.contains("/nowhere"), "{err}");
    Ok(())
}

#[test]
fn checks_a_signature_with_a_key_alone() -> Outcome {
    let data = tempfile::tempdir()?;
    let file = data.path().join("key.json");
    std::fs::write(&file, json!({"kty": "oct", "k": "YSBzZWNyZXQgb2YgMzIgYnl0ZXMgYW5kIG5vIG1vcmU"}).to_string())?;
    let file = text(&file);
    let verify = |token: &str| run(&["token", "verify", "--jwk", &file, "--jws", token]);
    let (output, out, _) = verify(&sign::plain(&json!({"exp": 1}), "a secret of 32 bytes and no more"))?;
    assert_eq!((output.status.code(), out.as_str()), (Some(0), "valid\n"));
    let (output, out, err) = verify(&sign::plain(&json!({"exp": 1}), "another secret, of 32 bytes also"))?;
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert_eq!(out, "not valid: the signature is not that of the key\n");
    let (output, out, _) = verify("eyJhbGciOiJub25lIn0.e30.")?;
    assert_eq!(output.status.code(), Some(1));
    assert!(out.contains("not supported: expected one of HS256, ") && out.contains("ES256"), "{out}");
    let (_, help, _) = run(&["token", "verify", "--help"])?;
    let named = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let supported = dialect::jwk::ALGORITHMS.map(|(name, _)| name).join(", ");
    assert!(named.contains(&supported), "`{supported}` in {named}");
    let (output, _, err) = run(&["token", "verify", "--jwk", "/nowhere", "--jws", "a.b.c"])?;
    assert!(output.status.code() == Some(2) && err.contains("/nowhere"), "{err}");
    for misuse in
        [vec!["--jwk", &file], vec!["--jws", "a.b.c"], vec!["--jwk", &file, "--jws", "a", "--dialect", "sigma"]]
    {
        assert_eq!(run(&[&["token", "verify"], &misuse[..]].concat())?.0.status.code(), Some(2), "{misuse:?}");
    }
    Ok(())
}

/// Every vector of Tableau's three trusts, through the program: the code, the reason, and what is told of whoever comes.
#[test]
fn tokens_of_tableau_are_judged_by_their_trust() -> Outcome {
    let vectors = testkit::vectors::of("tableau");
    let flavours = &vectors["flavours"];
    let data = tempfile::tempdir()?;
    let said = |flavour: &str, member: &str| flavours[flavour][member].as_str().unwrap_or_default().to_owned();
    let written = |name: &str, content: &str| {
        let file = data.path().join(name);
        std::fs::write(&file, content)?;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600))?;
        Ok::<_, CallError>(text(&file))
    };
    let secret = written("secret", &said("tableau_direct_trust", "secret_value"))?;
    let jwks = |flavour: &str| written(flavour, &flavours[flavour]["jwks"].to_string());
    let (eas, uat) = ("tableau_oauth_trust_eas", "tableau_uat");
    let direct = [
        "tableau".to_owned(),
        "--client-id".to_owned(),
        said("tableau_direct_trust", "client_id"),
        "--secret-id".to_owned(),
        said("tableau_direct_trust", "secret_id"),
        "--secret-file".to_owned(),
        secret,
    ];
    let issued = |dialect: &str, flavour: &str| {
        let issuer = said(flavour, "issuer");
        let options = [dialect, "--issuer", &issuer, "--jwks", &jwks(flavour)?].map(str::to_owned);
        Ok::<_, CallError>(options.to_vec())
    };
    let trusts = [
        ("tableau_direct_trust", direct.to_vec()),
        (eas, issued("tableau-eas", eas)?),
        (uat, issued("tableau-uat", uat)?),
    ];
    let judged = |options: &[String], token: &str| {
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let asked = [&["token", "verify", "--now", NOW, "--json", "--dialect"], options.as_slice(), &[token]].concat();
        let (output, out, err) = run(&asked)?;
        let told: Value = serde_json::from_str(&out).map_err(|error| format!("{error}: {out}{err}"))?;
        assert_eq!(output.status.code(), Some(i32::from(told["accepted"] != json!(true))), "{out}");
        Ok::<_, CallError>(told)
    };
    let mut seen = 0;
    for (flavour, options) in &trusts {
        for vector in flavours[*flavour]["vectors"].as_array().ok_or("vectors")? {
            let (name, token) = (vector["id"].as_str().unwrap_or_default(), vector["token"].as_str().ok_or("token")?);
            let told = judged(options, token)?;
            let refused = REFUSED.iter().find(|(id, ..)| *id == name);
            let expected = refused.map_or((json!(null), json!(null)), |(_, code, reason)| (json!(code), json!(reason)));
            assert_eq!((told["code"].clone(), told["reason"].clone()), expected, "{name}: {told}");
            seen += 1;
            // At the two others it is nothing.
            for (other, options) in trusts.iter().filter(|(other, _)| other != flavour) {
                let elsewhere = judged(options, token)?;
                assert_eq!(elsewhere["accepted"], json!(false), "{name} at {other}: {elsewhere}");
            }
        }
    }
    assert_eq!(seen, 19);
    let first = &flavours["tableau_direct_trust"]["vectors"][0];
    let told = judged(&trusts[0].1, first["token"].as_str().ok_or("token")?)?;
    assert_eq!(told["principal"]["who"]["member"], first["claims"]["sub"], "{told}");
    assert_eq!(told["scopes"], first["claims"]["scp"], "{told}");

    let late: Vec<&str> = trusts[0].1.iter().map(String::as_str).collect();
    let token = first["token"].as_str().ok_or("token")?;
    let later = (NOW.parse::<i64>()? + 3_600).to_string();
    let (_, out, _) = run(&[&["token", "verify", "--now", &later, "--dialect"], late.as_slice(), &[token]].concat())?;
    assert!(out.contains("refused: `exp` has passed") && out.contains("10084, `token_expired`"), "{out}");
    assert!(out.contains("seconds behind this one, if the token is a new one"), "{out}");
    let (output, _, err) = run(&["token", "verify", "--dialect", "tableau-uat", token])?;
    assert!(output.status.code() == Some(2) && err.contains("expected `--issuer` and `--jwks`"), "{err}");
    let (output, _, err) = run(&["token", "verify", "--dialect", "tableau", token])?;
    assert!(output.status.code() == Some(2) && err.contains("expected `--secret-file`"), "{err}");
    Ok(())
}

/// The vectors that are refused, with Tableau's code and the reason.
const REFUSED: [(&str, u32, &str); 8] = [
    ("tb-dt-08", 10094, "claim_missing"),
    ("tb-dt-10", 10084, "audience_refused"),
    ("tb-dt-11", 10083, "key_id_missing"),
    ("tb-dt-12", 127, "unknown_secret"),
    ("tb-dt-13", 126, "unknown_issuer"),
    ("tb-dt-14", 10084, "wrong_signature"),
    ("tb-uat-03", 16, "resource_missing"),
    ("tb-uat-04", 10084, "claim_missing"),
];
