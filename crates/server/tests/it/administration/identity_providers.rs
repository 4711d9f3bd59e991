//! Identity providers, administered; and the dry run of what they make of people.

use crate::administration::Caller;
use crate::program::{run, text};
use crate::support::{Outcome, Vitrine, copy_of, edit};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use testkit::callers::CallError;
use testkit::{sign, world};

const SECRET: &str = "sso-secret-0123456789abcdef0123456789abcd";

fn provider() -> Value {
    json!({
        "name": "sso", "issuer": "portal", "jwt": {"sign_in": "https://portal.example/sso", "secrets": ["stored"]},
        "claims": {"teams": "role"}, "teams": {"sync": "replacing", "map": {"buyer": ["Buyers"]}},
        "provisioning": {"members": true},
        "ceiling": {"tenants": ["acme"], "teams": ["Buyers"], "attributes": {"company": "any"}}
    })
}

/// A provider that was made, with its secret.
async fn made(root: &Caller, provider: Value) -> Result<(String, String), CallError> {
    let made = root.post("/api/v1/identity-providers", provider).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let text = |name: &str| made.json()[name].as_str().unwrap_or_default().to_owned();
    Ok((text("id"), text("secret")))
}

#[tokio::test]
async fn a_provider_is_made_with_a_secret_that_is_shown_once() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let mut elsewhere = provider();
    elsewhere["jwt"]["secrets"] = json!([{"secret_env": "HOME"}]);
    let refused = root.post("/api/v1/identity-providers", elsewhere).await?;
    assert_eq!((refused.status, refused.detail().contains("jwt.secrets")), (StatusCode::BAD_REQUEST, true));
    let mut administering = provider();
    administering["ceiling"]["account_types"] = json!(["View", "Admin"]);
    let refused = root.post("/api/v1/identity-providers", administering).await?;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text());
    assert!(refused.detail().contains("ceiling.account_types[Admin]"), "{}", refused.detail());
    let (id, secret) = made(&root, provider()).await?;
    assert!(secret.len() >= 40);
    let one = format!("/api/v1/identity-providers/{id}");
    let shown = root.get(&one).await?;
    assert!(!shown.text().contains(&secret) && shown.json()["jwt"]["secrets"] == json!(["stored"]), "{}", shown.text());
    let listed = root.get("/api/v1/identity-providers").await?.json();
    assert_eq!(listed["items"][0]["name"], "sso");
    let changed = root.patch(&one, json!({"ceiling": {"session_seconds": 600}})).await?;
    assert_eq!((changed.status, &changed.json()["ceiling"]["session_seconds"]), (StatusCode::OK, &json!(600)));
    let renamed = root.patch(&one, json!({"jwt": {"secrets": ["stored", "stored"]}})).await?;
    assert_eq!(renamed.code(), "name_stays");
    let bytes = fs::read(vitrine.data.path().join("vitrine.db"))?;
    assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "kept as ciphertext only");
    let claims = json!({"email": "new@acme.example", "iat": 1_767_225_600});
    let stranger = vitrine.stranger().staying();
    let token = sign::plain(&claims, &secret);
    let come = stranger.send(stranger.request(Method::GET, &format!("/auth/sso?jwt={token}"))).await?;
    assert_eq!(come.status, StatusCode::FOUND, "{}", come.text());
    assert_eq!(root.delete(&one).await?.status, StatusCode::NO_CONTENT);
    let left = root.id("/api/v1/members?beginning=new@acme").await?;
    let away = root.patch(&format!("/api/v1/members/{left}"), json!({"deactivated": true})).await?;
    assert_eq!(away.status, StatusCode::OK, "whom it has brought can be administered: {}", away.text());
    assert_eq!(root.get(&one).await?.status, StatusCode::NOT_FOUND);
    Ok(())
}

#[tokio::test]
async fn a_dry_run_tells_who_somebody_would_be_and_lets_nobody_in() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let (id, secret) = made(&root, provider()).await?;
    let path = format!("/api/v1/identity-providers/{id}/test");
    let claims = json!({
        "email": "New@acme.example", "first_name": "Nora", "@tenant": "acme", "role": ["buyer", "help"], "company": "acme",
        "iat": 1_767_225_600
    });
    let tested = root.post(&path, json!({"claims": claims})).await?;
    assert_eq!(tested.status, StatusCode::OK, "{}", tested.text());
    let tested = tested.json();
    assert_eq!((&tested["accepted"], &tested["refusal"]), (&json!(true), &json!(null)));
    let expected = json!({
        "email": "new@acme.example", "new": true, "tenant": "acme", "new_tenant": false, "first_name": "Nora",
        "last_name": null, "account_type": "View", "teams": ["Buyers"]
    });
    assert_eq!(tested["member"], expected);
    let unmapped = json!({"claim": "role", "value": "help", "becomes": null, "why": "not mapped"});
    assert!(tested["claims"].as_array().is_some_and(|told| told.contains(&unmapped)), "{tested}");
    let of = |email: &str| json!({"claims": {"email": email}});
    let tested = root.post(&path, of("root@portal.example")).await?.json();
    assert_eq!(tested["refusal"], "the provider may not bring that member", "{tested}");
    assert_eq!((&tested["accepted"], &tested["member"]), (&json!(false), &json!(null)));
    let signed = root.post(&path, json!({"token": sign::plain(&claims, &secret)})).await?.json();
    assert_eq!(signed["member"], expected, "{signed}");
    let mut old = claims.clone();
    old["iat"] = json!(1_700_000_000);
    let old = root.post(&path, json!({"token": sign::plain(&old, &secret)})).await?.json();
    assert_eq!((&old["accepted"], &old["refusal"]), (&json!(false), &json!("Token is older than max-age (180)")));
    assert_eq!(old["member"], expected, "who they would be is told all the same");
    let good = sign::plain(&claims, &secret);
    // Blanks around what is pasted mean nothing.
    for (what, forged) in sign::forgeries(&good).into_iter().filter(|(_, forged)| forged.trim() != good) {
        let tested = root.post(&path, json!({"token": forged})).await?.json();
        let nothing = (&json!(false), &json!([]), &json!(null));
        assert_eq!((&tested["accepted"], &tested["claims"], &tested["member"]), nothing, "{what}: {tested}");
    }
    for odd in [json!({}), json!({"claims": {}, "token": "x"}), json!({"claims": []}), json!({"other": 1})] {
        assert_eq!(root.post(&path, odd.clone()).await?.status, StatusCode::BAD_REQUEST, "{odd}");
    }
    let members = root.get("/api/v1/members?beginning=new@").await?.json();
    assert_eq!(members["items"], json!([]), "nobody was made");
    let event = vitrine.audit().await?.into_iter().find(|it| it.event.event == "identity_tested").ok_or("no event")?;
    assert_eq!(event.event.resource.as_deref(), Some("identity_provider/sso"));
    assert!(!format!("{event:?}").contains("nora") && !format!("{event:?}").contains("new@"), "{event:?}");
    let desk = vitrine.logged_in("desk@portal.example").await?;
    assert_eq!(desk.post(&path, of("a@b.example")).await?.status, StatusCode::FORBIDDEN, "who manages members only");
    let absent = "/api/v1/identity-providers/none/test";
    assert_eq!(root.post(absent, of("a@b.example")).await?.status, StatusCode::NOT_FOUND);
    Ok(())
}

/// The small world with a provider whose secret is in a file.
fn with_provider(folder: &Path, data: &Path) -> Outcome {
    let mut defined = provider();
    defined["jwt"]["secrets"] = json!([{"secret_file": "secrets/sso"}]);
    fs::write(folder.join("identity_providers.yaml"), json!({"identity_providers": [defined]}).to_string())?;
    secret(data, SECRET)
}

fn secret(data: &Path, secret: &str) -> Outcome {
    fs::create_dir_all(data.join("secrets"))?;
    let path = data.join("secrets/sso");
    fs::write(&path, secret)?;
    Ok(fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?)
}

#[tokio::test]
async fn the_command_line_tests_a_folder() -> Outcome {
    let (folder, data) = (copy_of(&world::folder())?, tempfile::tempdir()?);
    with_provider(folder.path(), data.path())?;
    let (dir, data_dir) = (text(folder.path()), text(data.path()));
    let claims = folder.path().join("claims.json");
    fs::write(&claims, json!({"email": "new@acme.example", "role": "buyer", "x": "y"}).to_string())?;
    let file = text(&claims);
    let test = ["identity", "test", dir.as_str(), "--provider", "sso", "--data-dir", data_dir.as_str()];
    let asked = |more: &[&str]| run(&[&test[..], more].concat());
    let (output, out, err) = asked(&["--claims", &file])?;
    assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{out}");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[..2], ["accepted", "  member        new@acme.example (new)"], "{out}");
    for line in [
        "  teams         Buyers",
        "  claim  value             becomes                          why",
        "  role   buyer             team Buyers                      mapped",
        "  x      y                 nothing                          nothing names it",
    ] {
        assert!(lines.contains(&line), "{line}\n{out}");
    }
    let (output, out, _) = asked(&["--claims", &file, "--json"])?;
    assert_eq!(serde_json::from_str::<Value>(&out)?["member"]["teams"], json!(["Buyers"]));
    assert!(output.status.success());
    // It asks the clock of the machine, so that a token of the past is too old by then.
    let token = sign::plain(&json!({"email": "new@acme.example", "iat": 1_700_000_000}), SECRET);
    let (output, out, _) = asked(&["--token", &token])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(
        out.starts_with("refused: Token is older than max-age (180)\n  member        new@acme.example (new)"),
        "{out}"
    );
    let forged = sign::plain(&json!({"email": "new@acme.example"}), "another secret");
    let (output, out, _) = asked(&["--token", &forged])?;
    assert_eq!((output.status.code(), out.as_str()), (Some(1), "refused: wrong signature\n"));
    let (output, _, err) = run(&["identity", "test", &dir, "--provider", "other", "--claims", &file])?;
    assert_eq!(output.status.code(), Some(2));
    assert!(err.contains("there is no identity provider `other`"), "{err}");
    Ok(())
}

#[tokio::test]
async fn files_hold_providers_and_a_diff_sees_another_secret() -> Outcome {
    let (folder, data, out) = (copy_of(&world::folder())?, tempfile::tempdir()?, tempfile::tempdir()?);
    crate::support::write_secrets(data.path())?;
    with_provider(folder.path(), data.path())?;
    let (dir, data_dir) = (text(folder.path()), text(data.path()));
    let (output, _, err) = run(&["apply", &dir, "--data-dir", &data_dir])?;
    assert!(output.status.success(), "{err}");
    let exported = text(&out.path().join("e"));
    assert!(run(&["export", &exported, "--data-dir", &data_dir])?.0.status.success());
    let diff = || run(&["diff", &exported, "--data-dir", &data_dir]);
    assert_eq!(diff()?.0.status.code(), Some(0), "{}", diff()?.1);
    secret(data.path(), "another-sso-secret-0123456789abcdef012345")?;
    let (output, told, _) = diff()?;
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains("identity provider `sso`") && told.contains("secrets (what they are)"), "{told}");
    edit(&Path::new(&exported).join("identity_providers.yaml"), "- Buyers", "- Support")?;
    let told = diff()?;
    assert!(told.2.contains("team `Support` is not in the ceiling") || told.1.contains("ceiling.teams"), "{told:?}");
    Ok(())
}
